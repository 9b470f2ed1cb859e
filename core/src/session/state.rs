use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::broadcast;

use crate::error::Error;

/// How many changes wait for whoever watches before the oldest are passed over.
const CHANGES: usize = 64;

/// How things stand with a connection.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ConnectionState {
    /// It is being made: at first, and again after an interruption.
    #[default]
    Connecting,
    /// It is there.
    Online,
    /// It was lost, for this reason, and is going to be made anew by itself.
    Interrupted {
        /// What happened.
        error: Error,
    },
    /// It is there again, and the server has kept everything meanwhile (XEP-0198).
    Resumed,
    /// It is there again, but the server no longer knew of the old session: what was sent to it since may be lost.
    Reset {
        /// All that was sent before is here.
        since: Timestamp,
    },
    /// It is over for good.
    Closed {
        /// Why, unless it was closed from this side.
        error: Option<Error>,
    },
}

/// What becomes of a connection; see [`Client::states`](crate::Client::states).
#[derive(Debug)]
pub struct States(broadcast::Receiver<ConnectionState>);

impl States {
    /// The next change; waits for it. `None` once it is over for good and that was told. Of a great many that nobody
    /// took meanwhile only the latest are told.
    pub async fn next(&mut self) -> Option<ConnectionState> {
        loop {
            match self.0.recv().await {
                Ok(state) => return Some(state),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

pub(super) struct Teller(Mutex<Told>);

struct Told {
    state: ConnectionState,
    /// Gone when all is told.
    to: Option<broadcast::Sender<ConnectionState>>,
}

impl Default for Teller {
    fn default() -> Self {
        let to = Some(broadcast::channel(CHANGES).0);
        Self(Mutex::new(Told { state: ConnectionState::default(), to }))
    }
}

impl Teller {
    pub(super) fn tell(&self, state: ConnectionState) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(to) = &told.to {
            let _ = to.send(state.clone());
        }
        if matches!(state, ConnectionState::Closed { .. }) {
            told.to = None;
        }
        told.state = state;
    }

    pub(super) fn state(&self) -> ConnectionState {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).state.clone()
    }

    pub(super) fn watch(&self) -> States {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = || broadcast::channel(1).1;
        States(told.to.as_ref().map_or_else(closed, broadcast::Sender::subscribe))
    }
}
