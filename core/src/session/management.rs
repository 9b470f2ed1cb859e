//! Stream management (XEP-0198) without the stream: what was sent and may not have arrived, and what came in and was
//! not dealt with yet.
//!
//! A stanza counts as handled when whoever got it lets its [`Receipt`] go, not when it was read: what a process never
//! got round to comes again to the next one.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};
use tokio_xmpp::Stanza;

use crate::error::{Error, Result};

/// How many stanzas may be written without the server saying that they arrived; others wait.
const UNACKED: usize = 1000;

/// How often a stanza may be in flight when the server ends the stream with an error: it may be the reason.
const STRIKES: u8 = 2;

/// How many stanzas the server may be kept from forgetting. Beyond, the oldest count as handled: Prosody remembers 500 of
/// a session, and forgets the oldest without a word.
const MOST_OPEN: usize = 400;

/// After how many handled stanzas a server that has asked is told at once: it keeps them until then.
const MUCH: u32 = 100;

/// A stanza on its way out.
pub(super) struct Outgoing {
    pub stanza: Box<Stanza>,
    /// The id, where it is a request of ours.
    pub request: Option<String>,
    pub sent: Option<oneshot::Sender<Result<()>>>,
    strikes: u8,
}

impl Outgoing {
    pub(super) fn new(stanza: Stanza, request: Option<String>) -> Self {
        Self { stanza: Box::new(stanza), request, sent: None, strikes: 0 }
    }

    pub(super) fn telling(mut self, sent: Option<oneshot::Sender<Result<()>>>) -> Self {
        self.sent = sent;
        self
    }

    /// Whether nobody waits for it any more.
    fn is_vain(&self, is_wanted: impl Fn(&str) -> bool) -> bool {
        self.request.as_deref().is_some_and(|id| !is_wanted(id))
            || self.sent.as_ref().is_some_and(oneshot::Sender::is_closed)
    }

    fn tell(&mut self, result: Result<()>) {
        if let Some(sent) = self.sent.take() {
            let _ = sent.send(result);
        }
    }
}

/// What is to be written, and what was and may have to be again.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Outgoing>,
    unacked: VecDeque<Outgoing>,
    /// How many stanzas of this session the server has handled; `None` where it does not count.
    acked: Option<u32>,
    /// Something was written that the server does not count.
    wrote_unmanaged: bool,
    /// An `<r/>` is on its way.
    asked: bool,
}

