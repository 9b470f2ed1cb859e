// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * A command a provider offers.
 *
 * @param node What it is asked for by.
 * @param name What it is called, for people; the node where it has no name.
 */
public record CommandInfo(String node, String name) {
    static CommandInfo read(In in) {
        return new CommandInfo(
                in.text(),
                in.text());
    }
}
