// Written by `make bindings` from core/src/ffi and uniffi.toml.

use std::sync::Arc;

use quoalise::ffi;

use crate::handle;
use crate::operation::{Work, result};
use crate::wire::{Decode, Encode, Input, Output, Wrong, invalid};

/// What the Java classes have to be made from too.
pub const INTERFACE: &str = "221cd1da741d23eb";

/// What has to be waited for, by its number.
///
/// # Errors
/// Arguments that cannot be right.
pub fn work(call: i32, handle: i64, input: &mut Input<'_>) -> ffi::Result<Work> {
    Ok(match call {
        1 => {
            let account = input.argument("account")?;
            let password = input.argument("password")?;
            let options = ffi::ConnectOptions {
                address: input.argument("address")?,
                ca_file: input.argument("caFile")?,
                ca_pem: input.argument("caPem")?,
                timeout: input.argument("timeout")?,
                connect_timeout: input.argument("connectTimeout")?,
                priority: input.argument("priority")?,
                security: input.argument("security")?,
                allow_plain: input.argument("allowPlain")?,
                reconnect_first: input.argument("reconnectFirst")?,
                reconnect_longest: input.argument("reconnectLongest")?,
                dead_after: input.argument("deadAfter")?,
            };

            Work::new(ffi::Client::connect(account, password, options))
        }
        2 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;
            let name = input.argument("name")?;
            let options = ffi::AuthorizeOptions {
                description: input.argument("description")?,
                logo_url: input.argument("logoUrl")?,
                duration: input.argument("duration")?,
                redirect_uri: input.argument("redirectUri")?,
                state: input.argument("state")?,
                test_client: input.argument("testClient")?,
            };

            Work::new(async move { this.authorize_uri(provider, name, options).await })
        }
        3 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;

            Work::new(async move { this.availability(provider).await })
        }
        4 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;
            let node = input.argument("node")?;

            Work::new(async move { this.begin(provider, node).await })
        }
        5 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;

            Work::new(async move { this.close().await })
        }
        6 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;

            Work::new(async move { this.commands(provider).await })
        }
        7 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;
            let usage_point = input.argument("usagePoint")?;
            let direction = input.argument("direction")?;
            let start = input.argument("start")?;
            let end = input.argument("end")?;

            Work::new(async move { this.daily(provider, usage_point, direction, start, end).await })
        }
        9 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let hole: Arc<ffi::Hole> = input.argument("hole")?;
            let provider = input.argument("provider")?;
            let identifier = input.argument("identifier")?;

            Work::new(async move { this.fill(hole, provider, identifier).await })
        }
        10 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;
            let identifier = input.argument("identifier")?;
            let start = input.argument("start")?;
            let end = input.argument("end")?;

            Work::new(async move { this.get_history(provider, identifier, start, end).await })
        }
        12 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let options = ffi::ListenOptions {
                capacity: input.argument("capacity")?,
                when_full: input.argument("whenFull")?,
                journal: input.argument("journal")?,
            };

            Work::new(async move { this.listen(options).await })
        }
        13 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;
            let usage_point = input.argument("usagePoint")?;
            let direction = input.argument("direction")?;
            let start = input.argument("start")?;
            let end = input.argument("end")?;

            Work::new(async move { this.load_curve(provider, usage_point, direction, start, end).await })
        }
        14 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;
            let node = input.argument("node")?;
            let values = input.argument("values")?;

            Work::new(async move { this.run(provider, node, values).await })
        }
        15 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;
            let prefix = input.argument("prefix")?;

            Work::new(async move { this.series(provider, prefix).await })
        }
        18 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;
            let identifier = input.argument("identifier")?;

            Work::new(async move { this.subscribe(provider, identifier).await })
        }
        20 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;
            let identifier = input.argument("identifier")?;

            Work::new(async move { this.unsubscribe(provider, identifier).await })
        }
        22 => {
            let this: Arc<ffi::Execution> = handle::get(handle)?;

            Work::new(async move { this.cancel().await })
        }
        23 => {
            let this: Arc<ffi::Execution> = handle::get(handle)?;
            let values = input.argument("values")?;

            Work::new(async move { this.complete(values).await })
        }
        26 => {
            let this: Arc<ffi::Execution> = handle::get(handle)?;
            let values = input.argument("values")?;

            Work::new(async move { this.next(values).await })
        }
        28 => {
            let this: Arc<ffi::Execution> = handle::get(handle)?;

            Work::new(async move { this.outcome().await })
        }
        29 => {
            let this: Arc<ffi::Execution> = handle::get(handle)?;

            Work::new(async move { this.prev().await })
        }
        33 => {
            let this: Arc<ffi::Listener> = handle::get(handle)?;

            Work::new(async move { this.close().await })
        }
        34 => {
            let this: Arc<ffi::Listener> = handle::get(handle)?;

            Work::new(async move { this.wind_up().await })
        }
        35 => {
            let this: Arc<ffi::Listener> = handle::get(handle)?;
            let from = this.clone();
            Work::items(async move { this.ready().await }, move || from.take())
        }
        36 => {
            let this: Arc<ffi::States> = handle::get(handle)?;

            Work::new(async move { this.close().await })
        }
        37 => {
            let this: Arc<ffi::States> = handle::get(handle)?;
            let from = this.clone();
            Work::items(async move { this.ready().await }, move || from.take())
        }
        _ => return Err(invalid("there is no such call")),
    })
}

