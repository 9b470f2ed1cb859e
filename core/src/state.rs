//! Where programs keep what has to outlive them (the XDG base directory specification).

use std::path::PathBuf;

/// A file in the folder for state; `None` where there is no home to keep it in.
pub(crate) fn file(name: &str) -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    Some(state.join("quoalise").join(name))
}
