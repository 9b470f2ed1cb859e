//! Data, which Java keeps as arrays of its own: so its collector sees what they weigh, and nobody has to close them.
//!
//! The columns are copied once each way. What there is besides (names, units, series, the few records that hold more than a
//! number) is the *head*: bytes that Java reads from, keeps and hands back. What data can be asked is asked of the core, which
//! gets them back for it.

mod metadata;

use std::sync::Arc;

use jni::objects::{JByteArray, JClass, JDoubleArray, JIntArray, JLongArray, JPrimitiveArray, TypeArray};
use jni::sys::{jint, jlong};
use jni::{Env, EnvUnowned};
use quoalise::data::{Data as CoreData, Gap};
use quoalise::jiff::tz::TimeZone;
use quoalise::senml::{self, DEFAULT_VERSION, ReadOptions, Record, Records, Value, WriteOptions};
use quoalise::{ErrorKind, ffi};

use crate::error::{Failure, Throw};
use crate::wire::{Decode, Encode, Input, Output, ShortBytes, Wrong};
use crate::{handle, operation};

/// What the codec refused.
fn refused(error: senml::Error) -> Arc<ffi::Error> {
    quoalise::Error::from(error).into()
}

fn answer<'local, T: Encode>(
    env: &mut Env<'local>,
    result: ffi::Result<T>,
) -> Result<JByteArray<'local>, Failure> {
    let mut out = Output::new();
    operation::result(result, &mut out);
    out.give(env)
}

/// The head of some data that the library has.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Columns_open<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    handle: jlong,
) -> JByteArray<'local> {
    let outcome = env.with_env(|env| answer(env, handle::get(handle).and_then(Head::of)));
    outcome.resolve::<Throw>()
}

/// Copies the columns of some data that the library has. Indexes are only wanted where there are several names or units.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Columns_copy<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    handle: jlong,
    times: JLongArray<'local>,
    values: JDoubleArray<'local>,
    names: JIntArray<'local>,
    units: JIntArray<'local>,
) {
    let outcome = env.with_env(|env| {
        // Whoever asks has just opened it.
        let data: Arc<ffi::Data> = handle::get(handle).map_err(|_| Failure::NullPtr("the data"))?;
        let records = data.inner().records();
        times.set_region(env, 0, records.times())?;
        values.set_region(env, 0, records.values())?;
        let rows = 0..records.len();
        if !names.is_null() {
            let indexes: Vec<jint> = rows.clone().map(|row| records.name_index(row) as jint).collect();
            names.set_region(env, 0, &indexes)?;
        }
        if !units.is_null() {
            let indexes: Vec<jint> = rows.map(|row| records.unit_index(row) as jint).collect();
            units.set_region(env, 0, &indexes)?;
        }
        Ok::<_, Failure>(())
    });
    outcome.resolve::<Throw>();
}

/// Asks something of data that Java has.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "they are the columns")]
pub extern "system" fn Java_quoalise_Columns_ask<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    question: jint,
    arguments: JByteArray<'local>,
    head: JByteArray<'local>,
    times: JLongArray<'local>,
    values: JDoubleArray<'local>,
    names: JIntArray<'local>,
    units: JIntArray<'local>,
) -> JByteArray<'local> {
    let outcome = env.with_env(|env| {
        let arguments = env.convert_byte_array(&arguments)?;
        let head = env.convert_byte_array(&head)?;
        let columns = Columns {
            times: vector(env, &times)?,
            values: vector(env, &values)?,
            names: vector(env, &names)?,
            units: vector(env, &units)?,
        };
        let mut out = Output::new();
        let data = Input::new(&head).argument("head").and_then(|head: Stored| head.with(&columns));
        match data.and_then(|data| Question::of(question, &mut Input::new(&arguments), data)) {
            Ok(question) => operation::result(question.answer(), &mut out),
            Err(error) => operation::result(Err::<(), _>(error), &mut out),
        }
        out.give(env)
    });
    outcome.resolve::<Throw>()
}

