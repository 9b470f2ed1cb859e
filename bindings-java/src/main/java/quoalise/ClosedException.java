// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The client was closed. */
public final class ClosedException extends QuoaliseException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public ClosedException(String message) {
        super(ErrorKind.CLOSED, message);
    }

    ClosedException(Told told) {
        super(told);
    }
}
