//! A loopback XMPP server, for demonstrations, users' own tests and scripted faults.

mod pki;
pub mod server;
