//! Errors as stanzas carry them (RFC 6120 section 8.3), and what they mean here.

use jiff::Timestamp;
use minidom::Element;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};

use super::{NS_COMMANDS, with_attribute};
use crate::data;
use crate::error::{Error, ErrorKind};

/// What a stanza error means; `peer` is who was asked, for the sentence.
pub(crate) fn read(stanza: &StanzaError, peer: &str) -> Error {
    use DefinedCondition as C;
    let text =
        stanza.texts.values().next().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let condition = condition_name(&stanza.defined_condition);
    let upstream = stanza.other.as_ref().filter(|other| other.is("upstream-error", data::NS));
    // What the command protocol says beside the standard condition (XEP-0050 section 4.5).
    let own = |name: &str| stanza.other.as_ref().is_some_and(|other| other.is(name, NS_COMMANDS));
    let large = stanza.other.as_ref().filter(|other| other.is("too-large", data::NS));
    let fitting = large.and_then(|large| {
        let time = |name: &str| large.attr(name)?.parse::<Timestamp>().ok();
        time("start").zip(time("end")).filter(|(start, end)| start < end)
    });
    let said = text.as_deref().map(|text| format!(": {text}")).unwrap_or_default();

    let (kind, message, remedy) = match &stanza.defined_condition {
        _ if upstream.is_some() => {
            let issuer = upstream.and_then(|upstream| upstream.attr("issuer")).unwrap_or("unnamed");
            let code = upstream.and_then(|upstream| upstream.attr("code")).map(|code| format!(" ({code})"));
            let code = code.unwrap_or_default();
            let message = format!("the system behind the provider, {issuer}, refused{code}{said}");
            (ErrorKind::UpstreamError, message, None)
        }
        C::NotAuthorized | C::Forbidden | C::RegistrationRequired | C::SubscriptionRequired => (
            ErrorKind::NotAuthorized,
            format!("{peer} gives this account no access{said}"),
            Some("Check the identifier, and that a consent is valid for it and for this account"),
        ),
        C::NotAllowed | C::BadRequest if own("session-expired") || own("bad-sessionid") => (
            ErrorKind::SessionExpired,
            format!("{peer} has ended the command's session{said}"),
            Some("Begin the command again"),
        ),
        C::NotAllowed => (ErrorKind::NotAuthorized, format!("{peer} does not allow this{said}"), None),
        C::BadRequest | C::JidMalformed | C::UnexpectedRequest
            if large.is_some() || too_big(text.as_deref()) =>
        {
            (
                ErrorKind::TooLarge,
                format!("{peer} will not send that much at once{said}"),
                Some("Ask for a shorter period"),
            )
        }
        C::BadRequest if own("bad-payload") => (
            ErrorKind::BadRequest,
            format!("{peer} does not take what the form was filled in with{said}"),
            Some("Check the values against what the command's form asks for"),
        ),
        C::BadRequest | C::JidMalformed | C::UnexpectedRequest => (
            ErrorKind::BadRequest,
            format!("{peer} refuses the request{said}"),
            Some("Check the identifier, the series and the period"),
        ),
        C::PolicyViolation | C::NotAcceptable => (
            ErrorKind::TooLarge,
            format!("a limit of {peer} or of a server on the way was passed ({condition}){said}"),
            Some("Ask for a shorter period"),
        ),
        C::ItemNotFound | C::FeatureNotImplemented => (
            ErrorKind::NoSuchCommand,
            format!("{peer} has no such command{said}"),
            Some("Check the provider's address, resource included"),
        ),
        C::ServiceUnavailable | C::RecipientUnavailable | C::Gone { .. } | C::Redirect { .. } => (
            ErrorKind::ProviderOffline,
            format!("nobody is there as {peer}{said}"),
            Some("Check the address, resource included (such as name@example.org/proxy), or try later"),
        ),
        C::RemoteServerNotFound | C::RemoteServerTimeout => (
            ErrorKind::ServerUnreachable,
            format!("the server of {peer} cannot be reached from ours ({condition}){said}"),
            Some("Check the domain, or try later"),
        ),
        C::ResourceConstraint => (
            ErrorKind::LimitReached,
            format!("{peer} or a server on the way has no room for this now{said}"),
            Some("Try later"),
        ),
        C::Conflict | C::InternalServerError | C::UndefinedCondition => {
            (ErrorKind::CommandFailed, format!("{peer} failed ({condition}){said}"), None)
        }
    };
    let mut error = Error::new(kind, message).condition_of_stanza(condition, text);
    if let Some(upstream) = upstream {
        let attribute = |name: &str| upstream.attr(name).filter(|value| !value.is_empty()).map(str::to_owned);
        error = error.issued_by(attribute("issuer"), attribute("code"));
    }
    if let Some((start, end)) = fitting {
        let remedy = format!("Ask for a shorter period: what fits from {start} on ends at {end}");
        return error.fitting(start, end).remedy(remedy);
    }
    match remedy {
        Some(remedy) => error.remedy(remedy),
        None => error,
    }
}

/// Known providers say so only in words (`Response would be too big (max 5000 records).`).
fn too_big(text: Option<&str>) -> bool {
    text.is_some_and(|text| {
        let text = text.to_ascii_lowercase();
        text.contains("too big") || text.contains("too large")
    })
}

