// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The provider no longer knows the session of a command of several stages; begin the command again. */
public final class SessionExpiredException extends QuoaliseException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public SessionExpiredException(String message) {
        super(ErrorKind.SESSION_EXPIRED, message);
    }

    SessionExpiredException(Told told) {
        super(told);
    }
}
