//! One XMPP session, over as many connections as it takes: connect, log in, then one task through which everything
//! goes in and out, and which connects again where the network or the server fails. Knows stanzas, and nothing of
//! Quoalise.

mod config;
mod connect;
#[cfg(feature = "ffi")]
mod ending;
mod guard;
mod link;
mod login;
mod management;
mod masked;
mod pump;
mod requests;
mod state;
mod tap;

pub use config::{Config, Security};
#[cfg(feature = "ffi")]
pub use ending::end_all;
#[cfg(feature = "fuzzing")]
pub(crate) use guard::guarded;
#[cfg(feature = "sandbox")]
pub(crate) use login::prepared;
pub(crate) use management::Receipt;
pub(crate) use pump::{Change, Handler};
pub use state::{ConnectionState, States};
#[cfg(feature = "fuzzing")]
pub(crate) use tap::tapped;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use minidom::Element;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout};
use tokio_xmpp::Stanza;
use xmpp_parsers::iq::{Iq, IqHeader, IqPayload};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::ping::Ping;
use xmpp_parsers::presence::{Presence, Type as PresenceType};

use crate::error::{Error, ErrorKind, Result};
use crate::stanza::payload::is_cut;
use crate::threads::without_signals;
use pump::{Order, Pump};
use requests::{Answer, RequestOrder};

/// How long a clean end may take before the connection is cut.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A session that is online. Clones are the same session; the last one dropped ends it.
#[derive(Clone)]
pub(crate) struct Session(Arc<Inner>);

#[derive(Clone, Debug)]
pub(crate) struct WeakSession(std::sync::Weak<Inner>);

impl WeakSession {
    pub(crate) fn upgrade(&self) -> Option<Session> {
        self.0.upgrade().map(Session)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({})", self.shared.jid())
    }
}

struct Inner {
    orders: mpsc::UnboundedSender<Order>,
    shared: Arc<Shared>,
    request_timeout: Duration,
    ids: Ids,
    /// Closed when the stream is over.
    stream: watch::Receiver<()>,
    // A runtime of the session's own: it works whatever runtime the caller has, or none, and when it goes, every
    // task and connection of the session goes with it.
    runtime: Option<Runtime>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        // Nobody has the session any more. A stream that is merely cut would be kept by the server for minutes, with
        // all that is meant for it.
        let mut stream = self.stream.clone();
        if stream.has_changed().is_err() {
            return runtime.shutdown_background();
        }
        // Where that is refused, it is being ended already.
        let (done, _) = oneshot::channel();
        let _ = self.orders.send(Order::Close { done, in_silence: false });
        let runtime = RuntimeGuard(Some(runtime));
        let closing = std::thread::Builder::new().name("quoalise-close".to_owned());
        let close = move || {
            if let Some(runtime) = &runtime.0 {
                let _ = runtime.block_on(stream.changed());
            }
        };
        let _ = without_signals(|| closing.spawn(close));
    }
}

/// What the session's task tells of itself.
pub(super) struct Shared {
    jid: RwLock<Jid>,
    over: OnceLock<Error>,
    states: state::Teller,
    /// How often something that was sent may have got lost for good.
    lost: AtomicU64,
    managed: AtomicBool,
}

