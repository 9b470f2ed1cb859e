package quoalise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.RandomAccess;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Readings, columns, JSON, what a log shows, what is stored. */
class DataTest {
    @Test
    void readingsAreAListOverTheColumns() {
        Data data = Made.day();
        List<Reading> readings = data.readings();
        assertEquals(48, data.size());
        assertFalse(data.isEmpty());
        assertTrue(readings instanceof RandomAccess);
        assertEquals(48, readings.size());
        assertEquals(Made.reading(47, 447), readings.get(47));
        assertEquals(Made.reading(47, 447), data.get(47));
        assertEquals(5, readings.indexOf(Made.reading(5, 405)));
        Reading one = data.get(5);
        assertEquals(Made.SERIES, one.name());
        assertEquals(Made.MIDNIGHT.plus(Made.HALF_HOUR.multipliedBy(5)), one.time());
        assertEquals(Optional.of("W"), one.unit());
        assertEquals(new Value.Number(405), one.value());
        assertEquals(405, one.number());
        assertFalse(one.isGap());
        assertTrue(data.get(2).isGap());
        assertEquals(Value.NONE, data.get(2).value());
        assertTrue(Double.isNaN(data.get(2).number()));
        List<Reading> looped = new ArrayList<>();
        for (Reading reading : data) {
            looped.add(reading);
        }
        assertEquals(readings, looped);
        assertEquals(readings, data.stream().toList());
        assertThrows(UnsupportedOperationException.class, () -> readings.set(0, one));
        assertThrows(UnsupportedOperationException.class, readings::clear);
        for (int row : new int[] {-1, 48, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> data.get(row));
            assertThrows(IndexOutOfBoundsException.class, () -> readings.get(row));
            assertThrows(IndexOutOfBoundsException.class, () -> data.time(row));
            assertThrows(IndexOutOfBoundsException.class, () -> data.value(row));
        }
    }

    @Test
    void everyKindOfValueComesBack() {
        assertEquals(Made.allReadings(), Made.allTypes().readings());
        Data data = Made.allTypes();
        assertEquals(List.of("Wh", "Cel", "K"), data.units());
        assertEquals(5, data.names().size());
        BigInteger tooLarge = BigInteger.TWO.pow(63);
        Value.Number exact = new Value.Number(tooLarge.doubleValue(), Optional.of(tooLarge));
        Data one = Data.of(Metadata.NONE, List.of(new Reading("a", Made.MIDNIGHT, null, exact)));
        assertEquals(exact, one.get(0).value());
        assertEquals(tooLarge.doubleValue(), one.value(0));
        assertEquals("Bytes[2]", data.get(4).value().toString());
        byte[] bytes = ((Value.Bytes) data.get(4).value()).bytes();
        bytes[0] = 1;
        assertEquals(Made.allReadings().get(4), data.get(4));
    }

    @Test
    void columnsAreTheCallersOwn() {
        Data data = Made.day();
        double[] values = data.values();
        long[] times = data.epochMicros();
        assertEquals(48, values.length);
        assertEquals(405, values[5]);
        assertTrue(Double.isNaN(values[2]) && Double.isNaN(values[3]));
        assertEquals(Made.MIDNIGHT.getEpochSecond() * 1_000_000, times[0]);
        values[5] = 0;
        times[0] = 0;
        assertEquals(405, data.value(5));
        assertEquals(Made.MIDNIGHT, data.time(0));
        assertEquals(46, data.numbers().count());
        assertEquals(data.stream().map(Reading::time).toList(), data.times().toList());
        assertEquals(
                data.stream().mapToDouble(Reading::number).filter(it -> !Double.isNaN(it)).sum(),
                data.numbers().sum());
        assertEquals(List.of(Made.SERIES), data.names());
        assertEquals(List.of("W"), data.units());
    }

    @Test
    void buffersShowTheColumns() {
        Data data = Made.day();
        DoubleBuffer values = data.valuesBuffer();
        LongBuffer times = data.epochMicrosBuffer();
        assertTrue(values.isReadOnly() && times.isReadOnly());
        assertThrows(ReadOnlyBufferException.class, () -> values.put(0, 1));
        assertThrows(ReadOnlyBufferException.class, values::array);
        assertEquals(405, values.get(5));
        double[] copied = new double[48];
        data.valuesBuffer().get(copied);
        assertArrayEquals(data.values(), copied);
        long[] copiedTimes = new long[48];
        data.epochMicrosBuffer().get(copiedTimes);
        assertArrayEquals(data.epochMicros(), copiedTimes);
        ByteBuffer direct = data.valuesDirect();
        assertTrue(direct.isDirect());
        assertEquals(ByteOrder.nativeOrder(), direct.order());
        assertEquals(48 * Double.BYTES, direct.remaining());
        direct.asDoubleBuffer().get(copied);
        assertArrayEquals(data.values(), copied);
        // It is the caller's own.
        direct.putDouble(0, 1);
        assertEquals(400, data.value(0));
        assertEquals(data.epochMicros()[7], data.epochMicrosDirect().asLongBuffer().get(7));
    }

