//! The commands of Quoalise, for programs and for humans' clients.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use minidom::Element;
use xmpp_parsers::iq::{Iq, IqPayload};
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::ns;
use xmpp_parsers::presence::Type as PresenceType;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};

use super::answer::{Work, written};
use super::listing;
use super::readings::unknown;
use super::{Access, HistoryRequest, Operation, Service, SubscriptionRequest, presence};
use crate::data::{Data, Identifier, Series};
use crate::error::{Error, ErrorKind};
use crate::stanza::error::command_error;
use crate::stanza::payload::is_cut;
use crate::stanza::time::parse_time;
use crate::stanza::{
    self, Action, Command, Field, FieldType, Form, FormType, NS_COMMANDS, Note, Status, payload,
    with_attribute,
};

/// How long a form may lie on somebody's desk.
const SESSION_LIFE: Duration = Duration::from_secs(600);

/// Forms out at once, and of one account; the oldest give way.
const MOST_SESSIONS: usize = 1000;
const MOST_OF_ONE: usize = 20;

/// Bytes of an identifier; those in use have under a hundred.
const LONGEST_IDENTIFIER: usize = 1000;

/// A command of a provider's own, of one form.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OwnCommand {
    /// Its name for programs.
    pub node: String,
    /// Its name for people.
    pub name: String,
    /// What it asks: types, labels, defaults, options, and which fields must be filled in.
    pub form: Form,
}

impl OwnCommand {
    /// A command that asks this.
    pub fn new(node: impl Into<String>, name: impl Into<String>, form: Form) -> Self {
        Self { node: node.into(), name: name.into(), form }
    }
}

/// A command of the provider's own, filled in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OwnRequest {
    /// Who asks. Rights belong to the bare JID.
    pub requester: BareJid,
    /// Which command.
    pub node: String,
    /// What was filled in; required fields are there.
    pub form: Form,
}

/// What came of a command of the provider's own.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct OwnResult {
    /// Fields or a table, of the kind [`FormType::Result`].
    pub form: Option<Form>,
    /// Readings, which stand beside the form.
    pub data: Option<Data>,
    /// Words for people.
    pub notes: Vec<Note>,
}

impl OwnResult {
    /// Fields or a table.
    pub fn form(mut self, form: Form) -> Self {
        self.form = Some(form);
        self
    }

    /// Readings, which stand beside the form.
    pub fn data(mut self, data: Data) -> Self {
        self.data = Some(data);
        self
    }
}

/// The commands of Quoalise, with their titles.
const NODES: [(&str, &str, &str); 4] = [
    (GET_HISTORY, "Get history", "Values of a series over a period."),
    (SUBSCRIBE, "Subscribe", "New values of a series are sent to you from now on."),
    (UNSUBSCRIBE, "Unsubscribe", "New values of a series are no longer sent to you."),
    (LIST_SERIES, "List series", "What can be read here, by you."),
];

const GET_HISTORY: &str = "get_history";
const SUBSCRIBE: &str = "subscribe";
const UNSUBSCRIBE: &str = "unsubscribe";
const LIST_SERIES: &str = "list_series";

