use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use quoalise::ffi;

use crate::convert::{FromPython, ToPython};
use crate::error::raise;
use crate::wait::wait;

/// A connected account: asks providers for history, subscribes, and listens.
#[pyclass(frozen, module = "quoalise")]
pub struct Client(Arc<ffi::Client>);

#[pymethods]
impl Client {
    #[staticmethod]
    #[pyo3(signature = (account, password, *, address=None, ca_file=None, timeout=None, connect_timeout=None))]
    fn connect(
        py: Python<'_>,
        account: String,
        password: String,
        address: Option<String>,
        ca_file: Option<PathBuf>,
        timeout: Option<Bound<'_, PyAny>>,
        connect_timeout: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let duration =
            |value: Option<Bound<'_, PyAny>>| value.as_ref().map(FromPython::from_python).transpose();
        let options = ffi::ConnectOptions {
            address,
            ca_file,
            timeout: duration(timeout)?,
            connect_timeout: duration(connect_timeout)?,
            ..ffi::ConnectOptions::default()
        };
        let client = wait(py, ffi::Client::connect(account, password, options))?;
        client.map(Self).map_err(|error| raise(py, &error))
    }

    #[pyo3(signature = (provider, identifier, start=None, end=None))]
    fn get_history(
        &self,
        py: Python<'_>,
        provider: String,
        identifier: String,
        start: Option<Bound<'_, PyAny>>,
        end: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let time = |value: Option<Bound<'_, PyAny>>| value.as_ref().map(FromPython::from_python).transpose();
        let (start, end) = (time(start)?, time(end)?);
        let data = wait(py, self.0.get_history(provider, identifier, start, end))?;
        data.map_err(|error| raise(py, &error))?.to_python(py)
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        wait(py, self.0.close())?.map_err(|error| raise(py, &error))
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: Option<Bound<'_, PyAny>>,
        _error: Option<Bound<'_, PyAny>>,
        _trace: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        self.close(py)
    }
}
