# Written by `make bindings` from core/src/ffi and uniffi.toml.
"""A class for each kind of error."""

from __future__ import annotations

from ._error import Error, UpstreamError

__all__ = [
    "ConnectionFailed",
    "ServiceUnavailable",
    "InvalidArgument",
    "UnknownHost",
    "Unreachable",
    "ConnectTimeout",
    "CertificateRefused",
    "UnsuitableServer",
    "LoginRefused",
    "ConnectionLost",
    "Replaced",
    "NoAnswer",
    "NotAuthorized",
    "BadRequest",
    "ProviderOffline",
    "ServerUnreachable",
    "SessionExpired",
    "CommandFailed",
    "UpstreamError",
    "LimitReached",
    "MalformedAnswer",
    "MalformedData",
    "Closed",
    "UsedAfterFork",
    "TooLarge",
    "NoSuchCommand",
]


class ConnectionFailed(Error):
    """There is no connection to the account's own server, or none any more."""


class ServiceUnavailable(Error):
    """The provider was asked and cannot be reached."""


class InvalidArgument(Error, ValueError):
    """An argument that cannot be right; nothing was sent."""

    kind = "invalid-argument"


class UnknownHost(ConnectionFailed):
    """No XMPP server is known for the domain, or the server reached does not serve it (``host-unknown``)."""

    kind = "unknown-host"


class Unreachable(ConnectionFailed):
    """No address of the server accepts connections."""

    kind = "unreachable"


class ConnectTimeout(ConnectionFailed, TimeoutError):
    """The server did not get through connecting and logging in within the deadline."""

    kind = "connect-timeout"


class CertificateRefused(ConnectionFailed):
    """The server's certificate is not valid for the domain, or not signed by a known authority."""

    kind = "certificate-refused"


class UnsuitableServer(ConnectionFailed):
    """The server cannot be used safely: it offers no TLS, no login we accept, or does not speak XMPP."""

    kind = "unsuitable-server"


class LoginRefused(ConnectionFailed):
    """The server refused the account or the password."""

    kind = "login-refused"


class ConnectionLost(ConnectionFailed, ConnectionError):
    """The connection was lost; whether the request was carried out is not known."""

    kind = "connection-lost"


class Replaced(ConnectionFailed):
    """Another session of the account took the address of this one; it is over."""

    kind = "replaced"


class NoAnswer(ServiceUnavailable, TimeoutError):
    """The peer is there, or may be, and did not answer within the deadline."""

    kind = "no-answer"


class NotAuthorized(Error):
    """The provider does not know this account, or has no valid consent (``not-authorized``,
    ``forbidden``).
    """

    kind = "not-authorized"


class BadRequest(Error):
    """The provider refuses the identifier, the series or the period (``bad-request``)."""

    kind = "bad-request"


class ProviderOffline(ServiceUnavailable):
    """Nobody is at the provider's address (``service-unavailable``, ``recipient-unavailable``)."""

    kind = "provider-offline"


class ServerUnreachable(ServiceUnavailable):
    """The provider's server could not be reached from ours (``remote-server-not-found``,
    ``remote-server-timeout``).
    """

    kind = "server-unreachable"


class SessionExpired(Error):
    """The provider no longer knows the session of a command of several stages; begin the command again."""

    kind = "session-expired"


class CommandFailed(Error):
    """The command was carried out and failed; the provider's note says why."""

    kind = "command-failed"


class LimitReached(Error):
    """A limit of the provider or of a server was reached; try again later."""

    kind = "limit-reached"


class MalformedAnswer(Error):
    """The answer cannot be understood."""

    kind = "malformed-answer"


class MalformedData(Error, ValueError):
    """Data given to be read or written are not what they should be."""

    kind = "malformed-data"


class Closed(Error):
    """The client was closed."""

    kind = "closed"


class UsedAfterFork(Error, RuntimeError):
    """The client was made in another process, and this is a fork of it; make a new one here."""

    kind = "used-after-fork"


class TooLarge(BadRequest):
    """The answer would be larger than the provider or a server lets through; ask for a shorter period."""

    kind = "too-large"


class NoSuchCommand(BadRequest):
    """The provider has no such command (``item-not-found``)."""

    kind = "no-such-command"


OF_KIND: dict[str, type[Error]] = {
    "invalid-argument": InvalidArgument,
    "unknown-host": UnknownHost,
    "unreachable": Unreachable,
    "connect-timeout": ConnectTimeout,
    "certificate-refused": CertificateRefused,
    "unsuitable-server": UnsuitableServer,
    "login-refused": LoginRefused,
    "connection-lost": ConnectionLost,
    "replaced": Replaced,
    "no-answer": NoAnswer,
    "not-authorized": NotAuthorized,
    "bad-request": BadRequest,
    "provider-offline": ProviderOffline,
    "server-unreachable": ServerUnreachable,
    "session-expired": SessionExpired,
    "command-failed": CommandFailed,
    "upstream-error": UpstreamError,
    "limit-reached": LimitReached,
    "malformed-answer": MalformedAnswer,
    "malformed-data": MalformedData,
    "closed": Closed,
    "used-after-fork": UsedAfterFork,
    "too-large": TooLarge,
    "no-such-command": NoSuchCommand,
}
"""The class of each kind."""