/// The form of a command of Quoalise. Of the series the requester may read, the first fills it in already.
fn form(node: &str, title: &str, instructions: &str, known: Option<&Series>) -> Form {
    let form = Form::new(FormType::Form).title(title).instructions(instructions);
    let mut identifier = Field::text("identifier")
        .label("Identifier")
        .required()
        .description("The series, such as urn:dev:prm:00000000000001_consumption/power/active/raw");
    if let Some(known) = known {
        identifier = identifier.value(known.identifier.as_str());
    }
    match node {
        GET_HISTORY => {
            let start = Field::text("start_time")
                .label("Start")
                .description("Included; ISO 8601 with its offset, such as 2022-01-10T00:00:00+01:00");
            let end = Field::text("end_time")
                .label("End")
                .description("Excluded; ISO 8601 with its offset, such as 2022-01-17T00:00:00+01:00");
            form.field(identifier).field(start).field(end)
        }
        LIST_SERIES => form.field(
            Field::text("prefix")
                .label("Prefix")
                .description("Only what this covers, such as urn:dev:prm:00000000000001"),
        ),
        _ => form.field(identifier),
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

    fn missing(field: &str) -> Self {
        Self::bad("bad-payload", &format!("the field `{field}` is missing"))
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
    node: String,
    requester: Jid,
    since: Instant,
}

impl Sessions {
    fn begin(&self, node: &str, requester: &Jid) -> Result<String, Error> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, session| session.since.elapsed() < SESSION_LIFE);
        let id = new_id()?;
        let account = requester.to_bare();
        let own = |session: &Open| session.requester.to_bare() == account;
        let full = open.values().filter(|session| own(session)).count() >= MOST_OF_ONE;
        if full || open.len() >= MOST_SESSIONS {
            let candidates = open.iter().filter(|(_, session)| !full || own(session));
            let oldest = candidates.min_by_key(|(_, session)| session.since).map(|(id, _)| id.clone());
            oldest.and_then(|id| open.remove(&id));
        }
        let session = Open { node: node.to_owned(), requester: requester.clone(), since: Instant::now() };
        open.insert(id.clone(), session);
        Ok(id)
    }

    /// Whether a session is open, and is this requester's and of this node.
    fn check(&self, id: &str, node: &str, requester: &Jid) -> Result<(), Refusal> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let live = open.get(id).is_some_and(|session| {
            session.node == node && session.requester == *requester && session.since.elapsed() < SESSION_LIFE
        });
        if !live {
            let (type_, condition) = (ErrorType::Cancel, DefinedCondition::NotAllowed);
            let text = "this form is no longer open; ask for a new one";
            return Err(Refusal::Command(Box::new(command_error(type_, condition, "session-expired", text))));
        }
        Ok(())
    }

    /// Ends a session, or one that was never opened; its id.
    fn end(&self, id: Option<&str>) -> Result<String, Error> {
        let Some(id) = id else { return new_id() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(id.to_owned())
    }
}

