// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** Which way energy flows through a usage point. */
public enum Direction {
    /** From the grid. */
    CONSUMPTION,
    /** Into the grid. */
    PRODUCTION;
    static Direction read(In in) {
        return in.oneOf(values());
    }
}
