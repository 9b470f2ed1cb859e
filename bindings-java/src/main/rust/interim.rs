//! Interim: codec and free, until what is generated is merged.
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;
use quoalise::ffi;
use crate::error::{Failure, Throw};
use crate::{handle, operation};
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Interim_loads<'local>(mut env: EnvUnowned<'local>, _class: JClass<'local>, a: JByteArray<'local>) -> JByteArray<'local> {
    env.with_env(|env| {
        let a = env.convert_byte_array(&a)?;
        let mut out = Vec::new();
        operation::result(ffi::loads(a, ffi::LoadOptions::default()), &mut out);
        Ok::<_, Failure>(env.byte_array_from_slice(&out)?)
    }).resolve::<Throw>()
}
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Interim_dumps<'local>(mut env: EnvUnowned<'local>, _class: JClass<'local>, a: jlong) -> JByteArray<'local> {
    env.with_env(|env| {
        let mut out = Vec::new();
        operation::result(handle::get(a).and_then(|a| ffi::dumps(&a, ffi::Format::Quoalise, ffi::DumpOptions { keep_gaps: true, zone: None })), &mut out);
        Ok::<_, Failure>(env.byte_array_from_slice(&out)?)
    }).resolve::<Throw>()
}
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Native_free<'local>(mut env: EnvUnowned<'local>, _class: JClass<'local>, handle: jlong) {
    env.with_env(|_| Ok::<_, Failure>(handle::free(handle))).resolve::<Throw>();
}
