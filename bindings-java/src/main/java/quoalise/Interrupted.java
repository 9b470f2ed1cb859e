// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * The connection was lost, and is being made anew by itself. The server keeps what comes meanwhile.
 *
 * @param error What happened.
 */
public record Interrupted(QuoaliseException error) implements Event {
    static Interrupted read(In in) {
        return new Interrupted(
                QuoaliseException.read(in));
    }
}
