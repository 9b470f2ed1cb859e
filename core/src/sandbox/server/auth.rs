//! Who may log in: SASL with the accounts' secrets.
//!
//! Passwords are kept as salted SCRAM secrets alone. Whoever tries an account that doesn't exist is
//! led through the same exchange with a secret nobody has, so that the two can't be told apart.

use std::{collections::HashMap, sync::Arc};

use jid::{DomainPart, NodePart};
use sasl::{
    common::{
        ChannelBinding, Identity,
        scram::{DeriveError, ScramProvider, Sha1, Sha256},
    },
    secret::{self, Pbkdf2Sha1, Pbkdf2Sha256},
    server::{
        Mechanism, MechanismError, Provider, ProviderError, Response, Validator, ValidatorError,
        mechanisms::{Plain, Scram},
    },
};
use tokio::task::spawn_blocking;
use tokio_rustls::rustls::crypto::SecureRandom;
use xmpp_parsers::sasl::DefinedCondition;
use zeroize::Zeroizing;

use crate::session::prepared;

/// What RFC 7677 asks for at least. More would only slow the start of a server of test accounts.
const ITERATIONS: u32 = 4096;

/// What is offered, over TLS. No `-PLUS`: that is what stock servers do over TLS 1.3 today.
pub(super) const MECHANISMS: [&str; 3] = [SCRAM_SHA_256, SCRAM_SHA_1, PLAIN];
const SCRAM_SHA_256: &str = "SCRAM-SHA-256";
const SCRAM_SHA_1: &str = "SCRAM-SHA-1";
const PLAIN: &str = "PLAIN";

/// The accounts' secrets.
pub(super) struct Directory {
    domain: DomainPart,
    accounts: HashMap<NodePart, Secrets>,
    /// Makes the secrets of accounts that don't exist: the same at each try, and known to nobody.
    pepper: Zeroizing<[u8; 32]>,
}

struct Secrets {
    sha1: Pbkdf2Sha1,
    sha256: Pbkdf2Sha256,
}

/// Where the random bytes failed.
#[derive(Debug)]
pub(super) struct NoRandom;

pub(super) fn random<const N: usize>(source: &dyn SecureRandom) -> Result<[u8; N], NoRandom> {
    let mut bytes = [0; N];
    source.fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(bytes)
}

impl Directory {
    pub(super) fn new(domain: DomainPart, source: &dyn SecureRandom) -> Result<Self, NoRandom> {
        Ok(Self { domain, accounts: HashMap::new(), pepper: Zeroizing::new(random(source)?) })
    }

    /// Adds an account, or replaces its password.
    pub(super) fn add(&mut self, name: NodePart, password: &str, salt: [u8; 16]) -> Result<(), DeriveError> {
        let password = prepared(password);
        let sha1 = Pbkdf2Sha1::derive(&password, &salt, ITERATIONS)?;
        let sha256 = Pbkdf2Sha256::derive(&password, &salt, ITERATIONS)?;
        self.accounts.insert(name, Secrets { sha1, sha256 });
        Ok(())
    }

    /// The name of an account as it is kept, whether there is one or not.
    fn normal(name: &str) -> Option<NodePart> {
        NodePart::new(name).ok().map(|name| name.into_owned())
    }

    /// Bytes nobody can foresee, and the same for the same name.
    fn made_up(&self, purpose: &str, name: &str) -> Result<Vec<u8>, ProviderError> {
        let label = [purpose.as_bytes(), b"\0", name.as_bytes()].concat();
        Sha256::hmac(&label, &*self.pepper).map_err(|_| ProviderError::AuthenticationFailed)
    }

    /// The salt and the digest of an account that doesn't exist.
    fn decoy(&self, name: &str, length: usize) -> Result<(Vec<u8>, Vec<u8>), ProviderError> {
        let mut salt = self.made_up("salt", name)?;
        salt.truncate(16);
        let mut digest = self.made_up("digest", name)?;
        digest.truncate(length);
        Ok((salt, digest))
    }

