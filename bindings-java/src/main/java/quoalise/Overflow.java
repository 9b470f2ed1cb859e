// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * So many pushes and notices were given up, because more came than were taken.
 *
 * @param dropped How many.
 */
public record Overflow(long dropped) implements Event {
    static Overflow read(In in) {
        return new Overflow(
                in.int64());
    }
}
