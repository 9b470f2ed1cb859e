use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// A result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, to branch on. `docs/errors.md` lists each with what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument that cannot be right; nothing was sent.
    InvalidArgument,
    /// No XMPP server is known for the domain, or the server reached does not serve it (`host-unknown`).
    UnknownHost,
    /// No address of the server accepts connections.
    Unreachable,
    /// The server did not get through connecting and logging in within the deadline.
    ConnectTimeout,
    /// The server's certificate is not valid for the domain, or not signed by a known authority.
    CertificateRefused,
    /// The server cannot be used safely: it offers no TLS, no login we accept, or does not speak XMPP.
    UnsuitableServer,
    /// The server refused the account or the password.
    LoginRefused,
    /// The connection was lost; whether the request was carried out is not known.
    ConnectionLost,
    /// Another session of the account took the address of this one; it is over.
    Replaced,
    /// The peer is there, or may be, and did not answer within the deadline.
    NoAnswer,
    /// The provider does not know this account, or has no valid consent (`not-authorized`, `forbidden`).
    NotAuthorized,
    /// The provider refuses the identifier, the series or the period (`bad-request`).
    BadRequest,
    /// The answer would be larger than the provider or a server lets through; ask for a shorter period.
    TooLarge,
    /// The provider has no such command (`item-not-found`).
    NoSuchCommand,
    /// Nobody is at the provider's address (`service-unavailable`, `recipient-unavailable`).
    ProviderOffline,
    /// The provider's server could not be reached from ours (`remote-server-not-found`, `remote-server-timeout`).
    ServerUnreachable,
    /// The provider no longer knows the session of a command of several stages; begin the command again.
    SessionExpired,
    /// The command was carried out and failed; the provider's note says why.
    CommandFailed,
    /// The system behind the provider refused: issuer, code and text are its own.
    UpstreamError,
    /// A limit of the provider or of a server was reached; try again later.
    LimitReached,
    /// The answer cannot be understood.
    MalformedAnswer,
    /// Data given to be read or written are not what they should be.
    MalformedData,
    /// The client was closed.
    Closed,
    /// The client was made in another process, and this is a fork of it; make a new one here.
    UsedAfterFork,
}

impl ErrorKind {
    /// Every kind, in the order of their declaration.
    pub const ALL: [Self; 24] = [
        Self::InvalidArgument,
        Self::UnknownHost,
        Self::Unreachable,
        Self::ConnectTimeout,
        Self::CertificateRefused,
        Self::UnsuitableServer,
        Self::LoginRefused,
        Self::ConnectionLost,
        Self::Replaced,
        Self::NoAnswer,
        Self::NotAuthorized,
        Self::BadRequest,
        Self::TooLarge,
        Self::NoSuchCommand,
        Self::ProviderOffline,
        Self::ServerUnreachable,
        Self::SessionExpired,
        Self::CommandFailed,
        Self::UpstreamError,
        Self::LimitReached,
        Self::MalformedAnswer,
        Self::MalformedData,
        Self::Closed,
        Self::UsedAfterFork,
    ];

