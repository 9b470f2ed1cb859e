//! One XMPP session: connect, log in, then one task that always drains the stream, so that what nobody reads never
//! holds up an answer. Knows stanzas, and nothing of Quoalise.

mod config;
mod connect;
mod guard;
mod login;
mod pump;
mod tap;

pub use config::{Config, Security};
#[cfg(feature = "fuzzing")]
pub(crate) use guard::guarded;
#[cfg(feature = "sandbox")]
pub(crate) use login::prepared;
pub(crate) use pump::Handler;
#[cfg(feature = "fuzzing")]
pub(crate) use tap::tapped;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::StreamExt;
use minidom::Element;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::{Event, StanzaStream, StreamEvent};
use xmpp_parsers::iq::{Iq, IqHeader, IqPayload};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::ping::Ping;
use xmpp_parsers::presence::{Presence, Type as PresenceType};

use crate::error::{Error, ErrorKind, Result};
use pump::{Order, Pump};

/// How many stanzas may be on their way into the stream at once; others wait their turn in the pump.
const ON_THE_WAY: usize = 256;

/// How long a clean end may take before the connection is cut.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A session that is online. Clones are the same session; the last one dropped ends it.
#[derive(Clone)]
pub(crate) struct Session(Arc<Inner>);

#[derive(Clone)]
pub(crate) struct WeakSession(std::sync::Weak<Inner>);

impl WeakSession {
    pub(crate) fn upgrade(&self) -> Option<Session> {
        self.0.upgrade().map(Session)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({})", self.0.jid)
    }
}

