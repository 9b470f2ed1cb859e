// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** What to do with what comes when nobody takes it. */
public enum WhenFull {
    /**
     * Nothing more is read for a second; then the server is asked to keep it, as for an account that is away, until
     * half of what waits was taken, and answers to requests go on coming meanwhile. How much a server keeps is for its
     * operator to say (ejabberd's own limit is 100 messages).
     *
     * <p>What was on its way already still comes in, as does all at once what it had kept: of that, 10,000 messages or
     * 64 MiB wait here at the most, and then nothing more is read, answers included, until some are taken.
     */
    WAIT,
    /** The oldest are given up, counted, and told as {@link Overflow}. */
    DROP_OLDEST;
    static WhenFull read(In in) {
        return in.oneOf(values());
    }
}
