//! The PHP extension: it converts types, waits, and nothing else.
//!
//! `border` is what C does for it and what stands around every call, `generated` what `make bindings` writes.

#![allow(unsafe_code, reason = "PHP is C; each place says why it may")]

mod border;
mod convert;
mod data;
mod ending;
mod error;
mod generated;
mod items;
mod pending;
mod sessions;
mod wait;
