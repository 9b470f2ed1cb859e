// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** Reads interfaces, which can have no methods for this package alone. */
final class Unions {
    private Unions() {}

    static Event event(In in) {
        int member = in.int32();
        return switch (member) {
            case 0 -> Push.read(in);
            case 1 -> Consent.read(in);
            case 2 -> Presence.read(in);
            case 3 -> Malformed.read(in);
            case 4 -> Overflow.read(in);
            case 5 -> Interrupted.read(in);
            case 6 -> Resumed.read(in);
            case 7 -> Hole.read(in);
            case 8 -> NotSubscribed.read(in);
            default -> throw new IllegalStateException("no Event has the number " + member);
        };
    }
}
