//! What was given to the application already: a server that is not sure whether something arrived sends it again, with
//! the same id.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use minidom::Element;
use sha2::{Digest, Sha256};
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::ns;

use crate::data::Data;
use crate::error::Result;
use crate::senml::{ReadOptions, Value};
use crate::stanza::payload;

/// How many are remembered; the oldest are forgotten.
pub(super) const WINDOW: usize = 10_000;

/// Of how many series it is remembered how far they go.
const SERIES: usize = 10_000;

/// Times below this many seconds are relative to when the pack was sent (RFC 8428 section 4.5.3).
const RELATIVE: i64 = 1 << 28;

/// Relative readings of the same sender, id and content are the same if they were sent at about the same time.
const ABOUT: SignedDuration = SignedDuration::from_secs(10);

/// What a message is recognised by: sender, id and content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(pub [u8; 16]);

/// A message to be recognised when it comes again. Without an id none is: two readings may well be alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint {
    pub key: Key,
    pub sent: Timestamp,
    /// Whether its times depend on when it was sent.
    pub is_relative: bool,
}

impl Fingerprint {
    /// With the readings, where they are the same whenever they were sent: they need not be read again.
    pub(super) fn of(
        from: &Jid,
        id: Option<&str>,
        sent: Timestamp,
        payloads: &[Element],
    ) -> Option<(Self, Option<Data>)> {
        let id = id?;
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(from.to_string().as_bytes());
        add(id.as_bytes());
        // As if it were sent at another time, so that what is relative to that is the same each time it comes.
        let mut is_relative = false;
        let data = payload::read(payloads, &ReadOptions::at(Timestamp::UNIX_EPOCH));
        let read = |element: &&Element| data.is_ok() && payload::is_payload(element);
        for element in payloads.iter().filter(|element| !element.is("delay", ns::DELAY) && !read(element)) {
            add(String::from(element).as_bytes());
        }
        if let Ok(data) = &data {
            for record in data.records().iter() {
                is_relative |= record.time.unsigned_abs() < (RELATIVE * 1_000_000).unsigned_abs();
                add(record.name.as_bytes());
                add(&record.time.to_le_bytes());
                match record.value {
                    None => add(&[0]),
                    Some(Value::Number(number)) => add(&number.to_bits().to_le_bytes()),
                    Some(Value::Text(text)) => add(text.as_bytes()),
                    Some(Value::Boolean(value)) => add(&[1 + u8::from(value)]),
                    Some(Value::Data(data)) => add(data),
                }
                add(&record.sum.map_or(0, f64::to_bits).to_le_bytes());
            }
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hash.finalize()[..16]);
        Some((Self { key: Key(key), sent, is_relative }, data.ok().filter(|_| !is_relative)))
    }

    /// Of one of several events that come of a message.
    pub(super) fn with(mut self, more: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.key.0);
        hash.update(more);
        self.key.0.copy_from_slice(&hash.finalize()[..16]);
        self
    }
}

/// What is known of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It is new.
    Not,
    /// It was given to the application, and nobody knows whether that came to its end with it.
    Given,
    /// The application is done with it.
    Taken,
}

/// How far the series of providers go, by the pushes that were taken.
pub(super) type Lasts = BTreeMap<(BareJid, String), Timestamp>;

#[derive(Default)]
pub(super) struct Seen {
    known: HashMap<Key, Entry>,
    order: VecDeque<Key>,
    lasts: Arc<Lasts>,
    #[cfg(feature = "sqlite")]
    journal: Option<super::journal::Journal>,
}

#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub sent: Timestamp,
    pub taken: bool,
}

impl Seen {
    /// Goes on from a journal, and keeps it.
    #[cfg(feature = "sqlite")]
    pub(super) fn keep(&mut self, journal: super::journal::Journal) -> Result<Option<Timestamp>> {
        for (key, entry) in journal.entries()? {
            self.insert(key, entry);
        }
        Arc::make_mut(&mut self.lasts).extend(journal.lasts()?);
        let before = journal.begin()?;
        self.journal = Some(journal);
        Ok(before)
    }

    pub(super) fn look(&self, message: &Fingerprint) -> Known {
        match self.known.get(&message.key) {
            Some(entry) if message.is_relative && message.sent.duration_since(entry.sent).abs() > ABOUT => {
                Known::Not
            }
            Some(Entry { taken: true, .. }) => Known::Taken,
            Some(_) => Known::Given,
            None => Known::Not,
        }
    }

    /// It is about to be given to the application.
    pub(super) fn given(&mut self, message: &Fingerprint) -> Result<()> {
        let entry = Entry { sent: message.sent, taken: false };
        #[cfg(feature = "sqlite")]
        if let Some(journal) = &self.journal {
            journal.put(&message.key, entry)?;
        }
        self.insert(message.key, entry);
        Ok(())
    }

