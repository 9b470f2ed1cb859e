// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * The connection is there again, and nothing was lost (XEP-0198). Where an interruption had its end before anybody took
 * that event, neither is told.
 */
public record Resumed() implements Event {
    static Resumed read(In in) {
        return new Resumed();
    }
}
