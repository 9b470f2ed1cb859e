use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use xmpp_parsers::jid::BareJid;

use crate::data::Identifier;
use crate::error::Result;

/// Who has subscribed to what. A subscription outlives the connections of both sides, so a store had better be on disk:
/// [`SqliteSubscriptions`] is, and is what a provider uses unless told otherwise.
pub trait Subscriptions: Send + Sync + 'static {
    /// Adds a subscription; done when it is kept for good. False where it was there already.
    fn add(&self, subscriber: BareJid, identifier: Identifier) -> impl Future<Output = Result<bool>> + Send;

    /// Removes a subscription. False where there was none.
    fn remove(
        &self,
        subscriber: BareJid,
        identifier: Identifier,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Who has subscribed to this series, or to what covers it ([`Identifier::covers`]); each once.
    fn to(&self, series: Identifier) -> impl Future<Output = Result<Vec<BareJid>>> + Send;

    /// All subscriptions.
    fn all(&self) -> impl Future<Output = Result<Vec<(BareJid, Identifier)>>> + Send;
}

/// Subscriptions in memory, gone with the process: for tests and demonstrations.
#[derive(Clone, Default)]
pub struct MemorySubscriptions(Arc<Mutex<BTreeMap<BareJid, BTreeSet<Identifier>>>>);

impl std::fmt::Debug for MemorySubscriptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemorySubscriptions").finish_non_exhaustive()
    }
}

impl MemorySubscriptions {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<BareJid, BTreeSet<Identifier>>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Subscriptions for MemorySubscriptions {
    async fn add(&self, subscriber: BareJid, identifier: Identifier) -> Result<bool> {
        Ok(self.with(|all| all.entry(subscriber).or_default().insert(identifier)))
    }

    async fn remove(&self, subscriber: BareJid, identifier: Identifier) -> Result<bool> {
        Ok(self.with(|all| {
            let Some(own) = all.get_mut(&subscriber) else { return false };
            let was_there = own.remove(&identifier);
            if own.is_empty() {
                all.remove(&subscriber);
            }
            was_there
        }))
    }

    async fn to(&self, series: Identifier) -> Result<Vec<BareJid>> {
        let covers = |own: &BTreeSet<Identifier>| own.iter().any(|own| own.covers(series.as_str()));
        let own = |all: &mut BTreeMap<BareJid, BTreeSet<Identifier>>| {
            all.iter().filter(|(_, own)| covers(own)).map(|(subscriber, _)| subscriber.clone()).collect()
        };
        Ok(self.with(own))
    }

    async fn all(&self) -> Result<Vec<(BareJid, Identifier)>> {
        Ok(self.with(|all| {
            let pairs = all.iter().flat_map(|(subscriber, own)| own.iter().map(move |own| (subscriber, own)));
            pairs.map(|(subscriber, own)| (subscriber.clone(), own.clone())).collect()
        }))
    }
}

/// The store of a provider, whatever it is.
pub(super) trait DynSubscriptions: Send + Sync {
    fn add(&self, subscriber: BareJid, identifier: Identifier) -> BoxFuture<'_, Result<bool>>;
    fn remove(&self, subscriber: BareJid, identifier: Identifier) -> BoxFuture<'_, Result<bool>>;
    fn to(&self, series: Identifier) -> BoxFuture<'_, Result<Vec<BareJid>>>;
    fn all(&self) -> BoxFuture<'_, Result<Vec<(BareJid, Identifier)>>>;
}

impl<T: Subscriptions> DynSubscriptions for T {
    fn add(&self, subscriber: BareJid, identifier: Identifier) -> BoxFuture<'_, Result<bool>> {
        Subscriptions::add(self, subscriber, identifier).boxed()
    }

    fn remove(&self, subscriber: BareJid, identifier: Identifier) -> BoxFuture<'_, Result<bool>> {
        Subscriptions::remove(self, subscriber, identifier).boxed()
    }

    fn to(&self, series: Identifier) -> BoxFuture<'_, Result<Vec<BareJid>>> {
        Subscriptions::to(self, series).boxed()
    }

    fn all(&self) -> BoxFuture<'_, Result<Vec<(BareJid, Identifier)>>> {
        Subscriptions::all(self).boxed()
    }
}

#[cfg(feature = "sqlite")]
pub use sqlite::SqliteSubscriptions;

#[cfg(feature = "sqlite")]
mod sqlite {
    use std::path::Path;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use rusqlite::{Connection, params, params_from_iter};
    use tokio::sync::oneshot;
    use xmpp_parsers::jid::BareJid;

    use super::Subscriptions;
    use crate::data::Identifier;
    use crate::error::{Error, ErrorKind, Result};
    use crate::threads::without_signals;

