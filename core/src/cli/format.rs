//! The formats that data are written in.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::ValueEnum;
use jiff::tz::TimeZone;

use super::{chart, table};
use crate::data::{Data, Metadata};
use crate::senml::{self, Pack, Record, Value, WriteOptions};

/// A format that data can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns to read
    Table,
    /// One JSON object a line and series, with its metadata
    Json,
    /// A table time,value,unit,name
    Csv,
    /// SenML in JSON
    SenmlJson,
    /// SenML in XML
    SenmlXml,
    /// The Quoalise payload in XML
    Quoalise,
    /// A curve drawn in the terminal
    Chart,
    /// SenML in JSON, resolved (RFC 8428 section 4.6)
    Resolved,
}

/// How data are laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'z> {
    zone: &'z TimeZone,
    keep_gaps: bool,
    width: usize,
}

impl<'z> Layout<'z> {
    /// Times in `zone`, SenML without records for gaps, charts of 80 columns.
    pub fn new(zone: &'z TimeZone) -> Self {
        Self { zone, keep_gaps: false, width: 80 }
    }

    /// Whether SenML gets a record without a value for each gap.
    pub fn keep_gaps(mut self, keep: bool) -> Self {
        self.keep_gaps = keep;
        self
    }

    /// How wide charts are: see [`terminal_width`].
    pub fn width(mut self, width: usize) -> Self {
        self.width = width;
        self
    }
}

/// Why nothing, or not all, was written.
#[derive(Debug)]
pub enum WriteError {
    /// The format cannot carry these data.
    Data(senml::Error),
    /// Whatever is written to refuses.
    Io(io::Error),
}

impl From<senml::Error> for WriteError {
    fn from(error: senml::Error) -> Self {
        Self::Data(error)
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Writes data in a format, as whole lines.
///
/// # Errors
/// Those of `out`, and `NotWritable` where SenML cannot carry the data.
pub fn write(
    data: &Data,
    format: Format,
    layout: &Layout<'_>,
    out: &mut impl Write,
) -> Result<(), WriteError> {
    let options = WriteOptions::default().keep_gaps(layout.keep_gaps);
    match format {
        Format::Table => table::write(data, layout.zone, out)?,
        Format::Chart => chart::write(data, layout.zone, layout.width, out)?,
        Format::Csv => out.write_all(data.to_csv(layout.zone).as_bytes())?,
        Format::Json => {
            for series in data.to_json(layout.zone) {
                writeln!(out, "{series}")?;
            }
        }
        Format::SenmlJson => writeln!(out, "{}", pack(data).to_json(&options)?)?,
        Format::SenmlXml => writeln!(out, "{}", pack(data).to_xml(&options)?)?,
        Format::Quoalise => writeln!(out, "{}", data.to_xml(&options)?)?,
        Format::Resolved => writeln!(out, "{}", pack(data).to_resolved_json()?)?,
    }
    Ok(())
}

fn pack(data: &Data) -> Pack {
    data.clone().into_pack()
}

/// How wide the terminal is: `COLUMNS`, else what it says itself, else 80.
pub fn terminal_width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let asked = || terminal_size::terminal_size().map(|(width, _)| width.0.into());
    told.filter(|columns| *columns > 0).or_else(asked).unwrap_or(80)
}

/// Text of a peer, made harmless for a terminal: whoever sends data must not move its cursor or set its colours.
pub(super) fn clean(text: &str) -> String {
    let harmless =
        |c: char| !c.is_control() && !matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    text.chars().map(|c| if harmless(c) { c } else { '\u{fffd}' }).collect()
}

/// What a series is, in a line: its name, what is measured and how.
pub(super) fn describe(name: &str, meta: &Metadata) -> String {
    let mut text = clean(name);
    let m = &meta.measurement;
    let how = [m.aggregation.as_ref().map(|aggregation| aggregation.as_str()), m.unit.as_deref()];
    let words = [
        [m.direction.as_deref(), m.name.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "),
        how.into_iter().flatten().collect::<Vec<_>>().join(" "),
        m.sampling_interval.map(|interval| format!("every {interval}")).unwrap_or_default(),
        meta.pricing.as_ref().and_then(|pricing| pricing.range_code.clone()).unwrap_or_default(),
        if m.corrected == Some(true) { "corrected".to_owned() } else { String::new() },
        if m.estimated == Some(true) { "estimated".to_owned() } else { String::new() },
    ];
    for word in words.iter().filter(|word| !word.is_empty()) {
        let _ = write!(text, ", {}", clean(word));
    }
    text
}

/// A value as it is shown to people; a gap is a dash.
pub(super) fn show_value(record: &Record<'_>) -> String {
    match (record.value, record.integer) {
        (_, Some(integer)) => integer.to_string(),
        (Some(Value::Number(value)), None) => show_number(value),
        (Some(Value::Text(text)), None) => clean(text),
        (Some(Value::Boolean(boolean)), None) => boolean.to_string(),
        (Some(Value::Data(data)), None) => URL_SAFE_NO_PAD.encode(data),
        (None, None) => "-".to_owned(),
    }
}

pub(super) fn show_number(value: f64) -> String {
    let mut text = String::new();
    senml::number::write(&mut text, value);
    text
}

/// The name of a zone, or its offset.
pub(super) fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().map_or_else(|| "local time".to_owned(), str::to_owned)
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.to_possible_value();
        f.write_str(name.as_ref().map_or("", |name| name.get_name()))
    }
}
