//! The commands that talk to a server.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::builder::NonEmptyStringValueParser;
use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use super::exit::{Exit, Failure};
use super::format::{Format, Layout, clean, terminal_width, write};
use super::{Interrupt, dataconnect, parse_zone, run_until_interrupted, trusted};
use crate::data::Data;
use crate::stanza::time::parse_time;
use crate::{Availability, Client, Config, Event, Listener, Period, Security};

/// The account, and how to reach its server
#[derive(clap::Args)]
pub(super) struct Account {
    /// Account to log in with, as name@example.org; the password is taken from --password-file, from QUOALISE_PASSWORD,
    /// or asked for
    #[arg(long, env = "QUOALISE_USER", value_name = "JID", value_parser = NonEmptyStringValueParser::new())]
    pub(super) user: String,
    /// File whose first line is the password
    #[arg(long, env = "QUOALISE_PASSWORD_FILE", value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Where the server is, as host:port [default: what the DNS says of the account's domain]
    #[arg(long, env = "QUOALISE_ADDRESS", value_name = "HOST:PORT")]
    address: Option<String>,
    /// File of the authorities to trust, in PEM, instead of the system's
    #[arg(long, env = "QUOALISE_CA_FILE", value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// TLS from the first byte, instead of STARTTLS
    #[arg(long)]
    direct_tls: bool,
    /// No TLS, towards this very machine only
    #[arg(long, conflicts_with = "direct_tls")]
    no_tls_on_loopback: bool,
    /// Send the password itself inside TLS where the server knows no better way (PLAIN)
    #[arg(long)]
    allow_plain: bool,
    /// How long connecting, and then each answer, may take, in seconds [default: 30, and 120]
    #[arg(long, value_name = "SECONDS", value_parser = parse_timeout)]
    timeout: Option<Duration>,
}

impl Account {
    pub(super) fn config(&self) -> Result<Config, Failure> {
        self.config_as(&self.user)
    }

    /// With this JID for the account, which names a resource.
    pub(super) fn config_as(&self, jid: &str) -> Result<Config, Failure> {
        let password = self.password()?;
        let mut config = Config::new(jid, password.as_str())?;
        if let Some(address) = &self.address {
            config = config.address(address)?;
        }
        if let Some(file) = &self.ca_file {
            config = config.ca_file(file);
        }
        if self.direct_tls {
            config = config.security(Security::DirectTls);
        }
        if self.no_tls_on_loopback {
            config = config.security(Security::NoneOnLoopback);
        }
        if self.allow_plain {
            config = config.allow_plain();
        }
        if let Some(timeout) = self.timeout {
            config = config.connect_timeout(timeout).request_timeout(timeout);
        }
        Ok(config)
    }

    fn password(&self) -> Result<Zeroizing<String>, Failure> {
        if let Some(file) = &self.password_file {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Failure::new(Exit::Failure, format!("{}: {error}", file.display())))?;
            let text = Zeroizing::new(text);
            return Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()));
        }
        if let Some(password) =
            std::env::var("QUOALISE_PASSWORD").ok().filter(|password| !password.is_empty())
        {
            return Ok(Zeroizing::new(password));
        }
        if !io::stdin().is_terminal() {
            return Err(Failure::new(
                Exit::Usage,
                "no password: set QUOALISE_PASSWORD or give --password-file (there is no terminal to ask on)",
            ));
        }
        let prompt = format!("Password of {}: ", self.user);
        rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => Failure::new(Exit::Interrupted, ""),
            _ => Failure::new(Exit::Failure, format!("cannot ask for the password: {error}")),
        })
    }
}

/// How to write what comes
#[derive(clap::Args)]
pub(super) struct Output {
    /// Format of the output
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "table")]
    pub(super) format: Format,
    /// Time zone of the output, and of times given without an offset [default for output: the system's]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    pub(super) tz: Option<TimeZone>,
}

impl Output {
    pub(super) fn zone(&self) -> TimeZone {
        self.tz.clone().unwrap_or_else(TimeZone::system)
    }

    pub(super) fn write(&self, data: &Data) -> Result<(), Failure> {
        let zone = self.zone();
        let mut out = BufWriter::new(io::stdout().lock());
        write(data, self.format, &Layout::new(&zone).width(terminal_width()), &mut out)?;
        out.flush()?;
        Ok(())
    }

    fn is_for_people(&self) -> bool {
        matches!(self.format, Format::Table | Format::Chart)
    }

    /// A line for people, beside what people look at.
    pub(super) fn summarize(&self, data: &Data) {
        if !self.is_for_people() {
            return;
        }
        let readings = data.records().len();
        let mut line = format!("{readings} reading{}", if readings == 1 { "" } else { "s" });
        let gaps = data.gaps().len();
        if gaps > 0 {
            line += &format!(", {gaps} gap{}", if gaps == 1 { "" } else { "s" });
        }
        if let Some(energy) = data.energy_wh().filter(|_| readings > 0) {
            line += &format!(", {:.3} kWh", energy / 1000.0);
        }
        say(&line);
    }
}

