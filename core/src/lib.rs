//! The client, the provider side and the codec of Quoalise: time series of energy data, exchanged between independent
//! servers over XMPP (RFC 6120) and carried as SenML (RFC 8428).
//!
//! - [`Client`] asks providers for the history of a meter, subscribes to its new values, and listens to them.
//! - [`provider`] serves them.
//! - [`data`] is the payload: records in columns, and what is known of the series. [`senml`] is the format beneath.
//! - [`sandbox`] is a server and a provider in this process, for tests and demonstrations.
//!
//! ```no_run
//! # async fn example() -> quoalise::Result<()> {
//! use quoalise::{Client, Config, Period};
//!
//! let client = Client::connect(&Config::new("app@example.org", "secret")?).await?;
//! let week = Period::parse("2022-01-10T00:00:00+01:00", "2022-01-17T00:00:00+01:00")?;
//! let meter = "urn:dev:prm:00000000000001_consumption/power/active/raw";
//! let data = client.get_history("sge-proxy@provider.example/proxy", meter, &week).await?;
//! for record in data.records().iter() {
//!     println!("{} {:?} {:?}", record.timestamp(), record.value, record.unit);
//! }
//! # Ok(()) }
//! ```
//!
//! # Conventions
//! Times are seconds since 1970 UTC on the wire and microseconds since 1970 UTC in columns; a value over an interval
//! is stamped at the interval's start. Units are SenML's (`W`, `Wh`, `VA`, `var`, `V`…). A gap is a record without a
//! value, never a zero. Every wait has an end, and every failure is an [`Error`] whose [`ErrorKind`] says what it is
//! and whose text says what to do.
//!
//! # Features
//! `xmpp` (on by default): session, client and provider. Without it the codec alone, no I/O, no tokio. `csv`: tables.
//! `sqlite` (on by default): subscriptions of a provider in a file, readings in a database. `sandbox`: the server in this process. `cli`: the `quoalise` command.
//! `ffi`: what wrappers for other languages are made of.

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "xmpp")]
mod client;
pub mod data;
mod error;
#[cfg(feature = "ffi")]
pub mod ffi;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "ffi")]
mod per_process;
#[cfg(feature = "xmpp")]
pub mod provider;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod senml;
#[cfg(feature = "xmpp")]
mod session;
#[cfg(feature = "xmpp")]
pub mod stanza;
#[cfg(any(feature = "cli", feature = "sqlite"))]
mod state;
#[cfg(feature = "xmpp")]
mod threads;

#[cfg(feature = "xmpp")]
pub use client::{
    AuthorizeRequest, AuthorizeUri, Availability, Client, CommandInfo, Consent, DatePeriod, Direction, Event,
    Execution, FieldValue, Hole, Listener, Listening, Outcome, Period, Push, Table, Values, WhenFull,
};
pub use data::{Rights, Series};
pub use error::{Error, ErrorKind, Result};
#[cfg(feature = "ffi")]
#[doc(hidden)]
pub use ffi::UniFfiTag;
pub use jiff;
#[cfg(feature = "xmpp")]
pub use session::{Config, ConnectionState, Security, States};
#[cfg(feature = "xmpp")]
pub use xmpp_parsers::jid;
