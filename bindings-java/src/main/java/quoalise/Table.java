// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.util.List;

/**
 * A result in rows.
 *
 * @param columns Names, types and labels of the columns.
 * @param rows A list of values for each column, in the columns' order.
 */
public record Table(List<Field> columns, List<List<List<String>>> rows) {
    /**
     * Of these values. Lists are copied: they do not change.
     *
     * @param columns Names, types and labels of the columns.
     * @param rows A list of values for each column, in the columns' order.
     */
    public Table {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    static Table read(In in) {
        return new Table(
                in.list(Field::read),
                in.list(item -> item.list(part -> part.list(In::text))));
    }

    /** Without what may be personal or secret. */
    @Override
    public String toString() {
        return "Table["
                + "columns=" + columns
                + "]";
    }
}
