package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What Java makes of the documents that every reader is put to ({@code tests/vectors}, and where they are at hand the shared ones). */
class VectorsTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize().getParent();
    private static final Path SHARED = ROOT.resolveSibling("shared").resolve("vectors/senml");

    /**
     * A document.
     *
     * @param resolved the records it comes to; missing where only their number or an error is told
     * @param strict the error of strict reading, where that is another
     */
    private record Vector(
            String name, Format format, byte[] document, JsonElement now, JsonElement resolved, String error, String strict) {
        DynamicTest test() {
            return dynamicTest(name, () -> {
                check(false, error);
                check(true, strict == null ? error : strict);
            });
        }

        private void check(boolean isStrict, String error) {
            LoadOptions options = LoadOptions.defaults().format(format).strict(isStrict);
            if (isNumber(now)) {
                long micros = Math.round(now.getAsDouble() * 1e6);
                options = options.now(Instant.EPOCH.plusNanos(micros * 1000));
            }
            LoadOptions given = options;
            if (error != null) {
                MalformedDataException thrown =
                        assertThrows(MalformedDataException.class, () -> Codec.loads(document, given));
                assertTrue(thrown.getMessage().contains(error), thrown.getMessage());
                return;
            }
            Data data = Codec.loads(document, options);
            if (resolved != null) {
                assertSame(chronological(resolved.getAsJsonArray().deepCopy()), chronological(json(data)));
            }
            same(data);
        }
    }

    /** What is known of data in several ways is the same. */
    private static void same(Data data) {
        List<Reading> readings = data.readings();
        double[] values = data.values();
        long[] times = data.epochMicros();
        for (int row = 0; row < data.size(); row++) {
            Reading reading = readings.get(row);
            assertEquals(Double.doubleToLongBits(values[row]), Double.doubleToLongBits(reading.number()));
            Instant time = reading.time();
            assertEquals(times[row], time.getEpochSecond() * 1_000_000 + time.getNano() / 1000);
            assertTrue(data.names().contains(reading.name()));
            assertTrue(reading.unit().isEmpty() || data.units().containsAll(reading.unit().stream().toList()));
        }
        assertEquals(readings, Data.of(data.metadata(), readings).readings());
        // A table has everything that a reading has.
        byte[] table = Codec.dumps(data, Format.CSV).getBytes(StandardCharsets.UTF_8);
        assertEquals(readings, Codec.loads(table, LoadOptions.defaults().format(Format.CSV)).readings());
        // The core's own list of them.
        JsonElement written = JsonParser.parseString(data.toJson(ZoneOffset.UTC));
        List<JsonElement> records = new ArrayList<>();
        List<JsonElement> all = written.isJsonArray() ? written.getAsJsonArray().asList() : List.of(written);
        all.forEach(series -> series.getAsJsonObject().getAsJsonArray("records").forEach(records::add));
        assertEquals(readings.size(), records.size());
        for (int row = 0; row < records.size(); row++) {
            JsonObject record = records.get(row).getAsJsonObject();
            assertEquals(readings.get(row).name(), record.get("name").getAsString());
            assertEquals(readings.get(row).value() instanceof Value.None, record.get("value").isJsonNull());
        }
    }

    /** The records by RFC 8428 section 4.6. */
    private static JsonArray json(Data data) {
        JsonArray records = new JsonArray();
        for (Data part : data.parts()) {
            for (Reading reading : part) {
                records.add(json(reading, part.version()));
            }
        }
        return records;
    }

    private static JsonObject json(Reading reading, int version) {
        JsonObject record = new JsonObject();
        if (version != 10) {
            record.addProperty("bver", version);
        }
        record.addProperty("n", reading.name());
        reading.unit().ifPresent(unit -> record.addProperty("u", unit));
        Instant time = reading.time();
        record.addProperty("t", (time.getEpochSecond() * 1_000_000 + time.getNano() / 1000) / 1e6);
        Value value = reading.value();
        if (value instanceof Value.Number number) {
            if (number.integer().isPresent()) {
                record.addProperty("v", number.integer().get());
            } else {
                record.addProperty("v", number.number());
            }
        } else if (value instanceof Value.Text text) {
            record.addProperty("vs", text.text());
        } else if (value instanceof Value.Truth truth) {
            record.addProperty("vb", truth.truth());
        } else if (value instanceof Value.Bytes bytes) {
            record.addProperty("vd", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.bytes()));
        }
        reading.sum().ifPresent(sum -> record.addProperty("s", sum));
        reading.updateTime().ifPresent(updateTime -> record.addProperty("ut", updateTime));
        for (var label : reading.other().entrySet()) {
            record.add(label.getKey(), JsonParser.parseString(label.getValue()));
        }
        return record;
    }

    /** Each series by time, in its own places. */
    private static JsonArray chronological(JsonArray records) {
        TreeSet<String> names = new TreeSet<>();
        records.forEach(record -> names.add(text(record, "n")));
        for (String name : names) {
            List<Integer> places = new ArrayList<>();
            List<JsonElement> own = new ArrayList<>();
            for (int at = 0; at < records.size(); at++) {
                if (text(records.get(at), "n").equals(name)) {
                    places.add(at);
                    own.add(records.get(at));
                }
            }
            own.sort(Comparator.comparingDouble(record -> record.getAsJsonObject().get("t").getAsDouble()));
            for (int at = 0; at < places.size(); at++) {
                records.set(places.get(at), own.get(at));
            }
        }
        return records;
    }

    private static String text(JsonElement object, String field) {
        JsonElement value = object.getAsJsonObject().get(field);
        return value == null ? null : value.getAsString();
    }

    private static boolean isNumber(JsonElement value) {
        return value instanceof JsonPrimitive primitive && primitive.isNumber();
    }

    private static void assertSame(JsonElement expected, JsonElement found) {
        assertTrue(isSame(expected, found), () -> found + ", not " + expected);
    }

    /** Equal JSON, where 1 and 1.0 are equal. */
    private static boolean isSame(JsonElement one, JsonElement other) {
        if (isNumber(one) && isNumber(other)) {
            boolean exact = (one + "" + other).chars().allMatch(it -> it == '-' || Character.isDigit(it));
            return exact
                    ? one.getAsBigInteger().equals(other.getAsBigInteger())
                    : one.getAsDouble() == other.getAsDouble();
        }
        if (one instanceof JsonArray ones && other instanceof JsonArray others) {
            boolean same = ones.size() == others.size();
            for (int at = 0; same && at < ones.size(); at++) {
                same = isSame(ones.get(at), others.get(at));
            }
            return same;
        }
        if (one instanceof JsonObject fields && other instanceof JsonObject others) {
            return fields.keySet().equals(others.keySet())
                    && fields.keySet().stream().allMatch(field -> isSame(fields.get(field), others.get(field)));
        }
        return one.equals(other);
    }

    @TestFactory
    List<DynamicTest> own() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> list = Files.list(ROOT.resolve("tests/vectors/senml"))) {
            files = list.sorted().toList();
        }
        for (Path file : files) {
            for (JsonElement element : JsonParser.parseString(Files.readString(file)).getAsJsonArray()) {
                JsonObject test = element.getAsJsonObject();
                String name = file.getFileName() + " " + text(test, "id");
                tests.add(own(name, test).test());
                if (test.has("meta")) {
                    tests.add(dynamicTest(name + " metadata", () -> checkMetadata(test)));
                }
            }
        }
        assertTrue(tests.size() > 200, () -> "only " + tests.size());
        return tests;
    }

    private static Vector own(String name, JsonObject test) {
        Format format;
        byte[] document;
        if (test.has("pack")) {
            format = Format.SENML_JSON;
            document = test.get("pack").toString().getBytes(StandardCharsets.UTF_8);
        } else if (test.has("json")) {
            format = Format.SENML_JSON;
            document = repeat(text(test, "json"));
        } else if (test.has("xml")) {
            format = Format.SENML_XML;
            document = repeat(text(test, "xml"));
        } else if (test.has("quoalise")) {
            format = Format.QUOALISE;
            document = repeat(text(test, "quoalise"));
        } else {
            format = "senml-json".equals(text(test, "as")) ? Format.SENML_JSON : Format.SENML_XML;
            document = HexFormat.of().parseHex(text(test, "hex"));
        }
        return new Vector(
                name, format, document, test.get("now"), test.get("resolved"), text(test, "error"), text(test, "strict"));
    }

    /** {@code {{3*ab#}}} stands for {@code ab0ab1ab2}. */
    private static byte[] repeat(String text) {
        Matcher matcher = Pattern.compile("\\{\\{(\\d+)\\*(.*?)}}", Pattern.DOTALL).matcher(text);
        String whole = matcher.replaceAll((MatchResult found) -> {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < Integer.parseInt(found.group(1)); i++) {
                all.append(found.group(2).replace("#", String.valueOf(i)));
            }
            return Matcher.quoteReplacement(all.toString());
        });
        return whole.getBytes(StandardCharsets.UTF_8);
    }

    private static void checkMetadata(JsonObject test) {
        Data data = Codec.loads(repeat(text(test, "quoalise")));
        List<Data> parts = data.parts();
        JsonArray expected = test.getAsJsonArray("meta");
        assertEquals(expected.size(), parts.size());
        for (int part = 0; part < parts.size(); part++) {
            assertSame(expected.get(part), describe(parts.get(part).metadata()));
        }
        JsonElement energy = test.get("energy_wh");
        if (isNumber(energy)) {
            assertEquals(energy.getAsDouble(), data.energyWh().orElseThrow());
        } else if (energy != null) {
            assertTrue(data.energyWh().isEmpty());
        }
        if (test.get("versions") instanceof JsonArray versions) {
            assertEquals(
                    versions.asList().stream().map(JsonElement::getAsInt).toList(),
                    parts.stream().map(Data::version).toList());
        }
    }

    private static JsonObject describe(Metadata metadata) {
        JsonObject node = new JsonObject();
        metadata.deviceType().ifPresent(it -> node.addProperty("device_type", it));
        metadata.device().flatMap(DeviceIdentifier::authority).ifPresent(it -> node.addProperty("authority", it));
        metadata.device().flatMap(DeviceIdentifier::kind).ifPresent(it -> node.addProperty("kind", it));
        metadata.device().flatMap(DeviceIdentifier::value).ifPresent(it -> node.addProperty("value", it));
        Measurement measurement = metadata.measurement();
        measurement.name().ifPresent(it -> node.addProperty("name", it));
        measurement.direction().ifPresent(it -> node.addProperty("direction", it));
        measurement.quantity().ifPresent(it -> node.addProperty("quantity", it));
        measurement.kind().ifPresent(it -> node.addProperty("type", it));
        measurement.subtype().ifPresent(it -> node.addProperty("subtype", it));
        measurement.unit().ifPresent(it -> node.addProperty("unit", it));
        measurement.aggregation().ifPresent(it -> node.addProperty("aggregation", it));
        // PT60M is PT1H.
        Optional<Duration> interval = measurement.interval();
        measurement.samplingInterval()
                .ifPresent(it -> node.addProperty("sampling_interval", interval.map(Duration::toString).orElse(it)));
        measurement.corrected().ifPresent(it -> node.addProperty("corrected", it));
        measurement.estimated().ifPresent(it -> node.addProperty("estimated", it));
        metadata.pricing().ifPresent(pricing -> {
            JsonObject tariff = new JsonObject();
            node.add("pricing", tariff);
            tariff.addProperty("range_code", pricing.rangeCode().orElse(null));
            tariff.addProperty("range_description", pricing.rangeDescription().orElse(null));
            tariff.addProperty("kind", pricing.kind().orElse(null));
            tariff.addProperty("kind_description", pricing.kindDescription().orElse(null));
        });
        return node;
    }

    @TestFactory
    List<DynamicTest> shared() throws IOException {
        if (!Files.isDirectory(SHARED)) {
            return List.of();
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonElement test : shared("edge/cases.json").getAsJsonObject().getAsJsonArray("cases")) {
            tests.add(own("shared " + text(test, "id"), test.getAsJsonObject()).test());
        }
        for (JsonElement example : shared("rfc8428/manifest.json").getAsJsonObject().getAsJsonArray("examples")) {
            String id = text(example, "id");
            JsonElement resolved = shared("rfc8428/" + id + ".resolved.json");
            JsonElement first = shared("rfc8428/" + id + ".json").getAsJsonArray().get(0);
            JsonElement version = first.getAsJsonObject().get("bver");
            if (version != null && version.getAsInt() != 10) {
                // Section 4.6 keeps it; the working group's file drops it.
                resolved.getAsJsonArray().forEach(record -> record.getAsJsonObject().add("bver", version));
            }
            for (Format format : List.of(Format.SENML_JSON, Format.SENML_XML)) {
                String file = id + (format == Format.SENML_JSON ? ".json" : ".xml");
                byte[] document = Files.readAllBytes(SHARED.resolve("rfc8428").resolve(file));
                JsonElement now = example.getAsJsonObject().get("now");
                tests.add(new Vector("shared " + file, format, document, now, resolved, null, null).test());
            }
        }
        return tests;
    }

    private static JsonElement shared(String file) throws IOException {
        return JsonParser.parseString(Files.readString(SHARED.resolve(file)));
    }

    @Test
    void sharedVectorsAreThere() {
        assumeTrue(Files.isDirectory(SHARED), "there is no folder `shared` beside the repository");
    }
}
