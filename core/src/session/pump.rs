//! The session's one task: everything in and out of the stream goes through here, over one connection after another.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_xmpp::Stanza;
use tokio_xmpp::xmlstream::RawStanzaHeader;
use xmpp_parsers::disco::{DiscoInfoResult, Identity};
use xmpp_parsers::iq::{Iq, IqHeader, IqPayload};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::message::Message;
use xmpp_parsers::ns;
use xmpp_parsers::ping::Ping;
use xmpp_parsers::presence::{Presence, Type as PresenceType};
use xmpp_parsers::sm::StreamId;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};
use xmpp_parsers::version::VersionResult;

use super::config::Config;
use super::link::{Begun, Dialed, Ending, Incoming, Link, New, Resumption, dial};
use super::management::{Inbound, Outbox, Outgoing, Receipt, mark};
use super::requests::{Answer, RequestOrder, Requests};
use super::{CLOSE_TIMEOUT, ConnectionState, Shared, closed, failed, random};
use crate::error::{Error, ErrorKind, Result};
use crate::stanza;

/// How many answers of ours may wait to be written; whoever asks faster than they go gets none for a while.
const ANSWERS: usize = 2560;

/// How often in a row a server may send what is no XML before it is given up.
const GARBLED: u32 = 3;

/// A connection that lived that long was a good one: the next attempt need not wait as long as the one before.
const GOOD: Duration = Duration::from_secs(10);

/// For how long nobody is told that a session is over which was ended in silence.
const SILENCE: Duration = Duration::from_secs(1);

/// Who is told what comes in. Called from the session's task, so it must never wait.
pub(crate) trait Handler: Send + 'static {
    /// A message came. The server may forget it when the receipt is dropped.
    fn message(&mut self, _message: Message, _receipt: Receipt) {}
    /// A presence came.
    fn presence(&mut self, _presence: Presence) {}
    /// A peer asks (a get or a set). The request is given back where it is not for this handler.
    fn request(&mut self, request: Iq) -> Option<Iq> {
        Some(request)
    }
    /// Features to tell in disco#info (XEP-0030), beside those every session has.
    fn features(&self) -> &'static [&'static str] {
        &[]
    }
    /// All that had come in was given; to wake whoever waits for it once, and not for each.
    fn caught_up(&mut self) {}
    /// Whether there is room for more. Where there is none, nothing is read until the session is told to look; answers
    /// wait too.
    fn has_room(&self) -> bool {
        true
    }
    /// The session is there, at this address.
    fn bound(&mut self, _jid: &Jid) {}
    /// The connection was lost, or is there again.
    fn changed(&mut self, _change: &Change) {}
    /// The session is over, for this reason; nothing more will come.
    fn over(&mut self, _error: &Error) {}
}

/// What became of the connection.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// It was lost, and is being made anew.
    Interrupted(Error),
    /// It is there again, and nothing was lost.
    Resumed,
    /// It is there again, in a new session: what was sent to the old one may be lost. All that came before `since` is
    /// here.
    Reset { since: Timestamp, jid: Jid },
}

pub(super) enum Order {
    Request(RequestOrder),
    Send {
        stanza: Box<Stanza>,
        sent: Option<oneshot::Sender<Result<()>>>,
    },
    Close {
        done: oneshot::Sender<()>,
        /// Whether those who wait for something are told only a while after the stream is over.
        in_silence: bool,
    },
    /// To look whether there is room again.
    Look,
}

/// The connection, or the way to the next one.
enum Line {
    Up(Box<Link>),
    Down(Pin<Box<dyn Future<Output = Result<Dialed>> + Send>>),
}

#[allow(clippy::large_enum_variant, reason = "one at a time, and nearly all are stanzas")]
enum Event {
    Incoming(Incoming),
    Dialed(Result<Dialed>),
}

impl Line {
    async fn next(
        &mut self,
        outbox: &mut Outbox,
        requests: &mut Requests,
        inbound: &Inbound,
        handler: &mut dyn Handler,
        may_read: bool,
    ) -> Event {
        match self {
            Self::Up(link) => {
                let incoming = poll_fn(|cx| {
                    let incoming = link.poll(cx, outbox, requests, inbound, may_read);
                    if incoming.is_pending() {
                        handler.caught_up();
                    }
                    incoming
                });
                Event::Incoming(incoming.await)
            }
            Self::Down(dialing) => Event::Dialed(dialing.await),
        }
    }
}