/// Makes data of readings: their number.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Columns_build<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    arguments: JByteArray<'local>,
) -> JByteArray<'local> {
    let outcome = env.with_env(|env| {
        let arguments = env.convert_byte_array(&arguments)?;
        let mut input = Input::new(&arguments);
        let built = input.argument("metadata").and_then(|metadata::Given(metadata)| {
            let readings: Readings = input.argument("readings")?;
            let mut records = Records::new();
            for reading in &readings.0 {
                reading.with(|record| records.push(record).map_err(refused))?;
            }
            Ok(Arc::<ffi::Data>::from(CoreData::new(metadata, records)))
        });
        answer(env, built)
    });
    outcome.resolve::<Throw>()
}

/// Whether two are the same payload.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Columns_same<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    one: jlong,
    other: jlong,
) -> JByteArray<'local> {
    let outcome = env.with_env(|env| {
        let same = handle::get::<ffi::Data>(one)
            .and_then(|one| Ok(one.inner() == handle::get::<ffi::Data>(other)?.inner()));
        answer(env, same)
    });
    outcome.resolve::<Throw>()
}

/// An array's elements; none of one that isn't there.
fn vector<T: TypeArray + Clone + Default>(
    env: &Env<'_>,
    array: &JPrimitiveArray<'_, T>,
) -> Result<Vec<T>, Failure> {
    if array.is_null() {
        return Ok(Vec::new());
    }
    let mut elements = vec![T::default(); array.len(env)?];
    array.get_region(env, 0, &mut elements)?;
    Ok(elements)
}

struct Bytes<'a>(&'a [u8]);

impl Encode for Bytes<'_> {
    fn encode(self, out: &mut Output) {
        out.extend_from_slice(&(self.0.len() as jint).to_be_bytes());
        out.extend_from_slice(self.0);
    }
}

/// What there is besides columns.
struct Head {
    /// The payload without its records, as XML: metadata, and whatever else it holds.
    frame: String,
    data: Arc<ffi::Data>,
}

impl Head {
    fn of(data: Arc<ffi::Data>) -> ffi::Result<Self> {
        let core = data.inner();
        if jint::try_from(core.records().len()).is_err() {
            let message = "these are more records than an array holds";
            return Err(ffi::Error::new(ErrorKind::TooLarge, message, "Ask for a shorter period"));
        }
        let empty = core.with_records(core.parts().iter().map(|_| (DEFAULT_VERSION, Records::new())));
        let frame = empty.to_xml(&WriteOptions::default()).map_err(refused)?;
        Ok(Self { frame, data })
    }
}

impl Encode for Head {
    fn encode(self, out: &mut Output) {
        let core = self.data.inner();
        let records = core.records();
        (records.len() as u64).encode(out);
        let parts: Vec<_> = core.parts().iter().map(|part| Part(part.version(), part.rows().len())).collect();
        parts.encode(out);
        records.names().collect::<Vec<_>>().encode(out);
        records.units().collect::<Vec<_>>().encode(out);
        let special = records.special().filter_map(|row| Some(Special(row, records.get(row)?)));
        special.collect::<Vec<_>>().encode(out);
        self.frame.encode(out);
    }
}

/// A series: its version, and how many records it has.
struct Part(u32, usize);

impl Encode for Part {
    fn encode(self, out: &mut Output) {
        self.0.encode(out);
        (self.1 as u64).encode(out);
    }
}

impl Decode for Part {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(Self(u32::decode(input)?, row(input)?))
    }
}

/// A record that holds more than a number, or something else.
struct Special<'a>(usize, Record<'a>);

impl Encode for Special<'_> {
    fn encode(self, out: &mut Output) {
        let Self(row, record) = self;
        (row as u64).encode(out);
        let (mut text, mut boolean, mut data) = (None, None, None);
        match record.value {
            Some(Value::Text(it)) => text = Some(it),
            Some(Value::Boolean(it)) => boolean = Some(it),
            Some(Value::Data(it)) => data = Some(Bytes(it)),
            Some(Value::Number(_)) | None => {}
        }
        text.encode(out);
        boolean.encode(out);
        data.encode(out);
        record.integer.map(|integer| integer.to_string()).encode(out);
        record.sum.encode(out);
        record.update_time.encode(out);
        let other = record.other.iter().map(|(label, value)| Label(label.clone(), value.to_string()));
        other.collect::<Vec<_>>().encode(out);
    }
}

