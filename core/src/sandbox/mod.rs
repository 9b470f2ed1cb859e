//! A loopback XMPP server with a provider in it, in this process: for demonstrations, users' own tests and scripted
//! faults. Nothing of it is reachable from another machine.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! use quoalise::sandbox::{Options, Sandbox};
//! use quoalise::{Client, Period};
//!
//! let sandbox = Sandbox::start(Options::default()).await?;
//! let client = Client::connect(&sandbox.config()?).await?;
//! let day = Period::parse("2025-01-06T00:00:00+01:00", "2025-01-07T00:00:00+01:00")?;
//! let data = client.get_history(sandbox.provider(), &sandbox.identifiers()[0], &day).await?;
//! assert_eq!(data.records().len(), 48);
//! client.close().await;
//! sandbox.stop().await;
//! # Ok(()) })
//! # }
//! ```

mod household;
mod pki;
pub mod server;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::data::{Data, Metadata};
use crate::error::{Error, ErrorKind, Result};
use crate::provider::readings::InMemory;
use crate::provider::readings::unknown;
use crate::provider::{Everybody, MemorySubscriptions, Provider};
use crate::senml::{Record, Records};
use crate::session::Config;
use household::Direction;
use server::{Server, StartError};

const DOMAIN: &str = "localhost";
const USER: &str = "you";
const PROVIDER: &str = "provider";

/// What a sandbox is to be.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Where it listens: a loopback address. Any free port of 127.0.0.1 by default.
    pub listen: SocketAddr,
    /// The password of the account; by default a random one.
    pub password: Option<String>,
    /// What its provider has to give; by default a made-up household of the year 2025, consumption and production at
    /// 30 minutes, with a few gaps.
    pub data: Option<Data>,
    /// How often a new reading of each series is made up and pushed. By default never; [`Sandbox::push`] does it too.
    pub push_every: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: (Ipv4Addr::LOCALHOST, 0).into(), password: None, data: None, push_every: None }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("listen", &self.listen).finish_non_exhaustive()
    }
}

/// A running sandbox. It ends when it is dropped, and more politely by [`stop`](Self::stop).
#[derive(Debug)]
pub struct Sandbox {
    server: Server,
    provider: Provider,
    jid: String,
    readings: InMemory,
    password: zeroize::Zeroizing<String>,
    // Aborts its task when dropped.
    _pusher: JoinSet<()>,
}

