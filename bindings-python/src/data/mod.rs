//! Data: records by iteration, index and slice; columns for NumPy and Arrow; JSON, pictures of it, pickles.

mod arrow;
mod columns;
mod metadata;
mod record;
mod show;

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyIndexError, PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyList, PySlice, PyString, PyTuple};
use pyo3::{IntoPyObjectExt, intern};
use quoalise::data::{Data as CoreData, Gap as CoreGap};
use quoalise::ffi;
use quoalise::jiff::Timestamp;
use quoalise::jiff::tz::TimeZone;
use quoalise::senml::{self, DEFAULT_VERSION, ReadOptions, Record as CoreRecord, Records, WriteOptions};

use crate::convert::{FromPython, ToPython, argument, zone};
use crate::error::raise;
use columns::{Codes, Times, Values};
use metadata::Metadata;
use record::{Record, RecordIterator, Strings};

/// Adds what is here to the module.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Data>()?;
    module.add_class::<Record>()?;
    module.add_class::<RecordIterator>()?;
    module.add_class::<Gap>()?;
    module.add_class::<Times>()?;
    module.add_class::<Values>()?;
    module.add_class::<Metadata>()?;
    module.add_class::<metadata::DeviceIdentifier>()?;
    module.add_class::<metadata::Measurement>()?;
    module.add_class::<metadata::Pricing>()?;
    module.add_function(wrap_pyfunction!(metadata::restore, module)?)?;
    module.add_function(wrap_pyfunction!(restore, module)?)
}

/// One payload: the records of all its series, and what each series is.
///
/// ``data[0]`` is a record, ``data[:48]`` are data again. ``times`` and ``values`` are columns for NumPy. Polars,
/// PyArrow, DuckDB and pandas take data as they are, by Arrow's interface: ``polars.DataFrame(data)``,
/// ``pyarrow.table(data)``.
#[pyclass(frozen, weakref, module = "quoalise")]
pub struct Data(Mutex<Arc<ffi::Data>>);

impl Data {
    pub fn new(data: Arc<ffi::Data>) -> Self {
        Self(Mutex::new(data))
    }

    fn of(data: CoreData) -> Self {
        Self::new(data.into())
    }

    /// As it is now: whoever holds on to this sees no record that is appended later.
    pub fn now(&self) -> Arc<ffi::Data> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ToPython for Arc<ffi::Data> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Data::new(self))?.into_any())
    }
}

impl FromPython for Arc<ffi::Data> {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(value.cast::<Data>()?.get().now())
    }
}

/// A failure of the codec.
fn core_error(py: Python<'_>, error: senml::Error) -> PyErr {
    raise(py, &ffi::Error::from(quoalise::Error::from(error)))
}

/// As Python's own `json` has it.
fn from_json<'py>(
    py: Python<'py>,
    object: &serde_json::Map<String, serde_json::Value>,
) -> PyResult<Bound<'py, PyAny>> {
    let text = serde_json::to_string(object).map_err(|error| PyValueError::new_err(error.to_string()))?;
    py.import("json")?.call_method1("loads", (text,))
}

fn to_json_text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    value.py().import("json")?.call_method1("dumps", (value,))?.extract()
}

fn no_such_record() -> PyErr {
    PyIndexError::new_err("there is no such record")
}

fn same_payload(one: &Arc<ffi::Data>, other: &Arc<ffi::Data>) -> bool {
    Arc::ptr_eq(one, other) || one.inner() == other.inner()
}

#[pymethods]
impl Data {
    #[new]
    #[pyo3(signature = (metadata=None, sensml=None, records=None))]
    fn from_python(
        metadata: Option<Bound<'_, PyAny>>,
        sensml: Option<Bound<'_, PyAny>>,
        records: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let records = match (sensml, records) {
            (Some(_), Some(_)) => return Err(PyTypeError::new_err("give either `sensml` or `records`")),
            (Some(sensml), None) => record::collect(&sensml.call_method0("records")?)?,
            (None, Some(records)) => record::collect(&records)?,
            (None, None) => Records::new(),
        };
        let metadata = metadata.as_ref().map(Metadata::take).transpose()?.unwrap_or_default();
        Ok(Self::of(CoreData::new(metadata, records)))
    }

    fn __len__(&self) -> usize {
        self.now().inner().records().len()
    }

    fn __iter__(&self, py: Python<'_>) -> RecordIterator {
        let data = self.now();
        let rows = 0..data.inner().records().len();
        RecordIterator::new(py, data, rows)
    }

