package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Many pushes leave nothing behind: on the heap, outside of it, or of what the two sides of the border know of each other. It is
 * {@code make soak} that takes 100,000; {@code -Xcheck:jni}, which the tests run with, tells of local references.
 */
class SoakTest {
    private static final int PUSHES = Integer.getInteger("quoalise.pushes", 10_000);
    private static final int AT_ONCE = 500;

    /** What a push may leave on average. One that is kept has some hundreds of bytes on either side. */
    private static final double BYTES_EACH = 100;

    /** What comes and goes by itself. */
    private static final double HEAP_NOISE = 2e6;

    private static final double NATIVE_NOISE = 24e6;

    private static final Server SERVER = new Server("--push-interval", "0");

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    /** How much there is. */
    private record Used(long heap, long outside, List<Long> held) {
        static Used now() throws Exception {
            // The second sees what the cleaner has let go after the first.
            for (int i = 0; i < 2; i++) {
                System.gc();
                Thread.sleep(200);
            }
            Runtime runtime = Runtime.getRuntime();
            long committed = runtime.totalMemory();
            long[] held = Native.held();
            return new Used(committed - runtime.freeMemory(), resident() - committed, List.of(held[0], held[1]));
        }

        private static long resident() throws IOException {
            Matcher found = Pattern.compile("RssAnon:\\s+(\\d+)").matcher(Files.readString(Path.of("/proc/self/status")));
            assertTrue(found.find());
            return 1024 * Long.parseLong(found.group(1));
        }
    }

    private static void take(Listener events, int first, int count) throws Exception {
        for (int next = first; next < first + count; next++) {
            // By both ways in turns.
            Event event;
            do {
                event = next % 2 == 0
                        ? events.next(Duration.ofSeconds(60)).orElseThrow()
                        : events.nextAsync().get(60, TimeUnit.SECONDS).orElseThrow();
            } while (event instanceof Presence);
            assertEquals(next, assertInstanceOf(Push.class, event).data().value(0));
        }
    }

    @Test
    void pushesLeaveNothing() throws Exception {
        try (Client client = SERVER.builder().connect()) {
            client.subscribe(SERVER.provider, SERVER.series);
            try (Listener events = client.listen(ListenOptions.defaults().capacity(2 * AT_ONCE))) {
                // Code has been compiled by then, and pools have grown.
                int warm = Math.max(PUSHES / 5, 2 * AT_ONCE);
                Used before = null;
                for (int taken = 0; taken < warm + PUSHES; taken += AT_ONCE) {
                    if (taken == warm) {
                        before = Used.now();
                    }
                    SERVER.command("push " + AT_ONCE);
                    take(events, taken, AT_ONCE);
                }
                Used after = Used.now();
                assertEquals(before.held(), after.held());
                double allowed = BYTES_EACH * PUSHES;
                long heap = after.heap() - before.heap();
                assertTrue(heap < allowed + HEAP_NOISE, heap + " more bytes on the heap");
                long outside = after.outside() - before.outside();
                assertTrue(outside < allowed + NATIVE_NOISE, outside + " more bytes outside of the heap");
                System.out.println(PUSHES + " pushes: " + heap + " bytes on the heap, " + outside + " outside");
            }
        }
    }
}
