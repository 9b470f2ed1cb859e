//! The load curve of a real meter, October 2020 to February 2022, served and fetched week by week.

use std::ops::Range;
use std::path::Path;

use libtest_mimic::Trial;
use quoalise::data::{Aggregation, CsvOptions, Data, Gap, Metadata, SamplingInterval};
use quoalise::jiff::civil::date;
use quoalise::jiff::tz::TimeZone;
use quoalise::jiff::{Timestamp, ToSpan, Zoned};
use quoalise::provider::{HistoryRequest, Limits};
use quoalise::senml::{Record, Records};
use quoalise::{Error, ErrorKind, Period, Result};
use quoalise_tests::Server;

use crate::support::{Serve, client, serve};
use crate::{block_on, ignored};

const FILE: &str = "data/enedis-sge/c5-load-curve.csv";
const SERIES: &str = "urn:dev:prm:09111642617347_consumption/power/active/raw";

const HALF_HOUR: i64 = 1_800_000_000;
const HOUR: i64 = 2 * HALF_HOUR;

pub fn trials(shared: Option<&Path>) -> Vec<Trial> {
    let names = ["year::comes_back_week_by_week", "year::is_what_the_table_reader_makes_of_it"];
    let Some(file) = shared.map(|shared| shared.join(FILE)).filter(|file| file.is_file()) else {
        return names.map(|name| ignored(name, "there is no ../shared/data")).into();
    };
    let text = std::fs::read_to_string(file).unwrap();
    let year = read(&text);
    vec![
        Trial::test(names[0], move || block_on(comes_back_week_by_week(year))),
        Trial::test(names[1], move || {
            is_what_the_table_reader_makes_of_it(&text);
            Ok(())
        }),
    ]
}

/// A line of the file: an interval, and the mean power in it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reading {
    start: i64,
    step: i64,
    value: Option<f64>,
}

fn micros(time: &str) -> i64 {
    time.parse::<Timestamp>().unwrap().as_microsecond()
}

/// Reads the file by what is known of it, not by any rule: stamps are the ends of intervals, as its sums prove; and the
/// meter recorded hours until noon of 12 February 2021, and half hours from the following midnight on.
fn read(text: &str) -> Vec<Reading> {
    let last_hour = micros("2021-02-12T12:00:00+01:00");
    let lines = text.trim_start_matches('\u{feff}').lines().skip(3);
    let reading = |line: &str| {
        let (stamp, value) = line.split_once(';').unwrap();
        let end = micros(stamp);
        let step = if end <= last_hour { HOUR } else { HALF_HOUR };
        Reading { start: end - step, step, value: (!value.is_empty()).then(|| value.parse().unwrap()) }
    };
    let year: Vec<_> = lines.map(reading).collect();
    // That this is the file the facts were found in.
    assert_eq!(year.len(), 17_866);
    assert_eq!(year.iter().filter(|reading| reading.value.is_none()).count(), 14);
    assert_eq!(year.iter().filter(|reading| reading.step == HOUR).count(), 874);
    assert!(year.windows(2).all(|two| two[0].start + two[0].step <= two[1].start), "no two overlap");
    year
}

fn metadata(step: i64) -> Metadata {
    let mut meta = Metadata::default();
    meta.device_type = Some("electricity-meter".to_owned());
    meta.measurement.name = Some("active-power".to_owned());
    meta.measurement.direction = Some("consumption".to_owned());
    meta.measurement.unit = Some("W".to_owned());
    meta.measurement.aggregation = Some(Aggregation::Mean);
    meta.measurement.sampling_interval = SamplingInterval::from_seconds(step / 1_000_000);
    meta
}

/// What a provider of this meter answers: a `<data>` for each step there is.
fn answer(year: &[Reading], period: Range<i64>) -> Result<Data> {
    let mut data: Option<Data> = None;
    for step in [HOUR, HALF_HOUR] {
        let mut records = Records::new();
        for reading in year.iter().filter(|reading| reading.step == step && period.contains(&reading.start)) {
            records.push(&Record::number(SERIES, reading.start, Some("W"), reading.value))?;
        }
        match &mut data {
            _ if records.is_empty() => {}
            Some(data) => data.push(metadata(step), &records),
            None => data = Some(Data::new(metadata(step), records)),
        }
    }
    Ok(data.unwrap_or_else(|| Data::new(metadata(HALF_HOUR), Records::new())))
}