    @Test
    void timesBefore1970() {
        Instant early = Instant.parse("1969-12-31T23:59:59.999999Z");
        Data data = Data.of(Metadata.NONE, List.of(new Reading("a", early, null, 1)));
        assertEquals(-1, data.epochMicros()[0]);
        assertEquals(early, data.time(0));
        // Finer than a microsecond is nothing.
        Data finer = Data.of(Metadata.NONE, List.of(new Reading("a", early.plusNanos(999), null, 1)));
        assertEquals(early, finer.time(0));
        assertEquals(data, finer);
    }

    @Test
    void slicesAreData() {
        Data data = Made.day();
        int[][] ranges = {{0, 10}, {0, 48}, {40, 48}, {5, 5}, {2, 4}};
        for (int[] range : ranges) {
            Data part = data.slice(range[0], range[1]);
            assertEquals(data.readings().subList(range[0], range[1]), part.readings());
            assertEquals(data.metadata(), part.metadata());
        }
        assertEquals(data, data.slice(0, 48));
        assertEquals(List.of("Wh"), Made.allTypes().slice(5, 6).units());
        assertThrows(IndexOutOfBoundsException.class, () -> data.slice(3, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> data.slice(-1, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> data.slice(0, 49));
    }

    @Test
    void empty() {
        Data data = Data.of(Metadata.NONE, List.of());
        assertTrue(data.isEmpty());
        assertEquals(List.of(), data.readings());
        assertEquals(List.of(), data.names());
        assertEquals(List.of(), data.units());
        assertEquals(List.of(), data.missing());
        assertEquals(0, data.values().length);
        assertEquals(0, data.valuesDirect().capacity());
        assertEquals(Metadata.NONE, data.metadata());
        assertEquals("{\"meta\":{},\"records\":[]}", data.toJson(ZoneOffset.UTC));
        assertEquals(data, Data.of(Metadata.NONE, List.of()));
        assertTrue(data.toString().contains("0 records"), data.toString());
    }

    @Test
    void whatNoReadingCanBe() {
        List<Reading> wrong = List.of(
                new Reading("not one", Made.MIDNIGHT, null, 1),
                new Reading("", Made.MIDNIGHT, null, 1),
                new Reading("a", Made.MIDNIGHT, null, Double.POSITIVE_INFINITY),
                new Reading("a", Made.MIDNIGHT, null, new Value.Number(Double.NaN)),
                new Reading("a", Instant.MAX, null, 1),
                new Reading("a", Instant.MIN, null, 1));
        for (Reading reading : wrong) {
            MalformedDataException error =
                    assertThrows(MalformedDataException.class, () -> Data.of(Metadata.NONE, List.of(reading)));
            assertFalse(error.getMessage().contains("not one"), error.getMessage());
        }
        assertThrows(NullPointerException.class, () -> new Reading(null, Made.MIDNIGHT, null, 1));
        assertThrows(NullPointerException.class, () -> new Reading("a", null, null, 1));
        Map<String, String> noJson = Map.of("x", "{");
        Reading odd = new Reading(
                "a", Made.MIDNIGHT, Optional.empty(), Value.NONE, OptionalDouble.empty(), OptionalDouble.empty(), noJson);
        assertThrows(InvalidArgumentException.class, () -> Data.of(Metadata.NONE, List.of(odd)));
        Reading surrogate = new Reading("a\ud800", Made.MIDNIGHT, null, 1);
        assertThrows(InvalidArgumentException.class, () -> Data.of(Metadata.NONE, List.of(surrogate)));
    }

    @Test
    void missing() {
        Data data = Made.day();
        Instant start = Made.MIDNIGHT.plus(Made.HALF_HOUR.multipliedBy(2));
        Gap gap = new Gap(Made.SERIES, start, start.plus(Duration.ofHours(1)));
        assertEquals(List.of(gap), data.missing());
        assertEquals("Gap[start=2022-01-10T00:00:00Z, end=2022-01-10T01:00:00Z]", gap.toString());
        Data hole = Data.of(Made.metadata(), List.of(Made.reading(0, 1), Made.reading(2, 1)));
        assertEquals(
                List.of(new Gap(Made.SERIES, Made.MIDNIGHT.plus(Made.HALF_HOUR), start)), hole.missing());
        assertEquals(List.of(), Made.allTypes().missing());
    }

    @Test
    void energy() {
        Data data = Made.day();
        assertEquals(data.numbers().sum() / 2, data.energyWh().orElseThrow());
        assertEquals(OptionalDouble.empty(), Made.allTypes().energyWh());
    }

    @Test
    void metadata() {
        Metadata metadata = Made.metadata();
        assertEquals(Optional.of("electricity-meter"), metadata.deviceType());
        assertEquals(Optional.of("00000000000001"), metadata.device().flatMap(DeviceIdentifier::value));
        Measurement measurement = metadata.measurement();
        assertEquals(Optional.of("W"), measurement.unit());
        assertEquals(Optional.of(Made.HALF_HOUR), measurement.interval());
        // Both are written in other words too.
        Measurement otherWords = measurement.withAggregation("average").withSamplingInterval("1800");
        assertEquals(metadata, metadata.withMeasurement(otherWords));
        assertEquals(Optional.empty(), Measurement.NONE.withSamplingInterval("P1D").interval());
        assertEquals(Optional.empty(), Measurement.NONE.corrected());
        assertEquals(Optional.of(false), Measurement.NONE.withCorrected(false).corrected());
        InvalidArgumentException often = assertThrows(
                InvalidArgumentException.class,
                () -> metadata.withMeasurement(measurement.withSamplingInterval("often")));
        assertTrue(often.getMessage().contains("PT30M"), often.getMessage());
        Pricing pricing = new Pricing(
                Optional.of("hph"), Optional.of("heures pleines"), Optional.of("distributor"), Optional.empty());
        Metadata tariff = Metadata.NONE.withPricing(pricing);
        assertEquals(Optional.of(pricing), tariff.pricing());
        assertNotEquals(metadata, tariff);
        assertEquals(metadata, Made.day().metadata());
        assertEquals(metadata.hashCode(), Made.day().metadata().hashCode());
        // A meter's number is for nobody's log.
        assertFalse(metadata.toString().contains("00000000000001"), metadata.toString());
        assertTrue(metadata.toString().contains("name=active-power"), metadata.toString());
        assertEquals(
                "Pricing[rangeCode=hph, rangeDescription=heures pleines, kind=distributor]", pricing.toString());
        assertEquals("Metadata[]", Metadata.NONE.toString());
    }

    @Test
    void metadataAsJson() {
        String json = "{\"device\":{\"type\":\"electricity-meter\",\"identifier\":{\"authority\":\"enedis\","
                + "\"type\":\"prm\",\"value\":\"00000000000001\"}},\"measurement\":{\"name\":\"active-power\","
                + "\"direction\":\"consumption\",\"unit\":\"W\",\"aggregation\":\"mean\",\"sampling-interval\":\"PT30M\"}}";
        assertEquals(json, Made.metadata().toJson());
        assertEquals(Made.metadata(), Metadata.ofJson(json));
        String nested = "{\"measurement\":{\"business\":{\"graph\":\"load-profile\"},\"aggregate\":{\"type\":\"average\"},"
                + "\"sampling\":{\"interval\":\"1800\"}},\"unknown\":{\"x\":\"1\",\"more\":[{\"y\":\"2\"},{\"y\":\"3\"}]}}";
        Metadata metadata = Metadata.ofJson(nested);
        Measurement measurement = Measurement.NONE
                .withName("load-profile")
                .withAggregation("mean")
                .withSamplingInterval("PT30M");
        assertEquals(measurement, metadata.measurement());
        assertEquals(nested, metadata.toJson());
        // What has no field is kept on all ways.
        Data data = Data.of(metadata, List.of(Made.reading(0, 1)));
        assertEquals(nested, data.metadata().toJson());
        assertEquals(nested, data.slice(0, 0).metadata().toJson());
        assertNotEquals(metadata, Metadata.NONE.withMeasurement(measurement));
        assertThrows(InvalidArgumentException.class, () -> Metadata.ofJson("{"));
        assertThrows(InvalidArgumentException.class, () -> Metadata.ofJson("[1]"));
    }

    @Test
    void jsonHasTheReadings() {
        for (ZoneId zone : List.of(Made.PARIS, ZoneOffset.UTC, ZoneOffset.ofHours(1), ZoneId.of("UTC+5"))) {
            Data data = Made.day().slice(0, 4);
            StringBuilder records = new StringBuilder();
            for (Reading reading : data) {
                records.append(records.isEmpty() ? "" : ",")
                        .append("{\"name\":\"" + Made.SERIES + "\",\"time\":\"")
                        .append(iso(reading.time(), zone))
                        .append("\",\"value\":")
                        .append(reading.isGap() ? "null" : String.valueOf(reading.number()))
                        .append(",\"unit\":\"W\"}");
            }
            String json = "{\"meta\":" + data.metadata().toJson() + ",\"records\":[" + records + "]}";
            assertEquals(json, data.toJson(zone));
        }
        assertTrue(Made.allTypes().toJson(ZoneOffset.UTC).contains("9007199254740993"));
    }

    private static String iso(Instant time, ZoneId zone) {
        return java.time.format.DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxxx").format(time.atZone(zone));
    }

    @Test
    void aLogLearnsNoReading() {
        assertEquals(
                "Data[48 records of active-power in W, 2022-01-09T23:00:00Z to 2022-01-10T22:30:00Z, 2 gaps]",
                Made.day().toString());
        for (Data data : List.of(Made.day(), Made.allTypes())) {
            String shown = data.toString();
            assertFalse(shown.contains("00000000000001") || shown.contains("405") || shown.contains("état"), shown);
        }
        assertTrue(Made.day().slice(5, 6).toString().contains("1 record of"));
    }

    @Test
    void equality() {
        Data data = Made.day();
        assertEquals(data, Made.day());
        assertNotSame(data, Made.day());
        assertEquals(data.hashCode(), Made.day().hashCode());
        assertNotEquals(data, data.slice(1, 48));
        assertNotEquals(data, Data.of(Metadata.NONE, data.readings()));
        assertNotEquals(Made.allTypes(), data);
        assertEquals(Made.allTypes(), Made.allTypes());
        List<Reading> other = new ArrayList<>(data.readings());
        other.set(7, Made.reading(7, 1));
        assertNotEquals(data, Data.of(Made.metadata(), other));
        // Zero is zero, and the order in which names came first is nothing.
        assertEquals(
                Data.of(Metadata.NONE, List.of(new Reading("a", Made.MIDNIGHT, null, 0.0))),
                Data.of(Metadata.NONE, List.of(new Reading("a", Made.MIDNIGHT, null, -0.0))));
    }

    @Test
    void severalSeries() {
        Data data = Codec.loads(
                "<quoalise xmlns='urn:quoalise:0'><data><meta><pricing range-code='hph'/></meta>"
                        + "<sensml xmlns='urn:ietf:params:xml:ns:senml'>"
                        + "<senml n='urn:dev:ow:1_a' bver='26' t='1641769200' u='kWh' v='1'/></sensml></data>"
                        + "<data><meta><pricing range-code='hch'/></meta>"
                        + "<sensml xmlns='urn:ietf:params:xml:ns:senml'>"
                        + "<senml bn='urn:dev:ow:1_b' bt='1641769200' u='Wh' v='2'/><senml t='1' u='Wh' v='3'/>"
                        + "</sensml></data></quoalise>");
        List<Data> parts = data.parts();
        assertEquals(List.of(3, 1, 2), List.of(data.size(), parts.get(0).size(), parts.get(1).size()));
        assertEquals(Optional.of("hph"), parts.get(0).metadata().pricing().flatMap(Pricing::rangeCode));
        assertEquals(Optional.of("hch"), parts.get(1).metadata().pricing().flatMap(Pricing::rangeCode));
        assertEquals(data.metadata(), parts.get(0).metadata());
        assertEquals(26, data.version());
        assertEquals(10, parts.get(1).version());
        List<Reading> joined = new ArrayList<>(parts.get(0).readings());
        joined.addAll(parts.get(1).readings());
        assertEquals(data.readings(), joined);
        assertEquals(
                "[" + parts.get(0).toJson(ZoneOffset.UTC) + "," + parts.get(1).toJson(ZoneOffset.UTC) + "]",
                data.toJson(ZoneOffset.UTC));
        assertTrue(data.toString().contains("2 series"));
        assertEquals(List.of(0, 2), data.slice(1, 3).parts().stream().map(Data::size).toList());
        assertEquals(data, Codec.loads(Codec.dumps(data, Format.QUOALISE, DumpOptions.defaults().keepGaps(true))));
    }

    @Test
    void whatIsStoredComesBack() throws Exception {
        for (Data data : List.of(Made.day(), Made.allTypes(), Made.day().slice(0, 0), Made.days(30))) {
            Data back = (Data) restored(stored(data));
            assertEquals(data, back);
            assertEquals(data.readings(), back.readings());
            assertEquals(data.metadata(), back.metadata());
        }
        assertEquals(Made.metadata(), restored(stored(Made.metadata())));
        assertEquals(Metadata.NONE, restored(stored(Metadata.NONE)));
        assertTrue(stored(Made.days(365)).length < 365 * 48 * 17);
    }

    @Test
    void anotherVersionOfWhatIsStoredIsRefusedByItsNumber() throws Exception {
        byte[] later = stored(Made.day());
        // Behind the end of the class: primitive fields come first.
        int version = indexOf(later, new byte[] {0x78, 0x70, 0, 0, 0, 1}) + 5;
        later[version] = 2;
        InvalidObjectException refused = assertThrows(InvalidObjectException.class, () -> restored(later));
        assertTrue(refused.getMessage().contains("version 2"), refused.getMessage());
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int at = 0; at + part.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        throw new AssertionError("it is not there");
    }

    /** Bytes that were stored may come from anywhere: whatever is wrong with them, nothing worse than an exception comes of it. */
    @Test
    void whatIsStoredIsNotTrusted() throws Exception {
        byte[] good = stored(Made.allTypes());
        Random random = new Random(4711);
        int refused = 0;
        for (int round = 0; round < 500; round++) {
            byte[] bad = good.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                if (restored(bad) instanceof Data data) {
                    data.readings().forEach(Reading::toString);
                }
            } catch (IOException | ReflectiveOperationException | RuntimeException | LinkageError wrong) {
                refused++;
            } catch (OutOfMemoryError wrong) {
                refused++; // Java's own reader believes in any length
            }
        }
        assertTrue(refused > 20, "refused " + refused);
    }

    private static byte[] stored(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    private static Object restored(byte[] bytes) throws IOException, ReflectiveOperationException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    /** What the core makes of random readings is what they were. */
    @Test
    void randomReadingsComeBack() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            List<Reading> readings = new ArrayList<>();
            for (int row = random.nextInt(40); row > 0; row--) {
                readings.add(random(random));
            }
            Collections.shuffle(readings, random);
            Data data = Data.of(Made.metadata(), readings);
            assertEquals(readings, data.readings());
            assertEquals(readings.stream().filter(Reading::isGap).count(), gaps(data));
            // And over all that is written and read again.
            Data again = Codec.loads(Codec.dumps(data, Format.QUOALISE, DumpOptions.defaults().keepGaps(true)));
            assertEquals(readings, again.readings());
            assertEquals(data, again);
        }
    }

