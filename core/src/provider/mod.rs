//! The other side: answer the commands of Quoalise, and push.
//!
//! A provider implements [`Service`], which gives histories, and [`Authorization`], which says who may read what, and
//! starts a [`Provider`] with both. Commands come in one call, as programs send them, or form by form, as a human's
//! client does (XEP-0050); the service sees no difference. Subscriptions are kept by the provider, in a file of SQLite
//! unless told otherwise: new data are handed to [`Provider::publish`], and go to all who have subscribed.

mod access;
mod answer;
mod commands;
mod listing;
mod push;
pub mod readings;
mod returned;
mod subscriptions;

pub use access::{Access, AccessList, Authorization, Everybody, Operation};
pub use commands::{OwnCommand, OwnRequest, OwnResult};
#[cfg(feature = "sqlite")]
pub use subscriptions::SqliteSubscriptions;
pub use subscriptions::{MemorySubscriptions, Subscriptions};

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::message::{Message, MessageType};
use xmpp_parsers::presence::{Presence, Type as PresenceType};

use crate::data::{Data, Identifier, Series};
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Change, Config, ConnectionState, Handler, Receipt, Session, States};
use crate::stanza::{NS_COMMANDS, NS_FORMS};
use access::DynAuthorization;
use answer::Work;
use push::Pace;
use returned::{Again, Returned};
use subscriptions::DynSubscriptions;

/// What a provider has to give. Errors go to the requester: [`Error::answer`] and [`Error::upstream`] with their text,
/// others without.
pub trait Service: Send + Sync + 'static {
    /// The values of a series over a period, in order of time. A payload without records says that there are none.
    fn get_history(&self, request: HistoryRequest) -> impl Future<Output = Result<Data>> + Send;

    /// The series there are, of all or of those that `prefix` covers; who may read which is asked of the
    /// [`Authorization`] afterwards. None by default: then nobody can find out what there is.
    fn series(&self, prefix: Option<Identifier>) -> impl Future<Output = Result<Vec<Series>>> + Send {
        let _ = prefix;
        std::future::ready(Ok(Vec::new()))
    }

    /// An account subscribes to a series, or to all below it, and may do so; an error refuses it. Accepted by default.
    fn subscribe(&self, request: SubscriptionRequest) -> impl Future<Output = Result<()>> + Send {
        let _ = request;
        std::future::ready(Ok(()))
    }

    /// An account that had subscribed no longer is.
    fn unsubscribe(&self, request: SubscriptionRequest) -> impl Future<Output = Result<()>> + Send {
        let _ = request;
        std::future::ready(Ok(()))
    }

    /// Commands of this provider's own, beside those of Quoalise. None by default.
    fn own_commands(&self) -> Vec<OwnCommand> {
        Vec::new()
    }

    /// Carries out one of them. Who may do so is for the service to say.
    fn run(&self, request: OwnRequest) -> impl Future<Output = Result<OwnResult>> + Send {
        let text = format!("there is no command {}", request.node);
        std::future::ready(Err(Error::answer(ErrorKind::NoSuchCommand, text)))
    }
}

/// What somebody asks for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HistoryRequest {
    /// Who asks. Rights belong to the bare JID.
    pub requester: BareJid,
    /// Which series.
    pub identifier: Identifier,
    /// From when, included.
    pub start: Option<Timestamp>,
    /// To when, excluded.
    pub end: Option<Timestamp>,
    /// No answer holds more records than this. Where there are more, the first so many and one more will do: the
    /// request is refused then, and the requester told which period fits.
    pub most: usize,
}

/// Who wants pushes of what, or no longer wants them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SubscriptionRequest {
    /// Who asks. Pushes go to the bare JID.
    pub requester: BareJid,
    /// Which series, or what several have in common.
    pub identifier: Identifier,
}

/// Bounds of a provider.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of an answer, or of a pushed message. A stanza over the server's limit ends the provider's stream, so a
    /// larger answer is refused instead, and a larger push goes in several. Default 250,000: stock servers let 256 KiB
    /// through.
    pub answer: usize,
    /// Requests worked on at once; others wait their turn. Default 64.
    pub concurrent: usize,
    /// Of these, requests of one account, so that nobody keeps others waiting. Default 16.
    pub per_requester: usize,
    /// Requests worked on or waiting, of all accounts; half as many of one. More are told to come later. Default 1,000.
    pub waiting: usize,
    /// How long one may take, waiting included. Default 60 s.
    pub request_timeout: Duration,
    /// Records of one pushed message; more go into several. Default 1,000.
    pub push_records: usize,
    /// Messages an account may be pushed at once, before they are paced. Default 20.
    pub push_burst: u32,
    /// Time between two messages to one account from then on: servers slow down, or cut off, who sends too much.
    /// Default 0.5 s; zero for no pace.
    pub push_interval: Duration,
    /// How long to wait before a push that came back is sent again: the first time, and at the most, doubling, half of it
    /// at random. Only what waiting may mend is sent again: a server that is away, an offline store that is full.
    /// Default 5 s and 10 min.
    pub push_again: (Duration, Duration),
    /// For how long since it was pushed first. Default 24 h; zero to send nothing again.
    pub push_again_within: Duration,
    /// Messages that wait for one account to be sent again, or behind such; beyond that the oldest are given up.
    /// Default 1,000.
    pub push_waiting: usize,
    /// Bytes of them for all accounts together, a thousand a message beside its payload; beyond that the oldest of whoever
    /// has most are given up. Default 64 MiB.
    pub push_waiting_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: 250_000,
            concurrent: 64,
            per_requester: 16,
            waiting: 1000,
            request_timeout: Duration::from_secs(60),
            push_records: 1000,
            push_burst: 20,
            push_interval: Duration::from_millis(500),
            push_again: (Duration::from_secs(5), Duration::from_secs(600)),
            push_again_within: Duration::from_secs(24 * 3600),
            push_waiting: 1000,
            push_waiting_bytes: 64 << 20,
        }
    }
}

