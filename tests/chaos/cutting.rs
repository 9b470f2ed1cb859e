//! Pushes and requests through a network that fails all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use quoalise::{Error, ErrorKind, Hole};
use quoalise_tests::{Fault, Proxy, Script, Server, Software};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Anything;
use crate::diary::Diary;
use crate::ledger::{Ledger, Way};
use crate::sides::{
    Consumer, DEAD_AFTER, DEADLINE, Ears, Heard, Publisher, SETTLED, address, config, restart, start,
};
use crate::store::{FIXED, Store, is_right, period};

/// What a request may take beyond its deadline.
const GRACE: Duration = Duration::from_secs(3);

/// The longest a fault of the network lasts: sometimes longer than the silence a session takes for death.
const LONGEST: Duration = Duration::from_secs(5);

/// Requests under way at once.
const ASKERS: usize = 4;

/// A history that fails so often, each time for a reason that passes, is not answered at all.
const TRIES: usize = 30;

/// One in so many histories is given up at once, and asked for anew.
const GIVEN_UP: u8 = 10;

/// One in so many pushes is taken late, so that others have to wait.
const LATE: u16 = 300;

/// How late.
const LATE_BY: Duration = Duration::from_secs(2);

/// Records of a history at the most; about 100 kB.
const MOST_RECORDS: i64 = 3000;

/// Pushes a second while they may go; they wait for the cuts.
const RATE: f64 = 300.0;

/// The whole of it; a run that works needs a quarter of that.
pub const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// How long most faults wait for the sessions to be there. The others do not wait, and meet them connecting.
const ONLINE_WITHIN: Duration = Duration::from_secs(5);

/// The sessions of the consumer: one that asks, one that listens.
pub const SESSIONS: usize = 1;

/// When the network is whole again, and nothing is missing or ever comes.
pub const CAUGHT_UP_WITHIN: Duration = Duration::from_secs(45);

/// What is to happen.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub pushes: usize,
    pub histories: usize,
    pub cuts: usize,
    pub restarts: usize,
}

/// What came of it.
pub struct Outcome {
    pub cuts: usize,
    pub lost: usize,
    pub doubled: usize,
    pub hung: usize,
}

/// Where the cuts are, for those who keep step with them.
#[derive(Clone)]
pub struct Pace {
    cuts: watch::Receiver<usize>,
    of: usize,
}

impl Pace {
    pub fn new(cuts: watch::Receiver<usize>, of: usize) -> Self {
        Self { cuts, of }
    }

    /// Waits until the `number`th of so many things may happen: all of them spread over all cuts.
    async fn wait(&mut self, number: usize, of: usize) {
        let need = (number * self.of / of.max(1)).saturating_sub(1);
        // Without cuts any more, there is nothing to wait for.
        let _ = self.cuts.wait_for(|cuts| *cuts >= need).await;
    }
}

pub async fn run(software: Software, plan: Plan, diary: &Diary) -> Anything<Outcome> {
    let server = start(software).await?;
    let ca = server.ca_file();
    let store = Store::default();
    let account = server.new_account();
    let jid = format!("{}/proxy", account.jid);
    let publisher =
        Publisher::start(config(&jid, &account.password, address(&server), &ca)?, store.clone()).await?;
    let publisher = Arc::new(publisher);

    let proxy = Proxy::start(address(&server));
    let account = server.new_account();
    let own = config(&account.jid, &account.password, proxy.address(), &ca)?;
    let consumer = Arc::new(Consumer::connect(&own, &publisher.jid).await?);
    consumer.subscribe().await?;
    let ears = consumer.listen(None).await?;
    sleep(SETTLED).await;

    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let hung = Arc::new(AtomicUsize::new(0));
    let (told, cuts) = watch::channel(0);
    let pace = Pace::new(cuts, plan.cuts);
    let listening = tokio::spawn(hear(ears, consumer.clone(), store.clone(), ledger.clone(), diary.clone()));

    let mut work = JoinSet::new();
    work.spawn(publish(publisher.clone(), plan, pace.clone(), diary.clone()));
    let asker =
        |number| Asker { number, consumer: consumer.clone(), hung: hung.clone(), diary: diary.clone() };
    let others = tokio::spawn(asker(ASKERS).ask_others());
    let next = Arc::new(AtomicUsize::new(0));
    for number in 0..ASKERS {
        work.spawn(asker(number).ask(plan, next.clone(), pace.clone()));
    }
    let done = timeout(PATIENCE, fail(server, &proxy, &consumer, plan, &told, &mut work, diary)).await;
    let server = match done {
        Ok(server) => Some(server?),
        Err(_) => {
            diary.wrong(format_args!("not done after {PATIENCE:?}"));
            None
        }
    };
    work.shutdown().await;
    others.abort();

    proxy.heal();
    diary.note("the network is whole");
    let begin = Instant::now();
    while ledger.lock().await.count() < plan.pushes && begin.elapsed() < CAUGHT_UP_WITHIN {
        sleep(Duration::from_millis(20)).await;
    }
    // What comes twice may come late.
    sleep(DEAD_AFTER).await;
    if listening.is_finished() {
        diary.wrong("the listener ended by itself");
    }
    listening.abort();
    let ledger = ledger.lock().await;
    let lost = ledger.lost(plan.pushes);
    if !lost.is_empty() {
        diary.wrong(format_args!("lost: {}", some(&lost)));
    }
    if !ledger.doubled.is_empty() {
        diary.wrong(format_args!("doubled: {}", some(&ledger.doubled)));
    }
    diary.note(format_args!(
        "{} numbers, {} of them filled in; {} repeated; {} connections",
        ledger.count(),
        ledger.filled,
        ledger.repeated,
        proxy.accepted()
    ));
    // Whatever the network does.
    proxy.stall(PATIENCE);
    timeout(GRACE, consumer.close()).await.unwrap_or_else(|_| diary.wrong("close did not return"));
    drop(server);
    Ok(Outcome {
        cuts: proxy.cuts(),
        lost: lost.len(),
        doubled: ledger.doubled.len(),
        hung: hung.load(Ordering::Relaxed),
    })
}

