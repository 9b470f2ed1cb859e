// Written by `make bindings` from core/src/ffi and uniffi.toml.

use std::ffi::CStr;
use std::sync::Arc;

use ext_php_rs::types::Zval;
use quoalise::ffi;

use crate::border::{case, case_name, function, make, record, state};
use crate::convert::{FromPhp, ToPhp, Wrong};
use crate::error::{Fault, Result};

/// The numbers of classes, which C knows them by.
#[allow(dead_code, reason = "not all are made by name")]
pub mod class {
    pub const ACTION: u32 = 0;
    pub const AVAILABILITY: u32 = 1;
    pub const CONNECTION: u32 = 2;
    pub const DIRECTION: u32 = 3;
    pub const ERROR_KIND: u32 = 4;
    pub const FIELD_TYPE: u32 = 5;
    pub const FORMAT: u32 = 6;
    pub const NOTE_TYPE: u32 = 7;
    pub const SECURITY: u32 = 8;
    pub const STAMP: u32 = 9;
    pub const STATUS: u32 = 10;
    pub const WHEN_FULL: u32 = 11;
    pub const READINGS: u32 = 12;
    pub const DATA: u32 = 13;
    pub const READING: u32 = 14;
    pub const GAP: u32 = 15;
    pub const METADATA: u32 = 16;
    pub const DEVICE_IDENTIFIER: u32 = 17;
    pub const PRICING: u32 = 18;
    pub const ITEMS: u32 = 19;
    pub const PENDING: u32 = 20;
    pub const AUTHORIZATION: u32 = 21;
    pub const COMMAND_INFO: u32 = 22;
    pub const CONNECTION_STATE: u32 = 23;
    pub const CONSENT: u32 = 24;
    pub const FIELD: u32 = 25;
    pub const FIELD_OPTION: u32 = 26;
    pub const FORM: u32 = 27;
    pub const INTERRUPTED: u32 = 28;
    pub const MALFORMED: u32 = 29;
    pub const MEASUREMENT: u32 = 30;
    pub const NOT_SUBSCRIBED: u32 = 31;
    pub const NOTE: u32 = 32;
    pub const OUTCOME: u32 = 33;
    pub const OVERFLOW: u32 = 34;
    pub const PRESENCE: u32 = 35;
    pub const PUSH: u32 = 36;
    pub const RESUMED: u32 = 37;
    pub const RIGHTS: u32 = 38;
    pub const SERIES: u32 = 39;
    pub const TABLE: u32 = 40;
    pub const VALIDATION: u32 = 41;
    pub const CLIENT: u32 = 42;
    pub const EXECUTION: u32 = 43;
    pub const HOLE: u32 = 44;
    pub const LISTENER: u32 = 45;
    pub const STATES: u32 = 46;
    pub const QUOALISE_EXCEPTION: u32 = 47;
    pub const CONNECTION_FAILED_EXCEPTION: u32 = 48;
    pub const SERVICE_UNAVAILABLE_EXCEPTION: u32 = 49;
    pub const INVALID_ARGUMENT_EXCEPTION: u32 = 50;
    pub const UNKNOWN_HOST_EXCEPTION: u32 = 51;
    pub const UNREACHABLE_EXCEPTION: u32 = 52;
    pub const CONNECT_TIMEOUT_EXCEPTION: u32 = 53;
    pub const CERTIFICATE_REFUSED_EXCEPTION: u32 = 54;
    pub const UNSUITABLE_SERVER_EXCEPTION: u32 = 55;
    pub const LOGIN_REFUSED_EXCEPTION: u32 = 56;
    pub const CONNECTION_LOST_EXCEPTION: u32 = 57;
    pub const REPLACED_EXCEPTION: u32 = 58;
    pub const NO_ANSWER_EXCEPTION: u32 = 59;
    pub const NOT_AUTHORIZED_EXCEPTION: u32 = 60;
    pub const BAD_REQUEST_EXCEPTION: u32 = 61;
    pub const PROVIDER_OFFLINE_EXCEPTION: u32 = 62;
    pub const SERVER_UNREACHABLE_EXCEPTION: u32 = 63;
    pub const SESSION_EXPIRED_EXCEPTION: u32 = 64;
    pub const COMMAND_FAILED_EXCEPTION: u32 = 65;
    pub const UPSTREAM_ERROR_EXCEPTION: u32 = 66;
    pub const LIMIT_REACHED_EXCEPTION: u32 = 67;
    pub const MALFORMED_ANSWER_EXCEPTION: u32 = 68;
    pub const MALFORMED_DATA_EXCEPTION: u32 = 69;
    pub const CLOSED_EXCEPTION: u32 = 70;
    pub const USED_AFTER_FORK_EXCEPTION: u32 = 71;
    pub const TOO_LARGE_EXCEPTION: u32 = 72;
    pub const NO_SUCH_COMMAND_EXCEPTION: u32 = 73;
}

