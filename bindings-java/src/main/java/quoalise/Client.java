// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A connected account: asks providers for history, subscribes, and listens.
 *
 * <p>A client may be used from many threads and tasks at once; all share one session.
 */
public final class Client implements AutoCloseable {
    final Handle handle;
    // What it came from does not end before it, though nobody may have that any more.
    private final Handle source;
    private final Executor executor;

    private Client(In in) {
        handle = in.handle();
        source = in.source();
        executor = in.executor();
    }

    static Client read(In in) {
        return new Client(in);
    }

    /**
     * Connects and logs in: {@code account} is a JID ({@code name@example.org}, or with a resource to be asked for).
     *
     * <p>Nothing is tried again by itself. A connection that is lost later is.
     *
     * @param account a JID: {@code name@example.org}, or with a resource to be asked for
     * @param password the account's password
     * @return the client
     * @throws QuoaliseException {@link HostUnknownException}, {@link UnreachableException},
     *     {@link ConnectTimeoutException}, {@link CertificateRefusedException}, {@link UnsuitableServerException},
     *     {@link LoginRefusedException}; also {@link InvalidArgumentException} for a CA file that cannot be used.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public static Client connect(String account, String password) {
        return builder(account, password).connect();
    }

    /**
     * What {@link #connect} does, with something changed.
     *
     * @param account a JID: {@code name@example.org}, or with a resource to be asked for
     * @param password the account's password
     * @return a builder with the defaults
     */
    public static Builder builder(String account, String password) {
        return new Builder(account, password);
    }

    /** How to reach the server, and how long to wait. Everything has a safe default. */
    public static final class Builder {
        private final String account;
        private final String password;
        private Executor executor = Operations.DEFAULT_EXECUTOR;
        private String address;
        private Path caFile;
        private String caPem;
        private Duration timeout;
        private Duration connectTimeout;
        private Long priority;
        private Security security;
        private boolean allowPlain;
        private Duration reconnectFirst;
        private Duration reconnectLongest;
        private Duration deadAfter;

        private Builder(String account, String password) {
            this.account = Objects.requireNonNull(account, "account");
            this.password = Objects.requireNonNull(password, "password");
        }

        /**
         * The {@code host:port} to connect to (or {@code host}, port 5222) instead of asking the DNS. The certificate
         * must still be the account's domain's.
         *
         * @param address the value
         * @return this builder
         */
        public Builder address(String address) {
            this.address = address;
            return this;
        }

        /**
         * A PEM file with the authorities to trust instead of the system's.
         *
         * @param caFile the value
         * @return this builder
         */
        public Builder caFile(Path caFile) {
            this.caFile = caFile;
            return this;
        }

        /**
         * The authorities to trust instead of the system's, as PEM text.
         *
         * @param caPem the value
         * @return this builder
         */
        public Builder caPem(String caPem) {
            this.caPem = caPem;
            return this;
        }

        /**
         * How long an answer may take. 120 s by default: servers throttle large answers to some kilobytes a second.
         *
         * @param timeout the value
         * @return this builder
         */
        public Builder timeout(Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        /**
         * How long connecting and logging in may take, all in all. 30 s by default.
         *
         * @param connectTimeout the value
         * @return this builder
         */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = connectTimeout;
            return this;
        }

        /**
         * The priority of the presence: one of 0 and more while the client listens (1 by default), a negative one while
         * it does not (-1 by default), so that pushes go to another session of the account that listens.
         *
         * @param priority the value
         * @return this builder
         */
        public Builder priority(long priority) {
            this.priority = priority;
            return this;
        }

        /**
         * How the connection is protected.
         *
         * @param security the value
         * @return this builder
         */
        public Builder security(Security security) {
            this.security = security;
            return this;
        }

        /**
         * Also allow PLAIN, which sends the password to the server inside TLS. For servers that cannot do SCRAM.
         *
         * @param allowPlain the value
         * @return this builder
         */
        public Builder allowPlain(boolean allowPlain) {
            this.allowPlain = allowPlain;
            return this;
        }

        /**
         * How long to wait before a lost connection is tried anew, at first; then twice as long each time. 1 s by
         * default.
         *
         * @param reconnectFirst the value
         * @return this builder
         */
        public Builder reconnectFirst(Duration reconnectFirst) {
            this.reconnectFirst = reconnectFirst;
            return this;
        }

