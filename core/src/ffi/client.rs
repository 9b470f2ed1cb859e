use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};

use super::stream::{self, Source, Stream};
use super::{Data, Error, Execution, Hole, ListenOptions, Listener, Outcome, Owned, Result};
use crate::client::{
    AuthorizeRequest, AuthorizeUri, Availability, Client as CoreClient, CommandInfo, DatePeriod, Direction,
    Period, Values,
};
use crate::data::Series;
use crate::session::{Config, ConnectionState as CoreState, Security, States as CoreStates};

/// How to reach the server, and how long to wait. Everything has a safe default.
#[derive(Clone, Debug, Default, PartialEq, uniffi::Record)]
pub struct ConnectOptions {
    /// The `host:port` to connect to (or `host`, port 5222) instead of asking the DNS. The certificate must still be the
    /// account's domain's.
    #[uniffi(default = None)]
    pub address: Option<String>,
    /// A PEM file with the authorities to trust instead of the system's.
    #[uniffi(default = None)]
    pub ca_file: Option<PathBuf>,
    /// The authorities to trust instead of the system's, as PEM text.
    #[uniffi(default = None)]
    pub ca_pem: Option<String>,
    /// How long an answer may take. 120 s by default: servers throttle large answers to some kilobytes a second.
    #[uniffi(default = None)]
    pub timeout: Option<Duration>,
    /// How long connecting and logging in may take, all in all. 30 s by default.
    #[uniffi(default = None)]
    pub connect_timeout: Option<Duration>,
    /// The priority of the presence: one of 0 and more while the client listens (1 by default), a negative one while it
    /// does not (-1 by default), so that pushes go to another session of the account that listens.
    #[uniffi(default = None)]
    pub priority: Option<i8>,
    /// How the connection is protected.
    #[uniffi(default = None)]
    pub security: Option<Security>,
    /// Also allow PLAIN, which sends the password to the server inside TLS. For servers that cannot do SCRAM.
    #[uniffi(default = false)]
    pub allow_plain: bool,
    /// How long to wait before a lost connection is tried anew, at first; then twice as long each time. 1 s by default.
    #[uniffi(default = None)]
    pub reconnect_first: Option<Duration>,
    /// How long to wait between two tries at the most. 60 s by default.
    #[uniffi(default = None)]
    pub reconnect_longest: Option<Duration>,
    /// After how much silence a connection counts as dead, though the network does not say so. 30 s by default.
    #[uniffi(default = None)]
    pub dead_after: Option<Duration>,
}

impl ConnectOptions {
    fn config(self, account: &str, password: String) -> Result<Config, crate::Error> {
        let mut config = Config::new(account, password)?;
        if let Some(address) = &self.address {
            config = config.address(address)?;
        }
        if let Some(file) = self.ca_file {
            config = config.ca_file(file);
        }
        if let Some(pem) = self.ca_pem {
            config = config.ca_pem(pem);
        }
        if let Some(timeout) = self.timeout {
            config = config.request_timeout(timeout);
        }
        if let Some(timeout) = self.connect_timeout {
            config = config.connect_timeout(timeout);
        }
        if let Some(priority) = self.priority {
            config = config.priority(priority);
        }
        if let Some(security) = self.security {
            config = config.security(security);
        }
        if self.allow_plain {
            config = config.allow_plain();
        }
        if self.reconnect_first.is_some() || self.reconnect_longest.is_some() {
            let first = self.reconnect_first.unwrap_or(Duration::from_secs(1));
            config = config.reconnect(first, self.reconnect_longest.unwrap_or(Duration::from_secs(60)));
        }
        if let Some(silence) = self.dead_after {
            config = config.dead_after(silence);
        }
        Ok(config)
    }
}

/// A connected account: asks providers for history, subscribes, and listens.
///
/// A client may be used from many threads and tasks at once; all share one session.
#[derive(Debug, uniffi::Object)]
pub struct Client(Owned<CoreClient>);

