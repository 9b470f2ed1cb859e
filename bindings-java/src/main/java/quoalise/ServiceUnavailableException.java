// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The provider was asked and cannot be reached. */
public abstract sealed class ServiceUnavailableException extends QuoaliseException
        permits NoAnswerException, ProviderOfflineException, ServerUnreachableException {
    @Serial
    private static final long serialVersionUID = 1L;

    ServiceUnavailableException(ErrorKind kind, String message) {
        super(kind, message);
    }

    ServiceUnavailableException(Told told) {
        super(told);
    }
}
