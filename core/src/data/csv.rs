//! Tables: the load curves that Enedis SGE exports, and a plain table of times and values.

use std::borrow::Cow;

use ::csv::{ReaderBuilder, StringRecord, WriterBuilder};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json};

use super::json::iso_time;
use super::{Aggregation, Data, DeviceIdentifier, Measurement, Metadata, SamplingInterval};
use crate::senml::json::check_label;
use crate::senml::number::{Number, parse, parse_micros, write as write_number};
use crate::senml::records::check_time;
use crate::senml::resolve::limit;
use crate::senml::write::is_free_label;
use crate::senml::xml::{boolean, check_text, data, is_gap};
use crate::senml::{Error, ErrorKind, Limits, Record, Records, Value};

/// How to read a table.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CsvOptions {
    /// The name of records whose table gives them none; `value` if that is not set either. For a load curve of Enedis,
    /// instead of the name that its header comes to.
    pub name: Option<String>,
    /// The unit of records whose table gives them none.
    pub unit: Option<String>,
    /// The zone of times that come without an offset. Without it they are refused.
    pub zone: Option<TimeZone>,
    /// What the stamps of a load curve of Enedis mean. Other tables are stamped at the start.
    pub stamps: Stamp,
    /// The length of a load curve's intervals where the file does not tell it: of a lone reading, say.
    pub step: Option<SignedDuration>,
    /// Refuse columns that are not known, and `null`, `None` and `NaN` for a value.
    pub strict: bool,
    /// Bounds on what is read.
    pub limits: Limits,
}

/// Which end of its interval a reading is stamped at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
pub enum Stamp {
    /// The start, as in SenML, and in the load curves of large consumers (Enedis' segments C1 to C4).
    Start,
    /// The end, as in the load curves of Linky meters (segment C5).
    #[default]
    End,
}

