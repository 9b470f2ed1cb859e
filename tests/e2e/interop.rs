//! What an independent implementation makes of ours: slixmpp as a human's client of our provider, and as a provider of
//! our client. The programs are in `tests/interop`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use quoalise::data::{Data, Identifier, Series};
use quoalise::jiff::Timestamp;
use quoalise::provider::{HistoryRequest, Limits, Service};
use quoalise::senml::{Records, Value as Reading};
use quoalise::stanza::{Action, FieldType, Status};
use quoalise::{Availability, Client, ErrorKind, Period, Values};
use quoalise_tests::{Account, Server};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::pushes::{bare, numbers, push, reading};
use crate::support::{HALF_HOUR, PATIENCE, SERIES, START, TestService, client, metadata, provider, serve};

/// A program of `tests/interop`, driven line by line. Killed when dropped.
struct Slixmpp {
    child: Child,
    input: ChildStdin,
    answers: mpsc::UnboundedReceiver<String>,
    errors: File,
    /// Its full JID.
    jid: String,
}

impl Slixmpp {
    /// Online with this account.
    async fn start(program: &str, server: &Server, account: &Account, resource: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let python = root.join(".venv/bin/python");
        assert!(
            python.exists(),
            "there is no {} with slixmpp in it: `make setup` makes one",
            python.display()
        );
        let mut errors = tempfile::tempfile().unwrap();
        let mut child = Command::new(python)
            .arg("-B") // leaves no bytecode between the sources
            .arg(root.join("tests/interop").join(program))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors.try_clone().unwrap())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (lines, answers) = mpsc::unbounded_channel();
        // Ends with the program's output.
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| lines.send(line).map_err(drop))
        });
        errors.rewind().unwrap();
        let mut started = Self { child, input, answers, errors, jid: String::new() };
        // By standard input: others see a program's arguments.
        let account = json!({
            "jid": format!("{}/{resource}", account.jid),
            "password": account.password,
            "port": server.c2s_port(),
            "ca_file": server.ca_file(),
        });
        let jid = started.request(&account).await;
        started.jid = jid.as_str().unwrap().to_owned();
        started
    }

    /// Has it call a method of its peer; what that gives.
    async fn ask(&mut self, what: &str, mut arguments: Value) -> Value {
        arguments["do"] = what.into();
        self.request(&arguments).await
    }

    async fn request(&mut self, request: &Value) -> Value {
        // A program that is gone is found out by its silence.
        let _ = writeln!(self.input, "{request}");
        let line = timeout(PATIENCE, self.answers.recv()).await.ok().flatten();
        let Some(line) = line else { panic!("no answer from slixmpp: {}", self.told()) };
        let mut answer: Value = serde_json::from_str(&line).unwrap();
        if let Some(failed) = answer["failed"].as_str() {
            panic!("slixmpp failed: {failed}\n{}", self.told());
        }
        answer["answer"].take()
    }

    /// What it wrote on standard error.
    fn told(&mut self) -> String {
        let mut told = String::new();
        let _ = self.errors.rewind();
        let _ = self.errors.read_to_string(&mut told);
        told
    }
}

impl Drop for Slixmpp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A human's client with an account of its own.
async fn human(server: &Server) -> Slixmpp {
    Slixmpp::start("human.py", server, &server.new_account(), "gajim").await
}

/// What a human fills in for two hours of [`SERIES`].
fn filled() -> Value {
    json!({ "identifier": SERIES, "start_time": "2022-01-02T00:00:00Z", "end_time": "2022-01-02T02:00:00Z" })
}

/// The records of those two hours, as the reference reads them.
fn two_hours() -> Value {
    let record = |step: i32| {
        let time = (START + i64::from(48 + step) * HALF_HOUR) / 1_000_000;
        json!([SERIES, time as f64, "W", 400.0 + f64::from((48 + step) % 7) / 2.0])
    };
    (1..4).map(record).collect()
}

