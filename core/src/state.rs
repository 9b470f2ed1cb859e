//! Where programs keep what has to outlive them (the XDG base directory specification).

#[cfg(feature = "sqlite")]
use std::path::Path;
use std::path::PathBuf;

#[cfg(feature = "sqlite")]
use xmpp_parsers::jid::Jid;

/// A file in the folder for state; `None` where there is no home to keep it in.
pub(crate) fn file(name: &str) -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    Some(state.join("quoalise").join(name))
}

/// A file of an account's own there.
#[cfg(feature = "sqlite")]
pub(crate) fn file_of(name: &str, account: &Jid, extension: &str) -> Option<PathBuf> {
    let plain = |c: char| if c.is_alphanumeric() || "@.-_".contains(c) { c } else { '+' };
    let account: String = account.to_bare().to_string().chars().map(plain).collect();
    file(&format!("{name}-{account}.{extension}"))
}

/// Makes a file that nobody else may read, if there is none, folders included: who reads whose meter is personal.
#[cfg(feature = "sqlite")]
pub(crate) fn private(path: &Path) -> std::io::Result<()> {
    let (mut folder, mut file) = (std::fs::DirBuilder::new(), std::fs::OpenOptions::new());
    folder.recursive(true);
    file.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folder.mode(0o700);
        file.mode(0o600);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder.create(parent)?;
    }
    file.open(path).map(drop)
}
