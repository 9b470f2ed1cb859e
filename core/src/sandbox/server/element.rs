//! Stanzas as a server sees them: elements with an address, passed on as they came.
//!
//! The typed stanzas of `xmpp-parsers` would refuse or drop what they don't know, and a server
//! must carry it.

use minidom::{
    Element,
    rxml::{AttrMap, Event, Namespace, NcNameStr, QName, xml_ncname},
};
use xmpp_parsers::{
    ns,
    stanza_error::{DefinedCondition, ErrorType, StanzaError},
};
use xso::{Context, FromEventsBuilder, FromXml, error::Error, error::FromEventsError};

/// Elements nested deeper than this are refused: they are walked and dropped by recursion, so that
/// the depth a client may choose must be less than what a stack holds.
const DEPTH: usize = 100;

/// Any element on the level of a stanza.
#[derive(Debug)]
pub(super) struct Received(pub(super) Element);

/// Builds a [`Received`].
pub(super) struct Builder {
    inner: <Element as FromXml>::Builder,
    depth: usize,
}

impl FromXml for Received {
    type Builder = Builder;

    fn from_events(name: QName, attributes: AttrMap, cx: &Context<'_>) -> Result<Builder, FromEventsError> {
        Ok(Builder { inner: Element::from_events(name, attributes, cx)?, depth: 1 })
    }
}

impl FromEventsBuilder for Builder {
    type Output = Received;

    fn feed(&mut self, event: Event, cx: &Context<'_>) -> Result<Option<Received>, Error> {
        match event {
            Event::StartElement(..) if self.depth == DEPTH => return Err(Error::Other("nested too deeply")),
            Event::StartElement(..) => self.depth += 1,
            Event::EndElement(..) => self.depth -= 1,
            _ => {}
        }
        Ok(self.inner.feed(event, cx)?.map(Received))
    }
}

/// The attributes of stanzas we write.
pub(super) const FROM: &NcNameStr = xml_ncname!("from");
pub(super) const TO: &NcNameStr = xml_ncname!("to");
pub(super) const TYPE: &NcNameStr = xml_ncname!("type");
const ID: &NcNameStr = xml_ncname!("id");
const STAMP: &NcNameStr = xml_ncname!("stamp");

/// Sets an attribute without a namespace.
pub(super) fn set(stanza: &mut Element, name: &NcNameStr, value: &str) {
    stanza.attrs_mut().insert(Namespace::NONE, name.to_owned(), value.to_owned());
}

/// The first child element, if it is the only one.
pub(super) fn only_child(stanza: &Element) -> Option<&Element> {
    let mut children = stanza.children();
    children.next().filter(|_| children.next().is_none())
}

/// A stanza of `type_` that goes back where `stanza` came from.
fn answer(stanza: &Element, type_: &str) -> Element {
    let mut answer = Element::bare(stanza.name(), ns::JABBER_CLIENT);
    set(&mut answer, TYPE, type_);
    for (name, value) in [(ID, stanza.attr(ID)), (TO, stanza.attr(FROM)), (FROM, stanza.attr(TO))] {
        if let Some(value) = value {
            set(&mut answer, name, value);
        }
    }
    answer
}

/// The result of an IQ.
pub(super) fn result(iq: &Element, payload: Option<Element>) -> Element {
    let mut result = answer(iq, "result");
    if let Some(payload) = payload {
        result.append_child(payload);
    }
    result
}

/// `stanza` refused.
pub(super) fn refusal(stanza: &Element, condition: DefinedCondition) -> Element {
    use DefinedCondition as Is;
    let type_ = match condition {
        Is::BadRequest | Is::JidMalformed => ErrorType::Modify,
        Is::NotAuthorized => ErrorType::Auth,
        Is::ResourceConstraint => ErrorType::Wait,
        _ => ErrorType::Cancel,
    };
    let error =
        StanzaError { type_, by: None, defined_condition: condition, texts: Default::default(), other: None };
    let mut refusal = answer(stanza, "error");
    refusal.append_child(error.into());
    refusal
}

/// Marks `stanza` as kept by `domain` since now (XEP-0203).
pub(super) fn delay(stanza: &mut Element, domain: &str) {
    // To the second, as stock servers write it.
    let now = jiff::Timestamp::now();
    let stamp = jiff::Timestamp::from_second(now.as_second()).unwrap_or(now);
    let mut delay = Element::bare("delay", ns::DELAY);
    set(&mut delay, FROM, domain);
    set(&mut delay, STAMP, &stamp.to_string());
    stanza.append_child(delay);
}
