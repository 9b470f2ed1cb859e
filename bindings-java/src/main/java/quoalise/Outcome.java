// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.util.List;
import java.util.Optional;

/**
 * What came of a command that was completed.
 *
 * @param title The title of the result.
 * @param instructions A text about the result.
 * @param fields The result's fields, in order; fixed ones are texts to read.
 * @param tables The result's tables; there is mostly one at the most.
 * @param notes What the provider says of it; no errors, which would have been the command's.
 * @param data Readings, where there are any.
 * @param other Whatever else came, as XML.
 * @param unused The fields that a value was given for and that no form had. They were only noticed after the
 *     command was done; otherwise that is an error.
 */
public record Outcome(
        Optional<String> title,
        Optional<String> instructions,
        List<Field> fields,
        List<Table> tables,
        List<Note> notes,
        Optional<Data> data,
        List<String> other,
        List<String> unused) {
    /**
     * Of these values. Lists are copied: they do not change.
     *
     * @param title The title of the result.
     * @param instructions A text about the result.
     * @param fields The result's fields, in order; fixed ones are texts to read.
     * @param tables The result's tables; there is mostly one at the most.
     * @param notes What the provider says of it; no errors, which would have been the command's.
     * @param data Readings, where there are any.
     * @param other Whatever else came, as XML.
     * @param unused The fields that a value was given for and that no form had. They were only noticed after the
     *     command was done; otherwise that is an error.
     */
    public Outcome {
        fields = List.copyOf(fields);
        tables = List.copyOf(tables);
        notes = List.copyOf(notes);
        other = List.copyOf(other);
        unused = List.copyOf(unused);
    }

    static Outcome read(In in) {
        return new Outcome(
                in.optional(In::text),
                in.optional(In::text),
                in.list(Field::read),
                in.list(Table::read),
                in.list(Note::read),
                in.optional(Data::read),
                in.list(In::text),
                in.list(In::text));
    }

    /** Without what may be personal or secret. */
    @Override
    public String toString() {
        return "Outcome["
                + "fields=" + fields
                + ", tables=" + tables
                + ", notes=" + notes
                + ", data=" + data
                + ", unused=" + unused
                + "]";
    }
}
