// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.util.Optional;

/**
 * What is measured, and how.
 *
 * @param name {@code active-power}, {@code active-energy-index}, {@code load-profile}, …
 * @param direction {@code consumption} or {@code production}.
 * @param quantity {@code power}, {@code energy}, {@code voltage}, …
 * @param kind The kind of quantity: {@code electrical}, …
 * @param subtype {@code active}, {@code reactive}, …
 * @param unit The unit: {@code W}, {@code Wh}, {@code VA}, …
 * @param aggregation How each value stands for its interval.
 * @param samplingInterval How long the interval of a value is; it begins at the record's time.
 * @param corrected Whether the distributor has corrected the values.
 * @param estimated Whether the values are estimated rather than measured.
 */
public record Measurement(
        Optional<String> name,
        Optional<String> direction,
        Optional<String> quantity,
        Optional<String> kind,
        Optional<String> subtype,
        Optional<String> unit,
        Optional<String> aggregation,
        Optional<String> samplingInterval,
        Optional<Boolean> corrected,
        Optional<Boolean> estimated) {
    static Measurement read(In in) {
        return new Measurement(
                in.optional(In::text),
                in.optional(In::text),
                in.optional(In::text),
                in.optional(In::text),
                in.optional(In::text),
                in.optional(In::text),
                in.optional(In::text),
                in.optional(In::text),
                in.optional(In::bool),
                in.optional(In::bool));
    }
}