/// Nobody comes by one by guessing.
fn new_id() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        log::error!("there are no random numbers: {error}");
        Error::answer(ErrorKind::CommandFailed, "the provider failed")
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl<S: Service> Work<S> {
    /// The answer, of at most `room` bytes.
    pub(super) async fn carry_out(
        &self,
        requester: &Jid,
        payload: IqPayload,
        room: usize,
    ) -> Result<Element, Refusal> {
        // A field that did not come through would count as one that was not filled in.
        if let IqPayload::Set(element) | IqPayload::Get(element) = &payload
            && is_cut(element)
        {
            let text = "an element of the request is too deep, or has too long a text";
            return Err(Error::answer(ErrorKind::BadRequest, text).into());
        }
        match payload {
            IqPayload::Set(element) => {
                let command = Command::from_element(element)
                    .ok_or_else(|| Refusal::bad("malformed-action", "the command names no node"))?;
                Ok(self.command(requester, command, room).await?.to_element())
            }
            IqPayload::Get(query) if query.is("query", ns::DISCO_ITEMS) => {
                self.items(requester, query, room).await
            }
            IqPayload::Get(query) => self.info(requester, query.attr("node")).await,
            _ => Err(Error::answer(ErrorKind::BadRequest, "neither asked nor told").into()),
        }
    }

    async fn command(&self, requester: &Jid, command: Command, room: usize) -> Result<Command, Refusal> {
        let own = self.service.own_commands().into_iter().find(|own| own.node == command.node);
        let quoalise = NODES.iter().find(|(node, ..)| *node == command.node);
        if own.is_none() && quoalise.is_none() {
            let text = format!("there is no command {}", short(&command.node));
            return Err(Error::answer(ErrorKind::NoSuchCommand, text).into());
        }
        let node = command.node.as_str();
        let action = command.action.unwrap_or(Action::Execute);
        match &command.session {
            Some(_) if action == Action::Prev => {
                return Err(Refusal::bad("bad-action", "this is the first form already"));
            }
            Some(session) => self.sessions.check(session, node, requester)?,
            None if !matches!(action, Action::Execute | Action::Complete) => {
                return Err(Refusal::bad("bad-action", "a command begins with execute"));
            }
            None => {}
        }
        let canceled = action == Action::Cancel
            || command.form.as_ref().is_some_and(|form| form.kind == FormType::Cancel);
        if canceled {
            let session = self.sessions.end(command.session.as_deref())?;
            return Ok(Command::answer(node, session, Status::Canceled));
        }
        let Some(submitted) = command.form.filter(|form| form.kind == FormType::Submit) else {
            let session = match command.session {
                Some(session) => session,
                None => self.sessions.begin(node, requester)?,
            };
            let form = match (own, quoalise) {
                (Some(own), _) => own.form,
                (None, Some((node, title, instructions))) => {
                    let known = match *node {
                        GET_HISTORY => self.first_of(&requester.to_bare()).await,
                        _ => None,
                    };
                    form(node, title, instructions, known.as_ref())
                }
                (None, None) => Form::new(FormType::Form),
            };
            let mut answer = Command::answer(node, session, Status::Executing);
            answer.actions = vec![Action::Complete];
            answer.form = Some(form);
            return Ok(answer);
        };
        let result = match (own, quoalise) {
            (Some(own), _) => self.run_own(own, requester, submitted, room).await,
            (None, Some((node, title, _))) => {
                self.run(node, title, requester, (&submitted, &command.payloads), room).await
            }
            (None, None) => Ok(Command::default()),
        };
        // Whoever has filled in a form wrongly may do so again.
        let stays = match &result {
            Ok(_) => false,
            Err(Refusal::Command(_)) => true,
            Err(Refusal::Error(error)) => {
                matches!(error.kind(), ErrorKind::BadRequest | ErrorKind::TooLarge | ErrorKind::NotAuthorized)
            }
        };
        let session = if stays { String::new() } else { self.sessions.end(command.session.as_deref())? };
        let mut answer = result?;
        (answer.node, answer.session, answer.status) = (command.node, Some(session), Some(Status::Completed));
        Ok(answer)
    }

    async fn run_own(
        &self,
        own: OwnCommand,
        requester: &Jid,
        submitted: Form,
        room: usize,
    ) -> Result<Command, Refusal> {
        let missing = |field: &&Field| field.required && submitted.get(&field.var).is_none();
        if let Some(field) = own.form.fields.iter().find(missing) {
            return Err(Refusal::missing(&field.var));
        }
        let request = OwnRequest { requester: requester.to_bare(), node: own.node, form: submitted };
        let OwnResult { form, data, notes } = self.service.run(request).await?;
        let mut answer = Command { form, notes, ..Command::default() };
        if let Some(note) = answer.error_note() {
            return Err(Error::answer(ErrorKind::CommandFailed, note).into());
        }
        let too_large = || {
            let text = "Response would be too big; ask for less at once";
            Error::answer(ErrorKind::TooLarge, text)
        };
        // Two thousand bytes stand around a payload, and around what has none.
        let taken = String::from(&answer.to_element()).len();
        let room = room.checked_sub(taken).filter(|room| *room > 2000).ok_or_else(too_large)?;
        if let Some(data) = data {
            let written = payload::write(&data, room).map_err(|error| match error.kind() {
                ErrorKind::TooLarge => too_large(),
                _ => error,
            });
            answer.payloads.push(written?);
        }
        Ok(answer)
    }

    async fn run(
        &self,
        node: &str,
        title: &str,
        requester: &Jid,
        (form, payloads): (&Form, &[Element]),
        room: usize,
    ) -> Result<Command, Refusal> {
        let requester = requester.to_bare();
        let mut answer = Command::default();
        if node == LIST_SERIES {
            let prefix = form.get("prefix").map(identifier).transpose()?;
            let set = payloads.iter().find(|payload| payload.is("set", ns::RSM));
            let page = listing::page(self.visible(&requester, prefix.as_ref()).await?, set, room)?;
            answer.form = Some(page.table().title(title));
            // For a human's client, which does not ask for the next page by itself.
            answer.notes = page.note().filter(|_| set.is_none()).into_iter().collect();
            answer.payloads.push(page.set.into());
            return Ok(answer);
        }
        let given = form.get("identifier").ok_or_else(|| Refusal::missing("identifier"))?;
        let identifier = identifier(given)?;
        let access = |operation| Access::new(requester.clone(), identifier.clone(), operation);
        let subscription =
            || SubscriptionRequest { requester: requester.clone(), identifier: identifier.clone() };
        match node {
            GET_HISTORY => {
                let mut access = access(Operation::GetHistory);
                (access.start, access.end) = (time(form, "start_time")?, time(form, "end_time")?);
                if let (Some(start), Some(end)) = (access.start, access.end)
                    && end <= start
                {
                    let text = "the period does not end after it starts";
                    return Err(Error::answer(ErrorKind::BadRequest, text).into());
                }
                self.authorization.authorize(&access).await?;
                let Access { requester, identifier, operation: _, start, end } = access;
                let request = HistoryRequest { requester, identifier, start, end, most: 0 };
                // It is said again in the answer, in a label.
                let room = room.saturating_sub(written(given));
                answer.payloads.push(self.history(request, room).await?);
            }
            SUBSCRIBE => {
                self.authorization.authorize(&access(Operation::Subscribe)).await?;
                // Kept first: a service that believes in a subscription finds it there.
                let is_new = self.subscriptions.add(requester.clone(), identifier.clone()).await?;
                if let Err(refused) = self.service.subscribe(subscription()).await {
                    if is_new {
                        self.subscriptions.remove(requester.clone(), identifier.clone()).await?;
                    }
                    return Err(refused.into());
                }
                self.show(requester.clone(), PresenceType::None);
            }
            _ => {
                if self.subscriptions.remove(requester.clone(), identifier.clone()).await? {
                    self.service.unsubscribe(subscription()).await?;
                    let all = self.subscriptions.all().await?;
                    if all.iter().all(|(subscriber, _)| *subscriber != requester) {
                        self.show(requester.clone(), PresenceType::Unavailable);
                    }
                }
            }
        }
        let label = format!("{title} {given}");
        let result = Field::new("result", FieldType::Fixed).label(label).value("Success");
        answer.form = Some(Form::new(FormType::Result).title(title).field(result));
        Ok(answer)
    }

    /// Lets a subscriber see that the provider is there, or no longer is for it.
    fn show(&self, subscriber: BareJid, kind: PresenceType) {
        if let Some(session) = self.session.upgrade() {
            session.send_soon(presence(subscriber, kind));
        }
    }

    /// Node and title of all commands.
    pub(super) fn titles(&self) -> Vec<(String, String)> {
        let quoalise = NODES.iter().map(|(node, title, _)| ((*node).to_owned(), (*title).to_owned()));
        let own = self.service.own_commands().into_iter().map(|own| (own.node, own.name));
        quoalise.chain(own).collect()
    }
}

/// It is repeated in answers: an endless one would make them larger than the server lets through.
fn identifier(given: &str) -> Result<Identifier, Refusal> {
    if given.len() > LONGEST_IDENTIFIER {
        return Err(Error::answer(ErrorKind::BadRequest, "the identifier is far too long").into());
    }
    Identifier::new(given).map_err(|_| unknown(given).into())
}

/// For a sentence.
fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

fn time(form: &Form, field: &str) -> Result<Option<jiff::Timestamp>, Refusal> {
    let Some(text) = form.get(field) else { return Ok(None) };
    let time = parse_time(text).map_err(|_| {
        let text = format!("`{field}` is not a time with its offset, such as 2022-01-10T00:00:00+01:00");
        Error::answer(ErrorKind::BadRequest, text)
    })?;
    Ok(Some(time.timestamp()))
}
