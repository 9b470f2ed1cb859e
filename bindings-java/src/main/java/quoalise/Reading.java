package quoalise;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One resolved record (RFC 8428): a reading, or a gap where there is no value.
 *
 * @param name the full name: base name and name together
 * @param time the time, to the microsecond; where the value is over a period, its start
 * @param unit the unit ({@code W}, {@code Wh}, …), where one is given
 * @param value the value
 * @param sum the integral of the value over time, in unit times seconds
 * @param updateTime in how many seconds at the latest the next reading is to come
 * @param other labels that SenML's registry may have and this library does not know, with their values in JSON
 */
public record Reading(
        String name,
        Instant time,
        Optional<String> unit,
        Value value,
        OptionalDouble sum,
        OptionalDouble updateTime,
        Map<String, String> other) {
    /**
     * A record of everything.
     *
     * @param name the full name
     * @param time the time; what is finer than a microsecond is cut off where data are made of it
     * @param unit the unit, where there is one
     * @param value the value; {@link Value#NONE} for a gap
     * @param sum the integral of the value over time, in unit times seconds
     * @param updateTime in how many seconds at the latest the next reading is to come
     * @param other further labels, with their values in JSON
     */
    public Reading {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(sum, "sum");
        Objects.requireNonNull(updateTime, "updateTime");
        other = other.isEmpty() ? Map.of() : java.util.Collections.unmodifiableMap(new LinkedHashMap<>(other));
    }

    /**
     * A value.
     *
     * @param name the full name
     * @param time the time
     * @param unit the unit; null for none
     * @param value the value; {@link Value#NONE} for a gap
     */
    public Reading(String name, Instant time, String unit, Value value) {
        this(
                name,
                time,
                Optional.ofNullable(unit),
                value,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Map.of());
    }

    /**
     * A number.
     *
     * @param name the full name
     * @param time the time
     * @param unit the unit; null for none
     * @param number the number; NaN for a gap
     */
    public Reading(String name, Instant time, String unit, double number) {
        this(name, time, unit, Double.isNaN(number) ? Value.NONE : new Value.Number(number));
    }

    /**
     * The number.
     *
     * @return NaN where the value is none
     */
    public double number() {
        return value instanceof Value.Number number ? number.number() : Double.NaN;
    }

    /**
     * Whether this is a gap: neither a value nor a sum.
     *
     * @return true for a gap
     */
    public boolean isGap() {
        return value instanceof Value.None && sum.isEmpty();
    }
}