        /**
         * How long to wait between two tries at the most. 60 s by default.
         *
         * @param reconnectLongest the value
         * @return this builder
         */
        public Builder reconnectLongest(Duration reconnectLongest) {
            this.reconnectLongest = reconnectLongest;
            return this;
        }

        /**
         * After how much silence a connection counts as dead, though the network does not say so. 30 s by default.
         *
         * @param deadAfter the value
         * @return this builder
         */
        public Builder deadAfter(Duration deadAfter) {
            this.deadAfter = deadAfter;
            return this;
        }

        /**
         * Where futures are completed, and what hangs on them runs: where {@link java.util.concurrent.CompletableFuture}
         * does by default. What waits does not need it.
         *
         * @param executor the executor
         * @return this builder
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Connects and logs in: {@code account} is a JID ({@code name@example.org}, or with a resource to be asked
         * for).
         *
         * <p>Nothing is tried again by itself. A connection that is lost later is.
         *
         * @return the client
         * @throws QuoaliseException {@link HostUnknownException}, {@link UnreachableException},
         *     {@link ConnectTimeoutException}, {@link CertificateRefusedException}, {@link UnsuitableServerException},
         *     {@link LoginRefusedException}; also {@link InvalidArgumentException} for a CA file that cannot be used.
         * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
         */
        public Client connect() {
            return callConnect().await();
        }

        /**
         * As {@link #connect}, without waiting. Cancelling the future gives it up.
         *
         * @return a future of the client
         */
        public CompletableFuture<Client> connectAsync() {
            return callConnect().async();
        }

        private Call<Client> callConnect() {
            Out out = new Out();
            out.text("account", account);
            out.text("password", password);
            out.optional("address", address, Out::text);
            out.optional("caFile", caFile, Out::path);
            out.optional("caPem", caPem, Out::text);
            out.optional("timeout", timeout, Out::duration);
            out.optional("connectTimeout", connectTimeout, Out::duration);
            out.optional("priority", priority, Out::int64);
            out.optional("security", security, Out::oneOf);
            out.bool("allowPlain", allowPlain);
            out.optional("reconnectFirst", reconnectFirst, Out::duration);
            out.optional("reconnectLongest", reconnectLongest, Out::duration);
            out.optional("deadAfter", deadAfter, Out::duration);
            return new Call<>(1, null, executor, out, Client::read);
        }
    }

    /**
     * Asks a Data Connect proxy where a person can consent to this account reading their meter. Send the person's
     * browser to the {@code uri}; when they have agreed, the provider sends a notice, which {@code listen} gives as
     * {@link Consent}. Its messages are trusted from here on. {@code name} is who asks, as the person reads it.
     *
     * <p>The request is remembered by this client (the last 10,000), and told with the notice that answers it. It is
     * remembered nowhere else: who listens in another process keeps the {@code state} and compares.
     *
     * @param provider the full JID of the provider, resource included
     * @param name who asks, as the person reads it
     * @param options what differs from the defaults
     * @return where the person consents
     * @throws QuoaliseException {@link InvalidArgumentException} for a request that cannot be right; else as {@code
     *     getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Authorization authorizeUri(String provider, String name, AuthorizeOptions options) {
        return callAuthorizeUri(provider, name, options).await();
    }

    /**
     * Asks a Data Connect proxy where a person can consent to this account reading their meter. Send the person's
     * browser to the {@code uri}; when they have agreed, the provider sends a notice, which {@code listen} gives as
     * {@link Consent}. Its messages are trusted from here on. {@code name} is who asks, as the person reads it.
     *
     * <p>The request is remembered by this client (the last 10,000), and told with the notice that answers it. It is
     * remembered nowhere else: who listens in another process keeps the {@code state} and compares.
     *
     * @param provider the full JID of the provider, resource included
     * @param name who asks, as the person reads it
     * @return where the person consents
     * @throws QuoaliseException {@link InvalidArgumentException} for a request that cannot be right; else as {@code
     *     getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Authorization authorizeUri(String provider, String name) {
        return authorizeUri(provider, name, AuthorizeOptions.defaults());
    }

    /**
     * As {@link #authorizeUri}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param name who asks, as the person reads it
     * @param options what differs from the defaults
     * @return a future of where the person consents
     */
    public CompletableFuture<Authorization> authorizeUriAsync(String provider, String name, AuthorizeOptions options) {
        return callAuthorizeUri(provider, name, options).async();
    }