    fn __reversed__(&self, py: Python<'_>) -> RecordIterator {
        let data = self.now();
        let rows = (0..data.inner().records().len()).rev();
        RecordIterator::new(py, data, rows)
    }

    fn __getitem__(&self, py: Python<'_>, key: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let data = self.now();
        let (core, length) = (data.inner(), data.inner().records().len().cast_signed());
        if let Ok(slice) = key.cast::<PySlice>() {
            let indices = slice.indices(length)?;
            if indices.step < 0 {
                let message = "data are sliced forwards: reversed(data) goes through the records backwards";
                return Err(PyValueError::new_err(message));
            }
            let (start, stop) = (indices.start.cast_unsigned(), indices.stop.cast_unsigned());
            let rows = (start..stop.max(start)).step_by(indices.step.cast_unsigned());
            return Self::of(core.select(rows)).into_py_any(py);
        }
        let index: isize = key.extract().map_err(|error: PyErr| {
            if error.is_instance_of::<PyOverflowError>(py) {
                return no_such_record();
            }
            let kind = key.get_type().name().map_or_else(|_| "this".to_owned(), |name| name.to_string());
            PyTypeError::new_err(format!("records are asked for by number or slice, not {kind}"))
        })?;
        let row = if index < 0 { index + length } else { index };
        let record = usize::try_from(row).ok().and_then(|row| core.records().get(row));
        let record = record.ok_or_else(no_such_record)?;
        let text = |text: &str| PyString::new(py, text).unbind();
        Record::of(py, &record, text(record.name), record.unit.map(text))?.into_py_any(py)
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let Ok(other) = other.cast::<Self>() else { return Ok(py.NotImplemented()) };
        same_payload(&self.now(), &other.get().now()).into_py_any(py)
    }

    fn __repr__(&self) -> String {
        show::line(self.now().inner())
    }

    fn _repr_html_(&self) -> String {
        show::html(self.now().inner())
    }

