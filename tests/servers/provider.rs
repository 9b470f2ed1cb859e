//! A provider for tests in other languages: one series with readings, others that refuse or keep one waiting.

use std::time::Duration;

use quoalise::data::{Aggregation, Data, Metadata, SamplingInterval, Series};
use quoalise::provider::{
    Everybody, HistoryRequest, Limits, MemorySubscriptions, OwnCommand, OwnRequest, OwnResult, Provider,
    Service, SubscriptionRequest,
};
use quoalise::senml::{Record, Records};
use quoalise::stanza::{Field, FieldType, Form, FormType};
use quoalise::{Config, Error, ErrorKind, Result};

use crate::{Server, random_password};

/// What all series of this provider are called, but for their last part.
const METER: &str = "urn:dev:prm:00000000000001_consumption/power/active";

/// 2022-01-01T00:00:00Z in microseconds.
const START: i64 = 1_640_995_200_000_000;

const HALF_HOUR: i64 = 1_800_000_000;

/// A [`Provider`] of these series, by their last part:
///
/// - `raw`: a value every half hour of January 2022; it can be subscribed to, and takes pushes
/// - `empty`: has no records
/// - `slow`: never answers
/// - `refused`, `upstream`, `too-large`, `failed`: errors of that kind; any other is a bad request
///
/// Beside them there is a command `get_tariff`, with a form.
pub struct TestProvider {
    provider: Provider,
    pushed: i64,
}

impl TestProvider {
    /// Logs in with an account of its own. Its pushes keep that distance.
    ///
    /// # Errors
    /// Those of connecting.
    pub async fn start(server: &Server, push_interval: Duration) -> Result<Self> {
        let account = server.add_user("provider", &random_password());
        let config = Config::new(&format!("{}/proxy", account.jid), account.password)?
            .address(&format!("127.0.0.1:{}", server.c2s_port()))?
            .ca_file(server.ca_file())
            .reconnect(Duration::from_millis(100), Duration::from_secs(1));
        let mut limits = Limits::default();
        limits.push_interval = push_interval;
        let builder =
            Provider::builder(Meter, Everybody).subscriptions(MemorySubscriptions::new()).limits(limits);
        Ok(Self { provider: builder.start(&config).await?, pushed: 0 })
    }

    /// Its full JID.
    pub fn jid(&self) -> String {
        self.provider.jid()
    }

    /// The series with readings.
    pub fn series() -> String {
        format!("{METER}/raw")
    }

    /// Pushes so many messages of one record each to whoever has subscribed: 0, 1, 2, … from the first of all on.
    ///
    /// # Errors
    /// Those of [`Provider::publish`].
    pub async fn push(&mut self, messages: i64) -> Result<()> {
        for _ in 0..messages {
            let mut records = Records::new();
            let time = START + (1488 + self.pushed) * HALF_HOUR;
            records.push(&Record::number(&Self::series(), time, Some("W"), Some(self.pushed as f64)))?;
            self.provider.publish(&metadata(), &records).await?;
            self.pushed += 1;
        }
        Ok(())
    }
}

struct Meter;

impl Service for Meter {
    async fn get_history(&self, request: HistoryRequest) -> Result<Data> {
        let name = request.identifier.as_str();
        let kind = name.rsplit_once('/').filter(|(meter, _)| *meter == METER).map(|(_, kind)| kind);
        match kind {
            Some("raw") => {
                let micros = |time: Option<quoalise::jiff::Timestamp>, or| {
                    time.map_or(or, |time| time.as_microsecond())
                };
                let period = micros(request.start, i64::MIN)..micros(request.end, i64::MAX);
                let mut records = Records::new();
                for step in 0..31 * 48 {
                    let time = START + step * HALF_HOUR;
                    if period.contains(&time) {
                        let value = 400.0 + (step % 7) as f64 / 2.0;
                        records.push(&Record::number(name, time, Some("W"), Some(value)))?;
                    }
                }
                Ok(Data::new(metadata(), records))
            }
            Some("empty") => Ok(Data::new(metadata(), Records::new())),
            Some("slow") => {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                Err(Error::answer(ErrorKind::LimitReached, "too slow"))
            }
            Some("refused") => Err(Error::answer(ErrorKind::NotAuthorized, "no valid consent")),
            Some("upstream") => Err(Error::upstream(
                "enedis-data-connect",
                Some("ADAM-ERR0123".to_owned()),
                "The requested period cannot be anterior to the meter's last activation date",
            )),
            Some("too-large") => Err(Error::answer(ErrorKind::TooLarge, "the answer would be too large")),
            Some("failed") => Err(Error::answer(ErrorKind::CommandFailed, "the meter is on fire")),
            _ => Err(Error::answer(ErrorKind::BadRequest, format!("Unexpected record identifier {name}"))),
        }
    }

    async fn series(&self, _prefix: Option<quoalise::data::Identifier>) -> Result<Vec<Series>> {
        let mut series = Series::new(TestProvider::series().parse()?);
        series.title = Some("Active power".to_owned());
        series.measurement = metadata().measurement;
        Ok(vec![series])
    }

    async fn subscribe(&self, request: SubscriptionRequest) -> Result<()> {
        match request.identifier.as_str().ends_with("/refused") {
            true => Err(Error::answer(ErrorKind::NotAuthorized, "no valid consent")),
            false => Ok(()),
        }
    }

    fn own_commands(&self) -> Vec<OwnCommand> {
        let mut class = Field::new("class", FieldType::ListSingle).label("Class").required();
        class.options = vec![(Some("Peak".to_owned()), "hph".to_owned()), (None, "hch".to_owned())];
        let form = Form::new(FormType::Form).title("Tariff").field(class);
        vec![OwnCommand::new("get_tariff", "Get tariff", form)]
    }

    async fn run(&self, request: OwnRequest) -> Result<OwnResult> {
        let class = request.form.get("class").unwrap_or_default().to_owned();
        let price = Field::text("price").value(format!("0.27 for {class}"));
        let form = Form::new(FormType::Result).title("Price").field(price);
        Ok(OwnResult::default().form(form).data(Data::new(metadata(), Records::new())))
    }
}

fn metadata() -> Metadata {
    let mut meta = Metadata::default();
    meta.device_type = Some("electricity-meter".to_owned());
    meta.measurement.name = Some("active-power".to_owned());
    meta.measurement.direction = Some("consumption".to_owned());
    meta.measurement.unit = Some("W".to_owned());
    meta.measurement.aggregation = Some(Aggregation::Mean);
    meta.measurement.sampling_interval = SamplingInterval::parse("PT30M");
    meta
}
