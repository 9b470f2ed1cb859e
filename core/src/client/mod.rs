//! What an application calls: histories, subscriptions, pushes.

mod commands;
mod dataconnect;
mod fill;
mod inbox;
#[cfg(feature = "sqlite")]
mod journal;
mod listen;
mod outcome;
mod period;
mod seen;
mod stranded;

#[cfg(feature = "cli")]
pub(crate) use commands::Walk;
pub use commands::{CommandInfo, Execution};
#[cfg(feature = "cli")]
pub(crate) use dataconnect::check_usage_point;
pub use dataconnect::{AuthorizeRequest, AuthorizeUri, Consent, DatePeriod, Direction};
pub use fill::{FieldValue, Values};
#[cfg(feature = "cli")]
pub(crate) use fill::{is_field, missing, unknown_field};
#[cfg(feature = "ffi")]
pub(crate) use listen::Rest;
pub use listen::{Event, Hole, Listener, Listening, Push, WhenFull};
pub use outcome::{Outcome, Table};
pub use period::Period;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use xmpp_parsers::disco::DiscoInfoQuery;
use xmpp_parsers::jid::Jid;

use crate::data::{Data, Identifier};
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Config, ConnectionState, Request, Session, States, WeakSession};
use inbox::{Inbox, Receiver};
use outcome::data_of;

/// In how many answers a hole is filled at the most.
const MOST_PARTS: usize = 1000;

/// How long a sign of life may take; nobody who is there needs longer.
const AVAILABILITY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait before a subscription is looked at again whose provider was not there, at first and at the most.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

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

/// A client as its tasks know it, which must not keep it alive.
struct WeakClient {
    session: WeakSession,
    inbox: Arc<Inbox>,
    priorities: (i8, i8),
}

impl WeakClient {
    fn upgrade(&self) -> Option<Client> {
        let (quiet_priority, listening_priority) = self.priorities;
        Some(Client {
            session: self.session.upgrade()?,
            inbox: self.inbox.clone(),
            quiet_priority,
            listening_priority,
        })
    }
}