/// What need not be waited for, by its number; what comes of it is written into `out`.
///
/// # Errors
/// Arguments that cannot be right.
pub fn call(call: i32, handle: i64, input: &mut Input<'_>, out: &mut Output) -> ffi::Result<()> {
    match call {
        8 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;

            result(this.distrusted(), out);
        }
        11 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;

            result(this.jid(), out);
        }
        16 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;

            result(this.state(), out);
        }
        17 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;

            result(this.states(), out);
        }
        19 => {
            let this: Arc<ffi::Client> = handle::get(handle)?;
            let provider = input.argument("provider")?;

            result(this.trust(provider), out);
        }
        21 => {
            let this: Arc<ffi::Execution> = handle::get(handle)?;

            result(this.actions(), out);
        }
        24 => {
            let this: Arc<ffi::Execution> = handle::get(handle)?;

            result(this.default_action(), out);
        }
        25 => {
            let this: Arc<ffi::Execution> = handle::get(handle)?;

            result(this.form(), out);
        }
        27 => {
            let this: Arc<ffi::Execution> = handle::get(handle)?;

            result(this.notes(), out);
        }
        30 => {
            let this: Arc<ffi::Execution> = handle::get(handle)?;

            result(this.status(), out);
        }
        31 => {
            let this: Arc<ffi::Hole> = handle::get(handle)?;

            result(Ok(this.since()), out);
        }
        32 => {
            let this: Arc<ffi::Hole> = handle::get(handle)?;

            result(Ok(this.until()), out);
        }
        38 => {
            let data: Arc<ffi::Data> = input.argument("data")?;
            let format = input.argument("format")?;
            let options =
                ffi::DumpOptions { keep_gaps: input.argument("keepGaps")?, zone: input.argument("zone")? };

            result(ffi::dumps(&data, format, options), out);
        }
        39 => {
            let content = input.argument("content")?;
            let options = ffi::LoadOptions {
                format: input.argument("format")?,
                now: input.argument("now")?,
                strict: input.argument("strict")?,
                name: input.argument("name")?,
                unit: input.argument("unit")?,
                zone: input.argument("zone")?,
                stamps: input.argument("stamps")?,
                step: input.argument("step")?,
            };

            result(ffi::loads(content, options), out);
        }
        _ => return Err(invalid("there is no such call")),
    }
    Ok(())
}

impl Encode for Arc<ffi::Client> {
    fn encode(self, out: &mut Output) {
        out.hold(self);
    }
}

impl Encode for Arc<ffi::Execution> {
    fn encode(self, out: &mut Output) {
        out.hold(self);
    }
}

