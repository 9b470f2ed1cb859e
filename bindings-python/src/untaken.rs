//! What came, and counts as taken only where somebody is there to take it.

use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use quoalise::ffi;

use crate::convert::ToPython;

/// Goes back where it came from if nobody takes it: a task may be cancelled after its operation was done, and before it
/// goes on itself.
#[pyclass(frozen, module = "quoalise._native")]
pub struct Untaken(Mutex<Option<ffi::Rest>>);

#[pymethods]
impl Untaken {
    /// Gives it, once.
    fn take(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let mut rest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let events = rest.as_ref().map(ffi::Rest::events).unwrap_or_default().to_python(py)?;
        // Only what Python has counts.
        if let Some(rest) = rest.take() {
            py.detach(|| rest.take());
        }
        Ok(events)
    }
}

impl ToPython for ffi::Rest {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Untaken(Mutex::new(Some(self))))?.into_any())
    }
}
