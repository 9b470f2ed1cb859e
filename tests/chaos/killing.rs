//! Pushes to a program that is killed again and again, and goes on with the journal it left.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use quoalise_tests::Software;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::Anything;
use crate::child::{Child, Orders};
use crate::cutting::{CAUGHT_UP_WITHIN, PATIENCE, Pace, Plan, publish, some};
use crate::diary::Diary;
use crate::ledger::Ledger;
use crate::sides::{Publisher, address, config, restart, start};
use crate::store::Store;

/// What came of it.
pub struct Outcome {
    pub lost: usize,
    pub doubled: usize,
    pub repeated: usize,
}

/// Here the cuts of the plan are kills.
pub async fn run(software: Software, plan: Plan, diary: &Diary) -> Anything<Outcome> {
    let mut server = start(software).await?;
    let ca = server.ca_file();
    let account = server.new_account();
    let jid = format!("{}/proxy", account.jid);
    let own = config(&jid, &account.password, address(&server), &ca)?;
    let publisher = Arc::new(Publisher::start(own, Store::default()).await?);

    let folder = tempfile::Builder::new().prefix("quoalise-chaos-").tempdir()?;
    let numbers = folder.path().join("numbers");
    let orders = Orders {
        account: server.new_account(),
        address: address(&server),
        ca_file: ca,
        provider: publisher.jid.clone(),
        pushes: plan.pushes,
        journal: Some(folder.path().join("journal.sqlite")),
        numbers: Some(numbers.clone()),
        is_measured: false,
    };
    let mut child = Child::start(&orders, diary)?;
    child.ready().await?;

    let (told, kills) = watch::channel(0);
    let pushing = tokio::spawn(publish(publisher.clone(), plan, Pace::new(kills, plan.cuts), diary.clone()));
    let mut random = Rng::with_seed(plan.seed);
    let killing = async {
        for kill in 1..=plan.cuts {
            // Some while they log in, most while they listen.
            sleep(Duration::from_millis(random.u64(100..4000))).await;
            let count = child.count.borrow().unwrap_or(0);
            diary.note(format_args!("kill {kill}, with {count} numbers"));
            drop(child);
            sleep(Duration::from_millis(random.u64(0..500))).await;
            if plan.restarts > 0 && kill % plan.cuts.div_ceil(plan.restarts + 1) == 0 && kill < plan.cuts {
                diary.note("the server goes down");
                server = restart(server, false).await?;
                diary.note("the server is back");
            }
            child = Child::start(&orders, diary)?;
            told.send_replace(kill);
        }
        told.send_replace(usize::MAX);
        pushing.await?;
        Anything::Ok((child, server))
    };
    let (child, server) =
        timeout(PATIENCE, killing).await.map_err(|_| format!("not done after {PATIENCE:?}"))??;

    let begin = Instant::now();
    let read = || if numbers.exists() { Ledger::read(&numbers) } else { Ok(Ledger::default()) };
    while read()?.count() < plan.pushes && begin.elapsed() < CAUGHT_UP_WITHIN {
        sleep(Duration::from_millis(100)).await;
    }
    // What comes twice may come late.
    sleep(Duration::from_secs(1)).await;
    tokio::task::spawn_blocking(move || child.end()).await??;
    drop((publisher, server));
    let ledger = read()?;
    let lost = ledger.lost(plan.pushes);
    if !lost.is_empty() {
        diary.wrong(format_args!("lost: {}", some(&lost)));
    }
    if !ledger.doubled.is_empty() {
        diary.wrong(format_args!("doubled: {}", some(&ledger.doubled)));
    }
    diary.note(format_args!("{} of {} numbers were filled in", ledger.filled, ledger.count()));
    Ok(Outcome { lost: lost.len(), doubled: ledger.doubled.len(), repeated: ledger.repeated })
}
