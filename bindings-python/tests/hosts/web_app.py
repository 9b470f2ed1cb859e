"""For Gunicorn with --preload: what is made here, its workers inherit."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterable
from typing import Any

import quoalise

ACCOUNT, PROVIDER, SERIES, SLOW = json.loads(os.environ["HOSTED"])

inherited = quoalise.connect(**ACCOUNT)


@functools.cache
def client() -> quoalise.Client:
    """This worker's own, made at its first request: as the guide has it."""
    return quoalise.connect(**ACCOUNT)


PAGES: dict[str, Callable[[], Any]] = {
    "/inherited": lambda: inherited.get_history(PROVIDER, SERIES),
    "/own": lambda: {"jid": client().jid, "records": len(client().get_history(PROVIDER, SERIES))},
    "/slow": lambda: client().get_history(PROVIDER, SLOW),
}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A page of WSGI (PEP 3333)."""
    try:
        status, answer = "200 OK", PAGES[environ["PATH_INFO"]]()
    except quoalise.Error as error:
        status, answer = "502 Bad Gateway", {"error": f"{type(error).__name__}: {error}"}
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps({**answer, "pid": os.getpid()}).encode()]
