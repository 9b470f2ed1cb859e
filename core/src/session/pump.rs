//! The session's one task: everything in and out of the stream goes through here.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use minidom::Element;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::{Event, StanzaStage, StanzaState, StanzaStream, StanzaToken, StreamEvent};
use xmpp_parsers::disco::{DiscoInfoResult, Identity};
use xmpp_parsers::iq::{Iq, IqHeader, IqPayload};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::message::Message;
use xmpp_parsers::ns;
use xmpp_parsers::presence::Presence;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};
use xmpp_parsers::version::VersionResult;

use super::{CLOSE_TIMEOUT, ON_THE_WAY, closed, lost, seconds};
use crate::error::{Error, ErrorKind, Result};
use crate::stanza;

/// Who is told what comes in. Called from the session's task, so it must never wait.
pub(crate) trait Handler: Send + 'static {
    /// A message came.
    fn message(&mut self, _message: Message) {}
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
    /// The session is over, for this reason; nothing more will come.
    fn over(&mut self, _error: &Error) {}
}

pub(super) enum Order {
    Request {
        iq: Box<Iq>,
        id: String,
        to: Option<Jid>,
        deadline: Instant,
        limit: Duration,
        answer: oneshot::Sender<Result<Option<Element>>>,
    },
    Send {
        stanza: Box<Stanza>,
        sent: Option<oneshot::Sender<Result<()>>>,
    },
    Close {
        done: oneshot::Sender<()>,
    },
}

struct Pending {
    to: Option<Jid>,
    limit: Duration,
    answer: oneshot::Sender<Result<Option<Element>>>,
}

pub(super) struct Pump {
    stream: StanzaStream,
    jid: Jid,
    orders: mpsc::UnboundedReceiver<Order>,
    lost: mpsc::UnboundedReceiver<()>,
    handler: Box<dyn Handler>,
    pending: HashMap<String, Pending>,
    deadlines: BinaryHeap<Reverse<(Instant, String)>>,
    /// What waits for room in the stream, in order; a request may have expired meanwhile.
    waiting: VecDeque<Waiting>,
    on_the_way: FuturesUnordered<futures::future::BoxFuture<'static, ()>>,
    over: Arc<OnceLock<Error>>,
}

struct Waiting {
    stanza: Box<Stanza>,
    request: Option<String>,
    sent: Option<oneshot::Sender<Result<()>>>,
}

impl Pump {
    pub(super) fn new(
        stream: StanzaStream,
        jid: Jid,
        orders: mpsc::UnboundedReceiver<Order>,
        lost: mpsc::UnboundedReceiver<()>,
        handler: Box<dyn Handler>,
        over: Arc<OnceLock<Error>>,
    ) -> Self {
        Self {
            stream,
            jid,
            orders,
            lost,
            handler,
            pending: HashMap::new(),
            deadlines: BinaryHeap::new(),
            waiting: VecDeque::new(),
            on_the_way: FuturesUnordered::new(),
            over,
        }
    }

    pub(super) async fn run(mut self) {
        let closing = loop {
            let deadline = self.deadlines.peek().map(|Reverse((deadline, _))| *deadline);
            tokio::select! {
                event = self.stream.next() => match event {
                    Some(Event::Stanza(stanza)) => self.receive(stanza),
                    Some(Event::Stream(StreamEvent::Suspended)) | None => break None,
                    Some(Event::Stream(_)) => {}
                },
                _ = self.lost.recv() => break None,
                order = self.orders.recv() => match order {
                    Some(Order::Close { done }) => break Some(done),
                    Some(order) => self.take(order),
                    None => break None,
                },
                Some(()) = self.on_the_way.next() => {}
                () = until(deadline) => self.expire(),
            }
            self.write().await;
        };
        let reason = if closing.is_some() { closed() } else { lost() };
        if closing.is_none() {
            log::warn!("the connection of {} was lost", self.jid);
        }
        // Before the orders end, so that whoever is refused one learns why.
        let _ = self.over.set(reason.clone());
        self.orders.close();
        for (_, pending) in self.pending.drain() {
            let _ = pending.answer.send(Err(reason.clone()));
        }
        while let Ok(order) = self.orders.try_recv() {
            refuse(order, &reason);
        }
        for Waiting { sent, .. } in self.waiting.drain(..) {
            sent.map(|sent| sent.send(Err(reason.clone())));
        }
        self.handler.over(&reason);
        if timeout(CLOSE_TIMEOUT, self.stream.close()).await.is_err() {
            log::debug!("the stream of {} was cut, as it did not end in time", self.jid);
        }
        if let Some(done) = closing {
            let _ = done.send(());
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Request { iq, id, to, deadline, limit, answer } => {
                self.deadlines.push(Reverse((deadline, id.clone())));
                self.pending.insert(id.clone(), Pending { to, limit, answer });
                let stanza = Box::new(Stanza::Iq(*iq));
                self.waiting.push_back(Waiting { stanza, request: Some(id), sent: None });
            }
            Order::Send { stanza, sent } => self.waiting.push_back(Waiting { stanza, request: None, sent }),
            Order::Close { .. } => {}
        }
    }

