// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The server cannot be used safely: it offers no TLS, no login we accept, or does not speak XMPP. */
public final class UnsuitableServerException extends ConnectionFailedException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public UnsuitableServerException(String message) {
        super(ErrorKind.UNSUITABLE_SERVER, message);
    }

    UnsuitableServerException(Told told) {
        super(told);
    }
}
