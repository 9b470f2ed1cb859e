//! Enums and records, which are Python's own classes.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;

use crate::error::invalid;

/// A member of an enum, by its value.
pub fn member(py: Python<'_>, of: &str, value: &str) -> PyResult<Py<PyAny>> {
    static ENUMS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let module = ENUMS.get_or_try_init(py, || py.import("quoalise._enums").map(Bound::unbind))?;
    module.bind(py).getattr(of)?.call1((value,)).map(Bound::unbind)
}

/// For an enum that has grown and was not written anew here: `make bindings` does that.
pub fn unknown(of: &str) -> PyErr {
    PyRuntimeError::new_err(format!("this build does not know all of {of}; please report it"))
}

/// What a member, or its value as a text, stands for.
pub fn from_name<T: Copy>(value: &Bound<'_, PyAny>, of: &str, known: &[(&str, T)]) -> PyResult<T> {
    let name: String = value.extract()?;
    let found = known.iter().find(|(known, _)| *known == name);
    found.map(|(_, found)| *found).ok_or_else(|| {
        let known: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        invalid(value.py(), &format!("{name:?} is no {of}: give one of {}", known.join(", ")))
    })
}

/// A record, by its fields.
pub fn record<const N: usize>(py: Python<'_>, of: &str, values: [Py<PyAny>; N]) -> PyResult<Py<PyAny>> {
    static RECORDS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let module = RECORDS.get_or_try_init(py, || py.import("quoalise._records").map(Bound::unbind))?;
    module.bind(py).getattr(of)?.call1(PyTuple::new(py, values)?).map(Bound::unbind)
}
