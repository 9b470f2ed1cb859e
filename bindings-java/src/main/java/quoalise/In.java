package quoalise;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** What the native library has written, in the order it did. */
final class In {
    private final ByteBuffer buffer;
    private final Executor executor;
    private final Handle source;

    /** Objects that are in it complete their futures on this executor, and do not outlive the one it came from. */
    In(byte[] bytes, Executor executor, Handle source) {
        buffer = ByteBuffer.wrap(bytes);
        this.executor = executor;
        this.source = source;
    }

    /** For what has no objects in it. */
    In(byte[] bytes, Executor executor) {
        this(bytes, executor, null);
    }

    /** What it came from. */
    Handle source() {
        return source;
    }

    Executor executor() {
        return executor;
    }

    int status() {
        return buffer.get();
    }

    boolean bool() {
        return buffer.get() != 0;
    }

    long int64() {
        return buffer.getLong();
    }

    int int32() {
        return buffer.getInt();
    }

    double float64() {
        return buffer.getDouble();
    }

    String text() {
        int length = buffer.getInt();
        String text = new String(buffer.array(), buffer.position(), length, StandardCharsets.UTF_8);
        buffer.position(buffer.position() + length);
        return text;
    }

    byte[] bytes() {
        byte[] bytes = new byte[buffer.getInt()];
        buffer.get(bytes);
        return bytes;
    }

    Duration duration() {
        long seconds = buffer.getLong();
        return Duration.ofSeconds(seconds, buffer.getInt());
    }

    Instant instant() {
        return instant(buffer.getLong());
    }

    /** The core's times. Nearly all are of whole seconds, which need not be put together. */
    static Instant instant(long micros) {
        long seconds = Math.floorDiv(micros, 1_000_000L);
        long rest = micros - seconds * 1_000_000L;
        return rest == 0 ? Instant.ofEpochSecond(seconds) : Instant.ofEpochSecond(seconds, rest * 1000);
    }

    Handle handle() {
        return new Handle(buffer.getLong());
    }

    /** One of an enum, by its place. */
    <T> T oneOf(T[] all) {
        int place = buffer.getInt();
        if (place < 0) {
            throw new IllegalStateException("this build does not know all names of the core; please report it");
        }
        return all[place];
    }

    <T> Optional<T> optional(Function<In, T> read) {
        return bool() ? Optional.of(read.apply(this)) : Optional.empty();
    }

    /** What counts as taken only once it has been read. Otherwise it goes back. */
    <T> T taken(Function<In, T> read) {
        Handle untaken = handle();
        try {
            T value = read.apply(this);
            Native.taken(untaken.id());
            return value;
        } finally {
            untaken.free();
        }
    }

    <T> List<T> list(Function<In, T> read) {
        int count = buffer.getInt();
        List<T> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(read.apply(this));
        }
        return Collections.unmodifiableList(items);
    }
}
