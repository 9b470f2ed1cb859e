// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** What a requester wants of a command. */
public enum Action {
    /** Execute. */
    EXECUTE,
    /** Next. */
    NEXT,
    /** Prev. */
    PREV,
    /** Complete. */
    COMPLETE,
    /** Cancel. */
    CANCEL;
    static Action read(In in) {
        return in.oneOf(values());
    }
}
