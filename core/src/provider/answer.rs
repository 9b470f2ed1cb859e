//! The way of a request: a place, a deadline, an answer that the server lets through.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use minidom::Element;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use xmpp_parsers::iq::{Iq, IqHeader, IqPayload};
use xmpp_parsers::jid::{BareJid, Jid};

use super::access::DynAuthorization;
use super::commands::{self, Refusal, Sessions};
use super::listing::Known;
use super::subscriptions::DynSubscriptions;
use super::{HistoryRequest, Limits, Service};
use crate::data::Data;
use crate::error::{Error, ErrorKind, Result};
use crate::senml::ABSOLUTE;
use crate::session::WeakSession;
use crate::stanza::payload;

/// The shortest record takes so many bytes of an answer: `<senml v="1"></senml>`, and the next one a time more.
const SHORTEST_RECORD: usize = 21;

/// Refusals on their way; whoever asks faster than the stream takes them gets none.
const REFUSALS: usize = 1000;

pub(super) struct Work<S> {
    pub service: S,
    pub authorization: Arc<dyn DynAuthorization>,
    pub subscriptions: Arc<dyn DynSubscriptions>,
    pub session: WeakSession,
    pub sessions: Sessions,
    pub known: Known,
    pub jid: Jid,
    pub limits: Limits,
    places: Semaphore,
    refusals: Semaphore,
    queue: Mutex<Queue>,
}

impl<S: Service> Work<S> {
    pub fn new(
        service: S,
        authorization: Arc<dyn DynAuthorization>,
        subscriptions: Arc<dyn DynSubscriptions>,
        session: WeakSession,
        jid: Jid,
        limits: Limits,
    ) -> Self {
        let places = Semaphore::new(limits.concurrent.max(1));
        let refusals = Semaphore::new(REFUSALS);
        let (sessions, queue, known) = Default::default();
        Self {
            service,
            authorization,
            subscriptions,
            session,
            sessions,
            known,
            jid,
            limits,
            places,
            refusals,
            queue,
        }
    }

    pub async fn take(self: Arc<Self>, request: Iq) {
        let (header, payload) = request.split();
        // Servers always say who asks; without it there is nobody to answer.
        let Some(requester) = header.from.clone() else { return };
        let form = commands::session(&payload);
        // Both are the requester's own, and stand in the answer.
        let taken = written(&header.id) + written(&requester.to_string());
        let turn = Turn::of(&self.queue, &requester, &self.limits);
        let mut _refusal = None;
        let answer = match &turn {
            Some(turn) => self.within_time(turn, &requester, payload, taken).await,
            None => {
                let Ok(place) = self.refusals.try_acquire() else { return };
                _refusal = Some(place);
                let text = "too many requests at once; try again in a moment";
                Err(Error::answer(ErrorKind::LimitReached, text).into())
            }
        };
        let reply = IqHeader { from: None, to: header.from, id: header.id };
        let mut reply = reply.assemble(match answer {
            Ok(element) => IqPayload::Result(Some(element)),
            Err(refusal) => IqPayload::Error(refusal.into_stanza()),
        });
        if let Iq::Error { payload, .. } = &mut reply {
            *payload = form;
        }
        // The turn is kept until the answer is on its way: finished ones take room too.
        if let Some(session) = self.session.upgrade() {
            let _ = session.send(reply).await;
        }
    }

    async fn within_time(
        &self,
        turn: &Turn<'_>,
        requester: &Jid,
        payload: IqPayload,
        taken: usize,
    ) -> Result<Element, Refusal> {
        let room = self.limits.answer.saturating_sub(taken);
        let work = async {
            // One's own place first: whoever asks much waits for himself before others wait for him.
            let _own = turn.own.acquire().await;
            let _place = self.places.acquire().await;
            self.carry_out(requester, payload, room).await
        };
        match timeout(self.limits.request_timeout, AssertUnwindSafe(work).catch_unwind()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => {
                // What it says may hold readings.
                log::error!("a request made the service panic");
                Err(Error::answer(ErrorKind::CommandFailed, "the provider failed").into())
            }
            Err(_) => Err(Error::answer(ErrorKind::CommandFailed, "the provider took too long").into()),
        }
    }

    /// The payload of an answer with so much room, or the refusal that tells which period would fit.
    pub async fn history(&self, mut request: HistoryRequest, room: usize) -> Result<Element> {
        request.most = room / SHORTEST_RECORD;
        let (start, most) = (request.start, request.most);
        let data = self.service.get_history(request).await?;
        if data.records().times().iter().any(|time| *time < ABSOLUTE) {
            let text = "SenML has no times before 1978-07-04T21:24:16Z (RFC 8428): ask from there on";
            return Err(Error::answer(ErrorKind::BadRequest, text));
        }
        if data.records().len() <= most {
            match payload::write(&data, room) {
                Err(error) if error.kind() == ErrorKind::TooLarge => {}
                // Which of them may be personal.
                Err(error) if error.kind() == ErrorKind::MalformedData => {
                    let text = "some of the data cannot be written as SenML (RFC 8428)";
                    return Err(Error::answer(ErrorKind::CommandFailed, text));
                }
                written => return written,
            }
        }
        Err(too_large(&data, start, most, room))
    }
}

/// How many bytes a text takes in an attribute at the most.
pub(super) fn written(text: &str) -> usize {
    text.bytes().map(|byte| if matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'') { 6 } else { 1 }).sum()
}

