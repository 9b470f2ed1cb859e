# Written by `make bindings` from core/src/ffi and uniffi.toml.
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from os import PathLike
from typing import Generic, TypeVar, final

from ._enums import (
    Action,
    Availability,
    Connection,
    Direction,
    FieldType,
    Format,
    NoteType,
    Security,
    Stamp,
    Status,
    WhenFull,
)
from ._records import (
    Authorization,
    CommandInfo,
    ConnectionState,
    Consent,
    Field,
    FieldOption,
    Form,
    Interrupted,
    Malformed,
    Measurement,
    NotSubscribed,
    Note,
    Outcome,
    Overflow,
    Presence,
    Push,
    Resumed,
    Rights,
    Series,
    Table,
    Validation,
    Event,
    FieldValue,
)

T = TypeVar("T")

@final
class Operation(Generic[T]):
    def wait(self, timeout: timedelta | float | None = None) -> T: ...
    def poll(self) -> tuple[bool, T | None]: ...
    def start(self, completions: Completions, future: object) -> None: ...
    def cancel(self) -> None: ...

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
    ) -> Operation[list[Event]]: ...
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
    """A stretch of time in which pushes may have got lost: the connection is there again, but the server no
    longer knew of the session. ``Client::fill`` asks for what they may have told.

    Also first of all, where a process before this one did not come to a good end, as far as the journal
    knows.
    """

    @property
    def since(
        self,
    ) -> datetime:
        """What was sent before is here."""

    @property
    def until(
        self,
    ) -> datetime:
        """What was sent after that comes again, or is here."""

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

@final
class Data:
    def __len__(self) -> int: ...