pub(super) struct Pump {
    config: Arc<Config>,
    shared: Arc<Shared>,
    line: Line,
    jid: Jid,
    orders: mpsc::UnboundedReceiver<Order>,
    handler: Box<dyn Handler>,
    requests: Requests,
    outbox: Outbox,
    inbound: Arc<Inbound>,
    /// By which name the server resumes the session.
    resumption: Option<StreamId>,
    /// The last presence that was announced to all, to be announced again in a new session.
    presence: Option<Presence>,
    /// Since when the connection is there.
    up: Instant,
    /// When the last sign of the server came.
    since: Timestamp,
    /// Why there is no connection, and how often one was tried since.
    down: Option<Error>,
    attempts: u32,
    garbled: u32,
    early: Vec<Stanza>,
    /// Dropped when the stream is over.
    stream: Option<watch::Sender<()>>,
    _last_word: LastWord,
}

/// Tells that the session is over, if nothing else has.
struct LastWord(Arc<Shared>);

impl Drop for LastWord {
    fn drop(&mut self) {
        if self.0.over.set(failed()).is_ok() {
            self.0.tell(ConnectionState::Closed { error: Some(failed()) });
        }
    }
}

impl Pump {
    pub(super) fn new(
        config: Arc<Config>,
        shared: Arc<Shared>,
        dialed: Dialed,
        orders: mpsc::UnboundedReceiver<Order>,
        handler: Box<dyn Handler>,
        stream: watch::Sender<()>,
    ) -> Self {
        let jid = config.jid.clone();
        let mut pump = Self {
            _last_word: LastWord(shared.clone()),
            config,
            shared,
            line: Line::Up(dialed.link),
            jid,
            orders,
            handler,
            requests: Requests::default(),
            outbox: Outbox::default(),
            inbound: Arc::default(),
            resumption: None,
            presence: None,
            up: Instant::now(),
            since: Timestamp::now(),
            down: None,
            attempts: 0,
            garbled: 0,
            early: Vec::new(),
            stream: Some(stream),
        };
        if let Begun::New(new) = dialed.begun {
            pump.begin(*new);
        }
        pump.handler.bound(&pump.jid);
        pump.shared.tell(ConnectionState::Online);
        pump
    }

    pub(super) async fn run(mut self) {
        self.receive_early();
        let mut could_read = true;
        let (reason, closing) = loop {
            let may_read = self.handler.has_room();
            // What came meanwhile was not looked at: that was not the server's silence.
            if let (true, false, Line::Up(link)) = (may_read, could_read, &mut self.line) {
                link.lives();
            }
            could_read = may_read;
            let deadline =
                [self.requests.deadline(), self.link_deadline(may_read)].into_iter().flatten().min();
            let handler = &mut *self.handler;
            let over = tokio::select! {
                event = self.line.next(&mut self.outbox, &mut self.requests, &self.inbound, handler, may_read) => {
                    match event {
                        Event::Incoming(incoming) => self.incoming(incoming),
                        Event::Dialed(dialed) => self.dialed(dialed),
                    }
                }
                order = self.orders.recv() => match order {
                    Some(Order::Close { done, in_silence }) => break (closed(), Some((done, in_silence))),
                    Some(order) => {
                        self.take(order);
                        Ok(())
                    }
                    // Nobody has the session any more.
                    None => break (closed(), None),
                },
                () = self.inbound.handled.notified() => {
                    if let Line::Up(link) = &mut self.line {
                        link.handled(&self.inbound);
                    }
                    Ok(())
                }
                () = until(deadline) => {
                    self.requests.expire(&self.jid, self.down.as_ref());
                    self.check(may_read)
                }
            };
            if let Err(error) = over {
                break (error, None);
            }
        };
        self.end(reason, closing).await;
    }

