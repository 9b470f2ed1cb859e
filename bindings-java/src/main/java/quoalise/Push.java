// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * New data a provider sent by itself.
 *
 * @param sender Who sent it, resource included.
 * @param id The stanza's id, where it has one.
 * @param sent When it was sent: the stamp of a server that kept it meanwhile (XEP-0203), else when it came in.
 * @param delayed Whether a server kept it while this account was away.
 * @param repeated Whether it was given before, to this process or, with a journal, to one before, and nobody knows
 *     whether that came to its end with it. One that was taken is not given again.
 * @param data The data; those of several {@code quoalise} elements of one message follow each other.
 * @param body What the message says in words, where it does; of several languages English, if it is among them.
 * @param other What else was in the message, as XML.
 */
public record Push(
        String sender,
        Optional<String> id,
        Instant sent,
        boolean delayed,
        boolean repeated,
        Data data,
        Optional<String> body,
        List<String> other) implements Event {
    /**
     * Of these values. Lists are copied: they do not change.
     *
     * @param sender Who sent it, resource included.
     * @param id The stanza's id, where it has one.
     * @param sent When it was sent: the stamp of a server that kept it meanwhile (XEP-0203), else when it came in.
     * @param delayed Whether a server kept it while this account was away.
     * @param repeated Whether it was given before, to this process or, with a journal, to one before, and nobody
     *     knows whether that came to its end with it. One that was taken is not given again.
     * @param data The data; those of several {@code quoalise} elements of one message follow each other.
     * @param body What the message says in words, where it does; of several languages English, if it is among them.
     * @param other What else was in the message, as XML.
     */
    public Push {
        other = List.copyOf(other);
    }

    static Push read(In in) {
        return new Push(
                in.text(),
                in.optional(In::text),
                in.instant(),
                in.bool(),
                in.bool(),
                Data.read(in),
                in.optional(In::text),
                in.list(In::text));
    }

    /** Without what may be personal or secret. */
    @Override
    public String toString() {
        return "Push["
                + "sender=" + sender
                + ", id=" + id
                + ", sent=" + sent
                + ", delayed=" + delayed
                + ", repeated=" + repeated
                + ", data=" + data
                + "]";
    }
}
