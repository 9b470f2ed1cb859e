//! What becomes of sessions when the network fails, the server, or the program itself: `make chaos`, `make soak`.
//!
//! A provider and a client of ours talk over a real server, with a [`Proxy`](quoalise_tests::Proxy) before the client
//! that fails by a script. Every push is a number, so that it can be told which are missing and which came twice.

mod cutting;
mod diary;
mod ledger;
mod servers;
mod sides;
mod store;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use quoalise_tests::Prosody;

use diary::Diary;
use servers::Server;

type Anything<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Cut, stall, delay, throttle and swallow connections between a client and a real server, and see what is lost.
#[derive(Parser)]
struct Arguments {
    /// Only on this server; by default on each, one after another
    #[arg(long, value_enum)]
    server: Option<Which>,
    /// The script of the faults; the same seed does the same again, as far as time lets it
    #[arg(long)]
    seed: Option<u64>,
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
    /// A small run of half a minute a server
    #[arg(long)]
    short: bool,
    /// Tell on standard error what happens when
    #[arg(long)]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    Prosody,
}

impl Arguments {
    fn plan(&self, seed: u64) -> cutting::Plan {
        let or = |given: Option<usize>, full, short| given.unwrap_or(if self.short { short } else { full });
        cutting::Plan {
            seed,
            pushes: or(self.pushes, 10_000, 500),
            histories: or(self.histories, 500, 25),
            cuts: or(self.cuts, 200, 15),
            restarts: or(self.restarts, 2, 1),
        }
    }
}

fn main() -> ExitCode {
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
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    writeln!(io::stdout(), "seed {seed}")?;
    let servers = arguments.server.map_or_else(|| Which::value_variants().to_vec(), |one| vec![one]);
    let mut is_good = true;
    for server in servers {
        is_good &= match server {
            Which::Prosody => on::<Prosody>(arguments, seed)?,
        };
    }
    Ok(is_good)
}

fn on<S: Server>(arguments: &Arguments, seed: u64) -> Anything<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let diary = Diary::new(arguments.verbose);
    let plan = arguments.plan(seed);
    let outcome = runtime.block_on(cutting::run::<S>(plan, &diary))?;
    let cutting::Outcome { cuts, lost, doubled, hung } = outcome;
    if !diary.is_good() {
        diary.show(&mut io::stderr())?;
    }
    let mut out = io::stdout();
    writeln!(out, "on {}:", S::NAME)?;
    let pushes = plan.pushes;
    writeln!(out, "chaos: {pushes} pushes, {cuts} cuts, {lost} lost, {doubled} doubled, {hung} hung")?;
    Ok(diary.is_good() && cuts >= plan.cuts)
}
