package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client does, on a real server. */
class ClientTest {
    private static final ZoneId PARIS = ZoneId.of("Europe/Paris");

    private static Server server;
    private static Client client;

    @BeforeAll
    static void connect() {
        server = Server.shared();
        client = server.builder().connect();
    }

    @AfterAll
    static void close() {
        client.close();
    }

    @Test
    void aWeek() {
        ZonedDateTime start = LocalDate.of(2022, 1, 10).atStartOfDay(PARIS);
        Data data = client.getHistory(server.provider, server.series, start, start.plusDays(7));
        assertEquals(336, data.size());
        assertEquals(start.toInstant(), data.time(0));
        assertTrue(client.jid().startsWith("user"));
        assertSame(Connection.ONLINE, client.state().connection());
        assertEquals(data, client.getHistoryAsync(server.provider, server.series, start, start.plusDays(7)).join());
    }

    @Test
    void aPeriodMayBeOpen() {
        assertEquals(Server.ALL, client.getHistory(server.provider, server.series).size());
        ZonedDateTime last = ZonedDateTime.of(2022, 1, 31, 23, 0, 0, 0, ZoneOffset.UTC);
        assertEquals(2, client.getHistory(server.provider, server.series, last, null).size());
        assertEquals(0, client.getHistory(server.provider, server.seriesOf("empty")).size());
        ZonedDateTime micro = ZonedDateTime.of(2022, 1, 1, 0, 0, 0, 1000, ZoneOffset.ofHoursMinutes(-3, -30));
        assertEquals(Server.ALL - 8, client.getHistory(server.provider, server.series, micro, null).size());
    }

    @ParameterizedTest
    @CsvSource({
        "refused, NotAuthorizedException, not-authorized",
        "upstream, UpstreamErrorException,",
        "too-large, TooLargeException,",
        "failed, CommandFailedException,",
        "unknown, BadRequestException, bad-request",
    })
    void errorsOfTheProvider(String kind, String type, String condition) {
        String series = server.seriesOf(kind);
        QuoaliseException error =
                assertThrows(QuoaliseException.class, () -> client.getHistory(server.provider, series));
        assertEquals(type, error.getClass().getSimpleName());
        String operation = error.operation().orElseThrow();
        assertTrue(operation.contains("getting the history"), operation);
        assertTrue(error.getMessage().startsWith(operation), error.getMessage());
        if (condition != null) {
            assertEquals(Optional.of(condition), error.condition());
        }
        if (kind.equals("upstream")) {
            assertEquals(Optional.of("enedis-data-connect"), error.issuer());
            assertEquals(Optional.of("ADAM-ERR0123"), error.code());
            assertTrue(error.text().orElseThrow().contains("activation date"));
        }
        // It tells where it was waited for, and not the thread it came by.
        assertTrue(List.of(error.getStackTrace()).stream()
                .anyMatch(frame -> frame.getClassName().equals(ClientTest.class.getName())));
        CompletionException later = assertThrows(
                CompletionException.class, () -> client.getHistoryAsync(server.provider, series).join());
        assertEquals(error.getClass(), later.getCause().getClass());
        assertEquals(error.getMessage(), later.getCause().getMessage());
    }

    @Test
    void errorsOfConnecting() {
        Server.Account known = server.account();
        LoginRefusedException refused = assertThrows(
                LoginRefusedException.class,
                () -> server.builder(new Server.Account(known.jid(), "wrong")).connect());
        assertInstanceOf(ConnectionFailedException.class, refused);
        assertFalse(refused.getMessage().contains("wrong"));
        assertFalse(refused.isTemporary());
        assertThrows(CertificateRefusedException.class, () -> server.builder(known).caFile(null).connect());
        UnreachableException unreachable = assertThrows(
                UnreachableException.class, () -> server.builder(known).address("127.0.0.1:1").connect());
        assertTrue(unreachable.isTemporary());
        assertThrows(InvalidArgumentException.class, () -> Client.connect("nobody", "secret"));
        CompletionException later = assertThrows(
                CompletionException.class,
                () -> server.builder(known).address("127.0.0.1:1").connectAsync().join());
        assertInstanceOf(UnreachableException.class, later.getCause());
    }

    @Test
    void thereIsNobody() {
        assertSame(Availability.ONLINE, client.availability(server.provider));
        String nobody = server.provider.replace("/proxy", "/nobody");
        assertSame(Availability.OFFLINE, client.availability(nobody));
        ProviderOfflineException offline =
                assertThrows(ProviderOfflineException.class, () -> client.getHistory(nobody, server.series));
        assertInstanceOf(ServiceUnavailableException.class, offline);
    }

    @Test
    void noAnswer() {
        try (Client hasty = server.builder().timeout(Duration.ofMillis(300)).connect()) {
            assertThrows(
                    NoAnswerException.class, () -> hasty.getHistory(server.provider, server.seriesOf("slow")));
        }
    }

    @Test
    void commands() {
        Map<String, String> commands = client.commands(server.provider).stream()
                .collect(Collectors.toMap(CommandInfo::node, CommandInfo::name));
        assertEquals("Get tariff", commands.get("get_tariff"));
        Outcome outcome = client.run(server.provider, "get_tariff", Map.of("class", "hph"));
        assertEquals(
                Map.of("price", List.of("0.27 for hph")),
                outcome.fields().stream().collect(Collectors.toMap(Field::name, Field::values)));
        assertEquals(Optional.of("Price"), outcome.title());
        assertTrue(outcome.data().orElseThrow().isEmpty());
        assertFalse(outcome.toString().contains("0.27"), "values may be a meter's number");
        assertThrows(
                InvalidArgumentException.class,
                () -> client.run(server.provider, "get_tariff", Map.of("class", "none of them")));
        assertThrows(InvalidArgumentException.class, () -> client.run(server.provider, "get_tariff"));
        assertThrows(NoSuchCommandException.class, () -> client.begin(server.provider, "get_nothing"));
    }

