//! What the wrappers for other languages see: owned, flat types, described once by UniFFI.
//!
//! The wrappers are Rust too and call this as a Rust library; UniFFI's metadata are what their mechanical part is
//! generated from (`core/bindgen`). Only some types may cross: booleans, numbers, texts, bytes, durations, the times
//! below, options, lists, maps of texts, records, flat enums, enums of records, objects, and one error.

#![allow(unsafe_code, reason = "what UniFFI's macros write")]

mod client;
mod data;
mod error;
mod owned;

pub use client::{Client, ConnectOptions};
pub use data::Data;
pub use error::{Error, Result};
pub use owned::Owned;

use std::path::PathBuf;

use jiff::{Timestamp, Zoned};

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

// A file of the host's.
uniffi::custom_type!(PathBuf, String, {
    remote,
    lower: |path| path.to_string_lossy().into_owned(),
    try_lift: |path| Ok(PathBuf::from(path)),
});