#[uniffi::export]
impl Client {
    /// Connects and logs in: `account` is a JID (`name@example.org`, or with a resource to be asked for).
    ///
    /// Nothing is tried again by itself. A connection that is lost later is.
    ///
    /// # Returns
    /// The client.
    ///
    /// # Errors
    /// `UnknownHost`, `Unreachable`, `ConnectTimeout`, `CertificateRefused`, `UnsuitableServer`, `LoginRefused`; also
    /// `InvalidArgument` for a CA file that cannot be used.
    #[uniffi::constructor]
    pub async fn connect(account: String, password: String, options: ConnectOptions) -> Result<Arc<Self>> {
        let client = CoreClient::connect(&options.config(&account, password)?).await?;
        Ok(Arc::new(Self(Owned::new(client))))
    }

    /// Asks a provider for the values of a series over a period, in one answer.
    ///
    /// `provider` is its full JID, resource included; `identifier` the name of the series. The period is from `start`
    /// (included) to `end` (excluded), either of which may be left to the provider; times are asked for with the offset
    /// of their zone. Times of the records are the starts of their intervals, UTC; units are the provider's (`W`, `Wh`,
    /// …). Gaps are records without a value.
    ///
    /// # Arguments
    /// - `start`: where the period begins, included; `None` leaves it to the provider
    /// - `end`: where the period ends, excluded; `None` leaves it to the provider
    ///
    /// # Returns
    /// The readings.
    ///
    /// # Errors
    /// `InvalidArgument`; the provider's answer (`NotAuthorized`, `BadRequest`, `TooLarge`, `NoSuchCommand`,
    /// `CommandFailed`, `UpstreamError`, `LimitReached`, `MalformedAnswer`); nobody there (`ProviderOffline`,
    /// `ServerUnreachable`, `NoAnswer`); `ConnectionLost`, `Closed`.
    #[uniffi::method(default(start = None, end = None))]
    pub async fn get_history(
        &self,
        provider: String,
        identifier: String,
        start: Option<Zoned>,
        end: Option<Zoned>,
    ) -> Result<Arc<Data>> {
        let client = self.0.get()?;
        Ok(client.get_history(&provider, &identifier, &Period::new(start, end)?).await?.into())
    }

    /// Asks a provider to push new values of a series to this account from now on, also across reconnects. A prefix
    /// covers all series below it. Its pushes are trusted from here on; also where it is not known whether the
    /// subscription came about, as after `NoAnswer`, and not where it was refused.
    ///
    /// # Arguments
    /// - `identifier`: the name of the series, or the prefix of several
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn subscribe(&self, provider: String, identifier: String) -> Result<()> {
        Ok(self.0.get()?.subscribe(&provider, &identifier).await?)
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn unsubscribe(&self, provider: String, identifier: String) -> Result<()> {
        Ok(self.0.get()?.unsubscribe(&provider, &identifier).await?)
    }

    /// Takes pushes of this provider from now on, whatever its resource. Pushes of others are dropped and counted: in a
    /// federation anybody can send anybody a message.
    ///
    /// # Arguments
    /// - `provider`: a JID of the provider
    ///
    /// # Errors
    /// `InvalidArgument` where it is no JID.
    pub fn trust(&self, provider: String) -> Result<()> {
        Ok(self.0.get()?.trust(&provider)?)
    }

    /// How many messages of senders that are not trusted were dropped so far, unread: pushes and notices of consent.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub fn distrusted(&self) -> Result<u64> {
        Ok(self.0.get()?.distrusted())
    }

    /// Listens to what trusted providers send by themselves: those of [`trust`](Self::trust),
    /// [`subscribe`](Self::subscribe) and [`authorize_uri`](Self::authorize_uri). What the server kept meanwhile comes
    /// first.
    ///
    /// # Returns
    /// The listener.
    ///
    /// # Errors
    /// `InvalidArgument` where this client is listening already, or the journal cannot be opened; `Unreachable` where
    /// there is no connection for too long, `Closed`.
    pub async fn listen(&self, options: ListenOptions) -> Result<Arc<Listener>> {
        Ok(Listener::new(self.0.get()?.listen_with(options.into()).await?))
    }

