package quoalise;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
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
            return false;
        }
        state.set(State.OVER);
        super.complete(taken.value());
        return true;
    }

    /** Ends it, unless what came is being taken. */
    private boolean stop() {
        if (!state.compareAndSet(State.WAITING, State.OVER)) {
            return false;
        }
        Operations.cancel(operation);
        return true;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return stop() ? super.cancel(mayInterruptIfRunning) : isCancelled();
    }

    @Override
    public boolean complete(T value) {
        return stop() && super.complete(value);
    }

    @Override
    public boolean completeExceptionally(Throwable error) {
        return stop() && super.completeExceptionally(error);
    }

    @Override
    public Executor defaultExecutor() {
        return call.executor();
    }
}
