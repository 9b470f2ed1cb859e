"""asyncio: many at once, cancellation, listening, other loops."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import time
import warnings
import weakref
from typing import Any

import pytest
import quoalise
import quoalise.aio
from conftest import ALL, Server, told


def connect(server: Server, **options: Any) -> Any:
    return quoalise.aio.connect(**{**server.account(), **server.reach, **options})


def test_two_hundred_at_once(server: Server) -> None:
    async def main() -> None:
        # The last of them may wait long, where the machine is busy.
        async with connect(server, timeout=300) as client:
            histories = [client.get_history(server.provider, server.series) for _ in range(200)]
            for data in await asyncio.gather(*histories):
                assert len(data) == ALL

    asyncio.run(main())


def test_errors_and_what_is_done_at_once(server: Server) -> None:
    async def main() -> None:
        async with connect(server) as client:
            with pytest.raises(quoalise.NotAuthorized):
                await client.get_history(server.provider, server.series_of("refused"))
            with pytest.raises(quoalise.InvalidArgument):
                await client.get_history("nobody", server.series)
            assert await client.availability(server.provider) is quoalise.Availability.ONLINE
            assert client.state.connection is quoalise.Connection.ONLINE
        with pytest.raises(quoalise.Closed):
            await client.get_history(server.provider, server.series)

    asyncio.run(main())


def test_connecting_can_be_awaited(server: Server) -> None:
    async def main() -> None:
        client = await connect(server)
        assert client.jid
        await client.close()
        known = server.account()
        with pytest.raises(quoalise.LoginRefused):
            await quoalise.aio.connect(known["account"], "wrong", **server.reach)

    asyncio.run(main())


def test_the_loop_goes_on_meanwhile(server: Server) -> None:
    async def main() -> None:
        async with connect(server) as client:
            waiting = asyncio.create_task(client.get_history(server.provider, server.series_of("slow")))
            ticks = 0
            for _ in range(20):
                await asyncio.sleep(0.005)
                ticks += 1
            assert ticks == 20 and not waiting.done()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert len(await client.get_history(server.provider, server.series)) == ALL

    asyncio.run(main())


def test_listening_loses_nothing_when_a_wait_is_given_up(server: Server) -> None:
    async def main() -> None:
        async with connect(server) as client:
            await client.subscribe(server.provider, server.series)
            async with client.listen() as events:
                taken: list[quoalise.Push] = []
                server.do("push 50")
                deadline = time.monotonic() + 20
                while len(taken) < 50 and time.monotonic() < deadline:
                    try:
                        # Mostly too short, and so given up at any moment.
                        event = await asyncio.wait_for(events.next(), 0.0003)
                    except asyncio.TimeoutError:
                        continue
                    if not isinstance(event, quoalise.Presence):
                        assert isinstance(event, quoalise.Push)
                        taken.append(event)
                values = [push.data[0].value for push in taken]
                assert values == list(range(int(values[0]), int(values[0]) + 50))
            await client.unsubscribe(server.provider, server.series)

    asyncio.run(main())


def test_finishing_loses_nothing_when_it_is_given_up(server: Server) -> None:
    async def main(after: float) -> None:
        async with connect(server) as client:
            await client.subscribe(server.provider, server.series)
            values: list[float] = []

            def take(event: object) -> None:
                if isinstance(event, quoalise.Push):
                    value = event.data[0].value
                    assert isinstance(value, float)
                    if event.repeated and value in values:
                        return  # it was in hand
                    values.append(value)

            events = await client.listen()
            server.do("push 20")
            while not values:
                take(await events.next())
            finishing = asyncio.ensure_future(events.finish())
            await asyncio.sleep(after)
            finishing.cancel()
            try:
                rest = await finishing
            except asyncio.CancelledError:
                rest = []
            for event in rest:
                take(event)
            await events.close()
            async with client.listen() as events:
                while len(values) < 20:
                    take(await asyncio.wait_for(events.next(), 20))
            assert values == list(range(int(values[0]), int(values[0]) + 20))
            await client.unsubscribe(server.provider, server.series)

    for after in (0, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01):
        asyncio.run(main(after))


def test_what_was_done_for_a_task_that_is_gone_goes_back(client: quoalise.Client, server: Server) -> None:
    client.subscribe(server.provider, server.series)
    events = client.listen()
    server.do("push 3")
    first = told(events)
    assert isinstance(first, quoalise.Push)
    # As if the task were cancelled in the last moment.
    untaken = events._native.finish().wait()
    del untaken
    with client.listen() as events:
        again = [told(events) for _ in range(3)]
        assert [push.data[0].value for push in again if isinstance(push, quoalise.Push)] == [
            first.data[0].value + number  # type: ignore[operator]
            for number in range(3)
        ]
    client.unsubscribe(server.provider, server.series)


def test_a_loop_that_is_closed_lets_go(server: Server) -> None:
    loop = asyncio.new_event_loop()
    client = loop.run_until_complete(connect(server)._open())
    waiting = loop.create_task(client.get_history(server.provider, server.series_of("slow")))
    loop.run_until_complete(asyncio.sleep(0.05))
    assert not waiting.done()
    gone = weakref.ref(loop)
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        # A task is destroyed that waits: asyncio says so.
        warnings.simplefilter("ignore")
        loop.set_exception_handler(lambda *_: None)
        loop.close()
        del loop, waiting
        gc.collect()
    assert gone() is None
    assert len(asyncio.run(client.get_history(server.provider, server.series))) == ALL
    asyncio.run(client.close())


def test_listening_ends_with_the_client(server: Server) -> None:
    async def main() -> None:
        async with connect(server) as client:
            events = await client.listen()

            async def listen() -> list[object]:
                return [event async for event in events]

            listening = asyncio.create_task(listen())
            await asyncio.sleep(0.05)
            await client.close()
            assert await asyncio.wait_for(listening, 5) == []

    asyncio.run(main())


def test_a_command_step_by_step(server: Server) -> None:
    async def main() -> None:
        async with connect(server) as client, client.begin(server.provider, "get_tariff") as command:
            await command.complete({"class": "hph"})
            outcome = await command.outcome()
            assert outcome.fields[0].values == ["0.27 for hph"]

    asyncio.run(main())


def test_loop_after_loop(server: Server) -> None:
    for _ in range(3):

        async def main() -> int:
            async with connect(server) as client:
                return len(await client.get_history(server.provider, server.series))

        assert asyncio.run(main()) == ALL


def test_uvloop(server: Server) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def main() -> int:
        async with connect(server) as client:
            histories = [client.get_history(server.provider, server.series) for _ in range(20)]
            return sum(len(data) for data in await asyncio.gather(*histories))

    loop = uvloop.new_event_loop()
    try:
        assert loop.run_until_complete(main()) == 20 * ALL
    finally:
        loop.close()


def test_no_loop_no_hang(server: Server) -> None:
    opening = connect(server)
    with pytest.raises(TypeError):
        with opening:
            pass
    # Nothing was asked, and nothing has to be taken back.
    del opening
