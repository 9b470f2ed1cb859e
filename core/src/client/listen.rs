#[cfg(feature = "sqlite")]
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use xmpp_parsers::jid::Jid;

use super::Consent;
use super::inbox::{Given, Inbox, Settle};
use super::seen::Lasts;
use crate::data::{Data, Element, Identifier};
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
    /// Whether it was given before, to this process or, with a [journal](Listening::journal), to one before, and nobody
    /// knows whether that came to its end with it. One that was taken is not given again.
    pub repeated: bool,
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
        let Self { from, id, sent, delayed, repeated, data, body: _, other } = self;
        f.debug_struct("Push")
            .field("from", &from.to_string())
            .field("id", id)
            .field("sent", sent)
            .field("delayed", delayed)
            .field("repeated", repeated)
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
    /// So many pushes and notices were given up, because more came than were taken: see [`WhenFull::DropOldest`].
    Overflow {
        /// How many.
        dropped: u64,
    },
    /// The connection was lost, and is being made anew by itself. The server keeps what comes meanwhile.
    Interrupted {
        /// What happened.
        error: Error,
    },
    /// It is there again, and nothing was lost (XEP-0198). Where an interruption had its end before anybody took that
    /// event, neither is told.
    Resumed,
    /// The connection is there again, but the server no longer knew of the session, so some pushes may be lost:
    /// [`Client::fill`](super::Client::fill) asks for what they may have told. Also first of all, where a process before
    /// this one did not come to a good end, as far as the [journal](Listening::journal) knows.
    Hole(Hole),
    /// After such a loss it was looked whether the subscriptions made by this client are still there, and this one is
    /// not.
    NotSubscribed {
        /// Where.
        provider: Jid,
        /// To what.
        identifier: Identifier,
        /// Why the provider will not have it.
        error: Error,
    },
}

/// A stretch of time in which pushes may have got lost.
#[derive(Clone)]
#[non_exhaustive]
pub struct Hole {
    /// What was sent before is here.
    pub since: Timestamp,
    /// What was sent after that comes again, or is here.
    pub until: Timestamp,
    /// How far the series went by then.
    pub(super) lasts: Arc<Lasts>,
}

impl std::fmt::Debug for Hole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hole").field("since", &self.since).field("until", &self.until).finish_non_exhaustive()
    }
}

/// What to do with what comes when nobody takes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[non_exhaustive]
pub enum WhenFull {
    /// Nothing more is read for a second; then the server is asked to keep it, as for an account that is away, until
    /// half of what waits was taken, and answers to requests go on coming meanwhile. How much a server keeps is for its
    /// operator to say (ejabberd's own limit is 100 messages).
    ///
    /// What was on its way already still comes in, as does all at once what it had kept: of that, 10,000 messages or 64 MiB
    /// wait here at the most, and then nothing more is read, answers included, until some are taken.
    #[default]
    Wait,
    /// The oldest are given up, counted, and told as [`Event::Overflow`].
    DropOldest,
}

/// How to listen; see [`Client::listen_with`](super::Client::listen_with).
///
/// ```
/// use quoalise::{Listening, WhenFull};
///
/// let latest = Listening::default().capacity(1).when_full(WhenFull::DropOldest);
/// ```
#[derive(Clone, Debug)]
pub struct Listening {
    pub(super) capacity: usize,
    pub(super) when_full: WhenFull,
    #[cfg(feature = "sqlite")]
    pub(super) journal: Option<PathBuf>,
}

impl Default for Listening {
    fn default() -> Self {
        Self {
            capacity: 100,
            when_full: WhenFull::default(),
            #[cfg(feature = "sqlite")]
            journal: None,
        }
    }
}

impl Listening {
    /// Sets how many messages may wait to be taken, or 16 MiB of them. Default 100.
    pub fn capacity(mut self, messages: usize) -> Self {
        self.capacity = messages.max(1);
        self
    }

    /// Sets what happens when so many wait. By default the server [keeps](WhenFull::Wait) the rest.
    pub fn when_full(mut self, policy: WhenFull) -> Self {
        self.when_full = policy;
        self
    }

    /// Keeps in this file, which is made if need be, which pushes were taken (not what they say) and how far the series
    /// go, so that the next process recognises what it gets again, and knows where to go on. For one listener at a time.
    ///
    /// A process that may be killed should name a resource too, as `app@example.org/reader`: the next one then takes
    /// over at once what the server has kept for it, instead of minutes later.
    #[cfg(feature = "sqlite")]
    pub fn journal(mut self, file: impl Into<PathBuf>) -> Self {
        self.journal = Some(file.into());
        self
    }
}

/// The pushes of trusted providers, and what else they tell by themselves, in the order it came.
///
/// While it lives, the session announces a priority that lets the server deliver pushes to it; dropping it takes that
/// back, and later pushes are kept by the server for the next listener.
///
/// A push counts as received only when it is *taken*: when the next event is asked for, or the listener is
/// [finished](Self::finish). One that is in hand when the listener is dropped, because storing it failed perhaps, is given
/// again, to the next listener, as [`repeated`](Push::repeated). The server keeps what it was not told of (XEP-0198): what
/// was not taken comes again to the next session of the same resource, and is late or has to be
/// [filled in](super::Client::fill) where none was named.
#[derive(Debug)]
pub struct Listener {
    inbox: Arc<Inbox>,
    session: Session,
    quiet_priority: i8,
    in_hand: Option<Settle>,
}

