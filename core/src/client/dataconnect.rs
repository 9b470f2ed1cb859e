//! The commands of the Data Connect proxy, which are older than `get_history`, and its notice of consent.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::temporal::SpanParser;
use minidom::Element;
use url::{Host, Url};
use xmpp_parsers::jid::Jid;

use super::{Client, data_of, provider_argument};
use crate::data::{self, Data};
use crate::error::{Error, ErrorKind, Result};
use crate::senml::ReadOptions;
use crate::senml::xml::is_xml;
use crate::stanza::{Field, FieldType, payload};

/// The namespace of the notice that consent was given.
const NS_AUTHORIZE: &str = "https://consometers.org/dataconnect#authorize";

/// Bytes of the name, an address or a state; those in use have under a hundred.
const LONGEST: usize = 2000;

/// Bytes of the description.
const LONGEST_DESCRIPTION: usize = 32 << 10;

/// Bytes of the address a provider gives. Browsers and servers take about as much.
const LONGEST_URI: usize = 8000;

/// Which way energy flows through a usage point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
pub enum Direction {
    /// From the grid.
    Consumption,
    /// Into the grid.
    Production,
}

impl Direction {
    /// The protocol's name: `consumption` or `production`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Consumption => "consumption",
            Self::Production => "production",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Direction {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "consumption" => Ok(Self::Consumption),
            "production" => Ok(Self::Production),
            _ => Err(invalid("the direction is neither `consumption` nor `production`")),
        }
    }
}

/// Some days, as they are counted where the usage point is: from a start (included) to an end (excluded, as Enedis has
/// it).
///
/// ```
/// use quoalise::DatePeriod;
///
/// let week = DatePeriod::parse("2022-01-10", "2022-01-17")?;
/// # Ok::<(), quoalise::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatePeriod {
    start: Date,
    end: Date,
}

impl DatePeriod {
    /// From `start` to `end`.
    ///
    /// # Errors
    /// `InvalidArgument` where the end is not after the start, or years have not four digits.
    pub fn new(start: Date, end: Date) -> Result<Self> {
        if start.year() < 1 {
            return Err(invalid("the period begins before the year 1"));
        }
        if end <= start {
            return Err(invalid("the period does not end after it starts")
                .remedy("Give an end later than the start; the end is not included"));
        }
        Ok(Self { start, end })
    }

    /// From `start` to `end`, both as `2022-01-10`.
    ///
    /// # Errors
    /// `InvalidArgument` for what is no such date, and as [`new`](Self::new).
    pub fn parse(start: &str, end: &str) -> Result<Self> {
        let date = |text: &str| {
            let wrong = || invalid(format!("`{text}` is not a date")).remedy("Write it as 2022-01-10");
            // A time has a date in it too, and would silently lose its hour.
            let is_date = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            if is_date { text.parse().map_err(|_| wrong()) } else { Err(wrong()) }
        };
        Self::new(date(start)?, date(end)?)
    }

    /// The first day.
    pub fn start(&self) -> Date {
        self.start
    }

    /// The day behind the last.
    pub fn end(&self) -> Date {
        self.end
    }
}

/// What a person is asked to consent to, and where the browser goes then: for [`Client::authorize_uri`].
///
/// ```
/// use quoalise::AuthorizeRequest;
///
/// let request = AuthorizeRequest::new("My energy")
///     .logo_url("https://app.example.org/logo.png")
///     .description("<p>Your readings are drawn as a curve.</p>\n<p>Nobody else sees them.</p>")
///     .duration("P1Y")
///     .redirect_uri("https://app.example.org/granted");
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct AuthorizeRequest {
    /// Who asks, as the person reads it. One line.
    pub name: String,
    /// The address of a logo; https only.
    pub logo_url: Option<String>,
    /// What is asked and what for, in HTML.
    pub description: String,
    /// For how long: ISO 8601, such as `P1Y`. Without it the provider's own.
    pub duration: Option<String>,
    /// Where the browser is sent in the end, with `usage_points` and `state` added to it.
    pub redirect_uri: Option<String>,
    /// What the notice of consent brings back, so that it can be told which request it answers. It must not be guessable
    /// and not be used twice. Without it a fresh one is drawn.
    pub state: Option<String>,
    /// Which made-up client (0 to 9) of the upstream's sandbox is to consent, instead of a person.
    pub test_client: Option<u8>,
}

