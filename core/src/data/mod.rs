//! The Quoalise payload (`urn:quoalise:0`): metadata and SenML records of one or several series.
//!
//! ```
//! use quoalise::data::Data;
//! use quoalise::senml::ReadOptions;
//!
//! let xml = br#"<quoalise xmlns="urn:quoalise:0"><data>
//!   <meta><measurement name="active-power" unit="W" aggregation="mean" sampling-interval="PT30M"/></meta>
//!   <sensml xmlns="urn:ietf:params:xml:ns:senml">
//!     <senml bn="urn:dev:prm:00000000000001_consumption/power/active/raw" bt="1641769200" bu="W" v="412"/>
//!     <senml t="1800" v="398"/>
//!   </sensml></data></quoalise>"#;
//! let data = Data::from_xml(xml, &ReadOptions::default())?;
//! assert_eq!(data.records().values(), [412.0, 398.0]);
//! assert_eq!(data.energy_wh(), Some(405.0));
//! # Ok::<(), quoalise::senml::Error>(())
//! ```

mod build;
#[cfg(feature = "csv")]
mod csv;
mod element;
#[cfg(any(feature = "cli", feature = "ffi"))]
mod guess;
mod identifier;
mod json;
mod meta;
mod series;

#[cfg(feature = "xmpp")]
pub(crate) use build::Builder;
#[cfg(feature = "csv")]
pub use csv::{CsvOptions, Stamp};
#[cfg(feature = "xmpp")]
pub(crate) use element::XML_NS;
pub use element::{Attribute, Element, Node};
#[cfg(any(feature = "cli", feature = "ffi"))]
pub(crate) use guess::Guess;
pub use identifier::Identifier;
pub use meta::{Aggregation, DeviceIdentifier, Measurement, Metadata, Pricing, SamplingInterval};
pub use series::{Rights, Series};

use std::collections::HashMap;
use std::ops::Range;

use jiff::Timestamp;

use crate::senml::{self, DEFAULT_VERSION, Error, Pack, ReadOptions, Record, Records, Value, WriteOptions};

/// The XML namespace of the Quoalise payload.
pub const NS: &str = "urn:quoalise:0";

/// One payload: the records of all its series in one set of columns, and what each series is.
///
/// A payload mostly has one `<data>`; where it has several (one a tariff class, say), each is a [`Part`] and has its
/// rows of the columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    parts: Vec<Part>, // never empty
    records: Records,
    attributes: Vec<Attribute>,
    other: Vec<Element>,
}

/// One `<data>` of a payload.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    meta: Metadata,
    version: u32,
    rows: Range<usize>,
    attributes: Vec<Attribute>,
    other: Vec<Element>,
}

impl Part {
    fn new(meta: Metadata, rows: Range<usize>) -> Self {
        Self { meta, version: DEFAULT_VERSION, rows, attributes: Vec::new(), other: Vec::new() }
    }

    /// What the series is.
    pub fn meta(&self) -> &Metadata {
        &self.meta
    }

    /// The `bver` of its pack.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Its rows in [`Data::records`].
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// Attributes of its `<data>`; Quoalise defines none. By their names, as XML gives them no order.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Elements of its `<data>` that Quoalise does not define, and any `<meta>` behind the first.
    pub fn other(&self) -> &[Element] {
        &self.other
    }
}

/// A stretch of time in which a series has no values.
#[derive(Clone, PartialEq, Eq)]
pub struct Gap {
    /// The name of the series.
    pub name: String,
    /// Where the first missing interval begins, in microseconds since 1970 UTC.
    pub start: i64,
    /// Where the last missing interval ends.
    pub end: i64,
}

impl std::fmt::Debug for Gap {
    /// The name may be a meter's number, and is left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gap").field("start", &self.start).field("end", &self.end).finish_non_exhaustive()
    }
}

impl Data {
    /// A payload of one series.
    pub fn new(meta: Metadata, records: Records) -> Self {
        let part = Part::new(meta, 0..records.len());
        Self { parts: vec![part], records, attributes: Vec::new(), other: Vec::new() }
    }

    /// Appends a series, as a `<data>` of its own.
    pub fn push(&mut self, meta: Metadata, records: &Records) {
        let start = self.records.len();
        self.records.extend(records);
        let rows = start..self.records.len();
        self.parts.push(Part::new(meta, rows));
    }

    /// A bare pack, without metadata.
    pub fn from_pack(pack: Pack) -> Self {
        let mut data = Self::new(Metadata::default(), pack.records);
        data.parts[0].version = pack.version;
        data
    }

    /// The records as one pack, metadata dropped. The version is the highest of the parts'.
    pub fn into_pack(self) -> Pack {
        let version = self.parts.iter().map(|part| part.version).max().unwrap_or(DEFAULT_VERSION);
        Pack { version, records: self.records }
    }

    /// What the first series is; mostly there is but one.
    pub fn meta(&self) -> &Metadata {
        &self.parts[0].meta
    }

