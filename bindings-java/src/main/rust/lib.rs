//! The native library in the jar: converts types, waits, and nothing else.

#![allow(unsafe_code, reason = "JNI's entry points, and what was found once and is called by number")]

mod data;
mod ending;
mod error;
mod generated;
mod handle;
mod library;
mod native;
mod operation;
mod wire;
