// Written by `make bindings` from core/src/ffi and uniffi.toml.

#![allow(clippy::too_many_arguments, reason = "options are arguments of their own in Python")]

use std::sync::Arc;

use pyo3::prelude::*;
use quoalise::ffi;

use crate::convert::{FromPython, ToPython, argument};
use crate::error::raise;
use crate::named::{from_name, member, record, unknown};
use crate::operation::Operation;

#[pyclass(frozen, module = "quoalise._native")]
pub struct Client(Arc<ffi::Client>);

#[pymethods]
impl Client {
    #[staticmethod]
    fn connect(
        account: &Bound<'_, PyAny>,
        password: &Bound<'_, PyAny>,
        address: &Bound<'_, PyAny>,
        ca_file: &Bound<'_, PyAny>,
        ca_pem: &Bound<'_, PyAny>,
        timeout: &Bound<'_, PyAny>,
        connect_timeout: &Bound<'_, PyAny>,
        priority: &Bound<'_, PyAny>,
        security: &Bound<'_, PyAny>,
        allow_plain: &Bound<'_, PyAny>,
        reconnect_first: &Bound<'_, PyAny>,
        reconnect_longest: &Bound<'_, PyAny>,
        dead_after: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let account = argument("account", account)?;
        let password = argument("password", password)?;
        let options = ffi::ConnectOptions {
            address: argument("address", address)?,
            ca_file: argument("ca_file", ca_file)?,
            ca_pem: argument("ca_pem", ca_pem)?,
            timeout: argument("timeout", timeout)?,
            connect_timeout: argument("connect_timeout", connect_timeout)?,
            priority: argument("priority", priority)?,
            security: argument("security", security)?,
            allow_plain: argument("allow_plain", allow_plain)?,
            reconnect_first: argument("reconnect_first", reconnect_first)?,
            reconnect_longest: argument("reconnect_longest", reconnect_longest)?,
            dead_after: argument("dead_after", dead_after)?,
        };

        Ok(Operation::new(ffi::Client::connect(account, password, options)))
    }

    fn authorize_uri(
        &self,
        provider: &Bound<'_, PyAny>,
        name: &Bound<'_, PyAny>,
        description: &Bound<'_, PyAny>,
        logo_url: &Bound<'_, PyAny>,
        duration: &Bound<'_, PyAny>,
        redirect_uri: &Bound<'_, PyAny>,
        state: &Bound<'_, PyAny>,
        test_client: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;
        let name = argument("name", name)?;
        let options = ffi::AuthorizeOptions {
            description: argument("description", description)?,
            logo_url: argument("logo_url", logo_url)?,
            duration: argument("duration", duration)?,
            redirect_uri: argument("redirect_uri", redirect_uri)?,
            state: argument("state", state)?,
            test_client: argument("test_client", test_client)?,
        };

        Ok(Operation::new(async move { this.authorize_uri(provider, name, options).await }))
    }

    fn availability(&self, provider: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;

        Ok(Operation::new(async move { this.availability(provider).await }))
    }

    fn begin(&self, provider: &Bound<'_, PyAny>, node: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;
        let node = argument("node", node)?;

        Ok(Operation::new(async move { this.begin(provider, node).await }))
    }

    fn close(&self) -> PyResult<Operation> {
        let this = self.0.clone();

        Ok(Operation::new(async move { this.close().await }))
    }

    fn commands(&self, provider: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;

        Ok(Operation::new(async move { this.commands(provider).await }))
    }

    fn daily(
        &self,
        provider: &Bound<'_, PyAny>,
        usage_point: &Bound<'_, PyAny>,
        direction: &Bound<'_, PyAny>,
        start: &Bound<'_, PyAny>,
        end: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;
        let usage_point = argument("usage_point", usage_point)?;
        let direction = argument("direction", direction)?;
        let start = argument("start", start)?;
        let end = argument("end", end)?;

        Ok(Operation::new(async move { this.daily(provider, usage_point, direction, start, end).await }))
    }

