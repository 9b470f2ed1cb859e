//! Up to where each source has been pushed: in a file, so that what comes while nobody serves is pushed later, and
//! nothing twice.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::super::exit::{Exit, Failure};
use crate::provider::readings::Mark;
use crate::state;

pub(super) struct Marks {
    connection: Connection,
}

impl Marks {
    /// Opens the file, or makes it; subscriptions may be kept in the same one.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            let message = format!("{}: {error}; name a file that can be written by --state", path.display());
            Failure::new(Exit::Failure, message)
        };
        state::private(path).map_err(|error| failed(&error))?;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.busy_timeout(Duration::from_secs(2))?;
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS pushed (source TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID",
            )?;
            connection.prepare("SELECT source, mark FROM pushed")?;
            Ok(connection)
        };
        Ok(Self { connection: open().map_err(|error| failed(&error))? })
    }

    pub(super) fn get(&self, source: &str) -> Option<Mark> {
        let sql = "SELECT mark FROM pushed WHERE source = ?1";
        let found: rusqlite::Result<Option<String>> =
            self.connection.query_row(sql, [source], |row| row.get(0)).optional();
        match found {
            // One that cannot be understood is as good as none: then only what comes from now on is pushed.
            Ok(text) => text?.parse().ok(),
            Err(error) => {
                log::warn!("what was pushed before cannot be read: {error}");
                None
            }
        }
    }

    pub(super) fn set(&self, source: &str, mark: &Mark) {
        let sql = "INSERT INTO pushed (source, mark) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET mark = excluded.mark";
        if let Err(error) = self.connection.execute(sql, params![source, mark.to_string()]) {
            log::warn!("what was pushed cannot be kept, and may be pushed again: {error}");
        }
    }
}