pub fn some(numbers: &[usize]) -> String {
    let first: Vec<_> = numbers.iter().take(20).map(usize::to_string).collect();
    format!("{}{}", first.join(" "), if numbers.len() > 20 { " …" } else { "" })
}

/// Lets the network fail, and the server, until all has happened.
async fn fail(
    mut server: Server,
    proxy: &Proxy,
    consumer: &Consumer,
    plan: Plan,
    told: &watch::Sender<usize>,
    work: &mut JoinSet<()>,
    diary: &Diary,
) -> Anything<Server> {
    let mut script = Script::new(plan.seed, LONGEST);
    let mut random = Rng::with_seed(plan.seed);
    let mut restarts = 0;
    while plan.cuts > 0 && (proxy.cuts() < plan.cuts || !work.is_empty()) {
        let step = script.next().ok_or("a script has no end")?;
        if random.u8(..4) > 0 {
            let online = async {
                while proxy.connections() < SESSIONS || !consumer.is_online() {
                    sleep(Duration::from_millis(5)).await;
                }
            };
            // Who is not there by then is swallowed, or held up.
            let _ = timeout(ONLINE_WITHIN, online).await;
        }
        sleep(step.pause).await;
        if matches!(step.fault, Fault::Cut | Fault::CutOne(_) | Fault::HangUp) {
            // What is not there cannot be cut. It may take its time to be there, in this weather.
            while proxy.connections() == 0 {
                sleep(Duration::from_millis(5)).await;
            }
        }
        let hit = proxy.apply(&step.fault);
        diary.note(format_args!("{:?}, hit {hit}; {} cuts", step.fault, proxy.cuts()));
        told.send_replace(proxy.cuts());
        if restarts < plan.restarts && proxy.cuts() * (plan.restarts + 1) >= plan.cuts * (restarts + 1) {
            restarts += 1;
            let in_order = restarts % 2 == 0;
            diary.note(format_args!("the server goes down, in order: {in_order}"));
            server = restart(server, in_order).await?;
            diary.note("the server is back");
        }
        while let Some(ended) = work.try_join_next() {
            ended?;
        }
    }
    told.send_replace(usize::MAX);
    while let Some(ended) = work.join_next().await {
        ended?;
    }
    Ok(server)
}

pub async fn publish(publisher: Arc<Publisher>, plan: Plan, mut pace: Pace, diary: Diary) {
    let mut random = Rng::with_seed(plan.seed);
    let mut number = 0;
    while number < plan.pushes {
        let burst = random.usize(1..=20).min(plan.pushes - number);
        for _ in 0..burst {
            pace.wait(number, plan.pushes).await;
            if let Err(error) = publisher.publish().await {
                // Whoever hears of a hole finds it.
                diary.note(format_args!("{number} may not have been pushed: {error}"));
            }
            number += 1;
        }
        sleep(Duration::from_secs_f64(burst as f64 / RATE)).await;
    }
    diary.note("all is pushed");
}