    /// A stable name, in kebab case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid-argument",
            Self::UnknownHost => "unknown-host",
            Self::Unreachable => "unreachable",
            Self::ConnectTimeout => "connect-timeout",
            Self::CertificateRefused => "certificate-refused",
            Self::UnsuitableServer => "unsuitable-server",
            Self::LoginRefused => "login-refused",
            Self::ConnectionLost => "connection-lost",
            Self::Replaced => "replaced",
            Self::NoAnswer => "no-answer",
            Self::NotAuthorized => "not-authorized",
            Self::BadRequest => "bad-request",
            Self::TooLarge => "too-large",
            Self::NoSuchCommand => "no-such-command",
            Self::ProviderOffline => "provider-offline",
            Self::ServerUnreachable => "server-unreachable",
            Self::SessionExpired => "session-expired",
            Self::CommandFailed => "command-failed",
            Self::UpstreamError => "upstream-error",
            Self::LimitReached => "limit-reached",
            Self::MalformedAnswer => "malformed-answer",
            Self::MalformedData => "malformed-data",
            Self::Closed => "closed",
            Self::UsedAfterFork => "used-after-fork",
        }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_temporary(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::ConnectTimeout
                | Self::ConnectionLost
                | Self::NoAnswer
                | Self::ProviderOffline
                | Self::ServerUnreachable
                | Self::SessionExpired
                | Self::LimitReached
        )
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was asked of whom, what went wrong, and what to do about it.
///
/// It never holds the password or a reading.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: Option<Cow<'static, str>>,
    message: String,
    remedy: Option<Cow<'static, str>>,
    condition: Option<String>,
    text: Option<String>,
    issuer: Option<String>,
    code: Option<String>,
    retry_after: Option<Duration>,
    fitting: Option<(Timestamp, Timestamp)>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

#[cfg_attr(not(feature = "xmpp"), allow(dead_code, reason = "what goes wrong with peers needs peers"))]
impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            message: message.into(),
            remedy: None,
            condition: None,
            text: None,
            issuer: None,
            code: None,
            retry_after: None,
            fitting: None,
            source: None,
        }))
    }

    /// An error a provider answers with: see [`ErrorKind`] for which kinds have a stanza of their own.
    pub fn answer(kind: ErrorKind, text: impl Into<String>) -> Self {
        let text = text.into();
        let mut error = Self::new(kind, text.clone());
        error.0.text = Some(text);
        error
    }

    /// An error of the system behind a provider: who says so, its code if it has one, its own sentence.
    pub fn upstream(issuer: impl Into<String>, code: Option<String>, text: impl Into<String>) -> Self {
        let mut error = Self::answer(ErrorKind::UpstreamError, text);
        error.0.issuer = Some(issuer.into());
        error.0.code = code;
        error
    }

    pub(crate) fn during(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation.get_or_insert(operation.into());
        self
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<Cow<'static, str>>) -> Self {
        self.0.remedy = Some(remedy.into());
        self
    }

    pub(crate) fn condition_of_stanza(mut self, condition: impl Into<String>, text: Option<String>) -> Self {
        self.0.condition = Some(condition.into());
        self.0.text = text;
        self
    }

    pub(crate) fn issued_by(mut self, issuer: Option<String>, code: Option<String>) -> Self {
        self.0.issuer = issuer;
        self.0.code = code;
        self
    }

    pub(crate) fn fitting(mut self, start: Timestamp, end: Timestamp) -> Self {
        self.0.fitting = Some((start, end));
        self
    }

    pub(crate) fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was being done, and with whom.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The sentence, without operation and remedy.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, where that can be said.
    pub fn advice(&self) -> Option<&str> {
        self.0.remedy.as_deref()
    }

    /// The standard condition of the stanza or stream error (RFC 6120 sections 4.9.3 and 8.3.3), where one came.
    pub fn condition(&self) -> Option<&str> {
        self.0.condition.as_deref()
    }

    /// The peer's own words, where it gave any.
    pub fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// For an upstream error: which system refused, such as `enedis-data-connect`.
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// For an upstream error: that system's code, such as `ADAM-ERR0123`, where it has one.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// For an answer that would be too large: the start and the end (excluded) of the largest period from that start
    /// on that fits, where the provider told.
    pub fn fitting_period(&self) -> Option<(Timestamp, Timestamp)> {
        self.0.fitting
    }

    /// When to try again at the earliest, where the peer told.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation, message, remedy, .. } = &*self.0;
        if let Some(operation) = operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(message)?;
        if let Some(remedy) = remedy {
            write!(f, ". {remedy}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({}: {self})", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}

impl From<crate::senml::Error> for Error {
    fn from(error: crate::senml::Error) -> Self {
        Self::new(ErrorKind::MalformedData, error.to_string()).caused_by(error)
    }
}
