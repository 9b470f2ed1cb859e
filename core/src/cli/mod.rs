//! The `quoalise` command. Not a part of the library: it may change at any time, but for what users see of it.

pub mod chart;
mod commands;
mod convert;
mod dataconnect;
pub mod exit;
pub mod format;
mod online;
mod prompt;
mod sandbox;
mod serve;
mod table;
mod trusted;

use std::ffi::OsString;
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
    LoadCurve(dataconnect::LoadCurve),
    Daily(dataconnect::Daily),
    Authorize(dataconnect::Authorize),
    Ping(online::Ping),
    Series(commands::ListSeries),
    Commands(commands::Commands),
    Run(commands::Run),
    Serve(serve::Args),
    Sandbox(sandbox::Args),
    Convert(convert::Args),
}

/// Runs the command of this process' arguments.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()))
}

/// Runs the command of these arguments, the first of which is its own name; its exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            // It knows itself whether it is a help text for stdout or an error for stderr.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.code() } else { Exit::Done.code() };
        }
    };
    start_logging(args.verbose);
    let run = match args.command {
        Command::GetHistory(args) => args.run(),
        Command::Listen(args) => args.run(),
        Command::Subscribe(args) => args.subscribe(),
        Command::Unsubscribe(args) => args.unsubscribe(),
        Command::LoadCurve(args) => args.run(),
        Command::Daily(args) => args.run(),
        Command::Authorize(args) => args.run(),
        Command::Ping(args) => args.run(),
        Command::Series(args) => args.run(),
        Command::Commands(args) => args.run(),
        Command::Run(args) => args.run(),
        Command::Serve(args) => args.run(),
        Command::Sandbox(args) => args.run(),
        Command::Convert(args) => args.run(),
    };
    match run {
        Ok(()) => Exit::Done.code(),
        Err(Failure { exit, message }) => {
            if !message.is_empty() {
                let _ = writeln!(std::io::stderr(), "quoalise: {message}");
            }
            exit.code()
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
fn run_until_interrupted<F>(run: impl FnOnce(Interrupt) -> F) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let interrupt = Interrupt::watch()?;
    let interrupted = interrupt.clone();
    let ended = runtime.block_on(async {
        tokio::select! {
            biased;
            result = run(interrupt) => result,
            () = interrupted.late() => Err(Failure::new(Exit::Interrupted, "")),
        }
    });
    // A file that is being read on a thread of its own need not be read to its end.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ended
}

/// Tells of Ctrl-C, and of a request to end.
#[derive(Clone)]
struct Interrupt {
    come: tokio::sync::watch::Receiver<bool>,
    /// Whether somebody ends in order by itself, and wants some time for it.
    taken: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Interrupt {
    /// How long ending in order may take; whoever blocks, in writing to a reader that does not read, is ended then.
    const GRACE: std::time::Duration = std::time::Duration::from_secs(4);

    fn watch() -> Result<Self, Failure> {
        let (tell, come) = tokio::sync::watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || {
            let signalled = runtime.block_on(async {
                let mut terminate =
                    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok()?;
                tokio::select! {
                    done = tokio::signal::ctrl_c() => done.ok(),
                    done = terminate.recv() => done,
                }
            });
            if signalled.is_some() {
                tell.send_replace(true);
                std::thread::sleep(Self::GRACE);
                std::process::exit(Exit::Interrupted.code().into());
            }
        });
        Ok(Self { come, taken: Default::default() })
    }

    /// Waits for it. Whoever calls this ends in order by itself.
    async fn come(&mut self) {
        self.taken.store(true, std::sync::atomic::Ordering::Relaxed);
        if self.come.wait_for(|come| *come).await.is_err() {
            std::future::pending::<()>().await; // signals cannot be watched here
        }
    }

    /// Waits for it, on behalf of all who do not.
    async fn late(mut self) {
        let come = self.come.wait_for(|come| *come).await.is_ok();
        if !come || self.taken.load(std::sync::atomic::Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
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
