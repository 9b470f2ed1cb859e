//! Columns, which NumPy sees where they lie.

use std::sync::Arc;

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList, PySlice};
use quoalise::ffi;

use super::record::time_of;

/// What NumPy takes as an array without copying (the protocol's version 3). It keeps the object it got this from.
fn interface<'py, T>(py: Python<'py>, column: &[T], typestr: &str) -> PyResult<Bound<'py, PyDict>> {
    let order = if cfg!(target_endian = "little") { '<' } else { '>' };
    let interface = PyDict::new(py);
    interface.set_item("version", 3)?;
    interface.set_item("shape", (column.len(),))?;
    interface.set_item("typestr", format!("{order}{typestr}"))?;
    // An address, and that nobody may write there.
    interface.set_item("data", (column.as_ptr().addr(), true))?;
    Ok(interface)
}

/// An item by its number, or a list of those of a slice.
fn at<'py, T: Copy>(
    column: &[T],
    key: &Bound<'py, PyAny>,
    item: impl Fn(T) -> PyResult<Py<PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = key.py();
    if let Ok(slice) = key.cast::<PySlice>() {
        let rows = slice.indices(column.len().cast_signed())?;
        let row = |number: usize| (rows.start + number.cast_signed() * rows.step).cast_unsigned();
        let items =
            (0..rows.slicelength).map(|number| item(column[row(number)])).collect::<PyResult<Vec<_>>>()?;
        return Ok(PyList::new(py, items)?.into_any());
    }
    let index: isize = key.extract()?;
    let index = if index < 0 { index + column.len().cast_signed() } else { index };
    let found = usize::try_from(index).ok().and_then(|index| column.get(index));
    let found = found.copied().ok_or_else(|| PyIndexError::new_err("there is no such record"))?;
    Ok(item(found)?.into_bound(py))
}

/// The times of records, in UTC.
///
/// ``numpy.asarray(data.times)`` is a view of them, as ``datetime64[us]``, which copies nothing.
#[pyclass(frozen, sequence, module = "quoalise")]
pub struct Times(pub Arc<ffi::Data>);

impl Times {
    fn column(&self) -> &[i64] {
        self.0.inner().records().times()
    }
}

#[pymethods]
impl Times {
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        interface(py, self.column(), "M8[us]")
    }

    fn __len__(&self) -> usize {
        self.column().len()
    }

    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        at(self.column(), key, |time| time_of(key.py(), time))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.tolist(py)?)?.try_iter()
    }

    /// Make a list of ``datetime``.
    fn tolist(&self, py: Python<'_>) -> PyResult<Vec<Py<PyAny>>> {
        self.column().iter().map(|time| time_of(py, *time)).collect()
    }

    fn __repr__(&self) -> String {
        format!("<quoalise.Times: {}>", self.column().len())
    }
}

/// The numbers of records; NaN where a record has none.
///
/// ``numpy.asarray(data.values)`` is a view of them, which copies nothing.
#[pyclass(frozen, sequence, module = "quoalise")]
pub struct Values(pub Arc<ffi::Data>);

impl Values {
    fn column(&self) -> &[f64] {
        self.0.inner().records().values()
    }
}

#[pymethods]
impl Values {
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        interface(py, self.column(), "f8")
    }

    fn __len__(&self) -> usize {
        self.column().len()
    }

    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        at(self.column(), key, |value| value.into_py_any(key.py()))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.column())?.try_iter()
    }

    /// Make a list; NaN where a record has no number.
    fn tolist(&self) -> Vec<f64> {
        self.column().to_vec()
    }

    /// Readings are personal: shown are only how many there are.
    fn __repr__(&self) -> String {
        format!("<quoalise.Values: {}>", self.column().len())
    }
}

/// Which name, or which unit, each record has: for categories.
#[pyclass(frozen, module = "quoalise")]
pub struct Codes(Vec<i32>);

impl Codes {
    pub fn names(data: &ffi::Data) -> Self {
        let records = data.inner().records();
        Self((0..records.len()).map(|row| records.name_index(row) as i32).collect())
    }

    /// -1 stands for none, as pandas has it.
    pub fn units(data: &ffi::Data) -> Self {
        let records = data.inner().records();
        let mut codes = Vec::with_capacity(records.len());
        let mut code_of = Vec::new();
        let mut next = 0;
        for unit in records.units() {
            code_of.push(if unit.is_empty() { -1 } else { next });
            next += i32::from(!unit.is_empty());
        }
        codes.extend((0..records.len()).map(|row| code_of[records.unit_index(row)]));
        Self(codes)
    }
}

#[pymethods]
impl Codes {
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        interface(py, &self.0, "i4")
    }
}
