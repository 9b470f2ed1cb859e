//! Logging in (RFC 6120 section 6): SCRAM, with the server's proof checked; PLAIN only where it was asked for.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use digest::InvalidLength;
use futures::{SinkExt, StreamExt};
use sasl::client::Mechanism;
use sasl::client::mechanisms::{Plain, Scram};
use sasl::common::scram::{DeriveError, ScramProvider, Sha1, Sha256};
use sasl::common::{ChannelBinding, Credentials, Password};
use tokio_xmpp::xmlstream::{ReadError, XmppStream, XmppStreamElement};
use xmpp_parsers::sasl::{Auth, DefinedCondition, Failure, Nonza, Response};
use xmpp_parsers::sasl_cb::Type as BindingType;
use xmpp_parsers::stream_features::StreamFeatures;
use zeroize::{Zeroize, Zeroizing};

use super::config::{Config, Security};
use super::connect::{
    ASK_OPERATOR, Connected, Io, guarded_header, read_error, stream_error, stream_io_error,
};
use super::link::Wire;
use crate::error::{Error, ErrorKind, Result};

/// More rounds than any server asks for in earnest: each costs us a hash, and a hostile one could ask for days.
const MOST_ITERATIONS: u32 = 1_000_000;

/// Logs in on a fresh stream; the result is ready to be bound to a resource, or to go on with an old session.
pub(super) async fn login(config: &Config, connected: Connected) -> Result<(StreamFeatures, Wire)> {
    let domain = config.jid.domain().as_str();
    let (features, stream): (StreamFeatures, XmppStream<Io>) =
        connected.stream.recv_features().await.map_err(|error| stream_error(error.into(), domain))?;
    let mechanism = choose(config, &features, connected.exporter)?;
    let mut io = authenticate(stream, mechanism, config).await?.into_inner();
    io.restart();
    let stream = guarded_header(io, domain).await?;
    let (features, stream): (StreamFeatures, XmppStream<Io>) =
        stream.recv_features().await.map_err(|error| stream_error(error.into(), domain))?;
    if !features.can_bind() {
        let message = format!("the server of {domain} offers no resource binding (RFC 6120 section 7)");
        return Err(Error::new(ErrorKind::UnsuitableServer, message).remedy(ASK_OPERATOR));
    }
    connected.tap.store(true, Ordering::Relaxed);
    Ok((features, stream.box_stream()))
}

fn choose(
    config: &Config,
    features: &StreamFeatures,
    exporter: ChannelBinding,
) -> Result<Box<dyn Mechanism + Send>> {
    let offered = &features.sasl_mechanisms;
    let offers = |name: &str| offered.contains(name);
    let binds = features.sasl_cb.as_ref().is_some_and(|cb| cb.types.contains(&BindingType::TlsExporter))
        && matches!(exporter, ChannelBinding::TlsExporter(_));
    let any_plus = offered.iter().any(|name| name.ends_with("-PLUS"));
    // What to say of channel binding when not binding (RFC 5802 section 6): that we would have, unless we could not
    // or the server may offer a binding that is not ours.
    let unbound = match exporter {
        ChannelBinding::TlsExporter(_) if !any_plus && features.sasl_cb.is_none() => {
            ChannelBinding::Unsupported
        }
        _ => ChannelBinding::None,
    };
    let name = config.jid.node().map(|node| node.as_str()).unwrap_or_default();
    // In SCRAM's messages commas and equals signs have meanings of their own (RFC 5802 section 5.1).
    let scram_name = name.replace('=', "=3D").replace(',', "=2C");
    // The password itself is only lent to the mechanism: see `Lent`.
    let credentials = |name: &str, binding: &ChannelBinding| {
        Credentials::default().with_username(name).with_password("").with_channel_binding(binding.clone())
    };
    let failed = |error| {
        Error::new(ErrorKind::InvalidArgument, "the password cannot be used to log in")
            .caused_by(SaslError(error))
    };
    if binds && offers("SCRAM-SHA-256-PLUS") {
        return Ok(Box::new(
            Scram::<Lent<Sha256>>::from_credentials(credentials(&scram_name, &exporter)).map_err(failed)?,
        ));
    }
    if offers("SCRAM-SHA-256") {
        return Ok(Box::new(
            Scram::<Lent<Sha256>>::from_credentials(credentials(&scram_name, &unbound)).map_err(failed)?,
        ));
    }
    if binds && offers("SCRAM-SHA-1-PLUS") {
        return Ok(Box::new(
            Scram::<Lent<Sha1>>::from_credentials(credentials(&scram_name, &exporter)).map_err(failed)?,
        ));
    }
    if offers("SCRAM-SHA-1") {
        return Ok(Box::new(
            Scram::<Lent<Sha1>>::from_credentials(credentials(&scram_name, &unbound)).map_err(failed)?,
        ));
    }
    if config.allow_plain && offers("PLAIN") {
        return Ok(Box::new(
            Plain::from_credentials(
                credentials(name, &ChannelBinding::None).with_password(prepared(&config.password).as_str()),
            )
            .map_err(failed)?,
        ));
    }
    let domain = config.jid.domain();
    if offered.is_empty() {
        let error = Error::new(
            ErrorKind::UnsuitableServer,
            format!("the server of {domain} offers no way to log in"),
        );
        return Err(match config.security {
            Security::NoneOnLoopback => error.remedy("It may want TLS first: connect with it"),
            _ => error.remedy(ASK_OPERATOR),
        });
    }
    let list: Vec<&str> = offered.iter().map(|name| &**name).collect();
    let error = Error::new(
        ErrorKind::UnsuitableServer,
        format!("the server of {domain} offers none of our ways to log in, only: {}", list.join(", ")),
    );
    Err(if offers("PLAIN") {
        error.remedy(
            "PLAIN would send the password to the server; allow it by name if you trust the server with it",
        )
    } else {
        error.remedy(ASK_OPERATOR)
    })
}

