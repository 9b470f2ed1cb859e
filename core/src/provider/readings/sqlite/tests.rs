use std::process::{Command, Stdio};
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::senml::Value;

const A: &str = "urn:dev:ow:1_a";
const B: &str = "urn:dev:ow:1_b";
const USUAL: &str = "CREATE TABLE readings (name TEXT, time INTEGER, value REAL, unit TEXT);
    CREATE INDEX readings_by_time ON readings (name, time);";

/// A database that is written to beside the one that is served.
struct Bench {
    folder: TempDir,
    writer: Connection,
}

impl Bench {
    fn new(sql: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let writer = Connection::open(folder.path().join("db")).unwrap();
        writer.execute_batch(sql).unwrap();
        Self { folder, writer }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("db")
    }

    fn write(&self, sql: &str) {
        self.writer.execute_batch(sql).unwrap();
    }

    fn open(&self) -> Sqlite {
        self.open_with(|_| {}).unwrap()
    }

    fn open_with(&self, set: impl FnOnce(&mut SqliteOptions)) -> Result<Sqlite> {
        let mut options = SqliteOptions::default();
        set(&mut options);
        // Short times are easier to read.
        Sqlite::open_from(&self.path(), &options, i64::MIN)
    }
}

fn request(name: &str, start: Option<f64>, end: Option<f64>, most: usize) -> HistoryRequest {
    let time = |seconds: f64| Timestamp::from_microsecond((seconds * 1e6) as i64).unwrap();
    HistoryRequest {
        requester: "a@b.test".parse().unwrap(),
        identifier: name.parse().unwrap(),
        start: start.map(time),
        end: end.map(time),
        most,
    }
}

async fn history(
    database: &Sqlite,
    name: &str,
    start: Option<f64>,
    end: Option<f64>,
) -> Vec<(f64, Option<f64>)> {
    let data = database.get_history(request(name, start, end, usize::MAX)).await.unwrap();
    points(data.records())
}

fn points(records: &Records) -> Vec<(f64, Option<f64>)> {
    let number = |value| match value {
        Value::Number(number) => number,
        _ => panic!("no number"),
    };
    records.iter().map(|record| (record.time as f64 / 1e6, record.value.map(number))).collect()
}

async fn names(database: &Sqlite) -> Vec<String> {
    database.series(None).await.unwrap().iter().map(|series| series.identifier.to_string()).collect()
}

async fn subscribe(database: &Sqlite, name: &str) -> Result<()> {
    let (requester, identifier) = ("a@b.test".parse().unwrap(), name.parse().unwrap());
    database.subscribe(SubscriptionRequest { requester, identifier }).await
}

#[tokio::test]
async fn periods_include_their_start_and_not_their_end() {
    let bench = Bench::new(USUAL);
    bench.write(&format!(
        "INSERT INTO readings VALUES ('{A}', 30, 3, 'W'), ('{A}', 10, 1, 'W'), ('{A}', 20, NULL, 'W'), ('{B}', 20, 9, NULL)"
    ));
    let database = bench.open();
    let all = [(10.0, Some(1.0)), (20.0, None), (30.0, Some(3.0))];
    assert_eq!(history(&database, A, None, None).await, all);
    assert_eq!(history(&database, A, Some(10.0), Some(30.0)).await, all[..2]);
    assert_eq!(history(&database, A, Some(10.000001), None).await, all[1..]);
    assert_eq!(history(&database, A, None, Some(10.000001)).await, all[..1]);
    assert_eq!(history(&database, A, Some(30.0), Some(10.0)).await, []);
    assert_eq!(history(&database, A, Some(31.0), None).await, []);
    let most = database.get_history(request(A, None, None, 1)).await.unwrap();
    assert_eq!(points(most.records()), all[..2], "one more than may be, to tell that there is");
    assert_eq!(most.records().unit(0), Some("W"));
    assert_eq!(most.meta().measurement.unit.as_deref(), Some("W"));

    for name in ["urn:dev:ow:1", "urn:dev:ow:1_", "x"] {
        let error = database.get_history(request(name, None, None, 9)).await.unwrap_err();
        let text = format!("Unexpected record identifier {name}");
        assert_eq!((error.kind(), error.text()), (ErrorKind::BadRequest, Some(&*text)));
    }
}

#[tokio::test]
async fn subscriptions_are_for_what_there_is() {
    let bench = Bench::new(USUAL);
    bench.write(&format!("INSERT INTO readings VALUES ('{A}', 30, 3, 'W'), ('m/x', 10, 1, 'W')"));
    let database = bench.open();
    for name in [A, "urn:dev:ow:1", "m", "m/x"] {
        assert!(subscribe(&database, name).await.is_ok(), "{name}");
    }
    for name in ["urn:dev:ow", "urn:dev:ow:1_ab", "m/", "m/xy", "n"] {
        assert_eq!(subscribe(&database, name).await.unwrap_err().kind(), ErrorKind::BadRequest, "{name}");
    }
}

