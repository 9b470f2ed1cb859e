//! The cases of `tests/conformance`, as the core sees them.

use std::str::FromStr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quoalise::data::{CsvOptions, Data, Measurement, Metadata};
use quoalise::jiff::Timestamp;
use quoalise::jiff::tz::TimeZone;
use quoalise::senml::{self, DEFAULT_VERSION, Pack, ReadOptions, Record, Value, WriteOptions};
use quoalise::{
    AuthorizeRequest, Availability, Client, Config, DatePeriod, Direction, Error, ErrorKind, Event, Listener,
    Outcome, Period, Result, Values,
};
use quoalise_tests::Server;
use serde_json::{Map, Value as Json, json};
use tokio::time::timeout;

use crate::cases::{self, Case};
use crate::support::PATIENCE;

/// Runs the cases of a file, and tells all that went otherwise.
async fn run(file: &str) {
    let server = Server::shared();
    let cases = cases::start(&server, Some(file)).await;
    assert!(!cases.is_empty(), "no cases of {file}");
    let mut wrong = String::new();
    for case in &cases {
        let mut runner = Runner { server: &server, case, client: None, listener: None };
        for (index, call) in case.calls.iter().enumerate() {
            if let Err(why) = runner.check(call).await {
                wrong += &format!("{}/{}/{index}: {why}\n", case.file, case.name);
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[tokio::test]
async fn codec() {
    run("codec").await;
}

#[tokio::test]
async fn commands() {
    run("commands").await;
}

#[tokio::test]
async fn dataconnect() {
    run("dataconnect").await;
}

#[tokio::test]
async fn history() {
    run("history").await;
}

#[tokio::test]
async fn pushes() {
    run("pushes").await;
}

#[tokio::test]
async fn refusals() {
    run("refusals").await;
}

struct Runner<'c> {
    server: &'c Server,
    case: &'c Case,
    client: Option<Client>,
    listener: Option<Listener>,
}

/// The arguments of a call.
struct With<'c>(Option<&'c Map<String, Json>>);

impl<'c> With<'c> {
    fn get(&self, name: &str) -> Option<&'c Json> {
        self.0?.get(name)
    }

    fn text(&self, name: &str) -> Option<&'c str> {
        self.get(name).map(|value| value.as_str().unwrap())
    }

    fn given(&self, name: &str) -> &'c str {
        self.text(name).unwrap_or_else(|| panic!("no {name}"))
    }

    fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.as_bool().unwrap())
    }
}

