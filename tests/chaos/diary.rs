//! What happened when, to be told when something went wrong.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many entries are shown after a failure; `--verbose` shows all as they come.
const SHOWN: usize = 150;

/// Clones write into the same.
#[derive(Clone)]
pub struct Diary {
    begin: Instant,
    aloud: bool,
    entries: Arc<Mutex<Vec<(Duration, String)>>>,
    wrong: Arc<Mutex<Vec<String>>>,
}

impl Diary {
    pub fn new(aloud: bool) -> Self {
        Self { begin: Instant::now(), aloud, entries: Arc::default(), wrong: Arc::default() }
    }

    pub fn note(&self, what: impl fmt::Display) {
        let (when, what) = (self.begin.elapsed(), what.to_string());
        if self.aloud {
            // Nothing is left to do when even that fails.
            let _ = writeln!(io::stderr(), "{:9.3} {what}", when.as_secs_f64());
        }
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push((when, what));
    }

    /// Notes what must not be.
    pub fn wrong(&self, what: impl fmt::Display) {
        let what = what.to_string();
        self.note(format_args!("WRONG: {what}"));
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    pub fn is_good(&self) -> bool {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Shows what went wrong, and the end of all the rest.
    pub fn show(&self, out: &mut impl Write) -> io::Result<()> {
        if !self.aloud {
            let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            for (when, what) in &entries[entries.len().saturating_sub(SHOWN)..] {
                writeln!(out, "{:9.3} {what}", when.as_secs_f64())?;
            }
        }
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        for what in wrong.iter().take(SHOWN) {
            writeln!(out, "WRONG: {what}")?;
        }
        if wrong.len() > SHOWN {
            writeln!(out, "and {} more", wrong.len() - SHOWN)?;
        }
        Ok(())
    }
}