/// That an answer is the completed result, with its form for humans and its payload for programs.
fn assert_done(answer: &Value) {
    assert_eq!(answer["status"], "completed", "{answer:#}");
    assert_eq!(answer["actions"], json!([]));
    assert_eq!(answer["form"]["type"], "result");
    let field = &answer["form"]["fields"][0];
    assert_eq!((&field["var"], &field["value"]), (&json!("result"), &json!("Success")), "{answer:#}");
    assert!(field["label"].as_str().unwrap().contains(SERIES));
    assert_eq!(answer["payload"]["records"], two_hours());
    let told = &answer["payload"]["measurement"];
    assert_eq!((&told["name"], &told["sampling-interval"]), (&json!("active-power"), &json!("PT30M")));
}

fn assert_refused(answer: &Value, kind: &str, condition: &str, word: &str) {
    let error = &answer["error"];
    assert_eq!((&error["type"], &error["condition"]), (&json!(kind), &json!(condition)), "{answer:#}");
    assert!(error["text"].as_str().unwrap().contains(word), "{answer:#}");
}

#[tokio::test]
async fn a_human_finds_the_commands() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let (mut human, provider) = (human(&server).await, provider.jid());
    let list = human.ask("list", json!({ "provider": provider })).await;
    let list = list.as_array().unwrap();
    for node in ["get_history", "subscribe", "unsubscribe"] {
        let item = list.iter().find(|item| item["node"] == node).unwrap_or_else(|| panic!("{list:#?}"));
        assert_eq!(item["jid"], provider);
        assert!(!item["name"].as_str().unwrap().is_empty());
        let info = human.ask("features", json!({ "provider": provider, "node": node })).await;
        assert_eq!(info["identities"], json!([["automation", "command-node"]]), "{info:#}");
    }
    let info = human.ask("features", json!({ "provider": provider })).await;
    let features: Vec<_> = info["features"].as_array().unwrap().iter().collect();
    for feature in ["urn:quoalise:0", "http://jabber.org/protocol/commands"] {
        assert!(features.contains(&&json!(feature)), "{info:#}");
    }
}

#[tokio::test]
async fn a_human_fills_in_a_form() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let mut human = human(&server).await;
    let begin = json!({ "provider": provider.jid(), "node": "get_history" });
    let form = human.ask("start", begin).await;
    assert_eq!((&form["status"], &form["actions"]), (&json!("executing"), &json!(["complete"])), "{form:#}");
    assert_eq!(form["form"]["type"], "form");
    for text in ["title", "instructions"] {
        assert!(!form["form"][text].as_str().unwrap().is_empty(), "{text}");
    }
    let fields = form["form"]["fields"].as_array().unwrap();
    let of = |key: &str| fields.iter().map(|field| field[key].clone()).collect::<Vec<_>>();
    assert_eq!(of("var"), ["identifier", "start_time", "end_time"]);
    assert_eq!(of("type"), ["text-single"; 3]);
    assert_eq!(of("required"), [true, false, false]);
    assert!(fields.iter().all(|field| field["label"] != "" && field["desc"] != ""), "{form:#}");
    assert!(service.asked.lock().unwrap().is_empty(), "asking for a form does nothing");

    let done = human.ask("go", json!({ "way": "complete", "values": filled() })).await;
    assert_eq!(done["session"], form["session"]);
    assert_done(&done);
    assert_eq!(service.asked.lock().unwrap()[0].requester.to_string(), bare(&human.jid));
    // slixmpp keeps no session that has ended, and neither does the provider.
    let again = json!({
        "provider": provider.jid(), "node": "get_history", "session": form["session"], "action": "complete",
        "values": filled(),
    });
    let again = human.ask("send", again).await;
    assert_refused(&again, "cancel", "not-allowed", "no longer open");
    assert!(again["also"].to_string().contains("commands}session-expired"), "{again:#}");

    // `next` is what some clients say instead, and nothing at all is said by those that know no actions.
    for way in ["next", "execute"] {
        human.ask("start", json!({ "provider": provider.jid(), "node": "get_history" })).await;
        assert_done(&human.ask("go", json!({ "way": way, "values": filled() })).await);
    }
}

