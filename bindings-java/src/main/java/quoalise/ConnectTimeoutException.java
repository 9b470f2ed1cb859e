// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The server did not get through connecting and logging in within the deadline. */
public final class ConnectTimeoutException extends ConnectionFailedException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public ConnectTimeoutException(String message) {
        super(ErrorKind.CONNECT_TIMEOUT, message);
    }

    ConnectTimeoutException(Told told) {
        super(told);
    }
}
