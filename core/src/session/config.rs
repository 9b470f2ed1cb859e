use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use xmpp_parsers::jid::Jid;
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};

/// An account, and how to reach its server.
///
/// Everything but the account has a safe default: the server is found by DNS (SRV records of RFC 6120 section 3.2 and
/// XEP-0368, else port 5222 of the domain), TLS is required and checked against the system's authorities, and the
/// password is only ever proved by SCRAM, never sent. `Debug` does not show the password.
///
/// ```
/// use quoalise::Config;
///
/// let config = Config::new("app@example.org", "secret")?
///     .address("localhost:5222")?
///     .ca_file("ca.pem");
/// # Ok::<(), quoalise::Error>(())
/// ```
#[derive(Clone)]
pub struct Config {
    pub(crate) jid: Jid,
    pub(crate) password: Zeroizing<String>,
    pub(crate) address: Option<Address>,
    pub(crate) security: Security,
    pub(crate) authority: Authority,
    pub(crate) allow_plain: bool,
    pub(crate) connect_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) priority: Option<i8>,
    pub(crate) reconnect: (Duration, Duration),
    pub(crate) dead_after: Duration,
    /// Whether no other resource will do than the JID's.
    pub(crate) exact_resource: bool,
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[non_exhaustive]
pub enum Security {
    /// STARTTLS on a given address; where the server is found by DNS, what its SRV records say.
    #[default]
    StartTls,
    /// TLS from the first byte (XEP-0368).
    DirectTls,
    /// No TLS at all. Only towards this very machine, and only because it was asked for; the password is still proved
    /// by SCRAM.
    NoneOnLoopback,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub host: String,
    pub port: u16,
}

#[derive(Clone, Debug)]
pub(crate) enum Authority {
    System,
    File(PathBuf),
    Pem(Vec<u8>),
}

impl Config {
    /// An account: its JID (`name@example.org`, or with a resource to be asked for) and its password.
    ///
    /// # Errors
    /// `InvalidArgument` where the JID is none or has no name before the `@`.
    pub fn new(jid: &str, password: impl Into<String>) -> Result<Self> {
        let jid = Jid::from_str(jid).map_err(|error| {
            Error::new(ErrorKind::InvalidArgument, "the account is not a JID")
                .remedy("Write it as name@example.org")
                .caused_by(error)
        })?;
        if jid.node().is_none() {
            return Err(Error::new(ErrorKind::InvalidArgument, "the account has no name before the @")
                .remedy("Write it as name@example.org"));
        }
        Ok(Self {
            jid,
            password: Zeroizing::new(password.into()),
            address: None,
            security: Security::default(),
            authority: Authority::System,
            allow_plain: false,
            connect_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(120),
            priority: None,
            reconnect: (Duration::from_secs(1), Duration::from_secs(60)),
            dead_after: Duration::from_secs(30),
            exact_resource: false,
        })
    }

    /// Connects to this `host:port` (or `host`, port 5222; `[::1]:5222`) instead of asking the DNS. The certificate
    /// must still be the JID's domain's.
    ///
    /// # Errors
    /// `InvalidArgument` where it is no such address.
    pub fn address(mut self, address: &str) -> Result<Self> {
        self.address = Some(address.parse()?);
        Ok(self)
    }

    /// Sets how the connection is protected.
    pub fn security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// Trusts the authorities of this PEM file instead of the system's. It is read when connecting.
    pub fn ca_file(mut self, file: impl AsRef<Path>) -> Self {
        self.authority = Authority::File(file.as_ref().to_owned());
        self
    }

    /// Trusts the authorities of this PEM text instead of the system's.
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authority = Authority::Pem(pem.into());
        self
    }

    /// Also allows PLAIN, which sends the password to the server inside TLS. For servers that cannot do SCRAM.
    pub fn allow_plain(mut self) -> Self {
        self.allow_plain = true;
        self
    }

    /// Sets how long connecting and logging in may take, all in all. Default 30 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = bounded(timeout);
        self
    }

    /// Sets how long an answer may take. Default 120 s: servers throttle large answers to some kilobytes a second.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = bounded(timeout);
        self
    }

    /// Sets the priority of the presence: one of 0 and more while the client listens (1 by default), a negative one
    /// while it does not (-1 by default), so that pushes go to another session of the account that listens. For a
    /// provider it holds all the time (0 by default).
    pub fn priority(mut self, priority: i8) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Sets how long to wait before a lost connection is tried anew: first about `first`, then twice as long each time
    /// up to `longest`, each time drawn between half of that and all of it, so that not all clients of a server come
    /// back at once. Default 1 s to 60 s.
    ///
    /// A connection that was there is tried anew until the client is closed, or the server refuses the login or gives
    /// the address to another session. The first one is not tried again by itself.
    pub fn reconnect(mut self, first: Duration, longest: Duration) -> Self {
        let first = bounded(first).max(Duration::from_millis(10));
        self.reconnect = (first, bounded(longest).max(first));
        self
    }

    /// Sets after how much silence a connection counts as dead, though the network does not say so; half-way the
    /// server is asked for a sign of life (XEP-0198, XEP-0199 where that is missing). Default 30 s.
    pub fn dead_after(mut self, silence: Duration) -> Self {
        self.dead_after = bounded(silence).max(Duration::from_millis(10));
        self
    }

    /// The account.
    pub fn jid(&self) -> &Jid {
        &self.jid
    }
}

/// Times beyond a year are as good as a year, and can be reckoned with.
fn bounded(time: Duration) -> Duration {
    time.min(Duration::from_secs(365 * 86_400))
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("jid", &self.jid)
            .field("address", &self.address)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(ErrorKind::InvalidArgument, format!("`{text}` is not an address"))
                .remedy("Write it as host:port, such as xmpp.example.org:5222 or [::1]:5222")
        };
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or_else(wrong)?;
                (host, port.strip_prefix(':'))
            }
            None if text.matches(':').count() > 1 => (text, None), // an IPv6 address without a port
            None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
        };
        let port = port.map_or(Ok(5222), |port| port.parse().map_err(|_| wrong()))?;
        if host.is_empty() || host.contains(char::is_whitespace) || port == 0 {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, host, port) in [
            ("localhost", "localhost", 5222),
            ("a.test:5223", "a.test", 5223),
            ("[::1]:15222", "::1", 15222),
            ("::1", "::1", 5222),
            ("127.0.0.1:1", "127.0.0.1", 1),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((&*address.host, address.port), (host, port), "{text}");
            assert_eq!(address.to_string().parse::<Address>().unwrap(), address);
        }
        for text in ["", ":5222", "a.test:x", "a.test:99999", "a b", "[::1", "a.test:0"] {
            assert_eq!(text.parse::<Address>().unwrap_err().kind(), ErrorKind::InvalidArgument, "{text}");
        }
    }

    #[test]
    fn the_password_is_not_shown() {
        let config = Config::new("me@example.org", "hunter2").unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(Config::new("example.org", "x").unwrap_err().kind(), ErrorKind::InvalidArgument);
        assert_eq!(Config::new("@", "x").unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}
