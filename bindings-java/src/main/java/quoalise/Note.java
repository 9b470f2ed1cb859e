// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * A note beside a command's answer.
 *
 * @param kind How bad it is.
 * @param text What it says.
 */
public record Note(NoteType kind, String text) {
    static Note read(In in) {
        return new Note(
                NoteType.read(in),
                in.text());
    }

    /** Without what may be personal or secret. */
    @Override
    public String toString() {
        return "Note["
                + "kind=" + kind
                + "]";
    }
}
