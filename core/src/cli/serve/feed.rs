//! What is new in the files goes to the subscribers, and is marked as pushed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::time::{Duration, Instant};

use super::marks::Marks;
use super::tables::{Tables, last_times, later};
use crate::data::Metadata;
use crate::provider::Provider;
use crate::provider::readings::{Mark, Sqlite};
use crate::senml::Records;
use crate::{Error, ErrorKind, Result};

/// Records that are marked as pushed together: as many as go into one message, mostly.
const TOGETHER: usize = 1000;

/// The files that are watched.
pub(super) struct Feed {
    tables: Tables,
    database: Option<Watched>,
    marks: Marks,
    every: Duration,
    /// Up to where each table was pushed, by its source.
    pushed: BTreeMap<String, BTreeMap<String, i64>>,
    pending: VecDeque<(Metadata, Records)>,
    /// Tables that were pushed from since that was last written down.
    unkept: BTreeSet<String>,
    told: bool,
}

struct Watched {
    database: Sqlite,
    source: String,
    mark: Mark,
    /// Whether there may be something new.
    stirred: bool,
}

/// What to do about a push that failed.
enum Failed {
    /// Nothing more can be pushed on this connection.
    Lost(Error),
    /// It may go better later.
    Later(Error),
}

impl Feed {
    /// Finds what has come since the last time. Of what was never served before, nothing is new.
    pub(super) async fn begin(
        tables: Tables,
        database: Option<(Sqlite, &Path, &str)>,
        marks: Marks,
        every: Duration,
    ) -> Result<Self> {
        let database = match database {
            Some((database, path, table)) => {
                let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
                let source = format!("sqlite {} {table}", path.display());
                let mark = match marks.get(&source) {
                    Some(mark) => mark,
                    None => database.mark().await?,
                };
                marks.set(&source, &mark);
                Some(Watched { database, source, mark, stirred: true })
            }
            None => None,
        };
        let (pushed, pending) = Default::default();
        let mut feed =
            Self { tables, database, marks, every, pushed, pending, unkept: BTreeSet::new(), told: false };
        feed.resume();
        Ok(feed)
    }

    /// What came into the tables while nobody served them.
    fn resume(&mut self) {
        let mut new = Vec::new();
        for file in &self.tables.files {
            let source = file.source.clone();
            match self.marks.get(&source) {
                Some(Mark::Times(times)) => drop(self.pushed.insert(source, times)),
                _ => new.push((source, last_times(&self.tables.readings, &file.series))),
            }
        }
        for name in self.tables.readings.names() {
            let known = self.pushed.values().filter_map(|times| times.get(&name)).max().copied();
            let had = |source: &String| self.pushed.contains_key(source);
            let of_known_file =
                || self.tables.files.iter().any(|file| file.series.contains(&name) && had(&file.source));
            if known.is_some() || of_known_file() {
                let later = later(&self.tables.readings, &name, known);
                self.pending.extend(later.into_iter().flat_map(in_pieces));
            }
        }
        for (source, times) in new {
            self.marks.set(&source, &Mark::Times(times.clone()));
            self.pushed.insert(source, times);
        }
    }

    /// Pushes what is new, and what becomes it. Ends when the provider is no longer online; may be dropped at any time,
    /// and then goes on from there.
    pub(super) async fn run(&mut self, provider: &Provider) -> Error {
        loop {
            let news = self.tables.look();
            self.pending.extend(news.into_iter().flat_map(in_pieces));
            let pushed = match self.push_tables(provider).await {
                Ok(()) => self.push_database(provider).await,
                failed => failed,
            };
            match pushed {
                Ok(()) => self.told = false,
                Err(Failed::Lost(error)) => return error,
                Err(Failed::Later(error)) if !self.told => {
                    log::warn!("what is new cannot be pushed: {error}; this will be tried again");
                    self.told = true;
                }
                Err(Failed::Later(_)) => {}
            }
            tokio::time::sleep(self.every).await;
        }
    }

    async fn push_tables(&mut self, provider: &Provider) -> Result<(), Failed> {
        let mut kept = Instant::now();
        let pushed = loop {
            let Some((meta, records)) = self.pending.front() else { break Ok(()) };
            if let Err(failed) = publish(provider, meta, records).await {
                break Err(failed);
            }
            if let Some(last) = records.times().last() {
                let (name, last) = (records.name(0).to_owned(), *last);
                self.mark_table(&name, last);
            }
            self.pending.pop_front();
            // Each time takes the disk some milliseconds, and there may be thousands of series.
            if kept.elapsed() > Duration::from_secs(1) {
                self.keep_marks();
                kept = Instant::now();
            }
        };
        self.keep_marks();
        pushed
    }

    fn mark_table(&mut self, name: &str, time: i64) {
        for file in self.tables.files.iter().filter(|file| file.series.contains(name)) {
            let source = file.source.clone();
            let times = self.pushed.entry(source.clone()).or_default();
            let known = times.entry(name.to_owned()).or_insert(time);
            *known = time.max(*known);
            self.unkept.insert(source);
        }
    }

    fn keep_marks(&mut self) {
        for source in std::mem::take(&mut self.unkept) {
            if let Some(times) = self.pushed.get(&source) {
                self.marks.set(&source, &Mark::Times(times.clone()));
            }
        }
    }

    async fn push_database(&mut self, provider: &Provider) -> Result<(), Failed> {
        let Some(Watched { database, source, mark, stirred }) = &mut self.database else { return Ok(()) };
        *stirred |= database.has_changed().await.map_err(Failed::Later)?;
        while *stirred {
            let added = database.added(mark, TOGETHER).await.map_err(Failed::Later)?;
            for (meta, records) in &added.series {
                publish(provider, meta, records).await?;
            }
            if added.mark != *mark {
                self.marks.set(source, &added.mark);
                *mark = added.mark;
            }
            *stirred = added.more;
        }
        Ok(())
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.keep_marks();
    }
}

async fn publish(provider: &Provider, meta: &Metadata, records: &Records) -> Result<(), Failed> {
    match provider.publish(meta, records).await {
        Ok(subscribers) => {
            log::debug!("pushed {} readings to {subscribers} accounts", records.len());
            Ok(())
        }
        // They will never be any better.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::MalformedData | ErrorKind::TooLarge | ErrorKind::InvalidArgument
            ) =>
        {
            log::warn!("{} readings cannot be pushed, and are left out: {error}", records.len());
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::CommandFailed => Err(Failed::Later(error)),
        Err(error) => Err(Failed::Lost(error)),
    }
}

fn in_pieces((meta, records): (Metadata, Records)) -> impl Iterator<Item = (Metadata, Records)> {
    let starts = (0..records.len()).step_by(TOGETHER);
    starts.map(move |start| {
        let mut piece = Records::new();
        for record in records.rows(start..records.len().min(start + TOGETHER)) {
            // They come from records.
            let _ = piece.push(&record);
        }
        (meta.clone(), piece)
    })
}
