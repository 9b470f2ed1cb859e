//! The two sides as these tests use them. Everything that touches a session is here.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use quoalise::data::Data;
use quoalise::jiff::Timestamp;
use quoalise::provider::{Everybody, Limits, MemorySubscriptions, Provider, Subscriptions as _};
use quoalise::{Client, Config, ErrorKind, Event, Listener, Period, Result};
use tokio::sync::RwLock;
use tokio::time::sleep;

use crate::store::{NUMBERS, Store, metadata};

/// How long a request may take.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// Bounds of the wait before a session connects again.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// The silence after which a link is dead.
pub const DEAD_AFTER: Duration = Duration::from_secs(3);

/// An account, reached at this address.
pub fn config(jid: &str, password: &str, address: SocketAddr, ca_file: &Path) -> Result<Config> {
    Ok(Config::new(jid, password)?
        .address(&address.to_string())?
        .ca_file(ca_file)
        .connect_timeout(DEADLINE)
        .request_timeout(DEADLINE))
}

/// The provider's side.
pub struct Publisher {
    config: Config,
    subscriptions: MemorySubscriptions,
    store: Store,
    provider: RwLock<Provider>,
    pub jid: String,
}

impl Publisher {
    pub async fn start(config: Config, store: Store) -> Result<Self> {
        let subscriptions = MemorySubscriptions::new();
        let provider = start(&config, &subscriptions, &store).await?;
        let jid = provider.jid();
        Ok(Self { config, subscriptions, store, provider: RwLock::new(provider), jid })
    }

    /// How many have subscribed.
    pub async fn subscribers(&self) -> usize {
        self.subscriptions.all().await.map_or(0, |all| all.len())
    }

    /// Pushes the next number. An error says that it may not have been.
    pub async fn publish(&self) -> Result<()> {
        let (_, records) = self.store.next();
        let published = self.provider.read().await.publish(&metadata(), &records).await;
        if published.as_ref().is_err_and(|error| error.kind() == ErrorKind::ConnectionLost) {
            let mut provider = self.provider.write().await;
            while provider.wait().await.is_err() {
                match start(&self.config, &self.subscriptions, &self.store).await {
                    Ok(again) => {
                        *provider = again;
                        break;
                    }
                    Err(_) => sleep(RECONNECT.0).await,
                }
            }
        }
        published.map(drop)
    }
}

async fn start(config: &Config, subscriptions: &MemorySubscriptions, store: &Store) -> Result<Provider> {
    let mut limits = Limits::default();
    limits.push_interval = Duration::ZERO;
    Provider::builder(store.clone(), Everybody)
        .subscriptions(subscriptions.clone())
        .limits(limits)
        .start(config)
        .await
}

/// The consumer's side, as far as it asks.
pub struct Consumer {
    config: Config,
    provider: String,
    client: RwLock<Client>,
}

impl Consumer {
    pub async fn connect(config: Config, provider: &str) -> Result<Self> {
        let client = Client::connect(&config).await?;
        client.trust(provider)?;
        Ok(Self { config, provider: provider.to_owned(), client: RwLock::new(client) })
    }

    pub async fn subscribe(&self) -> Result<()> {
        let client = self.client.read().await.clone();
        let done = client.subscribe(&self.provider, NUMBERS).await;
        self.again(done).await
    }

    pub async fn history(&self, series: &str, period: &Period) -> Result<Data> {
        let client = self.client.read().await.clone();
        let done = client.get_history(&self.provider, series, period).await;
        self.again(done).await
    }

    async fn again<T>(&self, done: Result<T>) -> Result<T> {
        if done.as_ref().is_err_and(|error| error.kind() == ErrorKind::ConnectionLost)
            && let Ok(mut client) = self.client.try_write()
            && let Ok(again) = Client::connect(&self.config).await
        {
            *client = again;
        }
        done
    }

    /// Listens; with a journal, as one process after another.
    pub async fn listen(&self, journal: Option<&Path>) -> Result<Ears> {
        let _ = journal;
        Ears::connect(&self.config, &self.provider).await
    }

    /// What this hole may have swallowed.
    pub async fn fill(&self, hole: &Hole) -> Result<Data> {
        let period = Period::since(hole.since.to_zoned(quoalise::jiff::tz::TimeZone::UTC));
        self.history(NUMBERS, &period).await
    }

    pub async fn close(&self) {
        self.client.read().await.close().await;
    }
}

/// What the listening side hears.
pub enum Heard {
    /// Data, and whether they may have been given before.
    Push(Box<Data>, bool),
    Hole(Hole),
    /// What the session tells of itself.
    Told(String),
    /// What must not come.
    Wrong(String),
}

#[derive(Clone, Debug)]
pub struct Hole {
    since: Timestamp,
}

/// The consumer's side, as far as it listens.
pub struct Ears {
    config: Config,
    provider: String,
    client: Client,
    listener: Listener,
    last: Timestamp,
}

impl Ears {
    async fn connect(config: &Config, provider: &str) -> Result<Self> {
        let client = Client::connect(config).await?;
        client.trust(provider)?;
        let listener = client.listen().await?;
        let (config, provider) = (config.clone(), provider.to_owned());
        Ok(Self { config, provider, client, listener, last: Timestamp::now() })
    }

    pub async fn next(&mut self) -> Result<Option<Heard>> {
        match self.listener.next().await {
            Ok(None) => Ok(None),
            Ok(Some(event)) => {
                self.last = Timestamp::now();
                Ok(Some(heard(event)))
            }
            Err(error) if error.kind() == ErrorKind::ConnectionLost => {
                let since = self.last - Duration::from_secs(5);
                self.client.close().await;
                loop {
                    if let Ok(again) = Self::connect(&self.config, &self.provider).await {
                        *self = again;
                        return Ok(Some(Heard::Hole(Hole { since })));
                    }
                    sleep(RECONNECT.0).await;
                }
            }
            Err(error) => Err(error),
        }
    }
}

fn heard(event: Event) -> Heard {
    match event {
        Event::Push(push) => Heard::Push(Box::new(push.data), false),
        Event::Availability { from, available } => Heard::Told(format!("{from} available: {available}")),
        other => Heard::Wrong(format!("{other:?}")),
    }
}
