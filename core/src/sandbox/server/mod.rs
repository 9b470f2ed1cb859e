//! A small XMPP server for one domain and a few accounts, on the loopback interface, in this process.
//!
//! It is made for demonstrations and tests, and behaves to clients as a stock server does in what it
//! has: STARTTLS or direct TLS, SASL (SCRAM-SHA-256, SCRAM-SHA-1, PLAIN), resource binding, the
//! delivery rules of RFC 6121 section 8 among its own sessions, presence with priorities, directed
//! presence, offline messages, and answers to pings, service discovery and version requests.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use quoalise::sandbox::server::{Config, Server};
//!
//! let server = Server::start(Config::new("localhost").account("meter", "secret")).await?;
//! println!("meter@{} at {}", server.domain(), server.address());
//! println!("trusted by\n{}", server.ca_pem());
//! server.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # What it has not
//!
//! - Other domains: a stanza for one comes back as `remote-server-not-found`.
//! - Rosters and presence subscriptions: the roster is empty and can't be changed, and a request to
//!   subscribe is answered `unsubscribed`. A session hears of another account's presence if it is
//!   sent to it by name.
//! - Stream management (XEP-0198): what was written to a connection that is lost is lost with it.
//! - Anything on disk: accounts, messages and the certificate live as long as the server.
//!
//! # How it differs from Prosody where both have it
//!
//! - Offline messages come with the first presence that makes a session eligible for them, also if
//!   it had announced a negative priority before.
//! - `disco#info` of an account's bare JID is answered to everybody, not to subscribers alone.
//! - Attribute values over 8,192 bytes are refused as not well-formed, by the XML parser's own limit.
//!
//! # Limits
//!
//! See [`Limits`]. A session whose client reads slower than others write to it makes those others
//! wait, once a megabyte is queued for it; a session whose client reads nothing at all is ended
//! after [`Limits::stalled`], and so nobody waits for it longer than that.

mod auth;
mod element;
mod fault;
mod queue;
mod router;
mod services;
mod session;
mod transport;

#[cfg(test)]
mod tests;

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use jid::{DomainPart, NodePart};
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{self, ServerConfig, crypto::ring},
};
use xmpp_parsers::stream_error::DefinedCondition as Condition;
use zeroize::Zeroizing;

use self::{
    auth::{Directory, random},
    fault::Fault,
    router::Router,
    session::{Shared, serve},
    transport::Transport,
};
use super::pki;

/// How long [`Server::stop`] takes at the most.
const STOP: Duration = Duration::from_secs(3);

/// What a server is to be.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The domain it serves: the part of its accounts' JIDs after the `@`, and the name in its
    /// certificate.
    pub domain: String,
    /// Where it listens. Must be a loopback address; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Where it listens for TLS from the first byte, if it is to. Must be a loopback address too.
    pub direct_tls: Option<SocketAddr>,
    /// Who may log in.
    pub accounts: Vec<Account>,
    /// What it puts up with.
    pub limits: Limits,
}

impl Config {
    /// A server of `domain` on any free port of 127.0.0.1, without accounts.
    pub fn new(domain: impl Into<String>) -> Self {
        Self {
            domain: domain.into(),
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            direct_tls: None,
            accounts: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// Listens at `address`, which must be a loopback address.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Listens for TLS from the first byte at `address`, which must be a loopback address, as well.
    pub fn direct_tls(mut self, address: SocketAddr) -> Self {
        self.direct_tls = Some(address);
        self
    }

    /// Adds an account.
    pub fn account(mut self, local: impl Into<String>, password: impl Into<String>) -> Self {
        self.accounts.push(Account::new(local, password));
        self
    }

    /// Sets the limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// Somebody who may log in.
#[derive(Clone)]
pub struct Account {
    local: String,
    password: Zeroizing<String>,
}

impl Account {
    /// The account `local` of the server's domain.
    pub fn new(local: impl Into<String>, password: impl Into<String>) -> Self {
        Self { local: local.into(), password: Zeroizing::new(password.into()) }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("local", &self.local).finish_non_exhaustive()
    }
}

/// What a server puts up with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a stanza. One that is larger ends its sender's stream with `policy-violation`; stock
    /// Prosody's limit is the default: 256 KiB.
    pub stanza_bytes: usize,
    /// Connections at a time. Those in excess are told `resource-constraint`. 1,000 by default.
    pub connections: usize,
    /// Time from connecting to a bound resource; 10 s by default.
    pub login: Duration,
    /// Failed logins on a connection, after which it is closed; 3 by default.
    pub login_attempts: u32,
    /// Time for which a client may read nothing of what waits for it; 10 s by default.
    pub stalled: Duration,
    /// Messages kept for an account that is offline. Those in excess come back to their sender as
    /// `service-unavailable`; 10,000 (and 64 MiB) by default.
    pub offline_messages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            stanza_bytes: 256 * 1024,
            connections: 1_000,
            login: Duration::from_secs(10),
            login_attempts: 3,
            stalled: Duration::from_secs(10),
            offline_messages: 10_000,
        }
    }
}