    private static long gaps(Data data) {
        return data.stream().filter(Reading::isGap).count();
    }

    private static Reading random(Random random) {
        String name = "urn:dev:ow:" + random.nextInt(5);
        Instant time = Made.MIDNIGHT.plusNanos(random.nextInt(1 << 30) * 1000L);
        String unit = random.nextBoolean() ? "W" : random.nextBoolean() ? "Wh" : null;
        Value value =
                switch (random.nextInt(6)) {
                    case 0 -> Value.NONE;
                    case 1 -> new Value.Text("té<xt>&" + random.nextInt());
                    case 2 -> new Value.Truth(random.nextBoolean());
                    case 3 -> new Value.Bytes(String.valueOf(random.nextInt()).getBytes(StandardCharsets.UTF_8));
                    default -> new Value.Number(random.nextGaussian() * Math.pow(10, random.nextInt(20) - 10));
                };
        boolean plain = random.nextInt(4) > 0;
        return new Reading(
                name,
                time,
                Optional.ofNullable(unit),
                value,
                plain ? OptionalDouble.empty() : OptionalDouble.of(random.nextDouble()),
                plain ? OptionalDouble.empty() : OptionalDouble.of(random.nextInt(100)),
                Map.of());
    }

    @Test
    void dataMayBeUsedByManyThreads() throws Exception {
        Data data = Made.days(10);
        ExecutorService executor = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int task = 0; task < 64; task++) {
                int from = task;
                all.add(executor.submit(() -> {
                    Data part = data.slice(from, from + 48);
                    return part.readings().equals(data.readings().subList(from, from + 48))
                            && part.energyWh().isPresent()
                            && !data.equals(part);
                }));
            }
            for (Future<Boolean> one : all) {
                assertTrue(one.get());
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