/// What native objects hold.
pub trait Native: Send + Sync + 'static {
    /// The number of their class.
    const CLASS: u32;
}

/// The class of all errors.
pub const BASE: u32 = class::QUOALISE_EXCEPTION;

function!(quoalise_Client_connect, |call| {
    let given = call.options(&[
        "account",
        "password",
        "address",
        "caFile",
        "caPem",
        "timeout",
        "connectTimeout",
        "priority",
        "security",
        "allowPlain",
        "reconnectFirst",
        "reconnectLongest",
        "deadAfter",
        "persistent",
    ])?;
    let account = given.required("account", c"string")?;
    let password = given.required("password", c"string")?;
    let options = ffi::ConnectOptions {
        address: given.or("address", c"?string", None)?,
        ca_file: given.or("caFile", c"?string", None)?,
        ca_pem: given.or("caPem", c"?string", None)?,
        timeout: given.or("timeout", c"?float", None)?,
        connect_timeout: given.or("connectTimeout", c"?float", None)?,
        priority: given.or("priority", c"?int", None)?,
        security: given.or("security", c"?Quoalise\\Security", None)?,
        allow_plain: given.or("allowPlain", c"bool", false)?,
        reconnect_first: given.or("reconnectFirst", c"?float", None)?,
        reconnect_longest: given.or("reconnectLongest", c"?float", None)?,
        dead_after: given.or("deadAfter", c"?float", None)?,
    };

    crate::sessions::connect(call, &given, account, password, options)
});

function!(quoalise_Client_authorizeUri, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let name = call.argument(1, c"string")?;
    let options = ffi::AuthorizeOptions {
        description: call.or(2, c"string", "".to_owned())?,
        logo_url: call.or(3, c"?string", None)?,
        duration: call.or(4, c"?string", None)?,
        redirect_uri: call.or(5, c"?string", None)?,
        state: call.or(6, c"?string", None)?,
        test_client: call.or(7, c"?int", None)?,
    };

    call.wait(async move { this.authorize_uri(provider, name, options).await })
});

function!(quoalise_Client_availability, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;

    call.wait(async move { this.availability(provider).await })
});

function!(quoalise_Client_begin, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let node = call.argument(1, c"string")?;

    call.wait(async move { this.begin(provider, node).await })
});

function!(quoalise_Client_close, |call| {
    let this = call.this::<ffi::Client>()?;

    call.wait(async move { this.close().await })
});

function!(quoalise_Client_commands, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;

    call.wait(async move { this.commands(provider).await })
});

function!(quoalise_Client_daily, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let usage_point = call.argument(1, c"string")?;
    let direction = call.argument(2, c"Quoalise\\Direction")?;
    let start = call.argument(3, c"DateTimeInterface|string")?;
    let end = call.argument(4, c"DateTimeInterface|string")?;

    call.wait(async move { this.daily(provider, usage_point, direction, start, end).await })
});

function!(quoalise_Client_distrusted, |call| {
    let this = call.this::<ffi::Client>()?;

    this.distrusted()?.to_php()
});

function!(quoalise_Client_fill, |call| {
    let this = call.this::<ffi::Client>()?;
    let hole: Arc<ffi::Hole> = call.argument(0, c"Quoalise\\Hole")?;
    let provider = call.argument(1, c"string")?;
    let identifier = call.argument(2, c"string")?;

    call.wait(async move { this.fill(hole, provider, identifier).await })
});

function!(quoalise_Client_getHistory, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let identifier = call.argument(1, c"string")?;
    let start = call.or(2, c"?DateTimeInterface", None)?;
    let end = call.or(3, c"?DateTimeInterface", None)?;

    call.wait(async move { this.get_history(provider, identifier, start, end).await })
});

function!(quoalise_Client_jid, |call| {
    let this = call.this::<ffi::Client>()?;

    this.jid()?.to_php()
});

function!(quoalise_Client_listen, |call| {
    let this = call.this::<ffi::Client>()?;
    let options = ffi::ListenOptions {
        capacity: call.or(0, c"?int", None)?,
        when_full: call.or(1, c"?Quoalise\\WhenFull", None)?,
        journal: call.or(2, c"?string", None)?,
    };

    call.wait(async move { this.listen(options).await })
});

function!(quoalise_Client_loadCurve, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let usage_point = call.argument(1, c"string")?;
    let direction = call.argument(2, c"Quoalise\\Direction")?;
    let start = call.argument(3, c"DateTimeInterface|string")?;
    let end = call.argument(4, c"DateTimeInterface|string")?;

    call.wait(async move { this.load_curve(provider, usage_point, direction, start, end).await })
});

