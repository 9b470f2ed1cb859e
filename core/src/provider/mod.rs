//! The other side: answer the commands of Quoalise, and push.
//!
//! A provider implements [`Service`] and starts a [`Provider`] with it. Commands come in one call, as programs send
//! them, or form by form, as a human's client does (XEP-0050); the service sees no difference.

mod access;
mod commands;
pub mod readings;

pub use access::{Access, AccessList, Authorization, Everybody, Operation};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use xmpp_parsers::iq::{Iq, IqHeader, IqPayload};
use xmpp_parsers::jid::BareJid;
use xmpp_parsers::message::{Id, Message, MessageType};

use crate::data::{Data, Identifier, Metadata, Series};
use crate::error::{Error, ErrorKind, Result};
use crate::senml::Records;
use crate::session::{Config, Handler, Session};
use crate::stanza::{self, NS_COMMANDS, NS_FORMS, payload};
use commands::Sessions;

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

    /// An account is about to subscribe to a series, or to all below it; an error refuses it. Accepted by default.
    fn subscribe(&self, request: SubscriptionRequest) -> impl Future<Output = Result<()>> + Send {
        let _ = request;
        std::future::ready(Ok(()))
    }

    /// An account has unsubscribed.
    fn unsubscribe(&self, request: SubscriptionRequest) -> impl Future<Output = Result<()>> + Send {
        let _ = request;
        std::future::ready(Ok(()))
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
    /// Requests worked on at once; more are told to come later. Default 64.
    pub concurrent: usize,
    /// How long the service may take for one. Default 60 s.
    pub request_timeout: Duration,
    /// Records of one pushed message; more go into several. Default 1,000.
    pub push_records: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { answer: 250_000, concurrent: 64, request_timeout: Duration::from_secs(60), push_records: 1000 }
    }
}

/// A provider that is online. It serves until it is closed or dropped.
#[derive(Clone, Debug)]
pub struct Provider {
    session: Session,
    subscriptions: Subscriptions,
    limits: Limits,
    over: tokio::sync::watch::Receiver<Option<Error>>,
}

/// Who has subscribed to what. Kept while the provider runs.
#[derive(Clone, Debug, Default)]
struct Subscriptions(Arc<Mutex<BTreeMap<BareJid, BTreeSet<Identifier>>>>);

impl Subscriptions {
    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<BareJid, BTreeSet<Identifier>>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, subscriber: BareJid, identifier: Identifier) {
        self.with(|all| all.entry(subscriber).or_default().insert(identifier));
    }

    fn remove(&self, subscriber: &BareJid, identifier: &Identifier) {
        self.with(|all| {
            if let Some(own) = all.get_mut(subscriber) {
                own.remove(identifier);
                if own.is_empty() {
                    all.remove(subscriber);
                }
            }
        });
    }

    fn to(&self, name: &str) -> Vec<BareJid> {
        self.with(|all| {
            let covers = |own: &BTreeSet<Identifier>| own.iter().any(|identifier| identifier.covers(name));
            all.iter().filter(|(_, own)| covers(own)).map(|(subscriber, _)| subscriber.clone()).collect()
        })
    }
}

impl Provider {
    /// Logs in, and serves. The account's resource (`name@example.org/proxy`) is where consumers ask.
    ///
    /// # Errors
    /// As [`Client::connect`](crate::Client::connect); `InvalidArgument` where the JID has no resource.
    pub async fn start<S: Service>(config: &Config, service: S, limits: Limits) -> Result<Self> {
        if config.jid.resource().is_none() {
            return Err(Error::new(ErrorKind::InvalidArgument, "the provider's account names no resource")
                .remedy("Consumers ask at a full address, such as name@example.org/proxy: choose one"));
        }
        let subscriptions = Subscriptions::default();
        let (requests, mut requested) = tokio::sync::mpsc::channel(1024);
        let (tell_over, over) = tokio::sync::watch::channel(None);
        let session = Session::open(config, Box::new(Receiver { requests, over: tell_over })).await?;
        let work = Arc::new(Work {
            service,
            subscriptions: subscriptions.clone(),
            sessions: Sessions::default(),
            jid: session.jid().to_string(),
            limits,
            places: Semaphore::new(limits.concurrent),
        });
        // Neither these tasks nor a request that takes its time may keep the session alive that they run in.
        let weak = session.downgrade();
        session.spawn(async move {
            while let Some(request) = requested.recv().await {
                let (weak, work) = (weak.clone(), work.clone());
                tokio::spawn(async move {
                    // Kept until the answer is on its way: finished ones take room too.
                    let place = work.places.try_acquire();
                    let answer = work.answer(request, place.is_ok()).await;
                    if let Some(session) = weak.upgrade() {
                        let _ = session.send(answer).await;
                    }
                });
            }
        });
        session.announce(config.priority.unwrap_or(0)).await?;
        Ok(Self { session, subscriptions, limits, over })
    }

