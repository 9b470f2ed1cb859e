//! What the wrappers for other languages see: owned, flat types, described once by UniFFI.
//!
//! The wrappers are Rust too and call this as a Rust library; UniFFI's metadata are what their mechanical part is
//! generated from (`core/bindgen`). Only some types may cross: booleans, numbers, texts, bytes, durations, the custom
//! types below, options, lists, records, flat enums, enums of records, objects, and one error. An argument called `options` is a
//! record whose fields are arguments of their own in languages that have named ones.

#![allow(unsafe_code, reason = "what UniFFI's macros write")]

mod client;
mod codec;
mod command;
mod data;
mod error;
mod listen;
mod owned;
mod stream;

pub use client::{
    Authorization, AuthorizeOptions, Client, ConnectOptions, Connection, ConnectionState, States,
};
pub use codec::{DumpOptions, Format, LoadOptions, dumps, loads};
pub use command::{Execution, Field, FieldOption, Form, Outcome, Table};
pub use data::Data;
pub use error::{Error, Result};
pub use listen::{
    Consent, Event, Hole, Interrupted, ListenOptions, Listener, Malformed, NotSubscribed, Overflow, Presence,
    Push, Rest, Resumed,
};
pub use owned::Owned;

pub use crate::client::{Availability, CommandInfo, Direction, Values, WhenFull};
pub use crate::data::{Measurement, Rights, Series, Stamp};
pub use crate::error::ErrorKind;
pub use crate::per_process::PerProcess;
pub use crate::session::{Security, end_all};
pub use crate::stanza::{Action, FieldType, Note, NoteType, Status, Validation};
pub use crate::threads::without_signals;

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::data::{Aggregation, Element, Identifier, SamplingInterval};

uniffi::setup_scaffolding!("quoalise");

// An instant: microseconds since 1970 UTC.
uniffi::custom_type!(Timestamp, i64, {
    remote,
    lower: |time| time.as_microsecond(),
    try_lift: |micros| Ok(Timestamp::from_microsecond(micros)?),
});

// An instant with the offset it is meant with, as some providers go by local days: RFC 9557.
uniffi::custom_type!(Zoned, String, {
    remote,
    lower: |time| time.to_string(),
    try_lift: |text| Ok(text.parse()?),
});

// A day, wherever it is counted.
uniffi::custom_type!(Date, String, {
    remote,
    lower: |date| date.to_string(),
    try_lift: |text| Ok(text.parse()?),
});

// A time zone, by its IANA name; `UTC` for one that has none.
uniffi::custom_type!(TimeZone, String, {
    remote,
    lower: |zone| zone.iana_name().unwrap_or("UTC").to_owned(),
    try_lift: |name| Ok(TimeZone::get(&name)?),
});

// A file of the host's.
uniffi::custom_type!(PathBuf, String, {
    remote,
    lower: |path| path.to_string_lossy().into_owned(),
    try_lift: |path| Ok(PathBuf::from(path)),
});

// The name of a series.
uniffi::custom_type!(Identifier, String, {
    lower: |identifier| identifier.to_string(),
    try_lift: |text| Ok(Identifier::new(text)?),
});

// How a value stands for its interval: `mean`, `sum`, …
uniffi::custom_type!(Aggregation, String, {
    lower: |aggregation| aggregation.as_str().to_owned(),
    try_lift: |text| Ok(Aggregation::from(&*text)),
});

// The length of an interval, as ISO 8601 has it: `PT30M`, `P1D`, …
uniffi::custom_type!(SamplingInterval, String, {
    lower: |interval| interval.to_string(),
    try_lift: |text| SamplingInterval::parse(&text).ok_or_else(|| uniffi::deps::anyhow::anyhow!("no interval")),
});

// Values for the fields of forms.
uniffi::custom_type!(Values, HashMap<String, Vec<String>>, {
    lower: |values| {
        values.names().map(|name| (name.to_owned(), values.get(name).unwrap_or_default().to_vec())).collect()
    },
    try_lift: |values| Ok(values.into_iter().collect()),
});

/// Elements that Quoalise does not define, as XML. One that XML cannot carry is left out: none that was read.
fn xml(elements: &[Element]) -> Vec<String> {
    let one = |element: &Element| {
        let mut out = String::new();
        element.write(&mut out, "").ok().map(|()| out)
    };
    elements.iter().filter_map(one).collect()
}
