//! What is logged, for tests that look at it. There is but one logger in a process.

use std::cell::RefCell;
use std::sync::{Mutex, Once};

use log::{Level, LevelFilter, Log, Metadata, Record};

thread_local! {
    /// What was logged where payloads are read, which is in the caller's own thread.
    pub static READ: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What the library warned of, in whatever thread.
pub static WARNED: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Keep;

impl Log for Keep {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("quoalise::")
    }

    fn log(&self, record: &Record<'_>) {
        if record.target() == "quoalise::stanza::payload" {
            READ.with_borrow_mut(|read| read.push(record.args().to_string()));
        } else if self.enabled(record.metadata()) && record.level() <= Level::Warn {
            WARNED.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

pub fn keep_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Keep).unwrap();
        log::set_max_level(LevelFilter::Debug);
    });
}