impl Shared {
    fn jid(&self) -> Jid {
        self.jid.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_jid(&self, jid: Jid) {
        *self.jid.write().unwrap_or_else(PoisonError::into_inner) = jid;
    }

    fn tell(&self, state: ConnectionState) {
        self.states.tell(state);
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

/// A question on its way. Dropped before it is written, it never is.
pub(crate) struct Asked {
    answer: oneshot::Receiver<Answer>,
    written: Arc<AtomicBool>,
    shared: Arc<Shared>,
}

impl Asked {
    pub(crate) async fn answer(&mut self) -> Answer {
        let answer = (&mut self.answer).await;
        let answer = answer.unwrap_or_else(|_| Err(self.shared.over.get().cloned().unwrap_or_else(lost)))?;
        // A list or a form would be short of something, and nobody would see it.
        if answer.as_ref().is_some_and(is_cut) {
            let message = "an element of the answer is too deep, or has too long a text, to be received";
            return Err(Error::new(ErrorKind::MalformedAnswer, message)
                .remedy("Ask for less at once; if it stays so, tell whoever runs the provider"));
        }
        Ok(answer)
    }

    /// Whether the peer may have got it.
    pub(crate) fn was_written(&self) -> bool {
        self.written.load(Ordering::Relaxed)
    }
}

/// A question to a peer.
pub(crate) enum Request {
    Get(Element),
    /// It is asked again by itself only where it cannot have arrived.
    Set(Element),
    /// One that does no harm if it is carried out twice.
    SafeSet(Element),
}

impl Session {
    /// Connects, logs in and binds a resource, all within the configured time. No presence is sent yet.
    pub(crate) async fn open(config: &Config, handler: Box<dyn Handler>) -> Result<Self> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        runtime.worker_threads(1).thread_name("quoalise").enable_all();
        let runtime = without_signals(|| runtime.build()).map_err(|error| {
            Error::new(ErrorKind::Unreachable, "no thread could be started").caused_by(error)
        })?;
        let mut runtime = RuntimeGuard(Some(runtime));
        let operation = format!("connecting as {}", config.jid);
        let config = Arc::new(config.clone());
        let request_timeout = config.request_timeout;
        let Some(handle) = runtime.0.as_ref().map(|runtime| runtime.handle().clone()) else {
            return Err(closed());
        };
        let shared = Arc::new(Shared {
            jid: RwLock::new(config.jid.clone()),
            over: OnceLock::new(),
            states: state::Teller::default(),
            lost: AtomicU64::new(0),
            managed: AtomicBool::new(false),
        });
        let (orders, ordered) = mpsc::unbounded_channel();
        let (stream, stream_over) = watch::channel(());
        let (task_config, task_shared) = (config.clone(), shared.clone());
        let opened = handle.spawn(async move {
            let dialed = link::dial(&task_config, &task_config.jid, None).await?;
            let pump = Pump::new(task_config, task_shared, dialed, ordered, handler, stream);
            tokio::spawn(pump.run());
            Ok(())
        });
        match opened.await {
            Ok(opened) => opened.map_err(|error: Error| error.during(operation))?,
            Err(error) => {
                return Err(
                    Error::new(ErrorKind::ConnectionLost, "the session's task failed").caused_by(error)
                );
            }
        }
        #[cfg(feature = "ffi")]
        ending::remember(&orders, stream_over.clone());
        let session = Self(Arc::new(Inner {
            orders,
            shared,
            request_timeout,
            ids: Ids::new(),
            stream: stream_over,
            runtime: runtime.0.take(),
        }));
        log::info!("online as {}", session.jid());
        Ok(session)
    }

    /// The full JID the server gave this session; another one perhaps after a reset.
    pub(crate) fn jid(&self) -> Jid {
        self.0.shared.jid()
    }

    /// How things stand with the connection.
    pub(crate) fn state(&self) -> ConnectionState {
        self.0.shared.states.state()
    }

    /// What becomes of it from now on.
    pub(crate) fn states(&self) -> States {
        self.0.shared.states.watch()
    }

    /// Whether the server counts what it sends, and keeps what it was not told of.
    pub(crate) fn is_managed(&self) -> bool {
        self.0.shared.managed.load(Ordering::Relaxed)
    }

    /// How often something that was sent may have got lost for good.
    pub(crate) fn losses(&self) -> u64 {
        self.0.shared.lost.load(Ordering::Relaxed)
    }

    /// How long an answer may take, unless said otherwise.
    pub(crate) fn request_timeout(&self) -> Duration {
        self.0.request_timeout
    }

    /// Asks, and waits for the answer: it must come from the peer asked, under the same id, within the time.
    ///
    /// `to` is `None` for the own server.
    pub(crate) async fn request(&self, to: Option<&Jid>, request: Request, limit: Duration) -> Answer {
        self.ask(to, request, limit)?.answer().await
    }

    /// As [`request`](Self::request), for a task that must not keep the session alive while it waits.
    pub(crate) fn ask(&self, to: Option<&Jid>, request: Request, limit: Duration) -> Result<Asked> {
        let is_safe = !matches!(request, Request::Set(_));
        let payload = match request {
            Request::Get(payload) => IqPayload::Get(payload),
            Request::Set(payload) | Request::SafeSet(payload) => IqPayload::Set(payload),
        };
        let iq = Iq::assemble(IqHeader { from: None, to: to.cloned(), id: self.0.ids.next() }, payload);
        let (answer, answered) = oneshot::channel();
        let written = Arc::new(AtomicBool::new(false));
        let asked = Asked { answer: answered, written: written.clone(), shared: self.0.shared.clone() };
        let deadline = Instant::now() + limit;
        let order =
            RequestOrder { iq: Box::new(iq), to: to.cloned(), deadline, limit, is_safe, written, answer };
        self.order(order.into())?;
        Ok(asked)
    }

    /// Sends a stanza that has no answer; done when it is written to the stream, which may take as long as an answer. It
    /// is sent again where the stream is lost before the server has it. Dropped before, nothing is sent.
    pub(crate) async fn send(&self, stanza: impl Into<Stanza>) -> Result<()> {
        let (sent, done) = oneshot::channel();
        self.order(Order::Send { stanza: Box::new(stanza.into()), sent: Some(sent) })?;
        let Some(runtime) = &self.0.runtime else { return Err(closed()) };
        // The timer is the session's own: the caller may have no runtime.
        let limit = self.0.request_timeout;
        let written = AbortOnDrop(runtime.handle().spawn(async move { timeout(limit, done).await }));
        match written.await {
            Ok(Ok(sent)) => sent.unwrap_or_else(|_| Err(self.over(lost))),
            Ok(Err(_)) => {
                // Dropping `done` has taken it back.
                let message =
                    format!("nothing was sent: the server has taken nothing for {}", seconds(limit));
                Err(Error::new(ErrorKind::Unreachable, message).remedy("Check the network, or try later"))
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
            Err(error) if is_no_answer(error.kind()) => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes the announcement back: the server keeps messages from then on.
    pub(crate) async fn withdraw(&self) -> Result<()> {
        self.send(Presence::new(PresenceType::Unavailable)).await
    }

    /// Has the handler asked whether there is room again.
    pub(crate) fn look(&self) {
        let _ = self.order(Order::Look);
    }

    /// As [`announce`](Self::announce), without waiting.
    pub(crate) fn announce_soon(&self, priority: i8) -> bool {
        self.send_soon(presence(priority))
    }

    /// As [`withdraw`](Self::withdraw), without waiting.
    pub(crate) fn withdraw_soon(&self) -> bool {
        self.send_soon(Presence::new(PresenceType::Unavailable))
    }

    /// Announces the session as if for the first time: Prosody hands over what it kept for an absent account only at
    /// the first presence of a session, even if that had a negative priority (XEP-0160 would have it later too).
    pub(crate) async fn announce_anew(&self, priority: i8) -> Result<()> {
        self.withdraw().await?;
        self.announce(priority).await
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
        if self.order(Order::Close { done, in_silence: false }).is_ok() {
            let _ = closed.await;
        }
    }

    /// Never waits: the pump takes every order at once, and keeps its deadline from then on.
    fn order(&self, order: Order) -> Result<()> {
        self.0.orders.send(order).map_err(|_| self.over(closed))
    }

    /// Why the session is over.
    fn over(&self, otherwise: fn() -> Error) -> Error {
        self.0.shared.over.get().cloned().unwrap_or_else(otherwise)
    }
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

/// The session's task failed, which it never should.
pub(crate) fn failed() -> Error {
    Error::new(ErrorKind::ConnectionLost, "the session ended by a fault of its own").remedy("Connect again")
}

/// A task that goes with whoever waits for it.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Future for AbortOnDrop<T> {
    type Output = Result<T, tokio::task::JoinError>;

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        std::pin::Pin::new(&mut self.0).poll(cx)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Whether a request ended without an answer of any kind.
pub(crate) fn is_no_answer(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NoAnswer
            | ErrorKind::ConnectionLost
            | ErrorKind::Unreachable
            | ErrorKind::Closed
            | ErrorKind::LoginRefused
            | ErrorKind::Replaced
            | ErrorKind::UnsuitableServer
            | ErrorKind::InvalidArgument
    )
}

/// Between 0 and 1.
pub(crate) fn random() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness all wait the same time, which is no great harm.
    let _ = getrandom::fill(&mut bytes);
    f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX)
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
