"""Manners in somebody else's process: signals, threads, forks, the end."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import quoalise
from conftest import ALL, Server, gone, told


def interrupted_soon(after: float = 0.3) -> None:
    threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT)).start()


def assert_interrupted(wait: Callable[[], object]) -> None:
    interrupted_soon()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        wait()
    took = time.monotonic() - started
    assert took < 0.3 + 0.5, f"it took {took:.2f} s"


def test_ctrl_c_ends_any_wait(server: Server, client: quoalise.Client) -> None:
    assert_interrupted(lambda: client.get_history(server.provider, server.series_of("slow")))
    with client.listen() as events:
        assert_interrupted(events.next)
        assert_interrupted(lambda: next(events))
    assert_interrupted(lambda: next(client.states()))
    assert len(client.get_history(server.provider, server.series)) == ALL


def test_ctrl_c_ends_connecting() -> None:
    # It takes the connection, and says nothing.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert_interrupted(lambda: quoalise.connect("a@b.test", "secret", address=address))


def test_another_handler_of_the_signal_runs_and_the_wait_goes_on(
    server: Server, client: quoalise.Client
) -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    try:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        with client.listen() as events, pytest.raises(TimeoutError):
            told(events, timeout=0.4)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen == [signal.SIGUSR1]


def test_other_threads_run_meanwhile(server: Server, client: quoalise.Client) -> None:
    done = threading.Event()

    def wait() -> None:
        try:
            client.get_history(server.provider, server.series_of("slow"))
        except quoalise.Closed:
            done.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    count, until = 0, time.monotonic() + 0.2
    while time.monotonic() < until:
        count += 1
    assert count > 1000
    client.close()
    assert done.wait(5)
    waiting.join()


def test_many_threads_share_a_client(server: Server, client: quoalise.Client) -> None:
    with ThreadPoolExecutor(16) as pool:
        histories = [pool.submit(client.get_history, server.provider, server.series) for _ in range(64)]
        assert {len(history.result()) for history in histories} == {ALL}


def in_fork(work: Callable[[], object]) -> object:
    """What work gives in a forked child that then goes through Python's whole end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            try:
                answer: object = work()
            except Exception as error:
                answer = f"{type(error).__name__}: {error}"
            os.write(writing, json.dumps(answer).encode())
            gc.collect()
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    deadline = time.monotonic() + 20
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise AssertionError("the child hangs")
        time.sleep(0.01)
    assert status == 0
    with open(reading, "rb") as answer_of:
        return json.loads(answer_of.read())


def test_a_fork_has_its_own_client_and_not_its_parents(server: Server) -> None:
    client = server.connect()
    account = server.account()
    events = client.listen()
    data = client.get_history(server.provider, server.series)

    def inherited() -> object:
        client.get_history(server.provider, server.series)
        return "it works"

    failure = in_fork(inherited)
    assert isinstance(failure, str) and failure.startswith("UsedAfterFork: ") and "Connect anew" in failure
    for use in (
        lambda: client.jid,
        lambda: events.next(),
        lambda: client.close(),
        lambda: client.subscribe(server.provider, server.series),
    ):
        failure = in_fork(use)
        assert isinstance(failure, str) and failure.startswith("UsedAfterFork: "), failure

    def leave() -> object:
        # What ends a child is told, and not that the client is its parent's.
        with pytest.raises(SystemExit), client:
            raise SystemExit(3)
        return "left"

    assert in_fork(leave) == "left"

    def drop() -> object:
        nonlocal client, events
        del client, events
        gc.collect()
        return len(data)

    assert in_fork(drop) == ALL

    def anew() -> object:
        with quoalise.connect(**account, **server.reach) as own:
            return len(own.get_history(server.provider, server.series))

    assert in_fork(anew) == ALL
    # And the parent has not noticed anything.
    assert len(client.get_history(server.provider, server.series)) == ALL
    client.subscribe(server.provider, server.series)
    server.do("push 1")
    assert isinstance(told(events), quoalise.Push)
    client.unsubscribe(server.provider, server.series)
    events.close()
    client.close()


def test_asyncio_in_a_fork(server: Server) -> None:
    import asyncio

    account = server.account()

    async def fetch() -> int:
        async with quoalise.aio.connect(**account, **server.reach) as client:
            return len(await client.get_history(server.provider, server.series))

    # The executor's thread is there, and not in the fork.
    assert asyncio.run(fetch()) == ALL
    assert in_fork(lambda: asyncio.run(fetch())) == ALL
    assert asyncio.run(fetch()) == ALL


def fetch(account: dict[str, str], reach: dict[str, Any], provider: str, series: str) -> quoalise.Data:
    with quoalise.connect(**account, **reach) as client:
        return client.get_history(provider, series)


def test_multiprocessing(server: Server) -> None:
    with server.connect():
        for method in ("fork", "spawn", "forkserver"):
            with multiprocessing.get_context(method).Pool(2) as pool:
                arguments = [
                    (server.account(), server.reach, server.provider, server.series) for _ in range(4)
                ]
                assert [len(data) for data in pool.starmap(fetch, arguments)] == [ALL] * 4


def run_program(text: str, *arguments: str, until: float = 20) -> str:
    done = subprocess.run(
        [sys.executable, "-c", text, *arguments], stdout=subprocess.PIPE, timeout=until, text=True, check=True
    )
    return done.stdout


