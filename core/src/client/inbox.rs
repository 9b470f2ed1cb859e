//! What has come in and was not taken yet, and from whom anything is taken.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use minidom::{Element, Node};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::message::{Lang, Message, MessageType};
use xmpp_parsers::ns;
use xmpp_parsers::presence::{Presence, Type as PresenceType};

use super::dataconnect::{self, AuthorizeUri, Consent, Notice};
#[cfg(feature = "sqlite")]
use super::journal::Journal;
use super::seen::{self, Fingerprint, Last, Seen};
use super::{Event, Hole, Listening, Push, WhenFull};
use crate::data::{self, Data, Identifier};
use crate::error::{Error, ErrorKind, Result};
use crate::senml::ReadOptions;
use crate::session::{Change, Handler, Receipt, Session, WeakSession, failed};
use crate::stanza::payload;

/// How long nothing is read when enough waits, before the server is asked to keep the rest.
pub(super) const STALLED: Duration = Duration::from_secs(1);

/// How many messages wait for a listener at the most, and how many bytes of them; a single one may be larger. A server
/// that was asked to keep the rest may still hand out all that it had kept, at once.
const QUEUED: usize = 10_000;
const QUEUED_BYTES: usize = 64 << 20;

/// How many bytes wait before it is the server that keeps the rest.
const ENOUGH_BYTES: usize = 16 << 20;

/// How many addresses of trusted providers are remembered to be there or not.
const PRESENCES: usize = 1000;

/// How many authorizations are remembered, for the notices that answer them; the oldest are forgotten.
const AUTHORIZATIONS: usize = 10_000;

/// 0001-01-01T00:00:00Z.
const FIRST_YEAR: i64 = -62_135_596_800;

#[derive(Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
    seen: Mutex<Seen>,
    woken: Notify,
    flow: OnceLock<Flow>,
    /// Told when it is to be looked whether the subscriptions are still there.
    pub(super) reset: Notify,
    /// Told when the server was told that somebody listens.
    pub(super) announced: Notify,
    /// Told when there is no more room.
    pub(super) filled: Notify,
}

#[derive(Default)]
struct State {
    /// Who we are, resource included: the server tells us of our own presence too.
    own: Option<Jid>,
    /// Whom we subscribed to at what.
    subscribed: BTreeSet<(Jid, Identifier)>,
    trusted: BTreeMap<BareJid, Trust>,
    /// Those whose messages were dropped, and of whom that was told.
    told: BTreeSet<BareJid>,
    listening: Option<Listening>,
    has_listened: bool,
    /// Since when there has not been much room.
    filled: Option<Instant>,
    /// Asked to hand out no more, the server keeps the rest until there is room again.
    held: bool,
    /// It is not asked for more any more.
    finishing: bool,
    queue: VecDeque<Received>,
    /// Something came that nobody was woken for yet.
    news: bool,
    /// How many of the queue are messages, and how many bytes they are.
    queued: usize,
    queued_bytes: usize,
    dropped: u64,
    distrusted: u64,
    came: u64,
    presences: HashMap<Jid, Known>,
    authorizations: VecDeque<AuthorizeUri>,
    over: Option<Error>,
}

struct Flow {
    session: WeakSession,
    /// That of a listener.
    priority: i8,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbox").field("queued", &self.lock().queue.len()).finish_non_exhaustive()
    }
}

/// Why a provider is trusted.
#[derive(Clone, Copy, Default)]
struct Trust {
    /// Named, or asked with success.
    lasting: bool,
    /// How many calls wait for its answer.
    asking: usize,
}

/// Trust for as long as a call asks, and from then on: its answer may have got lost, and pushes come all the same.
/// Whoever knows that nothing will come [`refused`](Self::refused)s it.
pub(super) struct Asking<'i> {
    inbox: &'i Inbox,
    provider: BareJid,
    refused: bool,
}

impl Asking<'_> {
    /// Takes back this call's part of the trust; others that ask, or named the provider meanwhile, keep theirs.
    pub(super) fn refused(mut self) {
        self.refused = true;
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let mut state = self.inbox.lock();
        let Some(trust) = state.trusted.get_mut(&self.provider) else { return };
        trust.asking -= 1;
        trust.lasting |= !self.refused;
        if trust.asking == 0 && !trust.lasting {
            state.trusted.remove(&self.provider);
        }
    }
}

/// Whether somebody is there: what the listener was told, and what it has yet to take.
#[derive(Clone, Copy, Default)]
struct Known {
    told: Option<bool>,
    queued: Option<bool>,
}

enum Received {
    Message(Box<Mail>),
    Presence {
        from: Jid,
        available: bool,
    },
    /// The connection was lost, and is being made anew.
    Interrupted(Error),
    Resumed,
    /// There is a new session, and there may be a hole.
    Reset {
        since: Timestamp,
        until: Timestamp,
    },
    NotSubscribed {
        provider: Jid,
        identifier: Identifier,
        error: Error,
    },
}

/// An event, and what is to be done when the application is done with it.
#[derive(Debug)]
pub(super) struct Given {
    pub event: Event,
    pub settle: Settle,
}

/// When it is dropped, the server may forget the message.
#[derive(Default)]
pub(super) struct Settle {
    fingerprint: Option<Fingerprint>,
    ends: Vec<Last>,
    /// With its receipt.
    mail: Option<Box<Mail>>,
}

