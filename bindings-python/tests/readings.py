"""Readings to test with: made up, of everything that data may hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import quoalise

PARIS = ZoneInfo("Europe/Paris")
MIDNIGHT = datetime(2022, 1, 10, tzinfo=PARIS)
HALF_HOUR = timedelta(minutes=30)
SERIES = "urn:dev:prm:00000000000001_consumption/power/active/raw"

METADATA = quoalise.Metadata(
    device_type="electricity-meter",
    device=quoalise.DeviceIdentifier("enedis", "prm", "00000000000001"),
    measurement=quoalise.Measurement(
        name="active-power", direction="consumption", unit="W", aggregation="mean", sampling_interval="PT30M"
    ),
)


def record(step: int, value: float | None = None) -> quoalise.Record:
    return quoalise.Record(SERIES, MIDNIGHT + step * HALF_HOUR, "W", value)


def day() -> quoalise.Data:
    """48 half hours from midnight, the third and the fourth of them missing."""
    values = [None if step in (2, 3) else 400.0 + step for step in range(48)]
    return quoalise.Data(METADATA, records=[record(step, value) for step, value in enumerate(values)])


def all_types() -> quoalise.Data:
    """A value of each type, sums, labels; several names and units."""
    Record = quoalise.Record
    return quoalise.Data(
        records=[
            Record("urn:dev:ow:1_door", MIDNIGHT, None, True),
            Record("urn:dev:ow:1_door", MIDNIGHT + HALF_HOUR, None, False),
            Record("urn:dev:ow:1_state", MIDNIGHT, None, "l'état: <à demi> & 😀"),
            Record("urn:dev:ow:1_state", MIDNIGHT + HALF_HOUR, None, ""),
            Record("urn:dev:ow:1_raw", MIDNIGHT, None, b"\0\xff"),
            Record("urn:dev:ow:1_index", MIDNIGHT, "Wh", 9_007_199_254_740_993),
            Record("urn:dev:ow:1_heat", MIDNIGHT, "Cel", -12.25, sum=4.5, update_time=60.0),
            Record(
                "urn:dev:ow:1_heat", MIDNIGHT + HALF_HOUR, "K", 1e-300, other={"colour": "red", "n_": [1]}
            ),
            Record("urn:dev:ow:1_heat", MIDNIGHT + 2 * HALF_HOUR, "K", None, sum=9.0),
            Record("urn:dev:ow:1_heat", MIDNIGHT + 3 * HALF_HOUR, "K"),
        ]
    )