    /// The full JID consumers ask at.
    pub fn jid(&self) -> String {
        self.session.jid().to_string()
    }

    /// Pushes new records of a series to all who have subscribed to it; gives how many that were. Done when all is
    /// written to the stream.
    ///
    /// # Errors
    /// `InvalidArgument` where the records are of several series; otherwise as [`push`](Self::push).
    pub async fn publish(&self, meta: &Metadata, records: &Records) -> Result<usize> {
        let mut names = records.names();
        let Some(name) = names.next() else { return Ok(0) };
        if names.next().is_some() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "records of one series at a time can be published",
            ));
        }
        let subscribers = self.subscriptions.to(name);
        for subscriber in &subscribers {
            self.push(subscriber, meta, records).await?;
        }
        Ok(subscribers.len())
    }

    /// Pushes records to one account, whether it has subscribed or not, in as many messages as they need.
    ///
    /// # Errors
    /// `ConnectionLost`, `Closed`, `MalformedData`; `TooLarge` for a single record that no message holds.
    pub async fn push(&self, to: &BareJid, meta: &Metadata, records: &Records) -> Result<()> {
        let most = self.limits.push_records.max(1);
        let mut first = 0;
        while first < records.len() {
            let mut count = most.min(records.len() - first);
            let payload = loop {
                let mut chunk = Records::new();
                for record in records.rows(first..first + count) {
                    chunk.push(&record)?;
                }
                match payload::write(&Data::new(meta.clone(), chunk), self.limits.answer) {
                    Err(error) if error.kind() == ErrorKind::TooLarge && count > 1 => count /= 2,
                    written => break written?,
                }
            };
            let mut message = Message::new(Some(to.clone().into()));
            message.type_ = MessageType::Normal;
            message.id = Some(Id(self.session.new_id()));
            message.payloads.push(payload);
            self.session.send(message).await?;
            first += count;
        }
        Ok(())
    }

    /// Waits until the provider is no longer online.
    ///
    /// # Errors
    /// `ConnectionLost` unless it was closed.
    pub async fn wait(&self) -> Result<()> {
        let mut over = self.over.clone();
        let over = match over.wait_for(Option::is_some).await {
            Ok(over) => over.clone(),
            Err(_) => None,
        };
        over.filter(|error| error.kind() != ErrorKind::Closed).map_or(Ok(()), Err)
    }

    /// Goes offline, within two seconds.
    pub async fn close(&self) {
        self.session.close().await;
    }
}

/// Takes requests from the session's task.
struct Receiver {
    requests: tokio::sync::mpsc::Sender<Iq>,
    over: tokio::sync::watch::Sender<Option<Error>>,
}

impl Handler for Receiver {
    fn request(&mut self, request: Iq) -> Option<Iq> {
        if !commands::is_ours(&request) {
            return Some(request);
        }
        // With a thousand waiting already, the next is better told so than kept.
        self.requests.try_send(request).err().map(|refused| refused.into_inner())
    }

    fn features(&self) -> &'static [&'static str] {
        &[xmpp_parsers::ns::DISCO_ITEMS, NS_COMMANDS, NS_FORMS, crate::data::NS]
    }

    fn over(&mut self, error: &Error) {
        self.over.send_replace(Some(error.clone()));
    }
}

struct Work<S> {
    service: S,
    subscriptions: Subscriptions,
    sessions: Sessions,
    jid: String,
    limits: Limits,
    places: Semaphore,
}

impl<S: Service> Work<S> {
    async fn answer(&self, request: Iq, has_place: bool) -> Iq {
        let (header, payload) = request.split();
        let Some(requester) = header.from.clone() else {
            // Servers always say who asks; without it there is nobody to answer for.
            return refused(header, &Error::answer(ErrorKind::NotAuthorized, "the request has no sender"));
        };
        let answer = if has_place {
            match timeout(self.limits.request_timeout, self.carry_out(&requester, payload)).await {
                Ok(answer) => answer,
                Err(_) => Err(Error::answer(ErrorKind::CommandFailed, "the provider took too long").into()),
            }
        } else {
            let text = "too many requests at once; try again in a moment";
            Err(commands::Refusal::from(Error::answer(ErrorKind::LimitReached, text)))
        };
        let reply = IqHeader { from: None, to: header.from, id: header.id };
        reply.assemble(match answer {
            Ok(element) => IqPayload::Result(Some(element)),
            Err(refusal) => IqPayload::Error(refusal.into_stanza()),
        })
    }

    async fn history(&self, request: HistoryRequest) -> Result<minidom::Element> {
        let data = self.service.get_history(request).await?;
        payload::write(&data, self.limits.answer)
    }
}

fn refused(header: IqHeader, error: &Error) -> Iq {
    let reply = IqHeader { from: None, to: header.from, id: header.id };
    reply.assemble(IqPayload::Error(stanza::error::write(error)))
}
