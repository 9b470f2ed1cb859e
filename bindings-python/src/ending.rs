//! The end of the interpreter.

use std::time::Duration;

use pyo3::prelude::*;
use quoalise::ffi;

use crate::wait::wait;

/// The interpreter waits no longer than that, whatever the network does.
const AT_MOST: Duration = Duration::from_secs(1);

/// Ends the sessions this process has left open.
#[pyfunction]
fn _end(py: Python<'_>) {
    // Neither the time that is over nor Ctrl-C is anything to complain of now: the sessions end with the process.
    let _ = wait(py, ffi::end_all(), Some(AT_MOST));
}

/// Has Python call it at its end.
///
/// At the import, and not with the first client: the last that is registered is called first, and what the program
/// registers meanwhile may still need its client. A fork inherits this, and has no sessions to end but its own.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let end = wrap_pyfunction!(_end, module)?;
    module.py().import("atexit")?.call_method1("register", (end,))?;
    Ok(())
}