    /// The application is done with it.
    pub(super) fn taken(&mut self, message: &Fingerprint, ends: &[Last]) -> Result<()> {
        let entry = Entry { sent: message.sent, taken: true };
        self.insert(message.key, entry);
        self.reached(ends);
        #[cfg(feature = "sqlite")]
        if let Some(journal) = &self.journal {
            journal.take(&message.key, entry, ends)?;
        }
        Ok(())
    }

    /// As [`taken`](Self::taken), of a message that cannot be recognised.
    pub(super) fn reached(&mut self, ends: &[Last]) {
        let known = &self.lasts;
        let is_news = |(series, time): &&Last| match known.get(series) {
            Some(last) => last < time,
            None => known.len() < SERIES,
        };
        let news: Vec<_> = ends.iter().filter(is_news).cloned().collect();
        if !news.is_empty() {
            Arc::make_mut(&mut self.lasts).extend(news);
        }
    }

    /// Nobody listens any more: what comes from here on the server keeps.
    #[cfg(feature = "sqlite")]
    pub(super) fn end(&mut self) {
        if let Some(journal) = self.journal.take()
            && let Err(error) = journal.end()
        {
            log::warn!("the journal could not be closed: {error}");
        }
    }

    pub(super) fn lasts(&self) -> Arc<Lasts> {
        self.lasts.clone()
    }

