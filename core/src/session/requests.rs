//! Requests that wait for their answers, each until its deadline.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use minidom::Element;
use tokio::sync::oneshot;
use tokio::time::Instant;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::Jid;

use super::{Order, seconds};
use crate::error::{Error, ErrorKind, Result};

pub(super) type Answer = Result<Option<Element>>;

#[derive(Default)]
pub(super) struct Requests {
    pending: HashMap<String, Pending>,
    deadlines: BinaryHeap<Reverse<(Instant, String)>>,
}

struct Pending {
    to: Option<Jid>,
    limit: Duration,
    answer: oneshot::Sender<Answer>,
    /// To be asked again, where that does no harm.
    again: Option<Box<Iq>>,
    written: bool,
}

impl Requests {
    pub(super) fn add(&mut self, order: RequestOrder) -> (String, Box<Iq>) {
        let RequestOrder { iq, to, deadline, limit, is_safe, answer } = order;
        let id = iq.id().to_owned();
        self.deadlines.push(Reverse((deadline, id.clone())));
        let again = is_safe.then(|| iq.clone());
        self.pending.insert(id.clone(), Pending { to, limit, answer, again, written: false });
        (id, iq)
    }

    /// Whether somebody still waits for the answer.
    pub(super) fn is_wanted(&self, id: &str) -> bool {
        self.pending.get(id).is_some_and(|pending| !pending.answer.is_closed())
    }

    pub(super) fn written(&mut self, id: &str) {
        if let Some(pending) = self.pending.get_mut(id) {
            pending.written = true;
        }
    }

    /// Who was asked under this id.
    pub(super) fn asked(&self, id: &str) -> Option<Option<&Jid>> {
        self.pending.get(id).map(|pending| pending.to.as_ref())
    }

    pub(super) fn answer(&mut self, id: &str, answer: Answer) {
        if let Some(pending) = self.pending.remove(id) {
            let _ = pending.answer.send(answer);
        }
    }

    /// When the first of them expires.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadlines.peek().map(|Reverse((deadline, _))| *deadline)
    }

    /// Ends those whose time is up. `down` is why there is no connection, where there is none.
    pub(super) fn expire(&mut self, own: &Jid, down: Option<&Error>) {
        let now = Instant::now();
        while self.deadline().is_some_and(|deadline| deadline <= now) {
            let Some(Reverse((_, id))) = self.deadlines.pop() else { return };
            let Some(pending) = self.pending.remove(&id) else { continue };
            let within = seconds(pending.limit);
            let error = match down {
                Some(down) if pending.written => lost_within(&within).caused_by(down.clone()),
                Some(down) => {
                    let message = format!(
                        "nothing was sent: there was no connection for {within}, as {}",
                        down.message()
                    );
                    Error::new(ErrorKind::Unreachable, message)
                        .remedy("Nothing was asked, so asking again is safe: check the network, or try later")
                        .caused_by(down.clone())
                }
                None => {
                    let peer = pending.to.map_or_else(|| own.domain().to_string(), |to| to.to_string());
                    Error::new(ErrorKind::NoAnswer, format!("{peer} did not answer within {within}")).remedy(
                        "It may be busy or gone: try later, ask for a shorter period, or allow more time",
                    )
                }
            };
            let _ = pending.answer.send(Err(error));
        }
    }

    /// The session was lost: of those that were written no answer will come. The safe ones are to be asked again; the
    /// others end, as nobody knows whether they were carried out.
    pub(super) fn reset(&mut self, is_waiting: impl Fn(&str) -> bool) -> Vec<(String, Box<Iq>)> {
        let written: Vec<String> = self.pending.keys().filter(|id| !is_waiting(id)).cloned().collect();
        let mut again = Vec::new();
        for id in written {
            match self.pending.get(&id).map(|pending| pending.again.clone()) {
                Some(Some(iq)) => again.push((id, iq)),
                _ => self.answer(&id, Err(super::lost())),
            }
        }
        again
    }

    /// Ends all of them.
    pub(super) fn refuse(&mut self, reason: &Error) {
        self.deadlines.clear();
        for (_, pending) in self.pending.drain() {
            let _ = pending.answer.send(Err(reason.clone()));
        }
    }
}

/// A request as it is ordered.
pub(super) struct RequestOrder {
    pub iq: Box<Iq>,
    pub to: Option<Jid>,
    pub deadline: Instant,
    pub limit: Duration,
    pub is_safe: bool,
    pub answer: oneshot::Sender<Answer>,
}

impl From<RequestOrder> for Order {
    fn from(order: RequestOrder) -> Self {
        Self::Request(order)
    }
}

fn lost_within(within: &str) -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        format!("the connection was lost and did not come back within {within}; whether the request was carried out is not known"),
    )
    .remedy("Asking for history again is safe; look before asking again for anything else")
}