/// Servers hash the password as SASLprep leaves it, as `azerty2` for `azerty²` (RFC 5802 section 2.2); one that it forbids
/// they take as it is.
pub(crate) fn prepared(password: &str) -> Zeroizing<String> {
    Zeroizing::new(match stringprep::saslprep(password) {
        Ok(prepared) => prepared.into_owned(),
        Err(_) => password.to_owned(),
    })
}

thread_local! {
    static LENT: RefCell<Option<Zeroizing<String>>> = const { RefCell::new(None) };
}

/// Lends the password for the time of a call, after which it is overwritten.
fn lend<T>(password: Zeroizing<String>, call: impl FnOnce() -> T) -> T {
    LENT.set(Some(password));
    let result = call();
    LENT.set(None);
    result
}

/// A hash of SCRAM that has the password [lent](lend): the library would keep a copy, and leave it in memory.
struct Lent<S>(PhantomData<S>);

impl<S: ScramProvider> ScramProvider for Lent<S> {
    type Secret = S::Secret;

    fn name() -> &'static str {
        S::name()
    }

    fn hash(data: &[u8]) -> Vec<u8> {
        S::hash(data)
    }

    fn hmac(data: &[u8], key: &[u8]) -> Result<Vec<u8>, InvalidLength> {
        S::hmac(data, key)
    }

    fn derive(_: &Password, salt: &[u8], iterations: u32) -> Result<Vec<u8>, DeriveError> {
        LENT.with_borrow(|lent| {
            let lent = lent.as_ref().ok_or(DeriveError::InvalidLength)?;
            let mut password = Password::Plain(lent.to_string());
            let derived = S::derive(&password, salt, iterations);
            if let Password::Plain(plain) = &mut password {
                plain.zeroize();
            }
            derived
        })
    }
}

