//! Readings in a database, served over a real server.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use quoalise::jiff::{SignedDuration, Timestamp};
use quoalise::provider::Limits;
use quoalise::provider::readings::{Sqlite, SqliteOptions};
use quoalise::{Availability, Client, ErrorKind, Event, Listener, Period};
use quoalise_tests::{Account, Server};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::support::{AT_ONCE, PATIENCE, START, client, config, serve};

const SERIES: &str = "urn:dev:ow:10e2073a01080063_power";

const MANY: i64 = 2_000_000;

/// A reading a minute, from [`START`] on.
fn database(folder: &TempDir, readings: i64) -> Sqlite {
    let path = folder.path().join("db");
    Connection::open(&path)
        .unwrap()
        .execute_batch(&format!(
            "CREATE TABLE readings (name TEXT NOT NULL, time INTEGER NOT NULL, value REAL, unit TEXT);
             CREATE INDEX readings_by_time ON readings (name, time);
             INSERT INTO readings
                 WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {readings} - 1)
                 SELECT '{SERIES}', {} + i * 60, i % 1000, 'W' FROM n;",
            START / 1_000_000
        ))
        .unwrap();
    Sqlite::open(path, &SqliteOptions::default()).unwrap()
}

async fn window(
    client: &Client,
    provider: &str,
    begin: Timestamp,
    length: SignedDuration,
) -> quoalise::Result<Vec<i64>> {
    let end = begin + length;
    let period = Period::parse(&begin.to_string(), &end.to_string())?;
    let data = client.get_history(provider, SERIES, &period).await?;
    let step = |micros: i64| (micros - START) / 60_000_000;
    let rows = 0..data.records().len();
    let right = rows.clone().all(|row| {
        let (time, value) = (data.records().times()[row], data.records().values()[row]);
        (time - START) % 60_000_000 == 0 && value == (step(time) % 1000) as f64
    });
    assert!(right, "each value at its time");
    Ok(data.records().times().iter().map(|micros| step(*micros)).collect())
}

#[tokio::test]
async fn two_million_readings_are_refused_at_once_and_served_by_windows() {
    let server = Server::builder().start();
    let folder = TempDir::new().unwrap();
    let provider = serve(&server, database(&folder, MANY), Limits::default()).await;
    let client = client(&server).await;

    let asked = Instant::now();
    let error = client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap_err();
    let refused = asked.elapsed();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    let (begin, end) = error.fitting_period().expect("what fits");
    assert_eq!(begin.as_microsecond(), START);

    // The next request is served as if nothing had been.
    let length = end.duration_since(begin);
    let asked = Instant::now();
    let first = window(&client, &provider.jid(), begin, length).await.unwrap();
    let next = asked.elapsed();
    assert!(first.iter().copied().eq(0..first.len() as i64), "from the first on, without a hole");
    println!("refused 2,000,000 after {refused:?}; {} of them then came in {next:?}", first.len());
    assert!(refused < AT_ONCE, "refused only after {refused:?}");

    // A twentieth less: not all windows weigh the same.
    let length = SignedDuration::from_mins(length.as_secs() / 60 * 19 / 20);
    let count = MANY / (length.as_secs() / 60) + 1;
    let asked = Instant::now();
    let windows = (0..count).map(|number| begin + length * i32::try_from(number).unwrap());
    let (jid, client) = (&provider.jid(), &client);
    let served: Vec<Vec<i64>> = stream::iter(windows)
        .map(|begin| window(client, jid, begin, length))
        .buffered(4)
        .try_collect()
        .await
        .unwrap();
    println!("{MANY} came by {count} windows in {:?}", asked.elapsed());
    assert!(served.into_iter().flatten().eq(0..MANY));
    client.close().await;
    provider.close().await;
}

#[tokio::test]
async fn a_request_given_up_by_its_deadline_leaves_nothing_behind() {
    let server = Server::shared();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("db");
    let writer = Connection::open(&path).unwrap();
    // Readings without end.
    writer
        .execute_batch(
            "CREATE VIEW readings (name, time, value) AS
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000)
                 SELECT 'a', i, i FROM n",
        )
        .unwrap();
    let mut limits = Limits::default();
    limits.request_timeout = Duration::from_secs(1);
    let provider = serve(&server, Sqlite::open(&path, &SqliteOptions::default()).unwrap(), limits).await;
    let client = Client::connect(&config(&server, &server.new_account())).await.unwrap();
    for _ in 0..4 {
        let error = client.get_history(&provider.jid(), "a", &Period::all()).await.unwrap_err();
        assert_eq!(error.text(), Some("the provider took too long"));
    }
    let recent = "DROP VIEW readings; CREATE TABLE readings (name, time, value); INSERT INTO readings VALUES ('a', 1641769200, 1)";
    writer.execute_batch(recent).unwrap();
    let data = client.get_history(&provider.jid(), "a", &Period::all()).await.unwrap();
    assert_eq!(data.records().len(), 1);
    client.close().await;
    provider.close().await;
}