    /**
     * As {@link #authorizeUri}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param name who asks, as the person reads it
     * @return a future of where the person consents
     */
    public CompletableFuture<Authorization> authorizeUriAsync(String provider, String name) {
        return authorizeUriAsync(provider, name, AuthorizeOptions.defaults());
    }

    private Call<Authorization> callAuthorizeUri(String provider, String name, AuthorizeOptions options) {
        Out out = new Out();
        out.text("provider", provider);
        out.text("name", name);
        options.write(out);
        return new Call<>(2, handle, executor, out, Authorization::read);
    }

    /**
     * Whether a provider is there, within ten seconds.
     *
     * @param provider the full JID of the provider, resource included
     * @return whether it is there
     * @throws QuoaliseException {@link InvalidArgumentException}, {@link ConnectionLostException},
     *     {@link ClosedException}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Availability availability(String provider) {
        return callAvailability(provider).await();
    }

    /**
     * As {@link #availability}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @return a future of whether it is there
     */
    public CompletableFuture<Availability> availabilityAsync(String provider) {
        return callAvailability(provider).async();
    }

    private Call<Availability> callAvailability(String provider) {
        Out out = new Out();
        out.text("provider", provider);
        return new Call<>(3, handle, executor, out, Availability::read);
    }

    /**
     * Begins a command by asking for its form. A command that has none is carried out at once.
     *
     * @param provider the full JID of the provider, resource included
     * @param node the node of the command, as the provider lists it
     * @return the command, at its first stage
     * @throws QuoaliseException As {@code getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Execution begin(String provider, String node) {
        return callBegin(provider, node).await();
    }

    /**
     * As {@link #begin}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param node the node of the command, as the provider lists it
     * @return a future of the command, at its first stage
     */
    public CompletableFuture<Execution> beginAsync(String provider, String node) {
        return callBegin(provider, node).async();
    }

    private Call<Execution> callBegin(String provider, String node) {
        Out out = new Out();
        out.text("provider", provider);
        out.text("node", node);
        return new Call<>(4, handle, executor, out, Execution::read);
    }

    /**
     * Ends the session, cleanly if the network lets it, within two seconds in any case. Requests still waiting end as
     * {@link ClosedException}.
     *
     * <p>A thread that is interrupted does not wait for it. It goes on by itself then.
     */
    @Override
    public void close() {
        callClose().close();
    }

    /**
     * As {@link #close}, without waiting. Cancelling the future gives it up.
     *
     * @return a future that is complete when it is done
     */
    public CompletableFuture<Void> closeAsync() {
        return callClose().async();
    }

    private Call<Void> callClose() {
        Out out = new Out();
        return new Call<>(5, handle, executor, out, in -> null);
    }

    /**
     * The commands a provider offers to this account (XEP-0050 section 2.2).
     *
     * @param provider the full JID of the provider, resource included
     * @return the commands
     * @throws QuoaliseException As {@code getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public List<CommandInfo> commands(String provider) {
        return callCommands(provider).await();
    }

    /**
     * As {@link #commands}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @return a future of the commands
     */
    public CompletableFuture<List<CommandInfo>> commandsAsync(String provider) {
        return callCommands(provider).async();
    }

    private Call<List<CommandInfo>> callCommands(String provider) {
        Out out = new Out();
        out.text("provider", provider);
        return new Call<>(6, handle, executor, out, in -> in.list(CommandInfo::read));
    }

    /**
     * Asks a Data Connect proxy for the energy of each day at a usage point, in Wh.
     *
     * <p>As {@code loadCurve}, but the records' names are {@code urn:dev:prm:<usage point>_daily_<direction>}.
     *
     * @param provider the full JID of the provider, resource included
     * @param usagePoint the 14 digits of the meter (PRM)
     * @param direction what is drawn from the grid, or what is fed into it
     * @param start where the period begins, included
     * @param end where the period ends, excluded
     * @return the readings
     * @throws QuoaliseException As {@code getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Data daily(
            String provider,
            String usagePoint,
            Direction direction,
            LocalDate start,
            LocalDate end) {
        return callDaily(provider, usagePoint, direction, start, end).await();
    }

    /**
     * As {@link #daily}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param usagePoint the 14 digits of the meter (PRM)
     * @param direction what is drawn from the grid, or what is fed into it
     * @param start where the period begins, included
     * @param end where the period ends, excluded
     * @return a future of the readings
     */
    public CompletableFuture<Data> dailyAsync(
            String provider,
            String usagePoint,
            Direction direction,
            LocalDate start,
            LocalDate end) {
        return callDaily(provider, usagePoint, direction, start, end).async();
    }