    /// Asks a provider for what a hole in the pushes of a series may have swallowed: from its last record that was pushed
    /// before the hole (which is among them), or where there was none, from a day before the hole, until now. What does
    /// not fit into one answer is asked for in several, as far as the provider says what fits.
    ///
    /// # Returns
    /// The readings.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn fill(&self, hole: Arc<Hole>, provider: String, identifier: String) -> Result<Arc<Data>> {
        Ok(self.0.get()?.fill(hole.inner(), &provider, &identifier).await?.into())
    }

    /// The commands a provider offers to this account (XEP-0050 section 2.2).
    ///
    /// # Returns
    /// The commands.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn commands(&self, provider: String) -> Result<Vec<CommandInfo>> {
        Ok(self.0.get()?.commands(&provider).await?)
    }

    /// Begins a command by asking for its form. A command that has none is carried out at once.
    ///
    /// # Returns
    /// The command, at its first stage.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn begin(&self, provider: String, node: String) -> Result<Arc<Execution>> {
        Ok(Execution::new(self.0.get()?.begin(&provider, &node).await?))
    }

    /// Carries a command out: asks for its form, fills the values in, as often as the provider has another stage, and
    /// completes it. Fields without a value keep the default the provider gives them, but for the times of Quoalise's
    /// own commands (as `start_time` of `get_history`): without a value these are left out, as nobody saw the default.
    /// Where something is missing or does not fit, the command is canceled.
    ///
    /// # Arguments
    /// - `values`: values by field: texts, numbers, booleans, dates, times with their zone, or collections of texts; `None` for none
    ///
    /// # Returns
    /// What came of it.
    ///
    /// # Errors
    /// `InvalidArgument` where a required field has no value, a value does not fit, or no stage has a field of that
    /// name; `SessionExpired`; as [`get_history`](Self::get_history).
    #[uniffi::method(default(values = None))]
    pub async fn run(&self, provider: String, node: String, values: Option<Values>) -> Result<Outcome> {
        Ok(self.0.get()?.run(&provider, &node, &values.unwrap_or_default()).await?.into())
    }

    /// The series a provider has for this account, or those of them that `prefix` covers, as a subscription would.
    ///
    /// # Returns
    /// The series.
    ///
    /// # Errors
    /// `NoSuchCommand` where the provider does not tell; as [`get_history`](Self::get_history).
    #[uniffi::method(default(prefix = None))]
    pub async fn series(&self, provider: String, prefix: Option<String>) -> Result<Vec<Series>> {
        Ok(self.0.get()?.series(&provider, prefix.as_deref()).await?)
    }

    /// Asks a Data Connect proxy for the load curve of a usage point: mean power in W, by the step of the meter.
    ///
    /// `provider` is its full JID, `usage_point` the 14 digits of the meter (PRM). The days, from `start` (included) to
    /// `end` (excluded), are counted where the usage point is. The records' names are
    /// `urn:dev:prm:<usage point>_<direction>_load`. Providers that do not know this command (`NoSuchCommand`) may serve
    /// the same by [`get_history`](Self::get_history).
    ///
    /// # Returns
    /// The readings.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn load_curve(
        &self,
        provider: String,
        usage_point: String,
        direction: Direction,
        start: Date,
        end: Date,
    ) -> Result<Arc<Data>> {
        let days = DatePeriod::new(start, end)?;
        Ok(self.0.get()?.load_curve(&provider, &usage_point, direction, &days).await?.into())
    }

    /// Asks a Data Connect proxy for the energy of each day at a usage point, in Wh.
    ///
    /// As [`load_curve`](Self::load_curve), but the records' names are `urn:dev:prm:<usage point>_daily_<direction>`.
    ///
    /// # Returns
    /// The readings.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn daily(
        &self,
        provider: String,
        usage_point: String,
        direction: Direction,
        start: Date,
        end: Date,
    ) -> Result<Arc<Data>> {
        let days = DatePeriod::new(start, end)?;
        Ok(self.0.get()?.daily(&provider, &usage_point, direction, &days).await?.into())
    }

    /// Asks a Data Connect proxy where a person can consent to this account reading their meter. Send the person's
    /// browser to the `uri`; when they have agreed, the provider sends a notice, which [`listen`](Self::listen) gives as
    /// [`Consent`](super::Consent). Its messages are trusted from here on. `name` is who asks, as the person reads it.
    ///
    /// The request is remembered by this client (the last 10,000), and told with the notice that answers it. It is
    /// remembered nowhere else: who listens in another process keeps the `state` and compares.
    ///
    /// # Returns
    /// Where the person consents.
    ///
    /// # Errors
    /// `InvalidArgument` for a request that cannot be right; else as [`get_history`](Self::get_history).
    pub async fn authorize_uri(
        &self,
        provider: String,
        name: String,
        options: AuthorizeOptions,
    ) -> Result<Authorization> {
        Ok(self.0.get()?.authorize_uri(&provider, &options.request(name)).await?.into())
    }

    /// Whether a provider is there, within ten seconds.
    ///
    /// # Returns
    /// Whether it is there.
    ///
    /// # Errors
    /// `InvalidArgument`, `ConnectionLost`, `Closed`.
    pub async fn availability(&self, provider: String) -> Result<Availability> {
        Ok(self.0.get()?.availability(&provider).await?)
    }

    /// The full JID the server gave this session. It may change when the server has lost the session.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub fn jid(&self) -> Result<String> {
        Ok(self.0.get()?.jid())
    }

    /// How things stand with the connection.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub fn state(&self) -> Result<ConnectionState> {
        Ok(self.0.get()?.state().into())
    }

    /// What becomes of the connection from now on.
    ///
    /// # Returns
    /// What becomes of it.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub fn states(&self) -> Result<Arc<States>> {
        let states = self.0.get()?.states();
        Ok(Arc::new(States(Owned::new(Stream::new(states)))))
    }

    /// Ends the session, cleanly if the network lets it, within two seconds in any case. Requests still waiting end as
    /// `Closed`.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub async fn close(&self) -> Result<()> {
        self.0.get()?.close().await;
        Ok(())
    }
}

