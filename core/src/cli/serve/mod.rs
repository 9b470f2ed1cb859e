//! A provider of files.

mod feed;
mod gate;
mod marks;
mod tables;

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::ValueEnum;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::convert::Stamps;
use super::exit::{Exit, Failure};
use super::online::{Account, say};
use super::sandbox::parse_interval;
use super::{Interrupt, parse_zone, run_until_interrupted};
use crate::data::{CsvOptions, Data, Identifier, Series};
use crate::provider::readings::{InMemory, Sqlite, SqliteOptions, TimeUnit};
use crate::provider::{HistoryRequest, Limits, Provider, Service, SqliteSubscriptions, SubscriptionRequest};
use crate::{Config, ConnectionState, Error, Result, state};
use feed::Feed;
use gate::{Gate, Grant, Keeper, parse_grant};
use marks::Marks;
use tables::Tables;

/// Serve readings that lie in files, to everybody or to those allowed: a provider in one command
#[derive(clap::Args)]
pub(super) struct Args {
    /// Tables to serve: `time,value` and more, or load curves as Enedis SGE exports them
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "sqlite")]
    csv: Vec<PathBuf>,
    /// Database of SQLite to serve, with a table `readings` of `name`, `time`, `value`, `unit`, or as told below; it is
    /// only read
    #[arg(long, value_name = "FILE")]
    sqlite: Option<PathBuf>,
    /// Everybody may read everything: open data
    #[arg(long, conflicts_with_all = ["allow", "access"])]
    open: bool,
    /// An account that may read everything; or only a series and those below it, as app@example.org=urn:dev:prm:1
    #[arg(long, value_name = "JID[=PREFIX]", value_parser = parse_grant)]
    allow: Vec<Grant>,
    /// File of accounts that may read, one a line, each with a prefix of series if it may not read all; it may be changed
    /// meanwhile
    #[arg(long, value_name = "FILE")]
    access: Option<PathBuf>,
    /// Where consumers ask, after the account's / [default: that of --user, or proxy]
    #[arg(long, value_name = "NAME")]
    resource: Option<String>,
    /// Every how many seconds to look whether there is something new to push; 0 for never
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = parse_interval)]
    watch: f64,
    /// File for subscriptions and for what was pushed last [default: one of the account's own in
    /// ~/.local/state/quoalise]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Bytes of the largest answer; less than the stanzas that your server lets through
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().answer,
        value_parser = parse_limit)]
    answer_limit: usize,
    /// Name of the series, where a table gives none [default: that of the file]
    #[arg(long)]
    name: Option<String>,
    /// Unit of the values, where a table gives none
    #[arg(long)]
    unit: Option<String>,
    /// csv: time zone of times that have no offset
    #[arg(long, value_name = "ZONE", value_parser = parse_zone, requires = "csv")]
    tz: Option<TimeZone>,
    /// csv: which end of its interval a reading in an Enedis load curve is stamped at: `end` for a Linky meter, `start`
    /// for larger connections
    #[arg(long, value_enum, default_value = "end")]
    stamps: Stamps,
    /// csv: length of an interval in an Enedis load curve, where the file does not tell it
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=44_640), requires = "csv")]
    step: Option<u32>,
    #[command(flatten)]
    columns: Columns,
    #[command(flatten)]
    account: Account,
}

/// Where the readings are in a database
#[derive(clap::Args)]
struct Columns {
    /// sqlite: table or view of the readings [default: readings]
    #[arg(long, value_name = "TABLE", requires = "sqlite")]
    table: Option<String>,
    /// sqlite: its column of names [default: name; without one all is of the series --name]
    #[arg(long, value_name = "COLUMN", requires = "sqlite")]
    name_column: Option<String>,
    /// sqlite: its column of times [default: time]
    #[arg(long, value_name = "COLUMN", requires = "sqlite")]
    time_column: Option<String>,
    /// sqlite: its column of values [default: value]
    #[arg(long, value_name = "COLUMN", requires = "sqlite")]
    value_column: Option<String>,
    /// sqlite: its column of units [default: unit, if there is one]
    #[arg(long, value_name = "COLUMN", requires = "sqlite")]
    unit_column: Option<String>,
    /// sqlite: table of what is known of the series [default: series, if there is one]
    #[arg(long, value_name = "TABLE", requires = "sqlite")]
    series_table: Option<String>,
    /// sqlite: what times that are numbers count since 1970 [default: s]
    #[arg(long, value_name = "UNIT", value_enum, requires = "sqlite")]
    time_unit: Option<Unit>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Unit {
    /// Seconds
    S,
    /// Milliseconds
    Ms,
    /// Microseconds
    Us,
}

/// By what a change of a file is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    length: u64,
    modified: Option<SystemTime>,
}

