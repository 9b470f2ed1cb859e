//! Operations of the core on their way, and what becomes of them.
//!
//! None of our threads ever enters Java. What is done lies here under its number until a thread of Java's, which waits in
//! [`drain`], hears of it, and somebody takes it.

use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::FutureExt;
use quoalise::ErrorKind;
use quoalise::ffi;
use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

use crate::ending;
use crate::wire::{Encode, Output};

/// What there is of an operation that is done: `Call` in Java knows these numbers.
const VALUE: u8 = 0;
const ERROR: u8 = 1;
/// Somebody else was faster to take what there was: to be waited for again.
const AGAIN: u8 = 2;
const PANICKED: u8 = 3;

/// Writes what came of it. Until then, it may still be given up, and nothing is lost.
type Outcome = Box<dyn FnOnce(&mut Output) + Send>;

/// Something to be waited for.
pub struct Work(Pin<Box<dyn Future<Output = Outcome> + Send>>);

impl Work {
    /// An operation that gives a value.
    pub fn new<T, F>(operation: F) -> Self
    where
        T: Encode + Send + 'static,
        F: Future<Output = ffi::Result<T>> + Send + 'static,
    {
        Self(Box::pin(async move {
            let done = operation.await;
            Box::new(move |out: &mut Output| result(done, out)) as Outcome
        }))
    }

    /// Waits until there is an item, which is only taken when Java takes it.
    pub fn items<T, F>(ready: F, take: impl FnOnce() -> Option<T> + Send + 'static) -> Self
    where
        T: Encode,
        F: Future<Output = ffi::Result<bool>> + Send + 'static,
    {
        Self(Box::pin(async move {
            let ready = ready.await;
            Box::new(move |out: &mut Output| match ready {
                Ok(true) => match take() {
                    Some(item) => result(Ok(Some(item)), out),
                    None => out.push(AGAIN),
                },
                Ok(false) => result(Ok(None::<T>), out),
                Err(error) => result(Err::<(), _>(error), out),
            }) as Outcome
        }))
    }
}

/// Writes a result.
pub fn result<T: Encode>(result: ffi::Result<T>, out: &mut Output) {
    match result {
        Ok(value) => {
            out.push(VALUE);
            value.encode(out);
        }
        Err(error) => {
            out.push(ERROR);
            error.encode(out);
        }
    }
}

fn panicked() -> Outcome {
    Box::new(|out| out.push(PANICKED))
}

enum Operation {
    Running(AbortHandle),
    Done(Outcome),
}

#[derive(Default)]
struct Operations {
    all: HashMap<i64, Operation>,
    /// Those that are done and that nobody was told of.
    told: Vec<i64>,
}

static OPERATIONS: LazyLock<Mutex<Operations>> = LazyLock::new(Mutex::default);
static BELL: Condvar = Condvar::new();

/// Begins an operation under a number of Java's choice. True where it is done at once: then it can be taken, and [`drain`]
/// does not tell.
pub fn start(id: i64, work: ffi::Result<Work>) -> bool {
    let outcome = match work {
        Ok(work) => match poll(id, work) {
            Some(outcome) => outcome,
            None => return false,
        },
        Err(error) => Box::new(move |out: &mut Output| result(Err::<(), _>(error), out)) as Outcome,
    };
    operations().all.insert(id, Operation::Done(outcome));
    true
}

/// Much is there already, and needs no thread to change.
fn poll(id: i64, Work(mut work): Work) -> Option<Outcome> {
    let context = &mut Context::from_waker(Waker::noop());
    match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Ready(outcome)) => return Some(outcome),
        Ok(Poll::Pending) => {}
        Err(_) => return Some(panicked()),
    }
    let Some(executor) = executor() else {
        let message = "the system gives no thread to wait with";
        let error =
            ffi::Error::new(ErrorKind::LimitReached, message, "Raise the limit of threads of this process");
        return Some(Box::new(move |out| result(Err::<(), _>(error), out)));
    };
    // Held until it is listed, so that it cannot be done before.
    let mut operations = operations();
    let task = executor.spawn(async move {
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        done(id, outcome.unwrap_or_else(|_| panicked()));
    });
    operations.all.insert(id, Operation::Running(task.abort_handle()));
    None
}

fn done(id: i64, outcome: Outcome) {
    let mut operations = operations();
    if let Some(operation) = operations.all.get_mut(&id) {
        *operation = Operation::Done(outcome);
        operations.told.push(id);
        BELL.notify_one();
    } else {
        // Nobody waits any more. What it gave may take its time to go.
        drop(operations);
        drop(outcome);
    }
}

/// Waits for operations to be done, so long at the most; the numbers of those that are.
pub fn drain(patience: Duration) -> Vec<i64> {
    let operations = operations();
    let waited = BELL.wait_timeout_while(operations, patience, |operations| operations.told.is_empty());
    std::mem::take(&mut waited.unwrap_or_else(PoisonError::into_inner).0.told)
}

/// Whoever was told could not hear: [`drain`] says it again.
pub fn untold(done: Vec<i64>) {
    operations().told.extend(done);
}

/// Takes what came of an operation; nothing where it is not done, or was given up.
pub fn take(id: i64) -> Option<Output> {
    let mut operations = operations();
    let Operation::Done(outcome) = operations.all.remove(&id)? else { return None };
    drop(operations);
    let mut out = Output::new();
    outcome(&mut out);
    Some(out)
}

/// Gives an operation up.
pub fn cancel(id: i64) {
    let operation = operations().all.remove(&id);
    if let Some(Operation::Running(task)) = &operation {
        task.abort();
    }
    drop(operation);
}

/// How many there are that nobody has taken or given up.
pub fn count() -> usize {
    operations().all.len()
}

fn operations() -> MutexGuard<'static, Operations> {
    OPERATIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has something else go on there too; false where there is no thread, as nothing was ever waited for.
pub fn go_on(work: impl Future<Output = ()> + Send + 'static) -> bool {
    EXECUTOR.get().map(|executor| executor.spawn(work)).is_some()
}

static EXECUTOR: OnceLock<Runtime> = OnceLock::new();

/// The thread on which operations go on, made when first needed.
fn executor() -> Option<&'static Runtime> {
    static MAKING: Mutex<()> = Mutex::new(());
    if let Some(executor) = EXECUTOR.get() {
        return Some(executor);
    }
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if EXECUTOR.get().is_none() {
        let mut made = Builder::new_multi_thread();
        made.worker_threads(1).thread_name("quoalise-java");
        let made = ffi::without_signals(|| made.build()).ok()?;
        EXECUTOR.set(made).ok()?;
        // Whatever has a session had to wait for it.
        ending::register();
    }
    EXECUTOR.get()
}