async fn authenticate(
    mut stream: XmppStream<Io>,
    mut mechanism: Box<dyn Mechanism + Send>,
    config: &Config,
) -> Result<XmppStream<Io>> {
    let domain = config.jid.domain().as_str();
    let name = mechanism.name().to_owned();
    log::debug!("logging in to {domain} by {name}");
    let unsuitable = |what: &str| {
        let message = format!("the login at {domain} by {name} went wrong: {what}");
        Error::new(ErrorKind::UnsuitableServer, message).remedy(ASK_OPERATOR)
    };
    let data = mechanism.initial();
    let nonce = field(&data, "r=").unwrap_or_default().to_owned();
    let mechanism_name = name.parse().map_err(|_| unsuitable("the mechanism has no name in XMPP"))?;
    let auth = Auth { mechanism: mechanism_name, data };
    send(&mut stream, Nonza::Auth(auth), domain).await?;
    loop {
        let element = match stream.next().await {
            Some(element) => element.and_then(|element| element.into_read_error()),
            None => Err(ReadError::StreamFooterReceived),
        };
        match element {
            Ok(XmppStreamElement::Sasl(Nonza::Challenge(challenge))) => {
                // The nonce must go on from ours (RFC 5802 section 5.1), which the library does not check.
                if !field(&challenge.data, "r=").is_some_and(|theirs| theirs.starts_with(&nonce)) {
                    return Err(unsuitable("its challenge is none for this login"));
                }
                if iterations(&challenge.data).is_some_and(|rounds| rounds > MOST_ITERATIONS) {
                    return Err(unsuitable("the server asks for an absurd number of rounds"));
                }
                let password = prepared(&config.password);
                let data = lend(password, || mechanism.response(&challenge.data)).map_err(|error| {
                    unsuitable("its challenge cannot be answered").caused_by(SaslError(error))
                })?;
                send(&mut stream, Nonza::Response(Response { data }), domain).await?;
            }
            Ok(XmppStreamElement::Sasl(Nonza::Success(success))) => {
                // With SCRAM the server proves that it knows the password too (RFC 5802 section 3).
                mechanism.success(&success.data).map_err(|error| {
                    unsuitable("the server could not prove that it knows the account")
                        .caused_by(SaslError(error))
                })?;
                return Ok(stream);
            }
            Ok(XmppStreamElement::Sasl(Nonza::Failure(failure))) => return Err(refused(&failure, config)),
            Ok(XmppStreamElement::StreamError(error)) => {
                return Err(stream_error(tokio_xmpp::Error::StreamError(error), domain));
            }
            Ok(_) => return Err(unsuitable("the server sent something else meanwhile")),
            Err(ReadError::SoftTimeout) => {}
            Err(error) => return Err(read_error(error, domain)),
        }
    }
}

async fn send(stream: &mut XmppStream<Io>, nonza: Nonza, domain: &str) -> Result<()> {
    stream.send(&XmppStreamElement::Sasl(nonza)).await.map_err(|error| stream_io_error(error, domain))
}

/// The `i=` of SCRAM's first server message (RFC 5802 section 5.1).
fn iterations(challenge: &[u8]) -> Option<u32> {
    Some(field(challenge, "i=")?.parse().unwrap_or(u32::MAX))
}

/// A field of a message of SCRAM; `None` for other mechanisms too.
fn field<'a>(message: &'a [u8], name: &str) -> Option<&'a str> {
    std::str::from_utf8(message).ok()?.split(',').find_map(|part| part.strip_prefix(name))
}

fn refused(failure: &Failure, config: &Config) -> Error {
    let (jid, domain) = (config.jid.to_bare(), config.jid.domain());
    let condition = minidom::Element::from(failure.defined_condition.clone()).name().to_owned();
    let text = failure.texts.values().next().cloned();
    let said = text.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
    let error = match failure.defined_condition {
        DefinedCondition::NotAuthorized | DefinedCondition::CredentialsExpired => Error::new(
            ErrorKind::LoginRefused,
            format!("{domain} refuses the account {jid} or its password{said}"),
        )
        .remedy("Check the account's name and the password"),
        DefinedCondition::AccountDisabled => {
            Error::new(ErrorKind::LoginRefused, format!("the account {jid} is disabled{said}"))
                .remedy(ASK_OPERATOR)
        }
        DefinedCondition::TemporaryAuthFailure => {
            Error::new(ErrorKind::Unreachable, format!("{domain} cannot check logins now{said}"))
                .remedy("Try later")
        }
        _ => Error::new(ErrorKind::LoginRefused, format!("{domain} refuses the login ({condition}){said}"))
            .remedy(ASK_OPERATOR),
    };
    error.condition_of_stanza(condition, text)
}

/// The SASL library's error, which is none of the standard library's.
#[derive(Debug)]
struct SaslError(sasl::client::MechanismError);

impl std::fmt::Display for SaslError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for SaslError {}

#[cfg(test)]
mod tests {
    use super::iterations;

    #[test]
    fn rounds_of_a_challenge() {
        assert_eq!(iterations(b"r=abc,s=QSXCR+Q6sek8bf92,i=4096"), Some(4096));
        assert_eq!(iterations(b"r=abc,s=QSXCR+Q6sek8bf92,i=99999999999"), Some(u32::MAX));
        assert_eq!(iterations(b"v=abc"), None);
    }
}
