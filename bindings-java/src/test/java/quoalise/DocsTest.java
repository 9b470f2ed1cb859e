package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guide and the examples do what they say, on a real server. */
@Timeout(120)
class DocsTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize().getParent();
    private static final Pattern BLOCK = Pattern.compile("^```java\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @TempDir
    Path folder;

    /** Pushes again and again, as the provider: whoever begins to listen gets one. */
    private static final class Pushing implements AutoCloseable {
        private final Thread thread;

        Pushing(Server server) {
            thread = new Thread(() -> {
                try {
                    while (true) {
                        Thread.sleep(200);
                        server.command("push 1");
                    }
                } catch (InterruptedException over) {
                    Thread.currentThread().interrupt();
                }
            });
            thread.start();
        }

        @Override
        public void close() {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The guide's blocks as one program, which is handed how to connect. */
    private static String program(Server server) throws IOException {
        String text = Files.readString(ROOT.resolve("docs/java.md"))
                .replace("Client.connect(\"app@example.org\", \"secret\")", "connect.get()")
                .replace("sge-proxy@provider.example/proxy", server.provider)
                .replace("urn:dev:prm:00000000000001_consumption/power/active/raw", server.series);
        List<String> imports = new ArrayList<>(List.of("import java.util.function.Supplier;"));
        StringBuilder body = new StringBuilder();
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            for (String line : blocks.group(1).lines().toList()) {
                if (line.startsWith("import ")) {
                    imports.add(line);
                } else {
                    body.append("        ").append(line).append('\n');
                }
            }
        }
        return String.join("\n", imports)
                + "\n\npublic class Guide {\n    public static void main(Supplier<Client> connect) {\n"
                + body
                + "        client.close();\n    }\n}\n";
    }

    private static String classes() throws URISyntaxException {
        return Path.of(Library.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    @Test
    @SuppressWarnings("try")
    void theGuide() throws Exception {
        try (Server server = new Server()) {
            Path source = Files.writeString(folder.resolve("Guide.java"), program(server));
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            PrintStream heard = new PrintStream(said, true, StandardCharsets.UTF_8);
            int status = ToolProvider.findFirst("javac")
                    .orElseThrow()
                    .run(heard, heard, "--release", "17", "-cp", classes(), "-d", folder.toString(), source.toString());
            assertEquals(0, status, said::toString);
            Supplier<Client> connect = () -> server.builder().connect();
            PrintStream out = System.out;
            try (Pushing pushing = new Pushing(server);
                    URLClassLoader loader = new URLClassLoader(
                            new URL[] {folder.toUri().toURL()}, DocsTest.class.getClassLoader())) {
                System.setOut(heard);
                loader.loadClass("Guide").getMethod("main", Supplier.class).invoke(null, connect);
            } finally {
                System.setOut(out);
            }
            String printed = said.toString(StandardCharsets.UTF_8);
            for (String words : List.of(
                    "336 readings of active-power", "ONLINE", "kWh", "[48, 48, 48, 48, 48, 48, 48]", "get_history", "true\n")) {
                assertTrue(printed.contains(words), () -> words + " is not in:\n" + printed);
            }
        }
    }

    /** As somebody runs it who has the jar and a JDK, and nothing else. */
    private String example(Server server, String name, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-D" + Library.PATH + "=" + System.getProperty(Library.PATH));
        command.addAll(List.of("-cp", classes()));
        command.add(ROOT.resolve("bindings-java/examples").resolve(name).toString());
        command.addAll(List.of(arguments));
        Server.Account account = server.account();
        File out = folder.resolve("out").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment()
                .putAll(Map.of(
                        "QUOALISE_USER", account.jid(),
                        "QUOALISE_PASSWORD", account.password(),
                        "QUOALISE_ADDRESS", server.address(),
                        "QUOALISE_CA_FILE", server.caFile().toString()));
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs");
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(out.toPath());
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    @Test
    void aWeekToCsv() throws Exception {
        Server server = Server.shared();
        String said = example(server, "WeekToCsv.java", server.provider, server.series, "2022-01-10", "week.csv");
        assertEquals("336 readings in week.csv, 0 gaps\n", said);
        List<String> lines = Files.readAllLines(folder.resolve("week.csv"));
        assertEquals(337, lines.size());
        assertTrue(lines.get(1).startsWith("2022-01-10T00:00:00+01:00,"), lines.get(1));
    }

    @Test
    @SuppressWarnings("try")
    void live() throws Exception {
        try (Server server = new Server();
                Pushing pushing = new Pushing(server)) {
            String said = example(server, "Live.java", server.provider, server.series, "2");
            assertEquals(2, said.lines().count(), said);
            assertTrue(said.endsWith(" W\n"), said);
        }
    }
}
