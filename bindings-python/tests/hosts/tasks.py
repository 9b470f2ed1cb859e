"""For Celery's workers, which it forks from a process that has a client already."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import quoalise
from celery import Celery
from celery.signals import worker_init, worker_process_init, worker_process_shutdown

ACCOUNT, PROVIDER, SERIES, FOLDER = json.loads(os.environ["HOSTED"])

for name in ("messages", "control", "results"):
    Path(FOLDER, name).mkdir(exist_ok=True)

app = Celery("tasks", broker="filesystem://", backend=f"file://{FOLDER}/results")
app.conf.broker_transport_options = {
    "data_folder_in": f"{FOLDER}/messages",
    "data_folder_out": f"{FOLDER}/messages",
    "control_folder": f"{FOLDER}/control",
    "polling_interval": 0.05,
}

clients: dict[str, quoalise.Client] = {}


@worker_init.connect
def before_the_fork(**_: object) -> None:
    """What the guide warns of."""
    clients["inherited"] = quoalise.connect(**ACCOUNT)


@worker_process_init.connect
def connect(**_: object) -> None:
    """This worker's own: as the guide has it."""
    clients["own"] = quoalise.connect(**ACCOUNT)


@worker_process_shutdown.connect
def disconnect(**_: object) -> None:
    """Celery ends its workers without Python's own end."""
    clients["own"].close()


@app.task
def fetch(which: str) -> dict[str, Any]:
    """Fetches everything; whose client it was, and how many records."""
    client = clients[which]
    return {"jid": client.jid, "records": len(client.get_history(PROVIDER, SERIES))}