    private Call<Data> callDaily(
            String provider,
            String usagePoint,
            Direction direction,
            LocalDate start,
            LocalDate end) {
        Out out = new Out();
        out.text("provider", provider);
        out.text("usagePoint", usagePoint);
        out.oneOf("direction", direction);
        out.date("start", start);
        out.date("end", end);
        return new Call<>(7, handle, executor, out, Data::read);
    }

    /**
     * How many messages of senders that are not trusted were dropped so far, unread: pushes and notices of consent.
     *
     * @return how many messages of senders that are not trusted were dropped so far, unread: pushes and notices of
     *     consent
     */
    public long distrusted() {
        return callDistrusted().now();
    }

    private Call<Long> callDistrusted() {
        Out out = new Out();
        return new Call<>(8, handle, executor, out, In::int64);
    }

    /**
     * Asks a provider for what a hole in the pushes of a series may have swallowed: from its last record that was
     * pushed before the hole (which is among them), or where there was none, from a day before the hole, until now.
     * What does not fit into one answer is asked for in several, as far as the provider says what fits.
     *
     * @param hole the hole, as a listener told of it
     * @param provider the full JID of the provider, resource included
     * @param identifier the name of the series
     * @return the readings
     * @throws QuoaliseException As {@code getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Data fill(Hole hole, String provider, String identifier) {
        return callFill(hole, provider, identifier).await();
    }

    /**
     * As {@link #fill}, without waiting. Cancelling the future gives it up.
     *
     * @param hole the hole, as a listener told of it
     * @param provider the full JID of the provider, resource included
     * @param identifier the name of the series
     * @return a future of the readings
     */
    public CompletableFuture<Data> fillAsync(Hole hole, String provider, String identifier) {
        return callFill(hole, provider, identifier).async();
    }

    private Call<Data> callFill(Hole hole, String provider, String identifier) {
        Objects.requireNonNull(hole, "hole");
        Out out = new Out();
        out.handle("hole", hole.handle);
        out.text("provider", provider);
        out.text("identifier", identifier);
        return new Call<>(9, handle, executor, out, Data::read, hole);
    }

    /**
     * Asks a provider for the values of a series over a period, in one answer.
     *
     * <p>{@code provider} is its full JID, resource included; {@code identifier} the name of the series. The period is
     * from {@code start} (included) to {@code end} (excluded), either of which may be left to the provider; times are
     * asked for with the offset of their zone. Times of the records are the starts of their intervals, UTC; units are
     * the provider's ({@code W}, {@code Wh}, …). Gaps are records without a value.
     *
     * @param provider the full JID of the provider, resource included
     * @param identifier the name of the series
     * @param start where the period begins, included; null leaves it to the provider
     * @param end where the period ends, excluded; null leaves it to the provider
     * @return the readings
     * @throws QuoaliseException {@link InvalidArgumentException}; the provider's answer
     *     ({@link NotAuthorizedException}, {@link BadRequestException}, {@link TooLargeException},
     *     {@link NoSuchCommandException}, {@link CommandFailedException}, {@link UpstreamErrorException},
     *     {@link LimitReachedException}, {@link MalformedAnswerException}); nobody there
     *     ({@link ProviderOfflineException}, {@link ServerUnreachableException}, {@link NoAnswerException});
     *     {@link ConnectionLostException}, {@link ClosedException}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Data getHistory(String provider, String identifier, ZonedDateTime start, ZonedDateTime end) {
        return callGetHistory(provider, identifier, start, end).await();
    }

    /**
     * Asks a provider for the values of a series over a period, in one answer.
     *
     * <p>{@code provider} is its full JID, resource included; {@code identifier} the name of the series. The period is
     * from {@code start} (included) to {@code end} (excluded), either of which may be left to the provider; times are
     * asked for with the offset of their zone. Times of the records are the starts of their intervals, UTC; units are
     * the provider's ({@code W}, {@code Wh}, …). Gaps are records without a value.
     *
     * @param provider the full JID of the provider, resource included
     * @param identifier the name of the series
     * @return the readings
     * @throws QuoaliseException {@link InvalidArgumentException}; the provider's answer
     *     ({@link NotAuthorizedException}, {@link BadRequestException}, {@link TooLargeException},
     *     {@link NoSuchCommandException}, {@link CommandFailedException}, {@link UpstreamErrorException},
     *     {@link LimitReachedException}, {@link MalformedAnswerException}); nobody there
     *     ({@link ProviderOfflineException}, {@link ServerUnreachableException}, {@link NoAnswerException});
     *     {@link ConnectionLostException}, {@link ClosedException}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Data getHistory(String provider, String identifier) {
        return getHistory(provider, identifier, null, null);
    }

    /**
     * As {@link #getHistory}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param identifier the name of the series
     * @param start where the period begins, included; null leaves it to the provider
     * @param end where the period ends, excluded; null leaves it to the provider
     * @return a future of the readings
     */
    public CompletableFuture<Data> getHistoryAsync(
            String provider,
            String identifier,
            ZonedDateTime start,
            ZonedDateTime end) {
        return callGetHistory(provider, identifier, start, end).async();
    }

