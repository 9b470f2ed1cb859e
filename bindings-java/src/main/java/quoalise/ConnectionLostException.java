// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The connection was lost; whether the request was carried out is not known. */
public final class ConnectionLostException extends ConnectionFailedException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public ConnectionLostException(String message) {
        super(ErrorKind.CONNECTION_LOST, message);
    }

    ConnectionLostException(Told told) {
        super(told);
    }
}
