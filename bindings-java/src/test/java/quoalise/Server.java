package quoalise;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The project's test server (tests/servers) with a provider, as another program. */
final class Server implements AutoCloseable {
    /** The records of the series. */
    static final int ALL = 31 * 48;

    /** Where `cargo build` has put everything. */
    static final Path TARGET = Path.of(System.getProperty("quoalise.library.path")).getParent();

    private static Server shared;

    private final Process process;
    private final BufferedReader answers;
    private final PrintStream commands;
    private final JsonObject told;
    private int accounts;

    final String provider;
    final String series;

    /** With further options. */
    Server(String... options) {
        List<String> command = new ArrayList<>(List.of(TARGET.resolve("quoalise-test-server").toString(), "--provider"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command);
        try {
            process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        answers = process.inputReader(StandardCharsets.UTF_8);
        commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        told = answer();
        provider = told.get("provider").getAsString();
        series = told.get("series").getAsString();
    }

    /** One for all who do not break it; it goes when the virtual machine does. */
    static synchronized Server shared() {
        if (shared == null) {
            shared = new Server();
        }
        return shared;
    }

    private JsonObject answer() {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new AssertionError("the server is gone");
            }
            JsonObject answer = JsonParser.parseString(line).getAsJsonObject();
            if (answer.has("error")) {
                throw new AssertionError(answer.toString());
            }
            return answer;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Has it do something. */
    synchronized JsonObject command(String command) {
        commands.println(command);
        return answer();
    }

    /** An account of one's own. */
    record Account(String jid, String password) {}

    synchronized Account account() {
        accounts++;
        JsonObject account = command("add user" + accounts);
        return new Account(account.get("jid").getAsString(), account.get("password").getAsString());
    }

    String address() {
        return told.get("address").getAsString() + ":" + told.get("c2s_port").getAsInt();
    }

    Path caFile() {
        return Path.of(told.get("ca_file").getAsString());
    }

    /** How to connect to it. */
    Client.Builder builder(Account account) {
        return Client.builder(account.jid(), account.password())
                .address(address())
                .caFile(caFile())
                .timeout(Duration.ofSeconds(30));
    }

    /** How to connect with a new account. */
    Client.Builder builder() {
        return builder(account());
    }

    /** Another series of the provider. */
    String seriesOf(String kind) {
        return series.substring(0, series.lastIndexOf('/') + 1) + kind;
    }

    /** The next event but for those of who is there, as a provider tells that at any time. */
    static Event told(Listener events) {
        return told(events, Duration.ofSeconds(60));
    }

    static Event told(Listener events, Duration timeout) {
        try {
            while (true) {
                Event event = events.next(timeout).orElseThrow(() -> new AssertionError("listening is over"));
                if (!(event instanceof Presence)) {
                    return event;
                }
            }
        } catch (TimeoutException late) {
            throw new AssertionError(late);
        }
    }

    @Override
    public void close() {
        commands.close();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
