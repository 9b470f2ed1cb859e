use std::fmt;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};

use tokio::sync::Mutex;

use super::{Data, Owned, Result, xml};
use crate::client::{Execution as CoreExecution, Outcome as CoreOutcome, Table as CoreTable, Values};
use crate::error::{Error as CoreError, ErrorKind};
use crate::stanza::{Action, Field as CoreField, FieldType, Form as CoreForm, Note, Status, Validation};

/// A form (XEP-0004).
#[derive(Clone, Debug, uniffi::Record)]
pub struct Form {
    /// A title for humans.
    pub title: Option<String>,
    /// Instructions for humans.
    pub instructions: Option<String>,
    /// The fields, in order.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Clone, uniffi::Record)]
pub struct Field {
    /// The name; empty for some fixed texts.
    pub name: String,
    /// The type; text-single where none is given.
    pub kind: FieldType,
    /// The label for humans.
    pub label: Option<String>,
    /// A longer explanation for humans.
    pub description: Option<String>,
    /// Whether it must be filled in.
    pub required: bool,
    /// The value or values, or the default.
    pub values: Vec<String>,
    /// What may be chosen from.
    pub options: Vec<FieldOption>,
    /// What a value must look like, beyond the type (XEP-0122).
    pub validation: Option<Validation>,
}

impl fmt::Debug for Field {
    /// Values may be a meter's number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What may be chosen for a field.
#[derive(Clone, uniffi::Record)]
pub struct FieldOption {
    /// The label for humans.
    pub label: Option<String>,
    /// The value.
    pub value: String,
}

/// A result in rows.
#[derive(Clone, uniffi::Record)]
pub struct Table {
    /// Names, types and labels of the columns.
    pub columns: Vec<Field>,
    /// A list of values for each column, in the columns' order.
    pub rows: Vec<Vec<Vec<String>>>,
}

impl fmt::Debug for Table {
    /// Shows no values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("columns", &self.columns).field("rows", &self.rows.len()).finish()
    }
}

/// What came of a command that was completed.
#[derive(Clone, uniffi::Record)]
pub struct Outcome {
    /// The title of the result.
    pub title: Option<String>,
    /// A text about the result.
    pub instructions: Option<String>,
    /// The result's fields, in order; fixed ones are texts to read.
    pub fields: Vec<Field>,
    /// The result's tables; there is mostly one at the most.
    pub tables: Vec<Table>,
    /// What the provider says of it; no errors, which would have been the command's.
    pub notes: Vec<Note>,
    /// Readings, where there are any.
    pub data: Option<Arc<Data>>,
    /// Whatever else came, as XML.
    pub other: Vec<String>,
    /// The fields that a value was given for and that no form had. They were only noticed after the command was
    /// done; otherwise that is an error.
    pub unused: Vec<String>,
}

impl fmt::Debug for FieldOption {
    /// What may be chosen may be whose meters there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldOption").finish_non_exhaustive()
    }
}

impl fmt::Debug for Outcome {
    /// Sizes only: what a provider answers may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("fields", &self.fields.len())
            .field("tables", &self.tables.len())
            .field("notes", &self.notes.len())
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

impl From<CoreField> for Field {
    fn from(field: CoreField) -> Self {
        let CoreField { var, kind, label, description, required, values, options, validation } = field;
        let options = options.into_iter().map(|(label, value)| FieldOption { label, value }).collect();
        Self { name: var, kind, label, description, required, values, options, validation }
    }
}

impl From<CoreTable> for Table {
    fn from(table: CoreTable) -> Self {
        Self { columns: fields(table.columns), rows: table.rows }
    }
}

impl From<CoreForm> for Form {
    fn from(form: CoreForm) -> Self {
        Self { title: form.title, instructions: form.instructions, fields: fields(form.fields) }
    }
}

impl From<CoreOutcome> for Outcome {
    fn from(outcome: CoreOutcome) -> Self {
        Self {
            title: outcome.title,
            instructions: outcome.instructions,
            fields: fields(outcome.fields),
            tables: outcome.tables.into_iter().map(Table::from).collect(),
            notes: outcome.notes,
            data: outcome.data.map(Into::into),
            other: xml(&outcome.payloads),
            unused: outcome.unused,
        }
    }
}

fn fields(fields: Vec<CoreField>) -> Vec<Field> {
    fields.into_iter().map(Field::from).collect()
}

/// A command that has begun: the form of its present stage, and what may be done with it.
///
/// A provider keeps what was filled in until the command is completed or canceled, or it has waited too long. An
/// execution that is dropped before its end is canceled, without waiting for the provider to say so.
#[derive(uniffi::Object)]
pub struct Execution(Owned<Inner>);

struct Inner {
    execution: Mutex<Option<CoreExecution>>,
    // As it stood after the last answer: readable while the next one is awaited.
    stage: SyncMutex<Stage>,
}

#[derive(Clone)]
struct Stage {
    status: Status,
    form: Option<Form>,
    notes: Vec<Note>,
    actions: Vec<Action>,
    default_action: Option<Action>,
}

impl Stage {
    fn of(execution: &CoreExecution) -> Self {
        Self {
            status: execution.status(),
            form: execution.form().cloned().map(Form::from),
            notes: execution.notes().to_vec(),
            actions: execution.actions(),
            default_action: execution.default_action(),
        }
    }
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execution").finish_non_exhaustive()
    }
}

