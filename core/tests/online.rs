//! The command against the sandbox's server, as a person types it.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod command;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use command::{Ended, PASSWORD, quoalise};
use quoalise::sandbox::{Options, Sandbox};
use tokio::runtime::Runtime;

const CONSUMPTION: &str = "urn:dev:prm:00000000000001_consumption/power/active/raw";

/// A sandbox in this process, and a folder for what the command reads and keeps.
struct Bench {
    runtime: Runtime,
    sandbox: Sandbox,
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let mut options = Options::default();
        options.password = Some(PASSWORD.to_owned());
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let folder =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("online-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("ca.pem"), sandbox.ca_pem()).unwrap();
        Self { runtime, sandbox, folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = quoalise(arguments);
        command
            .env("QUOALISE_USER", self.sandbox.jid())
            .env("QUOALISE_PASSWORD", PASSWORD)
            .env("QUOALISE_ADDRESS", self.sandbox.address().to_string())
            .env("QUOALISE_CA_FILE", self.folder.join("ca.pem"))
            .env("XDG_STATE_HOME", &self.folder);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(&self.command(arguments).output().unwrap())
    }

    fn get(&self, more: &[&str]) -> Ended {
        let mut arguments = vec!["get-history", self.sandbox.provider(), CONSUMPTION];
        arguments.extend(more);
        self.run(&arguments)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Waits for a line of a child's output that has this in it.
fn wait_for_line(lines: &mut impl BufRead, wanted: &str) -> String {
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "no {wanted} in {seen}");
        if line.contains(wanted) {
            return line;
        }
        seen += &line;
    }
}

const HOUR: [&str; 4] =
    ["--start-time", "2025-01-06T00:00:00+01:00", "--end-time", "2025-01-06T01:00:00+01:00"];

#[test]
fn stanzas_are_logged_without_what_they_say() {
    let bench = Bench::new("verbose");
    for verbose in ["-vv", "-vvvvv"] {
        let ended = bench
            .run(&[&[verbose, "get-history", bench.sandbox.provider(), CONSUMPTION], &HOUR[..]].concat());
        assert_eq!(ended.status, Some(0), "{ended:?}");
        let log: Vec<&str> = ended.err.lines().filter(|line| line.contains('<')).collect();
        let shows = |what: &str| log.iter().any(|line| line.contains(what));
        assert!(shows("sent <iq") && shows("came <iq") && shows("node='get_history'"), "{}", ended.err);
        for secret in ["00000000000001", "<response", "<auth", "v='3", "2025-01-06"] {
            assert!(!shows(secret), "{secret} in {}", ended.err);
        }
    }
}

#[test]
fn json_has_the_shape_of_the_reference_program() {
    let bench = Bench::new("json");
    let ended = bench.get(&[&HOUR[..], &["--format", "json", "--tz", "Europe/Paris"]].concat());
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert_eq!(ended.err, "");
    let object: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let first = &object["records"][0];
    assert_eq!(first["name"], CONSUMPTION);
    assert_eq!(first["time"], "2025-01-06T00:00:00+01:00");
    assert!(first["value"].is_f64());
    assert_eq!(first["unit"], "W");
    assert_eq!(object["records"].as_array().unwrap().len(), 2);
    assert_eq!(object["meta"]["measurement"]["sampling-interval"], "PT30M");
    assert_eq!(object["meta"]["device"]["identifier"]["value"], "00000000000001");
}

#[test]
fn every_format_comes_out() {
    let bench = Bench::new("formats");
    for (format, sign) in [
        ("table", "2025-01-06 00:00"),
        ("csv", "time,value,unit,name"),
        ("senml-json", "[{\"bn\":"),
        ("senml-xml", "<sensml xmlns="),
        ("quoalise", "<quoalise xmlns="),
        ("chart", "─"),
    ] {
        let ended = bench.get(&[&HOUR[..], &["--format", format]].concat());
        assert_eq!(ended.status, Some(0), "{ended:?}");
        assert!(ended.out.contains(sign), "{format}: {ended:?}");
    }
}

#[test]
fn failures_have_their_status_and_say_what_to_do() {
    let bench = Bench::new("failures");
    let provider = bench.sandbox.provider().to_owned();

    let wrong = bench.command(&["ping", &provider]).env("QUOALISE_PASSWORD", "wrong").output().unwrap();
    Ended::of(&wrong).failed(4, "Check the account's name and the password");
    bench.run(&["ping", &provider, "--address", "127.0.0.1:1"]).failed(3, "does not accept connections");
    let system = bench.command(&["ping", &provider]).env_remove("QUOALISE_CA_FILE").output().unwrap();
    Ended::of(&system).failed(3, "name its CA file");
    bench
        .run(&["ping", &provider, "--user", "you@elsewhere.test"])
        .failed(3, "does not serve `elsewhere.test`");
    bench.run(&["ping", "provider@localhost/nobody"]).failed(7, "is offline");
    bench.run(&["ping", "someone@other.test/proxy"]).failed(7, "cannot be reached");
    bench.run(&["ping", "provider@localhost"]).failed(2, "names no resource");
    bench.run(&["get-history", &provider, "urn:dev:prm:2_x"]).failed(6, "Unexpected record identifier");
    bench.get(&[]).failed(6, "shorter period"); // a year is more than a server lets through
    bench.run(&["listen"]).failed(2, "subscribe first");
}

#[test]
fn a_history_can_be_run_as_any_command() {
    let bench = Bench::new("commands");
    let provider = bench.sandbox.provider().to_owned();
    let listed = bench.run(&["commands", &provider]);
    assert!(listed.out.starts_with("node") && listed.out.contains("get_history"), "{listed:?}");
    let form = bench.run(&["commands", &provider, "get_history"]);
    assert!(form.out.contains("identifier  (text-single, required)"), "{form:?}");
    let identifier = format!("identifier={CONSUMPTION}");
    let (start, end) = (format!("start_time={}", HOUR[1]), format!("end_time={}", HOUR[3]));
    let ran = bench.run(&["run", &provider, "get_history", &identifier, &start, &end, "--format", "csv"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ran.out, bench.get(&[&HOUR[..], &["--format", "csv"]].concat()).out);
    bench.run(&["run", &provider, "get_history", "identifier="]).failed(2, "`identifier` (Identifier)");
    bench.run(&["run", &provider, "get_history", &identifier, "days=3"]).failed(2, "start_time");
    bench.run(&["run", &provider, "nonsense"]).failed(6, "which commands it lists");
}

#[test]
fn times_need_an_offset_or_a_zone() {
    let bench = Bench::new("times");
    bench.get(&["--start-time", "2025-01-06T00:00:00"]).failed(2, "--tz");
    bench.get(&["--start-time", "2025-10-26T02:30", "--tz", "Europe/Paris"]).failed(2, "give its offset");
    let (from, to) = ("2025-01-06", "2025-01-07T00:00");
    let ended =
        bench.get(&["--start-time", from, "--end-time", to, "--tz", "Europe/Paris", "--format", "csv"]);
    assert_eq!(ended.out.lines().count(), 1 + 48, "{ended:?}");
    assert!(ended.out.contains("2025-01-06T00:00:00+01:00,"), "{ended:?}");
}

#[test]
fn passwords_come_from_the_environment_or_a_file() {
    let bench = Bench::new("password");
    let file = bench.folder.join("secret");
    std::fs::write(&file, format!("{PASSWORD}\nanother line\n")).unwrap();
    let provider = bench.sandbox.provider().to_owned();
    let by_file = |file: &PathBuf| {
        let mut command = bench.command(&["ping", &provider, "--password-file"]);
        Ended::of(&command.arg(file).env_remove("QUOALISE_PASSWORD").output().unwrap())
    };
    let ended = by_file(&file);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(ended.out.contains("is online"), "{ended:?}");
    by_file(&bench.folder.join("none")).failed(1, "none");
    let none = bench.command(&["ping", &provider]).env_remove("QUOALISE_PASSWORD").output().unwrap();
    Ended::of(&none).failed(2, "QUOALISE_PASSWORD");
    quoalise(&["ping", &provider, "--password", "x"])
        .output()
        .map(|o| Ended::of(&o).failed(2, "--password"))
        .unwrap();
}

#[test]
fn subscribe_then_listen_prints_pushes_until_interrupted() {
    let bench = Bench::new("listen");
    let provider = bench.sandbox.provider().to_owned();
    let ended = bench.run(&["subscribe", &provider, CONSUMPTION]);
    assert_eq!(ended.status, Some(0), "{ended:?}");

    let mut child = bench
        .command(&["listen", "--format", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    wait_for_line(&mut told, "listening to provider@localhost");
    // Pushed until heard: the listener may not be announced yet.
    assert_eq!(bench.runtime.block_on(bench.sandbox.push(CONSUMPTION)).unwrap(), 1);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let line = wait_for_line(&mut out, CONSUMPTION);
    assert!(line.starts_with("2026-01-01T00:00:00+01:00,"), "{line}");

    let asked = Instant::now();
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(3));
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "it ends quietly");

    assert_eq!(bench.run(&["unsubscribe", &provider, CONSUMPTION]).status, Some(0));
    assert_eq!(bench.runtime.block_on(bench.sandbox.push(CONSUMPTION)).unwrap(), 0);
}

#[test]
fn pushes_that_came_meanwhile_are_all_written() {
    let bench = Bench::new("count");
    let provider = bench.sandbox.provider().to_owned();
    assert_eq!(bench.run(&["subscribe", &provider, CONSUMPTION]).status, Some(0));
    let push = || assert_eq!(bench.runtime.block_on(bench.sandbox.push(CONSUMPTION)).unwrap(), 1);
    (0..5).for_each(|_| push());
    // The server hands over all it kept at once, and would not do so again.
    let ended = bench.run(&["listen", "--count", "1", "--format", "csv"]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let lines: Vec<&str> = ended.out.lines().collect();
    assert_eq!(lines.len(), 1 + 5, "one head, five readings: {ended:?}");
    push();
    let ended = bench.run(&["listen", "--count", "1", "--format", "csv"]);
    assert!(ended.out.lines().nth(1).unwrap().starts_with("2026-01-01T02:30:00+01:00,"), "{ended:?}");
}

#[test]
fn an_interrupt_ends_it_even_where_nobody_reads() {
    let bench = Bench::new("blocked");
    let period = ["--start-time", "2025-01-06T00:00:00Z", "--end-time", "2025-04-06T00:00:00Z"];
    let mut child = bench
        .command(&["get-history", bench.sandbox.provider(), CONSUMPTION, "--format", "json"])
        .args(period)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The answer is larger than a pipe holds: the child is stuck in writing it.
    let mut first = [0];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    interrupt(&child);
    let asked = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(8));
}

#[test]
fn passwords_are_prepared_as_servers_do() {
    let runtime = Runtime::new().unwrap();
    let mut options = Options::default();
    options.password = Some("azerty²".to_owned());
    let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
    let config = sandbox.config().unwrap();
    runtime.block_on(async {
        quoalise::Client::connect(&config).await.unwrap().close().await;
    });
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let bench = Bench::new("pipe");
    let arguments =
        ["--start-time", "2025-01-06T00:00:00Z", "--end-time", "2025-03-06T00:00:00Z", "--format", "csv"];
    let mut command = bench.command(&["get-history", bench.sandbox.provider(), CONSUMPTION]);
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
}

#[test]
fn the_sandbox_tells_how_to_use_it_and_cleans_up() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("sandbox-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let table = folder.join("table.csv");
    let mut file = std::fs::File::create(&table).unwrap();
    writeln!(file, "time,value\n2022-01-10T00:00:00Z,19.5\n2022-01-10T01:00:00Z,\n2022-01-10T02:00:00Z,20.5")
        .unwrap();

    let started = Instant::now();
    let mut command = quoalise(&["sandbox", "--csv"]);
    let mut child = command
        .arg(&table)
        .args(["--unit", "Cel", "--dir"])
        .arg(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let address = wait_for_line(&mut out, "  address");
    let address = address.split_whitespace().nth(1).unwrap().to_owned();
    let series = wait_for_line(&mut out, "  series");
    let series = series.split_whitespace().nth(1).unwrap().to_owned();
    wait_for_line(&mut out, "quoalise listen");
    assert!(started.elapsed() < Duration::from_secs(5), "up after {:?}", started.elapsed());

    let mut get =
        quoalise(&["get-history", "provider@localhost/proxy", &series, "--format", "csv", "--tz", "UTC"]);
    get.args(["--user", "you@localhost", "--address", &address])
        .args(["--password-file".as_ref(), folder.join("password").as_os_str()])
        .args(["--ca-file".as_ref(), folder.join("ca.pem").as_os_str()])
        .env("XDG_STATE_HOME", &folder);
    let ended = Ended::of(&get.output().unwrap());
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let lines: Vec<&str> = ended.out.lines().collect();
    assert_eq!(lines[1], "2022-01-10T00:00:00+00:00,19.5,Cel,urn:dev:os:sandbox_value", "{ended:?}");
    assert_eq!(lines.len(), 3, "the gap is left out on the wire: {ended:?}");

    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!folder.join("password").exists() && !folder.join("ca.pem").exists());
    let _ = std::fs::remove_dir_all(&folder);

    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("ca.pem"), "precious").unwrap();
    let mut command = quoalise(&["sandbox", "--dir"]);
    Ended::of(&command.arg(&folder).output().unwrap()).failed(1, "ca.pem");
    assert_eq!(std::fs::read_to_string(folder.join("ca.pem")).unwrap(), "precious");
    let _ = std::fs::remove_dir_all(&folder);

    let public = Ended::of(&quoalise(&["sandbox", "--listen", "0.0.0.0:0"]).output().unwrap());
    public.failed(2, "loopback");
}
