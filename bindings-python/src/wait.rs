//! Waiting from Python's side.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use pyo3::exceptions::PyTimeoutError;
use pyo3::prelude::*;

/// How long Ctrl-C may go unseen. Python only notes a signal; what it raises, somebody has to ask for.
const SIGNALS: Duration = Duration::from_millis(25);

/// Threads other than the main one are never told of a signal, so they need not look.
const FOREVER: Duration = Duration::from_secs(3600);

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for what a future gives, without the GIL, and gives up when a signal's handler raises an exception, or with a
/// `TimeoutError`.
///
/// Needs no runtime: the session has a thread of its own.
pub fn wait<F>(py: Python<'_>, future: F, timeout: Option<Duration>) -> PyResult<F::Output>
where
    F: Future + Send,
    F::Output: Send,
{
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let look_every = if is_main_thread() { SIGNALS } else { FOREVER };
    let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut future = pin!(future);
    loop {
        let future = future.as_mut();
        let left = until.map_or(FOREVER, |until| until.saturating_duration_since(Instant::now()));
        let polled = py.detach(|| match future.poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => {
                std::thread::park_timeout(look_every.min(left));
                None
            }
            Poll::Ready(output) => Some(output),
        });
        if let Some(output) = polled {
            return Ok(output);
        }
        py.check_signals()?;
        if left.is_zero() {
            return Err(PyTimeoutError::new_err("nothing came within the time allowed"));
        }
    }
}

/// Where that cannot be told, every thread looks for signals.
fn is_main_thread() -> bool {
    #[cfg(target_os = "linux")]
    return rustix::thread::gettid() == rustix::process::getpid();
    #[cfg(not(target_os = "linux"))]
    true
}