    fn distrusted(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.distrusted().map_err(|error| raise(py, &error))?.to_python(py)
    }

    fn fill(
        &self,
        hole: &Bound<'_, PyAny>,
        provider: &Bound<'_, PyAny>,
        identifier: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let this = self.0.clone();
        let hole: Arc<ffi::Hole> = argument("hole", hole)?;
        let provider = argument("provider", provider)?;
        let identifier = argument("identifier", identifier)?;

        Ok(Operation::new(async move { this.fill(hole, provider, identifier).await }))
    }

    fn get_history(
        &self,
        provider: &Bound<'_, PyAny>,
        identifier: &Bound<'_, PyAny>,
        start: &Bound<'_, PyAny>,
        end: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;
        let identifier = argument("identifier", identifier)?;
        let start = argument("start", start)?;
        let end = argument("end", end)?;

        Ok(Operation::new(async move { this.get_history(provider, identifier, start, end).await }))
    }

    fn jid(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.jid().map_err(|error| raise(py, &error))?.to_python(py)
    }

    fn listen(
        &self,
        capacity: &Bound<'_, PyAny>,
        when_full: &Bound<'_, PyAny>,
        journal: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let this = self.0.clone();
        let options = ffi::ListenOptions {
            capacity: argument("capacity", capacity)?,
            when_full: argument("when_full", when_full)?,
            journal: argument("journal", journal)?,
        };

        Ok(Operation::new(async move { this.listen(options).await }))
    }

    fn load_curve(
        &self,
        provider: &Bound<'_, PyAny>,
        usage_point: &Bound<'_, PyAny>,
        direction: &Bound<'_, PyAny>,
        start: &Bound<'_, PyAny>,
        end: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;
        let usage_point = argument("usage_point", usage_point)?;
        let direction = argument("direction", direction)?;
        let start = argument("start", start)?;
        let end = argument("end", end)?;

        Ok(Operation::new(async move { this.load_curve(provider, usage_point, direction, start, end).await }))
    }

    fn run(
        &self,
        provider: &Bound<'_, PyAny>,
        node: &Bound<'_, PyAny>,
        values: &Bound<'_, PyAny>,
    ) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;
        let node = argument("node", node)?;
        let values = argument("values", values)?;

        Ok(Operation::new(async move { this.run(provider, node, values).await }))
    }

    fn series(&self, provider: &Bound<'_, PyAny>, prefix: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;
        let prefix = argument("prefix", prefix)?;

        Ok(Operation::new(async move { this.series(provider, prefix).await }))
    }

    fn state(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.state().map_err(|error| raise(py, &error))?.to_python(py)
    }

    fn states(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.states().map_err(|error| raise(py, &error))?.to_python(py)
    }

    fn subscribe(&self, provider: &Bound<'_, PyAny>, identifier: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;
        let identifier = argument("identifier", identifier)?;

        Ok(Operation::new(async move { this.subscribe(provider, identifier).await }))
    }

    fn trust(&self, py: Python<'_>, provider: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let provider = argument("provider", provider)?;

        self.0.trust(provider).map_err(|error| raise(py, &error))?.to_python(py)
    }

    fn unsubscribe(&self, provider: &Bound<'_, PyAny>, identifier: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let this = self.0.clone();
        let provider = argument("provider", provider)?;
        let identifier = argument("identifier", identifier)?;

        Ok(Operation::new(async move { this.unsubscribe(provider, identifier).await }))
    }
}

impl ToPython for Arc<ffi::Client> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Client(self))?.into_any())
    }
}

#[pyclass(frozen, module = "quoalise._native")]
pub struct Execution(Arc<ffi::Execution>);

#[pymethods]
impl Execution {
    fn actions(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.actions().map_err(|error| raise(py, &error))?.to_python(py)
    }

    fn cancel(&self) -> PyResult<Operation> {
        let this = self.0.clone();

        Ok(Operation::new(async move { this.cancel().await }))
    }

    fn complete(&self, values: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let this = self.0.clone();
        let values = argument("values", values)?;

        Ok(Operation::new(async move { this.complete(values).await }))
    }