PROGRAM = """
import json, sys, threading, time
import quoalise
account, reach, provider, series, slow = json.loads(sys.argv[1])
client = quoalise.connect(**account, **reach)
"""


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "events = client.listen()",
        "threading.Thread(target=client.get_history, args=(provider, slow), daemon=True).start(); time.sleep(0.1)",
        "t = threading.Thread(target=lambda: list(client.listen()), daemon=True); t.start(); time.sleep(0.1)",
        "import asyncio\nasync def main():\n"
        "    other = await quoalise.aio.connect(**account, **reach)\n"
        "    asyncio.ensure_future(other.get_history(provider, slow))\n"
        "    await asyncio.sleep(0.1)\n"
        "    globals()['other'] = other\n"
        "asyncio.run(main())",
        "sys.exit(0)",
    ],
)
def test_the_end_never_hangs(server: Server, rest: str) -> None:
    arguments = [server.account(), server.reach, server.provider, server.series, server.series_of("slow")]
    started = time.monotonic()
    run_program(PROGRAM + rest, json.dumps(arguments))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "rest",
    [
        "print(client.jid)",
        "print(client.jid); events = client.listen(); client = None",
        "print(client.jid); client = None",
        "print(client.jid); sys.exit(3)",
        "print(client.jid); thread = threading.Thread(target=client.get_history, args=(provider, slow), daemon=True)\n"
        "thread.start(); time.sleep(0.1)",
        "import asyncio\nasync def main():\n"
        "    global other\n"
        "    other = await quoalise.aio.connect(**account, **reach)\n"
        "    print(other.jid)\n"
        "asyncio.run(main())",
    ],
)
def test_the_end_ends_what_is_open(server: Server, client: quoalise.Client, rest: str) -> None:
    arguments = [server.account(), server.reach, server.provider, server.series, server.series_of("slow")]
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM + rest, json.dumps(arguments)],
        capture_output=True,
        timeout=20,
        text=True,
        check=False,
    )
    assert ended.returncode == (3 if "exit" in rest else 0) and ended.stderr == ""
    assert gone(client, ended.stdout.strip())


def test_the_end_of_a_fork_leaves_its_parents_client(server: Server) -> None:
    program = """
import os
child = os.fork()
if child:
    assert os.waitpid(child, 0)[1] == 0
    print(len(client.get_history(provider, series)))
"""
    arguments = [server.account(), server.reach, server.provider, server.series, ""]
    assert run_program(PROGRAM + program, json.dumps(arguments)) == f"{ALL}\n"


def test_what_was_in_hand_at_the_end_comes_again(own_server: Server) -> None:
    account = own_server.account()
    with own_server.connect(**account) as client:
        client.subscribe(own_server.provider, own_server.series)
    own_server.do("push 2")
    program = """
client.trust(provider)
pushes = (event for event in client.listen() if isinstance(event, quoalise.Push))
taken, in_hand = next(pushes), next(pushes)
print(taken.data[0].value, in_hand.data[0].value)
"""
    arguments = [account, own_server.reach, own_server.provider, own_server.series, ""]
    values = run_program(PROGRAM + program, json.dumps(arguments)).split()
    with own_server.connect(**account) as client:
        client.trust(own_server.provider)
        with client.listen() as events:
            again = told(events)
            assert isinstance(again, quoalise.Push) and str(again.data[0].value) == values[1]
            with pytest.raises(TimeoutError):
                told(events, timeout=0.5)


class Relay:
    """A network that goes silent, without a word to either side."""

    def __init__(self, to: str) -> None:
        host, _, port = to.rpartition(":")
        self.silent = False
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._relay, args=(host, int(port)))
        self._thread.start()

    def _relay(self, host: str, port: int) -> None:
        with (
            self._listening,
            self._listening.accept()[0] as here,
            socket.create_connection((host, port)) as there,
        ):
            other = {here: there, there: here}
            while not self.silent:
                for end in select.select([here, there], [], [], 0.02)[0]:
                    other[end].sendall(end.recv(65536))
            self._over.wait(20)

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def test_the_end_waits_for_no_network(server: Server) -> None:
    reach = server.reach
    with Relay(reach["address"]) as relay:
        arguments = [
            server.account(),
            {**reach, "address": relay.address},
            server.provider,
            server.series,
            "",
        ]
        rest = "print('there', flush=True); sys.stdin.read()"
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM + rest, json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with program:
            assert program.stdout is not None and program.stdin is not None
            assert program.stdout.readline() == b"there\n"
            relay.silent = True
            time.sleep(0.1)
            started = time.monotonic()
            program.stdin.close()
            assert program.wait(10) == 0
            took = time.monotonic() - started
    assert 0.9 < took < 2.5, f"it took {took:.2f} s"


def test_the_import_starts_nothing_and_takes_no_time() -> None:
    program = """
import os, sys, time
start = time.perf_counter()
import quoalise
took = time.perf_counter() - start
print(took * 1000, len(os.listdir("/proc/self/task")), "asyncio" in sys.modules, "typing" in sys.modules)
"""
    runs = [run_program(program).split() for _ in range(5)]
    assert {tuple(run[1:3]) for run in runs} == {("1", "False")}
    assert min(float(run[0]) for run in runs) < 30


def test_in_a_running_loop_the_blocking_client_works_too(server: Server) -> None:
    import asyncio

    # As in a notebook.
    async def cell() -> int:
        with server.connect() as client:
            return len(client.get_history(server.provider, server.series))

    assert asyncio.run(cell()) == ALL
