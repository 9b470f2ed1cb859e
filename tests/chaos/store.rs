//! What the provider has: numbers that are pushed one after another, and a series that never changes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quoalise::data::{Data, Metadata};
use quoalise::jiff::Timestamp;
use quoalise::provider::{HistoryRequest, Service};
use quoalise::senml::{Record, Records};
use quoalise::{Error, ErrorKind, Period, Result};

/// The series whose values are the numbers 0, 1, 2…, each at the time it was pushed first.
pub const NUMBERS: &str = "urn:dev:prm:00000000000001_consumption/power/active/raw";

/// The series of [`fixed_value`] at each whole second.
pub const FIXED: &str = "urn:dev:prm:00000000000002_consumption/power/active/raw";

const SECOND: i64 = 1_000_000;

/// How long an answer takes at the most, so that many are on their way when a connection is cut.
const WORK: Duration = Duration::from_millis(200);

/// Clones share what is in them.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// When each number was pushed first, in microseconds since 1970.
    times: Arc<Mutex<Vec<i64>>>,
}

impl Store {
    /// Keeps the next number, and gives its records: a provider has what it pushes.
    pub fn next(&self) -> (usize, Records) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let number = times.len();
        let after_last = times.last().map_or(i64::MIN, |last| last + 1);
        let time = Timestamp::now().as_microsecond().max(after_last);
        times.push(time);
        let mut records = Records::new();
        push(&mut records, NUMBERS, time, number as f64);
        (number, records)
    }

    /// The numbers in these records, if they are what was pushed.
    pub fn numbers(&self, records: &Records) -> Result<Vec<usize>, String> {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        numbers(records, |number, time| times.get(number) == Some(&time))
    }

    fn between(&self, start: i64, end: i64, most: usize) -> Records {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let first = times.partition_point(|time| *time < start);
        let mut records = Records::new();
        for (number, time) in times.iter().enumerate().skip(first).take(most.saturating_add(1)) {
            if *time < end {
                push(&mut records, NUMBERS, *time, number as f64);
            }
        }
        records
    }
}

/// The numbers in these records, each looked at together with its time.
pub fn numbers(records: &Records, is_right: impl Fn(usize, i64) -> bool) -> Result<Vec<usize>, String> {
    let number = |row: usize| {
        let (value, time) = (records.values()[row], records.times()[row]);
        let number = value as usize;
        let is_whole = records.is_valid(row) && number as f64 == value;
        let is_ours = records.name(row) == NUMBERS && records.unit(row) == Some("W");
        if is_whole && is_ours && is_right(number, time) {
            Ok(number)
        } else {
            Err(format!("{value} at {time} is none of what was pushed"))
        }
    };
    (0..records.len()).map(number).collect()
}

fn push(records: &mut Records, name: &str, time: i64, value: f64) {
    let pushed = records.push(&Record::number(name, time, Some("W"), Some(value)));
    pushed.expect("an ordinary record");
}

pub fn metadata() -> Metadata {
    let mut meta = Metadata::default();
    meta.device_type = Some("electricity-meter".to_owned());
    meta.measurement.name = Some("active-power".to_owned());
    meta.measurement.unit = Some("W".to_owned());
    meta
}

impl Service for Store {
    async fn get_history(&self, request: HistoryRequest) -> Result<Data> {
        let micros = |time: Option<Timestamp>, or: i64| time.map_or(or, |time| time.as_microsecond());
        let (start, end) = (micros(request.start, i64::MIN), micros(request.end, i64::MAX));
        let records = match request.identifier.as_str() {
            NUMBERS => self.between(start, end, request.most),
            FIXED => {
                tokio::time::sleep(WORK.mul_f64(fastrand::f64())).await;
                fixed(start, end)
            }
            other => return Err(Error::answer(ErrorKind::BadRequest, format!("there is no {other}"))),
        };
        Ok(Data::new(metadata(), records))
    }
}

fn fixed_value(second: i64) -> f64 {
    (second % 7919) as f64 / 2.0
}

fn fixed(start: i64, end: i64) -> Records {
    let mut records = Records::new();
    for second in start.div_euclid(SECOND)..end.div_euclid(SECOND) {
        push(&mut records, FIXED, second * SECOND, fixed_value(second));
    }
    records
}

/// So many seconds of [`FIXED`], from the `first` of 2022 on.
pub fn period(first: i64, seconds: i64) -> Period {
    let start = 1_640_995_200 + first;
    let time = |second| Timestamp::from_second(second).expect("a time in this century");
    Period::try_from((time(start), time(start + seconds))).expect("an end after its start")
}

/// Whether this is what [`FIXED`] has in that period.
pub fn is_right(data: &Data, period: &Period) -> bool {
    let micros = |time: Option<&quoalise::jiff::Zoned>| time.map(|time| time.timestamp().as_microsecond());
    let (Some(start), Some(end)) = (micros(period.start()), micros(period.end())) else { return false };
    let right = fixed(start, end);
    data.records().iter().eq(right.iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_again_by_their_times() {
        let store = Store::default();
        let pushed: Vec<_> = (0..100).map(|_| store.next()).collect();
        let start = pushed[40].1.times()[0];
        let found = store.between(start, i64::MAX, 1000);
        assert_eq!(store.numbers(&found).unwrap(), (40..100).collect::<Vec<_>>());
        assert_eq!(store.numbers(&store.between(i64::MIN, start, 1000)).unwrap().len(), 40);
        // One more than fit, to tell that there are more.
        assert_eq!(store.between(i64::MIN, i64::MAX, 5).len(), 6);

        let mut wrong = Records::new();
        push(&mut wrong, NUMBERS, start, 41.0);
        assert!(store.numbers(&wrong).is_err());
    }

    #[test]
    fn what_never_changes_is_known_again() {
        let period = period(1000, 60);
        let data =
            Data::new(metadata(), fixed((1_640_995_200 + 1000) * SECOND, (1_640_995_200 + 1060) * SECOND));
        assert_eq!(data.records().len(), 60);
        assert!(is_right(&data, &period));
        assert!(!is_right(&data, &self::period(1000, 61)) && !is_right(&data, &self::period(1001, 60)));
    }
}
