//! Services of readings that lie somewhere already: [`InMemory`], or in a database by [`Sqlite`].
//!
//! Both serve their histories in order of time, tell which series they have, and refuse subscriptions to series they
//! do not have. Who may read what is not theirs to say: see [`Authorization`](super::Authorization).

mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use memory::InMemory;
#[cfg(feature = "sqlite")]
pub use sqlite::{Added, Mark, Sqlite, SqliteOptions, TimeUnit};

use crate::error::{Error, ErrorKind};

/// In the words that known providers have for it.
pub(crate) fn unknown(identifier: impl std::fmt::Display) -> Error {
    Error::answer(ErrorKind::BadRequest, format!("Unexpected record identifier {identifier}"))
}
