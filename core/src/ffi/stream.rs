use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex as SyncMutex, PoisonError};

use futures::future::{Either, select};
use tokio::sync::{Mutex, Notify};

use super::Result;

/// Items one after another, for callers that may stop waiting at any time.
///
/// Waiting and taking are two steps, so that an item that comes while a waiter is being cancelled (a task of the host's,
/// say) is not lost: it lies here for the next.
#[derive(Debug)]
pub(super) struct Stream<S, T> {
    source: Mutex<Option<S>>,
    next: SyncMutex<Option<T>>,
    closed: AtomicBool,
    closing: Notify,
}

impl<S, T> Stream<S, T> {
    pub fn new(source: S) -> Self {
        Self {
            source: Mutex::new(Some(source)),
            next: SyncMutex::new(None),
            closed: AtomicBool::new(false),
            closing: Notify::new(),
        }
    }

    /// Waits until there is something to take, or it is known that nothing will come; true where something is there.
    ///
    /// `next` gives the source's next item.
    pub async fn ready(&self, next: impl AsyncFnOnce(&mut S) -> Result<Option<T>>) -> Result<bool> {
        let mut closing = pin!(self.closing.notified());
        closing.as_mut().enable();
        if self.closed.load(Ordering::Acquire) {
            return Ok(false);
        }
        let waiting = pin!(async {
            let mut source = self.source.lock().await;
            if self.lock().is_some() {
                return Ok(true);
            }
            let Some(source) = source.as_mut() else { return Ok(false) };
            let item = next(source).await?;
            let is_there = item.is_some();
            *self.lock() = item;
            Ok(is_there)
        });
        match select(waiting, closing).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => Ok(false),
        }
    }

    /// What is there already.
    pub fn take(&self) -> Option<T> {
        self.lock().take()
    }

    /// Ends it; whoever waits is woken. Gives the source, and what was not taken, the first time.
    pub async fn close(&self) -> Option<(S, Option<T>)> {
        self.closed.store(true, Ordering::Release);
        self.closing.notify_waiters();
        let source = self.source.lock().await.take()?;
        Some((source, self.take()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<T>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next item, from a pair of `ready` and `take`. Somebody else may have taken it meanwhile.
pub(super) async fn next<T, F>(ready: impl Fn() -> F, take: impl Fn() -> Option<T>) -> Result<Option<T>>
where
    F: Future<Output = Result<bool>>,
{
    while ready().await? {
        if let Some(item) = take() {
            return Ok(Some(item));
        }
    }
    Ok(None)
}
