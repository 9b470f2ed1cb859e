//! What an application calls: histories, subscriptions, pushes.

mod commands;
mod dataconnect;
mod fill;
mod inbox;
mod listen;
mod outcome;
mod period;

#[cfg(feature = "cli")]
pub(crate) use commands::Walk;
pub use commands::{CommandInfo, Execution};
#[cfg(feature = "cli")]
pub(crate) use dataconnect::check_usage_point;
pub use dataconnect::{AuthorizeRequest, AuthorizeUri, Consent, DatePeriod, Direction};
pub use fill::{FieldValue, Values};
#[cfg(feature = "cli")]
pub(crate) use fill::{is_field, missing, unknown_field};
pub use listen::{Event, Listener, Push};
pub use outcome::{Outcome, Table};
pub use period::Period;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use xmpp_parsers::disco::DiscoInfoQuery;
use xmpp_parsers::jid::Jid;

use crate::data::{Data, Identifier};
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Config, Request, Session};
use inbox::{Inbox, Receiver};
use outcome::data_of;

/// How long a sign of life may take; nobody who is there needs longer.
const AVAILABILITY_TIMEOUT: Duration = Duration::from_secs(10);

/// A connected account: asks providers for history, subscribes, and listens.
///
/// A client may be cloned and used from many tasks at once; all clones share one session, which ends with
/// [`close`](Self::close) or with the last of them. It works within any async runtime: the session has a thread of its
/// own.
///
/// ```no_run
/// # async fn example() -> quoalise::Result<()> {
/// use quoalise::{Client, Config, Period};
///
/// let client = Client::connect(&Config::new("app@example.org", "secret")?).await?;
/// let data = client
///     .get_history(
///         "sge-proxy@provider.example/proxy",
///         "urn:dev:prm:00000000000001_consumption/power/active/raw",
///         &Period::parse("2022-01-10T00:00:00+01:00", "2022-01-17T00:00:00+01:00")?,
///     )
///     .await?;
/// println!("{} records", data.records().len());
/// client.close().await;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    session: Session,
    inbox: Arc<Inbox>,
    quiet_priority: i8,
    listening_priority: i8,
}

/// Whether a provider is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Availability {
    /// It answers.
    Online,
    /// Its server says that nobody is at this address.
    Offline,
    /// Its server cannot be reached from ours.
    Unreachable,
    /// Neither it nor its server answers; it may have been cut off a moment ago.
    NoAnswer,
}

impl Client {
    /// Connects and logs in.
    ///
    /// # Errors
    /// `UnknownHost`, `Unreachable`, `ConnectTimeout`, `CertificateRefused`, `UnsuitableServer`, `LoginRefused`; also
    /// `InvalidArgument` for a CA file that cannot be used. Nothing is tried again by itself.
    pub async fn connect(config: &Config) -> Result<Self> {
        let inbox = Arc::new(Inbox::default());
        let session = Session::open(config, Box::new(Receiver(inbox.clone()))).await?;
        let client = Self {
            session,
            inbox,
            // Pushes must not come before it is known whose are trusted: they would be lost.
            quiet_priority: config.priority.filter(|priority| *priority < 0).unwrap_or(-1),
            listening_priority: config.priority.filter(|priority| *priority >= 0).unwrap_or(1),
        };
        client.inbox.set_own(client.session.jid().clone());
        client.session.announce(client.quiet_priority).await?;
        Ok(client)
    }

    /// The full JID the server gave this session.
    pub fn jid(&self) -> String {
        self.session.jid().to_string()
    }

    /// Asks a provider for the values of a series over a period, in one answer.
    ///
    /// `provider` is its full JID, resource included; `identifier` the name of the series. Times of the records are
    /// the starts of their intervals, UTC; units are the provider's (`W`, `Wh`, …). Gaps are records without a value.
    /// All `quoalise` elements of the answer are taken, their series one behind the other; what else stands in it (a
    /// form and notes for humans) is left out.
    ///
    /// # Errors
    /// `InvalidArgument`; the provider's answer (`NotAuthorized`, `BadRequest`, `TooLarge`, `NoSuchCommand`,
    /// `CommandFailed`, `UpstreamError`, `LimitReached`, `MalformedAnswer`); nobody there (`ProviderOffline`,
    /// `ServerUnreachable`, `NoAnswer`); `ConnectionLost`, `Closed`.
    pub async fn get_history(&self, provider: &str, identifier: &str, period: &Period) -> Result<Data> {
        let operation = || format!("getting the history of {identifier} from {provider}");
        let run = async {
            let mut fields = vec![("identifier", identifier_argument(identifier)?.to_string())];
            fields.extend(period.fields());
            data_of(provider, &self.execute(provider, "get_history", fields).await?)
        };
        run.await.map_err(|error| error.during(operation()))
    }

