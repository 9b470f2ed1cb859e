// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * A stretch of time in which pushes may have got lost: the connection is there again, but the server no longer knew of
 * the session. {@link Client#fill} asks for what they may have told.
 *
 * <p>Also first of all, where a process before this one did not come to a good end, as far as the journal knows.
 */
public final class Hole implements Event {
    final Handle handle;
    private final Executor executor;

    private Hole(In in) {
        handle = in.handle();
        executor = in.executor();
    }

    static Hole read(In in) {
        return new Hole(in);
    }

    /**
     * When it begins: what was sent before is here.
     *
     * @return when it begins: what was sent before is here
     */
    public Instant since() {
        return callSince().now();
    }

    private Call<Instant> callSince() {
        Out out = new Out();
        return new Call<>(31, handle, executor, out, In::instant);
    }

    /**
     * When it ends: what was sent after that comes again, or is here.
     *
     * @return when it ends: what was sent after that comes again, or is here
     */
    public Instant until() {
        return callUntil().now();
    }

    private Call<Instant> callUntil() {
        Out out = new Out();
        return new Call<>(32, handle, executor, out, In::instant);
    }

    @Override
    public String toString() {
        return "Hole["
                + "since=" + since()
                + ", until=" + until()
                + "]";
    }
}