    /**
     * As {@link #getHistory}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param identifier the name of the series
     * @return a future of the readings
     */
    public CompletableFuture<Data> getHistoryAsync(String provider, String identifier) {
        return getHistoryAsync(provider, identifier, null, null);
    }

    private Call<Data> callGetHistory(
            String provider,
            String identifier,
            ZonedDateTime start,
            ZonedDateTime end) {
        Out out = new Out();
        out.text("provider", provider);
        out.text("identifier", identifier);
        out.optional("start", start, Out::zoned);
        out.optional("end", end, Out::zoned);
        return new Call<>(10, handle, executor, out, Data::read);
    }

    /**
     * The full JID the server gave this session. It may change when the server has lost the session.
     *
     * @return the full JID the server gave this session
     */
    public String jid() {
        return callJid().now();
    }

    private Call<String> callJid() {
        Out out = new Out();
        return new Call<>(11, handle, executor, out, In::text);
    }

    /**
     * Listens to what trusted providers send by themselves: those of {@code trust}, {@code subscribe} and {@code
     * authorizeUri}. What the server kept meanwhile comes first.
     *
     * @param options what differs from the defaults
     * @return the listener
     * @throws QuoaliseException {@link InvalidArgumentException} where this client is listening already, or the
     *     journal cannot be opened; {@link UnreachableException} where there is no connection for too long,
     *     {@link ClosedException}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Listener listen(ListenOptions options) {
        return callListen(options).await();
    }

    /**
     * Listens to what trusted providers send by themselves: those of {@code trust}, {@code subscribe} and {@code
     * authorizeUri}. What the server kept meanwhile comes first.
     *
     * @return the listener
     * @throws QuoaliseException {@link InvalidArgumentException} where this client is listening already, or the
     *     journal cannot be opened; {@link UnreachableException} where there is no connection for too long,
     *     {@link ClosedException}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Listener listen() {
        return listen(ListenOptions.defaults());
    }

    /**
     * As {@link #listen}, without waiting. Cancelling the future gives it up.
     *
     * @param options what differs from the defaults
     * @return a future of the listener
     */
    public CompletableFuture<Listener> listenAsync(ListenOptions options) {
        return callListen(options).async();
    }

    /**
     * As {@link #listen}, without waiting. Cancelling the future gives it up.
     *
     * @return a future of the listener
     */
    public CompletableFuture<Listener> listenAsync() {
        return listenAsync(ListenOptions.defaults());
    }

    private Call<Listener> callListen(ListenOptions options) {
        Out out = new Out();
        options.write(out);
        return new Call<>(12, handle, executor, out, Listener::read);
    }

