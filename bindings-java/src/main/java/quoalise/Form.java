// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.util.List;
import java.util.Optional;

/**
 * A form (XEP-0004).
 *
 * @param title A title for humans.
 * @param instructions Instructions for humans.
 * @param fields The fields, in order.
 */
public record Form(Optional<String> title, Optional<String> instructions, List<Field> fields) {
    /**
     * Of these values. Lists are copied: they do not change.
     *
     * @param title A title for humans.
     * @param instructions Instructions for humans.
     * @param fields The fields, in order.
     */
    public Form {
        fields = List.copyOf(fields);
    }

    static Form read(In in) {
        return new Form(
                in.optional(In::text),
                in.optional(In::text),
                in.list(Field::read));
    }
}
