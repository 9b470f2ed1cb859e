// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** No address of the server accepts connections. */
public final class UnreachableException extends ConnectionFailedException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public UnreachableException(String message) {
        super(ErrorKind.UNREACHABLE, message);
    }

    UnreachableException(Told told) {
        super(told);
    }
}
