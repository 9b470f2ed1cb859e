# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""What operations give."""

from __future__ import annotations

from ._struct import FieldValue, Struct

TYPE_CHECKING = False  # importing typing for it takes longer than all the rest
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Union

    from ._enums import (
        Connection,
        FieldType,
        NoteType,
    )
    from ._error import Error
    from ._native import Data, Hole, Measurement

__all__ = [
    "Authorization",
    "CommandInfo",
    "ConnectionState",
    "Consent",
    "Field",
    "FieldOption",
    "Form",
    "Interrupted",
    "Malformed",
    "NotSubscribed",
    "Note",
    "Outcome",
    "Overflow",
    "Presence",
    "Push",
    "Resumed",
    "Rights",
    "Series",
    "Table",
    "Validation",
    "FieldValue",
]


class Authorization(Struct):
    """Where a person gives consent, and what the notice of it will bring back."""

    __slots__ = (
        "uri",
        "state",
        "name",
        "provider",
    )
    _hidden = frozenset(
        (
            "uri",
            "state",
        )
    )

    if TYPE_CHECKING:
        uri: str
        """Where to send the person's browser."""
        state: str
        """What the notice of consent brings back."""
        name: str
        """The name given in the request."""
        provider: str
        """Who was asked."""

        def __init__(self, uri: str, state: str, name: str, provider: str) -> None: ...


class CommandInfo(Struct):
    """A command a provider offers."""

    __slots__ = (
        "node",
        "name",
    )
    _hidden = frozenset(())

    if TYPE_CHECKING:
        node: str
        """What it is asked for by."""
        name: str
        """What it is called, for people; the node where it has no name."""

        def __init__(self, node: str, name: str) -> None: ...


class ConnectionState(Struct):
    """How things stand with a connection, and why."""

    __slots__ = (
        "connection",
        "error",
        "since",
    )
    _hidden = frozenset(())

    if TYPE_CHECKING:
        connection: Connection
        """How they stand."""
        error: Error | None
        """What happened, where it was interrupted, or closed from the other side."""
        since: datetime | None
        """After a reset: all that was sent before is here."""

        def __init__(self, connection: Connection, error: Error | None, since: datetime | None) -> None: ...


class Consent(Struct):
    """The notice that a person has consented.

    It says so by the provider's word, which is trusted. Whether it is about a request of *yours* is another
    matter: where ``request`` is there, it answers that one of this client. Where it is not, look for the
    ``state`` among those you have stored, and pass over the notice if it is not there.
    """

    __slots__ = (
        "sender",
        "id",
        "sent",
        "delayed",
        "repeated",
        "usage_points",
        "state",
        "request",
        "body",
        "other",
    )
    _hidden = frozenset(
        (
            "usage_points",
            "state",
            "body",
            "other",
        )
    )

    if TYPE_CHECKING:
        sender: str
        """Who sent it, resource included."""
        id: str | None
        """The stanza's id, where it has one."""
        sent: datetime
        """When it was sent."""
        delayed: bool
        """Whether a server kept it while this account was away."""
        repeated: bool
        """Whether it was given before."""
        usage_points: list[str]
        """The usage points consented for, at least one, as the provider writes them (14 digits)."""
        state: str | None
        """What came back of the request's state."""
        request: Authorization | None
        """Which request of this client it answers: the latest to the same provider with this state."""
        body: str | None
        """What the message says in words, where it does."""
        other: list[str]
        """What else was in the message, as XML."""

        def __init__(
            self,
            sender: str,
            id: str | None,
            sent: datetime,
            delayed: bool,
            repeated: bool,
            usage_points: list[str],
            state: str | None,
            request: Authorization | None,
            body: str | None,
            other: list[str],
        ) -> None: ...


class Field(Struct):
    """A field of a form."""

    __slots__ = (
        "name",
        "kind",
        "label",
        "description",
        "required",
        "values",
        "options",
        "validation",
    )
    _hidden = frozenset(("values",))

    if TYPE_CHECKING:
        name: str
        """The name; empty for some fixed texts."""
        kind: FieldType
        """The type; text-single where none is given."""
        label: str | None
        """The label for humans."""
        description: str | None
        """A longer explanation for humans."""
        required: bool
        """Whether it must be filled in."""
        values: list[str]
        """The value or values, or the default."""
        options: list[FieldOption]
        """What may be chosen from."""
        validation: Validation | None
        """What a value must look like, beyond the type (XEP-0122)."""

        def __init__(
            self,
            name: str,
            kind: FieldType,
            label: str | None,
            description: str | None,
            required: bool,
            values: list[str],
            options: list[FieldOption],
            validation: Validation | None,
        ) -> None: ...