/// Ask a provider for the history of a series
#[derive(clap::Args)]
pub(super) struct GetHistory {
    /// Full address of the provider, as sge-proxy@provider.example/proxy
    #[arg(value_name = "SERVER_JID")]
    provider: String,
    /// Name of the series, as urn:dev:prm:00000000000001_consumption/power/active/raw
    #[arg(value_name = "DATA_ID")]
    identifier: String,
    /// From when, included: ISO 8601 with its offset, as 2022-01-10T00:00:00+01:00; without one it is a time of --tz
    #[arg(long, value_name = "TIME")]
    start_time: Option<String>,
    /// To when, excluded
    #[arg(long, value_name = "TIME")]
    end_time: Option<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    account: Account,
}

impl GetHistory {
    pub(super) fn run(self) -> Result<(), Failure> {
        let time = |text: &Option<String>| -> Result<Option<Zoned>, Failure> {
            text.as_deref().map(|text| time_in(text, self.output.tz.as_ref())).transpose()
        };
        let period = Period::new(time(&self.start_time)?, time(&self.end_time)?)?;
        let config = self.account.config()?;
        run_until_interrupted(|_| async {
            let client = Client::connect(&config).await?;
            let data = client.get_history(&self.provider, &self.identifier, &period).await;
            client.close().await;
            let data = data?;
            self.output.write(&data)?;
            self.output.summarize(&data);
            Ok(())
        })
    }
}

/// A time with an offset; or a local one, where the zone was given and leaves no doubt.
fn time_in(text: &str, zone: Option<&TimeZone>) -> Result<Zoned, Failure> {
    let error = match parse_time(text) {
        Ok(time) => return Ok(time),
        Err(error) => error,
    };
    let (Some(zone), Ok(local)) = (zone, text.trim().parse::<DateTime>()) else {
        let mut failure = Failure::from(error);
        if zone.is_none() && text.trim().parse::<DateTime>().is_ok() {
            failure.message += ", or name the zone by --tz";
        }
        return Err(failure);
    };
    zone.to_ambiguous_zoned(local).unambiguous().map_err(|_| {
        let message = format!("{text} comes twice or never in that zone, as clocks change: give its offset");
        Failure::new(Exit::Usage, message)
    })
}

/// Print new readings as providers push them
#[derive(clap::Args)]
pub(super) struct Listen {
    /// Providers whose pushes are taken [default: those this account was subscribed at with this command]
    #[arg(value_name = "SERVER_JID")]
    providers: Vec<String>,
    /// End after so many pushes (with json, notices of consent count too); those that came together with the last one
    /// are written too
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    account: Account,
}

impl Listen {
    pub(super) fn run(self) -> Result<(), Failure> {
        let remembered = trusted::providers(&self.account.user);
        let providers = if self.providers.is_empty() { &remembered } else { &self.providers };
        if providers.is_empty() {
            return Err(Failure::new(
                Exit::Usage,
                "no provider to listen to: name those whose pushes are to be taken, as in `quoalise listen \
                 sge-proxy@provider.example`, or subscribe first",
            ));
        }
        let config = self.account.config()?;
        run_until_interrupted(|interrupt| async {
            let client = Client::connect(&config).await?;
            for provider in providers {
                client.trust(provider)?;
            }
            let listener = client.listen().await?;
            say(&format!("listening to {}; Ctrl-C ends it", providers.join(", ")));
            let heard = self.hear(listener, interrupt).await;
            client.close().await;
            heard
        })
    }

    async fn hear(&self, mut listener: Listener, mut interrupt: Interrupt) -> Result<(), Failure> {
        let mut out = Pushes { output: &self.output, table: None };
        let mut left = self.count.unwrap_or(u64::MAX);
        let mut interrupted = false;
        while left > 0 && !interrupted {
            tokio::select! {
                event = listener.next() => {
                    let Some(event) = event? else { return Ok(()) };
                    left -= u64::from(out.write(&event)?);
                }
                () = interrupt.come() => interrupted = true,
            }
        }
        // The server has handed these over already, and would not do so again.
        let rest = listener.finish().await;
        for event in rest.iter().flatten() {
            out.write(event)?;
        }
        if interrupted {
            return Err(Failure::new(Exit::Interrupted, ""));
        }
        rest?;
        Ok(())
    }
}

/// Pushes as they are written one after the other.
struct Pushes<'o> {
    output: &'o Output,
    /// The head of the table written so far.
    table: Option<String>,
}

