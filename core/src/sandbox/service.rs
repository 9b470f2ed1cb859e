//! The sandbox's provider: series in memory, open to every account of the sandbox.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::data::{Data, Identifier, Metadata};
use crate::error::{Error, ErrorKind, Result};
use crate::provider::{HistoryRequest, Service, SubscriptionRequest};
use crate::senml::{Record, Records};

/// One series: what it is, and its records by ascending time.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub meta: Metadata,
    pub records: Records,
}

/// A record to come.
pub(super) struct Next {
    /// An interval after the last record.
    pub time: i64,
    /// The unit of the last record.
    pub unit: Option<String>,
    /// The last value.
    pub value: Option<f64>,
}

/// Series by their names. Clones are the same series.
#[derive(Clone, Default)]
pub(super) struct Shelf(Arc<RwLock<BTreeMap<String, Series>>>);

impl std::fmt::Debug for Shelf {
    /// Names may be meters' numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shelf({} series)", self.names().len())
    }
}

impl Shelf {
    /// Takes the series out of a payload, each by its name.
    pub(super) fn add(&self, data: &Data) -> Result<()> {
        let mut shelf = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for part in data.parts() {
            let mut rows: Vec<usize> = part.rows().collect();
            rows.sort_by_key(|row| data.records().times()[*row]);
            for record in rows.into_iter().filter_map(|row| data.records().get(row)) {
                let series = shelf
                    .entry(record.name.to_owned())
                    .or_insert_with(|| Series { meta: part.meta().clone(), records: Records::new() });
                series.records.push(&record)?;
            }
        }
        Ok(())
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// What a series is, and what continues it.
    pub(super) fn next(&self, name: &str) -> Option<(Metadata, Next)> {
        let shelf = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Series { meta, records } = shelf.get(name)?;
        let times = records.times();
        let last = *times.last()?;
        let told = meta.measurement.sampling_interval.and_then(|interval| interval.seconds());
        let seen = || Some(last - times.get(times.len().checked_sub(2)?)?).filter(|step| *step > 0);
        let step = told.map(|seconds| seconds * 1_000_000).or_else(seen).unwrap_or(1_800_000_000);
        let unit = records.unit(records.len() - 1).map(str::to_owned);
        let valid = (0..records.len()).rev().find(|row| records.is_valid(*row));
        let value = valid.map(|row| records.values()[row]);
        Some((meta.clone(), Next { time: last.saturating_add(step), unit, value }))
    }

    /// When the first and the last record of a series are.
    pub(super) fn span(&self, name: &str) -> Option<(i64, i64)> {
        let shelf = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let times = shelf.get(name)?.records.times();
        Some((*times.first()?, *times.last()?))
    }

    pub(super) fn append(&self, record: &Record<'_>) -> Result<()> {
        let mut shelf = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = shelf.get_mut(record.name) {
            series.records.push(record)?;
        }
        Ok(())
    }

    fn covers(&self, identifier: &Identifier) -> Result<()> {
        let shelf = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if shelf.keys().any(|name| identifier.covers(name)) { Ok(()) } else { Err(unknown(identifier)) }
    }
}

fn unknown(identifier: &Identifier) -> Error {
    Error::answer(ErrorKind::BadRequest, format!("Unexpected record identifier {identifier}"))
}

impl Service for Shelf {
    async fn get_history(&self, request: HistoryRequest) -> Result<Data> {
        let shelf = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let series = shelf.get(request.identifier.as_str()).ok_or_else(|| unknown(&request.identifier))?;
        let times = series.records.times();
        let row = |time: Option<jiff::Timestamp>, or: usize| {
            time.map_or(or, |time| times.partition_point(|known| *known < time.as_microsecond()))
        };
        let (from, to) = (row(request.start, 0), row(request.end, times.len()));
        let mut records = Records::new();
        for record in series.records.rows(from..to.max(from)) {
            records.push(&record)?;
        }
        Ok(Data::new(series.meta.clone(), records))
    }

    async fn subscribe(&self, request: SubscriptionRequest) -> Result<()> {
        self.covers(&request.identifier)
    }
}
