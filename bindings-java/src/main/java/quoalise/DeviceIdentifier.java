package quoalise;

import java.util.Objects;
import java.util.Optional;

/**
 * What a device is called, and by whom.
 *
 * @param authority who gives such names: {@code enedis}, {@code grdf}, …
 * @param kind the kind of name: {@code prm}, {@code pce}, …
 * @param value the name itself
 */
public record DeviceIdentifier(Optional<String> authority, Optional<String> kind, Optional<String> value) {
    /**
     * A name.
     *
     * @param authority who gives such names
     * @param kind the kind of name
     * @param value the name itself
     */
    public DeviceIdentifier {
        Objects.requireNonNull(authority, "authority");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(value, "value");
    }

    /**
     * A name with all that makes it one.
     *
     * @param authority who gives such names
     * @param kind the kind of name
     * @param value the name itself
     * @return the name
     */
    public static DeviceIdentifier of(String authority, String kind, String value) {
        return new DeviceIdentifier(Optional.of(authority), Optional.of(kind), Optional.of(value));
    }

    static DeviceIdentifier read(In in) {
        return new DeviceIdentifier(in.optional(In::text), in.optional(In::text), in.optional(In::text));
    }

    static void write(Out out, String name, DeviceIdentifier device) {
        out.optional(name, device.authority.orElse(null), Out::text);
        out.optional(name, device.kind.orElse(null), Out::text);
        out.optional(name, device.value.orElse(null), Out::text);
    }

    /** The value is personal and left out. */
    @Override
    public String toString() {
        return new Shown("DeviceIdentifier")
                .field("authority", authority)
                .field("kind", kind)
                .toString();
    }
}