async fn comes_back_week_by_week(year: Vec<Reading>) {
    let server = Server::shared();
    let service = Serve({
        let year = year.clone();
        move |request: HistoryRequest| {
            let answer = match (request.start, request.end) {
                (Some(start), Some(end)) if request.identifier.as_str() == SERIES => {
                    answer(&year, start.as_microsecond()..end.as_microsecond())
                }
                _ => Err(Error::answer(ErrorKind::BadRequest, "Unexpected record identifer")),
            };
            async { answer }
        }
    });
    let provider = serve(&server, service, Limits::default()).await;
    let client = client(&server).await;

    let paris = TimeZone::get("Europe/Paris").unwrap();
    let midnight = |day: quoalise::jiff::civil::Date| -> Zoned { day.to_zoned(paris.clone()).unwrap() };
    let (mut monday, end) = (date(2020, 10, 19), date(2022, 2, 7));
    let mut fetched: Vec<(i64, Option<f64>)> = Vec::new();
    let (mut gaps, mut energy, mut weeks, mut empty) = (Vec::new(), 0.0, 0, 0);
    while monday < end {
        let next = monday + 7.days();
        let period = Period::new(Some(midnight(monday)), Some(midnight(next))).unwrap();
        let data = client.get_history(&provider.jid(), SERIES, &period).await.unwrap();
        let records = data.records();
        assert!(records.names().all(|name| name == SERIES));
        assert!(records.iter().all(|record| record.unit == Some("W")));
        fetched.extend(records.iter().map(|record| {
            let Some(quoalise::senml::Value::Number(value)) = record.value else {
                return (record.time, None);
            };
            (record.time, Some(value))
        }));
        // The two weeks in which the clocks were changed have an hour less, and more.
        match monday {
            day if day == date(2021, 3, 22) => assert_eq!(records.len(), 167 * 2),
            day if day == date(2021, 10, 25) => assert_eq!(records.len(), 169 * 2),
            // The meter went over from hours to half hours.
            day if day == date(2021, 2, 8) => assert_eq!(data.parts().len(), 2),
            day if (date(2021, 2, 15)..date(2022, 1, 31)).contains(&day) => {
                assert_eq!(records.len(), 168 * 2)
            }
            _ => {}
        }
        empty += usize::from(records.is_empty());
        gaps.extend(data.gaps());
        energy += data.energy_wh().unwrap();
        weeks += 1;
        monday = next;
    }
    assert_eq!((weeks, empty), (68, 11), "asked for from October on, recorded from January on");

    // Reading by reading: nothing lost, nothing invented, nothing moved.
    let expected: Vec<_> = year.iter().filter(|reading| reading.value.is_some()).collect();
    assert_eq!(fetched.len(), expected.len());
    for (fetched, expected) in fetched.iter().zip(&expected) {
        assert_eq!(*fetched, (expected.start, expected.value), "{}", at(expected.start));
    }
    let sum: f64 = expected.iter().filter_map(|r| Some(r.value? * r.step as f64 / HOUR as f64)).sum();
    assert!((energy - sum).abs() < 1e-6 * sum, "{energy} {sum}");

    // Between two values of a step, every interval without a value is found again: those that are empty in the file, and
    // those that it does not have at all. The thirteen empty ones before the first value are between nothing.
    let mut missing = Vec::new();
    for two in expected.windows(2).filter(|two| two[0].step == two[1].step) {
        let (start, end) = (two[0].start + two[0].step, two[1].start);
        if start < end {
            missing.push(Gap { name: SERIES.to_owned(), start, end });
        }
    }
    assert_eq!(gaps, missing);
    let starts: Vec<_> = gaps.iter().map(|gap| at(gap.start)).collect();
    assert_eq!(starts, ["2021-01-07T21:00:00Z", "2021-02-06T21:00:00Z", "2021-02-11T22:00:00Z"]);
    let empty = year.iter().filter(|reading| reading.value.is_none());
    let (before, within): (Vec<&Reading>, Vec<&Reading>) = empty.partition(|r| r.start < expected[0].start);
    assert_eq!(before.len(), 13);
    assert!(
        within
            .iter()
            .all(|reading| gaps.iter().any(|gap| gap.start <= reading.start && reading.start < gap.end))
    );
}

fn at(micros: i64) -> String {
    Timestamp::from_microsecond(micros).unwrap().to_string()
}

/// The reader of tables works such a file out by a rule; this file's intervals are known.
fn is_what_the_table_reader_makes_of_it(text: &str) {
    let data = Data::from_csv(text.as_bytes(), &CsvOptions::default()).unwrap();
    let year = read(text);
    assert_eq!(data.records().len(), year.len());
    for (record, reading) in data.records().iter().zip(&year) {
        let expected = Record::number(SERIES, reading.start, Some("W"), reading.value);
        assert_eq!(record, expected, "{}", at(reading.start));
    }
}
