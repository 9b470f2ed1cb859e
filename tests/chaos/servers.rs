//! The servers that all of this is done on.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use quoalise_tests::{Account, Prosody};

/// A real server on loopback that keeps its data and its ports while it is down.
pub trait Server: Sized + Send + 'static {
    /// What it is called on the command line.
    const NAME: &'static str;

    fn start() -> Self;
    fn c2s_port(&self) -> u16;
    fn ca_file(&self) -> PathBuf;
    fn new_account(&self) -> Account;
    /// Takes it down, in order or as a power cut would, and starts it again.
    fn restart(&mut self, in_order: bool);

    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.c2s_port()).into()
    }
}

impl Server for Prosody {
    const NAME: &'static str = "prosody";

    fn start() -> Self {
        Self::builder().start()
    }

    fn c2s_port(&self) -> u16 {
        self.c2s_port()
    }

    fn ca_file(&self) -> PathBuf {
        self.ca_file()
    }

    fn new_account(&self) -> Account {
        self.new_account()
    }

    fn restart(&mut self, in_order: bool) {
        if in_order {
            self.stop();
        } else {
            self.kill();
        }
        self.start();
    }
}
