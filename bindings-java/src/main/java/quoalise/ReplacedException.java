// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** Another session of the account took the address of this one; it is over. */
public final class ReplacedException extends ConnectionFailedException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public ReplacedException(String message) {
        super(ErrorKind.REPLACED, message);
    }

    ReplacedException(Told told) {
        super(told);
    }
}
