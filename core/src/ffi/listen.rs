use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::stream::{self, Source, Stream};
use super::{Authorization, Data, Error, Owned, Result, xml};
use crate::client::{
    Consent as CoreConsent, Event as CoreEvent, Hole as CoreHole, Listener as CoreListener, Listening,
    Push as CorePush, Rest as CoreRest, WhenFull,
};

/// How to listen.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct ListenOptions {
    /// How many messages may wait to be taken, or 16 MiB of them. 100 by default.
    #[uniffi(default = None)]
    pub capacity: Option<u32>,
    /// What happens when so many wait. By default the server keeps the rest.
    #[uniffi(default = None)]
    pub when_full: Option<WhenFull>,
    /// A file, made if need be, that keeps which pushes were taken (not what they say) and how far the series go, so
    /// that the next process recognises what it gets again, and knows where to go on. For one listener at a time.
    #[uniffi(default = None)]
    pub journal: Option<PathBuf>,
}

impl From<ListenOptions> for Listening {
    fn from(options: ListenOptions) -> Self {
        let ListenOptions { capacity, when_full, journal } = options;
        let mut listening = Self::default();
        if let Some(capacity) = capacity {
            listening = listening.capacity(usize::try_from(capacity).unwrap_or(usize::MAX));
        }
        if let Some(policy) = when_full {
            listening = listening.when_full(policy);
        }
        if let Some(file) = journal {
            listening = listening.journal(file);
        }
        listening
    }
}

/// New data a provider sent by itself.
#[derive(Clone, uniffi::Record)]
pub struct Push {
    /// Who sent it, resource included.
    pub sender: String,
    /// The stanza's id, where it has one.
    pub id: Option<String>,
    /// When it was sent: the stamp of a server that kept it meanwhile (XEP-0203), else when it came in.
    pub sent: Timestamp,
    /// Whether a server kept it while this account was away.
    pub delayed: bool,
    /// Whether it was given before, to this process or, with a journal, to one before, and nobody knows whether that
    /// came to its end with it. One that was taken is not given again.
    pub repeated: bool,
    /// The data; those of several `quoalise` elements of one message follow each other.
    pub data: Arc<Data>,
    /// What the message says in words, where it does; of several languages English, if it is among them.
    pub body: Option<String>,
    /// What else was in the message, as XML.
    pub other: Vec<String>,
}

/// The notice that a person has consented.
///
/// It says so by the provider's word, which is trusted. Whether it is about a request of *yours* is another matter: where
/// `request` is there, it answers that one of this client. Where it is not, look for the `state` among those you have
/// stored, and pass over the notice if it is not there.
#[derive(Clone, uniffi::Record)]
pub struct Consent {
    /// Who sent it, resource included.
    pub sender: String,
    /// The stanza's id, where it has one.
    pub id: Option<String>,
    /// When it was sent.
    pub sent: Timestamp,
    /// Whether a server kept it while this account was away.
    pub delayed: bool,
    /// Whether it was given before.
    pub repeated: bool,
    /// The usage points consented for, at least one, as the provider writes them (14 digits).
    pub usage_points: Vec<String>,
    /// What came back of the request's state.
    pub state: Option<String>,
    /// Which request of this client it answers: the latest to the same provider with this state.
    pub request: Option<Authorization>,
    /// What the message says in words, where it does.
    pub body: Option<String>,
    /// What else was in the message, as XML.
    pub other: Vec<String>,
}

/// A trusted provider came, or went, as far as it says so itself. One whose network fails says nothing.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Presence {
    /// Who, resource included.
    pub sender: String,
    /// Whether it is there.
    pub available: bool,
}

/// A trusted provider sent something that cannot be read.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Malformed {
    /// Who sent it.
    pub sender: String,
    /// What is wrong with it.
    pub error: Arc<Error>,
}

/// So many pushes and notices were given up, because more came than were taken.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Overflow {
    /// How many.
    pub dropped: u64,
}

/// The connection was lost, and is being made anew by itself. The server keeps what comes meanwhile.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Interrupted {
    /// What happened.
    pub error: Arc<Error>,
}

