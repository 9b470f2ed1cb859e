// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.util.Optional;

/**
 * What may be chosen for a field.
 *
 * @param label The label for humans.
 * @param value The value.
 */
public record FieldOption(Optional<String> label, String value) {
    static FieldOption read(In in) {
        return new FieldOption(
                in.optional(In::text),
                in.text());
    }

    /** Without what may be personal or secret. */
    @Override
    public String toString() {
        return "FieldOption["
                + "label=" + label
                + "]";
    }
}
