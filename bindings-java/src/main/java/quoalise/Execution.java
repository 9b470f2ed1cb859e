// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A command that has begun: the form of its present stage, and what may be done with it.
 *
 * <p>A provider keeps what was filled in until the command is completed or canceled, or it has waited too long. An
 * execution that is dropped before its end is canceled, without waiting for the provider to say so.
 */
public final class Execution implements AutoCloseable {
    final Handle handle;
    // What it came from does not end before it, though nobody may have that any more.
    private final Handle source;
    private final Executor executor;

    private Execution(In in) {
        handle = in.handle();
        source = in.source();
        executor = in.executor();
    }

    static Execution read(In in) {
        return new Execution(in);
    }

    /**
     * What may be done in the present stage, of {@link Action#PREV}, {@link Action#NEXT} and {@link Action#COMPLETE}.
     * To cancel is always allowed.
     *
     * @return what may be done in the present stage, of {@link Action#PREV}, {@link Action#NEXT} and
     *     {@link Action#COMPLETE}
     */
    public List<Action> actions() {
        return callActions().now();
    }

    private Call<List<Action>> callActions() {
        Out out = new Out();
        return new Call<>(21, handle, executor, out, in -> in.list(Action::read));
    }

    /**
     * Gives up, and waits at most ten seconds for the provider to say that it knows. Whatever it kept is gone then.
     *
     * @throws QuoaliseException Those of the network. That the provider gave up before is none.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public void cancel() {
        callCancel().await();
    }

    /**
     * As {@link #cancel}, without waiting. Cancelling the future gives it up.
     *
     * @return a future that is complete when it is done
     */
    public CompletableFuture<Void> cancelAsync() {
        return callCancel().async();
    }

    private Call<Void> callCancel() {
        Out out = new Out();
        return new Call<>(22, handle, executor, out, in -> null);
    }

    /**
     * Does what {@link #cancel()} does, at the end of a {@code try}. A thread that is interrupted does not wait for
     * it. It goes on by itself then.
     */
    @Override
    public void close() {
        callCancel().close();
    }

    /**
     * Fills in the form and asks for the result. Later stages, if there are any, keep their defaults.
     *
     * @param values values by field: texts, numbers, booleans, dates, times with their zone, or collections of
     *     texts
     * @throws QuoaliseException As {@code next}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public void complete(Map<String, ?> values) {
        callComplete(values).await();
    }

    /**
     * Fills in the form and asks for the result. Later stages, if there are any, keep their defaults.
     *
     * @throws QuoaliseException As {@code next}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public void complete() {
        complete(null);
    }

    /**
     * As {@link #complete}, without waiting. Cancelling the future gives it up.
     *
     * @param values values by field: texts, numbers, booleans, dates, times with their zone, or collections of
     *     texts
     * @return a future that is complete when it is done
     */
    public CompletableFuture<Void> completeAsync(Map<String, ?> values) {
        return callComplete(values).async();
    }

    /**
     * As {@link #complete}, without waiting. Cancelling the future gives it up.
     *
     * @return a future that is complete when it is done
     */
    public CompletableFuture<Void> completeAsync() {
        return completeAsync(null);
    }

    private Call<Void> callComplete(Map<String, ?> values) {
        Out out = new Out();
        out.optional("values", values, Out::values);
        return new Call<>(23, handle, executor, out, in -> null);
    }

    /**
     * What the provider suggests to do: {@link Action#NEXT} or {@link Action#COMPLETE}.
     *
     * @return what the provider suggests to do: {@link Action#NEXT} or {@link Action#COMPLETE}
     */
    public Optional<Action> defaultAction() {
        return callDefaultAction().now();
    }

    private Call<Optional<Action>> callDefaultAction() {
        Out out = new Out();
        return new Call<>(24, handle, executor, out, in -> in.optional(Action::read));
    }

    /**
     * The form of the present stage, or of the result.
     *
     * @return the form of the present stage, or of the result
     */
    public Optional<Form> form() {
        return callForm().now();
    }

