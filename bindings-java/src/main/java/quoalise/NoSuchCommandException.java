// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The provider has no such command ({@code item-not-found}). */
public final class NoSuchCommandException extends BadRequestException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public NoSuchCommandException(String message) {
        super(ErrorKind.NO_SUCH_COMMAND, message);
    }

    NoSuchCommandException(Told told) {
        super(told);
    }
}
