"""The names of the reference program, for the scripts written for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._native import Data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ._native import Record


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
        """Appends a record."""
        self._data._append(record)

    def extend(self, records: Iterable[Record]) -> None:
        """Appends records."""
        for record in records:
            self.append(record)

    def records(self) -> Iterator[Record]:
        """The records, one after the other."""
        return iter(self._data)

    def __repr__(self) -> str:
        return f"<quoalise.Sensml: {len(self._data)} records>"
