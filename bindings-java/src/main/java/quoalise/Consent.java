// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The notice that a person has consented.
 *
 * <p>It says so by the provider's word, which is trusted. Whether it is about a request of <em>yours</em> is another
 * matter: where {@code request} is there, it answers that one of this client. Where it is not, look for the {@code
 * state} among those you have stored, and pass over the notice if it is not there.
 *
 * @param sender Who sent it, resource included.
 * @param id The stanza's id, where it has one.
 * @param sent When it was sent.
 * @param delayed Whether a server kept it while this account was away.
 * @param repeated Whether it was given before.
 * @param usagePoints The usage points consented for, at least one, as the provider writes them (14 digits).
 * @param state What came back of the request's state.
 * @param request Which request of this client it answers: the latest to the same provider with this state.
 * @param body What the message says in words, where it does.
 * @param other What else was in the message, as XML.
 */
public record Consent(
        String sender,
        Optional<String> id,
        Instant sent,
        boolean delayed,
        boolean repeated,
        List<String> usagePoints,
        Optional<String> state,
        Optional<Authorization> request,
        Optional<String> body,
        List<String> other) implements Event {
    /**
     * Of these values. Lists are copied: they do not change.
     *
     * @param sender Who sent it, resource included.
     * @param id The stanza's id, where it has one.
     * @param sent When it was sent.
     * @param delayed Whether a server kept it while this account was away.
     * @param repeated Whether it was given before.
     * @param usagePoints The usage points consented for, at least one, as the provider writes them (14 digits).
     * @param state What came back of the request's state.
     * @param request Which request of this client it answers: the latest to the same provider with this state.
     * @param body What the message says in words, where it does.
     * @param other What else was in the message, as XML.
     */
    public Consent {
        usagePoints = List.copyOf(usagePoints);
        other = List.copyOf(other);
    }

    static Consent read(In in) {
        return new Consent(
                in.text(),
                in.optional(In::text),
                in.instant(),
                in.bool(),
                in.bool(),
                in.list(In::text),
                in.optional(In::text),
                in.optional(Authorization::read),
                in.optional(In::text),
                in.list(In::text));
    }

    /** Without what may be personal or secret. */
    @Override
    public String toString() {
        return "Consent["
                + "sender=" + sender
                + ", id=" + id
                + ", sent=" + sent
                + ", delayed=" + delayed
                + ", repeated=" + repeated
                + ", request=" + request
                + "]";
    }
}
