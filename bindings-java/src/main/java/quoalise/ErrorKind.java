// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** What went wrong, to branch on. {@code docs/errors.md} lists each with what to do. */
public enum ErrorKind {
    /** An argument that cannot be right; nothing was sent. */
    INVALID_ARGUMENT,
    /** No XMPP server is known for the domain, or the server reached does not serve it ({@code host-unknown}). */
    UNKNOWN_HOST,
    /** No address of the server accepts connections. */
    UNREACHABLE,
    /** The server did not get through connecting and logging in within the deadline. */
    CONNECT_TIMEOUT,
    /** The server's certificate is not valid for the domain, or not signed by a known authority. */
    CERTIFICATE_REFUSED,
    /** The server cannot be used safely: it offers no TLS, no login we accept, or does not speak XMPP. */
    UNSUITABLE_SERVER,
    /** The server refused the account or the password. */
    LOGIN_REFUSED,
    /** The connection was lost; whether the request was carried out is not known. */
    CONNECTION_LOST,
    /** Another session of the account took the address of this one; it is over. */
    REPLACED,
    /** The peer is there, or may be, and did not answer within the deadline. */
    NO_ANSWER,
    /** The provider does not know this account, or has no valid consent ({@code not-authorized}, {@code forbidden}). */
    NOT_AUTHORIZED,
    /** The provider refuses the identifier, the series or the period ({@code bad-request}). */
    BAD_REQUEST,
    /** The answer would be larger than the provider or a server lets through; ask for a shorter period. */
    TOO_LARGE,
    /** The provider has no such command ({@code item-not-found}). */
    NO_SUCH_COMMAND,
    /** Nobody is at the provider's address ({@code service-unavailable}, {@code recipient-unavailable}). */
    PROVIDER_OFFLINE,
    /**
     * The provider's server could not be reached from ours ({@code remote-server-not-found}, {@code
     * remote-server-timeout}).
     */
    SERVER_UNREACHABLE,
    /** The provider no longer knows the session of a command of several stages; begin the command again. */
    SESSION_EXPIRED,
    /** The command was carried out and failed; the provider's note says why. */
    COMMAND_FAILED,
    /** The system behind the provider refused: issuer, code and text are its own. */
    UPSTREAM_ERROR,
    /** A limit of the provider or of a server was reached; try again later. */
    LIMIT_REACHED,
    /** The answer cannot be understood. */
    MALFORMED_ANSWER,
    /** Data given to be read or written are not what they should be. */
    MALFORMED_DATA,
    /** The client was closed. */
    CLOSED,
    /** The client was made in another process, and this is a fork of it; make a new one here. */
    USED_AFTER_FORK;
    static ErrorKind read(In in) {
        return in.oneOf(values());
    }
}