/// The connection is there again, and nothing was lost (XEP-0198). Where an interruption had its end before anybody took
/// that event, neither is told.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Resumed {}

/// After a loss it was looked whether the subscriptions made by this client are still there, and this one is not.
#[derive(Clone, Debug, uniffi::Record)]
pub struct NotSubscribed {
    /// Where.
    pub provider: String,
    /// To what.
    pub identifier: String,
    /// Why the provider will not have it.
    pub error: Arc<Error>,
}

/// A stretch of time in which pushes may have got lost: the connection is there again, but the server no longer knew of
/// the session. [`Client::fill`](super::Client::fill) asks for what they may have told.
///
/// Also first of all, where a process before this one did not come to a good end, as far as the journal knows.
#[derive(Debug, uniffi::Object)]
pub struct Hole(CoreHole);

#[uniffi::export]
impl Hole {
    /// When it begins: what was sent before is here.
    pub fn since(&self) -> Timestamp {
        self.0.since
    }

    /// When it ends: what was sent after that comes again, or is here.
    pub fn until(&self) -> Timestamp {
        self.0.until
    }
}

impl Hole {
    pub(super) fn inner(&self) -> &CoreHole {
        &self.0
    }
}

/// What a listener gives.
#[derive(Clone, Debug, uniffi::Enum)]
#[allow(clippy::large_enum_variant, reason = "events are taken one at a time, and nearly all are pushes")]
pub enum Event {
    /// New data.
    Push(Push),
    /// A person has given consent.
    Consent(Consent),
    /// A provider came or went.
    Presence(Presence),
    /// Something that cannot be read.
    Malformed(Malformed),
    /// Some were given up.
    Overflow(Overflow),
    /// The connection was lost.
    Interrupted(Interrupted),
    /// It is there again.
    Resumed(Resumed),
    /// It is there again, and something may be lost.
    Hole(Arc<Hole>),
    /// A subscription is not there any more.
    NotSubscribed(NotSubscribed),
}

impl fmt::Debug for Push {
    /// What else it says may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sender, id, sent, delayed, repeated, data, body: _, other: _ } = self;
        f.debug_struct("Push")
            .field("sender", sender)
            .field("id", id)
            .field("sent", sent)
            .field("delayed", delayed)
            .field("repeated", repeated)
            .field("data", data)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Consent {
    /// The state is a secret of its request, and who consents to what is personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sender, id, sent, delayed, repeated, request, .. } = self;
        f.debug_struct("Consent")
            .field("sender", sender)
            .field("id", id)
            .field("sent", sent)
            .field("delayed", delayed)
            .field("repeated", repeated)
            .field("request", request)
            .finish_non_exhaustive()
    }
}

impl From<CorePush> for Push {
    fn from(push: CorePush) -> Self {
        let CorePush { from, id, sent, delayed, repeated, data, body, other } = push;
        let (sender, data, other) = (from.to_string(), data.into(), xml(&other));
        Self { sender, id, sent, delayed, repeated, data, body, other }
    }
}

impl From<CoreConsent> for Consent {
    fn from(consent: CoreConsent) -> Self {
        let CoreConsent { from, id, sent, delayed, repeated, usage_points, state, request, body, other } =
            consent;
        let (sender, request, other) = (from.to_string(), request.map(Into::into), xml(&other));
        Self { sender, id, sent, delayed, repeated, usage_points, state, request, body, other }
    }
}

impl From<CoreEvent> for Event {
    fn from(event: CoreEvent) -> Self {
        match event {
            CoreEvent::Push(push) => Self::Push(push.into()),
            CoreEvent::Consent(consent) => Self::Consent(consent.into()),
            CoreEvent::Availability { from, available } => {
                Self::Presence(Presence { sender: from.to_string(), available })
            }
            CoreEvent::Malformed { from, error } => {
                Self::Malformed(Malformed { sender: from.to_string(), error: error.into() })
            }
            CoreEvent::Overflow { dropped } => Self::Overflow(Overflow { dropped }),
            CoreEvent::Interrupted { error } => Self::Interrupted(Interrupted { error: error.into() }),
            CoreEvent::Resumed => Self::Resumed(Resumed {}),
            CoreEvent::Hole(hole) => Self::Hole(Arc::new(Hole(hole))),
            CoreEvent::NotSubscribed { provider, identifier, error } => Self::NotSubscribed(NotSubscribed {
                provider: provider.to_string(),
                identifier: identifier.to_string(),
                error: error.into(),
            }),
        }
    }
}

