use std::sync::Arc;

use pyo3::prelude::*;
use quoalise::ffi;

use crate::convert::ToPython;

/// One payload: the records of all its series in one set of columns.
#[pyclass(frozen, module = "quoalise")]
pub struct Data(Arc<ffi::Data>);

#[pymethods]
impl Data {
    fn __len__(&self) -> usize {
        self.0.inner().records().len()
    }
}

impl ToPython for Arc<ffi::Data> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Data(self))?.into_any())
    }
}
