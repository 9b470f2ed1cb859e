// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.nio.file.Path;

/** How to listen. */
public final class ListenOptions {
    private static final ListenOptions DEFAULTS = new ListenOptions();

    private Long capacity;
    private WhenFull whenFull;
    private Path journal;

    private ListenOptions() {}

    private ListenOptions(ListenOptions other) {
        capacity = other.capacity;
        whenFull = other.whenFull;
        journal = other.journal;
    }

    /**
     * What holds where nothing is said.
     *
     * @return the defaults
     */
    public static ListenOptions defaults() {
        return DEFAULTS;
    }

    /**
     * How many messages may wait to be taken, or 16 MiB of them. 100 by default.
     *
     * @param capacity the value
     * @return these options with that changed
     */
    public ListenOptions capacity(long capacity) {
        ListenOptions changed = new ListenOptions(this);
        changed.capacity = capacity;
        return changed;
    }

    /**
     * What happens when so many wait. By default the server keeps the rest.
     *
     * @param whenFull the value
     * @return these options with that changed
     */
    public ListenOptions whenFull(WhenFull whenFull) {
        ListenOptions changed = new ListenOptions(this);
        changed.whenFull = whenFull;
        return changed;
    }

    /**
     * A file, made if need be, that keeps which pushes were taken (not what they say) and how far the series go, so
     * that the next process recognises what it gets again, and knows where to go on. For one listener at a time.
     *
     * @param journal the value
     * @return these options with that changed
     */
    public ListenOptions journal(Path journal) {
        ListenOptions changed = new ListenOptions(this);
        changed.journal = journal;
        return changed;
    }

    void write(Out out) {
        out.optional("capacity", capacity, Out::int64);
        out.optional("whenFull", whenFull, Out::oneOf);
        out.optional("journal", journal, Out::path);
    }
}