class FieldOption(Struct):
    """What may be chosen for a field."""

    __slots__ = (
        "label",
        "value",
    )
    _hidden = frozenset(("value",))

    if TYPE_CHECKING:
        label: str | None
        """The label for humans."""
        value: str
        """The value."""

        def __init__(self, label: str | None, value: str) -> None: ...


class Form(Struct):
    """A form (XEP-0004)."""

    __slots__ = (
        "title",
        "instructions",
        "fields",
    )
    _hidden = frozenset(())

    if TYPE_CHECKING:
        title: str | None
        """A title for humans."""
        instructions: str | None
        """Instructions for humans."""
        fields: list[Field]
        """The fields, in order."""

        def __init__(self, title: str | None, instructions: str | None, fields: list[Field]) -> None: ...


class Interrupted(Struct):
    """The connection was lost, and is being made anew by itself.

    The server keeps what comes meanwhile.
    """

    __slots__ = ("error",)
    _hidden = frozenset(())

    if TYPE_CHECKING:
        error: Error
        """What happened."""

        def __init__(self, error: Error) -> None: ...


class Malformed(Struct):
    """A trusted provider sent something that cannot be read."""

    __slots__ = (
        "sender",
        "error",
    )
    _hidden = frozenset(())

    if TYPE_CHECKING:
        sender: str
        """Who sent it."""
        error: Error
        """What is wrong with it."""

        def __init__(self, sender: str, error: Error) -> None: ...


class NotSubscribed(Struct):
    """After a loss it was looked whether the subscriptions made by this client are still there, and this
    one is not.
    """

    __slots__ = (
        "provider",
        "identifier",
        "error",
    )
    _hidden = frozenset(())

    if TYPE_CHECKING:
        provider: str
        """Where."""
        identifier: str
        """To what."""
        error: Error
        """Why the provider will not have it."""

        def __init__(self, provider: str, identifier: str, error: Error) -> None: ...


class Note(Struct):
    """A note beside a command's answer."""

    __slots__ = (
        "kind",
        "text",
    )
    _hidden = frozenset(("text",))

    if TYPE_CHECKING:
        kind: NoteType
        """How bad it is."""
        text: str
        """What it says."""

        def __init__(self, kind: NoteType, text: str) -> None: ...


class Outcome(Struct):
    """What came of a command that was completed."""

    __slots__ = (
        "title",
        "instructions",
        "fields",
        "tables",
        "notes",
        "data",
        "other",
        "unused",
    )
    _hidden = frozenset(
        (
            "title",
            "instructions",
            "other",
        )
    )

    if TYPE_CHECKING:
        title: str | None
        """The title of the result."""
        instructions: str | None
        """A text about the result."""
        fields: list[Field]
        """The result's fields, in order; fixed ones are texts to read."""
        tables: list[Table]
        """The result's tables; there is mostly one at the most."""
        notes: list[Note]
        """What the provider says of it; no errors, which would have been the command's."""
        data: Data | None
        """Readings, where there are any."""
        other: list[str]
        """Whatever else came, as XML."""
        unused: list[str]
        """The fields that a value was given for and that no form had.

        They were only noticed after the command was done; otherwise that is an error.
        """

        def __init__(
            self,
            title: str | None,
            instructions: str | None,
            fields: list[Field],
            tables: list[Table],
            notes: list[Note],
            data: Data | None,
            other: list[str],
            unused: list[str],
        ) -> None: ...


class Overflow(Struct):
    """So many pushes and notices were given up, because more came than were taken."""

    __slots__ = ("dropped",)
    _hidden = frozenset(())

    if TYPE_CHECKING:
        dropped: int
        """How many."""

        def __init__(self, dropped: int) -> None: ...


class Presence(Struct):
    """A trusted provider came, or went, as far as it says so itself.

    One whose network fails says nothing.
    """

    __slots__ = (
        "sender",
        "available",
    )
    _hidden = frozenset(())

    if TYPE_CHECKING:
        sender: str
        """Who, resource included."""
        available: bool
        """Whether it is there."""

        def __init__(self, sender: str, available: bool) -> None: ...


