# Written by `make bindings` from core/src/ffi and uniffi.toml.
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from os import PathLike
from typing import Any, ClassVar, Generic, TypeVar, Union, final, overload, type_check_only

import pandas
from typing_extensions import Never, SupportsIndex

from ._enums import (
    Action,
    Availability,
    Direction,
    Format,
    Security,
    Stamp,
    Status,
    WhenFull,
)
from ._records import (
    Authorization,
    CommandInfo,
    ConnectionState,
    Event,
    FieldValue,
    Form,
    Note,
    Outcome,
    Series,
)
from ._reference import Sensml

_T = TypeVar("_T")

@final
class Operation(Generic[_T]):
    def wait(self, timeout: timedelta | float | None = None) -> _T: ...
    def poll(self) -> tuple[bool, _T | None]: ...
    def start(self, completions: Completions, future: object) -> None: ...
    def cancel(self) -> None: ...

@final
class Untaken(Generic[_T]):
    def take(self) -> _T: ...

@final
class Completions:
    def __new__(cls) -> Completions: ...
    def fileno(self) -> int: ...
    def drain(self) -> None: ...

@final
class Client:
    @staticmethod
    def connect(
        account: str,
        password: str,
        address: str | None,
        ca_file: str | PathLike[str] | None,
        ca_pem: str | None,
        timeout: timedelta | float | None,
        connect_timeout: timedelta | float | None,
        priority: int | None,
        security: Security | str | None,
        allow_plain: bool,
        reconnect_first: timedelta | float | None,
        reconnect_longest: timedelta | float | None,
        dead_after: timedelta | float | None,
    ) -> Operation[Client]: ...
    def authorize_uri(
        self,
        provider: str,
        name: str,
        description: str,
        logo_url: str | None,
        duration: str | None,
        redirect_uri: str | None,
        state: str | None,
        test_client: int | None,
    ) -> Operation[Authorization]: ...
    def availability(
        self,
        provider: str,
    ) -> Operation[Availability]: ...
    def begin(
        self,
        provider: str,
        node: str,
    ) -> Operation[Execution]: ...
    def close(
        self,
    ) -> Operation[None]: ...
    def commands(
        self,
        provider: str,
    ) -> Operation[list[CommandInfo]]: ...
    def daily(
        self,
        provider: str,
        usage_point: str,
        direction: Direction | str,
        start: date,
        end: date,
    ) -> Operation[Data]: ...
    def distrusted(
        self,
    ) -> int: ...
    def fill(
        self,
        hole: Hole,
        provider: str,
        identifier: str,
    ) -> Operation[Data]: ...
    def get_history(
        self,
        provider: str,
        identifier: str,
        start: datetime | None,
        end: datetime | None,
    ) -> Operation[Data]: ...
    def jid(
        self,
    ) -> str: ...
    def listen(
        self,
        capacity: int | None,
        when_full: WhenFull | str | None,
        journal: str | PathLike[str] | None,
    ) -> Operation[Listener]: ...
    def load_curve(
        self,
        provider: str,
        usage_point: str,
        direction: Direction | str,
        start: date,
        end: date,
    ) -> Operation[Data]: ...
    def run(
        self,
        provider: str,
        node: str,
        values: Mapping[str, FieldValue] | None,
    ) -> Operation[Outcome]: ...
    def series(
        self,
        provider: str,
        prefix: str | None,
    ) -> Operation[list[Series]]: ...
    def state(
        self,
    ) -> ConnectionState: ...
    def states(
        self,
    ) -> States: ...
    def subscribe(
        self,
        provider: str,
        identifier: str,
    ) -> Operation[None]: ...
    def trust(
        self,
        provider: str,
    ) -> None: ...
    def unsubscribe(
        self,
        provider: str,
        identifier: str,
    ) -> Operation[None]: ...