/// What a person is asked to consent to, and where the browser goes then.
#[derive(Clone, Default, uniffi::Record)]
pub struct AuthorizeOptions {
    /// What is asked and what for, in HTML.
    #[uniffi(default = "")]
    pub description: String,
    /// The address of a logo; https only.
    #[uniffi(default = None)]
    pub logo_url: Option<String>,
    /// For how long: ISO 8601, such as `P1Y`. The provider's own by default.
    #[uniffi(default = None)]
    pub duration: Option<String>,
    /// Where the browser is sent in the end, with `usage_points` and `state` added to it.
    #[uniffi(default = None)]
    pub redirect_uri: Option<String>,
    /// What the notice of consent brings back, so that it can be told which request it answers. It must not be guessable
    /// and not be used twice. A fresh one is drawn by default.
    #[uniffi(default = None)]
    pub state: Option<String>,
    /// Which made-up client (0 to 9) of the upstream's sandbox is to consent, instead of a person.
    #[uniffi(default = None)]
    pub test_client: Option<u8>,
}

impl std::fmt::Debug for AuthorizeOptions {
    /// The state is a secret until it comes back.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthorizeOptions").finish_non_exhaustive()
    }
}

impl AuthorizeOptions {
    fn request(self, name: String) -> AuthorizeRequest {
        let Self { description, logo_url, duration, redirect_uri, state, test_client } = self;
        AuthorizeRequest { name, logo_url, description, duration, redirect_uri, state, test_client }
    }
}