/// The pushes of trusted providers, and what else they tell by themselves, in the order it came.
///
/// While it lives, the session announces a priority that lets the server deliver pushes to it; closing it takes that
/// back, and later pushes are kept by the server for the next listener.
///
/// A push counts as received only when it is *taken*: when the next event is asked for, or the listener is finished. One
/// that is in hand when the listener is closed, because storing it failed perhaps, is given again, to the next listener,
/// as `repeated`. The server keeps what it was not told of (XEP-0198): what was not taken comes again to the next session
/// of the same resource, and is late or has to be filled in where none was named.
#[derive(Debug, uniffi::Object)]
pub struct Listener(Owned<Stream<CoreListener>>);

#[uniffi::export]
impl Listener {
    /// The next event; waits for it. Nothing when the listener or the client was closed. Asking for it says that the one before
    /// is dealt with.
    ///
    /// # Returns
    /// The event.
    ///
    /// # Errors
    /// `LoginRefused`, `Replaced`, `UnsuitableServer` where the connection was lost for good, once what came before has
    /// been taken; `InvalidArgument` where the journal cannot be written, and then nothing is lost either.
    pub async fn next(&self) -> Result<Option<Event>> {
        stream::next(|| self.ready(), || self.take()).await
    }

    /// Stops listening without losing anything: the server keeps what comes from here on, and what it had sent before
    /// is given back, in order, and counts as taken.
    ///
    /// # Returns
    /// What was not taken.
    ///
    /// # Errors
    /// `ConnectionLost`, `Unreachable`, or `NoAnswer` where the server does not answer within two seconds;
    /// `InvalidArgument` where the journal cannot be written. Then nothing more counts as taken: all of it comes to the next
    /// listener, the one in hand too, as `repeated`.
    pub async fn finish(&self) -> Result<Vec<Event>> {
        Ok(self.wind_up().await?.take())
    }

    /// Stops listening.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub async fn close(&self) -> Result<()> {
        self.0.get()?.close().await;
        Ok(())
    }
}

impl Listener {
    pub(super) fn new(listener: CoreListener) -> Arc<Self> {
        Arc::new(Self(Owned::new(Stream::new(listener))))
    }

    /// Waits until there is an event to [`take`](Self::take), or none will come; true where one is there. Whoever stops
    /// waiting loses nothing, whenever that is.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn ready(&self) -> Result<bool> {
        self.0.get()?.ready().await
    }

    /// The event that is there already.
    pub fn take(&self) -> Option<Event> {
        self.0.get().ok()?.take().map(Event::from)
    }

    /// Does what [`finish`](Self::finish) has to wait for.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub async fn wind_up(&self) -> Result<Rest> {
        let Some((listener, untaken)) = self.0.get()?.end().await else { return Ok(Rest(Owned::new(None))) };
        Ok(Rest(Owned::new(Some(listener.wind_up(untaken).await?))))
    }
}

/// What came to a listener before its end. Where nobody takes it, since whoever waited for it does so no more, it comes to
/// the next listener.
#[derive(Debug)]
pub struct Rest(Owned<Option<CoreRest>>);

impl Rest {
    /// In the order it came.
    pub fn events(&self) -> Vec<Event> {
        let Ok(Some(rest)) = self.0.get() else { return Vec::new() };
        rest.events().cloned().map(Event::from).collect()
    }

    /// The same, and it counts as taken.
    pub fn take(self) -> Vec<Event> {
        let rest = self.0.into_inner().ok().flatten();
        rest.map(CoreRest::take).unwrap_or_default().into_iter().map(Event::from).collect()
    }
}

impl Source for CoreListener {
    type Item = CoreEvent;

    async fn next(&mut self) -> Result<Option<CoreEvent>> {
        Ok(Self::next(self).await?)
    }

    fn take_back(&self, event: CoreEvent) {
        Self::take_back(self, event);
    }
}
