//! What a long-running client costs: an hour's events in a few minutes, and the process that takes them measured.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use quoalise_tests::{Proxy, Script, Software};
use tokio::time::{sleep, timeout};

use crate::Anything;
use crate::child::{Child, Orders};
use crate::cutting::SESSIONS;
use crate::diary::Diary;
use crate::sides::{Publisher, address, config, start};
use crate::store::Store;

/// How many pushes may be on their way. Beyond some hundred unacknowledged ones, servers give a session up.
const ON_THE_WAY: usize = 300;

/// The share of everything that comes before the first measurement: caches, buffers and threads are there by then.
const WARM_UP: f64 = 0.05;

/// Time for what is over to be let go.
const LET_GO: Duration = Duration::from_secs(2);

/// For any of the three parts.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Without one push for so long, none comes any more.
const PUSHED_WITHIN: Duration = Duration::from_secs(60);

/// How much more than at the start it may be in the end.
const MORE: Figures = Figures { resident_kib: 8 * 1024, descriptors: 2, threads: 1 };

#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub pushes: usize,
    pub reconnects: usize,
}

/// What a process has at a moment.
#[derive(Clone, Copy, Debug)]
struct Figures {
    resident_kib: usize,
    descriptors: usize,
    threads: usize,
}

impl Figures {
    fn of(process: u32) -> Anything<Self> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
        let figure = |name: &str| -> Anything<usize> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such figure")?;
            Ok(line.split_whitespace().next().ok_or("no figure")?.parse()?)
        };
        let descriptors = std::fs::read_dir(format!("/proc/{process}/fd"))?.count();
        Ok(Self { resident_kib: figure("VmRSS:")?, descriptors, threads: figure("Threads:")? })
    }

    fn is_within(self, more: Self, start: Self) -> bool {
        self.resident_kib <= start.resident_kib + more.resident_kib
            && self.descriptors <= start.descriptors + more.descriptors
            && self.threads <= start.threads + more.threads
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resident_kib, descriptors, threads } = self;
        write!(f, "{resident_kib} KiB resident, {descriptors} descriptors, {threads} threads")
    }
}

/// Prints the figures; whether they stayed within the bound, and a line about it.
pub async fn run(software: Software, plan: Plan, diary: &Diary) -> Anything<(bool, String)> {
    let server = start(software).await?;
    let ca = server.ca_file();
    let account = server.new_account();
    let jid = format!("{}/proxy", account.jid);
    let own = config(&jid, &account.password, address(&server), &ca)?;
    let publisher = Arc::new(Publisher::start(own, Store::default()).await?);
    let proxy = Proxy::start(address(&server));
    let orders = Orders {
        account: server.new_account(),
        address: proxy.address(),
        ca_file: ca,
        provider: publisher.jid.clone(),
        pushes: plan.pushes,
        journal: None,
        numbers: None,
        is_measured: true,
    };
    let mut child = Child::start(&orders, diary)?;
    child.ready().await?;

    let first = proxy.accepted();
    let mut script = Script::new(plan.seed, Duration::ZERO).cuts();
    let mut begin = 0;
    let mut measured = Vec::new();
    for (name, share) in [("start", WARM_UP), ("middle", 0.5), ("end", 1.0)] {
        let of = |all: usize| (all as f64 * share) as usize;
        let part = async {
            tokio::try_join!(
                push(&publisher, begin..of(plan.pushes), &mut child),
                cut(&proxy, first + of(plan.reconnects), &mut script),
            )?;
            while proxy.connections() < SESSIONS {
                sleep(Duration::from_millis(5)).await;
            }
            Anything::Ok(())
        };
        timeout(PATIENCE, part).await.map_err(|_| format!("not done after {PATIENCE:?}"))??;
        begin = of(plan.pushes);
        sleep(LET_GO).await;
        let figures = Figures::of(child.id())?;
        let reconnects = proxy.accepted() - first;
        writeln!(io::stdout(), "{name:>6}, {begin} pushes, {reconnects} reconnects: {figures}")?;
        measured.push(figures);
    }
    tokio::task::spawn_blocking(move || child.end()).await??;
    let (start, end) = (measured[0], measured[measured.len() - 1]);
    let is_flat = end.is_within(MORE, start);
    if !is_flat {
        diary.wrong(format_args!("it grew by more than {MORE}"));
    }
    let reconnects = proxy.accepted() - first;
    let line = format!(
        "soak: {} pushes, {reconnects} reconnects; from {start} to {end}; {MORE} more are allowed",
        plan.pushes
    );
    Ok((is_flat, line))
}

/// Pushes as fast as they are taken; done when all are.
async fn push(publisher: &Publisher, numbers: std::ops::Range<usize>, child: &mut Child) -> Anything<()> {
    let end = numbers.end;
    for number in numbers {
        taken(child, (number + 1).saturating_sub(ON_THE_WAY)).await?;
        publisher.publish().await?;
    }
    taken(child, end).await
}

async fn taken(child: &mut Child, number: usize) -> Anything<()> {
    let enough = timeout(PUSHED_WITHIN, child.count.wait_for(|count| *count >= Some(number))).await;
    match enough.map(|enough| enough.map(drop)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err("the listening process has ended".into()),
        Err(_) => Err(format!("of {number} pushes, {} came", child.count.borrow().unwrap_or(0)).into()),
    }
}

/// Cuts until there were so many connections.
async fn cut(
    proxy: &Proxy,
    connections: usize,
    script: &mut impl Iterator<Item = quoalise_tests::Step>,
) -> Anything<()> {
    while proxy.accepted() < connections {
        let step = script.next().ok_or("a script has no end")?;
        while proxy.connections() < SESSIONS {
            sleep(Duration::from_millis(5)).await;
        }
        sleep(step.pause / 3).await;
        proxy.apply(&step.fault);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_measured_and_what_grows_is_seen() {
        let before = Figures::of(std::process::id()).unwrap();
        assert!(before.resident_kib > 100 && before.descriptors > 2 && before.threads > 0, "{before}");
        assert!(before.is_within(MORE, before));
        let _files: Vec<_> = (0..3).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
        let after = Figures::of(std::process::id()).unwrap();
        assert!(!after.is_within(Figures { resident_kib: 1 << 30, descriptors: 2, threads: 1000 }, before));
    }
}
