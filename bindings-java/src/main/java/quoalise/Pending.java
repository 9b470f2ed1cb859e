package quoalise;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An operation on its way. Whoever cancels or completes it, by a time limit perhaps, ends the operation in the core too, and
 * what had come by then is not lost.
 */
final class Pending<T> extends CompletableFuture<T> {
    private final Call<T> call;
    // Held while what came is taken, which is short: only then it is known whether that ends it.
    private final ReentrantLock taking = new ReentrantLock();
    // Changed under the lock.
    private volatile boolean isOver;
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
                if (isOver) {
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
        Call.Taken<T> taken = null;
        Throwable failure = null;
        taking.lock();
        try {
            if (isOver || isDone()) {
                Native.cancel(operation);
                return true;
            }
            try {
                taken = call.take(operation);
            } catch (Throwable failed) {
                failure = failed;
            }
            if (taken == null && failure == null) {
                return false;
            }
            isOver = true;
        } finally {
            taking.unlock();
        }
        // What hangs on it is the application's.
        if (failure == null) {
            super.complete(taken.value());
        } else {
            super.completeExceptionally(failure);
        }
        return true;
    }

    /** Ends the operation; false where that has been done, or something has been taken. */
    private boolean end() {
        taking.lock();
        try {
            if (isOver) {
                return false;
            }
            isOver = true;
        } finally {
            taking.unlock();
        }
        Operations.cancel(operation);
        return true;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return end() ? super.cancel(mayInterruptIfRunning) : isCancelled();
    }

    @Override
    public boolean complete(T value) {
        return end() && super.complete(value);
    }

    @Override
    public boolean completeExceptionally(Throwable error) {
        return end() && super.completeExceptionally(error);
    }

    @Override
    public Executor defaultExecutor() {
        return call.executor();
    }
}
