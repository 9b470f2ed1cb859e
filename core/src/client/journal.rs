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
            let before = before.optional()?.filter(|(_, ended)| !ended).map(|(alive, _)| alive);
            // A hole that was not dealt with stays one, however often a process ends before it comes to that.
            self.alive(before.unwrap_or_else(now), false)?;
            Ok(before)
        };
        let before = run().map_err(failed)?;
        Ok(before.and_then(|alive| Timestamp::from_microsecond(alive).ok()))
    }

    pub(super) fn end(&self) -> Result<()> {
        self.alive(now(), true).map_err(failed)
    }

    fn alive(&self, at: i64, ended: bool) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO listening (only, alive, ended) VALUES (1, ?1, ?2)";
        self.connection.prepare_cached(sql)?.execute(params![at, ended]).map(drop)
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
            self.alive(now(), false)?;
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

fn now() -> i64 {
    Timestamp::now().as_microsecond()
}

fn failed(error: rusqlite::Error) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("the journal cannot be read or written: {error}"))
        .remedy("Is the disk full? Nothing is lost: what was not noted comes again")
        .caused_by(error)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::client::seen::{Fingerprint, Known, Seen};

    fn print(number: u64) -> Fingerprint {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&number.to_le_bytes());
        Fingerprint {
            key: Key(key),
            sent: Timestamp::from_second(1_700_000_000).unwrap(),
            is_relative: false,
        }
    }

    fn last(name: &str, second: i64) -> Last {
        let provider = "p@a.test".parse().unwrap();
        ((provider, name.to_owned()), Timestamp::from_second(second).unwrap())
    }

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("deeper/journal")
        }

        /// What a process that begins here knows, and when the one before was last alive, if it came to no good end.
        fn begin(&self) -> (Seen, Option<Timestamp>) {
            let mut seen = Seen::default();
            let before = seen.keep(Journal::open(&self.path()).unwrap()).unwrap();
            (seen, before)
        }
    }

    #[test]
    fn the_next_process_knows_what_was_given_and_what_was_taken() {
        let folder = Folder::new();
        let (mut seen, before) = folder.begin();
        assert!(before.is_none(), "nobody was here before");
        for number in 0..3 {
            seen.given(&print(number)).unwrap();
        }
        seen.taken(&print(0), &[last("a", 5), last("b", 7)]).unwrap();
        seen.taken(&print(1), &[last("a", 3)]).unwrap();
        drop(seen);

        let (mut seen, _) = folder.begin();
        let known = |seen: &Seen| [0, 1, 2, 3].map(|number| seen.look(&print(number)));
        assert_eq!(known(&seen), [Known::Taken, Known::Taken, Known::Given, Known::Not]);
        assert_eq!(*seen.lasts(), Lasts::from([last("a", 5), last("b", 7)]));
        seen.taken(&print(2), &[]).unwrap();
        drop(seen);
        let (seen, _) = folder.begin();
        assert_eq!(known(&seen), [Known::Taken, Known::Taken, Known::Taken, Known::Not]);
    }

    #[test]
    fn only_a_bad_end_leaves_a_hole() {
        let folder = Folder::new();
        let (mut seen, _) = folder.begin();
        seen.end();
        let (mut seen, before) = folder.begin();
        assert!(before.is_none(), "it ended in order");
        seen.given(&print(1)).unwrap();
        let begun = Timestamp::now();
        seen.taken(&print(1), &[]).unwrap();
        drop(seen);
        let (seen, before) = folder.begin();
        let before = before.expect("it was killed");
        let since_begun = begun.as_microsecond()..=Timestamp::now().as_microsecond();
        assert!(since_begun.contains(&before.as_microsecond()), "when it took something last");
        // Killed again before it took anything: it is still the same hole, and begins where it did.
        drop(seen);
        let (mut seen, again) = folder.begin();
        assert_eq!(again, Some(before));
        seen.taken(&print(2), &[]).unwrap();
        drop(seen);
        let (mut seen, again) = folder.begin();
        assert!(again.expect("killed at last") > before);
        seen.end();
        assert!(folder.begin().1.is_none());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let (mut seen, _) = folder.begin();
        seen.given(&print(1)).unwrap();
        let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for entry in std::fs::read_dir(folder.path().parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(path.clone()), 0o600, "{}", path.display());
        }
    }

    #[test]
    fn what_is_no_journal_is_told() {
        let folder = Folder::new();
        std::fs::create_dir_all(folder.path().parent().unwrap()).unwrap();
        std::fs::write(folder.path(), "a shopping list, and long enough to be looked at ".repeat(50))
            .unwrap();
        let other = folder.0.path().join("other");
        let tables = "CREATE TABLE pushes (something TEXT)";
        Connection::open(&other).unwrap().execute_batch(tables).unwrap();
        for path in [folder.path(), folder.0.path().to_owned(), other] {
            let error = Journal::open(&path).err().expect("no journal");
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
    }

    #[test]
    fn only_so_many_are_kept() {
        let folder = Folder::new();
        let (mut seen, _) = folder.begin();
        let most = WINDOW as u64 * 2 + 10;
        for number in 0..most {
            seen.given(&print(number)).unwrap();
        }
        drop(seen);
        let (seen, _) = folder.begin();
        assert_eq!(seen.look(&print(most - WINDOW as u64)), Known::Given);
        assert_eq!(seen.look(&print(most - WINDOW as u64 - 1)), Known::Not);
        let connection = Connection::open(folder.path()).unwrap();
        let count: i64 = connection.query_row("SELECT count(*) FROM pushes", [], |row| row.get(0)).unwrap();
        assert!((WINDOW as i64..2 * WINDOW as i64).contains(&count), "{count}");
    }

    #[test]
    fn a_disk_that_fails_is_told() {
        let folder = Folder::new();
        let (mut seen, _) = folder.begin();
        let breaks = Connection::open(folder.path()).unwrap();
        breaks.execute_batch("ALTER TABLE pushes RENAME TO gone").unwrap();
        let error = seen.given(&print(1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains("Nothing is lost"), "{error}");
        assert_eq!(seen.look(&print(1)), Known::Not, "it is not given then");
        assert!(seen.taken(&print(2), &[]).is_err());
        assert_eq!(seen.look(&print(2)), Known::Taken, "by this process");
        breaks.execute_batch("ALTER TABLE gone RENAME TO pushes").unwrap();
        seen.given(&print(1)).unwrap();
    }
}
