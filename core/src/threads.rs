//! Threads of ours, in programs that are not.

/// Starts threads that take no signals of the process: those are for the program, which may well expect them where it waits
/// for them (`sigwaitinfo`), or handle them in one thread alone. What they start themselves is like them.
///
/// What a thread brings upon itself (`SIGSEGV`, …) it takes: virtual machines have handlers for that.
pub fn without_signals<T>(start: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    let _masked = Masked::new();
    start()
}

/// The calling thread takes no signals until this is dropped.
#[cfg(unix)]
struct Masked(libc::sigset_t);

#[cfg(unix)]
#[allow(unsafe_code)]
impl Masked {
    fn new() -> Self {
        let mut all = std::mem::MaybeUninit::uninit();
        let mut before = std::mem::MaybeUninit::uninit();
        // SAFETY: both sets are written before they are read, and all that is named is a signal.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            for own in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGSYS]
            {
                libc::sigdelset(all.as_mut_ptr(), own);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            Self(before.assume_init())
        }
    }
}

#[cfg(unix)]
#[allow(unsafe_code)]
impl Drop for Masked {
    fn drop(&mut self) {
        // SAFETY: it is what this thread had.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut());
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// The signals that the calling thread takes none of, a bit for each.
    fn blocked() -> u64 {
        let status = std::fs::read_to_string("/proc/thread-self/status").expect("Linux tells");
        let line = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
        u64::from_str_radix(line.unwrap_or_default().trim(), 16).expect("a set is a hexadecimal number")
    }

    fn bit(signal: i32) -> u64 {
        1 << (signal - 1)
    }

    #[test]
    fn signals_are_for_the_program() {
        let before = blocked();
        let (started, inner) = without_signals(|| {
            std::thread::spawn(|| (blocked(), std::thread::spawn(blocked).join().unwrap()))
        })
        .join()
        .unwrap();
        for signal in
            [libc::SIGINT, libc::SIGTERM, libc::SIGCHLD, libc::SIGALRM, libc::SIGPROF, libc::SIGUSR1]
        {
            assert_ne!(started & bit(signal), 0, "{signal}");
        }
        assert_eq!(started & (bit(libc::SIGSEGV) | bit(libc::SIGBUS) | bit(libc::SIGFPE)), 0);
        assert_eq!(inner, started);
        assert_eq!(blocked(), before);
    }
}
