use std::mem::ManuallyDrop;

use super::Result;
use crate::error::{Error as CoreError, ErrorKind};

/// Something that works in the process that made it, and nowhere else: a session's thread, sockets and locks are not
/// there in a fork.
///
/// A fork gets a typed error for using it; dropping it there does nothing at all, as even closing what both share (an
/// epoll instance, a TLS stream) would harm the parent.
#[derive(Debug)]
pub struct Owned<T> {
    process: u32,
    inner: ManuallyDrop<T>,
}

impl<T> Owned<T> {
    /// Belongs to this process.
    pub fn new(inner: T) -> Self {
        Self { process: std::process::id(), inner: ManuallyDrop::new(inner) }
    }

    /// What is owned.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub fn get(&self) -> Result<&T> {
        if self.is_here() {
            return Ok(&self.inner);
        }
        let error =
            CoreError::new(ErrorKind::UsedAfterFork, "this client was made before the process forked");
        Err(error.remedy("Connect anew in each process").into())
    }

    /// What was owned.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn into_inner(self) -> Result<T> {
        self.get()?;
        let mut this = ManuallyDrop::new(self);
        // SAFETY: neither this nor what it holds is dropped or used again.
        Ok(unsafe { ManuallyDrop::take(&mut this.inner) })
    }

    fn is_here(&self) -> bool {
        self.process == std::process::id()
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if self.is_here() {
            // SAFETY: it is dropped here and nowhere else, and nobody can get at it afterwards.
            unsafe { ManuallyDrop::drop(&mut self.inner) }
        }
    }
}