#[tokio::test]
async fn what_is_known_of_series_is_told() {
    let bench = Bench::new(USUAL);
    bench.write(&format!(
        "CREATE TABLE series (Name TEXT PRIMARY KEY, title TEXT, device_type TEXT, device_authority TEXT, device_id INTEGER,
            measurement TEXT, unit TEXT, aggregation TEXT, sampling_interval INTEGER, corrected INTEGER, colour TEXT);
         INSERT INTO series VALUES ('{A}', 'House', 'electricity-meter', 'enedis', 123, 'active-power', 'W', 'average', 1800, 1, 'red');
         INSERT INTO series (name, title) VALUES ('announced', 'To come'), ('not a name', 'Never');
         INSERT INTO readings VALUES ('{A}', 10, NULL, NULL), ('{A}', 20, 1, NULL), ('{A}', 30, 2, 'kW'), ('{A}', 40, NULL, NULL),
            ('{B}', 5, 1, 'Cel')"
    ));
    let database = bench.open_with(|options| options.unit = Some("V".to_owned())).unwrap();
    let series = database.series(None).await.unwrap();
    let [announced, a, b] = &series[..] else { panic!("{} series", series.len()) };
    let seconds = |time: Option<Timestamp>| time.map(|time| time.as_second());
    assert_eq!((announced.identifier.as_str(), announced.first, announced.last), ("announced", None, None));
    assert_eq!(announced.measurement.unit.as_deref(), Some("V"));
    assert_eq!((seconds(a.first), seconds(a.last)), (Some(20), Some(30)));
    assert_eq!(a.title.as_deref(), Some("House"));
    assert_eq!(a.measurement.name.as_deref(), Some("active-power"));
    assert_eq!(a.measurement.unit.as_deref(), Some("W"));
    assert_eq!((b.title.clone(), b.measurement.unit.as_deref()), (None, Some("Cel")));
    let prefix = |name: &str| Some(name.parse().unwrap());
    assert_eq!(database.series(prefix("urn:dev:ow:1")).await.unwrap().len(), 2);
    assert_eq!(database.series(prefix("urn:dev:ow:1_c")).await.unwrap().len(), 0);

    let data = database.get_history(request(A, Some(20.0), None, 9)).await.unwrap();
    let measurement = &data.meta().measurement;
    assert_eq!(measurement.sampling_interval.map(|interval| interval.to_string()).as_deref(), Some("PT30M"));
    assert_eq!(
        (measurement.aggregation.clone(), measurement.corrected),
        (Some(crate::data::Aggregation::Mean), Some(true))
    );
    let device = data.meta().device.clone().unwrap();
    assert_eq!((device.authority.as_deref(), device.value.as_deref()), (Some("enedis"), Some("123")));
    assert_eq!((data.records().unit(0), data.records().unit(1)), (Some("W"), Some("kW")));
    let empty = database.get_history(request("announced", None, None, 9)).await.unwrap();
    assert!(empty.records().is_empty());
    assert!(subscribe(&database, "announced").await.is_ok());

    let unlike = bench.open_with(|options| options.series_table = Some("readings".to_owned()));
    assert!(unlike.is_ok(), "any table with a name will do");
    let error = bench.open_with(|options| options.series_table = Some("sensors".to_owned())).unwrap_err();
    assert!(error.to_string().contains("`sensors`"), "{error}");
}

#[tokio::test]
async fn values_of_every_kind_come_out() {
    let bench = Bench::new("CREATE TABLE readings (name, time, value, unit)");
    bench.write(&format!(
        "INSERT INTO readings VALUES ('{A}', 1, 9007199254740993, 'Wh'), ('{A}', 2, -0.5, ''), ('{A}', 3, 'open', NULL),
            ('{A}', 4, x'00ff', 7), ('{A}', 5, ' 12.5 ', NULL), ('{A}', 6, '', NULL), ('{A}', 7, 9e999, NULL), ('{A}', 8, 'NaN', NULL),
            ('{A}', 9, CAST(x'01' AS TEXT), NULL), ('{A}', 10, CAST(x'ff' AS TEXT), NULL),
            ('{A}', 'soon', 1, NULL), ('{A}', NULL, 1, NULL), ('{A}', x'00', 1, NULL), ('{A}', 1e300, 1, NULL),
            (NULL, 1, 1, NULL), ('two words', 1, 1, NULL), (x'41', 1, 1, NULL)"
    ));
    let database = bench.open();
    let data = database.get_history(request(A, None, None, usize::MAX)).await.unwrap();
    let records: Vec<_> = data.records().iter().collect();
    let text = records[2].value;
    assert_eq!(records.len(), 10, "the others have no time");
    assert_eq!((records[0].integer, records[0].unit), (Some(9_007_199_254_740_993), Some("Wh")));
    assert_eq!((records[1].value, records[1].unit), (Some(Value::Number(-0.5)), None));
    assert_eq!(text, Some(Value::Text("open")));
    assert_eq!((records[3].value, records[3].unit), (Some(Value::Data(&[0, 255])), None));
    assert_eq!(records[4].value, Some(Value::Number(12.5)));
    assert!(records[5..].iter().all(|record| record.is_gap()));
    assert_eq!(names(&database).await, [A]);
}

