package quoalise;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Items one after another, in the manners of loops and of {@link Flow}. */
final class Items {
    private Items() {}

    /** Where items come from. Waiting and taking are two steps: what comes for who has just given up is not lost. */
    interface Source<T> {
        /** Begins to wait for the next item; true where it is there at once. Else {@code told} is run when it is. */
        boolean begin(long operation, Runnable told);

        /** Takes what came; null where somebody else was faster, so that there is nothing yet. */
        Call.Taken<Optional<T>> take(long operation);

        /** Gives up waiting. */
        void cancel(long operation);
    }

    /** For a loop: an item is only asked for when the loop wants to know whether there is one. */
    static <T> Iterator<T> iterator(Supplier<Optional<T>> next) {
        return new Iterator<>() {
            private Optional<T> ahead;

            @Override
            public boolean hasNext() {
                if (ahead == null) {
                    ahead = next.get();
                }
                return ahead.isPresent();
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                T item = ahead.orElseThrow();
                ahead = null;
                return item;
            }
        };
    }

    /** For one subscriber to what a call gives each time. */
    static <T> Flow.Publisher<T> publisher(Call<Optional<T>> next, Runnable close, Executor executor) {
        Source<T> source = new Source<>() {
            @Override
            public boolean begin(long operation, Runnable told) {
                return Operations.begin(operation, next, told);
            }

            @Override
            public Call.Taken<Optional<T>> take(long operation) {
                return next.take(operation);
            }

            @Override
            public void cancel(long operation) {
                Operations.cancel(operation);
            }
        };
        return publisher(source, close, executor);
    }

    /** For one subscriber: an item is only asked for when it has been, and cancelling closes the source. */
    static <T> Flow.Publisher<T> publisher(Source<T> source, Runnable close, Executor executor) {
        AtomicBoolean isTaken = new AtomicBoolean();
        return subscriber -> {
            if (subscriber == null) {
                throw new NullPointerException("subscriber");
            }
            if (!isTaken.compareAndSet(false, true)) {
                subscriber.onSubscribe(new Nothing());
                subscriber.onError(new IllegalStateException("there is a subscriber already: listen once for each"));
                return;
            }
            new Subscription<>(subscriber, source, close, executor).begin();
        };
    }

    /** For a subscriber that is refused. */
    private static final class Nothing implements Flow.Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }

    private static final class Subscription<T> implements Flow.Subscription {
        private final Source<T> source;
        private final Runnable close;
        private final Executor executor;
        private final AtomicLong demand = new AtomicLong();
        // What happened that the loop has not looked at: whoever makes it more than nothing runs the loop.
        private final AtomicInteger happened = new AtomicInteger();
        private volatile boolean isCancelled;
        private volatile boolean isWrong;
        // Which operation is done.
        private volatile long done;
        // Of the loop alone.
        private Flow.Subscriber<? super T> subscriber;
        // None has the number 0.
        private long waiting;

        Subscription(Flow.Subscriber<? super T> subscriber, Source<T> source, Runnable close, Executor executor) {
            this.subscriber = subscriber;
            this.source = source;
            this.close = close;
            this.executor = executor;
        }

        void begin() {
            // Nothing else may be told before the subscriber knows the subscription.
            happened.set(1);
            subscriber.onSubscribe(this);
            Operations.execute(executor, this::loop);
        }

        @Override
        public void request(long n) {
            if (n <= 0) {
                isWrong = true;
            } else {
                demand.accumulateAndGet(n, (wanted, more) -> wanted + more < 0 ? Long.MAX_VALUE : wanted + more);
            }
            happens();
        }

        @Override
        public void cancel() {
            isCancelled = true;
            happens();
        }

        private void happens() {
            if (happened.getAndIncrement() == 0) {
                Operations.execute(executor, this::loop);
            }
        }

        private void loop() {
            int seen = happened.get();
            do {
                advance();
                seen = happened.addAndGet(-seen);
            } while (seen != 0);
        }

        private void advance() {
            while (subscriber != null) {
                if (isCancelled) {
                    end();
                } else if (isWrong) {
                    end().onError(new IllegalArgumentException("a subscriber asks for at least one item (rule 3.9)"));
                } else if (waiting == 0) {
                    if (demand.get() == 0) {
                        return;
                    }
                    ask();
                } else if (waiting == done) {
                    give();
                } else {
                    return;
                }
            }
        }

        private void ask() {
            long operation = Operations.next();
            try {
                boolean atOnce = source.begin(operation, () -> {
                    done = operation;
                    happens();
                });
                waiting = operation;
                if (atOnce) {
                    done = operation;
                }
            } catch (RuntimeException | Error failed) {
                end().onError(failed);
            }
        }

        private void give() {
            long operation = waiting;
            waiting = 0;
            Call.Taken<Optional<T>> taken;
            try {
                taken = source.take(operation);
            } catch (RuntimeException | Error failed) {
                end().onError(failed);
                return;
            }
            if (taken == null) {
                return;
            }
            Optional<T> item = taken.value();
            if (item.isEmpty()) {
                end().onComplete();
                return;
            }
            demand.updateAndGet(wanted -> wanted == Long.MAX_VALUE ? wanted : wanted - 1);
            try {
                subscriber.onNext(item.get());
            } catch (RuntimeException | Error failed) {
                // It must not; what it was given counts as not taken, and whoever runs the loop hears of it.
                end();
                throw failed;
            }
        }

        /** Lets the subscriber go, and the source. */
        private Flow.Subscriber<? super T> end() {
            Flow.Subscriber<? super T> ended = subscriber;
            subscriber = null;
            if (waiting != 0) {
                source.cancel(waiting);
                waiting = 0;
            }
            close.run();
            return ended;
        }
    }
}
