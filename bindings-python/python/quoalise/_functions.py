# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""What needs no client."""

from __future__ import annotations

from . import _native

__all__ = [
    "dumps",
    "loads",
]

TYPE_CHECKING = False  # importing typing for it takes longer than all the rest
if TYPE_CHECKING:
    from datetime import datetime, timedelta, tzinfo

    from ._enums import (
        Format,
        Stamp,
    )
    from ._native import Data


def dumps(
    data: Data,
    format: Format | str,
    *,
    keep_gaps: bool = False,
    zone: tzinfo | str | None = None,
) -> str:
    """Writes readings in a representation.

    Args:
        data: the readings
        format: the representation
        keep_gaps: Write SenML records without a value for gaps, which RFC 8428 forbids and Quoalise peers
            understand. Other representations always have them.
        zone: For tables and JSON: the zone to write times in; UTC by default.

    Raises:
        Error: ``MalformedData`` for readings that SenML cannot carry: before 1978, or with characters XML
            has no place for.
    """
    return _native.dumps(data, format, keep_gaps, zone)


def loads(
    content: bytes | bytearray | memoryview | str,
    *,
    format: Format | str | None = None,
    now: datetime | None = None,
    strict: bool = False,
    name: str | None = None,
    unit: str | None = None,
    zone: tzinfo | str | None = None,
    stamps: Stamp | str | None = None,
    step: timedelta | float | None = None,
) -> Data:
    """Reads readings from any representation.

    Args:
        content: what is to be read
        format: The representation; found out from how the text begins by default.
        now: What relative times count from; the present by default.
        strict: Refuse what RFC 8428 refuses: records without a value, empty packs, stray content.
        name: For tables: the name of records that have none there; ``value`` by default.
        unit: For tables: the unit of records that have none there.
        zone: For tables: the zone of times that come without an offset, which are refused by default.
        stamps: For load curves of Enedis: which end of its interval a reading is stamped at; the end by
            default, as for a Linky meter.
        step: For load curves of Enedis: the length of an interval, where the file does not tell it.

    Raises:
        Error: ``MalformedData``, which tells where, and never what was read; ``InvalidArgument`` for a
            representation that is only written.
    """
    return _native.loads(content, format, now, strict, name, unit, zone, stamps, step)