#[tokio::test]
async fn a_human_leaves_a_form() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let mut human = human(&server).await;
    let form = human.ask("start", json!({ "provider": provider.jid(), "node": "get_history" })).await;
    let left = human.ask("go", json!({ "way": "cancel" })).await;
    assert_eq!((&left["status"], &left["session"]), (&json!("canceled"), &form["session"]), "{left:#}");
    for session in [form["session"].clone(), "unknown".into()] {
        for action in ["complete", "cancel"] {
            let late = json!({
                "provider": provider.jid(), "node": "get_history", "session": session, "action": action,
                "values": filled(),
            });
            let late = human.ask("send", late).await;
            assert_refused(&late, "cancel", "not-allowed", "no longer open");
            assert!(late["also"].to_string().contains("commands}session-expired"), "{late:#}");
        }
    }
    assert!(service.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_human_fills_in_a_form_wrongly() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let (mut human, provider) = (human(&server).await, provider.jid());
    for (field, value, word) in [
        ("identifier", "", "identifier"),
        ("identifier", "a meter", "a meter"),
        ("start_time", "yesterday", "start_time"),
        ("end_time", "2022-01-01T00:00:00Z", "does not end after"),
    ] {
        let mut values = filled();
        values[field] = value.into();
        human.ask("start", json!({ "provider": provider, "node": "get_history" })).await;
        let refused = human.ask("go", json!({ "way": "complete", "values": values })).await;
        assert_refused(&refused, "modify", "bad-request", word);
        let start = json!({ "provider": provider, "node": "get_history", "values": values });
        assert_refused(&human.ask("start", start).await, "modify", "bad-request", word);
    }
    let unknown = human.ask("start", json!({ "provider": provider, "node": "get_everything" })).await;
    assert_refused(&unknown, "cancel", "item-not-found", "");
    assert!(service.asked.lock().unwrap().is_empty());

    for (series, kind, condition) in
        [("unauthorized", "auth", "not-authorized"), ("upstream", "cancel", "undefined-condition")]
    {
        let values = json!({ "identifier": format!("urn:dev:prm:00000000000001_test/{series}") });
        let start = json!({ "provider": provider, "node": "get_history", "values": values });
        let refused = human.ask("start", start).await;
        assert_refused(&refused, kind, condition, "");
        assert_eq!(
            refused["also"].to_string().contains("{urn:quoalise:0}upstream-error"),
            series == "upstream"
        );
    }
}

#[tokio::test]
async fn a_program_asks_in_one_call() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let mut program = human(&server).await;
    let ask = json!({ "provider": provider.jid(), "node": "get_history", "values": filled() });
    for _ in 0..3 {
        assert_done(&program.ask("start", ask.clone()).await);
    }
}

#[tokio::test]
async fn a_human_subscribes_and_hears() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let mut human = human(&server).await;
    let publish = async |number| provider.publish(&metadata(), &reading(SERIES, number)).await.unwrap();
    let mut run = async |node: &str| {
        human.ask("start", json!({ "provider": provider.jid(), "node": node })).await;
        let done = human.ask("go", json!({ "way": "complete", "values": { "identifier": SERIES } })).await;
        assert_eq!((&done["status"], &done["payload"]), (&json!("completed"), &Value::Null), "{done:#}");
        assert_eq!(done["form"]["fields"][0]["value"], "Success");
    };
    run("subscribe").await;
    assert_eq!(publish(7).await, 1);
    run("unsubscribe").await;
    assert_eq!(publish(8).await, 0);
    run("subscribe").await;
    assert_eq!(publish(9).await, 1);
    for number in [7, 9] {
        let push = human.ask("push", json!({})).await;
        assert_eq!((&push["from"], &push["type"]), (&json!(provider.jid()), &json!("normal")));
        let time = (START + i64::from(number) * HALF_HOUR) / 1_000_000;
        assert_eq!(push["payload"]["records"], json!([[SERIES, time as f64, "W", f64::from(number)]]));
        assert_eq!(push["payload"]["measurement"]["unit"], "W");
    }
}