function!(quoalise_Client_run, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let node = call.argument(1, c"string")?;
    let values = call.or(2, c"?array", None)?;

    call.wait(async move { this.run(provider, node, values).await })
});

function!(quoalise_Client_series, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let prefix = call.or(1, c"?string", None)?;

    call.wait(async move { this.series(provider, prefix).await })
});

function!(quoalise_Client_state, |call| {
    let this = call.this::<ffi::Client>()?;

    this.state()?.to_php()
});

function!(quoalise_Client_states, |call| {
    let this = call.this::<ffi::Client>()?;

    this.states()?.to_php()
});

function!(quoalise_Client_subscribe, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let identifier = call.argument(1, c"string")?;

    call.wait(async move { this.subscribe(provider, identifier).await })
});

function!(quoalise_Client_trust, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;

    this.trust(provider)?.to_php()
});

function!(quoalise_Client_unsubscribe, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let identifier = call.argument(1, c"string")?;

    call.wait(async move { this.unsubscribe(provider, identifier).await })
});

function!(quoalise_Client_availabilityAsync, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;

    crate::pending::begin(async move { this.availability(provider).await })
});

function!(quoalise_Client_commandsAsync, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;

    crate::pending::begin(async move { this.commands(provider).await })
});

function!(quoalise_Client_dailyAsync, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let usage_point = call.argument(1, c"string")?;
    let direction = call.argument(2, c"Quoalise\\Direction")?;
    let start = call.argument(3, c"DateTimeInterface|string")?;
    let end = call.argument(4, c"DateTimeInterface|string")?;

    crate::pending::begin(async move { this.daily(provider, usage_point, direction, start, end).await })
});

function!(quoalise_Client_fillAsync, |call| {
    let this = call.this::<ffi::Client>()?;
    let hole: Arc<ffi::Hole> = call.argument(0, c"Quoalise\\Hole")?;
    let provider = call.argument(1, c"string")?;
    let identifier = call.argument(2, c"string")?;

    crate::pending::begin(async move { this.fill(hole, provider, identifier).await })
});

function!(quoalise_Client_getHistoryAsync, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let identifier = call.argument(1, c"string")?;
    let start = call.or(2, c"?DateTimeInterface", None)?;
    let end = call.or(3, c"?DateTimeInterface", None)?;

    crate::pending::begin(async move { this.get_history(provider, identifier, start, end).await })
});

function!(quoalise_Client_loadCurveAsync, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let usage_point = call.argument(1, c"string")?;
    let direction = call.argument(2, c"Quoalise\\Direction")?;
    let start = call.argument(3, c"DateTimeInterface|string")?;
    let end = call.argument(4, c"DateTimeInterface|string")?;

    crate::pending::begin(async move { this.load_curve(provider, usage_point, direction, start, end).await })
});

function!(quoalise_Client_runAsync, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let node = call.argument(1, c"string")?;
    let values = call.or(2, c"?array", None)?;

    crate::pending::begin(async move { this.run(provider, node, values).await })
});

function!(quoalise_Client_seriesAsync, |call| {
    let this = call.this::<ffi::Client>()?;
    let provider = call.argument(0, c"string")?;
    let prefix = call.or(1, c"?string", None)?;

    crate::pending::begin(async move { this.series(provider, prefix).await })
});

impl Native for ffi::Client {
    const CLASS: u32 = class::CLIENT;
}

impl ToPhp for Arc<ffi::Client> {
    fn to_php(self) -> Result<Zval> {
        make(class::CLIENT, self)
    }
}

impl FromPhp for Arc<ffi::Client> {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        state(value, class::CLIENT).cloned().ok_or(Wrong::Type)
    }
}

function!(quoalise_Execution_actions, |call| {
    let this = call.this::<ffi::Execution>()?;

    this.actions()?.to_php()
});

function!(quoalise_Execution_cancel, |call| {
    let this = call.this::<ffi::Execution>()?;

    call.wait(async move { this.cancel().await })
});

function!(quoalise_Execution_complete, |call| {
    let this = call.this::<ffi::Execution>()?;
    let values = call.or(0, c"?array", None)?;

    call.wait(async move { this.complete(values).await })
});

function!(quoalise_Execution_defaultAction, |call| {
    let this = call.this::<ffi::Execution>()?;

    this.default_action()?.to_php()
});

function!(quoalise_Execution_form, |call| {
    let this = call.this::<ffi::Execution>()?;

    this.form()?.to_php()
});

