// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The peer is there, or may be, and did not answer within the deadline. */
public final class NoAnswerException extends ServiceUnavailableException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public NoAnswerException(String message) {
        super(ErrorKind.NO_ANSWER, message);
    }

    NoAnswerException(Told told) {
        super(told);
    }
}