/// A provider that tells what it has: [`SERIES`], and one of which it knows little.
struct Listed;

impl Service for Listed {
    async fn get_history(&self, request: HistoryRequest) -> quoalise::Result<Data> {
        TestService::default().get_history(request).await
    }

    async fn series(&self, _prefix: Option<Identifier>) -> quoalise::Result<Vec<Series>> {
        let mut power = Series::new(SERIES.parse()?);
        power.title = Some("Power & more".to_owned());
        power.measurement = metadata().measurement;
        power.first = Some(Timestamp::from_microsecond(START).unwrap());
        Ok(vec![power, Series::new("urn:dev:ow:10e2073a01080063_voltage".parse()?)])
    }
}

#[tokio::test]
async fn a_human_finds_the_series() {
    let server = Server::shared();
    let provider = serve(&server, Listed, Limits::default()).await;
    let (mut human, provider) = (human(&server).await, provider.jid());
    let browsed = human.ask("browse", json!({ "provider": provider })).await;
    let nodes: Vec<_> = browsed.as_array().unwrap().iter().map(|item| &item["node"]).collect();
    assert_eq!(nodes, ["urn:dev:ow:10e2073a01080063_voltage", SERIES], "{browsed:#}");
    assert_eq!((&browsed[1]["name"], &browsed[1]["jid"]), (&json!("Power & more"), &json!(provider)));
    let info = human.ask("features", json!({ "provider": provider, "node": SERIES })).await;
    assert_eq!(info["identities"], json!([["hierarchy", "leaf"]]), "{info:#}");

    // By the command: a form, then a table; and in one call.
    let form = human.ask("start", json!({ "provider": provider, "node": "list_series" })).await;
    assert_eq!((&form["status"], &form["form"]["fields"][0]["var"]), (&json!("executing"), &json!("prefix")));
    let all = human.ask("go", json!({ "way": "complete", "values": {} })).await;
    assert_eq!(all["status"], "completed");
    let columns = all["columns"].as_array().unwrap();
    assert!(columns.contains(&json!(["identifier", "Identifier"])), "{columns:#?}");
    assert!(columns.iter().all(|column| column[1] != ""), "{columns:#?}");
    let rows = all["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{rows:#?}");
    let prefix = json!({ "prefix": "urn:dev:prm:00000000000001" });
    let some =
        human.ask("start", json!({ "provider": provider, "node": "list_series", "values": prefix })).await;
    assert_eq!(some["rows"].as_array().unwrap(), &rows[1..]);
    for (column, value) in [
        ("identifier", json!(SERIES)),
        ("title", "Power & more".into()),
        ("unit", "W".into()),
        ("sampling_interval", "PT30M".into()),
        ("first_time", "2022-01-01T00:00:00Z".into()),
        ("rights", json!(["get_history", "subscribe"])),
    ] {
        assert_eq!(rows[1][column], value, "{column} of {rows:#?}");
    }

    // What was found is what is asked for next: the form for it is filled in already.
    let form = human.ask("start", json!({ "provider": provider, "node": "get_history" })).await;
    assert_eq!(form["form"]["fields"][0]["value"], "urn:dev:ow:10e2073a01080063_voltage");
    assert_done(&human.ask("go", json!({ "way": "complete", "values": filled() })).await);
}

/// A provider written with slixmpp, with an account of its own; and a client of ours.
async fn other_provider(server: &Server) -> (Slixmpp, Client) {
    let provider = Slixmpp::start("provider.py", server, &server.new_account(), "proxy").await;
    (provider, client(server).await)
}

