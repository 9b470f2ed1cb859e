//! Commands of any provider (XEP-0050): what there is, forms filled in stage after stage, what came out.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::{Duration, Instant};

use minidom::Element;
use xmpp_parsers::disco::DiscoItemsQuery;
use xmpp_parsers::iq::{Iq, IqHeader, IqPayload};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::ns;
use xmpp_parsers::rsm::{SetQuery, SetResult};

use super::fill::{fill, fill_own, submitted, unknown_field};
use super::outcome::{Outcome, read_data};
use super::{AVAILABILITY_TIMEOUT, Client, Values, provider_argument};
use crate::data::{Data, Series};
use crate::error::{Error, ErrorKind, Result};
use crate::senml::xml::is_xml;
use crate::session::{Asked, Request, Session, closed};
use crate::stanza::{Action, Command, Field, Form, FormType, NS_COMMANDS, Note, Status, series};

/// A command that asks for more than this many forms has lost its way.
const MOST_STAGES: usize = 16;

/// Commands of one provider.
const MOST_COMMANDS: usize = 10_000;

/// Series of one provider.
const MOST_SERIES: usize = 1_000_000;

/// How many series to ask for at once: a stanza of them stays below the limits of common servers. A provider may send
/// fewer.
const SERIES_A_PAGE: usize = 200;

/// However many pages a provider has, no more are asked for.
const MOST_PAGES: usize = 10_000;

/// Bytes of the names and texts of one list, over all its pages: a page of limited size can come ten thousand times.
const MOST_LIST_BYTES: usize = 256 << 20;

/// How many times longer than one answer all pages of a list may take together.
const PAGES_TIME: u32 = 10;

/// The fields that Quoalise defines for its commands: where nothing was given for them, nothing is meant, whatever
/// default a form has.
fn own_fields(node: &str) -> &'static [&'static str] {
    match node {
        "get_history" | "subscribe" | "unsubscribe" => &["identifier", "start_time", "end_time"],
        "get_load_curve" | "get_daily" => &["usage_point_id", "direction", "start_date", "end_date"],
        "get_authorize_uri" => &["name", "logo_url", "description"],
        "list_series" => &["prefix"],
        _ => &[],
    }
}

/// Those of them that bound a period: one that nobody asked for would come in silence.
const TIMES: [&str; 4] = ["start_time", "end_time", "start_date", "end_date"];

/// A form without the defaults it has for times, where the command is one of Quoalise's.
fn untimed(node: &str, form: &Form) -> Form {
    let own = own_fields(node);
    let is_time = |field: &&mut Field| TIMES.contains(&&*field.var) && own.contains(&&*field.var);
    let mut form = form.clone();
    form.fields.iter_mut().filter(is_time).for_each(|field| field.values.clear());
    form
}

/// A command a provider offers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
#[non_exhaustive]
pub struct CommandInfo {
    /// What it is asked for by.
    pub node: String,
    /// What it is called, for people; the node where it has no name.
    pub name: String,
}

/// A command that has begun: the form of its present stage, and what may be done with it.
///
/// A provider keeps what was filled in until the command is completed or canceled, or it has waited too long. An
/// execution that is dropped before its end is canceled, without waiting for the provider to say so.
///
/// ```no_run
/// # async fn example(client: quoalise::Client) -> quoalise::Result<()> {
/// use quoalise::Values;
///
/// let mut command = client.begin("proxy@provider.example/proxy", "get_authorize_uri").await?;
/// for field in command.form().map(|form| &form.fields[..]).unwrap_or_default() {
///     println!("{}: {:?}", field.var, field.label);
/// }
/// command.complete(&Values::new().with("name", "My application")).await?;
/// println!("{:?}", command.into_outcome()?.get("authorize_uri"));
/// # Ok(()) }
/// ```
pub struct Execution {
    session: Session,
    to: Jid,
    /// The last answer.
    answer: Command,
    /// Whether the provider keeps something for us.
    open: bool,
}

