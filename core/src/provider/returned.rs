//! Pushes that come back (RFC 6120 section 8.3): what was pushed is kept for a while, and what a server returns while it
//! or the subscriber's is away is sent again, under the same id, by which consumers recognise a repeat.
//!
//! While one push to a subscriber waits, later ones to that subscriber queue behind it, in the order in which they were
//! pushed. They go one at a time, each followed by a question to the subscriber's server: its answer comes behind the
//! push, and behind the push's return.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use minidom::Element;
use tokio::sync::mpsc;
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::message::{Id, Message, MessageType};
use xmpp_parsers::ns;
use xmpp_parsers::ping::Ping;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};

use super::access::DynAuthorization;
use super::push::Pace;
use super::subscriptions::DynSubscriptions;
use super::{Access, Limits};
use crate::error::{Error, ErrorKind};
use crate::session::{Request, WeakSession, is_no_answer};
use crate::stanza::payload;

/// How many pushes are kept in case they come back, how many bytes of them, and for how long: the oldest are forgotten.
/// Servers take up to ten minutes to give up another server, or a session that may be resumed.
const KEPT: usize = 10_000;
const KEPT_BYTES: usize = 64 << 20;
const KEPT_FOR: Duration = Duration::from_secs(15 * 60);

/// What a push takes beside its payload, about.
const AROUND: usize = 1000;

/// How long the subscriber's server may take to say that it is there.
const SIGN_TIMEOUT: Duration = Duration::from_secs(30);

/// How often a server that was there may fall silent behind one push; it may be the reason.
const STRIKES: u8 = 5;

/// Of how many subscribers it is remembered that their losses were told.
const TOLD: usize = 1000;

/// A message with new data, to one subscriber.
#[derive(Clone)]
pub(super) struct Push {
    pub id: String,
    /// Who is about to read what; asked for anew each time it is sent.
    pub access: Access,
    /// Whether it is for who has subscribed only.
    pub subscribed: bool,
    /// The `quoalise` element.
    pub payload: Arc<str>,
    /// When it was pushed first.
    pub since: Instant,
    /// Its place among all that were pushed.
    number: u64,
    /// How often it came back.
    returned: u32,
    strikes: u8,
}

impl Push {
    pub(super) fn new(id: String, access: Access, subscribed: bool, payload: Arc<str>) -> Self {
        let since = Instant::now();
        Self { id, access, subscribed, payload, since, number: 0, returned: 0, strikes: 0 }
    }

    pub(super) fn message(&self, payload: Element) -> Message {
        let mut message = Message::new(Some(self.to().clone().into()));
        message.type_ = MessageType::Normal;
        message.id = Some(Id(self.id.clone()));
        message.payloads.push(payload);
        message
    }

    fn to(&self) -> &BareJid {
        &self.access.requester
    }

    fn bytes(&self) -> usize {
        self.payload.len() + AROUND
    }
}

/// What was pushed and may come back, and what did.
pub(super) struct Returned {
    state: Mutex<State>,
    limits: Limits,
    /// Told of a subscriber who begins to have something waiting.
    begun: mpsc::UnboundedSender<BareJid>,
}

