//! Who is there, and what goes where: RFC 6121 section 8, among the sessions of one domain.
//!
//! All of it is one table behind one lock, held for as long as it takes to put a stanza into its
//! recipients' queues and never longer. So stanzas from one session reach another in their order,
//! and every recipient sees one order of events.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jid::{DomainPart, FullJid, Jid, NodePart, ResourcePart};
use minidom::Element;
use xmpp_parsers::{
    ns,
    stanza_error::DefinedCondition::{
        self, BadRequest, JidMalformed, RemoteServerNotFound, ServiceUnavailable,
    },
    stream_error::DefinedCondition as StreamCondition,
};

use super::{
    element::{self, FROM, TO, TYPE},
    fault::Fault,
    queue::{Backlog, Inbox, Outbox, queue},
    services::{self, Asked},
};

/// How much one account's stored messages may weigh, together.
const OFFLINE_BYTES: usize = 64 * 1024 * 1024;

/// What a stanza of our own is taken to weigh in a queue.
const SMALL: usize = 512;

/// The queues that the sender of a stanza must wait for.
pub(super) type Congested = Vec<Arc<Backlog>>;

/// The routing table.
pub(super) struct Router {
    domain: DomainPart,
    offline_messages: usize,
    table: Mutex<Table>,
}

struct Table {
    accounts: HashMap<NodePart, Account>,
    next_id: u64,
}

#[derive(Default)]
struct Account {
    sessions: BTreeMap<ResourcePart, Session>,
    /// Messages that wait for somebody to hear them, and their sizes.
    offline: VecDeque<(Element, usize)>,
    offline_bytes: usize,
}

struct Session {
    /// Tells a session from a later one of the same name.
    id: u64,
    jid: FullJid,
    outbox: Outbox,
    /// What it last announced, if it is available.
    presence: Option<Presence>,
    /// Whom it sent presence to by name, and who must hear when it goes.
    directed: BTreeSet<Jid>,
}

struct Presence {
    priority: i8,
    stanza: Element,
}

/// A session's place in the table, which it leaves when this is dropped.
pub(super) struct Bound {
    pub(super) jid: FullJid,
    account: NodePart,
    resource: ResourcePart,
    id: u64,
    router: Arc<Router>,
}

impl Bound {
    /// Leaves the table, at once.
    pub(super) fn leave(&self) {
        self.router.unbind(self);
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        self.leave();
    }
}

/// One stanza on its way.
struct Turn<'a> {
    from: &'a Bound,
    size: usize,
    congested: Congested,
}

/// Where an address leads.
#[derive(Debug, Clone, Copy)]
enum Place<'a> {
    Server,
    Account(&'a str),
    Resource(&'a str, &'a str),
    Elsewhere,
}