impl Sandbox {
    /// Starts server and provider in the present tokio runtime. Both are ready when this returns.
    ///
    /// # Errors
    /// `InvalidArgument` for an address that is not loopback's or data that have no series, `Unreachable` where the
    /// address cannot be listened on.
    pub async fn start(options: Options) -> Result<Self> {
        let readings = InMemory::new();
        match &options.data {
            Some(data) => readings.add(data)?,
            None => {
                for direction in [Direction::Consumption, Direction::Production] {
                    readings.add(&Data::new(direction.meta(), direction.year()?))?;
                }
            }
        }
        if readings.names().is_empty() {
            return Err(Error::new(ErrorKind::InvalidArgument, "the data hold no records to serve"));
        }
        let secret = || {
            let mut bytes = [0; 12];
            let _ = getrandom::fill(&mut bytes);
            bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let password = zeroize::Zeroizing::new(options.password.clone().unwrap_or_else(secret));
        let provider_password = secret();
        let config = server::Config::new(DOMAIN)
            .listen(options.listen)
            .account(USER, password.as_str())
            .account(PROVIDER, &*provider_password);
        let server = Server::start(config).await.map_err(|error| {
            let kind = match error {
                StartError::Listen { .. } => ErrorKind::Unreachable,
                _ => ErrorKind::InvalidArgument,
            };
            Error::new(kind, error.to_string()).caused_by(error)
        })?;
        let account = account(&server, &format!("{PROVIDER}@{DOMAIN}/proxy"), provider_password)?;
        let provider = Provider::builder(readings.clone(), Everybody)
            .subscriptions(MemorySubscriptions::new())
            .start(&account)
            .await?;
        let jid = provider.jid();
        let mut pusher = JoinSet::new();
        if let Some(every) = options.push_every {
            let (provider, readings) = (provider.clone(), readings.clone());
            pusher.spawn(async move {
                loop {
                    tokio::time::sleep(every).await;
                    for name in readings.names() {
                        if let Err(error) = push(&provider, &readings, &name).await {
                            log::warn!("the sandbox could not push: {error}");
                            return;
                        }
                    }
                }
            });
        }
        Ok(Self { server, provider, jid, readings, password, _pusher: pusher })
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The authority for clients to trust: PEM. It was made for this sandbox and signs nothing else.
    pub fn ca_pem(&self) -> &str {
        self.server.ca_pem()
    }

    /// The account to log in with.
    pub fn jid(&self) -> String {
        format!("{USER}@{DOMAIN}")
    }

    /// The account's password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// All a client needs to connect.
    ///
    /// # Errors
    /// None in practice: the parts are checked when the sandbox starts.
    pub fn config(&self) -> Result<Config> {
        account(&self.server, &self.jid(), self.password.to_string())
    }

    /// The full JID of the provider.
    pub fn provider(&self) -> &str {
        &self.jid
    }

    /// The names of the series that can be asked for.
    pub fn identifiers(&self) -> Vec<String> {
        self.readings.names()
    }

    /// When the first and the last record of a series are, in microseconds since 1970 UTC.
    pub fn span(&self, identifier: &str) -> Option<(i64, i64)> {
        let span =
            |_: &Metadata, records: &Records| Some((*records.times().first()?, *records.times().last()?));
        self.readings.with(identifier, span)?
    }

    /// Makes up the next reading of a series, adds it to the history, and pushes it to all who have subscribed; gives
    /// how many that were.
    ///
    /// # Errors
    /// `BadRequest` for a series the sandbox does not have.
    pub async fn push(&self, identifier: &str) -> Result<usize> {
        push(&self.provider, &self.readings, identifier).await
    }

    /// Ends provider and server, in a few seconds at the most.
    pub async fn stop(self) {
        self.provider.close().await;
        self.server.stop().await;
    }
}

fn account(server: &Server, jid: &str, password: String) -> Result<Config> {
    Ok(Config::new(jid, password)?.address(&server.address().to_string())?.ca_pem(server.ca_pem()))
}

/// The household's next half hour; of other series, the last value again an interval later.
async fn push(provider: &Provider, readings: &InMemory, name: &str) -> Result<usize> {
    let Some(next) = readings.with(name, |meta, records| next(name, meta, records)) else {
        return Err(unknown(name));
    };
    let next = next?;
    readings.add(&next)?;
    provider.publish(next.meta(), next.records()).await
}

/// What continues a series: a record an interval after its last.
fn next(name: &str, meta: &Metadata, records: &Records) -> Result<Data> {
    let times = records.times();
    let last = times.last().copied().unwrap_or_default();
    let told = meta.measurement.sampling_interval.and_then(|interval| interval.seconds());
    let seen = || Some(last - times.get(times.len().checked_sub(2)?)?).filter(|step| *step > 0);
    let step = told.map(|seconds| seconds * 1_000_000).or_else(seen).unwrap_or(1_800_000_000);
    let time = last.saturating_add(step);
    let made_up = Direction::of(name).map(|direction| direction.power(time / 1_000_000));
    let unit = records.len().checked_sub(1).and_then(|row| records.unit(row));
    let valid = (0..records.len()).rev().find(|row| records.is_valid(*row));
    let value = made_up.or(valid.map(|row| records.values()[row]));
    let mut next = Records::new();
    next.push(&Record::number(name, time, unit, value))?;
    Ok(Data::new(meta.clone(), next))
}