#[tokio::test]
async fn times_are_numbers_or_texts() {
    let at = [1_641_769_200.0, 1_641_769_200.5, 1_641_771_000.0];
    for (kind, times, unit) in [
        ("INTEGER", ["1641769200", "1641769200.5", "1641771000"], None),
        ("REAL", ["1641769200", "1641769200.5", "1641771000"], None),
        ("TEXT", ["'1641769200'", "'1641769200.5'", "'1641771000'"], None),
        ("INTEGER", ["1641769200000", "1641769200500", "1641771000000"], Some(TimeUnit::Milliseconds)),
        ("TEXT", ["'1641769200000'", "'1641769200500'", "'1641771000000.0'"], Some(TimeUnit::Milliseconds)),
        ("REAL", ["1641769200000000", "1641769200500000", "1641771000000000"], Some(TimeUnit::Microseconds)),
        ("TEXT", ["'2022-01-10T00:00:00+01:00'", "'2022-01-09 23:00:00.500'", "'2022-01-09T23:30Z'"], None),
        (
            "DATETIME",
            ["'2022-01-09T23:00:00.000Z'", "'2022-01-10T01:00:00.5+02:00'", "'2022-01-09 23:30:00'"],
            None,
        ),
    ] {
        let what = times.join(" ");
        let bench = Bench::new(&format!("CREATE TABLE readings (name TEXT, time {kind}, value REAL)"));
        // The later one first: it has to be put in order.
        bench.write(&format!(
            "INSERT INTO readings VALUES ('{A}', {}, 3), ('{A}', {}, 1)",
            times[2], times[0]
        ));
        bench.write(&format!("INSERT INTO readings VALUES ('{A}', {}, 2)", times[1]));
        let database = bench.open_with(|options| options.time_unit = unit).unwrap();
        let all = [(at[0], Some(1.0)), (at[1], Some(2.0)), (at[2], Some(3.0))];
        assert_eq!(history(&database, A, None, None).await, all, "{what}");
        assert_eq!(history(&database, A, Some(at[0]), Some(at[2])).await, all[..2], "{what}");
        assert_eq!(history(&database, A, Some(at[1]), None).await, all[1..], "{what}");
        let series = database.series(None).await.unwrap();
        assert_eq!(series[0].first.unwrap().as_second(), 1_641_769_200, "{what}");
        assert_eq!(series[0].last.unwrap().as_second(), 1_641_771_000, "{what}");
        let added = database.added(&Mark::Row(0), 9).await.unwrap();
        assert_eq!(points(&added.series[0].1), all, "{what}");
    }
}

#[tokio::test]
async fn times_that_cannot_be_seconds_are_refused() {
    for (time, told) in
        [("1641769200000", "--time-unit ms"), ("'10/01/2022 00:30'", "ISO 8601"), ("x'00'", "ISO 8601")]
    {
        let bench = Bench::new("CREATE TABLE readings (name, time, value)");
        bench.write(&format!("INSERT INTO readings VALUES ('{A}', {time}, 1)"));
        let error = bench.open_with(|_| {}).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(told), "{error}");
    }
}

/// Whether a database is read by an index, before and after one is made as it is said.
async fn indexed(sql: &str, set: fn(&mut SqliteOptions)) -> (bool, bool) {
    let bench = Bench::new(sql);
    let form = |database: &Sqlite| *database.0.form.get().unwrap();
    let database = bench.open_with(set).unwrap();
    let before = form(&database);
    let advice = database.0.layout.index(before);
    if let Some(create) = advice.strip_prefix("Make one: ") {
        bench.write(create);
    }
    let after = form(&bench.open_with(set).unwrap());
    assert!(after.indexed || !advice.contains("CREATE"), "{advice}");
    (before.indexed, after.indexed)
}

