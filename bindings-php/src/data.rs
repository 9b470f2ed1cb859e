//! Data: readings by iteration and row, columns, JSON, `serialize`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ext_php_rs::types::Zval;
use quoalise::data::{Data as CoreData, DeviceIdentifier, Gap, Metadata, Pricing};
use quoalise::ffi::{self, Format, LoadOptions};
use quoalise::jiff::Timestamp;
use quoalise::jiff::tz::TimeZone;
use quoalise::senml::{Record, Records, Value, WriteOptions};

use crate::border::{Call, function, make, out_of_bounds, record, state, table};
use crate::convert::{FromPhp, ToPhp, Wrong, list};
use crate::error::{Fault, Result, invalid};
use crate::generated::{Native, class};

impl Native for ffi::Data {
    const CLASS: u32 = class::DATA;
}

impl ToPhp for Arc<ffi::Data> {
    fn to_php(self) -> Result<Zval> {
        make(class::DATA, self)
    }
}

impl FromPhp for Arc<ffi::Data> {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        state(value, class::DATA).cloned().ok_or(Wrong::Type)
    }
}

/// Where a loop over data is.
struct Cursor {
    data: Arc<ffi::Data>,
    row: AtomicUsize,
}

impl Native for Cursor {
    const CLASS: u32 = class::READINGS;
}

impl Cursor {
    fn row(&self) -> usize {
        self.row.load(Ordering::Relaxed)
    }
}

fn reading(data: &CoreData, row: usize) -> Result<Zval> {
    let none = || out_of_bounds(c"there is no such reading");
    data.records().get(row).ok_or_else(none)?.to_php()
}

impl ToPhp for Record<'_> {
    fn to_php(self) -> Result<Zval> {
        let mut other = Vec::with_capacity(self.other.len());
        for (label, value) in self.other {
            other.push((label.as_str(), value.to_php()?));
        }
        let binary = matches!(self.value, Some(Value::Data(_)));
        let value = match (self.integer.and_then(|integer| i64::try_from(integer).ok()), self.value) {
            (Some(integer), _) => integer.to_php()?,
            (None, Some(Value::Number(number))) => number.to_php()?,
            (None, Some(Value::Text(text))) => text.to_php()?,
            (None, Some(Value::Boolean(boolean))) => boolean.to_php()?,
            (None, Some(Value::Data(bytes))) => bytes.to_php()?,
            (None, None) => Zval::null(),
        };
        record(
            class::READING,
            [
                self.name.to_php()?,
                self.timestamp().to_php()?,
                self.unit.to_php()?,
                value,
                binary.to_php()?,
                self.sum.to_php()?,
                self.update_time.to_php()?,
                table(other)?,
            ],
        )
    }
}

fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl ToPhp for Gap {
    fn to_php(self) -> Result<Zval> {
        let (start, end) = (timestamp(self.start).to_php()?, timestamp(self.end).to_php()?);
        record(class::GAP, [self.name.to_php()?, start, end])
    }
}

impl ToPhp for &Metadata {
    fn to_php(self) -> Result<Zval> {
        let Metadata { device_type, device, measurement, pricing, .. } = self;
        record(
            class::METADATA,
            [
                device_type.as_deref().to_php()?,
                device.as_ref().to_php()?,
                measurement.clone().to_php()?,
                pricing.as_ref().to_php()?,
            ],
        )
    }
}

impl ToPhp for &DeviceIdentifier {
    fn to_php(self) -> Result<Zval> {
        let texts = [&self.authority, &self.kind, &self.value];
        let [authority, kind, value] = texts.map(|text| text.as_deref().to_php());
        record(class::DEVICE_IDENTIFIER, [authority?, kind?, value?])
    }
}

impl ToPhp for &Pricing {
    fn to_php(self) -> Result<Zval> {
        let texts = [&self.range_code, &self.range_description, &self.kind, &self.kind_description];
        let [code, description, kind, said] = texts.map(|text| text.as_deref().to_php());
        record(class::PRICING, [code?, description?, kind?, said?])
    }
}

fn value(records: &Records, row: usize) -> Option<f64> {
    records.is_valid(row).then(|| records.values()[row])
}

/// A row, where it is one: whatever else there is in PHP is just not set.
struct Place(Option<usize>);

impl FromPhp for Place {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(Self(value.long().and_then(|row| usize::try_from(row).ok())))
    }
}

fn row(call: &Call) -> Result<Option<usize>> {
    let given: i64 = call.argument(0, c"int")?;
    Ok(usize::try_from(given).ok())
}

function!(quoalise_Data_count, |call| { call.this::<ffi::Data>()?.len().to_php() });

function!(quoalise_Data_getIterator, |call| {
    let data = call.this::<ffi::Data>()?;
    make(class::READINGS, Arc::new(Cursor { data, row: AtomicUsize::new(0) }))
});