    async fn end(mut self, reason: Error, closing: Option<(oneshot::Sender<()>, bool)>) {
        if reason.kind() != ErrorKind::Closed {
            log::warn!("the session of {} is over: {reason}", self.jid);
        }
        // Before the orders end, so that whoever is refused one learns why.
        let _ = self.shared.over.set(reason.clone());
        self.orders.close();
        let (done, in_silence) = closing.unzip();
        if in_silence == Some(true) {
            self.end_stream().await;
            sleep(SILENCE).await;
        }
        self.requests.refuse(&reason);
        while let Ok(order) = self.orders.try_recv() {
            refuse(order, &reason);
        }
        self.handler.over(&reason);
        let error = Some(reason.clone()).filter(|reason| reason.kind() != ErrorKind::Closed);
        self.shared.tell(ConnectionState::Closed { error });
        self.end_stream().await;
        self.outbox.refuse(&reason);
        if let Some(done) = done {
            let _ = done.send(());
        }
    }

    async fn end_stream(&mut self) {
        let never = Box::pin(std::future::pending());
        if let Line::Up(link) = std::mem::replace(&mut self.line, Line::Down(never)) {
            let close = link.close(&mut self.outbox, &mut self.requests, &self.inbound);
            if timeout(CLOSE_TIMEOUT, close).await.is_err() {
                log::debug!("the stream of {} was cut, as it did not end in time", self.jid);
            }
        }
        self.stream.take();
    }

    fn link_deadline(&self, may_read: bool) -> Option<Instant> {
        match &self.line {
            // Whoever does not listen cannot say that nobody speaks.
            Line::Up(link) => [may_read.then(|| link.deadline()), link.ack_at()].into_iter().flatten().min(),
            Line::Down(_) => None,
        }
    }

    fn check(&mut self, may_read: bool) -> Result<()> {
        let Line::Up(link) = &mut self.line else { return Ok(()) };
        link.tell();
        if !may_read {
            return Ok(());
        }
        let probe = || Stanza::Iq(Iq::from_get("alive", Ping));
        match link.check(&mut self.outbox, probe) {
            Some(error) => self.interrupted(Ending::new(error)),
            None => Ok(()),
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Request(order) => {
                let (id, iq) = self.requests.add(order);
                self.outbox.push(Outgoing::new(Stanza::Iq(*iq), Some(id)));
            }
            Order::Send { stanza, sent } => {
                if let Stanza::Presence(presence) = &*stanza
                    && presence.to.is_none()
                {
                    self.presence = Some(presence.clone());
                }
                self.outbox.push(Outgoing::new(*stanza, None).telling(sent));
            }
            Order::Close { .. } | Order::Look => {}
        }
    }

    /// An error where the session is over for good.
    fn incoming(&mut self, incoming: Incoming) -> Result<()> {
        if !matches!(incoming, Incoming::Ended(_)) {
            self.since = Timestamp::now();
            self.garbled = 0;
        }
        match incoming {
            Incoming::Stanza(stanza) => {
                if let Some(receipt) = self.inbound.receive(&stanza) {
                    self.receive(stanza, receipt);
                }
            }
            Incoming::Broken(name, header) => self.broken(&name, header),
            Incoming::Acknowledged(h) => {
                if !self.outbox.acknowledge(h) {
                    return self.miscounted();
                }
            }
            Incoming::Nothing => {}
            Incoming::Ended(ending) => return self.interrupted(ending),
        }
        Ok(())
    }

    /// A stanza that cannot be understood.
    fn broken(&mut self, name: &str, header: RawStanzaHeader) {
        let RawStanzaHeader { from, id, type_, .. } = header;
        let kind = ["message", "presence", "iq"].iter().position(|known| *known == name).unwrap_or(0) as u8;
        let receipt = self.inbound.receive(&mark(kind, from.as_deref(), id.as_deref()));
        if receipt.is_none() {
            return;
        }
        log::warn!("a stanza ({name}) came that cannot be understood; it was dropped");
        // If it is an answer, nothing better will come.
        let is_answer = name == "iq" && !matches!(type_.as_deref(), Some("get" | "set"));
        if let (true, Some(id)) = (is_answer, id) {
            let from = from.map(|from| from.parse::<Jid>());
            if let Ok(from) = from.transpose() {
                self.answered(from, &id, |peer| {
                    let message = format!("the answer of {peer} cannot be understood");
                    Err(Error::new(ErrorKind::MalformedAnswer, message).remedy("Tell who runs it"))
                });
            }
        }
    }

