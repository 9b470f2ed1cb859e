// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** Nobody is at the provider's address ({@code service-unavailable}, {@code recipient-unavailable}). */
public final class ProviderOfflineException extends ServiceUnavailableException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public ProviderOfflineException(String message) {
        super(ErrorKind.PROVIDER_OFFLINE, message);
    }

    ProviderOfflineException(Told told) {
        super(told);
    }
}
