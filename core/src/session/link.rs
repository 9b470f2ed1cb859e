//! One connection, logged in, and bound to a new session or gone on with an old one.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::{Instant, timeout_at};
use tokio_xmpp::Stanza;
use tokio_xmpp::connect::AsyncReadAndWrite;
use tokio_xmpp::xmlstream::{
    FallibleStreamElement, RawStanzaHeader, ReadError, StreamElementError, XmppStream, XmppStreamElement,
};
use xmpp_parsers::bind::{BindQuery, BindResponse};
use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::Jid;
use xmpp_parsers::ns;
use xmpp_parsers::sm;

use super::config::Config;
use super::connect::{connect, read_error, stream_error, stream_io_error};
use super::login::login;
use super::management::{Inbound, Outbox};
use super::masked::Masked;
use super::requests::Requests;
use super::seconds;
use crate::error::{Error, ErrorKind, Result};

/// Fewer bytes a second are no sign of life.
const SLOWEST: u64 = 32;

/// Bytes a second that a server takes at the least.
const THROTTLED: u64 = 2500;

/// How long a server that asks what was handled waits for that: it is told once of many. Prosody asks behind every push.
const TOLD_WITHIN: Duration = Duration::from_millis(50);

pub(super) type Wire = XmppStream<Box<dyn AsyncReadAndWrite + Send + 'static>>;

/// A session of the server's to go on with.
#[derive(Clone)]
pub(super) struct Resumption {
    pub id: sm::StreamId,
    /// How many stanzas of it were handled here.
    pub h: u32,
}

/// A connection at work, and what it begins with.
pub(super) struct Dialed {
    pub link: Box<Link>,
    pub begun: Begun,
}

pub(super) enum Begun {
    /// The old session goes on; the server has handled so many stanzas of it.
    Resumed { h: u32 },
    /// A new session.
    New(Box<New>),
}

pub(super) struct New {
    pub jid: Jid,
    /// Whether the server counts stanzas, and by which name it resumes this session, if it does.
    pub managed: bool,
    pub id: Option<sm::StreamId>,
    /// How many stanzas of the old session the server had handled, where it still knows.
    pub h: Option<u32>,
    /// What came before the server began to count.
    pub early: Vec<Stanza>,
}

/// What comes in.
#[allow(clippy::large_enum_variant, reason = "one at a time, and nearly all are stanzas")]
pub(super) enum Incoming {
    Stanza(Stanza),
    /// A stanza that cannot be understood: its name and what is known of it.
    Broken(String, RawStanzaHeader),
    /// The server has handled so many stanzas.
    Acknowledged(u32),
    /// Nothing to tell.
    Nothing,
    /// The connection is over.
    Ended(Ending),
}

/// Why a connection is over.
#[derive(Debug)]
pub(super) struct Ending {
    pub error: Error,
    /// The server said so in a stream error, which may be about a stanza on its way.
    pub by_server: bool,
    /// What it sent was no XML, or no XMPP.
    pub garbled: bool,
}

impl Ending {
    pub(super) fn new(error: Error) -> Self {
        Self { error, by_server: false, garbled: false }
    }
}

pub(super) struct Link {
    wire: Wire,
    domain: String,
    bytes: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
    /// Bytes that had come in, and gone out, when life was last seen.
    seen: u64,
    seen_sent: u64,
    alive: Instant,
    probed: bool,
    dead_after: Duration,
    /// What to write before the next stanza.
    ack: bool,
    ask: bool,
    /// When to tell what is handled by then.
    ack_at: Option<Instant>,
}

/// Connects, logs in, and resumes the session or binds a new one, if possible at the same address. All within the
/// configured time.
pub(super) async fn dial(config: &Config, address: &Jid, resumption: Option<Resumption>) -> Result<Dialed> {
    let limit = config.connect_timeout;
    let deadline = Instant::now() + limit;
    timeout_at(deadline, dial_in_time(config, address, resumption)).await.unwrap_or_else(|_| {
        let domain = config.jid.domain();
        let message = format!("the server of {domain} did not answer within {}", seconds(limit));
        Err(Error::new(ErrorKind::ConnectTimeout, message)
            .remedy("Check the address and the network, or allow more time"))
    })
}