impl Pushes<'_> {
    /// True for what was written to stdout; the rest is told on stderr.
    fn write(&mut self, event: &Event) -> Result<bool, Failure> {
        match event {
            Event::Push(push) if self.output.format == Format::Csv => {
                // One table of all pushes: its head comes again only where it is another.
                let table = push.data.to_csv(&self.output.zone());
                let (head, rows) = table.split_once('\n').unwrap_or((&table, ""));
                let mut out = io::stdout().lock();
                if self.table.as_deref() == Some(head) {
                    out.write_all(rows.as_bytes())?;
                } else {
                    out.write_all(table.as_bytes())?;
                    self.table = Some(head.to_owned());
                }
                out.flush()?;
                Ok(true)
            }
            Event::Push(push) => {
                if let Some(body) = push.body.as_deref().filter(|_| self.output.is_for_people()) {
                    say(&format!("{} says: {}", push.from, clean(body)));
                }
                self.output.write(&push.data).map(|()| true)
            }
            Event::Consent(consent) if self.output.format == Format::Json => {
                let mut out = io::stdout().lock();
                writeln!(out, "{}", dataconnect::notice(consent, &self.output.zone()))?;
                out.flush()?;
                Ok(true)
            }
            Event::Consent(consent) => {
                let state = consent.state.as_deref().map(|state| format!(", state {}", clean(state)));
                say(&format!(
                    "{} says: consent was given for {}{}",
                    consent.from,
                    clean(&consent.usage_points.join(", ")),
                    state.unwrap_or_default()
                ));
                Ok(false)
            }
            Event::Availability { from, available } => {
                say(&format!("{from} {}", if *available { "is there" } else { "has gone" }));
                Ok(false)
            }
            Event::Malformed { error, .. } => {
                say(&error.to_string());
                Ok(false)
            }
            Event::Overflow { dropped } => {
                say(&format!("{dropped} pushes were lost: they came faster than they could be written"));
                Ok(false)
            }
            Event::Interrupted { error } => {
                say(&format!("{}; connecting again", error.message()));
                Ok(false)
            }
            Event::Resumed => {
                say("the connection is there again, and nothing was lost");
                Ok(false)
            }
            Event::Hole(hole) => {
                say(&format!(
                    "what was pushed between {:.0} and {:.0} may be lost: ask for it by `quoalise get-history`",
                    hole.since, hole.until
                ));
                Ok(false)
            }
            Event::NotSubscribed { provider, identifier, error } => {
                let identifier = clean(identifier.as_str());
                say(&format!("{provider} no longer pushes {identifier}: {}", error.message()));
                Ok(false)
            }
        }
    }
}

/// A series of a provider
#[derive(clap::Args)]
pub(super) struct Series {
    /// Full address of the provider, as sge-proxy@provider.example/proxy
    #[arg(value_name = "SERVER_JID")]
    provider: String,
    /// Name of the series, or of what several series have in common
    #[arg(value_name = "DATA_ID")]
    identifier: String,
    #[command(flatten)]
    account: Account,
}

impl Series {
    pub(super) fn subscribe(self) -> Result<(), Failure> {
        let config = self.account.config()?;
        run_until_interrupted(|_| async {
            let client = Client::connect(&config).await?;
            let done = client.subscribe(&self.provider, &self.identifier).await;
            client.close().await;
            Ok(done?)
        })?;
        trusted::remember(&self.account.user, &self.provider);
        say(&format!("subscribed; `quoalise listen` prints what {} pushes", self.provider));
        Ok(())
    }

    pub(super) fn unsubscribe(self) -> Result<(), Failure> {
        let config = self.account.config()?;
        run_until_interrupted(|_| async {
            let client = Client::connect(&config).await?;
            let done = client.unsubscribe(&self.provider, &self.identifier).await;
            client.close().await;
            Ok(done?)
        })?;
        say("unsubscribed");
        Ok(())
    }
}

/// Look whether a provider is there
#[derive(clap::Args)]
pub(super) struct Ping {
    /// Full address of the provider, as sge-proxy@provider.example/proxy
    #[arg(value_name = "SERVER_JID")]
    provider: String,
    #[command(flatten)]
    account: Account,
}

impl Ping {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = self.account.config()?;
        run_until_interrupted(|_| async {
            let client = Client::connect(&config).await?;
            let start = Instant::now();
            let availability = client.availability(&self.provider).await;
            let took = start.elapsed();
            client.close().await;
            let state = match availability? {
                Availability::Online => {
                    writeln!(io::stdout(), "{} is online ({} ms)", self.provider, took.as_millis())?;
                    return Ok(());
                }
                Availability::Offline => "is offline: its server says that nobody is at this address",
                Availability::Unreachable => "cannot be reached: its server does not answer ours",
                Availability::NoAnswer => "does not answer; it may have been cut off a moment ago",
            };
            Err(Failure::new(Exit::ProviderAbsent, format!("{} {state}", self.provider)))
        })
    }
}

/// For people, on stderr: data alone stand on stdout.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.001..=86_400.0).contains(seconds));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "not a number of seconds between 0.001 and 86400".to_owned())
}