    /// Writes what waits as far as there is room, so that handing over to the stream never blocks.
    async fn write(&mut self) {
        while self.on_the_way.len() < ON_THE_WAY {
            let Some(Waiting { stanza, request, sent }) = self.waiting.pop_front() else { return };
            if request.is_some_and(|id| !self.pending.contains_key(&id)) {
                continue; // it expired before it was sent: nobody waits for the answer
            }
            let token = self.stream.send(stanza).await;
            self.on_the_way.push(Box::pin(written(token, sent)));
        }
    }

    fn receive(&mut self, stanza: Stanza) {
        match stanza {
            Stanza::Message(message) => self.handler.message(message),
            Stanza::Presence(presence) => self.handler.presence(presence),
            Stanza::Iq(iq) => match iq {
                Iq::Result { from, id, payload, .. } => self.answered(from, &id, |_| Ok(payload)),
                Iq::Error { from, id, error, .. } => {
                    self.answered(from, &id, |peer| Err(stanza::error::read(&error, peer)));
                }
                request => {
                    // Whoever asks faster than the stream takes the answers gets none for a while.
                    if self.waiting.len() < 10 * ON_THE_WAY
                        && let Some(reply) = self.reply(request)
                    {
                        let stanza = Box::new(Stanza::Iq(reply));
                        self.waiting.push_back(Waiting { stanza, request: None, sent: None });
                    }
                }
            },
        }
    }

    fn answered(
        &mut self,
        from: Option<Jid>,
        id: &str,
        answer: impl FnOnce(&str) -> Result<Option<Element>>,
    ) {
        let Some(pending) = self.pending.get(id) else { return };
        if !self.is_from(from.as_ref(), pending.to.as_ref()) {
            log::warn!("an answer came from someone who was not asked; it was dropped");
            return;
        }
        let Some(pending) = self.pending.remove(id) else { return };
        let peer = pending.to.map_or_else(|| self.jid.domain().to_string(), |to| to.to_string());
        let _ = pending.answer.send(answer(&peer));
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

    fn expire(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((deadline, _))) = self.deadlines.peek() {
            if *deadline > now {
                break;
            }
            let Some(Reverse((_, id))) = self.deadlines.pop() else { break };
            let Some(pending) = self.pending.remove(&id) else { continue };
            let peer = pending.to.map_or_else(|| self.jid.domain().to_string(), |to| to.to_string());
            let message = format!("{peer} did not answer within {}", seconds(pending.limit));
            let error = Error::new(ErrorKind::NoAnswer, message)
                .remedy("It may be busy or gone: try later, ask for a shorter period, or allow more time");
            let _ = pending.answer.send(Err(error));
        }
    }
}

/// Done when the stanza is written, or cannot be any more.
async fn written(mut token: StanzaToken, sent: Option<oneshot::Sender<Result<()>>>) {
    let state = token.wait_for(StanzaStage::Sent).await;
    if let Some(sent) = sent {
        let _ = sent.send(match state {
            Some(StanzaState::Sent { .. } | StanzaState::Acked { .. }) => Ok(()),
            _ => Err(lost()),
        });
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn refuse(order: Order, reason: &Error) {
    match order {
        Order::Request { answer, .. } => drop(answer.send(Err(reason.clone()))),
        Order::Send { sent: Some(sent), .. } => drop(sent.send(Err(reason.clone()))),
        Order::Send { sent: None, .. } => {}
        Order::Close { done } => drop(done.send(())),
    }
}
