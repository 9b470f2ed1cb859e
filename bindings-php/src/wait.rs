//! Waiting, on the thread of the request.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use crate::border::interrupted;
use crate::error::Result;

/// How long a signal or the end of `max_execution_time` may go unseen: the engine only notes them.
const SIGNALS: Duration = Duration::from_millis(25);

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for what a future gives, or until a time; gives up where the engine wants its thread back. The session stays usable.
///
/// Needs no runtime: the session has a thread of its own.
pub fn wait<F: Future>(future: F, until: Option<Instant>) -> Result<Option<F::Output>> {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Ok(Some(output));
        }
        let left = until.map_or(SIGNALS, |until| until.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return Ok(None);
        }
        std::thread::park_timeout(left.min(SIGNALS));
        interrupted()?;
    }
}
