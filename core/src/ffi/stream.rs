use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex as SyncMutex, PoisonError};

use futures::future::{Either, select};
use tokio::sync::{Mutex, Notify};

use super::Result;

/// What gives items.
pub(super) trait Source {
    /// What it gives.
    type Item;

    /// The next of them, unless it has come to its end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Self::Item>>> + Send;

    /// Nobody took this one, the last given, and nobody will.
    fn take_back(&self, item: Self::Item);
}

/// Items one after another, for callers that may stop waiting at any time.
///
/// Waiting and taking are two steps, so that an item that comes while a waiter is being cancelled (a task of the host's,
/// say) is not lost: it lies here for the next.
pub(super) struct Stream<S: Source> {
    source: Mutex<Option<S>>,
    next: SyncMutex<Option<S::Item>>,
    closed: AtomicBool,
    closing: Notify,
}

impl<S: Source> Stream<S> {
    pub fn new(source: S) -> Self {
        Self {
            source: Mutex::new(Some(source)),
            next: SyncMutex::new(None),
            closed: AtomicBool::new(false),
            closing: Notify::new(),
        }
    }

    /// Waits until there is something to take, or it is known that nothing will come; true where something is there.
    pub async fn ready(&self) -> Result<bool> {
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
            let item = source.next().await?;
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
    pub fn take(&self) -> Option<S::Item> {
        self.lock().take()
    }

    /// Ends it; whoever waits is woken. Gives the source, and what was not taken, the first time.
    pub async fn end(&self) -> Option<(S, Option<S::Item>)> {
        self.closed.store(true, Ordering::Release);
        self.closing.notify_waiters();
        let source = self.source.lock().await.take()?;
        Some((source, self.take()))
    }

    /// Ends it, and what was not taken goes back.
    pub async fn close(&self) {
        if let Some((source, Some(untaken))) = self.end().await {
            source.take_back(untaken);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<S::Item>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Source> Drop for Stream<S> {
    fn drop(&mut self) {
        let untaken = self.take();
        if let (Some(source), Some(untaken)) = (self.source.get_mut(), untaken) {
            source.take_back(untaken);
        }
    }
}

impl<S: Source> fmt::Debug for Stream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
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
