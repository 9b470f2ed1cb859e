// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The answer would be larger than the provider or a server lets through; ask for a shorter period. */
public final class TooLargeException extends BadRequestException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public TooLargeException(String message) {
        super(ErrorKind.TOO_LARGE, message);
    }

    TooLargeException(Told told) {
        super(told);
    }
}
