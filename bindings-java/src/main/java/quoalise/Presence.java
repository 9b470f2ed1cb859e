// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * A trusted provider came, or went, as far as it says so itself. One whose network fails says nothing.
 *
 * @param sender Who, resource included.
 * @param available Whether it is there.
 */
public record Presence(String sender, boolean available) implements Event {
    static Presence read(In in) {
        return new Presence(
                in.text(),
                in.bool());
    }
}
