// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** There is no connection to the account's own server, or none any more. */
public abstract sealed class ConnectionFailedException extends QuoaliseException
        permits 
                HostUnknownException,
                UnreachableException,
                ConnectTimeoutException,
                CertificateRefusedException,
                UnsuitableServerException,
                LoginRefusedException,
                ConnectionLostException,
                ReplacedException {
    @Serial
    private static final long serialVersionUID = 1L;

    ConnectionFailedException(ErrorKind kind, String message) {
        super(kind, message);
    }

    ConnectionFailedException(Told told) {
        super(told);
    }
}
