// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * After a loss it was looked whether the subscriptions made by this client are still there, and this one is not.
 *
 * @param provider Where.
 * @param identifier To what.
 * @param error Why the provider will not have it.
 */
public record NotSubscribed(String provider, String identifier, QuoaliseException error) implements Event {
    static NotSubscribed read(In in) {
        return new NotSubscribed(
                in.text(),
                in.text(),
                QuoaliseException.read(in));
    }
}