#[derive(Default)]
struct State {
    pushed: u64,
    kept: HashMap<String, Kept>,
    kept_bytes: usize,
    keepings: u64,
    /// In the order in which they are forgotten; some are no longer kept, or kept again since.
    oldest: VecDeque<(Instant, u64, String)>,
    queues: HashMap<BareJid, Queue>,
    /// Whose they are, by id.
    waiting_ids: HashMap<String, (BareJid, u64)>,
    waiting_bytes: usize,
    undelivered: u64,
    told: BTreeSet<(BareJid, &'static str)>,
}

struct Kept {
    keeping: u64,
    push: Push,
}

/// What waits for one subscriber, by number.
#[derive(Default)]
struct Queue {
    waiting: BTreeMap<u64, Push>,
    bytes: usize,
    /// How often in a row it was tried in vain.
    attempts: u32,
    /// Which is being sent again, and that it came back once more.
    sending: u64,
    returned: bool,
}

impl Returned {
    pub(super) fn new(limits: Limits) -> (Self, mpsc::UnboundedReceiver<BareJid>) {
        let (begun, told) = mpsc::unbounded_channel();
        (Self { state: Mutex::default(), limits, begun }, told)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many pushes wait to be sent again, or behind such.
    pub(super) fn waiting(&self) -> usize {
        self.lock().waiting_ids.len()
    }

    /// How many were given up.
    pub(super) fn undelivered(&self) -> u64 {
        self.lock().undelivered
    }

    /// Whether something waits for this subscriber.
    pub(super) fn is_waiting(&self, to: &BareJid) -> bool {
        self.lock().queues.contains_key(to)
    }

    /// Keeps what is about to be sent. False where it is not to be sent now: it waits behind others.
    pub(super) fn take(&self, mut push: Push) -> bool {
        let mut state = self.lock();
        state.pushed += 1;
        push.number = state.pushed;
        if state.queues.contains_key(push.to()) {
            state.queue(push, &self.limits);
            return false;
        }
        state.keep(push);
        true
    }

    /// It could not be sent after all.
    pub(super) fn forget(&self, id: &str) {
        self.lock().unkeep(id);
    }

    /// A message of type `error`. It changes nothing unless it is about a push, and comes from who was to get that, or
    /// from that server.
    pub(super) fn came_back(&self, message: &Message) {
        let (Some(from), Some(Id(id))) = (&message.from, &message.id) else { return };
        let mut state = self.lock();
        // One that is just being sent again is still in its queue.
        let again = || state.waiting_ids.get(id).cloned();
        let kept = state.kept.get(id).map(|kept| (kept.push.to().clone(), kept.push.number));
        let Some((to, number)) = kept.or_else(again) else { return };
        let is_server = from.node().is_none() && from.resource().is_none() && from.domain() == to.domain();
        if from.to_bare() != to && !is_server {
            log::warn!("an error came about a push from someone it was not for; it was dropped");
            return;
        }
        let (helps, condition) = waiting_helps(message);
        let helps = helps && !self.limits.push_again_within.is_zero();
        let kept = state.unkeep(id);
        if !helps {
            if kept.is_none() {
                state.unqueue(&to, number);
            }
            let why = "what is pushed to it cannot be delivered";
            return state.lose(&to, why, condition.as_deref());
        }
        let Some(mut push) = kept else {
            if let Some(queue) = state.queues.get_mut(&to) {
                queue.returned |= queue.sending == number;
            }
            return;
        };
        push.returned += 1;
        let begins = !state.queues.contains_key(&to);
        log::debug!("a push to {to} came back ({}), and waits", condition.as_deref().unwrap_or("unknown"));
        if begins {
            log::info!("what is pushed to {to} comes back; it will be sent again");
        }
        state.queue(push, &self.limits);
        drop(state);
        if begins {
            let _ = self.begun.send(to);
        }
    }

    /// How long to wait before the next is sent again; `None` where nothing is left.
    fn wait(&self, to: &BareJid) -> Option<Duration> {
        let mut state = self.lock();
        state.expire(to, &self.limits);
        let queue = state.queues.get(to)?;
        let Some(next) = queue.waiting.values().next() else {
            state.queues.remove(to);
            return None;
        };
        let attempts = queue.attempts.max(next.returned).max(1);
        let (first, longest) = self.limits.push_again;
        let wait = first.saturating_mul(1 << (attempts - 1).min(20)).min(longest);
        Some(wait / 2 + wait.mul_f64(crate::session::random()) / 2)
    }

    /// The next to send again; `None` where nothing is left, and what is pushed next goes out at once.
    fn next(&self, to: &BareJid) -> Option<Push> {
        let mut state = self.lock();
        state.expire(to, &self.limits);
        let queue = state.queues.get_mut(to)?;
        queue.returned = false;
        if let Some(next) = queue.waiting.values().next() {
            queue.sending = next.number;
            return Some(next.clone());
        }
        state.queues.remove(to);
        log::info!("all that had come back from {to} was sent again");
        None
    }

    /// It is no longer to be sent.
    fn drop_one(&self, push: &Push) {
        self.lock().unqueue(push.to(), push.number);
    }

    /// The subscriber's server is not there, or refuses for now.
    fn in_vain(&self, to: &BareJid) {
        if let Some(queue) = self.lock().queues.get_mut(to) {
            queue.attempts = queue.attempts.saturating_add(1);
        }
    }

    /// The subscriber's server gave a sign behind it. False where it has come back once more.
    fn answered(&self, push: &Push) -> bool {
        let mut state = self.lock();
        let Some(queue) = state.queues.get_mut(push.to()) else { return true };
        if queue.returned {
            queue.attempts = queue.attempts.saturating_add(1);
            return false;
        }
        queue.attempts = 0;
        // It may still come back: a session that is not resumed gives up what it had minutes later.
        if let Some(push) = state.unqueue(push.to(), push.number) {
            state.keep(push);
        }
        true
    }

    /// The subscriber's server gave no sign behind it, though it had before.
    fn silent(&self, push: &Push) {
        let mut state = self.lock();
        let Some(queue) = state.queues.get_mut(push.to()) else { return };
        queue.attempts = queue.attempts.saturating_add(1);
        let Some(waiting) = queue.waiting.get_mut(&push.number) else { return };
        waiting.strikes += 1;
        if waiting.strikes >= STRIKES {
            state.unqueue(push.to(), push.number);
            state.lose(push.to(), "its server falls silent at what is pushed to it", None);
        }
    }
}

impl State {
    fn keep(&mut self, push: Push) {
        let now = Instant::now();
        self.keepings += 1;
        let keeping = self.keepings;
        self.kept_bytes += push.bytes();
        self.oldest.push_back((now, keeping, push.id.clone()));
        self.kept.insert(push.id.clone(), Kept { keeping, push });
        while let Some((at, keeping, id)) = self.oldest.front() {
            let current = self.kept.get(id).is_some_and(|kept| kept.keeping == *keeping);
            let is_due = self.oldest.len() > KEPT
                || self.kept_bytes > KEPT_BYTES
                || now.saturating_duration_since(*at) > KEPT_FOR;
            if current && !is_due {
                return;
            }
            if let Some((_, _, id)) = self.oldest.pop_front()
                && current
            {
                self.unkeep(&id);
            }
        }
    }

