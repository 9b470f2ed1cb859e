# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""Names of which one holds. Each is a text too, and may be given as one."""

from __future__ import annotations

from enum import Enum

__all__ = [
    "Action",
    "Availability",
    "Connection",
    "Direction",
    "FieldType",
    "Format",
    "NoteType",
    "Security",
    "Stamp",
    "Status",
    "WhenFull",
]


class _Name(str, Enum):
    """A name of the protocol, or of this library."""

    def __str__(self) -> str:
        return str(self.value)


class Action(_Name):
    """What a requester wants of a command."""

    EXECUTE = "execute"
    NEXT = "next"
    PREV = "prev"
    COMPLETE = "complete"
    CANCEL = "cancel"


class Availability(_Name):
    """Whether a provider is there."""

    ONLINE = "online"
    """It answers."""
    OFFLINE = "offline"
    """Its server says that nobody is at this address."""
    UNREACHABLE = "unreachable"
    """Its server cannot be reached from ours."""
    NO_ANSWER = "no-answer"
    """Neither it nor its server answers; it may have been cut off a moment ago."""


class Connection(_Name):
    """How things stand with a connection."""

    CONNECTING = "connecting"
    """It is being made: at first, and again after an interruption."""
    ONLINE = "online"
    """It is there."""
    INTERRUPTED = "interrupted"
    """It was lost, and is going to be made anew by itself."""
    RESUMED = "resumed"
    """It is there again, and the server has kept everything meanwhile (XEP-0198)."""
    RESET = "reset"
    """It is there again, but the server no longer knew of the old session: what was sent to it since may
    be lost.
    """
    CLOSED = "closed"
    """It is over for good."""


class Direction(_Name):
    """Which way energy flows through a usage point."""

    CONSUMPTION = "consumption"
    """From the grid."""
    PRODUCTION = "production"
    """Into the grid."""


class FieldType(_Name):
    """The type of a ``Field`` (XEP-0004 section 3.3)."""

    BOOLEAN = "boolean"
    FIXED = "fixed"
    HIDDEN = "hidden"
    JID_MULTI = "jid-multi"
    JID_SINGLE = "jid-single"
    LIST_MULTI = "list-multi"
    LIST_SINGLE = "list-single"
    TEXT_MULTI = "text-multi"
    TEXT_PRIVATE = "text-private"
    TEXT_SINGLE = "text-single"


class Format(_Name):
    """A representation of readings."""

    QUOALISE = "quoalise"
    """The Quoalise payload in XML, by itself or in a stanza."""
    SENML_XML = "senml-xml"
    """SenML in XML (RFC 8428)."""
    SENML_JSON = "senml-json"
    """SenML in JSON (RFC 8428)."""
    RESOLVED = "resolved"
    """SenML in JSON, resolved (RFC 8428 section 4.6): to be read by programs that know no base fields."""
    JSON = "json"
    """Metadata and a list of records, as the reference program prints them: one object a line and series.

    Written only.
    """
    CSV = "csv"
    """A table ``time,value,unit,name``; what is read may also be a load curve as Enedis SGE exports it."""


class NoteType(_Name):
    """How bad a ``Note`` is."""

    INFO = "info"
    WARN = "warn"
    ERROR = "error"


class Security(_Name):
    """How the connection is protected."""

    START_TLS = "start-tls"
    """STARTTLS on a given address; where the server is found by DNS, what its SRV records say."""
    DIRECT_TLS = "direct-tls"
    """TLS from the first byte (XEP-0368)."""
    NONE_ON_LOOPBACK = "none-on-loopback"
    """No TLS at all.

    Only towards this very machine, and only because it was asked for; the password is still proved by SCRAM.
    """


class Stamp(_Name):
    """Which end of its interval a reading is stamped at."""

    START = "start"
    """The start, as in SenML, and in the load curves of large consumers (Enedis' segments C1 to C4)."""
    END = "end"
    """The end, as in the load curves of Linky meters (segment C5)."""


class Status(_Name):
    """How a command is doing."""

    EXECUTING = "executing"
    COMPLETED = "completed"
    CANCELED = "canceled"


class WhenFull(_Name):
    """What to do with what comes when nobody takes it."""

    WAIT = "wait"
    """Nothing more is read for a second; then the server is asked to keep it, as for an account that is
    away, until half of what waits was taken, and answers to requests go on coming meanwhile.

    How much a server keeps is for its operator to say (ejabberd's own limit is 100 messages).

    What was on its way already still comes in, as does all at once what it had kept: of that, 10,000 messages
    or 64 MiB wait here at the most, and then nothing more is read, answers included, until some are taken.
    """
    DROP_OLDEST = "drop-oldest"
    """The oldest are given up, counted, and told as ``Event.Overflow``."""
