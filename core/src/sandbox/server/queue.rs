//! What waits to be written to a session.
//!
//! Routing never waits for a recipient: it puts a stanza into the recipient's queue. What keeps the
//! queue bounded is that a *sender* whose recipient has [`HIGH`] bytes waiting is not read from
//! until that recipient has [`LOW`] left; a recipient that takes nothing at all is ended after a
//! while, by its own session.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
};

use minidom::Element;
use tokio::sync::{Notify, mpsc};

use super::fault::Fault;

/// Senders wait while a recipient has more bytes than this before it.
const HIGH: usize = 1024 * 1024;
/// They go on when it has no more than this.
const LOW: usize = HIGH / 2;

/// What a session is to do.
pub(super) enum Outgoing {
    /// Write a stanza.
    Stanza(Element),
    /// End the stream.
    End(Fault),
}

/// How many bytes wait in a queue.
#[derive(Default)]
pub(super) struct Backlog {
    bytes: AtomicUsize,
    relieved: Notify,
}

impl Backlog {
    fn grow(&self, bytes: usize) -> usize {
        self.bytes.fetch_add(bytes, SeqCst) + bytes
    }

    fn shrink(&self, bytes: usize) {
        let before = self.bytes.fetch_sub(bytes, SeqCst);
        if before > LOW && before - bytes <= LOW {
            self.relieved.notify_waiters();
        }
    }

    /// Waits until the recipient has caught up, or is gone.
    pub(super) async fn relief(&self) {
        loop {
            let relieved = self.relieved.notified();
            tokio::pin!(relieved);
            // Before looking, or a relief in between would be missed.
            relieved.as_mut().enable();
            if self.bytes.load(SeqCst) <= LOW {
                return;
            }
            relieved.await;
        }
    }
}

/// The end of a queue that stanzas are put into.
pub(super) struct Outbox {
    sender: mpsc::UnboundedSender<(Outgoing, usize)>,
    backlog: Arc<Backlog>,
}

impl Outbox {
    /// Queues a stanza of `size` bytes. Returns the queue if the sender should wait for it.
    pub(super) fn push(&self, stanza: Element, size: usize) -> Option<&Arc<Backlog>> {
        let waiting = self.backlog.grow(size);
        if self.sender.send((Outgoing::Stanza(stanza), size)).is_err() {
            self.backlog.shrink(size);
            return None;
        }
        (waiting > HIGH).then_some(&self.backlog)
    }

    /// Ends the session once it has written what it was given before.
    pub(super) fn end(&self, fault: Fault) {
        // A session that is gone has ended.
        let _ = self.sender.send((Outgoing::End(fault), 0));
    }
}

/// The end of a queue that a session writes from.
pub(super) struct Inbox {
    receiver: mpsc::UnboundedReceiver<(Outgoing, usize)>,
    backlog: Arc<Backlog>,
}

impl Inbox {
    /// What to do next, `None` if there will be nothing more.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        self.receiver.poll_recv(cx).map(|next| {
            next.map(|(outgoing, size)| {
                self.backlog.shrink(size);
                outgoing
            })
        })
    }

    /// What is left, without waiting for more.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = Outgoing> {
        std::iter::from_fn(|| self.receiver.try_recv().ok().map(|(outgoing, _)| outgoing))
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.receiver.close();
        while let Ok((_, size)) = self.receiver.try_recv() {
            self.backlog.shrink(size);
        }
    }
}

/// A queue for one session.
pub(super) fn queue() -> (Outbox, Inbox) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let backlog = Arc::new(Backlog::default());
    (Outbox { sender, backlog: backlog.clone() }, Inbox { receiver, backlog })
}