@final
class Execution:
    def actions(
        self,
    ) -> list[Action]: ...
    def cancel(
        self,
    ) -> Operation[None]: ...
    def complete(
        self,
        values: Mapping[str, FieldValue] | None,
    ) -> Operation[None]: ...
    def default_action(
        self,
    ) -> Action | None: ...
    def form(
        self,
    ) -> Form | None: ...
    def next(
        self,
        values: Mapping[str, FieldValue] | None,
    ) -> Operation[None]: ...
    def notes(
        self,
    ) -> list[Note]: ...
    def outcome(
        self,
    ) -> Operation[Outcome]: ...
    def prev(
        self,
    ) -> Operation[None]: ...
    def status(
        self,
    ) -> Status: ...

@final
class Listener:
    def close(
        self,
    ) -> Operation[None]: ...
    def finish(
        self,
    ) -> Operation[Untaken[list[Event]]]: ...
    def ready(self) -> Operation[bool]: ...
    def take(self) -> Event | None: ...

@final
class States:
    def close(
        self,
    ) -> Operation[None]: ...
    def ready(self) -> Operation[bool]: ...
    def take(self) -> ConnectionState | None: ...

@final
class Hole:
    """A stretch of time in which pushes may have got lost: the connection is there again, but the server
    no longer knew of the session.

    ``Client.fill`` asks for what they may have told.

    Also first of all, where a process before this one did not come to a good end, as far as the journal
    knows.
    """

    @property
    def since(
        self,
    ) -> datetime:
        """When it begins: what was sent before is here."""

    @property
    def until(
        self,
    ) -> datetime:
        """When it ends: what was sent after that comes again, or is here."""

def dumps(
    data: Data,
    format: Format | str,
    keep_gaps: bool,
    zone: tzinfo | str | None,
) -> str: ...
def loads(
    content: bytes | bytearray | memoryview | str,
    format: Format | str | None,
    now: datetime | None,
    strict: bool,
    name: str | None,
    unit: str | None,
    zone: tzinfo | str | None,
    stamps: Stamp | str | None,
    step: timedelta | float | None,
) -> Data: ...

_Value = Union[float, str, bool, bytes, None]
"""What a record may hold; an int where it is beyond what a float tells apart."""