function!(quoalise_Data_offsetExists, |call| {
    let data = call.this::<ffi::Data>()?;
    let Place(row) = call.argument(0, c"mixed")?;
    row.is_some_and(|row| row < data.inner().records().len()).to_php()
});

function!(quoalise_Data_offsetGet, |call| {
    let data = call.this::<ffi::Data>()?;
    reading(data.inner(), row(call)?.unwrap_or(usize::MAX))
});

fn unchanging() -> Result<Zval> {
    Err(invalid("readings do not change: make other data of them"))
}

function!(quoalise_Data_offsetSet, |_call| { unchanging() });

function!(quoalise_Data_offsetUnset, |_call| { unchanging() });

function!(quoalise_Data_timestamps, |call| {
    let data = call.this::<ffi::Data>()?;
    list(data.inner().records().times().iter().map(|micros| *micros as f64 / 1e6))
});

function!(quoalise_Data_times, |call| {
    let data = call.this::<ffi::Data>()?;
    list(data.inner().records().times().iter().map(|micros| timestamp(*micros)))
});

function!(quoalise_Data_values, |call| {
    let data = call.this::<ffi::Data>()?;
    let records = data.inner().records();
    list((0..records.len()).map(|row| value(records, row)))
});

function!(quoalise_Data_names, |call| { list(call.this::<ffi::Data>()?.inner().records().names()) });

function!(quoalise_Data_units, |call| {
    let data = call.this::<ffi::Data>()?;
    let units: Vec<&str> = data.inner().records().units().filter(|unit| !unit.is_empty()).collect();
    units.to_php()
});

function!(quoalise_Data_parts, |call| {
    let data = call.this::<ffi::Data>()?;
    if data.inner().parts().len() == 1 {
        return vec![data].to_php();
    }
    list((0..data.inner().parts().len()).map(|part| Arc::<ffi::Data>::from(data.inner().part(part))))
});

function!(quoalise_Data_metadata, |call| { call.this::<ffi::Data>()?.inner().meta().to_php() });

function!(quoalise_Data_version, |call| {
    let data = call.this::<ffi::Data>()?;
    data.inner().parts().first().map(|part| part.version()).to_php()
});

function!(quoalise_Data_missing, |call| { call.this::<ffi::Data>()?.inner().gaps().to_php() });

function!(quoalise_Data_energyWh, |call| { call.this::<ffi::Data>()?.inner().energy_wh().to_php() });

function!(quoalise_Data_jsonSerialize, |call| {
    let series = call.this::<ffi::Data>()?.inner().to_json(&TimeZone::UTC);
    (&ffi::Data::joined(series)).to_php()
});

function!(quoalise_Data_toJson, |call| {
    let data = call.this::<ffi::Data>()?;
    let zone = call.or(0, c"DateTimeZone|string", TimeZone::UTC)?;
    ffi::Data::joined(data.inner().to_json(&zone)).to_string().to_php()
});

function!(quoalise_Data___serialize, |call| {
    let data = call.this::<ffi::Data>()?;
    let xml = data.inner().to_xml(&WriteOptions::default().keep_gaps(true));
    let xml = xml.map_err(|error| Fault::Error(quoalise::Error::from(error).into()))?;
    table([("quoalise", xml.to_php()?)])
});

function!(quoalise_Data___unserialize, |call| {
    if state::<Arc<ffi::Data>>(call.object(), class::DATA).is_some() {
        return unchanging();
    }
    let given = call.options(&["quoalise"])?;
    let xml: Vec<u8> = given.required("quoalise", c"string")?;
    let options = LoadOptions { format: Some(Format::Quoalise), ..LoadOptions::default() };
    call.fill(ffi::loads(xml, options)?);
    Ok(Zval::null())
});

function!(quoalise_Data___debugInfo, |call| {
    let count = call.this::<ffi::Data>()?.len();
    table([("count", count.to_php()?)])
});

function!(quoalise_Readings_current, |call| {
    let cursor = call.this::<Cursor>()?;
    reading(cursor.data.inner(), cursor.row())
});

function!(quoalise_Readings_key, |call| { call.this::<Cursor>()?.row().to_php() });

function!(quoalise_Readings_next, |call| {
    call.this::<Cursor>()?.row.fetch_add(1, Ordering::Relaxed);
    Ok(Zval::null())
});

function!(quoalise_Readings_rewind, |call| {
    call.this::<Cursor>()?.row.store(0, Ordering::Relaxed);
    Ok(Zval::null())
});

function!(quoalise_Readings_valid, |call| {
    let cursor = call.this::<Cursor>()?;
    (cursor.row() < cursor.data.inner().records().len()).to_php()
});