impl Outbox {
    pub(super) fn push(&mut self, outgoing: Outgoing) {
        self.waiting.push_back(outgoing);
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The next stanza to write; those nobody waits for any more are left out.
    pub(super) fn next(&mut self, is_wanted: impl Fn(&str) -> bool) -> Option<&Stanza> {
        if self.unacked.len() >= UNACKED {
            return None;
        }
        while self.waiting.front().is_some_and(|next| next.is_vain(&is_wanted)) {
            self.waiting.pop_front();
        }
        self.waiting.front().map(|next| &*next.stanza)
    }

    /// The next stanza was written. Gives its id where it is a request.
    pub(super) fn written(&mut self) -> Option<String> {
        let mut written = self.waiting.pop_front()?;
        written.tell(Ok(()));
        let request = written.request.clone();
        match self.acked {
            Some(_) => self.unacked.push_back(written),
            None => self.wrote_unmanaged = true,
        }
        request
    }

    /// The next stanza cannot be written. Gives its id where it is a request.
    pub(super) fn unwritable(&mut self, error: &Error) -> Option<String> {
        let mut refused = self.waiting.pop_front()?;
        refused.tell(Err(error.clone()));
        refused.request
    }

    /// The requests that are still to be written.
    pub(super) fn requests(&self) -> HashSet<&str> {
        self.waiting.iter().filter_map(|waiting| waiting.request.as_deref()).collect()
    }

    /// Whether to ask the server what it has got.
    pub(super) fn should_ask(&self) -> bool {
        self.acked.is_some() && !self.asked && !self.unacked.is_empty()
    }

    /// It was asked, or is to be asked for other reasons.
    pub(super) fn asked(&mut self) {
        self.asked = true;
    }

    pub(super) fn is_managed(&self) -> bool {
        self.acked.is_some()
    }

    /// The server has handled so many stanzas of the session. False where it says more than were sent.
    pub(super) fn acknowledge(&mut self, h: u32) -> bool {
        self.asked = false;
        let Some(acked) = self.acked else { return true };
        let count = h.wrapping_sub(acked) as usize;
        if count > self.unacked.len() {
            return false;
        }
        self.unacked.drain(..count);
        self.acked = Some(h);
        true
    }

    /// The stream goes on over another connection: what it lacks is written again, first.
    pub(super) fn resumed(&mut self, h: u32) -> bool {
        if !self.acknowledge(h) {
            return false;
        }
        while let Some(lost) = self.unacked.pop_back() {
            self.waiting.push_front(lost);
        }
        true
    }

    /// The server ended the stream with an error, which may be about something that is on its way.
    pub(super) fn struck(&mut self) {
        for unacked in &mut self.unacked {
            unacked.strikes += 1;
        }
    }

    /// Another session takes over. `h` is what the server had of the old one, where it still knows; `managed` whether it
    /// counts in the new one. What certainly did not arrive is sent again, and what may be sent twice: messages, which
    /// those who get them tell apart by their ids, and answers. False where anything else may never arrive.
    pub(super) fn reset(&mut self, h: Option<u32>, managed: bool) -> bool {
        let mut complete = self.acked.is_some() || !self.wrote_unmanaged;
        let arrived = h.zip(self.acked).map(|(h, acked)| h.wrapping_sub(acked) as usize);
        let arrived = arrived.filter(|count| *count <= self.unacked.len());
        self.unacked.drain(..arrived.unwrap_or(0));
        for outgoing in self.unacked.drain(..).rev() {
            match *outgoing.stanza {
                // Presence is for whoever announces it to say anew.
                Stanza::Presence(_) => {}
                _ if outgoing.request.is_some() && arrived.is_none() => {}
                _ if outgoing.strikes >= STRIKES => {
                    log::warn!("a stanza is given up: the server ended the stream each time it was sent");
                    complete = false;
                }
                _ => self.waiting.push_front(outgoing),
            }
        }
        // An announcement that waits is made anew before; a good-bye to a peer still holds.
        self.waiting.retain_mut(|outgoing| {
            let kept = match &*outgoing.stanza {
                Stanza::Presence(presence) => presence.to.is_some(),
                _ => true,
            };
            if !kept {
                outgoing.tell(Ok(()));
            }
            kept
        });
        self.acked = managed.then_some(0);
        (self.asked, self.wrote_unmanaged) = (false, false);
        complete
    }

    /// Goes before all that waits.
    pub(super) fn push_first(&mut self, outgoing: Outgoing) {
        self.waiting.push_front(outgoing);
    }

    /// All that is still to be written is refused.
    pub(super) fn refuse(&mut self, reason: &Error) {
        for mut outgoing in self.waiting.drain(..) {
            outgoing.tell(Err(reason.clone()));
        }
    }
}

/// Counts what comes in, for one session of the server's.
#[derive(Default)]
pub(super) struct Inbound {
    state: Mutex<Counted>,
    /// Told when more is handled, as far as the server [waits](Waits) for it.
    pub handled: Notify,
}

#[derive(Default)]
struct Counted {
    /// All up to here are handled (as `h`, modulo 2^32), and how many that are in all.
    handled: u32,
    base: u64,
    /// What came behind that: the first is not handled.
    open: VecDeque<Open>,
    /// What is to come again after a resumption, and to be passed over.
    again: VecDeque<u64>,
    waits: Waits,
    /// How many the server was told of.
    told: u32,
    /// Whether there was a request among those behind.
    has_request: bool,
}

/// What a server that has asked is still to be told. Telling it, and waking the session for that, costs more than most
/// stanzas do, so it is told once of what is handled in one go.
#[derive(Clone, Copy, Default, PartialEq)]
enum Waits {
    /// Nothing.
    #[default]
    No,
    /// In a moment, or when it has become much, how much is handled.
    Soon,
    /// That anything more is handled.
    ForMore,
}

struct Open {
    /// To recognise it by when it comes again.
    mark: u64,
    done: bool,
}

impl Counted {
    fn advance(&mut self) {
        while self.open.front().is_some_and(|open| open.done) {
            self.open.pop_front();
            self.base += 1;
            self.handled = self.handled.wrapping_add(1);
        }
    }