impl Seen {
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self { length: metadata.len(), modified: metadata.modified().ok() })
    }
}

/// How long to wait, at the end, for the server to say that it has what was pushed.
const LAST: Duration = Duration::from_secs(1);

/// How long to wait for the series, to say how many there are.
const COUNT: Duration = Duration::from_secs(5);

impl Args {
    pub(super) fn run(self) -> Result<(), Failure> {
        let keeper = self.keeper()?;
        let tables = Tables::read(&self.csv, self.csv_options(), self.watch > 0.0)?;
        let database = match &self.sqlite {
            Some(path) => Some(Sqlite::open(path, &self.sqlite_options())?),
            None => None,
        };
        let served = Served { tables: tables.readings.clone(), database };
        let config = self.config()?;
        let state = match &self.state {
            Some(path) => path.clone(),
            None => state::file_of("serve", config.jid(), "sqlite").ok_or_else(|| {
                Failure::new(
                    Exit::Usage,
                    "there is no folder to keep subscriptions in: name a file by --state",
                )
            })?,
        };
        let subscriptions = SqliteSubscriptions::open(&state)?;
        let marks = Marks::open(&state)?;
        let gate = keeper.gate();
        run_until_interrupted(|mut interrupt: Interrupt| async move {
            served.check().await?;
            let start = Start { config, served, gate, subscriptions, answer_limit: self.answer_limit };
            let mut feed = if self.watch > 0.0 {
                let table = self.columns.table.as_deref().unwrap_or("readings");
                let path = self.sqlite.as_deref();
                let database =
                    start.served.database.clone().zip(path).map(|(database, path)| (database, path, table));
                let every = Duration::from_secs_f64(self.watch);
                Some(Feed::begin(tables, database, marks, every).await?)
            } else {
                None
            };
            let mut online = None;
            let ended = tokio::select! {
                biased;
                () = interrupt.come() => Failure::new(Exit::Interrupted, ""),
                ended = stay_online(&start, &mut feed, &mut online) => ended.into(),
                never = keeper.watch() => match never {},
            };
            if let Some(provider) = online {
                if let Some(feed) = &mut feed {
                    let _ = tokio::time::timeout(LAST, feed.end(&provider)).await;
                }
                let waiting = provider.waiting();
                if waiting > 0 {
                    log::warn!(
                        "{waiting} messages came back and waited to be sent again; they are not pushed any more, and \
                         are in the history"
                    );
                }
                provider.close().await;
            }
            Err(ended)
        })
    }

    fn keeper(&self) -> Result<Keeper, Failure> {
        if self.open {
            return Ok(Keeper::open());
        }
        if self.allow.is_empty() && self.access.is_none() {
            return Err(Failure::new(
                Exit::Usage,
                "who may read? Say so by --open (everybody: only for open data), by --allow app@example.org (an \
                 account; --allow app@example.org=urn:dev:prm:1 for a part), or by --access FILE (a list of them)",
            ));
        }
        Keeper::list(self.allow.clone(), self.access.as_deref())
    }

    fn csv_options(&self) -> CsvOptions {
        let mut options = CsvOptions::default().stamps(self.stamps.into());
        options.name.clone_from(&self.name);
        options.unit.clone_from(&self.unit);
        options.zone.clone_from(&self.tz);
        options.step = self.step.map(|minutes| SignedDuration::from_mins(minutes.into()));
        options
    }

    fn sqlite_options(&self) -> SqliteOptions {
        let columns = &self.columns;
        SqliteOptions {
            table: columns.table.clone(),
            name_column: columns.name_column.clone(),
            time_column: columns.time_column.clone(),
            value_column: columns.value_column.clone(),
            unit_column: columns.unit_column.clone(),
            series_table: columns.series_table.clone(),
            name: self.name.clone(),
            unit: self.unit.clone(),
            time_unit: columns.time_unit.map(|unit| match unit {
                Unit::S => TimeUnit::Seconds,
                Unit::Ms => TimeUnit::Milliseconds,
                Unit::Us => TimeUnit::Microseconds,
            }),
        }
    }

    fn config(&self) -> Result<Config, Failure> {
        let (bare, own) = match self.account.user.split_once('/') {
            Some((bare, own)) => (bare, Some(own)),
            None => (&*self.account.user, None),
        };
        let resource = self.resource.as_deref().or(own).unwrap_or("proxy");
        self.account.config_as(&format!("{bare}/{resource}"))
    }
}

/// All that a connection is made of.
struct Start {
    config: Config,
    served: Served,
    gate: Gate,
    subscriptions: SqliteSubscriptions,
    answer_limit: usize,
}

