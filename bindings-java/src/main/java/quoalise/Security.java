// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** How the connection is protected. */
public enum Security {
    /** STARTTLS on a given address; where the server is found by DNS, what its SRV records say. */
    START_TLS,
    /** TLS from the first byte (XEP-0368). */
    DIRECT_TLS,
    /**
     * No TLS at all. Only towards this very machine, and only because it was asked for; the password is still proved by
     * SCRAM.
     */
    NONE_ON_LOOPBACK;
    static Security read(In in) {
        return in.oneOf(values());
    }
}
