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
"""

from ._errors import *  # noqa: F403
from ._error import Error
from ._native import Client, Data, DeviceIdentifier, Gap, Measurement, Metadata, Pricing, Record
from ._reference import Sensml

connect = Client.connect
