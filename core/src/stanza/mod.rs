//! The XML of commands, forms, payloads and errors. No I/O.
//!
//! Reading is lenient where peers are known to be loose: what Quoalise does not need is passed over.

pub(crate) mod command;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod payload;
pub(crate) mod run;
pub(crate) mod series;
pub(crate) mod time;

pub use command::{Action, Command, Note, NoteType, Status};
pub use form::{Field, FieldType, Form, FormType, Validation};

use minidom::Element;

/// Ad-hoc commands (XEP-0050).
pub const NS_COMMANDS: &str = "http://jabber.org/protocol/commands";
/// Data forms (XEP-0004).
pub const NS_FORMS: &str = "jabber:x:data";
/// What values of forms must look like (XEP-0122).
pub const NS_VALIDATE: &str = "http://jabber.org/protocol/xdata-validate";

/// Our own mark, in the place of an element that was kept away from the XMPP library: see the session's guard.
pub(crate) const NS_LEFT_OUT: &str = "urn:quoalise:left-out";

/// Sets an attribute from a name known to be one.
pub(crate) fn with_attribute(mut element: Element, name: &str, value: impl Into<String>) -> Element {
    match name.try_into() {
        Ok(name) => element.set_attr(minidom::rxml::Namespace::NONE, name, value.into()),
        Err(_) => log::warn!("left out an attribute whose name is not XML"),
    }
    element
}