/// Why a server could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// An address is open to other machines.
    #[error("the sandbox listens on loopback addresses only (127.0.0.1 or [::1]), and {0} is not one")]
    NotLoopback(SocketAddr),
    /// The domain can't be served.
    #[error(
        "{0:?} is not a domain the sandbox can serve: letters, digits, hyphens and dots make one, as in localhost"
    )]
    Domain(String),
    /// An account can't be had.
    #[error("{0:?} can't be the name of an account")]
    Account(String),
    /// Listening failed.
    #[error("could not listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// No certificate, secret or random number could be made.
    #[error("could not prepare keys and secrets: {0}")]
    Secrets(String),
}

/// A running server. It ends when it is dropped, and more politely by [`stop`](Self::stop).
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    direct_tls_address: Option<SocketAddr>,
    domain: DomainPart,
    ca_pem: String,
    stop: watch::Sender<bool>,
    connections: JoinHandle<()>,
}

impl Server {
    /// Starts a server in the present tokio runtime. It is reachable when this returns.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let Config { domain, listen, direct_tls, accounts, limits } = config;
        for address in [Some(listen), direct_tls].into_iter().flatten() {
            if !address.ip().is_loopback() {
                return Err(StartError::NotLoopback(address));
            }
        }
        let domain = parse_domain(domain)?;
        let provider = Arc::new(ring::default_provider());
        let source = provider.secure_random;
        let failed = |error: &dyn fmt::Display| StartError::Secrets(error.to_string());

        let issued = pki::issue(&domain).map_err(|error| failed(&error))?;
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|tls| tls.with_no_client_auth().with_single_cert(vec![issued.certificate], issued.key))
            .map_err(|error: rustls::Error| failed(&error))?;

        let no_random = |_| StartError::Secrets("no random numbers to be had".to_owned());
        let mut directory = Directory::new(domain.clone(), source).map_err(no_random)?;
        let mut names = Vec::with_capacity(accounts.len());
        for Account { local, password } in accounts {
            let name = NodePart::new(&local).map_err(|_| StartError::Account(local.clone()))?.into_owned();
            let salt = random(source).map_err(no_random)?;
            directory.add(name.clone(), &password, salt).map_err(|error| failed(&error))?;
            names.push(name);
        }

        let listener = bind(listen).await?;
        let direct = match direct_tls {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        let local_address = |listener: &TcpListener, address| {
            listener.local_addr().map_err(|source| StartError::Listen { address, source })
        };
        let address = local_address(&listener, listen)?;
        let direct_tls_address = match &direct {
            Some(listener) => Some(local_address(listener, address)?),
            None => None,
        };

        let shared = Arc::new(Shared {
            router: Arc::new(Router::new(domain.clone(), names, limits.offline_messages)),
            domain: domain.clone(),
            directory: Arc::new(directory),
            tls: TlsAcceptor::from(Arc::new(tls)),
            random: source,
            limits,
        });
        let (stop, stopped) = watch::channel(false);
        let connections = tokio::spawn(accept(shared, listener, direct, stopped));
        Ok(Self { address, direct_tls_address, domain, ca_pem: issued.ca_pem, stop, connections })
    }

    /// Where clients connect that ask for TLS by STARTTLS.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where clients connect that begin with TLS, if that was configured.
    pub fn direct_tls_address(&self) -> Option<SocketAddr> {
        self.direct_tls_address
    }

    /// The authority that signed the server's certificate, for clients to trust: PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The domain.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Ends every stream with `system-shutdown` and stops listening, in 3 s at the most.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if timeout(STOP, &mut self.connections).await.is_err() {
            self.connections.abort();
        }
    }
}

fn parse_domain(domain: String) -> Result<DomainPart, StartError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    match DomainPart::new(&domain) {
        Ok(part) if domain.chars().all(plain) => Ok(part.into_owned()),
        _ => Err(StartError::Domain(domain)),
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

/// Accepts connections until the server is stopped, and waits for them to end then.
async fn accept(
    shared: Arc<Shared>,
    starttls: TcpListener,
    direct: Option<TcpListener>,
    mut stop: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        let (accepted, direct_tls) = tokio::select! {
            accepted = starttls.accept() => (accepted, false),
            accepted = accept_one(direct.as_ref()) => (accepted, true),
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended {
                    log::error!("a connection of the sandbox failed: {error}");
                }
                continue;
            }
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((tcp, _)) if connections.len() < shared.limits.connections => {
                connections.spawn(serve(shared.clone(), tcp, direct_tls, stop.clone()));
            }
            // In the middle of nothing there is no way to say it over TLS.
            Ok(_) if direct_tls => {}
            Ok((tcp, _)) => {
                let shared = shared.clone();
                connections.spawn(async move {
                    let fault = Fault::new(Condition::ResourceConstraint, "too many connections");
                    Transport::new(tcp, usize::MAX).end(fault.into(), &shared).await;
                });
            }
            Err(error) => {
                // Too many open files, most likely: there is nothing to do but to wait for fewer.
                log::warn!("the sandbox could not accept a connection: {error}");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop((starttls, direct));
    while connections.join_next().await.is_some() {}
}

async fn accept_one(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}
