// Written by `make bindings` from core/src/ffi and uniffi.toml.
package quoalise;

import java.io.Serial;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What was asked of whom, what went wrong, and what to do about it.
 *
 * <p>The class tells the kind, as {@link #kind()} does. It never holds the password or a reading.
 */
public abstract sealed class QuoaliseException extends RuntimeException
        permits 
                ConnectionFailedException,
                ServiceUnavailableException,
                InvalidArgumentException,
                NotAuthorizedException,
                BadRequestException,
                SessionExpiredException,
                CommandFailedException,
                UpstreamErrorException,
                LimitReachedException,
                MalformedAnswerException,
                MalformedDataException,
                ClosedException,
                UsedAfterForkException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What the library told of it. */
    private final Told told;

    QuoaliseException(ErrorKind kind, String message) {
        super(message);
        told = new Told(kind, message);
    }

    QuoaliseException(Told told) {
        super(told.whole);
        this.told = told;
    }

    /** What the library tells of an error. */
    static final class Told implements java.io.Serializable {
        @Serial
        private static final long serialVersionUID = 1L;

        private final String whole;
        private final String code;
        private final String condition;
        private final Instant fittingEnd;
        private final Instant fittingStart;
        private final boolean isTemporary;
        private final String issuer;
        private final ErrorKind kind;
        private final String reason;
        private final String operation;
        private final String remedy;
        private final Duration retryAfter;
        private final String text;

        private Told(ErrorKind kind, String message) {
            whole = message;
            code = null;
            condition = null;
            fittingEnd = null;
            fittingStart = null;
            isTemporary = switch (kind) {
                case 
                        UNREACHABLE,
                        CONNECT_TIMEOUT,
                        CONNECTION_LOST,
                        NO_ANSWER,
                        PROVIDER_OFFLINE,
                        SERVER_UNREACHABLE,
                        SESSION_EXPIRED,
                        LIMIT_REACHED -> true;
                default -> false;
            };
            issuer = null;
            this.kind = kind;
            reason = message;
            operation = null;
            remedy = null;
            retryAfter = null;
            text = null;
        }

        private Told(In in) {
            whole = in.text();
            code = in.optional(In::text).orElse(null);
            condition = in.optional(In::text).orElse(null);
            fittingEnd = in.optional(In::instant).orElse(null);
            fittingStart = in.optional(In::instant).orElse(null);
            isTemporary = in.bool();
            issuer = in.optional(In::text).orElse(null);
            kind = ErrorKind.read(in);
            reason = in.text();
            operation = in.optional(In::text).orElse(null);
            remedy = in.optional(In::text).orElse(null);
            retryAfter = in.optional(In::duration).orElse(null);
            text = in.optional(In::text).orElse(null);
        }
    }

    static QuoaliseException read(In in) {
        Told told = new Told(in);
        return switch (told.kind) {
            case INVALID_ARGUMENT -> new InvalidArgumentException(told);
            case UNKNOWN_HOST -> new HostUnknownException(told);
            case UNREACHABLE -> new UnreachableException(told);
            case CONNECT_TIMEOUT -> new ConnectTimeoutException(told);
            case CERTIFICATE_REFUSED -> new CertificateRefusedException(told);
            case UNSUITABLE_SERVER -> new UnsuitableServerException(told);
            case LOGIN_REFUSED -> new LoginRefusedException(told);
            case CONNECTION_LOST -> new ConnectionLostException(told);
            case REPLACED -> new ReplacedException(told);
            case NO_ANSWER -> new NoAnswerException(told);
            case NOT_AUTHORIZED -> new NotAuthorizedException(told);
            case BAD_REQUEST -> new BadRequestException(told);
            case TOO_LARGE -> new TooLargeException(told);
            case NO_SUCH_COMMAND -> new NoSuchCommandException(told);
            case PROVIDER_OFFLINE -> new ProviderOfflineException(told);
            case SERVER_UNREACHABLE -> new ServerUnreachableException(told);
            case SESSION_EXPIRED -> new SessionExpiredException(told);
            case COMMAND_FAILED -> new CommandFailedException(told);
            case UPSTREAM_ERROR -> new UpstreamErrorException(told);
            case LIMIT_REACHED -> new LimitReachedException(told);
            case MALFORMED_ANSWER -> new MalformedAnswerException(told);
            case MALFORMED_DATA -> new MalformedDataException(told);
            case CLOSED -> new ClosedException(told);
            case USED_AFTER_FORK -> new UsedAfterForkException(told);
        };
    }

    /**
     * For an upstream error: that system's code, such as {@code ADAM-ERR0123}, where it has one.
     *
     * @return that system's code, such as {@code ADAM-ERR0123}, where it has one (for an upstream error)
     */
    public Optional<String> code() {
        return Optional.ofNullable(told.code);
    }

    /**
     * The standard condition of the stanza or stream error (RFC 6120 sections 4.9.3 and 8.3.3), where one came.
     *
     * @return the standard condition of the stanza or stream error (RFC 6120 sections 4.9.3 and 8.3.3), where one
     *     came
     */
    public Optional<String> condition() {
        return Optional.ofNullable(told.condition);
    }

    /**
     * The end of that period, excluded.
     *
     * @return the end of that period, excluded
     */
    public Optional<Instant> fittingEnd() {
        return Optional.ofNullable(told.fittingEnd);
    }

    /**
     * For an answer that would be too large: the start of the largest period that fits, where the provider told.
     *
     * @return the start of the largest period that fits, where the provider told (for an answer that would be too
     *     large)
     */
    public Optional<Instant> fittingStart() {
        return Optional.ofNullable(told.fittingStart);
    }

    /**
     * Whether the same request may succeed later without anybody changing anything.
     *
     * @return whether the same request may succeed later without anybody changing anything
     */
    public boolean isTemporary() {
        return told.isTemporary;
    }

    /**
     * For an upstream error: which system refused, such as {@code enedis-data-connect}.
     *
     * @return which system refused, such as {@code enedis-data-connect} (for an upstream error)
     */
    public Optional<String> issuer() {
        return Optional.ofNullable(told.issuer);
    }

    /**
     * What kind of failure this is.
     *
     * @return what kind of failure this is
     */
    public ErrorKind kind() {
        return told.kind;
    }

    /**
     * The sentence, without operation and remedy.
     *
     * @return the sentence, without operation and remedy
     */
    public String reason() {
        return told.reason;
    }

    /**
     * What was being done, and with whom.
     *
     * @return what was being done, and with whom
     */
    public Optional<String> operation() {
        return Optional.ofNullable(told.operation);
    }

    /**
     * What to do about it.
     *
     * @return what to do about it
     */
    public Optional<String> remedy() {
        return Optional.ofNullable(told.remedy);
    }

    /**
     * When to try again at the earliest, where the peer told.
     *
     * @return when to try again at the earliest, where the peer told
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(told.retryAfter);
    }

    /**
     * The peer's own words, where it gave any.
     *
     * @return the peer's own words, where it gave any
     */
    public Optional<String> text() {
        return Optional.ofNullable(told.text);
    }
}
