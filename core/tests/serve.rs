//! `quoalise serve` against the sandbox's server, as a person runs it.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use quoalise::sandbox::server::{Config as ServerConfig, Server};
use quoalise::{Client, Config, ErrorKind, Event, Listener, Period};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::time::timeout;

const PASSWORD: &str = "not to be seen";
const PROVIDER: &str = "house@localhost/proxy";
const INDOOR: &str = "urn:dev:ow:10e2073a01080063_temperature";
const OUTDOOR: &str = "urn:dev:ow:10e2073a01080064_temperature";

/// Only what is broken takes so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server with three accounts, and a folder for what is served and kept.
struct Bench {
    runtime: Runtime,
    server: Option<Server>,
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let mut bench =
            Self { runtime: Runtime::new().unwrap(), server: None, folder: TempDir::new().unwrap() };
        bench.start(([127, 0, 0, 1], 0).into(), PASSWORD);
        bench
    }

    fn start(&mut self, listen: SocketAddr, password: &str) {
        let config = ServerConfig::new("localhost")
            .listen(listen)
            .account("house", password)
            .account("app", PASSWORD)
            .account("other", PASSWORD);
        let server = self.runtime.block_on(Server::start(config)).unwrap();
        std::fs::write(self.path("ca.pem"), server.ca_pem()).unwrap();
        self.server = Some(server);
    }

    fn stop(&mut self) -> SocketAddr {
        let server = self.server.take().unwrap();
        let address = server.address();
        self.runtime.block_on(server.stop());
        address
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name).display().to_string()
    }

    fn append(&self, name: &str, text: &str) {
        let file = std::fs::File::options().append(true).open(self.path(name));
        file.unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// A database of the documented layout.
    fn database(&self, name: &str, rows: &str) -> (Connection, String) {
        let database = Connection::open(self.path(name)).unwrap();
        database.busy_timeout(PATIENCE).unwrap();
        database
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL;
                 CREATE TABLE readings (name TEXT NOT NULL, time INTEGER NOT NULL, value REAL, unit TEXT);
                 CREATE INDEX readings_by_time ON readings (name, time);
                 CREATE TABLE series (name TEXT PRIMARY KEY, title TEXT, measurement TEXT, sampling_interval TEXT);
                 INSERT INTO series VALUES ('{INDOOR}', 'Living room', 'temperature', 'PT1H');
                 {rows}"
            ))
            .unwrap();
        (database, self.path(name).display().to_string())
    }

    fn quoalise(&self, user: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quoalise"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("QUOALISE_")) {
            command.env_remove(name);
        }
        let address = self.server.as_ref().map(|server| server.address().to_string()).unwrap_or_default();
        command
            .args(arguments)
            .stdin(Stdio::null())
            .env("QUOALISE_USER", user)
            .env("QUOALISE_PASSWORD", PASSWORD)
            .env("QUOALISE_ADDRESS", address)
            .env("QUOALISE_CA_FILE", self.path("ca.pem"))
            .env("XDG_STATE_HOME", self.folder.path());
        command
    }

    fn run(&self, user: &str, arguments: &[&str]) -> Ended {
        Ended::of(self.quoalise(user, arguments))
    }

    /// A provider that is online.
    fn serve(&self, arguments: &[&str]) -> Serving {
        let watch: &[&str] = if arguments.contains(&"--watch") { &[] } else { &["--watch", "0.1"] };
        let arguments = [&["serve"], arguments, watch].concat();
        let mut child = self
            .quoalise("house@localhost", &arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let told = BufReader::new(child.stderr.take().unwrap());
        let mut serving = Serving { child, told: lines(told), line: String::new() };
        serving.line = serving.wait_for(" serves ");
        serving
    }

    fn client(&self, user: &str) -> Client {
        let address = self.server.as_ref().unwrap().address().to_string();
        let config =
            Config::new(user, PASSWORD).unwrap().address(&address).unwrap().ca_file(self.path("ca.pem"));
        self.runtime.block_on(Client::connect(&config)).unwrap()
    }

    fn history(&self, client: &Client, series: &str) -> quoalise::Result<Vec<(i64, f64)>> {
        let data = self.runtime.block_on(client.get_history(PROVIDER, series, &Period::all()))?;
        Ok(data
            .records()
            .iter()
            .enumerate()
            .map(|(row, record)| (record.time / 1_000_000, data.records().values()[row]))
            .collect())
    }

    fn subscribe(&self, client: &Client, series: &str) -> Listener {
        self.runtime.block_on(async {
            client.subscribe(PROVIDER, series).await.unwrap();
            client.listen().await.unwrap()
        })
    }

    /// The next pushes, until there are so many readings.
    fn pushed(&self, listener: &mut Listener, count: usize) -> Vec<(String, i64, f64)> {
        let mut found = Vec::new();
        while found.len() < count {
            let next = self.runtime.block_on(async { timeout(PATIENCE, listener.next()).await });
            match next.expect("a push in time").unwrap() {
                Some(Event::Push(push)) => {
                    let records = push.data.records();
                    for (row, record) in records.iter().enumerate() {
                        found.push((record.name.to_owned(), record.time / 1_000_000, records.values()[row]));
                    }
                }
                Some(Event::Availability { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        found
    }
}

/// Each line as it comes, so that waiting for one has an end.
fn lines(from: impl BufRead + Send + 'static) -> Receiver<String> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for line in from.lines().map_while(Result::ok) {
            let _ = tell.send(line);
        }
    });
    told
}

struct Serving {
    child: Child,
    told: Receiver<String>,
    line: String,
}

impl Serving {
    fn wait_for(&mut self, wanted: &str) -> String {
        let mut seen = String::new();
        loop {
            let line = self.told.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {wanted} in {seen}"));
            if line.contains(wanted) {
                return line;
            }
            seen += &line;
        }
    }

    /// What it ends with, which it has to do by itself.
    fn ended(&mut self) -> Option<i32> {
        wait(&mut self.child)
    }

    /// Ends it; what it said meanwhile.
    fn end(mut self, signal: &str) -> String {
        let asked = Instant::now();
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(self.ended(), Some(130));
        assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
        let rest: Vec<String> = self.told.iter().collect();
        let rest = rest.join("\n");
        assert!(!rest.contains(PASSWORD) && !rest.contains("urn:dev"), "{rest}");
        rest
    }
}

fn wait(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug)]
struct Ended {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Ended {
    fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // What they write fits into a pipe.
        let status = wait(&mut child);
        let (mut out, mut err) = (String::new(), String::new());
        child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        Self { status, out, err }
    }