    /**
     * Asks a Data Connect proxy for the load curve of a usage point: mean power in W, by the step of the meter.
     *
     * <p>{@code provider} is its full JID, {@code usagePoint} the 14 digits of the meter (PRM). The days, from {@code
     * start} (included) to {@code end} (excluded), are counted where the usage point is. The records' names are {@code
     * urn:dev:prm:<usage point>_<direction>_load}. Providers that do not know this command
     * ({@link NoSuchCommandException}) may serve the same by {@code getHistory}.
     *
     * @param provider the full JID of the provider, resource included
     * @param usagePoint the 14 digits of the meter (PRM)
     * @param direction what is drawn from the grid, or what is fed into it
     * @param start where the period begins, included
     * @param end where the period ends, excluded
     * @return the readings
     * @throws QuoaliseException As {@code getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Data loadCurve(
            String provider,
            String usagePoint,
            Direction direction,
            LocalDate start,
            LocalDate end) {
        return callLoadCurve(provider, usagePoint, direction, start, end).await();
    }

    /**
     * As {@link #loadCurve}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param usagePoint the 14 digits of the meter (PRM)
     * @param direction what is drawn from the grid, or what is fed into it
     * @param start where the period begins, included
     * @param end where the period ends, excluded
     * @return a future of the readings
     */
    public CompletableFuture<Data> loadCurveAsync(
            String provider,
            String usagePoint,
            Direction direction,
            LocalDate start,
            LocalDate end) {
        return callLoadCurve(provider, usagePoint, direction, start, end).async();
    }

    private Call<Data> callLoadCurve(
            String provider,
            String usagePoint,
            Direction direction,
            LocalDate start,
            LocalDate end) {
        Out out = new Out();
        out.text("provider", provider);
        out.text("usagePoint", usagePoint);
        out.oneOf("direction", direction);
        out.date("start", start);
        out.date("end", end);
        return new Call<>(13, handle, executor, out, Data::read);
    }

    /**
     * Carries a command out: asks for its form, fills the values in, as often as the provider has another stage, and
     * completes it. Fields without a value keep the default the provider gives them, but for the times of Quoalise's
     * own commands (as {@code start_time} of {@code getHistory}): without a value these are left out, as nobody saw the
     * default. Where something is missing or does not fit, the command is canceled.
     *
     * @param provider the full JID of the provider, resource included
     * @param node the node of the command, as the provider lists it
     * @param values values by field: texts, numbers, booleans, dates, times with their zone, or collections of
     *     texts; null for none
     * @return what came of it
     * @throws QuoaliseException {@link InvalidArgumentException} where a required field has no value, a value does
     *     not fit, or no stage has a field of that name; {@link SessionExpiredException}; as {@code getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Outcome run(String provider, String node, Map<String, ?> values) {
        return callRun(provider, node, values).await();
    }

    /**
     * Carries a command out: asks for its form, fills the values in, as often as the provider has another stage, and
     * completes it. Fields without a value keep the default the provider gives them, but for the times of Quoalise's
     * own commands (as {@code start_time} of {@code getHistory}): without a value these are left out, as nobody saw the
     * default. Where something is missing or does not fit, the command is canceled.
     *
     * @param provider the full JID of the provider, resource included
     * @param node the node of the command, as the provider lists it
     * @return what came of it
     * @throws QuoaliseException {@link InvalidArgumentException} where a required field has no value, a value does
     *     not fit, or no stage has a field of that name; {@link SessionExpiredException}; as {@code getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public Outcome run(String provider, String node) {
        return run(provider, node, null);
    }

    /**
     * As {@link #run}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param node the node of the command, as the provider lists it
     * @param values values by field: texts, numbers, booleans, dates, times with their zone, or collections of
     *     texts; null for none
     * @return a future of what came of it
     */
    public CompletableFuture<Outcome> runAsync(String provider, String node, Map<String, ?> values) {
        return callRun(provider, node, values).async();
    }

    /**
     * As {@link #run}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param node the node of the command, as the provider lists it
     * @return a future of what came of it
     */
    public CompletableFuture<Outcome> runAsync(String provider, String node) {
        return runAsync(provider, node, null);
    }

    private Call<Outcome> callRun(String provider, String node, Map<String, ?> values) {
        Out out = new Out();
        out.text("provider", provider);
        out.text("node", node);
        out.optional("values", values, Out::values);
        return new Call<>(14, handle, executor, out, Outcome::read);
    }

