//! The native module of the Python package: converts types, waits, and nothing else.

#![allow(unsafe_code, reason = "what PyO3's macros write")]

mod client;
mod command;
mod convert;
mod data;
mod error;
mod wait;

use pyo3::prelude::*;

/// The native part of `quoalise`.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<client::Client>()?;
    module.add_function(wrap_pyfunction!(command::_command, module)?)?;
    data::register(module)
}
