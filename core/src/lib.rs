//! x
#[cfg(feature = "xmpp")]
mod client;
pub mod data;
mod error;
#[cfg(feature = "xmpp")]
pub mod provider;
pub mod senml;
#[cfg(feature = "xmpp")]
mod session;
#[cfg(feature = "xmpp")]
pub mod stanza;

#[cfg(feature = "xmpp")]
pub use client::{Availability, Client, Event, Listener, Period, Push};
pub use error::{Error, ErrorKind, Result};
pub use jiff;
#[cfg(feature = "xmpp")]
pub use session::{Config, Security};
#[cfg(feature = "xmpp")]
pub use xmpp_parsers::jid;