    /// Asks a provider to push new values of a series to this account from now on, also across reconnects. A prefix
    /// covers all series below it. Its pushes are trusted from here on; also where it is not known whether the
    /// subscription came about, as after `NoAnswer`, and not where it was refused.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn subscribe(&self, provider: &str, identifier: &str) -> Result<()> {
        let bare = provider_argument(provider)?.to_bare();
        let asking = self.inbox.asking(bare);
        let done = self.on_series("subscribe", provider, identifier).await;
        if done.as_ref().is_err_and(|error| is_refusal(error.kind())) {
            asking.refused();
        }
        done
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn unsubscribe(&self, provider: &str, identifier: &str) -> Result<()> {
        self.on_series("unsubscribe", provider, identifier).await
    }

    /// Takes pushes of this provider from now on, whatever its resource. Pushes of others are dropped and counted:
    /// in a federation anybody can send anybody a message.
    ///
    /// # Errors
    /// `InvalidArgument` where it is no JID.
    pub fn trust(&self, provider: &str) -> Result<()> {
        self.inbox.trust(jid_argument(provider)?.to_bare());
        Ok(())
    }

    /// How many messages of senders that are not trusted were dropped so far, unread: pushes and notices of consent.
    pub fn distrusted(&self) -> u64 {
        self.inbox.distrusted()
    }

    /// Listens to what trusted providers send by themselves: those of [`trust`](Self::trust),
    /// [`subscribe`](Self::subscribe) and [`authorize_uri`](Self::authorize_uri). What the server kept meanwhile comes
    /// first.
    ///
    /// # Errors
    /// `InvalidArgument` where this client is listening already; `ConnectionLost`, `Closed`.
    pub async fn listen(&self) -> Result<Listener> {
        if !self.inbox.begin() {
            return Err(Error::new(ErrorKind::InvalidArgument, "this client is listening already")
                .remedy("Use the listener there is, or drop it first"));
        }
        if let Err(error) = self.session.announce_anew(self.listening_priority).await {
            self.inbox.end();
            return Err(error.during("listening"));
        }
        Ok(Listener::new(self.inbox.clone(), self.session.clone(), self.quiet_priority))
    }

    /// Whether a provider is there, within ten seconds.
    ///
    /// # Errors
    /// `InvalidArgument`, `ConnectionLost`, `Closed`.
    pub async fn availability(&self, provider: &str) -> Result<Availability> {
        let to = provider_argument(provider)?;
        let limit = AVAILABILITY_TIMEOUT.min(self.session.request_timeout());
        let query = Request::Get(DiscoInfoQuery { node: None }.into());
        let Err(error) = self.session.request(Some(&to), query, limit).await else {
            return Ok(Availability::Online);
        };
        match error.kind() {
            ErrorKind::ProviderOffline => Ok(Availability::Offline),
            ErrorKind::ServerUnreachable => Ok(Availability::Unreachable),
            ErrorKind::NoAnswer => Ok(Availability::NoAnswer),
            ErrorKind::ConnectionLost | ErrorKind::Closed => {
                Err(error.during(format!("looking whether {provider} is there")))
            }
            _ => Ok(Availability::Online), // whoever refuses is there
        }
    }

    /// Ends the session, cleanly if the network lets it, within two seconds in any case. Requests still waiting, of
    /// other clones too, end as `Closed`.
    pub async fn close(&self) {
        self.session.close().await;
    }

    async fn on_series(&self, node: &'static str, provider: &str, identifier: &str) -> Result<()> {
        let run = async {
            let identifier = identifier_argument(identifier)?;
            self.execute(provider, node, vec![("identifier", identifier.to_string())]).await
        };
        run.await
            .map(drop)
            .map_err(|error: Error| error.during(format!("{node} of {identifier} at {provider}")))
    }
}

/// Whether nothing came of what was asked, for certain; otherwise the provider may have done it.
fn is_refusal(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidArgument
            | ErrorKind::NotAuthorized
            | ErrorKind::BadRequest
            | ErrorKind::TooLarge
            | ErrorKind::NoSuchCommand
            | ErrorKind::ProviderOffline
            | ErrorKind::SessionExpired
            | ErrorKind::CommandFailed
            | ErrorKind::UpstreamError
            | ErrorKind::LimitReached
    )
}

fn jid_argument(jid: &str) -> Result<Jid> {
    Jid::from_str(jid).map_err(|error| {
        Error::new(ErrorKind::InvalidArgument, format!("`{jid}` is not a JID"))
            .remedy("Write it as name@example.org/resource")
            .caused_by(error)
    })
}

/// Providers answer at one full JID: a request to the bare one would be answered by the server (RFC 6121).
fn provider_argument(provider: &str) -> Result<Jid> {
    let jid = jid_argument(provider)?;
    if jid.resource().is_none() {
        return Err(Error::new(ErrorKind::InvalidArgument, format!("`{provider}` names no resource"))
            .remedy("Give the provider's full address, such as name@example.org/proxy"));
    }
    Ok(jid)
}

fn identifier_argument(identifier: &str) -> Result<Identifier> {
    Identifier::new(identifier).map_err(|error| {
        Error::new(ErrorKind::InvalidArgument, "the identifier cannot be one")
            .remedy("Identifiers look like urn:dev:prm:00000000000001_consumption/power/active/raw")
            .caused_by(error)
    })
}
