package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_INTEGER_FOR_INTS);
    private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize().getParent();
    private static final Path SHARED = ROOT.resolveSibling("shared").resolve("vectors/senml");

    /**
     * A document.
     *
     * @param resolved the records it comes to; missing where only their number or an error is told
     * @param strict the error of strict reading, where that is another
     */
    private record Vector(
            String name, Format format, byte[] document, JsonNode now, JsonNode resolved, JsonNode error, JsonNode strict) {
        DynamicTest test() {
            return dynamicTest(name, () -> {
                check(false, error);
                check(true, strict.isMissingNode() ? error : strict);
            });
        }

        private void check(boolean isStrict, JsonNode error) throws IOException {
            LoadOptions options = LoadOptions.defaults().format(format).strict(isStrict);
            if (now.isNumber()) {
                long micros = Math.round(now.asDouble() * 1e6);
                options = options.now(Instant.EPOCH.plusNanos(micros * 1000));
            }
            LoadOptions given = options;
            if (error.isTextual()) {
                MalformedDataException thrown =
                        assertThrows(MalformedDataException.class, () -> Codec.loads(document, given));
                assertTrue(thrown.getMessage().contains(error.asText()), thrown.getMessage());
                return;
            }
            Data data = Codec.loads(document, options);
            if (resolved.isArray()) {
                assertSame(chronological((ArrayNode) resolved.deepCopy()), chronological(json(data)));
            }
            same(data);
        }
    }

    /** What is known of data in several ways is the same. */
    private static void same(Data data) throws IOException {
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
        JsonNode written = JSON.readTree(data.toJson(ZoneOffset.UTC));
        List<JsonNode> records = new ArrayList<>();
        (written.isArray() ? written : JSON.createArrayNode().add(written))
                .forEach(series -> series.get("records").forEach(records::add));
        assertEquals(readings.size(), records.size());
        for (int row = 0; row < records.size(); row++) {
            assertEquals(readings.get(row).name(), records.get(row).get("name").asText());
            JsonNode value = records.get(row).get("value");
            assertEquals(readings.get(row).value() instanceof Value.None, value.isNull());
        }
    }

    /** The records by RFC 8428 section 4.6. */
    private static ArrayNode json(Data data) throws IOException {
        ArrayNode records = JSON.createArrayNode();
        for (Data part : data.parts()) {
            for (Reading reading : part) {
                records.add(json(reading, part.version()));
            }
        }
        return records;
    }

    private static ObjectNode json(Reading reading, int version) throws IOException {
        ObjectNode record = JSON.createObjectNode();
        if (version != 10) {
            record.put("bver", version);
        }
        record.put("n", reading.name());
        reading.unit().ifPresent(unit -> record.put("u", unit));
        Instant time = reading.time();
        record.put("t", (time.getEpochSecond() * 1_000_000 + time.getNano() / 1000) / 1e6);
        Value value = reading.value();
        if (value instanceof Value.Number number) {
            if (number.integer().isPresent()) {
                record.put("v", number.integer().get());
            } else {
                record.put("v", number.number());
            }
        } else if (value instanceof Value.Text text) {
            record.put("vs", text.text());
        } else if (value instanceof Value.Truth truth) {
            record.put("vb", truth.truth());
        } else if (value instanceof Value.Bytes bytes) {
            record.put("vd", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.bytes()));
        }
        reading.sum().ifPresent(sum -> record.put("s", sum));
        reading.updateTime().ifPresent(updateTime -> record.put("ut", updateTime));
        for (var label : reading.other().entrySet()) {
            record.set(label.getKey(), JSON.readTree(label.getValue()));
        }
        return record;
    }

    /** Each series by time, in its own places. */
    private static ArrayNode chronological(ArrayNode records) {
        TreeSet<String> names = new TreeSet<>();
        records.forEach(record -> names.add(record.path("n").asText()));
        for (String name : names) {
            List<Integer> places = new ArrayList<>();
            List<JsonNode> own = new ArrayList<>();
            for (int at = 0; at < records.size(); at++) {
                if (records.get(at).path("n").asText().equals(name)) {
                    places.add(at);
                    own.add(records.get(at));
                }
            }
            own.sort(Comparator.comparingDouble(record -> record.get("t").asDouble()));
            for (int at = 0; at < places.size(); at++) {
                records.set(places.get(at), own.get(at));
            }
        }
        return records;
    }

    private static void assertSame(JsonNode expected, JsonNode found) {
        assertTrue(expected.equals(VectorsTest::numbers, found), () -> found + ", not " + expected);
    }

    /** 1 and 1.0 are equal. */
    private static int numbers(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            boolean exact = one.isIntegralNumber() && other.isIntegralNumber();
            return exact
                    ? one.bigIntegerValue().compareTo(other.bigIntegerValue())
                    : Double.compare(one.doubleValue() + 0.0, other.doubleValue() + 0.0);
        }
        return one.equals(other) ? 0 : 1;
    }

    @TestFactory
    List<DynamicTest> own() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> list = Files.list(ROOT.resolve("tests/vectors/senml"))) {
            files = list.sorted().toList();
        }
        for (Path file : files) {
            for (JsonNode test : JSON.readTree(file.toFile())) {
                String name = file.getFileName() + " " + test.get("id").asText();
                tests.add(own(name, test).test());
                if (test.has("meta")) {
                    tests.add(dynamicTest(name + " metadata", () -> checkMetadata(test)));
                }
            }
        }
        assertTrue(tests.size() > 200, () -> "only " + tests.size());
        return tests;
    }

    private static Vector own(String name, JsonNode test) {
        Format format;
        byte[] document;
        if (test.has("pack")) {
            format = Format.SENML_JSON;
            document = test.get("pack").toString().getBytes(StandardCharsets.UTF_8);
        } else if (test.has("json")) {
            format = Format.SENML_JSON;
            document = repeat(test.get("json").asText());
        } else if (test.has("xml")) {
            format = Format.SENML_XML;
            document = repeat(test.get("xml").asText());
        } else if (test.has("quoalise")) {
            format = Format.QUOALISE;
            document = repeat(test.get("quoalise").asText());
        } else {
            format = test.path("as").asText().equals("senml-json") ? Format.SENML_JSON : Format.SENML_XML;
            document = HexFormat.of().parseHex(test.get("hex").asText());
        }
        return new Vector(
                name, format, document, test.path("now"), test.path("resolved"), test.path("error"), test.path("strict"));
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

    private static void checkMetadata(JsonNode test) {
        Data data = Codec.loads(repeat(test.get("quoalise").asText()));
        List<Data> parts = data.parts();
        JsonNode expected = test.get("meta");
        assertEquals(expected.size(), parts.size());
        for (int part = 0; part < parts.size(); part++) {
            assertSame(expected.get(part), describe(parts.get(part).metadata()));
        }
        JsonNode energy = test.path("energy_wh");
        if (energy.isNumber()) {
            assertEquals(energy.asDouble(), data.energyWh().orElseThrow());
        } else if (energy.isNull()) {
            assertTrue(data.energyWh().isEmpty());
        }
        JsonNode versions = test.path("versions");
        for (int part = 0; part < versions.size(); part++) {
            assertEquals(versions.get(part).asInt(), parts.get(part).version());
        }
    }

    private static ObjectNode describe(Metadata metadata) {
        ObjectNode node = JSON.createObjectNode();
        metadata.deviceType().ifPresent(it -> node.put("device_type", it));
        metadata.device().flatMap(DeviceIdentifier::authority).ifPresent(it -> node.put("authority", it));
        metadata.device().flatMap(DeviceIdentifier::kind).ifPresent(it -> node.put("kind", it));
        metadata.device().flatMap(DeviceIdentifier::value).ifPresent(it -> node.put("value", it));
        Measurement measurement = metadata.measurement();
        measurement.name().ifPresent(it -> node.put("name", it));
        measurement.direction().ifPresent(it -> node.put("direction", it));
        measurement.quantity().ifPresent(it -> node.put("quantity", it));
        measurement.kind().ifPresent(it -> node.put("type", it));
        measurement.subtype().ifPresent(it -> node.put("subtype", it));
        measurement.unit().ifPresent(it -> node.put("unit", it));
        measurement.aggregation().ifPresent(it -> node.put("aggregation", it));
        // PT60M is PT1H.
        Optional<Duration> interval = measurement.interval();
        measurement.samplingInterval()
                .ifPresent(it -> node.put("sampling_interval", interval.map(Duration::toString).orElse(it)));
        measurement.corrected().ifPresent(it -> node.put("corrected", it));
        measurement.estimated().ifPresent(it -> node.put("estimated", it));
        metadata.pricing().ifPresent(pricing -> {
            ObjectNode tariff = node.putObject("pricing");
            tariff.put("range_code", pricing.rangeCode().orElse(null));
            tariff.put("range_description", pricing.rangeDescription().orElse(null));
            tariff.put("kind", pricing.kind().orElse(null));
            tariff.put("kind_description", pricing.kindDescription().orElse(null));
        });
        return node;
    }

    @TestFactory
    List<DynamicTest> shared() throws IOException {
        if (!Files.isDirectory(SHARED)) {
            return List.of();
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode test : JSON.readTree(SHARED.resolve("edge/cases.json").toFile()).get("cases")) {
            tests.add(own("shared " + test.get("id").asText(), test).test());
        }
        for (JsonNode example : JSON.readTree(SHARED.resolve("rfc8428/manifest.json").toFile()).get("examples")) {
            String id = example.get("id").asText();
            JsonNode resolved = JSON.readTree(SHARED.resolve("rfc8428/" + id + ".resolved.json").toFile());
            JsonNode version = JSON.readTree(SHARED.resolve("rfc8428/" + id + ".json").toFile()).path(0).path("bver");
            if (version.isNumber() && version.asInt() != 10) {
                // Section 4.6 keeps it; the working group's file drops it.
                resolved.forEach(record -> ((ObjectNode) record).set("bver", version));
            }
            for (Format format : List.of(Format.SENML_JSON, Format.SENML_XML)) {
                String file = id + (format == Format.SENML_JSON ? ".json" : ".xml");
                byte[] document = Files.readAllBytes(SHARED.resolve("rfc8428").resolve(file));
                JsonNode missing = JSON.missingNode();
                tests.add(new Vector("shared " + file, format, document, example.path("now"), resolved, missing, missing)
                        .test());
            }
        }
        return tests;
    }

    @Test
    void sharedVectorsAreThere() {
        assumeTrue(Files.isDirectory(SHARED), "there is no folder `shared` beside the repository");
    }
}