impl Router {
    pub(super) fn new(
        domain: DomainPart,
        accounts: impl IntoIterator<Item = NodePart>,
        offline_messages: usize,
    ) -> Self {
        let accounts = accounts.into_iter().map(|name| (name, Account::default())).collect();
        Self { domain, offline_messages, table: Mutex::new(Table { accounts, next_id: 0 }) }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // A panic amid an update could at worst have left a stanza undelivered.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a session its place. Whoever had the same resource is ended, as stock servers do.
    ///
    /// `None` if there is no such account, which can't be said of one that has logged in.
    pub(super) fn bind(
        self: &Arc<Self>,
        account: &NodePart,
        resource: ResourcePart,
    ) -> Option<(Bound, Inbox)> {
        let mut table = self.table();
        table.next_id += 1;
        let id = table.next_id;
        let jid = account.with_domain(&self.domain).with_resource(&resource);
        let old = table.accounts.get_mut(account)?.sessions.remove(&resource);
        if let Some(old) = old {
            old.outbox.end(Fault::new(StreamCondition::Conflict, "Replaced by new connection"));
            self.departed(&mut table, account, &old);
        }
        let (outbox, inbox) = queue();
        let session = Session { id, jid: jid.clone(), outbox, presence: None, directed: BTreeSet::new() };
        table.accounts.get_mut(account)?.sessions.insert(resource.clone(), session);
        let bound = Bound { jid, account: account.clone(), resource, id, router: self.clone() };
        Some((bound, inbox))
    }

    /// Takes a session out, and tells those who knew it was there.
    fn unbind(&self, bound: &Bound) {
        let mut table = self.table();
        let Some(account) = table.accounts.get_mut(&bound.account) else { return };
        if account.sessions.get(&bound.resource).is_none_or(|session| session.id != bound.id) {
            return; // it left before, or was replaced
        }
        if let Some(session) = account.sessions.remove(&bound.resource) {
            self.departed(&mut table, &bound.account, &session);
        }
    }

    /// Tells of a session that has been taken out.
    fn departed(&self, table: &mut Table, account: &NodePart, session: &Session) {
        let mut stanza = Element::bare("presence", ns::JABBER_CLIENT);
        element::set(&mut stanza, FROM, session.jid.as_str());
        element::set(&mut stanza, TYPE, "unavailable");
        if session.presence.is_some() {
            table.broadcast(account, session.id, &stanza, SMALL, &mut Vec::new());
        }
        self.tell(table, &session.directed, &stanza, SMALL, &mut Vec::new());
    }

    /// Sends presence to each of `recipients`.
    fn tell(
        &self,
        table: &Table,
        recipients: &BTreeSet<Jid>,
        stanza: &Element,
        size: usize,
        congested: &mut Congested,
    ) {
        for to in recipients {
            let mut stanza = stanza.clone();
            element::set(&mut stanza, TO, to.as_str());
            table.present(self.place(to), &stanza, size, congested);
        }
    }

    fn place<'a>(&self, jid: &'a Jid) -> Place<'a> {
        if *jid.domain() != *self.domain {
            return Place::Elsewhere;
        }
        match (jid.node(), jid.resource()) {
            (None, _) => Place::Server,
            (Some(node), None) => Place::Account(node.as_str()),
            (Some(node), Some(resource)) => Place::Resource(node.as_str(), resource.as_str()),
        }
    }

    /// Takes a stanza of `size` bytes from a session to where it belongs.
    ///
    /// Returns the queues the sender must wait for before it is heard again.
    pub(super) fn route(&self, from: &Bound, mut stanza: Element, size: usize) -> Congested {
        let mut turn = Turn { from, size, congested: Vec::new() };
        let mut table = self.table();
        if !table.holds(from) {
            return turn.congested; // replaced, and about to be told so
        }
        // Whatever the client says it is.
        element::set(&mut stanza, FROM, from.jid.as_str());

        let to = match stanza.attr(TO).map(Jid::new).transpose() {
            Ok(to) => to,
            Err(_) => {
                table.refuse(&mut turn, &stanza, JidMalformed);
                return turn.congested;
            }
        };
        if let Some(to) = &to {
            element::set(&mut stanza, TO, to.as_str());
        }
        match stanza.name() {
            "message" => self.message(&mut table, &mut turn, to, stanza),
            "presence" => self.presence(&mut table, &mut turn, to, stanza),
            _ => self.iq(&mut table, &mut turn, to, stanza),
        }
        turn.congested
    }

    fn message(&self, table: &mut Table, turn: &mut Turn<'_>, to: Option<Jid>, stanza: Element) {
        let place = to.as_ref().map_or(Place::Account(&turn.from.account), |to| self.place(to));
        let name = match place {
            Place::Elsewhere => return table.refuse(turn, &stanza, RemoteServerNotFound),
            Place::Server => return table.refuse(turn, &stanza, ServiceUnavailable),
            Place::Account(name) => name,
            Place::Resource(name, resource) => {
                if let Some(session) = table.session(name, resource) {
                    session.push(stanza, turn.size, &mut turn.congested);
                    return;
                }
                name
            }
        };
        let Some(account) = table.accounts.get_mut(name) else {
            return table.refuse(turn, &stanza, ServiceUnavailable);
        };
        match stanza.attr(TYPE) {
            Some("error") => {}
            Some("groupchat") => table.refuse(turn, &stanza, ServiceUnavailable),
            // To everybody who listens; one for a resource that is gone is not for the others.
            Some("headline") if matches!(place, Place::Resource(..)) => {}
            Some("headline") => {
                for session in account.sessions.values().filter(|session| session.priority() >= Some(0)) {
                    session.push(stanza.clone(), turn.size, &mut turn.congested);
                }
            }
            _ => {
                let highest = account.sessions.values().filter_map(Session::priority).max();
                if highest >= Some(0) {
                    let among = account.sessions.values().filter(|session| session.priority() == highest);
                    for session in among {
                        session.push(stanza.clone(), turn.size, &mut turn.congested);
                    }
                } else if !self.keep(account, &stanza, turn.size) {
                    table.refuse(turn, &stanza, ServiceUnavailable);
                }
            }
        }
    }

    /// Stores a message for an account that has nobody to hear it, if there is room.
    fn keep(&self, account: &mut Account, stanza: &Element, size: usize) -> bool {
        if account.offline.len() >= self.offline_messages || account.offline_bytes + size > OFFLINE_BYTES {
            return false;
        }
        let mut stanza = stanza.clone();
        element::delay(&mut stanza, &self.domain);
        account.offline.push_back((stanza, size));
        account.offline_bytes += size;
        true
    }

    fn presence(&self, table: &mut Table, turn: &mut Turn<'_>, to: Option<Jid>, stanza: Element) {
        let type_ = stanza.attr(TYPE).map(str::to_owned);
        if to.as_ref().is_some_and(|to| matches!(self.place(to), Place::Elsewhere)) {
            return table.refuse(turn, &stanza, RemoteServerNotFound);
        }
        match (to, type_.as_deref()) {
            (None, None) => self.available(table, turn, stanza),
            (None, Some("unavailable")) => self.unavailable(table, turn, stanza),
            (Some(to), None | Some("unavailable" | "error")) => {
                table.present(self.place(&to), &stanza, turn.size, &mut turn.congested);
                if let Some(sender) = table.sender(turn.from) {
                    match type_ {
                        None => sender.directed.insert(to),
                        Some(_) => sender.directed.remove(&to),
                    };
                }
            }
            (Some(to), Some("subscribe")) => {
                // There are no rosters here: nobody's presence can be had by asking for it once.
                let mut answer = Element::bare("presence", ns::JABBER_CLIENT);
                element::set(&mut answer, TYPE, "unsubscribed");
                element::set(&mut answer, FROM, to.to_bare().as_str());
                element::set(&mut answer, TO, turn.from.jid.to_bare().as_str());
                table.reply(turn, answer);
            }
            (Some(_), Some("subscribed" | "unsubscribe" | "unsubscribed" | "probe")) => {}
            (_, Some(_)) => table.refuse(turn, &stanza, BadRequest),
        }
    }

    fn available(&self, table: &mut Table, turn: &mut Turn<'_>, stanza: Element) {
        table.broadcast(&turn.from.account, turn.from.id, &stanza, turn.size, &mut turn.congested);
        let Some(account) = table.accounts.get_mut(&turn.from.account) else { return };
        let Some(mut session) = account.sessions.remove(&turn.from.resource) else { return };
        session.push(stanza.clone(), turn.size, &mut turn.congested);

        let before = session.priority();
        if before.is_none() {
            for other in account.sessions.values() {
                if let Some(presence) = &other.presence {
                    let mut stanza = presence.stanza.clone();
                    element::set(&mut stanza, TO, session.jid.as_str());
                    session.push(stanza, SMALL, &mut turn.congested);
                }
            }
        }
        let priority = priority(&stanza);
        if priority >= 0 && before.is_none_or(|before| before < 0) {
            account.offline_bytes = 0;
            for (message, size) in account.offline.drain(..) {
                session.push(message, size, &mut turn.congested);
            }
        }
        // Whoever becomes available later is told when this was said.
        let mut stanza = stanza;
        element::delay(&mut stanza, &self.domain);
        session.presence = Some(Presence { priority, stanza });
        account.sessions.insert(turn.from.resource.clone(), session);
    }

    fn unavailable(&self, table: &mut Table, turn: &mut Turn<'_>, stanza: Element) {
        table.broadcast(&turn.from.account, turn.from.id, &stanza, turn.size, &mut turn.congested);
        let Some(sender) = table.sender(turn.from) else { return };
        sender.presence = None;
        let directed = std::mem::take(&mut sender.directed);
        sender.push(stanza.clone(), turn.size, &mut turn.congested);
        self.tell(table, &directed, &stanza, turn.size, &mut turn.congested);
    }

    fn iq(&self, table: &mut Table, turn: &mut Turn<'_>, to: Option<Jid>, stanza: Element) {
        let request = match stanza.attr(TYPE) {
            Some(type_ @ ("get" | "set")) => match element::only_child(&stanza) {
                Some(query) => Some((type_, query)),
                None => return table.refuse(turn, &stanza, BadRequest),
            },
            Some("result" | "error") => None,
            _ => return table.refuse(turn, &stanza, BadRequest),
        };
        if stanza.attr("id").is_none() {
            return table.refuse(turn, &stanza, BadRequest);
        }
        let asked = match to.as_ref().map_or(Place::Account(&turn.from.account), |to| self.place(to)) {
            Place::Elsewhere => return table.refuse(turn, &stanza, RemoteServerNotFound),
            Place::Resource(name, resource) => {
                return match table.session(name, resource) {
                    Some(session) => session.push(stanza, turn.size, &mut turn.congested),
                    None => table.refuse(turn, &stanza, ServiceUnavailable),
                };
            }
            Place::Server => Asked::Server,
            Place::Account(name) if name == turn.from.account.as_str() => Asked::Itself,
            Place::Account(name) if table.accounts.contains_key(name) => Asked::Account,
            Place::Account(_) => return table.refuse(turn, &stanza, ServiceUnavailable),
        };
        if let Some((type_, query)) = request {
            let answer = match services::answer(asked, type_, query) {
                Ok(payload) => element::result(&stanza, payload),
                Err(condition) => element::refusal(&stanza, condition),
            };
            table.reply(turn, answer);
        }
    }
}

