//! What is new in the files goes to the subscribers, and is marked as pushed once the server has it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::marks::Marks;
use super::tables::{Tables, last_times, later};
use crate::data::Metadata;
use crate::provider::Provider;
use crate::provider::readings::{Mark, Sqlite};
use crate::senml::Records;
use crate::{ConnectionState, Error, ErrorKind, Result};

/// Records that are pushed together: as many as go into one message, mostly.
const TOGETHER: usize = 1000;

/// How long to push before the server is asked whether it has it all. What it has not said so of is pushed again.
const CONFIRM: Duration = Duration::from_secs(2);

/// How long a query may take.
const QUERY: Duration = Duration::from_secs(60);

/// The files that are watched.
pub(super) struct Feed {
    /// Shared with the thread that reads them.
    tables: Arc<Mutex<Tables>>,
    database: Option<Watched>,
    marks: Marks,
    every: Duration,
    /// Up to where each table was pushed, by its source.
    pushed: BTreeMap<String, BTreeMap<String, i64>>,
    pending: VecDeque<Piece>,
    /// Pushed, but the server has not said that it has it.
    sent: VecDeque<Piece>,
    /// Tables that were pushed from since that was last written down.
    unkept: BTreeSet<String>,
    told: bool,
}

/// Readings of one series.
#[derive(Clone)]
struct Piece {
    of_database: bool,
    meta: Metadata,
    records: Records,
}

struct Watched {
    database: Sqlite,
    source: String,
    mark: Mark,
    /// What becomes the mark once everything has been found by time.
    then: Option<Mark>,
    /// The last time pushed of each series, to go by when rows are numbered anew; empty where the mark goes by time.
    times: BTreeMap<String, i64>,
    batch: Option<Batch>,
    /// Whether the mark is another than the one that is written down.
    unkept: bool,
    /// Whether there may be something new.
    stirred: bool,
}

