//! What the loader asks of a library before anything else is done with it.

use jni::EnvUnowned;
use jni::objects::{JClass, JString};

use crate::error::Throw;
use crate::generated;

/// Of which version it is, and of which interface. The loader refuses a library that isn't the jar's own.
#[unsafe(no_mangle)]
pub extern "system" fn Java_quoalise_Library_identity<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
) -> JString<'local> {
    let identity = format!("{} {}", env!("CARGO_PKG_VERSION"), generated::INTERFACE);
    let outcome = env.with_env(|env| JString::new(env, identity));
    outcome.resolve::<Throw>()
}
