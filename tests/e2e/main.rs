//! Tests over real servers. They run side by side in one process; each takes accounts of its own.

#![allow(clippy::unwrap_used, reason = "helpers of tests too may stop at the first surprise")]

mod answers;
mod bad_servers;
mod between;
#[path = "../conformance/cases.rs"]
mod cases;
mod command_line;
mod commands;
mod conformance;
mod connect;
mod dataconnect;
mod faults;
mod federation;
mod fixtures;
mod forms;
mod history;
mod hostile;
mod interop;
mod logs;
mod lost;
mod payload;
mod presence;
mod provider;
mod pushes;
mod raw;
mod runs;
mod scripted;
mod serve;
mod session;
mod support;
mod trust;
mod vectors;
