package quoalise;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.Optional;

/**
 * What is measured, and how.
 *
 * @param name {@code active-power}, {@code active-energy-index}, {@code load-profile}, …
 * @param direction {@code consumption} or {@code production}
 * @param quantity {@code power}, {@code energy}, {@code voltage}, …
 * @param kind the kind of quantity: {@code electrical}, …
 * @param subtype {@code active}, {@code reactive}, …
 * @param unit the unit: {@code W}, {@code Wh}, {@code VA}, …
 * @param aggregation how each value stands for its interval: {@code mean}, {@code sum}, {@code max}, {@code min}, or else as written
 * @param samplingInterval how long the interval of a value is, as ISO 8601 ({@code PT30M}, {@code P1D}, …); it begins at the
 *     reading's time
 * @param corrected whether the distributor has corrected the values
 * @param estimated whether the values are estimated rather than measured
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
    /** Nothing is known. */
    public static final Measurement NONE = new Measurement(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /**
     * All that is known.
     *
     * @param name {@code active-power}, {@code active-energy-index}, {@code load-profile}, …
     * @param direction {@code consumption} or {@code production}
     * @param quantity {@code power}, {@code energy}, {@code voltage}, …
     * @param kind the kind of quantity: {@code electrical}, …
     * @param subtype {@code active}, {@code reactive}, …
     * @param unit the unit: {@code W}, {@code Wh}, {@code VA}, …
     * @param aggregation how each value stands for its interval: {@code mean}, {@code sum}, {@code max}, {@code min}, or else as written
     * @param samplingInterval how long the interval of a value is, as ISO 8601 ({@code PT30M}, {@code P1D}, …); it begins at the
     *     reading's time
     * @param corrected whether the distributor has corrected the values
     * @param estimated whether the values are estimated rather than measured
     */
    public Measurement {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(direction, "direction");
        Objects.requireNonNull(quantity, "quantity");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(subtype, "subtype");
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(aggregation, "aggregation");
        Objects.requireNonNull(samplingInterval, "samplingInterval");
        Objects.requireNonNull(corrected, "corrected");
        Objects.requireNonNull(estimated, "estimated");
    }

    /**
     * The same with another name.
     *
     * @param name {@code active-power}, {@code active-energy-index}, {@code load-profile}, …
     * @return the changed one
     */
    public Measurement withName(String name) {
        return new Measurement(
                Optional.of(name), direction, quantity, kind, subtype, unit, aggregation, samplingInterval, corrected, estimated);
    }

    /**
     * The same with another direction.
     *
     * @param direction {@code consumption} or {@code production}
     * @return the changed one
     */
    public Measurement withDirection(String direction) {
        return new Measurement(
                name, Optional.of(direction), quantity, kind, subtype, unit, aggregation, samplingInterval, corrected, estimated);
    }

    /**
     * The same with another quantity.
     *
     * @param quantity {@code power}, {@code energy}, {@code voltage}, …
     * @return the changed one
     */
    public Measurement withQuantity(String quantity) {
        return new Measurement(
                name, direction, Optional.of(quantity), kind, subtype, unit, aggregation, samplingInterval, corrected, estimated);
    }

    /**
     * The same with another kind.
     *
     * @param kind the kind of quantity: {@code electrical}, …
     * @return the changed one
     */
    public Measurement withKind(String kind) {
        return new Measurement(
                name, direction, quantity, Optional.of(kind), subtype, unit, aggregation, samplingInterval, corrected, estimated);
    }

    /**
     * The same with another subtype.
     *
     * @param subtype {@code active}, {@code reactive}, …
     * @return the changed one
     */
    public Measurement withSubtype(String subtype) {
        return new Measurement(
                name, direction, quantity, kind, Optional.of(subtype), unit, aggregation, samplingInterval, corrected, estimated);
    }

    /**
     * The same with another unit.
     *
     * @param unit the unit: {@code W}, {@code Wh}, {@code VA}, …
     * @return the changed one
     */
    public Measurement withUnit(String unit) {
        return new Measurement(
                name, direction, quantity, kind, subtype, Optional.of(unit), aggregation, samplingInterval, corrected, estimated);
    }

    /**
     * The same with another aggregation.
     *
     * @param aggregation how each value stands for its interval: {@code mean}, {@code sum}, {@code max}, {@code min}, or else as written
     * @return the changed one
     */
    public Measurement withAggregation(String aggregation) {
        return new Measurement(
                name, direction, quantity, kind, subtype, unit, Optional.of(aggregation), samplingInterval, corrected, estimated);
    }

    /**
     * The same with another length of the intervals.
     *
     * @param samplingInterval how long it is, as ISO 8601 or in seconds; data refuse what is neither
     * @return the changed one
     */
    public Measurement withSamplingInterval(String samplingInterval) {
        return new Measurement(
                name, direction, quantity, kind, subtype, unit, aggregation, Optional.of(samplingInterval), corrected, estimated);
    }

    /**
     * The same with another say about being corrected.
     *
     * @param corrected whether the distributor has corrected the values
     * @return the changed one
     */
    public Measurement withCorrected(boolean corrected) {
        return new Measurement(
                name, direction, quantity, kind, subtype, unit, aggregation, samplingInterval, Optional.of(corrected), estimated);
    }

    /**
     * The same with another say about being estimated.
     *
     * @param estimated whether the values are estimated rather than measured
     * @return the changed one
     */
    public Measurement withEstimated(boolean estimated) {
        return new Measurement(
                name, direction, quantity, kind, subtype, unit, aggregation, samplingInterval, corrected, Optional.of(estimated));
    }

    /**
     * How long the interval of a value is.
     *
     * @return nothing for days and months, whose length depends on the date, and where it is not known
     */
    public Optional<Duration> interval() {
        // As ISO 8601 has them, days and more stand before the T.
        return samplingInterval.filter(text -> text.startsWith("PT")).flatMap(Measurement::duration);
    }

    private static Optional<Duration> duration(String text) {
        try {
            return Optional.of(Duration.parse(text));
        } catch (DateTimeParseException unknown) {
            return Optional.empty();
        }
    }

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

    static void write(Out out, String name, Measurement measurement) {
        out.optional(name, measurement.name.orElse(null), Out::text);
        out.optional(name, measurement.direction.orElse(null), Out::text);
        out.optional(name, measurement.quantity.orElse(null), Out::text);
        out.optional(name, measurement.kind.orElse(null), Out::text);
        out.optional(name, measurement.subtype.orElse(null), Out::text);
        out.optional(name, measurement.unit.orElse(null), Out::text);
        out.optional(name, measurement.aggregation.orElse(null), Out::text);
        out.optional(name, measurement.samplingInterval.orElse(null), Out::text);
        out.optional(name, measurement.corrected.orElse(null), Out::bool);
        out.optional(name, measurement.estimated.orElse(null), Out::bool);
    }

    @Override
    public String toString() {
        return new Shown("Measurement")
                .field("name", name)
                .field("direction", direction)
                .field("quantity", quantity)
                .field("kind", kind)
                .field("subtype", subtype)
                .field("unit", unit)
                .field("aggregation", aggregation)
                .field("samplingInterval", samplingInterval)
                .field("corrected", corrected)
                .field("estimated", estimated)
                .toString();
    }
}
