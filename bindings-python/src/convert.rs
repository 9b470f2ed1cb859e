//! Values on their way into Python and out of it.

use std::time::Duration;

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeEncodeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDate, PyDateTime, PyDelta, PyDeltaAccess, PyDict, PyFloat, PyInt, PyList,
    PyMapping, PyString, PyTzInfo,
};
use pyo3::{IntoPyObjectExt, intern};
use quoalise::FieldValue;
use quoalise::data::{Aggregation, Identifier, SamplingInterval};
use quoalise::ffi::Values;
use quoalise::jiff::civil::{Date, DateTime};
use quoalise::jiff::tz::{Offset, TimeZone};
use quoalise::jiff::{Timestamp, Zoned};

use crate::error::invalid;

/// What can be handed to Python.
pub trait ToPython {
    /// As Python has it.
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>>;
}

/// What can be taken from Python.
pub trait FromPython: Sized {
    /// From what Python has; the error says what to give instead.
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self>;
}

/// Takes an argument; the error names it.
pub fn argument<T: FromPython>(name: &str, value: &Bound<'_, PyAny>) -> PyResult<T> {
    T::from_python(value).map_err(|error| {
        let py = value.py();
        if error.is_instance_of::<PyUnicodeEncodeError>(py) {
            // It would show what was given, which may be the password.
            return invalid(
                py,
                &format!("argument `{name}` has characters that no text may have (surrogates)"),
            );
        }
        if error.is_instance_of::<PyOverflowError>(py) {
            return invalid(py, &format!("argument `{name}` is out of range"));
        }
        if !error.is_instance_of::<PyTypeError>(py) {
            return error;
        }
        let told = PyTypeError::new_err(format!("argument `{name}`: {}", error.value(py)));
        told.set_cause(py, error.cause(py));
        told
    })
}

macro_rules! plain {
    ($($type:ty),*) => {$(
        impl ToPython for $type {
            fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
                self.into_py_any(py)
            }
        }
        impl FromPython for $type {
            fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
                value.extract()
            }
        }
    )*};
}

plain!(bool, i8, u8, i32, u32, i64, u64, f64, String, std::path::PathBuf);

impl ToPython for () {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(py.None())
    }
}

impl<T: ToPython> ToPython for Option<T> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.map_or_else(|| Ok(py.None()), |value| value.to_python(py))
    }
}

impl<T: FromPython> FromPython for Option<T> {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.is_none() { Ok(None) } else { T::from_python(value).map(Some) }
    }
}

impl<A: ToPython, B: ToPython> ToPython for (A, B) {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        (self.0.to_python(py)?, self.1.to_python(py)?).into_py_any(py)
    }
}

/// What a list may hold. Bytes are no list.
pub trait Item {}

impl Item for String {}

impl<T: Item> Item for Vec<T> {}

impl<T: ToPython> ToPython for Vec<T> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let items: Vec<Py<PyAny>> =
            self.into_iter().map(|item| item.to_python(py)).collect::<PyResult<_>>()?;
        Ok(PyList::new(py, items)?.into_any().unbind())
    }
}

impl<T: FromPython + Item> FromPython for Vec<T> {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err("expected a list, not a text"));
        }
        value.try_iter()?.map(|item| T::from_python(&item?)).collect()
    }
}

impl FromPython for Vec<u8> {
    /// Bytes, or a text.
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(bytes.as_bytes().to_vec());
        }
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(text.to_cow()?.as_bytes().to_vec());
        }
        if let Ok(bytes) = value.cast::<PyByteArray>() {
            return Ok(bytes.to_vec());
        }
        let bytes =
            value.py().get_type::<PyBytes>().call1((value.call_method0(intern!(value.py(), "tobytes"))?,))?;
        Ok(bytes.cast::<PyBytes>()?.as_bytes().to_vec())
    }
}

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl ToPython for $type {
            fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
                self.to_string().into_py_any(py)
            }
        }
    )*};
}

texts!(Identifier, SamplingInterval);

impl ToPython for Aggregation {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.as_str().into_py_any(py)
    }
}

impl FromPython for Values {
    /// A mapping from fields to what they get.
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let fields = value.cast::<PyMapping>()?;
        let mut values = Self::new();
        for item in fields.items()?.iter() {
            let (field, value): (String, Bound<'_, PyAny>) = item.extract()?;
            values.add(&*field, field_value(&field, &value)?);
        }
        Ok(values)
    }
}

fn field_value(field: &str, value: &Bound<'_, PyAny>) -> PyResult<FieldValue> {
    // A boolean is an integer too, and a datetime a date.
    if value.is_instance_of::<PyBool>() {
        return Ok(value.extract::<bool>()?.into());
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(text.to_cow()?.as_ref().into());
    }
    if value.is_instance_of::<PyInt>() {
        return Ok(value.str()?.to_cow()?.as_ref().into());
    }
    if value.is_instance_of::<PyFloat>() {
        return Ok(value.extract::<f64>()?.into());
    }
    if value.is_instance_of::<PyDateTime>() {
        return Ok((&Zoned::from_python(value)?).into());
    }
    if value.is_instance_of::<PyDate>() {
        return Ok(value.call_method0(intern!(value.py(), "isoformat"))?.extract::<String>()?.into());
    }
    if value.is_instance_of::<PyDict>() || value.is_none() {
        return Err(PyTypeError::new_err(format!("the value of `{field}` is {}", value.get_type().name()?)));
    }
    Ok(Vec::<String>::from_python(value)?.into())
}

