use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use xmpp_parsers::jid::Jid;

use super::Consent;
use super::inbox::Inbox;
use crate::data::{Data, Element};
use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;

/// How long a server may take to hand over what it had sent already.
const FINISH_TIMEOUT: Duration = Duration::from_secs(2);

/// New data a provider sent by itself.
#[derive(Clone)]
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
    /// The data; those of several `quoalise` elements of one message follow each other.
    pub data: Data,
    /// What the message says in words, where it does; of several languages English, if it is among them.
    pub body: Option<String>,
    /// What else was in the message: extensions, subjects, the body in further languages. Not the stamp of
    /// [`sent`](Self::sent).
    pub other: Vec<Element>,
}

impl std::fmt::Debug for Push {
    /// The body may tell readings, and is left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, id, sent, delayed, data, body: _, other } = self;
        f.debug_struct("Push")
            .field("from", &from.to_string())
            .field("id", id)
            .field("sent", sent)
            .field("delayed", delayed)
            .field("data", data)
            .field("other", other)
            .finish_non_exhaustive()
    }
}

/// What [`Listener::next`] gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "events are taken one at a time, and nearly all are pushes")]
pub enum Event {
    /// New data.
    Push(Push),
    /// A person has given consent: the notice of a Data Connect proxy.
    Consent(Consent),
    /// A trusted provider came, or went, as far as it says so itself: providers tell their subscribers by directed
    /// presence (RFC 6121 section 4.6). One whose network fails says nothing.
    ///
    /// Only changes are told, and to a listener that is slow only how things stand by then.
    Availability {
        /// Who, resource included.
        from: Jid,
        /// Whether it is there.
        available: bool,
    },
    /// A trusted provider sent something that cannot be read.
    Malformed {
        /// Who sent it.
        from: Jid,
        /// What is wrong with it.
        error: Error,
    },
    /// So many pushes and notices were given up, because more came than were taken.
    Overflow {
        /// How many.
        dropped: u64,
    },
}

/// The pushes of trusted providers, and what else they tell by themselves, in the order it came.
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
            let woken = self.inbox.woken();
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

    /// As [`Client::distrusted`](super::Client::distrusted).
    pub fn distrusted(&self) -> u64 {
        self.inbox.distrusted()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.inbox.end();
        self.session.announce_soon(self.quiet_priority);
    }
}