async fn dial_in_time(config: &Config, address: &Jid, resumption: Option<Resumption>) -> Result<Dialed> {
    let domain = config.jid.domain().as_str();
    let connected = connect(config).await?;
    let counts = connected.counts.clone();
    let (features, mut wire) = login(config, connected).await?;
    let managed = features.stream_management.is_some();
    let mut old = None;
    if let Some(Resumption { id, h }) = resumption.filter(|_| managed) {
        let resume = sm::Resume { h, previd: id };
        send(&mut wire, &XmppStreamElement::SM(sm::Nonza::Resume(resume)), domain).await?;
        match resumed(&mut wire, domain).await? {
            Ok(h) => {
                let link = Box::new(Link::new(wire, config, counts));
                return Ok(Dialed { link, begun: Begun::Resumed { h } });
            }
            Err(h) => old = h,
        }
    }
    let jid = bind(&mut wire, address, domain).await?;
    if config.exact_resource && jid.resource() != config.jid.resource() {
        let message = format!("the server gave the provider another address than {}", config.jid);
        return Err(Error::new(ErrorKind::UnsuitableServer, message)
            .remedy("Consumers would not find it: choose another resource, or end the session that has it"));
    }
    let mut new = New { jid, managed: false, id: None, h: old, early: Vec::new() };
    if managed {
        enable(&mut wire, &mut new, domain).await?;
    }
    Ok(Dialed { link: Box::new(Link::new(wire, config, counts)), begun: Begun::New(Box::new(new)) })
}

async fn send(wire: &mut Wire, element: &XmppStreamElement, domain: &str) -> Result<()> {
    wire.send(element).await.map_err(|error| stream_io_error(error, domain))
}

/// The next element; one that cannot be understood is given as its name.
async fn next(wire: &mut Wire, domain: &str) -> Result<Result<XmppStreamElement, StreamElementError>> {
    loop {
        match wire.next().await {
            Some(Ok(FallibleStreamElement::Ok(XmppStreamElement::StreamError(error)))) => {
                return Err(stream_error(tokio_xmpp::Error::StreamError(error), domain));
            }
            Some(Ok(FallibleStreamElement::Ok(element))) => return Ok(Ok(element)),
            Some(Ok(FallibleStreamElement::Err(error))) => return Ok(Err(error)),
            Some(Err(ReadError::SoftTimeout | ReadError::ParseError(_))) => {}
            Some(Err(error)) => return Err(read_error(error, domain)),
            None => return Err(read_error(ReadError::StreamFooterReceived, domain)),
        }
    }
}

/// Whether the old session goes on, with the server's count of it in either case.
async fn resumed(wire: &mut Wire, domain: &str) -> Result<Result<u32, Option<u32>>> {
    loop {
        match next(wire, domain).await? {
            Ok(XmppStreamElement::SM(sm::Nonza::Resumed(resumed))) => return Ok(Ok(resumed.h)),
            Ok(XmppStreamElement::SM(sm::Nonza::Failed(failed))) => return Ok(Err(failed.h)),
            // The library wants a count in each refusal, which few have.
            Err(StreamElementError::InvalidNonza { qname, .. }) if qname.0 == ns::SM => return Ok(Err(None)),
            _ => {}
        }
    }
}

async fn bind(wire: &mut Wire, address: &Jid, domain: &str) -> Result<Jid> {
    const ID: &str = "bind";
    let refused = |why: &str| {
        let message = format!("the server of {domain} would not bind the session{why}");
        Error::new(ErrorKind::UnsuitableServer, message).remedy("Try without naming a resource")
    };
    let query = BindQuery::new(address.resource().map(ToString::to_string));
    let query = XmppStreamElement::Stanza(Stanza::Iq(Iq::from_set(ID, query)));
    send(wire, &query, domain).await?;
    loop {
        match next(wire, domain).await? {
            Ok(XmppStreamElement::Stanza(Stanza::Iq(Iq::Result { id, payload, .. }))) if id == ID => {
                let bound = payload.and_then(|payload| BindResponse::try_from(payload).ok());
                return Ok(xmpp_parsers::jid::FullJid::from(bound.ok_or_else(|| refused(""))?).into());
            }
            Ok(XmppStreamElement::Stanza(Stanza::Iq(Iq::Error { id, error, .. }))) if id == ID => {
                let condition = minidom::Element::from(error.defined_condition).name().to_owned();
                return Err(refused(&format!(" ({condition})")).condition_of_stanza(condition, None));
            }
            _ => {}
        }
    }
}