impl AuthorizeRequest {
    /// A request of `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Sets the address of the logo.
    pub fn logo_url(mut self, url: impl Into<String>) -> Self {
        self.logo_url = Some(url.into());
        self
    }

    /// Sets the description, in HTML.
    pub fn description(mut self, html: impl Into<String>) -> Self {
        self.description = html.into();
        self
    }

    /// Sets for how long, as ISO 8601 has it.
    pub fn duration(mut self, duration: impl Into<String>) -> Self {
        self.duration = Some(duration.into());
        self
    }

    /// Sets where the browser is sent in the end.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Sets what the notice of consent brings back.
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// Sets the made-up client of the upstream's sandbox.
    pub fn test_client(mut self, number: u8) -> Self {
        self.test_client = Some(number);
        self
    }

    /// Whether it can be right; [`Client::authorize_uri`] looks by itself.
    ///
    /// # Errors
    /// `InvalidArgument`, which tells what cannot.
    pub fn check(&self) -> Result<()> {
        line("name", &self.name, LONGEST)?;
        if let Some(logo) = &self.logo_url {
            line("logo's address", logo, LONGEST)?;
            let url = Url::parse(logo).map_err(|error| {
                invalid("the logo's address is none")
                    .remedy("Write it as https://app.example.org/logo.png")
                    .caused_by(error)
            })?;
            if url.scheme() != "https" {
                return Err(invalid("the logo's address is not https")
                    .remedy("Put the logo where it can be fetched by https"));
            }
        }
        if self.description.len() > LONGEST_DESCRIPTION {
            return Err(invalid(format!("the description has more than {LONGEST_DESCRIPTION} bytes")));
        }
        if !self.description.chars().all(is_xml) {
            return Err(invalid("the description has control characters that cannot be sent"));
        }
        if let Some(duration) = &self.duration {
            let span = SpanParser::new().parse_span(duration).ok().filter(|span| span.is_positive());
            // The parser also takes lower case, and servers may not.
            if span.is_none() || duration.bytes().any(|byte| byte.is_ascii_lowercase()) {
                return Err(invalid("the duration is not one of ISO 8601").remedy("Write it as P1Y or P6M"));
            }
        }
        if let Some(uri) = &self.redirect_uri {
            line("redirect URI", uri, LONGEST)?;
            let parsed = Url::parse(uri).map_err(|error| {
                invalid("the redirect URI is none")
                    .remedy("Write it whole, as https://app.example.org/granted")
                    .caused_by(error)
            })?;
            if parsed.fragment().is_some() {
                return Err(invalid("the redirect URI has a fragment (`#…`), which would get lost"));
            }
        }
        if let Some(state) = &self.state {
            line("state", state, LONGEST)?;
        }
        if self.test_client.is_some_and(|number| number > 9) {
            return Err(invalid("the test client is not a number from 0 to 9"));
        }
        Ok(())
    }

    fn fields(&self) -> Vec<Field> {
        let mut fields = vec![Field::text("name").value(&*self.name)];
        fields.extend(self.logo_url.as_deref().map(|url| Field::text("logo_url").value(url)));
        let mut description = Field::new("description", FieldType::TextMulti);
        description.values = self.description.lines().map(str::to_owned).collect();
        fields.push(description);
        fields
    }
}

impl fmt::Debug for AuthorizeRequest {
    /// The state is a secret until it comes back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizeRequest").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Where a person gives consent, and what the notice of it will bring back.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorizeUri {
    /// Where to send the person's browser.
    pub uri: String,
    /// What the notice of consent brings back.
    pub state: String,
    /// The name given in the request.
    pub name: String,
    /// Who was asked.
    pub provider: Jid,
}

impl AuthorizeUri {
    /// Another provider cannot answer, even one that has come to know the state.
    pub(super) fn is_answered_by(&self, consent: &Consent) -> bool {
        consent.state.as_ref() == Some(&self.state) && consent.from.to_bare() == self.provider.to_bare()
    }
}