    /// The secrets of an account, if there is one, and its name to make some up by if not.
    fn find(&self, name: &str) -> (Option<&Secrets>, String) {
        match Self::normal(name) {
            Some(name) => (self.accounts.get(&name), name.into_inner()),
            None => (None, name.to_owned()),
        }
    }

    /// The same for a name as SCRAM brings it.
    fn find_escaped(&self, identity: &Identity) -> Result<(Option<&Secrets>, String), ProviderError> {
        match identity {
            Identity::Username(name) => Ok(self.find(&unescaped(name))),
            Identity::None => Err(ProviderError::AuthenticationFailed),
        }
    }
}

/// The directory as the `sasl` crate asks for it.
#[derive(Clone)]
struct Lookup(Arc<Directory>);

impl Provider<Pbkdf2Sha1> for Lookup {
    fn provide(&self, identity: &Identity) -> Result<Pbkdf2Sha1, ProviderError> {
        let (known, name) = self.0.find_escaped(identity)?;
        if let Some(secrets) = known {
            return Ok(secrets.sha1.clone());
        }
        let (salt, digest) = self.0.decoy(&name, 20)?;
        Ok(Pbkdf2Sha1 { salt, iterations: ITERATIONS, digest })
    }
}

impl Provider<Pbkdf2Sha256> for Lookup {
    fn provide(&self, identity: &Identity) -> Result<Pbkdf2Sha256, ProviderError> {
        let (known, name) = self.0.find_escaped(identity)?;
        if let Some(secrets) = known {
            return Ok(secrets.sha256.clone());
        }
        let (salt, digest) = self.0.decoy(&name, 32)?;
        Ok(Pbkdf2Sha256 { salt, iterations: ITERATIONS, digest })
    }
}

impl Validator<Pbkdf2Sha1> for Lookup {
    fn validate(&self, identity: &Identity, value: &Pbkdf2Sha1) -> Result<(), ValidatorError> {
        same(&Provider::<Pbkdf2Sha1>::provide(self, identity)?, value)
    }
}

impl Validator<Pbkdf2Sha256> for Lookup {
    fn validate(&self, identity: &Identity, value: &Pbkdf2Sha256) -> Result<(), ValidatorError> {
        same(&Provider::<Pbkdf2Sha256>::provide(self, identity)?, value)
    }
}

impl Validator<secret::Plain> for Lookup {
    fn validate(&self, identity: &Identity, value: &secret::Plain) -> Result<(), ValidatorError> {
        let Identity::Username(name) = identity else { return Err(ValidatorError::AuthenticationFailed) };
        let (known, name) = self.0.find(name);
        let kept = match known {
            Some(secrets) => secrets.sha256.clone(),
            None => {
                let (salt, digest) = self.0.decoy(&name, 32)?;
                Pbkdf2Sha256 { salt, iterations: ITERATIONS, digest }
            }
        };
        let given = Pbkdf2Sha256::derive(&prepared(&value.0), &kept.salt, kept.iterations)
            .map_err(|error| ValidatorError::ProviderError(error.into()))?;
        same(&kept, &given)
    }
}

fn same<S: PartialEq>(kept: &S, given: &S) -> Result<(), ValidatorError> {
    if kept == given { Ok(()) } else { Err(ValidatorError::AuthenticationFailed) }
}

/// One try at logging in.
pub(super) struct Exchange {
    mechanism: Box<dyn Mechanism + Send>,
    directory: Arc<Directory>,
    /// Whom the client wants to act for, empty for itself.
    acting_for: Vec<u8>,
}

/// Where an exchange stands.
pub(super) enum Step {
    /// The client must answer this.
    Challenge(Exchange, Vec<u8>),
    /// The client is who it says, and may verify us by this.
    Success(NodePart, Vec<u8>),
}

