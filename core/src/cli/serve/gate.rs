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

/// For how many looks a list has to stay as it is before it is taken: it may be being written, and half of a line can
/// give more than the whole. One that does not end with a line's end, which looks even more like that, waits longer.
const RESTS: (u32, u32) = (1, 5);

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
    file: Option<Watched>,
    told: bool,
}

/// The file of the list.
struct Watched {
    path: PathBuf,
    /// How it was when it was taken.
    taken: Option<Seen>,
    /// How it was when it was last looked at.
    looked: Option<Seen>,
    /// For how many looks it has been so.
    rested: u32,
}

impl Keeper {
    /// Everybody.
    pub(super) fn open() -> Self {
        Self { gate: Gate::Open, allowed: Vec::new(), file: None, told: false }
    }

    /// Those allowed, and those in a file.
    pub(super) fn list(allowed: Vec<Grant>, file: Option<&Path>) -> Result<Self, Failure> {
        let list = Arc::new(RwLock::default());
        let file =
            file.map(|file| Watched { path: file.to_owned(), taken: None, looked: None, rested: RESTS.1 });
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

    /// Reads the file again if it has changed, and rests; one that cannot be read changes nothing.
    fn look(&mut self) {
        let Some(file) = &mut self.file else { return };
        let now = Seen::of(&file.path);
        file.rested = if now == file.looked { file.rested.saturating_add(1) } else { 0 };
        file.looked.clone_from(&now);
        // One that is not there says so at the first look, and may be on its way by `mv`.
        if now == file.taken || (now.is_some() && file.rested < RESTS.0) {
            return;
        }
        match self.read() {
            Ok(true) => {
                log::info!("the list of who may read was read again");
                self.told = false;
            }
            Ok(false) => {}
            Err(message) if !self.told => {
                log::warn!("{message}; the former list stays in force");
                self.told = true;
            }
            Err(_) => {}
        }
    }

    /// Whether the list was taken, rather than left to be written to its end.
    fn read(&mut self) -> Result<bool, String> {
        let mut grants = self.allowed.clone();
        if let Some(Watched { path, taken, rested, .. }) = &mut self.file {
            let now = Seen::of(path);
            let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let text = std::fs::read_to_string(&*path).map_err(|error| told(&error))?;
            let whole = text.is_empty() || text.ends_with('\n') || *rested >= RESTS.1;
            if !whole || Seen::of(path) != now {
                return Ok(false);
            }
            grants.extend(parse_list(&text).map_err(|error| told(&error))?);
            *taken = now;
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
        Ok(true)
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
    #[tokio::test]
    async fn a_list_that_is_being_written_gives_nobody_more() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("list");
        let put = |text: &str| std::fs::write(&path, text).unwrap();
        put("app@example.org urn:dev:prm:1\n");
        let mut keeper = Keeper::list(Vec::new(), Some(&path)).unwrap();
        let gate = keeper.gate();
        let may = async |name: &str, series: &str| {
            let access = Access {
                requester: format!("{name}@example.org").parse().unwrap(),
                identifier: series.parse().unwrap(),
                operation: provider::Operation::GetHistory,
                start: None,
                end: None,
            };
            gate.authorize(&access).await.is_ok()
        };
        assert!(may("app", "urn:dev:prm:1").await && !may("app", "urn:dev:prm:2").await);

        put("b@example.org\napp@example.org");
        keeper.look();
        assert!(!may("app", "urn:dev:prm:2").await && !may("b", "x").await, "it has just changed");
        for _ in 1..RESTS.1 {
            keeper.look();
            assert!(!may("app", "urn:dev:prm:2").await, "its last line may be half of one");
        }
        put("b@example.org\napp@example.org urn:dev:prm:1\n");
        keeper.look();
        assert!(!may("b", "x").await);
        keeper.look();
        assert!(may("b", "x").await && !may("app", "urn:dev:prm:2").await);

        // Nobody ends the line.
        put("app@example.org");
        for _ in 0..=RESTS.1 {
            assert!(may("b", "x").await);
            keeper.look();
        }
        assert!(!may("b", "x").await && may("app", "urn:dev:prm:2").await);

        put("what is this\n");
        keeper.look();
        keeper.look();
        std::fs::remove_file(&path).unwrap();
        keeper.look();
        assert!(may("app", "x").await, "the former list stays");
    }
}
