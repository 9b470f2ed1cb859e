"""Records, columns, JSON, pandas, what a log and a notebook show, pickles."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import quoalise
from quoalise import Data, DeviceIdentifier, Gap, Measurement, Metadata, Pricing, Record
from readings import HALF_HOUR, METADATA, MIDNIGHT, PARIS, SERIES, all_types, day, record

UTC = timezone.utc


class Somewhere(tzinfo):
    """A zone that Python alone knows."""

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        return None if when is None else timedelta(hours=5, minutes=45)

    def dst(self, when: datetime | None) -> timedelta | None:
        return timedelta(0)

    def tzname(self, when: datetime | None) -> str | None:
        return None


def test_records_by_iteration_index_and_slice() -> None:
    data = day()
    assert len(data) == 48 and bool(data)
    assert list(data) == data.records == [data[row] for row in range(48)]
    assert list(reversed(data)) == data.records[::-1]
    assert data[-1] == data[47] == record(47, 447.0)
    assert record(5, 405.0) in data
    one = data[5]
    assert (one.name, one.time, one.unit, one.value) == (SERIES, MIDNIGHT + 5 * HALF_HOUR, "W", 405.0)
    assert one.time.tzinfo is UTC and one.time.utcoffset() == timedelta(0)
    assert not one.is_gap and data[2].is_gap and data[2].value is None
    for row in (48, -49, 10**9, 10**30):
        with pytest.raises(IndexError):
            data[row]
    for key in ("0", 1.0, None):
        with pytest.raises(TypeError, match="number or slice"):
            data[key]  # type: ignore[call-overload]
    assert data[np.int64(3)] == data[3]


def test_slices_are_data() -> None:
    data = day()
    for part in (
        slice(0, 10),
        slice(None),
        slice(40, 99),
        slice(5, 5),
        slice(7, 3),
        slice(-3, None),
        slice(1, 40, 7),
    ):
        assert isinstance(data[part], Data)
        assert list(data[part]) == list(data)[part]
        assert data[part].metadata == METADATA
    with pytest.raises(ValueError, match="reversed"):
        data[::-1]
    with pytest.raises(ValueError):
        data[::0]


def test_empty() -> None:
    data = Data()
    assert len(data) == 0 and not data and list(data) == data.records == data.names == data.missing() == []
    assert np.asarray(data.values).shape == np.asarray(data.times).shape == (0,)
    assert json.loads(data.to_json()) == {"meta": {}, "records": []}
    assert data.to_pandas().empty
    assert data == Data(Metadata(), records=[]) == pickle.loads(pickle.dumps(data))
    assert "0 records" in repr(data) and "<table" not in data._repr_html_()


def test_numpy_sees_the_columns_where_they_lie() -> None:
    data = day()
    times, values = np.asarray(data.times), np.asarray(data.values)
    assert times.dtype == np.dtype("datetime64[us]") and values.dtype == np.float64
    assert times[0] == np.datetime64("2022-01-09T23:00:00") and values[5] == 405
    assert list(np.flatnonzero(np.isnan(values))) == [2, 3]
    # No copy: both times the same memory, and nobody may write there.
    assert values.__array_interface__["data"] == np.asarray(data.values).__array_interface__["data"]
    assert not values.flags.writeable and not values.flags.owndata
    with pytest.raises(ValueError):
        values[0] = 1
    assert np.nanmean(values) == pytest.approx(np.mean([r.value for r in data if r.value is not None]))
    # The view keeps what it looks at.
    before = values.copy()
    del data
    gc.collect()
    _noise = [day() for _ in range(50)]
    np.testing.assert_array_equal(values, before)


def test_columns_as_sequences() -> None:
    data = day()
    assert data.times[0] == MIDNIGHT and data.times[-1] == data[-1].time
    assert data.times.tolist() == [r.time for r in data] == list(data.times)
    assert data.values[5] == 405.0 and len(data.values) == 48
    assert np.isnan(data.values[2]) and np.isnan(data.values.tolist()[2])
    with pytest.raises(IndexError):
        data.values[48]
    assert data.names == [SERIES] and data.units == ["W"]
    assert all_types().units == ["Wh", "Cel", "K"]
    assert repr(data.values) == "<quoalise.Values: 48>"


def test_columns_by_slices() -> None:
    data = day()
    assert data.values[4:7] == data.values.tolist()[4:7] and data.values[::-1][-1] == data.values[0]
    assert data.times[-2:] == [record.time for record in data[-2:]] and data.times[9:3] == []
    with pytest.raises(IndexError):
        data.values[48]


def test_records() -> None:
    one = Record("a", MIDNIGHT, "W", 1.0)
    assert one == Record(name="a", time=MIDNIGHT.astimezone(UTC), unit="W", value=1.0)
    assert (
        hash(one) == hash(Record("a", MIDNIGHT, "W", 1.0))
        and len({one, Record("a", MIDNIGHT, "W", 1.0)}) == 1
    )
    for other in (
        Record("b", MIDNIGHT, "W", 1.0),
        Record("a", MIDNIGHT + HALF_HOUR, "W", 1.0),
        Record("a", MIDNIGHT, None, 1.0),
        Record("a", MIDNIGHT, "W", None),
        Record("a", MIDNIGHT, "W", 1.0, sum=1.0),
        Record("a", MIDNIGHT, "W", 1.0, other={"x": 1}),
        ("a", MIDNIGHT, "W", 1.0),
    ):
        assert one != other
    assert vars(one) == {"name": "a", "time": MIDNIGHT, "value": 1.0, "unit": "W"}
    assert repr(one) == "Record(name='a', time=2022-01-09T23:00:00Z, unit='W', value=1.0)"
    assert Record.__match_args__ == ("name", "time", "unit", "value")
    with pytest.raises(AttributeError):
        one.value = 2.0  # type: ignore[misc]
    for value in (True, "text", b"bytes", 9_007_199_254_740_993, 2**63, 1.5, None):
        back = Data(records=[Record("a", MIDNIGHT, None, value)])[0].value
        assert back == value and type(back) is type(value)
    assert Data(records=[Record("a", MIDNIGHT, None, 3)])[0].value == 3
    for number in (np.float32(1.5), np.int64(1), Decimal("1.5")):
        assert Record("a", MIDNIGHT, None, number).value == float(number)  # type: ignore[arg-type]


def test_what_no_record_can_be() -> None:
    with pytest.raises(ValueError, match="ZoneInfo"):
        Record("a", datetime(2022, 1, 10))
    for time in (None, date(2022, 1, 10), 1641769200, "2022-01-10T00:00:00Z"):
        with pytest.raises(TypeError, match="datetime"):
            Record("a", time)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="number, a text"):
        Record("a", MIDNIGHT, None, [1.0])  # type: ignore[arg-type]
    for wrong in (
        Record("no name", MIDNIGHT),
        Record("", MIDNIGHT),
        Record("a", MIDNIGHT, "W", float("nan")),
    ):
        with pytest.raises(quoalise.MalformedData):
            Data(records=[wrong])
    with pytest.raises(TypeError, match=r"quoalise\.Record"):
        Data(records=[("a", MIDNIGHT, "W", 1.0)])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="either"):
        Data(sensml=quoalise.Sensml(), records=[])


def test_missing() -> None:
    data = day()
    gap = Gap(SERIES, MIDNIGHT + 2 * HALF_HOUR, MIDNIGHT + 4 * HALF_HOUR)
    assert data.missing() == [gap]
    assert (gap.name, gap.start.tzinfo, gap.end - gap.start) == (SERIES, UTC, 2 * HALF_HOUR)
    assert repr(gap) == "Gap(start=2022-01-10T00:00:00Z, end=2022-01-10T01:00:00Z)"
    assert pickle.loads(pickle.dumps(gap)) == gap
    hole = Data(METADATA, records=[record(0, 1.0), record(2, 1.0)])
    assert hole.missing() == [Gap(SERIES, MIDNIGHT + HALF_HOUR, MIDNIGHT + 2 * HALF_HOUR)]
    assert all_types().missing() == []


def test_energy() -> None:
    assert day().energy_wh == sum(400 + step for step in range(48) if step not in (2, 3)) / 2
    assert all_types().energy_wh is None


def test_metadata() -> None:
    assert METADATA.device_type == "electricity-meter"
    assert METADATA.device == DeviceIdentifier("enedis", "prm", "00000000000001")
    assert METADATA.device is not None and METADATA.device.value == "00000000000001"
    measurement = METADATA.measurement
    assert (measurement.name, measurement.unit, measurement.aggregation) == ("active-power", "W", "mean")
    assert (measurement.sampling_interval, measurement.interval) == ("PT30M", HALF_HOUR)
    assert measurement == Measurement(
        name="active-power",
        direction="consumption",
        unit="W",
        aggregation="average",
        sampling_interval="1800",
    )
    assert Measurement(sampling_interval="P1D").interval is None
    assert (Measurement().corrected, Measurement(corrected=False).corrected) == (None, False)
    with pytest.raises(quoalise.InvalidArgument, match="PT30M"):
        Measurement(sampling_interval="often")
    with pytest.raises(AttributeError):
        measurement.name = "x"  # type: ignore[misc]
    pricing = Pricing("hph", "heures pleines", kind="distributor")
    tariff = Metadata(pricing=pricing)
    assert tariff.pricing == pricing != Pricing("hch") and tariff.device is None
    assert tariff != METADATA and tariff != "hph"
    for thing in (METADATA, measurement, METADATA.device, pricing, tariff, Metadata()):
        assert pickle.loads(pickle.dumps(thing)) == thing == copy.deepcopy(thing)
    # A meter's number is for nobody's log.
    assert "00000000000001" not in repr(METADATA) and "active-power" in repr(METADATA)
    assert (
        repr(pricing) == "Pricing(range_code='hph', range_description='heures pleines', kind='distributor')"
    )


def test_metadata_as_dicts() -> None:
    data = day()
    assert (
        data.meta
        == data.metadata.as_dict
        == {
            "device": {
                "type": "electricity-meter",
                "identifier": {"authority": "enedis", "type": "prm", "value": "00000000000001"},
            },
            "measurement": {
                "name": "active-power",
                "direction": "consumption",
                "unit": "W",
                "aggregation": "mean",
                "sampling-interval": "PT30M",
            },
        }
    )
    assert Metadata(data.meta) == METADATA and Data(data.meta).metadata == METADATA
    nested = {
        "measurement": {
            "business": {"graph": "load-profile"},
            "aggregate": {"type": "average"},
            "sampling": {"interval": 1800},
        },
        "unknown": {"x": "1", "more": [{"y": "2"}, {"y": "3"}]},
    }
    metadata = Metadata(nested)
    assert metadata.measurement == Measurement(
        name="load-profile", aggregation="mean", sampling_interval="PT30M"
    )
    assert metadata.as_dict["unknown"] == nested["unknown"]
    assert pickle.loads(pickle.dumps(metadata)) == metadata
    assert pickle.loads(pickle.dumps(metadata)).as_dict == metadata.as_dict


@pytest.mark.parametrize("tz", [PARIS, "Europe/Paris", timezone(timedelta(hours=1)), UTC, Somewhere(), None])
def test_json(tz: tzinfo | str | None) -> None:
    data = day()
    made = json.loads(data.to_json(tz=tz))
    zone = ZoneInfo(tz) if isinstance(tz, str) else tz
    assert made == {
        "meta": data.meta,
        "records": [
            {"name": r.name, "time": r.time.astimezone(zone).isoformat(), "value": r.value, "unit": r.unit}
            for r in data
        ],
    }
    assert list(made["records"][0]) == ["name", "time", "value", "unit"]


def test_json_over_the_change_of_the_clocks() -> None:
    times = [datetime(2022, 10, 30, hour, tzinfo=UTC) for hour in range(4)]
    data = Data(records=[Record("a", time) for time in times])
    for tz in (PARIS, "Europe/Paris"):
        made = [r["time"] for r in json.loads(data.to_json(tz=tz))["records"]]
        assert made == [time.astimezone(PARIS).isoformat() for time in times]
        assert [time[-6:] for time in made] == ["+02:00", "+01:00", "+01:00", "+01:00"]


def test_json_layout() -> None:
    data = day()
    assert "\n" not in data.to_json()
    assert data.to_json(indent=2, tz=UTC).startswith('{\n  "meta": {\n    "device"')
    assert data.to_json(indent=0).startswith('{\n"meta"') and data.to_json(indent="\t").startswith(
        '{\n\t"meta"'
    )
    for wrong in ("Europe/Nowhere", "+01:00x"):
        with pytest.raises(ValueError, match="no time zone"):
            data.to_json(tz=wrong)
    with pytest.raises(TypeError, match="ZoneInfo"):
        data.to_json(tz=1)  # type: ignore[arg-type]
    special = json.loads(all_types().to_json())["records"]
    assert special[5]["value"] == 9_007_199_254_740_993 and special[2]["value"] == "l'état: <à demi> & 😀"
    assert special[6]["sum"] == 4.5 and special[7]["other"] == {"colour": "red", "n_": [1]}


def test_pandas() -> None:
    frame = day().to_pandas(tz="Europe/Paris")
    assert list(frame.columns) == ["value", "unit"] and frame.attrs["name"] == SERIES
    assert frame.index.name == "time" and str(frame.index.tz) == "Europe/Paris"
    assert frame.index.is_monotonic_increasing and frame.index.is_unique
    assert frame["value"].iloc[5] == 405 and frame["value"].isna().sum() == 2
    assert frame.loc["2022-01-10 12:00", "value"].item() == 424.0
    assert frame["value"].resample("D").mean().index[0] == pd.Timestamp(MIDNIGHT)
    assert str(day().to_pandas().index.tz) == "UTC"
    assert day().to_pandas(tz=PARIS).equals(frame)
    # It is the caller's: to be written to, whatever becomes of the data.
    frame.loc[:, "value"] = 0.0
    frame = all_types().to_pandas()
    assert list(frame.columns) == ["name", "value", "unit", "sum", "update_time", "other"]
    assert list(frame["name"]) == [r.name for r in all_types()]
    assert list(frame["unit"].astype(object).where(frame["unit"].notna(), None)) == [
        r.unit for r in all_types()
    ]
    assert frame["value"].iloc[2] == "l'état: <à demi> & 😀" and frame["value"].iloc[6] == -12.25
    assert frame["sum"].iloc[8] == 9.0 and frame["sum"].isna().sum() == 8
    with pytest.raises(TypeError, match="a time zone is a ZoneInfo"):
        day().to_pandas(tz=3)  # type: ignore[arg-type]
    with pytest.raises(quoalise.InvalidArgument, match="Europe/Pariss"):
        day().to_pandas(tz="Europe/Pariss")
    large, other = 2**63 + 1, {"x": [1]}
    frame = Data(
        records=[Record(SERIES, MIDNIGHT, "W", large), Record(SERIES, MIDNIGHT, "W", 1.0, other=other)]
    ).to_pandas()
    assert list(frame["value"]) == [large, 1.0] and list(frame["other"]) == [None, other]


def test_a_log_learns_no_reading() -> None:
    data = day()
    assert repr(data) == (
        "<quoalise.Data: 48 records of active-power in W, 2022-01-09T23:00:00Z to 2022-01-10T22:30:00Z, 2 gaps>"
    )
    for shown in (repr(data), str(data), f"{data}", repr(all_types()), repr([data]), repr(data.sensml)):
        assert "00000000000001" not in shown and "405" not in shown and "état" not in shown
    assert "1 record of" in repr(data[5:6])


def test_a_notebook_shows_some_rows() -> None:
    html = day()._repr_html_()
    assert html.count("<tr>") == 1 + 5 + 1 + 5 and "… 38 more …" in html
    assert "<td>2022-01-09T23:00:00Z</td><td>400</td><td>W</td>" in html and "<td>447</td>" in html
    assert SERIES not in html
    html = all_types()._repr_html_()
    assert (
        "l'état: &lt;à demi&gt; &amp; 😀" in html
        and "2 bytes" in html
        and "<td>urn:dev:ow:1_heat</td>" in html
    )
    assert html.count("<tr>") == 11 and "more" not in html


def test_equality() -> None:
    assert day() == day() and not day() != day()
    assert day() != day()[1:] and day() != Data(records=day().records) and day() != 1
    assert all_types() == all_types()
    with pytest.raises(TypeError):
        hash(day())


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles(protocol: int) -> None:
    for data in (day(), all_types(), Data(), day()[:1]):
        back = pickle.loads(pickle.dumps(data, protocol))
        assert back == data and back.records == data.records and back.meta == data.meta
    assert copy.deepcopy(day()) == copy.copy(day()) == day()
    one = all_types()[7]
    assert pickle.loads(pickle.dumps(one, protocol)) == one


def test_pickles_are_small() -> None:
    year = Data(METADATA, records=[record(step, float(step % 7)) for step in range(17_520)])
    assert len(pickle.dumps(year)) < 17_520 * 25


def test_pickles_that_are_none() -> None:
    states: list[tuple[Any, ...]] = [
        (
            "<quoalise xmlns='urn:quoalise:0'><data/></quoalise>",
            [(10, 1)],
            ["a"],
            ["W"],
            b"",
            b"",
            b"",
            b"",
            [],
        ),
        ("<quoalise xmlns='urn:quoalise:0'><data/></quoalise>", [], ["a"], ["W"], b"", b"", b"", b"", []),
        (
            "<quoalise xmlns='urn:quoalise:0'><data/></quoalise>",
            [(10, 1)],
            ["a"],
            ["W"],
            b"\1\0\0\0",
            b"\0\0\0\0",
            b"\0" * 8,
            b"\0" * 8,
            [],
        ),
        ("<", [(10, 1)], [], [], b"", b"", b"", b"", []),
    ]
    for state in states:
        with pytest.raises(ValueError):
            quoalise._native._restore(state)


def test_several_series() -> None:
    data = quoalise.loads(
        """<quoalise xmlns="urn:quoalise:0">
        <data><meta><pricing range-code="hph"/></meta><sensml xmlns="urn:ietf:params:xml:ns:senml">
          <senml n="urn:dev:ow:1_a" bver="26" t="1641769200" u="kWh" v="1"/></sensml></data>
        <data><meta><pricing range-code="hch"/></meta><sensml xmlns="urn:ietf:params:xml:ns:senml">
          <senml bn="urn:dev:ow:1_b" bt="1641769200" u="Wh" v="2"/><senml t="1" u="Wh" v="3"/></sensml></data>
        </quoalise>"""
    )
    first, second = data.parts
    assert (len(data), len(first), len(second)) == (3, 1, 2)
    assert first.metadata.pricing == Pricing(
        "hph"
    ) == data.metadata.pricing and second.metadata.pricing == Pricing("hch")
    assert (data.version, second.version) == (26, 10)
    assert list(first) + list(second) == list(data)
    made = json.loads(data.to_json())
    assert [len(one["records"]) for one in made] == [1, 2]
    assert json.loads(first.to_json()) == made[0]
    assert pickle.loads(pickle.dumps(data)) == data and [len(part) for part in data[1:].parts] == [0, 2]
    assert "2 series" in repr(data)


def test_nothing_is_imported_unless_asked() -> None:
    script = (
        "import sys; before = set(sys.modules); import quoalise; data = quoalise.Data(); repr(data); list(data);"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not {"numpy", "pandas", "pyarrow", "polars", "asyncio", "dataclasses", "inspect", "json"} & set(
        out.split()
    ), out


def test_numpys_booleans_are_booleans() -> None:
    record = quoalise.Record("a", datetime(2022, 1, 10, tzinfo=timezone.utc), None, np.bool_(True))
    assert record.value is True
