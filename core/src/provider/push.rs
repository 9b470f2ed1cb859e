//! New data, to all who have subscribed: in messages no server cuts, at a pace no server minds.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use minidom::Element;
use xmpp_parsers::jid::BareJid;

use super::returned::Push;
use super::{Access, Limits, Operation, Provider};
use crate::data::{Data, Identifier, Metadata};
use crate::error::{Error, ErrorKind, Result};
use crate::senml::Records;
use crate::stanza::payload;

/// How long the server may take to say that it has what was pushed.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(30);

impl Provider {
    /// Pushes new records of a series to all who have subscribed to it and still may read it; gives how many that
    /// were. Done when all is written to the stream; [`confirm`](Self::confirm) waits until the server has it.
    ///
    /// What comes back because a subscriber's server is away, or has no room, is sent again as [`Limits`] say, and what
    /// is pushed to that subscriber meanwhile waits behind it ([`waiting`](Self::waiting)).
    ///
    /// # Errors
    /// `InvalidArgument` where the records are of several series; otherwise as [`push`](Self::push), but for
    /// `NotAuthorized`.
    pub async fn publish(&self, meta: &Metadata, records: &Records) -> Result<usize> {
        let Some(series) = only_series(records)? else { return Ok(0) };
        let (mut reached, mut first) = (BTreeSet::new(), 0);
        while first < records.len() {
            let subscribers = self.subscriptions.to(series.clone()).await?;
            if subscribers.is_empty() {
                break;
            }
            let (payload, rows) = self.chunk(meta, records, first)?;
            first = rows.end;
            // With many messages this takes its time: rights and subscriptions are those of the moment.
            for subscriber in subscribers {
                let access = access(subscriber.clone(), series.clone(), &records.times()[rows.clone()]);
                match self.authorization.authorize(&access).await {
                    Ok(()) => {
                        self.send(access, true, &payload).await?;
                        reached.insert(subscriber);
                    }
                    Err(refused) => {
                        log::info!(
                            "{subscriber} is pushed nothing: it may not read that ({})",
                            refused.kind()
                        );
                    }
                }
            }
        }
        Ok(reached.len())
    }

    /// Pushes records of a series to one account that may read it, whether it has subscribed or not, in as many
    /// messages as they need.
    ///
    /// # Errors
    /// `NotAuthorized`; `ConnectionLost`, `Closed`, `MalformedData`; `TooLarge` for a single record that no message
    /// holds; `InvalidArgument` where the records are of several series.
    pub async fn push(&self, to: &BareJid, meta: &Metadata, records: &Records) -> Result<()> {
        let Some(series) = only_series(records)? else { return Ok(()) };
        let mut first = 0;
        while first < records.len() {
            let (payload, rows) = self.chunk(meta, records, first)?;
            first = rows.end;
            let access = access(to.clone(), series.clone(), &records.times()[rows]);
            self.authorization.authorize(&access).await?;
            self.send(access, false, &payload).await?;
        }
        Ok(())
    }

    /// Waits until the server has all that was pushed so far, which it has not while the link is dead; for half a minute at
    /// the most. It does not have what waits to be sent again ([`waiting`](Self::waiting)), and nobody tells whether
    /// subscribers have what it has.
    ///
    /// # Errors
    /// `NoAnswer`, `Unreachable`: what was pushed since the last time is still on its way, and this may be asked again.
    /// `ConnectionLost` where a server that does not count stanzas (XEP-0198) was lost meanwhile: it may be lost.
    /// `Closed`, `LoginRefused`, `Replaced`, `UnsuitableServer`: it may be lost too.
    pub async fn confirm(&self) -> Result<()> {
        self.session.catch_up(CONFIRM_TIMEOUT).await.map_err(|error| match error.kind() {
            // What was pushed before may be on its way still.
            ErrorKind::ConnectionLost => {
                let message = "the server has not said that it has what was pushed";
                Error::new(ErrorKind::NoAnswer, message).remedy("Ask again later").caused_by(error)
            }
            _ => error,
        })?;
        let losses = self.session.losses();
        if self.losses.swap(losses, Ordering::Relaxed) == losses {
            return Ok(());
        }
        let message = "the connection was lost, and what was pushed before may be too";
        Err(Error::new(ErrorKind::ConnectionLost, message).remedy("Push it again"))
    }

    /// How many pushed messages came back and wait to be sent again, or wait behind such: those that are in memory only,
    /// and are lost when the provider ends. They are in the history, if the service keeps them there.
    pub fn waiting(&self) -> usize {
        self.returned.waiting()
    }

