//! The border: all that Java calls of operations (`quoalise.Native`).

use std::time::Duration;

use jni::objects::{JByteArray, JClass, JLongArray, JString};
use jni::sys::{jboolean, jint, jlong};
use jni::{Env, EnvUnowned};

use crate::error::{Failure, Throw};
use crate::wire::{Encode, Input, Output, Untaken, invalid};
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
    content: JByteArray<'local>,
) -> jboolean {
    let outcome = env.with_env(|env| {
        let arguments = env.convert_byte_array(&arguments)?;
        let mut input = Input::new(&arguments).beside(bytes(env, &content)?);
        Ok::<_, Failure>(operation::start(id, generated::work(call, handle, &mut input)))
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
    content: JByteArray<'local>,
) -> JByteArray<'local> {
    let outcome = env.with_env(|env| {
        let arguments = env.convert_byte_array(&arguments)?;
        let mut input = Input::new(&arguments).beside(bytes(env, &content)?);
        let mut out = Output::new();
        if let Err(error) = generated::call(call, handle, &mut input, &mut out) {
            operation::result(Err::<(), _>(error), &mut out);
        }
        out.give(env)
    });
    outcome.resolve::<Throw>()
}

/// Those of an array, where there is one.
fn bytes(env: &Env<'_>, array: &JByteArray<'_>) -> jni::errors::Result<Option<Vec<u8>>> {
    if array.is_null() { Ok(None) } else { env.convert_byte_array(array).map(Some) }
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
        let array = env.new_long_array(done.len()).and_then(|array| {
            array.set_region(env, 0, &done)?;
            Ok(array)
        });
        if array.is_err() {
            // Nobody has heard.
            operation::untold(done);
        }
        array
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
        Some(out) => out.give(env),
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
    let outcome = env.with_env(|_| {
        operation::cancel(id);
        Ok::<_, Failure>(())
    });
    outcome.resolve::<Throw>();
}

/// What came under this number, and was read, counts as taken.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_taken<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    untaken: jlong,
) {
    let outcome = env.with_env(|_| {
        if let Ok(untaken) = handle::get::<Untaken>(untaken) {
            untaken.take();
        }
        Ok::<_, Failure>(())
    });
    outcome.resolve::<Throw>();
}

/// Lets an object go.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_free<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    handle: jlong,
) {
    let outcome = env.with_env(|_| {
        handle::free(handle);
        Ok::<_, Failure>(())
    });
    outcome.resolve::<Throw>();
}

/// For tests: how many objects and operations there are.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_held<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
) -> JLongArray<'local> {
    let outcome = env.with_env(|env| {
        let held =
            [handle::count(), operation::count()].map(|count| jlong::try_from(count).unwrap_or(jlong::MAX));
        let array = env.new_long_array(held.len())?;
        array.set_region(env, 0, &held)?;
        Ok::<_, Failure>(array)
    });
    outcome.resolve::<Throw>()
}

/// For tests: an error of this kind on its way from the core.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_error<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    kind: JString<'local>,
) -> JByteArray<'local> {
    let outcome = env.with_env(|env| {
        let kind = kind.to_string();
        let known = quoalise::ErrorKind::ALL.into_iter().find(|known| known.as_str() == kind);
        let error = known.map_or_else(
            || invalid("there is no such kind of error"),
            |kind| quoalise::Error::answer(kind, "made for a test").into(),
        );
        let mut out = Output::new();
        error.encode(&mut out);
        out.give(env)
    });
    outcome.resolve::<Throw>()
}
