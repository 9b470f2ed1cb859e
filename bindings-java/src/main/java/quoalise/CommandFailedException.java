// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The command was carried out and failed; the provider's note says why. */
public final class CommandFailedException extends QuoaliseException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public CommandFailedException(String message) {
        super(ErrorKind.COMMAND_FAILED, message);
    }

    CommandFailedException(Told told) {
        super(told);
    }
}
