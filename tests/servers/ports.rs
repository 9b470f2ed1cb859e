//! Ports and addresses for servers.

use std::net::{Ipv4Addr, TcpListener};

/// The port for other servers (RFC 6120 section 14.7): they look for each other there, where no SRV record tells
/// them another.
pub(crate) const S2S_PORT: u16 = 5269;

/// A loopback port that nobody listens on at the moment of the call.
///
/// # Panics
/// When a thousand tries find none.
pub fn free_port() -> u16 {
    let [port] = free_ports();
    port
}

/// Several at once, all different.
///
/// They are free when this returns, and another process may take one before the server does: whoever starts a
/// server looks whether it got them.
///
/// They lie below the range the kernel gives to outgoing connections. From inside it, a restarted server could
/// find its port taken by some connection, and a client that keeps trying the port of a stopped server can end
/// up connected to itself.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let end = first_outgoing_port();
    let range = end.saturating_sub(12_000).max(1_025)..end.max(1_026);
    let mut held: Vec<(u16, TcpListener)> = Vec::with_capacity(N);
    for _ in 0..1_000 {
        let port = fastrand::u16(range.clone());
        // Held until all are found, or the same one could be found twice.
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            held.push((port, listener));
        }
        if held.len() == N {
            return std::array::from_fn(|i| held[i].0);
        }
    }
    panic!("no free loopback ports in {range:?}");
}

/// Loopback addresses on which nobody listens for servers at the moment of the call, all different.
///
/// All of 127.0.0.0/8 is loopback. Chosen at random from sixteen million, federations that run at the same time
/// practically never meet; whoever starts a server looks whether it got its address all the same.
///
/// # Panics
/// When a thousand tries find too few.
pub(crate) fn free_addresses<const N: usize>() -> [Ipv4Addr; N] {
    let mut held: Vec<(Ipv4Addr, TcpListener)> = Vec::with_capacity(N);
    for _ in 0..1_000 {
        if held.len() == N {
            return std::array::from_fn(|i| held[i].0);
        }
        // 127.0.x.y is left to those who write addresses down.
        let address = Ipv4Addr::new(127, fastrand::u8(1..), fastrand::u8(..), fastrand::u8(1..255));
        if let Ok(listener) = TcpListener::bind((address, S2S_PORT)) {
            held.push((address, listener));
        }
    }
    panic!("no free loopback addresses with port {S2S_PORT}: does a server listen on all of them?");
}

fn first_outgoing_port() -> u16 {
    std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")
        .ok()
        .and_then(|range| range.split_whitespace().next()?.parse().ok())
        .unwrap_or(32_768)
}