struct Inner {
    jid: Jid,
    orders: mpsc::UnboundedSender<Order>,
    over: Arc<OnceLock<Error>>,
    request_timeout: Duration,
    ids: Ids,
    // A runtime of the session's own: it works whatever runtime the caller has, or none, and when it goes, every
    // task and connection of the session goes with it.
    runtime: Option<Runtime>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Ends its runtime when dropped, also from within another runtime.
struct RuntimeGuard(Option<Runtime>);

impl Drop for RuntimeGuard {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A question to a peer.
pub(crate) enum Request {
    Get(Element),
    Set(Element),
}

impl Session {
    /// Connects, logs in and binds a resource, all within the configured time. No presence is sent yet.
    pub(crate) async fn open(config: &Config, handler: Box<dyn Handler>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            // Deadlines are looked at that often: a flood of stanzas makes each turn of a task a long one.
            .event_interval(4)
            .thread_name("quoalise")
            .enable_all()
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::Unreachable, "no thread could be started").caused_by(error)
            })?;
        let mut runtime = RuntimeGuard(Some(runtime));
        let operation = format!("connecting as {}", config.jid);
        let config = config.clone();
        let (request_timeout, limit) = (config.request_timeout, config.connect_timeout);
        let Some(handle) = runtime.0.as_ref().map(|runtime| runtime.handle().clone()) else {
            return Err(closed());
        };
        let opened = handle
            .spawn(async move {
                let deadline = Instant::now() + limit;
                let domain = config.jid.domain().to_string();
                match timeout_at(deadline, start(&config, handler)).await {
                    Ok(result) => result,
                    Err(_) => Err(Error::new(
                        ErrorKind::ConnectTimeout,
                        format!("the server of {domain} did not answer within {}", seconds(limit)),
                    )
                    .remedy("Check the address and the network, or allow more time")),
                }
            })
            .await;
        let (jid, orders, over) = match opened {
            Ok(opened) => opened.map_err(|error| error.during(operation))?,
            Err(error) => {
                return Err(
                    Error::new(ErrorKind::ConnectionLost, "the session's task failed").caused_by(error)
                );
            }
        };
        log::debug!("online as {jid}");
        let ids = Ids::new();
        Ok(Self(Arc::new(Inner { jid, orders, over, request_timeout, ids, runtime: runtime.0.take() })))
    }

    /// The full JID the server gave this session.
    pub(crate) fn jid(&self) -> &Jid {
        &self.0.jid
    }

    /// How long an answer may take, unless said otherwise.
    pub(crate) fn request_timeout(&self) -> Duration {
        self.0.request_timeout
    }

    /// Asks, and waits for the answer: it must come from the peer asked, under the same id, within the time.
    ///
    /// `to` is `None` for the own server.
    pub(crate) async fn request(
        &self,
        to: Option<&Jid>,
        request: Request,
        limit: Duration,
    ) -> Result<Option<Element>> {
        let id = self.0.ids.next();
        let payload = match request {
            Request::Get(payload) => IqPayload::Get(payload),
            Request::Set(payload) => IqPayload::Set(payload),
        };
        let iq = Iq::assemble(IqHeader { from: None, to: to.cloned(), id: id.clone() }, payload);
        let (answer, answered) = oneshot::channel();
        let deadline = Instant::now() + limit;
        self.order(Order::Request { iq: Box::new(iq), id, to: to.cloned(), deadline, limit, answer })?;
        answered.await.unwrap_or_else(|_| Err(self.over(lost)))
    }

    /// Sends a stanza that has no answer; done when it is written to the stream, which may take as long as an answer.
    pub(crate) async fn send(&self, stanza: impl Into<Stanza>) -> Result<()> {
        let (sent, done) = oneshot::channel();
        self.order(Order::Send { stanza: Box::new(stanza.into()), sent: Some(sent) })?;
        let Some(runtime) = &self.0.runtime else { return Err(closed()) };
        // The timer is the session's own: the caller may have no runtime.
        let limit = self.0.request_timeout;
        let written = runtime.handle().spawn(async move { timeout(limit, done).await }).await;
        match written {
            Ok(Ok(sent)) => sent.unwrap_or_else(|_| Err(self.over(lost))),
            Ok(Err(_)) => {
                let message = format!("the server has taken nothing for {}", seconds(limit));
                Err(Error::new(ErrorKind::NoAnswer, message).remedy("Close and connect again"))
            }
            Err(_) => Err(self.over(lost)),
        }
    }

    /// Sends a stanza without waiting; false where the session is over.
    pub(crate) fn send_soon(&self, stanza: impl Into<Stanza>) -> bool {
        self.order(Order::Send { stanza: Box::new(stanza.into()), sent: None }).is_ok()
    }

    /// Announces the session to its server. Messages to the bare JID only come to a priority of 0 and more.
    pub(crate) async fn announce(&self, priority: i8) -> Result<()> {
        self.send(presence(priority)).await
    }

    /// Done when all that the server had sent so far has come in.
    pub(crate) async fn catch_up(&self, limit: Duration) -> Result<()> {
        // A stream is in order: what was sent before the answer is here before it, even if the answer is an error.
        match self.request(None, Request::Get(Ping.into()), limit).await {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NoAnswer | ErrorKind::ConnectionLost | ErrorKind::Closed
                ) =>
            {
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Takes the announcement back: the server keeps messages from then on.
    pub(crate) async fn withdraw(&self) -> Result<()> {
        self.send(Presence::new(PresenceType::Unavailable)).await
    }

    /// Announces the session as if for the first time: Prosody hands over what it kept for an absent account only at
    /// the first presence of a session, even if that had a negative priority (XEP-0160 would have it later too).
    pub(crate) async fn announce_anew(&self, priority: i8) -> Result<()> {
        self.withdraw().await?;
        self.announce(priority).await
    }

    /// As [`announce`](Self::announce), without waiting.
    pub(crate) fn announce_soon(&self, priority: i8) -> bool {
        self.send_soon(presence(priority))
    }

    /// An id for a stanza of one's own.
    pub(crate) fn new_id(&self) -> String {
        self.0.ids.next()
    }

    /// For a task of the session, which must not keep it alive.
    pub(crate) fn downgrade(&self) -> WeakSession {
        WeakSession(Arc::downgrade(&self.0))
    }

    /// Runs a task beside the session; it ends with the session.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0.runtime {
            runtime.spawn(task);
        }
    }

    /// Waits, whatever runtime the caller has; an error where the session ends meanwhile.
    pub(crate) async fn sleep(&self, time: Duration) -> Result<()> {
        if time.is_zero() {
            return Ok(());
        }
        let Some(runtime) = &self.0.runtime else { return Err(closed()) };
        // The timer is the session's own, and is built there.
        let orders = self.0.orders.clone();
        let slept = runtime.handle().spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(time) => true,
                () = orders.closed() => false,
            }
        });
        if slept.await.unwrap_or(false) { Ok(()) } else { Err(self.over(lost)) }
    }

    /// Ends the stream cleanly, or cuts it after two seconds. Requests still waiting end as `Closed`.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.order(Order::Close { done }).is_ok() {
            let _ = closed.await;
        }
    }

    /// Never waits: the pump takes every order at once, and keeps its deadline from then on.
    fn order(&self, order: Order) -> Result<()> {
        self.0.orders.send(order).map_err(|_| self.over(closed))
    }

    /// Why the session is over.
    fn over(&self, otherwise: fn() -> Error) -> Error {
        self.0.over.get().cloned().unwrap_or_else(otherwise)
    }
}

