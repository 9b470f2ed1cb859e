package quoalise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What comes by itself. */
class ListenTest {
    private static final Duration SOON = Duration.ofMillis(200);

    private final Server server = Server.shared();

    /** What there is but for who is there. */
    private static List<Push> pushes(Listener events, int count) {
        List<Push> pushes = new ArrayList<>();
        while (pushes.size() < count) {
            pushes.add(assertInstanceOf(Push.class, Server.told(events)));
        }
        return pushes;
    }

    private static void assertNothing(Listener events) {
        assertThrows(TimeoutException.class, () -> {
            while (events.next(SOON).orElseThrow() instanceof Presence) {
                // It may tell that at any time.
            }
        });
    }

    @Test
    void pushes() {
        try (Client client = server.builder().connect()) {
            client.subscribe(server.provider, server.series);
            Listener events = client.listen();
            try (events) {
                assertNothing(events);
                InvalidArgumentException again = assertThrows(InvalidArgumentException.class, client::listen);
                assertTrue(again.getMessage().contains("listening already"));
                server.command("push 3");
                int count = 0;
                for (Event event : events) {
                    if (event instanceof Push push) {
                        assertEquals(server.provider, push.sender());
                        assertEquals(1, push.data().size());
                        assertFalse(push.delayed() || push.repeated());
                        if (++count == 3) {
                            break;
                        }
                    }
                }
                assertEquals(List.of(), events.finish());
            }
            assertEquals(Optional.empty(), events.next());
            assertFalse(events.iterator().hasNext());
            client.unsubscribe(server.provider, server.series);
            assertEquals(0, client.distrusted());
            ListenOptions options = ListenOptions.defaults().capacity(1).whenFull(WhenFull.DROP_OLDEST);
            try (Listener others = client.listen(options)) {
                server.command("push 1");
                assertNothing(others);
            }
        }
    }

    @Test
    void aPushInHandIsGivenAgain() {
        try (Client client = server.builder().connect()) {
            client.subscribe(server.provider, server.series);
            Push first;
            try (Listener events = client.listen()) {
                server.command("push 2");
                first = pushes(events, 1).get(0);
                // Nobody asked for the next: it may not have been stored.
            }
            try (Listener events = client.listen()) {
                List<Push> again = pushes(events, 2);
                assertEquals(first.data(), again.get(0).data());
                assertTrue(again.get(0).repeated());
                assertFalse(again.get(1).repeated());
                server.command("push 1");
                pushes(events, 1);
                assertEquals(List.of(), events.finish());
            }
            client.unsubscribe(server.provider, server.series);
        }
    }

    @Test
    void whatFinishGivesCountsAsTakenOnceItIsThere() throws Exception {
        try (Client client = server.builder().connect()) {
            client.subscribe(server.provider, server.series);
            Listener events = client.listen();
            server.command("push 3");
            String inHand = pushes(events, 1).get(0).id().orElseThrow();
            // What it answers comes behind what it pushed.
            client.availability(server.provider);
            // As `finish` is, but that nothing can be made of what came.
            Method finish = Listener.class.getDeclaredMethod("callFinish");
            finish.setAccessible(true);
            java.lang.reflect.Field number = Call.class.getDeclaredField("number");
            number.setAccessible(true);
            Call<Object> broken = new Call<>(
                    number.getInt(finish.invoke(events)), events.handle, Runnable::run, new Out(), in -> in.taken(rest -> {
                        throw new IllegalStateException("no memory");
                    }));
            long held = Native.held()[0];
            assertThrows(IllegalStateException.class, broken::await);
            assertTrue(Native.held()[0] <= held, "what it gave is still held");

            Set<String> others = new HashSet<>();
            try (Listener next = client.listen()) {
                while (others.size() < 2) {
                    String id = pushes(next, 1).get(0).id().orElseThrow();
                    if (!id.equals(inHand)) {
                        others.add(id);
                    }
                }
                server.command("push 2");
                client.availability(server.provider);
                long given = next.finish().stream().filter(Push.class::isInstance).count();
                assertEquals(2, given);
            }
            try (Listener last = client.listen()) {
                assertNothing(last);
            }
            client.unsubscribe(server.provider, server.series);
        }
    }