impl CsvOptions {
    /// Sets the name of records whose table gives them none.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the unit of records whose table gives them none.
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// Sets the zone of times that come without an offset.
    pub fn zone(mut self, zone: TimeZone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Sets what the stamps of a load curve of Enedis mean.
    pub fn stamps(mut self, stamps: Stamp) -> Self {
        self.stamps = stamps;
        self
    }

    /// Sets the length of a load curve's intervals where the file does not tell it.
    pub fn step(mut self, step: SignedDuration) -> Self {
        self.step = Some(step);
        self
    }

    /// Sets strict or lenient reading.
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Sets the bounds.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Data {
    /// Reads a table in UTF-8, of one of two layouts, told apart by the first line. Errors tell the line, never a value.
    ///
    /// # A plain table
    /// A header names the columns, in any order: `time` and `value`, and if wanted `unit`, `name`, `text`, `boolean`,
    /// `data` (base64url), `sum`, `update_time` and `other` (a JSON object of further SenML labels). Commas separate
    /// them, or semicolons where the header has one; with semicolons a decimal comma is understood. Times are ISO 8601
    /// with an offset, or seconds since 1970; a time without an offset needs [`CsvOptions::zone`], and is refused where
    /// the clocks there were changed and it never was, or was twice. A row without any value is a gap, and kept.
    ///
    /// ```
    /// use quoalise::data::{CsvOptions, Data};
    ///
    /// let table = b"time;value\n2022-01-10T00:00:00+01:00;412,5\n2022-01-10T00:30:00+01:00;\n";
    /// let data = Data::from_csv(table, &CsvOptions::default().unit("W"))?;
    /// assert_eq!(data.records().get(0).unwrap().timestamp().as_second(), 1641769200);
    /// assert_eq!(data.records().values()[0], 412.5);
    /// assert!(data.records().get(1).unwrap().is_gap());
    /// # Ok::<(), quoalise::senml::Error>(())
    /// ```
    ///
    /// # A load curve of Enedis SGE
    /// Two lines say what it is, and under `Horodate;Valeur` come the readings. What is read says so in names
    /// (`urn:dev:prm:<PRM>_consumption/power/active/raw`) and metadata. Linky meters' readings are stamped at the *end*
    /// of their interval, and SenML's at the start: so each is moved back by the length of its own interval, which is
    /// 1. `Pas en minutes`, where the header gives it;
    /// 2. else the distance to the reading before, if that is a usual step (10, 15, 30 or 60 minutes) and also the
    ///    length of the interval before, or the distance to the reading after: a steady stretch, or its first or last
    ///    reading;
    /// 3. else the distance to the reading after, if that is a usual step and does not reach over the reading before:
    ///    after a hole, the first reading of what follows (`12:00`, `00:30`, `01:00`: half an hour each);
    /// 4. else the length of the interval before, on the same condition: a last reading after a hole;
    /// 5. else the distance to the reading before, if that is a usual step;
    /// 6. else the length of the interval after: a first reading before a hole;
    /// 7. else [`CsvOptions::step`]; without it the file is refused.
    ///
    /// Before and after are by time, whatever the order of the rows, and rows without a value count. The sampling
    /// interval is put into the metadata where it is the same throughout.
    ///
    /// # Errors
    /// `NotSenml` for a table that is neither of these, `Syntax` for one that is no table at all, and what a SenML
    /// reader says of the same content.
    pub fn from_csv(csv: &[u8], options: &CsvOptions) -> Result<Self, Error> {
        if csv.len() > options.limits.bytes {
            return Err(limit("bytes", options.limits.bytes));
        }
        let text = std::str::from_utf8(csv).map_err(|error| {
            let line = 1 + csv[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            Error::new(ErrorKind::Syntax, "not UTF-8").at_line(line as u64)
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let enedis = first.split(';').next().is_some_and(|cell| plain(cell) == "identifiant prm");
        let separator = if enedis || first.contains(';') { b';' } else { b',' };
        let mut table = Table::new(text, separator, options);
        if enedis { load_curve(&mut table) } else { plain_table(&mut table) }
    }

    /// Writes the records as a plain table that [`from_csv`](Self::from_csv) reads back equal: `time,value,unit,name`,
    /// and further columns where some record needs them. Times are in `zone`, with their offset; a gap has no value.
    /// Metadata have no place in it.
    ///
    /// As an empty cell means none, an empty text is written as the JSON string `""` (and so is any that begins with
    /// a quote), and empty data as `=`.
    pub fn to_csv(&self, zone: &TimeZone) -> String {
        let records = self.records();
        let columns: Vec<Column> = ALL
            .into_iter()
            .filter(|column| column.is_basic() || records.iter().any(|record| column.holds(&record)))
            .collect();
        let mut out = WriterBuilder::new().from_writer(Vec::new());
        let mut row = StringRecord::from_iter(columns.iter().map(|column| column.name()));
        let _ = out.write_record(&row); // what goes to memory does not fail
        for record in records.iter() {
            row.clear();
            for column in &columns {
                row.push_field(&column.write(&record, zone));
            }
            let _ = out.write_record(&row);
        }
        String::from_utf8(out.into_inner().unwrap_or_default()).unwrap_or_default()
    }
}

/// The columns of a plain table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Time,
    Value,
    Unit,
    Name,
    Text,
    Boolean,
    Data,
    Sum,
    UpdateTime,
    Other,
}

const ALL: [Column; 10] = [
    Column::Time,
    Column::Value,
    Column::Unit,
    Column::Name,
    Column::Text,
    Column::Boolean,
    Column::Data,
    Column::Sum,
    Column::UpdateTime,
    Column::Other,
];

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Value => "value",
            Self::Unit => "unit",
            Self::Name => "name",
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Data => "data",
            Self::Sum => "sum",
            Self::UpdateTime => "update_time",
            Self::Other => "other",
        }
    }

    /// Whether every table has it.
    fn is_basic(self) -> bool {
        matches!(self, Self::Time | Self::Value | Self::Unit | Self::Name)
    }

    /// Whether the record has something for it.
    fn holds(self, record: &Record<'_>) -> bool {
        match self {
            Self::Time | Self::Name => true,
            Self::Value => matches!(record.value, Some(Value::Number(_))),
            Self::Unit => record.unit.is_some(),
            Self::Text => matches!(record.value, Some(Value::Text(_))),
            Self::Boolean => matches!(record.value, Some(Value::Boolean(_))),
            Self::Data => matches!(record.value, Some(Value::Data(_))),
            Self::Sum => record.sum.is_some(),
            Self::UpdateTime => record.update_time.is_some(),
            Self::Other => !record.other.is_empty(),
        }
    }

    fn write(self, record: &Record<'_>, zone: &TimeZone) -> String {
        let number = |number: f64| {
            let mut out = String::new();
            write_number(&mut out, number);
            out
        };
        match (self, record.value) {
            (Self::Time, _) => iso_time(record, zone),
            (Self::Name, _) => record.name.to_owned(),
            (Self::Unit, _) => record.unit.unwrap_or_default().to_owned(),
            (Self::Value, Some(Value::Number(value))) => {
                record.integer.map_or_else(|| number(value), |integer| integer.to_string())
            }
            (Self::Text, Some(Value::Text(text))) if text.is_empty() || text.starts_with('"') => {
                Json::from(text).to_string()
            }
            (Self::Text, Some(Value::Text(text))) => text.to_owned(),
            (Self::Boolean, Some(Value::Boolean(boolean))) => boolean.to_string(),
            (Self::Data, Some(Value::Data([]))) => NO_BYTES.to_owned(),
            (Self::Data, Some(Value::Data(data))) => URL_SAFE_NO_PAD.encode(data),
            (Self::Sum, _) => record.sum.map(number).unwrap_or_default(),
            (Self::UpdateTime, _) => record.update_time.map(number).unwrap_or_default(),
            (Self::Other, _) if !record.other.is_empty() => {
                Json::Object(record.other.iter().cloned().collect()).to_string()
            }
            _ => String::new(),
        }
    }
}

/// What stands for empty data, where an empty cell would mean none.
const NO_BYTES: &str = "=";

/// The rows of a table, within [`Limits`], and how their cells are read.
struct Table<'a> {
    text: &'a str,
    reader: ::csv::Reader<&'a [u8]>,
    decimal_comma: bool,
    options: &'a CsvOptions,
    row: StringRecord,
    line: u64,
}

