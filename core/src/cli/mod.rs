//! The `quoalise` command. Not a part of the library: it may change at any time, but for what users see of it.

pub mod chart;
mod convert;
pub mod exit;
pub mod format;
mod online;
mod sandbox;
mod table;
mod trusted;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use log::LevelFilter;

use crate::senml::number::parse_micros;
use exit::{Exit, Failure};

/// Energy data from federated servers: fetch them, hear them as they come, turn them into other formats.
#[derive(Parser)]
#[command(name = "quoalise", version, after_help = Exit::help())]
struct Args {
    /// Tell more on stderr of what happens; twice and three times for even more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    GetHistory(online::GetHistory),
    Listen(online::Listen),
    /// Have new values of a series pushed to this account from now on
    Subscribe(online::Series),
    /// End a subscription
    Unsubscribe(online::Series),
    Ping(online::Ping),
    Sandbox(sandbox::Args),
    Convert(convert::Args),
}

/// Runs the command of this process' arguments.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // It knows itself whether it is a help text for stdout or an error for stderr.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    start_logging(args.verbose);
    let run = match args.command {
        Command::GetHistory(args) => args.run(),
        Command::Listen(args) => args.run(),
        Command::Subscribe(args) => args.subscribe(),
        Command::Unsubscribe(args) => args.unsubscribe(),
        Command::Ping(args) => args.run(),
        Command::Sandbox(args) => args.run(),
        Command::Convert(args) => args.run(),
    };
    match run {
        Ok(()) => Exit::Done.into(),
        Err(Failure { exit, message }) => {
            if !message.is_empty() {
                let _ = writeln!(std::io::stderr(), "quoalise: {message}");
            }
            exit.into()
        }
    }
}

/// Logs of this library only: those of the XMPP stack print whole stanzas, readings and all.
fn start_logging(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::Warn,
        1 => LevelFilter::Info,
        2 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    };
    let _ = env_logger::Builder::new().filter_module("quoalise", level).try_init();
}

/// Ends the process at Ctrl-C, quietly: for commands that hold nothing that must be closed.
fn end_at_interrupt() {
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if runtime.is_ok_and(|runtime| runtime.block_on(tokio::signal::ctrl_c()).is_ok()) {
            std::process::exit(Exit::Interrupted.code().into());
        }
    });
}

/// Runs until done, or until Ctrl-C or a request to end, which drop what is under way: sessions and folders go with it.
fn run_until_interrupted(run: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            result = run => result,
            _ = tokio::signal::ctrl_c() => Err(Failure::new(Exit::Interrupted, "")),
            _ = terminate.recv() => Err(Failure::new(Exit::Interrupted, "")),
        }
    })
}

/// For `--tz`.
fn parse_zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name)
        .map_err(|_| "no such time zone; it takes names like Europe/Paris, Indian/Reunion, UTC".to_owned())
}

/// For `--now`.
fn parse_seconds(text: &str) -> Result<Timestamp, String> {
    let timestamp = parse_micros(text).and_then(|micros| Timestamp::from_microsecond(micros).ok());
    timestamp.ok_or_else(|| "not a number of seconds since 1970".to_owned())
}
