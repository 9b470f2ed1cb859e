//! Values on their way into PHP and out of it.

use std::ffi::CString;
use std::path::PathBuf;
use std::time::Duration;

use ext_php_rs::types::Zval;
use quoalise::FieldValue;
use quoalise::data::{Aggregation, Identifier, SamplingInterval};
use quoalise::ffi::Values;
use quoalise::jiff::civil::{Date, Time};
use quoalise::jiff::tz::{Offset, TimeZone};
use quoalise::jiff::{Timestamp, Zoned};

use crate::border::{self, call_method, is_time, is_zone, may_open, object_of_nothing, table, text, time};
use crate::error::{Fault, Result};

/// What can be handed to PHP.
pub trait ToPhp {
    /// As PHP has it.
    fn to_php(self) -> Result<Zval>;
}

/// What can be taken from PHP.
pub trait FromPhp: Sized {
    /// From what PHP has.
    fn from_php(value: &Zval) -> Result<Self, Wrong>;
}

/// Why something cannot be taken.
pub enum Wrong {
    /// It is of another type.
    Type,
    /// It is of the right type, and this is wrong with it.
    Value(String),
    /// Something else happened meanwhile.
    Fault(Fault),
}

impl Wrong {
    fn value(message: impl ToString) -> Self {
        Self::Value(message.to_string())
    }
}

impl ToPhp for () {
    fn to_php(self) -> Result<Zval> {
        Ok(Zval::null())
    }
}

impl ToPhp for bool {
    fn to_php(self) -> Result<Zval> {
        let mut out = Zval::new();
        out.set_bool(self);
        Ok(out)
    }
}

impl FromPhp for bool {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        value.bool().ok_or(Wrong::Type)
    }
}

impl ToPhp for f64 {
    fn to_php(self) -> Result<Zval> {
        let mut out = Zval::new();
        out.set_double(self);
        Ok(out)
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl ToPhp for $type {
            fn to_php(self) -> Result<Zval> {
                let mut out = Zval::new();
                // PHP has no more than 63 bits, and nothing that is counted here comes near.
                out.set_long(i64::try_from(self).unwrap_or(i64::MAX));
                Ok(out)
            }
        }

        impl FromPhp for $type {
            fn from_php(value: &Zval) -> Result<Self, Wrong> {
                let given = value.long().ok_or(Wrong::Type)?;
                Self::try_from(given).map_err(|_| {
                    Wrong::Value(format!("{given} is out of range: from {} to {}", Self::MIN, Self::MAX))
                })
            }
        }
    )*};
}

integers!(i8, u8, u32, i64, u64, usize);

impl ToPhp for &str {
    fn to_php(self) -> Result<Zval> {
        text(self.as_bytes())
    }
}

impl ToPhp for &[u8] {
    fn to_php(self) -> Result<Zval> {
        text(self)
    }
}

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl ToPhp for $type {
            fn to_php(self) -> Result<Zval> {
                self.to_string().as_str().to_php()
            }
        }
    )*};
}

texts!(String, Identifier, SamplingInterval);

impl ToPhp for Aggregation {
    fn to_php(self) -> Result<Zval> {
        self.as_str().to_php()
    }
}

impl FromPhp for String {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        let bytes = value.zend_str().ok_or(Wrong::Type)?.as_bytes();
        // What was given is not shown: it may be the password.
        let text = std::str::from_utf8(bytes).map_err(|_| Wrong::value("the text is not UTF-8"))?;
        Ok(text.to_owned())
    }
}

impl FromPhp for PathBuf {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        let path = String::from_php(value)?;
        let whole = CString::new(path.as_str()).map_err(|_| Wrong::value("a path has no NUL in it"))?;
        if !may_open(&whole).map_err(Wrong::Fault)? {
            return Err(Wrong::value("open_basedir does not let this script have that file"));
        }
        Ok(path.into())
    }
}

impl FromPhp for Vec<u8> {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(value.zend_str().ok_or(Wrong::Type)?.as_bytes().to_vec())
    }
}

impl<T: ToPhp> ToPhp for Option<T> {
    fn to_php(self) -> Result<Zval> {
        self.map_or_else(|| Ok(Zval::null()), T::to_php)
    }
}

impl<T: FromPhp> FromPhp for Option<T> {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        if value.is_null() { Ok(None) } else { T::from_php(value).map(Some) }
    }
}

/// A list of PHP's.
pub fn list<T: ToPhp>(items: impl Iterator<Item = T>) -> Result<Zval> {
    border::list(items.map(T::to_php).collect::<Result<_>>()?)
}

impl<T: ToPhp> ToPhp for Vec<T> {
    fn to_php(self) -> Result<Zval> {
        list(self.into_iter())
    }
}

/// As PHP's own `json_decode` has it, objects as arrays.
impl ToPhp for &serde_json::Value {
    fn to_php(self) -> Result<Zval> {
        use serde_json::Value;
        match self {
            Value::Null => Ok(Zval::null()),
            Value::Bool(value) => value.to_php(),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => integer.to_php(),
                (None, Some(float)) => float.to_php(),
                (None, None) => number.to_string().to_php(),
            },
            Value::String(text) => text.as_str().to_php(),
            Value::Array(items) => list(items.iter()),
            // Or it would be a list, once it is JSON again.
            Value::Object(object) if object.is_empty() => object_of_nothing(),
            Value::Object(object) => {
                let items: Vec<(&str, Zval)> = object
                    .iter()
                    .map(|(key, value)| Ok((key.as_str(), value.to_php()?)))
                    .collect::<Result<_>>()?;
                table(items)
            }
        }
    }
}