impl<'a> Table<'a> {
    fn new(text: &'a str, separator: u8, options: &'a CsvOptions) -> Self {
        let reader = ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        Self { text, reader, decimal_comma: separator == b';', options, row: StringRecord::new(), line: 0 }
    }

    /// Goes to the next row that is not blank; false after the last.
    fn next(&mut self) -> Result<bool, Error> {
        loop {
            let more = self.reader.read_record(&mut self.row);
            if let Some(position) = self.row.position() {
                // The reader's own count does not see the blank lines in front of a row.
                let from = self.text.get(position.byte() as usize..).unwrap_or_default();
                let blank = from.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n'));
                self.line = position.line() + blank.filter(|byte| *byte == b'\n').count() as u64;
            }
            let no_row = |_| Error::new(ErrorKind::Syntax, "not a row of a table").at_line(self.line);
            if !more.map_err(no_row)? {
                return Ok(false);
            }
            let limits = &self.options.limits;
            if self.row.len() > limits.attributes {
                return Err(limit("columns", limits.attributes).at_line(self.line));
            }
            for cell in &self.row {
                check_text(cell, limits.text).map_err(|error| error.at_line(self.line))?;
            }
            if self.row.iter().any(|cell| !cell.trim().is_empty()) {
                return Ok(true);
            }
        }
    }

    /// Refuses a row that has not a cell for each column; empty ones may follow.
    fn check_width(&self, columns: usize) -> Result<(), Error> {
        let beyond = self.row.iter().skip(columns).any(|cell| !cell.trim().is_empty());
        if self.row.len() >= columns && !beyond {
            return Ok(());
        }
        let detail = format!("{} cells in a row under a header of {columns}", self.row.len());
        Err(Error::new(ErrorKind::Syntax, detail))
    }