    fn unkeep(&mut self, id: &str) -> Option<Push> {
        let Kept { push, .. } = self.kept.remove(id)?;
        self.kept_bytes -= push.bytes();
        Some(push)
    }

    /// Lets it wait at its place. Beyond the bounds the oldest are given up.
    fn queue(&mut self, push: Push, limits: &Limits) {
        let to = push.to().clone();
        let queue = self.queues.entry(to.clone()).or_default();
        queue.bytes += push.bytes();
        self.waiting_ids.insert(push.id.clone(), (to.clone(), push.number));
        self.waiting_bytes += push.bytes();
        queue.waiting.insert(push.number, push);
        let mut over = queue.waiting.len() > limits.push_waiting.max(1);
        let mut of = to;
        loop {
            if over {
                self.lose_oldest(&of);
            }
            over = self.waiting_bytes > limits.push_waiting_bytes && self.waiting_ids.len() > 1;
            if !over {
                return;
            }
            // Whoever has most waiting, so that one subscriber costs others nothing.
            let Some((most, _)) = self.queues.iter().max_by_key(|(_, queue)| queue.bytes) else { return };
            of = most.clone();
        }
    }

    fn lose_oldest(&mut self, of: &BareJid) {
        let oldest = self.queues.get(of).and_then(|queue| queue.waiting.keys().next().copied());
        if let Some(oldest) = oldest {
            self.unqueue(of, oldest);
            self.lose(of, "more came back than is kept", None);
        }
    }

    fn unqueue(&mut self, to: &BareJid, number: u64) -> Option<Push> {
        let queue = self.queues.get_mut(to)?;
        let push = queue.waiting.remove(&number)?;
        queue.bytes -= push.bytes();
        self.waiting_ids.remove(&push.id);
        self.waiting_bytes -= push.bytes();
        Some(push)
    }

    /// Gives up what is older than it may become.
    fn expire(&mut self, to: &BareJid, limits: &Limits) {
        while let Some(queue) = self.queues.get(to)
            && let Some((number, next)) = queue.waiting.iter().next()
            && next.since.elapsed() > limits.push_again_within
        {
            let number = *number;
            self.unqueue(to, number);
            self.lose(to, "it could not be reached for too long", None);
        }
    }