function!(quoalise_Execution_next, |call| {
    let this = call.this::<ffi::Execution>()?;
    let values = call.or(0, c"?array", None)?;

    call.wait(async move { this.next(values).await })
});

function!(quoalise_Execution_notes, |call| {
    let this = call.this::<ffi::Execution>()?;

    this.notes()?.to_php()
});

function!(quoalise_Execution_outcome, |call| {
    let this = call.this::<ffi::Execution>()?;

    call.wait(async move { this.outcome().await })
});

function!(quoalise_Execution_prev, |call| {
    let this = call.this::<ffi::Execution>()?;

    call.wait(async move { this.prev().await })
});

function!(quoalise_Execution_status, |call| {
    let this = call.this::<ffi::Execution>()?;

    this.status()?.to_php()
});

impl Native for ffi::Execution {
    const CLASS: u32 = class::EXECUTION;
}

impl ToPhp for Arc<ffi::Execution> {
    fn to_php(self) -> Result<Zval> {
        make(class::EXECUTION, self)
    }
}

impl FromPhp for Arc<ffi::Execution> {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        state(value, class::EXECUTION).cloned().ok_or(Wrong::Type)
    }
}

function!(quoalise_Hole_since, |call| {
    let this = call.this::<ffi::Hole>()?;

    this.since().to_php()
});

function!(quoalise_Hole_until, |call| {
    let this = call.this::<ffi::Hole>()?;

    this.until().to_php()
});

impl Native for ffi::Hole {
    const CLASS: u32 = class::HOLE;
}

impl ToPhp for Arc<ffi::Hole> {
    fn to_php(self) -> Result<Zval> {
        make(class::HOLE, self)
    }
}

impl FromPhp for Arc<ffi::Hole> {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        state(value, class::HOLE).cloned().ok_or(Wrong::Type)
    }
}

function!(quoalise_Listener_close, |call| {
    let this = call.this::<ffi::Listener>()?;

    call.wait(async move { this.close().await })
});

function!(quoalise_Listener_finish, |call| {
    let this = call.this::<ffi::Listener>()?;

    call.wait_and_take(async move { this.wind_up().await })
});

function!(quoalise_Listener_next, |call| {
    let this = call.this::<ffi::Listener>()?;

    let timeout = call.or(0, c"?float", None)?;
    crate::items::next(&*this, timeout)?.to_php()
});

function!(quoalise_Listener_getIterator, |call| {
    let this = call.this::<ffi::Listener>()?;
    let timeout = call.or(0, c"?float", None)?;

    crate::items::items(this, timeout)
});

impl Native for ffi::Listener {
    const CLASS: u32 = class::LISTENER;
}

impl ToPhp for Arc<ffi::Listener> {
    fn to_php(self) -> Result<Zval> {
        make(class::LISTENER, self)
    }
}

impl FromPhp for Arc<ffi::Listener> {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        state(value, class::LISTENER).cloned().ok_or(Wrong::Type)
    }
}

function!(quoalise_States_close, |call| {
    let this = call.this::<ffi::States>()?;

    call.wait(async move { this.close().await })
});

function!(quoalise_States_next, |call| {
    let this = call.this::<ffi::States>()?;

    let timeout = call.or(0, c"?float", None)?;
    crate::items::next(&*this, timeout)?.to_php()
});

function!(quoalise_States_getIterator, |call| {
    let this = call.this::<ffi::States>()?;
    let timeout = call.or(0, c"?float", None)?;

    crate::items::items(this, timeout)
});

impl Native for ffi::States {
    const CLASS: u32 = class::STATES;
}

impl ToPhp for Arc<ffi::States> {
    fn to_php(self) -> Result<Zval> {
        make(class::STATES, self)
    }
}

impl FromPhp for Arc<ffi::States> {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        state(value, class::STATES).cloned().ok_or(Wrong::Type)
    }
}

function!(quoalise_dumps, |call| {
    let data: Arc<ffi::Data> = call.argument(0, c"Quoalise\\Data")?;
    let format = call.argument(1, c"Quoalise\\Format")?;
    let options = ffi::DumpOptions {
        keep_gaps: call.or(2, c"bool", false)?,
        zone: call.or(3, c"DateTimeZone|string|null", None)?,
    };

    ffi::dumps(&data, format, options)?.to_php()
});

function!(quoalise_loads, |call| {
    let content = call.argument(0, c"string")?;
    let options = ffi::LoadOptions {
        format: call.or(1, c"?Quoalise\\Format", None)?,
        now: call.or(2, c"?DateTimeInterface", None)?,
        strict: call.or(3, c"bool", false)?,
        name: call.or(4, c"?string", None)?,
        unit: call.or(5, c"?string", None)?,
        zone: call.or(6, c"DateTimeZone|string|null", None)?,
        stamps: call.or(7, c"?Quoalise\\Stamp", None)?,
        step: call.or(8, c"?float", None)?,
    };

    ffi::loads(content, options)?.to_php()
});