/// A message as it came, decoded only when it is taken: the session's task must not wait for that.
struct Mail {
    /// Of the last of the events that come of it.
    receipt: Option<Receipt>,
    /// Which of the payloads is the notice of consent to tell; otherwise it is the data.
    notice: Option<usize>,
    from: Jid,
    id: Option<String>,
    stamp: Option<Result<Timestamp>>,
    at: Timestamp,
    body: Option<String>,
    /// What else of a message is not a payload.
    texts: Vec<data::Element>,
    payloads: Vec<Element>,
    bytes: usize,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_own(&self, jid: Jid) {
        self.lock().own = Some(jid);
    }

    pub(super) fn trust(&self, provider: BareJid) {
        self.lock().trusted.entry(provider).or_default().lasting = true;
    }

    /// Trusts whom a call is about to ask: the first push may come right behind the answer.
    pub(super) fn asking(&self, provider: BareJid) -> Asking<'_> {
        self.lock().trusted.entry(provider.clone()).or_default().asking += 1;
        Asking { inbox: self, provider, refused: false }
    }

    pub(super) fn distrusted(&self) -> u64 {
        self.lock().distrusted
    }

    /// Remembers what a notice of consent may come to answer.
    pub(super) fn expect(&self, authorization: AuthorizeUri) {
        let mut state = self.lock();
        if state.authorizations.len() >= AUTHORIZATIONS {
            state.authorizations.pop_front();
        }
        state.authorizations.push_back(authorization);
    }

    /// False where somebody listens already.
    pub(super) fn begin(&self, listening: Listening) -> bool {
        let mut state = self.lock();
        if state.listening.is_some() {
            return false;
        }
        (state.listening, state.finishing) = (Some(listening), false);
        (state.filled, state.held) = (None, false);
        state.has_listened = true;
        true
    }

    /// Goes on from a journal. Where the process before ended in the midst of things, there may be a hole since.
    #[cfg(feature = "sqlite")]
    pub(super) fn keep(&self, path: &std::path::Path) -> Result<()> {
        let before = self.seen().keep(Journal::open(path)?)?;
        if let Some(since) = before {
            let mut state = self.lock();
            state.queue.push_front(Received::Reset { since, until: Timestamp::now() });
        }
        Ok(())
    }

    /// Nobody listens any more. What nobody took waits for the next listener, here and at the server.
    pub(super) fn end(&self) {
        self.lock().listening = None;
    }

    /// All that came was taken, and the server keeps what comes from here on.
    #[cfg(feature = "sqlite")]
    pub(super) fn ended_well(&self) {
        self.seen().end();
    }

    /// The server has what nobody took: it is not for this process any more.
    pub(super) fn leave(&self) {
        let mut state = self.lock();
        let queue = std::mem::take(&mut state.queue);
        (state.queued, state.queued_bytes) = (0, 0);
        drop(state);
        for received in queue {
            if let Received::Message(mail) = received
                && let Some(receipt) = mail.receipt
            {
                receipt.leave();
            }
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a subscription, or forgets it.
    pub(super) fn subscribed(&self, provider: Jid, identifier: Identifier, is_on: bool) {
        let mut state = self.lock();
        if is_on {
            state.subscribed.insert((provider, identifier));
        } else {
            state.subscribed.remove(&(provider, identifier));
        }
    }

    pub(super) fn is_subscribed(&self, subscription: &(Jid, Identifier)) -> bool {
        self.lock().subscribed.contains(subscription)
    }

    pub(super) fn subscriptions(&self) -> Vec<(Jid, Identifier)> {
        self.lock().subscribed.iter().cloned().collect()
    }

    pub(super) fn not_subscribed(&self, provider: Jid, identifier: Identifier, error: Error) {
        let mut state = self.lock();
        if state.listening.is_none() {
            return;
        }
        state.queue.push_back(Received::NotSubscribed { provider, identifier, error });
        drop(state);
        self.woken.notify_waiters();
    }

    /// The application is done with an event.
    pub(super) fn settle(&self, settle: Settle) -> Result<()> {
        let Settle { fingerprint, ends, mail } = settle;
        let mut seen = self.seen();
        let noted = match &fingerprint {
            Some(fingerprint) => seen.taken(fingerprint, &ends),
            None => {
                seen.reached(&ends);
                Ok(())
            }
        };
        drop(seen);
        // Also where that could not be noted: at the worst it is not recognised when it comes again.
        drop(mail);
        noted
    }

    /// Done when there may be something new.
    pub(super) fn woken(&self) -> Notified<'_> {
        self.woken.notified()
    }

    /// The next event, if there is one.
    pub(super) fn take(&self) -> Result<Option<Given>> {
        loop {
            let received = {
                let mut state = self.lock();
                let had_room = state.has_room();
                let dropped = std::mem::take(&mut state.dropped);
                if dropped > 0 {
                    return Ok(Some(Event::Overflow { dropped }.into()));
                }
                let Some(received) = state.queue.pop_front() else { return Ok(None) };
                match &received {
                    Received::Presence { from, available } => {
                        let known = Known { told: Some(*available), queued: None };
                        state.presences.insert(from.clone(), known);
                    }
                    Received::Message(mail) => {
                        state.queued -= 1;
                        state.queued_bytes -= mail.bytes;
                    }
                    _ => {}
                }
                self.regulate(&mut state);
                if !had_room
                    && state.has_room()
                    && let Some(session) = self.flow.get().and_then(|flow| flow.session.upgrade())
                {
                    session.look();
                }
                received
            };
            let event = match received {
                Received::Presence { from, available } => Event::Availability { from, available },
                Received::Interrupted(error) => Event::Interrupted { error },
                Received::Resumed => Event::Resumed,
                Received::Reset { since, until } => {
                    Event::Hole(Hole { since, until, lasts: self.seen().lasts() })
                }
                Received::NotSubscribed { provider, identifier, error } => {
                    Event::NotSubscribed { provider, identifier, error }
                }
                Received::Message(mail) => match self.open(mail)? {
                    Some(given) => return Ok(Some(given)),
                    None => continue,
                },
            };
            return Ok(Some(event.into()));
        }
    }

    /// The event of a message; none where the application is done with it.
    fn open(&self, mail: Box<Mail>) -> Result<Option<Given>> {
        let (fingerprint, read) = mail.fingerprint().unzip();
        let mut repeated = false;
        if let Some(fingerprint) = &fingerprint {
            let mut seen = self.seen();
            match seen.look(fingerprint) {
                seen::Known::Taken => {
                    log::debug!("a message came again, and was dropped");
                    return Ok(None);
                }
                known => repeated = known == seen::Known::Given,
            }
            if let Err(error) = seen.given(fingerprint) {
                drop(seen);
                // What cannot be noted is not given: it would not be recognised.
                self.put_back(Settle { mail: Some(mail), ..Settle::default() });
                return Err(error);
            }
        }
        let mut event = self.decode(&mail, read.flatten());
        let mut ends = Vec::new();
        match &mut event {
            Event::Push(push) => {
                push.repeated = repeated;
                ends = seen::ends(&push.from, &push.data);
            }
            Event::Consent(consent) => consent.repeated = repeated,
            _ => {}
        }
        Ok(Some(Given { event, settle: Settle { fingerprint, ends, mail: Some(mail) } }))
    }

    /// Nobody came to an end with this message: it is the first of what waits.
    pub(super) fn put_back(&self, settle: Settle) {
        let Some(mail) = settle.mail else { return };
        let mut state = self.lock();
        state.queued += 1;
        state.queued_bytes += mail.bytes;
        state.queue.push_front(Received::Message(mail));
    }

    /// Nobody was given this event after all: it is the first of what waits. One that came of a message is
    /// [put back](Self::put_back) as such.
    pub(super) fn take_back(&self, event: Event) {
        let mut state = self.lock();
        let received = match event {
            Event::Push(_) | Event::Consent(_) | Event::Malformed { .. } => return,
            Event::Overflow { dropped } => {
                state.dropped += dropped;
                return;
            }
            Event::Availability { from, available } => {
                let known = state.presences.entry(from.clone()).or_default();
                if known.queued.is_some() {
                    // Nor was that told.
                    known.told = None;
                    return;
                }
                *known = Known { told: None, queued: Some(available) };
                Received::Presence { from, available }
            }
            Event::Interrupted { error } => Received::Interrupted(error),
            Event::Resumed => Received::Resumed,
            // Nothing was taken since, so it is given the same ends of the series again.
            Event::Hole(Hole { since, until, .. }) => Received::Reset { since, until },
            Event::NotSubscribed { provider, identifier, error } => {
                Received::NotSubscribed { provider, identifier, error }
            }
        };
        state.queue.push_front(received);
    }

    /// How many messages have come in, of whomever.
    pub(super) fn came(&self) -> u64 {
        self.lock().came
    }

    pub(super) fn over(&self) -> Option<Error> {
        self.lock().over.clone()
    }

    /// Lets the server keep what comes when enough waits here for a while, and hand it out when there is room again. Its
    /// answers go on coming meanwhile, which they would not if nothing were read.
    fn regulate(&self, state: &mut State) {
        if state.finishing || !state.waits() {
            return;
        }
        if state.has_much_room() {
            state.filled = None;
            if state.held {
                log::debug!("there is room again");
                state.held = false;
                self.tell(|session, priority| session.announce_soon(priority));
                self.announced.notify_one();
            }
        } else if state.is_full() && !state.held {
            match state.filled {
                None => {
                    state.filled = Some(Instant::now());
                    self.filled.notify_one();
                }
                Some(since) if since.elapsed() >= STALLED => {
                    log::debug!("enough waits: the server keeps the rest");
                    state.held = self.tell(|session, _| session.withdraw_soon());
                }
                Some(_) => {}
            }
        }
    }

    /// What was full may still be.
    pub(super) fn look_again(&self) {
        self.regulate(&mut self.lock());
    }

    fn tell(&self, what: impl FnOnce(&Session, i8) -> bool) -> bool {
        let Some(Flow { session, priority }) = self.flow.get() else { return false };
        session.upgrade().is_some_and(|session| what(&session, *priority))
    }

    /// Announces the listener as if for the first time, unless the server was asked to keep what comes.
    pub(super) fn announce_again(&self) {
        let state = self.lock();
        if state.listening.is_none() || state.held || state.finishing {
            return;
        }
        self.tell(|session, priority| session.withdraw_soon() && session.announce_soon(priority));
    }

    /// No more is asked for: what is here is the rest.
    pub(super) fn finish(&self) {
        self.lock().finishing = true;
    }

    /// By whom the server is told to keep what comes.
    pub(super) fn set_flow(&self, session: WeakSession, priority: i8) {
        let _ = self.flow.set(Flow { session, priority });
    }

    fn receive(&self, message: Message, receipt: Option<Receipt>) {
        self.lock().came += 1;
        if matches!(message.type_, MessageType::Error | MessageType::Groupchat) {
            return;
        }
        let Some(from) = message.from else { return };
        let is_data = |element| payload::is_payload(element) || payload::is_left_out(element);
        let has_data = message.payloads.iter().any(is_data);
        let notice = message.payloads.iter().position(dataconnect::is_notice);
        if !has_data && notice.is_none() {
            return;
        }

        let mut state = self.lock();
        let sender = from.to_bare();
        if !state.trusted.contains_key(&sender) {
            state.distrusted += 1;
            if state.told.len() < 1000 && state.told.insert(sender.clone()) {
                log::warn!("pushes of {sender} are dropped: it is not among the providers trusted here");
            }
            return;
        }
        let stamp = message.payloads.iter().find(|payload| is_delay(payload)).map(|delay| {
            let stamp = delay.attr("stamp").and_then(|stamp| stamp.parse::<Timestamp>().ok());
            // Four digits, XEP-0082 says, and not all languages know years before the first.
            stamp.filter(|stamp| stamp.as_second() >= FIRST_YEAR).ok_or_else(|| {
                let message = format!("a push of {from} cannot be read: when it was sent is no time");
                Error::new(ErrorKind::MalformedAnswer, message)
            })
        });
        let (body, texts) = texts(message.bodies, message.subjects, message.thread.map(Element::from));
        let bytes = message.payloads.iter().map(weight).sum::<usize>()
            + body.as_ref().map_or(0, String::len)
            + texts.iter().map(|text| 300 + text.text().len()).sum::<usize>();
        let (id, at, payloads) = (message.id.map(|id| id.0), Timestamp::now(), message.payloads);
        let mail = Mail { receipt: None, notice, from, id, stamp, at, body, texts, payloads, bytes };
        // One that is both is told as both.
        if notice.is_some() && has_data {
            state.push(mail.copy());
        }
        // Where nobody ever listened, the server need not wait for somebody who may never come.
        let receipt = receipt.filter(|_| state.has_listened);
        state.push(Mail { notice: notice.filter(|_| !has_data), receipt, ..mail });
        self.regulate(&mut state);
        state.news = true;
    }

    fn presence(&self, presence: Presence) {
        let available = match presence.type_ {
            PresenceType::None => true,
            PresenceType::Unavailable => false,
            _ => return,
        };
        let Some(from) = presence.from else { return };
        let mut state = self.lock();
        if state.own.as_ref() == Some(&from) || !state.trusted.contains_key(&from.to_bare()) {
            return;
        }
        state.presence(from, available);
        state.news = true;
    }

    fn decode(&self, mail: &Mail, read: Option<Data>) -> Event {
        let from = mail.from.clone();
        match mail.decode(read) {
            Ok(Event::Consent(mut consent)) => {
                let state = self.lock();
                let mut latest_first = state.authorizations.iter().rev();
                consent.request =
                    latest_first.find(|authorization| authorization.is_answered_by(&consent)).cloned();
                Event::Consent(consent)
            }
            Ok(event) => event,
            Err(error) => Event::Malformed { from, error },
        }
    }
}

