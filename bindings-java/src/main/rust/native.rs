//! The border: all that Java calls of operations (`quoalise.Native`).

use std::time::Duration;

use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass, JLongArray};
use jni::sys::{jboolean, jint, jlong};

use crate::error::{Failure, Throw};
use crate::wire::Input;
use crate::{generated, handle, operation};

/// Begins an operation; true where it is done at once.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_start<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    id: jlong,
    call: jint,
    handle: jlong,
    arguments: JByteArray<'local>,
) -> jboolean {
    let outcome = env.with_env(|env| {
        let arguments = env.convert_byte_array(&arguments)?;
        Ok::<_, Failure>(operation::start(id, generated::work(call, handle, &mut Input::new(&arguments))))
    });
    outcome.resolve::<Throw>()
}

/// Calls what need not be waited for; what `take` gives.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_call<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    call: jint,
    handle: jlong,
    arguments: JByteArray<'local>,
) -> JByteArray<'local> {
    let outcome = env.with_env(|env| {
        let arguments = env.convert_byte_array(&arguments)?;
        let mut out = Vec::new();
        if let Err(error) = generated::call(call, handle, &mut Input::new(&arguments), &mut out) {
            operation::result(Err::<(), _>(error), &mut out);
        }
        Ok::<_, Failure>(env.byte_array_from_slice(&out)?)
    });
    outcome.resolve::<Throw>()
}

/// Waits until operations are done, so many milliseconds at the most: their numbers.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_drain<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    patience: jlong,
) -> JLongArray<'local> {
    let outcome = env.with_env(|env| {
        let done = operation::drain(Duration::from_millis(patience.unsigned_abs()));
        let array = env.new_long_array(done.len())?;
        array.set_region(env, 0, &done)?;
        Ok::<_, Failure>(array)
    });
    outcome.resolve::<Throw>()
}

/// Takes what came of an operation: null where it is not done, or was given up.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_take<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    id: jlong,
) -> JByteArray<'local> {
    let outcome = env.with_env(|env| match operation::take(id) {
        Some(bytes) => Ok::<_, Failure>(env.byte_array_from_slice(&bytes)?),
        None => Ok(JByteArray::default()),
    });
    outcome.resolve::<Throw>()
}

/// Gives an operation up.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_cancel<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    id: jlong,
) {
    env.with_env(|_| Ok::<_, Failure>(operation::cancel(id))).resolve::<Throw>();
}

/// Lets an object go.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_free<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    handle: jlong,
) {
    env.with_env(|_| Ok::<_, Failure>(handle::free(handle))).resolve::<Throw>();
}