/// Where a person gives consent, and what the notice of it will bring back.
#[derive(Clone, uniffi::Record)]
pub struct Authorization {
    /// Where to send the person's browser.
    pub uri: String,
    /// What the notice of consent brings back.
    pub state: String,
    /// The name given in the request.
    pub name: String,
    /// Who was asked.
    pub provider: String,
}

impl std::fmt::Debug for Authorization {
    /// The state, which is also in the URI, is a secret until it comes back.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, provider, .. } = self;
        let mut shown = f.debug_struct("Authorization");
        shown.field("name", name).field("provider", provider).finish_non_exhaustive()
    }
}

impl From<AuthorizeUri> for Authorization {
    fn from(authorization: AuthorizeUri) -> Self {
        let AuthorizeUri { uri, state, name, provider } = authorization;
        Self { uri, state, name, provider: provider.to_string() }
    }
}

/// How things stand with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Connection {
    /// It is being made: at first, and again after an interruption.
    Connecting,
    /// It is there.
    Online,
    /// It was lost, and is going to be made anew by itself.
    Interrupted,
    /// It is there again, and the server has kept everything meanwhile (XEP-0198).
    Resumed,
    /// It is there again, but the server no longer knew of the old session: what was sent to it since may be lost.
    Reset,
    /// It is over for good.
    Closed,
}

/// How things stand with a connection, and why.
#[derive(Clone, Debug, uniffi::Record)]
pub struct ConnectionState {
    /// How they stand.
    pub connection: Connection,
    /// What happened, where it was interrupted, or closed from the other side.
    pub error: Option<Arc<Error>>,
    /// After a reset: all that was sent before is here.
    pub since: Option<Timestamp>,
}

impl From<CoreState> for ConnectionState {
    fn from(state: CoreState) -> Self {
        let (connection, error, since) = match state {
            CoreState::Connecting => (Connection::Connecting, None, None),
            CoreState::Online => (Connection::Online, None, None),
            CoreState::Interrupted { error } => (Connection::Interrupted, Some(error), None),
            CoreState::Resumed => (Connection::Resumed, None, None),
            CoreState::Reset { since } => (Connection::Reset, None, Some(since)),
            CoreState::Closed { error } => (Connection::Closed, error, None),
        };
        Self { connection, error: error.map(Into::into), since }
    }
}

/// What becomes of a connection.
#[derive(Debug, uniffi::Object)]
pub struct States(Owned<Stream<CoreStates>>);

#[uniffi::export]
impl States {
    /// The next change; waits for it. Nothing once it is over for good and that was told. Of a great many that nobody took
    /// meanwhile only the latest are told.
    ///
    /// # Returns
    /// The change.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub async fn next(&self) -> Result<Option<ConnectionState>> {
        stream::next(|| self.ready(), || self.take()).await
    }

    /// Stops watching.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub async fn close(&self) -> Result<()> {
        self.0.get()?.close().await;
        Ok(())
    }
}

impl States {
    /// Waits until there is a change to [`take`](Self::take), or none will come; true where one is there. Whoever stops
    /// waiting loses nothing, whenever that is.
    ///
    /// # Errors
    /// `UsedAfterFork`.
    pub async fn ready(&self) -> Result<bool> {
        self.0.get()?.ready().await
    }

    /// The change that is there already.
    pub fn take(&self) -> Option<ConnectionState> {
        self.0.get().ok()?.take().map(ConnectionState::from)
    }
}

impl Source for CoreStates {
    type Item = CoreState;

    async fn next(&mut self) -> Result<Option<CoreState>> {
        Ok(Self::next(self).await)
    }

    /// Whoever watches anew is told how things stand by then.
    fn take_back(&self, _: CoreState) {}
}