type Started = (Jid, mpsc::UnboundedSender<Order>, Arc<OnceLock<Error>>);

async fn start(config: &Config, handler: Box<dyn Handler>) -> Result<Started> {
    let connected = connect::connect(config).await?;
    let connection = login::login(config, connected).await?;
    let domain = config.jid.domain().to_string();

    let (lost, mut is_lost) = mpsc::unbounded_channel();
    let mut first = Some(connection);
    let mut waiting = Vec::new();
    let reconnect = Box::new(move |_, slot: oneshot::Sender<_>| match first.take() {
        Some(connection) => drop(slot.send(connection)),
        None => {
            // Dropping the slot would panic the stream's task; it is kept until the runtime goes.
            waiting.push(slot);
            let _ = lost.send(());
        }
    });
    // The pump never lets more than ON_THE_WAY stanzas into the stream and always reads, so this depth is never
    // reached in either direction.
    let mut stream = StanzaStream::new(reconnect, 1 << 16);
    let failed = || {
        Error::new(ErrorKind::UnsuitableServer, format!("the server of {domain} would not bind the session"))
            .remedy("Try without naming a resource")
    };
    let jid = loop {
        tokio::select! {
            event = stream.next() => match event {
                Some(Event::Stream(StreamEvent::Reset { bound_jid, .. })) => break bound_jid,
                Some(_) => {}
                None => return Err(failed()),
            },
            _ = is_lost.recv() => return Err(failed()),
        }
    };
    let (orders, ordered) = mpsc::unbounded_channel();
    let over = Arc::new(OnceLock::new());
    tokio::spawn(Pump::new(stream, jid.clone(), ordered, is_lost, handler, over.clone()).run());
    Ok((jid, orders, over))
}

/// For a sentence: `30 s`, `0.5 s`.
fn seconds(duration: Duration) -> String {
    format!("{} s", (duration.as_secs_f64() * 10.0).round() / 10.0)
}

fn presence(priority: i8) -> Presence {
    let mut presence = Presence::new(PresenceType::None);
    presence.priority = xmpp_parsers::presence::Priority(priority);
    presence
}

pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the client is closed").remedy("Connect again")
}

fn lost() -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        "the connection was lost; whether the request was carried out is not known",
    )
    .remedy("Connect again; asking for history again is safe")
}

/// Ids nobody outside can guess, so that nobody can answer for another.
struct Ids {
    prefix: u64,
    next: std::sync::atomic::AtomicU64,
}

impl Ids {
    fn new() -> Self {
        let mut prefix = [0; 8];
        let _ = getrandom::fill(&mut prefix);
        Self { prefix: u64::from_ne_bytes(prefix), next: 1.into() }
    }

    fn next(&self) -> String {
        let count = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        format!("{:016x}-{count}", self.prefix)
    }
}