    /// All records, as a list. Iterating over the data makes them one by one.
    #[getter]
    fn records<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let data = self.now();
        let records = data.inner().records();
        let strings = Strings::of(py, records);
        let list = PyList::empty(py);
        for row in 0..records.len() {
            list.append(strings.record(py, records, row)?)?;
        }
        Ok(list)
    }

    /// What the first series is; mostly there is but one.
    #[getter]
    fn metadata(&self) -> Metadata {
        Metadata(self.now().inner().meta().clone())
    }

    /// The same as nested dicts, as the reference program has it.
    #[getter]
    fn meta<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.metadata().into_pyobject(py)?.getattr("as_dict")
    }

    /// The records to be read and appended to, as the reference program has them.
    #[getter]
    fn sensml<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("quoalise._reference")?.getattr("Sensml")?.call_method1("_of", (slf,))
    }

    /// Each series of the payload by itself; at least one. Mostly there is but one.
    #[getter]
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let data = self.now();
        let core = data.inner();
        let parts = (0..core.parts().len()).map(|part| Self::of(core.part(part)).into_bound_py_any(py));
        PyTuple::new(py, parts.collect::<PyResult<Vec<_>>>()?)
    }

    /// The SenML version (``bver``) of the first series.
    #[getter]
    fn version(&self) -> u32 {
        self.now().inner().parts().first().map_or(DEFAULT_VERSION, |part| part.version())
    }

    /// The times of all records.
    #[getter]
    fn times(&self) -> Times {
        Times(self.now())
    }

    /// The numbers of all records.
    #[getter]
    fn values(&self) -> Values {
        Values(self.now())
    }

    /// The different names, in the order they first occur.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.now().inner().records().names().map(str::to_owned).collect()
    }

    /// The different units, in the order they first occur.
    #[getter]
    fn units(&self) -> Vec<String> {
        let data = self.now();
        data.inner().records().units().filter(|unit| !unit.is_empty()).map(str::to_owned).collect()
    }

    /// The energy in Wh: mean power times its interval, or sums of energy, added up.
    ///
    /// None where that has no meaning: another quantity, no fixed interval, a meter index. Gaps count as nothing.
    #[getter]
    fn energy_wh(&self) -> Option<f64> {
        self.now().inner().energy_wh()
    }

    /// Tell where values are missing.
    ///
    /// That is records that are gaps, and holes between records that are further apart than the sampling interval
    /// of their series. Only for series whose interval is of fixed length.
    fn missing(&self) -> Vec<Gap> {
        self.now().inner().gaps().into_iter().map(Gap).collect()
    }

    /// Write the JSON of the reference program.
    ///
    /// Metadata are nested objects, beside them is a list of records with their times in this zone, by default in
    /// the system's. Of several series it is a list of such objects.
    #[pyo3(signature = (indent=None, tz=None))]
    fn to_json(&self, indent: Option<Bound<'_, PyAny>>, tz: Option<Bound<'_, PyAny>>) -> PyResult<String> {
        let zone = tz.as_ref().map_or_else(|| Ok(Some(TimeZone::system())), zone)?;
        let data = self.now();
        let mut series = data.inner().to_json(zone.as_ref().unwrap_or(&TimeZone::UTC));
        if let (None, Some(tz)) = (&zone, &tz) {
            times_by(data.inner(), tz, &mut series)?;
        }
        let json = ffi::Data::joined(series);
        let Some(indent) = indent.filter(|indent| !indent.is_none()) else { return Ok(json.to_string()) };
        let indent = match indent.extract::<usize>() {
            Ok(spaces) => " ".repeat(spaces),
            Err(_) => indent.extract::<String>()?,
        };
        let mut out = Vec::new();
        let style = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
        let written =
            serde::Serialize::serialize(&json, &mut serde_json::Serializer::with_formatter(&mut out, style));
        written.map_err(|error| PyValueError::new_err(error.to_string()))?;
        String::from_utf8(out).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Make a ``pandas.DataFrame``, one row a record by its time in this zone, by default UTC.
    ///
    /// The columns are ``value`` and ``unit``, ``name`` where there are several, and others where a record holds
    /// more.
    #[pyo3(signature = (tz=None))]
    fn to_pandas<'py>(slf: &Bound<'py, Self>, tz: Option<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        // What is none is told as everywhere; pandas takes what is one.
        tz.as_ref().map(zone).transpose()?;
        slf.py().import("quoalise._pandas")?.call_method1("frame", (slf, tz))
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema; // a wish, which the protocol lets us pass over
        arrow::stream(py, self.now())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        let _ = requested_schema;
        arrow::array(py, &self.now())
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema(py, &self.now())
    }

    /// For categories of pandas.
    #[getter]
    fn _name_codes(&self) -> Codes {
        Codes::names(&self.now())
    }

    #[getter]
    fn _unit_codes(&self) -> Codes {
        Codes::units(&self.now())
    }

    /// The records that are more than a time and a number, and their rows: for pandas and pickles.
    #[getter]
    fn _special(&self, py: Python<'_>) -> PyResult<Vec<(usize, Record)>> {
        let data = self.now();
        let records = data.inner().records();
        if records.special().len() == 0 {
            return Ok(Vec::new());
        }
        let strings = Strings::of(py, records);
        let one = |row| Ok(strings.record(py, records, row)?.map(|record| (row, record)));
        records.special().filter_map(|row| one(row).transpose()).collect()
    }

    /// For `Sensml.append`.
    fn _append(&self, py: Python<'_>, record: &Bound<'_, PyAny>) -> PyResult<()> {
        let record = record::cast(record)?;
        let appended = record.get().with(py, |record| {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if Arc::get_mut(&mut held).is_none() {
                // Views of the columns are held: they stay as they are.
                *held = held.inner().clone().into();
            }
            let data = Arc::get_mut(&mut held).expect("it is held here alone");
            Ok(data.inner_mut().append(record))
        });
        // Not under the lock: making an error runs Python's code, which may look at these data.
        appended?.map_err(|error| core_error(py, error))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let data = self.now();
        let core = data.inner();
        let records = core.records();
        let frame = core.with_records(core.parts().iter().map(|_| (DEFAULT_VERSION, Records::new())));
        let frame = frame.to_xml(&WriteOptions::default()).map_err(|error| core_error(py, error))?;
        let parts: Vec<(u32, usize)> =
            core.parts().iter().map(|part| (part.version(), part.rows().len())).collect();
        let special = self._special(py)?;
        let state = (
            frame,
            parts,
            self.names(),
            records.units().map(str::to_owned).collect::<Vec<_>>(),
            bytes(py, (0..records.len()).map(|row| (records.name_index(row) as u32).to_le_bytes())),
            bytes(py, (0..records.len()).map(|row| (records.unit_index(row) as u32).to_le_bytes())),
            bytes(py, records.times().iter().map(|time| time.to_le_bytes())),
            bytes(py, records.values().iter().map(|value| value.to_le_bytes())),
            special,
        );
        let restore = py.import("quoalise._native")?.getattr(intern!(py, "_restore"))?;
        Ok((restore, PyTuple::new(py, [state.into_pyobject(py)?])?))
    }
}