    /// How many pushed messages were given up so far: they came back as something that waiting does not mend, for too
    /// long, or with too many others ([`Limits`]).
    pub fn undelivered(&self) -> u64 {
        self.returned.undelivered()
    }

    async fn send(&self, access: Access, subscribed: bool, payload: &Payload) -> Result<()> {
        let to = access.requester.clone();
        // What waits behind others is paced when it goes.
        if !self.returned.is_waiting(&to) {
            self.session.sleep(self.pace.next(&to, &self.limits)).await?;
        }
        let push = Push::new(self.session.new_id(), access, subscribed, payload.text.clone());
        let (message, id) = (push.message(payload.element.clone()), push.id.clone());
        // Before it is sent: it may be back before `send` is.
        if !self.returned.take(push) {
            return Ok(());
        }
        let sent = self.session.send(message).await;
        if sent.is_err() {
            self.returned.forget(&id);
        }
        sent
    }

    /// As many records from here on as one message holds, and which those are.
    fn chunk(&self, meta: &Metadata, records: &Records, first: usize) -> Result<(Payload, Range<usize>)> {
        let mut count = self.limits.push_records.max(1).min(records.len() - first);
        loop {
            let chunk = records.select(first..first + count);
            match payload::text(&Data::new(meta.clone(), chunk), self.limits.answer) {
                Err(error) if error.kind() == ErrorKind::TooLarge && count > 1 => count /= 2,
                written => {
                    let text = written?;
                    let element = payload::parse(&text)?;
                    return Ok((Payload { element, text: text.into() }, first..first + count));
                }
            }
        }
    }
}

/// A `quoalise` element: as it is sent, and as it is kept in case it comes back.
struct Payload {
    element: Element,
    text: Arc<str>,
}

/// The series of the records; none where there are no records.
fn only_series(records: &Records) -> Result<Option<Identifier>> {
    let mut names = records.names();
    let Some(name) = names.next() else { return Ok(None) };
    if names.next().is_some() {
        let message = "records of one series at a time can be pushed";
        return Err(Error::new(ErrorKind::InvalidArgument, message));
    }
    Ok(Some(Identifier::new(name)?))
}

/// What a subscriber is about to read of these records.
fn access(subscriber: BareJid, series: Identifier, times: &[i64]) -> Access {
    let mut access = Access::new(subscriber, series, Operation::Subscribe);
    let time = |micros: Option<i64>| jiff::Timestamp::from_microsecond(micros?).ok();
    access.start = time(times.iter().min().copied());
    access.end = time(times.iter().max().map(|last| last.saturating_add(1)));
    access
}

/// When each account may be sent the next message.
#[derive(Clone, Default)]
pub(super) struct Pace(Arc<Mutex<HashMap<BareJid, Instant>>>);

impl Pace {
    /// How long to wait before a message to this account, which counts as sent then. An account has a burst of
    /// messages in hand, and gets one more each interval (the generic cell rate algorithm).
    pub(super) fn next(&self, to: &BareJid, limits: &Limits) -> Duration {
        let (burst, interval) = (limits.push_burst, limits.push_interval);
        let now = Instant::now();
        let mut due = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those whose burst is whole again need not be remembered.
        if due.len() > 1000 {
            due.retain(|_, due| *due > now);
        }
        let next = due.entry(to.clone()).or_insert(now);
        *next = (*next).max(now) + interval;
        next.saturating_duration_since(now + interval.saturating_mul(burst.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_paced_after_its_burst() {
        let (pace, interval) = (Pace::default(), Duration::from_secs(10));
        let limits = |push_burst, push_interval| Limits { push_burst, push_interval, ..Limits::default() };
        let slow = limits(3, interval);
        let (a, b): (BareJid, BareJid) = ("a@example.org".parse().unwrap(), "b@example.org".parse().unwrap());
        for _ in 0..3 {
            assert_eq!(pace.next(&a, &slow), Duration::ZERO);
        }
        let wait = pace.next(&a, &slow);
        assert!((Duration::from_secs(9)..=interval).contains(&wait), "{wait:?}");
        assert!(pace.next(&a, &slow) > interval);
        assert_eq!(pace.next(&b, &slow), Duration::ZERO);
        let free = Pace::default();
        for _ in 0..100 {
            assert_eq!(free.next(&b, &limits(1, Duration::ZERO)), Duration::ZERO);
        }
    }
}