/// One that SenML's registry may have and the core does not know, with its value in JSON.
struct Label(String, String);

impl Encode for Label {
    fn encode(self, out: &mut Output) {
        self.0.encode(out);
        self.1.encode(out);
    }
}

/// What a record holds besides its number.
#[derive(Default)]
struct Extra {
    text: Option<String>,
    boolean: Option<bool>,
    data: Option<Vec<u8>>,
    integer: Option<i128>,
    sum: Option<f64>,
    update_time: Option<f64>,
    other: Vec<(String, serde_json::Value)>,
}

impl Decode for Extra {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        let wrong = |_| Wrong::Value("has a label that is no JSON");
        Ok(Self {
            text: Decode::decode(input)?,
            boolean: Decode::decode(input)?,
            data: Option::<ShortBytes>::decode(input)?.map(|data| data.0),
            integer: Option::<String>::decode(input)?.and_then(|digits| digits.parse().ok()),
            sum: number(input)?,
            update_time: number(input)?,
            other: input
                .list(|input| Ok((String::decode(input)?, String::decode(input)?)))?
                .into_iter()
                .map(|(label, json)| Ok((label, serde_json::from_str(&json).map_err(wrong)?)))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Extra {
    fn add_to<'a>(&'a self, record: &mut Record<'a>) {
        if let Some(text) = &self.text {
            record.value = Some(Value::Text(text));
        } else if let Some(boolean) = self.boolean {
            record.value = Some(Value::Boolean(boolean));
        } else if let Some(data) = &self.data {
            record.value = Some(Value::Data(data));
        }
        record.integer = self.integer;
        (record.sum, record.update_time) = (self.sum, self.update_time);
        record.other = &self.other;
    }
}

fn number(input: &mut Input<'_>) -> Result<Option<f64>, Wrong> {
    Ok(Option::<i64>::decode(input)?.map(|bits| f64::from_bits(bits.cast_unsigned())))
}

fn row(input: &mut Input<'_>) -> Result<usize, Wrong> {
    usize::try_from(u64::decode(input)?).map_err(|_| Wrong::Value("is out of range"))
}

/// The columns of what Java has.
struct Columns {
    times: Vec<i64>,
    values: Vec<f64>,
    names: Vec<jint>,
    units: Vec<jint>,
}

/// A head that comes back. It may have been in a file in between: nothing in it is taken for granted.
struct Stored {
    parts: Vec<Part>,
    names: Vec<String>,
    units: Vec<String>,
    special: Vec<(usize, Extra)>,
    frame: String,
}

impl Decode for Stored {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        row(input)?;
        Ok(Self {
            parts: input.list(Part::decode)?,
            names: input.list(String::decode)?,
            units: input.list(String::decode)?,
            special: input.list(|input| Ok((row(input)?, Extra::decode(input)?)))?,
            frame: String::decode(input)?,
        })
    }
}

impl Stored {
    fn with(&self, columns: &Columns) -> ffi::Result<CoreData> {
        let broken = || crate::wire::invalid("these are no readings as this library has stored them");
        let frame = CoreData::from_xml(self.frame.as_bytes(), &ReadOptions::default()).map_err(refused)?;
        let length = columns.times.len();
        let rows: Option<usize> = self.parts.iter().try_fold(0_usize, |sum, part| sum.checked_add(part.1));
        if frame.parts().len() != self.parts.len() || columns.values.len() != length || rows != Some(length) {
            return Err(broken());
        }
        // Without indexes there is but one.
        let find = |texts: &'_ [String], indexes: &[jint], row: usize| -> Option<usize> {
            let index = if indexes.is_empty() { 0 } else { usize::try_from(*indexes.get(row)?).ok()? };
            (index < texts.len()).then_some(index)
        };
        let mut special = self.special.iter().peekable();
        let (mut series, mut row) = (Vec::new(), 0);
        for Part(version, length) in &self.parts {
            let mut records = Records::new();
            for _ in 0..*length {
                let name = find(&self.names, &columns.names, row).ok_or_else(broken)?;
                let unit = find(&self.units, &columns.units, row).ok_or_else(broken)?;
                let unit = Some(&*self.units[unit]).filter(|unit| !unit.is_empty());
                let value = Some(columns.values[row]).filter(|value| !value.is_nan());
                let mut record = Record::number(&self.names[name], columns.times[row], unit, value);
                if let Some((_, extra)) = special.next_if(|(at, _)| *at == row) {
                    extra.add_to(&mut record);
                }
                records.push(&record).map_err(refused)?;
                row += 1;
            }
            series.push((*version, records));
        }
        Ok(frame.with_records(series))
    }
}

