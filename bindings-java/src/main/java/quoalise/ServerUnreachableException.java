// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/**
 * The provider's server could not be reached from ours ({@code remote-server-not-found}, {@code
 * remote-server-timeout}).
 */
public final class ServerUnreachableException extends ServiceUnavailableException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public ServerUnreachableException(String message) {
        super(ErrorKind.SERVER_UNREACHABLE, message);
    }

    ServerUnreachableException(Told told) {
        super(told);
    }
}
