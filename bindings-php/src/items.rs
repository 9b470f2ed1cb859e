//! Loops over what comes by and by.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ext_php_rs::types::Zval;
use quoalise::ffi;

use crate::border::{function, make, out_of_bounds};
use crate::convert::ToPhp;
use crate::error::Result;
use crate::generated::{Native, class};
use crate::wait::wait;

/// What gives items that have to be waited for.
pub trait Source: Send + Sync + 'static {
    /// What it gives.
    type Item: ToPhp + Clone + Send;

    /// Waits until there is one to take; false where none will come.
    fn ready(&self) -> impl Future<Output = ffi::Result<bool>>;

    /// Takes it.
    fn take(&self) -> Option<Self::Item>;
}

macro_rules! sources {
    ($($source:ty: $item:ty),*) => {$(
        impl Source for $source {
            type Item = $item;

            fn ready(&self) -> impl Future<Output = ffi::Result<bool>> {
                self.ready()
            }

            fn take(&self) -> Option<$item> {
                self.take()
            }
        }
    )*};
}

sources!(ffi::Listener: ffi::Event, ffi::States: ffi::ConnectionState);

/// The next item, waited for so many seconds at the most.
pub fn next<S: Source>(source: &S, timeout: Option<Duration>) -> Result<Option<S::Item>> {
    let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    while let Some(is_there) = wait(source.ready(), until)? {
        if !is_there? {
            break;
        }
        // Another thread may have taken it.
        if let Some(item) = source.take() {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// A loop over any source.
struct Items(Box<dyn Loop>);

impl Native for Items {
    const CLASS: u32 = class::ITEMS;
}

/// What PHP does with loops.
trait Loop: Send + Sync {
    fn begin(&self) -> Result<()>;
    fn go_on(&self) -> Result<()>;
    fn key(&self) -> usize;
    fn current(&self) -> Option<Result<Zval>>;
    fn is_valid(&self) -> bool;
}

struct Over<S: Source> {
    source: Arc<S>,
    timeout: Option<Duration>,
    place: Mutex<Place<S::Item>>,
}

struct Place<T> {
    item: Option<T>,
    /// How many came.
    came: usize,
}

impl<S: Source> Over<S> {
    /// Never held while somebody waits: what interrupts that may ask the same loop.
    fn place(&self) -> MutexGuard<'_, Place<S::Item>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Source> Loop for Over<S> {
    fn begin(&self) -> Result<()> {
        if self.is_valid() { Ok(()) } else { self.go_on() }
    }

    fn go_on(&self) -> Result<()> {
        self.place().item = None;
        let item = next(&*self.source, self.timeout)?;
        let mut place = self.place();
        place.came += usize::from(item.is_some());
        place.item = item;
        Ok(())
    }

    fn key(&self) -> usize {
        self.place().came.saturating_sub(1)
    }

    fn current(&self) -> Option<Result<Zval>> {
        let item = self.place().item.clone();
        item.map(S::Item::to_php)
    }

    fn is_valid(&self) -> bool {
        self.place().item.is_some()
    }
}

/// A loop over what a source gives.
pub fn items<S: Source>(source: Arc<S>, timeout: Option<Duration>) -> Result<Zval> {
    let over = Over { source, timeout, place: Mutex::new(Place { item: None, came: 0 }) };
    make(class::ITEMS, Arc::new(Items(Box::new(over))))
}

function!(quoalise_Items_current, |call| {
    let item = call.this::<Items>()?.0.current();
    item.unwrap_or_else(|| Err(out_of_bounds(c"there is nothing, or nothing yet")))
});

function!(quoalise_Items_key, |call| { call.this::<Items>()?.0.key().to_php() });

function!(quoalise_Items_next, |call| {
    call.this::<Items>()?.0.go_on()?;
    Ok(Zval::null())
});

function!(quoalise_Items_rewind, |call| {
    call.this::<Items>()?.0.begin()?;
    Ok(Zval::null())
});

function!(quoalise_Items_valid, |call| { call.this::<Items>()?.0.is_valid().to_php() });