    /// The server counts otherwise than we do: what it says of the old session cannot be relied on.
    fn miscounted(&mut self) -> Result<()> {
        self.resumption = None;
        let message = "the server says that it got more than was sent";
        self.interrupted(Ending::new(Error::new(ErrorKind::ConnectionLost, message)))
    }

    fn interrupted(&mut self, ending: Ending) -> Result<()> {
        let Ending { error, by_server, garbled } = ending;
        // A server that goes, or is busy, does not mean what was sent.
        if by_server && error.kind() != ErrorKind::Unreachable {
            self.outbox.struck();
        }
        if is_fatal(error.kind()) {
            return Err(error);
        }
        self.garbled += u32::from(garbled);
        if self.garbled >= GARBLED {
            let message = format!("the server of {} keeps sending what is no XML", self.jid.domain());
            return Err(Error::new(ErrorKind::UnsuitableServer, message).remedy(super::connect::ASK_OPERATOR));
        }
        if self.up.elapsed() >= GOOD {
            self.attempts = 0;
        }
        log::warn!("the connection of {} was lost: {}", self.jid, error.message());
        self.handler.changed(&Change::Interrupted(error.clone()));
        self.shared.tell(ConnectionState::Interrupted { error: error.clone() });
        self.redial(error);
        Ok(())
    }

    fn redial(&mut self, why: Error) {
        let (first, longest) = self.config.reconnect;
        let wait = first.saturating_mul(1 << self.attempts.min(20)).min(longest);
        let wait = wait / 2 + wait.mul_f64(random()) / 2;
        self.attempts += 1;
        log::debug!("connecting again in {wait:.1?}");
        self.down = Some(why);
        let resumption = self.resumption.clone().map(|id| Resumption { id, h: self.inbound.resume() });
        let (config, shared, jid) = (self.config.clone(), self.shared.clone(), self.jid.clone());
        self.line = Line::Down(Box::pin(async move {
            sleep(wait).await;
            shared.tell(ConnectionState::Connecting);
            dial(&config, &jid, resumption).await
        }));
    }

    fn dialed(&mut self, dialed: Result<Dialed>) -> Result<()> {
        let Dialed { link, begun } = match dialed {
            Ok(dialed) => dialed,
            Err(error) if is_fatal(error.kind()) => return Err(error.during("connecting again")),
            Err(error) => {
                // Once for each reason: an expired certificate wants somebody to act, and a night without network is no
                // news every minute.
                let is_news = self.down.as_ref().is_none_or(|before| before.kind() != error.kind());
                let level = if is_news { log::Level::Warn } else { log::Level::Debug };
                log::log!(level, "no connection for {} yet: {error}", self.jid);
                self.redial(error);
                return Ok(());
            }
        };
        self.line = Line::Up(link);
        (self.up, self.down) = (Instant::now(), None);
        match begun {
            Begun::Resumed { h } => {
                if !self.outbox.resumed(h) {
                    return self.miscounted();
                }
                log::info!("the session of {} goes on", self.jid);
                self.handler.changed(&Change::Resumed);
                self.shared.tell(ConnectionState::Resumed);
            }
            Begun::New(new) => {
                let since = self.since;
                if !self.begin(*new) {
                    self.shared.lost.fetch_add(1, Ordering::Relaxed);
                }
                let waiting = self.outbox.requests();
                for (id, iq) in self.requests.reset(|id| waiting.contains(id)) {
                    self.outbox.push(Outgoing::new(Stanza::Iq(*iq), Some(id)));
                }
                if let Some(presence) = self.presence.as_ref().filter(|last| last.type_ == PresenceType::None)
                {
                    self.outbox.push_first(Outgoing::new(Stanza::Presence(presence.clone()), None));
                }
                log::info!("online again as {}, in a new session", self.jid);
                self.handler.changed(&Change::Reset { since, jid: self.jid.clone() });
                self.shared.tell(ConnectionState::Reset { since });
                self.receive_early();
            }
        }
        Ok(())
    }

    /// A new session begins. False where something sent in the old one may be lost.
    fn begin(&mut self, new: New) -> bool {
        let New { jid, managed, id, h, early } = new;
        self.shared.set_jid(jid.clone());
        self.shared.managed.store(managed, Ordering::Relaxed);
        (self.jid, self.resumption, self.early, self.inbound) = (jid, id, early, Arc::default());
        self.outbox.reset(h, managed)
    }

