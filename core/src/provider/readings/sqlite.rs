//! Readings in a database of SQLite, which is only read.

mod layout;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, InterruptHandle, OpenFlags};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::unknown;
use crate::data::{Data, Identifier, Metadata, Series};
use crate::error::{Error, ErrorKind, Result};
use crate::provider::{HistoryRequest, Service, SubscriptionRequest};
use crate::senml::{ABSOLUTE, Records};
use layout::Layout;
use rows::{Rows, TimeForm};

/// Queries at once; more wait their turn. Each takes a thread and a connection.
const CONCURRENT: usize = 8;

/// How long to wait for a writer that locks the database.
const BUSY: Duration = Duration::from_secs(5);

/// Where in a database the readings are. What is `None` is as in the [documented layout](Sqlite).
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// The table, or view, of readings; `readings` by default.
    pub table: Option<String>,
    /// Its column of the series' names; `name` by default.
    pub name_column: Option<String>,
    /// Its column of times; `time` by default.
    pub time_column: Option<String>,
    /// Its column of values; `value` by default.
    pub value_column: Option<String>,
    /// Its column of units; by default `unit`, if there is one.
    pub unit_column: Option<String>,
    /// The table of what is known of the series; by default `series`, if there is one with a column `name`.
    pub series_table: Option<String>,
    /// The name of the one series of a table without names.
    pub name: Option<String>,
    /// The unit of values that come without one.
    pub unit: Option<String>,
    /// What times that are numbers count; seconds by default.
    pub time_unit: Option<TimeUnit>,
}

impl fmt::Debug for SqliteOptions {
    /// The name may be a meter's number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOptions")
            .field("table", &self.table)
            .field("name_column", &self.name_column)
            .field("time_column", &self.time_column)
            .field("value_column", &self.value_column)
            .field("unit_column", &self.unit_column)
            .field("series_table", &self.series_table)
            .field("unit", &self.unit)
            .field("time_unit", &self.time_unit)
            .finish_non_exhaustive()
    }
}

/// What times count, since 1970 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    #[default]
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
}

/// Readings in a database of SQLite, served as they are at the moment of each request. The file is opened read-only,
/// may be written to by others meanwhile, and may be replaced by another one of the same layout. Clones are the same
/// database. Its methods are for within a tokio runtime.
///
/// ```sql
/// CREATE TABLE readings (
///     id    INTEGER PRIMARY KEY AUTOINCREMENT, -- so that `VACUUM` does not number rows anew
///     name  TEXT NOT NULL,  -- of the series: urn:dev:prm:00000000000001_consumption/power/active/raw
///     time  INTEGER NOT NULL, -- seconds since 1970 UTC; the start, where the value is over an interval
///     value REAL,           -- a number, or text; NULL is a gap
///     unit  TEXT            -- W, Wh, Cel…; may be left out
/// );
/// CREATE INDEX readings_by_time ON readings (name, time);
///
/// -- May be left out, and so may any column but the name.
/// CREATE TABLE series (
///     name TEXT PRIMARY KEY,
///     title TEXT,
///     device_type TEXT, device_authority TEXT, device_kind TEXT, device_id TEXT,
///     measurement TEXT, direction TEXT, quantity TEXT, kind TEXT, subtype TEXT, unit TEXT,
///     aggregation TEXT, sampling_interval TEXT, corrected INTEGER, estimated INTEGER
/// );
/// ```
///
/// The columns of `series` are the fields of [`Metadata`] and [`Measurement`](crate::data::Measurement), `measurement`
/// being the measurement's name. Other names of tables and columns are told by [`SqliteOptions`].
///
/// Times are numbers of any kind, or texts that SQLite's date functions understand: ISO 8601 with an offset, to the
/// millisecond; without an offset they are UTC. Values are numbers, texts and blobs; a text that is a number is taken
/// as one, and an empty one is a gap. Rows without a name or a time that can be used are left out, such as those before
/// 4 July 1978, which SenML cannot say; and a value that cannot be carried is a gap. That is logged once.
#[derive(Clone)]
pub struct Sqlite(Arc<Inner>);

struct Inner {
    path: PathBuf,
    layout: Layout,
    /// The earliest time served, in microseconds: one that SenML cannot say would spoil each answer it is in.
    earliest: i64,
    /// Known once there is a row to tell it.
    form: OnceLock<TimeForm>,
    idle: Mutex<Vec<Opened>>,
    places: Semaphore,
    watched: Mutex<Option<(Opened, i64)>>,
    told_left_out: AtomicBool,
    told_unreadable: AtomicBool,
}

/// A connection, and which file it is of.
struct Opened {
    connection: Connection,
    file: Option<(u64, u64)>,
}

/// Up to where readings were taken from a database, to go on from there: also later, when it has been kept as text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mark {
    /// Up to this row, by SQLite's `rowid`.
    Row(i64),
    /// Up to the row `since`; and of the rows from there to `until`, those of some series.
    Part {
        /// As in [`Row`](Self::Row).
        since: i64,
        /// The last row of which there is a part.
        until: i64,
        /// The names of the series that are done.
        done: BTreeSet<String>,
    },
    /// Up to these times, in microseconds, by the names of series: of tables and views without rowids, or where there
    /// is no trusting them.
    Times(BTreeMap<String, i64>),
}