impl Client {
    /// The commands a provider offers to this account (XEP-0050 section 2.2).
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn commands(&self, provider: &str) -> Result<Vec<CommandInfo>> {
        let run = async {
            let to = provider_argument(provider)?;
            let mut commands: Vec<CommandInfo> = Vec::new();
            let mut pages = Pages::new(self.session.request_timeout());
            let mut after = None;
            loop {
                let rsm = after.map(|after: String| page(None, Some(after)));
                let query = DiscoItemsQuery { node: Some(NS_COMMANDS.to_owned()), rsm };
                let limit = self.session.request_timeout();
                let answer = self.session.request(Some(&to), Request::Get(query.into()), limit).await?;
                let list = answer.filter(|answer| answer.is("query", ns::DISCO_ITEMS)).ok_or_else(|| {
                    let message = format!("{to} did not answer with a list of commands");
                    Error::new(ErrorKind::MalformedAnswer, message)
                })?;
                let before = commands.len();
                let (mut items, mut bytes, mut last) = (0, 0, None);
                for item in list.children().filter(|child| child.is("item", ns::DISCO_ITEMS)) {
                    items += 1;
                    bytes += item.attrs().iter().map(|(_, value)| value.len()).sum::<usize>();
                    last = item.attr("node");
                    // Commands of others are not for us to ask (XEP-0050 section 2.2).
                    if item.attr("jid").and_then(|jid| Jid::from_str(jid).ok()).as_ref() != Some(&to) {
                        continue;
                    }
                    let Some(node) = last.filter(|node| !node.is_empty()) else { continue };
                    if commands.iter().any(|known| known.node == node) {
                        continue;
                    }
                    let name = item.attr("name").filter(|name| !name.is_empty()).unwrap_or(node);
                    commands.push(CommandInfo { node: node.to_owned(), name: name.to_owned() });
                }
                if commands.len() > MOST_COMMANDS {
                    return Err(too_many(&to, "commands", MOST_COMMANDS));
                }
                let is_new = commands.len() > before;
                let set = list.children().find(|child| child.is("set", ns::RSM));
                after = pages.after(&to, set, &Page { items, bytes, is_new, last })?;
                if after.is_none() {
                    return Ok(commands);
                }
            }
        };
        run.await.map_err(|error: Error| error.during(format!("listing the commands of {provider}")))
    }

