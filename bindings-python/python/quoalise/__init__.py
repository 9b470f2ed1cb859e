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

from . import _enums, _errors, _functions, _records
from ._client import Execution, Listener, States
from ._enums import *  # noqa: F403
from ._error import Error
from ._errors import *  # noqa: F403
from ._functions import *  # noqa: F403
from ._native import Data, DeviceIdentifier, Gap, Hole, Measurement, Metadata, Pricing, Record
from ._records import *  # noqa: F403
from ._reference import Client, Sensml, connect

__all__ = [
    "Client",
    "ClientAsync",
    "Data",
    "DeviceIdentifier",
    "Error",
    "Execution",
    "Gap",
    "Hole",
    "Listener",
    "Measurement",
    "Metadata",
    "Pricing",
    "Record",
    "Sensml",
    "States",
    "aio",
    "connect",
    *_enums.__all__,
    *_errors.__all__,
    *_functions.__all__,
    *_records.__all__,
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import aio as aio
    from . import client as client
    from . import data as data
    from . import errors as errors
    from ._records import Event as Event
    from ._reference_async import ClientAsync as ClientAsync


def __getattr__(name: str) -> object:
    # asyncio takes longer to import than all the rest, and not everybody needs it.
    if name in ("aio", "client", "data", "errors"):
        from importlib import import_module

        return import_module("." + name, __name__)
    if name == "ClientAsync":
        from ._reference_async import ClientAsync

        return ClientAsync
    if name == "Event":
        return _records.Event
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
