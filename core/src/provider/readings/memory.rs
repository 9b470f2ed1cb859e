use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use jiff::Timestamp;

use super::unknown;
use crate::data::{Data, Identifier, Metadata, Series};
use crate::error::Result;
use crate::provider::{HistoryRequest, Service, SubscriptionRequest};
use crate::senml::Records;

/// Series in memory, by their names. Clones are the same series: one may be served while another is added to.
///
/// ```
/// use quoalise::data::{Data, Metadata};
/// use quoalise::provider::readings::InMemory;
/// use quoalise::senml::{Record, Records};
///
/// let mut records = Records::new();
/// records.push(&Record::number("urn:dev:ow:10e2073a01080063_temperature", 1_641_769_200_000_000, Some("Cel"), Some(19.5)))?;
/// let readings = InMemory::new();
/// readings.add(&Data::new(Metadata::default(), records))?;
/// assert_eq!(readings.names(), ["urn:dev:ow:10e2073a01080063_temperature"]);
/// # Ok::<(), quoalise::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct InMemory(Arc<RwLock<BTreeMap<String, Stored>>>);

/// One series: what it is, and its records by ascending time.
#[derive(Clone)]
struct Stored {
    meta: Metadata,
    records: Records,
}

impl fmt::Debug for InMemory {
    /// Names may be meters' numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InMemory({} series)", self.series_by_name().len())
    }
}

impl InMemory {
    /// No series.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the series out of a payload, each by its name. Of a series that is here already, added records take the
    /// place of those at the same times; its metadata stay.
    ///
    /// # Errors
    /// None in practice: the records of a payload have been checked.
    pub fn add(&self, data: &Data) -> Result<()> {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for part in data.parts() {
            let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for row in part.rows() {
                rows.entry(data.records().name(row)).or_default().push(row);
            }
            for (name, mut rows) in rows {
                rows.sort_by_key(|row| data.records().times()[*row]);
                let stored = all
                    .entry(name.to_owned())
                    .or_insert_with(|| Stored { meta: part.meta().clone(), records: Records::new() });
                stored.merge(data.records(), &rows)?;
            }
        }
        Ok(())
    }

    /// Puts other series in the place of all that are here.
    pub fn replace(&self, with: Self) {
        // Clones of `with` keep what they have.
        let with = with.series_by_name().clone();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = with;
    }

    /// Leaves out what comes before a time, in microseconds; tells whether there was such.
    #[cfg(feature = "cli")]
    pub(crate) fn leave_out_before(&self, time: i64) -> Result<bool> {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut any = false;
        for Stored { records, .. } in all.values_mut() {
            let first = records.times().partition_point(|known| *known < time);
            if first > 0 {
                any = true;
                let mut later = Records::new();
                for record in records.rows(first..records.len()) {
                    later.push(&record)?;
                }
                *records = later;
            }
        }
        Ok(any)
    }

    /// The names of the series, in order.
    pub fn names(&self) -> Vec<String> {
        self.series_by_name().keys().cloned().collect()
    }

    /// Looks at a series: its metadata, and its records by ascending time. What `look` does should not take long:
    /// nothing is added meanwhile.
    pub fn with<T>(&self, name: &str, look: impl FnOnce(&Metadata, &Records) -> T) -> Option<T> {
        self.series_by_name().get(name).map(|Stored { meta, records }| look(meta, records))
    }

    fn series_by_name(&self) -> RwLockReadGuard<'_, BTreeMap<String, Stored>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stored {
    /// Merges in rows that are sorted by time.
    fn merge(&mut self, added: &Records, rows: &[usize]) -> Result<()> {
        let time = |row: &usize| added.times()[*row];
        let Some(first) = rows.first().map(time) else { return Ok(()) };
        let before = self.records.times().partition_point(|known| *known < first);
        let mut merged = Records::new();
        let mut kept = (before..self.records.len()).peekable();
        if before < self.records.len() {
            for record in self.records.rows(0..before) {
                merged.push(&record)?;
            }
        } else {
            // Mostly what is added comes after what is there.
            merged = std::mem::take(&mut self.records);
        }
        for row in rows {
            while let Some(old) = kept.next_if(|old| self.records.times()[*old] <= time(row)) {
                if self.records.times()[old] < time(row) {
                    copy(&self.records, old, &mut merged)?;
                }
            }
            copy(added, *row, &mut merged)?;
        }
        for old in kept {
            copy(&self.records, old, &mut merged)?;
        }
        self.records = merged;
        Ok(())
    }

