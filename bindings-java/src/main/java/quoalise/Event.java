// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** What a listener gives. */
public sealed interface Event
        permits Push, Consent, Presence, Malformed, Overflow, Interrupted, Resumed, Hole, NotSubscribed {}
