package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manners in somebody else's virtual machine: threads, interruption, the end. */
class GuestTest {
    private final Server server = Server.shared();

    private static void assertInterrupted(Runnable wait) throws Exception {
        CompletableFuture<String> ended = new CompletableFuture<>();
        Thread waiting = new Thread(() -> {
            try {
                wait.run();
                ended.complete("nothing");
            } catch (CancellationException cancelled) {
                boolean isTold = cancelled.getCause() instanceof InterruptedException;
                ended.complete(isTold && Thread.currentThread().isInterrupted() ? "interrupted" : "not said so");
            } catch (Throwable other) {
                ended.completeExceptionally(other);
            }
        });
        waiting.start();
        Thread.sleep(200);
        waiting.interrupt();
        assertEquals("interrupted", ended.get(2, TimeUnit.SECONDS));
    }

    @Test
    void interruptingEndsAnyWait() throws Exception {
        try (Client client = server.builder().connect()) {
            assertInterrupted(() -> client.getHistory(server.provider, server.seriesOf("slow")));
            try (Listener events = client.listen()) {
                assertInterrupted(() -> {
                    while (true) {
                        events.next();
                    }
                });
                assertInterrupted(() -> events.forEach(event -> {}));
            }
            States states = client.states();
            assertInterrupted(() -> states.forEach(state -> {}));
            assertEquals(Server.ALL, client.getHistory(server.provider, server.series).size());
        }
    }