impl fmt::Debug for AuthorizeUri {
    /// The state, which is also in the URI, is a secret until it comes back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizeUri")
            .field("name", &self.name)
            .field("provider", &self.provider.to_string())
            .finish_non_exhaustive()
    }
}

/// The notice that a person has consented.
///
/// It says so by the provider's word, which is trusted. Whether it is about a request of *yours* is another matter:
///
/// - [`request`](Self::request) is there: the notice answers that very [`authorize_uri`](Client::authorize_uri) of this
///   client or a clone of it.
/// - There is a [`state`](Self::state) and no `request`: it answers a request of another process or of an earlier run
///   (requests are not kept anywhere else), or it answers none. Look for the state among those you have stored, and
///   pass over the notice if it is not there.
/// - There is no state: it cannot be told which request it answers, if any.
#[derive(Clone)]
#[non_exhaustive]
pub struct Consent {
    /// Who sent it, resource included.
    pub from: Jid,
    /// The stanza's id, where it has one.
    pub id: Option<String>,
    /// When it was sent: see [`Push::sent`](super::Push::sent).
    pub sent: Timestamp,
    /// Whether a server kept it while this account was away.
    pub delayed: bool,
    /// Whether it was given before: see [`Push::repeated`](super::Push::repeated).
    pub repeated: bool,
    /// The usage points consented for, at least one, as the provider writes them (14 digits).
    pub usage_points: Vec<String>,
    /// What came back of the request's state.
    pub state: Option<String>,
    /// Which request of this client it answers: the latest to the same provider with this state.
    pub request: Option<AuthorizeUri>,
    /// What the message says in words, where it does: see [`Push::body`](super::Push::body).
    pub body: Option<String>,
    /// What else was in the notice, and then in the message: see [`Push::other`](super::Push::other).
    pub other: Vec<data::Element>,
}

impl fmt::Debug for Consent {
    /// Usage points are personal, and the body tells them too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consent")
            .field("from", &self.from.to_string())
            .field("usage_points", &self.usage_points.len())
            .field("request", &self.request)
            .field("sent", &self.sent)
            .field("delayed", &self.delayed)
            .field("repeated", &self.repeated)
            .finish_non_exhaustive()
    }
}

/// What a notice of consent says.
pub(super) struct Notice {
    pub usage_points: Vec<String>,
    pub state: Option<String>,
    pub unknown: Vec<data::Element>,
}

pub(super) fn is_notice(element: &Element) -> bool {
    element.is("x", NS_AUTHORIZE)
}

impl Notice {
    pub(super) fn read(x: &Element, from: &Jid, options: &ReadOptions) -> Result<Self> {
        let malformed = |what: &str| {
            let message = format!("a notice of consent of {from} cannot be read: {what}");
            Error::new(ErrorKind::MalformedAnswer, message)
        };
        let mut notice = Self { usage_points: Vec::new(), state: None, unknown: Vec::new() };
        for child in x.children() {
            let text = || Some(child.text().trim().to_owned()).filter(|text| !text.is_empty());
            if child.is("usage-point", NS_AUTHORIZE) {
                notice.usage_points.extend(text());
            } else if child.is("state", NS_AUTHORIZE) && notice.state.is_none() {
                notice.state = text();
            } else {
                // What did not come through may have been a usage point.
                let unknown = payload::to_own(child, options, 1);
                notice.unknown.push(unknown.map_err(|error| malformed(&error.to_string()))?);
            }
        }
        if notice.usage_points.is_empty() {
            return Err(malformed("it names no usage point"));
        }
        Ok(notice)
    }
}