    fn check_count(&self, records: usize) -> Result<(), Error> {
        let most = self.options.limits.records;
        if records < most { Ok(()) } else { Err(limit("records", most)) }
    }

    fn with_point<'c>(&self, cell: &'c str) -> Cow<'c, str> {
        if self.decimal_comma && !cell.contains('.') {
            cell.replacen(',', ".", 1).into()
        } else {
            cell.into()
        }
    }

    fn number(&self, cell: &str) -> Result<Number, Error> {
        parse(&self.with_point(cell))
            .ok_or_else(|| Error::new(ErrorKind::BadNumber, "a cell that should hold a finite number"))
    }

    /// A value; `None` for a gap.
    fn value(&self, cell: &str) -> Result<Option<Number>, Error> {
        let gap = cell.trim().is_empty() || (!self.options.strict && is_gap(cell));
        if gap { Ok(None) } else { self.number(cell).map(Some) }
    }

    fn time(&self, cell: &str) -> Result<i64, Error> {
        let bad = |detail: &str| Error::new(ErrorKind::BadTime, detail);
        let cell = cell.trim();
        let number = self.with_point(cell);
        if parse(&number).is_some() {
            let micros = parse_micros(&number).ok_or_else(|| bad("a time that is out of range"))?;
            return check_time(micros);
        }
        if let Ok(timestamp) = cell.parse::<Timestamp>() {
            return Ok((timestamp.as_nanosecond() + 500).div_euclid(1000) as i64);
        }
        let naive: DateTime =
            cell.parse().map_err(|_| bad("a time that is neither ISO 8601 nor seconds since 1970"))?;
        let zone = self.options.zone.as_ref().ok_or_else(|| {
            bad("a time without its offset from UTC: write it like 2022-01-10T00:00:00+01:00, or tell the zone \
                 that times are in (`--tz Europe/Paris`)")
        })?;
        let there = zone.to_ambiguous_timestamp(naive);
        if there.is_ambiguous() {
            return Err(bad(
                "a time that was never, or was twice, as the clocks were changed there: write it with \
                            its offset from UTC",
            ));
        }
        let timestamp = there.unambiguous().map_err(|_| bad("a time that is out of range"))?;
        Ok(timestamp.as_microsecond())
    }
}

fn plain_table(table: &mut Table<'_>) -> Result<Data, Error> {
    if !table.next()? {
        return Err(Error::new(ErrorKind::Syntax, "an empty table: not even a header"));
    }
    let columns = columns(table).map_err(|error| error.at_line(table.line))?;
    let mut records = Records::new();
    while table.next()? {
        push_row(table, &columns, &mut records).map_err(|error| error.at_line(table.line))?;
    }
    Ok(Data::new(Metadata::default(), records))
}

/// What each column is by the header just read; `None` for one that is passed over.
fn columns(table: &Table<'_>) -> Result<Vec<Option<Column>>, Error> {
    let refuse = |detail: String| Err(Error::new(ErrorKind::NotSenml, detail));
    let mut columns = Vec::new();
    for cell in &table.row {
        let name = plain(cell);
        let column = ALL.into_iter().find(|column| column.name() == name);
        if column.is_some() && columns.contains(&column) {
            return refuse("a column is there twice".to_owned());
        }
        if column.is_none() && table.options.strict && !name.is_empty() {
            return refuse("a column that is not known here".to_owned());
        }
        columns.push(column);
    }
    for column in [Column::Time, Column::Value] {
        if !columns.contains(&Some(column)) {
            let name = column.name();
            return refuse(format!(
                "no column `{name}`; the first line names the columns: `time,value,unit`, say"
            ));
        }
    }
    Ok(columns)
}

