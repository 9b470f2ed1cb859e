//! Runs of records that came as bytes within the tree: one element, whose text is the records' own XML, in
//! a `sensml` element of its own.
//!
//! A run is a child of a `sensml` element and stands for the `senml` elements in its text. The session puts it there,
//! below the XML parser, so that the parser makes one text of thousands of records.

use std::borrow::Cow;
use std::sync::OnceLock;

use minidom::{Element, Node};

use crate::senml::NS;

/// A run's name, in a namespace that is drawn anew in each process. Peers cannot guess it, and never get to see it:
/// what looks like a run is one. (Even a forged one could say nothing that its sender could not say in plain SenML.)
#[derive(Debug)]
pub(crate) struct StandIn {
    namespace: String,
    /// What comes before the records.
    pub open: String,
    /// What comes behind them.
    pub close: &'static str,
}

/// `None` where the system has no randomness to give; then there are no runs.
pub(crate) fn stand_in() -> Option<&'static StandIn> {
    static STAND_IN: OnceLock<Option<StandIn>> = OnceLock::new();
    let drawn = || {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok()?;
        let namespace = format!("urn:quoalise:run:{:032x}", u128::from_ne_bytes(bytes));
        let open = format!("<run xmlns='{namespace}'><![CDATA[<sensml xmlns='{NS}'>");
        Some(StandIn { namespace, open, close: "</sensml>]]></run>" })
    };
    STAND_IN.get_or_init(drawn).as_ref()
}

/// The XML of a run, a `sensml` element by itself; `None` where the element is not one.
pub(crate) fn text(element: &Element) -> Option<Cow<'_, str>> {
    if element.name() != "run" || !stand_in().is_some_and(|known| element.is("run", known.namespace.as_str()))
    {
        return None;
    }
    let mut nodes = element.nodes();
    Some(match (nodes.next(), nodes.next()) {
        (Some(Node::Text(text)), None) => Cow::Borrowed(text),
        _ => Cow::Owned(element.text()), // the parser may hand a long text over in pieces
    })
}
