//! What every process has of its own, also one that was forked.

use std::fmt;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A value made when it is first needed, and once more in a fork, to which its parent's is of no use: threads are not
/// there, and a lock that was held while the process forked is held for ever.
///
/// No lock is held on the way, for the same reason. What was made stays until the process ends.
pub struct PerProcess<T: 'static>(AtomicPtr<(u32, T)>);

impl<T: Send + Sync + 'static> PerProcess<T> {
    /// Nothing is made yet.
    #[allow(clippy::new_without_default, reason = "it is for statics")]
    pub const fn new() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }

    /// This process' own, if it has been made.
    pub fn get(&self) -> Option<&'static T> {
        Self::if_here(self.0.load(Ordering::Acquire))
    }

    /// This process' own.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn get_or_try_init<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<&'static T, E> {
        let known = self.0.load(Ordering::Acquire);
        if let Some(here) = Self::if_here(known) {
            return Ok(here);
        }
        let fresh = Box::into_raw(Box::new((std::process::id(), make()?)));
        let current = match self.0.compare_exchange(known, fresh, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => fresh,
            Err(theirs) => {
                // SAFETY: it came out of a box above, and nobody else has seen it.
                #[allow(unsafe_code)]
                drop(unsafe { Box::from_raw(fresh) });
                theirs
            }
        };
        // SAFETY: what was put there is never freed. Another thread of this process did, if it was not this one.
        #[allow(unsafe_code)]
        Ok(unsafe { &(*current).1 })
    }

    fn if_here(known: *mut (u32, T)) -> Option<&'static T> {
        // SAFETY: what was put there is never freed.
        #[allow(unsafe_code)]
        let (process, value) = unsafe { known.as_ref() }?;
        (*process == std::process::id()).then_some(value)
    }
}

impl<T> fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerProcess").finish_non_exhaustive()
    }
}
