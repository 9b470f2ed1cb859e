package quoalise;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.LongBuffer;
import java.time.Instant;
import java.time.ZoneId;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.RandomAccess;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One payload: the readings of all its series, and what each series is.
 *
 * <p>It is a table of columns: a time, a value, a unit and a name for each reading. {@link #readings} is a list that makes
 * each reading when it is asked for; {@link #values} and {@link #epochMicros} are columns themselves.
 *
 * <p>Data never change, and may be used by many threads. They are plain objects of the heap: there is nothing to close.
 */
public final class Data implements Iterable<Reading>, Serializable {
    @Serial
    private static final long serialVersionUID = 1;

    private static final byte[] NO_ARGUMENTS = {};

    // What there is besides columns, as the library wrote it and gets it back.
    private final transient byte[] head;
    private final transient int[] versions;
    private final transient long[] times;
    private final transient double[] values;
    private final transient String[] names;
    // Null where all have the first.
    private final transient int[] name;
    // The empty one stands for none.
    private final transient List<Optional<String>> units;
    private final transient int[] unit;
    // By ascending row, the readings that hold more than a number, or something else; mostly there are none.
    private final transient int[] specialRows;
    private final transient List<Special> specials;
    // Read when somebody asks; whoever asks at once reads it once more.
    private transient volatile Metadata metadata;

    private record Special(
            int row, Optional<Value> value, OptionalDouble sum, OptionalDouble updateTime, Map<String, String> other) {}

    /** Takes data over from the library. */
    private Data(long handle) {
        byte[] answer = Columns.open(handle);
        In in = Columns.answer(answer);
        head = Arrays.copyOfRange(answer, 1, answer.length);
        int rows = (int) in.int64();
        versions = in.list(Data::version).stream().mapToInt(version -> version).toArray();
        names = in.list(In::text).toArray(String[]::new);
        units = in.list(text -> Optional.of(text.text()).filter(unit -> !unit.isEmpty()));
        specials = in.list(special -> special(special));
        specialRows = specials.stream().mapToInt(Special::row).toArray();
        times = new long[rows];
        values = new double[rows];
        name = names.length > 1 ? new int[rows] : null;
        unit = units.size() > 1 ? new int[rows] : null;
        Columns.copy(handle, times, values, name, unit);
    }

    private static int version(In in) {
        int version = (int) in.int64();
        in.int64(); // how many readings it has is the library's business
        return version;
    }

    private static Special special(In in) {
        int row = (int) in.int64();
        Optional<Value> text = in.optional(it -> new Value.Text(it.text()));
        Optional<Value> truth = in.optional(it -> new Value.Truth(it.bool()));
        Optional<Value> bytes = in.optional(it -> new Value.Bytes(it.bytes()));
        Optional<Value> integer = in.optional(it -> {
            BigInteger exact = new BigInteger(it.text());
            return new Value.Number(exact.doubleValue(), Optional.of(exact));
        });
        Optional<Value> value = Stream.of(text, truth, bytes, integer)
                .flatMap(Optional::stream)
                .findFirst();
        OptionalDouble sum = number(in);
        OptionalDouble updateTime = number(in);
        Map<String, String> other = new LinkedHashMap<>();
        in.list(label -> other.put(label.text(), label.text()));
        return new Special(row, value, sum, updateTime, other);
    }

    private static OptionalDouble number(In in) {
        return in.bool() ? OptionalDouble.of(in.float64()) : OptionalDouble.empty();
    }

    /** Takes data over from the library, which forgets them. */
    static Data take(long handle) {
        try {
            return new Data(handle);
        } finally {
            Native.free(handle);
        }
    }

    static Data read(In in) {
        return take(in.int64());
    }

    /** Gives the library a copy: its number, to be freed. */
    long lend() {
        return ask(Columns.Question.LEND, NO_ARGUMENTS).int64();
    }

    private In ask(int question, byte[] arguments) {
        Library.load();
        return Columns.answer(Columns.ask(question, arguments, head, times, values, name, unit));
    }

    private Data change(int question, int... rows) {
        Out out = new Out();
        for (int row : rows) {
            out.int64("row", row);
        }
        return take(ask(question, out.bytes()).int64());
    }

    /**
     * Data of one series.
     *
     * @param metadata what the series is
     * @param readings its readings
     * @return the data
     * @throws MalformedDataException for what no reading can be: a name that SenML does not allow, a number that is not
     *     finite, a time outside of the years that are known
     */
    public static Data of(Metadata metadata, Collection<Reading> readings) {
        Out out = new Out();
        Metadata.write(out, "metadata", metadata);
        out.int32(readings.size());
        for (Reading reading : readings) {
            write(out, reading);
        }
        Library.load();
        return take(Columns.answer(Columns.build(out.bytes())).int64());
    }

    private static void write(Out out, Reading reading) {
        out.text("name", reading.name());
        out.instant("time", reading.time());
        out.optional("unit", reading.unit().orElse(null), Out::text);
        Value value = reading.value();
        Value.Number number = value instanceof Value.Number it ? it : null;
        out.optional("value", number, (to, name, it) -> to.float64(name, it.number()));
        out.optional("value", value instanceof Value.Text it ? it.text() : null, Out::text);
        out.optional("value", value instanceof Value.Truth it ? it.truth() : null, Out::bool);
        out.optional("value", value instanceof Value.Bytes it ? it.bytes() : null, Out::shortBytes);
        out.optional(
                "value", number == null ? null : number.integer().map(BigInteger::toString).orElse(null), Out::text);
        number(out, "sum", reading.sum());
        number(out, "updateTime", reading.updateTime());
        out.int32(reading.other().size());
        reading.other().forEach((label, json) -> {
            out.text("other", label);
            out.text("other", json);
        });
    }

    private static void number(Out out, String name, OptionalDouble number) {
        out.bool(name, number.isPresent());
        if (number.isPresent()) {
            out.float64(name, number.getAsDouble());
        }
    }

    /**
     * How many readings there are, gaps included.
     *
     * @return their number
     */
    public int size() {
        return times.length;
    }

    /**
     * Whether there are no readings.
     *
     * @return true where there are none
     */
    public boolean isEmpty() {
        return times.length == 0;
    }

    /**
     * A reading.
     *
     * @param row which, from 0
     * @return the reading
     * @throws IndexOutOfBoundsException where there is none
     */
    public Reading get(int row) {
        Instant time = time(row);
        String called = names[name == null ? 0 : name[row]];
        Optional<String> in = units.get(unit == null ? 0 : unit[row]);
        double number = values[row];
        int special = specialRows.length == 0 ? -1 : Arrays.binarySearch(specialRows, row);
        Value plain = Double.isNaN(number) ? Value.NONE : new Value.Number(number);
        if (special < 0) {
            return new Reading(called, time, in, plain, OptionalDouble.empty(), OptionalDouble.empty(), Map.of());
        }
        Special more = specials.get(special);
        return new Reading(called, time, in, more.value.orElse(plain), more.sum, more.updateTime, more.other);
    }

    /**
     * All readings, each made when it is asked for.
     *
     * @return a list that cannot be changed, and is quick at any place of it
     */
    public List<Reading> readings() {
        return new Readings(this);
    }

    private static final class Readings extends AbstractList<Reading> implements RandomAccess {
        private final Data data;

        Readings(Data data) {
            this.data = data;
        }

        @Override
        public Reading get(int row) {
            return data.get(row);
        }

        @Override
        public int size() {
            return data.size();
        }
    }

    @Override
    public Iterator<Reading> iterator() {
        return readings().iterator();
    }

    /**
     * All readings, each made when its turn comes.
     *
     * @return a stream of them
     */
    public Stream<Reading> stream() {
        return readings().stream();
    }

    /**
     * The same payload with some of its readings alone.
     *
     * @param from the first row
     * @param to the row behind the last
     * @return the data
     * @throws IndexOutOfBoundsException where there are no such rows
     */
    public Data slice(int from, int to) {
        Objects.checkFromToIndex(from, to, size());
        return change(Columns.Question.SELECT, from, to);
    }

    /**
     * Each series of the payload by itself; at least one. Mostly there is but one.
     *
     * @return the data of each
     */
    public List<Data> parts() {
        if (versions.length == 1) {
            return List.of(change(Columns.Question.PART, 0));
        }
        return IntStream.range(0, versions.length)
                .mapToObj(part -> change(Columns.Question.PART, part))
                .toList();
    }

    /**
     * What the first series is; mostly there is but one.
     *
     * @return its metadata
     */
    public Metadata metadata() {
        Metadata read = metadata;
        if (read == null) {
            read = Metadata.ofData(head);
            metadata = read;
        }
        return read;
    }

    /**
     * The SenML version ({@code bver}) of the first series.
     *
     * @return the version
     */
    public int version() {
        return versions[0];
    }

    /**
     * The different names, in the order they first occur.
     *
     * @return the names
     */
    public List<String> names() {
        return List.of(names);
    }

    /**
     * The different units, in the order they first occur.
     *
     * @return the units
     */
    public List<String> units() {
        return units.stream().flatMap(Optional::stream).toList();
    }

    /**
     * The time of a reading, in UTC; where its value is over a period, its start.
     *
     * @param row which, from 0
     * @return the time
     * @throws IndexOutOfBoundsException where there is no such reading
     */
    public Instant time(int row) {
        return In.instant(times[row]);
    }

    /**
     * The number of a reading.
     *
     * @param row which, from 0
     * @return NaN where it has none
     * @throws IndexOutOfBoundsException where there is no such reading
     */
    public double value(int row) {
        return values[row];
    }

    /**
     * The times of all readings.
     *
     * @return microseconds since 1970 UTC: a copy
     */
    public long[] epochMicros() {
        return times.clone();
    }

    /**
     * The numbers of all readings; NaN where one has none.
     *
     * @return a copy
     */
    public double[] values() {
        return values.clone();
    }

    /**
     * The times of all readings.
     *
     * @return a stream of them
     */
    public Stream<Instant> times() {
        return IntStream.range(0, size()).mapToObj(this::time);
    }

    /**
     * The numbers of the readings that have one: gaps are left out.
     *
     * @return a stream of them
     */
    public DoubleStream numbers() {
        return Arrays.stream(values).filter(value -> !Double.isNaN(value));
    }

    /**
     * The times of all readings, where they lie: nothing is copied.
     *
     * @return microseconds since 1970 UTC, which cannot be written to
     */
    public LongBuffer epochMicrosBuffer() {
        return LongBuffer.wrap(times).asReadOnlyBuffer();
    }

    /**
     * The numbers of all readings, where they lie: nothing is copied. NaN where a reading has none.
     *
     * @return numbers that cannot be written to
     */
    public DoubleBuffer valuesBuffer() {
        return DoubleBuffer.wrap(values).asReadOnlyBuffer();
    }

    /**
     * The times of all readings, outside of the heap: for other native libraries and for files.
     *
     * @return microseconds since 1970 UTC, in the machine's byte order: a copy
     */
    public ByteBuffer epochMicrosDirect() {
        ByteBuffer bytes = direct();
        bytes.asLongBuffer().put(times);
        return bytes;
    }

    /**
     * The numbers of all readings, outside of the heap: for other native libraries and for files. NaN where a reading has
     * none.
     *
     * @return numbers of 64 bits, in the machine's byte order: a copy
     */
    public ByteBuffer valuesDirect() {
        ByteBuffer bytes = direct();
        bytes.asDoubleBuffer().put(values);
        return bytes;
    }

    private ByteBuffer direct() {
        return ByteBuffer.allocateDirect(Math.multiplyExact(size(), Long.BYTES)).order(ByteOrder.nativeOrder());
    }

    /**
     * The energy in Wh: mean power times its interval, or sums of energy, added up.
     *
     * @return nothing where that has no meaning: another quantity, no fixed interval, a meter index. Gaps count as nothing.
     */
    public OptionalDouble energyWh() {
        return number(ask(Columns.Question.ENERGY_WH, NO_ARGUMENTS));
    }

    /**
     * Where values are missing.
     *
     * <p>That is readings that are gaps, and holes between readings that are further apart than the sampling interval of
     * their series. Only for series whose interval is of fixed length.
     *
     * @return the stretches of time
     */
    public List<Gap> missing() {
        return ask(Columns.Question.MISSING, NO_ARGUMENTS).list(Gap::read);
    }

    /**
     * The JSON of the reference program.
     *
     * <p>Metadata are nested objects, beside them is a list of records. Of several series it is a list of such objects.
     *
     * @param zone the zone to write times in
     * @return the JSON
     * @throws InvalidArgumentException for a zone that is not known
     */
    public String toJson(ZoneId zone) {
        Out out = new Out();
        out.zone("zone", zone);
        return ask(Columns.Question.JSON, out.bytes()).text();
    }

    /** The same payload: the same series, with the same readings. */
    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof Data that) || !Arrays.equals(times, that.times)) {
            return false;
        }
        boolean sameBytes = Arrays.equals(head, that.head)
                && Arrays.equals(values, that.values)
                && Arrays.equals(name, that.name)
                && Arrays.equals(unit, that.unit);
        if (sameBytes) {
            return true;
        }
        // One thing may be written in several ways.
        long one = lend();
        try {
            long another = that.lend();
            try {
                return Columns.answer(Columns.same(one, another)).bool();
            } finally {
                Native.free(another);
            }
        } finally {
            Native.free(one);
        }
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(times);
    }

    /** How many readings, of what, and of which time: no reading, and no meter's number, as this comes into logs. */
    @Override
    public String toString() {
        return "Data[" + ask(Columns.Question.SUMMARY, NO_ARGUMENTS).text() + "]";
    }

    /**
     * What is written instead of this.
     *
     * @return a record of all there is
     */
    @Serial
    private Object writeReplace() {
        return new Stored(Stored.VERSION, head, times, values, name, unit);
    }

    /**
     * Refuses what {@link #writeReplace} has not written.
     *
     * @param in unused
     * @throws InvalidObjectException always
     */
    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("data are stored as columns");
    }

    /** What is written of data. It may come from anywhere: the library checks it. */
    private record Stored(int version, byte[] head, long[] times, double[] values, int[] name, int[] unit)
            implements Serializable {
        @Serial
        private static final long serialVersionUID = 1;

        // To be counted on with each change of what is written, the head included.
        private static final int VERSION = 1;

        @Serial
        private Object readResolve() throws InvalidObjectException {
            if (version != VERSION) {
                throw new InvalidObjectException("these data were stored in version " + version
                        + " of the form; this release of Quoalise reads version " + VERSION + ": use the one that stored them");
            }
            if (head == null || times == null || values == null) {
                throw new InvalidObjectException("these are no data of Quoalise");
            }
            try {
                Library.load();
                byte[] answer = Columns.ask(Columns.Question.LEND, NO_ARGUMENTS, head, times, values, name, unit);
                return take(Columns.answer(answer).int64());
            } catch (QuoaliseException broken) {
                InvalidObjectException invalid = new InvalidObjectException("these are no data of Quoalise");
                invalid.initCause(broken);
                throw invalid;
            }
        }
    }
}
