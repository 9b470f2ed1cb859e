use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::error::{Error as CoreError, ErrorKind};

/// A result of this module's operations.
pub type Result<T, E = Arc<Error>> = std::result::Result<T, E>;

/// What was asked of whom, what went wrong, and what to do about it.
///
/// It never holds the password or a reading.
#[derive(uniffi::Object)]
#[uniffi::export(Display)]
pub struct Error(CoreError);

#[uniffi::export]
impl Error {
    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind()
    }

    /// The sentence, without operation and remedy.
    pub fn message(&self) -> String {
        self.0.message().to_owned()
    }

    /// What was being done, and with whom.
    pub fn operation(&self) -> Option<String> {
        self.0.operation().map(str::to_owned)
    }

    /// What to do about it.
    pub fn remedy(&self) -> Option<String> {
        self.0.advice().map(str::to_owned)
    }

    /// The standard condition of the stanza or stream error (RFC 6120 sections 4.9.3 and 8.3.3), where one came.
    pub fn condition(&self) -> Option<String> {
        self.0.condition().map(str::to_owned)
    }

    /// The peer's own words, where it gave any.
    pub fn text(&self) -> Option<String> {
        self.0.text().map(str::to_owned)
    }

    /// For an upstream error: which system refused, such as `enedis-data-connect`.
    pub fn issuer(&self) -> Option<String> {
        self.0.issuer().map(str::to_owned)
    }

    /// For an upstream error: that system's code, such as `ADAM-ERR0123`, where it has one.
    pub fn code(&self) -> Option<String> {
        self.0.code().map(str::to_owned)
    }

    /// When to try again at the earliest, where the peer told.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after()
    }

    /// For an answer that would be too large: the start of the largest period that fits, where the provider told.
    pub fn fitting_start(&self) -> Option<Timestamp> {
        self.0.fitting_period().map(|(start, _)| start)
    }

    /// The end of that period, excluded.
    pub fn fitting_end(&self) -> Option<Timestamp> {
        self.0.fitting_period().map(|(_, end)| end)
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_temporary(&self) -> bool {
        self.0.kind().is_temporary()
    }
}

impl Error {
    /// A failure that a wrapper has found out by itself, and what to do about it.
    pub fn new(kind: ErrorKind, message: &str, remedy: &'static str) -> Arc<Self> {
        CoreError::new(kind, message).remedy(remedy).into()
    }
}

impl From<CoreError> for Error {
    fn from(error: CoreError) -> Self {
        Self(error)
    }
}

impl From<CoreError> for Arc<Error> {
    fn from(error: CoreError) -> Self {
        Arc::new(Error(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
