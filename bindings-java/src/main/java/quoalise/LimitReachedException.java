// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** A limit of the provider or of a server was reached; try again later. */
public final class LimitReachedException extends QuoaliseException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public LimitReachedException(String message) {
        super(ErrorKind.LIMIT_REACHED, message);
    }

    LimitReachedException(Told told) {
        super(told);
    }
}