    /// Begins a command by asking for its form. A command that has none is carried out at once.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn begin(&self, provider: &str, node: &str) -> Result<Execution> {
        let run = async {
            let to = provider_argument(provider)?;
            Execution::start(&self.session, to, Command::execute(node_argument(node)?, None)).await
        };
        run.await.map_err(|error: Error| {
            let error = match error.kind() {
                ErrorKind::NoSuchCommand => error.remedy("Look which commands it lists"),
                _ => error,
            };
            error.during(format!("beginning {node} at {provider}"))
        })
    }

    /// Carries a command out: asks for its form, fills the values in, as often as the provider has another stage, and
    /// completes it. Fields without a value keep the default the provider gives them, but for the times of Quoalise's
    /// own commands (as `start_time` of `get_history`): without a value these are left out, as nobody saw the default.
    /// Where something is missing or does not fit, the command is canceled.
    ///
    /// # Errors
    /// `InvalidArgument` where a required field has no value, a value does not fit, or no stage has a field of that
    /// name; `SessionExpired`; as [`get_history`](Self::get_history).
    pub async fn run(&self, provider: &str, node: &str, values: &Values) -> Result<Outcome> {
        let mut execution = self.begin(provider, node).await?;
        let mut walk = Walk::new(values);
        while execution.status() == Status::Executing {
            walk.step(&mut execution).await?;
        }
        let mut outcome = execution.into_outcome()?;
        outcome.unused = walk.unused().into_iter().map(str::to_owned).collect();
        Ok(outcome)
    }

    /// The series a provider has for this account, or those of them that `prefix` covers, as a subscription would
    /// (`docs/protocol/discovery.md`).
    ///
    /// # Errors
    /// `NoSuchCommand` where the provider does not tell; as [`get_history`](Self::get_history).
    pub async fn series(&self, provider: &str, prefix: Option<&str>) -> Result<Vec<Series>> {
        let prefix = prefix.filter(|prefix| !prefix.is_empty());
        let fields: Vec<Field> =
            prefix.map(|prefix| Field::text("prefix").value(prefix)).into_iter().collect();
        let run = async {
            let to = provider_argument(provider)?;
            let mut series: Vec<Series> = Vec::new();
            let mut known = BTreeSet::new();
            let mut pages = Pages::new(self.session.request_timeout());
            let mut after = None;
            loop {
                let set = page(Some(SERIES_A_PAGE), after).into();
                let answer = self.one_shot(&to, "list_series", &fields, vec![set]).await?;
                let rows = answer.form.map(|form| form.items).unwrap_or_default();
                let (items, before) = (rows.len(), series.len());
                let values = rows.iter().flatten().flat_map(|field| &field.values);
                let bytes = values.map(String::len).sum();
                let read: Vec<Series> = rows.iter().filter_map(|row| series::read(row)).collect();
                if read.len() < items {
                    log::warn!("{} series of {to} have no name that can be read", items - read.len());
                }
                let last = read.last().map(|series| series.identifier.to_string());
                for one in read {
                    if known.insert(one.identifier.clone()) {
                        series.push(one);
                    }
                }
                if series.len() > MOST_SERIES {
                    return Err(too_many(&to, "series", MOST_SERIES).remedy("Ask for those below a prefix"));
                }
                let set = answer.payloads.iter().find(|payload| payload.is("set", ns::RSM));
                let (is_new, last) = (series.len() > before, last.as_deref());
                after = pages.after(&to, set, &Page { items, bytes, is_new, last })?;
                if after.is_none() {
                    return Ok(series);
                }
            }
        };
        run.await.map_err(|error: Error| {
            let error = match error.kind() {
                ErrorKind::NoSuchCommand => error.remedy(
                    "This provider does not tell which series it has: ask its operator for their identifiers",
                ),
                _ => error,
            };
            error.during(format!("listing the series of {provider}"))
        })
    }

    /// Carries out one of the commands whose form is known, with these values: in one call, as Quoalise providers take
    /// it; and where the provider asks back with a form, by filling the same values into that.
    pub(super) async fn execute(
        &self,
        provider: &str,
        node: &str,
        values: Vec<(&'static str, String)>,
    ) -> Result<Command> {
        let fields = values.into_iter().map(|(var, value)| Field::text(var).value(value)).collect();
        self.execute_with(provider, node, fields).await
    }

    /// As [`execute`](Self::execute), with fields of any type.
    pub(super) async fn execute_with(
        &self,
        provider: &str,
        node: &str,
        fields: Vec<Field>,
    ) -> Result<Command> {
        self.one_shot(&provider_argument(provider)?, node, &fields, Vec::new()).await
    }

    /// As [`execute_with`](Self::execute_with); `beside` stands beside the form.
    async fn one_shot(
        &self,
        to: &Jid,
        node: &str,
        fields: &[Field],
        beside: Vec<Element>,
    ) -> Result<Command> {
        let mut request = Command::execute(node, Some(submitted(fields)?));
        request.payloads.clone_from(&beside);
        let mut execution = Execution::start(&self.session, to.clone(), request).await?;
        for stage in 0..MOST_STAGES {
            if execution.status() == Status::Completed {
                return Ok(execution.into_command());
            }
            execution.stop_at_error(stage)?;
            let form = execution.form().ok_or_else(|| execution.malformed())?;
            let form = fill_own(form, fields, own_fields(node))?;
            let actions = execution.actions();
            let action = if actions.contains(&Action::Complete) { Action::Complete } else { Action::Next };
            execution.send(action, Some(form), beside.clone()).await?;
        }
        Err(execution.endless())
    }
}

/// Paging through a list (XEP-0059).
struct Pages {
    count: usize,
    items: usize,
    bytes: usize,
    limit: Duration,
    begun: Instant,
}

/// What came as one page.
struct Page<'p> {
    items: usize,
    /// Of all its texts.
    bytes: usize,
    /// Whether any of it was not on the pages before.
    is_new: bool,
    /// The name of the last item, for providers that leave it to the client to see.
    last: Option<&'p str>,
}

