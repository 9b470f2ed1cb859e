// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The answer cannot be understood. */
public final class MalformedAnswerException extends QuoaliseException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public MalformedAnswerException(String message) {
        super(ErrorKind.MALFORMED_ANSWER, message);
    }

    MalformedAnswerException(Told told) {
        super(told);
    }
}