    fn is_much(&self) -> bool {
        self.handled.wrapping_sub(self.told) >= MUCH
    }

    /// As [`advance`](Self::advance); whether the server is to hear of it.
    fn advance_for_server(&mut self) -> bool {
        let before = self.handled;
        self.advance();
        match self.waits {
            Waits::No => false,
            Waits::Soon => self.is_much(),
            Waits::ForMore => self.handled != before,
        }
    }
}

impl Inbound {
    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a stanza; nothing where it was here before.
    pub(super) fn receive(self: &Arc<Self>, stanza: &impl Marked) -> Option<Receipt> {
        let mark = stanza.mark();
        let mut state = self.lock();
        match state.again.pop_front() {
            Some(expected) if expected == mark => return None,
            // The server counts otherwise than we do; who gets it recognises what is there twice.
            Some(_) => state.again.clear(),
            None => {}
        }
        if state.open.len() >= MOST_OPEN
            && let Some(oldest) = state.open.front_mut()
        {
            oldest.done = true;
            // An ejabberd ends a session that leaves 5,000 unacknowledged.
            if state.advance_for_server() {
                self.handled.notify_one();
            }
        }
        if stanza.is_request() {
            state.has_request = true;
            if state.waits == Waits::Soon {
                // It may not ask again before it is told.
                self.handled.notify_one();
            }
        }
        let number = state.base + state.open.len() as u64;
        state.open.push_back(Open { mark, done: false });
        drop(state);
        Some(Receipt(Some((self.clone(), number))))
    }

    /// The server waits to know how many stanzas are handled. True where it is to be told at once, not only in a moment.
    pub(super) fn asked(&self) -> bool {
        let mut state = self.lock();
        state.waits = Waits::Soon;
        state.is_much() || state.has_request
    }

    /// How many stanzas are handled (the `h` of an `<a/>`), to be told now; when there are more, that is to be told too.
    pub(super) fn tell(&self) -> u32 {
        let mut state = self.lock();
        state.waits = if state.open.is_empty() { Waits::No } else { Waits::ForMore };
        state.told = state.handled;
        state.has_request = false;
        state.handled
    }

    /// How many stanzas are handled, and how many came in.
    #[cfg(test)]
    fn counts(&self) -> (u32, u32) {
        let state = self.lock();
        (state.handled, state.handled.wrapping_add(state.open.len() as u32))
    }

    /// How many are handled, to go on from in a resumption: the server will send again what came behind that.
    pub(super) fn resume(&self) -> u32 {
        let mut state = self.lock();
        (state.waits, state.told, state.has_request) = (Waits::No, state.handled, false);
        state.again = state.open.iter().map(|open| open.mark).collect();
        state.handled
    }
}

/// Whoever has it still has to deal with a stanza; when it is dropped, the server may forget that stanza.
pub(crate) struct Receipt(Option<(Arc<Inbound>, u64)>);

impl Receipt {
    /// Lets it go without the stanza being dealt with: the server sends it to somebody else.
    pub(crate) fn leave(mut self) {
        self.0 = None;
    }

    /// For what the server does not count.
    pub(super) fn uncounted(inbound: &Arc<Inbound>) -> Self {
        Self(Some((inbound.clone(), u64::MAX)))
    }
}

impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Receipt")
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        let Some((inbound, number)) = self.0.take() else { return };
        let mut state = inbound.lock();
        let at = number.checked_sub(state.base).and_then(|at| usize::try_from(at).ok());
        if let Some(open) = at.and_then(|at| state.open.get_mut(at)) {
            open.done = true;
        }
        let is_to_be_told = state.advance_for_server();
        drop(state);
        if is_to_be_told {
            inbound.handled.notify_one();
        }
    }
}

/// Something to recognise when it comes again.
pub(super) trait Marked {
    fn mark(&self) -> u64;

    /// Whether a server that is not told of it in time says to its sender that nobody is there.
    fn is_request(&self) -> bool {
        false
    }
}

