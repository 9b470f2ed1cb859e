//! The sessions of a process, for its end.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};

use super::pump::Order;
use crate::per_process::PerProcess;

/// The process' sessions; some of them may be over.
static OPEN: PerProcess<Mutex<Vec<Open>>> = PerProcess::new();

/// A session that does not stay alive for this.
struct Open {
    orders: mpsc::WeakUnboundedSender<Order>,
    /// Nothing is told there but that it is over.
    stream: watch::Receiver<()>,
}

impl Open {
    fn is_over(&self) -> bool {
        self.stream.has_changed().is_err()
    }
}

/// Remembers a session until its stream is over, which is when the sender of `stream` is dropped.
pub(super) fn remember(orders: &mpsc::UnboundedSender<Order>, stream: watch::Receiver<()>) {
    let Ok(open) = OPEN.get_or_try_init(|| Ok::<_, Infallible>(Mutex::default()));
    let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|session| !session.is_over());
    open.push(Open { orders: orders.downgrade(), stream });
}

/// Ends all streams of this process cleanly, as closing each of them does, also those that nobody
/// has any more; within two seconds. For the end of a host program: the server knows at once, rather than keep all that
/// is meant for a session until that times out.
///
/// Whoever still waits for something in another thread is told a second later, so that threads that merely end with the
/// process do not complain in its last moments.
pub async fn end_all() {
    let Some(open) = OPEN.get() else { return };
    let open = std::mem::take(&mut *open.lock().unwrap_or_else(PoisonError::into_inner));
    for session in &open {
        // One that nobody has any more is being ended already.
        if let Some(orders) = session.orders.upgrade() {
            let (done, _) = oneshot::channel();
            let _ = orders.send(Order::Close { done, in_silence: true });
        }
    }
    for mut session in open {
        let _ = session.stream.changed().await;
    }
}
