// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The provider does not know this account, or has no valid consent ({@code not-authorized}, {@code forbidden}). */
public final class NotAuthorizedException extends QuoaliseException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public NotAuthorizedException(String message) {
        super(ErrorKind.NOT_AUTHORIZED, message);
    }

    NotAuthorizedException(Told told) {
        super(told);
    }
}