fn push_row(table: &Table<'_>, columns: &[Option<Column>], records: &mut Records) -> Result<(), Error> {
    let options = table.options;
    table.check_width(columns.len())?;
    table.check_count(records.len())?;
    let cell = |column: Column| {
        let at = columns.iter().position(|known| *known == Some(column))?;
        table.row.get(at).filter(|cell| !cell.is_empty())
    };
    let trimmed = |column: Column| cell(column).map(str::trim).filter(|cell| !cell.is_empty());
    let number = |column: Column| trimmed(column).map(|cell| table.number(cell)).transpose();
    let not = |detail: &str| Error::new(ErrorKind::BadType, detail);

    let time = table.time(cell(Column::Time).unwrap_or_default())?;
    let value = table.value(cell(Column::Value).unwrap_or_default())?;
    let text = cell(Column::Text).map(unquote);
    let boolean = trimmed(Column::Boolean).map(boolean).transpose();
    let boolean = boolean.map_err(|_| not("the cell under `boolean` is none of true, false, 1, 0"))?;
    let data = trimmed(Column::Data).map(|cell| bytes(cell, options.strict)).transpose();
    let data = data.map_err(|_| not("the cell under `data` is not base64url"))?;
    let other =
        trimmed(Column::Other).map(|cell| labels(cell, &options.limits)).transpose()?.unwrap_or_default();

    let values = [
        value.map(Value::from),
        text.as_deref().map(Value::Text),
        boolean.map(Value::Boolean),
        data.as_deref().map(Value::Data),
    ];
    let mut values = values.into_iter().flatten();
    let first = values.next();
    if values.next().is_some() {
        return Err(Error::new(ErrorKind::SeveralValues, "more than one of number, text, boolean and data"));
    }
    records.push(&Record {
        name: trimmed(Column::Name).or(options.name.as_deref()).unwrap_or("value"),
        time,
        unit: cell(Column::Unit).or(options.unit.as_deref()),
        value: first,
        sum: number(Column::Sum)?.map(|number| number.value),
        update_time: number(Column::UpdateTime)?.map(|number| number.value),
        integer: value.and_then(|number| number.exact),
        other: &other,
    })
}

/// A text, which may have been written as a JSON string.
fn unquote(cell: &str) -> Cow<'_, str> {
    let json = cell.starts_with('"').then(|| serde_json::from_str(cell).ok()).flatten();
    json.map_or(Cow::Borrowed(cell), Cow::Owned)
}

/// Further labels of SenML, as a JSON object.
fn labels(cell: &str, limits: &Limits) -> Result<Vec<(String, Json)>, Error> {
    let refuse = |detail: &str| Error::new(ErrorKind::BadType, detail);
    let object: Map<String, Json> =
        serde_json::from_str(cell).map_err(|_| refuse("the cell under `other` is no JSON object"))?;
    if object.len() > limits.attributes {
        return Err(limit("labels of a record", limits.attributes));
    }
    for (label, value) in &object {
        if !is_free_label(label) {
            return Err(refuse("a label under `other` that SenML gives a meaning"));
        }
        check_label(label, value, limits)?;
    }
    Ok(object.into_iter().collect())
}

fn bytes(cell: &str, strict: bool) -> Result<Vec<u8>, Error> {
    if cell == NO_BYTES { Ok(Vec::new()) } else { data(cell, strict) }
}

/// Lower case without accents: how the words of a header are compared.
fn plain(cell: &str) -> String {
    let cell = cell.trim().trim_matches('"').to_lowercase();
    let bare = cell.chars().map(|c| match c {
        'à' | 'â' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' => 'o',
        'ù' | 'û' => 'u',
        'ç' => 'c',
        c => c,
    });
    bare.collect()
}

/// What the two lines above a load curve say.
struct Header {
    meter: String,
    direction: Option<&'static str>,
    stage: Option<&'static str>,
    active: bool,
    unit: Option<String>,
    /// Microseconds.
    step: Option<i64>,
}

