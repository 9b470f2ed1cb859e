//! Records, made one by one where somebody asks for them.

use std::borrow::Cow;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyString, PyTuple};
use pyo3::{IntoPyObjectExt, PyTypeInfo};
use quoalise::ffi;
use quoalise::jiff::Timestamp;
use quoalise::senml::{Record as CoreRecord, Records, Value};

use super::{core_error, from_json, to_json_text};
use crate::convert::{ToPython, argument};

/// One resolved record (RFC 8428): a reading, or a gap where there is no value.
#[pyclass(frozen, module = "quoalise")]
pub struct Record {
    name: Py<PyString>,
    /// Microseconds since 1970 UTC.
    time: i64,
    unit: Option<Py<PyString>>,
    value: Reading,
    more: Option<Box<More>>,
}

enum Reading {
    Gap,
    Number(f64),
    Other(Py<PyAny>),
}

/// What few records have.
#[derive(Default)]
struct More {
    sum: Option<f64>,
    update_time: Option<f64>,
    other: Option<Py<PyDict>>,
}

impl Record {
    pub fn of(
        py: Python<'_>,
        record: &CoreRecord<'_>,
        name: Py<PyString>,
        unit: Option<Py<PyString>>,
    ) -> PyResult<Self> {
        let value = match record.value {
            None => Reading::Gap,
            Some(Value::Number(number)) => match record.integer {
                Some(integer) => Reading::Other(integer.into_py_any(py)?),
                None => Reading::Number(number),
            },
            Some(Value::Text(text)) => Reading::Other(text.into_py_any(py)?),
            Some(Value::Boolean(boolean)) => Reading::Other(boolean.into_py_any(py)?),
            Some(Value::Data(bytes)) => Reading::Other(PyBytes::new(py, bytes).into_any().unbind()),
        };
        let plain = record.sum.is_none() && record.update_time.is_none() && record.other.is_empty();
        let more = if plain {
            None
        } else {
            let other = if record.other.is_empty() {
                None
            } else {
                let object = record.other.iter().cloned().collect();
                Some(from_json(py, &object)?.cast_into::<PyDict>()?.unbind())
            };
            Some(Box::new(More { sum: record.sum, update_time: record.update_time, other }))
        };
        Ok(Self { name, time: record.time, unit, value, more })
    }

    /// Hands the record to `take`, as the core has it.
    pub fn with<T>(&self, py: Python<'_>, take: impl FnOnce(&CoreRecord<'_>) -> PyResult<T>) -> PyResult<T> {
        let name = self.name.bind(py).to_cow()?;
        let unit = self.unit.as_ref().map(|unit| unit.bind(py).to_cow()).transpose()?;
        let (text, bytes);
        let (mut integer, value) = (
            None,
            match &self.value {
                Reading::Gap => None,
                Reading::Number(number) => Some(Value::Number(*number)),
                Reading::Other(other) => {
                    let other = other.bind(py);
                    Some(if let Ok(boolean) = other.cast::<PyBool>() {
                        Value::Boolean(boolean.is_true())
                    } else if let Ok(found) = other.cast::<PyString>() {
                        text = found.to_cow()?;
                        Value::Text(&text)
                    } else if let Ok(found) = other.cast::<PyBytes>() {
                        bytes = found.clone();
                        Value::Data(bytes.as_bytes())
                    } else {
                        Value::Number(other.extract()?)
                    })
                }
            },
        );
        if let (Reading::Other(other), Some(Value::Number(_))) = (&self.value, value) {
            integer = other.bind(py).extract::<i128>().ok();
        }
        let mut record = CoreRecord::number(&name, self.time, unit.as_deref(), None);
        (record.value, record.integer) = (value, integer);
        let labels: Vec<(String, serde_json::Value)>;
        if let Some(more) = &self.more {
            (record.sum, record.update_time) = (more.sum, more.update_time);
            if let Some(other) = &more.other {
                let text = to_json_text(other.bind(py).as_any())?;
                let object: serde_json::Map<_, _> = serde_json::from_str(&text)
                    .map_err(|_| PyTypeError::new_err("`other` is a dict of labels"))?;
                labels = object.into_iter().collect();
                record.other = &labels;
            }
        }
        take(&record)
    }

    fn value_of(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match &self.value {
            Reading::Gap => Ok(py.None()),
            Reading::Number(number) => number.into_py_any(py),
            Reading::Other(other) => Ok(other.clone_ref(py)),
        }
    }

    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (
            &self.name,
            self.time(py)?,
            &self.unit,
            self.value_of(py)?,
            self.sum(),
            self.update_time(),
            self.more.as_ref().and_then(|more| more.other.as_ref()),
        )
            .into_pyobject(py)
    }
}