impl State {
    fn waits(&self) -> bool {
        self.listening.as_ref().is_some_and(|listening| listening.when_full == WhenFull::Wait)
    }

    fn capacity(&self) -> usize {
        self.listening.as_ref().map_or(usize::MAX, |listening| listening.capacity)
    }

    fn is_full(&self) -> bool {
        self.queued >= self.capacity() || self.queued_bytes >= ENOUGH_BYTES
    }

    fn has_much_room(&self) -> bool {
        self.queued <= self.capacity() / 2 && self.queued_bytes <= ENOUGH_BYTES / 2
    }

    /// Whether more may be read.
    fn has_room(&self) -> bool {
        // Most of the time room is made at once, and the server need not be bothered.
        let pauses = self.is_full() && !self.held && !self.finishing;
        !self.waits() || !pauses && self.queued < QUEUED && self.queued_bytes < QUEUED_BYTES
    }

    fn push(&mut self, mail: Mail) {
        self.queued += 1;
        self.queued_bytes += mail.bytes;
        self.queue.push_back(Received::Message(Box::new(mail)));
        let most = match &self.listening {
            // Then no more is read.
            Some(Listening { when_full: WhenFull::Wait, .. }) => return,
            Some(listening) => listening.capacity,
            None => QUEUED,
        };
        while self.queued > most || (self.queued_bytes > QUEUED_BYTES && self.queued > 1) {
            let oldest = self.queue.iter().position(|received| matches!(received, Received::Message(_)));
            let Some(Received::Message(oldest)) = oldest.and_then(|at| self.queue.remove(at)) else { return };
            self.queued -= 1;
            self.queued_bytes -= oldest.bytes;
            self.dropped += 1;
        }
    }