/// What was found together, and is being pushed.
struct Batch {
    /// The mark, when all is done.
    until: Mark,
    /// How many series are not done yet.
    left: usize,
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
                Some(Watched::begin(database, source, &marks).await?)
            }
            None => None,
        };
        let (pushed, pending, sent, unkept) = Default::default();
        let tables = Arc::new(Mutex::new(tables));
        let mut feed = Self { tables, database, marks, every, pushed, pending, sent, unkept, told: false };
        feed.resume();
        Ok(feed)
    }

    /// What came into the tables while nobody served them.
    fn resume(&mut self) {
        let tables = self.tables.clone();
        let tables = lock(&tables);
        let mut new = Vec::new();
        for file in &tables.files {
            let source = file.source.clone();
            match self.marks.get(&source) {
                Some(Mark::Times(times)) => drop(self.pushed.insert(source, times)),
                _ => new.push((source, last_times(&tables.readings, &file.series))),
            }
        }
        for name in tables.readings.names() {
            let known = self.pushed.values().filter_map(|times| times.get(&name)).max().copied();
            let had = |source: &String| self.pushed.contains_key(source);
            let of_known_file =
                || tables.files.iter().any(|file| file.series.contains(&name) && had(&file.source));
            if known.is_some() || of_known_file() {
                let later = later(&tables.readings, &name, known);
                self.pending.extend(later.into_iter().flat_map(in_pieces));
            }
        }
        for (source, times) in new {
            self.marks.set(&source, &Mark::Times(times.clone()));
            self.pushed.insert(source, times);
        }
    }

    /// Pushes what is new, and what becomes it, however often the connection is lost. May be dropped at any time.
    pub(super) async fn run(&mut self, provider: &Provider) -> Infallible {
        loop {
            self.look().await;
            let pushed = match self.push(provider).await {
                // What was pushed before it failed has gone all the same.
                Err(error) if error.kind() == ErrorKind::CommandFailed => {
                    self.confirm(provider).await.and(Err(error))
                }
                pushed => pushed,
            };
            match pushed {
                Ok(()) => self.told = false,
                Err(_) if matches!(provider.state(), ConnectionState::Closed { .. }) => {
                    // Whoever waits for its end learns why.
                    return std::future::pending().await;
                }
                Err(error) if !self.told => {
                    log::warn!("what is new cannot be pushed: {error}; this will be tried again");
                    self.told = true;
                }
                Err(_) => {}
            }
            tokio::time::sleep(self.every).await;
        }
    }

    /// Looks at the tables, on a thread of its own: to read a large one takes seconds.
    async fn look(&mut self) {
        let tables = self.tables.clone();
        // What it finds is in there, should nobody wait for it any more.
        let looked = tokio::task::spawn_blocking(move || lock(&tables).look()).await;
        if looked.is_err() {
            log::warn!("a table could not be looked at");
        }
        let found = std::mem::take(&mut lock(&self.tables).found);
        self.pending.extend(found.into_iter().flat_map(in_pieces));
    }

    async fn push(&mut self, provider: &Provider) -> Result<()> {
        let mut confirmed = Instant::now();
        loop {
            if let Some(Piece { meta, records, .. }) = self.pending.front() {
                publish(provider, meta, records).await?;
                self.sent.extend(self.pending.pop_front());
                if confirmed.elapsed() > CONFIRM {
                    self.confirm(provider).await?;
                    confirmed = Instant::now();
                }
                continue;
            }
            self.confirm(provider).await?;
            let Some(database) = &mut self.database else { return Ok(()) };
            let found = database.look().await?;
            database.keep(&self.marks);
            if found.is_empty() && !database.stirred {
                return Ok(());
            }
            self.pending.extend(found);
        }
    }

    /// Marks what was pushed last; for the end.
    pub(super) async fn end(&mut self, provider: &Provider) {
        if let Err(error) = self.confirm(provider).await {
            log::warn!("what was pushed last may be pushed again: {error}");
        }
    }

    /// Marks what was pushed, once the server has it.
    async fn confirm(&mut self, provider: &Provider) -> Result<()> {
        if self.sent.is_empty() {
            return Ok(());
        }
        let confirmed = provider.confirm().await;
        match &confirmed {
            Ok(()) => self.sent_has_arrived(),
            Err(error) if error.kind() == ErrorKind::ConnectionLost => {
                while let Some(piece) = self.sent.pop_back() {
                    self.pending.push_front(piece);
                }
            }
            // It is on its way still.
            Err(_) => {}
        }
        confirmed
    }

    fn sent_has_arrived(&mut self) {
        for piece in std::mem::take(&mut self.sent) {
            let Some(last) = piece.records.times().last().copied() else { continue };
            let name = piece.records.name(0);
            match &mut self.database {
                Some(database) if piece.of_database => database.done(name, last),
                _ => self.mark_table(name, last),
            }
        }
        self.keep_marks();
        if let Some(database) = &mut self.database {
            database.keep(&self.marks);
        }
    }

    fn mark_table(&mut self, name: &str, time: i64) {
        for file in lock(&self.tables).files.iter().filter(|file| file.series.contains(name)) {
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
}

impl Watched {
    async fn begin(database: Sqlite, source: String, marks: &Marks) -> Result<Self> {
        let now = database.mark().await?;
        let by_row = matches!(now, Mark::Row(_));
        let times = match marks.get(&by_time(&source)) {
            Some(Mark::Times(times)) => times,
            _ if by_row => match database.mark_by_time().await? {
                Mark::Times(times) => times,
                _ => BTreeMap::new(),
            },
            _ => BTreeMap::new(),
        };
        let mark = marks.get(&source).unwrap_or_else(|| now.clone());
        let then = (by_row && matches!(mark, Mark::Times(_))).then_some(now);
        let mut watched =
            Self { database, source, mark, then, times, batch: None, unkept: true, stirred: true };
        watched.keep(marks);
        Ok(watched)
    }

    /// The next that is new, when what was found before is done.
    async fn look(&mut self) -> Result<Vec<Piece>> {
        self.stirred |= in_time(self.database.has_changed()).await?;
        if !self.stirred {
            return Ok(Vec::new());
        }
        let added = in_time(self.database.added(&self.mark, TOGETHER)).await?;
        if goes_back(&self.mark, &added.mark) {
            log::warn!(
                "rows were removed from the database, or numbered anew; what is later than the last reading pushed of \
                 its series is taken as new"
            );
            self.mark = Mark::Times(self.times.clone());
            self.unkept = true;
            self.then = Some(added.mark);
            return Ok(Vec::new());
        }
        self.stirred = added.more || self.then.is_some();
        let until = match self.then.take_if(|_| !added.more) {
            Some(then) => then,
            None => added.mark,
        };
        if added.series.is_empty() {
            self.unkept |= self.mark != until;
            self.mark = until;
        } else {
            self.batch = Some(Batch { until, left: added.series.len() });
        }
        let piece = |(meta, records)| Piece { of_database: true, meta, records };
        Ok(added.series.into_iter().map(piece).collect())
    }

    /// Of what was found, this series is done up to this time.
    fn done(&mut self, name: &str, last: i64) {
        self.unkept = true;
        if let Some(time) = self.times.get_mut(name) {
            *time = last.max(*time);
        } else {
            self.times.insert(name.to_owned(), last);
        }
        let Some(batch) = &mut self.batch else { return };
        batch.left = batch.left.saturating_sub(1);
        if batch.left == 0 {
            self.mark = batch.until.clone();
            self.batch = None;
            return;
        }
        match (&mut self.mark, &batch.until) {
            (Mark::Times(times), _) => drop(times.insert(name.to_owned(), last)),
            (Mark::Part { done, .. }, _) => drop(done.insert(name.to_owned())),
            (Mark::Row(since), Mark::Row(until)) => {
                self.mark = Mark::Part { since: *since, until: *until, done: [name.to_owned()].into() };
            }
            _ => {}
        }
    }

    fn keep(&mut self, marks: &Marks) {
        if !std::mem::take(&mut self.unkept) {
            return;
        }
        marks.set(&self.source, &self.mark);
        if !self.times.is_empty() {
            marks.set(&by_time(&self.source), &Mark::Times(self.times.clone()));
        }
    }
}

/// What the times of a database are remembered as.
fn by_time(source: &str) -> String {
    format!("{source} by time")
}

/// Whether the last row comes before the mark.
fn goes_back(mark: &Mark, now: &Mark) -> bool {
    match (mark, now) {
        (Mark::Row(since) | Mark::Part { since, .. }, Mark::Row(now)) => now < since,
        _ => false,
    }
}

async fn in_time<T>(query: impl Future<Output = Result<T>>) -> Result<T> {
    let late = |_| Error::new(ErrorKind::CommandFailed, "the database has not answered for a minute");
    tokio::time::timeout(QUERY, query).await.map_err(late)?
}

fn lock(tables: &Mutex<Tables>) -> MutexGuard<'_, Tables> {
    tables.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pushes all of these that can be; those that cannot will never be any better.
async fn publish(provider: &Provider, meta: &Metadata, records: &Records) -> Result<()> {
    let mut left_out = 0;
    let mut why = None;
    let mut parts: Vec<Range<usize>> = std::iter::once(0..records.len()).collect();
    while let Some(part) = parts.pop() {
        let some = if part.len() == records.len() { records.clone() } else { records.select(part.clone()) };
        match provider.publish(meta, &some).await {
            Ok(subscribers) => log::debug!("pushed {} readings to {subscribers} accounts", some.len()),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::MalformedData | ErrorKind::TooLarge | ErrorKind::InvalidArgument
                ) =>
            {
                if part.len() > 1 {
                    // The one that is to blame is in one of the halves.
                    let half = part.start + part.len() / 2;
                    parts.extend([half..part.end, part.start..half]);
                } else {
                    left_out += 1;
                    why = Some(error);
                }
            }
            Err(error) => return Err(error),
        }
    }
    if let Some(error) = why {
        log::warn!("{left_out} readings cannot be pushed, and are left out: {error}");
    }
    Ok(())
}

