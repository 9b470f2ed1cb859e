"""asyncio: many at once, cancellation, listening, other loops."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
import quoalise
import quoalise.aio
from conftest import ALL, Server


def connect(server: Server, **options: Any) -> Any:
    return quoalise.aio.connect(**{**server.account(), **server.reach, **options})


def test_two_hundred_at_once(server: Server) -> None:
    async def main() -> None:
        async with connect(server) as client:
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
