// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** The type of a {@link Field} (XEP-0004 section 3.3). */
public enum FieldType {
    /** Boolean. */
    BOOLEAN,
    /** Fixed. */
    FIXED,
    /** Hidden. */
    HIDDEN,
    /** Jid multi. */
    JID_MULTI,
    /** Jid single. */
    JID_SINGLE,
    /** List multi. */
    LIST_MULTI,
    /** List single. */
    LIST_SINGLE,
    /** Text multi. */
    TEXT_MULTI,
    /** Text private. */
    TEXT_PRIVATE,
    /** Text single. */
    TEXT_SINGLE;
    static FieldType read(In in) {
        return in.oneOf(values());
    }
}
