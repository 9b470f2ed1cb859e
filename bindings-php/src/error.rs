//! Errors, which come as exceptions of the class of their kind.

use std::ffi::{CStr, CString};
use std::sync::Arc;

use ext_php_rs::types::Zval;
use quoalise::ErrorKind;
use quoalise::ffi;

use crate::border::{exception, throw, throw_error};
use crate::convert::ToPhp;
use crate::generated::{BASE, class_of, fields_of};

/// Why there is no result.
#[derive(Debug)]
pub enum Fault {
    /// An error of the core.
    Error(Arc<ffi::Error>),
    /// The engine knows already: an exception is on its way, or it ends the script as soon as it has the thread.
    Thrown,
    /// The engine wants to leave at once, since memory or the script ends: it does when no frame of Rust is in its way.
    BailOut,
}

/// What functions that PHP calls give.
pub type Result<T, E = Fault> = std::result::Result<T, E>;

impl Fault {
    /// What no program can expect.
    pub fn error(message: &CStr) -> Self {
        throw_error(message)
    }

    /// For an enum that has grown and was not written anew here: `make bindings` does that.
    pub fn unknown(of: &str) -> Self {
        let message = CString::new(format!("this build does not know all of {of}; please report it"));
        Self::error(&message.unwrap_or_default())
    }
}

impl From<Arc<ffi::Error>> for Fault {
    fn from(error: Arc<ffi::Error>) -> Self {
        Self::Error(error)
    }
}

/// For an argument that cannot be right.
pub fn invalid(message: &str) -> Fault {
    Fault::Error(quoalise::Error::answer(ErrorKind::InvalidArgument, message).into())
}

/// Throws the exception for an error.
pub fn raise(error: &ffi::Error) -> Fault {
    // Where not even that can be made, the engine knows why.
    made(error).map_or_else(|fault| fault, throw)
}

fn made(error: &ffi::Error) -> Result<Zval> {
    exception(class_of(error.kind()), BASE, &error.to_string(), fields_of(error)?)
}

impl ToPhp for Arc<ffi::Error> {
    fn to_php(self) -> Result<Zval> {
        made(&self)
    }
}

#[cfg(debug_assertions)]
crate::border::function!(quoalise_raise, |call| {
    let kind: String = call.argument(0, c"string")?;
    let known = ErrorKind::ALL.into_iter().find(|known| known.as_str() == kind);
    let kind = known.ok_or_else(|| invalid("there is no such kind of error"))?;
    Err(Fault::Error(quoalise::Error::answer(kind, "raised for a test").into()))
});
