//! What `tests/bench/run` measures on our side. Each command of standard input is one measurement; its answer on
//! standard output is the CPU time it took, in seconds, of this whole process.
//!
//! `read FILE`, `decode N`, `tokenize N`, `encode N`, `connect JID PASSWORD ADDRESS CA PROVIDER IDENTIFIER`, `fetch N`,
//! `week N` (of 336 records); or, as an argument, `serve JID PASSWORD ADDRESS CA`: a provider of 5,000 records, which pushes as many days of 48 as
//! each line of standard input says, and writes a line when the server has them.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::time::Duration;

use quick_xml::events::Event;
use quoalise::data::{Data, Metadata};
use quoalise::provider::{Everybody, HistoryRequest, Limits, MemorySubscriptions, Provider, Service};
use quoalise::senml::{Pack, ReadOptions, Record, Records, WriteOptions};
use quoalise::{Client, Config, Period, jiff};
use rustix::time::{ClockId, clock_gettime};

const SERIES: &str = "urn:dev:prm:00000000000001_consumption/power/active/raw";

type Anything<T> = Result<T, Box<dyn Error>>;

fn main() -> Anything<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match arguments.split_first() {
        Some((command, rest)) if command == "serve" => runtime.block_on(serve(rest)),
        _ => runtime.block_on(measure()),
    }
}

/// Every loop over the same input is another measurement of the same thing.
async fn measure() -> Anything<()> {
    let mut xml = Vec::new();
    let mut pack = None;
    let mut connected = None;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let count = || -> Anything<usize> { Ok(words.get(1).ok_or("no number")?.parse()?) };
        let start = cpu_seconds();
        match words[0] {
            "read" => {
                xml = std::fs::read(words[1])?;
                pack = Some(Pack::from_xml(&xml, &options())?);
            }
            "decode" => {
                for _ in 0..count()? {
                    black_box(Pack::from_xml(black_box(&xml), &options())?);
                }
            }
            "tokenize" => {
                for _ in 0..count()? {
                    black_box(tokenize(black_box(&xml))?);
                }
            }
            "encode" => {
                let pack = pack.as_ref().ok_or("nothing was read")?;
                for _ in 0..count()? {
                    black_box(black_box(pack).to_xml(&WriteOptions::default())?);
                }
            }
            "connect" => {
                let [_, jid, password, address, ca, provider, identifier] = words[..] else {
                    return Err("connect takes six words".into());
                };
                let client = Client::connect(&config(jid, password, address, ca)?).await?;
                connected = Some((client, provider.to_owned(), identifier.to_owned()));
            }
            "fetch" => {
                let (client, provider, identifier) = connected.as_ref().ok_or("not connected")?;
                for _ in 0..count()? {
                    let data = client.get_history(provider, identifier, &Period::all()).await?;
                    assert_eq!(data.records().len(), 5000);
                    black_box(data);
                }
            }
            "week" => {
                let (client, provider, identifier) = connected.as_ref().ok_or("not connected")?;
                let week = Period::parse("2022-01-10T00:00:00+01:00", "2022-01-17T00:00:00+01:00")?;
                for _ in 0..count()? {
                    let data = client.get_history(provider, identifier, &week).await?;
                    assert_eq!(data.records().len(), 336);
                    black_box(data);
                }
            }
            other => return Err(format!("no command {other}").into()),
        }
        writeln!(io::stdout(), "{}", cpu_seconds() - start)?;
    }
    Ok(())
}

fn options() -> ReadOptions {
    ReadOptions::at(jiff::Timestamp::UNIX_EPOCH)
}

fn tokenize(xml: &[u8]) -> Anything<usize> {
    let mut reader = quick_xml::Reader::from_str(std::str::from_utf8(xml)?);
    let mut events = 0;
    while !matches!(reader.read_event()?, Event::Eof) {
        events += 1;
    }
    Ok(events)
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn config(jid: &str, password: &str, address: &str, ca: &str) -> Anything<Config> {
    Ok(Config::new(jid, password)?.address(address)?.ca_file(ca))
}

struct FiveThousand(Data);

impl Service for FiveThousand {
    async fn get_history(&self, request: HistoryRequest) -> quoalise::Result<Data> {
        let Some(end) = request.end else { return Ok(self.0.clone()) };
        // They lie in order, and whoever wants a part wants it from the first.
        let rows = self.0.records().times().partition_point(|time| *time < end.as_microsecond());
        Ok(self.0.select(0..rows))
    }
}

async fn serve(arguments: &[String]) -> Anything<()> {
    let [jid, password, address, ca] = arguments else {
        return Err("serve takes four words".into());
    };
    let mut limits = Limits::default();
    // As fast as the consumers take them; at the usual pace what is measured is waiting.
    limits.push_interval = Duration::ZERO;
    let service = FiveThousand(Data::new(Metadata::default(), readings(0, 5000)?));
    let provider = Provider::builder(service, Everybody)
        .subscriptions(MemorySubscriptions::new())
        .limits(limits)
        .start(&config(jid, password, address, ca)?)
        .await?;
    writeln!(io::stdout(), "{}", provider.jid())?;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        io::stdin().lock().lines().map_while(Result::ok).try_for_each(|line| tell.send(line))
    });
    let mut day = 0;
    while let Some(line) = told.recv().await {
        for _ in 0..line.trim().parse()? {
            provider.publish(&Metadata::default(), &readings(day * 48, 48)?).await?;
            day += 1;
        }
        provider.confirm().await?;
        writeln!(io::stdout(), "pushed")?;
    }
    Ok(())
}

fn readings(from: i64, count: i64) -> Anything<Records> {
    let mut records = Records::new();
    for step in from..from + count {
        let time = (1_641_769_200 + step * 1800) * 1_000_000;
        let value = 200.0 + ((step * 37) % 1800) as f64;
        records.push(&Record::number(SERIES, time, Some("W"), Some(value)))?;
    }
    Ok(records)
}
