"""What all errors have in common."""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing for it takes longer than all the rest
if TYPE_CHECKING:
    from datetime import datetime, timedelta


class Error(Exception):
    """What was asked of whom, what went wrong, and what to do about it.

    It never holds the password or a reading.
    """

    kind: str = "error"
    """What kind of failure this is, such as ``"provider-offline"``; each kind is a class of its own."""
    message: str = ""
    """The sentence, without operation and remedy."""
    operation: str | None = None
    """What was being done, and with whom."""
    remedy: str | None = None
    """What to do about it."""
    condition: str | None = None
    """The standard condition of the stanza or stream error (RFC 6120), where one came."""
    text: str | None = None
    """The peer's own words, where it gave any."""
    issuer: str | None = None
    """For an upstream error: which system refused, such as ``"enedis-data-connect"``."""
    code: str | None = None
    """For an upstream error: that system's code, such as ``"ADAM-ERR0123"``, where it has one."""
    retry_after: timedelta | None = None
    """When to try again at the earliest, where the peer told."""
    fitting_period: tuple[datetime, datetime] | None = None
    """For an answer that would be too large: the largest period from that start on that fits, where told."""
    is_temporary: bool = False
    """Whether the same request may succeed later without anybody changing anything."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        text = f"{self.operation}: {self.message}" if self.operation else self.message
        return f"{text}. {self.remedy}" if self.remedy else text

    # Those that are an OSError too would show nothing.
    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class UpstreamError(Error):
    """The system behind the provider refused: issuer, code and text are its own."""

    kind = "upstream-error"

    # In the order of the reference program.
    def __init__(self, issuer: str | None = None, code: str | None = None, message: str = "") -> None:
        super().__init__(message)
        self.issuer = issuer
        self.code = code
