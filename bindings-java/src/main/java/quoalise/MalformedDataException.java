// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** Data given to be read or written are not what they should be. */
public final class MalformedDataException extends QuoaliseException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public MalformedDataException(String message) {
        super(ErrorKind.MALFORMED_DATA, message);
    }

    MalformedDataException(Told told) {
        super(told);
    }
}