impl Listener {
    pub(super) fn new(inbox: Arc<Inbox>, session: Session, quiet_priority: i8) -> Self {
        Self { inbox, session, quiet_priority, in_hand: None }
    }

    /// The next event; waits for it. `None` when the client was closed. Asking for it says that the one before is dealt
    /// with.
    ///
    /// Cancelling the wait loses nothing.
    ///
    /// # Errors
    /// `LoginRefused`, `Replaced`, `UnsuitableServer` where the connection was lost for good, once what came before has
    /// been taken; `InvalidArgument` where the journal cannot be written, and then nothing is lost either.
    pub async fn next(&mut self) -> Result<Option<Event>> {
        self.settle()?;
        loop {
            // Registered before looking, so that nothing coming in between is missed.
            let woken = self.inbox.woken();
            let over = self.inbox.over();
            if over.as_ref().is_some_and(|over| over.kind() == ErrorKind::Closed) && self.session.is_managed()
            {
                // The server has the rest, for the next listener.
                self.inbox.leave();
                return Ok(None);
            }
            if let Some(Given { event, settle }) = self.inbox.take()? {
                self.in_hand = Some(settle);
                return Ok(Some(event));
            }
            if let Some(over) = over {
                return if over.kind() == ErrorKind::Closed { Ok(None) } else { Err(over) };
            }
            woken.await;
        }
    }

    fn settle(&mut self) -> Result<()> {
        self.in_hand.take().map_or(Ok(()), |settle| self.inbox.settle(settle))
    }

    /// Stops listening without losing anything: the server keeps what comes from here on, and what it had sent before
    /// is given back, in order, and counts as taken.
    ///
    /// # Errors
    /// `ConnectionLost`, `Unreachable`, or `NoAnswer` where the server does not answer within two seconds; `InvalidArgument`
    /// where the journal cannot be written. Then, as where the wait is cancelled, nothing more counts as taken: all of it comes
    /// to the next listener, the one in hand too, as [`repeated`](Push::repeated).
    pub async fn finish(self) -> Result<Vec<Event>> {
        Ok(self.wind_up(None).await?.take())
    }

    /// As [`finish`](Self::finish), but nothing counts as taken yet. `untaken` is an event that was to be given to somebody,
    /// and was not.
    pub(crate) async fn wind_up(self, untaken: Option<Event>) -> Result<Rest> {
        let mut rest = Rest { listener: self, untaken, given: Vec::new() };
        let Self { inbox, session, .. } = &rest.listener;
        inbox.finish();
        session.withdraw_soon();
        session.catch_up(FINISH_TIMEOUT).await?;
        while let Some(given) = inbox.take()? {
            rest.given.push(given);
        }
        Ok(rest)
    }

    /// Nobody was given this event after all: it waits for the next listener.
    #[cfg(feature = "ffi")]
    pub(crate) fn take_back(&self, event: Event) {
        self.inbox.take_back(event);
    }

    /// As [`Client::distrusted`](super::Client::distrusted).
    pub fn distrusted(&self) -> u64 {
        self.inbox.distrusted()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(settle) = self.in_hand.take() {
            self.inbox.put_back(settle);
        }
        self.inbox.end();
        self.session.announce_soon(self.quiet_priority);
    }
}

/// What came to a listener before its end. Where nobody takes it, it comes to the next listener.
#[derive(Debug)]
pub(crate) struct Rest {
    listener: Listener,
    untaken: Option<Event>,
    given: Vec<Given>,
}

impl Rest {
    /// In the order it came.
    #[cfg(feature = "ffi")]
    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.untaken.iter().chain(self.given.iter().map(|given| &given.event))
    }

    /// All of it counts as taken.
    pub(crate) fn take(mut self) -> Vec<Event> {
        let mut rest: Vec<_> = self.untaken.take().into_iter().collect();
        let mut noted = self.listener.settle();
        let inbox = &self.listener.inbox;
        for Given { event, settle } in std::mem::take(&mut self.given) {
            rest.push(event);
            noted = inbox.settle(settle).and(noted);
        }
        if let Err(error) = noted {
            // They are here, and at the worst are not recognised when they come again.
            log::warn!("not all of what was taken could be noted: {error}");
            return rest;
        }
        #[cfg(feature = "sqlite")]
        inbox.ended_well();
        rest
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        let inbox = &self.listener.inbox;
        for Given { event, settle } in std::mem::take(&mut self.given).into_iter().rev() {
            inbox.put_back(settle);
            inbox.take_back(event);
        }
        // Where it came of a message, that is in the listener's hand, and goes back with it.
        if let Some(event) = self.untaken.take() {
            inbox.take_back(event);
        }
    }
}