    /// Queues what became of the connection. Of what nobody took in between only the upshot is kept, so that a bad
    /// network cannot fill the queue.
    fn changed(&mut self, change: &Change) {
        let news = match change {
            Change::Interrupted(error) => Received::Interrupted(error.clone()),
            Change::Resumed => Received::Resumed,
            Change::Reset { since, .. } => Received::Reset { since: *since, until: Timestamp::now() },
        };
        if matches!(self.queue.back(), Some(Received::Interrupted(_))) {
            self.queue.pop_back();
            if matches!(news, Received::Resumed) {
                return;
            }
        }
        match (self.queue.back_mut(), &news) {
            (Some(Received::Reset { until, .. }), Received::Reset { until: later, .. }) => *until = *later,
            _ => self.queue.push_back(news),
        }
    }

    /// Queues what is news. Of each address only the latest waits to be taken, so that no provider can fill the queue.
    fn presence(&mut self, from: Jid, available: bool) {
        let known = self.presences.get(&from).copied().unwrap_or_default();
        if known.queued.or(known.told) == Some(available) {
            return;
        }
        if known.queued.is_none() && known.told.is_none() && self.presences.len() >= PRESENCES {
            // Those that have gone are the least to know.
            self.presences.retain(|_, known| known.queued.is_some() || known.told == Some(true));
            if self.presences.len() >= PRESENCES {
                return;
            }
        }
        if known.queued.is_some() {
            self.queue
                .retain(|waiting| !matches!(waiting, Received::Presence { from: of, .. } if *of == from));
        }
        let queued = Some(available).filter(|_| known.told != Some(available));
        self.presences.insert(from.clone(), Known { queued, ..known });
        if queued.is_some() {
            self.queue.push_back(Received::Presence { from, available });
        }
    }
}

