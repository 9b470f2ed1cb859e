//! Errors, which come as exceptions of the class of their kind.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use quoalise::ffi;

use crate::convert::ToPython;

static OF_KIND: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

/// The exception for an error.
pub fn raise(py: Python<'_>, error: &ffi::Error) -> PyErr {
    exception(py, error).map_or_else(|failed| failed, |exception| PyErr::from_value(exception.into_bound(py)))
}

/// The exception for an argument that cannot be right.
pub fn invalid(py: Python<'_>, message: &str) -> PyErr {
    raise(py, &ffi::Error::from(quoalise::Error::answer(quoalise::ErrorKind::InvalidArgument, message)))
}

fn exception(py: Python<'_>, error: &ffi::Error) -> PyResult<Py<PyAny>> {
    let classes = OF_KIND.get_or_try_init(py, || {
        let module = py.import("quoalise._errors")?;
        Ok::<_, PyErr>(module.getattr("OF_KIND")?.cast_into::<PyDict>()?.unbind())
    })?;
    let kind = error.kind().as_str();
    let class = classes.bind(py).get_item(kind)?;
    let class = class.map_or_else(|| py.import("quoalise._errors")?.getattr("Error"), Ok)?;
    // Past their constructors, which may be for people.
    let message = error.message();
    let exception = class.cast::<PyType>()?.call_method1("__new__", (&class, &message))?;
    let fitting = error.fitting_start().zip(error.fitting_end());
    for (field, value) in [
        ("message", message.to_python(py)?),
        ("operation", error.operation().to_python(py)?),
        ("remedy", error.remedy().to_python(py)?),
        ("condition", error.condition().to_python(py)?),
        ("text", error.text().to_python(py)?),
        ("issuer", error.issuer().to_python(py)?),
        ("code", error.code().to_python(py)?),
        ("retry_after", error.retry_after().to_python(py)?),
        ("fitting_period", fitting.to_python(py)?),
        ("is_temporary", error.is_temporary().to_python(py)?),
    ] {
        exception.setattr(field, value)?;
    }
    Ok(exception.unbind())
}

impl ToPython for Arc<ffi::Error> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        exception(py, &self)
    }
}

/// For tests: an error of this kind on its way from the core.
#[pyfunction]
pub fn _raise(py: Python<'_>, kind: &str) -> PyResult<()> {
    let known = quoalise::ErrorKind::ALL.into_iter().find(|known| known.as_str() == kind);
    let kind = known.ok_or_else(|| invalid(py, "there is no such kind of error"))?;
    Err(raise(py, &ffi::Error::from(quoalise::Error::answer(kind, "raised for a test"))))
}