/// `quoalise serve`, killed when it is not ended.
struct Serving(Child);

impl Serving {
    /// Online when this returns.
    async fn start(server: &Server, account: &Account, folder: &TempDir, client: &Client) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quoalise-under-test"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("QUOALISE_")) {
            command.env_remove(name);
        }
        let file = |name: &str| folder.path().join(name);
        command
            .args(["serve", "--open", "--watch", "0.1", "--csv"])
            .arg(file("wind.csv"))
            .arg("--sqlite")
            .arg(file("db"))
            .env("QUOALISE_USER", &account.jid)
            .env("QUOALISE_PASSWORD", &account.password)
            .env("QUOALISE_ADDRESS", format!("127.0.0.1:{}", server.c2s_port()))
            .env("QUOALISE_CA_FILE", server.ca_file())
            .env("XDG_STATE_HOME", folder.path())
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let serving = Self(command.spawn().unwrap());
        let online = async {
            while client.availability(&format!("{}/proxy", account.jid)).await.unwrap()
                != Availability::Online
            {
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, online).await.expect("a provider that comes online");
        serving
    }

    /// As systemd does it.
    async fn end(mut self) {
        let sent = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let asked = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            assert!(asked.elapsed() < PATIENCE, "it does not end");
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(self.0.wait().unwrap().code(), Some(130));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The times of the next pushes, until there are so many.
async fn pushed(listener: &mut Listener, count: usize) -> Vec<i64> {
    let mut times = Vec::new();
    while times.len() < count {
        match timeout(PATIENCE, listener.next()).await.expect("a push in time").unwrap().unwrap() {
            Event::Push(push) => {
                times.extend(push.data.records().times().iter().map(|time| time / 1_000_000))
            }
            Event::Availability { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    times.sort_unstable();
    times
}

#[tokio::test]
async fn the_command_serves_files_and_pushes_what_is_new() {
    let server = Server::shared();
    let folder = TempDir::new().unwrap();
    drop(database(&folder, 10));
    let writer = Connection::open(folder.path().join("db")).unwrap();
    writer.busy_timeout(PATIENCE).unwrap();
    let insert = |time: i64| {
        writer.execute("INSERT INTO readings VALUES (?1, ?2, 7, 'W')", (SERIES, time)).unwrap();
    };
    let table = folder.path().join("wind.csv");
    std::fs::write(&table, "time,value,unit\n1640995200,1,m/s\n1640998800,,m/s\n1641002400,2,m/s\n").unwrap();
    let client = client(&server).await;
    let account = server.new_account();
    let jid = format!("{}/proxy", account.jid);

    let serving = Serving::start(&server, &account, &folder, &client).await;
    let wind = client.get_history(&jid, "wind", &Period::all()).await.unwrap();
    assert_eq!(wind.records().values(), [1.0, 2.0]);
    assert_eq!(
        window(&client, &jid, "2022-01-01T00:02:00Z".parse().unwrap(), SignedDuration::from_mins(3))
            .await
            .unwrap(),
        [2, 3, 4]
    );
    let series = client.series(&jid, None).await.unwrap();
    let names: Vec<&str> = series.iter().map(|series| series.identifier.as_str()).collect();
    assert_eq!(names, [SERIES, "wind"]);

    client.subscribe(&jid, SERIES).await.unwrap();
    client.subscribe(&jid, "wind").await.unwrap();
    let mut listener = client.listen().await.unwrap();
    insert(1_641_000_000);
    assert_eq!(pushed(&mut listener, 1).await, [1_641_000_000]);
    serving.end().await;
    insert(1_641_000_060);
    let more = std::fs::read_to_string(&table).unwrap() + "1641006000,3,m/s\n";
    std::fs::write(&table, more).unwrap();
    let serving = Serving::start(&server, &account, &folder, &client).await;
    assert_eq!(
        pushed(&mut listener, 2).await,
        [1_641_000_060, 1_641_006_000],
        "what came meanwhile, and no more"
    );
    insert(1_641_000_120);
    assert_eq!(pushed(&mut listener, 1).await, [1_641_000_120]);
    serving.end().await;
    client.close().await;
}
