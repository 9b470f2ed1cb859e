use std::fmt;

/// An account on a server of ours.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The bare JID, `name@host`.
    pub jid: String,
    /// Its password.
    pub password: String,
}

/// Leaves the password out: test failures are pasted into places where habits count.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("jid", &self.jid).finish_non_exhaustive()
    }
}

/// A password nobody chose.
pub fn random_password() -> String {
    std::iter::repeat_with(fastrand::alphanumeric).take(24).collect()
}