impl Mail {
    /// The same, but for the receipt.
    fn copy(&self) -> Self {
        Self {
            receipt: None,
            notice: self.notice,
            from: self.from.clone(),
            id: self.id.clone(),
            stamp: self.stamp.clone(),
            at: self.at,
            body: self.body.clone(),
            texts: self.texts.clone(),
            payloads: self.payloads.clone(),
            bytes: self.bytes,
        }
    }

    /// What it is recognised by, and its readings where that took reading them.
    fn fingerprint(&self) -> Option<(Fingerprint, Option<Data>)> {
        let sent = self.stamp.clone().and_then(Result::ok).unwrap_or(self.at);
        let (fingerprint, data) = Fingerprint::of(&self.from, self.id.as_deref(), sent, &self.payloads)?;
        // One message may be told as two events.
        Some(match self.notice {
            Some(_) => (fingerprint.with("notice"), None),
            None => (fingerprint, data),
        })
    }

    fn decode(&self, read: Option<Data>) -> Result<Event> {
        let Self { receipt: _, notice, from, id, stamp, at, body, texts, payloads, bytes: _ } = self;
        let (notice, from, id, body) = (*notice, from.clone(), id.clone(), body.clone());
        let delayed = stamp.is_some();
        let sent = stamp.clone().unwrap_or(Ok(*at))?;
        // Relative times count from when the push was sent (RFC 8428 section 4.5.3).
        let options = ReadOptions::at(sent);
        let first_notice = payloads.iter().position(dataconnect::is_notice);
        let others = payloads.iter().enumerate().filter(|(at, element)| {
            !payload::is_payload(element) && !is_delay(element) && Some(*at) != first_notice
        });
        // What is nobody's concern here must not spoil what is.
        let others = others.filter_map(|(_, element)| payload::to_own(element, &options, 1).ok());
        let mut other: Vec<_> = texts.iter().cloned().chain(others).collect();
        match notice {
            None => {
                let data = read.map_or_else(|| payload::read(payloads, &options), Ok).map_err(|error| {
                    let message = format!("a push of {from} cannot be read: {error}");
                    Error::new(ErrorKind::MalformedAnswer, message).caused_by(error)
                })?;
                Ok(Event::Push(Push { from, id, sent, delayed, repeated: false, data, body, other }))
            }
            Some(notice) => {
                let Notice { usage_points, state, unknown } =
                    Notice::read(&payloads[notice], &from, &options)?;
                other.splice(0..0, unknown);
                let request = None;
                Ok(Event::Consent(Consent {
                    from,
                    id,
                    sent,
                    delayed,
                    repeated: false,
                    usage_points,
                    state,
                    request,
                    body,
                    other,
                }))
            }
        }
    }
}

fn is_delay(element: &Element) -> bool {
    element.is("delay", ns::DELAY)
}

