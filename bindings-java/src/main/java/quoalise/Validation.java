// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.util.Optional;

/**
 * What the values of a {@link Field} must look like (XEP-0122).
 *
 * @param datatype The type of each value, such as {@code xs:integer} or {@code xs:dateTime}; {@code xs:string}
 *     where none is given.
 * @param open Whether values beside the options of a list may be given.
 * @param min The least value.
 * @param max The greatest value.
 * @param least How many values of a list there must be at least.
 * @param most How many values of a list there may be.
 */
public record Validation(
        Optional<String> datatype,
        boolean open,
        Optional<String> min,
        Optional<String> max,
        Optional<Long> least,
        Optional<Long> most) {
    static Validation read(In in) {
        return new Validation(
                in.optional(In::text),
                in.bool(),
                in.optional(In::text),
                in.optional(In::text),
                in.optional(In::int64),
                in.optional(In::int64));
    }
}
