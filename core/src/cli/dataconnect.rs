//! What a Data Connect proxy serves beside histories: load curves, daily energy, and where people consent.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::exit::{Exit, Failure};
use super::online::{Account, Output, say};
use super::{run_until_interrupted, trusted};
use crate::client::check_usage_point;
use crate::stanza::time::iso_time;
use crate::{AuthorizeRequest, Client, Consent, DatePeriod, Direction};

/// Which usage point, which way, and which days
#[derive(clap::Args)]
struct Asked {
    /// Full address of the provider, as dataconnect-proxy@provider.example/proxy
    #[arg(value_name = "SERVER_JID")]
    provider: String,
    /// The 14 digits of the delivery point (PRM)
    usage_point: String,
    /// Which way the energy flows
    #[arg(long, value_enum, default_value = "consumption")]
    direction: Way,
    /// First day, as 2022-01-10
    #[arg(long, value_name = "DATE")]
    start_date: String,
    /// Day behind the last
    #[arg(long, value_name = "DATE")]
    end_date: String,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    account: Account,
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    Consumption,
    Production,
}

impl From<Way> for Direction {
    fn from(way: Way) -> Self {
        match way {
            Way::Consumption => Self::Consumption,
            Way::Production => Self::Production,
        }
    }
}

/// Ask a Data Connect proxy for a load curve
#[derive(clap::Args)]
pub(super) struct LoadCurve {
    #[command(flatten)]
    asked: Asked,
}

/// Ask a Data Connect proxy for the energy of each day
#[derive(clap::Args)]
pub(super) struct Daily {
    #[command(flatten)]
    asked: Asked,
}

impl LoadCurve {
    pub(super) fn run(self) -> Result<(), Failure> {
        self.asked.run(false)
    }
}

impl Daily {
    pub(super) fn run(self) -> Result<(), Failure> {
        self.asked.run(true)
    }
}

impl Asked {
    fn run(self, daily: bool) -> Result<(), Failure> {
        check_usage_point(&self.usage_point)?;
        let period = DatePeriod::parse(&self.start_date, &self.end_date)?;
        let config = self.account.config()?;
        run_until_interrupted(|_| async {
            let Self { provider, usage_point, direction, .. } = &self;
            let direction = Direction::from(*direction);
            let client = Client::connect(&config).await?;
            let data = match daily {
                false => client.load_curve(provider, usage_point, direction, &period).await,
                true => client.daily(provider, usage_point, direction, &period).await,
            };
            client.close().await;
            let data = data?;
            self.output.write(&data)?;
            self.output.summarize(&data);
            Ok(())
        })
    }
}

/// Print the address at which a person can consent to this account reading their meter; `listen` prints the notice when
/// they have
#[derive(clap::Args)]
pub(super) struct Authorize {
    /// Full address of the provider, as dataconnect-proxy@provider.example/proxy
    #[arg(value_name = "SERVER_JID")]
    provider: String,
    /// Who asks, as the person reads it
    #[arg(long)]
    name: String,
    /// Address of a logo; https only
    #[arg(long, value_name = "URL")]
    logo_url: Option<String>,
    /// What is asked and what for, in HTML
    #[arg(long, value_name = "HTML")]
    description: Option<String>,
    /// File with the description
    #[arg(long, value_name = "FILE", conflicts_with = "description")]
    description_file: Option<PathBuf>,
    /// For how long, as ISO 8601 has it: P1Y, P6M [default: the provider's]
    #[arg(long)]
    duration: Option<String>,
    /// Where the browser is sent in the end
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,
    /// What the notice of consent brings back [default: drawn anew, and told on stderr]
    #[arg(long)]
    state: Option<String>,
    /// Made-up client of the upstream's sandbox that consents, instead of a person
    #[arg(long, value_name = "0-9", value_parser = clap::value_parser!(u8).range(0..=9))]
    test_client: Option<u8>,
    #[command(flatten)]
    account: Account,
}

impl Authorize {
    pub(super) fn run(self) -> Result<(), Failure> {
        let request = self.request()?;
        let config = self.account.config()?;
        run_until_interrupted(|_| async {
            let client = Client::connect(&config).await?;
            let authorization = client.authorize_uri(&self.provider, &request).await;
            client.close().await;
            let authorization = authorization?;
            // Before the address is out: the notice may follow at once.
            trusted::remember(&self.account.user, &self.provider);
            let mut out = io::stdout().lock();
            writeln!(out, "{}", authorization.uri)?;
            out.flush()?;
            if self.state.is_none() {
                say(&format!("the notice of consent will bring back the state {}", authorization.state));
            }
            Ok(())
        })
    }

    fn request(&self) -> Result<AuthorizeRequest, Failure> {
        let mut request = AuthorizeRequest::new(&self.name);
        request.logo_url.clone_from(&self.logo_url);
        request.description = match &self.description_file {
            Some(file) => std::fs::read_to_string(file)
                .map_err(|error| Failure::new(Exit::Failure, format!("{}: {error}", file.display())))?,
            None => self.description.clone().unwrap_or_default(),
        };
        request.duration.clone_from(&self.duration);
        request.redirect_uri.clone_from(&self.redirect_uri);
        request.state.clone_from(&self.state);
        request.test_client = self.test_client;
        request.check()?;
        Ok(request)
    }
}

/// A notice of consent, for programs.
pub(super) fn notice(consent: &Consent, zone: &TimeZone) -> Json {
    json!({ "consent": {
        "from": consent.from.to_string(),
        "usage_points": consent.usage_points,
        "state": consent.state,
        "sent": iso_time(&consent.sent.to_zoned(zone.clone())),
        "delayed": consent.delayed,
        "repeated": consent.repeated,
        "body": consent.body,
    } })
}
