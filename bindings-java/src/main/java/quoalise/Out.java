package quoalise;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Arguments for the native library, in its order. Those that cannot be right are refused by their name, and not shown. */
final class Out {
    /** How one value is written. */
    interface Write<T> {
        void write(Out out, String name, T value);
    }

    private ByteBuffer buffer = ByteBuffer.allocate(256);
    private byte[] content;

    byte[] bytes() {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    /** What goes beside the arguments; null where nothing does. */
    byte[] content() {
        return content;
    }

    private ByteBuffer room(int length) {
        if (buffer.remaining() < length) {
            int wanted = Math.addExact(buffer.position(), length);
            buffer = ByteBuffer.allocate(Math.max(wanted, (int) Math.min(2L * buffer.capacity(), Integer.MAX_VALUE - 8L)))
                    .put(buffer.flip());
        }
        return buffer;
    }

    void bool(String name, boolean value) {
        room(1).put((byte) (value ? 1 : 0));
    }

    void int64(String name, long value) {
        room(8).putLong(value);
    }

    void int32(int value) {
        room(4).putInt(value);
    }

    void float64(String name, double value) {
        room(8).putDouble(value);
    }

    /** Content to be read, which may be large: it crosses as it is, beside the other arguments. */
    void bytes(String name, byte[] value) {
        Objects.requireNonNull(value, name);
        if (content != null) {
            throw new IllegalStateException("there is room for one");
        }
        content = value;
    }

    /** A few bytes among others. */
    void shortBytes(String name, byte[] value) {
        Objects.requireNonNull(value, name);
        room(4 + value.length).putInt(value.length).put(value);
    }

    void text(String name, String value) {
        Objects.requireNonNull(value, name);
        ByteBuffer encoded;
        try {
            encoded = StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(value));
        } catch (CharacterCodingException wrong) {
            // Its message would tell nothing, and what was given may be the password.
            throw new InvalidArgumentException(
                    "argument `" + name + "` has characters that no text may have (half of a surrogate pair)");
        }
        room(4 + encoded.remaining()).putInt(encoded.remaining()).put(encoded);
    }

    void duration(String name, Duration value) {
        Objects.requireNonNull(value, name);
        room(12).putLong(value.getSeconds()).putInt(value.getNano());
    }

    void instant(String name, Instant value) {
        Objects.requireNonNull(value, name);
        long seconds = value.getEpochSecond();
        // Farther than anything the other side takes, and no overflow on the way.
        long near = Math.max(-(1L << 40), Math.min(1L << 40, seconds));
        room(8).putLong(near * 1_000_000L + value.getNano() / 1000);
    }

    /** An instant, with the offset that is in force then. */
    void zoned(String name, ZonedDateTime value) {
        Objects.requireNonNull(value, name);
        instant(name, value.toInstant());
        int32(value.getOffset().getTotalSeconds());
    }

    void date(String name, LocalDate value) {
        Objects.requireNonNull(value, name);
        text(name, value.toString());
    }

    void zone(String name, ZoneId value) {
        Objects.requireNonNull(value, name);
        ZoneId normal = value.normalized();
        boolean isFixed = normal instanceof ZoneOffset;
        bool(name, isFixed);
        if (isFixed) {
            int32(((ZoneOffset) normal).getTotalSeconds());
        } else {
            text(name, normal.getId());
        }
    }

    void path(String name, Path value) {
        Objects.requireNonNull(value, name);
        // One in an archive, say, is none that the library can open.
        text(name, value.toFile().getPath());
    }

    void oneOf(String name, Enum<?> value) {
        Objects.requireNonNull(value, name);
        int32(value.ordinal());
    }

    void handle(String name, Handle value) {
        int64(name, value.id());
    }

    /** Values of a form's fields. */
    void values(String name, Map<String, ?> values) {
        Objects.requireNonNull(values, name);
        int32(values.size());
        values.forEach((field, value) -> {
            text(name, field);
            if (value instanceof ZonedDateTime time) {
                bool(name, true);
                zoned(field, time);
            } else if (value instanceof OffsetDateTime time) {
                bool(name, true);
                zoned(field, time.toZonedDateTime());
            } else if (value instanceof Instant time) {
                bool(name, true);
                zoned(field, time.atZone(ZoneOffset.UTC));
            } else {
                bool(name, false);
                texts(name, field, value instanceof Collection<?> many ? many : List.of(plain(name, field, value)));
            }
        });
    }

    private void texts(String name, String field, Collection<?> values) {
        int32(values.size());
        for (Object value : values) {
            text(name, plain(name, field, value));
        }
    }

    private static String plain(String name, String field, Object value) {
        if (value instanceof Double || value instanceof Float || value instanceof BigDecimal) {
            // Neither `1.0E7` nor `10.0`: a field may be for integers.
            String text = value.toString();
            boolean isFinite = !(value instanceof Number number) || Double.isFinite(number.doubleValue());
            return isFinite ? new BigDecimal(text).stripTrailingZeros().toPlainString() : text;
        }
        if (value instanceof CharSequence
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof LocalDate) {
            return value.toString();
        }
        String is = value == null ? "null" : "of " + value.getClass();
        throw new InvalidArgumentException("argument `" + name + "`: the value of `" + field + "` is " + is
                + ": give a text, a number, a boolean, a date, a time with its zone, or a collection of texts");
    }

    <T> void optional(String name, T value, Write<T> write) {
        bool(name, value != null);
        if (value != null) {
            write.write(this, name, value);
        }
    }

}
