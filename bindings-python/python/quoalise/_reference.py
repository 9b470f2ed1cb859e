"""The names of the reference program, for the scripts written for it."""

from __future__ import annotations

import warnings

from . import _client, _native
from ._native import Data
from ._records import Push

TYPE_CHECKING = False  # importing typing for it takes longer than all the rest
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from datetime import datetime, timedelta
    from os import PathLike
    from typing import Any

    from ._enums import Security
    from ._native import Record

# How often somebody who hears nothing is told that he might.
LOOK_EVERY = 5.0


def address_of(address: tuple[str, str | int] | str | None) -> str | None:
    """``host:port``, which the reference has as a tuple."""
    if isinstance(address, tuple):
        host, port = address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return address


def warn_of_distrusted(count: int) -> None:
    """Whoever listens to nobody is to learn why nothing comes."""
    warnings.warn(
        f"{count} messages came of senders that are not trusted, and were dropped: a client hears the "
        "providers at which it has subscribed itself, and those of client.trust(provider)",
        stacklevel=3,
    )


class Client(_client.Client):
    __doc__ = _client.Client.__doc__

    __slots__ = ()

    @classmethod
    def connect(  # type: ignore[override]
        cls,
        client_jid: str,
        client_password: str,
        priority: int | None = None,
        loop: object = None,
        address: tuple[str, str | int] | str | None = None,
        **options: Any,
    ) -> ReferenceClient:
        """Connect as the reference program does: ``listen`` of what it gives has data alone.

        :func:`quoalise.connect` gives a client with this library's own manners. ``address`` is
        ``(host, port)`` or ``"host:port"``, ``loop`` is not needed; further options are those of
        :func:`quoalise.connect`.
        """
        connected = _client.Client.connect(
            client_jid, client_password, priority=priority, address=address_of(address), **options
        )
        return ReferenceClient(connected._native)


class ReferenceClient(Client):
    """A client with the manners of the reference program."""

    __slots__ = ("_events",)

    _events: _client.Listener | None

    def __init__(self, native: _native.Client) -> None:
        super().__init__(native)
        self._events = None

    def get_history(
        self,
        proxy_full_jid: str,
        identifier: str,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
    ) -> Data:
        """Ask for the values of a series from ``start_time`` (included) to ``end_time`` (excluded)."""
        return super().get_history(proxy_full_jid, identifier, start_time, end_time)

    def subscribe(self, proxy_full_jid: str, identifier: str) -> None:
        """Ask a provider to push new values of a series to this account from now on."""
        super().subscribe(proxy_full_jid, identifier)

    def unsubscribe(self, proxy_full_jid: str, identifier: str) -> None:
        """End a subscription."""
        super().unsubscribe(proxy_full_jid, identifier)

    def listen(self) -> Generator[Data, None, None]:  # type: ignore[override]
        """Give the data that are pushed, as they come.

        They are of providers at which this client has subscribed, or that it was told to ``trust``: others
        are dropped, with a warning. Whoever leaves and comes back goes on behind what he had.
        """
        told = 0
        # One for the client's whole life: leaving a loop leaves the one in hand to the next listener.
        if self._events is None:
            self._events = super().listen()
        while True:
            try:
                event = self._events.next(timeout=LOOK_EVERY)
            except TimeoutError:
                event = None
            else:
                if event is None:
                    return
            if isinstance(event, Push):
                yield event.data
            if self.distrusted > told:
                told = self.distrusted
                warn_of_distrusted(told)

    def disconnect(self) -> None:
        """End the session."""
        self.close()


def connect(
    account: str,
    password: str,
    *,
    address: str | None = None,
    ca_file: str | PathLike[str] | None = None,
    ca_pem: str | None = None,
    timeout: timedelta | float | None = None,
    connect_timeout: timedelta | float | None = None,
    priority: int | None = None,
    security: Security | str | None = None,
    allow_plain: bool = False,
    reconnect_first: timedelta | float | None = None,
    reconnect_longest: timedelta | float | None = None,
    dead_after: timedelta | float | None = None,
) -> Client:
    connected = _client.Client.connect(
        account,
        password,
        address=address,
        ca_file=ca_file,
        ca_pem=ca_pem,
        timeout=timeout,
        connect_timeout=connect_timeout,
        priority=priority,
        security=security,
        allow_plain=allow_plain,
        reconnect_first=reconnect_first,
        reconnect_longest=reconnect_longest,
        dead_after=dead_after,
    )
    return Client(connected._native)


connect.__doc__ = _client.Client.connect.__doc__


class Sensml:
    """Records to be read and appended to.

    That of some data is those data: what is appended is in them.
    """

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data = Data()

    @classmethod
    def _of(cls, data: Data) -> Sensml:
        sensml = cls.__new__(cls)
        sensml._data = data
        return sensml

    def append(self, record: Record) -> None:
        """Append a record."""
        self._data._append(record)

    def extend(self, records: Iterable[Record]) -> None:
        """Append records."""
        for record in records:
            self.append(record)

    def records(self) -> Iterator[Record]:
        """Give the records, one after the other."""
        return iter(self._data)

    def __repr__(self) -> str:
        return f"<quoalise.Sensml: {len(self._data)} records>"