/// A provider about to start; see [`Provider::builder`].
pub struct Builder<S> {
    service: S,
    authorization: Arc<dyn DynAuthorization>,
    subscriptions: Option<Arc<dyn DynSubscriptions>>,
    limits: Limits,
}

impl<S> std::fmt::Debug for Builder<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl<S: Service> Builder<S> {
    /// Where subscriptions are kept. By default in a file of SQLite for this account, in `$XDG_STATE_HOME/quoalise`
    /// or `~/.local/state/quoalise` (without the feature `sqlite`: in memory).
    pub fn subscriptions(mut self, store: impl Subscriptions) -> Self {
        self.subscriptions = Some(Arc::new(store));
        self
    }

    /// Other bounds than the [default](Limits) ones.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Logs in, and serves. The account's resource (`name@example.org/proxy`) is where consumers ask. Subscribers see
    /// the provider come, and go (RFC 6121 section 4.6).
    ///
    /// # Errors
    /// As [`Client::connect`](crate::Client::connect); `InvalidArgument` where the JID has no resource, or the
    /// subscriptions cannot be kept.
    pub async fn start(self, config: &Config) -> Result<Provider> {
        if config.jid.resource().is_none() {
            return Err(Error::new(ErrorKind::InvalidArgument, "the provider's account names no resource")
                .remedy("Consumers ask at a full address, such as name@example.org/proxy: choose one"));
        }
        let Self { service, authorization, subscriptions, limits } = self;
        let subscriptions = match subscriptions {
            Some(given) => given,
            None => default_subscriptions(&config.jid)?,
        };
        let (requests, mut requested) = tokio::sync::mpsc::unbounded_channel();
        let (tell_over, over) = tokio::sync::watch::channel(None);
        let reset = Arc::new(Notify::new());
        let (returned, mut begun) = Returned::new(limits);
        let returned = Arc::new(returned);
        let receiver =
            Receiver { requests, over: tell_over, reset: reset.clone(), returned: returned.clone() };
        let mut config = config.clone();
        config.exact_resource = true;
        let session = Session::open(&config, Box::new(receiver)).await?;
        let jid = session.jid();
        // Neither this task nor a request that takes its time may keep the session alive that they run in.
        let work = Work::new(
            service,
            authorization.clone(),
            subscriptions.clone(),
            session.downgrade(),
            jid,
            limits,
        );
        let work = Arc::new(work);
        session.spawn(async move {
            while let Some(request) = requested.recv().await {
                tokio::spawn(work.clone().take(request));
            }
        });
        session.announce(config.priority.unwrap_or(0)).await?;
        show(&session, &*subscriptions, &*authorization).await?;
        // In a new session the server knows nothing any more of whom the provider showed itself to.
        let (weak, known, rights) = (session.downgrade(), subscriptions.clone(), authorization.clone());
        session.spawn(async move {
            loop {
                reset.notified().await;
                let Some(session) = weak.upgrade() else { return };
                if let Err(error) = show(&session, &*known, &*rights).await {
                    log::warn!("not all subscribers were told that the provider is there: {error}");
                }
            }
        });
        let pace = Pace::default();
        let again = Arc::new(Again {
            returned: returned.clone(),
            session: session.downgrade(),
            authorization: authorization.clone(),
            subscriptions: subscriptions.clone(),
            pace: pace.clone(),
        });
        session.spawn(async move {
            while let Some(subscriber) = begun.recv().await {
                tokio::spawn(again.clone().run(subscriber));
            }
        });
        let losses = Arc::new(AtomicU64::new(session.losses()));
        Ok(Provider { session, authorization, subscriptions, limits, pace, returned, over, losses })
    }
}

