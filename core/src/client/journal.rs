//! What was given and taken, for the next process: in a file of SQLite.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::seen::{Entry, Key, Last, Lasts, WINDOW};
use crate::error::{Error, ErrorKind, Result};

pub(super) struct Journal {
    connection: Connection,
}

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS pushes (
        number INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        sent INTEGER NOT NULL,
        taken INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS series (
        provider TEXT NOT NULL,
        name TEXT NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (provider, name)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS listening (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        alive INTEGER NOT NULL,
        ended INTEGER NOT NULL
    );";

impl Journal {
    /// Opens the file, or makes it, folders included; nobody else may read it.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let failed = |error: &dyn std::fmt::Display| {
            let message = format!("the journal {} cannot be opened: {error}", path.display());
            Error::new(ErrorKind::InvalidArgument, message).remedy("Name a file that can be written")
        };
        crate::state::private(path).map_err(|error| failed(&error))?;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.busy_timeout(Duration::from_secs(5))?;
            // Whoever loses the end of it to a power cut gets some pushes twice, and none lost.
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            connection.execute_batch(TABLES)?;
            connection.prepare("SELECT key, sent, taken FROM pushes")?;
            Ok(connection)
        };
        Ok(Self { connection: open().map_err(|error| failed(&error))? })
    }

    /// Somebody listens from now on. Gives when somebody last did, if that came to no good end.
    pub(super) fn begin(&self) -> Result<Option<Timestamp>> {
        let run = || {
            let before = self.connection.query_row("SELECT alive, ended FROM listening", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?))
            });
            self.alive(false)?;
            before.optional()
        };
        let before = run().map_err(failed)?.filter(|(_, ended)| !ended);
        Ok(before.and_then(|(alive, _)| Timestamp::from_microsecond(alive).ok()))
    }

    pub(super) fn end(&self) -> Result<()> {
        self.alive(true).map_err(failed)
    }

    fn alive(&self, ended: bool) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO listening (only, alive, ended) VALUES (1, ?1, ?2)";
        let now = Timestamp::now().as_microsecond();
        self.connection.prepare_cached(sql)?.execute(params![now, ended]).map(drop)
    }

    /// What is known, the oldest first.
    pub(super) fn entries(&self) -> Result<Vec<(Key, Entry)>> {
        let run = || {
            let sql = "SELECT key, sent, taken FROM pushes ORDER BY number DESC LIMIT ?1";
            let mut statement = self.connection.prepare(sql)?;
            let rows = statement.query_map([WINDOW as i64], |row| {
                let sent = Timestamp::from_microsecond(row.get(1)?).unwrap_or_default();
                Ok((Key(row.get(0)?), Entry { sent, taken: row.get(2)? }))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let mut entries = run().map_err(failed)?;
        entries.reverse();
        Ok(entries)
    }

    pub(super) fn lasts(&self) -> Result<Lasts> {
        let run = || {
            let mut statement = self.connection.prepare("SELECT provider, name, last FROM series")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<Vec<(String, String, i64)>>>()
        };
        let last = |(provider, name, last): (String, String, i64)| {
            Some(((provider.parse().ok()?, name), Timestamp::from_microsecond(last).ok()?))
        };
        Ok(run().map_err(failed)?.into_iter().filter_map(last).collect())
    }

    pub(super) fn put(&self, key: &Key, entry: Entry) -> Result<()> {
        self.write(key, entry).map_err(failed)
    }

    /// It was taken, and its series go so far now.
    pub(super) fn take(&self, key: &Key, entry: Entry, ends: &[Last]) -> Result<()> {
        let run = || {
            let all = self.connection.unchecked_transaction()?;
            self.write(key, entry)?;
            let sql = "INSERT INTO series (provider, name, last) VALUES (?1, ?2, ?3)
                ON CONFLICT DO UPDATE SET last = max(last, excluded.last)";
            for ((provider, name), last) in ends {
                let last = last.as_microsecond();
                self.connection.prepare_cached(sql)?.execute(params![provider.as_str(), name, last])?;
            }
            self.alive(false)?;
            all.commit()
        };
        run().map_err(failed)
    }

    fn write(&self, key: &Key, entry: Entry) -> rusqlite::Result<()> {
        let sql = "INSERT INTO pushes (key, sent, taken) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET sent = excluded.sent, taken = excluded.taken";
        let sent = entry.sent.as_microsecond();
        self.connection.prepare_cached(sql)?.execute(params![key.0, sent, entry.taken])?;
        // Twice the window, so that it is not each time.
        let sql = "DELETE FROM pushes WHERE ?1 % ?2 = 0 AND number <= ?1 - ?2";
        let (number, window) = (self.connection.last_insert_rowid(), WINDOW as i64);
        self.connection.prepare_cached(sql)?.execute([number, window]).map(drop)
    }
}

fn failed(error: rusqlite::Error) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("the journal cannot be read or written: {error}"))
        .remedy("Is the disk full? Nothing is lost: what was not noted comes again")
        .caused_by(error)
}
