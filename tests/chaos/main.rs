//! What becomes of sessions when the network fails, the server, or the program itself: `make chaos`, `make soak`.
//!
//! A provider and a client of ours talk over a real server, with a [`Proxy`](quoalise_tests::Proxy) before the client
//! that fails by a script. Every push is a number, so that it can be told which are missing and which came twice.

mod child;
mod cutting;
mod diary;
mod killing;
mod ledger;
mod sides;
mod soak;
mod store;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use quoalise_tests::Software;

use diary::Diary;

type Anything<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Cut, stall, delay, throttle and swallow connections between a client and a real server, and see what is lost.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: Common,
    /// Numbers to push
    #[arg(long)]
    pushes: Option<usize>,
    /// Histories to ask for
    #[arg(long)]
    histories: Option<usize>,
    /// How often to cut connections, at the least
    #[arg(long)]
    cuts: Option<usize>,
    /// How often to take the server down
    #[arg(long)]
    restarts: Option<usize>,
    /// Leave the network alone, and kill the listening program so often
    #[arg(long, value_name = "KILLS", conflicts_with_all = ["histories", "cuts"])]
    kill: Option<usize>,
}

#[derive(clap::Args)]
struct Common {
    /// Only on this server; by default on each, one after another
    #[arg(long, value_enum)]
    server: Option<Software>,
    /// The script of the faults; the same seed does the same again, as far as time lets it
    #[arg(long)]
    seed: Option<u64>,
    /// A small run of less than half a minute a server
    #[arg(long)]
    short: bool,
    /// Tell on standard error what happens when
    #[arg(long)]
    verbose: bool,
}

#[derive(clap::Subcommand)]
enum Command {
    /// See what many pushes and reconnects cost the process that takes them
    Soak {
        #[command(flatten)]
        common: Common,
        /// Numbers to push
        #[arg(long)]
        pushes: Option<usize>,
        /// How often sessions have to connect again, at the least
        #[arg(long)]
        reconnects: Option<usize>,
    },
    /// The process that takes the pushes, started by the others
    #[command(hide = true)]
    Listen,
}

/// What is to be done on each server.
enum Task {
    Cut(cutting::Plan),
    Kill(cutting::Plan),
    Soak(soak::Plan),
}

fn main() -> ExitCode {
    // What the sessions say, where `RUST_LOG` asks for it.
    env_logger::Builder::from_default_env().format_timestamp_millis().init();
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing is left to do when even that fails.
            let _ = writeln!(io::stderr(), "quoalise-chaos: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Anything<bool> {
    let common = match &arguments.command {
        Some(Command::Listen) => return child::main(),
        Some(Command::Soak { common, .. }) => common,
        None => &arguments.common,
    };
    let seed = common.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    writeln!(io::stdout(), "seed {seed}")?;
    let task = arguments.task(common.short, seed);
    let mut is_good = true;
    for software in Software::ALL.into_iter().filter(|one| common.server.is_none_or(|only| only == *one)) {
        is_good &= on(software, &task, common.verbose)?;
    }
    Ok(is_good)
}

impl Arguments {
    fn task(&self, short: bool, seed: u64) -> Task {
        let or = |given: Option<usize>, full, small| given.unwrap_or(if short { small } else { full });
        if let Some(Command::Soak { pushes, reconnects, .. }) = self.command {
            return Task::Soak(soak::Plan {
                seed,
                pushes: or(pushes, 100_000, 3000),
                reconnects: or(reconnects, 1000, 40),
            });
        }
        let plan = cutting::Plan {
            seed,
            pushes: or(self.pushes, 10_000, 500),
            histories: or(self.histories, 500, 25),
            cuts: or(self.cuts, 200, 15),
            restarts: or(self.restarts, 2, 1),
        };
        match self.kill {
            Some(kills) => {
                Task::Kill(cutting::Plan { cuts: kills, restarts: self.restarts.unwrap_or(1), ..plan })
            }
            None => Task::Cut(plan),
        }
    }
}

/// Does it on one server, and tells what came of it; whether that is good.
fn on(software: Software, task: &Task, verbose: bool) -> Anything<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let diary = Diary::new(verbose);
    let mut out = io::stdout();
    writeln!(out, "on {}:", software.name())?;
    let done = runtime.block_on(async {
        Anything::Ok(match task {
            Task::Cut(plan) => {
                let cutting::Outcome { cuts, lost, doubled, hung } = cutting::run(software, *plan, &diary).await?;
                let pushes = plan.pushes;
                let line = format!(
                    "chaos: {pushes} pushes, {cuts} cuts, {lost} lost, {doubled} doubled, {hung} hung"
                );
                (cuts >= plan.cuts, line)
            }
            Task::Kill(plan) => {
                let killing::Outcome { lost, doubled, repeated } = killing::run(software, *plan, &diary).await?;
                let (pushes, kills) = (plan.pushes, plan.cuts);
                let line = format!(
                    "chaos: {pushes} pushes, {kills} kills, {lost} lost, {doubled} doubled, {repeated} repeated"
                );
                (true, line)
            }
            Task::Soak(plan) => soak::run(software, *plan, &diary).await?,
        })
    });
    // What went wrong may be the reason of an error, too.
    if !diary.is_good() || done.is_err() {
        diary.show(&mut io::stderr())?;
    }
    let (is_done, line) = done?;
    writeln!(out, "{line}")?;
    Ok(is_done && diary.is_good())
}
