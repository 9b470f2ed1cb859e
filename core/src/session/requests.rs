//! Requests that wait for their answers, each until its deadline.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use minidom::Element;
use tokio::sync::oneshot;
use tokio::time::Instant;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::jid::Jid;

use super::{Order, seconds};
use crate::error::{Error, ErrorKind, Result};

pub(crate) type Answer = Result<Option<Element>>;

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
    written: Arc<AtomicBool>,
}

impl Requests {
    pub(super) fn add(&mut self, order: RequestOrder) -> (String, Box<Iq>) {
        let RequestOrder { iq, to, deadline, limit, is_safe, written, answer } = order;
        let id = iq.id().to_owned();
        self.deadlines.push(Reverse((deadline, id.clone())));
        let again = is_safe.then(|| iq.clone());
        self.pending.insert(id.clone(), Pending { to, limit, answer, again, written });
        (id, iq)
    }

    /// Whether somebody still waits for the answer.
    pub(super) fn is_wanted(&self, id: &str) -> bool {
        self.pending.get(id).is_some_and(|pending| !pending.answer.is_closed())
    }

    pub(super) fn written(&mut self, id: &str) {
        if let Some(pending) = self.pending.get(id) {
            pending.written.store(true, Ordering::Relaxed);
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
                Some(down) if pending.written.load(Ordering::Relaxed) => {
                    lost_within(&within).caused_by(down.clone())
                }
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
    /// To be set when it is written.
    pub written: Arc<AtomicBool>,
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

#[cfg(test)]
mod tests {
    use xmpp_parsers::ping::Ping;

    use super::*;

    const LIMIT: Duration = Duration::from_millis(1500);

    /// A request whose time is up at once, and where its answer comes.
    fn add(requests: &mut Requests, id: &str, is_safe: bool) -> oneshot::Receiver<Answer> {
        let (answer, answered) = oneshot::channel();
        let to: Jid = "p@a.test/x".parse().unwrap();
        let iq = Box::new(Iq::from_get(id, Ping).with_to(to.clone()));
        let (deadline, written) = (Instant::now(), Arc::default());
        let order = RequestOrder { iq, to: Some(to), deadline, limit: LIMIT, is_safe, written, answer };
        assert_eq!(requests.add(order).0, id);
        answered
    }

    fn error(answered: &mut oneshot::Receiver<Answer>) -> Error {
        answered.try_recv().expect("an answer").unwrap_err()
    }

    fn own() -> Jid {
        "me@b.test/y".parse().unwrap()
    }

    #[test]
    fn what_a_request_ends_with_depends_on_how_far_it_came() {
        let down = Error::new(ErrorKind::Unreachable, "no route to it");
        let mut requests = Requests::default();
        let mut asked = add(&mut requests, "1", true);
        requests.written("1");
        requests.expire(&own(), None);
        let unanswered = error(&mut asked);
        assert_eq!(unanswered.kind(), ErrorKind::NoAnswer);
        assert!(unanswered.to_string().contains("p@a.test/x did not answer within 1.5 s"), "{unanswered}");

        let mut asked = add(&mut requests, "2", true);
        requests.written("2");
        requests.expire(&own(), Some(&down));
        let lost = error(&mut asked);
        assert_eq!(lost.kind(), ErrorKind::ConnectionLost);
        assert!(lost.to_string().contains("is not known"), "{lost}");

        let mut asked = add(&mut requests, "3", true);
        requests.expire(&own(), Some(&down));
        let unsent = error(&mut asked);
        assert_eq!(unsent.kind(), ErrorKind::Unreachable);
        assert!(unsent.to_string().contains("nothing was sent"), "{unsent}");
        assert!(unsent.to_string().contains("no route to it"), "{unsent}");
        assert!(requests.deadline().is_none() && requests.pending.is_empty());
    }

    #[test]
    fn only_what_is_due_expires() {
        let mut requests = Requests::default();
        let (answer, mut later) = oneshot::channel();
        let (iq, written) = (Box::new(Iq::from_get("later", Ping)), Arc::default());
        let deadline = Instant::now() + Duration::from_secs(3600);
        requests.add(RequestOrder { iq, to: None, deadline, limit: LIMIT, is_safe: true, written, answer });
        let mut due = add(&mut requests, "due", false);
        let answered = add(&mut requests, "answered", false);
        requests.answer("answered", Ok(None));
        requests.expire(&own(), None);
        assert_eq!(error(&mut due).kind(), ErrorKind::NoAnswer);
        assert!(later.try_recv().is_err());
        assert_eq!(requests.deadline(), Some(deadline));
        assert!(answered.blocking_recv().unwrap().is_ok());
        assert!(requests.is_wanted("later") && requests.asked("later") == Some(None));
        drop(later);
        assert!(!requests.is_wanted("later") && !requests.is_wanted("nobody's"));
    }

    #[test]
    fn a_reset_asks_again_what_does_no_harm_and_ends_the_rest() {
        let mut requests = Requests::default();
        let mut safe = add(&mut requests, "safe", true);
        let mut other = add(&mut requests, "other", false);
        let mut waits = add(&mut requests, "waits", false);
        for id in ["safe", "other"] {
            requests.written(id);
        }
        let again = requests.reset(|id| id == "waits");
        assert_eq!(again.iter().map(|(id, iq)| (&**id, iq.id())).collect::<Vec<_>>(), [("safe", "safe")]);
        let lost = error(&mut other);
        assert_eq!(lost.kind(), ErrorKind::ConnectionLost);
        assert!(lost.to_string().contains("is not known"), "{lost}");
        assert!(safe.try_recv().is_err() && waits.try_recv().is_err(), "they go on");
        // And as often as it takes.
        assert_eq!(requests.reset(|id| id == "waits").len(), 1);
        requests.answer("safe", Ok(None));
        assert!(safe.try_recv().unwrap().is_ok());
        assert!(requests.reset(|id| id == "waits").is_empty());

        requests.refuse(&super::super::closed());
        assert_eq!(error(&mut waits).kind(), ErrorKind::Closed);
        assert!(requests.deadline().is_none());
    }
}