@final
class Record:
    """One resolved record (RFC 8428): a reading, or a gap where there is no value."""

    __match_args__: ClassVar[tuple[str, str, str, str]]
    def __new__(
        cls,
        name: str,
        time: datetime,
        unit: str | None = None,
        value: _Value = None,
        sum: float | None = None,
        update_time: float | None = None,
        other: dict[str, Any] | None = None,
    ) -> Record: ...
    @property
    def name(self) -> str:
        """The full name: base name and name together."""
    @property
    def time(self) -> datetime:
        """The time, in UTC; where the value is over a period, its start."""
    @property
    def unit(self) -> str | None:
        """The unit (``W``, ``Wh``, …), where one is given."""
    @property
    def value(self) -> _Value:
        """The value: a number, a text, a boolean, or bytes.

        None for a gap, and for a record that only carries a sum.
        """
    @property
    def sum(self) -> float | None:
        """The integral of the value over time, in unit times seconds."""
    @property
    def update_time(self) -> float | None:
        """In how many seconds at the latest the next record is to come."""
    @property
    def other(self) -> dict[str, Any]:
        """Labels that SenML's registry may have and this library does not know."""
    @property
    def is_gap(self) -> bool:
        """Whether this is a gap: neither a value nor a sum."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class RecordIterator:
    """Goes through the records of some data."""

    def __iter__(self, /) -> RecordIterator: ...
    def __next__(self, /) -> Record: ...
    def __length_hint__(self) -> int: ...

@final
class Times:
    """The times of records, in UTC.

    ``numpy.asarray(data.times)`` is a view of them, as ``datetime64[us]``, which copies nothing.
    """

    @property
    def __array_interface__(self) -> dict[str, Any]: ...
    def __len__(self, /) -> int: ...
    @overload
    def __getitem__(self, key: SupportsIndex, /) -> datetime: ...
    @overload
    def __getitem__(self, key: slice[Any, Any, Any], /) -> list[datetime]: ...
    def __iter__(self, /) -> Iterator[datetime]: ...
    def tolist(self) -> list[datetime]:
        """Make a list of ``datetime``."""

@final
class Values:
    """The numbers of records; NaN where a record has none.

    ``numpy.asarray(data.values)`` is a view of them, which copies nothing.
    """

    @property
    def __array_interface__(self) -> dict[str, Any]: ...
    def __len__(self, /) -> int: ...
    @overload
    def __getitem__(self, key: SupportsIndex, /) -> float: ...
    @overload
    def __getitem__(self, key: slice[Any, Any, Any], /) -> list[float]: ...
    def __iter__(self, /) -> Iterator[float]: ...
    def tolist(self) -> list[float]:
        """Make a list; NaN where a record has no number."""

@final
class Gap:
    """A stretch of time in which a series has no values."""

    def __new__(cls, name: str, start: datetime, end: datetime) -> Gap: ...
    @property
    def name(self) -> str:
        """The name of the series."""
    @property
    def start(self) -> datetime:
        """Where the first missing interval begins."""
    @property
    def end(self) -> datetime:
        """Where the last missing interval ends."""
    def __eq__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class DeviceIdentifier:
    """What a device is called, and by whom."""

    def __new__(
        cls, authority: str | None = None, kind: str | None = None, value: str | None = None
    ) -> DeviceIdentifier: ...
    @property
    def authority(self) -> str | None:
        """Who gives such names: ``enedis``, ``grdf``, …"""
    @property
    def kind(self) -> str | None:
        """The kind of name: ``prm``, ``pce``, …"""
    @property
    def value(self) -> str | None:
        """The name itself."""
    def __eq__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Measurement:
    """What is measured, and how."""

    def __new__(
        cls,
        name: str | None = None,
        direction: str | None = None,
        quantity: str | None = None,
        kind: str | None = None,
        subtype: str | None = None,
        unit: str | None = None,
        aggregation: str | None = None,
        sampling_interval: str | None = None,
        corrected: bool | None = None,
        estimated: bool | None = None,
    ) -> Measurement: ...
    @property
    def name(self) -> str | None:
        """``active-power``, ``active-energy-index``, ``load-profile``, …"""
    @property
    def direction(self) -> str | None:
        """``consumption`` or ``production``."""
    @property
    def quantity(self) -> str | None:
        """``power``, ``energy``, ``voltage``, …"""
    @property
    def kind(self) -> str | None:
        """The kind of quantity: ``electrical``, …"""
    @property
    def subtype(self) -> str | None:
        """``active``, ``reactive``, …"""
    @property
    def unit(self) -> str | None:
        """The unit: ``W``, ``Wh``, ``VA``, …"""
    @property
    def aggregation(self) -> str | None:
        """How each value stands for its interval: ``mean``, ``sum``, ``max``, ``min``, or else as written."""
    @property
    def sampling_interval(self) -> str | None:
        """How long the interval of a value is, as ISO 8601: ``PT30M``, ``P1D``, …

        It begins at the record's time.
        """
    @property
    def interval(self) -> timedelta | None:
        """How long the interval of a value is; None for days and months, whose length depends on the date."""
    @property
    def corrected(self) -> bool | None:
        """Whether the distributor has corrected the values."""
    @property
    def estimated(self) -> bool | None:
        """Whether the values are estimated rather than measured."""
    def __eq__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Pricing:
    """The tariff the values belong to."""

    def __new__(
        cls,
        range_code: str | None = None,
        range_description: str | None = None,
        kind: str | None = None,
        kind_description: str | None = None,
    ) -> Pricing: ...
    @property
    def range_code(self) -> str | None:
        """The class: ``hph``, ``hch``, …"""
    @property
    def range_description(self) -> str | None:
        """The class in words."""
    @property
    def kind(self) -> str | None:
        """Whose tariff: ``distributor``, ``supplier``, …"""
    @property
    def kind_description(self) -> str | None:
        """Whose tariff, in words."""
    def __eq__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Metadata:
    """What a series is: device, measurement, tariff. Both dialects of Quoalise come out as this.

    What has no field here is in ``as_dict``, and is kept.
    """

    def __new__(
        cls,
        as_dict: dict[str, Any] | None = None,
        *,
        device_type: str | None = None,
        device: DeviceIdentifier | None = None,
        measurement: Measurement | None = None,
        pricing: Pricing | None = None,
    ) -> Metadata: ...
    @property
    def device_type(self) -> str | None:
        """The kind of device, such as ``electricity-meter``."""
    @property
    def device(self) -> DeviceIdentifier | None:
        """What the device is called, and by whom."""
    @property
    def measurement(self) -> Measurement:
        """What is measured."""
    @property
    def pricing(self) -> Pricing | None:
        """The tariff the values belong to."""
    @property
    def as_dict(self) -> dict[str, Any]:
        """All that is known, also what has no field here, as nested dicts of texts."""
    def __eq__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Data:
    """One payload: the records of all its series, and what each series is.

    ``data[0]`` is a record, ``data[:48]`` are data again. ``times`` and ``values`` are columns for NumPy. Polars,
    PyArrow, DuckDB and pandas take data as they are, by Arrow's interface: ``polars.DataFrame(data)``,
    ``pyarrow.table(data)``.
    """

    def __new__(
        cls,
        metadata: Metadata | dict[str, Any] | None = None,
        sensml: Sensml | None = None,
        records: Iterable[Record] | None = None,
    ) -> Data: ...
    def __len__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Record]: ...
    def __reversed__(self) -> Iterator[Record]: ...
    @overload
    def __getitem__(self, key: SupportsIndex, /) -> Record: ...
    @overload
    def __getitem__(self, key: slice[Any, Any, Any], /) -> Data: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def _repr_html_(self) -> str: ...
    @property
    def records(self) -> list[Record]:
        """All records, as a list. Iterating over the data makes them one by one."""
    @property
    def metadata(self) -> Metadata:
        """What the first series is; mostly there is but one."""
    @property
    def meta(self) -> dict[str, Any]:
        """The same as nested dicts, as the reference program has it."""
    @property
    def sensml(self) -> Sensml:
        """The records to be read and appended to, as the reference program has them."""
    @property
    def parts(self) -> tuple[Data, ...]:
        """Each series of the payload by itself; at least one. Mostly there is but one."""
    @property
    def version(self) -> int:
        """The SenML version (``bver``) of the first series."""
    @property
    def times(self) -> Times:
        """The times of all records."""
    @property
    def values(self) -> Values:
        """The numbers of all records."""
    @property
    def names(self) -> list[str]:
        """The different names, in the order they first occur."""
    @property
    def units(self) -> list[str]:
        """The different units, in the order they first occur."""
    @property
    def energy_wh(self) -> float | None:
        """The energy in Wh: mean power times its interval, or sums of energy, added up.

        None where that has no meaning: another quantity, no fixed interval, a meter index. Gaps count as nothing.
        """
    def missing(self) -> list[Gap]:
        """Tell where values are missing.

        That is records that are gaps, and holes between records that are further apart than the sampling interval
        of their series. Only for series whose interval is of fixed length.
        """
    def to_json(self, indent: int | str | None = None, tz: tzinfo | str | None = None) -> str:
        """Write the JSON of the reference program.

        Metadata are nested objects, beside them is a list of records with their times in this zone, by default in
        the system's. Of several series it is a list of such objects.
        """
    def to_pandas(self, tz: tzinfo | str | None = None) -> pandas.DataFrame:
        """Make a ``pandas.DataFrame``, one row a record by its time in this zone, by default UTC.

        The columns are ``value`` and ``unit``, ``name`` where there are several, and others where a record holds
        more.
        """
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...
    def __arrow_c_schema__(self) -> object: ...
    @property
    def _name_codes(self) -> _Codes: ...
    @property
    def _unit_codes(self) -> _Codes: ...
    @property
    def _special(self) -> list[tuple[int, Record]]: ...
    def _append(self, record: Record) -> None: ...

@type_check_only
class _Codes:
    @property
    def __array_interface__(self) -> dict[str, Any]: ...

def _restore(state: Any) -> Data: ...
def _restore_metadata(xml: str) -> Metadata: ...
def _raise(kind: str) -> Never: ...
def _command(arguments: list[str]) -> int: ...