impl Runner<'_> {
    async fn check(&mut self, call: &Json) -> Result<(), String> {
        let (operation, with) =
            (call["do"].as_str().unwrap(), With(call.get("with").and_then(Json::as_object)));
        match (self.call(operation, &with).await, call.get("fails")) {
            (Ok(result), None) if same(&result, &call["gives"]) => Ok(()),
            (Ok(result), _) => Err(format!("{operation} gives {result}")),
            (Err(error), Some(expected)) => failure(&error, expected.as_object().unwrap()),
            (Err(error), None) => Err(format!("{operation} fails: {error:?}")),
        }
    }

    async fn connect(&self, with: &With<'_>) -> Result<Client> {
        let Case { account, patience, .. } = self.case;
        let or = |name, otherwise: &str| with.text(name).unwrap_or(otherwise).to_owned();
        let address = format!("127.0.0.1:{}", self.server.c2s_port());
        let mut config = Config::new(&or("jid", &account.jid), or("password", &account.password))?
            .address(&or("address", &address))?
            .request_timeout(Duration::from_secs_f64(*patience));
        if with.get("ca").is_none() {
            config = config.ca_file(self.server.ca_file());
        }
        Client::connect(&config).await
    }

    async fn call(&mut self, operation: &str, with: &With<'_>) -> Result<Json> {
        match operation {
            "loads" => return Ok(data(&loads(with)?)),
            "dumps" => return Ok(dumps(with)?.into()),
            "to_json" => return Ok(loads(with)?.to_json(&TimeZone::get(with.given("tz")).unwrap()).into()),
            "connect" => {
                self.client = Some(self.connect(with).await?);
                return Ok(Json::Null);
            }
            _ if self.client.is_none() => self.client = Some(self.connect(&With(None)).await?),
            _ => {}
        }
        let client = self.client.clone().unwrap();
        let provider = with.text("provider").unwrap_or(&self.case.provider.jid);
        Ok(match operation {
            "close" => {
                client.close().await;
                Json::Null
            }
            "get_history" => {
                let or_empty = |name| with.text(name).unwrap_or_default();
                let period = Period::parse(or_empty("start"), or_empty("end"))?;
                data(&client.get_history(provider, with.given("identifier"), &period).await?)
            }
            "load_curve" | "daily" => {
                let usage_point = with.given("usage_point");
                let direction = Direction::from_str(with.given("direction"))?;
                let days = DatePeriod::parse(with.given("start"), with.given("end"))?;
                let answer = match operation {
                    "daily" => client.daily(provider, usage_point, direction, &days).await,
                    _ => client.load_curve(provider, usage_point, direction, &days).await,
                };
                data(&answer?)
            }
            "subscribe" => {
                client.subscribe(provider, with.given("identifier")).await?;
                Json::Null
            }
            "unsubscribe" => {
                client.unsubscribe(provider, with.given("identifier")).await?;
                Json::Null
            }
            "trust" => {
                client.trust(provider)?;
                Json::Null
            }
            "listen" => {
                self.listener = Some(client.listen().await?);
                Json::Null
            }
            "next" => {
                let next = timeout(PATIENCE, self.listener.as_mut().unwrap().next()).await;
                self.event(next.expect("an event in time")?.expect("an event"))
            }
            "commands" => {
                let commands = client.commands(provider).await?;
                commands.into_iter().map(|it| json!({ "node": it.node, "name": it.name })).collect()
            }
            "run" => outcome(&client.run(provider, with.given("node"), &values(with)).await?),
            "authorize_uri" => {
                let mut request =
                    AuthorizeRequest::new(with.given("name")).description(with.given("description"));
                let text = |name| with.text(name).map(str::to_owned);
                (request.logo_url, request.duration) = (text("logo_url"), text("duration"));
                (request.redirect_uri, request.state) = (text("redirect_uri"), text("state"));
                let answer = client.authorize_uri(provider, &request).await?;
                json!({ "uri": answer.uri, "state": answer.state })
            }
            "availability" => match client.availability(provider).await? {
                Availability::Online => "online".into(),
                Availability::Offline => "offline".into(),
                Availability::Unreachable => "unreachable".into(),
                Availability::NoAnswer => "no-answer".into(),
                other => panic!("{other:?}"),
            },
            "series" => {
                let all = client.series(provider, with.text("prefix")).await?;
                let rights = |rights: quoalise::Rights| {
                    let all = [("get_history", rights.get_history), ("subscribe", rights.subscribe)];
                    all.into_iter().filter(|(_, granted)| *granted).map(|(name, _)| name).collect::<Vec<_>>()
                };
                let one = |series: quoalise::Series| {
                    present(json!({
                        "identifier": series.identifier.as_str(),
                        "title": series.title,
                        "measurement": measurement(&series.measurement),
                        "first": series.first.map(Timestamp::as_microsecond),
                        "last": series.last.map(Timestamp::as_microsecond),
                        "rights": rights(series.rights),
                    }))
                };
                all.into_iter().map(one).collect()
            }
            other => panic!("there is no operation {other}"),
        })
    }

    fn event(&self, event: Event) -> Json {
        let from =
            |jid: &str| if jid == self.case.provider.jid { "$provider".to_owned() } else { jid.to_owned() };
        present(match event {
            Event::Push(push) => json!({
                "event": "push",
                "from": from(push.from.as_str()),
                "id": push.id,
                "sent": push.delayed.then(|| push.sent.as_microsecond()),
                "delayed": push.delayed,
                "repeated": push.repeated,
                "body": push.body,
                "data": data(&push.data),
            }),
            Event::Consent(consent) => json!({
                "event": "consent",
                "from": from(consent.from.as_str()),
                "id": consent.id,
                "sent": consent.delayed.then(|| consent.sent.as_microsecond()),
                "delayed": consent.delayed,
                "repeated": consent.repeated,
                "usage_points": consent.usage_points,
                "state": consent.state,
                "answers": consent.request.is_some(),
                "body": consent.body,
            }),
            Event::Malformed { from: sender, error } => {
                json!({ "event": "malformed", "from": from(sender.as_str()), "kind": error.kind().as_str() })
            }
            other => panic!("{other:?}"),
        })
    }
}

