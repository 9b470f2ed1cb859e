use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use xmpp_parsers::jid::BareJid;

use crate::data::{Identifier, Rights};
use crate::error::{Error, ErrorKind, Result};

/// Who may read what. Asked for each request, for each series told of, and for each push before it goes out, so that
/// a right that has ended ends at once.
pub trait Authorization: Send + Sync + 'static {
    /// Whether this may be.
    ///
    /// # Errors
    /// Whatever is to be told to the requester, `NotAuthorized` above all: [`Access::refuse`].
    fn authorize(&self, access: &Access) -> impl Future<Output = Result<()>> + Send;

    /// What an account may do with a series, to be told of it; with no right at all it is not told of it. By default
    /// what [`authorize`](Self::authorize) says of all times; where rights are for a period, this is for you to write.
    fn rights(&self, requester: &BareJid, series: &Identifier) -> impl Future<Output = Rights> + Send {
        async {
            let may = async |operation| {
                let access = Access::new(requester.clone(), series.clone(), operation);
                self.authorize(&access).await.is_ok()
            };
            Rights {
                get_history: may(Operation::GetHistory).await,
                subscribe: may(Operation::Subscribe).await,
            }
        }
    }
}

/// What somebody is about to read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Access {
    /// Who. Rights belong to the bare JID.
    pub requester: BareJid,
    /// Which series; for a subscription perhaps what several have in common.
    pub identifier: Identifier,
    /// In which way.
    pub operation: Operation,
    /// From when, included; `None` for the beginning.
    pub start: Option<Timestamp>,
    /// To when, excluded; `None` for no end.
    pub end: Option<Timestamp>,
}

/// In which way somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// By asking for the history.
    GetHistory,
    /// By having new values pushed.
    Subscribe,
}

impl Access {
    pub(super) fn new(requester: BareJid, identifier: Identifier, operation: Operation) -> Self {
        Self { requester, identifier, operation, start: None, end: None }
    }

    /// The usual refusal. It does not tell whether there is such a series.
    pub fn refuse(&self) -> Error {
        Error::answer(ErrorKind::NotAuthorized, format!("Unknown user {}", self.requester))
    }
}

/// Open data: everybody may read everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Everybody;

impl Authorization for Everybody {
    async fn authorize(&self, _access: &Access) -> Result<()> {
        Ok(())
    }
}

/// A list of who may read what, at any time and in any way.
#[derive(Clone, Debug, Default)]
pub struct AccessList(BTreeMap<BareJid, Granted>);

#[derive(Clone, Debug, Default)]
struct Granted {
    all: bool,
    some: BTreeSet<Identifier>,
}

impl AccessList {
    /// A list on which nobody stands.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets an account read everything.
    pub fn allow_all(mut self, requester: BareJid) -> Self {
        self.0.entry(requester).or_default().all = true;
        self
    }

    /// Lets an account read a series and all below it.
    pub fn allow(mut self, requester: BareJid, identifier: Identifier) -> Self {
        self.0.entry(requester).or_default().some.insert(identifier);
        self
    }
}

impl Authorization for AccessList {
    async fn authorize(&self, access: &Access) -> Result<()> {
        let granted = self.0.get(&access.requester);
        let covers = |granted: &Granted| {
            granted.all || granted.some.iter().any(|allowed| allowed.covers(access.identifier.as_str()))
        };
        if granted.is_some_and(covers) { Ok(()) } else { Err(access.refuse()) }
    }
}

/// The rights of a provider, whoever keeps them.
pub(super) trait DynAuthorization: Send + Sync {
    fn authorize<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<()>>;
    fn rights<'a>(&'a self, requester: &'a BareJid, series: &'a Identifier) -> BoxFuture<'a, Rights>;
}

impl<T: Authorization> DynAuthorization for T {
    fn authorize<'a>(&'a self, access: &'a Access) -> BoxFuture<'a, Result<()>> {
        Authorization::authorize(self, access).boxed()
    }

    fn rights<'a>(&'a self, requester: &'a BareJid, series: &'a Identifier) -> BoxFuture<'a, Rights> {
        Authorization::rights(self, requester, series).boxed()
    }
}