    fn default_action(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.default_action().map_err(|error| raise(py, &error))?.to_python(py)
    }

    fn form(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.form().map_err(|error| raise(py, &error))?.to_python(py)
    }

    fn next(&self, values: &Bound<'_, PyAny>) -> PyResult<Operation> {
        let this = self.0.clone();
        let values = argument("values", values)?;

        Ok(Operation::new(async move { this.next(values).await }))
    }

    fn notes(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.notes().map_err(|error| raise(py, &error))?.to_python(py)
    }

    fn outcome(&self) -> PyResult<Operation> {
        let this = self.0.clone();

        Ok(Operation::new(async move { this.outcome().await }))
    }

    fn prev(&self) -> PyResult<Operation> {
        let this = self.0.clone();

        Ok(Operation::new(async move { this.prev().await }))
    }

    fn status(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.status().map_err(|error| raise(py, &error))?.to_python(py)
    }
}

impl ToPython for Arc<ffi::Execution> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Execution(self))?.into_any())
    }
}

#[pyclass(frozen, module = "quoalise._native")]
pub struct Listener(Arc<ffi::Listener>);

#[pymethods]
impl Listener {
    fn close(&self) -> PyResult<Operation> {
        let this = self.0.clone();

        Ok(Operation::new(async move { this.close().await }))
    }

    fn finish(&self) -> PyResult<Operation> {
        let this = self.0.clone();

        Ok(Operation::new(async move { this.wind_up().await }))
    }

    fn ready(&self) -> Operation {
        let this = self.0.clone();
        Operation::new(async move { this.ready().await })
    }

    fn take(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.take().to_python(py)
    }
}

impl ToPython for Arc<ffi::Listener> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Listener(self))?.into_any())
    }
}

#[pyclass(frozen, module = "quoalise._native")]
pub struct States(Arc<ffi::States>);

#[pymethods]
impl States {
    fn close(&self) -> PyResult<Operation> {
        let this = self.0.clone();

        Ok(Operation::new(async move { this.close().await }))
    }

    fn ready(&self) -> Operation {
        let this = self.0.clone();
        Operation::new(async move { this.ready().await })
    }

    fn take(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.take().to_python(py)
    }
}

impl ToPython for Arc<ffi::States> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, States(self))?.into_any())
    }
}

/// A stretch of time in which pushes may have got lost: the connection is there again, but the server
/// no longer knew of the session. ``Client.fill`` asks for what they may have told.
/// Also first of all, where a process before this one did not come to a good end, as far as the journal
/// knows.
#[pyclass(frozen, module = "quoalise")]
pub struct Hole(Arc<ffi::Hole>);

#[pymethods]
impl Hole {
    /// When it begins: what was sent before is here.
    #[getter]
    fn since(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.since().to_python(py)
    }

    /// When it ends: what was sent after that comes again, or is here.
    #[getter]
    fn until(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.0.until().to_python(py)
    }
}

impl ToPython for Arc<ffi::Hole> {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Hole(self))?.into_any())
    }
}

impl FromPython for Arc<ffi::Hole> {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(value.cast::<Hole>()?.get().0.clone())
    }
}

#[pyfunction]
fn dumps(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    format: &Bound<'_, PyAny>,
    keep_gaps: &Bound<'_, PyAny>,
    zone: &Bound<'_, PyAny>,
) -> PyResult<Py<PyAny>> {
    let data: Arc<ffi::Data> = argument("data", data)?;
    let format = argument("format", format)?;
    let options =
        ffi::DumpOptions { keep_gaps: argument("keep_gaps", keep_gaps)?, zone: argument("zone", zone)? };

    let done = py.detach(|| ffi::dumps(&data, format, options));
    done.map_err(|error| raise(py, &error))?.to_python(py)
}

