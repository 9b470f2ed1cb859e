//! Operations of the core on their way: waited for, or awaited.

use std::collections::HashMap;
use std::future::Future;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::FutureExt;
use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use quoalise::ffi;
use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

use crate::convert::{FromPython, ToPython};
use crate::error::raise;
use crate::wait::wait;

const PANICKED: &str = "a fault of this library ended the operation; please report it";

/// A result that knows how to become Python's.
type Output = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;
type Work = Pin<Box<dyn Future<Output = Output> + Send>>;

/// Something to be waited for, once.
#[pyclass(frozen, module = "quoalise._native")]
pub struct Operation {
    work: Mutex<Option<Work>>,
    started: Mutex<Option<Started>>,
}

/// What goes on on the executor.
struct Started {
    abort: AbortHandle,
    completions: Arc<Shared>,
    id: u64,
}

impl Operation {
    /// Nothing happens before it is waited for.
    pub fn new<T, F>(future: F) -> Self
    where
        T: ToPython + Send + 'static,
        F: Future<Output = ffi::Result<T>> + Send + 'static,
    {
        let work: Work = Box::pin(async move {
            let done = future.await;
            Box::new(move |py: Python<'_>| match done {
                Ok(value) => value.to_python(py),
                Err(error) => Err(raise(py, &error)),
            }) as Output
        });
        Self { work: Mutex::new(Some(work)), started: Mutex::new(None) }
    }

    fn take(&self) -> PyResult<Work> {
        lock(&self.work).take().ok_or_else(|| PyRuntimeError::new_err("this was waited for before"))
    }
}

#[pymethods]
impl Operation {
    /// Waits for it, as long as it takes or `timeout` allows.
    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Option<&Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
        let timeout = timeout.map(Duration::from_python).transpose()?;
        wait(py, self.take()?, timeout)?(py)
    }

    /// Whether it is done at once, and with what.
    fn poll(&self, py: Python<'_>) -> PyResult<(bool, Option<Py<PyAny>>)> {
        let mut work = self.take()?;
        match py.detach(|| work.as_mut().poll(&mut Context::from_waker(Waker::noop()))) {
            Poll::Ready(output) => Ok((true, Some(output(py)?))),
            Poll::Pending => {
                *lock(&self.work) = Some(work);
                Ok((false, None))
            }
        }
    }

    /// Goes on elsewhere, and tells a future of asyncio when it is done.
    fn start(&self, completions: &Completions, future: Py<PyAny>) -> PyResult<()> {
        let work = self.take()?;
        let shared = completions.0.clone();
        let id = shared.expect(future);
        let to = shared.clone();
        let task = executor()?.spawn(async move {
            // Whatever becomes of it, somebody waits.
            let output = AssertUnwindSafe(work).catch_unwind().await;
            to.tell(id, output.unwrap_or_else(|_| Box::new(|_| Err(PyRuntimeError::new_err(PANICKED)))));
        });
        *lock(&self.started) = Some(Started { abort: task.abort_handle(), completions: shared, id });
        Ok(())
    }

    /// Gives it up.
    fn cancel(&self) {
        lock(&self.work).take();
        // Nothing is freed under the lock: that may run any code of Python's.
        let started = lock(&self.started).take();
        if let Some(Started { abort, completions, id }) = started {
            abort.abort();
            completions.forget(id);
        }
    }
}

impl Drop for Operation {
    /// Nobody waits any more: the task is gone, with its event loop perhaps.
    fn drop(&mut self) {
        self.cancel();
    }
}

/// What was done for one event loop, until that takes it.
#[pyclass(frozen, weakref, module = "quoalise._native")]
pub struct Completions(Arc<Shared>);

struct Shared {
    futures: Mutex<HashMap<u64, Py<PyAny>>>,
    next: AtomicU64,
    done: Mutex<Vec<(u64, Output)>>,
    /// Whether there is a byte on its way that nobody has read.
    told: AtomicBool,
    bell: UnixStream,
    ear: UnixStream,
}

#[pymethods]
impl Completions {
    #[new]
    fn new() -> PyResult<Self> {
        let (bell, ear) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        ear.set_nonblocking(true)?;
        Ok(Self(Arc::new(Shared {
            futures: Mutex::default(),
            next: AtomicU64::new(0),
            done: Mutex::default(),
            told: AtomicBool::new(false),
            bell,
            ear,
        })))
    }

    fn fileno(&self) -> i32 {
        self.0.ear.as_raw_fd()
    }

    /// Futures know their loop, and that knows this.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Ok(futures) = self.0.futures.try_lock() else { return Ok(()) };
        futures.values().try_for_each(|future| visit.call(future))
    }

    fn __clear__(&self) {
        self.0.abandon();
    }

    /// Gives all that is done to those who wait for it. For the event loop's thread.
    fn drain(&self, py: Python<'_>) -> PyResult<()> {
        let shared = &self.0;
        let mut bytes = [0; 64];
        while matches!((&shared.ear).read(&mut bytes), Ok(read) if read == bytes.len()) {}
        shared.told.store(false, Ordering::Release);
        let done = std::mem::take(&mut *lock(&shared.done));
        let mut failed = Ok(());
        for (id, output) in done {
            let Some(future) = shared.forget(id) else { continue };
            // What goes wrong with one is no reason to let the others wait.
            failed = failed.and(deliver(future.bind(py), output));
        }
        failed
    }
}

fn deliver(future: &Bound<'_, PyAny>, output: Output) -> PyResult<()> {
    if future.call_method0("done")?.is_truthy()? {
        return Ok(());
    }
    match output(future.py()) {
        Ok(value) => future.call_method1("set_result", (value,))?,
        Err(error) => future.call_method1("set_exception", (error,))?,
    };
    Ok(())
}

impl Drop for Completions {
    /// The loop is closed. Who waits keeps what it waits for, and the other way round.
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl Shared {
    /// Nobody takes anything any more.
    fn abandon(&self) {
        let futures = std::mem::take(&mut *lock(&self.futures));
        let done = std::mem::take(&mut *lock(&self.done));
        drop((futures, done));
    }

    fn expect(&self, future: Py<PyAny>) -> u64 {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.futures).insert(id, future);
        id
    }

    fn forget(&self, id: u64) -> Option<Py<PyAny>> {
        lock(&self.futures).remove(&id)
    }

    /// From the executor's thread.
    fn tell(&self, id: u64, output: Output) {
        lock(&self.done).push((id, output));
        if !self.told.swap(true, Ordering::AcqRel) {
            // A full socket has bytes to be read, and nothing else goes wrong while both ends are here.
            let _ = (&self.bell).write(&[0]).map_err(|error| error.kind() == ErrorKind::WouldBlock);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread on which operations go on that are awaited.
fn executor() -> PyResult<&'static Runtime> {
    static EXECUTOR: ffi::PerProcess<Runtime> = ffi::PerProcess::new();
    EXECUTOR.get_or_try_init(|| {
        let mut runtime = Builder::new_multi_thread();
        runtime.worker_threads(1).thread_name("quoalise-asyncio");
        Ok(ffi::without_signals(|| runtime.build())?)
    })
}
