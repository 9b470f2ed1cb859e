use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use minidom::{Element, Node};
use tokio::sync::Notify;
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::message::{Message, MessageType};

use crate::data::Data;
use crate::error::{Error, ErrorKind, Result};
use crate::senml::ReadOptions;
use crate::session::{Handler, Session};
use crate::stanza::payload;

/// How many pushes wait for a listener before the oldest are given up, counted and told; and how many bytes of them.
const QUEUED: usize = 10_000;
const QUEUED_BYTES: usize = 64 << 20;

/// How long a server may take to hand over what it had sent already.
const FINISH_TIMEOUT: Duration = Duration::from_secs(2);

/// New data a provider sent by itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Push {
    /// Who sent it, resource included.
    pub from: Jid,
    /// The stanza's id, where it has one.
    pub id: Option<String>,
    /// When it was sent: the stamp of a server that kept it meanwhile (XEP-0203), else when it came in.
    pub sent: Timestamp,
    /// Whether a server kept it while this account was away.
    pub delayed: bool,
    /// The data.
    pub data: Data,
}

/// What [`Listener::next`] gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "events are taken one at a time, and nearly all are pushes")]
pub enum Event {
    /// New data.
    Push(Push),
    /// A trusted provider sent something that cannot be read.
    Malformed {
        /// Who sent it.
        from: Jid,
        /// What is wrong with it.
        error: Error,
    },
    /// So many pushes were given up, because more came than were taken.
    Overflow {
        /// How many.
        dropped: u64,
    },
}

/// The pushes of trusted providers, in the order they came.
///
/// While it lives, the session announces a priority that lets the server deliver pushes to it; dropping it takes that
/// back, and later pushes are kept by the server for the next listener.
#[derive(Debug)]
pub struct Listener {
    inbox: Arc<Inbox>,
    session: Session,
    quiet_priority: i8,
}

impl Listener {
    pub(super) fn new(inbox: Arc<Inbox>, session: Session, quiet_priority: i8) -> Self {
        Self { inbox, session, quiet_priority }
    }

    /// The next event; waits for it. `None` when the client was closed.
    ///
    /// Cancelling the wait loses nothing.
    ///
    /// # Errors
    /// `ConnectionLost`, once what came before it has been taken.
    pub async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            // Registered before looking, so that nothing coming in between is missed.
            let woken = self.inbox.woken.notified();
            if let Some(event) = self.inbox.take() {
                return Ok(Some(event));
            }
            if let Some(over) = self.inbox.over() {
                return if over.kind() == ErrorKind::Closed { Ok(None) } else { Err(over) };
            }
            woken.await;
        }
    }

    /// Stops listening without losing anything: the server keeps what comes from here on, and what it had sent before
    /// is given back, in order.
    ///
    /// # Errors
    /// Beside what came in so far: `ConnectionLost`, or `NoAnswer` where the server does not answer within two
    /// seconds.
    pub async fn finish(self) -> (Vec<Event>, Result<()>) {
        let done = match self.session.withdraw().await {
            Ok(()) => self.session.catch_up(FINISH_TIMEOUT).await,
            Err(error) => Err(error),
        };
        let rest = std::iter::from_fn(|| self.inbox.take()).collect();
        (rest, done)
    }

    /// How many pushes of senders that are not trusted were dropped, unread.
    pub fn distrusted(&self) -> u64 {
        self.inbox.lock().distrusted
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.inbox.lock().listening = false;
        self.session.announce_soon(self.quiet_priority);
    }
}

/// What has come in and was not taken yet.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
    woken: Notify,
}

#[derive(Default)]
struct State {
    trusted: BTreeSet<BareJid>,
    told: BTreeSet<BareJid>,
    listening: bool,
    queue: VecDeque<Received>,
    queued_bytes: usize,
    dropped: u64,
    distrusted: u64,
    over: Option<Error>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("queued", &self.queue.len()).finish_non_exhaustive()
    }
}

impl State {
    fn pop(&mut self) -> Option<Received> {
        let oldest = self.queue.pop_front()?;
        self.queued_bytes -= oldest.bytes;
        Some(oldest)
    }
}