#[pyfunction]
fn loads(
    py: Python<'_>,
    content: &Bound<'_, PyAny>,
    format: &Bound<'_, PyAny>,
    now: &Bound<'_, PyAny>,
    strict: &Bound<'_, PyAny>,
    name: &Bound<'_, PyAny>,
    unit: &Bound<'_, PyAny>,
    zone: &Bound<'_, PyAny>,
    stamps: &Bound<'_, PyAny>,
    step: &Bound<'_, PyAny>,
) -> PyResult<Py<PyAny>> {
    let content = argument("content", content)?;
    let options = ffi::LoadOptions {
        format: argument("format", format)?,
        now: argument("now", now)?,
        strict: argument("strict", strict)?,
        name: argument("name", name)?,
        unit: argument("unit", unit)?,
        zone: argument("zone", zone)?,
        stamps: argument("stamps", stamps)?,
        step: argument("step", step)?,
    };

    let done = py.detach(|| ffi::loads(content, options));
    done.map_err(|error| raise(py, &error))?.to_python(py)
}

impl ToPython for ffi::Action {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::Execute => "execute",
            Self::Next => "next",
            Self::Prev => "prev",
            Self::Complete => "complete",
            Self::Cancel => "cancel",
        };
        member(py, "Action", value)
    }
}

impl FromPython for ffi::Action {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(
            value,
            "Action",
            &[
                ("execute", Self::Execute),
                ("next", Self::Next),
                ("prev", Self::Prev),
                ("complete", Self::Complete),
                ("cancel", Self::Cancel),
            ],
        )
    }
}

impl ToPython for ffi::Availability {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::Online => "online",
            Self::Offline => "offline",
            Self::Unreachable => "unreachable",
            Self::NoAnswer => "no-answer",
            _ => return Err(unknown("Availability")),
        };
        member(py, "Availability", value)
    }
}

impl FromPython for ffi::Availability {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(
            value,
            "Availability",
            &[
                ("online", Self::Online),
                ("offline", Self::Offline),
                ("unreachable", Self::Unreachable),
                ("no-answer", Self::NoAnswer),
            ],
        )
    }
}

impl ToPython for ffi::Connection {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::Connecting => "connecting",
            Self::Online => "online",
            Self::Interrupted => "interrupted",
            Self::Resumed => "resumed",
            Self::Reset => "reset",
            Self::Closed => "closed",
        };
        member(py, "Connection", value)
    }
}

impl FromPython for ffi::Connection {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(
            value,
            "Connection",
            &[
                ("connecting", Self::Connecting),
                ("online", Self::Online),
                ("interrupted", Self::Interrupted),
                ("resumed", Self::Resumed),
                ("reset", Self::Reset),
                ("closed", Self::Closed),
            ],
        )
    }
}

impl ToPython for ffi::Direction {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::Consumption => "consumption",
            Self::Production => "production",
        };
        member(py, "Direction", value)
    }
}

impl FromPython for ffi::Direction {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(value, "Direction", &[("consumption", Self::Consumption), ("production", Self::Production)])
    }
}

impl ToPython for ffi::FieldType {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::Boolean => "boolean",
            Self::Fixed => "fixed",
            Self::Hidden => "hidden",
            Self::JidMulti => "jid-multi",
            Self::JidSingle => "jid-single",
            Self::ListMulti => "list-multi",
            Self::ListSingle => "list-single",
            Self::TextMulti => "text-multi",
            Self::TextPrivate => "text-private",
            Self::TextSingle => "text-single",
        };
        member(py, "FieldType", value)
    }
}

impl FromPython for ffi::FieldType {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(
            value,
            "FieldType",
            &[
                ("boolean", Self::Boolean),
                ("fixed", Self::Fixed),
                ("hidden", Self::Hidden),
                ("jid-multi", Self::JidMulti),
                ("jid-single", Self::JidSingle),
                ("list-multi", Self::ListMulti),
                ("list-single", Self::ListSingle),
                ("text-multi", Self::TextMulti),
                ("text-private", Self::TextPrivate),
                ("text-single", Self::TextSingle),
            ],
        )
    }
}

