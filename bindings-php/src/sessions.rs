//! Sessions that outlive a request: a login for each page would be absurd.
//!
//! Each process has its own; a fork begins with none. Who asks for one has to give the very same options, the password among
//! them, so that no two accounts ever share one.

use std::convert::Infallible;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ext_php_rs::types::Zval;
use quoalise::ffi::{Client, ConnectOptions, Connection, PerProcess};
use zeroize::Zeroizing;

use crate::border::{Call, Options, function, setting, table};
use crate::convert::ToPhp;
use crate::error::Result;
use crate::wait::wait;

/// What there is in this process.
#[derive(Default)]
struct Sessions {
    kept: Vec<Kept>,
    opened: u64,
    reused: u64,
    replaced: u64,
    dropped: u64,
}

struct Kept {
    key: Key,
    client: Arc<Client>,
    used: Instant,
}

#[derive(PartialEq)]
struct Key {
    name: String,
    account: String,
    password: Zeroizing<String>,
    options: ConnectOptions,
}

static SESSIONS: PerProcess<Mutex<Sessions>> = PerProcess::new();

fn sessions() -> MutexGuard<'static, Sessions> {
    let made = SESSIONS.get_or_try_init(|| Ok::<_, Infallible>(Mutex::default()));
    let Ok(sessions) = made;
    sessions.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sessions {
    /// The session of this key, if it can be used. One whose connection is away is none: whoever asks now is told at once
    /// whether there is a new one.
    fn find(&mut self, key: &Key) -> Option<Arc<Client>> {
        let at = self.kept.iter().position(|kept| kept.key == *key)?;
        let client = self.kept[at].client.clone();
        let state = client.state().map(|state| state.connection);
        if matches!(state, Ok(Connection::Online | Connection::Resumed | Connection::Reset)) {
            self.kept[at].used = Instant::now();
            self.reused += 1;
            return Some(client);
        }
        self.kept.swap_remove(at);
        self.replaced += 1;
        None
    }

    /// Ends what nobody has asked for in a long time, and what there is no room for; the first that was asked for longest ago.
    fn tidy(&mut self, room: usize) {
        let before = self.kept.len();
        if let Some(idle) = setting(c"quoalise.persistent_idle") {
            self.kept.retain(|kept| {
                kept.used.elapsed() < Duration::from_secs(idle) || Arc::strong_count(&kept.client) > 1
            });
        }
        let most = setting(c"quoalise.max_persistent").and_then(|most| usize::try_from(most).ok());
        self.kept.sort_by_key(|kept| kept.used);
        let excess = (self.kept.len() + room).saturating_sub(most.unwrap_or(usize::MAX)).min(self.kept.len());
        self.kept.drain(..excess);
        self.dropped += (before - self.kept.len()) as u64;
    }
}

/// Connects, or takes the session that this process has kept.
pub fn connect(
    call: &Call,
    given: &Options<'_>,
    account: String,
    password: String,
    options: ConnectOptions,
) -> Result<Zval> {
    let Some(name) = given.or("persistent", c"?string", None)? else {
        return call.wait(Client::connect(account, password, options));
    };
    let key = Key {
        name,
        account: account.clone(),
        password: Zeroizing::new(password.clone()),
        options: options.clone(),
    };
    let known = {
        let mut sessions = sessions();
        let known = sessions.find(&key);
        sessions.tidy(usize::from(known.is_none()));
        known
    };
    if let Some(client) = known {
        return client.to_php();
    }
    // Without the lock: it may take long, and what interrupts it may be a script that connects.
    let Some(client) = wait(Client::connect(account, password, options), None)? else {
        return Ok(Zval::null());
    };
    let client = client?;
    let mut sessions = sessions();
    sessions.opened += 1;
    // With no room at all it is one like any other.
    if setting(c"quoalise.max_persistent") != Some(0) {
        sessions.kept.push(Kept { key, client: client.clone(), used: Instant::now() });
    }
    drop(sessions);
    client.to_php()
}

fn counts() -> [(&'static str, u64); 5] {
    let Sessions { kept, opened, reused, replaced, dropped } = &*sessions();
    let kept = kept.len() as u64;
    [("kept", kept), ("opened", *opened), ("reused", *reused), ("replaced", *replaced), ("dropped", *dropped)]
}

/// A request of any kind is over.
#[unsafe(no_mangle)]
extern "C" fn quoalise_tidy() {
    // Who comes to no session never needs a table of them.
    let Some(sessions) = SESSIONS.get() else { return };
    let tidied = catch_unwind(|| sessions.lock().unwrap_or_else(PoisonError::into_inner).tidy(0));
    // There is nobody left to be told.
    let _ = tidied;
}

function!(quoalise_Client_stats, |_call| {
    let mut items = Vec::new();
    for (name, count) in counts() {
        items.push((name, count.to_php()?));
    }
    table(items)
});

/// The same, for `phpinfo()`.
///
/// # Safety
/// There is room for five.
#[unsafe(no_mangle)]
unsafe extern "C" fn quoalise_counts(out: *mut u64) {
    for (place, (_, count)) in counts().into_iter().enumerate() {
        // SAFETY: as above.
        unsafe { out.add(place).write(count) }
    }
}