    fn describe(&self, identifier: Identifier) -> Series {
        let records = &self.records;
        let mut series = Series::new(identifier);
        series.measurement = self.meta.measurement.clone();
        let holds = |row: &usize| records.get(*row).is_some_and(|record| !record.is_gap());
        let time = |row: usize| Timestamp::from_microsecond(records.times()[row]).ok();
        series.first = (0..records.len()).find(holds).and_then(time);
        series.last = (0..records.len()).rfind(holds).and_then(time);
        if series.measurement.unit.is_none() && !records.is_empty() {
            series.measurement.unit = records.unit(records.len() - 1).map(str::to_owned);
        }
        series
    }
}

fn copy(from: &Records, row: usize, to: &mut Records) -> Result<()> {
    from.get(row).map_or(Ok(()), |record| Ok(to.push(&record)?))
}

impl Service for InMemory {
    async fn get_history(&self, request: HistoryRequest) -> Result<Data> {
        let all = self.series_by_name();
        let Stored { meta, records } =
            all.get(request.identifier.as_str()).ok_or_else(|| unknown(&request.identifier))?;
        let times = records.times();
        let row = |time: Option<Timestamp>, or: usize| {
            time.map_or(or, |time| times.partition_point(|known| *known < micros(time)))
        };
        let (from, to) = (row(request.start, 0), row(request.end, times.len()));
        let to = to.clamp(from, from.saturating_add(request.most).saturating_add(1));
        Ok(Data::new(meta.clone(), records.select(from..to)))
    }

    async fn series(&self, prefix: Option<Identifier>) -> Result<Vec<Series>> {
        let covered = |name: &str| prefix.as_ref().is_none_or(|prefix| prefix.covers(name));
        let all = self.series_by_name();
        let named = all.iter().filter(|(name, _)| covered(name));
        Ok(named.filter_map(|(name, stored)| Some(stored.describe(Identifier::new(name).ok()?))).collect())
    }

    async fn subscribe(&self, request: SubscriptionRequest) -> Result<()> {
        let known = self.series_by_name().keys().any(|name| request.identifier.covers(name));
        if known { Ok(()) } else { Err(unknown(&request.identifier)) }
    }
}