async fn enable(wire: &mut Wire, new: &mut New, domain: &str) -> Result<()> {
    let enable = sm::Enable::new().with_resume();
    send(wire, &XmppStreamElement::SM(sm::Nonza::Enable(enable)), domain).await?;
    loop {
        match next(wire, domain).await? {
            Ok(XmppStreamElement::SM(sm::Nonza::Enabled(enabled))) => {
                new.managed = true;
                new.id = enabled.id.filter(|_| enabled.resume);
                return Ok(());
            }
            Ok(XmppStreamElement::SM(sm::Nonza::Failed(_))) => return Ok(()),
            Err(StreamElementError::InvalidNonza { qname, .. }) if qname.0 == ns::SM => return Ok(()),
            Ok(XmppStreamElement::Stanza(stanza)) => new.early.push(stanza),
            _ => {}
        }
    }
}

impl Link {
    fn new(wire: Wire, config: &Config, [bytes, sent]: [Arc<AtomicU64>; 2]) -> Self {
        Self {
            wire,
            domain: config.jid.domain().to_string(),
            seen: bytes.load(Ordering::Relaxed),
            seen_sent: sent.load(Ordering::Relaxed),
            bytes,
            sent,
            alive: Instant::now(),
            probed: false,
            dead_after: config.dead_after,
            ack: false,
            ask: false,
            ack_at: None,
        }
    }