#[pymethods]
impl Record {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const MATCH_ARGS: (&'static str, &'static str, &'static str, &'static str) =
        ("name", "time", "unit", "value");

    #[new]
    #[pyo3(signature = (name, time, unit=None, value=None, sum=None, update_time=None, other=None))]
    fn new(
        name: Bound<'_, PyString>,
        time: &Bound<'_, PyAny>,
        unit: Option<Bound<'_, PyString>>,
        value: Option<Bound<'_, PyAny>>,
        sum: Option<f64>,
        update_time: Option<f64>,
        other: Option<Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let value = match value {
            None => Reading::Gap,
            Some(value) if value.is_exact_instance_of::<PyFloat>() => Reading::Number(value.extract()?),
            Some(value)
                if [PyBool::is_type_of, PyInt::is_type_of, PyString::is_type_of, PyBytes::is_type_of]
                    .iter()
                    .any(|is_of| is_of(&value)) =>
            {
                Reading::Other(value.unbind())
            }
            Some(value) if is_numpys_boolean(&value) => {
                Reading::Other(PyBool::new(value.py(), value.is_truthy()?).to_owned().into_any().unbind())
            }
            // What else counts as a number: NumPy's, decimals.
            Some(value) => Reading::Number(value.extract().map_err(|_| {
                PyTypeError::new_err("a value is a number, a text, a boolean, bytes, or None for a gap")
            })?),
        };
        let plain = sum.is_none() && update_time.is_none() && other.is_none();
        let more = (!plain).then(|| Box::new(More { sum, update_time, other: other.map(Bound::unbind) }));
        let time = argument::<Timestamp>("time", time)?.as_microsecond();
        Ok(Self { name: name.unbind(), time, unit: unit.map(Bound::unbind), value, more })
    }

    /// The full name: base name and name together.
    #[getter]
    fn name<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        self.name.bind(py)
    }

    /// The time, in UTC; where the value is over a period, its start.
    #[getter]
    pub fn time(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        time_of(py, self.time)
    }

    /// The unit (``W``, ``Wh``, …), where one is given.
    #[getter]
    fn unit<'py>(&self, py: Python<'py>) -> Option<&Bound<'py, PyString>> {
        self.unit.as_ref().map(|unit| unit.bind(py))
    }

    /// The value: a number, a text, a boolean, or bytes.
    ///
    /// None for a gap, and for a record that only carries a sum.
    #[getter]
    fn value(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.value_of(py)
    }

    /// The integral of the value over time, in unit times seconds.
    #[getter]
    fn sum(&self) -> Option<f64> {
        self.more.as_ref().and_then(|more| more.sum)
    }

    /// In how many seconds at the latest the next record is to come.
    #[getter]
    fn update_time(&self) -> Option<f64> {
        self.more.as_ref().and_then(|more| more.update_time)
    }

    /// Labels that SenML's registry may have and this library does not know.
    #[getter]
    fn other<'py>(&self, py: Python<'py>) -> Bound<'py, PyDict> {
        let other = self.more.as_ref().and_then(|more| more.other.as_ref());
        other.map_or_else(|| PyDict::new(py), |other| other.bind(py).clone())
    }

    /// Whether this is a gap: neither a value nor a sum.
    #[getter]
    fn is_gap(&self) -> bool {
        matches!(self.value, Reading::Gap) && self.sum().is_none()
    }

    /// For `vars(record)`, which the reference's records have.
    #[getter(__dict__)]
    fn dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("name", &self.name)?;
        dict.set_item("time", self.time(py)?)?;
        dict.set_item("value", self.value_of(py)?)?;
        dict.set_item("unit", &self.unit)?;
        Ok(dict)
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let Ok(other) = other.cast::<Self>() else { return Ok(py.NotImplemented()) };
        self.fields(py)?.eq(other.get().fields(py)?)?.into_py_any(py)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        (&self.name, self.time, &self.unit, self.value_of(py)?).into_pyobject(py)?.hash()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let time = Timestamp::from_microsecond(self.time).map(|time| time.to_string()).unwrap_or_default();
        let mut text = format!("Record(name={}, time={time}", self.name.bind(py).repr()?);
        for (field, value) in [
            ("unit", self.unit.as_ref().map(|unit| unit.bind(py).clone().into_any())),
            ("value", Some(self.value_of(py)?.into_bound(py))),
            ("sum", self.sum().map(|sum| sum.into_bound_py_any(py)).transpose()?),
            ("update_time", self.update_time().map(|time| time.into_bound_py_any(py)).transpose()?),
            (
                "other",
                self.more
                    .as_ref()
                    .and_then(|more| more.other.as_ref())
                    .map(|it| it.bind(py).clone().into_any()),
            ),
        ] {
            if let Some(value) = value {
                text += &format!(", {field}={}", value.repr()?);
            }
        }
        Ok(text + ")")
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Ok((Self::type_object(py).into_any(), self.fields(py)?))
    }
}

