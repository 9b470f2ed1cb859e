//! Plays the server's part of the cases in `tests/conformance`, for runners in any language: see its README.

#![allow(clippy::unwrap_used, reason = "a fixture that meets a surprise has failed")]
#![allow(dead_code, reason = "tests need more of what they share with this")]

mod cases;
#[path = "../e2e/raw.rs"]
mod raw;
#[path = "../e2e/support.rs"]
mod support;

use std::io::{self, Write};

use quoalise_tests::Server;
use serde_json::{Value as Json, json};
use tokio::signal::unix::{SignalKind, signal};

/// What a runner is told of a case.
fn told(case: &cases::Case) -> Json {
    json!({
        "file": case.file,
        "case": case.name,
        "jid": case.account.jid,
        "password": case.account.password,
        "provider": case.provider.jid,
        "patience": case.patience,
        "calls": case.calls,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    // Before anything is there: a signal from now on ends us in order.
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;

    let server = Server::shared();
    let cases = cases::start(&server, None).await;
    let line = json!({
        "address": format!("127.0.0.1:{}", server.c2s_port()),
        "ca_file": server.ca_file(),
        "host": server.host(),
        "pid": server.pid(),
        "cases": cases.iter().map(told).collect::<Vec<_>>(),
    });
    let mut out = io::stdout();
    writeln!(out, "{line}")?;
    out.flush()?;

    let (input_over, input) = tokio::sync::oneshot::channel();
    // A thread of its own: tokio's reader of standard input would keep its runtime from ending.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = input_over.send(());
    });
    tokio::select! {
        _ = input => {}
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    Ok(())
}