impl Client {
    /// Asks a Data Connect proxy for the load curve of a usage point: mean power in W, by the step of the meter.
    ///
    /// `provider` is its full JID, `usage_point` the 14 digits of the meter (PRM). The records' names are
    /// `urn:dev:prm:<usage point>_<direction>_load`. Providers that do not know this command (`NoSuchCommand`) may
    /// serve the same by [`get_history`](Self::get_history).
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn load_curve(
        &self,
        provider: &str,
        usage_point: &str,
        direction: Direction,
        period: &DatePeriod,
    ) -> Result<Data> {
        let run = self.usage_point_data("get_load_curve", provider, usage_point, direction, period);
        run.await.map_err(|error| error.during(format!("getting a load curve ({direction}) from {provider}")))
    }

    /// Asks a Data Connect proxy for the energy of each day at a usage point, in Wh.
    ///
    /// As [`load_curve`](Self::load_curve), but the records' names are `urn:dev:prm:<usage point>_daily_<direction>`.
    ///
    /// # Errors
    /// As [`get_history`](Self::get_history).
    pub async fn daily(
        &self,
        provider: &str,
        usage_point: &str,
        direction: Direction,
        period: &DatePeriod,
    ) -> Result<Data> {
        let run = self.usage_point_data("get_daily", provider, usage_point, direction, period);
        run.await.map_err(|error| error.during(format!("getting daily energy ({direction}) from {provider}")))
    }

    async fn usage_point_data(
        &self,
        node: &str,
        provider: &str,
        usage_point: &str,
        direction: Direction,
        period: &DatePeriod,
    ) -> Result<Data> {
        check_usage_point(usage_point)?;
        let mut of_direction = Field::new("direction", FieldType::ListSingle);
        of_direction.values.push(direction.as_str().to_owned());
        let fields = vec![
            Field::text("usage_point_id").value(usage_point),
            of_direction,
            Field::text("start_date").value(period.start.to_string()),
            Field::text("end_date").value(period.end.to_string()),
        ];
        data_of(provider, &self.execute_with(provider, node, fields).await?)
    }