#[tokio::test]
async fn it_is_told_where_an_index_is_missing_and_which() {
    let plain = |_: &mut SqliteOptions| {};
    let rows = "INSERT INTO readings (name, time, value) VALUES ('a', 10, 1);";
    let create = |rest: &str| format!("CREATE TABLE readings (name TEXT, time INTEGER, value REAL{rest};");
    assert_eq!(indexed(&(create(")") + rows), plain).await, (false, true));
    assert_eq!(
        indexed(&(create(", PRIMARY KEY (name, time)) WITHOUT ROWID") + rows), plain).await,
        (true, true)
    );
    assert_eq!(indexed(&(create(", UNIQUE (name, time, value))") + rows), plain).await, (true, true));
    let by_name = create(")") + "CREATE INDEX i ON readings (name);" + rows;
    assert_eq!(indexed(&by_name, plain).await, (false, true));
    let text = "CREATE TABLE \"my \"\"t\" (name TEXT, \"the \"\"time\" TEXT, value REAL);
        INSERT INTO \"my \"\"t\" VALUES ('a', '2022-01-10T00:00:00Z', 1);";
    let odd: fn(&mut SqliteOptions) = |options| {
        options.table = Some("my \"t".to_owned());
        options.time_column = Some("the \"time".to_owned());
    };
    assert_eq!(indexed(text, odd).await, (false, true));
    let digits = "CREATE TABLE readings (name TEXT, time TEXT, value TEXT); INSERT INTO readings VALUES ('a', '10', '1');";
    assert_eq!(indexed(digits, plain).await, (false, true));
    let view = create(")") + rows + "CREATE VIEW v AS SELECT * FROM readings;";
    assert_eq!(indexed(&view, |options| options.table = Some("v".to_owned())).await, (false, false));
    let single =
        "CREATE TABLE readings (time INTEGER PRIMARY KEY, value REAL); INSERT INTO readings VALUES (10, 1);";
    assert_eq!(indexed(single, |options| options.name = Some("a".to_owned())).await, (true, true));
    let single = "CREATE TABLE readings (time INTEGER, value REAL); INSERT INTO readings VALUES (10, 1);";
    assert_eq!(indexed(single, |options| options.name = Some("a".to_owned())).await, (false, true));
}

#[tokio::test]
async fn tables_and_columns_may_be_called_otherwise() {
    let evil = "x\"; DROP TABLE readings; --";
    let quoted = evil.replace('"', "\"\"");
    let bench = Bench::new(&format!(
        "CREATE TABLE \"{quoted}\" (\"{quoted}\" TEXT, \"select\" INTEGER, \"a b\" REAL, \"é\" TEXT, rowid TEXT);
         INSERT INTO \"{quoted}\" VALUES ('{A}', 10, 1, 'W', 'hidden'), ('{B}', 20, 2, 'V', NULL)"
    ));
    let open = |table: &str, name: &str, time: &str, value: &str, unit: &str| {
        bench.open_with(|options| {
            options.table = Some(table.to_owned());
            options.name_column = Some(name.to_owned());
            options.time_column = Some(time.to_owned());
            options.value_column = Some(value.to_owned());
            options.unit_column = Some(unit.to_owned());
        })
    };
    let database = open(evil, evil, "SELECT", "A B", "é").unwrap();
    assert_eq!(history(&database, A, None, None).await, [(10.0, Some(1.0))]);
    assert_eq!(names(&database).await, [A, B]);
    let added = database.added(&Mark::Row(1), 9).await.unwrap();
    assert_eq!((added.series.len(), &added.mark), (1, &Mark::Row(2)));
    assert_eq!(added.series[0].1.unit(0), Some("V"));

    for (error, told) in [
        (
            bench.open_with(|_| {}).unwrap_err(),
            ["no table `readings`", "`x\"; DROP TABLE readings; --`", "--table"],
        ),
        (
            open(evil, "sensor", "select", "a b", "é").unwrap_err(),
            ["no column `sensor`", "`select`, `a b`", "--name"],
        ),
        (open(evil, evil, "1", "a b", "é").unwrap_err(), ["no column `1`", "`a b`", "--time-column"]),
        (
            open(evil, evil, "select", "\"a b\"", "é").unwrap_err(),
            ["no column `\"a b\"`", "`a b`", "--value-column"],
        ),
        (open(evil, evil, "select", "a b", "w").unwrap_err(), ["no column `w`", "`é`", "--unit-column"]),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        let text = error.to_string();
        assert!(told.iter().all(|told| text.contains(told)), "{text}");
    }
    // Names of series are parameters, and must be SenML's anyway.
    assert!(Identifier::new("x' OR '1'='1").is_err());
}