fn page(max: Option<usize>, after: Option<String>) -> SetQuery {
    SetQuery { max, after, before: None, index: None }
}

impl Pages {
    /// `patience` is how long one answer may take.
    fn new(patience: Duration) -> Self {
        let limit = patience.saturating_mul(PAGES_TIME);
        Self { count: 0, items: 0, bytes: 0, limit, begun: Instant::now() }
    }

    /// After which item the next page begins; none where this one was the last.
    fn after(&mut self, to: &Jid, set: Option<&Element>, page: &Page<'_>) -> Result<Option<String>> {
        let Some(set) = set else { return Ok(None) };
        let malformed = |message: &str| Error::new(ErrorKind::MalformedAnswer, format!("{to} {message}"));
        let set = SetResult::try_from(set.clone())
            .map_err(|error| malformed("answered with a page that cannot be read").caused_by(error))?;
        self.count += 1;
        self.items = self.items.saturating_add(page.items);
        self.bytes = self.bytes.saturating_add(page.bytes);
        if page.items == 0 {
            return match set.count {
                Some(count) if self.items < count => {
                    Err(malformed("ends its list before all it counts has come").remedy("Ask again"))
                }
                _ => Ok(None),
            };
        }
        // Where the page says where it stands, that counts: items that went away meanwhile make the list shorter than
        // what has come.
        let until = match set.first.as_ref().and_then(|first| first.index) {
            Some(index) => index.saturating_add(page.items),
            None => self.items,
        };
        if set.count.is_some_and(|count| until >= count) {
            return Ok(None);
        }
        if !page.is_new || self.count >= MOST_PAGES {
            return Err(malformed("answers with pages that never end"));
        }
        if self.bytes > MOST_LIST_BYTES {
            let message = format!("{to} has a list of more than {} MiB", MOST_LIST_BYTES >> 20);
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        if self.begun.elapsed() >= self.limit {
            let message = format!("{to} did not tell its whole list within {} s", self.limit.as_secs());
            return Err(Error::new(ErrorKind::NoAnswer, message)
                .remedy("Allow its answers more time, or ask for less"));
        }
        match set.last.as_deref().filter(|last| !last.is_empty()).or(page.last) {
            Some(last) => Ok(Some(last.to_owned())),
            None => Err(malformed("does not tell where the next page begins")),
        }
    }
}

fn too_many(to: &Jid, what: &str, most: usize) -> Error {
    Error::new(ErrorKind::TooLarge, format!("{to} has more than {most} {what}"))
}

fn node_argument(node: &str) -> Result<&str> {
    if node.is_empty() || node.len() > 1000 || !node.chars().all(is_xml) {
        return Err(Error::new(ErrorKind::InvalidArgument, "the name of the command cannot be one")
            .remedy("Name one of those the provider lists"));
    }
    Ok(node)
}

/// The way through the stages of a command with the same values.
pub(crate) struct Walk<'v> {
    values: &'v Values,
    used: BTreeSet<String>,
    stages: usize,
}

impl<'v> Walk<'v> {
    pub(crate) fn new(values: &'v Values) -> Self {
        Self { values, used: BTreeSet::new(), stages: 0 }
    }

    /// Those that no stage has asked for so far.
    pub(crate) fn unused(&self) -> Vec<&'v str> {
        self.values.names().filter(|name| !self.used.contains(*name)).collect()
    }

    /// Tells that these were asked for by the present stage.
    pub(crate) fn use_here(&mut self, form: Option<&Form>) {
        let here = form.map(|form| self.values.within(form)).unwrap_or_default();
        self.used.extend(here.names().map(str::to_owned));
    }

    /// Fills in the present stage and goes on: to the end where that is allowed and no value is left over. Times of
    /// Quoalise's own commands that were not given are left out, as in [`Client::run`].
    pub(crate) async fn step(&mut self, execution: &mut Execution) -> Result<()> {
        if self.stages >= MOST_STAGES {
            return Err(execution.endless().during(execution.operation()));
        }
        execution.stop_at_error(self.stages).map_err(|error| error.during(execution.operation()))?;
        self.stages += 1;
        self.use_here(execution.form());
        let here = execution.form().map(|form| self.values.within(form)).unwrap_or_default();
        let actions = execution.actions();
        let unused = self.unused();
        if unused.is_empty() && actions.contains(&Action::Complete) || !actions.contains(&Action::Next) {
            // What nobody asked for must not be lost in silence.
            if !unused.is_empty() {
                return Err(unknown_field(&unused, execution.form()).during(execution.operation()));
            }
            return execution.submit(Action::Complete, &here, untimed).await;
        }
        execution.submit(Action::Next, &here, untimed).await
    }
}

