// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

/** What a person is asked to consent to, and where the browser goes then. */
public final class AuthorizeOptions {
    private static final AuthorizeOptions DEFAULTS = new AuthorizeOptions();

    private String description = "";
    private String logoUrl;
    private String duration;
    private String redirectUri;
    private String state;
    private Long testClient;

    private AuthorizeOptions() {}

    private AuthorizeOptions(AuthorizeOptions other) {
        description = other.description;
        logoUrl = other.logoUrl;
        duration = other.duration;
        redirectUri = other.redirectUri;
        state = other.state;
        testClient = other.testClient;
    }

    /**
     * What holds where nothing is said.
     *
     * @return the defaults
     */
    public static AuthorizeOptions defaults() {
        return DEFAULTS;
    }

    /**
     * What is asked and what for, in HTML.
     *
     * @param description the value
     * @return these options with that changed
     */
    public AuthorizeOptions description(String description) {
        AuthorizeOptions changed = new AuthorizeOptions(this);
        changed.description = description;
        return changed;
    }

    /**
     * The address of a logo; https only.
     *
     * @param logoUrl the value
     * @return these options with that changed
     */
    public AuthorizeOptions logoUrl(String logoUrl) {
        AuthorizeOptions changed = new AuthorizeOptions(this);
        changed.logoUrl = logoUrl;
        return changed;
    }

    /**
     * For how long: ISO 8601, such as {@code P1Y}. The provider's own by default.
     *
     * @param duration the value
     * @return these options with that changed
     */
    public AuthorizeOptions duration(String duration) {
        AuthorizeOptions changed = new AuthorizeOptions(this);
        changed.duration = duration;
        return changed;
    }

    /**
     * Where the browser is sent in the end, with {@code usagePoints} and {@code state} added to it.
     *
     * @param redirectUri the value
     * @return these options with that changed
     */
    public AuthorizeOptions redirectUri(String redirectUri) {
        AuthorizeOptions changed = new AuthorizeOptions(this);
        changed.redirectUri = redirectUri;
        return changed;
    }

    /**
     * What the notice of consent brings back, so that it can be told which request it answers. It must not be guessable
     * and not be used twice. A fresh one is drawn by default.
     *
     * @param state the value
     * @return these options with that changed
     */
    public AuthorizeOptions state(String state) {
        AuthorizeOptions changed = new AuthorizeOptions(this);
        changed.state = state;
        return changed;
    }

    /**
     * Which made-up client (0 to 9) of the upstream's sandbox is to consent, instead of a person.
     *
     * @param testClient the value
     * @return these options with that changed
     */
    public AuthorizeOptions testClient(long testClient) {
        AuthorizeOptions changed = new AuthorizeOptions(this);
        changed.testClient = testClient;
        return changed;
    }

    void write(Out out) {
        out.text("description", description);
        out.optional("logoUrl", logoUrl, Out::text);
        out.optional("duration", duration, Out::text);
        out.optional("redirectUri", redirectUri, Out::text);
        out.optional("state", state, Out::text);
        out.optional("testClient", testClient, Out::int64);
    }
}
