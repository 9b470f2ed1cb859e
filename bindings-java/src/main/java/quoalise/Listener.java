// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;

/**
 * The pushes of trusted providers, and what else they tell by themselves, in the order it came.
 *
 * <p>While it lives, the session announces a priority that lets the server deliver pushes to it; closing it takes that
 * back, and later pushes are kept by the server for the next listener.
 *
 * <p>A push counts as received only when it is <em>taken</em>: when the next event is asked for, or the listener is
 * finished. One that is in hand when the listener is closed, because storing it failed perhaps, is given again, to the
 * next listener, as {@code repeated}. The server keeps what it was not told of (XEP-0198): what was not taken comes
 * again to the next session of the same resource, and is late or has to be filled in where none was named.
 */
public final class Listener implements AutoCloseable, Iterable<Event> {
    final Handle handle;
    // What it came from does not end before it, though nobody may have that any more.
    private final Handle source;
    private final Executor executor;

    private Listener(In in) {
        handle = in.handle();
        source = in.source();
        executor = in.executor();
    }

    static Listener read(In in) {
        return new Listener(in);
    }

    /**
     * Stops listening.
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
        return new Call<>(33, handle, executor, out, in -> null);
    }

    /**
     * Stops listening without losing anything: the server keeps what comes from here on, and what it had sent before is
     * given back, in order, and counts as taken.
     *
     * @return what was not taken
     * @throws QuoaliseException {@link ConnectionLostException}, {@link UnreachableException}, or
     *     {@link NoAnswerException} where the server does not answer within two seconds;
     *     {@link InvalidArgumentException} where the journal cannot be written. Then nothing more counts as taken: all
     *     of it comes to the next listener, the one in hand too, as {@code repeated}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public List<Event> finish() {
        return callFinish().await();
    }

    /**
     * As {@link #finish}, without waiting. Cancelling the future gives it up.
     *
     * @return a future of what was not taken
     */
    public CompletableFuture<List<Event>> finishAsync() {
        return callFinish().async();
    }

    private Call<List<Event>> callFinish() {
        Out out = new Out();
        return new Call<>(34, handle, executor, out, in -> in.taken(untaken -> untaken.list(Unions::event)));
    }

    /**
     * The next event; waits for it. Nothing when the listener or the client was closed. Asking for it says that the one
     * before is dealt with.
     *
     * @return the event, if there is one
     * @throws QuoaliseException {@link LoginRefusedException}, {@link ReplacedException},
     *     {@link UnsuitableServerException} where the connection was lost for good, once what came before has been
     *     taken; {@link InvalidArgumentException} where the journal cannot be written, and then nothing is lost either.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Optional<Event> next() {
        return callNext().await();
    }

    /**
     * As {@link #next()}, for so long at the most. When nothing came, nothing is lost either.
     *
     * @param timeout how long to wait
     * @return the event, if there is one
     * @throws TimeoutException when nothing came within that time
     */
    public Optional<Event> next(Duration timeout) throws TimeoutException {
        Objects.requireNonNull(timeout, "timeout");
        return callNext().await(timeout);
    }

    /**
     * As {@link #next()}, without waiting. Cancelling the future stops waiting, and nothing is lost.
     *
     * @return a future of the event, if there is one
     */
    public CompletableFuture<Optional<Event>> nextAsync() {
        return callNext().async();
    }

    private Call<Optional<Event>> callNext() {
        Out out = new Out();
        return new Call<>(35, handle, executor, out, in -> in.optional(Unions::event));
    }

    /**
     * For a loop: what {@link #next()} gives, until there is nothing.
     *
     * @return an iterator; all share what comes
     */
    @Override
    public Iterator<Event> iterator() {
        return Items.iterator(this::next);
    }

    /**
     * For one subscriber, which may be of Reactor, RxJava or the like: what {@link #next()} gives, asked for only
     * when the subscriber has asked. Cancelling the subscription closes this.
     *
     * @return a publisher
     */
    public Flow.Publisher<Event> publisher() {
        return Items.publisher(callNext(), this::closeAsync, executor);
    }
}
