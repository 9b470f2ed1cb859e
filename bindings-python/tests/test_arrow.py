"""Arrow's C interfaces, with everybody who takes them."""

from __future__ import annotations

import gc
import resource
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from quoalise import Data, Record
from readings import METADATA, MIDNIGHT, SERIES, all_types, day, record

DICTIONARY = pa.dictionary(pa.int32(), pa.string())


@pytest.mark.parametrize("data", [day(), day()[3:4], day()[:0], Data(), all_types(), all_types()[:9]])
def test_pyarrow_finds_nothing_wrong(data: Data) -> None:
    table = pa.table(data)
    table.validate(full=True)
    batch = pa.record_batch(data)
    batch.validate(full=True)
    assert table.to_batches()[:1] in ([batch], []) and table.num_rows == batch.num_rows == len(data)
    assert pa.schema(data) == table.schema
    for name, dtype, nullable in (
        ("name", DICTIONARY, False),
        ("time", pa.timestamp("us", "UTC"), False),
        ("value", pa.float64(), True),
        ("unit", DICTIONARY, True),
    ):
        assert table.schema.field(name) == pa.field(name, dtype, nullable)
    assert table["name"].to_pylist() == [r.name for r in data]
    assert table["unit"].to_pylist() == [r.unit for r in data]
    assert table["time"].to_pylist() == [r.time for r in data]
    numbers = [
        float(r.value) if isinstance(r.value, (float, int)) and not isinstance(r.value, bool) else None
        for r in data
    ]
    assert table["value"].to_pylist() == numbers


def test_what_is_more_than_a_number_has_columns_of_its_own() -> None:
    assert pa.table(day()).column_names == ["name", "time", "value", "unit"]
    data = all_types()
    table = pa.table(data)
    assert table.column_names[4:] == ["text", "boolean", "data", "sum", "update_time", "other"]
    assert table["text"].to_pylist() == [r.value if isinstance(r.value, str) else None for r in data]
    assert table["boolean"].to_pylist() == [r.value if isinstance(r.value, bool) else None for r in data]
    assert table["data"].to_pylist() == [r.value if isinstance(r.value, bytes) else None for r in data]
    assert table["sum"].to_pylist() == [r.sum for r in data]
    assert table["update_time"].to_pylist() == [r.update_time for r in data]
    assert table["other"].to_pylist() == [None] * 7 + ['{"colour":"red","n_":[1]}', None, None]


def test_columns_are_lent_and_not_copied() -> None:
    data = day()
    table = pa.table(data)
    address = np.asarray(data.values).__array_interface__["data"][0]
    assert table["value"].chunk(0).buffers()[1].address == address
    times = np.asarray(data.times).__array_interface__["data"][0]
    assert table["time"].chunk(0).buffers()[1].address == times
    expected = table["value"].to_pylist()
    del data
    gc.collect()
    _noise = [day() for _ in range(50)]
    assert table["value"].to_pylist() == expected


def test_columns_taken_out_outlive_their_table() -> None:
    column = pa.record_batch(all_types()).column("text")
    gc.collect()
    assert column.to_pylist()[2] == "l'état: <à demi> & 😀"


def test_capsules_nobody_takes_are_freed() -> None:
    data = all_types()
    for _ in range(1000):
        data.__arrow_c_stream__()
        data.__arrow_c_schema__()
        data.__arrow_c_array__(None)
    with pytest.raises(TypeError):
        data.__arrow_c_stream__(1, 2)  # type: ignore[call-arg]


def test_a_stream_can_be_read_once_and_has_one_batch() -> None:
    reader = pa.RecordBatchReader.from_stream(day())
    assert [batch.num_rows for batch in reader] == [48]
    chunked = pa.chunked_array(day())
    assert chunked.num_chunks == 1 and pa.types.is_struct(chunked.type)


def test_what_is_appended_later_is_not_seen() -> None:
    data = day()
    table, values = pa.table(data), np.asarray(data.values)
    data.sensml.append(record(48, 1.0))
    assert (len(data), table.num_rows, len(values)) == (49, 48, 48)
    assert pa.table(data).num_rows == 49


def test_polars() -> None:
    for frame in (pl.DataFrame(day()), pl.from_arrow(day()).struct.unnest()):  # type: ignore[union-attr]
        assert frame.shape == (48, 4)
        assert frame.schema["time"] == pl.Datetime("us", "UTC") and frame.schema["value"] == pl.Float64
        assert frame["value"].null_count() == 2 and frame["value"][5] == 405.0
        assert frame["time"][0] == MIDNIGHT and frame["name"][0] == SERIES
    frame = pl.DataFrame(all_types())
    assert frame["text"][2] == "l'état: <à demi> & 😀" and frame["boolean"].to_list()[:2] == [True, False]


def test_duckdb() -> None:
    data = day()  # noqa: F841  (DuckDB finds it by its name)
    found: Any = duckdb.sql("select count(*), count(value), max(value), any_value(name) from data")
    assert found.fetchall() == [(48, 46, 447.0, SERIES)]


def test_pandas() -> None:
    frame = pd.DataFrame.from_arrow(day())
    assert frame.shape == (48, 4) and frame["value"].isna().sum() == 2
    assert frame["time"].iloc[0] == pd.Timestamp(MIDNIGHT)


def test_a_large_one() -> None:
    many = Data(METADATA, records=[record(step, float(step)) for step in range(20_000)])
    table = pa.table(many)
    table.validate(full=True)
    assert table["value"].to_pylist() == [float(step) for step in range(20_000)]
    names = Data(
        records=[
            Record(f"urn:dev:ow:{row % 300}_a", MIDNIGHT, f"u{row % 7}", float(row)) for row in range(1000)
        ]
    )
    table = pa.table(names)
    table.validate(full=True)
    assert table["name"].to_pylist() == [f"urn:dev:ow:{row % 300}_a" for row in range(1000)]
    assert table["unit"].to_pylist() == [f"u{row % 7}" for row in range(1000)]


def test_nothing_is_left_behind() -> None:
    data = Data(METADATA, records=[record(step, float(step)) for step in range(20_000)])
    for _ in range(20):
        pa.table(data)
    before = peak()
    for _ in range(500):
        pa.table(data)
        pl.DataFrame(data)
        pa.schema(data)
        np.asarray(data.values)
    # Each kept one would be 160 kB and more.
    assert peak() - before < 20_000, peak() - before


def peak() -> int:
    """The most memory there was, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
