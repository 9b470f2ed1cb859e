//! Values on their way into Python and out of it.

use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDelta, PyDeltaAccess, PyTzInfo};
use pyo3::{IntoPyObjectExt, intern};
use quoalise::jiff::tz::{Offset, TimeZone};
use quoalise::jiff::{Timestamp, Zoned};

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

impl ToPython for Duration {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.into_py_any(py)
    }
}

impl FromPython for Duration {
    /// A `timedelta`, or seconds.
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let wrong = || PyValueError::new_err("a duration cannot be negative");
        if let Ok(delta) = value.cast::<PyDelta>() {
            let seconds = i64::from(delta.get_days()) * 86_400 + i64::from(delta.get_seconds());
            let seconds = u64::try_from(seconds).map_err(|_| wrong())?;
            return Ok(Self::new(seconds, delta.get_microseconds().cast_unsigned() * 1000));
        }
        let seconds: f64 = value.extract().map_err(|_| {
            PyTypeError::new_err("a duration is a datetime.timedelta, or a number of seconds")
        })?;
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
        if offset.is_none() {
            return Err(PyValueError::new_err(
                "the datetime has no time zone, so it is not known which instant it is: write \
                 datetime(2022, 1, 10, tzinfo=ZoneInfo(\"Europe/Paris\")), or \
                 time.replace(tzinfo=ZoneInfo(\"Europe/Paris\"))",
            ));
        }
        let offset = offset.cast::<PyDelta>()?;
        let text: String = time.call_method0(intern!(py, "isoformat"))?.extract()?;
        // Python's own arithmetic: fold and folded hours are behind it.
        let seconds = offset.get_days() * 86_400 + offset.get_seconds();
        let zone = Offset::from_seconds(seconds).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let civil = text.split_at(19).0;
        let civil: quoalise::jiff::civil::DateTime =
            civil.parse().map_err(|_| PyValueError::new_err("the datetime cannot be understood"))?;
        let micros: i32 = time.getattr(intern!(py, "microsecond"))?.extract()?;
        let civil = civil
            .with()
            .subsec_nanosecond(micros * 1000)
            .build()
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        civil.to_zoned(TimeZone::fixed(zone)).map_err(|error| PyValueError::new_err(error.to_string()))
    }
}
