//! Starts a server for tests in other languages.
//!
//! It prints one line of JSON on standard output when the server takes connections, and runs until its standard
//! input ends, or SIGTERM or SIGINT arrives. Start it with a pipe as standard input and keep that open.
//!
//! Lines of standard input are what it is to do, each answered by a line of JSON: `push N` has the provider of
//! `--provider` push so many messages, `add NAME` makes an account, `restart` restarts the server, `stop` and `start` do the halves of that.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use quoalise::provider::Limits;
use quoalise_tests::{
    Account, Certificate, Sasl, ScramHash, Server, Software, StartError, TestProvider, Tls, random_password,
};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

/// Start a server on loopback, print one line of JSON about it, and run until standard input ends.
#[derive(Parser)]
struct Arguments {
    /// Accounts to make: NAME, or NAME:PASSWORD for a password that isn't made up here
    accounts: Vec<String>,
    /// Which program it is
    #[arg(long, value_enum, default_value_t)]
    server: Software,
    /// The host it serves
    #[arg(long, default_value = "quoalise.test")]
    host: String,
    /// What is right or wrong with its certificate
    #[arg(long, value_enum, default_value_t)]
    certificate: Certificate,
    /// The encryption it offers
    #[arg(long, value_enum, default_value_t)]
    tls: Tls,
    /// The ways to log in that it offers
    #[arg(long, value_enum, default_value_t)]
    sasl: Sasl,
    /// The hash of SCRAM
    #[arg(long, value_enum, default_value_t)]
    scram_hash: ScramHash,
    /// The largest stanza it takes from a client, in bytes
    #[arg(long, value_name = "BYTES")]
    stanza_size_limit: Option<u32>,
    /// A line for the global part of its configuration, in its own language; may be repeated
    #[arg(long = "config", value_name = "LINE")]
    config: Vec<String>,
    /// Also run a provider there, with an account of its own
    #[arg(long)]
    provider: bool,
    /// How far apart the provider's pushes are at least, in milliseconds [default: as any provider's]
    #[arg(long, value_name = "MILLISECONDS")]
    push_interval: Option<u64>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when even that fails.
            let _ = writeln!(io::stderr(), "quoalise-test-server: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    // Before the server is there: a signal from now on ends us in order.
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;

    let mut server = start(&arguments)?;
    let accounts: Vec<Account> = arguments
        .accounts
        .iter()
        .map(|account| match account.split_once(':') {
            Some((name, password)) => server.add_user(name, password),
            None => server.add_user(account, &random_password()),
        })
        .collect();
    let push_interval =
        arguments.push_interval.map_or(Limits::default().push_interval, Duration::from_millis);
    let mut provider = match arguments.provider {
        true => Some(TestProvider::start(&server, push_interval).await?),
        false => None,
    };
    let mut line = json!({
        "server": server.software().name(),
        "host": server.host(),
        "address": "127.0.0.1",
        "c2s_port": server.c2s_port(),
        "direct_tls_port": server.direct_tls_port(),
        "ca_file": server.ca_file(),
        "pid": server.pid(),
        "accounts": accounts
            .iter()
            .map(told)
            .collect::<Vec<_>>(),
    });
    if let Some(provider) = &provider {
        line["provider"] = json!(provider.jid());
        line["series"] = json!(TestProvider::series());
    }
    say(&line)?;

    let (told, mut lines) = tokio::sync::mpsc::unbounded_channel();
    // A thread of its own: tokio's reader of standard input would keep its runtime from ending.
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            let _ = told.send(line);
        }
    });
    loop {
        let line = tokio::select! {
            line = lines.recv() => line,
            _ = terminated.recv() => None,
            _ = interrupted.recv() => None,
        };
        let Some(line) = line else { return Ok(()) };
        let done = act(&line, &mut server, provider.as_mut()).await;
        say(&done.unwrap_or_else(|error| json!({ "error": error.to_string() })))?;
    }
}

/// Does what a line of standard input says.
async fn act(
    line: &str,
    server: &mut Server,
    provider: Option<&mut TestProvider>,
) -> Result<Value, Box<dyn Error>> {
    let mut words = line.split_whitespace();
    let (command, argument) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match command {
        "push" => provider.ok_or("there is no provider")?.push(argument.parse()?).await?,
        "add" => return Ok(told(&server.add_user(argument, &random_password()))),
        "restart" => server.restart(),
        "stop" => server.stop(),
        "start" => server.start(),
        other => return Err(format!("there is no command {other:?}").into()),
    }
    Ok(json!({}))
}

fn told(account: &Account) -> Value {
    json!({ "jid": account.jid, "password": account.password })
}

fn say(line: &Value) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}

fn start(arguments: &Arguments) -> Result<Server, StartError> {
    let mut builder = Server::of(arguments.server)
        .host(&arguments.host)
        .certificate(arguments.certificate)
        .tls(arguments.tls)
        .sasl(arguments.sasl)
        .scram_hash(arguments.scram_hash);
    if let Some(bytes) = arguments.stanza_size_limit {
        builder = builder.stanza_size_limit(bytes);
    }
    arguments.config.iter().fold(builder, |builder, line| builder.config(line)).try_start()
}