    fn failed(&self, status: i32, told: &str) {
        assert_eq!((self.status, &*self.out), (Some(status), ""), "{self:?}");
        assert!(self.err.contains(told), "{self:?}");
    }
}

fn point(series: &str, time: i64, value: f64) -> (String, i64, f64) {
    (series.to_owned(), time, value)
}

#[test]
fn what_is_wrong_is_said_before_anything_is_served() {
    let bench = Bench::new();
    let csv = bench.write("a.csv", "time,value\n1641769200,1\n");
    let (_, sqlite) =
        bench.database("a.db", "INSERT INTO readings VALUES ('a', 1641769200, 1, 'W'), ('b', 1, 1, 'W')");
    let serve = |arguments: &[&str]| bench.run("house@localhost", &[&["serve"], arguments].concat());

    // Whom data are for is never a default.
    for told in ["--open", "--allow app@example.org", "--access FILE"] {
        serve(&["--csv", &csv]).failed(2, told);
    }
    serve(&["--open"]).failed(2, "--csv");
    serve(&["--csv", &csv, "--open", "--allow", "app@localhost"]).failed(2, "--allow");
    serve(&["--csv", &csv, "--allow", "app@localhost/x"]).failed(2, "leave out");
    serve(&["--csv", &csv, "--access", &csv]).failed(2, "line 1");
    serve(&["--csv", &csv, "--access", "/nowhere"]).failed(2, "/nowhere");
    serve(&["--csv", "/nowhere.csv", "--open"]).failed(1, "/nowhere.csv");
    serve(&["--csv", &sqlite, "--open"]).failed(9, "a.db");
    serve(&["--sqlite", &csv, "--open"]).failed(9, "not a database");
    serve(&["--sqlite", "/nowhere.db", "--open"]).failed(2, "/nowhere.db");
    serve(&["--sqlite", &sqlite, "--open", "--table", "sensors"]).failed(2, "`readings`, `series`");
    serve(&["--sqlite", &sqlite, "--open", "--time-column", "at"])
        .failed(2, "`name`, `time`, `value`, `unit`");
    serve(&["--csv", &csv, "--open", "--table", "x"]).failed(2, "--sqlite");
    serve(&["--csv", &csv, "--sqlite", &sqlite, "--open"]).failed(2, "serve it from one of them");
    serve(&["--csv", &csv, "--open", "--watch=-1"]).failed(2, "seconds");
    serve(&["--csv", &csv, "--open", "--state", "/proc/nowhere/state"]).failed(2, "/proc/nowhere/state");
    let mut wrong = bench.quoalise("house@localhost", &["serve", "--csv", &csv, "--open"]);
    wrong.env("QUOALISE_PASSWORD", "wrong");
    Ended::of(wrong).failed(4, "password");
}