    @Test
    void waitingMayBeGivenUpAtAnyTime() throws Exception {
        try (Client client = server.builder().connect()) {
            client.subscribe(server.provider, server.series);
            // Some lie at the server, others come while it is waited for them. (The provider paces what it sends.)
            int stored = 15;
            int pushed = stored + 5;
            server.command("push " + stored);
            Thread pusher = new Thread(() -> {
                for (int i = stored; i < pushed; i++) {
                    server.command("push 1");
                }
            });
            Listener events = client.listen();
            pusher.start();
            int given = 0;
            List<String> ids = new ArrayList<>();
            while (ids.size() < pushed) {
                CompletableFuture<Optional<Event>> next = events.nextAsync();
                boolean isMine = false;
                switch (given++ % 4) {
                    case 0 -> next.orTimeout(1, TimeUnit.MILLISECONDS);
                    case 1 -> next.cancel(true);
                    case 2 -> isMine = next.complete(Optional.empty());
                    default -> {}
                }
                Optional<Event> event;
                try {
                    event = next.get(20, TimeUnit.SECONDS);
                } catch (ExecutionException | CancellationException givenUp) {
                    continue;
                }
                assertEquals(isMine, event.isEmpty(), "who completes it is told so, and nobody else");
                if (event.orElse(null) instanceof Push push) {
                    ids.add(push.id().orElseThrow());
                }
            }
            pusher.join();
            assertEquals(pushed, ids.stream().distinct().count());
            assertNothing(events);
            events.close();
            client.unsubscribe(server.provider, server.series);
        }
    }

    @Test
    void interruptions() throws Exception {
        try (Server own = new Server()) {
            States states;
            try (Client client = own.builder()
                    .reconnectFirst(Duration.ofMillis(50))
                    .reconnectLongest(SOON)
                    .connect()) {
                states = client.states();
                client.subscribe(own.provider, own.series);
                try (Listener events = client.listen()) {
                    own.command("restart");
                    Interrupted interrupted = assertInstanceOf(Interrupted.class, Server.told(events));
                    assertTrue(interrupted.error().isTemporary());
                    Hole hole = assertInstanceOf(Hole.class, Server.told(events));
                    assertFalse(hole.since().isAfter(hole.until()));
                    fill(client, own, hole);
                }
                assertSame(Connection.INTERRUPTED, states.next().orElseThrow().connection());
            }
            Connection last = null;
            for (ConnectionState state : states) {
                last = state.connection();
            }
            assertSame(Connection.CLOSED, last);
        }
    }

    /** The provider may be back a moment later than we. */
    private static Data fill(Client client, Server server, Hole hole) throws InterruptedException {
        for (int tries = 0; tries < 50; tries++) {
            try {
                return client.fill(hole, server.provider, server.series);
            } catch (ServiceUnavailableException notYet) {
                Thread.sleep(100);
            }
        }
        throw new AssertionError("the provider did not come back");
    }

    /** Notes what it is told. */
    private static class Notes implements Flow.Subscriber<Event> {
        final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
        final AtomicInteger pushes = new AtomicInteger();
        volatile Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
        }

        @Override
        public void onNext(Event event) {
            if (event instanceof Push) {
                pushes.incrementAndGet();
                told.add(event);
            } else {
                // One more then.
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable error) {
            told.add(error);
        }

        @Override
        public void onComplete() {
            told.add("complete");
        }

        Object next() throws InterruptedException {
            Object next = told.poll(20, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing came");
            }
            return next;
        }
    }

    @Test
    void aSubscriberGetsWhatItAskedFor() throws Exception {
        try (Client client = server.builder().connect()) {
            client.subscribe(server.provider, server.series);
            Listener events = client.listen();
            Flow.Publisher<Event> publisher = events.publisher();
            Notes notes = new Notes();
            publisher.subscribe(notes);
            server.command("push 5");
            assertTrue(notes.told.isEmpty());
            notes.subscription.request(2);
            assertInstanceOf(Push.class, notes.next());
            assertInstanceOf(Push.class, notes.next());
            Thread.sleep(200);
            assertEquals(2, notes.pushes.get());
            notes.subscription.request(Long.MAX_VALUE);
            for (int i = 0; i < 3; i++) {
                assertInstanceOf(Push.class, notes.next());
            }
            Notes second = new Notes();
            publisher.subscribe(second);
            assertInstanceOf(IllegalStateException.class, second.next());
            notes.subscription.cancel();
            // It closes the listener: another may listen then.
            for (int tries = 0; ; tries++) {
                try {
                    client.listen().close();
                    break;
                } catch (InvalidArgumentException notYet) {
                    assertTrue(tries < 100, "the listener is not closed");
                    Thread.sleep(20);
                }
            }
            client.unsubscribe(server.provider, server.series);
        }
    }

    @Test
    void aSubscriberHearsOfTheEnd() throws Exception {
        Client client = server.builder().connect();
        Notes notes = new Notes();
        Notes wrong = new Notes();
        client.listen().publisher().subscribe(notes);
        client.states().publisher().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                wrong.onSubscribe(subscription);
                subscription.request(0);
            }

            @Override
            public void onNext(ConnectionState state) {
                wrong.told.add(state);
            }

            @Override
            public void onError(Throwable error) {
                wrong.onError(error);
            }

            @Override
            public void onComplete() {
                wrong.onComplete();
            }
        });
        assertInstanceOf(IllegalArgumentException.class, wrong.next());
        notes.subscription.request(1);
        client.close();
        assertEquals("complete", notes.next());
        assertThrows(NullPointerException.class, () -> client.states().publisher().subscribe(null));
    }
}