/// The first whole microsecond that is not before a time.
pub(super) fn micros(time: Timestamp) -> i64 {
    (time.as_nanosecond() + 999).div_euclid(1000) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::senml::{Record, Value};

    const NAME: &str = "urn:dev:ow:1_x";

    fn data(points: &[(i64, Option<f64>)]) -> Data {
        let mut records = Records::new();
        for (time, value) in points {
            records.push(&Record::number(NAME, *time, Some("W"), *value)).unwrap();
        }
        Data::new(Metadata::default(), records)
    }

    fn readings(points: &[(i64, Option<f64>)]) -> InMemory {
        let readings = InMemory::new();
        readings.add(&data(points)).unwrap();
        readings
    }

    fn request(name: &str, start: Option<i64>, end: Option<i64>, most: usize) -> HistoryRequest {
        let time = |micros: i64| Timestamp::from_microsecond(micros).unwrap();
        HistoryRequest {
            requester: "a@b.test".parse().unwrap(),
            identifier: name.parse().unwrap(),
            start: start.map(time),
            end: end.map(time),
            most,
        }
    }

    async fn times(readings: &InMemory, start: Option<i64>, end: Option<i64>, most: usize) -> Vec<i64> {
        let data = readings.get_history(request(NAME, start, end, most)).await.unwrap();
        data.records().times().to_vec()
    }

    #[tokio::test]
    async fn periods_include_their_start_and_not_their_end() {
        let readings = readings(&[(30, Some(3.0)), (10, Some(1.0)), (20, None)]);
        assert_eq!(times(&readings, None, None, 9).await, [10, 20, 30]);
        assert_eq!(times(&readings, Some(10), Some(30), 9).await, [10, 20]);
        assert_eq!(times(&readings, Some(11), None, 9).await, [20, 30]);
        assert_eq!(times(&readings, Some(30), Some(10), 9).await, [0; 0]);
        assert_eq!(
            times(&readings, None, None, 1).await,
            [10, 20],
            "one more than may be, to tell that there is"
        );
        assert_eq!(times(&readings, None, None, usize::MAX).await.len(), 3);
        let error = readings.get_history(request("urn:dev:ow:2_x", None, None, 9)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.text()),
            (ErrorKind::BadRequest, Some("Unexpected record identifier urn:dev:ow:2_x"))
        );
    }

    #[test]
    fn what_is_added_takes_the_place_of_what_was_there() {
        let all = |readings: &InMemory| {
            let points = |_: &Metadata, records: &Records| {
                records.iter().map(|record| (record.time, record.value.is_some())).collect::<Vec<_>>()
            };
            readings.with(NAME, points).unwrap()
        };
        let readings = readings(&[(10, Some(1.0)), (20, None), (20, Some(2.0)), (40, Some(4.0))]);
        readings.add(&data(&[(50, Some(5.0))])).unwrap();
        assert_eq!(all(&readings), [(10, true), (20, false), (20, true), (40, true), (50, true)]);
        readings.add(&data(&[(30, Some(3.0)), (20, Some(9.0)), (5, None), (5, Some(0.0))])).unwrap();
        let expected = [(5, false), (5, true), (10, true), (20, true), (30, true), (40, true), (50, true)];
        assert_eq!(all(&readings), expected);
        assert_eq!(readings.with(NAME, |_, records| records.values()[3]), Some(9.0));
        readings.replace(InMemory::new());
        assert_eq!(readings.names(), [""; 0]);
    }

    #[tokio::test]
    async fn series_are_told_with_what_is_known_of_them() {
        let readings = readings(&[(0, None), (10, Some(1.0)), (20, Some(2.0)), (30, None)]);
        let series = readings.series(None).await.unwrap();
        let [series] = &series[..] else { panic!("{} series", series.len()) };
        let micros = |time: Option<Timestamp>| time.map(|time| time.as_microsecond());
        assert_eq!((micros(series.first), micros(series.last)), (Some(10), Some(20)));
        assert_eq!(series.measurement.unit.as_deref(), Some("W"));
        let under = async |prefix: &str| readings.series(Some(prefix.parse().unwrap())).await.unwrap().len();
        assert_eq!((under("urn:dev:ow:1").await, under("urn:dev:ow:12").await), (1, 0));

        let subscribe = async |name: &str| {
            let identifier = name.parse().unwrap();
            readings
                .subscribe(SubscriptionRequest { requester: "a@b.test".parse().unwrap(), identifier })
                .await
        };
        assert!(subscribe("urn:dev:ow:1").await.is_ok());
        assert_eq!(subscribe("urn:dev:ow:2").await.unwrap_err().kind(), ErrorKind::BadRequest);
    }

    #[tokio::test]
    async fn values_of_every_kind_are_kept() {
        let mut records = Records::new();
        for (time, value) in
            [Value::Text("open"), Value::Boolean(true), Value::Data(b"\0")].into_iter().enumerate()
        {
            let mut record = Record::number(NAME, time as i64, None, None);
            record.value = Some(value);
            records.push(&record).unwrap();
        }
        let readings = InMemory::new();
        readings.add(&Data::new(Metadata::default(), records.clone())).unwrap();
        let data = readings.get_history(request(NAME, None, None, 9)).await.unwrap();
        assert_eq!(data.records(), &records);
    }
}