class Push(Struct):
    """New data a provider sent by itself."""

    __slots__ = (
        "sender",
        "id",
        "sent",
        "delayed",
        "repeated",
        "data",
        "body",
        "other",
    )
    _hidden = frozenset(
        (
            "body",
            "other",
        )
    )

    if TYPE_CHECKING:
        sender: str
        """Who sent it, resource included."""
        id: str | None
        """The stanza's id, where it has one."""
        sent: datetime
        """When it was sent: the stamp of a server that kept it meanwhile (XEP-0203), else when it came in."""
        delayed: bool
        """Whether a server kept it while this account was away."""
        repeated: bool
        """Whether it was given before, to this process or, with a journal, to one before, and nobody knows
        whether that came to its end with it.

        One that was taken is not given again.
        """
        data: Data
        """The data; those of several ``quoalise`` elements of one message follow each other."""
        body: str | None
        """What the message says in words, where it does; of several languages English, if it is among
        them.
        """
        other: list[str]
        """What else was in the message, as XML."""

        def __init__(
            self,
            sender: str,
            id: str | None,
            sent: datetime,
            delayed: bool,
            repeated: bool,
            data: Data,
            body: str | None,
            other: list[str],
        ) -> None: ...


class Resumed(Struct):
    """The connection is there again, and nothing was lost (XEP-0198).

    Where an interruption had its end before anybody took that event, neither is told.
    """

    __slots__ = ()
    _hidden = frozenset(())


class Rights(Struct):
    """What an account may do with a ``Series``."""

    __slots__ = (
        "get_history",
        "subscribe",
    )
    _hidden = frozenset(())

    if TYPE_CHECKING:
        get_history: bool
        """It may ask for the history, or a part of it."""
        subscribe: bool
        """It may subscribe."""

        def __init__(self, get_history: bool, subscribe: bool) -> None: ...


class Series(Struct):
    """A series a provider has: what can be read there, and by what name."""

    __slots__ = (
        "identifier",
        "title",
        "measurement",
        "first",
        "last",
        "rights",
    )
    _hidden = frozenset(("title",))

    if TYPE_CHECKING:
        identifier: str
        """The name to ask for."""
        title: str | None
        """What it is, in words."""
        measurement: Measurement
        """What is measured, in which unit, at which step."""
        first: datetime | None
        """The time of its first record."""
        last: datetime | None
        """The time of its last record: the start of the last interval that has a value."""
        rights: Rights
        """What whoever asks may do with it."""

        def __init__(
            self,
            identifier: str,
            title: str | None,
            measurement: Measurement,
            first: datetime | None,
            last: datetime | None,
            rights: Rights,
        ) -> None: ...


class Table(Struct):
    """A result in rows."""

    __slots__ = (
        "columns",
        "rows",
    )
    _hidden = frozenset(("rows",))

    if TYPE_CHECKING:
        columns: list[Field]
        """Names, types and labels of the columns."""
        rows: list[list[list[str]]]
        """A list of values for each column, in the columns' order."""

        def __init__(self, columns: list[Field], rows: list[list[list[str]]]) -> None: ...


class Validation(Struct):
    """What the values of a ``Field`` must look like (XEP-0122)."""

    __slots__ = (
        "datatype",
        "open",
        "min",
        "max",
        "least",
        "most",
    )
    _hidden = frozenset(())

    if TYPE_CHECKING:
        datatype: str | None
        """The type of each value, such as ``xs:integer`` or ``xs:dateTime``; ``xs:string`` where none is
        given.
        """
        open: bool
        """Whether values beside the options of a list may be given."""
        min: str | None
        """The least value."""
        max: str | None
        """The greatest value."""
        least: int | None
        """How many values of a list there must be at least."""
        most: int | None
        """How many values of a list there may be."""

        def __init__(
            self,
            datatype: str | None,
            open: bool,
            min: str | None,
            max: str | None,
            least: int | None,
            most: int | None,
        ) -> None: ...


if TYPE_CHECKING:
    Event = Union[
        Push,
        Consent,
        Presence,
        Malformed,
        Overflow,
        Interrupted,
        Resumed,
        Hole,
        NotSubscribed,
    ]
    """What a listener gives."""
else:

    def __getattr__(name: str) -> object:
        # Made when somebody asks: importing typing takes longer than all the rest.
        if name == "Event":
            from typing import Union

            from ._native import Hole

            return Union[
                Push,
                Consent,
                Presence,
                Malformed,
                Overflow,
                Interrupted,
                Resumed,
                Hole,
                NotSubscribed,
            ]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
