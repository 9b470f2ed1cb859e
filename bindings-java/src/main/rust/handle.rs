//! What Java holds of the core's: a number each, so that nothing Java does, in whatever order and on however many threads,
//! gets at memory that is gone.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use quoalise::{ErrorKind, ffi};

type Object = Arc<dyn Any + Send + Sync>;

static HELD: LazyLock<RwLock<HashMap<i64, Object>>> = LazyLock::new(RwLock::default);

/// Keeps an object for Java, until [`free`]. A number is never used twice.
pub fn put<T: Any + Send + Sync>(object: Arc<T>) -> i64 {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    let handle = NEXT.fetch_add(1, Ordering::Relaxed);
    HELD.write().unwrap_or_else(PoisonError::into_inner).insert(handle, object);
    handle
}

/// The object of this number.
///
/// # Errors
/// `Closed` where it is gone.
pub fn get<T: Any + Send + Sync>(handle: i64) -> ffi::Result<Arc<T>> {
    let object = HELD.read().unwrap_or_else(PoisonError::into_inner).get(&handle).cloned();
    object.and_then(|object| object.downcast().ok()).ok_or_else(|| {
        let remedy = "Use it before it is closed, or get it again";
        ffi::Error::new(ErrorKind::Closed, "this was closed before", remedy)
    })
}

/// Lets it go. Whoever is using it keeps it until done.
pub fn free(handle: i64) {
    let object = HELD.write().unwrap_or_else(PoisonError::into_inner).remove(&handle);
    // Outside the lock: the last of a client ends its session.
    drop(object);
}