#[tokio::test]
async fn what_is_no_database_is_said_to_be_none() {
    let folder = TempDir::new().unwrap();
    let open = |name: &str| Sqlite::open(folder.path().join(name), &SqliteOptions::default()).unwrap_err();
    let missing = open("missing");
    assert_eq!(missing.kind(), ErrorKind::InvalidArgument);
    assert!(missing.to_string().contains("missing"), "{missing}");
    assert!(!folder.path().join("missing").exists());
    std::fs::write(folder.path().join("csv"), "time,value\n".repeat(200)).unwrap();
    assert_eq!(open("csv").kind(), ErrorKind::MalformedData);
    std::fs::write(folder.path().join("empty"), "").unwrap();
    assert!(open("empty").to_string().contains("It has none"), "{}", open("empty"));
}

#[tokio::test]
async fn a_table_may_be_empty_at_first() {
    let bench = Bench::new(USUAL);
    let database = bench.open();
    assert_eq!(names(&database).await, [""; 0]);
    assert_eq!(
        database.get_history(request(A, None, None, 9)).await.unwrap_err().kind(),
        ErrorKind::BadRequest
    );
    assert_eq!(subscribe(&database, A).await.unwrap_err().kind(), ErrorKind::BadRequest);
    let mark = database.mark().await.unwrap();
    assert_eq!(mark, Mark::Row(0));
    assert!(database.added(&mark, 9).await.unwrap().series.is_empty());
    bench.write(&format!("INSERT INTO readings VALUES ('{A}', '10', 1, 'W')"));
    assert_eq!(points(&database.added(&mark, 9).await.unwrap().series[0].1), [(10.0, Some(1.0))]);
    assert_eq!(history(&database, A, None, None).await.len(), 1);
}

#[tokio::test]
async fn what_was_added_is_found_once_and_in_order() {
    let bench = Bench::new(USUAL);
    bench.write(&format!("INSERT INTO readings VALUES ('{A}', 100, 1, 'W')"));
    let database = bench.open();
    assert!(database.has_changed().await.unwrap(), "the first time");
    assert!(!database.has_changed().await.unwrap());
    let mark = database.mark().await.unwrap();
    bench.write(&format!(
        "INSERT INTO readings VALUES ('{A}', 300, 3, 'W'), ('{B}', 200, 2, 'W'), ('{A}', 50, 0, 'W'), ('{A}', 400, NULL, 'W'),
            ('two words', 1, 1, 'W')"
    ));
    assert!(database.has_changed().await.unwrap());
    assert!(!database.has_changed().await.unwrap());

    let added = database.added(&mark, 9).await.unwrap();
    assert!(!added.more);
    let [(_, a), (_, b)] = &added.series[..] else { panic!("{} series", added.series.len()) };
    assert_eq!(points(a), [(50.0, Some(0.0)), (300.0, Some(3.0))], "late ones too, and no gaps");
    assert_eq!((b.name(0), points(b)), (B, vec![(200.0, Some(2.0))]));
    let none = database.added(&added.mark, 9).await.unwrap();
    assert_eq!((none.series.len(), &none.mark), (0, &added.mark));

    let first = database.added(&mark, 2).await.unwrap();
    assert!(first.more);
    let second = database.added(&first.mark, 2).await.unwrap();
    assert_eq!(
        (points(&first.series[0].1), points(&second.series[0].1)),
        (vec![(300.0, Some(3.0))], vec![(50.0, Some(0.0))])
    );

    // Rows are removed, and their numbers given again.
    bench.write("DELETE FROM readings WHERE rowid > 1");
    let gone = database.added(&added.mark, 9).await.unwrap();
    assert_eq!((gone.series.len(), &gone.mark), (0, &Mark::Row(1)));

    assert_eq!(added.mark.to_string().parse::<Mark>().unwrap(), added.mark);
    assert!("{}".parse::<Mark>().is_err());
}

#[tokio::test]
async fn without_rowids_it_goes_by_time() {
    let bench = Bench::new(
        "CREATE TABLE readings (name TEXT, time INTEGER, value REAL, PRIMARY KEY (name, time)) WITHOUT ROWID;
         CREATE VIEW v AS SELECT * FROM readings;",
    );
    bench.write(&format!("INSERT INTO readings VALUES ('{A}', 100, 1), ('{A}', 200, NULL)"));
    for database in [bench.open(), bench.open_with(|options| options.table = Some("v".to_owned())).unwrap()] {
        let mark = database.mark().await.unwrap();
        assert_eq!(mark, Mark::Times([(A.to_owned(), 100_000_000)].into()));
        assert_eq!(mark.to_string().parse::<Mark>().unwrap(), mark);
        assert!(!format!("{mark:?}").contains(A));
        assert!(database.added(&mark, 9).await.unwrap().series.is_empty());
        bench.write(&format!("INSERT INTO readings VALUES ('{A}', 300, 3), ('{A}', 50, 0), ('{B}', 10, 1)"));
        bench.write("UPDATE readings SET value = 2 WHERE time = 200");
        let added = database.added(&mark, 9).await.unwrap();
        assert_eq!(points(&added.series[0].1), [(200.0, Some(2.0)), (300.0, Some(3.0))]);
        assert_eq!((added.series.len(), added.more), (2, false));
        assert!(database.added(&added.mark, 9).await.unwrap().series.is_empty());
        let part = database.added(&mark, 1).await.unwrap();
        assert!(part.more);
        assert_eq!(points(&part.series[0].1), [(200.0, Some(2.0))]);
        let other = database.added(&Mark::Row(0), 9).await.unwrap();
        assert_eq!((other.series.len(), &other.mark), (0, &added.mark), "a mark of another table");
        bench.write("DELETE FROM readings WHERE time NOT IN (100, 200); UPDATE readings SET value = NULL WHERE time = 200");
    }
}