/// Whether the error is the expected one, as far as that says what it is.
fn failure(error: &Error, expected: &Map<String, Json>) -> Result<(), String> {
    for (name, expected) in expected {
        let found = match &**name {
            "kind" => Json::from(error.kind().as_str()),
            "condition" => error.condition().into(),
            "text" => error.text().into(),
            "issuer" => error.issuer().into(),
            "code" => error.code().into(),
            "temporary" => error.kind().is_temporary().into(),
            "fitting_period" => error
                .fitting_period()
                .map_or(Json::Null, |(start, end)| json!([start.as_microsecond(), end.as_microsecond()])),
            other => panic!("errors have no {other}"),
        };
        if found != *expected {
            return Err(format!("{name} is {found} in {error:?}"));
        }
    }
    Ok(())
}

/// Equal, numbers as numbers.
fn same(found: &Json, expected: &Json) -> bool {
    match (found, expected) {
        (Json::Number(found), Json::Number(expected)) => match (found.as_i128(), expected.as_i128()) {
            (Some(found), Some(expected)) => found == expected,
            _ => found.as_f64() == expected.as_f64(),
        },
        (Json::Array(found), Json::Array(expected)) => {
            found.len() == expected.len()
                && std::iter::zip(found, expected).all(|(one, other)| same(one, other))
        }
        (Json::Object(found), Json::Object(expected)) => {
            found.len() == expected.len()
                && found.iter().all(|(name, one)| expected.get(name).is_some_and(|other| same(one, other)))
        }
        _ => found == expected,
    }
}

/// Without what is absent, empty or false.
fn present(object: Json) -> Json {
    let Json::Object(mut object) = object else { panic!("{object} is no object") };
    object.retain(|name, value| match value {
        Json::Null | Json::Bool(false) => false,
        Json::Array(list) => name == "records" || !list.is_empty(),
        Json::Object(object) => name == "metadata" || !object.is_empty(),
        _ => true,
    });
    Json::Object(object)
}

fn data(data: &Data) -> Json {
    let part = |part: &quoalise::data::Part| {
        present(json!({
            "metadata": metadata(part.meta()),
            "version": (part.version() != DEFAULT_VERSION).then(|| part.version()),
            "records": data.records().rows(part.rows()).map(|it| record(&it)).collect::<Vec<_>>(),
        }))
    };
    let missing = data.gaps().into_iter().map(|gap| json!([gap.name, gap.start, gap.end]));
    let energy = data.energy_wh().filter(|energy| *energy != 0.0);
    present(json!({
        "series": data.parts().iter().map(part).collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
        "energy_wh": energy,
    }))
}

fn record(record: &Record<'_>) -> Json {
    let value = match record.value {
        Some(Value::Number(number)) => {
            record.integer.and_then(serde_json::Number::from_i128).map_or_else(|| number.into(), Json::Number)
        }
        Some(Value::Text(text)) => text.into(),
        Some(Value::Boolean(boolean)) => boolean.into(),
        Some(Value::Data(bytes)) => json!({ "base64url": URL_SAFE_NO_PAD.encode(bytes) }),
        None => Json::Null,
    };
    let other: Map<String, Json> = record.other.iter().cloned().collect();
    let more = present(json!({ "sum": record.sum, "update_time": record.update_time, "other": other }));
    let mut list = vec![record.name.into(), record.time.into(), record.unit.into(), value];
    if more.as_object().is_some_and(|more| !more.is_empty()) {
        list.push(more);
    }
    list.into()
}

fn metadata(meta: &Metadata) -> Json {
    let device = meta.device.as_ref().map_or_else(Map::new, |device| {
        object(json!({ "authority": device.authority, "kind": device.kind, "value": device.value }))
    });
    let pricing = meta.pricing.as_ref().map_or_else(Map::new, |pricing| {
        object(json!({
            "range_code": pricing.range_code,
            "range_description": pricing.range_description,
            "kind": pricing.kind,
            "kind_description": pricing.kind_description,
        }))
    });
    present(json!({
        "device_type": meta.device_type,
        "device": device,
        "measurement": measurement(&meta.measurement),
        "pricing": pricing,
    }))
}