/// A series of that provider, which does what the name says.
fn series(name: &str) -> String {
    format!("urn:dev:prm:00000000000001_test/{name}")
}

/// What that provider has of any series that is no refusal.
fn assert_history(records: &Records, name: &str) {
    assert_eq!((records.len(), records.name(0)), (3, name));
    assert_eq!(records.times(), [START, START + HALF_HOUR, START + 2 * HALF_HOUR]);
    let values: Vec<_> = records.iter().map(|record| record.value).collect();
    assert_eq!(values, [Some(Reading::Number(412.0)), None, Some(Reading::Number(398.5))]);
}

#[tokio::test]
async fn our_client_asks_a_provider_of_slixmpp() {
    let server = Server::shared();
    let (mut provider, client) = other_provider(&server).await;
    assert_eq!(client.availability(&provider.jid).await.unwrap(), Availability::Online);
    let january = Period::parse("2022-01-01T00:00:00+01:00", "2022-02-01T00:00:00+01:00").unwrap();
    let one_shot = client.get_history(&provider.jid, SERIES, &january).await.unwrap();
    assert_history(one_shot.records(), SERIES);
    let meta = one_shot.meta();
    assert_eq!(meta.device_type.as_deref(), Some("electricity-meter"));
    assert_eq!(meta.measurement.name.as_deref(), Some("active-power"));
    assert_eq!(meta.measurement.sampling_interval, metadata().measurement.sampling_interval);

    // By a form first, hidden field included; by two forms, the second with a choice made by default.
    for name in ["form-first", "two-forms"].map(series) {
        let data = client.get_history(&provider.jid, &name, &january).await.unwrap();
        assert_history(data.records(), &name);
    }
    let asked = provider.ask("asked", json!({})).await;
    let values = &asked[0]["values"];
    assert_eq!((&asked[0]["from"], &values["identifier"]), (&json!(bare(&client.jid())), &json!(SERIES)));
    for (field, time) in [("start_time", "2021-12-31T23:00:00Z"), ("end_time", "2022-01-31T23:00:00Z")] {
        let told: quoalise::jiff::Timestamp = values[field].as_str().unwrap().parse().unwrap();
        assert_eq!(told.to_string(), time, "{field}");
    }
}