impl Execution {
    /// Asks for the first stage. Whoever stops waiting cancels the command: it is not sent any more, or its answer is
    /// waited for, so that what has begun is canceled.
    async fn start(session: &Session, to: Jid, request: Command) -> Result<Self> {
        let answer = Command::execute(&*request.node, None);
        let mut execution = Self { session: session.clone(), to, answer, open: false };
        let mut asked = execution.send_request(request)?;
        let (mut tell, told) = tokio::sync::oneshot::channel();
        let (weak, to, answer) = (session.downgrade(), execution.to.clone(), execution.answer.clone());
        session.spawn(async move {
            let answered = tokio::select! {
                answered = asked.answer() => answered,
                () = tell.closed() => {
                    if !asked.was_written() {
                        return;
                    }
                    match tokio::time::timeout(AVAILABILITY_TIMEOUT, asked.answer()).await {
                        Ok(answered) => answered,
                        Err(_) => return,
                    }
                }
            };
            let Err(answered) = tell.send(answered) else { return };
            if let (Ok(answered), Some(session)) = (answered, weak.upgrade()) {
                // Dropped, and so canceled if there is something to cancel.
                let _ = Self { session, to, answer, open: false }.take(answered);
            }
        });
        let answered = told.await.unwrap_or_else(|_| Err(closed()));
        execution.take(answered?)?;
        Ok(execution)
    }

    /// Which command this is.
    pub fn node(&self) -> &str {
        &self.answer.node
    }

    /// The full JID of the provider.
    pub fn provider(&self) -> &Jid {
        &self.to
    }

    /// How far it is: `Executing` while there is something to fill in.
    pub fn status(&self) -> Status {
        self.answer.status.unwrap_or(Status::Canceled)
    }

    /// The form of the present stage, or of the result.
    pub fn form(&self) -> Option<&Form> {
        self.answer.form.as_ref()
    }

    /// What the provider says about the present stage. An error among them means that it does not take what was
    /// filled in, and asks again.
    pub fn notes(&self) -> &[Note] {
        &self.answer.notes
    }

    /// What may be done in the present stage, of `Prev`, `Next` and `Complete`. To cancel is always allowed.
    pub fn actions(&self) -> Vec<Action> {
        if self.status() != Status::Executing {
            return Vec::new();
        }
        let named = &self.answer.actions;
        let ahead = [Action::Next, Action::Complete];
        let mut actions: Vec<Action> = [Action::Prev, Action::Next, Action::Complete]
            .into_iter()
            .filter(|action| named.contains(action))
            .collect();
        if !actions.iter().any(|action| ahead.contains(action)) {
            // Without any, this is the only stage; and some providers name the way ahead by the default alone.
            let default = self.answer.default_action.filter(|default| ahead.contains(default));
            actions.push(match self.answer.default_action {
                None => Action::Complete,
                Some(_) => default.unwrap_or(Action::Next),
            });
        }
        actions
    }

    /// What the provider suggests to do: `Next` or `Complete`.
    pub fn default_action(&self) -> Option<Action> {
        let actions = self.actions();
        let ahead = || actions.iter().copied().find(|action| *action != Action::Prev);
        self.answer.default_action.filter(|action| actions.contains(action)).or_else(ahead)
    }

    /// Readings that came with the last answer.
    ///
    /// # Errors
    /// `MalformedAnswer` where they cannot be read.
    pub fn data(&self) -> Result<Option<Data>> {
        read_data(&self.answer.payloads, self.to.as_str())
    }

