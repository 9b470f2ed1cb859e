//! What was given to the application already: a server that is not sure whether something arrived sends it again, with
//! the same id.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use minidom::Element;
use sha2::{Digest, Sha256};
use xmpp_parsers::jid::{BareJid, Jid};

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
    pub(super) fn of(from: &Jid, id: Option<&str>, sent: Timestamp, payloads: &[Element]) -> Option<Self> {
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
        if let Ok(data) = payload::read(payloads, &ReadOptions::at(Timestamp::UNIX_EPOCH)) {
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
        Some(Self { key: Key(key), sent, is_relative })
    }

    /// Adds what else tells messages apart.
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
