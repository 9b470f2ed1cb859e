"""In the programs that Python code is often run by: Gunicorn, Celery, Jupyter."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import quoalise
from conftest import ALL, Server, gone

HOSTS = Path(__file__).parent / "hosts"


@contextmanager
def hosted(
    tmp_path: Path, module: str, *arguments: str, using: object, sockets: tuple[int, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """A module of Python's that runs code of `hosts`; it is asked to end, and must."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(HOSTS)]),
        "HOSTED": json.dumps(using),
    }
    log = tmp_path / "log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=environment,
            cwd=tmp_path,
            stdout=output,
            stderr=output,
            pass_fds=sockets,
            start_new_session=True,
        )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        # Celery takes five seconds by itself.
        assert process.wait(20) == 0
    except BaseException:
        print(log.read_text())
        raise
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_gunicorn(server: Server, client: quoalise.Client, tmp_path: Path) -> None:
    account = {**server.account(), **server.reach}
    listening = socket.create_server(("127.0.0.1", 0))

    def get(page: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection(*listening.getsockname(), timeout=60)
        try:
            connection.request("GET", page)
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
            return answer
        finally:
            connection.close()

    arguments = ["--preload", "--workers=2", "--threads=2", "--graceful-timeout=1", "--no-control-socket"]
    bind = f"--bind=fd://{listening.fileno()}"
    using = (account, server.provider, server.series, server.series_of("slow"))
    with hosted(
        tmp_path, "gunicorn", *arguments, bind, "web_app:app", using=using, sockets=(listening.fileno(),)
    ):
        refused = get("/inherited")["error"]
        assert refused.startswith("UsedAfterFork: ") and "Connect anew in each process" in refused
        answers: dict[int, dict[str, Any]] = {}
        deadline = time.monotonic() + 30
        with ThreadPoolExecutor(4) as pool:
            while len(answers) < 2 and time.monotonic() < deadline:
                answers |= {answer["pid"]: answer for answer in pool.map(get, ["/own"] * 4)}
        assert [answer["records"] for answer in answers.values()] == [ALL] * 2
        jids = {answer["jid"] for answer in answers.values()}
        assert len(jids) == 2
    listening.close()
    assert all(gone(client, jid) for jid in jids)


def test_gunicorn_ends_while_a_request_waits(server: Server, tmp_path: Path) -> None:
    account = {**server.account(), **server.reach}
    listening = socket.create_server(("127.0.0.1", 0))
    using = (account, server.provider, server.series, server.series_of("slow"))
    bind = f"--bind=fd://{listening.fileno()}"
    arguments = ["--preload", "--graceful-timeout=1", "--no-control-socket", bind, "web_app:app"]
    with hosted(tmp_path, "gunicorn", *arguments, using=using, sockets=(listening.fileno(),)):
        with socket.create_connection(listening.getsockname(), timeout=20) as page:
            page.sendall(b"GET /own HTTP/1.1\r\nConnection: close\r\n\r\n")
            assert page.recv(12) == b"HTTP/1.1 200"
        waiting = socket.create_connection(listening.getsockname())
        waiting.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
        time.sleep(0.2)
    waiting.close()
    listening.close()


def test_celery(
    server: Server, client: quoalise.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    using = ({**server.account(), **server.reach}, server.provider, server.series, str(tmp_path))
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    arguments = ["--app=tasks", "worker", "--pool=prefork", "--concurrency=2", *quiet]
    monkeypatch.setenv("HOSTED", json.dumps(using))
    monkeypatch.syspath_prepend(str(HOSTS))
    from tasks import fetch  # type: ignore[import-not-found]

    with hosted(tmp_path, "celery", *arguments, using=using):
        fetched = [fetch.delay("own") for _ in range(4)]
        inherited = fetch.delay("inherited")
        answers = [task.get(timeout=30, interval=0.05) for task in fetched]
        assert [answer["records"] for answer in answers] == [ALL] * 4
        failure = inherited.get(timeout=30, interval=0.05, propagate=False)
        assert type(failure) is quoalise.UsedAfterFork, repr(failure)
    assert all(gone(client, answer["jid"]) for answer in answers)


class Kernel:
    """A notebook's, without the notebook."""

    def __init__(self, folder: Path) -> None:
        from jupyter_client.manager import AsyncKernelManager

        self._folder = folder
        self._manager = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=str(folder / "kernel"))

    async def __aenter__(self) -> Kernel:
        await self._manager.start_kernel(cwd=str(self._folder))
        self._client = self._manager.client()
        self._client.start_channels()
        await self._client.wait_for_ready(timeout=60)
        return self

    async def __aexit__(self, *failure: object) -> None:
        """Ends it as a notebook's menu does, which kills it in the end."""
        started = time.monotonic()
        self._client.stop_channels()
        await self._manager.shutdown_kernel()
        assert any(failure) or time.monotonic() - started < 4

    async def run(self, cell: str) -> tuple[str, dict[str, str]]:
        """How a cell ends, and what it shows."""
        shown: dict[str, str] = {}

        def output(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("execute_result", "display_data"):
                shown.update(message["content"]["data"])

        reply = await self._client.execute_interactive(cell, timeout=60, output_hook=output)
        content = reply["content"]
        return content.get("ename", content["status"]), shown

    async def interrupted(self, cell: str) -> str:
        """How a cell ends that is interrupted."""
        running = asyncio.ensure_future(self.run(cell))
        await asyncio.sleep(0.5)
        started = time.monotonic()
        await self._manager.interrupt_kernel()
        ended, _ = await running
        assert time.monotonic() - started < 3
        return ended


def test_jupyter(
    server: Server, client: quoalise.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    account, slow = {**server.account(), **server.reach}, server.series_of("slow")
    series = f"{server.provider!r}, {server.series!r}"

    async def cells() -> str:
        async with Kernel(tmp_path) as kernel:
            ended, shown = await kernel.run(
                f"import quoalise, quoalise.aio\naccount = {account!r}\nseries = {series}\n"
                "from datetime import datetime, timezone\n"
                "week = [datetime(2022, 1, day, tzinfo=timezone.utc) for day in (10, 17)]\n"
                "client = quoalise.connect(**account)\n"
                "data = client.get_history(*series, *week)\n"
                "client.jid"
            )
            assert ended == "ok"
            jid = shown["text/plain"].strip("'")
            ended, shown = await kernel.run("data")
            assert ended == "ok" and "336" in shown["text/plain"] and "<table" in shown["text/html"]

            # Awaited in the kernel's own loop.
            cell = (
                "other = await quoalise.aio.connect(**account)\nlen(await other.get_history(*series, *week))"
            )
            assert await kernel.run(cell) == ("ok", {"text/plain": "336"})

            assert await kernel.interrupted(f"client.get_history(series[0], {slow!r})") == "KeyboardInterrupt"
            assert await kernel.run(
                "len(client.get_history(*series)), len(await other.get_history(*series))"
            ) == (
                "ok",
                {"text/plain": f"({ALL}, {ALL})"},
            )
        return jid

    assert gone(client, asyncio.run(cells()))
