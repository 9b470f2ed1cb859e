package quoalise;

import java.util.Objects;
import java.util.Optional;

/**
 * The tariff that values belong to.
 *
 * @param rangeCode the class: {@code hph}, {@code hch}, …
 * @param rangeDescription the class in words
 * @param kind whose tariff: {@code distributor}, {@code supplier}, …
 * @param kindDescription whose tariff, in words
 */
public record Pricing(
        Optional<String> rangeCode,
        Optional<String> rangeDescription,
        Optional<String> kind,
        Optional<String> kindDescription) {
    /**
     * A tariff.
     *
     * @param rangeCode the class
     * @param rangeDescription the class in words
     * @param kind whose tariff
     * @param kindDescription whose tariff, in words
     */
    public Pricing {
        Objects.requireNonNull(rangeCode, "rangeCode");
        Objects.requireNonNull(rangeDescription, "rangeDescription");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(kindDescription, "kindDescription");
    }

    static Pricing read(In in) {
        return new Pricing(
                in.optional(In::text), in.optional(In::text), in.optional(In::text), in.optional(In::text));
    }

    static void write(Out out, String name, Pricing pricing) {
        out.optional(name, pricing.rangeCode.orElse(null), Out::text);
        out.optional(name, pricing.rangeDescription.orElse(null), Out::text);
        out.optional(name, pricing.kind.orElse(null), Out::text);
        out.optional(name, pricing.kindDescription.orElse(null), Out::text);
    }

    @Override
    public String toString() {
        return new Shown("Pricing")
                .field("rangeCode", rangeCode)
                .field("rangeDescription", rangeDescription)
                .field("kind", kind)
                .field("kindDescription", kindDescription)
                .toString();
    }
}
