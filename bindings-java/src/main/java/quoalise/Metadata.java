package quoalise;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;

/**
 * What a series is: device, measurement, tariff. Both dialects of Quoalise come out as this.
 *
 * <p>What has no field here is in {@link #toJson}, and is kept.
 */
public final class Metadata implements Serializable {
    /** Nothing is known. */
    public static final Metadata NONE =
            new Metadata("", Optional.empty(), Optional.empty(), Measurement.NONE, Optional.empty());

    @Serial
    private static final long serialVersionUID = 1;

    private static final class Question {
        static final int OF_DATA = 0;
        static final int SAME_AGAIN = 1;
        static final int JSON = 2;
        static final int OF_JSON = 3;
        static final int SAME = 4;
        static final int OF_PAYLOAD = 5;
    }

    // A payload of nothing else, where the core has written one.
    private final transient String xml;
    private final transient Optional<String> deviceType;
    private final transient Optional<DeviceIdentifier> device;
    private final transient Measurement measurement;
    private final transient Optional<Pricing> pricing;

    private Metadata(
            String xml,
            Optional<String> deviceType,
            Optional<DeviceIdentifier> device,
            Measurement measurement,
            Optional<Pricing> pricing) {
        this.xml = xml;
        this.deviceType = deviceType;
        this.device = device;
        this.measurement = Objects.requireNonNull(measurement, "measurement");
        this.pricing = pricing;
    }

    /** Of the first series of data with this head. */
    static Metadata ofData(byte[] head) {
        Out out = new Out();
        out.shortBytes("head", head);
        return read(out, Question.OF_DATA);
    }

    /**
     * Reads what {@link #toJson} writes, or metadata as the reference program has them.
     *
     * @param json a JSON object, of either dialect
     * @return the metadata
     * @throws InvalidArgumentException for what is no JSON object
     * @throws MalformedDataException for what are no metadata
     */
    public static Metadata ofJson(String json) {
        Out out = new Out();
        out.text("json", json);
        return read(out, Question.OF_JSON);
    }

    private static Metadata read(Out out, int question) {
        Library.load();
        In in = Columns.answer(Columns.metadata(question, out.bytes()));
        return new Metadata(
                in.text(),
                in.optional(In::text),
                in.optional(DeviceIdentifier::read),
                Measurement.read(in),
                in.optional(Pricing::read));
    }

    static void write(Out out, String name, Metadata metadata) {
        out.text(name, metadata.xml);
        out.optional(name, metadata.deviceType.orElse(null), Out::text);
        out.optional(name, metadata.device.orElse(null), DeviceIdentifier::write);
        Measurement.write(out, name, metadata.measurement);
        out.optional(name, metadata.pricing.orElse(null), Pricing::write);
    }

    private Metadata checked() {
        Out out = new Out();
        write(out, "metadata", this);
        return read(out, Question.SAME_AGAIN);
    }

    /**
     * The kind of device, such as {@code electricity-meter}.
     *
     * @return it, where it is known
     */
    public Optional<String> deviceType() {
        return deviceType;
    }

    /**
     * What the device is called, and by whom.
     *
     * @return it, where it is known
     */
    public Optional<DeviceIdentifier> device() {
        return device;
    }

    /**
     * What is measured.
     *
     * @return all that is known of it
     */
    public Measurement measurement() {
        return measurement;
    }

    /**
     * The tariff the values belong to.
     *
     * @return it, where there is one
     */
    public Optional<Pricing> pricing() {
        return pricing;
    }

    /**
     * The same of another kind of device.
     *
     * @param deviceType such as {@code electricity-meter}
     * @return the changed ones
     */
    public Metadata withDeviceType(String deviceType) {
        return new Metadata(xml, Optional.of(deviceType), device, measurement, pricing).checked();
    }

    /**
     * The same of another device.
     *
     * @param device what it is called, and by whom
     * @return the changed ones
     */
    public Metadata withDevice(DeviceIdentifier device) {
        return new Metadata(xml, deviceType, Optional.of(device), measurement, pricing).checked();
    }

    /**
     * The same of something else that is measured.
     *
     * @param measurement what is measured
     * @return the changed ones
     * @throws InvalidArgumentException for a sampling interval that is none
     */
    public Metadata withMeasurement(Measurement measurement) {
        return new Metadata(xml, deviceType, device, measurement, pricing).checked();
    }

    /**
     * The same with another tariff.
     *
     * @param pricing the tariff
     * @return the changed ones
     */
    public Metadata withPricing(Pricing pricing) {
        return new Metadata(xml, deviceType, device, measurement, Optional.of(pricing)).checked();
    }

    /**
     * All that is known, also what has no field here.
     *
     * @return a JSON object of objects and texts
     */
    public String toJson() {
        Out out = new Out();
        write(out, "metadata", this);
        Library.load();
        return Columns.answer(Columns.metadata(Question.JSON, out.bytes())).text();
    }

    /** Equal in what is written of them. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Metadata that)) {
            return false;
        }
        boolean sameFields = deviceType.equals(that.deviceType)
                && device.equals(that.device)
                && measurement.equals(that.measurement)
                && pricing.equals(that.pricing);
        if (!sameFields || xml.equals(that.xml)) {
            return sameFields;
        }
        Out out = new Out();
        write(out, "metadata", this);
        write(out, "metadata", that);
        Library.load();
        return Columns.answer(Columns.metadata(Question.SAME, out.bytes())).bool();
    }

    @Override
    public int hashCode() {
        return Objects.hash(deviceType, device, measurement, pricing);
    }

    /** The device's number is personal and left out. */
    @Override
    public String toString() {
        return new Shown("Metadata")
                .field("deviceType", deviceType)
                .field("device", device)
                .field("measurement", Optional.of(measurement).filter(it -> !it.equals(Measurement.NONE)))
                .field("pricing", pricing)
                .toString();
    }

    /**
     * What is written instead of this.
     *
     * @return a record of all there is
     */
    @Serial
    private Object writeReplace() {
        return new Stored(xml);
    }

    /**
     * Refuses what {@link #writeReplace} has not written.
     *
     * @param in unused
     * @throws InvalidObjectException always
     */
    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("metadata are stored as XML");
    }

    private record Stored(String xml) implements Serializable {
        @Serial
        private Object readResolve() throws InvalidObjectException {
            if (xml == null) {
                throw new InvalidObjectException("this is no metadata of Quoalise");
            }
            if (xml.isEmpty()) {
                return NONE;
            }
            Out out = new Out();
            out.text("xml", xml);
            try {
                return read(out, Question.OF_PAYLOAD);
            } catch (QuoaliseException broken) {
                InvalidObjectException invalid = new InvalidObjectException("this is no metadata of Quoalise");
                invalid.initCause(broken);
                throw invalid;
            }
        }
    }
}
