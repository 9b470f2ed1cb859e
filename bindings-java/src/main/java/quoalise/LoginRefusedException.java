// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The server refused the account or the password. */
public final class LoginRefusedException extends ConnectionFailedException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public LoginRefusedException(String message) {
        super(ErrorKind.LOGIN_REFUSED, message);
    }

    LoginRefusedException(Told told) {
        super(told);
    }
}
