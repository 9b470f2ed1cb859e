package quoalise;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/** What a reading holds. */
public sealed interface Value {
    /** Nothing: a gap, or a reading that only carries a sum. Never a zero. */
    Value NONE = new None();

    /**
     * A number.
     *
     * @param number the number; finite
     * @param integer the very number, where it is an integer beyond 2<sup>53</sup>, which {@code number} only approaches
     */
    record Number(double number, Optional<BigInteger> integer) implements Value {
        /**
         * A number.
         *
         * @param number the number
         * @param integer the very number, where {@code number} only approaches it
         */
        public Number {
            Objects.requireNonNull(integer, "integer");
        }

        /**
         * A number.
         *
         * @param number the number
         */
        public Number(double number) {
            this(number, Optional.empty());
        }
    }

    /**
     * A text.
     *
     * @param text the text
     */
    record Text(String text) implements Value {
        /**
         * A text.
         *
         * @param text the text
         */
        public Text {
            Objects.requireNonNull(text, "text");
        }
    }

    /**
     * True or false.
     *
     * @param truth which
     */
    record Truth(boolean truth) implements Value {}

    /** Bytes. */
    final class Bytes implements Value {
        private final byte[] bytes;

        /**
         * Bytes.
         *
         * @param bytes the bytes, which are copied
         */
        public Bytes(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        /**
         * The bytes.
         *
         * @return a copy of them
         */
        public byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Bytes[" + bytes.length + "]";
        }
    }

    /** No value. */
    record None() implements Value {}
}
