// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.time.Instant;
import java.util.Optional;

/**
 * A series a provider has: what can be read there, and by what name.
 *
 * @param identifier The name to ask for.
 * @param title What it is, in words.
 * @param measurement What is measured, in which unit, at which step.
 * @param first The time of its first record.
 * @param last The time of its last record: the start of the last interval that has a value.
 * @param rights What whoever asks may do with it.
 */
public record Series(
        String identifier,
        Optional<String> title,
        Measurement measurement,
        Optional<Instant> first,
        Optional<Instant> last,
        Rights rights) {
    static Series read(In in) {
        return new Series(
                in.text(),
                in.optional(In::text),
                Measurement.read(in),
                in.optional(In::instant),
                in.optional(In::instant),
                Rights.read(in));
    }

    /** Without what may be personal or secret. */
    @Override
    public String toString() {
        return "Series["
                + "identifier=" + identifier
                + ", measurement=" + measurement
                + ", first=" + first
                + ", last=" + last
                + ", rights=" + rights
                + "]";
    }
}