impl ToPhp for Timestamp {
    fn to_php(self) -> Result<Zval> {
        let civil = self.to_zoned(TimeZone::UTC).datetime();
        let text = CString::new(civil.strftime("%Y-%m-%d %H:%M:%S.%6f UTC").to_string());
        time(&text.unwrap_or_default())
    }
}

impl FromPhp for Zoned {
    /// An instant, and the offset in force then.
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        if !is_time(value) {
            return Err(Wrong::Type);
        }
        let text = call_method(value, c"format", Some("U u Z".to_php().map_err(Wrong::Fault)?))
            .map_err(Wrong::Fault)?;
        let parts =
            text.str().map(|text| text.split(' ').map(str::parse::<i64>).collect::<Result<Vec<_>, _>>());
        let Some(Ok(parts)) = parts else { return Err(Wrong::value("the time cannot be understood")) };
        let [seconds, micros, offset] = parts[..] else {
            return Err(Wrong::value("the time cannot be understood"));
        };
        let micros = seconds.checked_mul(1_000_000).and_then(|seconds| seconds.checked_add(micros));
        let time = micros.and_then(|micros| Timestamp::from_microsecond(micros).ok());
        let offset = i32::try_from(offset).ok().and_then(|offset| Offset::from_seconds(offset).ok());
        let (Some(time), Some(offset)) = (time, offset) else {
            return Err(Wrong::value("the time is outside the years from -9999 to 9999"));
        };
        Ok(time.to_zoned(TimeZone::fixed(offset)))
    }
}

impl FromPhp for Timestamp {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Zoned::from_php(value).map(|time| time.timestamp())
    }
}

impl FromPhp for Date {
    /// A text `2022-01-10`, or the midnight that begins a day.
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        if let Some(text) = value.zend_str() {
            let text = std::str::from_utf8(text.as_bytes()).ok().filter(|text| text.len() == 10);
            let day = text.and_then(|text| text.parse().ok());
            return day.ok_or_else(|| Wrong::value("it is no day: write one as 2022-01-10"));
        }
        let time = Zoned::from_php(value)?;
        if time.time() != Time::midnight() {
            // It would silently lose its hour.
            return Err(Wrong::value(
                "it is a time, and not a day: write one as 2022-01-10, or give its midnight",
            ));
        }
        Ok(time.date())
    }
}

impl FromPhp for TimeZone {
    /// A `DateTimeZone`, or the name of a zone.
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        let name = if is_zone(value) {
            let name = call_method(value, c"getName", None).map_err(Wrong::Fault)?;
            String::from_php(&name)?
        } else {
            String::from_php(value)?
        };
        if let Ok(zone) = Self::get(&name) {
            return Ok(zone);
        }
        // A zone of PHP's may be an offset alone.
        let offset =
            format!("1970-01-01T00:00:00{name}").parse::<Timestamp>().ok().map(|time| -time.as_second());
        let offset = offset.and_then(|seconds| Offset::from_seconds(i32::try_from(seconds).ok()?).ok());
        let unknown = || Wrong::Value(format!("{name:?} is no time zone: give one as Europe/Paris, or UTC"));
        offset.map(Self::fixed).ok_or_else(unknown)
    }
}

impl ToPhp for Duration {
    /// Seconds.
    fn to_php(self) -> Result<Zval> {
        self.as_secs_f64().to_php()
    }
}

impl FromPhp for Duration {
    /// Seconds.
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        let seconds =
            value.double().or_else(|| value.long().map(|seconds| seconds as f64)).ok_or(Wrong::Type)?;
        if seconds.is_nan() {
            return Err(Wrong::value("a duration is a number of seconds, not NaN"));
        }
        let wrong = |_| Wrong::value("a duration cannot be negative");
        Self::try_from_secs_f64(seconds.min(1e9)).map_err(wrong)
    }
}

impl FromPhp for Values {
    /// An array from fields to what they get.
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        let mut values = Self::new();
        for (field, value) in value.array().ok_or(Wrong::Type)?.iter() {
            let field = field.to_string();
            let value = field_value(&field, value.dereference())?;
            values.add(field, value);
        }
        Ok(values)
    }
}

fn field_value(field: &str, value: &Zval) -> Result<FieldValue, Wrong> {
    if let Some(value) = value.bool() {
        return Ok(value.into());
    }
    if let Some(value) = value.long() {
        return Ok(value.to_string().into());
    }
    if let Some(value) = value.double() {
        return Ok(value.into());
    }
    if value.is_string() {
        return Ok(String::from_php(value)?.into());
    }
    if is_time(value) {
        return Ok((&Zoned::from_php(value)?).into());
    }
    let wrong = || Wrong::Value(format!("the value of `{field}` is of a type that no field takes"));
    let items = value.array().ok_or_else(wrong)?;
    let texts = items.values().map(|item| String::from_php(item.dereference()));
    let texts: Vec<String> = texts.collect::<Result<_, _>>().map_err(|_| wrong())?;
    Ok(texts.into())
}
