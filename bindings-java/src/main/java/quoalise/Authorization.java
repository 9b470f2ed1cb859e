// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/**
 * Where a person gives consent, and what the notice of it will bring back.
 *
 * @param uri Where to send the person's browser.
 * @param state What the notice of consent brings back.
 * @param name The name given in the request.
 * @param provider Who was asked.
 */
public record Authorization(String uri, String state, String name, String provider) {
    static Authorization read(In in) {
        return new Authorization(
                in.text(),
                in.text(),
                in.text(),
                in.text());
    }

    /** Without what may be personal or secret. */
    @Override
    public String toString() {
        return "Authorization["
                + "name=" + name
                + ", provider=" + provider
                + "]";
    }
}