#[tokio::test]
async fn a_file_may_be_replaced() {
    let bench = Bench::new(USUAL);
    bench.write(&format!("INSERT INTO readings VALUES ('{A}', 10, 1, 'W')"));
    let database = bench.open();
    assert!(database.has_changed().await.unwrap());
    assert_eq!(history(&database, A, None, None).await, [(10.0, Some(1.0))]);
    let other = Bench::new(USUAL);
    other.write(&format!("INSERT INTO readings VALUES ('{A}', 20, 2, 'W')"));
    std::fs::rename(other.path(), bench.path()).unwrap();
    assert!(database.has_changed().await.unwrap());
    assert_eq!(history(&database, A, None, None).await, [(20.0, Some(2.0))]);
    std::fs::remove_file(bench.path()).unwrap();
    let error = database.get_history(request(A, None, None, 9)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CommandFailed);
    assert!(database.has_changed().await.is_err());
}

/// Writes to a database in WAL mode until it is killed: this very test, in a process of its own.
#[test]
fn writer_of_its_own() {
    let Some(path) = std::env::var_os("QUOALISE_TEST_WRITE") else { return };
    let writer = Connection::open(path).unwrap();
    writer.busy_timeout(BUSY).unwrap();
    for time in 0_i64.. {
        writer.execute("INSERT INTO readings VALUES (?1, ?2, ?2, 'W')", (A, time)).unwrap();
        writer.execute("INSERT INTO readings VALUES (?1, ?2, ?2, 'W')", (A, -time - 1)).unwrap();
    }
}

#[tokio::test]
async fn another_process_may_write_meanwhile() {
    let bench = Bench::new(&format!("PRAGMA journal_mode = WAL; {USUAL}"));
    let database = bench.open();
    let mut mark = database.mark().await.unwrap();
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "provider::readings::sqlite::tests::writer_of_its_own"])
        .env("QUOALISE_TEST_WRITE", bench.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let (mut pushed, mut asked) = (Vec::new(), 0);
    while pushed.len() < 500 && Instant::now() < deadline {
        let added = database.added(&mark, 100).await.unwrap();
        for (_, records) in &added.series {
            pushed.extend(points(records).into_iter().map(|(time, _)| time as i64));
        }
        mark = added.mark;
        if let Ok(data) = database.get_history(request(A, None, None, usize::MAX)).await {
            let times = data.records().times();
            assert!(times.windows(2).all(|pair| pair[0] + 1_000_000 == pair[1]), "a moment's whole state");
            asked = times.len();
        }
    }
    writer.kill().unwrap();
    writer.wait().unwrap();
    assert!(pushed.len() >= 500 && asked >= 250, "{} pushed, {asked} asked", pushed.len());
    let total = pushed.len();
    pushed.sort_unstable();
    pushed.dedup();
    assert_eq!(pushed.len(), total, "each once");
}