/// The stanza a provider answers with.
pub(crate) fn write(error: &Error) -> StanzaError {
    use DefinedCondition as C;
    let (type_, condition) = match error.kind() {
        ErrorKind::NotAuthorized => (ErrorType::Auth, C::NotAuthorized),
        ErrorKind::BadRequest | ErrorKind::InvalidArgument | ErrorKind::TooLarge => {
            (ErrorType::Modify, C::BadRequest)
        }
        ErrorKind::NoSuchCommand => (ErrorType::Cancel, C::ItemNotFound),
        ErrorKind::LimitReached => (ErrorType::Wait, C::ResourceConstraint),
        ErrorKind::UpstreamError => (ErrorType::Cancel, C::UndefinedCondition),
        _ => (ErrorType::Cancel, C::InternalServerError),
    };
    // The text of an error nobody meant for the wire may tell of the inside: only meant ones travel.
    let text = error.text().unwrap_or("the provider could not answer");
    let mut stanza = StanzaError::new(type_, condition, "en", text);
    if error.kind() == ErrorKind::UpstreamError {
        let mut upstream = Element::bare("upstream-error", data::NS);
        for (name, value) in [("issuer", error.issuer()), ("code", error.code())] {
            if let Some(value) = value {
                upstream = with_attribute(upstream, name, value);
            }
        }
        stanza.other = Some(upstream);
    }
    if let Some((start, end)) = error.fitting_period() {
        let large = with_attribute(Element::bare("too-large", data::NS), "start", start.to_string());
        stanza.other = Some(with_attribute(large, "end", end.to_string()));
    }
    stanza
}

/// An error of the command protocol itself: the condition, and XEP-0050's own beside it.
pub(crate) fn command_error(
    type_: ErrorType,
    condition: DefinedCondition,
    own: &str,
    text: &str,
) -> StanzaError {
    let mut stanza = StanzaError::new(type_, condition, "en", text);
    stanza.other = Some(Element::bare(own, NS_COMMANDS));
    stanza
}

/// The condition's name, as it stands in the stanza.
pub(crate) fn condition_name(condition: &DefinedCondition) -> String {
    // The element's own name is the condition's.
    Element::from(condition.clone()).name().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use serde_json::Value as Json;

    use super::*;

    fn file(path: &str) -> String {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
    }

    /// What all languages have in common of their errors.
    fn table() -> Json {
        serde_json::from_str(&file("tests/errors.json")).unwrap()
    }

    fn kinds(table: &Json) -> impl Iterator<Item = &serde_json::Map<String, Json>> {
        table["kinds"].as_array().unwrap().iter().map(|kind| kind.as_object().unwrap())
    }

    /// What the table says of a kind under this name.
    fn said<'j>(kind: &'j serde_json::Map<String, Json>, name: &str) -> Option<&'j str> {
        kind.get(name).map(|said| said.as_str().unwrap())
    }

    #[test]
    fn the_table_has_every_kind_in_order_and_knows_which_are_temporary() {
        let table = table();
        let told: Vec<_> = kinds(&table)
            .map(|kind| (said(kind, "kind").unwrap(), kind["temporary"].as_bool().unwrap()))
            .collect();
        let known: Vec<_> = ErrorKind::ALL.iter().map(|kind| (kind.as_str(), kind.is_temporary())).collect();
        assert_eq!(told, known);
    }

    #[test]
    fn classes_have_different_names_and_parents_that_are_there() {
        let table = table();
        let groups = table["groups"].as_array().unwrap();
        let parents: BTreeSet<&str> = (groups.iter().map(|group| group["group"].as_str().unwrap()))
            .chain(kinds(&table).filter_map(|kind| said(kind, "kind")))
            .collect();
        for kind in kinds(&table) {
            if let Some(parent) = said(kind, "under") {
                assert!(parents.contains(parent) && Some(parent) != said(kind, "kind"), "{parent}");
            }
        }
        for language in ["python", "java", "php"] {
            let all: Vec<&str> = std::iter::once(&table["base"][language])
                .chain(groups.iter().map(|group| &group[language]))
                .chain(kinds(&table).map(|kind| &kind[language]))
                .map(|class| class.as_str().unwrap())
                .collect();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{language}");
        }
    }

    #[test]
    fn each_condition_means_what_the_table_says() {
        let table = table();
        let mut plain = BTreeSet::new();
        for kind in kinds(&table) {
            let Some(answers) = kind.get("answers") else { continue };
            for answer in answers.as_array().unwrap() {
                let condition = answer["condition"].as_str().unwrap();
                let with = answer.get("with").map(|with| {
                    let (ns, name) = with.as_str().unwrap()[1..].split_once('}').unwrap();
                    format!("<{name} xmlns='{ns}'/>")
                });
                if with.is_none() {
                    assert!(plain.insert(condition.to_owned()), "{condition} means two things");
                }
                let element: Element = format!(
                    "<error xmlns='jabber:client' type='cancel'>\
                     <{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>{}</error>",
                    with.unwrap_or_default()
                )
                .parse()
                .unwrap();
                let error = read(&StanzaError::try_from(element).unwrap(), "somebody");
                assert_eq!(Some(error.kind().as_str()), said(kind, "kind"), "{answer}");
            }
        }
        assert_eq!(plain.len(), 22, "the conditions of RFC 6120 section 8.3.3");
    }

    #[test]
    fn the_page_tells_the_same() {
        let (table, page) = (table(), file("docs/errors.md"));
        let classes = page.split("## Classes").nth(1).unwrap();
        for kind in kinds(&table) {
            let name = said(kind, "kind").unwrap();
            let row = |page: &str| {
                page.lines().find(|line| line.contains(&format!("`{name}` |"))).map(str::to_owned)
            };
            let meaning = row(&page).unwrap_or_else(|| panic!("no line of {name}"));
            assert_eq!(meaning.contains("| yes |"), kind["temporary"].as_bool().unwrap(), "{name}");
            let row = row(classes).unwrap_or_else(|| panic!("no classes of {name}"));
            for language in ["python", "java", "php"] {
                let class = said(kind, language).unwrap();
                assert!(row.contains(&format!("`{class}`")), "{class} is not in {row}");
            }
        }
    }
}
