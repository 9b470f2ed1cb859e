package quoalise;

import java.lang.ref.Cleaner;

/**
 * The number of an object in the native library, which goes when nobody has this any more. Whoever passes the number on keeps
 * this reachable until the call is over.
 */
final class Handle {
    private static final Cleaner CLEANER = Cleaner.create();

    private final long id;
    private final Cleaner.Cleanable cleanable;

    Handle(long id) {
        this.id = id;
        // What it runs must not know this object.
        cleanable = CLEANER.register(this, () -> Native.free(id));
    }

    /** The number. */
    long id() {
        return id;
    }

    /** Lets the object go now; using it is a {@link ClosedException} from then on. */
    void free() {
        cleanable.clean();
    }
}
