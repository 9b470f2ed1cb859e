// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** How things stand with a connection. */
public enum Connection {
    /** It is being made: at first, and again after an interruption. */
    CONNECTING,
    /** It is there. */
    ONLINE,
    /** It was lost, and is going to be made anew by itself. */
    INTERRUPTED,
    /** It is there again, and the server has kept everything meanwhile (XEP-0198). */
    RESUMED,
    /** It is there again, but the server no longer knew of the old session: what was sent to it since may be lost. */
    RESET,
    /** It is over for good. */
    CLOSED;
    static Connection read(In in) {
        return in.oneOf(values());
    }
}
