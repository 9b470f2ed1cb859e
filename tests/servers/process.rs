//! Child processes that don't outlive the tests.

use std::io;
use std::process::{Child, ChildStderr, ChildStdin, Command, ExitStatus};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How long a killed process may take to be gone; only a machine in deep trouble gets there.
const KILLED_WITHIN: Duration = Duration::from_secs(10);

/// A running server. Dropping it kills and reaps it.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    child: Child,
}

impl ServerProcess {
    /// Starts `program`, which the kernel kills when this process ends, however it ends.
    pub(crate) fn spawn(
        program: &str,
        configure: impl FnOnce(&mut Command) + Send + 'static,
    ) -> io::Result<Self> {
        // The death signal has to be asked for between fork and exec. util-linux's setpriv does so and becomes the
        // program, so that the process id is the program's own; from Rust it would take unsafe code.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", program]);
        configure(&mut command);
        Ok(Self { child: spawn_from_lasting_thread(command)? })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard input and standard error, once, where they were asked for as pipes.
    pub(crate) fn pipes(&mut self) -> Option<(ChildStdin, ChildStderr)> {
        self.child.stdin.take().zip(self.child.stderr.take())
    }

    /// How it ended, if it has.
    pub(crate) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Asks it to end, and kills it if it has not within `grace`.
    pub(crate) fn terminate(mut self, grace: Duration) {
        if let (Ok(None), Some(pid)) =
            (self.child.try_wait(), rustix::process::Pid::from_raw(self.child.id().cast_signed()))
        {
            // Not reaped yet, so the id is still the child's. A failure is left to the kill that follows.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
            self.wait(grace);
        }
    }

    fn wait(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        loop {
            match self.child.try_wait() {
                Ok(Some(_)) => return true,
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
                Ok(None) | Err(_) => return false,
            }
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Harmless on one that has ended and been reaped.
        let _ = self.child.kill();
        self.wait(KILLED_WITHIN);
    }
}

type Request = (Command, mpsc::Sender<io::Result<Child>>);

/// The kernel ties the death signal to the *thread* that forked, and the thread of a test ends with the test: a
/// server shared between tests is started from a thread that lasts as long as the process.
fn spawn_from_lasting_thread(command: Command) -> io::Result<Child> {
    static SPAWNER: OnceLock<mpsc::Sender<Request>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (requests, inbox) = mpsc::channel::<Request>();
        thread::spawn(move || {
            for (mut command, answer) in inbox {
                let _ = answer.send(command.spawn());
            }
        });
        requests
    });
    let (answer, child) = mpsc::channel();
    let gone = |_| io::Error::other("the thread that starts servers is gone");
    spawner.send((command, answer)).map_err(|_| gone(mpsc::RecvError))?;
    child.recv().map_err(gone)?
}