    /// The series of the payload; at least one.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The records of all series.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// Attributes of the `quoalise` element; Quoalise defines none. By their names, as XML gives them no order.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Elements of the payload beside its `<data>`, which Quoalise does not define.
    pub fn other(&self) -> &[Element] {
        &self.other
    }

    /// Reads a payload: a `quoalise` element, a `data` element by itself, or a whole stanza with a `quoalise` element
    /// in it, or several side by side, whose series then follow each other (the `delay` stamp of a message then is what relative times count from).
    ///
    /// # Errors
    /// Any [`senml::ErrorKind`] but `NotWritable`.
    pub fn from_xml(xml: &[u8], options: &ReadOptions) -> Result<Self, Error> {
        build::read(xml, options)
    }

    /// Writes a `quoalise` element.
    ///
    /// # Errors
    /// [`NotWritable`](senml::ErrorKind::NotWritable), as for [`Pack::to_xml`].
    pub fn to_xml(&self, options: &WriteOptions) -> Result<String, Error> {
        let mut out = format!("<quoalise xmlns=\"{NS}\"");
        Attribute::write_all(&self.attributes, &mut out)?;
        out.push('>');
        for part in &self.parts {
            out.push_str("<data");
            Attribute::write_all(&part.attributes, &mut out)?;
            out.push('>');
            part.meta.to_element().write(&mut out, NS)?;
            senml::xml::write(&mut out, part.version, &self.records, part.rows(), options)?;
            for element in &part.other {
                element.write(&mut out, NS)?;
            }
            out.push_str("</data>");
        }
        for element in &self.other {
            element.write(&mut out, NS)?;
        }
        out.push_str("</quoalise>");
        Ok(out)
    }

    /// Appends a record to the last series.
    ///
    /// # Errors
    /// As [`Records::push`].
    pub fn append(&mut self, record: &Record<'_>) -> Result<(), Error> {
        self.records.push(record)?;
        if let Some(last) = self.parts.last_mut() {
            last.rows.end = self.records.len();
        }
        Ok(())
    }

    /// The same payload with these rows alone, each in its series; they are told in their order.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn select(&self, rows: impl IntoIterator<Item = usize>) -> Self {
        let mut rows = rows.into_iter().peekable();
        let (mut parts, mut kept) = (self.parts.clone(), Vec::new());
        for part in &mut parts {
            let start = kept.len();
            kept.extend(std::iter::from_fn(|| rows.next_if(|row| *row < part.rows.end)));
            part.rows = start..kept.len();
        }
        assert!(rows.next().is_none(), "no such record");
        let records = self.records.select(kept);
        Self { parts, records, attributes: self.attributes.clone(), other: self.other.clone() }
    }

    /// The same payload with other records: for each series the version of its pack, and what is in it. What stands in
    /// the payload besides stays.
    pub fn with_records(&self, series: impl IntoIterator<Item = (u32, Records)>) -> Self {
        let (mut parts, mut records) = (self.parts.clone(), Records::new());
        let mut series = series.into_iter();
        for part in &mut parts {
            let (version, own) = series.next().unwrap_or((part.version, Records::new()));
            let start = records.len();
            records.extend(&own);
            (part.version, part.rows) = (version, start..records.len());
        }
        Self { parts, records, attributes: self.attributes.clone(), other: self.other.clone() }
    }

    /// A series by itself.
    ///
    /// # Panics
    /// If there is no such part.
    pub fn part(&self, part: usize) -> Self {
        let part = &self.parts[part];
        let empty = Self::new(part.meta.clone(), Records::new());
        empty.with_records([(part.version, self.records.select(part.rows()))])
    }

    /// How many records, of what, and of which time: no reading, and no meter's number, as this comes into logs.
    pub fn summary(&self) -> String {
        let counted = |number: usize, what| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let time = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        let (records, measurement) = (&self.records, &self.meta().measurement);
        let mut line = counted(records.len(), "record");
        if let Some(name) = measurement.name.as_ref().or(measurement.quantity.as_ref()) {
            line += &format!(" of {name}");
        }
        if let Some(unit) = measurement.unit.as_deref().or(records.units().find(|unit| !unit.is_empty())) {
            line += &format!(" in {unit}");
        }
        let times = records.times().iter();
        if let (Some(first), Some(last)) = (times.clone().min(), times.max()) {
            line += &format!(", {} to {}", time(*first), time(*last));
        }
        let gaps = records.iter().filter(Record::is_gap).count();
        if gaps > 0 {
            line += &format!(", {}", counted(gaps, "gap"));
        }
        if self.parts.len() > 1 {
            line += &format!(", {} series", self.parts.len());
        }
        line
    }

    /// The same payload with the records before a time alone.
    #[cfg(feature = "xmpp")]
    pub(crate) fn before(&self, end: i64) -> Self {
        self.select((0..self.records.len()).filter(|row| self.records.times()[*row] < end))
    }

    /// The energy of the payload in Wh: mean power times its interval, or sums of energy, added up.
    ///
    /// `None` where that has no meaning: another quantity, no fixed interval, a meter index. Gaps count as nothing.
    pub fn energy_wh(&self) -> Option<f64> {
        self.parts.iter().map(|part| self.part_energy_wh(part)).sum()
    }

    fn part_energy_wh(&self, part: &Part) -> Option<f64> {
        let measurement = &part.meta.measurement;
        let mut energy = 0.0;
        for record in self.records.rows(part.rows()) {
            let Some(Value::Number(value)) = record.value else { continue };
            let (scale, power) = match record.unit.or(measurement.unit.as_deref())? {
                "W" => (1.0, true),
                "kW" => (1e3, true),
                "Wh" => (1.0, false),
                "kWh" => (1e3, false),
                _ => return None,
            };
            energy += match (&measurement.aggregation, power) {
                (Some(Aggregation::Mean), true) => {
                    value * scale * measurement.sampling_interval?.seconds()? as f64 / 3600.0
                }
                (Some(Aggregation::Sum), false) => value * scale,
                _ => return None,
            };
        }
        Some(energy)
    }

    /// Where values are missing: records that are gaps, and holes between records that are further apart than their
    /// series' sampling interval. Only for series whose interval is of fixed length.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for part in &self.parts {
            let interval = part.meta.measurement.sampling_interval.and_then(|interval| interval.seconds());
            let Some(step) = interval.and_then(|seconds| seconds.checked_mul(1_000_000)) else { continue };
            let mut series: HashMap<&str, Vec<(i64, bool)>> = HashMap::new();
            for record in self.records.rows(part.rows()) {
                series.entry(record.name).or_default().push((record.time, !record.is_gap()));
            }
            for name in self.records.names_in(part.rows()) {
                let Some(points) = series.get_mut(name) else { continue };
                // A value at the time of a gap fills it.
                points.sort_unstable_by_key(|(time, has_value)| (*time, !has_value));
                points.dedup_by_key(|(time, _)| *time);
                series_gaps(name, points, step, &mut gaps);
            }
        }
        gaps
    }
}

