// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;

/** The server's certificate is not valid for the domain, or not signed by a known authority. */
public final class CertificateRefusedException extends ConnectionFailedException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * For tests of applications, and the like.
     *
     * @param message what went wrong
     */
    public CertificateRefusedException(String message) {
        super(ErrorKind.CERTIFICATE_REFUSED, message);
    }

    CertificateRefusedException(Told told) {
        super(told);
    }
}
