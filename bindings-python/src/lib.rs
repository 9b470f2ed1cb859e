//! The native module of the Python package: converts types, waits, and nothing else.

#![allow(unsafe_code, reason = "what PyO3's macros write")]

mod command;
mod convert;
mod data;
mod ending;
mod error;
mod generated;
mod named;
mod operation;
mod untaken;
mod wait;

use pyo3::prelude::*;

/// The native part of `quoalise`.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<operation::Operation>()?;
    module.add_class::<operation::Completions>()?;
    module.add_class::<untaken::Untaken>()?;
    module.add_function(wrap_pyfunction!(command::_command, module)?)?;
    module.add_function(wrap_pyfunction!(error::_raise, module)?)?;
    ending::register(module)?;
    generated::add_to(module)?;
    data::register(module)
}
