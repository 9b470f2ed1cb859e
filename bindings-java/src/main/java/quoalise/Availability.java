// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** Whether a provider is there. */
public enum Availability {
    /** It answers. */
    ONLINE,
    /** Its server says that nobody is at this address. */
    OFFLINE,
    /** Its server cannot be reached from ours. */
    UNREACHABLE,
    /** Neither it nor its server answers; it may have been cut off a moment ago. */
    NO_ANSWER;
    static Availability read(In in) {
        return in.oneOf(values());
    }
}
