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
    /// Told when more is handled.
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
            state.advance();
        }
        let number = state.base + state.open.len() as u64;
        state.open.push_back(Open { mark, done: false });
        drop(state);
        Some(Receipt(Some((self.clone(), number))))
    }

    /// How many stanzas are handled (the `h` of an `<a/>`), and how many came in.
    pub(super) fn counts(&self) -> (u32, u32) {
        let state = self.lock();
        (state.handled, state.handled.wrapping_add(state.open.len() as u32))
    }

    /// How many are handled, to go on from in a resumption: the server will send again what came behind that.
    pub(super) fn resume(&self) -> u32 {
        let mut state = self.lock();
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
        state.advance();
        drop(state);
        inbound.handled.notify_one();
    }
}

/// Something to recognise when it comes again.
pub(super) trait Marked {
    fn mark(&self) -> u64;
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
