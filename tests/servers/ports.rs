//! Ports for servers.

use std::net::{Ipv4Addr, TcpListener};

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

fn first_outgoing_port() -> u16 {
    std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")
        .ok()
        .and_then(|range| range.split_whitespace().next()?.parse().ok())
        .unwrap_or(32_768)
}
