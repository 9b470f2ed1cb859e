//! The end of the process.

use std::ffi::c_int;
use std::panic::catch_unwind;
use std::sync::mpsc;
use std::time::Duration;

use quoalise::ffi;

use crate::operation;

/// The process waits no longer than that, whatever the network does.
const AT_MOST: Duration = Duration::from_secs(1);

unsafe extern "C" {
    fn atexit(callback: extern "C" fn()) -> c_int;
}

/// Has the sessions that are open then ended with the process, so that the server knows at once.
///
/// By the system and not by a hook of Java's: those of the application run before, and may still need their client; and
/// one of ours would keep its class loader for ever. To be called once.
pub fn register() {
    // SAFETY: the function is there as long as the process, since the library is never unmapped (`build.rs`), and does not unwind.
    // Where the system remembers no more functions, the server finds out by itself.
    let _ = unsafe { atexit(end) };
}

extern "C" fn end() {
    // A thread of ours waits for it: of this one, much is gone already.
    let _ = catch_unwind(|| {
        let (done, ended) = mpsc::channel();
        let ending = async move {
            ffi::end_all().await;
            let _ = done.send(());
        };
        if operation::go_on(ending) {
            let _ = ended.recv_timeout(AT_MOST);
        }
    });
}