fn bytes<'py, const N: usize>(
    py: Python<'py>,
    numbers: impl Iterator<Item = [u8; N]>,
) -> Bound<'py, PyBytes> {
    PyBytes::new(py, &numbers.flatten().collect::<Vec<u8>>())
}

type State<'py> = (
    String,
    Vec<(u32, usize)>,
    Vec<String>,
    Vec<String>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Vec<(usize, Bound<'py, Record>)>,
);

/// What was pickled. A pickle may come from anywhere: nothing in it is taken for granted.
#[pyfunction]
#[pyo3(name = "_restore")]
fn restore(py: Python<'_>, state: State<'_>) -> PyResult<Data> {
    fn numbers<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
        bytes.as_chunks().0.iter().copied()
    }
    let broken = || PyValueError::new_err("this is no pickle of quoalise.Data");
    let (frame, parts, names, units, name, unit, time, value, special) = state;
    let frame = CoreData::from_xml(frame.as_bytes(), &ReadOptions::default());
    let frame = frame.map_err(|error| core_error(py, error))?;
    if frame.parts().len() != parts.len() {
        return Err(broken());
    }
    let mut rows = (numbers(name.as_bytes()).map(u32::from_le_bytes))
        .zip(numbers(unit.as_bytes()).map(u32::from_le_bytes))
        .zip(numbers(time.as_bytes()).map(i64::from_le_bytes))
        .zip(numbers(value.as_bytes()).map(f64::from_le_bytes));
    let mut special = special.into_iter().peekable();
    let (mut all, mut row) = (Vec::new(), 0);
    for (version, length) in parts {
        let mut records = Records::new();
        for _ in 0..length {
            let (((name, unit), time), value) = rows.next().ok_or_else(broken)?;
            if let Some((_, record)) = special.next_if(|(at, _)| *at == row) {
                let pushed = record
                    .get()
                    .with(py, |record| records.push(record).map_err(|error| core_error(py, error)));
                pushed?;
            } else {
                let name = names.get(name as usize).ok_or_else(broken)?;
                let unit =
                    Some(&**units.get(unit as usize).ok_or_else(broken)?).filter(|unit| !unit.is_empty());
                let record =
                    CoreRecord::number(name, time, unit, Some(value).filter(|value| !value.is_nan()));
                records.push(&record).map_err(|error| core_error(py, error))?;
            }
            row += 1;
        }
        all.push((version, records));
    }
    Ok(Data::of(frame.with_records(all)))
}

/// Times as Python writes them in a zone of its own.
fn times_by(data: &CoreData, tz: &Bound<'_, PyAny>, series: &mut [serde_json::Value]) -> PyResult<()> {
    let py = tz.py();
    for (part, json) in data.parts().iter().zip(series) {
        let Some(records) = json.get_mut("records").and_then(serde_json::Value::as_array_mut) else {
            continue;
        };
        for (row, record) in part.rows().zip(records) {
            let time = record::time_of(py, data.records().times()[row])?;
            let time = time.bind(py).call_method1(intern!(py, "astimezone"), (tz,))?;
            record["time"] = time.call_method0(intern!(py, "isoformat"))?.extract::<String>()?.into();
        }
    }
    Ok(())
}

/// A stretch of time in which a series has no values.
#[pyclass(frozen, eq, module = "quoalise")]
#[derive(Clone, PartialEq)]
pub struct Gap(CoreGap);

#[pymethods]
impl Gap {
    #[new]
    fn new(name: String, start: &Bound<'_, PyAny>, end: &Bound<'_, PyAny>) -> PyResult<Self> {
        let micros = |field, time| argument::<Timestamp>(field, time).map(Timestamp::as_microsecond);
        Ok(Self(CoreGap { name, start: micros("start", start)?, end: micros("end", end)? }))
    }

    /// The name of the series.
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Where the first missing interval begins.
    #[getter]
    fn start(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        record::time_of(py, self.0.start)
    }

    /// Where the last missing interval ends.
    #[getter]
    fn end(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        record::time_of(py, self.0.end)
    }

    /// The name may be a meter's number, and is left out.
    fn __repr__(&self) -> String {
        let time =
            |micros| Timestamp::from_microsecond(micros).map(|time| time.to_string()).unwrap_or_default();
        format!("Gap(start={}, end={})", time(self.0.start), time(self.0.end))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let fields = (self.name(), self.start(py)?, self.end(py)?).into_pyobject(py)?;
        Ok((<Self as pyo3::PyTypeInfo>::type_object(py).into_any(), fields))
    }
}
