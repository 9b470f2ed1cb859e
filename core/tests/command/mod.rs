//! The `quoalise` command as a child process.

use std::process::{Command, Output, Stdio};

/// The password of all accounts here.
pub const PASSWORD: &str = "not to be seen";

/// The command, with nothing of the environment's own settings.
pub fn quoalise(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quoalise"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("QUOALISE_")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).env("TZ", "Europe/Paris");
    command
}

/// What came of it.
#[derive(Debug)]
pub struct Ended {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let ended =
            Self { status: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) };
        assert!(!ended.err.contains(PASSWORD) && !ended.out.contains(PASSWORD), "{ended:?}");
        ended
    }

    /// That it ended with this status, told this on stderr, and wrote nothing on stdout.
    #[track_caller]
    pub fn failed(&self, status: i32, told: &str) {
        assert_eq!((self.status, &*self.out), (Some(status), ""), "{self:?}");
        assert!(self.err.contains(told), "{self:?}");
    }
}