    /// Asks a Data Connect proxy where a person can consent to this account reading their meter. Send the person's
    /// browser to the [`uri`](AuthorizeUri::uri); when they have agreed, the provider sends a notice, which
    /// [`listen`](Self::listen) gives as [`Event::Consent`](super::Event::Consent). Its messages are trusted from here
    /// on.
    ///
    /// The request is remembered by this client and its clones (the last 10,000), and told with the notice that answers
    /// it. It is remembered nowhere else: who listens in another process keeps the
    /// [`state`](AuthorizeUri::state) and compares.
    ///
    /// # Errors
    /// `InvalidArgument` for a request that cannot be right; else as [`get_history`](Self::get_history).
    pub async fn authorize_uri(&self, provider: &str, request: &AuthorizeRequest) -> Result<AuthorizeUri> {
        let run = async {
            let provider_jid = provider_argument(provider)?;
            request.check()?;
            let state = match &request.state {
                Some(state) => state.clone(),
                None => draw_state()?,
            };
            let asking = self.inbox.asking(provider_jid.to_bare());
            let asked = async {
                let answer = self.execute_with(provider, "get_authorize_uri", request.fields()).await?;
                let uri = answer.form.as_ref().and_then(|form| form.get("authorize_uri"));
                let malformed = |why: &str| {
                    let message = format!("{provider} gave no address for people to consent at: {why}");
                    Error::new(ErrorKind::MalformedAnswer, message)
                };
                let uri = uri.ok_or_else(|| malformed("its answer has no `authorize_uri`"))?;
                complete(uri, request, &state).map_err(malformed)
            };
            let uri = match asked.await {
                Ok(uri) => uri,
                Err(error) => {
                    // Whatever went wrong: without the address nobody can consent.
                    asking.refused();
                    return Err(error);
                }
            };
            let name = request.name.clone();
            let authorization = AuthorizeUri { uri, state, name, provider: provider_jid };
            self.inbox.expect(authorization.clone());
            Ok(authorization)
        };
        run.await.map_err(|error: Error| error.during(format!("asking {provider} where to consent")))
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// The number itself stays out of the message.
pub(crate) fn check_usage_point(usage_point: &str) -> Result<()> {
    if usage_point.len() == 14 && usage_point.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(invalid("the usage point is not one").remedy("Give the 14 digits of the delivery point (PRM)"))
}

fn line(what: &str, text: &str, longest: usize) -> Result<()> {
    let wrong = if text.is_empty() {
        "is empty".to_owned()
    } else if text.len() > longest {
        format!("has more than {longest} bytes")
    } else if text.trim() != text {
        "begins or ends with a space".to_owned()
    } else if text.chars().any(|c| c.is_control() || !is_xml(c)) {
        "has control characters or several lines".to_owned()
    } else {
        return Ok(());
    };
    Err(invalid(format!("the {what} {wrong}")))
}

/// 128 bits nobody can guess.
fn draw_state() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        invalid("this system has no randomness to draw a state from")
            .remedy("Give a state that cannot be guessed")
            .caused_by(error)
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The provider's URI with what the request adds to it; parameters of the same name are replaced.
fn complete(uri: &str, request: &AuthorizeRequest, state: &str) -> Result<String, &'static str> {
    if uri.len() > LONGEST_URI {
        return Err("it is too long");
    }
    let mut url = Url::parse(uri).map_err(|_| "it is no URI")?;
    // A person's browser is sent there. Only this machine can do without TLS.
    let is_safe = match url.host() {
        None => false,
        Some(_) if url.scheme() == "https" => true,
        Some(Host::Domain(name)) => url.scheme() == "http" && name == "localhost",
        Some(Host::Ipv4(address)) => url.scheme() == "http" && address.is_loopback(),
        Some(Host::Ipv6(address)) => url.scheme() == "http" && address.is_loopback(),
    };
    if !is_safe {
        return Err("it is not https");
    }
    let test_client = request.test_client.map(|number| number.to_string());
    let added = [
        ("duration", request.duration.as_deref()),
        ("redirect_uri", request.redirect_uri.as_deref()),
        ("state", Some(state)),
        ("test_client", test_client.as_deref()),
    ];
    let added: Vec<_> = added.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let is_added = |name: &str| added.iter().any(|(added, _)| *added == name);
    if url.query_pairs().any(|(name, _)| is_added(&name)) {
        let kept: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| !is_added(name)).collect();
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    url.query_pairs_mut().extend_pairs(added);
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_days_in_order() {
        let week = DatePeriod::parse("2022-01-10", "2022-01-17").unwrap();
        assert_eq!(
            (week.start().to_string(), week.end().to_string()),
            ("2022-01-10".into(), "2022-01-17".into())
        );
        for (start, end) in [
            ("2022-01-10", "2022-01-10"),
            ("2022-01-10", "2022-01-09"),
            ("2022-01-10T00:00", "2022-01-17"),
            ("2022-01-10", "2022-02-30"),
            ("10/01/2022", "2022-01-17"),
            ("20220110", "2022-01-17"),
            ("", ""),
            ("0000-01-01", "2022-01-17"),
        ] {
            let error = DatePeriod::parse(start, end).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{start} {end}");
        }
        let error = DatePeriod::parse("yesterday", "2022-01-17").unwrap_err();
        assert!(error.to_string().contains("2022-01-10"), "{error}");
    }

    #[test]
    fn usage_points_have_fourteen_digits_and_stay_out_of_errors() {
        check_usage_point("00000000000001").unwrap();
        for wrong in [
            "",
            "1234",
            "0000000000000a",
            "000000000000012",
            "００００００００００００００",
            "0000000000001 ",
        ] {
            let error = check_usage_point(wrong).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{wrong}");
            assert!(error.to_string().contains("14 digits"), "{error}");
            assert!(wrong.is_empty() || !error.to_string().contains(wrong), "{error}");
        }
    }

    #[test]
    fn requests_that_cannot_be_right_are_told_what_is_wrong() {
        let right = AuthorizeRequest::new("My energy")
            .logo_url("https://a.test/logo.png")
            .description("<p>été</p>\r\n\t<p>&</p>")
            .duration("P1Y6M")
            .redirect_uri("org.app:/granted?x=y")
            .state("a state")
            .test_client(9);
        right.check().unwrap();
        AuthorizeRequest::new("x").check().unwrap();
        let of = || right.clone();
        for (wrong, word) in [
            (AuthorizeRequest::new(""), "name is empty"),
            (AuthorizeRequest::new("a\nb"), "several lines"),
            (AuthorizeRequest::new(" a"), "space"),
            (AuthorizeRequest::new("a".repeat(LONGEST + 1)), "more than 2000"),
            (of().logo_url("http://a.test/logo.png"), "not https"),
            (of().logo_url("data:image/png;base64,"), "not https"),
            (of().logo_url("logo.png"), "https://app.example.org/logo.png"),
            (of().description("a\u{0}b"), "control characters"),
            (of().description("é".repeat(20_000)), "bytes"),
            (of().duration("1 year"), "P1Y"),
            (of().duration("p1y"), "P1Y"),
            (of().duration("-P1Y"), "P1Y"),
            (of().duration("P0D"), "P1Y"),
            (of().duration(""), "P1Y"),
            (of().redirect_uri("/granted"), "whole"),
            (of().redirect_uri("https://a.test/#here"), "fragment"),
            (of().state(""), "state is empty"),
            (of().state("a\u{7}b"), "control characters"),
            (of().state("a\u{ffff}b"), "control characters"),
            (of().test_client(10), "0 to 9"),
        ] {
            let error = wrong.check().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.to_string().contains(word), "{error}, not {word}");
        }
    }

