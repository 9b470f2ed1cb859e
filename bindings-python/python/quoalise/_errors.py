"""A class for each kind of error."""

from __future__ import annotations

from ._error import Error


class ConnectionFailed(Error):
    """There is no connection to the server, or no login."""


class ServiceUnavailable(Error):
    """The provider cannot be reached, or not now."""


class InvalidArgument(Error, ValueError):
    """An argument that cannot be right; nothing was sent."""

    kind = "invalid-argument"


class UnknownHost(ConnectionFailed):
    """No XMPP server is known for the domain, or the server reached does not serve it (``host-unknown``)."""

    kind = "unknown-host"


class LoginRefused(ConnectionFailed):
    """The server refused the account or the password."""

    kind = "login-refused"


class NotAuthorized(Error):
    """The provider does not know this account, or has no valid consent (``not-authorized``, ``forbidden``)."""

    kind = "not-authorized"


class ProviderOffline(ServiceUnavailable):
    """Nobody is at the provider's address (``service-unavailable``, ``recipient-unavailable``)."""

    kind = "provider-offline"


OF_KIND = {
    error.kind: error
    for error in (InvalidArgument, UnknownHost, LoginRefused, NotAuthorized, ProviderOffline)
}