impl FromPython for Date {
    /// A `date`.
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Ok(date) = value.cast::<PyDate>() else {
            return Err(PyTypeError::new_err(format!(
                "expected a datetime.date, not {}",
                value.get_type().name()?
            )));
        };
        if value.is_instance_of::<PyDateTime>() {
            // It would silently lose its hour.
            return Err(PyTypeError::new_err("expected a datetime.date, not a datetime: write time.date()"));
        }
        let text: String = date.call_method0(intern!(value.py(), "isoformat"))?.extract()?;
        text.parse().map_err(|_| invalid(value.py(), "the date cannot be understood"))
    }
}

impl FromPython for TimeZone {
    /// A `ZoneInfo`, another `tzinfo` of a fixed offset, or the name of a zone.
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let unknown =
            || invalid(value.py(), "the time zone has no known name and no fixed offset: give a ZoneInfo");
        zone(value)?.ok_or_else(unknown)
    }
}

/// The zone of a `ZoneInfo`, of another `tzinfo` of a fixed offset, or of a name; none where Python alone knows it.
pub fn zone(value: &Bound<'_, PyAny>) -> PyResult<Option<TimeZone>> {
    let py = value.py();
    if let Ok(name) = value.cast::<PyString>() {
        let name = name.to_cow()?;
        let wrong = || invalid(py, &format!("{name:?} is no time zone: give one as Europe/Paris, or UTC"));
        return TimeZone::get(&name).map(Some).map_err(|_| wrong());
    }
    if !value.is_instance_of::<PyTzInfo>() {
        return Err(PyTypeError::new_err("a time zone is a ZoneInfo, or a name such as Europe/Paris"));
    }
    let key = value.getattr(intern!(py, "key")).and_then(|key| key.extract::<Option<String>>());
    if let Ok(Some(key)) = key {
        return Ok(TimeZone::get(&key).ok());
    }
    let offset = value.call_method1(intern!(py, "utcoffset"), (py.None(),))?;
    Ok(offset.cast::<PyDelta>().ok().and_then(|offset| seconds_of(offset).ok()).map(TimeZone::fixed))
}

fn seconds_of(offset: &Bound<'_, PyDelta>) -> PyResult<Offset> {
    if offset.get_microseconds() != 0 {
        return Err(invalid(offset.py(), "the time zone's offset is not of whole seconds"));
    }
    let seconds = offset.get_days() * 86_400 + offset.get_seconds();
    Offset::from_seconds(seconds).map_err(|error| invalid(offset.py(), &error.to_string()))
}

impl FromPython for Timestamp {
    /// An aware `datetime`.
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Zoned::from_python(value).map(|time| time.timestamp())
    }
}

impl ToPython for Duration {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.into_py_any(py)
    }
}

impl FromPython for Duration {
    /// A `timedelta`, or seconds.
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let wrong = || invalid(value.py(), "a duration cannot be negative");
        if let Ok(delta) = value.cast::<PyDelta>() {
            let seconds = i64::from(delta.get_days()) * 86_400 + i64::from(delta.get_seconds());
            let seconds = u64::try_from(seconds).map_err(|_| wrong())?;
            return Ok(Self::new(seconds, delta.get_microseconds().cast_unsigned() * 1000));
        }
        let seconds: f64 = value.extract().map_err(|_| {
            PyTypeError::new_err("a duration is a datetime.timedelta, or a number of seconds")
        })?;
        if seconds.is_nan() {
            return Err(invalid(value.py(), "a duration is a number of seconds, not NaN"));
        }
        Self::try_from_secs_f64(seconds.min(1e9)).map_err(|_| wrong())
    }
}

impl ToPython for Timestamp {
    /// An aware `datetime` in UTC.
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let civil = self.to_zoned(TimeZone::UTC);
        let year = i32::from(civil.year());
        if !(1..=9999).contains(&year) {
            return Err(PyValueError::new_err("the time is outside the years that Python's datetime knows"));
        }
        let micros = (civil.subsec_nanosecond() / 1000).cast_unsigned();
        let number = |part: i8| part.unsigned_abs();
        PyDateTime::new(
            py,
            year,
            number(civil.month()),
            number(civil.day()),
            number(civil.hour()),
            number(civil.minute()),
            number(civil.second()),
            micros,
            Some(&*PyTzInfo::utc(py)?),
        )?
        .into_py_any(py)
    }
}

impl FromPython for Zoned {
    /// An aware `datetime`: an instant, and the offset in force then.
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = value.py();
        let Ok(time) = value.cast::<PyDateTime>() else {
            return Err(PyTypeError::new_err(format!(
                "expected a datetime with a time zone, not {}: write \
                 datetime(2022, 1, 10, tzinfo=ZoneInfo(\"Europe/Paris\"))",
                value.get_type().name()?
            )));
        };
        let offset = time.call_method0(intern!(py, "utcoffset"))?;
        let Ok(offset) = offset.cast::<PyDelta>() else {
            return Err(invalid(
                py,
                "the datetime has no time zone, so it is not known which instant it is: write \
                 datetime(2022, 1, 10, tzinfo=ZoneInfo(\"Europe/Paris\")), or \
                 time.replace(tzinfo=ZoneInfo(\"Europe/Paris\"))",
            ));
        };
        let zone = TimeZone::fixed(seconds_of(offset)?);
        let text: String = time.call_method0(intern!(py, "isoformat"))?.extract()?;
        // What stands before the offset: to the second, or to the microsecond.
        let civil = text.get(..26).filter(|text| text.as_bytes()[19] == b'.').or(text.get(..19));
        let civil = civil.and_then(|text| text.parse::<DateTime>().ok());
        let civil = civil.ok_or_else(|| invalid(py, "the datetime cannot be understood"))?;
        civil.to_zoned(zone).map_err(|error| invalid(py, &error.to_string()))
    }
}