impl Start {
    async fn provider(&self) -> Result<Provider> {
        let limits = Limits { answer: self.answer_limit, ..Limits::default() };
        Provider::builder(self.served.clone(), self.gate.clone())
            .subscriptions(self.subscriptions.clone())
            .limits(limits)
            .start(&self.config)
            .await
    }
}

/// Serves until that is over for good: the session connects again by itself.
async fn stay_online(start: &Start, feed: &mut Option<Feed>, online: &mut Option<Provider>) -> Error {
    let provider = match start.provider().await {
        Ok(provider) => online.insert(provider).clone(),
        Err(error) => return error,
    };
    start.tell(&provider.jid()).await;
    let push = async {
        match feed {
            Some(feed) => feed.run(&provider).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        over = provider.wait() => over.err().unwrap_or_else(crate::session::closed),
        never = tell_states(&provider) => match never {},
        never = push => match never {},
    }
}

/// Tells that the provider is back. That it was lost, the session tells itself.
async fn tell_states(provider: &Provider) -> Infallible {
    let mut states = provider.states();
    while let Some(state) = states.next().await {
        if matches!(state, ConnectionState::Resumed | ConnectionState::Reset { .. }) {
            log::warn!("online again as {}", provider.jid());
        }
    }
    std::future::pending().await
}

impl Start {
    /// Who serves what, and what consumers type. Names of series may be meters' numbers, and this may go to a log.
    async fn tell(&self, jid: &str) {
        // A database that is being written to, or is large, is no reason not to serve.
        let series = tokio::time::timeout(COUNT, self.served.series(None)).await;
        let series = series.ok().and_then(|series| series.ok());
        let count = match series.as_ref().map(Vec::len) {
            Some(1) => "1 series".to_owned(),
            Some(count) => format!("{count} series"),
            None => "readings".to_owned(),
        };
        let whom = match self.gate {
            Gate::Open => "everybody",
            Gate::List(_) => "those allowed",
        };
        say(&format!("{jid} serves {count} to {whom}; Ctrl-C ends it. Consumers type:"));
        say(&format!("  quoalise series {jid}"));
        let last =
            series.iter().flatten().filter_map(|series| series.last).max().unwrap_or_else(Timestamp::now);
        let end = last.as_second().saturating_add(1);
        let start = end.saturating_sub(86_400);
        let time = |second: i64| Timestamp::from_second(second).unwrap_or_default();
        let (start, end) = (time(start), time(end));
        say(&format!("  quoalise get-history {jid} SERIES --start-time {start} --end-time {end}"));
        say(&format!("  quoalise subscribe {jid} SERIES && quoalise listen"));
    }
}

/// The series of the tables, and of the database.
#[derive(Clone)]
struct Served {
    tables: InMemory,
    database: Option<Sqlite>,
}

impl Served {
    /// Refuses a series that is in both: its readings would depend on where one looks.
    async fn check(&self) -> Result<(), Failure> {
        let Some(database) = &self.database else { return Ok(()) };
        let twice = |series: &Series| self.tables.with(series.identifier.as_str(), |_, _| ()).is_some();
        if database.series(None).await?.iter().any(twice) {
            let message = "a series is both in a table and in the database: serve it from one of them";
            return Err(Failure::new(Exit::Usage, message));
        }
        Ok(())
    }
}

impl Service for Served {
    async fn get_history(&self, request: HistoryRequest) -> Result<Data> {
        match &self.database {
            Some(database) if self.tables.with(request.identifier.as_str(), |_, _| ()).is_none() => {
                database.get_history(request).await
            }
            _ => self.tables.get_history(request).await,
        }
    }

    async fn series(&self, prefix: Option<Identifier>) -> Result<Vec<Series>> {
        let mut all = self.tables.series(prefix.clone()).await?;
        if let Some(database) = &self.database {
            let own = database.series(prefix).await?;
            all.extend(
                own.into_iter()
                    .filter(|series| self.tables.with(series.identifier.as_str(), |_, _| ()).is_none()),
            );
        }
        Ok(all)
    }

    async fn subscribe(&self, request: SubscriptionRequest) -> Result<()> {
        match (self.tables.subscribe(request.clone()).await, &self.database) {
            (Err(_), Some(database)) => database.subscribe(request).await,
            (answer, _) => answer,
        }
    }
}

fn parse_limit(text: &str) -> Result<usize, String> {
    let bytes = text.parse().ok().filter(|bytes| (4_000..=100_000_000).contains(bytes));
    bytes.ok_or_else(|| "not a number of bytes between 4000 and 100000000".to_owned())
}
