// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** Which end of its interval a reading is stamped at. */
public enum Stamp {
    /** The start, as in SenML, and in the load curves of large consumers (Enedis' segments C1 to C4). */
    START,
    /** The end, as in the load curves of Linky meters (segment C5). */
    END;
    static Stamp read(In in) {
        return in.oneOf(values());
    }
}
