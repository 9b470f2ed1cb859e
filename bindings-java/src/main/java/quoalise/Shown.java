package quoalise;

import java.util.Optional;
import java.util.StringJoiner;

/** What a log shows of a record: only the fields that are there. */
final class Shown {
    private final StringJoiner fields;

    Shown(String name) {
        fields = new StringJoiner(", ", name + "[", "]");
    }

    Shown field(String name, Optional<?> value) {
        value.ifPresent(it -> fields.add(name + "=" + it));
        return this;
    }

    @Override
    public String toString() {
        return fields.toString();
    }
}