    /// Writes what is to be written as far as there is room, and reads, unless there is no room for what comes.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        outbox: &mut Outbox,
        requests: &mut Requests,
        inbound: &Inbound,
        may_read: bool,
    ) -> Poll<Incoming> {
        match self.poll_write(cx, outbox, requests, inbound) {
            Poll::Ready(Ok(())) | Poll::Pending => {}
            Poll::Ready(Err(error)) => return Poll::Ready(self.broken(error)),
        }
        if !may_read {
            self.lives();
            return Poll::Pending;
        }
        let read = ready!(Pin::new(&mut self.wire).poll_next(cx));
        self.lives();
        Poll::Ready(match read {
            Some(Ok(FallibleStreamElement::Ok(element))) => match element {
                XmppStreamElement::Stanza(stanza) => {
                    log::debug!("came {}", Masked(&stanza));
                    Incoming::Stanza(stanza)
                }
                XmppStreamElement::SM(sm::Nonza::Req(_)) => {
                    self.handled(inbound);
                    Incoming::Nothing
                }
                XmppStreamElement::SM(sm::Nonza::Ack(ack)) => Incoming::Acknowledged(ack.h),
                XmppStreamElement::StreamError(error) => {
                    let error = stream_error(tokio_xmpp::Error::StreamError(error), &self.domain);
                    Incoming::Ended(Ending { by_server: true, ..Ending::new(error) })
                }
                _ => Incoming::Nothing,
            },
            Some(Ok(FallibleStreamElement::Err(StreamElementError::InvalidStanza {
                name, header, ..
            }))) => Incoming::Broken(name.to_string(), header),
            Some(
                Ok(FallibleStreamElement::Err(_)) | Err(ReadError::SoftTimeout | ReadError::ParseError(_)),
            ) => Incoming::Nothing,
            Some(Err(ReadError::HardError(error))) => self.broken(error),
            Some(Err(ReadError::StreamFooterReceived)) | None => {
                let message = format!("the server of {} ended the stream", self.domain);
                Incoming::Ended(Ending::new(Error::new(ErrorKind::ConnectionLost, message)))
            }
        })
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        outbox: &mut Outbox,
        requests: &mut Requests,
        inbound: &Inbound,
    ) -> Poll<std::io::Result<()>> {
        let mut wire = Pin::new(&mut self.wire);
        loop {
            ready!(Sink::<&Stanza>::poll_ready(wire.as_mut(), cx))?;
            if self.ask {
                self.ask = false;
                wire.as_mut().start_send(&XmppStreamElement::SM(sm::Nonza::Req(sm::R)))?;
            } else if self.ack {
                self.ack = false;
                let h = inbound.tell();
                wire.as_mut().start_send(&XmppStreamElement::SM(sm::Nonza::Ack(sm::A { h })))?;
            } else if let Some(stanza) = outbox.next(|id| requests.is_wanted(id)) {
                match wire.as_mut().start_send(stanza) {
                    Ok(()) => {
                        log::debug!("sent {}", Masked(stanza));
                        if let Some(id) = outbox.written() {
                            requests.written(&id);
                        }
                    }
                    // What XML cannot hold: nothing of it was written.
                    Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => {
                        let error =
                            Error::new(ErrorKind::InvalidArgument, "XML cannot hold what was to be sent")
                                .remedy("Leave out control characters")
                                .caused_by(error);
                        if let Some(id) = outbox.unwritable(&error) {
                            requests.answer(&id, Err(error));
                        }
                        // The library's encoder has lost its place in the stream; another stream goes on.
                        return Poll::Ready(Err(std::io::Error::other("a stanza could not be written")));
                    }
                    Err(error) => return Poll::Ready(Err(error)),
                }
            } else if outbox.should_ask() {
                outbox.asked();
                self.ask = true;
            } else {
                break;
            }
        }
        Sink::<&Stanza>::poll_flush(wire, cx)
    }

    fn broken(&self, error: std::io::Error) -> Incoming {
        let garbled = error.kind() == std::io::ErrorKind::InvalidData;
        let message = match garbled {
            true => format!("the server of {} sent what is no XML", self.domain),
            false => format!("the connection to the server of {} broke ({error})", self.domain),
        };
        let error = Error::new(ErrorKind::ConnectionLost, message).caused_by(error);
        Incoming::Ended(Ending { garbled, ..Ending::new(error) })
    }

    /// The server asks, or waits to hear of what was handled meanwhile.
    pub(super) fn handled(&mut self, inbound: &Inbound) {
        if inbound.asked() {
            (self.ack, self.ack_at) = (true, None);
        } else {
            self.ack_at.get_or_insert_with(|| Instant::now() + TOLD_WITHIN);
        }
    }

    /// When the server is to be told, if it waits for that.
    pub(super) fn ack_at(&self) -> Option<Instant> {
        self.ack_at
    }

    /// Says what is handled, if it is time to.
    pub(super) fn tell(&mut self) {
        if self.ack_at.is_some_and(|at| at <= Instant::now()) {
            (self.ack, self.ack_at) = (true, None);
        }
    }

    /// The server has given a sign of life, or cannot be asked for one.
    pub(super) fn lives(&mut self) {
        self.alive = Instant::now();
        self.seen = self.bytes.load(Ordering::Relaxed);
        self.seen_sent = self.sent.load(Ordering::Relaxed);
        self.probed = false;
    }

    /// When to [`check`](Self::check) next.
    pub(super) fn deadline(&self) -> Instant {
        // Servers throttle what they are sent (Debian's ejabberd to 3,000 bytes a second), and answer behind it.
        let sent = self.sent.load(Ordering::Relaxed).wrapping_sub(self.seen_sent);
        let before = Duration::from_millis(sent.min(1 << 40) * 1000 / THROTTLED);
        self.alive + before + if self.probed { self.dead_after } else { self.dead_after / 2 }
    }

    /// Looks whether the link lives: half-way to its death it is asked for a sign of life.
    pub(super) fn check(&mut self, outbox: &mut Outbox, probe: impl FnOnce() -> Stanza) -> Option<Error> {
        let now = Instant::now();
        if now < self.deadline() {
            return None;
        }
        // One large stanza may take its time, and is a sign of life as long as it comes on.
        let elapsed = (now - self.alive).as_millis();
        let bytes = self.bytes.load(Ordering::Relaxed).wrapping_sub(self.seen);
        if u128::from(bytes) * 1000 >= u128::from(SLOWEST) * elapsed {
            self.lives();
            return None;
        }
        if self.probed {
            let message =
                format!("the server of {} has been silent for {}", self.domain, seconds(self.dead_after));
            return Some(Error::new(ErrorKind::ConnectionLost, message));
        }
        self.probed = true;
        if outbox.is_managed() {
            outbox.asked();
            self.ask = true;
        } else {
            outbox.push_first(super::management::Outgoing::new(probe(), None));
        }
        None
    }

    /// Ends the stream cleanly: what is handled is said, and the server's own end waited for.
    pub(super) async fn close(mut self, outbox: &mut Outbox, requests: &mut Requests, inbound: &Inbound) {
        self.ack = outbox.is_managed();
        let written = std::future::poll_fn(|cx| self.poll_write(cx, outbox, requests, inbound)).await;
        if written.is_err() || self.wire.shutdown().await.is_err() {
            return;
        }
        while let Some(Ok(_)) = self.wire.next().await {}
    }
}