impl Table {
    fn holds(&self, bound: &Bound) -> bool {
        self.session(&bound.account, &bound.resource).is_some_and(|session| session.id == bound.id)
    }

    fn session(&self, account: &str, resource: &str) -> Option<&Session> {
        self.accounts.get(account)?.sessions.get(resource)
    }

    fn sender(&mut self, from: &Bound) -> Option<&mut Session> {
        self.accounts.get_mut(&from.account)?.sessions.get_mut(&from.resource)
    }

    /// Writes back to the sender of a stanza.
    fn reply(&self, turn: &mut Turn<'_>, answer: Element) {
        if let Some(session) = self.session(&turn.from.account, &turn.from.resource) {
            session.push(answer, SMALL, &mut turn.congested);
        }
    }

    /// Writes back that a stanza was refused, except where that could go round for ever.
    fn refuse(&self, turn: &mut Turn<'_>, stanza: &Element, condition: DefinedCondition) {
        let answers = stanza.attr(TYPE) == Some("error")
            || (stanza.name() == "iq" && stanza.attr(TYPE) == Some("result"));
        if !answers {
            self.reply(turn, element::refusal(stanza, condition));
        }
    }

    /// Sends presence to the other available sessions of its account.
    fn broadcast(
        &self,
        account: &NodePart,
        except: u64,
        stanza: &Element,
        size: usize,
        congested: &mut Congested,
    ) {
        let Some(account) = self.accounts.get(account) else { return };
        for session in account.sessions.values() {
            if session.id != except && session.presence.is_some() {
                let mut stanza = stanza.clone();
                element::set(&mut stanza, TO, session.jid.as_str());
                session.push(stanza, size, congested);
            }
        }
    }

