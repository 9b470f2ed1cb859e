package quoalise;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Readings to test with: made up, of everything that data may hold. */
final class Made {
    static final ZoneId PARIS = ZoneId.of("Europe/Paris");
    static final Instant MIDNIGHT = Instant.parse("2022-01-09T23:00:00Z");
    static final Duration HALF_HOUR = Duration.ofMinutes(30);
    static final String SERIES = "urn:dev:prm:00000000000001_consumption/power/active/raw";

    private Made() {}

    static Metadata metadata() {
        Measurement measurement = Measurement.NONE
                .withName("active-power")
                .withDirection("consumption")
                .withUnit("W")
                .withAggregation("mean")
                .withSamplingInterval("PT30M");
        return Metadata.NONE
                .withDeviceType("electricity-meter")
                .withDevice(DeviceIdentifier.of("enedis", "prm", "00000000000001"))
                .withMeasurement(measurement);
    }

    static Reading reading(int step, double value) {
        return new Reading(SERIES, MIDNIGHT.plus(HALF_HOUR.multipliedBy(step)), "W", value);
    }

    /** 48 half hours from midnight, the third and the fourth of them missing. */
    static Data day() {
        return days(1);
    }

    static Data days(int days) {
        List<Reading> readings = new ArrayList<>();
        for (int step = 0; step < 48 * days; step++) {
            readings.add(reading(step, step == 2 || step == 3 ? Double.NaN : 400 + step));
        }
        return Data.of(metadata(), readings);
    }

    /** A value of each type, sums, labels; several names and units. */
    static Data allTypes() {
        return Data.of(Metadata.NONE, allReadings());
    }

    static List<Reading> allReadings() {
        Instant later = MIDNIGHT.plus(HALF_HOUR);
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("colour", "\"red\"");
        labels.put("n_", "[1]");
        BigInteger large = new BigInteger("9007199254740993");
        return List.of(
                new Reading("urn:dev:ow:1_door", MIDNIGHT, null, new Value.Truth(true)),
                new Reading("urn:dev:ow:1_door", later, null, new Value.Truth(false)),
                new Reading("urn:dev:ow:1_state", MIDNIGHT, null, new Value.Text("l'état: <à demi> & 😀")),
                new Reading("urn:dev:ow:1_state", later, null, new Value.Text("")),
                new Reading("urn:dev:ow:1_raw", MIDNIGHT, null, new Value.Bytes(new byte[] {0, -1})),
                new Reading(
                        "urn:dev:ow:1_index", MIDNIGHT, "Wh", new Value.Number(large.doubleValue(), Optional.of(large))),
                new Reading(
                        "urn:dev:ow:1_heat",
                        MIDNIGHT,
                        Optional.of("Cel"),
                        new Value.Number(-12.25),
                        OptionalDouble.of(4.5),
                        OptionalDouble.of(60),
                        Map.of()),
                new Reading(
                        "urn:dev:ow:1_heat",
                        later,
                        Optional.of("K"),
                        new Value.Number(1e-300),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        labels),
                new Reading(
                        "urn:dev:ow:1_heat",
                        MIDNIGHT.plus(HALF_HOUR.multipliedBy(2)),
                        Optional.of("K"),
                        Value.NONE,
                        OptionalDouble.of(9),
                        OptionalDouble.empty(),
                        Map.of()),
                new Reading("urn:dev:ow:1_heat", MIDNIGHT.plus(HALF_HOUR.multipliedBy(3)), "K", Double.NaN));
    }
}