    @Test
    void aCommandStepByStep() {
        try (Execution command = client.begin(server.provider, "get_tariff")) {
            assertSame(Status.EXECUTING, command.status());
            Form form = command.form().orElseThrow();
            assertEquals(Optional.of("Tariff"), form.title());
            Field field = form.fields().stream().filter(one -> one.name().equals("class")).findFirst().orElseThrow();
            assertSame(FieldType.LIST_SINGLE, field.kind());
            assertTrue(field.required());
            assertEquals(
                    List.of(new FieldOption(Optional.of("Peak"), "hph"), new FieldOption(Optional.empty(), "hch")),
                    field.options());
            assertEquals(List.of(Action.COMPLETE), command.actions());
            command.complete(Map.of("class", List.of("hch")));
            assertSame(Status.COMPLETED, command.status());
            assertEquals(List.of("0.27 for hch"), command.outcome().fields().get(0).values());
            InvalidArgumentException over = assertThrows(InvalidArgumentException.class, command::outcome);
            assertTrue(over.getMessage().contains("over"));
        }
        Execution canceled = client.begin(server.provider, "get_tariff");
        canceled.close();
        assertThrows(InvalidArgumentException.class, () -> canceled.complete(Map.of("class", "hch")));
    }

    @Test
    void series() {
        List<Series> all = client.series(server.provider);
        assertEquals(1, all.size());
        Series series = all.get(0);
        assertEquals(server.series, series.identifier());
        assertTrue(series.rights().getHistory() && series.rights().subscribe());
        assertEquals(Optional.of("W"), series.measurement().unit());
        assertEquals(all, client.series(server.provider, server.series));
        assertEquals(List.of(), client.series(server.provider, "urn:dev:prm:1"));
    }

    @Test
    void ofDataConnect() {
        LocalDate day = LocalDate.of(2022, 1, 1);
        assertThrows(
                NoSuchCommandException.class,
                () -> client.loadCurve(server.provider, "00000000000001", Direction.CONSUMPTION, day, day.plusDays(1)));
        assertThrows(
                NoSuchCommandException.class,
                () -> client.daily(server.provider, "00000000000001", Direction.PRODUCTION, day, day.plusDays(1)));
        assertThrows(
                NoSuchCommandException.class,
                () -> client.authorizeUri(
                        server.provider,
                        "My energy",
                        AuthorizeOptions.defaults().description("<p>Why</p>").duration("P1Y")));
        assertThrows(
                InvalidArgumentException.class,
                () -> client.authorizeUri(
                        server.provider, "My energy", AuthorizeOptions.defaults().duration("a year")));
    }

    @Test
    void afterClose() {
        Client closed = server.builder().connect();
        closed.close();
        closed.close();
        assertThrows(ClosedException.class, () -> closed.getHistory(server.provider, server.series));
        assertSame(Connection.CLOSED, closed.state().connection());
    }

    @ParameterizedTest
    @EnumSource
    void codec(Format format) {
        String table = "time,value,unit,name\n2022-01-10T00:00:00+01:00,412.5,W,urn:dev:ow:1_power\n";
        Data data = Codec.loads(table);
        assertEquals(1, data.size());
        String text = Codec.dumps(data, format, DumpOptions.defaults().zone(PARIS));
        if (format == Format.JSON) {
            assertTrue(text.contains("\"2022-01-10T00:00:00+01:00\""), text);
            LoadOptions options = LoadOptions.defaults().format(format);
            assertThrows(InvalidArgumentException.class, () -> Codec.loads(text, options));
            return;
        }
        assertEquals(data.values()[0], Codec.loads(text, LoadOptions.defaults().format(format)).values()[0]);
    }

    @Test
    void malformed() {
        MalformedDataException malformed = assertThrows(
                MalformedDataException.class,
                () -> Codec.loads("[{\"n\":\"a\",\"t\":1641769200,\"v\":\"secret reading\"}]"));
        assertFalse(malformed.getMessage().contains("secret reading"));
    }

    @Test
    void argumentsThatCannotBe() {
        Server.Account account = server.account();
        InvalidArgumentException surrogate = assertThrows(
                InvalidArgumentException.class,
                () -> server.builder(new Server.Account(account.jid(), "sec\udce9ret")).connect());
        assertTrue(surrogate.getMessage().contains("`password`"), surrogate.getMessage());
        assertFalse(surrogate.toString().contains("sec"));
        InvalidArgumentException priority =
                assertThrows(InvalidArgumentException.class, () -> server.builder(account).priority(300).connect());
        assertTrue(priority.getMessage().contains("`priority` is out of range"), priority.getMessage());
        NullPointerException none =
                assertThrows(NullPointerException.class, () -> client.getHistory(null, server.series));
        assertEquals("provider", none.getMessage());
        InvalidArgumentException value = assertThrows(
                InvalidArgumentException.class,
                () -> client.run(server.provider, "get_tariff", Map.of("class", new Object())));
        assertTrue(value.getMessage().contains("the value of `class`"), value.getMessage());
        InvalidArgumentException far = assertThrows(
                InvalidArgumentException.class,
                () -> client.getHistory(server.provider, server.series, ZonedDateTime.of(LocalDate.MAX.atStartOfDay(), ZoneOffset.UTC), null));
        assertTrue(far.getMessage().contains("`start`"), far.getMessage());
        assertThrows(
                InvalidArgumentException.class, () -> server.builder(account).timeout(Duration.ofSeconds(-1)).connect());
    }
}