fn measurement(measurement: &Measurement) -> Map<String, Json> {
    let mut known = object(json!({
        "name": measurement.name,
        "direction": measurement.direction,
        "quantity": measurement.quantity,
        "kind": measurement.kind,
        "subtype": measurement.subtype,
        "unit": measurement.unit,
        "aggregation": measurement.aggregation.as_ref().map(|how| how.as_str()),
        "sampling_interval": measurement.sampling_interval.map(|interval| interval.to_string()),
    }));
    // Here false is not the same as nothing.
    for (name, flag) in [("corrected", measurement.corrected), ("estimated", measurement.estimated)] {
        known.extend(flag.map(|flag| (name.to_owned(), flag.into())));
    }
    known
}

fn object(object: Json) -> Map<String, Json> {
    present(object).as_object().cloned().unwrap()
}

fn outcome(outcome: &Outcome) -> Json {
    let fields = outcome.fields.iter().map(|field| {
        present(json!({ "var": field.var, "type": field.kind.as_str(), "values": field.values }))
    });
    let tables = outcome.tables.iter().map(|table| {
        let columns: Vec<_> = table.columns.iter().map(|column| &column.var).collect();
        json!({ "columns": columns, "rows": table.rows })
    });
    let notes = outcome.notes.iter().map(|note| json!({ "type": note.kind.as_str(), "text": note.text }));
    present(json!({
        "title": outcome.title,
        "instructions": outcome.instructions,
        "fields": fields.collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
        "notes": notes.collect::<Vec<_>>(),
        "data": outcome.data.as_ref().map(data),
        "unused": outcome.unused,
    }))
}

fn values(with: &With<'_>) -> Values {
    let mut values = Values::new();
    for (field, value) in with.get("values").unwrap().as_object().unwrap() {
        match value {
            Json::Array(all) => all.iter().for_each(|one| values.add(field, one.as_str().unwrap())),
            one => values.add(field, one.as_str().unwrap()),
        }
    }
    values
}

fn loads(with: &With<'_>) -> Result<Data> {
    let bytes = match with.text("hex") {
        Some(hex) => hex
            .as_bytes()
            .chunks(2)
            .map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap())
            .collect(),
        None => with.given("text").as_bytes().to_vec(),
    };
    let mut options = ReadOptions::default().strict(with.flag("strict"));
    if let Some(now) = with.text("now") {
        options.now = now.parse().unwrap();
    }
    Ok(match with.given("format") {
        "senml-json" => Data::from_pack(Pack::from_json(&bytes, &options)?),
        "senml-xml" => Data::from_pack(Pack::from_xml(&bytes, &options)?),
        "quoalise" => Data::from_xml(&bytes, &options)?,
        "csv" => Data::from_csv(&bytes, &CsvOptions::default())?,
        other => panic!("there is no format {other}"),
    })
}

fn dumps(with: &With<'_>) -> Result<String> {
    let (data, options) = (loads(with)?, WriteOptions::default().keep_gaps(with.flag("keep_gaps")));
    let written: Result<String, senml::Error> = match with.given("to") {
        "senml-json" => data.into_pack().to_json(&options),
        "senml-xml" => data.into_pack().to_xml(&options),
        "resolved" => data.into_pack().to_resolved_json(),
        "quoalise" => data.to_xml(&options),
        "csv" => Ok(data.to_csv(&TimeZone::UTC)),
        other => panic!("there is no format {other}"),
    };
    written.map_err(Error::from)
}

/// The table of all languages is to be complete: see `stanza/error.rs` of the core. What can be shown by stanzas, or by
/// connecting, has a case.
#[test]
fn every_kind_that_stanzas_can_show_has_a_case() {
    let shown: String = ["codec", "commands", "dataconnect", "history", "pushes", "refusals"]
        .map(|file| {
            std::fs::read_to_string(format!("{}/conformance/{file}.json", env!("CARGO_MANIFEST_DIR")))
                .unwrap()
        })
        .concat();
    // These take a network or a server that misbehaves, a second session, or a fork.
    let elsewhere = [
        ErrorKind::ConnectTimeout,
        ErrorKind::UnsuitableServer,
        ErrorKind::ConnectionLost,
        ErrorKind::Replaced,
        ErrorKind::UsedAfterFork,
    ];
    for kind in ErrorKind::ALL {
        let has_case = shown.contains(&format!("\"kind\": \"{kind}\""));
        assert_eq!(has_case, !elsewhere.contains(&kind), "{kind}");
    }
}