#[test]
fn files_are_served_as_they_are() {
    let bench = Bench::new();
    let curve = "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes\n\
                 00000000000001;Courbe de charge;10/01/2022;11/01/2022;Energie active;Consommation;Comptage Brut;W;30\n\
                 Horodate;Valeur\n2022-01-10T00:30:00+01:00;412\n2022-01-10T01:00:00+01:00;398\n";
    let curve = bench.write("curve.csv", curve);
    let wind = bench.write("wind.csv", "time;value;unit\n2022-01-10T00:00:00Z;3,5;m/s\n2022-01-10T01:00:00Z;;m/s\n2022-01-10T02:00:00Z;4;m/s\n");
    let (_, sqlite) = bench.database("db", &format!("INSERT INTO readings VALUES ('{INDOOR}', 1641769200, 19.5, 'Cel'), ('{INDOOR}', 1641772800, 20, 'Cel')"));
    let serving = bench.serve(&["--csv", &curve, &wind, "--sqlite", &sqlite, "--open"]);
    assert!(
        serving.line.starts_with("house@localhost/proxy serves 3 series to everybody"),
        "{}",
        serving.line
    );

    let prm = "urn:dev:prm:00000000000001_consumption/power/active/raw";
    let convert = bench.run("", &["convert", "--to", "csv", "--tz", "UTC", &curve]);
    let get = |series: &str| {
        let ended =
            bench.run("app@localhost", &["get-history", PROVIDER, series, "--format", "csv", "--tz", "UTC"]);
        assert_eq!(ended.status, Some(0), "{ended:?}");
        ended.out
    };
    assert_eq!(get(prm), convert.out);
    let expected = "time,value,unit,name\n2022-01-10T00:00:00+00:00,3.5,m/s,wind\n2022-01-10T02:00:00+00:00,4,m/s,wind\n";
    assert_eq!(get("wind"), expected, "the gap is left out on the wire");
    assert!(get(INDOOR).contains(&format!("2022-01-10T00:00:00+00:00,20,Cel,{INDOOR}")), "{}", get(INDOOR));
    let missing = bench.run("app@localhost", &["get-history", PROVIDER, "sun"]);
    missing.failed(6, "Unexpected record identifier sun");
    assert!(!serving.end("-TERM").contains("WARN"));
}

#[test]
fn other_layouts_are_served_as_told() {
    let bench = Bench::new();
    let database = Connection::open(bench.path("db")).unwrap();
    database
        .execute_batch("CREATE TABLE log (at INTEGER PRIMARY KEY, power INTEGER); INSERT INTO log VALUES (1641769200000, 412)")
        .unwrap();
    let file = bench.path("db").display().to_string();
    let layout = ["--sqlite", &file, "--table", "log", "--time-column", "at", "--value-column", "power"];
    let told = ["--time-unit", "ms", "--name", "meter", "--unit", "W", "--resource", "log", "--open"];
    let serving = bench.serve(&[&layout[..], &told[..]].concat());
    let ended = bench.run(
        "app@localhost",
        &["get-history", "house@localhost/log", "meter", "--format", "csv", "--tz", "UTC"],
    );
    assert_eq!(ended.out.lines().nth(1), Some("2022-01-09T23:00:00+00:00,412,W,meter"), "{ended:?}");
    serving.end("-INT");
}

