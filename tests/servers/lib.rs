//! Servers for tests: real ones, started on loopback ports of their own, with certificates of a throwaway
//! authority.
//!
//! ```no_run
//! use quoalise_tests::Prosody;
//!
//! let server = Prosody::builder().start();
//! let alice = server.add_user("alice", "an invented password");
//! println!("{} at 127.0.0.1:{}, certified by {}", alice.jid, server.c2s_port(), server.ca_file().display());
//! ```
//!
//! A test that needs nothing but a server takes [`Prosody::shared`] and accounts of its own from
//! [`Prosody::new_account`].
//!
//! Fixtures panic where they can't do their work: a test without its server has failed, and the panic carries
//! the server's log.

mod account;
mod pki;
mod ports;
mod process;
mod prosody;
#[path = "../chaos/proxy.rs"]
mod proxy;
#[path = "../chaos/script.rs"]
mod script;

use std::path::{Path, PathBuf};

pub use account::{Account, random_password};
pub use pki::{Certificate, Pki};
pub use ports::free_port;
pub use prosody::{Prosody, ProsodyBuilder, Sasl, ScramHash, StartError, Tls};
pub use proxy::{Fault, Proxy, Way};
pub use script::{Script, Step};

/// The data and vectors that lie beside the repository, in `../shared`; `None` where they are not.
///
/// A test that lives on them is to be reported as ignored then, not as passed.
pub fn shared_dir() -> Option<PathBuf> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let shared = repository.parent()?.join("shared");
    shared.is_dir().then_some(shared)
}
