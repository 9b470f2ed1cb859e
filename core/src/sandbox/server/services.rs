//! What the server answers itself: for its domain, and on behalf of accounts.

use minidom::Element;
use xmpp_parsers::{
    disco::{DiscoInfoResult, DiscoItemsResult, Identity},
    ns,
    roster::Roster,
    stanza_error::DefinedCondition,
    version::VersionResult,
};

/// Who was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The server.
    Server,
    /// The asker's own account, by its bare JID or by no address at all.
    Itself,
    /// Somebody else's account.
    Account,
}

const SESSION: &str = "urn:ietf:params:xml:ns:xmpp-session";
const OFFLINE_MESSAGES: &str = "msgoffline";

/// Answers an IQ of type `type_` (`get` or `set`) with its only child `query`.
pub(super) fn answer(
    asked: Asked,
    type_: &str,
    query: &Element,
) -> Result<Option<Element>, DefinedCondition> {
    use Asked::{Account, Itself, Server};

    match (asked, type_, query.name(), query.ns().as_str()) {
        (_, "get", "ping", ns::PING) => Ok(None),
        (Server | Itself, "set", "session", SESSION) => Ok(None),

        (_, "get", "query", ns::DISCO_INFO) => {
            no_node(query)?;
            let (identity, features): (_, &[&str]) = match asked {
                Server => (
                    Identity {
                        name: Some("Quoalise sandbox".to_owned()),
                        ..Identity::new_anonymous::<_, _, &str, &str>("server", "im")
                    },
                    &[ns::DISCO_INFO, ns::DISCO_ITEMS, ns::PING, ns::VERSION, OFFLINE_MESSAGES],
                ),
                Itself | Account => (
                    Identity::new_anonymous::<_, _, &str, &str>("account", "registered"),
                    &[ns::DISCO_INFO, ns::PING],
                ),
            };
            let features = features.iter().copied().map(str::to_owned).collect();
            let info =
                DiscoInfoResult { node: None, identities: vec![identity], features, extensions: vec![] };
            Ok(Some(info.into()))
        }
        (Server | Itself, "get", "query", ns::DISCO_ITEMS) => {
            no_node(query)?;
            Ok(Some(DiscoItemsResult { node: None, items: vec![], rsm: None }.into()))
        }

        (Server, "get", "query", ns::VERSION) => {
            let version = VersionResult {
                name: "Quoalise sandbox".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                os: None,
            };
            Ok(Some(version.into()))
        }

        (Itself, "get", "query", ns::ROSTER) => Ok(Some(Roster { ver: None, items: vec![] }.into())),
        // Better said than taken and forgotten.
        (Itself, "set", "query", ns::ROSTER) => Err(DefinedCondition::NotAllowed),
        // A session has one resource.
        (_, "set", "bind", ns::BIND) => Err(DefinedCondition::NotAllowed),

        _ => Err(DefinedCondition::ServiceUnavailable),
    }
}

/// Nothing here has nodes.
fn no_node(query: &Element) -> Result<(), DefinedCondition> {
    match query.attr("node") {
        None | Some("") => Ok(()),
        Some(_) => Err(DefinedCondition::ItemNotFound),
    }
}