    /// What came before the server began to count.
    fn receive_early(&mut self) {
        for stanza in std::mem::take(&mut self.early) {
            let receipt = Receipt::uncounted(&self.inbound);
            self.receive(stanza, receipt);
        }
    }

    fn receive(&mut self, stanza: Stanza, receipt: Receipt) {
        match stanza {
            Stanza::Message(message) => self.handler.message(message, receipt),
            Stanza::Presence(presence) => self.handler.presence(presence),
            Stanza::Iq(iq) => match iq {
                Iq::Result { from, id, payload, .. } => self.answered(from, &id, |_| Ok(payload)),
                Iq::Error { from, id, error, .. } => {
                    self.answered(from, &id, |peer| Err(stanza::error::read(&error, peer)));
                }
                request => {
                    if self.outbox.waiting() < ANSWERS
                        && let Some(reply) = self.reply(request)
                    {
                        self.outbox.push(Outgoing::new(Stanza::Iq(reply), None));
                    }
                }
            },
        }
    }

    fn answered(&mut self, from: Option<Jid>, id: &str, answer: impl FnOnce(&str) -> Answer) {
        let Some(asked) = self.requests.asked(id) else { return };
        if !self.is_from(from.as_ref(), asked) {
            log::warn!("an answer came from someone who was not asked; it was dropped");
            return;
        }
        let peer = asked.map_or_else(|| self.jid.domain().to_string(), ToString::to_string);
        self.requests.answer(id, answer(&peer));
    }

    /// Whether an answer comes from the peer that was asked. The own server may leave `from` out, or answer as the
    /// account or as itself (RFC 6120 section 8.1.2.1).
    fn is_from(&self, from: Option<&Jid>, asked: Option<&Jid>) -> bool {
        match (from, asked) {
            (Some(from), Some(asked)) => from == asked,
            (None, None) => true,
            (None, Some(asked)) => *asked == self.jid.to_bare(),
            (Some(from), None) => {
                *from == self.jid
                    || *from == self.jid.to_bare()
                    || from.to_string() == self.jid.domain().as_str()
            }
        }
    }

    /// What every session answers by itself; the rest is the handler's.
    fn reply(&mut self, request: Iq) -> Option<Iq> {
        let (Iq::Get { payload, .. } | Iq::Set { payload, .. }) = &request else { return None };
        let result = if matches!(request, Iq::Set { .. }) {
            None
        } else if payload.is("ping", ns::PING) {
            Some(None)
        } else if payload.is("query", ns::VERSION) {
            let (name, version) = ("Quoalise".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
            Some(Some(VersionResult { name, version, os: None }.into()))
        } else if payload.is("query", ns::DISCO_INFO) && payload.attr("node").is_none() {
            Some(Some(self.info().into()))
        } else {
            None
        };
        let request = match result {
            Some(_) => request,
            None => self.handler.request(request)?,
        };
        let (header, _) = request.split();
        let payload = match result {
            Some(payload) => IqPayload::Result(payload),
            None => IqPayload::Error(StanzaError::new(
                ErrorType::Cancel,
                DefinedCondition::ServiceUnavailable,
                "en",
                "this is not served here",
            )),
        };
        Some(IqHeader { from: None, to: header.from, id: header.id }.assemble(payload))
    }

    fn info(&self) -> DiscoInfoResult {
        let own = [ns::DISCO_INFO, ns::PING, ns::VERSION];
        let features = own.iter().chain(self.handler.features());
        DiscoInfoResult {
            node: None,
            identities: vec![Identity::new("automation", "generic", "en", "Quoalise")],
            features: features.map(|feature| (*feature).to_owned()).collect(),
            extensions: Vec::new(),
        }
    }
}

/// Whether trying again cannot help.
fn is_fatal(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::LoginRefused | ErrorKind::Replaced | ErrorKind::InvalidArgument)
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn refuse(order: Order, reason: &Error) {
    match order {
        Order::Request(RequestOrder { answer, .. }) => drop(answer.send(Err(reason.clone()))),
        Order::Send { sent: Some(sent), .. } => drop(sent.send(Err(reason.clone()))),
        Order::Send { sent: None, .. } | Order::Look => {}
        Order::Close { done, .. } => drop(done.send(())),
    }
}
