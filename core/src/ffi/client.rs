use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Zoned;

use super::{Data, Owned, Result};
use crate::client::{Client as CoreClient, Period};
use crate::session::{Config, Security};

/// How to reach the server, and how long to wait. Everything has a safe default.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct ConnectOptions {
    /// The `host:port` to connect to (or `host`, port 5222) instead of asking the DNS. The certificate must still be the
    /// account's domain's.
    #[uniffi(default = None)]
    pub address: Option<String>,
    /// A PEM file with the authorities to trust instead of the system's.
    #[uniffi(default = None)]
    pub ca_file: Option<PathBuf>,
    /// The authorities to trust instead of the system's, as PEM text.
    #[uniffi(default = None)]
    pub ca_pem: Option<String>,
    /// How long an answer may take. 120 s by default: servers throttle large answers to some kilobytes a second.
    #[uniffi(default = None)]
    pub timeout: Option<Duration>,
    /// How long connecting and logging in may take, all in all. 30 s by default.
    #[uniffi(default = None)]
    pub connect_timeout: Option<Duration>,
    /// The priority of the presence: one of 0 and more while the client listens (1 by default), a negative one while it
    /// does not (-1 by default), so that pushes go to another session of the account that listens.
    #[uniffi(default = None)]
    pub priority: Option<i8>,
    /// How the connection is protected.
    #[uniffi(default = None)]
    pub security: Option<Security>,
    /// Also allow PLAIN, which sends the password to the server inside TLS. For servers that cannot do SCRAM.
    #[uniffi(default = false)]
    pub allow_plain: bool,
    /// How long to wait before a lost connection is tried anew, at first; then twice as long each time. 1 s by default.
    #[uniffi(default = None)]
    pub reconnect_first: Option<Duration>,
    /// How long to wait between two tries at the most. 60 s by default.
    #[uniffi(default = None)]
    pub reconnect_longest: Option<Duration>,
    /// After how much silence a connection counts as dead, though the network does not say so. 30 s by default.
    #[uniffi(default = None)]
    pub dead_after: Option<Duration>,
}

impl ConnectOptions {
    fn config(self, account: &str, password: String) -> Result<Config, crate::Error> {
        let mut config = Config::new(account, password)?;
        if let Some(address) = &self.address {
            config = config.address(address)?;
        }
        if let Some(file) = self.ca_file {
            config = config.ca_file(file);
        }
        if let Some(pem) = self.ca_pem {
            config = config.ca_pem(pem);
        }
        if let Some(timeout) = self.timeout {
            config = config.request_timeout(timeout);
        }
        if let Some(timeout) = self.connect_timeout {
            config = config.connect_timeout(timeout);
        }
        if let Some(priority) = self.priority {
            config = config.priority(priority);
        }
        if let Some(security) = self.security {
            config = config.security(security);
        }
        if self.allow_plain {
            config = config.allow_plain();
        }
        if self.reconnect_first.is_some() || self.reconnect_longest.is_some() {
            let first = self.reconnect_first.unwrap_or(Duration::from_secs(1));
            config = config.reconnect(first, self.reconnect_longest.unwrap_or(Duration::from_secs(60)));
        }
        if let Some(silence) = self.dead_after {
            config = config.dead_after(silence);
        }
        Ok(config)
    }
}

/// A connected account: asks providers for history, subscribes, and listens.
///
/// A client may be used from many threads and tasks at once; all share one session.
#[derive(Debug, uniffi::Object)]
pub struct Client(Owned<CoreClient>);

#[uniffi::export]
impl Client {
    /// Connects and logs in: `account` is a JID (`name@example.org`, or with a resource to be asked for).
    ///
    /// Nothing is tried again by itself. A connection that is lost later is.
    ///
    /// # Errors
    /// `UnknownHost`, `Unreachable`, `ConnectTimeout`, `CertificateRefused`, `UnsuitableServer`, `LoginRefused`; also
    /// `InvalidArgument` for a CA file that cannot be used.
    #[uniffi::constructor]
    pub async fn connect(account: String, password: String, options: ConnectOptions) -> Result<Arc<Self>> {
        let client = CoreClient::connect(&options.config(&account, password)?).await?;
        Ok(Arc::new(Self(Owned::new(client))))
    }

    /// Asks a provider for the values of a series over a period, in one answer.
    ///
    /// `provider` is its full JID, resource included; `identifier` the name of the series. The period is from `start`
    /// (included) to `end` (excluded), either of which may be left to the provider; times are asked for with the offset
    /// of their zone. Times of the records are the starts of their intervals, UTC; units are the provider's (`W`, `Wh`,
    /// …). Gaps are records without a value.
    ///
    /// # Errors
    /// `InvalidArgument`; the provider's answer (`NotAuthorized`, `BadRequest`, `TooLarge`, `NoSuchCommand`,
    /// `CommandFailed`, `UpstreamError`, `LimitReached`, `MalformedAnswer`); nobody there (`ProviderOffline`,
    /// `ServerUnreachable`, `NoAnswer`); `ConnectionLost`, `Closed`.
    #[uniffi::method(default(start = None, end = None))]
    pub async fn get_history(
        &self,
        provider: String,
        identifier: String,
        start: Option<Zoned>,
        end: Option<Zoned>,
    ) -> Result<Arc<Data>> {
        let client = self.0.get()?;
        Ok(client.get_history(&provider, &identifier, &Period::new(start, end)?).await?.into())
    }

    /// Ends the session, cleanly if the network lets it, within two seconds in any case. Requests still waiting end as
    /// `Closed`.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub async fn close(&self) -> Result<()> {
        self.0.get()?.close().await;
        Ok(())
    }
}