impl Exchange {
    /// Begins with the client's choice and its first message.
    pub(super) async fn begin(
        directory: Arc<Directory>,
        mechanism: &str,
        initial: Vec<u8>,
    ) -> Result<Step, DefinedCondition> {
        let lookup = Lookup(directory.clone());
        let mut commas = initial.split(|&byte| byte == b',');
        // Both PLAIN's message and SCRAM's header begin with whom to act for.
        let (mechanism, acting_for): (Box<dyn Mechanism + Send>, _) = match mechanism {
            PLAIN => (Box::new(Plain::new(lookup)), initial.split(|&byte| byte == 0).next()),
            SCRAM_SHA_1 | SCRAM_SHA_256 => {
                let binding = binding(commas.next().unwrap_or_default())?;
                let acting_for = commas.next().unwrap_or_default().strip_prefix(b"a=");
                match mechanism {
                    SCRAM_SHA_1 => (Box::new(Scram::<Sha1, _>::new(lookup, binding)), acting_for),
                    _ => (Box::new(Scram::<Sha256, _>::new(lookup, binding)), acting_for),
                }
            }
            _ => return Err(DefinedCondition::InvalidMechanism),
        };
        let acting_for = acting_for.unwrap_or_default().to_vec();
        Self { mechanism, directory, acting_for }.go_on(initial).await
    }

    /// Goes on with the client's answer to a challenge.
    pub(super) async fn go_on(mut self, message: Vec<u8>) -> Result<Step, DefinedCondition> {
        // PLAIN derives a secret anew, which takes milliseconds that other connections could use.
        let work = spawn_blocking(move || {
            let response = self.mechanism.respond(&message);
            (self, response)
        });
        let (this, response) = work.await.map_err(|_| DefinedCondition::TemporaryAuthFailure)?;
        match response.map_err(|error| condition(&error))? {
            Response::Proceed(challenge) => Ok(Step::Challenge(this, challenge)),
            Response::Success(Identity::Username(name), data) => {
                let name = match this.mechanism.name() {
                    PLAIN => name,
                    _ => unescaped(&name),
                };
                let name = Directory::normal(&name).ok_or(DefinedCondition::NotAuthorized)?;
                let itself = name.with_domain(&this.directory.domain);
                if !this.acting_for.is_empty() && this.acting_for != itself.as_str().as_bytes() {
                    return Err(DefinedCondition::InvalidAuthzid);
                }
                Ok(Step::Success(name, data))
            }
            Response::Success(Identity::None, _) => Err(DefinedCondition::NotAuthorized),
        }
    }
}

/// SCRAM's way of having commas in a name.
fn unescaped(name: &str) -> String {
    name.replace("=2C", ",").replace("=3D", "=")
}

/// What to tell the `sasl` crate of channel binding, by what the client says of it.
///
/// We offer none. The crate takes a client that would have liked one (`y`) for all it takes when it
/// is told of no binding, and refuses the one that doesn't care (`n`); that one it takes with a
/// binding, which adds nothing to what is signed if it is empty.
fn binding(flag: &[u8]) -> Result<ChannelBinding, DefinedCondition> {
    match flag {
        b"n" => Ok(ChannelBinding::TlsUnique(Vec::new())),
        b"y" => Ok(ChannelBinding::None),
        _ => Err(DefinedCondition::MalformedRequest),
    }
}

fn condition(error: &MechanismError) -> DefinedCondition {
    match error {
        MechanismError::ValidatorError(_)
        | MechanismError::ProviderError(_)
        | MechanismError::AuthenticationFailed
        | MechanismError::SaslSessionAlreadyOver => DefinedCondition::NotAuthorized,
        MechanismError::FailedToGenerateNonce
        | MechanismError::RandomFailure(_)
        | MechanismError::InvalidKeyLength(_) => DefinedCondition::TemporaryAuthFailure,
        _ => DefinedCondition::MalformedRequest,
    }
}
