//! The commands of Quoalise, for programs and for humans' clients.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use minidom::Element;
use xmpp_parsers::disco::{DiscoInfoResult, DiscoItemsResult, Identity, Item};
use xmpp_parsers::iq::{Iq, IqPayload};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};

use super::{HistoryRequest, Service, SubscriptionRequest, Work};
use crate::data::Identifier;
use crate::error::{Error, ErrorKind};
use crate::stanza::error::command_error;
use crate::stanza::time::parse_time;
use crate::stanza::{
    self, Action, Command, Field, FieldType, Form, FormType, NS_COMMANDS, NS_FORMS, Status, with_attribute,
};

/// How long a form may lie on somebody's desk.
const SESSION_LIFE: Duration = Duration::from_secs(600);

/// Forms out at once; the oldest give way.
const MOST_SESSIONS: usize = 1000;

/// Bytes of an identifier; those in use have under a hundred.
const LONGEST_IDENTIFIER: usize = 1000;

struct Node {
    name: &'static str,
    title: &'static str,
    instructions: &'static str,
    fields: &'static [FieldSpec],
}

struct FieldSpec {
    var: &'static str,
    label: &'static str,
    description: &'static str,
    required: bool,
}

const IDENTIFIER: FieldSpec = FieldSpec {
    var: "identifier",
    label: "Identifier",
    description: "The series, such as urn:dev:prm:00000000000001_consumption/power/active/raw",
    required: true,
};

const NODES: [Node; 3] = [
    Node {
        name: "get_history",
        title: "Get history",
        instructions: "Values of a series over a period.",
        fields: &[
            IDENTIFIER,
            FieldSpec {
                var: "start_time",
                label: "Start",
                description: "Included; ISO 8601 with its offset, such as 2022-01-10T00:00:00+01:00",
                required: false,
            },
            FieldSpec {
                var: "end_time",
                label: "End",
                description: "Excluded; ISO 8601 with its offset, such as 2022-01-17T00:00:00+01:00",
                required: false,
            },
        ],
    },
    Node {
        name: "subscribe",
        title: "Subscribe",
        instructions: "New values of a series are sent to you from now on.",
        fields: &[IDENTIFIER],
    },
    Node {
        name: "unsubscribe",
        title: "Unsubscribe",
        instructions: "New values of a series are no longer sent to you.",
        fields: &[IDENTIFIER],
    },
];

impl Node {
    fn form(&self) -> Form {
        let mut form = Form::new(FormType::Form).title(self.title).instructions(self.instructions);
        for spec in self.fields {
            let mut field = Field::text(spec.var).label(spec.label).description(spec.description);
            field.required = spec.required;
            form = form.field(field);
        }
        form
    }
}

/// Whether a request is for the commands: one of them, or a look at the list.
pub(super) fn is_ours(request: &Iq) -> bool {
    match request {
        Iq::Set { payload, .. } => payload.is("command", NS_COMMANDS),
        Iq::Get { payload, .. } => {
            payload.is("query", ns::DISCO_ITEMS) || payload.is("query", ns::DISCO_INFO)
        }
        _ => false,
    }
}

/// Which form a request fills in, to stand beside an error (RFC 6120 section 8.3.1). Some clients (slixmpp's) tell their
/// forms apart by it alone: without it their humans never hear of the error.
pub(super) fn session(request: &IqPayload) -> Option<Element> {
    let IqPayload::Set(request) = request else { return None };
    let (node, session) = (request.attr("node")?, request.attr("sessionid")?);
    let command = with_attribute(Element::bare("command", NS_COMMANDS), "node", node);
    Some(with_attribute(command, "sessionid", session))
}

/// A refusal: of Quoalise's kinds, or of the command protocol itself.
pub(super) enum Refusal {
    Error(Error),
    Command(Box<StanzaError>),
}

