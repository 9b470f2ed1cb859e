// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The client was made in another process, and this is a fork of it; make a new one here. */
public final class UsedAfterForkException extends QuoaliseException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public UsedAfterForkException(String message) {
        super(ErrorKind.USED_AFTER_FORK, message);
    }

    UsedAfterForkException(Told told) {
        super(told);
    }
}
