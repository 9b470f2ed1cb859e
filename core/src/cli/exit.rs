use std::fmt::{self, Write as _};
use std::io;

use super::format::WriteError;
use crate::{Error, ErrorKind, senml};

/// What the command ends with. Scripts rely on the numbers: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Done = 0,
    /// Something that has no number of its own: a file that cannot be opened, say.
    Failure = 1,
    /// The command line is not understood.
    Usage = 2,
    /// No connection: the name, the port, a time-out, the certificate.
    CannotConnect = 3,
    /// The server refuses the account or its password.
    LoginRefused = 4,
    /// The provider gives no right to these data.
    NotAuthorized = 5,
    /// The provider does not take the request as it is.
    RequestRefused = 6,
    /// The provider is not there.
    ProviderAbsent = 7,
    /// The provider, or the system behind it, failed.
    CommandFailed = 8,
    /// An answer or an input file that is not what it should be.
    MalformedData = 9,
    /// The connection went away meanwhile, or the session of a command did.
    ConnectionLost = 10,
    /// Ended by Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// All of them, by number.
    pub const ALL: [Self; 12] = [
        Self::Done,
        Self::Failure,
        Self::Usage,
        Self::CannotConnect,
        Self::LoginRefused,
        Self::NotAuthorized,
        Self::RequestRefused,
        Self::ProviderAbsent,
        Self::CommandFailed,
        Self::MalformedData,
        Self::ConnectionLost,
        Self::Interrupted,
    ];

    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What it means, in a line.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failure => "another failure, such as a file that cannot be read",
            Self::Usage => "the command line is not understood",
            Self::CannotConnect => "cannot connect: name, port, time-out or certificate",
            Self::LoginRefused => "login refused: account or password",
            Self::NotAuthorized => "not authorized by the provider: unknown to it, or no consent",
            Self::RequestRefused => "request refused: bad identifier or period, too large, no such command",
            Self::ProviderAbsent => "provider not there: offline, unreachable or silent",
            Self::CommandFailed => "the provider or the system behind it failed",
            Self::MalformedData => "malformed data, in an answer or an input file",
            Self::ConnectionLost => "connection lost meanwhile, or the session of a command",
            Self::Interrupted => "interrupted (Ctrl-C)",
        }
    }

    /// The table for `--help`.
    pub fn help() -> String {
        let mut text = String::from("Exit status:");
        for exit in Self::ALL {
            let _ = write!(text, "\n  {:>3}  {}", exit.code(), exit.meaning());
        }
        text
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        use ErrorKind as K;
        match kind {
            K::InvalidArgument => Self::Usage,
            K::UnknownHost
            | K::Unreachable
            | K::ConnectTimeout
            | K::CertificateRefused
            | K::UnsuitableServer => Self::CannotConnect,
            K::LoginRefused => Self::LoginRefused,
            K::NotAuthorized => Self::NotAuthorized,
            K::BadRequest | K::TooLarge | K::NoSuchCommand => Self::RequestRefused,
            K::ProviderOffline | K::ServerUnreachable | K::NoAnswer => Self::ProviderAbsent,
            K::CommandFailed | K::UpstreamError | K::LimitReached => Self::CommandFailed,
            K::MalformedAnswer | K::MalformedData => Self::MalformedData,
            K::ConnectionLost | K::Replaced | K::SessionExpired | K::Closed | K::UsedAfterFork => {
                Self::ConnectionLost
            }
        }
    }
}

/// Why the command ends early: what to say, and what to end with.
#[derive(Debug)]
pub struct Failure {
    /// What to end with.
    pub exit: Exit,
    /// What to say on stderr; nothing where there is no reader left, or none is wanted.
    pub message: String,
}

impl Failure {
    /// A failure with its message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    /// Data that cannot be read, from `source`.
    pub fn malformed(source: impl fmt::Display, error: &senml::Error) -> Self {
        Self::new(Exit::MalformedData, format!("{source}: {error}"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.kind().into(), error.to_string())
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            // Whoever reads has had enough (`| head`): that is no failure.
            WriteError::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => Self::new(Exit::Done, ""),
            WriteError::Io(error) => Self::new(Exit::Failure, format!("cannot write: {error}")),
            WriteError::Data(error) => {
                Self::new(Exit::Failure, format!("cannot write in that format: {error}"))
            }
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        WriteError::Io(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_tells_every_status() {
        let help = Exit::help();
        assert_eq!(help.lines().count(), Exit::ALL.len() + 1);
        assert!(help.contains("\n    9  malformed data") && help.contains("\n  130  interrupted"), "{help}");
        assert!(Exit::ALL.windows(2).all(|pair| pair[0].code() < pair[1].code()));
    }

    #[test]
    fn a_broken_pipe_is_quiet() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((failure.exit, &*failure.message), (Exit::Done, ""));
    }
}