    fn insert(&mut self, key: Key, entry: Entry) {
        if self.known.insert(key, entry).is_some() {
            return;
        }
        self.order.push_back(key);
        if self.order.len() > WINDOW
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

/// A series of a provider, and the time of its last record.
pub(super) type Last = ((BareJid, String), Timestamp);

/// How far the series in these data go.
pub(super) fn ends(from: &Jid, data: &Data) -> Vec<Last> {
    let mut ends: BTreeMap<&str, i64> = BTreeMap::new();
    for record in data.records().iter() {
        let end = ends.entry(record.name).or_insert(record.time);
        *end = record.time.max(*end);
    }
    let provider = from.to_bare();
    let last = |(name, time): (&str, i64)| {
        Some(((provider.clone(), name.to_owned()), Timestamp::from_microsecond(time).ok()?))
    };
    ends.into_iter().filter_map(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn payload(record: &str) -> Vec<Element> {
        let payload = format!(
            "<quoalise xmlns='urn:quoalise:0'><data><meta/>\
             <sensml xmlns='urn:ietf:params:xml:ns:senml'>{record}</sensml></data></quoalise>"
        );
        vec![payload.parse().unwrap()]
    }

    fn of(from: &str, id: &str, sent: i64, record: &str) -> Fingerprint {
        Fingerprint::of(&from.parse().unwrap(), Some(id), second(sent), &payload(record)).unwrap().0
    }

    const RECORD: &str = "<senml n='urn:dev:a' t='1700000000' u='W' v='1'/>";

    #[test]
    fn a_message_is_known_by_its_sender_id_and_content() {
        let mut seen = Seen::default();
        let first = of("p@a.test/x", "1", 0, RECORD);
        assert_eq!(seen.look(&first), Known::Not);
        seen.given(&first).unwrap();
        assert_eq!(seen.look(&first), Known::Given);
        seen.taken(&first, &[]).unwrap();
        assert_eq!(seen.look(&first), Known::Taken);
        // Whenever it comes again.
        assert_eq!(seen.look(&of("p@a.test/x", "1", 30 * DAY, RECORD)), Known::Taken);
        for other in [
            of("q@a.test/x", "1", 0, RECORD),
            of("p@a.test/y", "1", 0, RECORD),
            of("p@a.test/x", "2", 0, RECORD),
            of("p@a.test/x", "1", 0, &RECORD.replace("v='1'", "v='2'")),
            of("p@a.test/x", "1", 0, &RECORD.replace("dev:a", "dev:b")),
            of("p@a.test/x", "1", 0, &RECORD.replace("t='17", "t='16")),
            of("p@a.test/x", "1", 0, &format!("{RECORD}<senml n='urn:dev:a' t='1700000001' u='W' v='1'/>")),
            first.with("notice"),
        ] {
            assert_eq!(seen.look(&other), Known::Not, "{other:?}");
        }
        assert_ne!(of("p@a.test/x", "11", 0, RECORD).key, of("p@a.test/x1", "1", 0, RECORD).key);
    }

    #[test]
    fn without_an_id_nothing_is_known_again() {
        let from = "p@a.test/x".parse().unwrap();
        assert!(Fingerprint::of(&from, None, second(0), &payload(RECORD)).is_none());
    }

    #[test]
    fn a_stamp_is_not_part_of_it_and_what_else_there_is_is() {
        let from: Jid = "p@a.test/x".parse().unwrap();
        let key = |more: &str| {
            let mut payloads = payload(RECORD);
            payloads.push(more.parse().unwrap());
            Fingerprint::of(&from, Some("1"), second(0), &payloads).unwrap().0.key
        };
        let delay = key("<delay xmlns='urn:xmpp:delay' stamp='2023-11-14T22:13:20Z'/>");
        assert_eq!(delay, of("p@a.test/x", "1", 0, RECORD).key);
        assert_ne!(delay, key("<note xmlns='urn:x'>a</note>"));
        assert_ne!(key("<note xmlns='urn:x'>a</note>"), key("<note xmlns='urn:x'>b</note>"));
        // What cannot be read is compared as it stands.
        let broken = |value: &str| of("p@a.test/x", "1", 0, &format!("<senml n='a' v='{value}'/>")).key;
        assert_eq!(broken("four"), broken("four"));
        assert_ne!(broken("four"), broken("five"));
    }

    #[test]
    fn relative_readings_are_the_same_only_if_sent_at_about_the_same_time() {
        let mut seen = Seen::default();
        for (id, record) in
            [("1", "<senml n='urn:dev:a' v='1'/>"), ("2", "<senml n='urn:dev:a' t='-60' v='1'/>")]
        {
            let first = of("p@a.test/x", id, 0, record);
            assert!(first.is_relative, "{record}");
            seen.taken(&first, &[]).unwrap();
            for (sent, known) in [
                (0, Known::Taken),
                (10, Known::Taken),
                (-10, Known::Taken),
                (11, Known::Not),
                (-11, Known::Not),
            ] {
                assert_eq!(seen.look(&of("p@a.test/x", id, sent, record)), known, "{record} at {sent}");
            }
        }
        assert!(!of("p@a.test/x", "1", 0, RECORD).is_relative);
    }

    #[test]
    fn what_is_not_relative_is_read_once() {
        let read = |record: &str| {
            let payload = payload(record);
            let of = Fingerprint::of(&"p@a.test/x".parse().unwrap(), Some("1"), second(0), &payload);
            (of.unwrap().1, payload::read(&payload, &ReadOptions::at(second(0))).unwrap())
        };
        let (data, again) = read(RECORD);
        assert_eq!(data, Some(again));
        let mixed = format!("<senml n='urn:dev:b' t='-60' v='1'/>{RECORD}");
        assert_eq!(read(&mixed).0, None);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut seen = Seen::default();
        let print = |number: usize| of("p@a.test/x", &number.to_string(), 0, RECORD);
        for number in 0..WINDOW {
            seen.given(&print(number)).unwrap();
            seen.taken(&print(number), &[]).unwrap();
        }
        assert_eq!(seen.look(&print(0)), Known::Taken);
        seen.given(&print(WINDOW)).unwrap();
        assert_eq!(seen.look(&print(0)), Known::Not);
        assert_eq!(seen.look(&print(1)), Known::Taken);
        assert_eq!((seen.known.len(), seen.order.len()), (WINDOW, WINDOW));
    }

    #[test]
    fn how_far_series_go_is_remembered_of_what_was_taken() {
        let from: Jid = "p@a.test/x".parse().unwrap();
        let bare = from.to_bare();
        let data = |records: &str| payload::read(&payload(records), &ReadOptions::at(second(0))).unwrap();
        let two = "<senml n='urn:dev:a' t='1700000009' v='1'/><senml n='urn:dev:a' t='1700000005' v='1'/>\
                   <senml n='urn:dev:b' t='1700000001' v='1'/>";
        let ends = ends(&from, &data(two));
        let last = |name: &str, at| ((bare.clone(), name.to_owned()), second(at));
        assert_eq!(ends, [last("urn:dev:a", 9), last("urn:dev:b", 1)]);
        let mut seen = Seen::default();
        let print = of("p@a.test/x", "1", 0, RECORD);
        seen.given(&print).unwrap();
        assert!(seen.lasts().is_empty(), "given is not taken");
        seen.taken(&print, &ends).unwrap();
        let before = seen.lasts();
        // What comes late does not take them back.
        seen.reached(&[last("urn:dev:a", 3), last("urn:dev:b", 4)]);
        assert_eq!(seen.lasts()[&(bare.clone(), "urn:dev:a".to_owned())], second(9));
        assert_eq!(seen.lasts()[&(bare.clone(), "urn:dev:b".to_owned())], second(4));
        assert_eq!(before[&(bare.clone(), "urn:dev:b".to_owned())], second(1), "a hole keeps what held then");
        // No provider can fill the memory with names.
        for number in 0..SERIES + 5 {
            seen.reached(&[last(&number.to_string(), 0)]);
        }
        assert_eq!(seen.lasts().len(), SERIES);
    }
}