    #[test]
    fn the_description_goes_line_by_line() {
        let lines = |description: &str| {
            let fields = AuthorizeRequest::new("x").description(description).fields();
            let field = fields.into_iter().find(|field| field.var == "description").unwrap();
            assert_eq!(field.kind, FieldType::TextMulti);
            field.values
        };
        assert_eq!(lines("<p>a</p>\r\n\n<p>b</p>\n"), ["<p>a</p>", "", "<p>b</p>"]);
        assert!(lines("").is_empty());
    }

    #[test]
    fn the_uri_is_completed_with_what_is_escaped() {
        let request = AuthorizeRequest::new("x");
        let plain = |uri: &str| complete(uri, &request, "s");
        assert_eq!(plain("https://p.test/go").unwrap(), "https://p.test/go?state=s");
        // What the provider wrote is not touched.
        assert_eq!(plain("https://p.test/go?a=%20b&c#d").unwrap(), "https://p.test/go?a=%20b&c&state=s#d");
        // Its own state would be told from ours by nobody.
        assert_eq!(plain("https://p.test/?state=t&a=b+c").unwrap(), "https://p.test/?a=b+c&state=s");
        for loopback in ["http://localhost:8080/", "http://127.0.0.1/", "http://[::1]:80/"] {
            plain(loopback).unwrap();
        }
        for wrong in [
            "http://p.test/",
            "javascript:alert(1)",
            "/go",
            "",
            "https://",
            "file:///etc/passwd",
            "http://127.0.0.1.p.test/",
        ] {
            assert!(plain(wrong).is_err(), "{wrong}");
        }
        assert!(plain(&format!("https://p.test/{}", "x".repeat(LONGEST_URI))).is_err());

        let all = AuthorizeRequest::new("x")
            .duration("P1Y")
            .redirect_uri("https://a.test/granted?user=é&x=1")
            .test_client(3);
        assert_eq!(
            complete("https://p.test/go?id=7", &all, "a b&c=d+é#").unwrap(),
            "https://p.test/go?id=7&duration=P1Y&redirect_uri=https%3A%2F%2Fa.test%2Fgranted%3Fuser%3D%C3%A9%26x%3D1\
             &state=a+b%26c%3Dd%2B%C3%A9%23&test_client=3"
        );
    }

    #[test]
    fn states_differ_and_debug_tells_none() {
        let (one, other) = (draw_state().unwrap(), draw_state().unwrap());
        assert!(one != other && one.len() == 22);
        let (uri, name) = (format!("https://p.test/?state={one}"), "x".to_owned());
        let provider = "p@a.test/proxy".parse().unwrap();
        let authorization = AuthorizeUri { uri, state: one.clone(), name, provider };
        let request = AuthorizeRequest::new("x").state(&*one);
        assert!(!format!("{authorization:?} {request:?}").contains(&one));
    }
}