/// An instant of a column, as Python has it.
pub fn time_of(py: Python<'_>, micros: i64) -> PyResult<Py<PyAny>> {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH).to_python(py)
}

/// Names and units as Python's strings, made once for many records.
pub struct Strings {
    names: Vec<Py<PyString>>,
    units: Vec<Option<Py<PyString>>>,
}

impl Strings {
    pub fn of(py: Python<'_>, records: &Records) -> Self {
        let text = |text: &str| PyString::new(py, text).unbind();
        Self {
            names: records.names().map(text).collect(),
            units: records.units().map(|unit| (!unit.is_empty()).then(|| text(unit))).collect(),
        }
    }

    /// A record that is there.
    pub fn record(&self, py: Python<'_>, records: &Records, row: usize) -> PyResult<Option<Record>> {
        let Some(record) = records.get(row) else { return Ok(None) };
        let name = self.names[records.name_index(row)].clone_ref(py);
        let unit = self.units[records.unit_index(row)].as_ref().map(|unit| unit.clone_ref(py));
        Record::of(py, &record, name, unit).map(Some)
    }
}

/// Goes through the records of some data.
#[pyclass(module = "quoalise")]
pub struct RecordIterator {
    data: Arc<ffi::Data>,
    strings: Strings,
    rows: Box<dyn ExactSizeIterator<Item = usize> + Send + Sync>,
}

impl RecordIterator {
    pub fn new(
        py: Python<'_>,
        data: Arc<ffi::Data>,
        rows: impl ExactSizeIterator<Item = usize> + Send + Sync + 'static,
    ) -> Self {
        let strings = Strings::of(py, data.inner().records());
        Self { data, strings, rows: Box::new(rows) }
    }
}

#[pymethods]
impl RecordIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&mut self, py: Python<'_>) -> PyResult<Option<Record>> {
        let Some(row) = self.rows.next() else { return Ok(None) };
        self.strings.record(py, self.data.inner().records(), row)
    }

    fn __length_hint__(&self) -> usize {
        self.rows.len()
    }
}

/// The records of an iterable.
pub fn collect(iterable: &Bound<'_, PyAny>) -> PyResult<Records> {
    let mut records = Records::new();
    for record in iterable.try_iter()? {
        push(&mut records, &record?)?;
    }
    Ok(records)
}

fn push(records: &mut Records, record: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = record.py();
    let record = cast(record)?;
    record.get().with(py, |record| records.push(record).map_err(|error| core_error(py, error)))
}

pub fn cast<'a, 'py>(record: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, Record>> {
    record.cast::<Record>().map_err(|_| {
        let kind = record.get_type().name().map_or(Cow::Borrowed("this"), |name| name.to_string().into());
        PyTypeError::new_err(format!("expected a quoalise.Record, not {kind}"))
    })
}

/// It would count as a number else.
fn is_numpys_boolean(value: &Bound<'_, PyAny>) -> bool {
    let kind = value.getattr("dtype").and_then(|dtype| dtype.getattr("kind"));
    kind.and_then(|kind| kind.extract::<String>()).is_ok_and(|kind| kind == "b")
}
