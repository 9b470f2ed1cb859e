"""The reference program's client for asyncio."""

from __future__ import annotations

import asyncio

from . import _native, aio
from ._asyncio import run
from ._errors import Closed
from ._records import Push
from ._reference import LOOK_EVERY, address_of, warn_of_distrusted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable
    from datetime import datetime
    from typing import Any

    from ._native import Data

_closing: set[asyncio.Task[None]] = set()


class ClientAsync(aio.Client):
    """A client with the manners of the reference program, for asyncio."""

    __slots__ = ("_listener", "_opening", "_told")

    _listener: aio.Listener | None
    _opening: asyncio.Lock
    _told: int

    @classmethod
    async def connect(  # type: ignore[override]
        cls,
        client_jid: str,
        client_password: str,
        address: tuple[str, str | int] | str | None = None,
        priority: int | None = None,
        **options: Any,
    ) -> ClientAsync:
        """Connect and log in. ``address`` is ``(host, port)`` or ``"host:port"``."""
        opening = aio.Client.connect(
            client_jid, client_password, priority=priority, address=address_of(address), **options
        )
        return cls((await opening)._native)

    def __init__(self, native: _native.Client) -> None:
        super().__init__(native)
        self._listener = None
        self._opening = asyncio.Lock()
        self._told = 0

    async def get_history(
        self,
        proxy_full_jid: str,
        identifier: str,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
    ) -> Data:
        """Ask for the values of a series from ``start_time`` (included) to ``end_time`` (excluded)."""
        return await super().get_history(proxy_full_jid, identifier, start_time, end_time)

    async def subscribe(self, proxy_full_jid: str, identifier: str) -> None:
        """Ask a provider to push new values of a series to this account from now on."""
        await super().subscribe(proxy_full_jid, identifier)

    async def unsubscribe(self, proxy_full_jid: str, identifier: str) -> None:
        """End a subscription."""
        await super().unsubscribe(proxy_full_jid, identifier)

    async def wait_for_data(self) -> Data:
        """Wait for the next data that are pushed."""
        async with self._opening:
            if self._listener is None:
                self._listener = await super().listen()
        while True:
            try:
                event = await asyncio.wait_for(self._listener.next(), LOOK_EVERY)
                if event is None:
                    raise Closed("the client was closed while it listened")
                if isinstance(event, Push):
                    return event.data
            except asyncio.TimeoutError:
                pass
            if self.distrusted > self._told:
                self._told = self.distrusted
                warn_of_distrusted(self._told)

    async def listen(self) -> AsyncIterator[Awaitable[Data]]:  # type: ignore[override]
        """Give what is to be awaited for each of the data that are pushed."""
        while True:
            yield self.wait_for_data()

    def disconnect(self) -> None:
        """End the session; within an event loop, in the background."""
        closing = self._native.close()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            closing.wait()
            return
        task = loop.create_task(run(closing))
        _closing.add(task)
        task.add_done_callback(_closing.discard)
