//! What a server keeps although somebody listens.
//!
//! A message that comes in just as a session announces itself may be kept for whoever announces himself next: ejabberd
//! hands out what it has kept, and only then lets messages through. So a listener announces itself once more, at the
//! first quiet moment: at any other it would happen again.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::inbox::Inbox;

/// How long after an announcement it is made again at the soonest.
const SOON: Duration = Duration::from_secs(3);

/// How long nothing comes in a quiet moment.
const QUIET: Duration = Duration::from_secs(1);

/// Runs for as long as the client lives.
pub(super) async fn fetch(inbox: Arc<Inbox>) {
    let announced = || inbox.announced.notified();
    loop {
        announced().await;
        let mut wait = SOON;
        loop {
            let before = inbox.came();
            tokio::select! {
                () = announced() => wait = SOON,
                () = sleep(wait) => wait = QUIET,
            }
            if wait == QUIET && inbox.came() == before {
                break;
            }
        }
        inbox.announce_again();
    }
}