/// Who waits, and for how much.
#[derive(Default)]
struct Queue {
    all: usize,
    own: HashMap<BareJid, (usize, Arc<Semaphore>)>,
}

/// A request that has been let in, until it is answered.
struct Turn<'w> {
    queue: &'w Mutex<Queue>,
    requester: BareJid,
    own: Arc<Semaphore>,
}

impl<'w> Turn<'w> {
    /// None where too many wait already, or too many of this requester: nobody takes more than half the room.
    fn of(queue: &'w Mutex<Queue>, requester: &Jid, limits: &Limits) -> Option<Self> {
        let requester = requester.to_bare();
        let mut waiting = queue.lock().unwrap_or_else(PoisonError::into_inner);
        let own = waiting.own.get(&requester).map_or(0, |(count, _)| *count);
        if waiting.all >= limits.waiting.max(1) || own >= limits.waiting.div_ceil(2).max(1) {
            return None;
        }
        waiting.all += 1;
        let places = || (0, Arc::new(Semaphore::new(limits.per_requester.max(1))));
        let (count, own) = waiting.own.entry(requester.clone()).or_insert_with(places);
        *count += 1;
        let own = own.clone();
        drop(waiting);
        Some(Self { queue, requester, own })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.all -= 1;
        if let Some((count, _)) = waiting.own.get_mut(&self.requester) {
            *count -= 1;
            if *count == 0 {
                waiting.own.remove(&self.requester);
            }
        }
    }
}

/// Tells the largest period from `start` on whose answer has at most `limit` bytes.
fn too_large(data: &Data, start: Option<Timestamp>, most: usize, limit: usize) -> Error {
    let mut times = data.records().times().to_vec();
    times.sort_unstable();
    // A period ends before a time: records of one time stand or fall together.
    let mut ends = times.get(..times.len().min(most + 1)).unwrap_or_default().to_vec();
    ends.dedup();
    let ends = ends.get(1..).unwrap_or_default();
    // What lies beyond need not be looked at again and again.
    let data = &data.before(ends.last().copied().unwrap_or(i64::MIN));
    let fits = |end: i64| payload::size_of(&data.before(end)).is_ok_and(|size| size <= limit);
    let fitting = ends.partition_point(|end| fits(*end));
    let time = |micros: Option<&i64>| Timestamp::from_microsecond(*micros?).ok();
    let end = time(fitting.checked_sub(1).and_then(|last| ends.get(last)));
    let period = start.or_else(|| time(times.first())).zip(end);
    let Some((begin, end)) = period.filter(|(begin, end)| begin < end) else {
        let text = "Response would be too big: even the first value is larger than an answer may be";
        return Error::answer(ErrorKind::TooLarge, text);
    };
    let text = format!(
        "Response would be too big: the largest period that fits ends at {end}, {} after {begin}",
        days(end.duration_since(begin))
    );
    Error::answer(ErrorKind::TooLarge, text).fitting(begin, end)
}

/// ISO 8601, in days of 24 hours: `P104DT2H`.
fn days(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let (days, rest) = (seconds / 86_400, SignedDuration::from_secs(seconds % 86_400));
    match (days, rest.is_zero()) {
        (0, _) => rest.to_string(),
        (days, true) => format!("P{days}D"),
        (days, false) => format!("P{days}D{}", rest.to_string().trim_start_matches('P')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Metadata;
    use crate::senml::{Record, Records};

    const START: i64 = 1_641_769_200_000_000;

    #[test]
    fn the_period_told_fits_and_no_longer_one_does() {
        let mut records = Records::new();
        for step in 0..1000_i64 {
            // Two series, so two records a time.
            for name in ["urn:dev:ow:1_a", "urn:dev:ow:1_b"] {
                let time = START + step * 1_800_000_000;
                records.push(&Record::number(name, time, Some("W"), Some(step as f64))).unwrap();
            }
        }
        let data = Data::new(Metadata::default(), records);
        let size = |end: i64| {
            let mut records = Records::new();
            for record in data.records().iter().filter(|record| record.time < end) {
                records.push(&record).unwrap();
            }
            payload::size_of(&Data::new(Metadata::default(), records)).unwrap()
        };
        for limit in [3_000, 10_000, 30_000] {
            let error = too_large(&data, None, 1500, limit);
            assert_eq!(error.kind(), ErrorKind::TooLarge);
            let (start, end) = error.fitting_period().unwrap();
            assert_eq!(start.as_microsecond(), START);
            let end = end.as_microsecond();
            assert!(size(end) <= limit && size(end + 1) > limit, "{error}");
        }
        // Nothing was read beyond what an answer can hold, and that much would fit: it ends where reading ended.
        let (_, end) = too_large(&data, None, 100, 30_000).fitting_period().unwrap();
        assert_eq!(end.as_microsecond(), START + 50 * 1_800_000_000);
        let none = too_large(&data, None, 1500, 2_050);
        assert!(none.fitting_period().is_none() && none.message().contains("too big"), "{none}");
    }

    #[test]
    fn periods_are_told_in_days() {
        let told = |seconds| days(SignedDuration::from_secs(seconds));
        assert_eq!(told(86_400 * 7), "P7D");
        assert_eq!(told(86_400 * 7 + 5400), "P7DT1H30M");
        assert_eq!(told(1800), "PT30M");
    }
}