    /// Counts one that is given up, and tells so once.
    fn lose(&mut self, to: &BareJid, why: &'static str, condition: Option<&str>) {
        self.undelivered += 1;
        if self.told.len() >= TOLD {
            self.told.clear();
        }
        if self.told.insert((to.clone(), why)) {
            let condition = condition.map(|name| format!(" ({name})")).unwrap_or_default();
            log::warn!("pushes to {to} are given up: {why}{condition}");
        }
    }
}

/// Whether the same push may get through later, and the condition's name.
fn waiting_helps(message: &Message) -> (bool, Option<String>) {
    use DefinedCondition as C;
    let Some(error) = message.payloads.iter().find(|child| child.is("error", ns::DEFAULT_NS)) else {
        return (false, None);
    };
    let Ok(StanzaError { type_, defined_condition, .. }) = StanzaError::try_from(error.clone()) else {
        return (error.attr("type") == Some("wait"), None);
    };
    let is_away = matches!(
        defined_condition,
        C::RemoteServerNotFound
            | C::RemoteServerTimeout
            | C::ServiceUnavailable
            | C::RecipientUnavailable
            | C::ResourceConstraint
            | C::InternalServerError
    );
    let name = crate::stanza::error::condition_name(&defined_condition);
    (is_away || type_ == ErrorType::Wait, Some(name))
}

/// What it takes to send again.
pub(super) struct Again {
    pub returned: Arc<Returned>,
    pub session: WeakSession,
    pub authorization: Arc<dyn DynAuthorization>,
    pub subscriptions: Arc<dyn DynSubscriptions>,
    pub pace: Pace,
}

/// What became of one that was to be sent again.
enum Outcome {
    /// The subscriber's server is there, and has it.
    There,
    /// It is to be tried again later.
    NotNow,
    /// It is not to be sent any more.
    Dropped,
    /// The session is over.
    Over,
}

impl Again {
    /// Sends again what waits for this subscriber, until nothing is left.
    pub(super) async fn run(self: Arc<Self>, to: BareJid) {
        let (mut is_there, mut rests) = (false, true);
        loop {
            if rests {
                let Some(wait) = self.returned.wait(&to) else { return };
                tokio::time::sleep(wait).await;
            }
            let Some(push) = self.returned.next(&to) else { return };
            match self.send(&push, is_there).await {
                Outcome::There => (is_there, rests) = (true, false),
                Outcome::NotNow => (is_there, rests) = (false, true),
                Outcome::Dropped => {
                    self.returned.drop_one(&push);
                    rests = false;
                }
                Outcome::Over => return,
            }
        }
    }

    async fn send(&self, push: &Push, was_there: bool) -> Outcome {
        let to = push.to();
        // Whoever wrote the rights or the store may have made a mistake; it costs this push only.
        match AssertUnwindSafe(self.is_due(push)).catch_unwind().await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) | Err(_) => return Outcome::Dropped,
            Ok(Err(error)) => {
                log::warn!("the subscriptions cannot be looked at: {error}");
                self.returned.in_vain(to);
                return Outcome::NotNow;
            }
        }
        if !was_there {
            match self.sign(to).await {
                Some(true) => {}
                Some(false) => {
                    self.returned.in_vain(to);
                    return Outcome::NotNow;
                }
                None => return Outcome::Over,
            }
        }
        tokio::time::sleep(self.pace.next(to, &self.returned.limits)).await;
        let Ok(payload) = payload::parse(&push.payload) else { return Outcome::Dropped };
        let Some(session) = self.session.upgrade() else { return Outcome::Over };
        let sent = session.send(push.message(payload)).await;
        drop(session);
        if let Err(error) = sent {
            log::debug!("a push to {to} is not sent again yet: {error}");
            self.returned.in_vain(to);
            return if is_over(&error) { Outcome::Over } else { Outcome::NotNow };
        }
        match self.sign(to).await {
            Some(true) if self.returned.answered(push) => Outcome::There,
            Some(true) => Outcome::NotNow,
            Some(false) => {
                self.returned.silent(push);
                Outcome::NotNow
            }
            None => Outcome::Over,
        }
    }

