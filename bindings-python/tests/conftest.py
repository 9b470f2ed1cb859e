"""A real server with a provider, for all tests."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import quoalise

ROOT = Path(__file__).resolve().parents[2]
# The records of the series.
ALL = 31 * 48
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"

# Programs that tests run find the same package, and compile it once, as pip would have done.
os.environ["PYTHONPATH"] = str(Path(quoalise.__file__).parents[1])
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


class Server:
    """The project's test server (tests/servers), as another program."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [TARGET / "quoalise-test-server", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.told: dict[str, Any] = self._answer()
        self.provider: str = self.told.get("provider", "")
        self.series: str = self.told.get("series", "")
        self._accounts = 0

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the server is gone"
        answer: dict[str, Any] = json.loads(line)
        assert "error" not in answer, answer
        return answer

    def do(self, command: str) -> dict[str, Any]:
        """Has it do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._answer()

    def account(self) -> dict[str, str]:
        """A new account: what to connect with."""
        self._accounts += 1
        account = self.do(f"add user{self._accounts}")
        return {"account": account["jid"], "password": account["password"]}

    @property
    def reach(self) -> dict[str, Any]:
        """How to reach it."""
        address = f"{self.told['address']}:{self.told['c2s_port']}"
        return {"address": address, "ca_file": self.told["ca_file"], "timeout": 30}

    def connect(self, **options: Any) -> quoalise.Client:
        """A client with an account of its own."""
        return quoalise.connect(**{**self.account(), **self.reach, **options})

    def series_of(self, kind: str) -> str:
        """Another series of the provider."""
        return self.series.rsplit("/", 1)[0] + "/" + kind

    def stop(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


def told(events: quoalise.Listener, timeout: float = 60) -> quoalise.Event:
    """The next event but for those of who is there: a provider tells that at any time."""
    while True:
        event = events.next(timeout)
        assert event is not None, "listening is over"
        if not isinstance(event, quoalise.Presence):
            return event


def gone(client: quoalise.Client, jid: str) -> bool:
    """Whether a session has ended, rather than been cut: its server would wait whether it comes back."""
    return client.availability(jid) == quoalise.Availability.OFFLINE


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One for all who do not break it."""
    server = Server("--provider")
    yield server
    server.stop()


@pytest.fixture
def own_server() -> Iterator[Server]:
    """One to be broken."""
    server = Server("--provider")
    yield server
    server.stop()


@pytest.fixture
def client(server: Server) -> Iterator[quoalise.Client]:
    """A client that is closed in the end."""
    with server.connect() as client:
        yield client
