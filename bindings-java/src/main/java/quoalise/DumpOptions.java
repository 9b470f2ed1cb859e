// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.time.ZoneId;

/** How to write. */
public final class DumpOptions {
    private static final DumpOptions DEFAULTS = new DumpOptions();

    private boolean keepGaps;
    private ZoneId zone;

    private DumpOptions() {}

    private DumpOptions(DumpOptions other) {
        keepGaps = other.keepGaps;
        zone = other.zone;
    }

    /**
     * What holds where nothing is said.
     *
     * @return the defaults
     */
    public static DumpOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Write SenML records without a value for gaps, which RFC 8428 forbids and Quoalise peers understand. Other
     * representations always have them.
     *
     * @param keepGaps the value
     * @return these options with that changed
     */
    public DumpOptions keepGaps(boolean keepGaps) {
        DumpOptions changed = new DumpOptions(this);
        changed.keepGaps = keepGaps;
        return changed;
    }

    /**
     * For tables and JSON: the zone to write times in; UTC by default.
     *
     * @param zone the value
     * @return these options with that changed
     */
    public DumpOptions zone(ZoneId zone) {
        DumpOptions changed = new DumpOptions(this);
        changed.zone = zone;
        return changed;
    }

    void write(Out out) {
        out.bool("keepGaps", keepGaps);
        out.optional("zone", zone, Out::zone);
    }
}