    type Job = Box<dyn FnOnce(&Connection) + Send>;

    /// Subscriptions in a file of SQLite. Clones share the file; so may several processes.
    #[derive(Clone)]
    pub struct SqliteSubscriptions {
        // SQLite waits for the disk: on a thread of its own, not on the session's.
        jobs: mpsc::Sender<Job>,
    }

    impl std::fmt::Debug for SqliteSubscriptions {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("SqliteSubscriptions").finish_non_exhaustive()
        }
    }

    impl SqliteSubscriptions {
        /// Opens the file, or makes it, folders included; nobody else may read it.
        ///
        /// # Errors
        /// `InvalidArgument` where it cannot be opened, or is something else.
        pub fn open(path: impl AsRef<Path>) -> Result<Self> {
            let path = path.as_ref();
            let failed = |error: &dyn std::fmt::Display| {
                let message = format!("the subscriptions in {} cannot be opened: {error}", path.display());
                Error::new(ErrorKind::InvalidArgument, message).remedy("Name a file that can be written")
            };
            crate::state::private(path).map_err(|error| failed(&error))?;
            let connection = connect(path).map_err(|error| failed(&error))?;
            let (jobs, work) = mpsc::channel::<Job>();
            let run = move || work.iter().for_each(|job| job(&connection));
            let thread = thread::Builder::new().name("quoalise-subscriptions".to_owned());
            without_signals(|| thread.spawn(run)).map_err(|error| failed(&error))?;
            Ok(Self { jobs })
        }

        async fn run<T: Send + 'static>(
            &self,
            job: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        ) -> Result<T> {
            let (tell, told) = oneshot::channel();
            let job = Box::new(move |connection: &Connection| drop(tell.send(job(connection))));
            let gone = || Error::new(ErrorKind::CommandFailed, "the thread of the subscriptions is gone");
            self.jobs.send(job).map_err(|_| gone())?;
            told.await.map_err(|_| gone())?.map_err(|error| {
                log::error!("the subscriptions cannot be read or written: {error}");
                Error::new(ErrorKind::CommandFailed, "the subscriptions cannot be read or written")
                    .caused_by(error)
            })
        }
    }

    fn connect(path: &Path) -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS subscriptions (
                identifier TEXT NOT NULL,
                subscriber TEXT NOT NULL,
                PRIMARY KEY (identifier, subscriber)
            ) WITHOUT ROWID",
        )?;
        // It may be a table of somebody else's by that name.
        connection.prepare("SELECT identifier, subscriber FROM subscriptions")?;
        Ok(connection)
    }

    impl Subscriptions for SqliteSubscriptions {
        async fn add(&self, subscriber: BareJid, identifier: Identifier) -> Result<bool> {
            let sql = "INSERT OR IGNORE INTO subscriptions (identifier, subscriber) VALUES (?1, ?2)";
            self.run(move |connection| {
                connection.execute(sql, params![identifier.as_str(), subscriber.as_str()])
            })
            .await
            .map(|rows| rows > 0)
        }

        async fn remove(&self, subscriber: BareJid, identifier: Identifier) -> Result<bool> {
            let sql = "DELETE FROM subscriptions WHERE identifier = ?1 AND subscriber = ?2";
            self.run(move |connection| {
                connection.execute(sql, params![identifier.as_str(), subscriber.as_str()])
            })
            .await
            .map(|rows| rows > 0)
        }

        async fn to(&self, series: Identifier) -> Result<Vec<BareJid>> {
            let found = self.run(move |connection| {
                let covering: Vec<&str> = Identifier::covering(series.as_str()).collect();
                let sql = format!(
                    "SELECT DISTINCT subscriber FROM subscriptions WHERE identifier IN ({}) ORDER BY subscriber",
                    vec!["?"; covering.len()].join(",")
                );
                let mut statement = connection.prepare(&sql)?;
                let rows = statement.query_map(params_from_iter(covering), |row| row.get(0))?;
                rows.collect::<rusqlite::Result<Vec<String>>>()
            });
            Ok(found.await?.iter().filter_map(|subscriber| subscriber.parse().ok()).collect())
        }

        async fn all(&self) -> Result<Vec<(BareJid, Identifier)>> {
            let found = self.run(|connection| {
                let sql = "SELECT subscriber, identifier FROM subscriptions ORDER BY subscriber, identifier";
                let mut statement = connection.prepare(sql)?;
                let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                rows.collect::<rusqlite::Result<Vec<(String, String)>>>()
            });
            let pairs = found.await?.into_iter();
            Ok(pairs
                .filter_map(|(who, what)| Some((who.parse().ok()?, Identifier::new(what).ok()?)))
                .collect())
        }
    }
}