    /// Whether it may still be read, and is still wanted.
    async fn is_due(&self, push: &Push) -> crate::Result<bool> {
        let to = push.to();
        if let Err(refused) = self.authorization.authorize(&push.access).await {
            log::info!("{to} is pushed nothing: it may not read that ({})", refused.kind());
            return Ok(false);
        }
        if !push.subscribed {
            return Ok(true);
        }
        let subscribers = self.subscriptions.to(push.access.identifier.clone()).await?;
        Ok(subscribers.contains(to))
    }

    /// Whether the subscriber's server answers, whatever it says; `None` where the session is over.
    async fn sign(&self, to: &BareJid) -> Option<bool> {
        let server = Jid::from_parts(None, to.domain(), None);
        // The session is not held while its answer is awaited.
        let mut asked =
            self.session.upgrade()?.ask(Some(&server), Request::Get(Ping.into()), SIGN_TIMEOUT).ok()?;
        match asked.answer().await {
            Ok(_) => Some(true),
            Err(error) if is_over(&error) => None,
            // A server that loses the other one may say of what was on its way there that its recipient is not.
            Err(error) => Some(
                error.kind() != ErrorKind::ServerUnreachable
                    && error.condition() != Some("recipient-unavailable")
                    && !is_no_answer(error.kind()),
            ),
        }
    }
}