/// Whether a provider is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
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
    /// `InvalidArgument` for a CA file that cannot be used. Nothing is tried again by itself. A connection that is lost
    /// later is: see [`Config::reconnect`].
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
        client.inbox.set_flow(client.session.downgrade(), client.listening_priority);
        client.session.announce(client.quiet_priority).await?;
        client.session.spawn(look_after_subscriptions(client.downgrade()));
        client.session.spawn(stranded::fetch(client.inbox.clone()));
        client.session.spawn(look_at_what_is_full(client.inbox.clone()));
        Ok(client)
    }

    /// The full JID the server gave this session. It may change when the server has lost the session.
    pub fn jid(&self) -> String {
        self.session.jid().to_string()
    }

    /// How things stand with the connection.
    pub fn state(&self) -> ConnectionState {
        self.session.state()
    }

    /// What becomes of the connection from now on.
    pub fn states(&self) -> States {
        self.session.states()
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
    /// `InvalidArgument` where this client is listening already; `Unreachable` where there is no connection for too long,
    /// `Closed`.
    pub async fn listen(&self) -> Result<Listener> {
        self.listen_with(Listening::default()).await
    }

    /// As [`listen`](Self::listen), with a queue, a policy or a journal of the caller's.
    ///
    /// # Errors
    /// As [`listen`](Self::listen); `InvalidArgument` where the journal cannot be opened.
    pub async fn listen_with(&self, listening: Listening) -> Result<Listener> {
        let run = async {
            #[cfg(feature = "sqlite")]
            let journal = listening.journal.clone();
            if !self.inbox.begin(listening) {
                return Err(Error::new(ErrorKind::InvalidArgument, "this client is listening already")
                    .remedy("Use the listener there is, or drop it first"));
            }
            // The place is free again where nothing comes of it.
            let listener = Listener::new(self.inbox.clone(), self.session.clone(), self.quiet_priority);
            #[cfg(feature = "sqlite")]
            if let Some(journal) = journal {
                self.inbox.keep(&journal)?;
            }
            let before = self.inbox.came();
            self.session.announce_anew(self.listening_priority).await?;
            self.inbox.announced.notify_one();
            // Heard by the server, too: ejabberd keeps what comes in beside the announcement for the next one. Whatever
            // it hands out shows that it has.
            let limit = AVAILABILITY_TIMEOUT.min(self.session.request_timeout());
            let mut heard = std::pin::pin!(self.session.catch_up(limit));
            loop {
                let woken = std::pin::pin!(self.inbox.woken());
                if self.inbox.came() != before {
                    return Ok(listener);
                }
                match select(&mut heard, woken).await {
                    Either::Left((heard, _)) => return heard.map(|()| listener),
                    Either::Right(_) => {}
                }
            }
        };
        run.await.map_err(|error| error.during("listening"))
    }

    fn downgrade(&self) -> WeakClient {
        let priorities = (self.quiet_priority, self.listening_priority);
        WeakClient { session: self.session.downgrade(), inbox: self.inbox.clone(), priorities }
    }

    /// Asks a provider for what a hole in the pushes of a series may have swallowed: from its last record that was pushed
    /// before the hole (which is among them), or where there was none, from a day before the hole, until now. What does not
    /// fit into one answer is asked for in several, as far as the provider says what fits.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn fill(&self, hole: &Hole, provider: &str, identifier: &str) -> Result<Data> {
        let bare = provider_argument(provider)?.to_bare();
        let last = hole.lasts.get(&(bare, identifier.to_owned())).copied();
        let start = last.unwrap_or_else(|| {
            hole.since.checked_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::UNIX_EPOCH)
        });
        let end = hole.until.max(Timestamp::now()).max(start);
        let end = end.checked_add(SignedDuration::from_secs(1)).unwrap_or(end);
        let utc = |time: Timestamp| Some(time.to_zoned(TimeZone::UTC));
        let ask = async |start, end| {
            self.get_history(provider, identifier, &Period::new(utc(start), utc(end))?).await
        };
        let (mut before, mut start): (Option<Data>, _) = (None, start);
        for _ in 0..MOST_PARTS {
            let (answer, next) = match ask(start, end).await {
                Err(error) => match error.fitting_period() {
                    Some((_, fits)) if fits > start && fits < end => (ask(start, fits).await?, Some(fits)),
                    _ => return Err(error),
                },
                Ok(answer) => (answer, None),
            };
            let all = match before.take() {
                None => answer,
                Some(before) => {
                    let mut records = before.records().clone();
                    records.extend(answer.records());
                    Data::new(before.meta().clone(), records)
                }
            };
            match next {
                None => return Ok(all),
                Some(fits) => (before, start) = (Some(all), fits),
            }
        }
        let message =
            format!("{provider} gives so little at once that it takes more than {MOST_PARTS} answers");
        Err(Error::new(ErrorKind::TooLarge, message).remedy("Ask for the history of shorter periods"))
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
            ErrorKind::ConnectionLost
            | ErrorKind::Closed
            | ErrorKind::Unreachable
            | ErrorKind::Replaced
            | ErrorKind::LoginRefused => Err(error.during(format!("looking whether {provider} is there"))),
            _ => Ok(Availability::Online), // whoever refuses is there
        }
    }

    /// Ends the session, cleanly if the network lets it, within two seconds in any case. Requests still waiting, of
    /// other clones too, end as `Closed`.
    pub async fn close(&self) {
        self.session.close().await;
    }

    /// Subscribes once more, and tells where the provider will not have it; false where that is not known.
    async fn renew(&self, (provider, identifier): &(Jid, Identifier)) -> bool {
        match self.subscribe(provider.as_str(), identifier.as_str()).await {
            Ok(()) => true,
            Err(error) if is_refusal(error.kind()) && !error.kind().is_temporary() => {
                self.inbox.not_subscribed(provider.clone(), identifier.clone(), error);
                true
            }
            Err(error) => {
                log::debug!("it is not known whether a subscription is still there: {error}");
                matches!(error.kind(), ErrorKind::Closed | ErrorKind::Replaced | ErrorKind::LoginRefused)
            }
        }
    }

    async fn on_series(&self, node: &'static str, provider: &str, identifier: &str) -> Result<()> {
        let run = async {
            let identifier = identifier_argument(identifier)?;
            self.execute(provider, node, vec![("identifier", identifier.to_string())]).await?;
            self.inbox.subscribed(provider_argument(provider)?, identifier, node == "subscribe");
            Ok(())
        };
        run.await.map_err(|error: Error| error.during(format!("{node} of {identifier} at {provider}")))
    }
}

/// After a session was lost: whatever made the server forget it may have befallen providers too. To subscribe anew does
/// no harm where the subscription is still there.
async fn look_after_subscriptions(client: WeakClient) {
    let (mut unsure, mut wait) = (Vec::new(), LOOK_AGAIN.0);
    loop {
        tokio::select! {
            () = client.inbox.reset.notified() => (unsure, wait) = (client.inbox.subscriptions(), LOOK_AGAIN.0),
            // Where the server was down, providers may be back only after us.
            () = tokio::time::sleep(wait), if !unsure.is_empty() => wait = (2 * wait).min(LOOK_AGAIN.1),
        }
        for one in std::mem::take(&mut unsure) {
            let Some(client) = client.upgrade() else { return };
            // It may have been ended meanwhile.
            if client.inbox.is_subscribed(&one) && !client.renew(&one).await {
                unsure.push(one);
            }
        }
    }
}

async fn look_at_what_is_full(inbox: Arc<Inbox>) {
    loop {
        inbox.filled.notified().await;
        tokio::time::sleep(inbox::STALLED).await;
        inbox.look_again();
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
