// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** How a command is doing. */
public enum Status {
    /** Executing. */
    EXECUTING,
    /** Completed. */
    COMPLETED,
    /** Canceled. */
    CANCELED;
    static Status read(In in) {
        return in.oneOf(values());
    }
}