fn is_over(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Closed | ErrorKind::LoginRefused | ErrorKind::Replaced | ErrorKind::UnsuitableServer
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Operation;

    const APP: &str = "app@consumer.test";

    fn limits() -> Limits {
        Limits { push_waiting: 3, ..Limits::default() }
    }

    fn push(id: &str, to: &str) -> Push {
        let series = "urn:dev:ow:1_a".parse().unwrap();
        let access = Access::new(to.parse().unwrap(), series, Operation::Subscribe);
        Push::new(id.to_owned(), access, true, "<quoalise xmlns='urn:quoalise:0'/>".into())
    }

    fn error(from: &str, id: &str, kind: &str, condition: &str) -> Message {
        let stanza = format!(
            "<message xmlns='jabber:client' type='error' id='{id}' from='{from}'><error type='{kind}'>\
             <{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
        );
        stanza.parse::<Element>().unwrap().try_into().unwrap()
    }

    fn away(from: &str, id: &str) -> Message {
        error(from, id, "wait", "remote-server-timeout")
    }

    #[test]
    fn what_waiting_may_mend_waits() {
        for (kind, condition, waits) in [
            ("wait", "remote-server-timeout", true),
            ("cancel", "remote-server-not-found", true),
            ("cancel", "service-unavailable", true),
            ("wait", "recipient-unavailable", true),
            ("wait", "resource-constraint", true),
            ("wait", "policy-violation", true),
            ("wait", "no-such-condition", true),
            ("modify", "policy-violation", false),
            ("cancel", "item-not-found", false),
            ("auth", "forbidden", false),
            ("cancel", "gone", false),
            ("cancel", "no-such-condition", false),
        ] {
            let (returned, mut begun) = Returned::new(limits());
            assert!(returned.take(push("1", APP)));
            returned.came_back(&error(APP, "1", kind, condition));
            let counts = (returned.waiting(), returned.undelivered());
            assert_eq!(counts, if waits { (1, 0) } else { (0, 1) }, "{kind} {condition}");
            assert_eq!(begun.try_recv().is_ok(), waits);
        }
    }

    #[test]
    fn nobody_returns_what_was_for_another() {
        let (returned, mut begun) = Returned::new(limits());
        assert!(returned.take(push("1", APP)));
        for (from, id) in [
            ("mallory@consumer.test", "1"),
            ("app@elsewhere.test", "1"),
            ("elsewhere.test", "1"),
            ("consumer.test/resource", "1"),
            (APP, "2"),
        ] {
            returned.came_back(&away(from, id));
            returned.came_back(&error(from, id, "auth", "forbidden"));
            assert_eq!((returned.waiting(), returned.undelivered()), (0, 0), "{from} {id}");
        }
        returned.came_back(&away("consumer.test", "1"));
        assert_eq!(returned.waiting(), 1);
        assert!(begun.try_recv().is_ok());
        // And once only.
        returned.came_back(&away(APP, "1"));
        assert_eq!(returned.waiting(), 1);
        assert!(begun.try_recv().is_err());
    }

    #[test]
    fn later_ones_wait_behind_in_order_and_the_oldest_are_given_up() {
        let (returned, _begun) = Returned::new(limits());
        let to: BareJid = APP.parse().unwrap();
        for id in ["1", "2"] {
            assert!(returned.take(push(id, APP)));
        }
        returned.came_back(&away(APP, "2"));
        assert!(!returned.take(push("3", APP)));
        assert!(returned.take(push("4", "other@consumer.test")), "others go on");
        returned.came_back(&away(APP, "1"));
        assert!(returned.wait(&to).unwrap() >= returned.limits.push_again.0 / 2);
        assert_eq!(returned.next(&to).unwrap().id, "1");
        assert!(!returned.take(push("5", APP)));
        assert_eq!((returned.waiting(), returned.undelivered()), (3, 1));
        for id in ["2", "3", "5"] {
            let next = returned.next(&to).unwrap();
            assert_eq!(next.id, id);
            assert!(returned.answered(&next));
        }
        assert!(returned.next(&to).is_none());
        assert!(returned.take(push("6", APP)));
        // A session that was not resumed, say.
        returned.came_back(&away(APP, "5"));
        assert_eq!(returned.waiting(), 1);
    }

    #[test]
    fn one_that_keeps_coming_back_waits_longer_each_time() {
        let (returned, _begun) = Returned::new(limits());
        let to: BareJid = APP.parse().unwrap();
        assert!(returned.take(push("1", APP)));
        for attempt in 0..40 {
            // Behind the server's sign, and before it.
            returned.came_back(&away(APP, "1"));
            let wait = returned.wait(&to).unwrap();
            let (first, longest) = returned.limits.push_again;
            let full = first.saturating_mul(1 << attempt.min(20)).min(longest);
            assert!(wait >= full / 2 && wait <= full, "{attempt}: {wait:?}");
            let next = returned.next(&to).unwrap();
            if attempt % 2 == 0 {
                assert!(returned.answered(&next));
                assert!(returned.next(&to).is_none());
            } else {
                returned.came_back(&away(APP, "1"));
                assert!(!returned.answered(&next));
                returned.drop_one(&next);
                assert!(returned.next(&to).is_none());
                returned.lock().keep(next);
            }
        }
    }

    #[test]
    fn a_peer_that_returns_everything_costs_others_nothing() {
        let limits = Limits { push_waiting_bytes: 10 * (AROUND + 34), push_waiting: 100, ..limits() };
        let (returned, _begun) = Returned::new(limits);
        for (number, to) in [(0, APP), (1, "other@elsewhere.test")] {
            assert!(returned.take(push(&number.to_string(), to)));
            returned.came_back(&away(to, &number.to_string()));
        }
        for number in 2..200 {
            assert!(!returned.take(push(&number.to_string(), APP)));
        }
        assert_eq!((returned.waiting(), returned.undelivered()), (10, 190));
        assert!(returned.is_waiting(&"other@elsewhere.test".parse().unwrap()));
        // What is kept in case it comes back is bounded too.
        for number in 0..2 * KEPT {
            returned.take(push(&format!("k{number}"), "third@elsewhere.test"));
        }
        let state = returned.lock();
        assert!(state.kept.len() <= KEPT && state.oldest.len() <= KEPT && state.kept_bytes <= KEPT_BYTES);
    }

    #[test]
    fn what_is_too_old_or_silences_its_server_is_given_up() {
        let (returned, _begun) = Returned::new(limits());
        let to: BareJid = APP.parse().unwrap();
        assert!(returned.take(push("1", APP)));
        returned.came_back(&away(APP, "1"));
        for _ in 0..STRIKES {
            let next = returned.next(&to).unwrap();
            returned.silent(&next);
        }
        assert!(returned.wait(&to).is_none());
        assert_eq!(returned.undelivered(), 1);
        let limits = Limits { push_again_within: Duration::from_millis(1), ..limits() };
        let (returned, _begun) = Returned::new(limits);
        assert!(returned.take(push("1", APP)));
        returned.came_back(&away(APP, "1"));
        std::thread::sleep(Duration::from_millis(5));
        assert!(returned.next(&to).is_none());
        assert_eq!((returned.waiting(), returned.undelivered()), (0, 1));
    }
}
