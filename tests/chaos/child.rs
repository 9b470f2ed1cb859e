//! The listening side as a process of its own, to be killed and to be measured: both ends of it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use quoalise::Error;
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};
use tokio::time::{interval, sleep, timeout};

use crate::Anything;
use crate::cutting::{PATIENCE, passes};
use crate::diary::Diary;
use crate::ledger::{Line, Way};
use crate::sides::{Consumer, DEADLINE, Heard, SETTLED, SOON, config};
use crate::store::{FIXED, is_right, numbers, period};

/// How often it tells how many numbers it has.
const TELL_EVERY: Duration = Duration::from_millis(20);

/// How often it asks for a history, where it is to.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// What such a process has to know.
#[derive(Clone, Debug)]
pub struct Orders {
    pub account: quoalise_tests::Account,
    pub address: std::net::SocketAddr,
    pub ca_file: PathBuf,
    pub provider: String,
    /// Numbers that may come: all below this.
    pub pushes: usize,
    /// The journal that each of these processes goes on with.
    pub journal: Option<PathBuf>,
    /// Where each number goes that was taken, as a line.
    pub numbers: Option<PathBuf>,
    /// Whether it asks for histories too, and connects again soon: to be measured, not killed.
    pub is_measured: bool,
}

/// The running process; killed when dropped. It ends by itself when this process does, however that ends.
pub struct Child {
    process: std::process::Child,
    /// How many different numbers it has; none before it listens.
    pub count: watch::Receiver<Option<usize>>,
}

impl Child {
    pub fn start(orders: &Orders, diary: &Diary) -> Anything<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("listen")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let line = json!({
            "jid": format!("{}/ear", orders.account.jid),
            "password": orders.account.password,
            "address": orders.address.to_string(),
            "ca_file": orders.ca_file.to_string_lossy(),
            "provider": orders.provider,
            "pushes": orders.pushes,
            "journal": path(&orders.journal),
            "numbers": path(&orders.numbers),
            "is_measured": orders.is_measured,
        });
        // Kept open: the process ends with it.
        writeln!(process.stdin.as_mut().ok_or("no standard input")?, "{line}")?;
        let lines = BufReader::new(process.stdout.take().ok_or("no standard output")?).lines();
        let (tell, count) = watch::channel(None);
        let diary = diary.clone();
        thread::spawn(move || {
            // A process that was killed may leave half a line.
            for line in lines.map_while(Result::ok) {
                match line.split_once(' ') {
                    Some(("count", number)) => {
                        if let Ok(number) = number.parse() {
                            tell.send_replace(Some(number));
                        }
                    }
                    Some(("wrong", what)) => diary.wrong(format_args!("child: {what}")),
                    _ => diary.note(format_args!("child: {line}")),
                }
            }
        });
        Ok(Self { process, count })
    }

    /// Waits until it listens.
    pub async fn ready(&mut self) -> Anything<()> {
        let ready = timeout(PATIENCE, self.count.wait_for(Option::is_some)).await;
        match ready {
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return Err("the listening process has ended".into()),
            Err(_) => return Err("the listening process does not come to listen".into()),
        }
        sleep(SETTLED).await;
        Ok(())
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Asks it to end, and waits for that.
    pub fn end(mut self) -> Anything<()> {
        drop(self.process.stdin.take());
        let begin = std::time::Instant::now();
        while begin.elapsed() < DEADLINE {
            match self.process.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("the listening process ended with {status}").into()),
                None => thread::sleep(Duration::from_millis(10)),
            }
        }
        Err("the listening process does not end".into())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Harmless on one that has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The process itself.
pub fn main() -> Anything<bool> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let orders: Value = serde_json::from_str(&line)?;
    let (over, input) = oneshot::channel();
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = over.send(());
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::select! {
            done = listen(&orders) => done?,
            _ = input => {}
        }
        Ok(true)
    })
}