    /// Delivers presence that has an address. There is nobody to tell if nobody is there.
    fn present(&self, place: Place<'_>, stanza: &Element, size: usize, congested: &mut Congested) {
        match place {
            Place::Resource(account, resource) => {
                if let Some(session) = self.session(account, resource) {
                    session.push(stanza.clone(), size, congested);
                }
            }
            Place::Account(account) => {
                let sessions = self.accounts.get(account).into_iter().flat_map(|a| a.sessions.values());
                for session in sessions.filter(|session| session.presence.is_some()) {
                    session.push(stanza.clone(), size, congested);
                }
            }
            Place::Server | Place::Elsewhere => {}
        }
    }
}

impl Session {
    fn priority(&self) -> Option<i8> {
        self.presence.as_ref().map(|presence| presence.priority)
    }

    fn push(&self, stanza: Element, size: usize, congested: &mut Congested) {
        congested.extend(self.outbox.push(stanza, size).cloned());
    }
}

/// The priority of a presence: 0 if it says none that could be one, and never out of range.
fn priority(presence: &Element) -> i8 {
    let text = presence.get_child("priority", ns::JABBER_CLIENT).map(Element::text);
    let number = text.and_then(|text| text.trim().parse::<i64>().ok()).unwrap_or(0);
    number.clamp(i8::MIN.into(), i8::MAX.into()) as i8
}