impl ToPython for ffi::Format {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::Quoalise => "quoalise",
            Self::SenmlXml => "senml-xml",
            Self::SenmlJson => "senml-json",
            Self::Resolved => "resolved",
            Self::Json => "json",
            Self::Csv => "csv",
        };
        member(py, "Format", value)
    }
}

impl FromPython for ffi::Format {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(
            value,
            "Format",
            &[
                ("quoalise", Self::Quoalise),
                ("senml-xml", Self::SenmlXml),
                ("senml-json", Self::SenmlJson),
                ("resolved", Self::Resolved),
                ("json", Self::Json),
                ("csv", Self::Csv),
            ],
        )
    }
}

impl ToPython for ffi::NoteType {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        };
        member(py, "NoteType", value)
    }
}

impl FromPython for ffi::NoteType {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(value, "NoteType", &[("info", Self::Info), ("warn", Self::Warn), ("error", Self::Error)])
    }
}

impl ToPython for ffi::Security {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::StartTls => "start-tls",
            Self::DirectTls => "direct-tls",
            Self::NoneOnLoopback => "none-on-loopback",
            _ => return Err(unknown("Security")),
        };
        member(py, "Security", value)
    }
}

impl FromPython for ffi::Security {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(
            value,
            "Security",
            &[
                ("start-tls", Self::StartTls),
                ("direct-tls", Self::DirectTls),
                ("none-on-loopback", Self::NoneOnLoopback),
            ],
        )
    }
}

impl ToPython for ffi::Stamp {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::Start => "start",
            Self::End => "end",
        };
        member(py, "Stamp", value)
    }
}

impl FromPython for ffi::Stamp {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(value, "Stamp", &[("start", Self::Start), ("end", Self::End)])
    }
}

impl ToPython for ffi::Status {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::Executing => "executing",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
        };
        member(py, "Status", value)
    }
}

impl FromPython for ffi::Status {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(
            value,
            "Status",
            &[("executing", Self::Executing), ("completed", Self::Completed), ("canceled", Self::Canceled)],
        )
    }
}

impl ToPython for ffi::WhenFull {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let value = match self {
            Self::Wait => "wait",
            Self::DropOldest => "drop-oldest",
            _ => return Err(unknown("WhenFull")),
        };
        member(py, "WhenFull", value)
    }
}

impl FromPython for ffi::WhenFull {
    fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        from_name(value, "WhenFull", &[("wait", Self::Wait), ("drop-oldest", Self::DropOldest)])
    }
}

impl ToPython for ffi::Authorization {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [
            self.uri.to_python(py)?,
            self.state.to_python(py)?,
            self.name.to_python(py)?,
            self.provider.to_python(py)?,
        ];
        record(py, "Authorization", values)
    }
}

impl ToPython for ffi::CommandInfo {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [self.node.to_python(py)?, self.name.to_python(py)?];
        record(py, "CommandInfo", values)
    }
}

impl ToPython for ffi::ConnectionState {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [self.connection.to_python(py)?, self.error.to_python(py)?, self.since.to_python(py)?];
        record(py, "ConnectionState", values)
    }
}

impl ToPython for ffi::Consent {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [
            self.sender.to_python(py)?,
            self.id.to_python(py)?,
            self.sent.to_python(py)?,
            self.delayed.to_python(py)?,
            self.repeated.to_python(py)?,
            self.usage_points.to_python(py)?,
            self.state.to_python(py)?,
            self.request.to_python(py)?,
            self.body.to_python(py)?,
            self.other.to_python(py)?,
        ];
        record(py, "Consent", values)
    }
}

impl ToPython for ffi::Field {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [
            self.name.to_python(py)?,
            self.kind.to_python(py)?,
            self.label.to_python(py)?,
            self.description.to_python(py)?,
            self.required.to_python(py)?,
            self.values.to_python(py)?,
            self.options.to_python(py)?,
            self.validation.to_python(py)?,
        ];
        record(py, "Field", values)
    }
}

impl ToPython for ffi::FieldOption {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [self.label.to_python(py)?, self.value.to_python(py)?];
        record(py, "FieldOption", values)
    }
}

