// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** No XMPP server is known for the domain, or the server reached does not serve it ({@code host-unknown}). */
public final class HostUnknownException extends ConnectionFailedException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public HostUnknownException(String message) {
        super(ErrorKind.UNKNOWN_HOST, message);
    }

    HostUnknownException(Told told) {
        super(told);
    }
}