fn series_gaps(name: &str, points: &[(i64, bool)], step: i64, gaps: &mut Vec<Gap>) {
    let Some(&(first, _)) = points.first() else { return };
    let mut covered = first;
    let mut open: Option<Gap> = None;
    for &(time, has_value) in points {
        if time > covered || !has_value {
            let start = covered.min(time);
            let end = if has_value { time } else { time.saturating_add(step) };
            match &mut open {
                Some(gap) => gap.end = end,
                None => open = Some(Gap { name: name.to_owned(), start, end }),
            }
        }
        if has_value {
            gaps.extend(open.take());
        }
        covered = covered.max(time.saturating_add(step));
    }
    gaps.extend(open);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_series() -> Data {
        let records = |name: &str, count: i64| {
            let mut records = Records::new();
            for row in 0..count {
                records.push(&Record::number(name, row, Some("W"), Some(row as f64))).unwrap();
            }
            records
        };
        let mut data = Data::new(Metadata::default(), records("a", 4));
        data.push(Metadata::default(), &records("b", 3));
        data
    }

    #[test]
    fn a_selection_keeps_each_record_in_its_series() {
        let data = two_series();
        let some = data.select([1, 3, 4, 6]);
        assert_eq!(some.parts().iter().map(Part::rows).collect::<Vec<_>>(), [0..2, 2..4]);
        assert_eq!(some.records().times(), [1, 3, 0, 2]);
        assert_eq!(data.select(5..7).parts().iter().map(Part::rows).collect::<Vec<_>>(), [0..0, 0..2]);
        assert_eq!(data.select(0..7), data);
        assert!(data.select([]).records().is_empty());
    }

    #[test]
    #[should_panic(expected = "no such record")]
    fn what_is_not_there_cannot_be_selected() {
        two_series().select([6, 7]);
    }

    #[test]
    fn what_is_appended_belongs_to_the_last_series() {
        let mut data = two_series();
        data.append(&Record::number("c", 9, None, None)).unwrap();
        assert_eq!(data.parts().iter().map(Part::rows).collect::<Vec<_>>(), [0..4, 4..8]);
        assert!(data.append(&Record::number("", 9, None, None)).is_err());
        assert_eq!(data.records().len(), 8);
    }

    #[test]
    fn records_are_replaced_series_by_series() {
        let data = two_series();
        let records = data.records();
        let frame = data.with_records([]);
        assert!(frame.records().is_empty() && frame.parts().len() == 2);
        let again = frame.with_records([(10, records.select(0..4)), (26, records.select(4..7))]);
        assert_eq!(again.records(), records);
        assert_eq!(again.parts()[1].version(), 26);
        assert_eq!(again.parts()[0], data.parts()[0]);
    }
}
