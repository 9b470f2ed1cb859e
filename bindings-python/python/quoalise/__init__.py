"""Energy data exchanged between federated servers over XMPP and SenML.

::

    import quoalise
    from datetime import datetime
    from zoneinfo import ZoneInfo

    paris = ZoneInfo("Europe/Paris")
    with quoalise.connect("app@example.org", "secret") as client:
        data = client.get_history(
            "sge-proxy@provider.example/proxy",
            "urn:dev:prm:00000000000001_consumption/power/active/raw",
            start=datetime(2022, 1, 10, tzinfo=paris),
            end=datetime(2022, 1, 17, tzinfo=paris),
        )

:mod:`quoalise.aio` has the same for asyncio.
"""

from __future__ import annotations

from . import _enums, _errors, _records
from ._client import Client, Execution, Listener, States
from ._enums import *
from ._error import Error
from ._errors import *
from ._functions import dumps, loads
from ._native import Data, Hole
from ._records import *

__all__ = [
    "Client",
    "Data",
    "Error",
    "Execution",
    "Hole",
    "Listener",
    "States",
    "aio",
    "connect",
    "dumps",
    "loads",
    *_enums.__all__,
    *_errors.__all__,
    *_records.__all__,
]

connect = Client.connect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import aio
    from ._records import Event


def __getattr__(name: str) -> object:
    # asyncio takes longer to import than all the rest, and not everybody needs it.
    if name == "aio":
        from importlib import import_module

        return import_module(".aio", __name__)
    if name == "Event":
        return _records.Event
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