impl Marked for Stanza {
    fn mark(&self) -> u64 {
        let (kind, from, id) = match self {
            Self::Message(message) => (0, message.from.as_ref(), message.id.as_ref().map(|id| &*id.0)),
            Self::Presence(presence) => (1, presence.from.as_ref(), presence.id.as_deref()),
            Self::Iq(iq) => (2, iq.from(), Some(iq.id())),
        };
        mark(kind, from.map(ToString::to_string).as_deref(), id)
    }

    fn is_request(&self) -> bool {
        matches!(self, Self::Iq(_))
    }
}

/// The mark of a stanza.
pub(super) fn mark(kind: u8, from: Option<&str>, id: Option<&str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, from, id).hash(&mut hasher);
    hasher.finish()
}

/// Of a stanza that could not be read whole.
impl Marked for u64 {
    fn mark(&self) -> u64 {
        *self
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use xmpp_parsers::iq::Iq;
    use xmpp_parsers::jid::Jid;
    use xmpp_parsers::message::{Id, Message};
    use xmpp_parsers::ping::Ping;
    use xmpp_parsers::presence::{Presence, Type};

    use super::*;
    use crate::error::ErrorKind;

    fn message(id: &str) -> Stanza {
        let mut message = Message::new(Some(jid()));
        message.id = Some(Id(id.to_owned()));
        Stanza::Message(message)
    }

    fn jid() -> Jid {
        "p@a.test/x".parse().unwrap()
    }

    fn id(stanza: &Stanza) -> &str {
        match stanza {
            Stanza::Message(message) => &message.id.as_ref().unwrap().0,
            Stanza::Presence(presence) => presence.id.as_deref().unwrap(),
            Stanza::Iq(iq) => iq.id(),
        }
    }

    fn push(outbox: &mut Outbox, id: &str) {
        outbox.push(Outgoing::new(message(id), None));
    }

    fn ask(outbox: &mut Outbox, id: &str) {
        let request = Stanza::Iq(Iq::from_get(id, Ping).with_to(jid()));
        outbox.push(Outgoing::new(request, Some(id.to_owned())));
    }

    fn announce(outbox: &mut Outbox, id: &str, to: Option<Jid>) {
        let mut presence = Presence::new(Type::None);
        (presence.id, presence.to) = (Some(id.to_owned()), to);
        outbox.push(Outgoing::new(Stanza::Presence(presence), None));
    }

    /// Writes all there is to write; their ids.
    fn write(outbox: &mut Outbox) -> Vec<String> {
        let mut written = Vec::new();
        while let Some(stanza) = outbox.next(|_| true) {
            written.push(id(stanza).to_owned());
            outbox.written();
        }
        written
    }

    fn managed() -> Outbox {
        let mut outbox = Outbox::default();
        outbox.reset(None, true);
        outbox
    }

    #[test]
    fn what_is_acknowledged_is_forgotten() {
        let mut outbox = managed();
        assert!(outbox.is_managed() && !outbox.should_ask());
        for id in ["a", "b", "c"] {
            push(&mut outbox, id);
        }
        assert!(!outbox.should_ask(), "nothing is written yet");
        assert_eq!(write(&mut outbox), ["a", "b", "c"]);
        assert!(outbox.should_ask());
        outbox.asked();
        assert!(!outbox.should_ask(), "one question at a time");
        assert!(outbox.acknowledge(2));
        assert!(outbox.should_ask(), "one is left");
        assert!(outbox.acknowledge(2), "said twice");
        assert!(outbox.acknowledge(3) && !outbox.should_ask());
        assert!(!outbox.acknowledge(4), "more than was sent");
        assert!(!outbox.acknowledge(2), "less than it said before");
    }

    #[test]
    fn counts_begin_anew_behind_two_to_the_thirty_two() {
        let mut outbox = managed();
        outbox.acked = Some(u32::MAX - 1);
        for id in ["a", "b", "c", "d"] {
            push(&mut outbox, id);
        }
        write(&mut outbox);
        assert!(outbox.acknowledge(1), "three more");
        assert_eq!(outbox.unacked.len(), 1);
        assert!(outbox.resumed(1));
        assert_eq!(write(&mut outbox), ["d"]);
        assert!(outbox.acknowledge(2));
        assert!(outbox.unacked.is_empty());
    }

    #[test]
    fn no_more_is_on_its_way_than_is_remembered() {
        let mut outbox = managed();
        for number in 0..UNACKED + 5 {
            push(&mut outbox, &number.to_string());
        }
        assert_eq!(write(&mut outbox).len(), UNACKED);
        assert!(outbox.acknowledge(2));
        assert_eq!(write(&mut outbox).len(), 2);
        assert_eq!(outbox.waiting(), 3);
    }

    #[test]
    fn a_resumption_writes_what_the_server_lacks_and_goes_on() {
        let mut outbox = managed();
        for id in ["a", "b", "c"] {
            push(&mut outbox, id);
        }
        write(&mut outbox);
        push(&mut outbox, "d");
        assert!(outbox.resumed(1));
        // Interrupted once more before all of it is written.
        assert_eq!(id(outbox.next(|_| true).unwrap()), "b");
        outbox.written();
        assert!(outbox.resumed(1));
        assert_eq!(write(&mut outbox), ["b", "c", "d"]);
        assert!(outbox.resumed(4));
        assert!(write(&mut outbox).is_empty());
        assert!(!outbox.resumed(5), "more than was sent");
    }

    #[test]
    fn what_nobody_waits_for_is_not_written() {
        let mut outbox = managed();
        for id in ["a", "b"] {
            ask(&mut outbox, id);
        }
        let (sent, done) = oneshot::channel();
        outbox.push(Outgoing::new(message("c"), None).telling(Some(sent)));
        let (sent, mut told) = oneshot::channel();
        outbox.push(Outgoing::new(message("d"), None).telling(Some(sent)));
        drop(done);
        assert_eq!(outbox.requests(), HashSet::from(["a", "b"]));
        assert_eq!(id(outbox.next(|id| id != "a").unwrap()), "b");
        assert_eq!(outbox.written().as_deref(), Some("b"));
        assert!(told.try_recv().is_err(), "not written yet");
        assert_eq!(write(&mut outbox), ["d"]);
        assert!(told.try_recv().unwrap().is_ok());
        // Nor is it written again.
        assert!(outbox.resumed(0));
        assert_eq!(id(outbox.next(|_| false).unwrap()), "d");
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let mut outbox = managed();
        ask(&mut outbox, "a");
        let (sent, mut told) = oneshot::channel();
        outbox.push(Outgoing::new(message("b"), None).telling(Some(sent)));
        let error = Error::new(ErrorKind::InvalidArgument, "no XML");
        assert_eq!(outbox.unwritable(&error).as_deref(), Some("a"));
        assert_eq!(outbox.unwritable(&error), None);
        assert_eq!(told.try_recv().unwrap().unwrap_err().kind(), ErrorKind::InvalidArgument);
        assert!(!outbox.should_ask(), "the server is not to count it");

        let (sent, mut told) = oneshot::channel();
        outbox.push(Outgoing::new(message("c"), None).telling(Some(sent)));
        outbox.refuse(&error);
        assert_eq!(told.try_recv().unwrap().unwrap_err().kind(), ErrorKind::InvalidArgument);
        assert_eq!(outbox.waiting(), 0);
    }

    /// Written: an announcement, a message, a request, a presence to a peer, a message; and one of each waits.
    fn busy() -> Outbox {
        let mut outbox = managed();
        announce(&mut outbox, "announced", None);
        push(&mut outbox, "first");
        ask(&mut outbox, "asked");
        announce(&mut outbox, "directed", Some(jid()));
        push(&mut outbox, "second");
        write(&mut outbox);
        announce(&mut outbox, "waits-announced", None);
        push(&mut outbox, "waits");
        ask(&mut outbox, "waits-asked");
        announce(&mut outbox, "waits-directed", Some(jid()));
        outbox
    }

    #[test]
    fn a_reset_with_the_servers_count_sends_what_did_not_arrive() {
        let mut outbox = busy();
        assert!(outbox.reset(Some(2), true), "nothing can be lost");
        // Presence is announced anew by who has the session.
        assert_eq!(write(&mut outbox), ["asked", "second", "waits", "waits-asked", "waits-directed"]);
        assert!(outbox.acknowledge(5), "the new session counts from its beginning");
    }

    #[test]
    fn a_reset_without_it_sends_again_what_may_come_twice() {
        for h in [None, Some(99)] {
            let mut outbox = busy();
            assert!(outbox.reset(h, true));
            // Whether the request arrived is not known: asking again is for those who asked.
            assert_eq!(write(&mut outbox), ["first", "second", "waits", "waits-asked", "waits-directed"]);
        }
    }

    #[test]
    fn an_announcement_that_a_reset_overtakes_counts_as_sent() {
        let mut outbox = managed();
        let (sent, mut told) = oneshot::channel();
        let presence = Stanza::Presence(Presence::new(Type::None));
        outbox.push(Outgoing::new(presence, None).telling(Some(sent)));
        outbox.reset(None, true);
        assert!(told.try_recv().unwrap().is_ok());
        assert_eq!(outbox.waiting(), 0);
    }

    #[test]
    fn what_the_server_ends_the_stream_for_is_given_up() {
        let mut outbox = managed();
        push(&mut outbox, "poison");
        write(&mut outbox);
        outbox.struck();
        assert!(outbox.reset(None, true));
        push(&mut outbox, "innocent");
        assert_eq!(write(&mut outbox), ["poison", "innocent"]);
        outbox.struck();
        assert!(!outbox.reset(None, true), "something is lost");
        assert_eq!(write(&mut outbox), ["innocent"]);
    }

    #[test]
    fn a_server_that_does_not_count_may_have_lost_what_was_written() {
        let mut outbox = Outbox::default();
        assert!(outbox.reset(None, false), "nothing was sent before");
        push(&mut outbox, "a");
        assert_eq!(write(&mut outbox), ["a"]);
        assert!(!outbox.is_managed() && !outbox.should_ask());
        assert!(outbox.acknowledge(7), "whatever it says");
        push(&mut outbox, "b");
        assert!(!outbox.reset(None, true));
        assert_eq!(write(&mut outbox), ["b"]);
        assert!(outbox.reset(None, false), "it counted, and `b` is sent again");
        assert_eq!(write(&mut outbox), ["b"]);
    }

    fn receive(inbound: &Arc<Inbound>, id: &str) -> Option<Receipt> {
        inbound.receive(&message(id))
    }

    #[test]
    fn only_what_is_handled_in_a_row_is_told() {
        let inbound = Arc::<Inbound>::default();
        let mut receipts: Vec<_> = ["a", "b", "c", "d"].map(|id| receive(&inbound, id)).into();
        assert_eq!(inbound.counts(), (0, 4));
        receipts[1] = None;
        receipts[2] = None;
        assert_eq!(inbound.counts(), (0, 4), "the first is missing");
        receipts[0] = None;
        assert_eq!(inbound.counts(), (3, 4));
        drop(Receipt::uncounted(&inbound));
        assert_eq!(inbound.counts(), (3, 4));
        receipts.clear();
        assert_eq!(inbound.counts(), (4, 4));
    }

    #[test]
    fn the_oldest_count_as_handled_before_the_server_forgets_them() {
        let inbound = Arc::<Inbound>::default();
        let mut receipts: Vec<_> =
            (0..MOST_OPEN).map(|number| receive(&inbound, &number.to_string()).unwrap()).collect();
        assert_eq!(inbound.counts(), (0, MOST_OPEN as u32));
        drop(receipts.remove(2));
        receipts.push(receive(&inbound, "more").unwrap());
        assert_eq!(inbound.counts(), (1, MOST_OPEN as u32 + 1));
        receipts.push(receive(&inbound, "and more").unwrap());
        assert_eq!(inbound.counts(), (3, MOST_OPEN as u32 + 2), "the third was handled");
        // Handled late, they count once.
        drop(receipts);
        assert_eq!(inbound.counts(), (MOST_OPEN as u32 + 2, MOST_OPEN as u32 + 2));
    }

    #[test]
    fn what_is_left_is_never_handled() {
        let inbound = Arc::<Inbound>::default();
        let (first, second) = (receive(&inbound, "a").unwrap(), receive(&inbound, "b"));
        first.leave();
        drop(second);
        assert_eq!(inbound.counts(), (0, 2));
        assert_eq!(inbound.resume(), 0);
    }

    #[test]
    fn what_comes_again_after_a_resumption_is_passed_over() {
        let inbound = Arc::<Inbound>::default();
        let mut receipts: Vec<_> = ["a", "b", "c", "d"].map(|id| receive(&inbound, id)).into();
        receipts[0] = None;
        receipts[2] = None;
        assert_eq!(inbound.resume(), 1);
        // Cut once more in the middle of it.
        assert!(receive(&inbound, "b").is_none());
        receipts[1] = None;
        assert_eq!(inbound.resume(), 3);
        assert!(receive(&inbound, "d").is_none());
        let new = receive(&inbound, "e");
        assert!(new.is_some());
        assert_eq!(inbound.counts(), (3, 5));
        drop((receipts, new));
        assert_eq!(inbound.counts(), (5, 5));
    }

    #[test]
    fn a_server_that_sends_something_else_again_is_heard() {
        let inbound = Arc::<Inbound>::default();
        let receipts = ["a", "b"].map(|id| receive(&inbound, id));
        inbound.resume();
        assert!(receive(&inbound, "x").is_some());
        assert!(receive(&inbound, "b").is_some(), "rather twice than never");
        drop(receipts);
        // Of the same kind, from the same sender, with the same id; nothing else is the same.
        let mut from = Message::new(None);
        (from.id, from.from) = (Some(Id("a".to_owned())), Some(jid()));
        let mut presence = Presence::new(Type::None);
        presence.id = Some("a".to_owned());
        let marks = [message("a"), Stanza::Message(from), Stanza::Presence(presence)].map(|it| it.mark());
        assert!(marks[0] != marks[1] && marks[0] != marks[2] && marks[1] != marks[2]);
        assert_eq!(mark(0, None, Some("a")), message("a").mark());
    }

    #[test]
    fn what_is_handled_is_counted_modulo_two_to_the_thirty_two() {
        let inbound = Arc::<Inbound>::default();
        {
            let mut state = inbound.lock();
            (state.handled, state.base) = (u32::MAX, u64::from(u32::MAX));
        }
        let receipts = ["a", "b"].map(|id| receive(&inbound, id));
        assert_eq!(inbound.counts(), (u32::MAX, 1));
        drop(receipts);
        assert_eq!(inbound.counts(), (1, 1));
        let receipt = receive(&inbound, "c");
        assert_eq!(inbound.resume(), 1);
        assert!(receive(&inbound, "c").is_none());
        drop(receipt);
        assert_eq!(inbound.counts(), (2, 2));
    }

    #[test]
    fn a_server_that_waits_is_told_and_no_other() {
        let inbound = Arc::<Inbound>::default();
        let is_told = || inbound.handled.notified().now_or_never().is_some();
        let take = |ids: [&str; 3]| ids.map(|id| receive(&inbound, id));
        drop(take(["a", "b", "c"]));
        assert!(!is_told(), "it did not ask");
        assert!(!inbound.asked());
        let [first, second, third] = take(["d", "e", "f"]);
        drop(first);
        assert!(!is_told(), "a moment is not over");
        assert_eq!(inbound.tell(), 4);
        drop(third);
        assert!(!is_told(), "what is not in a row counts for nothing");
        drop(second);
        assert!(is_told(), "it waits for more than it was told");
        assert!(!inbound.asked());
        assert_eq!(inbound.tell(), 6);

        inbound.asked();
        for _ in 1..MUCH {
            drop(receive(&inbound, "g"));
        }
        assert!(!is_told());
        drop(receive(&inbound, "g"));
        assert!(is_told() && inbound.asked(), "that is much");

        inbound.tell();
        let request = || inbound.receive(&Stanza::Iq(Iq::from_get("r", Ping)));
        drop(request());
        assert!(!is_told() && inbound.asked(), "whoever asked for it waits");
        inbound.tell();
        assert!(!inbound.asked());
        drop(request());
        assert!(is_told() && inbound.asked(), "so does one that came behind");

        let receipts = take(["j", "k", "l"]);
        inbound.tell();
        inbound.resume();
        drop(receipts);
        assert!(!is_told(), "over another connection it asks anew");
    }
}