    private Call<Optional<Form>> callForm() {
        Out out = new Out();
        return new Call<>(25, handle, executor, out, in -> in.optional(Form::read));
    }

    /**
     * Fills in the form and asks for the next stage. Fields without a value keep their default.
     *
     * @param values values by field: texts, numbers, booleans, dates, times with their zone, or collections of
     *     texts
     * @throws QuoaliseException {@link InvalidArgumentException} where a required field has no value, a value does
     *     not fit, there is no field of that name, or the provider allows no next stage: nothing was sent then, and the
     *     stage is as it was. {@link SessionExpiredException} where the provider waited too long.
     *     {@link CommandFailedException} where it gave up. As {@link Client#getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public void next(Map<String, ?> values) {
        callNext(values).await();
    }

    /**
     * Fills in the form and asks for the next stage. Fields without a value keep their default.
     *
     * @throws QuoaliseException {@link InvalidArgumentException} where a required field has no value, a value does
     *     not fit, there is no field of that name, or the provider allows no next stage: nothing was sent then, and the
     *     stage is as it was. {@link SessionExpiredException} where the provider waited too long.
     *     {@link CommandFailedException} where it gave up. As {@link Client#getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public void next() {
        next(null);
    }

    /**
     * As {@link #next}, without waiting. Cancelling the future gives it up.
     *
     * @param values values by field: texts, numbers, booleans, dates, times with their zone, or collections of
     *     texts
     * @return a future that is complete when it is done
     */
    public CompletableFuture<Void> nextAsync(Map<String, ?> values) {
        return callNext(values).async();
    }

    /**
     * As {@link #next}, without waiting. Cancelling the future gives it up.
     *
     * @return a future that is complete when it is done
     */
    public CompletableFuture<Void> nextAsync() {
        return nextAsync(null);
    }

    private Call<Void> callNext(Map<String, ?> values) {
        Out out = new Out();
        out.optional("values", values, Out::values);
        return new Call<>(26, handle, executor, out, in -> null);
    }

    /**
     * What the provider says about the present stage. An error among them means that it does not take what was filled
     * in, and asks again.
     *
     * @return what the provider says about the present stage
     */
    public List<Note> notes() {
        return callNotes().now();
    }

    private Call<List<Note>> callNotes() {
        Out out = new Out();
        return new Call<>(27, handle, executor, out, in -> in.list(Note::read));
    }

    /**
     * What came of it. The execution is over then.
     *
     * @return what came of it
     * @throws QuoaliseException {@link InvalidArgumentException} where it is not completed; it is canceled then.
     *     {@link MalformedAnswerException}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Outcome outcome() {
        return callOutcome().await();
    }

    /**
     * As {@link #outcome}, without waiting. Cancelling the future gives it up.
     *
     * @return a future of what came of it
     */
    public CompletableFuture<Outcome> outcomeAsync() {
        return callOutcome().async();
    }

    private Call<Outcome> callOutcome() {
        Out out = new Out();
        return new Call<>(28, handle, executor, out, Outcome::read);
    }

    /**
     * Asks for the stage before.
     *
     * @throws QuoaliseException As {@code next}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public void prev() {
        callPrev().await();
    }

    /**
     * As {@link #prev}, without waiting. Cancelling the future gives it up.
     *
     * @return a future that is complete when it is done
     */
    public CompletableFuture<Void> prevAsync() {
        return callPrev().async();
    }

    private Call<Void> callPrev() {
        Out out = new Out();
        return new Call<>(29, handle, executor, out, in -> null);
    }

    /**
     * How far it is: {@link Status#EXECUTING} while there is something to fill in.
     *
     * @return how far it is: {@link Status#EXECUTING} while there is something to fill in
     */
    public Status status() {
        return callStatus().now();
    }

    private Call<Status> callStatus() {
        Out out = new Out();
        return new Call<>(30, handle, executor, out, Status::read);
    }
}