#[test]
fn only_those_allowed_may_read() {
    let bench = Bench::new();
    let rows = format!("('{INDOOR}', 1641769200, 19.5, 'Cel'), ('{OUTDOOR}', 1641769200, 2, 'Cel')");
    let (database, sqlite) = bench.database("db", &format!("INSERT INTO readings VALUES {rows}"));
    let list = bench.write("list", &format!("# who\nother@localhost {OUTDOOR}\n"));
    let indoor = format!("app@localhost={INDOOR}");
    let mut serving = bench.serve(&["--sqlite", &sqlite, "--allow", &indoor, "--access", &list]);
    assert!(serving.line.contains("those allowed"), "{}", serving.line);

    let (app, other) = (bench.client("app@localhost"), bench.client("other@localhost"));
    let refused = |client: &Client, series: &str| {
        bench.history(client, series).is_err_and(|error| error.kind() == ErrorKind::NotAuthorized)
    };
    assert_eq!(bench.history(&app, INDOOR).unwrap(), [(1_641_769_200, 19.5)]);
    assert_eq!(bench.history(&other, OUTDOOR).unwrap(), [(1_641_769_200, 2.0)]);
    assert!(refused(&app, OUTDOOR) && refused(&other, INDOOR) && refused(&app, "urn:dev:ow"));
    assert!(bench.runtime.block_on(other.subscribe(PROVIDER, INDOOR)).is_err());
    bench.run("other@localhost", &["get-history", PROVIDER, INDOOR]).failed(5, "");

    // A right that has ended ends at once.
    let mut listener = bench.subscribe(&other, OUTDOOR);
    bench.write("list", "nobody@localhost\n");
    let deadline = Instant::now() + PATIENCE;
    while !refused(&other, OUTDOOR) {
        assert!(Instant::now() < deadline, "the list was not read again");
    }
    bench.write("list", "no such line\n");
    serving.wait_for("the former list stays");
    assert!(refused(&other, OUTDOOR));
    let insert = format!("INSERT INTO readings VALUES ('{OUTDOOR}', 1641772800, 3, 'Cel')");
    database.execute_batch(&insert).unwrap();
    let hear = async {
        while let Ok(Ok(Some(event))) = timeout(Duration::from_millis(500), listener.next()).await {
            assert!(!matches!(event, Event::Push(_)), "{event:?}");
        }
    };
    bench.runtime.block_on(hear);
    serving.end("-TERM");
}