impl fmt::Debug for Mark {
    /// Names may be meters' numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(row) => write!(f, "Row({row})"),
            Self::Part { since, until, done } => write!(f, "Part({since}..{until}, {} series)", done.len()),
            Self::Times(times) => write!(f, "Times({} series)", times.len()),
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Mark {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| Error::new(ErrorKind::InvalidArgument, "this is no mark").caused_by(error))
    }
}

/// What was added to a database since a [`Mark`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Added {
    /// The new readings, a series each, in order of time; gaps are left out.
    pub series: Vec<(Metadata, Records)>,
    /// Up to where that is.
    pub mark: Mark,
    /// Whether there is more.
    pub more: bool,
}

/// Why a query gave nothing.
enum Problem {
    Sqlite(rusqlite::Error),
    /// Nobody waits any more.
    Stopped,
    Other(Error),
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<crate::senml::Error> for Problem {
    fn from(error: crate::senml::Error) -> Self {
        Self::Other(error.into())
    }
}

type Query<T> = std::result::Result<T, Problem>;

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.0.path).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Opens a database, which has to be there, and looks where in it the readings are.
    ///
    /// Where no index leads from a name and a time to the readings, a warning is logged with the `CREATE INDEX` that
    /// makes one.
    ///
    /// # Errors
    /// `InvalidArgument` where it cannot be opened, or has not the tables and columns: then it says which there are.
    /// `MalformedData` where it is no database.
    pub fn open(path: impl AsRef<Path>, options: &SqliteOptions) -> Result<Self> {
        Self::open_from(path.as_ref(), options, ABSOLUTE)
    }

    /// Opens it for the readings from a time on, in microseconds.
    fn open_from(path: &Path, options: &SqliteOptions, earliest: i64) -> Result<Self> {
        let failed = |error: &rusqlite::Error| cannot_open(path, error);
        let opened = Opened::open(path).map_err(|error| failed(&error))?;
        let layout = Layout::find(&opened.connection, path, options).map_err(|problem| match problem {
            Problem::Sqlite(error) => failed(&error),
            Problem::Other(error) => error,
            Problem::Stopped => Error::new(ErrorKind::Closed, "opening was given up"),
        })?;
        let database = Self(Arc::new(Inner {
            path: path.to_owned(),
            layout,
            earliest,
            form: OnceLock::new(),
            idle: Mutex::new(Vec::new()),
            places: Semaphore::new(CONCURRENT),
            watched: Mutex::new(None),
            told_left_out: AtomicBool::new(false),
            told_unreadable: AtomicBool::new(false),
        }));
        match database.0.form(&opened.connection) {
            Ok(_) => {}
            Err(Problem::Sqlite(error)) => return Err(failed(&error)),
            Err(Problem::Other(error)) => return Err(error),
            Err(Problem::Stopped) => {}
        }
        database.0.idle.lock().unwrap_or_else(PoisonError::into_inner).push(opened);
        Ok(database)
    }

    /// Up to where the database is filled now.
    ///
    /// # Errors
    /// As [`added`](Self::added).
    pub async fn mark(&self) -> Result<Mark> {
        self.run(|rows| rows.mark()).await
    }

    /// The time of the last reading of each series, as a mark: also for a table with rowids.
    ///
    /// # Errors
    /// As [`added`](Self::added).
    pub async fn mark_by_time(&self) -> Result<Mark> {
        self.run(|rows| rows.mark_by_time()).await
    }

    /// What was added since a mark: about `most` readings at the most, and then there is more. Rows that were changed
    /// or removed are not seen, but for a table without rowids or a view, or for a mark by time: there, whatever is later
    /// than the last reading of its series is new.
    ///
    /// Where the last row comes before a mark of rows, rows were removed, or numbered anew by `VACUUM`, which does so
    /// unless there is an `INTEGER PRIMARY KEY`: then nothing is new, and the mark goes back to the last row.
    ///
    /// # Errors
    /// `LimitReached` while a writer locks the database, `CommandFailed` where it cannot be read.
    pub async fn added(&self, since: &Mark, most: usize) -> Result<Added> {
        let since = since.clone();
        self.run(move |rows| rows.added(&since, most)).await
    }

    /// Whether somebody has written to the database since this was last asked; true the first time.
    ///
    /// # Errors
    /// As [`added`](Self::added).
    pub async fn has_changed(&self) -> Result<bool> {
        let inner = self.0.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let mut watched = inner.watched.lock().unwrap_or_else(PoisonError::into_inner);
            // Another connection's version numbers are its own.
            let (opened, before) = match watched.take().filter(|(opened, _)| opened.is_of(&inner.path)) {
                Some((opened, before)) => (opened, Some(before)),
                None => (Opened::open(&inner.path)?, None),
            };
            let version = opened.connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
            *watched = Some((opened, version));
            Ok(before != Some(version))
        });
        looked.await.map_err(|_| unreadable())?.map_err(|error| self.0.explain(error))
    }

    /// Runs a query on a thread of its own. It is interrupted when this is dropped.
    async fn run<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Rows<'_>) -> Query<T> + Send + 'static,
    ) -> Result<T> {
        let place = self.0.places.acquire().await.map_err(|_| unreadable())?;
        let stop = Stop(Arc::default());
        let (inner, stopped) = (self.0.clone(), stop.0.clone());
        let work = tokio::task::spawn_blocking(move || -> Query<(T, Opened)> {
            let opened = inner.connect()?;
            *stopped.interrupt.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(opened.connection.get_interrupt_handle());
            let form = inner.form(&opened.connection)?;
            let rows =
                Rows { inner: &inner, connection: &opened.connection, form, stopped: &stopped.stopped };
            let found = query(&rows)?;
            Ok((found, opened))
        });
        let done = work.await;
        // Only now may the connection be another's: whoever is dropped before takes it along.
        *stop.0.interrupt.lock().unwrap_or_else(PoisonError::into_inner) = None;
        drop(place);
        match done {
            Ok(Ok((found, opened))) => {
                self.0.told_unreadable.store(false, Ordering::Relaxed);
                self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).push(opened);
                Ok(found)
            }
            Ok(Err(Problem::Sqlite(error))) => Err(self.0.explain(error)),
            Ok(Err(Problem::Other(error))) => Err(error),
            Ok(Err(Problem::Stopped)) | Err(_) => Err(unreadable()),
        }
    }
}

