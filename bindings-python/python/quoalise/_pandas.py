"""Data as pandas has them. Imported by nobody but `Data.to_pandas`."""

from __future__ import annotations

from datetime import timezone
from typing import TYPE_CHECKING, Any

import numpy
import pandas

if TYPE_CHECKING:
    from datetime import tzinfo

    from ._native import Data


def frame(data: Data, tz: tzinfo | str | None) -> pandas.DataFrame:
    """One row a record, by its time in this zone."""
    # What pandas makes of an array it must be free to write to.
    times = numpy.array(data.times)
    index = pandas.DatetimeIndex(times, name="time").tz_localize(timezone.utc).tz_convert(tz or timezone.utc)
    columns: dict[str, Any] = {}
    if len(data.names) > 1:
        columns["name"] = pandas.Categorical.from_codes(numpy.array(data._name_codes), data.names)
    columns["value"] = numpy.array(data.values)
    columns["unit"] = pandas.Categorical.from_codes(numpy.array(data._unit_codes), data.units)
    # Few data have anything else, and these are all looked at then.
    special = data._special
    if special:
        values = {row: record.value for row, record in special}
        # An int is here only where a float would be another number.
        if any(isinstance(value, (str, int, bytes)) for value in values.values()):
            plain = columns["value"].astype(object)
            for row, value in values.items():
                plain[row] = value
            columns["value"] = plain
        for field in ("sum", "update_time"):
            found = {
                row: getattr(record, field) for row, record in special if getattr(record, field) is not None
            }
            if found:
                column = numpy.full(len(data), numpy.nan)
                column[list(found)] = list(found.values())
                columns[field] = column
        labels = {row: record.other for row, record in special if record.other}
        if labels:
            column = numpy.full(len(data), None, dtype=object)
            for row, other in labels.items():
                column[row] = other
            columns["other"] = column
    made = pandas.DataFrame(columns, index=index)
    if len(data.names) == 1:
        made.attrs["name"] = data.names[0]
    return made