#[test]
fn what_is_new_is_pushed_once_even_if_it_came_meanwhile() {
    let bench = Bench::new();
    let wind = bench.write("wind.csv", "time,value\n1641769200,1\n");
    let (database, sqlite) =
        bench.database("db", &format!("INSERT INTO readings VALUES ('{INDOOR}', 1641769200, 19.5, 'Cel')"));
    let insert = |rows: &str| database.execute_batch(&format!("INSERT INTO readings VALUES {rows}")).unwrap();
    let arguments = ["--csv", &wind, "--sqlite", &sqlite, "--open"];
    let serving = bench.serve(&arguments);
    let app = bench.client("app@localhost");
    let mut listener = bench.subscribe(&app, INDOOR);
    bench.runtime.block_on(app.subscribe(PROVIDER, "wind")).unwrap();

    insert(&format!(
        "('{INDOOR}', 1641776400, 21, 'Cel'), ('{INDOOR}', 1641772800, 20, 'Cel'), ('{OUTDOOR}', 1641772800, 3, 'Cel')"
    ));
    let expected = [point(INDOOR, 1_641_772_800, 20.0), point(INDOOR, 1_641_776_400, 21.0)];
    assert_eq!(bench.pushed(&mut listener, 2), expected, "in order of time, and of what was subscribed to");
    bench.append("wind.csv", "1641772800,2\n1641776400,3\n");
    assert_eq!(
        bench.pushed(&mut listener, 2),
        [point("wind", 1_641_772_800, 2.0), point("wind", 1_641_776_400, 3.0)]
    );
    assert_eq!(bench.history(&app, "wind").unwrap().len(), 3);

    serving.end("-TERM");
    insert(&format!("('{INDOOR}', 1641780000, 22, 'Cel'), ('{INDOOR}', 1641700000, 18, 'Cel')"));
    bench.append("wind.csv", "1641780000,4\n");
    let serving = bench.serve(&arguments);
    let mut meanwhile = bench.pushed(&mut listener, 3);
    meanwhile.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        point(INDOOR, 1_641_700_000, 18.0),
        point(INDOOR, 1_641_780_000, 22.0),
        point("wind", 1_641_780_000, 4.0),
    ];
    assert_eq!(meanwhile, expected);

    // Nothing twice, not even after a kill; and what has just begun to be served is not new.
    insert(&format!("('{INDOOR}', 1641783600, 23, 'Cel')"));
    assert_eq!(bench.pushed(&mut listener, 1), [point(INDOOR, 1_641_783_600, 23.0)]);
    std::thread::sleep(Duration::from_millis(300));
    drop(serving);
    let rain = bench.write("rain.csv", "time,value\n1641769200,7\n");
    let serving = bench.serve(&["--csv", &wind, "--csv", &rain, "--sqlite", &sqlite, "--open"]);
    bench.runtime.block_on(app.subscribe(PROVIDER, "rain")).unwrap();
    bench.append("rain.csv", "1641772800,8\n");
    assert_eq!(bench.pushed(&mut listener, 1), [point("rain", 1_641_772_800, 8.0)]);
    serving.end("-INT");
}

#[test]
fn it_comes_back_when_the_server_does() {
    let mut bench = Bench::new();
    let (database, sqlite) =
        bench.database("db", &format!("INSERT INTO readings VALUES ('{INDOOR}', 1641769200, 19.5, 'Cel')"));
    let mut serving = bench.serve(&["--sqlite", &sqlite, "--open"]);
    let app = bench.client("app@localhost");
    drop(bench.subscribe(&app, INDOOR));
    let address = bench.stop();
    serving.wait_for("was lost");
    database
        .execute_batch(&format!("INSERT INTO readings VALUES ('{INDOOR}', 1641772800, 20, 'Cel')"))
        .unwrap();
    bench.start(address, PASSWORD);
    serving.wait_for("online again");
    let app = bench.client("app@localhost");
    assert_eq!(bench.history(&app, INDOOR).unwrap().len(), 2);
    app.trust(PROVIDER).unwrap();
    let mut listener = bench.runtime.block_on(app.listen()).unwrap();
    assert_eq!(bench.pushed(&mut listener, 1), [point(INDOOR, 1_641_772_800, 20.0)]);

    // Another password: there is no use in trying on.
    let address = bench.stop();
    serving.wait_for("was lost");
    bench.start(address, "another");
    assert_eq!(serving.ended(), Some(4));
}

#[test]
fn one_reading_that_cannot_be_sent_takes_no_other_along() {
    let bench = Bench::new();
    let (database, sqlite) =
        bench.database("db", &format!("INSERT INTO readings VALUES ('{INDOOR}', 1641769200, 19.5, 'Cel')"));
    let mut serving = bench.serve(&["--sqlite", &sqlite, "--open", "--answer-limit", "4000"]);
    let app = bench.client("app@localhost");
    let mut listener = bench.subscribe(&app, INDOOR);
    let long = "x".repeat(5000);
    database
        .execute_batch(&format!(
            "INSERT INTO readings VALUES ('{INDOOR}', 1641772800, 20, 'Cel'), ('{INDOOR}', 1641776400, '{long}', NULL),
                ('{INDOOR}', 1641780000, 21, 'Cel'), ('{INDOOR}', 1641783600, 22, 'Cel')"
        ))
        .unwrap();
    let mut pushed = Vec::new();
    while pushed.last().is_none_or(|(_, time, _)| *time < 1_641_783_600) {
        pushed.extend(bench.pushed(&mut listener, 1));
    }
    // What goes before it in another message may come twice.
    pushed.dedup();
    let expected = [(1_641_772_800, 20.0), (1_641_780_000, 21.0), (1_641_783_600, 22.0)];
    assert_eq!(pushed, expected.map(|(time, value)| point(INDOOR, time, value)));
    serving.wait_for("cannot be pushed, and are left out");
    serving.end("-TERM");
}