    /// Fills in the form and asks for the next stage. Fields without a value keep their default.
    ///
    /// # Errors
    /// `InvalidArgument` where a required field has no value, a value does not fit, there is no field of that name,
    /// or the provider allows no next stage: nothing was sent then, and the stage is as it was. `SessionExpired` where
    /// the provider waited too long. `CommandFailed` where it gave up. As [`Client::get_history`].
    pub async fn next(&mut self, values: &Values) -> Result<()> {
        self.submit(Action::Next, values, |_, form| form.clone()).await
    }

    /// Fills in the form and asks for the result. Later stages, if there are any, keep their defaults.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn complete(&mut self, values: &Values) -> Result<()> {
        self.submit(Action::Complete, values, |_, form| form.clone()).await
    }

    /// Asks for the stage before.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn prev(&mut self) -> Result<()> {
        let run = async {
            self.check_allowed(Action::Prev)?;
            self.send(Action::Prev, None, Vec::new()).await
        };
        let done = run.await;
        done.map_err(|error| error.during(self.operation()))
    }

    /// Gives up, and waits at most ten seconds for the provider to say that it knows. Whatever it kept is gone then.
    ///
    /// # Errors
    /// Those of the network. That the provider gave up before is none.
    pub async fn cancel(mut self) -> Result<()> {
        if !std::mem::take(&mut self.open) {
            return Ok(());
        }
        let limit = AVAILABILITY_TIMEOUT.min(self.session.request_timeout());
        let request = Request::Set(self.request(Action::Cancel).to_element());
        match self.session.request(Some(&self.to), request, limit).await {
            Err(error) if error.kind() != ErrorKind::SessionExpired => {
                Err(error.during(format!("canceling {} at {}", self.answer.node, self.to)))
            }
            _ => Ok(()),
        }
    }

    /// What came of it.
    ///
    /// # Errors
    /// `InvalidArgument` where it is not completed; it is canceled then. `MalformedAnswer`.
    pub fn into_outcome(self) -> Result<Outcome> {
        let operation = self.operation();
        if self.status() != Status::Completed {
            return Err(Error::new(ErrorKind::InvalidArgument, "the command is not completed")
                .remedy("Complete it first")
                .during(operation));
        }
        let to = self.to.to_string();
        Outcome::read(self.into_command(), &to).map_err(|error| error.during(operation))
    }

    fn into_command(mut self) -> Command {
        self.open = false;
        std::mem::take(&mut self.answer)
    }

    /// `defaults` gives the form of this command with the defaults that hold.
    async fn submit(
        &mut self,
        action: Action,
        values: &Values,
        defaults: fn(&str, &Form) -> Form,
    ) -> Result<()> {
        let run = async {
            self.check_allowed(action)?;
            let form = match self.form().filter(|form| form.kind == FormType::Form) {
                Some(form) => Some(fill(&defaults(self.node(), form), values)?),
                None => match &*values.names().collect::<Vec<_>>() {
                    [] => None,
                    names => return Err(unknown_field(names, None)),
                },
            };
            self.send(action, form, Vec::new()).await
        };
        let done = run.await;
        done.map_err(|error| error.during(self.operation()))
    }

    fn check_allowed(&self, action: Action) -> Result<()> {
        let actions = self.actions();
        if actions.contains(&action) && self.open {
            return Ok(());
        }
        let error = Error::new(
            ErrorKind::InvalidArgument,
            format!("the command does not allow `{}` now", action.as_str()),
        );
        Err(if self.open {
            let names: Vec<&str> = actions.iter().map(|action| action.as_str()).collect();
            error.remedy(format!("It allows {} and cancel", names.join(", ")))
        } else {
            error.remedy("It is over: begin it again")
        })
    }

    fn request(&self, action: Action) -> Command {
        let mut request = Command::execute(&*self.answer.node, None);
        (request.session, request.action) = (self.answer.session.clone(), Some(action));
        request
    }

    async fn send(&mut self, action: Action, form: Option<Form>, beside: Vec<Element>) -> Result<()> {
        let mut request = self.request(action);
        (request.form, request.payloads) = (form, beside);
        self.ask(request).await
    }

    /// Each question has a deadline of its own: a slow stage must not eat the time of the next.
    async fn ask(&mut self, request: Command) -> Result<()> {
        let answer = self.send_request(request)?.answer().await;
        if answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::SessionExpired) {
            self.open = false;
        }
        self.take(answer?)
    }

    fn send_request(&self, request: Command) -> Result<Asked> {
        let is_safe = request.session.is_none() && request.form.is_some() && is_reading(&request.node);
        let (element, limit) = (request.to_element(), self.session.request_timeout());
        let request = if is_safe { Request::SafeSet(element) } else { Request::Set(element) };
        self.session.ask(Some(&self.to), request, limit)
    }

    fn take(&mut self, answer: Option<Element>) -> Result<()> {
        let answer = answer.and_then(Command::from_element).filter(|answer| answer.node == self.answer.node);
        let mut answer = answer.ok_or_else(|| self.malformed())?;
        // The provider's to choose, and to change; some leave it out once it is known.
        answer.session = answer.session.take().or_else(|| self.answer.session.clone());
        let over = matches!(answer.status, Some(Status::Completed | Status::Canceled));
        self.open = answer.session.is_some() && !over;
        if answer.status.is_none() || !over && answer.session.is_none() {
            self.answer.session = answer.session;
            return Err(self.malformed());
        }
        self.answer = answer;
        match (over, self.answer.error_note()) {
            // Completed is not success: a note of an error says that it failed (XEP-0050 section 3.5).
            (true, Some(note)) => Err(self.failed(note)),
            (true, None) if self.status() == Status::Canceled => {
                Err(Error::new(ErrorKind::CommandFailed, format!("{} canceled the command", self.to)))
            }
            _ => Ok(()),
        }
    }

    /// Who is asked again with an error, after what was sent, gets no better answer from the same values.
    fn stop_at_error(&self, stage: usize) -> Result<()> {
        match self.answer.error_note() {
            Some(note) if stage > 0 => Err(self.failed(note)),
            _ => Ok(()),
        }
    }

    fn failed(&self, note: &str) -> Error {
        let note = if note.trim().is_empty() { "the provider does not say why" } else { note };
        Error::answer(ErrorKind::CommandFailed, note)
            .remedy(format!("{} carried out the command and this is what came of it", self.to))
    }

    fn malformed(&self) -> Error {
        let message = format!("{} did not answer the command `{}` as one", self.to, self.answer.node);
        Error::new(ErrorKind::MalformedAnswer, message)
    }

    fn endless(&self) -> Error {
        Error::new(ErrorKind::CommandFailed, format!("{} keeps asking for more forms", self.to))
    }

    pub(crate) fn operation(&self) -> String {
        format!("running {} at {}", self.answer.node, self.to)
    }
}