/// Takes all that comes, and fills in every hole it is told of.
async fn hear(
    mut ears: Ears,
    consumer: Arc<Consumer>,
    store: Store,
    ledger: Arc<Mutex<Ledger>>,
    diary: Diary,
) {
    loop {
        match ears.next().await {
            Ok(Some(Heard::Push(data, repeated))) => match store.numbers(data.records()) {
                Ok(numbers) => {
                    let way = if repeated { Way::Repeated } else { Way::Pushed };
                    let mut ledger = ledger.lock().await;
                    let doubled = ledger.doubled.len();
                    numbers.iter().for_each(|number| ledger.take(*number, way));
                    if ledger.doubled.len() > doubled {
                        diary.note(format_args!("doubled: {}", some(&numbers)));
                    }
                    drop(ledger);
                    if fastrand::u16(..LATE) == 0 {
                        sleep(LATE_BY.mul_f64(fastrand::f64())).await;
                    }
                }
                Err(wrong) => diary.wrong(wrong),
            },
            Ok(Some(Heard::Hole(hole))) => fill(&hole, &consumer, &store, &ledger, &diary).await,
            Ok(Some(Heard::Told(told))) => diary.note(told),
            Ok(Some(Heard::Wrong(wrong))) => diary.wrong(wrong),
            Ok(None) => return diary.wrong("the listener was closed"),
            Err(error) => return diary.wrong(format_args!("the listener ended: {error:?}")),
        }
    }
}

async fn fill(hole: &Hole, consumer: &Consumer, store: &Store, ledger: &Mutex<Ledger>, diary: &Diary) {
    loop {
        match consumer.fill(hole).await {
            Ok(data) => match store.numbers(data.records()) {
                Ok(numbers) => {
                    let mut ledger = ledger.lock().await;
                    let before = ledger.count();
                    numbers.iter().for_each(|number| ledger.take(*number, Way::Filled));
                    let new = ledger.count() - before;
                    return diary.note(format_args!("{hole:?}: {} numbers, {new} new", numbers.len()));
                }
                Err(wrong) => return diary.wrong(wrong),
            },
            Err(error) if passes(&error) => {
                diary.note(format_args!("not filled yet: {error:?}"));
                sleep(Duration::from_millis(50)).await;
            }
            Err(error) => return diary.wrong(format_args!("{hole:?} cannot be filled: {error:?}")),
        }
    }
}

/// Whether this is what a failing network may make of a request.
pub fn passes(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionLost
            | ErrorKind::Unreachable
            | ErrorKind::ConnectTimeout
            | ErrorKind::NoAnswer
            // While the server starts, and the provider is not back.
            | ErrorKind::ProviderOffline
            | ErrorKind::ServerUnreachable
    )
}

struct Asker {
    number: usize,
    consumer: Arc<Consumer>,
    hung: Arc<AtomicUsize>,
    diary: Diary,
}

impl Asker {
    /// Asks for one history after another until there are enough.
    async fn ask(self, plan: Plan, next: Arc<AtomicUsize>, mut pace: Pace) {
        let mut random = Rng::with_seed(plan.seed ^ (self.number as u64 + 1));
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= plan.histories {
                return;
            }
            pace.wait(number, plan.histories).await;
            let most = if random.u8(..10) == 0 { MOST_RECORDS } else { 100 };
            let period = period(random.i64(0..1_000_000), random.i64(1..=most));
            if random.u8(..GIVEN_UP) == 0 {
                let soon = Duration::from_millis(random.u64(0..300));
                let _ = timeout(soon, self.consumer.history(FIXED, &period)).await;
            }
            let mut tries = 0;
            while !self.is_answered(number, &period).await {
                tries += 1;
                if tries == TRIES {
                    self.hangs(format_args!("history {number} was not answered in {TRIES} tries"));
                    break;
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// Whether there is nothing more to ask.
    async fn is_answered(&self, number: usize, period: &quoalise::Period) -> bool {
        let begin = Instant::now();
        let asked = timeout(DEADLINE + GRACE, self.consumer.history(FIXED, period)).await;
        match asked {
            Err(_) => self.hangs(format_args!("history {number} has not ended after {:?}", begin.elapsed())),
            Ok(Ok(data)) if is_right(&data, period) => {}
            Ok(Ok(_)) => self.hangs(format_args!("history {number} is wrong")),
            Ok(Err(error)) if passes(&error) => {
                let took = begin.elapsed();
                self.diary.note(format_args!("history {number} failed after {took:?}: {}", error.kind()));
                return false;
            }
            Ok(Err(error)) => self.hangs(format_args!("history {number} failed: {error:?}")),
        }
        true
    }

    /// Makes other requests without end. None needs to succeed, and all have to end.
    async fn ask_others(self) {
        for which in 0.. {
            let begin = Instant::now();
            match timeout(DEADLINE + GRACE, self.consumer.other(which)).await {
                Err(_) => {
                    self.hangs(format_args!("request {which} has not ended after {:?}", begin.elapsed()))
                }
                Ok(Err(error)) if !passes(&error) => {
                    self.hangs(format_args!("request {which} failed: {error:?}"));
                }
                Ok(Err(error)) => self.diary.note(format_args!("request {which} failed: {}", error.kind())),
                Ok(Ok(())) => {}
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    fn hangs(&self, what: std::fmt::Arguments<'_>) {
        self.hung.fetch_add(1, Ordering::Relaxed);
        self.diary.wrong(what);
    }
}
