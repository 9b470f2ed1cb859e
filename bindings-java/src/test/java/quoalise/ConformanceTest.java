package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The cases that every language runs: see tests/conformance/README.md. */
class ConformanceTest {
    private static final Map<String, String> CLASSES = ErrorsTest.kinds()
            .collect(Collectors.toMap(kind -> kind.get("kind").getAsString(), kind -> kind.get("java").getAsString()));

    private static Process process;

    @TestFactory
    Stream<DynamicTest> cases() throws Exception {
        process = new ProcessBuilder(Server.TARGET.resolve("quoalise-conformance").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        JsonObject told = JsonParser.parseString(lines.readLine()).getAsJsonObject();
        List<DynamicTest> tests = new ArrayList<>();
        for (boolean later : new boolean[] {false, true}) {
            for (JsonElement one : told.getAsJsonArray("cases")) {
                JsonObject of = one.getAsJsonObject();
                String name = text(of, "file") + ", " + text(of, "case") + (later ? ", by futures" : "");
                tests.add(DynamicTest.dynamicTest(name, () -> new Runner(told, of, later).run()));
            }
        }
        return tests.stream();
    }

    @AfterAll
    static void end() throws Exception {
        process.getOutputStream().close();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    private static String text(JsonObject of, String name) {
        return of.has(name) ? of.get(name).getAsString() : null;
    }

    /** Makes the calls of a case. */
    private static final class Runner {
        private final JsonObject told;
        private final JsonObject all;
        private final boolean later;
        private Client client;
        private Listener listener;

        Runner(JsonObject told, JsonObject of, boolean later) {
            this.told = told;
            this.all = of;
            this.later = later;
        }

        void run() {
            try {
                for (JsonElement one : all.getAsJsonArray("calls")) {
                    JsonObject call = one.getAsJsonObject();
                    JsonObject given = call.has("with") ? call.getAsJsonObject("with") : new JsonObject();
                    if (call.has("fails")) {
                        QuoaliseException error =
                                assertThrows(QuoaliseException.class, () -> call(text(call, "do"), given));
                        check(error, call.getAsJsonObject("fails"));
                    } else {
                        JsonElement found = call(text(call, "do"), given);
                        assertTrue(same(found, call.get("gives")), () -> "it gives " + found);
                    }
                }
            } finally {
                if (client != null) {
                    client.close();
                }
            }
        }

        private <T> T wait(CompletableFuture<T> future) {
            try {
                return future.orTimeout(60, TimeUnit.SECONDS).join();
            } catch (CompletionException failed) {
                if (failed.getCause() instanceof QuoaliseException error) {
                    throw error;
                }
                throw failed;
            }
        }

        private Client connect(JsonObject given) {
            Client.Builder builder = Client.builder(
                            given.has("jid") ? text(given, "jid") : text(all, "jid"),
                            given.has("password") ? text(given, "password") : text(all, "password"))
                    .address(given.has("address") ? text(given, "address") : text(told, "address"))
                    .timeout(Duration.ofMillis((long) (1000 * all.get("patience").getAsDouble())));
            if (!given.has("ca") || given.get("ca").getAsBoolean()) {
                builder.caFile(Path.of(text(told, "ca_file")));
            }
            return later ? wait(builder.connectAsync()) : builder.connect();
        }

        private JsonElement call(String operation, JsonObject given) {
            switch (operation) {
                case "loads" -> {
                    return ConformanceTest.of(loads(given));
                }
                case "dumps" -> {
                    boolean keep = given.has("keep_gaps") && given.get("keep_gaps").getAsBoolean();
                    Format format = Format.valueOf(shouted(text(given, "to")));
                    return new JsonPrimitive(Codec.dumps(loads(given), format, DumpOptions.defaults().keepGaps(keep)));
                }
                case "to_json" -> {
                    JsonElement made = JsonParser.parseString(loads(given).toJson(ZoneId.of(text(given, "tz"))));
                    JsonArray all = new JsonArray();
                    all.add(made);
                    return made.isJsonArray() ? made : all;
                }
                case "connect" -> {
                    client = connect(given);
                    return JsonNull.INSTANCE;
                }
                default -> {}
            }
            if (client == null) {
                client = connect(new JsonObject());
            }
            String provider = given.has("provider") ? text(given, "provider") : text(all, "provider");
            String identifier = text(given, "identifier");
            switch (operation) {
                case "get_history" -> {
                    ZonedDateTime start = time(given, "start");
                    ZonedDateTime end = time(given, "end");
                    return ConformanceTest.of(later
                            ? wait(client.getHistoryAsync(provider, identifier, start, end))
                            : client.getHistory(provider, identifier, start, end));
                }
                case "load_curve", "daily" -> {
                    String point = text(given, "usage_point");
                    Direction direction = Direction.valueOf(shouted(text(given, "direction")));
                    LocalDate start = LocalDate.parse(text(given, "start"));
                    LocalDate end = LocalDate.parse(text(given, "end"));
                    if (operation.equals("daily")) {
                        return ConformanceTest.of(later
                                ? wait(client.dailyAsync(provider, point, direction, start, end))
                                : client.daily(provider, point, direction, start, end));
                    }
                    return ConformanceTest.of(later
                            ? wait(client.loadCurveAsync(provider, point, direction, start, end))
                            : client.loadCurve(provider, point, direction, start, end));
                }
                case "subscribe" -> {
                    if (later) {
                        wait(client.subscribeAsync(provider, identifier));
                    } else {
                        client.subscribe(provider, identifier);
                    }
                }
                case "unsubscribe" -> {
                    if (later) {
                        wait(client.unsubscribeAsync(provider, identifier));
                    } else {
                        client.unsubscribe(provider, identifier);
                    }
                }
                case "trust" -> client.trust(provider);
                case "close" -> {
                    if (later) {
                        wait(client.closeAsync());
                    } else {
                        client.close();
                    }
                }
                case "listen" -> listener = later ? wait(client.listenAsync()) : client.listen();
                case "next" -> {
                    return event((later ? wait(listener.nextAsync()) : listener.next()).orElseThrow());
                }
                case "commands" -> {
                    return list(
                            later ? wait(client.commandsAsync(provider)) : client.commands(provider),
                            command -> object("node", command.node(), "name", command.name()));
                }
                case "run" -> {
                    Map<String, Object> values = new HashMap<>();
                    given.getAsJsonObject("values").entrySet().forEach(value -> values.put(
                            value.getKey(),
                            value.getValue().isJsonArray()
                                    ? value.getValue().getAsJsonArray().asList().stream()
                                            .map(JsonElement::getAsString)
                                            .toList()
                                    : value.getValue().getAsString()));
                    String node = text(given, "node");
                    return ConformanceTest.of(later ? wait(client.runAsync(provider, node, values)) : client.run(provider, node, values));
                }
                case "authorize_uri" -> {
                    AuthorizeOptions options = AuthorizeOptions.defaults()
                            .description(text(given, "description"))
                            .logoUrl(text(given, "logo_url"))
                            .duration(text(given, "duration"))
                            .redirectUri(text(given, "redirect_uri"))
                            .state(text(given, "state"));
                    String name = text(given, "name");
                    Authorization asked = later
                            ? wait(client.authorizeUriAsync(provider, name, options))
                            : client.authorizeUri(provider, name, options);
                    return object("uri", asked.uri(), "state", asked.state());
                }
                case "availability" -> {
                    return json(later ? wait(client.availabilityAsync(provider)) : client.availability(provider));
                }
                case "series" -> {
                    String prefix = text(given, "prefix");
                    return list(
                            later ? wait(client.seriesAsync(provider, prefix)) : client.series(provider, prefix),
                            ConformanceTest::of);
                }
                default -> throw new AssertionError("there is no " + operation);
            }
            return JsonNull.INSTANCE;
        }

        private JsonElement event(Event event) {
            if (event instanceof Malformed malformed) {
                return object("event", "malformed", "from", sender(malformed.sender()), "kind", malformed.error().kind());
            }
            if (event instanceof Push push) {
                return object(
                        "event", "push", "from", sender(push.sender()), "id", push.id(),
                        "sent", push.delayed() ? push.sent() : null, "delayed", push.delayed(),
                        "repeated", push.repeated(), "body", push.body(), "data", ConformanceTest.of(push.data()));
            }
            Consent consent = (Consent) event;
            return object(
                    "event", "consent", "from", sender(consent.sender()), "id", consent.id(),
                    "sent", consent.delayed() ? consent.sent() : null, "delayed", consent.delayed(),
                    "repeated", consent.repeated(), "body", consent.body(), "usage_points", consent.usagePoints(),
                    "state", consent.state(), "answers", consent.request().isPresent());
        }

        private String sender(String sender) {
            return sender.equals(text(all, "provider")) ? "$provider" : sender;
        }
    }

    private static void check(QuoaliseException error, JsonObject expected) {
        assertEquals(CLASSES.get(text(expected, "kind")), error.getClass().getSimpleName());
        expected.entrySet().forEach(field -> {
            JsonElement found = switch (field.getKey()) {
                case "kind" -> json(error.kind());
                case "condition" -> json(error.condition());
                case "text" -> json(error.text());
                case "issuer" -> json(error.issuer());
                case "code" -> json(error.code());
                case "temporary" -> json(error.isTemporary());
                case "fitting_period" -> json(List.of(
                        error.fittingStart().orElseThrow(), error.fittingEnd().orElseThrow()));
                default -> throw new AssertionError("there is no " + field.getKey());
            };
            assertTrue(same(found, field.getValue()), () -> field.getKey() + " is " + found + ": " + error);
        });
    }

    private static ZonedDateTime time(JsonObject given, String name) {
        return given.has(name) ? OffsetDateTime.parse(text(given, name)).toZonedDateTime() : null;
    }

    private static Data loads(JsonObject given) {
        LoadOptions options = LoadOptions.defaults()
                .format(Format.valueOf(shouted(text(given, "format"))))
                .strict(given.has("strict") && given.get("strict").getAsBoolean());
        if (given.has("now")) {
            options = options.now(OffsetDateTime.parse(text(given, "now")).toInstant());
        }
        return given.has("hex")
                ? Codec.loads(HexFormat.of().parseHex(text(given, "hex")), options)
                : Codec.loads(text(given, "text"), options);
    }

    private static String shouted(String name) {
        return name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    // What Java has, as the cases write it.

    private static JsonElement json(Object value) {
        if (value instanceof JsonElement element) {
            return element;
        }
        if (value instanceof Optional<?> optional) {
            return json(optional.orElse(null));
        }
        if (value instanceof Instant time) {
            return new JsonPrimitive(time.getEpochSecond() * 1_000_000 + time.getNano() / 1000);
        }
        if (value instanceof Enum<?> name) {
            return new JsonPrimitive(name.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        if (value instanceof List<?> items) {
            return list(items, ConformanceTest::json);
        }
        if (value instanceof Number number) {
            return new JsonPrimitive(number);
        }
        if (value instanceof Boolean truth) {
            return new JsonPrimitive(truth);
        }
        return value == null ? JsonNull.INSTANCE : new JsonPrimitive((String) value);
    }

    private static <T> JsonArray list(List<T> items, Function<T, JsonElement> json) {
        JsonArray all = new JsonArray();
        items.forEach(item -> all.add(json.apply(item)));
        return all;
    }

    /** Without what is absent, empty or false. */
    private static JsonObject object(Object... fields) {
        JsonObject object = new JsonObject();
        List<String> kept = List.of("records", "metadata", "corrected", "estimated");
        for (int i = 0; i < fields.length; i += 2) {
            String name = (String) fields[i];
            JsonElement value = json(fields[i + 1]);
            boolean isEmpty = value.isJsonPrimitive() && (value.getAsString().isEmpty() || value.getAsString().equals("false"))
                    || value.isJsonArray() && value.getAsJsonArray().isEmpty()
                    || value.isJsonObject() && value.getAsJsonObject().isEmpty();
            if (!value.isJsonNull() && (kept.contains(name) || !isEmpty)) {
                object.add(name, value);
            }
        }
        return object;
    }

    private static JsonElement of(Data data) {
        return object(
                "series",
                list(data.parts(), part -> object(
                        "metadata", of(part.metadata()),
                        "version", part.version() == 10 ? null : part.version(),
                        "records", list(part.readings(), ConformanceTest::of))),
                "missing",
                list(data.missing(), gap -> json(List.of(gap.name(), gap.start(), gap.end()))),
                "energy_wh",
                data.energyWh().isPresent() && data.energyWh().getAsDouble() != 0 ? data.energyWh().getAsDouble() : null);
    }

    private static JsonElement of(Reading reading) {
        JsonArray record = new JsonArray();
        record.add(reading.name());
        record.add(json(reading.time()));
        record.add(json(reading.unit()));
        record.add(of(reading.value()));
        JsonObject others = new JsonObject();
        reading.other().forEach((label, json) -> others.add(label, JsonParser.parseString(json)));
        JsonObject more = object(
                "sum", reading.sum().isPresent() ? reading.sum().getAsDouble() : null,
                "update_time", reading.updateTime().isPresent() ? reading.updateTime().getAsDouble() : null,
                "other", others);
        if (!more.isEmpty()) {
            record.add(more);
        }
        return record;
    }

    private static JsonElement of(Value value) {
        if (value instanceof Value.Number number) {
            return number.integer().isPresent() ? json(number.integer().get()) : json(number.number());
        }
        if (value instanceof Value.Text text) {
            return json(text.text());
        }
        if (value instanceof Value.Truth truth) {
            return json(truth.truth());
        }
        if (value instanceof Value.Bytes bytes) {
            return object(
                    "base64url", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.bytes()));
        }
        assertSame(Value.None.class, value.getClass());
        return JsonNull.INSTANCE;
    }

    private static JsonElement of(Metadata metadata) {
        return object(
                "device_type", metadata.deviceType(),
                "device",
                        metadata.device()
                                .map(device -> object(
                                        "authority", device.authority(), "kind", device.kind(), "value", device.value())),
                "measurement", of(metadata.measurement()),
                "pricing",
                        metadata.pricing()
                                .map(pricing -> object(
                                        "range_code", pricing.rangeCode(),
                                        "range_description", pricing.rangeDescription(),
                                        "kind", pricing.kind(),
                                        "kind_description", pricing.kindDescription())));
    }

    private static JsonElement of(Measurement measurement) {
        return object(
                "name", measurement.name(), "direction", measurement.direction(), "quantity", measurement.quantity(),
                "kind", measurement.kind(), "subtype", measurement.subtype(), "unit", measurement.unit(),
                "aggregation", measurement.aggregation(), "sampling_interval", measurement.samplingInterval(),
                "corrected", measurement.corrected(), "estimated", measurement.estimated());
    }

    private static JsonElement of(Series series) {
        List<String> rights = new ArrayList<>();
        if (series.rights().getHistory()) {
            rights.add("get_history");
        }
        if (series.rights().subscribe()) {
            rights.add("subscribe");
        }
        return object(
                "identifier", series.identifier(), "title", series.title(), "measurement", of(series.measurement()),
                "first", series.first(), "last", series.last(), "rights", rights);
    }

    private static JsonElement of(Outcome outcome) {
        return object(
                "title", outcome.title(),
                "instructions", outcome.instructions(),
                "fields",
                        list(outcome.fields(), field -> object(
                                "var", field.name(), "type", field.kind(), "values", field.values())),
                "tables",
                        list(outcome.tables(), table -> object(
                                "columns", list(table.columns(), column -> json(column.name())), "rows", table.rows())),
                "notes", list(outcome.notes(), note -> object("type", note.kind(), "text", note.text())),
                "data", outcome.data().map(ConformanceTest::of),
                "unused", outcome.unused());
    }

    /** Equal, numbers as numbers. */
    private static boolean same(JsonElement one, JsonElement other) {
        if (one.isJsonArray() && other.isJsonArray()) {
            JsonArray left = one.getAsJsonArray();
            JsonArray right = other.getAsJsonArray();
            if (left.size() != right.size()) {
                return false;
            }
            for (int i = 0; i < left.size(); i++) {
                if (!same(left.get(i), right.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (one.isJsonObject() && other.isJsonObject()) {
            JsonObject left = one.getAsJsonObject();
            JsonObject right = other.getAsJsonObject();
            return left.keySet().equals(right.keySet())
                    && left.keySet().stream().allMatch(name -> same(left.get(name), right.get(name)));
        }
        boolean areNumbers = one.isJsonPrimitive()
                && other.isJsonPrimitive()
                && one.getAsJsonPrimitive().isNumber()
                && other.getAsJsonPrimitive().isNumber();
        return areNumbers
                ? one.getAsBigDecimal().compareTo(other.getAsBigDecimal()) == 0
                        || one.getAsDouble() == other.getAsDouble()
                : one.equals(other);
    }
}