impl ToPython for ffi::Form {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values =
            [self.title.to_python(py)?, self.instructions.to_python(py)?, self.fields.to_python(py)?];
        record(py, "Form", values)
    }
}

impl ToPython for ffi::Interrupted {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [self.error.to_python(py)?];
        record(py, "Interrupted", values)
    }
}

impl ToPython for ffi::Malformed {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [self.sender.to_python(py)?, self.error.to_python(py)?];
        record(py, "Malformed", values)
    }
}

impl ToPython for ffi::NotSubscribed {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values =
            [self.provider.to_python(py)?, self.identifier.to_python(py)?, self.error.to_python(py)?];
        record(py, "NotSubscribed", values)
    }
}

impl ToPython for ffi::Note {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [self.kind.to_python(py)?, self.text.to_python(py)?];
        record(py, "Note", values)
    }
}

impl ToPython for ffi::Outcome {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [
            self.title.to_python(py)?,
            self.instructions.to_python(py)?,
            self.fields.to_python(py)?,
            self.tables.to_python(py)?,
            self.notes.to_python(py)?,
            self.data.to_python(py)?,
            self.other.to_python(py)?,
            self.unused.to_python(py)?,
        ];
        record(py, "Outcome", values)
    }
}

impl ToPython for ffi::Overflow {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [self.dropped.to_python(py)?];
        record(py, "Overflow", values)
    }
}

impl ToPython for ffi::Presence {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [self.sender.to_python(py)?, self.available.to_python(py)?];
        record(py, "Presence", values)
    }
}

impl ToPython for ffi::Push {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [
            self.sender.to_python(py)?,
            self.id.to_python(py)?,
            self.sent.to_python(py)?,
            self.delayed.to_python(py)?,
            self.repeated.to_python(py)?,
            self.data.to_python(py)?,
            self.body.to_python(py)?,
            self.other.to_python(py)?,
        ];
        record(py, "Push", values)
    }
}

impl ToPython for ffi::Resumed {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [];
        record(py, "Resumed", values)
    }
}

impl ToPython for ffi::Rights {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [self.get_history.to_python(py)?, self.subscribe.to_python(py)?];
        record(py, "Rights", values)
    }
}

impl ToPython for ffi::Series {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [
            self.identifier.to_python(py)?,
            self.title.to_python(py)?,
            self.measurement.to_python(py)?,
            self.first.to_python(py)?,
            self.last.to_python(py)?,
            self.rights.to_python(py)?,
        ];
        record(py, "Series", values)
    }
}

impl ToPython for ffi::Table {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [self.columns.to_python(py)?, self.rows.to_python(py)?];
        record(py, "Table", values)
    }
}

impl ToPython for ffi::Validation {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let values = [
            self.datatype.to_python(py)?,
            self.open.to_python(py)?,
            self.min.to_python(py)?,
            self.max.to_python(py)?,
            self.least.to_python(py)?,
            self.most.to_python(py)?,
        ];
        record(py, "Validation", values)
    }
}

impl ToPython for ffi::Event {
    fn to_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match self {
            Self::Push(member) => member.to_python(py),
            Self::Consent(member) => member.to_python(py),
            Self::Presence(member) => member.to_python(py),
            Self::Malformed(member) => member.to_python(py),
            Self::Overflow(member) => member.to_python(py),
            Self::Interrupted(member) => member.to_python(py),
            Self::Resumed(member) => member.to_python(py),
            Self::Hole(member) => member.to_python(py),
            Self::NotSubscribed(member) => member.to_python(py),
        }
    }
}

/// Adds all that is above.
pub fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Client>()?;
    module.add_class::<Execution>()?;
    module.add_class::<Listener>()?;
    module.add_class::<States>()?;
    module.add_class::<Hole>()?;
    module.add_function(wrap_pyfunction!(dumps, module)?)?;
    module.add_function(wrap_pyfunction!(loads, module)?)?;
    Ok(())
}
