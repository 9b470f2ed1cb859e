//! What is thrown: the virtual machine's own failures, and faults of ours. Errors of the core cross as bytes.

use std::any::Any;
use std::sync::Arc;

use jni::errors::{Error as JniError, ErrorPolicy};
use jni::strings::JNIString;
use jni::{Env, jni_str};
use quoalise::ffi;

/// Why a native method gives nothing.
pub enum Failure {
    /// The core's error, where there is no answer to put it into.
    Core(Arc<ffi::Error>),
    /// The virtual machine's: mostly an exception that is on its way already.
    Jni(JniError),
}

impl From<JniError> for Failure {
    fn from(error: JniError) -> Self {
        Self::Jni(error)
    }
}

impl From<Arc<ffi::Error>> for Failure {
    fn from(error: Arc<ffi::Error>) -> Self {
        Self::Core(error)
    }
}

/// Throws what failed. No panic crosses the border.
pub struct Throw;

impl<T: Default> ErrorPolicy<T, Failure> for Throw {
    type Captures<'local: 'method, 'method> = ();

    fn on_error<'local: 'method, 'method>(
        env: &mut Env<'local>,
        _: &mut (),
        failure: Failure,
    ) -> jni::errors::Result<T> {
        if !env.exception_check() {
            let message = match &failure {
                Failure::Core(error) => error.to_string(),
                Failure::Jni(error) => error.to_string(),
            };
            env.throw_new(jni_str!("java/lang/IllegalStateException"), JNIString::from(message))?;
        }
        Ok(T::default())
    }

    fn on_panic<'local: 'method, 'method>(
        env: &mut Env<'local>,
        _: &mut (),
        _payload: Box<dyn Any + Send>,
    ) -> jni::errors::Result<T> {
        if !env.exception_check() {
            env.throw_new(
                jni_str!("java/lang/InternalError"),
                jni_str!("quoalise: an error in the library"),
            )?;
        }
        Ok(T::default())
    }
}