#[uniffi::export]
impl Execution {
    /// How far it is: `Executing` while there is something to fill in.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub fn status(&self) -> Result<Status> {
        Ok(self.stage()?.status)
    }

    /// The form of the present stage, or of the result.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub fn form(&self) -> Result<Option<Form>> {
        Ok(self.stage()?.form)
    }

    /// What the provider says about the present stage. An error among them means that it does not take what was filled
    /// in, and asks again.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub fn notes(&self) -> Result<Vec<Note>> {
        Ok(self.stage()?.notes)
    }

    /// What may be done in the present stage, of `Prev`, `Next` and `Complete`. To cancel is always allowed.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub fn actions(&self) -> Result<Vec<Action>> {
        Ok(self.stage()?.actions)
    }

    /// What the provider suggests to do: `Next` or `Complete`.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub fn default_action(&self) -> Result<Option<Action>> {
        Ok(self.stage()?.default_action)
    }

    /// Fills in the form and asks for the next stage. Fields without a value keep their default.
    ///
    /// # Errors
    /// `InvalidArgument` where a required field has no value, a value does not fit, there is no field of that name, or
    /// the provider allows no next stage: nothing was sent then, and the stage is as it was. `SessionExpired` where the
    /// provider waited too long. `CommandFailed` where it gave up. As [`Client::get_history`](super::Client::get_history).
    #[uniffi::method(default(values = None))]
    pub async fn next(&self, values: Option<Values>) -> Result<()> {
        let values = values.unwrap_or_default();
        self.step(async |execution| execution.next(&values).await).await
    }

    /// Fills in the form and asks for the result. Later stages, if there are any, keep their defaults.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    #[uniffi::method(default(values = None))]
    pub async fn complete(&self, values: Option<Values>) -> Result<()> {
        let values = values.unwrap_or_default();
        self.step(async |execution| execution.complete(&values).await).await
    }

    /// Asks for the stage before.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn prev(&self) -> Result<()> {
        self.step(async |execution| execution.prev().await).await
    }

    /// Gives up, and waits at most ten seconds for the provider to say that it knows. Whatever it kept is gone then.
    ///
    /// # Errors
    /// Those of the network. That the provider gave up before is none.
    pub async fn cancel(&self) -> Result<()> {
        let execution = self.0.get()?.execution.lock().await.take();
        match execution {
            Some(execution) => Ok(execution.cancel().await?),
            None => Ok(()),
        }
    }

    /// What came of it. The execution is over then.
    ///
    /// # Returns
    /// What came of it.
    ///
    /// # Errors
    /// `InvalidArgument` where it is not completed; it is canceled then. `MalformedAnswer`.
    pub async fn outcome(&self) -> Result<Outcome> {
        let execution = self.0.get()?.execution.lock().await.take();
        Ok(execution.ok_or_else(over)?.into_outcome()?.into())
    }
}

impl Execution {
    pub(super) fn new(execution: CoreExecution) -> Arc<Self> {
        let stage = SyncMutex::new(Stage::of(&execution));
        Arc::new(Self(Owned::new(Inner { execution: Mutex::new(Some(execution)), stage })))
    }

    fn stage(&self) -> Result<Stage> {
        Ok(self.0.get()?.stage.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn step(&self, run: impl AsyncFnOnce(&mut CoreExecution) -> Result<(), CoreError>) -> Result<()> {
        let inner = self.0.get()?;
        let mut execution = inner.execution.lock().await;
        let execution = execution.as_mut().ok_or_else(over)?;
        let done = run(execution).await;
        *inner.stage.lock().unwrap_or_else(PoisonError::into_inner) = Stage::of(execution);
        Ok(done?)
    }
}

fn over() -> CoreError {
    CoreError::new(ErrorKind::InvalidArgument, "the command is over").remedy("Begin it again")
}
