//! Whom an account was subscribed at by this command, so that `listen` knows whose pushes to take. A convenience: where
//! the file cannot be read or written, providers are named by hand.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::jid::Jid;
use crate::state;

fn file() -> Option<PathBuf> {
    state::file("trusted")
}

fn bare(jid: &str) -> Option<String> {
    Some(jid.parse::<Jid>().ok()?.to_bare().to_string())
}

/// The bare JIDs of the providers.
pub(super) fn providers(user: &str) -> Vec<String> {
    let (Some(file), Some(user)) = (file(), bare(user)) else { return Vec::new() };
    let text = fs::read_to_string(file).unwrap_or_default();
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    let own: BTreeSet<&str> =
        pairs.filter(|(account, _)| *account == user).map(|(_, provider)| provider).collect();
    own.into_iter().map(str::to_owned).collect()
}

/// Adds a provider.
pub(super) fn remember(user: &str, provider: &str) {
    let (Some(file), Some(account), Some(provider)) = (file(), bare(user), bare(provider)) else { return };
    if providers(user).contains(&provider) {
        return;
    }
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
        use std::io::Write;
        // One short line appended at once: two commands at the same time do not spoil each other's.
        let mut file = fs::OpenOptions::new().append(true).create(true).open(&file)?;
        file.write_all(format!("{account} {provider}\n").as_bytes())
    });
    if let Err(error) = written {
        log::warn!("{} cannot be written ({error}); name the provider when listening", file.display());
    }
}
