//! What must not cross the border as it is. Errors of the core are results, which Java makes exceptions of.

use std::any::Any;

use jni::errors::{Error as JniError, ErrorPolicy};
use jni::strings::JNIString;
use jni::{Env, jni_str};

/// What may go wrong in the virtual machine: mostly an exception that is on its way already.
pub type Failure = JniError;

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
            throw(env, &format!("quoalise: {failure}"));
        }
        Ok(T::default())
    }

    fn on_panic<'local: 'method, 'method>(
        env: &mut Env<'local>,
        _: &mut (),
        _payload: Box<dyn Any + Send>,
    ) -> jni::errors::Result<T> {
        if !env.exception_check() {
            throw(env, "quoalise: a fault of this library; please report it");
        }
        Ok(T::default())
    }
}

fn throw(env: &mut Env<'_>, message: &str) {
    // That it is on its way is no error of ours.
    let _ = env.throw_new(jni_str!("java/lang/InternalError"), JNIString::from(message));
}