/// The body, and what else a message says.
fn texts(
    mut bodies: BTreeMap<Lang, String>,
    subjects: BTreeMap<Lang, String>,
    thread: Option<Element>,
) -> (Option<String>, Vec<data::Element>) {
    // Which one was without a language cannot be told: it has taken on that of the message, or of the stream.
    let body = bodies.remove("").or_else(|| bodies.remove("en"));
    let body = body.or_else(|| bodies.pop_first().map(|(_, body)| body));
    let bodies = bodies.into_iter().map(|(lang, text)| ("body", lang, text));
    let subjects = subjects.into_iter().map(|(lang, text)| ("subject", lang, text));
    let mut texts: Vec<_> = bodies
        .chain(subjects)
        .map(|(name, lang, text)| {
            let mut element = data::Element::new(name, ns::DEFAULT_NS);
            if !lang.is_empty() {
                let (namespace, name) = (data::XML_NS.to_owned(), "lang".to_owned());
                element.attributes.push(data::Attribute { namespace, name, value: lang.0 });
            }
            element.children.push(data::Node::Text(text));
            element
        })
        .collect();
    let options = ReadOptions::at(Timestamp::UNIX_EPOCH);
    texts.extend(thread.and_then(|thread| payload::to_own(&thread, &options, 1).ok()));
    (body, texts)
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

impl std::fmt::Debug for Settle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settle")
    }
}

impl From<Event> for Given {
    fn from(event: Event) -> Self {
        Self { event, settle: Settle::default() }
    }
}

/// The side of the inbox that the session's task sees.
pub(super) struct Receiver(pub(super) Arc<Inbox>);

impl Handler for Receiver {
    fn message(&mut self, message: Message, receipt: Receipt) {
        self.0.receive(message, Some(receipt));
    }

    fn presence(&mut self, presence: Presence) {
        self.0.presence(presence);
    }

    fn caught_up(&mut self) {
        if std::mem::take(&mut self.0.lock().news) {
            self.0.woken.notify_waiters();
        }
    }

    fn has_room(&self) -> bool {
        self.0.lock().has_room()
    }

    fn changed(&mut self, change: &Change) {
        if let Change::Reset { jid, .. } = change {
            self.0.set_own(jid.clone());
            self.0.reset.notify_one();
        }
        let mut state = self.0.lock();
        if state.listening.is_some() {
            state.changed(change);
            drop(state);
            self.0.woken.notify_waiters();
            // A new session is announced like the one before.
            if matches!(change, Change::Reset { .. }) {
                self.0.announced.notify_one();
            }
        }
    }

    fn bound(&mut self, jid: &Jid) {
        self.0.set_own(jid.clone());
    }