impl Header {
    fn new(labels: &StringRecord, values: &StringRecord) -> Result<Self, Error> {
        let field = |label: &str| {
            let at = labels.iter().position(|known| plain(known) == label);
            at.and_then(|at| values.get(at)).map(str::trim).filter(|value| !value.is_empty())
        };
        let word = |label: &str| field(label).map(plain).unwrap_or_default();
        if word("type de donnees") != "courbe de charge" {
            return Err(Error::new(
                ErrorKind::NotSenml,
                "an export of Enedis that is no load curve (`Courbe de charge`)",
            ));
        }
        let stage = word("etape metier");
        Ok(Self {
            meter: field("identifiant prm").unwrap_or_default().to_owned(),
            direction: match &*word("grandeur metier") {
                "consommation" => Some("consumption"),
                "production" => Some("production"),
                _ => None,
            },
            stage: match &*stage {
                _ if stage.contains("corrige") => Some("corrected"),
                _ if stage.contains("brut") => Some("raw"),
                _ => None,
            },
            active: matches!(&*word("grandeur physique"), "energie active" | "puissance active"),
            unit: field("unite").map(str::to_owned),
            step: field("pas en minutes").map(minutes).transpose()?,
        })
    }

    fn name(&self) -> Result<String, Error> {
        let (Some(direction), Some(stage), true) = (self.direction, self.stage, self.active) else {
            return Err(Error::new(
                ErrorKind::NotSenml,
                "a quantity, direction or stage that has no name here: give it one (`--name`)",
            ));
        };
        Ok(format!("urn:dev:prm:{}_{direction}/power/active/{stage}", self.meter))
    }

    fn metadata(&self) -> Metadata {
        let active = |word: &str| self.active.then(|| word.to_owned());
        let mut meta = Metadata::default();
        meta.device_type = Some("electricity-meter".to_owned());
        meta.device = Some(DeviceIdentifier {
            authority: Some("enedis".to_owned()),
            kind: Some("prm".to_owned()),
            value: Some(self.meter.clone()),
        });
        meta.measurement = Measurement {
            name: active("active-power"),
            direction: self.direction.map(str::to_owned),
            quantity: active("power"),
            kind: Some("electrical".to_owned()),
            unit: self.unit.clone(),
            aggregation: Some(Aggregation::Mean),
            corrected: (self.stage == Some("corrected")).then_some(true),
            ..Measurement::default()
        };
        meta
    }
}

fn minutes(cell: &str) -> Result<i64, Error> {
    let minutes = cell.parse().ok().filter(|minutes| (1..=44_640).contains(minutes));
    let minutes: i64 = minutes.ok_or_else(|| {
        Error::new(ErrorKind::BadNumber, "`Pas en minutes` is not a number of minutes up to a month")
    })?;
    Ok(minutes * 60_000_000)
}

fn load_curve(table: &mut Table<'_>) -> Result<Data, Error> {
    let options = table.options;
    table.next()?;
    let labels = table.row.clone();
    let short = || Error::new(ErrorKind::NotSenml, "an export of Enedis that ends in its header");
    if !table.next()? {
        return Err(short());
    }
    let mut header = Header::new(&labels, &table.row).map_err(|error| error.at_line(table.line))?;
    header.unit = header.unit.or_else(|| options.unit.clone());
    let name = match &options.name {
        Some(name) => name.clone(),
        None => header.name().map_err(|error| error.at_line(table.line))?,
    };
    if !table.next()? {
        return Err(short());
    }
    let column = |name: &str| table.row.iter().position(|cell| plain(cell) == name);
    let (Some(stamp), Some(value)) = (column("horodate"), column("valeur")) else {
        let detail = "no columns `Horodate` and `Valeur` under the header of an export of Enedis";
        return Err(Error::new(ErrorKind::NotSenml, detail).at_line(table.line));
    };
    let mut readings = Vec::new();
    while table.next()? {
        let reading = table.reading(stamp, value, readings.len());
        readings.push(reading.map_err(|error| error.at_line(table.line))?);
    }
    let intervals = Intervals::new(&readings, header.step, options);
    let mut records = Records::new();
    for reading in &readings {
        let record = intervals.start(reading.stamp).and_then(|start| {
            let value = reading.value.map(|value| value.value);
            let integer = reading.value.and_then(|value| value.exact);
            records.push(&Record { integer, ..Record::number(&name, start, header.unit.as_deref(), value) })
        });
        record.map_err(|error| error.at_line(reading.line))?;
    }
    let mut meta = header.metadata();
    meta.measurement.sampling_interval = intervals.common();
    Ok(Data::new(meta, records))
}

