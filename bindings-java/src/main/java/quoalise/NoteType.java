// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** How bad a {@link Note} is. */
public enum NoteType {
    /** Info. */
    INFO,
    /** Warn. */
    WARN,
    /** Error. */
    ERROR;
    static NoteType read(In in) {
        return in.oneOf(values());
    }
}