    fn over(&mut self, error: &Error) {
        self.0.lock().over = Some(error.clone());
        self.0.woken.notify_waiters();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // If the session's task failed, whoever listens must not wait for ever.
        self.0.lock().over.get_or_insert_with(failed);
        self.0.woken.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(inbox: &Inbox) -> Vec<(String, bool)> {
        std::iter::from_fn(|| inbox.take().unwrap())
            .map(|given| match given.event {
                Event::Availability { from, available } => (from.to_string(), available),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn say(inbox: &Inbox, from: &str, type_: PresenceType) {
        let mut presence = Presence::new(type_);
        presence.from = Some(from.parse().unwrap());
        inbox.presence(presence);
    }

    #[test]
    fn only_changes_are_told_and_of_what_waits_the_latest() {
        use PresenceType::{None as Here, Unavailable as Gone};
        let inbox = Inbox::default();
        inbox.trust("p@a.test".parse().unwrap());
        for type_ in [Here, Here, Gone, Here] {
            say(&inbox, "p@a.test/x", type_);
        }
        say(&inbox, "p@a.test/y", Gone);
        for type_ in [PresenceType::Error, PresenceType::Subscribe, PresenceType::Probe] {
            say(&inbox, "p@a.test/z", type_);
        }
        say(&inbox, "stranger@a.test/x", Here);
        let (x, y) = ("p@a.test/x".to_owned(), "p@a.test/y".to_owned());
        assert_eq!(told(&inbox), [(x.clone(), true), (y, false)]);
        say(&inbox, "p@a.test/x", Here);
        // It went and came back before anybody looked.
        say(&inbox, "p@a.test/x", Gone);
        say(&inbox, "p@a.test/x", Here);
        assert_eq!(told(&inbox), []);
        say(&inbox, "p@a.test/x", Gone);
        say(&inbox, "p@a.test/x", Gone);
        assert_eq!(told(&inbox), [(x, false)]);
        inbox.set_own("p@a.test/own".parse().unwrap());
        say(&inbox, "p@a.test/own", Here);
        assert_eq!(told(&inbox), []);
    }

    #[test]
    fn a_refusal_takes_back_no_trust_but_its_own() {
        let inbox = Inbox::default();
        let provider = || -> BareJid { "p@a.test".parse().unwrap() };
        let is_trusted = || inbox.lock().trusted.contains_key(&provider());
        let (first, second) = (inbox.asking(provider()), inbox.asking(provider()));
        assert!(is_trusted(), "while it is asked");
        first.refused();
        assert!(is_trusted(), "another call still asks");
        second.refused();
        assert!(!is_trusted());

        let asking = inbox.asking(provider());
        inbox.trust(provider());
        asking.refused();
        assert!(is_trusted(), "it was named meanwhile");

        let inbox = Inbox::default();
        let (first, second) = (inbox.asking(provider()), inbox.asking(provider()));
        drop(first);
        second.refused();
        assert!(inbox.lock().trusted.contains_key(&provider()), "the first may have subscribed");
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let inbox = Inbox::default();
        inbox.trust("p@a.test".parse().unwrap());
        for number in 0..3 * PRESENCES {
            say(&inbox, &format!("p@a.test/{number}"), PresenceType::None);
        }
        assert_eq!(told(&inbox).len(), PRESENCES);
        // Who has gone makes room.
        say(&inbox, "p@a.test/0", PresenceType::Unavailable);
        assert_eq!(told(&inbox).len(), 1);
        say(&inbox, "p@a.test/new", PresenceType::None);
        say(&inbox, "p@a.test/newer", PresenceType::None);
        assert_eq!(told(&inbox), [("p@a.test/new".to_owned(), true)]);
        assert!(inbox.lock().presences.len() <= PRESENCES);
    }

    fn mail(inbox: &Inbox, number: u32) {
        let payload = format!(
            "<quoalise xmlns='urn:quoalise:0'><data><meta/><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
             <senml n='urn:dev:a' t='{}' v='{number}'/></sensml></data></quoalise>",
            1_700_000_000 + number
        );
        let mut message = Message::new(None);
        message.from = Some("p@a.test/x".parse().unwrap());
        message.id = Some(xmpp_parsers::message::Id(number.to_string()));
        message.payloads.push(payload.parse().unwrap());
        inbox.receive(message, None);
    }

    fn listening(capacity: usize, when_full: WhenFull) -> Inbox {
        let inbox = Inbox::default();
        inbox.trust("p@a.test".parse().unwrap());
        assert!(inbox.begin(Listening::default().capacity(capacity).when_full(when_full)));
        inbox
    }

    /// How many messages, and bytes of them.
    fn waiting(inbox: &Inbox) -> (usize, usize) {
        let state = inbox.lock();
        (state.queued, state.queued_bytes)
    }

    /// Takes and deals with all there is: numbers, and how many were given up.
    fn taken(inbox: &Inbox) -> (Vec<u32>, u64) {
        let (mut numbers, mut given_up) = (Vec::new(), 0);
        while let Some(Given { event, settle }) = inbox.take().unwrap() {
            match event {
                Event::Push(push) => numbers.push(push.data.records().values()[0] as u32),
                Event::Overflow { dropped } => given_up += dropped,
                other => panic!("{other:?}"),
            }
            inbox.settle(settle).unwrap();
        }
        (numbers, given_up)
    }

    #[test]
    fn the_oldest_give_way_where_that_is_wanted() {
        let inbox = listening(3, WhenFull::DropOldest);
        for number in 0..10 {
            mail(&inbox, number);
        }
        assert_eq!(taken(&inbox), (vec![7, 8, 9], 7));
        mail(&inbox, 10);
        assert_eq!(taken(&inbox), (vec![10], 0));
        assert_eq!(waiting(&inbox), (0, 0));
    }

    #[test]
    fn whoever_waits_loses_nothing_and_reads_no_more_when_it_is_enough() {
        let inbox = Arc::new(listening(3, WhenFull::Wait));
        let receiver = Receiver(inbox.clone());
        let read = |numbers: std::ops::Range<u32>| {
            for number in numbers {
                assert!(receiver.has_room(), "before {number}");
                mail(&inbox, number);
            }
            assert!(!receiver.has_room());
        };
        // Nothing is read until there is room, or the server was asked to keep the rest.
        read(0..3);
        inbox.lock().held = true;
        read(3..QUEUED as u32);
        // What was read already is not lost either.
        mail(&inbox, QUEUED as u32);
        let first = inbox.take().unwrap().unwrap();
        assert!(!receiver.has_room());
        inbox.settle(first.settle).unwrap();
        let (numbers, given_up) = taken(&inbox);
        assert_eq!((numbers.len(), numbers[0], given_up), (QUEUED, 1, 0));
        assert!(!inbox.lock().held, "it is asked for again");
        assert_eq!(waiting(&inbox), (0, 0));
        read(0..3);
        inbox.settle(inbox.take().unwrap().unwrap().settle).unwrap();
        assert!(receiver.has_room());
    }

    #[test]
    fn a_repeat_of_what_was_taken_is_dropped_and_of_what_was_given_is_marked() {
        let inbox = listening(100, WhenFull::Wait);
        mail(&inbox, 1);
        let first = inbox.take().unwrap().unwrap();
        mail(&inbox, 1);
        let again = inbox.take().unwrap().unwrap();
        let repeated = |given: &Given| matches!(&given.event, Event::Push(push) if push.repeated);
        assert!(!repeated(&first) && repeated(&again));
        inbox.settle(first.settle).unwrap();
        drop(again);
        mail(&inbox, 1);
        mail(&inbox, 2);
        assert_eq!(taken(&inbox), (vec![2], 0));
    }

    #[test]
    fn what_nobody_was_given_after_all_comes_first() {
        let inbox = Arc::new(listening(1, WhenFull::DropOldest));
        let time = |second| Timestamp::from_second(second).unwrap();
        let since = |second| Change::Reset { since: time(second), jid: "me@a.test/x".parse().unwrap() };
        mail(&inbox, 1);
        mail(&inbox, 2);
        say(&inbox, "p@a.test/x", PresenceType::None);
        Receiver(inbox.clone()).changed(&Change::Interrupted(Error::new(ErrorKind::ConnectionLost, "gone")));
        Receiver(inbox.clone()).changed(&since(5));
        inbox.not_subscribed(
            "p@a.test/x".parse().unwrap(),
            Identifier::new("urn:dev:a").unwrap(),
            Error::new(ErrorKind::NotAuthorized, "no"),
        );
        let all = |inbox: &Inbox| {
            let mut names = Vec::new();
            while let Some(Given { event, settle }) = inbox.take().unwrap() {
                names.push(match &event {
                    Event::Overflow { dropped } => format!("overflow {dropped}"),
                    Event::Push(_) => "push".to_owned(),
                    Event::Availability { available, .. } => format!("there {available}"),
                    Event::Hole(hole) => format!("hole {}..", hole.since.as_second()),
                    Event::NotSubscribed { .. } => "not subscribed".to_owned(),
                    other => panic!("{other:?}"),
                });
                // Each is given to nobody the first time.
                if names.len() % 2 == 1 {
                    inbox.put_back(settle);
                    inbox.take_back(event);
                }
            }
            names
        };
        let names = ["overflow 1", "push", "there true", "hole 5..", "not subscribed"];
        assert_eq!(all(&inbox), names.map(|name| [name, name]).concat());
        // Of somebody who went meanwhile only that is told.
        say(&inbox, "p@a.test/x", PresenceType::Unavailable);
        let given = inbox.take().unwrap().unwrap();
        say(&inbox, "p@a.test/x", PresenceType::None);
        inbox.take_back(given.event);
        assert_eq!(told(&inbox), [("p@a.test/x".to_owned(), true)]);
        assert_eq!(waiting(&inbox), (0, 0));
    }

    #[test]
    fn no_time_is_before_the_first_year() {
        let inbox = listening(100, WhenFull::Wait);
        for (stamp, is_one) in [("2026-01-01T00:00:00Z", true), ("-000005-01-01T00:00:00Z", false)] {
            let mut message = Message::new(None);
            message.from = Some("p@a.test/x".parse().unwrap());
            let payload = "<quoalise xmlns='urn:quoalise:0'><data><meta/><sensml \
                           xmlns='urn:ietf:params:xml:ns:senml'/></data></quoalise>";
            let delay = format!("<delay xmlns='urn:xmpp:delay' stamp='{stamp}'/>");
            message.payloads = vec![payload.parse().unwrap(), delay.parse().unwrap()];
            inbox.receive(message, None);
            let given = inbox.take().unwrap().unwrap();
            assert_eq!(matches!(given.event, Event::Push(_)), is_one, "{:?}", given.event);
        }
    }

    #[test]
    fn of_interruptions_nobody_looked_at_only_the_upshot_is_told() {
        let error = || Error::new(ErrorKind::ConnectionLost, "gone");
        let lost = || Change::Interrupted(error());
        let time = |second| Timestamp::from_second(second).unwrap();
        let reset = |second| Change::Reset { since: time(second), jid: "me@a.test/x".parse().unwrap() };
        let inbox = Arc::new(listening(100, WhenFull::Wait));
        let told = |changes: &[Change]| {
            for change in changes {
                Receiver(inbox.clone()).changed(change);
            }
            std::iter::from_fn(|| inbox.take().unwrap())
                .map(|given| match given.event {
                    Event::Interrupted { .. } => "interrupted".to_owned(),
                    Event::Resumed => "resumed".to_owned(),
                    Event::Hole(hole) => format!("hole since {}", hole.since.as_second()),
                    other => panic!("{other:?}"),
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&[lost()]), ["interrupted"]);
        assert_eq!(told(&[Change::Resumed]), ["resumed"]);
        assert!(told(&[lost(), Change::Resumed, lost(), Change::Resumed]).is_empty());
        assert_eq!(told(&[lost(), reset(5)]), ["hole since 5"]);
        assert_eq!(told(&[lost(), reset(5), lost(), reset(9), lost()]), ["hole since 5", "interrupted"]);
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn a_disk_that_fails_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let inbox = listening(100, WhenFull::Wait);
        inbox.keep(&path).unwrap();
        let breaks = rusqlite::Connection::open(&path).unwrap();
        mail(&inbox, 1);
        mail(&inbox, 2);
        let first = inbox.take().unwrap().unwrap();
        breaks.execute_batch("ALTER TABLE pushes RENAME TO gone").unwrap();
        assert_eq!(inbox.settle(first.settle).unwrap_err().kind(), ErrorKind::InvalidArgument);
        for _ in 0..2 {
            assert_eq!(inbox.take().err().map(|error| error.kind()), Some(ErrorKind::InvalidArgument));
        }
        assert_eq!(inbox.lock().queued, 1, "it still waits");
        breaks.execute_batch("ALTER TABLE gone RENAME TO pushes").unwrap();
        assert_eq!(taken(&inbox), (vec![2], 0));
        assert_eq!(waiting(&inbox), (0, 0));
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn a_hole_nobody_took_is_left_to_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let killed = listening(100, WhenFull::Wait);
        killed.keep(&path).unwrap();
        drop(killed);
        for (takes, ends_well, is_there) in [(false, false, true), (true, true, true), (true, true, false)] {
            let inbox = listening(100, WhenFull::Wait);
            inbox.keep(&path).unwrap();
            let given = takes.then(|| inbox.take().unwrap()).flatten();
            let is_hole = given.is_some_and(|given| matches!(given.event, Event::Hole(_)));
            assert_eq!(is_hole, takes && is_there);
            if ends_well {
                inbox.ended_well();
            }
            inbox.end();
        }
    }
}