/// About how many bytes a tree takes.
fn weight(element: &Element) -> usize {
    let attributes: usize = element.attrs().iter().map(|(_, value)| value.len() + 100).sum();
    let nodes = element.nodes().map(|node| match node {
        Node::Element(child) => weight(child),
        Node::Text(text) => text.len(),
    });
    300 + attributes + nodes.sum::<usize>()
}

/// A push as it came, decoded only when it is taken: the session's task must not wait for that.
struct Received {
    from: Jid,
    id: Option<String>,
    stamp: Option<Result<Timestamp>>,
    at: Timestamp,
    payload: Element,
    bytes: usize,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False where it was trusted already.
    pub(super) fn trust(&self, provider: BareJid) -> bool {
        self.lock().trusted.insert(provider)
    }

    pub(super) fn distrust(&self, provider: &BareJid) {
        self.lock().trusted.remove(provider);
    }

    /// False where somebody listens already.
    pub(super) fn begin(&self) -> bool {
        !std::mem::replace(&mut self.lock().listening, true)
    }

    pub(super) fn end(&self) {
        self.lock().listening = false;
    }

    fn take(&self) -> Option<Event> {
        let received = {
            let mut state = self.lock();
            let dropped = std::mem::take(&mut state.dropped);
            if dropped > 0 {
                return Some(Event::Overflow { dropped });
            }
            state.pop()?
        };
        Some(received.decode())
    }

    fn over(&self) -> Option<Error> {
        self.lock().over.clone()
    }

    fn receive(&self, mut message: Message) {
        if message.type_ == MessageType::Error {
            return;
        }
        let Some(from) = message.from else { return };
        let Some(payload) = message.payloads.iter().position(payload::is_payload) else { return };
        let payload = message.payloads.swap_remove(payload);
        let mut state = self.lock();
        let sender = from.to_bare();
        if !state.trusted.contains(&sender) {
            state.distrusted += 1;
            if state.told.len() < 1000 && state.told.insert(sender.clone()) {
                log::warn!("pushes of {sender} are dropped: it is not among the providers trusted here");
            }
            return;
        }
        let bytes = weight(&payload);
        state.queued_bytes += bytes;
        while state.queue.len() >= QUEUED || (state.queued_bytes > QUEUED_BYTES && !state.queue.is_empty()) {
            state.pop();
            state.dropped += 1;
        }
        let delay = message.payloads.iter().find(|payload| payload.is("delay", "urn:xmpp:delay"));
        let stamp = delay.map(|delay| {
            let stamp = delay.attr("stamp").and_then(|stamp| stamp.parse().ok());
            stamp.ok_or_else(|| {
                let message = format!("a push of {from} cannot be read: when it was sent is no time");
                Error::new(ErrorKind::MalformedAnswer, message)
            })
        });
        state.queue.push_back(Received {
            id: message.id.map(|id| id.0),
            stamp,
            at: Timestamp::now(),
            payload,
            bytes,
            from,
        });
        drop(state);
        self.woken.notify_waiters();
    }
}

impl Received {
    fn decode(self) -> Event {
        let Self { from, id, stamp, at, payload, bytes: _ } = self;
        let delayed = stamp.is_some();
        let data = stamp.unwrap_or(Ok(at)).and_then(|sent| {
            // Relative times count from when the push was sent (RFC 8428 section 4.8).
            let data = payload::read(&payload, &ReadOptions::at(sent)).map_err(|error| {
                Error::new(ErrorKind::MalformedAnswer, format!("a push of {from} cannot be read: {error}"))
                    .caused_by(error)
            })?;
            Ok((sent, data))
        });
        match data {
            Ok((sent, data)) => Event::Push(Push { from, id, sent, delayed, data }),
            Err(error) => Event::Malformed { from, error },
        }
    }
}

/// The side of the inbox that the session's task sees.
pub(super) struct Receiver(pub(super) Arc<Inbox>);

impl Handler for Receiver {
    fn message(&mut self, message: Message) {
        self.0.receive(message);
    }

    fn over(&mut self, error: &Error) {
        self.0.lock().over = Some(error.clone());
        self.0.woken.notify_waiters();
    }
}