/// Whether a command only reads, so that it may be asked again when the connection was lost in between.
fn is_reading(node: &str) -> bool {
    matches!(node, "get_history" | "list_series" | "get_load_curve" | "get_daily")
}

impl Drop for Execution {
    fn drop(&mut self) {
        if self.open {
            let header = IqHeader { from: None, to: Some(self.to.clone()), id: self.session.new_id() };
            let request = self.request(Action::Cancel).to_element();
            self.session.send_soon(Iq::assemble(header, IqPayload::Set(request)));
        }
    }
}

impl std::fmt::Debug for Execution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Execution")
            .field("node", &self.answer.node)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn set(inner: &str) -> Element {
        format!("<set xmlns='http://jabber.org/protocol/rsm'>{inner}</set>").parse().unwrap()
    }

    /// What comes after a page of so many items, all of them new.
    fn next(pages: &mut Pages, inner: &str, items: usize, last: Option<&str>) -> Result<Option<String>> {
        let to = "a@b.test/c".parse().unwrap();
        pages.after(&to, Some(&set(inner)), &Page { items, bytes: 0, is_new: items > 0, last })
    }

    #[test]
    fn pages_end() {
        let to: Jid = "a@b.test/c".parse().unwrap();
        let mut pages = Pages::new(PATIENCE);
        let all = Page { items: 5, bytes: 0, is_new: true, last: Some("e") };
        assert_eq!(pages.after(&to, None, &all).unwrap(), None);
        let two = "<first>a</first><last>b</last><count>4</count>";
        assert_eq!(next(&mut pages, two, 2, None).unwrap().as_deref(), Some("b"));
        assert_eq!(next(&mut pages, two, 2, None).unwrap(), None, "all there are");
        assert_eq!(next(&mut pages, "<last/>", 2, Some("z")).unwrap().as_deref(), Some("z"));
        assert_eq!(next(&mut pages, "<last/>", 0, None).unwrap(), None, "an empty page");
        for (inner, is_new, last) in
            [("<last/>", false, Some("z")), ("<last/>", true, None), ("<count>few</count>", true, Some("z"))]
        {
            let page = Page { items: 2, bytes: 0, is_new, last };
            let error = pages.after(&to, Some(&set(inner)), &page).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MalformedAnswer, "{error}");
        }
    }

    #[test]
    fn lists_that_change_between_pages_are_told_to_their_end() {
        let mut pages = Pages::new(PATIENCE);
        let first = "<first index='0'>a</first><last>c</last><count>7</count>";
        assert_eq!(next(&mut pages, first, 3, None).unwrap().as_deref(), Some("c"));
        // Three went away, and of the four left this page begins with the first.
        let second = "<first index='0'>d</first><last>e</last><count>4</count>";
        assert_eq!(next(&mut pages, second, 2, None).unwrap().as_deref(), Some("e"));
        let third = "<first index='2'>f</first><last>g</last><count>4</count>";
        assert_eq!(next(&mut pages, third, 2, None).unwrap(), None);

        for (items, inner) in [(0, "<count>1</count>"), (2, "<count>3</count>")] {
            let mut pages = Pages::new(PATIENCE);
            if items > 0 {
                next(&mut pages, inner, items, Some("b")).unwrap();
            }
            let error = next(&mut pages, inner, 0, None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MalformedAnswer, "what is cut short is not the whole list");
        }
        assert_eq!(next(&mut Pages::new(PATIENCE), "<count>0</count>", 0, None).unwrap(), None);
    }

    #[test]
    fn all_pages_together_have_their_limits() {
        let error = next(&mut Pages::new(Duration::ZERO), "<count>9</count>", 2, Some("b")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoAnswer, "{error}");
        let (to, half) = ("a@b.test/c".parse().unwrap(), MOST_LIST_BYTES / 2 + 1);
        let page = Page { items: 2, bytes: half, is_new: true, last: Some("b") };
        let mut pages = Pages::new(PATIENCE);
        pages.after(&to, Some(&set("")), &page).unwrap();
        let error = pages.after(&to, Some(&set("")), &page).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    }

    #[test]
    fn times_nobody_saw_are_not_asked_for() {
        let form = Form::new(FormType::Form)
            .field(Field::text("identifier").value("first"))
            .field(Field::text("start_time").value("2022-01-03T00:00:00+01:00"))
            .field(Field::text("end_time"));
        let sent = |node: &str, values: &Values| {
            let form = fill(&untimed(node, &form), values).unwrap();
            form.fields.into_iter().map(|field| field.var).collect::<Vec<_>>()
        };
        assert_eq!(sent("get_history", &Values::new()), ["identifier"]);
        let given = Values::new().with("start_time", "2022-01-10T00:00:00+01:00");
        assert_eq!(sent("get_history", &given), ["identifier", "start_time"]);
        // What the fields of others mean is theirs to say.
        assert_eq!(sent("book_room", &Values::new()), ["identifier", "start_time"]);

        let required =
            Form::new(FormType::Form).field(Field::text("start_date").required().value("2022-01-03"));
        let error = fill(&untimed("get_daily", &required), &Values::new()).unwrap_err();
        assert!(error.to_string().contains("`start_date`"), "{error}");
    }

    #[test]
    fn nodes_can_be_written() {
        for node in ["", "a\0", "\u{1b}[0m", &"x".repeat(1001)] {
            assert_eq!(node_argument(node).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
        assert!(node_argument("http://example.org/x#élan").is_ok());
    }
}
