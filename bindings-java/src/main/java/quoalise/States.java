// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;

/** What becomes of a connection. */
public final class States implements AutoCloseable, Iterable<ConnectionState> {
    final Handle handle;
    // What it came from does not end before it, though nobody may have that any more.
    private final Handle source;
    private final Executor executor;

    private States(In in) {
        handle = in.handle();
        source = in.source();
        executor = in.executor();
    }

    static States read(In in) {
        return new States(in);
    }

    /**
     * Stops watching.
     *
     * <p>A thread that is interrupted does not wait for it. It goes on by itself then.
     */
    @Override
    public void close() {
        callClose().close();
    }

    /**
     * As {@link #close}, without waiting. Cancelling the future gives it up.
     *
     * @return a future that is complete when it is done
     */
    public CompletableFuture<Void> closeAsync() {
        return callClose().async();
    }

    private Call<Void> callClose() {
        Out out = new Out();
        return new Call<>(36, handle, executor, out, in -> null);
    }

    /**
     * The next change; waits for it. Nothing once it is over for good and that was told. Of a great many that nobody
     * took meanwhile only the latest are told.
     *
     * @return the change, if there is one
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Optional<ConnectionState> next() {
        return callNext().await();
    }

    /**
     * As {@link #next()}, for so long at the most. When nothing came, nothing is lost either.
     *
     * @param timeout how long to wait
     * @return the change, if there is one
     * @throws TimeoutException when nothing came within that time
     */
    public Optional<ConnectionState> next(Duration timeout) throws TimeoutException {
        Objects.requireNonNull(timeout, "timeout");
        return callNext().await(timeout);
    }

    /**
     * As {@link #next()}, without waiting. Cancelling the future stops waiting, and nothing is lost.
     *
     * @return a future of the change, if there is one
     */
    public CompletableFuture<Optional<ConnectionState>> nextAsync() {
        return callNext().async();
    }

    private Call<Optional<ConnectionState>> callNext() {
        Out out = new Out();
        return new Call<>(37, handle, executor, out, in -> in.optional(ConnectionState::read));
    }

    /**
     * For a loop: what {@link #next()} gives, until there is nothing.
     *
     * @return an iterator; all share what comes
     */
    @Override
    public Iterator<ConnectionState> iterator() {
        return Items.iterator(this::next);
    }

    /**
     * For one subscriber, which may be of Reactor, RxJava or the like: what {@link #next()} gives, asked for only
     * when the subscriber has asked. Cancelling the subscription closes this.
     *
     * @return a publisher
     */
    public Flow.Publisher<ConnectionState> publisher() {
        return Items.publisher(callNext(), this::closeAsync, executor);
    }
}
