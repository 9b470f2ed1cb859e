package quoalise;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.SkipException;

/** What Reactive Streams asks of a publisher, by its own tests. Those are TestNG's, and run here. */
class PublisherTest {
    /** Numbers, some of which are there at once, and some a little later, perhaps only when asked for once more. */
    private static final class Numbers implements Items.Source<Long> {
        private final long count;
        private final AtomicLong begun = new AtomicLong();
        private final AtomicLong given = new AtomicLong();

        Numbers(long count) {
            this.count = count;
        }

        @Override
        public boolean begin(long operation, Runnable told) {
            if (begun.getAndIncrement() % 3 != 0) {
                return true;
            }
            CompletableFuture.runAsync(told);
            return false;
        }

        @Override
        public Call.Taken<Optional<Long>> take(long operation) {
            if (begun.get() % 5 == 0) {
                return null;
            }
            long next = given.getAndIncrement();
            return new Call.Taken<>(next < count ? Optional.of(next) : Optional.empty());
        }

        @Override
        public void cancel(long operation) {}
    }

    /** Of numbers. */
    public static final class Rules extends FlowPublisherVerification<Long> {
        /** By its own limits of time. */
        public Rules() {
            super(new TestEnvironment(2000, 200, false), 500);
        }

        @Override
        public Flow.Publisher<Long> createFlowPublisher(long elements) {
            return Items.publisher(new Numbers(elements), () -> {}, Operations.DEFAULT_EXECUTOR);
        }

        @Override
        public Flow.Publisher<Long> createFailedFlowPublisher() {
            Flow.Publisher<Long> taken = createFlowPublisher(1);
            taken.subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {}

                @Override
                public void onNext(Long item) {}

                @Override
                public void onError(Throwable error) {}

                @Override
                public void onComplete() {}
            });
            return taken;
        }
    }

    @Test
    void whatComesForWhoHasCancelledStays() {
        // The executor's work, to be done when the test says so.
        Deque<Runnable> work = new ArrayDeque<>();
        AtomicReference<Runnable> told = new AtomicReference<>();
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger givenUp = new AtomicInteger();
        Items.Source<Long> source = new Items.Source<>() {
            @Override
            public boolean begin(long operation, Runnable tell) {
                told.set(tell);
                return false;
            }

            @Override
            public Call.Taken<Optional<Long>> take(long operation) {
                taken.incrementAndGet();
                return new Call.Taken<>(Optional.of(1L));
            }

            @Override
            public void cancel(long operation) {
                givenUp.incrementAndGet();
            }
        };
        AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
        Items.publisher(source, () -> {}, work::add).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription begun) {
                subscription.set(begun);
                begun.request(1);
            }

            @Override
            public void onNext(Long item) {
                Assertions.fail("it has cancelled");
            }

            @Override
            public void onError(Throwable error) {
                Assertions.fail(error);
            }

            @Override
            public void onComplete() {
                Assertions.fail("it has cancelled");
            }
        });
        work.remove().run();
        // It comes, and before the publisher looks, nobody wants it any more.
        told.get().run();
        subscription.get().cancel();
        while (!work.isEmpty()) {
            work.remove().run();
        }
        Assertions.assertEquals(0, taken.get());
        Assertions.assertEquals(1, givenUp.get());
    }

    @TestFactory
    Stream<DynamicTest> rules() {
        return Arrays.stream(Rules.class.getMethods())
                .filter(method -> method.isAnnotationPresent(org.testng.annotations.Test.class))
                .map(method -> DynamicTest.dynamicTest(method.getName(), () -> check(method)));
    }

    private static void check(Method rule) throws Throwable {
        Rules rules = new Rules();
        rules.setUp();
        try {
            rule.invoke(rules);
        } catch (InvocationTargetException failed) {
            if (failed.getCause() instanceof SkipException skipped) {
                Assumptions.abort(skipped.getMessage());
            }
            throw failed.getCause();
        }
    }
}