#[tokio::test]
async fn our_client_is_refused_by_a_provider_of_slixmpp() {
    let server = Server::shared();
    let (provider, client) = other_provider(&server).await;
    for (name, kind, word) in [
        ("unauthorized", ErrorKind::NotAuthorized, bare(&client.jid())),
        ("unknown", ErrorKind::BadRequest, "Unexpected record"),
        ("too-big", ErrorKind::TooLarge, "max 5000 records"),
        ("upstream", ErrorKind::UpstreamError, "ADAM-ERR0123"),
        ("upstream-without-code", ErrorKind::UpstreamError, "enedis-sge-tiers"),
        ("note", ErrorKind::CommandFailed, "The meter does not answer"),
    ] {
        let error = client.get_history(&provider.jid, &series(name), &Period::all()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{name}: {error}");
        assert!(error.to_string().contains(word) && error.to_string().contains(&provider.jid), "{error}");
        let upstream = match name {
            "upstream" => (Some("enedis-data-connect"), Some("ADAM-ERR0123")),
            "upstream-without-code" => (Some("enedis-sge-tiers"), None),
            _ => (None, None),
        };
        assert_eq!((error.issuer(), error.code()), upstream, "{error}");
    }
    // And none of it has harmed either.
    client.get_history(&provider.jid, SERIES, &Period::all()).await.unwrap();
}

#[tokio::test]
async fn our_client_hears_a_provider_of_slixmpp() {
    let server = Server::shared();
    let (mut provider, client) = other_provider(&server).await;
    let mut listener = client.listen().await.unwrap();
    client.subscribe(&provider.jid, SERIES).await.unwrap();
    for number in 0..3 {
        let told = provider.ask("push", json!({ "name": SERIES, "number": number })).await;
        assert_eq!(told, 1);
        let push = push(&mut listener).await;
        // From another resource than the one that was asked.
        assert_eq!(push.from.to_string(), format!("{}/proxy-publisher", bare(&provider.jid)));
        assert_eq!((numbers(&push), push.data.records().name(0)), (vec![f64::from(number)], SERIES));
    }
    client.unsubscribe(&provider.jid, SERIES).await.unwrap();
    assert_eq!(provider.ask("push", json!({ "name": SERIES, "number": 3 })).await, 0);
    assert_eq!(listener.distrusted(), 0);
}

#[tokio::test]
async fn our_client_walks_the_forms_of_a_provider_of_slixmpp() {
    let server = Server::shared();
    let (provider, client) = other_provider(&server).await;
    let jid = &*provider.jid;
    let commands = client.commands(jid).await.unwrap();
    let name = |node: &str| commands.iter().find(|info| info.node == node).map(|info| &*info.name);
    assert_eq!(commands.len(), 5, "{commands:?}");
    assert_eq!(name("get_history"), Some("Get history"));
    let error = client.begin(jid, "get_everything").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchCommand);

    let mut walk = client.begin(jid, "get_consented").await.unwrap();
    assert_eq!((walk.status(), walk.actions()), (Status::Executing, vec![Action::Next]));
    let field = &walk.form().unwrap().fields[0];
    assert_eq!(
        (&*field.var, field.label.as_deref(), field.required),
        ("identifier", Some("Identifier"), true)
    );
    assert_eq!(walk.next(&Values::new()).await.unwrap_err().kind(), ErrorKind::InvalidArgument);
    let identifier = Values::new().with("identifier", SERIES);
    walk.next(&identifier).await.unwrap();
    assert_eq!(walk.actions(), [Action::Prev, Action::Complete]);
    let field = &walk.form().unwrap().fields[0];
    assert_eq!((field.kind, &field.values[..]), (FieldType::ListSingle, &["yes".to_owned()][..]));
    let options = [("I agree", "yes"), ("I don't", "no")];
    let options = options.map(|(label, value)| (Some(label.to_owned()), value.to_owned()));
    assert_eq!(field.options, options);
    walk.prev().await.unwrap();
    assert_eq!(walk.actions(), [Action::Next]);
    walk.next(&identifier).await.unwrap();
    walk.complete(&Values::new()).await.unwrap();
    let outcome = walk.into_outcome().unwrap();
    assert_eq!(outcome.get("result"), Some("Success"));
    assert_history(outcome.data.unwrap().records(), SERIES);

    let refused = client.run(jid, "get_consented", &identifier.clone().with("consent", "no")).await;
    let error = refused.unwrap_err();
    assert_eq!((error.kind(), error.text()), (ErrorKind::NotAuthorized, Some("no consent")), "{error}");
    client.begin(jid, "get_consented").await.unwrap().cancel().await.unwrap();
    let outcome = client.run(jid, "get_consented", &identifier).await.unwrap();
    assert_history(outcome.data.unwrap().records(), SERIES);
}

#[tokio::test]
async fn our_client_finds_the_series_of_a_provider_of_slixmpp() {
    let server = Server::shared();
    let (provider, client) = other_provider(&server).await;
    let all = client.series(&provider.jid, None).await.unwrap();
    let told = |series: &Series| (series.rights.get_history, series.rights.subscribe);
    assert_eq!(all.iter().map(told).collect::<Vec<_>>(), [(true, false), (true, true), (true, true)]);
    assert!(all.iter().all(|series| series.measurement.unit.as_deref() == Some("W")), "{all:?}");
    assert_eq!(all[1].identifier.as_str(), SERIES);
    let one = client.series(&provider.jid, Some("urn:dev:prm:00000000000001")).await.unwrap();
    assert_eq!(one, all[1..2]);
}
