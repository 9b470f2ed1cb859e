//! The `quoalise` command, which is the same from Python.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command; its exit status.
#[pyfunction]
pub fn _command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| quoalise::cli::run(arguments))
}
