package quoalise;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Something to be asked of the native library: at once, by waiting, or later.
 *
 * @param <T> what it gives
 */
final class Call<T> {
    private static final int VALUE = 0;
    private static final int ERROR = 1;
    private static final int AGAIN = 2;

    private final int number;
    private final Handle handle;
    private final Executor executor;
    private final byte[] arguments;
    private final byte[] content;
    private final Function<In, T> read;
    // Objects among the arguments, which must not go before the library has seen them.
    private final Object[] kept;

    Call(int number, Handle handle, Executor executor, Out arguments, Function<In, T> read, Object... kept) {
        this.number = number;
        this.handle = handle;
        this.executor = executor;
        this.arguments = arguments.bytes();
        content = arguments.content();
        this.read = read;
        this.kept = kept;
    }

    /** Where futures are completed. */
    Executor executor() {
        return executor;
    }

    /** For what need not be waited for. */
    T now() {
        Library.load();
        In in = new In(Native.call(number, id(), arguments, content), executor, handle);
        Reference.reachabilityFence(this);
        return value(in, in.status());
    }

    /** Begins it; true where it is done at once. */
    boolean start(long operation) {
        Library.load();
        boolean done = Native.start(operation, number, id(), arguments, content);
        Reference.reachabilityFence(this);
        return done;
    }

    private long id() {
        return handle == null ? 0 : handle.id();
    }

    /**
     * Takes what came of it, or the error: to be called where that is to be thrown, whose stack it tells.
     *
     * @return null where somebody else took it, so that there is nothing yet
     */
    Taken<T> take(long operation) {
        byte[] bytes = Native.take(operation);
        if (bytes == null) {
            throw new IllegalStateException("nothing is known of this operation");
        }
        In in = new In(bytes, executor, handle);
        int status = in.status();
        return status == AGAIN ? null : new Taken<>(value(in, status));
    }

    private T value(In in, int status) {
        if (status == VALUE) {
            return read.apply(in);
        }
        if (status == ERROR) {
            throw QuoaliseException.read(in);
        }
        throw new IllegalStateException("a fault of this library ended the operation; please report it");
    }

    /**
     * What was taken.
     *
     * @param value it, which may be null
     */
    record Taken<T>(T value) {}

    /** Waits for it. Interrupted, it is given up. */
    T await() {
        try {
            return await(Long.MAX_VALUE);
        } catch (TimeoutException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Waits for it so long. Interrupted or too late, it is given up, and nothing is lost. */
    T await(Duration timeout) throws TimeoutException {
        boolean isForEver = timeout.compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0;
        return await(isForEver ? Long.MAX_VALUE : timeout.toNanos());
    }

    private T await(long nanos) throws TimeoutException {
        long start = System.nanoTime();
        while (true) {
            if (Thread.interrupted()) {
                // Also where nothing has to be waited for: a loop would never hear of it.
                throw interrupted(new InterruptedException());
            }
            // Completed by the thread that hears of it: nobody else's code hangs on it.
            CompletableFuture<Void> done = new CompletableFuture<>();
            long operation = Operations.next();
            if (!Operations.begin(operation, this, () -> done.complete(null))) {
                try {
                    if (nanos == Long.MAX_VALUE) {
                        done.get();
                    } else {
                        done.get(Math.max(0, nanos - (System.nanoTime() - start)), TimeUnit.NANOSECONDS);
                    }
                } catch (InterruptedException interrupted) {
                    Operations.cancel(operation);
                    throw interrupted(interrupted);
                } catch (TimeoutException late) {
                    Operations.cancel(operation);
                    throw new TimeoutException("nothing came within the time allowed");
                } catch (ExecutionException impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
            Taken<T> taken = take(operation);
            if (taken != null) {
                return taken.value();
            }
        }
    }

    private static CancellationException interrupted(InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        CancellationException cancelled = new CancellationException("interrupted while waiting");
        cancelled.initCause(interrupted);
        return cancelled;
    }

    /** Waits for it. Interrupted, it goes on by itself, and nobody hears what came of it: for what has to be done anyway. */
    void close() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        long operation = Operations.next();
        if (!Operations.begin(operation, this, () -> done.complete(null))) {
            try {
                done.get();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                done.thenRun(() -> Native.cancel(operation));
                return;
            } catch (ExecutionException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
        take(operation);
    }

    /** Begins it. */
    CompletableFuture<T> async() {
        return new Pending<>(this).begin();
    }
}
