use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Data, Result};
use crate::data::{CsvOptions, Data as CoreData, Guess, Stamp};
use crate::error::{Error as CoreError, ErrorKind};
use crate::senml::{Limits, Pack, ReadOptions, WriteOptions};

/// A representation of readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Format {
    /// The Quoalise payload in XML, by itself or in a stanza.
    Quoalise,
    /// SenML in XML (RFC 8428).
    SenmlXml,
    /// SenML in JSON (RFC 8428).
    SenmlJson,
    /// SenML in JSON, resolved (RFC 8428 section 4.6): to be read by programs that know no base fields.
    Resolved,
    /// Metadata and a list of records, as the reference program prints them: one object a line and series. Written only.
    Json,
    /// A table `time,value,unit,name`; what is read may also be a load curve as Enedis SGE exports it.
    Csv,
}

/// How to read.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct LoadOptions {
    /// The representation; found out from how the text begins by default.
    #[uniffi(default = None)]
    pub format: Option<Format>,
    /// What relative times count from; the present by default.
    #[uniffi(default = None)]
    pub now: Option<Timestamp>,
    /// Refuse what RFC 8428 refuses: records without a value, empty packs, stray content.
    #[uniffi(default = false)]
    pub strict: bool,
    /// For tables: the name of records that have none there; `value` by default.
    #[uniffi(default = None)]
    pub name: Option<String>,
    /// For tables: the unit of records that have none there.
    #[uniffi(default = None)]
    pub unit: Option<String>,
    /// For tables: the zone of times that come without an offset, which are refused by default.
    #[uniffi(default = None)]
    pub zone: Option<TimeZone>,
    /// For load curves of Enedis: which end of its interval a reading is stamped at; the end by default, as for a Linky
    /// meter.
    #[uniffi(default = None)]
    pub stamps: Option<Stamp>,
    /// For load curves of Enedis: the length of an interval, where the file does not tell it.
    #[uniffi(default = None)]
    pub step: Option<Duration>,
}

/// How to write.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct DumpOptions {
    /// Write SenML records without a value for gaps, which RFC 8428 forbids and Quoalise peers understand. Other
    /// representations always have them.
    #[uniffi(default = false)]
    pub keep_gaps: bool,
    /// For tables and JSON: the zone to write times in; UTC by default.
    #[uniffi(default = None)]
    pub zone: Option<TimeZone>,
}

/// Reads readings from any representation.
///
/// # Returns
/// The readings.
///
/// # Errors
/// `MalformedData`, which tells where, and never what was read; `InvalidArgument` for a representation that is only
/// written.
#[uniffi::export]
pub fn loads(content: Vec<u8>, options: LoadOptions) -> Result<Arc<Data>> {
    let limits = Limits::default();
    let read = ReadOptions::at(options.now.unwrap_or_else(Timestamp::now)).strict(options.strict);
    let data = match options.format.unwrap_or_else(|| guess(&content, limits)) {
        Format::Quoalise => CoreData::from_xml(&content, &read),
        Format::SenmlXml => Pack::from_xml(&content, &read).map(CoreData::from_pack),
        Format::SenmlJson | Format::Resolved => Pack::from_json(&content, &read).map(CoreData::from_pack),
        Format::Csv => {
            let mut csv = CsvOptions::default().strict(options.strict);
            (csv.name, csv.unit, csv.zone) = (options.name, options.unit, options.zone);
            csv.step = options.step.and_then(|step| SignedDuration::try_from(step).ok());
            csv.stamps = options.stamps.unwrap_or_default();
            CoreData::from_csv(&content, &csv)
        }
        Format::Json => {
            let error = CoreError::new(ErrorKind::InvalidArgument, "this JSON is only written, and not read");
            return Err(error.remedy("Keep readings as the Quoalise payload or SenML").into());
        }
    };
    Ok(data.map_err(CoreError::from)?.into())
}

/// Writes readings in a representation.
///
/// # Returns
/// The text.
///
/// # Errors
/// `MalformedData` for readings that SenML cannot carry: before 1978, or with characters XML has no place for.
#[uniffi::export]
pub fn dumps(data: &Data, format: Format, options: DumpOptions) -> Result<String> {
    let data = data.inner();
    let zone = options.zone.unwrap_or(TimeZone::UTC);
    let write = WriteOptions::default().keep_gaps(options.keep_gaps);
    let pack = || data.clone().into_pack();
    let text = match format {
        Format::Quoalise => data.to_xml(&write),
        Format::SenmlXml => pack().to_xml(&write),
        Format::SenmlJson => pack().to_json(&write),
        Format::Resolved => pack().to_resolved_json(),
        Format::Csv => Ok(data.to_csv(&zone)),
        Format::Json => Ok(data.to_json(&zone).iter().map(|series| format!("{series}\n")).collect()),
    };
    Ok(text.map_err(CoreError::from)?)
}

/// The format, by how the input begins.
fn guess(input: &[u8], limits: Limits) -> Format {
    match Guess::of(input, limits) {
        Some(Guess::SenmlXml) => Format::SenmlXml,
        Some(Guess::Quoalise) => Format::Quoalise,
        Some(Guess::SenmlJson) => Format::SenmlJson,
        None => Format::Csv,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let table = b"time,value,unit,name\n2022-01-10T00:00:00Z,412,W,a\n".to_vec();
        let data = loads(table, LoadOptions::default()).unwrap();
        for format in [Format::Quoalise, Format::SenmlXml, Format::SenmlJson, Format::Resolved, Format::Csv] {
            let text = dumps(&data, format, DumpOptions::default()).unwrap();
            let again = loads(text.into_bytes(), LoadOptions::default()).unwrap();
            assert_eq!(again.inner().records(), data.inner().records(), "{format:?}");
        }
        let options = LoadOptions { format: Some(Format::Json), ..LoadOptions::default() };
        assert_eq!(loads(Vec::new(), options).unwrap_err().kind(), ErrorKind::InvalidArgument);
        let error = loads(b"<sensml".to_vec(), LoadOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MalformedData);
    }
}
