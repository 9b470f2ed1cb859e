//! Servers for tests: real ones, started on loopback ports of their own, with certificates of a throwaway
//! authority.
//!
//! ```no_run
//! use quoalise_tests::Server;
//!
//! let server = Server::builder().start();
//! let alice = server.add_user("alice", "an invented password");
//! println!("{} at 127.0.0.1:{}, certified by {}", alice.jid, server.c2s_port(), server.ca_file().display());
//! ```
//!
//! A test that needs nothing but a server takes [`Server::shared`] and accounts of its own from
//! [`Server::new_account`]. Which [`Software`] that is, is a matter of the run.
//!
//! Fixtures panic where they can't do their work: a test without its server has failed, and the panic carries
//! the server's log.

mod account;
mod ejabberd;
mod pki;
mod ports;
mod process;
mod prosody;
mod provider;
#[path = "../chaos/proxy.rs"]
mod proxy;
#[path = "../chaos/script.rs"]
mod script;
mod server;

use std::path::{Path, PathBuf};

pub use account::{Account, random_password};
pub use pki::{Certificate, Pki};
pub use ports::free_port;
pub use provider::TestProvider;
pub use proxy::{Fault, Proxy, Way};
pub use script::{Script, Step};
pub use server::{Conflict, Sasl, ScramHash, Server, ServerBuilder, Software, StartError, Tls};

/// The data and vectors that lie beside the repository, in `../shared`; `None` where they are not.
///
/// A test that lives on them is to be reported as ignored then, not as passed.
pub fn shared_dir() -> Option<PathBuf> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let shared = repository.parent()?.join("shared");
    shared.is_dir().then_some(shared)
}
