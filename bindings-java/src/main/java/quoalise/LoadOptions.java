// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** How to read. */
public final class LoadOptions {
    private static final LoadOptions DEFAULTS = new LoadOptions();

    private Format format;
    private Instant now;
    private boolean strict;
    private String name;
    private String unit;
    private ZoneId zone;
    private Stamp stamps;
    private Duration step;

    private LoadOptions() {}

    private LoadOptions(LoadOptions other) {
        format = other.format;
        now = other.now;
        strict = other.strict;
        name = other.name;
        unit = other.unit;
        zone = other.zone;
        stamps = other.stamps;
        step = other.step;
    }

    /**
     * What holds where nothing is said.
     *
     * @return the defaults
     */
    public static LoadOptions defaults() {
        return DEFAULTS;
    }

    /**
     * The representation; found out from how the text begins by default.
     *
     * @param format the value
     * @return these options with that changed
     */
    public LoadOptions format(Format format) {
        LoadOptions changed = new LoadOptions(this);
        changed.format = format;
        return changed;
    }

    /**
     * What relative times count from; the present by default.
     *
     * @param now the value
     * @return these options with that changed
     */
    public LoadOptions now(Instant now) {
        LoadOptions changed = new LoadOptions(this);
        changed.now = now;
        return changed;
    }

    /**
     * Refuse what RFC 8428 refuses: records without a value, empty packs, stray content.
     *
     * @param strict the value
     * @return these options with that changed
     */
    public LoadOptions strict(boolean strict) {
        LoadOptions changed = new LoadOptions(this);
        changed.strict = strict;
        return changed;
    }

    /**
     * For tables: the name of records that have none there; {@code value} by default.
     *
     * @param name the value
     * @return these options with that changed
     */
    public LoadOptions name(String name) {
        LoadOptions changed = new LoadOptions(this);
        changed.name = name;
        return changed;
    }

    /**
     * For tables: the unit of records that have none there.
     *
     * @param unit the value
     * @return these options with that changed
     */
    public LoadOptions unit(String unit) {
        LoadOptions changed = new LoadOptions(this);
        changed.unit = unit;
        return changed;
    }

    /**
     * For tables: the zone of times that come without an offset, which are refused by default.
     *
     * @param zone the value
     * @return these options with that changed
     */
    public LoadOptions zone(ZoneId zone) {
        LoadOptions changed = new LoadOptions(this);
        changed.zone = zone;
        return changed;
    }

    /**
     * For load curves of Enedis: which end of its interval a reading is stamped at; the end by default, as for a Linky
     * meter.
     *
     * @param stamps the value
     * @return these options with that changed
     */
    public LoadOptions stamps(Stamp stamps) {
        LoadOptions changed = new LoadOptions(this);
        changed.stamps = stamps;
        return changed;
    }

    /**
     * For load curves of Enedis: the length of an interval, where the file does not tell it.
     *
     * @param step the value
     * @return these options with that changed
     */
    public LoadOptions step(Duration step) {
        LoadOptions changed = new LoadOptions(this);
        changed.step = step;
        return changed;
    }

    void write(Out out) {
        out.optional("format", format, Out::oneOf);
        out.optional("now", now, Out::instant);
        out.bool("strict", strict);
        out.optional("name", name, Out::text);
        out.optional("unit", unit, Out::text);
        out.optional("zone", zone, Out::zone);
        out.optional("stamps", stamps, Out::oneOf);
        out.optional("step", step, Out::duration);
    }
}