async fn listen(orders: &Value) -> Anything<()> {
    let text = |name: &str| orders[name].as_str();
    let needed = |name: &str| text(name).ok_or_else(|| format!("no {name}"));
    let provider = needed("provider")?;
    let is_measured = orders["is_measured"] == true;
    let mut config = config(
        needed("jid")?,
        needed("password")?,
        needed("address")?.parse()?,
        Path::new(needed("ca_file")?),
    )?;
    if is_measured {
        config = config.reconnect(SOON.0, SOON.1);
    }
    let consumer = Arc::new(insist(|| Consumer::connect(&config, provider)).await?);
    insist(|| consumer.subscribe()).await?;
    let mut ears = insist(|| consumer.listen(text("journal").map(Path::new))).await?;
    let asking = is_measured.then(|| tokio::spawn(ask(consumer.clone())));

    let mut seen = vec![(false, false); orders["pushes"].as_u64().ok_or("no pushes")?.try_into()?];
    let mut taken = Taken { file: None, count: 0 };
    if let Some(file) = text("numbers") {
        taken.file = Some(OpenOptions::new().append(true).create(true).open(file)?);
    }
    let (mut tick, mut told) = (interval(TELL_EVERY), None);
    loop {
        let heard = tokio::select! {
            heard = ears.next() => heard?.ok_or("the listener was closed")?,
            _ = tick.tick() => {
                if Some(taken.count) > told {
                    told = Some(taken.count);
                    say(&format!("count {}", taken.count))?;
                }
                continue;
            }
        };
        match heard {
            Heard::Push(data, repeated) => {
                for number in numbers(data.records(), |_, _| true)? {
                    let way = if repeated { Way::Repeated } else { Way::Pushed };
                    taken.take(number, way, &mut seen)?;
                }
                if !is_measured && fastrand::u8(..4) == 0 {
                    // A good moment to be killed: it is done, and still in hand.
                    sleep(Duration::from_millis(fastrand::u64(..10))).await;
                }
            }
            Heard::Hole(hole) => {
                let data = insist(|| consumer.fill(&hole)).await?;
                let before = taken.count;
                for number in numbers(data.records(), |_, _| true)? {
                    taken.take(number, Way::Filled, &mut seen)?;
                }
                let new = taken.count - before;
                say(&format!("{hole:?}: {} numbers, {new} new", data.records().len()))?;
            }
            Heard::Told(told) => say(&told)?,
            Heard::Wrong(wrong) => say(&format!("wrong {wrong}"))?,
        }
        if asking.as_ref().is_some_and(tokio::task::JoinHandle::is_finished) {
            return Err("it has stopped asking".into());
        }
    }
}

struct Taken {
    file: Option<File>,
    count: usize,
}

impl Taken {
    /// `seen` is whether a number is here, and whether it was pushed: one that filled a hole may still come.
    fn take(&mut self, number: usize, way: Way, seen: &mut [(bool, bool)]) -> Anything<()> {
        let (is_here, was_pushed) = seen.get_mut(number).ok_or_else(|| format!("nobody pushes {number}"))?;
        self.count += usize::from(!*is_here);
        match &mut self.file {
            // One write: a line is there or it is not.
            Some(file) => file.write_all(format!("{}\n", Line(number, way)).as_bytes())?,
            // Whoever reads the file knows better: this process may be one of many.
            None if *was_pushed && way == Way::Pushed => say(&format!("wrong {number} is doubled"))?,
            None => {}
        }
        *is_here = true;
        *was_pushed |= way != Way::Filled;
        Ok(())
    }
}

/// Asks for one history after another.
async fn ask(consumer: Arc<Consumer>) -> Anything<()> {
    loop {
        let period = period(fastrand::i64(0..1_000_000), 100);
        match timeout(DEADLINE * 2, consumer.history(FIXED, &period)).await {
            Err(_) => say("wrong a history does not end")?,
            Ok(Ok(data)) if is_right(&data, &period) => {}
            Ok(Ok(_)) => say("wrong a history is wrong")?,
            Ok(Err(error)) if passes(&error) => {}
            Ok(Err(error)) => say(&format!("wrong {error:?}"))?,
        }
        sleep(ASK_EVERY).await;
    }
}

/// Does it again for as long as only the network is to blame.
async fn insist<T>(what: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    loop {
        match what().await {
            Err(error) if passes(&error) => sleep(Duration::from_millis(50)).await,
            done => return done,
        }
    }
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}