/// Shows the provider to those who have subscribed, and still may.
async fn show(
    session: &Session,
    subscriptions: &dyn DynSubscriptions,
    authorization: &dyn DynAuthorization,
) -> Result<()> {
    let mut shown = BTreeSet::new();
    for (subscriber, identifier) in subscriptions.all().await? {
        let access = Access::new(subscriber.clone(), identifier, Operation::Subscribe);
        if !shown.contains(&subscriber) && authorization.authorize(&access).await.is_ok() {
            session.send(presence(subscriber.clone(), PresenceType::None)).await?;
            shown.insert(subscriber);
        }
    }
    Ok(())
}

#[cfg(feature = "sqlite")]
fn default_subscriptions(jid: &Jid) -> Result<Arc<dyn DynSubscriptions>> {
    let file = crate::state::file_of("subscriptions", jid, "sqlite").ok_or_else(|| {
        Error::new(ErrorKind::InvalidArgument, "there is no folder to keep subscriptions in")
            .remedy("Set HOME or XDG_STATE_HOME, or name a store for them")
    })?;
    Ok(Arc::new(SqliteSubscriptions::open(file)?))
}

#[cfg(not(feature = "sqlite"))]
fn default_subscriptions(_jid: &Jid) -> Result<Arc<dyn DynSubscriptions>> {
    Ok(Arc::new(MemorySubscriptions::new()))
}

/// To one account only: whoever has subscribed need not be on the roster (RFC 6121 section 4.6).
fn presence(to: BareJid, kind: PresenceType) -> Presence {
    Presence::new(kind).with_to(Jid::from(to))
}

/// A provider that is online. It serves until it is closed or dropped.
#[derive(Clone)]
pub struct Provider {
    session: Session,
    authorization: Arc<dyn DynAuthorization>,
    subscriptions: Arc<dyn DynSubscriptions>,
    limits: Limits,
    pace: Pace,
    returned: Arc<Returned>,
    over: tokio::sync::watch::Receiver<Option<Error>>,
    /// How often something had got lost when that was last told.
    losses: Arc<AtomicU64>,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Provider {
    /// A provider of this service, open to whom `authorization` lets in: [`Everybody`], an [`AccessList`], or your
    /// own.
    ///
    /// ```no_run
    /// # async fn example(thermometer: impl quoalise::provider::Service) -> quoalise::Result<()> {
    /// use quoalise::Config;
    /// use quoalise::provider::{Everybody, Provider};
    ///
    /// let account = Config::new("house@example.org/proxy", "secret")?;
    /// let provider = Provider::builder(thermometer, Everybody).start(&account).await?;
    /// provider.wait().await
    /// # }
    /// ```
    pub fn builder<S: Service>(service: S, authorization: impl Authorization) -> Builder<S> {
        Builder {
            service,
            authorization: Arc::new(authorization),
            subscriptions: None,
            limits: Limits::default(),
        }
    }

    /// The full JID consumers ask at.
    pub fn jid(&self) -> String {
        self.session.jid().to_string()
    }

    /// How things stand with the connection.
    pub fn state(&self) -> ConnectionState {
        self.session.state()
    }

    /// What becomes of it from now on.
    pub fn states(&self) -> States {
        self.session.states()
    }

    /// Waits until the provider is offline for good. A connection that is lost is made anew by itself before.
    ///
    /// # Errors
    /// `LoginRefused`, `Replaced`, `UnsuitableServer`, unless it was closed.
    pub async fn wait(&self) -> Result<()> {
        let mut over = self.over.clone();
        let over = match over.wait_for(Option::is_some).await {
            Ok(over) => over.clone(),
            Err(_) => None,
        };
        over.filter(|error| error.kind() != ErrorKind::Closed).map_or(Ok(()), Err)
    }

    /// Goes offline, within two seconds. What [waits](Self::waiting) to be sent again is lost.
    pub async fn close(&self) {
        self.session.close().await;
    }
}

/// Takes requests from the session's task.
struct Receiver {
    requests: tokio::sync::mpsc::UnboundedSender<Iq>,
    over: tokio::sync::watch::Sender<Option<Error>>,
    reset: Arc<Notify>,
    returned: Arc<Returned>,
}

impl Handler for Receiver {
    fn message(&mut self, message: Message, _receipt: Receipt) {
        if message.type_ == MessageType::Error {
            self.returned.came_back(&message);
        }
    }

    fn request(&mut self, request: Iq) -> Option<Iq> {
        if !commands::is_ours(&request) {
            return Some(request);
        }
        // Each is taken at once, and waits its turn or is refused then.
        self.requests.send(request).err().map(|refused| refused.0)
    }

    fn features(&self) -> &'static [&'static str] {
        use xmpp_parsers::ns::{DISCO_ITEMS, RSM};
        &[DISCO_ITEMS, NS_COMMANDS, NS_FORMS, RSM, crate::data::NS]
    }

    fn changed(&mut self, change: &Change) {
        if matches!(change, Change::Reset { .. }) {
            self.reset.notify_one();
        }
    }

    fn over(&mut self, error: &Error) {
        self.over.send_replace(Some(error.clone()));
    }
}