impl Refusal {
    pub(super) fn into_stanza(self) -> StanzaError {
        match self {
            Self::Error(error) => stanza::error::write(&error),
            Self::Command(stanza) => *stanza,
        }
    }

    fn bad(own: &str, text: &str) -> Self {
        Self::Command(Box::new(command_error(ErrorType::Modify, DefinedCondition::BadRequest, own, text)))
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The forms that are out: which node, for whom, since when.
#[derive(Default)]
pub(super) struct Sessions(Mutex<HashMap<String, Open>>);

struct Open {
    node: &'static str,
    requester: Jid,
    since: Instant,
}

impl Sessions {
    fn begin(&self, node: &'static str, requester: &Jid) -> String {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| session.since.elapsed() < SESSION_LIFE);
        if open.len() >= MOST_SESSIONS {
            let oldest = open.iter().min_by_key(|(_, session)| session.since).map(|(id, _)| id.clone());
            oldest.and_then(|id| open.remove(&id));
        }
        let id = new_id();
        open.insert(id.clone(), Open { node, requester: requester.clone(), since: Instant::now() });
        id
    }

    /// Ends a session, if it is this requester's and of this node.
    fn end(&self, id: &str, node: &str, requester: &Jid) -> Result<(), Refusal> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let live = open.get(id).is_some_and(|session| {
            session.node == node && session.requester == *requester && session.since.elapsed() < SESSION_LIFE
        });
        if !live {
            let (type_, condition) = (ErrorType::Cancel, DefinedCondition::NotAllowed);
            let text = "this form is no longer open; ask for a new one";
            return Err(Refusal::Command(Box::new(command_error(type_, condition, "session-expired", text))));
        }
        open.remove(id);
        Ok(())
    }
}

fn new_id() -> String {
    let mut bytes = [0; 16];
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl<S: Service> Work<S> {
    pub(super) async fn carry_out(&self, requester: &Jid, payload: IqPayload) -> Result<Element, Refusal> {
        match payload {
            IqPayload::Set(element) => {
                let command = Command::from_element(element)
                    .ok_or_else(|| Refusal::bad("malformed-action", "the command names no node"))?;
                Ok(self.command(requester, command).await?.to_element())
            }
            IqPayload::Get(query) if query.is("query", ns::DISCO_ITEMS) => Ok(self.items(query.attr("node"))),
            IqPayload::Get(query) => self.info(query.attr("node")),
            _ => Err(Error::answer(ErrorKind::BadRequest, "neither asked nor told").into()),
        }
    }

    async fn command(&self, requester: &Jid, command: Command) -> Result<Command, Refusal> {
        let node = NODES.iter().find(|node| node.name == command.node).ok_or_else(|| {
            Error::answer(ErrorKind::NoSuchCommand, format!("there is no command {}", command.node))
        })?;
        let action = command.action.unwrap_or(Action::Execute);
        if let Some(session) = &command.session {
            if action == Action::Prev {
                return Err(Refusal::bad("bad-action", "this is the first form already"));
            }
            self.sessions.end(session, node.name, requester)?;
            if action == Action::Cancel {
                return Ok(Command::answer(node.name, session.as_str(), Status::Canceled));
            }
        } else if !matches!(action, Action::Execute | Action::Complete) {
            return Err(Refusal::bad("bad-action", "a command begins with execute"));
        }
        match &command.form {
            Some(form) if form.kind == FormType::Submit => {
                let session = command.session.clone().unwrap_or_else(new_id);
                self.run(node, requester, form, session).await
            }
            Some(form) if form.kind == FormType::Cancel => {
                let session = command.session.clone().unwrap_or_else(new_id);
                Ok(Command::answer(node.name, session, Status::Canceled))
            }
            _ => {
                let session = self.sessions.begin(node.name, requester);
                let mut answer = Command::answer(node.name, session, Status::Executing);
                answer.actions = vec![Action::Complete];
                answer.form = Some(node.form());
                Ok(answer)
            }
        }
    }

    async fn run(
        &self,
        node: &Node,
        requester: &Jid,
        form: &Form,
        session: String,
    ) -> Result<Command, Refusal> {
        let given = form
            .get("identifier")
            .ok_or_else(|| Refusal::bad("bad-payload", "the field `identifier` is missing"))?;
        // It is repeated in the answer: an endless one would make that larger than the server lets through.
        if given.len() > LONGEST_IDENTIFIER {
            return Err(Error::answer(ErrorKind::BadRequest, "the identifier is far too long").into());
        }
        let identifier = Identifier::new(given).map_err(|_| {
            Error::answer(ErrorKind::BadRequest, format!("Unexpected record identifier {given}"))
        })?;
        let bare = requester.to_bare();
        let mut answer = Command::answer(node.name, session, Status::Completed);
        match node.name {
            "get_history" => {
                let (start, end) = (time(form, "start_time")?, time(form, "end_time")?);
                if let (Some(start), Some(end)) = (start, end)
                    && end <= start
                {
                    return Err(Error::answer(
                        ErrorKind::BadRequest,
                        "the period does not end after it starts",
                    )
                    .into());
                }
                let request = HistoryRequest { requester: bare, identifier, start, end, most: usize::MAX };
                answer.payloads.push(self.history(request).await?);
            }
            "subscribe" => {
                let request = SubscriptionRequest { requester: bare.clone(), identifier: identifier.clone() };
                self.service.subscribe(request).await?;
                self.subscriptions.add(bare, identifier);
            }
            _ => {
                let request = SubscriptionRequest { requester: bare.clone(), identifier: identifier.clone() };
                self.service.unsubscribe(request).await?;
                self.subscriptions.remove(&bare, &identifier);
            }
        }
        let label = format!("{} {given}", node.title);
        let result = Field::new("result", FieldType::Fixed).label(label).value("Success");
        answer.form = Some(Form::new(FormType::Result).title(node.title).field(result));
        Ok(answer)
    }

    /// The list of commands (XEP-0050 section 2.2); other nodes have no items.
    fn items(&self, node: Option<&str>) -> Element {
        let item = |command: &Node| {
            let jid = self.jid.parse().ok()?;
            Some(Item { jid, node: Some(command.name.to_owned()), name: Some(command.title.to_owned()) })
        };
        let items = match node {
            Some(NS_COMMANDS) => NODES.iter().filter_map(item).collect(),
            _ => Vec::new(),
        };
        DiscoItemsResult { node: node.map(str::to_owned), items, rsm: None }.into()
    }

    fn info(&self, node: Option<&str>) -> Result<Element, Refusal> {
        let (kind, name) = match node {
            Some(NS_COMMANDS) => ("command-list", "Commands"),
            Some(other) => match NODES.iter().find(|command| command.name == other) {
                Some(command) => ("command-node", command.title),
                None => return Err(Error::answer(ErrorKind::NoSuchCommand, "there is no such node").into()),
            },
            // What the session itself says of us is asked without a node, and answered by it.
            None => {
                return Err(Error::answer(ErrorKind::NoSuchCommand, "there is no node without a name").into());
            }
        };
        let features = [NS_COMMANDS, NS_FORMS].map(str::to_owned).into_iter().collect();
        let identities = vec![Identity::new("automation", kind, "en", name)];
        let node = node.map(str::to_owned);
        Ok(DiscoInfoResult { node, identities, features, extensions: Vec::new() }.into())
    }
}

fn time(form: &Form, field: &str) -> Result<Option<jiff::Timestamp>, Refusal> {
    let Some(text) = form.get(field) else { return Ok(None) };
    let time = parse_time(text).map_err(|_| {
        let text = format!("`{field}` is not a time with its offset, such as 2022-01-10T00:00:00+01:00");
        Error::answer(ErrorKind::BadRequest, text)
    })?;
    Ok(Some(time.timestamp()))
}
