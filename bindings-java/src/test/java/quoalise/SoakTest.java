package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Many pushes leave nothing behind: on the heap, outside of it, or of what the two sides of the border know of each other. It is
 * {@code make soak} that takes 100,000; {@code -Xcheck:jni}, which the tests run with, tells of local references.
 */
class SoakTest {
    private static final int PUSHES = Integer.getInteger("quoalise.pushes", 10_000);
    private static final int AT_ONCE = 400;

    /** What a push may leave on average. One that is kept has some hundreds of bytes on either side. */
    private static final double BYTES_EACH = 100;

    /** In so many windows, as what is left behind grows in each: compilers and pools take much, but not all the time. */
    private static final int WINDOWS = 5;

    /**
     * What comes and goes by itself in one. Outside of the heap that is the virtual machine's own, whose compilers are at work
     * for long: it takes 100,000 pushes to see there what is less than some hundreds of bytes each.
     */
    private static final double HEAP_NOISE = 1e5;

    private static final double OUTSIDE_NOISE = 1e6;

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

    /** By how much it grew from one to the next at least. */
    private static long growth(List<Used> used, ToLongFunction<Used> what) {
        return IntStream.range(1, used.size())
                .mapToLong(i -> what.applyAsLong(used.get(i)) - what.applyAsLong(used.get(i - 1)))
                .min()
                .orElseThrow();
    }

    /** By how much it grows in a window: half of all that two of them tell, but the first, is less. What grows once is not. */
    private static double slope(List<Used> used, ToLongFunction<Used> what) {
        double[] slopes = IntStream.range(1, used.size())
                .boxed()
                .flatMapToDouble(to -> IntStream.range(1, to)
                        .mapToDouble(from ->
                                (double) (what.applyAsLong(used.get(to)) - what.applyAsLong(used.get(from))) / (to - from)))
                .sorted()
                .toArray();
        return slopes[slopes.length / 2];
    }

    @Test
    void pushesLeaveNothing() throws Exception {
        try (Client client = SERVER.builder().connect()) {
            client.subscribe(SERVER.provider, SERVER.series);
            try (Listener events = client.listen(ListenOptions.defaults().capacity(2 * AT_ONCE))) {
                int window = PUSHES / WINDOWS;
                List<Used> used = new ArrayList<>();
                for (int taken = 0; taken < window * (WINDOWS + 1); taken += AT_ONCE) {
                    if (taken >= window * (used.size() + 1)) {
                        used.add(Used.now());
                    }
                    SERVER.command("push " + AT_ONCE);
                    take(events, taken, AT_ONCE);
                }
                used.add(Used.now());
                String told = PUSHES + " pushes: " + used;
                System.out.println(told);
                assertEquals(used.get(0).held(), used.get(WINDOWS).held(), told);
                double allowed = BYTES_EACH * window;
                assertTrue(slope(used, Used::heap) < allowed + HEAP_NOISE, told);
                assertTrue(growth(used, Used::outside) < allowed + OUTSIDE_NOISE, told);
            }
        }
    }
}