fn in_pieces((meta, records): (Metadata, Records)) -> impl Iterator<Item = Piece> {
    let starts = (0..records.len()).step_by(TOGETHER);
    starts.map(move |start| {
        let records = records.select(start..records.len().min(start + TOGETHER));
        Piece { of_database: false, meta: meta.clone(), records }
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;
    use crate::provider::readings::SqliteOptions;

    struct Bench {
        folder: TempDir,
        writer: Connection,
    }

    impl Bench {
        fn new(sql: &str) -> Self {
            let folder = TempDir::new().unwrap();
            let writer = Connection::open(folder.path().join("db")).unwrap();
            writer.execute_batch(sql).unwrap();
            Self { folder, writer }
        }

        fn write(&self, sql: &str) {
            self.writer.execute_batch(sql).unwrap();
        }

        /// As at a start, and where marks are kept.
        async fn begin(&self) -> (Watched, Marks) {
            let database = Sqlite::open(self.folder.path().join("db"), &SqliteOptions::default()).unwrap();
            let Ok(marks) = Marks::open(&self.folder.path().join("state")) else { panic!("no marks") };
            (Watched::begin(database, "db".to_owned(), &marks).await.unwrap(), marks)
        }
    }

    const TIME: i64 = 1_641_769_200;

    fn times(piece: &Piece) -> (&str, Vec<i64>) {
        let times = piece.records.times().iter().map(|time| time / 1_000_000 - TIME);
        (piece.records.name(0), times.collect())
    }

    fn done(watched: &mut Watched, piece: &Piece) {
        watched.done(piece.records.name(0), *piece.records.times().last().unwrap());
    }

    fn insert(rows: &str) -> String {
        format!("INSERT INTO readings SELECT column1, column2 + {TIME}, column2 FROM (VALUES {rows});")
    }

    const BY_ROW: &str = "CREATE TABLE readings (name TEXT, time INTEGER, value REAL);";
    const BY_TIME: &str = "CREATE TABLE readings (name TEXT, time INTEGER, value REAL, PRIMARY KEY (name, time)) WITHOUT ROWID;";

    #[tokio::test]
    async fn what_is_done_of_a_batch_is_not_pushed_again() {
        for table in [BY_ROW, BY_TIME] {
            let bench = Bench::new(&format!("{table} {}", insert("('a', 0), ('b', 0)")));
            let (mut watched, marks) = bench.begin().await;
            assert!(watched.look().await.unwrap().is_empty() && !watched.stirred);
            bench.write(&insert("('a', 10), ('b', 10), ('a', 20), ('c', 10)"));
            let found = watched.look().await.unwrap();
            let found: Vec<_> = found.iter().collect();
            assert_eq!(
                found.iter().map(|piece| times(piece)).collect::<Vec<_>>(),
                [("a", vec![10, 20]), ("b", vec![10]), ("c", vec![10])]
            );
            done(&mut watched, found[0]);
            done(&mut watched, found[1]);
            watched.keep(&marks);

            // What has come since comes after what there was.
            bench.write(&insert("('a', 30)"));
            let (mut watched, marks) = bench.begin().await;
            let mut rest = Vec::new();
            while watched.stirred {
                let found = watched.look().await.unwrap();
                rest.extend(found.iter().map(|piece| format!("{:?}", times(piece))));
                found.iter().for_each(|piece| done(&mut watched, piece));
            }
            rest.sort();
            assert_eq!(rest, [r#"("a", [30])"#, r#"("c", [10])"#], "{table}");
            watched.keep(&marks);
            let (mut watched, _) = bench.begin().await;
            assert!(watched.look().await.unwrap().is_empty());
        }
    }

    #[tokio::test]
    async fn rows_that_are_numbered_anew_are_found_by_time() {
        let bench = Bench::new(&format!("{BY_ROW} {}", insert("('a', 0), ('a', 10), ('a', 20), ('b', 0)")));
        let (mut watched, marks) = bench.begin().await;
        assert!(watched.look().await.unwrap().is_empty());
        // As `VACUUM` does once old rows are deleted.
        bench.write(&format!("DELETE FROM readings; {}", insert("('a', 20), ('b', 0), ('b', 10)")));
        drop((watched, marks));
        let (mut watched, _) = bench.begin().await;
        let mut found = Vec::new();
        while watched.stirred {
            let pieces = watched.look().await.unwrap();
            found.extend(pieces.iter().map(|piece| format!("{:?}", times(piece))));
            pieces.iter().for_each(|piece| done(&mut watched, piece));
        }
        assert_eq!(found, [r#"("b", [10])"#]);
        assert_eq!(watched.mark, Mark::Row(3));
        bench.write(&insert("('a', 5)"));
        let late = watched.look().await.unwrap();
        assert_eq!(times(&late[0]), ("a", vec![5]), "by rows again");
    }
}
