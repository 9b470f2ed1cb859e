// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The system behind the provider refused: issuer, code and text are its own. */
public final class UpstreamErrorException extends QuoaliseException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public UpstreamErrorException(String message) {
        super(ErrorKind.UPSTREAM_ERROR, message);
    }

    UpstreamErrorException(Told told) {
        super(told);
    }
}
