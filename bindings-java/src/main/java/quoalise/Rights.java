// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * What an account may do with a {@link Series}.
 *
 * @param getHistory It may ask for the history, or a part of it.
 * @param subscribe It may subscribe.
 */
public record Rights(boolean getHistory, boolean subscribe) {
    static Rights read(In in) {
        return new Rights(
                in.bool(),
                in.bool());
    }
}