/// What data can be asked.
enum Question {
    Lend(CoreData),
    Missing(CoreData),
    EnergyWh(CoreData),
    Json(CoreData, TimeZone),
    Select(CoreData, usize, usize),
    Part(CoreData, usize),
    Summary(CoreData),
}

/// What data answer.
enum Answer {
    Data(Arc<ffi::Data>),
    Gaps(Vec<Gap>),
    Number(Option<f64>),
    Text(String),
}

impl Question {
    /// By the order of `Columns.Question` in Java.
    fn of(question: jint, input: &mut Input<'_>, data: CoreData) -> ffi::Result<Self> {
        let range = || crate::wire::invalid("there are no such records");
        let mut row = || input.argument("row").and_then(|row: u64| usize::try_from(row).map_err(|_| range()));
        Ok(match question {
            0 => Self::Lend(data),
            1 => Self::Missing(data),
            2 => Self::EnergyWh(data),
            3 => Self::Json(data, input.argument("zone")?),
            4 => {
                let (start, end) = (row()?, row()?);
                if start > end || end > data.records().len() {
                    return Err(range());
                }
                Self::Select(data, start, end)
            }
            5 => {
                let part = row()?;
                if part >= data.parts().len() {
                    return Err(range());
                }
                Self::Part(data, part)
            }
            6 => Self::Summary(data),
            _ => return Err(crate::wire::invalid("there is no such question")),
        })
    }

    fn answer(self) -> ffi::Result<Answer> {
        Ok(match self {
            Self::Lend(data) => Answer::Data(data.into()),
            Self::Missing(data) => Answer::Gaps(data.gaps()),
            Self::EnergyWh(data) => Answer::Number(data.energy_wh()),
            Self::Json(data, zone) => Answer::Text(ffi::Data::joined(data.to_json(&zone)).to_string()),
            Self::Select(data, start, end) => Answer::Data(data.select(start..end).into()),
            Self::Part(data, part) => Answer::Data(data.part(part).into()),
            Self::Summary(data) => Answer::Text(data.summary()),
        })
    }
}

impl Encode for Answer {
    fn encode(self, out: &mut Output) {
        match self {
            Self::Data(data) => data.encode(out),
            Self::Gaps(gaps) => gaps.encode(out),
            Self::Number(number) => number.encode(out),
            Self::Text(text) => text.encode(out),
        }
    }
}

impl Encode for Gap {
    fn encode(self, out: &mut Output) {
        self.name.encode(out);
        self.start.encode(out);
        self.end.encode(out);
    }
}

/// Readings that Java makes data of.
struct Readings(Vec<Reading>);

struct Reading {
    name: String,
    time: i64,
    unit: Option<String>,
    value: Option<f64>,
    extra: Extra,
}

impl Decode for Readings {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        input.list(Reading::decode).map(Self)
    }
}

impl Decode for Reading {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            name: Decode::decode(input)?,
            time: Decode::decode(input)?,
            unit: Decode::decode(input)?,
            value: number(input)?,
            extra: Decode::decode(input)?,
        })
    }
}

impl Reading {
    fn with<T>(&self, take: impl FnOnce(&Record<'_>) -> T) -> T {
        let mut record = Record::number(&self.name, self.time, self.unit.as_deref(), self.value);
        self.extra.add_to(&mut record);
        take(&record)
    }
}
