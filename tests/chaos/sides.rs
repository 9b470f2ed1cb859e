//! The two sides as these tests use them. Everything that touches a session is here.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use quoalise::data::Data;
use quoalise::provider::{Everybody, Limits, MemorySubscriptions, Provider};
use quoalise::{Client, Config, ConnectionState, Event, Hole, Listener, Listening, Period, Result};
use quoalise_tests::{Server, Software};
use tokio::task::{JoinError, spawn_blocking};

use crate::store::{NUMBERS, Store, metadata};

/// How long a request may take.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// The wait before a session connects again, at first and at the most.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));

/// The same for those who want many connections.
pub const SOON: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(100));

/// The silence after which a link is dead.
pub const DEAD_AFTER: Duration = Duration::from_secs(3);

/// Until every server has taken notice of who listens. What comes just before that, ejabberd keeps until the next time
/// somebody does.
pub const SETTLED: Duration = Duration::from_millis(500);

/// How many pushes may wait to be taken: few, so that it comes to that.
const CAPACITY: usize = 20;

/// A server of one's own; starting it takes longer than others can be kept waiting.
pub async fn start(software: Software) -> Result<Server, JoinError> {
    spawn_blocking(move || Server::of(software).start()).await
}

/// Takes it down, in order or as a power cut would, and starts it again with what it kept.
pub async fn restart(mut server: Server, in_order: bool) -> Result<Server, JoinError> {
    let restarted = spawn_blocking(move || {
        if in_order {
            server.stop();
        } else {
            server.kill();
        }
        server.start();
        server
    });
    restarted.await
}

/// Where clients find it.
pub fn address(server: &Server) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, server.c2s_port()).into()
}

/// An account, reached at this address.
pub fn config(jid: &str, password: &str, address: SocketAddr, ca_file: &Path) -> Result<Config> {
    Ok(Config::new(jid, password)?
        .address(&address.to_string())?
        .ca_file(ca_file)
        .connect_timeout(DEADLINE)
        .request_timeout(DEADLINE)
        .reconnect(RECONNECT.0, RECONNECT.1)
        .dead_after(DEAD_AFTER))
}

/// The provider's side.
pub struct Publisher {
    store: Store,
    provider: Provider,
    pub jid: String,
}

impl Publisher {
    pub async fn start(config: Config, store: Store) -> Result<Self> {
        let mut limits = Limits::default();
        // The pace is the test's.
        limits.push_interval = Duration::ZERO;
        let provider = Provider::builder(store.clone(), Everybody)
            .subscriptions(MemorySubscriptions::new())
            .limits(limits)
            .start(&config)
            .await?;
        let jid = provider.jid();
        Ok(Self { store, provider, jid })
    }

    /// Pushes the next number. An error says that it may not have been.
    pub async fn publish(&self) -> Result<()> {
        let (_, records) = self.store.next();
        self.provider.publish(&metadata(), &records).await.map(drop)
    }
}

/// The consumer's side, as far as it asks.
pub struct Consumer {
    provider: String,
    client: Client,
}

impl Consumer {
    pub async fn connect(config: &Config, provider: &str) -> Result<Self> {
        let client = Client::connect(config).await?;
        client.trust(provider)?;
        Ok(Self { provider: provider.to_owned(), client })
    }

    pub async fn subscribe(&self) -> Result<()> {
        self.client.subscribe(&self.provider, NUMBERS).await
    }

    pub async fn history(&self, series: &str, period: &Period) -> Result<Data> {
        self.client.get_history(&self.provider, series, period).await
    }

    /// Makes sure of the subscription, looks whether the provider is there and what it offers.
    pub async fn other(&self, which: usize) -> Result<()> {
        match which % 3 {
            0 => self.subscribe().await,
            1 => self.client.availability(&self.provider).await.map(drop),
            _ => self.client.commands(&self.provider).await.map(drop),
        }
    }

    /// Listens, with little room; with a journal, as one process after another.
    pub async fn listen(&self, journal: Option<&Path>) -> Result<Ears> {
        let listening = Listening::default().capacity(CAPACITY);
        let listening = match journal {
            Some(journal) => listening.journal(journal),
            None => listening,
        };
        self.client.listen_with(listening).await.map(Ears)
    }

    /// What this hole may have swallowed.
    pub async fn fill(&self, hole: &Hole) -> Result<Data> {
        self.client.fill(hole, &self.provider, NUMBERS).await
    }

    pub fn is_online(&self) -> bool {
        use ConnectionState::{Online, Reset, Resumed};
        matches!(self.client.state(), Online | Resumed | Reset { .. })
    }

    pub async fn close(&self) {
        self.client.close().await;
    }
}

/// What the listening side hears.
pub enum Heard {
    /// Data, and whether they may have been given before.
    Push(Box<Data>, bool),
    /// What to fill.
    Hole(Hole),
    /// What the session tells of itself.
    Told(String),
    /// What must not come.
    Wrong(String),
}

/// The consumer's side, as far as it listens.
pub struct Ears(Listener);

impl Ears {
    /// What comes next; `None` where the client was closed. What came before is dealt with then.
    pub async fn next(&mut self) -> Result<Option<Heard>> {
        let Some(event) = self.0.next().await? else { return Ok(None) };
        Ok(Some(match event {
            Event::Push(push) => Heard::Push(Box::new(push.data), push.repeated),
            Event::Hole(hole) => Heard::Hole(hole),
            Event::Interrupted { error } => Heard::Told(format!("interrupted: {error}")),
            Event::Resumed => Heard::Told("resumed".to_owned()),
            Event::Availability { from, available } => Heard::Told(format!("{from} available: {available}")),
            other => Heard::Wrong(format!("{other:?}")),
        }))
    }
}
