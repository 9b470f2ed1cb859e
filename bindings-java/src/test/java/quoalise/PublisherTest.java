package quoalise;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.SkipException;

/** What Reactive Streams asks of a publisher, by its own tests. Those are TestNG's, and run here. */
class PublisherTest {
    /** Of numbers, some of which are there at once, and some a little later. */
    public static final class Rules extends FlowPublisherVerification<Long> {
        /** By its own limits of time. */
        public Rules() {
            super(new TestEnvironment(2000, 200, false), 500);
        }

        @Override
        public Flow.Publisher<Long> createFlowPublisher(long elements) {
            AtomicLong given = new AtomicLong();
            return Items.publisher(
                    () -> {
                        long next = given.getAndIncrement();
                        Optional<Long> item = next < elements ? Optional.of(next) : Optional.empty();
                        return next % 3 == 0
                                ? CompletableFuture.supplyAsync(() -> item)
                                : CompletableFuture.completedFuture(item);
                    },
                    () -> {},
                    Operations.DEFAULT_EXECUTOR);
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
