//! The end of the process.

use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use quoalise::ffi;

/// The process waits no longer than that, whatever the network does.
const AT_MOST: Duration = Duration::from_secs(1);

/// Ends the sessions this process has left open. PHP runs no script any more.
#[unsafe(no_mangle)]
extern "C" fn quoalise_end() {
    let ended = std::panic::catch_unwind(|| {
        let mut ending = std::pin::pin!(ffi::end_all());
        let until = Instant::now() + AT_MOST;
        while ending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
            && Instant::now() < until
        {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    // There is nobody left to be told.
    let _ = ended;
}
