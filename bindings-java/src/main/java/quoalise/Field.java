// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.util.List;
import java.util.Optional;

/**
 * A field of a form.
 *
 * @param name The name; empty for some fixed texts.
 * @param kind The type; text-single where none is given.
 * @param label The label for humans.
 * @param description A longer explanation for humans.
 * @param required Whether it must be filled in.
 * @param values The value or values, or the default.
 * @param options What may be chosen from.
 * @param validation What a value must look like, beyond the type (XEP-0122).
 */
public record Field(
        String name,
        FieldType kind,
        Optional<String> label,
        Optional<String> description,
        boolean required,
        List<String> values,
        List<FieldOption> options,
        Optional<Validation> validation) {
    /**
     * Of these values. Lists are copied: they do not change.
     *
     * @param name The name; empty for some fixed texts.
     * @param kind The type; text-single where none is given.
     * @param label The label for humans.
     * @param description A longer explanation for humans.
     * @param required Whether it must be filled in.
     * @param values The value or values, or the default.
     * @param options What may be chosen from.
     * @param validation What a value must look like, beyond the type (XEP-0122).
     */
    public Field {
        values = List.copyOf(values);
        options = List.copyOf(options);
    }

    static Field read(In in) {
        return new Field(
                in.text(),
                FieldType.read(in),
                in.optional(In::text),
                in.optional(In::text),
                in.bool(),
                in.list(In::text),
                in.list(FieldOption::read),
                in.optional(Validation::read));
    }

    /** Without what may be personal or secret. */
    @Override
    public String toString() {
        return "Field["
                + "name=" + name
                + ", kind=" + kind
                + ", label=" + label
                + ", description=" + description
                + ", required=" + required
                + ", options=" + options
                + ", validation=" + validation
                + "]";
    }
}