/// A link to the server that dies without anybody being told: what goes in is gone.
struct Link {
    address: SocketAddr,
    dead: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<TcpStream>>>,
}

impl Link {
    fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let link =
            Self { address: listener.local_addr().unwrap(), dead: Arc::default(), ends: Arc::default() };
        let (dead, ends) = (link.dead.clone(), link.ends.clone());
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(server) else { continue };
                ends.lock().unwrap().extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
                for (mut from, mut to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)]
                {
                    let dead = dead.clone();
                    std::thread::spawn(move || {
                        let mut buffer = [0; 4096];
                        while let Ok(count @ 1..) = from.read(&mut buffer) {
                            if !dead.load(Ordering::Relaxed) && to.write_all(&buffer[..count]).is_err() {
                                break;
                            }
                        }
                    });
                }
            }
        });
        link
    }

    /// Ends what goes through it; what comes then goes through.
    fn reset(&self) {
        for end in self.ends.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
        self.dead.store(false, Ordering::Relaxed);
    }
}

#[test]
fn what_went_into_a_dead_link_is_pushed_again() {
    let bench = Bench::new();
    let wind = bench.write("wind.csv", "time,value\n1641769200,1\n");
    let (database, sqlite) =
        bench.database("db", &format!("INSERT INTO readings VALUES ('{INDOOR}', 1641769200, 19.5, 'Cel')"));
    let link = Link::to(bench.server.as_ref().unwrap().address());
    let address = link.address.to_string();
    let mut serving = bench.serve(&["--csv", &wind, "--sqlite", &sqlite, "--open", "--address", &address]);
    let app = bench.client("app@localhost");
    let mut listener = bench.subscribe(&app, INDOOR);
    bench.runtime.block_on(app.subscribe(PROVIDER, "wind")).unwrap();

    link.dead.store(true, Ordering::Relaxed);
    bench.append("wind.csv", "1641772800,2\n");
    let row = format!("INSERT INTO readings VALUES ('{INDOOR}', 1641772800, 20, 'Cel')");
    database.execute_batch(&row).unwrap();
    // Time to write it, and to believe that it went.
    std::thread::sleep(Duration::from_secs(1));
    link.reset();
    serving.wait_for("online again");
    let mut pushed = bench.pushed(&mut listener, 2);
    pushed.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(pushed, [point(INDOOR, 1_641_772_800, 20.0), point("wind", 1_641_772_800, 2.0)]);
    serving.end("-TERM");
}

#[test]
fn it_ends_at_once_while_it_waits_for_the_server() {
    let mut bench = Bench::new();
    let csv = bench.write("a.csv", "time,value\n1641769200,1\n");
    let mut serving = bench.serve(&["--csv", &csv, "--open", "--watch", "0"]);
    bench.stop();
    serving.wait_for("was lost");
    serving.end("-TERM");
}

#[test]
fn what_it_keeps_is_for_its_own_eyes() {
    let bench = Bench::new();
    let csv = bench.write("a.csv", "time,value\n1641769200,1\n");
    let serving = bench.serve(&["--csv", &csv, "--open"]);
    let state = bench.path("quoalise/serve-house@localhost.sqlite");
    let mode = |path: &Path| {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode(&state), mode(state.parent().unwrap())), (0o600, 0o700));
    serving.end("-TERM");
    let own = bench.path("own");
    let serving = bench.serve(&["--csv", &csv, "--open", "--state", &own.display().to_string()]);
    assert!(own.exists());
    serving.end("-TERM");
}