/// Interrupts a query when dropped.
struct Stop(Arc<Stopping>);

#[derive(Default)]
struct Stopping {
    stopped: AtomicBool,
    interrupt: Mutex<Option<InterruptHandle>>,
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Relaxed);
        if let Some(handle) = &*self.0.interrupt.lock().unwrap_or_else(PoisonError::into_inner) {
            handle.interrupt();
        }
    }
}

impl Inner {
    fn connect(&self) -> rusqlite::Result<Opened> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(opened) if opened.is_of(&self.path) => return Ok(opened),
                Some(_) => {} // of a file that was replaced
                None => return Opened::open(&self.path),
            }
        }
    }

    /// What times look like; `None` while there are none.
    fn form(&self, connection: &Connection) -> Query<Option<TimeForm>> {
        if let Some(form) = self.form.get() {
            return Ok(Some(*form));
        }
        let form = self.layout.form(connection)?;
        if let Some(form) = form
            && self.form.set(form).is_ok()
            && !form.indexed
        {
            let file = self.path.display();
            let remedy = self.layout.index(form);
            log::warn!("no index leads to the readings in {file}, so that each request reads all. {remedy}");
        }
        Ok(form)
    }

    fn leave_out(&self) {
        if !self.told_left_out.swap(true, Ordering::Relaxed) {
            let file = self.path.display();
            log::warn!(
                "{file} has rows whose name or time cannot be used (SenML has no times before 4 July 1978), which are \
                 left out, or values that cannot be carried, which are gaps"
            );
        }
    }

    fn explain(&self, error: rusqlite::Error) -> Error {
        if !self.told_unreadable.swap(true, Ordering::Relaxed) {
            log::warn!("{} cannot be read: {error}", self.path.display());
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                let text = "the data are being written; try again in a moment";
                Error::answer(ErrorKind::LimitReached, text).caused_by(error)
            }
            _ => unreadable().caused_by(error),
        }
    }
}

fn unreadable() -> Error {
    Error::answer(ErrorKind::CommandFailed, "the data cannot be read at present")
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> Error {
    let file = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            Error::new(ErrorKind::MalformedData, format!("{file} is not a database of SQLite"))
        }
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) if path.exists() => {
            Error::new(ErrorKind::InvalidArgument, format!("{file} cannot be opened: {error}")).remedy(
                "Check the rights; to read a database in WAL mode takes the right to write in its folder",
            )
        }
        _ => Error::new(ErrorKind::InvalidArgument, format!("{file} cannot be opened: {error}")),
    }
}

impl Opened {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        // Before it is opened: if it is replaced meanwhile, it will be opened once more.
        let file = identity(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(Self { connection, file })
    }

    fn is_of(&self, path: &Path) -> bool {
        self.file == identity(path)
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}

impl Service for Sqlite {
    async fn get_history(&self, request: HistoryRequest) -> Result<Data> {
        self.run(move |rows| {
            rows.history(&request)?.ok_or_else(|| Problem::Other(unknown(&request.identifier)))
        })
        .await
    }

    async fn series(&self, prefix: Option<Identifier>) -> Result<Vec<Series>> {
        self.run(move |rows| rows.series(prefix.as_ref())).await
    }

    async fn subscribe(&self, request: SubscriptionRequest) -> Result<()> {
        self.run(move |rows| {
            if rows.has_below(&request.identifier)? {
                Ok(())
            } else {
                Err(Problem::Other(unknown(&request.identifier)))
            }
        })
        .await
    }
}