struct Reading {
    line: u64,
    stamp: i64,
    value: Option<Number>,
}

impl Table<'_> {
    fn reading(&self, stamp: usize, value: usize, count: usize) -> Result<Reading, Error> {
        self.check_width(stamp.max(value) + 1)?;
        self.check_count(count)?;
        let (stamp, value) = (self.time(&self.row[stamp])?, self.value(&self.row[value])?);
        Ok(Reading { line: self.line, stamp, value })
    }
}

/// The intervals of a load curve's readings: see [`Data::from_csv`] for the rule.
struct Intervals {
    /// Sorted, each once; turned round where they are starts, as the rule looks back from an end.
    ends: Vec<i64>,
    lengths: Vec<Option<i64>>,
    stamps: Stamp,
}

impl Intervals {
    fn new(readings: &[Reading], step: Option<i64>, options: &CsvOptions) -> Self {
        let stamps = options.stamps;
        let mut ends: Vec<i64> = readings.iter().map(|reading| Self::end(reading.stamp, stamps)).collect();
        ends.sort_unstable();
        ends.dedup();
        let lengths = match step {
            Some(step) => vec![Some(step); ends.len()],
            None => {
                let told = options.step.and_then(|step| i64::try_from(step.as_micros()).ok());
                let told = told.filter(|step| *step > 0);
                lengths(&ends).into_iter().map(|length| length.or(told)).collect()
            }
        };
        Self { ends, lengths, stamps }
    }

    fn end(stamp: i64, stamps: Stamp) -> i64 {
        match stamps {
            Stamp::End => stamp,
            Stamp::Start => -stamp,
        }
    }

    fn start(&self, stamp: i64) -> Result<i64, Error> {
        if self.stamps == Stamp::Start {
            return Ok(stamp);
        }
        let at = self.ends.binary_search(&stamp).ok();
        let length = at.and_then(|at| self.lengths[at]).ok_or_else(|| {
            Error::new(
                ErrorKind::BadTime,
                "how long the interval of this reading is cannot be told: the header does not say, and no other \
                 reading is 10, 15, 30 or 60 minutes away; tell it (`--step 30`)",
            )
        })?;
        Ok(stamp.saturating_sub(length))
    }

    /// The length that all have.
    fn common(&self) -> Option<SamplingInterval> {
        let first = (*self.lengths.first()?)?;
        let same = self.lengths.iter().all(|length| *length == Some(first));
        (same && first % 1_000_000 == 0).then(|| SamplingInterval::from_seconds(first / 1_000_000)).flatten()
    }
}

fn lengths(ends: &[i64]) -> Vec<Option<i64>> {
    let usual = |length: &i64| [10, 15, 30, 60].contains(&(length / 60_000_000)) && length % 60_000_000 == 0;
    let mut lengths: Vec<Option<i64>> = Vec::with_capacity(ends.len());
    for (at, end) in ends.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| end - ends[at]);
        let after = ends.get(at + 1).map(|after| after - end);
        let last = lengths.last().copied().flatten();
        let reaches = |length: &i64| before.is_none_or(|before| *length <= before);
        let steady = |length: &i64| last == Some(*length) || after == Some(*length);
        let length = before.filter(|length| usual(length) && steady(length));
        let length = length.or(after.filter(|length| usual(length) && reaches(length)));
        lengths.push(length.or(last.filter(reaches)).or(before.filter(usual)));
    }
    for at in (1..lengths.len()).rev() {
        lengths[at - 1] = lengths[at - 1].or(lengths[at]);
    }
    lengths
}
