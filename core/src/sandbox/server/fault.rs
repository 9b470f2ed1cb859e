//! The ways a stream ends.

use minidom::Element;
use xmpp_parsers::{
    ns,
    stream_error::{DefinedCondition as Condition, StreamError},
};

/// How a stream ends.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    /// The connection is lost: there is nobody to say anything to.
    Gone,
    /// The client closed its stream, and we close ours.
    Closed,
    /// We end it, and say why.
    Fault(Fault),
}

impl From<Fault> for Ending {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A stream error of ours.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    condition: Condition,
    text: &'static str,
    /// The name of an element of `urn:xmpp:errors` that says it more precisely.
    detail: Option<&'static str>,
}

impl Fault {
    /// `text` must be fit for XML as it stands.
    pub(super) fn new(condition: Condition, text: &'static str) -> Self {
        Self { condition, text, detail: None }
    }

    /// What stock servers say of an element over their limit.
    pub(super) fn too_big() -> Self {
        Self {
            detail: Some("stanza-too-big"),
            ..Self::new(Condition::PolicyViolation, "XML stanza is too big")
        }
    }

    /// The error as written where there is no `XmlStream` to write it.
    pub(super) fn xml(&self) -> String {
        let (condition, text, ns) = (&self.condition, self.text, ns::XMPP_STREAMS);
        let detail = self.detail.map(|name| format!("<{name} xmlns='{DETAILS}'/>")).unwrap_or_default();
        format!(
            "<stream:error><{condition} xmlns='{ns}'/><text xmlns='{ns}'>{text}</text>{detail}</stream:error>"
        )
    }
}

const DETAILS: &str = "urn:xmpp:errors";

impl From<Fault> for StreamError {
    fn from(fault: Fault) -> Self {
        Self {
            condition: fault.condition,
            texts: [(Default::default(), fault.text.to_owned())].into(),
            application_specific: fault.detail.map(|name| Element::bare(name, DETAILS)).into_iter().collect(),
        }
    }
}
