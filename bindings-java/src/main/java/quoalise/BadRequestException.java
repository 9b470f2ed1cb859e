// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The provider refuses the identifier, the series or the period ({@code bad-request}). */
public sealed class BadRequestException extends QuoaliseException
        permits TooLargeException, NoSuchCommandException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public BadRequestException(String message) {
        super(ErrorKind.BAD_REQUEST, message);
    }

    BadRequestException(ErrorKind kind, String message) {
        super(kind, message);
    }

    BadRequestException(Told told) {
        super(told);
    }
}