#[tokio::test]
async fn whoever_does_not_wait_stops_the_query() {
    let bench = Bench::new("CREATE TABLE t (x);");
    bench.write(
        "CREATE VIEW readings (name, time, value) AS WITH RECURSIVE n(i) AS \
         (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000) SELECT 'a', i, i FROM n;",
    );
    let database = bench.open();
    let running = AtomicUsize::new(0);
    for _ in 0..2 * CONCURRENT {
        running.fetch_add(1, Ordering::Relaxed);
        let waited = tokio::time::timeout(
            Duration::from_millis(50),
            database.get_history(request("a", None, None, 5)),
        );
        assert!(waited.await.is_err(), "a sum of it all takes for ever");
    }
    // Had they not been stopped, there would be no place for another.
    let started = Instant::now();
    bench.write("DROP VIEW readings; CREATE TABLE readings (name, time, value); INSERT INTO readings VALUES ('a', 1, 1)");
    assert_eq!(history(&database, "a", None, None).await.len(), 1);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_writer_that_keeps_the_database_is_told_of_as_temporary() {
    let bench = Bench::new(USUAL);
    bench.write(&format!("INSERT INTO readings VALUES ('{A}', 10, 1, 'W')"));
    let database = bench.open();
    bench.write("BEGIN EXCLUSIVE");
    let asked = Instant::now();
    let error = database.get_history(request(A, None, None, 9)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitReached);
    assert!(asked.elapsed() >= BUSY && asked.elapsed() < 3 * BUSY);
    bench.write("COMMIT");
    assert_eq!(history(&database, A, None, None).await.len(), 1);
}

#[tokio::test]
async fn two_million_readings_are_no_trouble() {
    let bench = Bench::new(USUAL);
    bench.write(&format!(
        "INSERT INTO readings WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999999) \
         SELECT iif(i % 2, '{A}', '{B}'), 1000000000 + i * 60, i, 'W' FROM n"
    ));
    let database = bench.open();
    let started = Instant::now();
    let data = database.get_history(request(A, None, None, 8000)).await.unwrap();
    assert_eq!(data.records().len(), 8001);
    assert_eq!(names(&database).await, [A, B]);
    assert_eq!(database.mark().await.unwrap(), Mark::Row(2_000_000));
    assert!(subscribe(&database, "urn:dev:ow:1").await.is_ok());
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[tokio::test]
async fn the_first_rows_are_new_whenever_they_come() {
    let bench = Bench::new(USUAL);
    let database = bench.open();
    let empty = database.added(&Mark::Row(0), 9).await.unwrap();
    assert_eq!((empty.series.len(), &empty.mark), (0, &Mark::Row(0)));
    // As if the row came between the look at what times are like and that at the rows: the look finds none to tell.
    bench.write(&format!("INSERT INTO readings VALUES ('{A}', NULL, 1, 'W')"));
    let untold = database.added(&Mark::Row(0), 9).await.unwrap();
    assert_eq!((untold.series.len(), &untold.mark), (0, &Mark::Row(0)));
    bench.write(&format!("UPDATE readings SET time = 10 WHERE name = '{A}'"));
    assert_eq!(database.added(&Mark::Row(0), 9).await.unwrap().series.len(), 1);
}

#[tokio::test]
async fn the_unit_of_a_series_goes_before_the_one_for_all() {
    let bench = Bench::new(USUAL);
    bench.write(&format!(
        "CREATE TABLE series (name TEXT PRIMARY KEY, unit TEXT); INSERT INTO series VALUES ('{A}', 'W');
         INSERT INTO readings VALUES ('{A}', 10, 1, NULL), ('{B}', 10, 1, NULL)"
    ));
    let database = bench.open_with(|options| options.unit = Some("V".to_owned())).unwrap();
    let added = database.added(&Mark::Row(0), 9).await.unwrap();
    let units: Vec<_> = added.series.iter().map(|(_, records)| records.unit(0)).collect();
    assert_eq!(units, [Some("W"), Some("V")]);
}

/// What is added since a mark, to the end, which has to come.
async fn all_added(database: &Sqlite, mark: &Mark, most: usize) -> (usize, Mark) {
    let (mut count, mut mark) = (0, mark.clone());
    for _ in 0..20 {
        let added = database.added(&mark, most).await.unwrap();
        count += added.series.iter().map(|(_, records)| records.len()).sum::<usize>();
        if !added.more {
            return (count, added.mark);
        }
        assert_ne!(mark, added.mark, "it goes round and round");
        mark = added.mark;
    }
    panic!("it goes on for ever");
}

#[tokio::test]
async fn going_by_time_comes_to_an_end_whatever_the_values() {
    let table = "CREATE TABLE readings (name TEXT, time, value, PRIMARY KEY (name, time)) WITHOUT ROWID;";
    let bench = Bench::new(table);
    bench.write(&format!("INSERT INTO readings VALUES ('{A}', 1, 1)"));
    let database = bench.open();
    let mark = database.mark().await.unwrap();
    for nothing in ["''", "' null '", "'NaN'", "char(1)", "9e999"] {
        bench.write(&format!(
            "DELETE FROM readings WHERE time > 1;
             INSERT INTO readings WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 12)
             SELECT '{A}', i, {nothing} FROM n;
             INSERT INTO readings VALUES ('{A}', 20, 2), ('{A}', 'no time', 3), ('{A}', 'nor that', 3)"
        ));
        assert_eq!(all_added(&database, &mark, 5).await.0, 1, "{nothing}");
    }
    // Times of more digits than are kept.
    let bench = Bench::new(table);
    bench.write(
        "INSERT INTO readings WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9)
         SELECT 'm' || i, 1000.0000004, i FROM n",
    );
    let database = bench.open();
    let (count, mark) = all_added(&database, &Mark::Times(BTreeMap::new()), 5).await;
    assert_eq!(count, 9);
    assert_eq!(all_added(&database, &mark, 5).await.0, 0);
}

#[tokio::test]
async fn texts_that_say_there_is_no_value_are_no_first_nor_last_reading() {
    let rows =
        format!("('{A}', 10, ''), ('{A}', 20, 1), ('{A}', 30, 2), ('{A}', 40, 'None'), ('{A}', 50, ' nan')");
    let table = "CREATE TABLE readings (name TEXT, time INTEGER, value TEXT);";
    for index in ["", "CREATE INDEX i ON readings (name, time);"] {
        let bench = Bench::new(&format!("{table} {index} INSERT INTO readings VALUES {rows};"));
        let series = bench.open().series(None).await.unwrap();
        let seconds = |time: Option<Timestamp>| time.map(|time| time.as_second());
        assert_eq!((seconds(series[0].first), seconds(series[0].last)), (Some(20), Some(30)));
    }
}

#[tokio::test]
async fn a_part_of_what_was_added_may_be_done() {
    let bench = Bench::new(USUAL);
    bench.write(&format!(
        "INSERT INTO readings VALUES ('{A}', 10, 1, 'W'), ('{B}', 10, 1, 'W'), ('{A}', 20, 2, 'W'), ('{B}', 20, 2, 'W')"
    ));
    let database = bench.open();
    let part = Mark::Part { since: 0, until: 3, done: [A.to_owned()].into() };
    assert_eq!(part.to_string().parse::<Mark>().unwrap(), part);
    assert!(!format!("{part:?}").contains(A));
    let rest = database.added(&part, 1).await.unwrap();
    assert_eq!((rest.series.len(), rest.more, &rest.mark), (1, true, &Mark::Row(3)));
    assert_eq!((rest.series[0].1.name(0), points(&rest.series[0].1)), (B, vec![(10.0, Some(1.0))]));
    let (count, mark) = all_added(&database, &part, 1).await;
    assert_eq!((count, mark), (2, Mark::Row(4)));
    // By time, whatever the rows.
    let times = Mark::Times([(A.to_owned(), 10_000_000), (B.to_owned(), 20_000_000)].into());
    assert_eq!(all_added(&database, &times, 9).await.0, 1);
    let last = Mark::Times([(A.to_owned(), 20_000_000), (B.to_owned(), 20_000_000)].into());
    assert_eq!(database.mark_by_time().await.unwrap(), last);
}

#[tokio::test]
async fn what_is_too_early_for_senml_is_left_out() {
    let late = ABSOLUTE / 1_000_000;
    for table in [
        "CREATE TABLE readings (name TEXT, time INTEGER, value REAL);".to_owned(),
        USUAL.to_owned(),
        "CREATE TABLE readings (name TEXT, time INTEGER, value REAL, unit TEXT, PRIMARY KEY (name, time)) WITHOUT ROWID;".to_owned(),
    ] {
        let bench = Bench::new(&table);
        let early = format!("('{A}', -5, 1), ('{A}', {}, 1), ('{B}', 7, 1)", late - 1);
        bench.write(&format!("INSERT INTO readings (name, time, value) VALUES {early}, ('{A}', {late}, 2), ('{A}', {}, 3)", late + 1));
        let database = Sqlite::open(bench.path(), &SqliteOptions::default()).unwrap();
        let expected = [(late as f64, Some(2.0)), ((late + 1) as f64, Some(3.0))];
        assert_eq!(history(&database, A, None, None).await, expected);
        assert_eq!(history(&database, A, Some(-9.0), Some(late as f64)).await, []);
        assert_eq!(history(&database, B, None, None).await, []);
        let data = database.get_history(request(A, None, None, 1)).await.unwrap();
        assert_eq!(points(data.records()), expected, "early ones do not count");
        let series = database.series(None).await.unwrap();
        let seconds = |time: Option<Timestamp>| time.map(|time| time.as_second());
        assert_eq!((seconds(series[0].first), seconds(series[0].last)), (Some(late), Some(late + 1)));
        assert_eq!((series[1].first, series[1].last), (None, None));
        for mark in [Mark::Row(0), Mark::Times(BTreeMap::new())] {
            if mark == Mark::Row(0) && table.contains("WITHOUT") {
                continue;
            }
            assert_eq!(all_added(&database, &mark, 2).await.0, 2);
        }
    }
}

#[test]
fn options_show_no_name() {
    let options = SqliteOptions { name: Some(A.to_owned()), ..SqliteOptions::default() };
    assert!(!format!("{options:?}").contains(A));
}