impl ToPhp for ffi::Action {
    fn to_php(self) -> Result<Zval> {
        case(
            class::ACTION,
            match self {
                Self::Execute => c"Execute",
                Self::Next => c"Next",
                Self::Prev => c"Prev",
                Self::Complete => c"Complete",
                Self::Cancel => c"Cancel",
            },
        )
    }
}

impl FromPhp for ffi::Action {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::ACTION).ok_or(Wrong::Type)? {
            "Execute" => Self::Execute,
            "Next" => Self::Next,
            "Prev" => Self::Prev,
            "Complete" => Self::Complete,
            "Cancel" => Self::Cancel,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::Availability {
    fn to_php(self) -> Result<Zval> {
        case(
            class::AVAILABILITY,
            match self {
                Self::Online => c"Online",
                Self::Offline => c"Offline",
                Self::Unreachable => c"Unreachable",
                Self::NoAnswer => c"NoAnswer",
                _ => return Err(Fault::unknown("Availability")),
            },
        )
    }
}

impl FromPhp for ffi::Availability {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::AVAILABILITY).ok_or(Wrong::Type)? {
            "Online" => Self::Online,
            "Offline" => Self::Offline,
            "Unreachable" => Self::Unreachable,
            "NoAnswer" => Self::NoAnswer,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::Connection {
    fn to_php(self) -> Result<Zval> {
        case(
            class::CONNECTION,
            match self {
                Self::Connecting => c"Connecting",
                Self::Online => c"Online",
                Self::Interrupted => c"Interrupted",
                Self::Resumed => c"Resumed",
                Self::Reset => c"Reset",
                Self::Closed => c"Closed",
            },
        )
    }
}

impl FromPhp for ffi::Connection {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::CONNECTION).ok_or(Wrong::Type)? {
            "Connecting" => Self::Connecting,
            "Online" => Self::Online,
            "Interrupted" => Self::Interrupted,
            "Resumed" => Self::Resumed,
            "Reset" => Self::Reset,
            "Closed" => Self::Closed,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::Direction {
    fn to_php(self) -> Result<Zval> {
        case(
            class::DIRECTION,
            match self {
                Self::Consumption => c"Consumption",
                Self::Production => c"Production",
            },
        )
    }
}

impl FromPhp for ffi::Direction {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::DIRECTION).ok_or(Wrong::Type)? {
            "Consumption" => Self::Consumption,
            "Production" => Self::Production,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::ErrorKind {
    fn to_php(self) -> Result<Zval> {
        case(
            class::ERROR_KIND,
            match self {
                Self::InvalidArgument => c"InvalidArgument",
                Self::UnknownHost => c"UnknownHost",
                Self::Unreachable => c"Unreachable",
                Self::ConnectTimeout => c"ConnectTimeout",
                Self::CertificateRefused => c"CertificateRefused",
                Self::UnsuitableServer => c"UnsuitableServer",
                Self::LoginRefused => c"LoginRefused",
                Self::ConnectionLost => c"ConnectionLost",
                Self::Replaced => c"Replaced",
                Self::NoAnswer => c"NoAnswer",
                Self::NotAuthorized => c"NotAuthorized",
                Self::BadRequest => c"BadRequest",
                Self::TooLarge => c"TooLarge",
                Self::NoSuchCommand => c"NoSuchCommand",
                Self::ProviderOffline => c"ProviderOffline",
                Self::ServerUnreachable => c"ServerUnreachable",
                Self::SessionExpired => c"SessionExpired",
                Self::CommandFailed => c"CommandFailed",
                Self::UpstreamError => c"UpstreamError",
                Self::LimitReached => c"LimitReached",
                Self::MalformedAnswer => c"MalformedAnswer",
                Self::MalformedData => c"MalformedData",
                Self::Closed => c"Closed",
                Self::UsedAfterFork => c"UsedAfterFork",
                _ => return Err(Fault::unknown("ErrorKind")),
            },
        )
    }
}

impl ToPhp for ffi::FieldType {
    fn to_php(self) -> Result<Zval> {
        case(
            class::FIELD_TYPE,
            match self {
                Self::Boolean => c"Boolean",
                Self::Fixed => c"Fixed",
                Self::Hidden => c"Hidden",
                Self::JidMulti => c"JidMulti",
                Self::JidSingle => c"JidSingle",
                Self::ListMulti => c"ListMulti",
                Self::ListSingle => c"ListSingle",
                Self::TextMulti => c"TextMulti",
                Self::TextPrivate => c"TextPrivate",
                Self::TextSingle => c"TextSingle",
            },
        )
    }
}

impl FromPhp for ffi::FieldType {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::FIELD_TYPE).ok_or(Wrong::Type)? {
            "Boolean" => Self::Boolean,
            "Fixed" => Self::Fixed,
            "Hidden" => Self::Hidden,
            "JidMulti" => Self::JidMulti,
            "JidSingle" => Self::JidSingle,
            "ListMulti" => Self::ListMulti,
            "ListSingle" => Self::ListSingle,
            "TextMulti" => Self::TextMulti,
            "TextPrivate" => Self::TextPrivate,
            "TextSingle" => Self::TextSingle,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::Format {
    fn to_php(self) -> Result<Zval> {
        case(
            class::FORMAT,
            match self {
                Self::Quoalise => c"Quoalise",
                Self::SenmlXml => c"SenmlXml",
                Self::SenmlJson => c"SenmlJson",
                Self::Resolved => c"Resolved",
                Self::Json => c"Json",
                Self::Csv => c"Csv",
            },
        )
    }
}

impl FromPhp for ffi::Format {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::FORMAT).ok_or(Wrong::Type)? {
            "Quoalise" => Self::Quoalise,
            "SenmlXml" => Self::SenmlXml,
            "SenmlJson" => Self::SenmlJson,
            "Resolved" => Self::Resolved,
            "Json" => Self::Json,
            "Csv" => Self::Csv,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::NoteType {
    fn to_php(self) -> Result<Zval> {
        case(
            class::NOTE_TYPE,
            match self {
                Self::Info => c"Info",
                Self::Warn => c"Warn",
                Self::Error => c"Error",
            },
        )
    }
}

impl FromPhp for ffi::NoteType {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::NOTE_TYPE).ok_or(Wrong::Type)? {
            "Info" => Self::Info,
            "Warn" => Self::Warn,
            "Error" => Self::Error,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::Security {
    fn to_php(self) -> Result<Zval> {
        case(
            class::SECURITY,
            match self {
                Self::StartTls => c"StartTls",
                Self::DirectTls => c"DirectTls",
                Self::NoneOnLoopback => c"NoneOnLoopback",
                _ => return Err(Fault::unknown("Security")),
            },
        )
    }
}

impl FromPhp for ffi::Security {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::SECURITY).ok_or(Wrong::Type)? {
            "StartTls" => Self::StartTls,
            "DirectTls" => Self::DirectTls,
            "NoneOnLoopback" => Self::NoneOnLoopback,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::Stamp {
    fn to_php(self) -> Result<Zval> {
        case(
            class::STAMP,
            match self {
                Self::Start => c"Start",
                Self::End => c"End",
            },
        )
    }
}

impl FromPhp for ffi::Stamp {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::STAMP).ok_or(Wrong::Type)? {
            "Start" => Self::Start,
            "End" => Self::End,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::Status {
    fn to_php(self) -> Result<Zval> {
        case(
            class::STATUS,
            match self {
                Self::Executing => c"Executing",
                Self::Completed => c"Completed",
                Self::Canceled => c"Canceled",
            },
        )
    }
}

impl FromPhp for ffi::Status {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::STATUS).ok_or(Wrong::Type)? {
            "Executing" => Self::Executing,
            "Completed" => Self::Completed,
            "Canceled" => Self::Canceled,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::WhenFull {
    fn to_php(self) -> Result<Zval> {
        case(
            class::WHEN_FULL,
            match self {
                Self::Wait => c"Wait",
                Self::DropOldest => c"DropOldest",
                _ => return Err(Fault::unknown("WhenFull")),
            },
        )
    }
}

impl FromPhp for ffi::WhenFull {
    fn from_php(value: &Zval) -> Result<Self, Wrong> {
        Ok(match case_name(value, class::WHEN_FULL).ok_or(Wrong::Type)? {
            "Wait" => Self::Wait,
            "DropOldest" => Self::DropOldest,
            _ => return Err(Wrong::Type),
        })
    }
}

impl ToPhp for ffi::Authorization {
    fn to_php(self) -> Result<Zval> {
        record(
            class::AUTHORIZATION,
            [self.uri.to_php()?, self.state.to_php()?, self.name.to_php()?, self.provider.to_php()?],
        )
    }
}

impl ToPhp for ffi::CommandInfo {
    fn to_php(self) -> Result<Zval> {
        record(class::COMMAND_INFO, [self.node.to_php()?, self.name.to_php()?])
    }
}

impl ToPhp for ffi::ConnectionState {
    fn to_php(self) -> Result<Zval> {
        record(
            class::CONNECTION_STATE,
            [self.connection.to_php()?, self.error.to_php()?, self.since.to_php()?],
        )
    }
}

impl ToPhp for ffi::Consent {
    fn to_php(self) -> Result<Zval> {
        record(
            class::CONSENT,
            [
                self.sender.to_php()?,
                self.id.to_php()?,
                self.sent.to_php()?,
                self.delayed.to_php()?,
                self.repeated.to_php()?,
                self.usage_points.to_php()?,
                self.state.to_php()?,
                self.request.to_php()?,
                self.body.to_php()?,
                self.other.to_php()?,
            ],
        )
    }
}

impl ToPhp for ffi::Field {
    fn to_php(self) -> Result<Zval> {
        record(
            class::FIELD,
            [
                self.name.to_php()?,
                self.kind.to_php()?,
                self.label.to_php()?,
                self.description.to_php()?,
                self.required.to_php()?,
                self.values.to_php()?,
                self.options.to_php()?,
                self.validation.to_php()?,
            ],
        )
    }
}

impl ToPhp for ffi::FieldOption {
    fn to_php(self) -> Result<Zval> {
        record(class::FIELD_OPTION, [self.label.to_php()?, self.value.to_php()?])
    }
}

impl ToPhp for ffi::Form {
    fn to_php(self) -> Result<Zval> {
        record(class::FORM, [self.title.to_php()?, self.instructions.to_php()?, self.fields.to_php()?])
    }
}

impl ToPhp for ffi::Interrupted {
    fn to_php(self) -> Result<Zval> {
        record(class::INTERRUPTED, [self.error.to_php()?])
    }
}

impl ToPhp for ffi::Malformed {
    fn to_php(self) -> Result<Zval> {
        record(class::MALFORMED, [self.sender.to_php()?, self.error.to_php()?])
    }
}

impl ToPhp for ffi::Measurement {
    fn to_php(self) -> Result<Zval> {
        record(
            class::MEASUREMENT,
            [
                self.name.to_php()?,
                self.direction.to_php()?,
                self.quantity.to_php()?,
                self.kind.to_php()?,
                self.subtype.to_php()?,
                self.unit.to_php()?,
                self.aggregation.to_php()?,
                self.sampling_interval.to_php()?,
                self.corrected.to_php()?,
                self.estimated.to_php()?,
            ],
        )
    }
}

impl ToPhp for ffi::NotSubscribed {
    fn to_php(self) -> Result<Zval> {
        record(
            class::NOT_SUBSCRIBED,
            [self.provider.to_php()?, self.identifier.to_php()?, self.error.to_php()?],
        )
    }
}

impl ToPhp for ffi::Note {
    fn to_php(self) -> Result<Zval> {
        record(class::NOTE, [self.kind.to_php()?, self.text.to_php()?])
    }
}

impl ToPhp for ffi::Outcome {
    fn to_php(self) -> Result<Zval> {
        record(
            class::OUTCOME,
            [
                self.title.to_php()?,
                self.instructions.to_php()?,
                self.fields.to_php()?,
                self.tables.to_php()?,
                self.notes.to_php()?,
                self.data.to_php()?,
                self.other.to_php()?,
                self.unused.to_php()?,
            ],
        )
    }
}

impl ToPhp for ffi::Overflow {
    fn to_php(self) -> Result<Zval> {
        record(class::OVERFLOW, [self.dropped.to_php()?])
    }
}

impl ToPhp for ffi::Presence {
    fn to_php(self) -> Result<Zval> {
        record(class::PRESENCE, [self.sender.to_php()?, self.available.to_php()?])
    }
}

impl ToPhp for ffi::Push {
    fn to_php(self) -> Result<Zval> {
        record(
            class::PUSH,
            [
                self.sender.to_php()?,
                self.id.to_php()?,
                self.sent.to_php()?,
                self.delayed.to_php()?,
                self.repeated.to_php()?,
                self.data.to_php()?,
                self.body.to_php()?,
                self.other.to_php()?,
            ],
        )
    }
}

impl ToPhp for ffi::Resumed {
    fn to_php(self) -> Result<Zval> {
        record(class::RESUMED, [])
    }
}

impl ToPhp for ffi::Rights {
    fn to_php(self) -> Result<Zval> {
        record(class::RIGHTS, [self.get_history.to_php()?, self.subscribe.to_php()?])
    }
}

impl ToPhp for ffi::Series {
    fn to_php(self) -> Result<Zval> {
        record(
            class::SERIES,
            [
                self.identifier.to_php()?,
                self.title.to_php()?,
                self.measurement.to_php()?,
                self.first.to_php()?,
                self.last.to_php()?,
                self.rights.to_php()?,
            ],
        )
    }
}

impl ToPhp for ffi::Table {
    fn to_php(self) -> Result<Zval> {
        record(class::TABLE, [self.columns.to_php()?, self.rows.to_php()?])
    }
}

impl ToPhp for ffi::Validation {
    fn to_php(self) -> Result<Zval> {
        record(
            class::VALIDATION,
            [
                self.datatype.to_php()?,
                self.open.to_php()?,
                self.min.to_php()?,
                self.max.to_php()?,
                self.least.to_php()?,
                self.most.to_php()?,
            ],
        )
    }
}

impl ToPhp for ffi::Event {
    fn to_php(self) -> Result<Zval> {
        match self {
            Self::Push(member) => member.to_php(),
            Self::Consent(member) => member.to_php(),
            Self::Presence(member) => member.to_php(),
            Self::Malformed(member) => member.to_php(),
            Self::Overflow(member) => member.to_php(),
            Self::Interrupted(member) => member.to_php(),
            Self::Resumed(member) => member.to_php(),
            Self::Hole(member) => member.to_php(),
            Self::NotSubscribed(member) => member.to_php(),
        }
    }
}

/// The class of an error.
pub fn class_of(kind: ffi::ErrorKind) -> u32 {
    match kind {
        ffi::ErrorKind::InvalidArgument => class::INVALID_ARGUMENT_EXCEPTION,
        ffi::ErrorKind::UnknownHost => class::UNKNOWN_HOST_EXCEPTION,
        ffi::ErrorKind::Unreachable => class::UNREACHABLE_EXCEPTION,
        ffi::ErrorKind::ConnectTimeout => class::CONNECT_TIMEOUT_EXCEPTION,
        ffi::ErrorKind::CertificateRefused => class::CERTIFICATE_REFUSED_EXCEPTION,
        ffi::ErrorKind::UnsuitableServer => class::UNSUITABLE_SERVER_EXCEPTION,
        ffi::ErrorKind::LoginRefused => class::LOGIN_REFUSED_EXCEPTION,
        ffi::ErrorKind::ConnectionLost => class::CONNECTION_LOST_EXCEPTION,
        ffi::ErrorKind::Replaced => class::REPLACED_EXCEPTION,
        ffi::ErrorKind::NoAnswer => class::NO_ANSWER_EXCEPTION,
        ffi::ErrorKind::NotAuthorized => class::NOT_AUTHORIZED_EXCEPTION,
        ffi::ErrorKind::BadRequest => class::BAD_REQUEST_EXCEPTION,
        ffi::ErrorKind::ProviderOffline => class::PROVIDER_OFFLINE_EXCEPTION,
        ffi::ErrorKind::ServerUnreachable => class::SERVER_UNREACHABLE_EXCEPTION,
        ffi::ErrorKind::SessionExpired => class::SESSION_EXPIRED_EXCEPTION,
        ffi::ErrorKind::CommandFailed => class::COMMAND_FAILED_EXCEPTION,
        ffi::ErrorKind::UpstreamError => class::UPSTREAM_ERROR_EXCEPTION,
        ffi::ErrorKind::LimitReached => class::LIMIT_REACHED_EXCEPTION,
        ffi::ErrorKind::MalformedAnswer => class::MALFORMED_ANSWER_EXCEPTION,
        ffi::ErrorKind::MalformedData => class::MALFORMED_DATA_EXCEPTION,
        ffi::ErrorKind::Closed => class::CLOSED_EXCEPTION,
        ffi::ErrorKind::UsedAfterFork => class::USED_AFTER_FORK_EXCEPTION,
        ffi::ErrorKind::TooLarge => class::TOO_LARGE_EXCEPTION,
        ffi::ErrorKind::NoSuchCommand => class::NO_SUCH_COMMAND_EXCEPTION,
        _ => BASE,
    }
}

/// The properties of an exception.
pub fn fields_of(error: &ffi::Error) -> Result<[(&'static CStr, Zval); 12]> {
    Ok([
        (c"upstreamCode", error.code().to_php()?),
        (c"condition", error.condition().to_php()?),
        (c"fittingEnd", error.fitting_end().to_php()?),
        (c"fittingStart", error.fitting_start().to_php()?),
        (c"isTemporary", error.is_temporary().to_php()?),
        (c"issuer", error.issuer().to_php()?),
        (c"kind", error.kind().to_php()?),
        (c"reason", error.message().to_php()?),
        (c"operation", error.operation().to_php()?),
        (c"remedy", error.remedy().to_php()?),
        (c"retryAfter", error.retry_after().to_php()?),
        (c"text", error.text().to_php()?),
    ])
}
