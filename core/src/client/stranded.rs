//! What a server keeps although somebody listens.
//!
//! A message that comes in just as a session announces itself may be kept for whoever announces himself next: ejabberd
//! hands out what it has kept, and only then lets messages through. So a listener announces himself once more a little
//! later, and again until that happened at a quiet moment.

use std::time::Duration;

use tokio::time::sleep;

use super::WeakClient;

/// How long after an announcement it is made again, at first and, while much comes in, at the most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(30));

/// How long nothing may come behind an announcement for that to be a quiet moment. What was kept comes at once.
const QUIET: Duration = Duration::from_secs(1);

/// Runs for as long as the client lives.
pub(super) async fn fetch(client: WeakClient) {
    let announced = || client.inbox.announced.notified();
    loop {
        announced().await;
        let mut wait = AGAIN.0;
        loop {
            tokio::select! {
                () = announced() => {
                    wait = AGAIN.0;
                    continue;
                }
                () = sleep(wait) => {}
            }
            let before = client.inbox.came();
            if !client.inbox.announce_again() {
                break;
            }
            sleep(QUIET).await;
            if client.inbox.came() == before {
                break;
            }
            log::debug!("messages came beside an announcement, which is made again");
            wait = (2 * wait).min(AGAIN.1);
        }
    }
}
