//! Who may read: everybody, or those on a list that may be changed meanwhile.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::super::exit::{Exit, Failure};
use super::Seen;
use crate::data::Identifier;
use crate::jid::{BareJid, Jid};
use crate::provider::{Access, AccessList, Authorization};
use crate::{Result, provider};

/// How often the list is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// An account, and what it may read; `None` for everything.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    account: BareJid,
    prefix: Option<Identifier>,
}

/// For `--allow`: `JID`, or `JID=PREFIX`.
pub(super) fn parse_grant(text: &str) -> Result<Grant, String> {
    // Identifiers have no `=`, and no `@`: what is no identifier belongs to the account.
    let (account, prefix) =
        match text.rsplit_once('=').map(|(account, prefix)| (account, Identifier::new(prefix))) {
            Some((account, Ok(prefix))) => (account, Some(prefix)),
            _ => (text, None),
        };
    grant(account, prefix)
}

fn grant(account: &str, prefix: Option<Identifier>) -> Result<Grant, String> {
    // A domain by itself would be an account too, but nobody's who reads; and it does not mean all accounts there.
    let jid: Option<Jid> = account.parse().ok().filter(|jid: &Jid| jid.node().is_some());
    let jid = jid.ok_or_else(|| "not an account: write app@example.org".to_owned())?;
    if jid.resource().is_some() {
        return Err("rights belong to an account as a whole: leave out the / and what follows it".to_owned());
    }
    Ok(Grant { account: jid.to_bare(), prefix })
}

/// A line is an account, or an account and a prefix; `#` begins a comment.
fn parse_list(text: &str) -> Result<Vec<Grant>, String> {
    let mut grants = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // What a JID cannot have stands between; `#` may be part of one, but not begin it.
        let words: Vec<&str> = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
        let read = match words[..] {
            [] => continue,
            [account] => grant(account, None),
            [account, prefix] => Identifier::new(prefix)
                .map_err(|error| error.to_string())
                .and_then(|prefix| grant(account, Some(prefix))),
            _ => Err("more than an account and what its series begin with".to_owned()),
        };
        grants.push(read.map_err(|error| format!("line {}: {error}", number + 1))?);
    }
    Ok(grants)
}

/// Asked who may read.
#[derive(Clone)]
pub(super) enum Gate {
    Open,
    List(Arc<RwLock<Arc<AccessList>>>),
}

impl Authorization for Gate {
    async fn authorize(&self, access: &Access) -> Result<()> {
        match self {
            Self::Open => provider::Everybody.authorize(access).await,
            Self::List(list) => {
                let list = list.read().unwrap_or_else(PoisonError::into_inner).clone();
                list.authorize(access).await
            }
        }
    }
}

/// The list, where it comes from, and the gate it is put into.
pub(super) struct Keeper {
    gate: Gate,
    allowed: Vec<Grant>,
    file: Option<(PathBuf, Option<Seen>)>,
    told: bool,
}

impl Keeper {
    /// Everybody.
    pub(super) fn open() -> Self {
        Self { gate: Gate::Open, allowed: Vec::new(), file: None, told: false }
    }

    /// Those allowed, and those in a file.
    pub(super) fn list(allowed: Vec<Grant>, file: Option<&Path>) -> Result<Self, Failure> {
        let list = Arc::new(RwLock::default());
        let file = file.map(|file| (file.to_owned(), None));
        let mut keeper = Self { gate: Gate::List(list), allowed, file, told: false };
        keeper.read().map_err(|message| Failure::new(Exit::Usage, message))?;
        Ok(keeper)
    }

    pub(super) fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Reads the file again whenever it changes.
    pub(super) async fn watch(mut self) -> Infallible {
        loop {
            tokio::time::sleep(EVERY).await;
            self.look();
        }
    }

    /// Reads the file again if it has changed; one that cannot be read changes nothing.
    fn look(&mut self) {
        match &self.file {
            Some((path, seen)) if Seen::of(path) != *seen => {}
            _ => return,
        }
        match self.read() {
            Ok(()) => {
                log::info!("the list of who may read was read again");
                self.told = false;
            }
            Err(message) if !self.told => {
                log::warn!("{message}; the former list stays in force");
                self.told = true;
            }
            Err(_) => {}
        }
    }

    fn read(&mut self) -> Result<(), String> {
        let mut grants = self.allowed.clone();
        if let Some((path, seen)) = &mut self.file {
            let now = Seen::of(path);
            let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let text = std::fs::read_to_string(&*path).map_err(|error| told(&error))?;
            grants.extend(parse_list(&text).map_err(|error| told(&error))?);
            *seen = now;
        }
        let mut list = AccessList::new();
        for Grant { account, prefix } in grants {
            list = match prefix {
                Some(prefix) => list.allow(account, prefix),
                None => list.allow_all(account),
            };
        }
        if let Gate::List(current) = &self.gate {
            *current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(list);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_allowed_all_or_some() {
        let read = |text| {
            parse_grant(text).map(|Grant { account, prefix }| {
                (account.to_string(), prefix.map(|prefix| prefix.to_string()))
            })
        };
        let all = |account: &str| Ok((account.to_owned(), None));
        assert_eq!(read("app@example.org"), all("app@example.org"));
        assert_eq!(read("a=b@example.org"), all("a=b@example.org"));
        assert_eq!(
            read("a=b@example.org=urn:dev:prm:1"),
            Ok(("a=b@example.org".to_owned(), Some("urn:dev:prm:1".to_owned())))
        );
        assert!(read("app@example.org/x").unwrap_err().contains("as a whole"));
        assert!(
            read("@").is_err()
                && read("").is_err()
                && read("example.org").is_err()
                && read("a@b=x y").is_err()
        );
    }

    #[test]
    fn lists_have_comments() {
        let list = "# who\n\napp@example.org\n  a#b@example.org urn:dev:prm:1 # this meter\n";
        assert_eq!(parse_list(list).unwrap().len(), 2);
        for wrong in ["app@example.org a b", "app@example.org x\u{e9}", "/"] {
            let error = parse_list(&format!("\n{wrong}")).unwrap_err();
            assert!(error.starts_with("line 2: "), "{error}");
        }
    }
}