impl Encode for Arc<ffi::Hole> {
    fn encode(self, out: &mut Output) {
        out.hold(self);
    }
}

impl Encode for Arc<ffi::Listener> {
    fn encode(self, out: &mut Output) {
        out.hold(self);
    }
}

impl Encode for Arc<ffi::States> {
    fn encode(self, out: &mut Output) {
        out.hold(self);
    }
}

impl Encode for &ffi::Error {
    fn encode(self, out: &mut Output) {
        self.to_string().encode(out);
        self.code().encode(out);
        self.condition().encode(out);
        self.fitting_end().encode(out);
        self.fitting_start().encode(out);
        self.is_temporary().encode(out);
        self.issuer().encode(out);
        self.kind().encode(out);
        self.message().encode(out);
        self.operation().encode(out);
        self.remedy().encode(out);
        self.retry_after().encode(out);
        self.text().encode(out);
    }
}

impl Encode for ffi::Action {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::Execute => 0,
            Self::Next => 1,
            Self::Prev => 2,
            Self::Complete => 3,
            Self::Cancel => 4,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::Action {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::Execute,
            1 => Self::Next,
            2 => Self::Prev,
            3 => Self::Complete,
            4 => Self::Cancel,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::Availability {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::Online => 0,
            Self::Offline => 1,
            Self::Unreachable => 2,
            Self::NoAnswer => 3,
            _ => -1,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::Availability {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::Online,
            1 => Self::Offline,
            2 => Self::Unreachable,
            3 => Self::NoAnswer,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::Connection {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::Connecting => 0,
            Self::Online => 1,
            Self::Interrupted => 2,
            Self::Resumed => 3,
            Self::Reset => 4,
            Self::Closed => 5,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::Connection {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::Connecting,
            1 => Self::Online,
            2 => Self::Interrupted,
            3 => Self::Resumed,
            4 => Self::Reset,
            5 => Self::Closed,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::Direction {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::Consumption => 0,
            Self::Production => 1,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::Direction {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::Consumption,
            1 => Self::Production,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::ErrorKind {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::InvalidArgument => 0,
            Self::UnknownHost => 1,
            Self::Unreachable => 2,
            Self::ConnectTimeout => 3,
            Self::CertificateRefused => 4,
            Self::UnsuitableServer => 5,
            Self::LoginRefused => 6,
            Self::ConnectionLost => 7,
            Self::Replaced => 8,
            Self::NoAnswer => 9,
            Self::NotAuthorized => 10,
            Self::BadRequest => 11,
            Self::TooLarge => 12,
            Self::NoSuchCommand => 13,
            Self::ProviderOffline => 14,
            Self::ServerUnreachable => 15,
            Self::SessionExpired => 16,
            Self::CommandFailed => 17,
            Self::UpstreamError => 18,
            Self::LimitReached => 19,
            Self::MalformedAnswer => 20,
            Self::MalformedData => 21,
            Self::Closed => 22,
            Self::UsedAfterFork => 23,
            _ => -1,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::ErrorKind {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::InvalidArgument,
            1 => Self::UnknownHost,
            2 => Self::Unreachable,
            3 => Self::ConnectTimeout,
            4 => Self::CertificateRefused,
            5 => Self::UnsuitableServer,
            6 => Self::LoginRefused,
            7 => Self::ConnectionLost,
            8 => Self::Replaced,
            9 => Self::NoAnswer,
            10 => Self::NotAuthorized,
            11 => Self::BadRequest,
            12 => Self::TooLarge,
            13 => Self::NoSuchCommand,
            14 => Self::ProviderOffline,
            15 => Self::ServerUnreachable,
            16 => Self::SessionExpired,
            17 => Self::CommandFailed,
            18 => Self::UpstreamError,
            19 => Self::LimitReached,
            20 => Self::MalformedAnswer,
            21 => Self::MalformedData,
            22 => Self::Closed,
            23 => Self::UsedAfterFork,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::FieldType {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::Boolean => 0,
            Self::Fixed => 1,
            Self::Hidden => 2,
            Self::JidMulti => 3,
            Self::JidSingle => 4,
            Self::ListMulti => 5,
            Self::ListSingle => 6,
            Self::TextMulti => 7,
            Self::TextPrivate => 8,
            Self::TextSingle => 9,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::FieldType {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::Boolean,
            1 => Self::Fixed,
            2 => Self::Hidden,
            3 => Self::JidMulti,
            4 => Self::JidSingle,
            5 => Self::ListMulti,
            6 => Self::ListSingle,
            7 => Self::TextMulti,
            8 => Self::TextPrivate,
            9 => Self::TextSingle,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::Format {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::Quoalise => 0,
            Self::SenmlXml => 1,
            Self::SenmlJson => 2,
            Self::Resolved => 3,
            Self::Json => 4,
            Self::Csv => 5,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::Format {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::Quoalise,
            1 => Self::SenmlXml,
            2 => Self::SenmlJson,
            3 => Self::Resolved,
            4 => Self::Json,
            5 => Self::Csv,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::NoteType {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::Info => 0,
            Self::Warn => 1,
            Self::Error => 2,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::NoteType {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::Info,
            1 => Self::Warn,
            2 => Self::Error,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::Security {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::StartTls => 0,
            Self::DirectTls => 1,
            Self::NoneOnLoopback => 2,
            _ => -1,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::Security {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::StartTls,
            1 => Self::DirectTls,
            2 => Self::NoneOnLoopback,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::Stamp {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::Start => 0,
            Self::End => 1,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::Stamp {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::Start,
            1 => Self::End,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::Status {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::Executing => 0,
            Self::Completed => 1,
            Self::Canceled => 2,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::Status {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::Executing,
            1 => Self::Completed,
            2 => Self::Canceled,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::WhenFull {
    fn encode(self, out: &mut Output) {
        let place: i32 = match self {
            Self::Wait => 0,
            Self::DropOldest => 1,
            _ => -1,
        };
        out.extend_from_slice(&place.to_be_bytes());
    }
}

impl Decode for ffi::WhenFull {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(match input.place()? {
            0 => Self::Wait,
            1 => Self::DropOldest,
            _ => return Err(Wrong::Value("is none of its names")),
        })
    }
}

impl Encode for ffi::Authorization {
    fn encode(self, out: &mut Output) {
        self.uri.encode(out);
        self.state.encode(out);
        self.name.encode(out);
        self.provider.encode(out);
    }
}

impl Encode for ffi::CommandInfo {
    fn encode(self, out: &mut Output) {
        self.node.encode(out);
        self.name.encode(out);
    }
}

impl Encode for ffi::ConnectionState {
    fn encode(self, out: &mut Output) {
        self.connection.encode(out);
        self.error.encode(out);
        self.since.encode(out);
    }
}

impl Encode for ffi::Consent {
    fn encode(self, out: &mut Output) {
        self.sender.encode(out);
        self.id.encode(out);
        self.sent.encode(out);
        self.delayed.encode(out);
        self.repeated.encode(out);
        self.usage_points.encode(out);
        self.state.encode(out);
        self.request.encode(out);
        self.body.encode(out);
        self.other.encode(out);
    }
}

impl Encode for ffi::Field {
    fn encode(self, out: &mut Output) {
        self.name.encode(out);
        self.kind.encode(out);
        self.label.encode(out);
        self.description.encode(out);
        self.required.encode(out);
        self.values.encode(out);
        self.options.encode(out);
        self.validation.encode(out);
    }
}

impl Encode for ffi::FieldOption {
    fn encode(self, out: &mut Output) {
        self.label.encode(out);
        self.value.encode(out);
    }
}

impl Encode for ffi::Form {
    fn encode(self, out: &mut Output) {
        self.title.encode(out);
        self.instructions.encode(out);
        self.fields.encode(out);
    }
}

impl Encode for ffi::Interrupted {
    fn encode(self, out: &mut Output) {
        self.error.encode(out);
    }
}

impl Encode for ffi::Malformed {
    fn encode(self, out: &mut Output) {
        self.sender.encode(out);
        self.error.encode(out);
    }
}

impl Encode for ffi::Measurement {
    fn encode(self, out: &mut Output) {
        self.name.encode(out);
        self.direction.encode(out);
        self.quantity.encode(out);
        self.kind.encode(out);
        self.subtype.encode(out);
        self.unit.encode(out);
        self.aggregation.encode(out);
        self.sampling_interval.encode(out);
        self.corrected.encode(out);
        self.estimated.encode(out);
    }
}

impl Encode for ffi::NotSubscribed {
    fn encode(self, out: &mut Output) {
        self.provider.encode(out);
        self.identifier.encode(out);
        self.error.encode(out);
    }
}

impl Encode for ffi::Note {
    fn encode(self, out: &mut Output) {
        self.kind.encode(out);
        self.text.encode(out);
    }
}

impl Encode for ffi::Outcome {
    fn encode(self, out: &mut Output) {
        self.title.encode(out);
        self.instructions.encode(out);
        self.fields.encode(out);
        self.tables.encode(out);
        self.notes.encode(out);
        self.data.encode(out);
        self.other.encode(out);
        self.unused.encode(out);
    }
}

impl Encode for ffi::Overflow {
    fn encode(self, out: &mut Output) {
        self.dropped.encode(out);
    }
}

impl Encode for ffi::Presence {
    fn encode(self, out: &mut Output) {
        self.sender.encode(out);
        self.available.encode(out);
    }
}

impl Encode for ffi::Push {
    fn encode(self, out: &mut Output) {
        self.sender.encode(out);
        self.id.encode(out);
        self.sent.encode(out);
        self.delayed.encode(out);
        self.repeated.encode(out);
        self.data.encode(out);
        self.body.encode(out);
        self.other.encode(out);
    }
}

impl Encode for ffi::Resumed {
    fn encode(self, _out: &mut Output) {}
}

impl Encode for ffi::Rights {
    fn encode(self, out: &mut Output) {
        self.get_history.encode(out);
        self.subscribe.encode(out);
    }
}

impl Encode for ffi::Series {
    fn encode(self, out: &mut Output) {
        self.identifier.encode(out);
        self.title.encode(out);
        self.measurement.encode(out);
        self.first.encode(out);
        self.last.encode(out);
        self.rights.encode(out);
    }
}

impl Encode for ffi::Table {
    fn encode(self, out: &mut Output) {
        self.columns.encode(out);
        self.rows.encode(out);
    }
}

impl Encode for ffi::Validation {
    fn encode(self, out: &mut Output) {
        self.datatype.encode(out);
        self.open.encode(out);
        self.min.encode(out);
        self.max.encode(out);
        self.least.encode(out);
        self.most.encode(out);
    }
}

impl Encode for ffi::Event {
    fn encode(self, out: &mut Output) {
        match self {
            Self::Push(member) => {
                out.extend_from_slice(&0_i32.to_be_bytes());
                member.encode(out);
            }
            Self::Consent(member) => {
                out.extend_from_slice(&1_i32.to_be_bytes());
                member.encode(out);
            }
            Self::Presence(member) => {
                out.extend_from_slice(&2_i32.to_be_bytes());
                member.encode(out);
            }
            Self::Malformed(member) => {
                out.extend_from_slice(&3_i32.to_be_bytes());
                member.encode(out);
            }
            Self::Overflow(member) => {
                out.extend_from_slice(&4_i32.to_be_bytes());
                member.encode(out);
            }
            Self::Interrupted(member) => {
                out.extend_from_slice(&5_i32.to_be_bytes());
                member.encode(out);
            }
            Self::Resumed(member) => {
                out.extend_from_slice(&6_i32.to_be_bytes());
                member.encode(out);
            }
            Self::Hole(member) => {
                out.extend_from_slice(&7_i32.to_be_bytes());
                member.encode(out);
            }
            Self::NotSubscribed(member) => {
                out.extend_from_slice(&8_i32.to_be_bytes());
                member.encode(out);
            }
        }
    }
}
