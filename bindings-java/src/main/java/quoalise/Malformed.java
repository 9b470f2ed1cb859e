// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * A trusted provider sent something that cannot be read.
 *
 * @param sender Who sent it.
 * @param error What is wrong with it.
 */
public record Malformed(String sender, QuoaliseException error) implements Event {
    static Malformed read(In in) {
        return new Malformed(
                in.text(),
                QuoaliseException.read(in));
    }
}
