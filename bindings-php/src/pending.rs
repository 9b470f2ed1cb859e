//! Operations on their way, for scripts that do something else meanwhile.

use std::future::Future;
use std::io::{PipeReader, PipeWriter, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ext_php_rs::types::Zval;
use quoalise::ErrorKind;
use quoalise::ffi::{self, Owned, PerProcess};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::border::{function, make, stream};
use crate::convert::ToPhp;
use crate::error::{Fault, Result, invalid};
use crate::generated::{Native, class};
use crate::wait::wait;

/// A result that knows how to become PHP's.
type Output = Box<dyn FnOnce() -> Result<Zval> + Send>;

/// Tells whoever looks at the stream that there is something to be had, however it came about.
struct Bell {
    done: Arc<AtomicBool>,
    stream: PipeWriter,
}

impl Drop for Bell {
    /// By a byte: the other end stays open where a fork has it too, and no end would be seen.
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
        // Nobody looks, where it is not taken.
        let _ = self.stream.write_all(b".");
    }
}

struct Pending(Owned<Inner>);

struct Inner {
    task: Mutex<Option<JoinHandle<Output>>>,
    /// Whether the task is done or gone; then, and not before, the other can be read from.
    done: Arc<AtomicBool>,
    end: PipeReader,
}

impl Native for Pending {
    const CLASS: u32 = class::PENDING;
}

impl Inner {
    fn task(&self) -> MutexGuard<'_, Option<JoinHandle<Output>>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    /// Nobody asks any more.
    fn drop(&mut self) {
        if let Some(task) = self.task().take() {
            task.abort();
        }
    }
}

/// The thread on which operations go on that nobody waits for.
fn executor() -> std::io::Result<&'static Runtime> {
    static EXECUTOR: PerProcess<Runtime> = PerProcess::new();
    EXECUTOR.get_or_try_init(|| {
        let mut runtime = Builder::new_multi_thread();
        runtime.worker_threads(1).thread_name("quoalise-pending");
        ffi::without_signals(|| runtime.build())
    })
}

/// Begins an operation.
pub fn begin<T>(operation: impl Future<Output = ffi::Result<T>> + Send + 'static) -> Result<Zval>
where
    T: ToPhp + Send + 'static,
{
    let no_room = |_| Fault::error(c"there are too many threads or descriptors to begin anything");
    let (end, held) = std::io::pipe().map_err(no_room)?;
    let done = Arc::new(AtomicBool::new(false));
    let bell = Bell { done: done.clone(), stream: held };
    let task = executor().map_err(no_room)?.spawn(async move {
        let _bell = bell;
        let done = operation.await;
        Box::new(move || done?.to_php()) as Output
    });
    let inner = Inner { task: Mutex::new(Some(task)), done, end };
    make(class::PENDING, Arc::new(Pending(Owned::new(inner))))
}

function!(quoalise_Pending_stream, |call| {
    let pending = call.this::<Pending>()?;
    let end = pending.0.get()?.end.try_clone();
    stream(end.map_err(|_| Fault::error(c"there are too many open descriptors"))?)
});

function!(quoalise_Pending_isReady, |call| {
    let pending = call.this::<Pending>()?;
    pending.0.get()?.done.load(Ordering::Acquire).to_php()
});

function!(quoalise_Pending_get, |call| {
    let pending = call.this::<Pending>()?;
    let inner = pending.0.get()?;
    let taken = inner.task().take();
    let mut task = taken.ok_or_else(|| invalid("the result was taken before"))?;
    match wait(&mut task, None) {
        Ok(Some(Ok(output))) => output(),
        Ok(Some(Err(gone))) if gone.is_cancelled() => {
            let remedy = "Ask again for what is still wanted";
            Err(Fault::Error(ffi::Error::new(ErrorKind::Closed, "the operation was cancelled", remedy)))
        }
        Ok(_) => Err(Fault::error(c"a fault of this library ended the operation; please report it")),
        Err(interrupted) => {
            // It goes on, and may be asked for again.
            *inner.task() = Some(task);
            Err(interrupted)
        }
    }
});

function!(quoalise_Pending_cancel, |call| {
    let pending = call.this::<Pending>()?;
    if let Some(task) = pending.0.get()?.task().as_ref() {
        task.abort();
    }
    Ok(Zval::null())
});
