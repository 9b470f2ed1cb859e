package quoalise;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An operation on its way. Whoever cancels or completes it, by a time limit perhaps, ends the operation in the core too, and
 * what had come by then is not lost.
 */
final class Pending<T> extends CompletableFuture<T> {
    private enum State {
        WAITING,
        /** What came is being taken. */
        TAKING,
        OVER
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final Call<T> call;
    // How it was to end while something was being taken, which may prove to be nothing.
    private final AtomicReference<Runnable> wanted = new AtomicReference<>();
    private volatile long operation;

    Pending(Call<T> call) {
        this.call = call;
    }

    Pending<T> begin() {
        while (true) {
            long next = Operations.next();
            operation = next;
            boolean atOnce = Operations.begin(next, call, this::told);
            if (!atOnce) {
                if (state.get() == State.OVER) {
                    // Given up under this number before that had begun.
                    Operations.cancel(next);
                }
                return this;
            }
            if (deliver()) {
                return this;
            }
        }
    }

    /** From the thread that hears of operations: what the application does with its future is not for that one. */
    private void told() {
        Operations.execute(call.executor(), () -> {
            if (!deliver()) {
                begin();
            }
        });
    }

    /** Completes it with what came; false where somebody else took that, and it has to begin anew. */
    private boolean deliver() {
        if (!state.compareAndSet(State.WAITING, State.TAKING)) {
            Native.cancel(operation);
            return true;
        }
        Call.Taken<T> taken;
        try {
            taken = call.take(operation);
        } catch (Throwable failed) {
            state.set(State.OVER);
            super.completeExceptionally(failed);
            return true;
        }
        if (taken == null) {
            state.set(State.WAITING);
            return endAsWanted();
        }
        state.set(State.OVER);
        super.complete(taken.value());
        return true;
    }

    /** Ends it, if what came is being taken only should that prove to be nothing. */
    private void stop(Runnable end) {
        wanted.compareAndSet(null, end);
        endAsWanted();
    }

    /** False where nobody wanted it to end, or where it is being taken. */
    private boolean endAsWanted() {
        Runnable end = wanted.get();
        if (end == null || !state.compareAndSet(State.WAITING, State.OVER)) {
            return false;
        }
        Operations.cancel(operation);
        end.run();
        return true;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        stop(() -> super.cancel(mayInterruptIfRunning));
        return isCancelled();
    }

    @Override
    public boolean complete(T value) {
        AtomicBoolean isMine = new AtomicBoolean();
        stop(() -> isMine.set(super.complete(value)));
        return isMine.get();
    }

    @Override
    public boolean completeExceptionally(Throwable error) {
        AtomicBoolean isMine = new AtomicBoolean();
        stop(() -> isMine.set(super.completeExceptionally(error)));
        return isMine.get();
    }

    @Override
    public Executor defaultExecutor() {
        return call.executor();
    }
}