    /**
     * The series a provider has for this account, or those of them that {@code prefix} covers, as a subscription would.
     *
     * @param provider the full JID of the provider, resource included
     * @param prefix what the names begin with; null for all
     * @return the series
     * @throws QuoaliseException {@link NoSuchCommandException} where the provider does not tell; as {@code
     *     getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public List<Series> series(String provider, String prefix) {
        return callSeries(provider, prefix).await();
    }

    /**
     * The series a provider has for this account, or those of them that {@code prefix} covers, as a subscription would.
     *
     * @param provider the full JID of the provider, resource included
     * @return the series
     * @throws QuoaliseException {@link NoSuchCommandException} where the provider does not tell; as {@code
     *     getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public List<Series> series(String provider) {
        return series(provider, null);
    }

    /**
     * As {@link #series}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param prefix what the names begin with; null for all
     * @return a future of the series
     */
    public CompletableFuture<List<Series>> seriesAsync(String provider, String prefix) {
        return callSeries(provider, prefix).async();
    }

    /**
     * As {@link #series}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @return a future of the series
     */
    public CompletableFuture<List<Series>> seriesAsync(String provider) {
        return seriesAsync(provider, null);
    }

    private Call<List<Series>> callSeries(String provider, String prefix) {
        Out out = new Out();
        out.text("provider", provider);
        out.optional("prefix", prefix, Out::text);
        return new Call<>(15, handle, executor, out, in -> in.list(Series::read));
    }

    /**
     * How things stand with the connection.
     *
     * @return how things stand with the connection
     */
    public ConnectionState state() {
        return callState().now();
    }

    private Call<ConnectionState> callState() {
        Out out = new Out();
        return new Call<>(16, handle, executor, out, ConnectionState::read);
    }

    /**
     * What becomes of the connection from now on.
     *
     * @return what becomes of it
     */
    public States states() {
        return callStates().now();
    }

    private Call<States> callStates() {
        Out out = new Out();
        return new Call<>(17, handle, executor, out, States::read);
    }

    /**
     * Asks a provider to push new values of a series to this account from now on, also across reconnects. A prefix
     * covers all series below it. Its pushes are trusted from here on; also where it is not known whether the
     * subscription came about, as after {@link NoAnswerException}, and not where it was refused.
     *
     * @param provider the full JID of the provider, resource included
     * @param identifier the name of the series, or the prefix of several
     * @throws QuoaliseException As {@code getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public void subscribe(String provider, String identifier) {
        callSubscribe(provider, identifier).await();
    }

    /**
     * As {@link #subscribe}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param identifier the name of the series, or the prefix of several
     * @return a future that is complete when it is done
     */
    public CompletableFuture<Void> subscribeAsync(String provider, String identifier) {
        return callSubscribe(provider, identifier).async();
    }

    private Call<Void> callSubscribe(String provider, String identifier) {
        Out out = new Out();
        out.text("provider", provider);
        out.text("identifier", identifier);
        return new Call<>(18, handle, executor, out, in -> null);
    }

    /**
     * Takes pushes of this provider from now on, whatever its resource. Pushes of others are dropped and counted: in a
     * federation anybody can send anybody a message.
     *
     * @param provider a JID of the provider
     * @throws QuoaliseException {@link InvalidArgumentException} where it is no JID.
     */
    public void trust(String provider) {
        callTrust(provider).now();
    }

    private Call<Void> callTrust(String provider) {
        Out out = new Out();
        out.text("provider", provider);
        return new Call<>(19, handle, executor, out, in -> null);
    }

    /**
     * Ends a subscription.
     *
     * @param provider the full JID of the provider, resource included
     * @param identifier the name of the series
     * @throws QuoaliseException As {@code getHistory}.
     * @throws java.util.concurrent.CancellationException where the waiting thread is interrupted
     */
    public void unsubscribe(String provider, String identifier) {
        callUnsubscribe(provider, identifier).await();
    }

    /**
     * As {@link #unsubscribe}, without waiting. Cancelling the future gives it up.
     *
     * @param provider the full JID of the provider, resource included
     * @param identifier the name of the series
     * @return a future that is complete when it is done
     */
    public CompletableFuture<Void> unsubscribeAsync(String provider, String identifier) {
        return callUnsubscribe(provider, identifier).async();
    }

    private Call<Void> callUnsubscribe(String provider, String identifier) {
        Out out = new Out();
        out.text("provider", provider);
        out.text("identifier", identifier);
        return new Call<>(20, handle, executor, out, in -> null);
    }
}