    @Test
    void interruptingEndsConnecting() throws Exception {
        // It takes the connection, and says nothing.
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            assertInterrupted(() ->
                    Client.builder("a@b.test", "secret").address(address).connect());
        }
    }

    @Test
    void anInterruptedThreadClosesAllTheSame() throws Exception {
        Client client = server.builder().connect();
        Thread closing = new Thread(() -> {
            Thread.currentThread().interrupt();
            client.close();
            assertTrue(Thread.currentThread().isInterrupted());
        });
        closing.start();
        closing.join(5000);
        for (int tries = 0; client.state().connection() != Connection.CLOSED; tries++) {
            assertTrue(tries < 100, "it is not closed");
            Thread.sleep(20);
        }
    }

    @Test
    void futures() throws Exception {
        try (Client client = server.builder().connect()) {
            String slow = server.seriesOf("slow");
            CompletableFuture<Data> cancelled = client.getHistoryAsync(server.provider, slow);
            assertFalse(cancelled.isDone());
            assertTrue(cancelled.cancel(true));
            assertTrue(cancelled.isCancelled());
            assertThrows(CancellationException.class, cancelled::join);
            CompletableFuture<Data> late = client.getHistoryAsync(server.provider, slow);
            ExecutionException failed =
                    assertThrows(ExecutionException.class, () -> late.orTimeout(50, TimeUnit.MILLISECONDS).get());
            assertInstanceOf(TimeoutException.class, failed.getCause());
            CompletableFuture<Data> replaced = client.getHistoryAsync(server.provider, slow);
            assertSame(null, replaced.completeOnTimeout(null, 50, TimeUnit.MILLISECONDS).join());
            CompletableFuture<Data> open = client.getHistoryAsync(server.provider, slow);
            client.closeAsync().join();
            CompletionException closed = assertThrows(CompletionException.class, open::join);
            assertInstanceOf(ClosedException.class, closed.getCause());
        }
    }

    @Test
    void whatHangsOnAFutureMayWaitWhereverItRuns() throws Exception {
        try (Client client = server.builder().executor(Runnable::run).connect()) {
            CompletableFuture<Data> again = client.getHistoryAsync(server.provider, server.series)
                    .thenApply(data -> client.getHistory(server.provider, server.series));
            assertEquals(Server.ALL, again.get(60, TimeUnit.SECONDS).size());
        }
    }

    @Test
    void whatHangsOnAFutureRunsWhereTheApplicationWants() throws Exception {
        ThreadFactory named = work -> new Thread(work, "the application's");
        ExecutorService executor = Executors.newSingleThreadExecutor(named);
        try (Client client = server.builder().executor(executor).connect()) {
            Set<String> threads = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < 20; i++) {
                client.getHistoryAsync(server.provider, server.series)
                        .thenApply(data -> threads.add(Thread.currentThread().getName()))
                        .get(20, TimeUnit.SECONDS);
            }
            threads.remove(Thread.currentThread().getName());
            assertEquals(Set.of("the application's"), threads);
            // One that takes nothing any more leaves nobody waiting.
            executor.shutdown();
            assertEquals(
                    Server.ALL,
                    client.getHistoryAsync(server.provider, server.series)
                            .get(20, TimeUnit.SECONDS)
                            .size());
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void manyRequestsAtOnce() throws Exception {
        try (Client client = server.builder().timeout(Duration.ofSeconds(120)).connect()) {
            List<CompletableFuture<Data>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                answers.add(client.getHistoryAsync(server.provider, server.seriesOf("empty")));
            }
            for (CompletableFuture<Data> answer : answers) {
                assertEquals(0, answer.get(120, TimeUnit.SECONDS).size());
            }
            ExecutorService threads = Executors.newFixedThreadPool(16);
            try {
                List<Future<Data>> waited = new ArrayList<>();
                for (int i = 0; i < 64; i++) {
                    waited.add(threads.submit(() -> client.getHistory(server.provider, server.series)));
                }
                for (Future<Data> data : waited) {
                    assertEquals(Server.ALL, data.get(120, TimeUnit.SECONDS).size());
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void virtualThreadsWaitToo() throws Exception {
        ExecutorService threads;
        try {
            threads = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | UnsupportedOperationException before21) {
            org.junit.jupiter.api.Assumptions.abort("this virtual machine has none");
            return;
        }
        try (Client client = server.builder().connect()) {
            // Far more than there are carriers: waiting must not hold one.
            List<Future<?>> stuck = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                stuck.add(threads.submit(() -> client.getHistory(server.provider, server.seriesOf("slow"))));
            }
            Thread.sleep(200);
            assertEquals(Connection.ONLINE, threads.submit(client::state).get(5, TimeUnit.SECONDS).connection());
            stuck.forEach(waiting -> waiting.cancel(true));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        long before = objects();
        beginAndGiveUp();
        until("objects are left", () -> objects() <= before);
    }

    /** In a frame of its own, which holds nothing any more when it is left. */
    private void beginAndGiveUp() throws InterruptedException {
        try (Client client = server.builder().connect()) {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            List<CompletableFuture<?>> begun = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                CompletableFuture<?> future = switch (i % 4) {
                    case 0 -> client.getHistoryAsync(server.provider, server.seriesOf("empty"));
                    case 1 -> client.getHistoryAsync(server.provider, server.seriesOf("refused"));
                    case 2 -> client.beginAsync(server.provider, "get_tariff");
                    default -> client.states().nextAsync();
                };
                begun.add(future);
                if (random.nextInt(3) == 0) {
                    future.orTimeout(random.nextInt(30), TimeUnit.MILLISECONDS);
                }
                if (random.nextInt(4) == 0) {
                    Thread.sleep(random.nextInt(3));
                    begun.get(random.nextInt(begun.size())).cancel(true);
                }
            }
            begun.forEach(future -> future.cancel(true));
            // What is being taken just now is done in a moment.
            until("operations are left", () -> Native.held()[1] == 0);
            assertEquals(0, client.getHistory(server.provider, server.seriesOf("empty")).size());
        }
    }

    /** How many objects the library holds for Java, when nobody has them but by chance. */
    private static long objects() {
        System.gc();
        return Native.held()[0];
    }

    private static void until(String otherwise, BooleanSupplier is) throws InterruptedException {
        for (int tries = 0; !is.getAsBoolean(); tries++) {
            assertTrue(tries < 200, otherwise);
            Thread.sleep(50);
        }
    }

    /** A program of its own. */
    public static final class Program {
        private Program() {}

        /** Connects and does something, and comes to its end. */
        public static void main(String[] arguments) throws Exception {
            String provider = arguments[4];
            String slow = arguments[5];
            Client client = Client.builder(arguments[0], arguments[1])
                    .address(arguments[2])
                    .caFile(Path.of(arguments[3]))
                    .connect();
            switch (arguments[6]) {
                case "open" -> {}
                case "listening" -> client.listen();
                case "pending" -> client.getHistoryAsync(provider, slow);
                case "waiting" -> {
                    Thread waiting = new Thread(() -> client.getHistory(provider, slow));
                    waiting.setDaemon(true);
                    waiting.start();
                    Thread.sleep(100);
                }
                case "subscribed" -> client.listen().publisher().subscribe(new java.util.concurrent.Flow.Subscriber<>() {
                    @Override
                    public void onSubscribe(java.util.concurrent.Flow.Subscription subscription) {
                        subscription.request(Long.MAX_VALUE);
                    }

                    @Override
                    public void onNext(Event event) {}

                    @Override
                    public void onError(Throwable error) {}

                    @Override
                    public void onComplete() {}
                });
                case "exit" -> System.exit(0);
                default -> throw new IllegalArgumentException(arguments[6]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "listening", "pending", "waiting", "subscribed", "exit"})
    void theEndNeverHangs(String how) throws IOException, InterruptedException {
        runProgram(server.account(), how);
    }

    @Test
    void theServerHearsOfTheEnd() throws IOException, InterruptedException {
        Server.Account account = server.account();
        try (Client client = server.builder(account).connect()) {
            client.subscribe(server.provider, server.series);
        }
        runProgram(account, "listening");
        // It is not kept for a session that might come back.
        server.command("push 1");
        try (Client client = server.builder(account).connect()) {
            client.trust(server.provider);
            try (Listener events = client.listen()) {
                assertInstanceOf(Push.class, Server.told(events));
            }
            client.unsubscribe(server.provider, server.series);
        }
    }

    private void runProgram(Server.Account account, String how) throws IOException, InterruptedException {
        // Newer ones warn of native libraries that nobody has allowed, and older ones do not know how to be told.
        String allow = Runtime.version().feature() < 22 ? "-Xcheck:jni" : "--enable-native-access=ALL-UNNAMED";
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                allow,
                "-Xcheck:jni",
                "-Dquoalise.library.path=" + System.getProperty("quoalise.library.path"),
                "-cp",
                "target/classes:target/test-classes",
                Program.class.getName(),
                account.jid(),
                account.password(),
                server.address(),
                server.caFile().toString(),
                server.provider,
                server.seriesOf("slow"),
                how);
        Process program = builder.redirectErrorStream(true).start();
        boolean ended = program.waitFor(20, TimeUnit.SECONDS);
        if (!ended) {
            program.destroyForcibly().waitFor();
        }
        String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(ended, said);
        assertEquals(0, program.exitValue(), said);
        assertEquals("", said);
    }

    @Test
    void theThreadGoesWhenNothingIsWaitedFor() throws Exception {
        try (Client client = server.builder().connect()) {
            CompletableFuture<Data> open = client.getHistoryAsync(server.provider, server.seriesOf("slow"));
            Thread hearing = hearing();
            assertTrue(hearing.isDaemon());
            assertSame(null, hearing.getContextClassLoader());
            open.cancel(true);
            for (int tries = 0; hearing.isAlive(); tries++) {
                assertTrue(tries < 300, "it is still there");
                Thread.sleep(100);
            }
            assertEquals(Server.ALL, client.getHistory(server.provider, server.series).size());
        }
    }

    private static Thread hearing() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("quoalise"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no thread"));
    }
}
