use minidom::Element;

use super::{Form, NS_COMMANDS, with_attribute};

/// An ad-hoc command, asked or answered (XEP-0050).
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Command {
    /// Which command.
    pub node: String,
    /// The session of a command of several stages.
    pub session: Option<String>,
    /// What the requester wants; absent means execute.
    pub action: Option<Action>,
    /// How the responder is doing.
    pub status: Option<Status>,
    /// Which actions the responder allows next; empty where it names none.
    pub actions: Vec<Action>,
    /// What `execute` means next: `next` unless the responder says otherwise, and none where it names no actions at
    /// all, which makes this the only stage. When written, the first action where none is said.
    pub default_action: Option<Action>,
    /// The form, where there is one.
    pub form: Option<Form>,
    /// Words for humans, and the reason of a failure.
    pub notes: Vec<Note>,
    /// What stands beside the form, such as a `quoalise` element.
    pub payloads: Vec<Element>,
}

impl std::fmt::Debug for Command {
    /// Payloads are readings: only how many there are is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Command")
            .field("node", &self.node)
            .field("action", &self.action)
            .field("status", &self.status)
            .field("form", &self.form)
            .field("payloads", &self.payloads.len())
            .finish_non_exhaustive()
    }
}

/// What a requester wants of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[allow(missing_docs)] // the XEP's own names
pub enum Action {
    Execute,
    Next,
    Prev,
    Complete,
    Cancel,
}

/// How a command is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[allow(missing_docs)] // the XEP's own names
pub enum Status {
    Executing,
    Completed,
    Canceled,
}

/// A note beside a command's answer.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Note {
    /// How bad it is.
    pub kind: NoteType,
    /// What it says.
    pub text: String,
}

impl std::fmt::Debug for Note {
    /// The text may tell readings, or a meter's number, and is left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Note").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// How bad a [`Note`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[allow(missing_docs)] // the XEP's own names
pub enum NoteType {
    Info,
    Warn,
    Error,
}

const ACTIONS: [(Action, &str); 5] = [
    (Action::Execute, "execute"),
    (Action::Next, "next"),
    (Action::Prev, "prev"),
    (Action::Complete, "complete"),
    (Action::Cancel, "cancel"),
];

const STATUSES: [(Status, &str); 3] =
    [(Status::Executing, "executing"), (Status::Completed, "completed"), (Status::Canceled, "canceled")];

const NOTE_TYPES: [(NoteType, &str); 3] =
    [(NoteType::Info, "info"), (NoteType::Warn, "warn"), (NoteType::Error, "error")];

fn by_name<T: Copy>(table: &[(T, &str)], name: &str) -> Option<T> {
    table.iter().find(|(_, known)| *known == name).map(|(value, _)| *value)
}

fn name_of<T: PartialEq>(table: &[(T, &'static str)], value: &T) -> &'static str {
    table.iter().find(|(known, _)| known == value).map_or("", |(_, name)| *name)
}

impl Action {
    /// The XEP's name.
    pub fn as_str(self) -> &'static str {
        name_of(&ACTIONS, &self)
    }
}

impl NoteType {
    /// The XEP's name.
    pub fn as_str(self) -> &'static str {
        name_of(&NOTE_TYPES, &self)
    }
}

impl Command {
    /// A request to execute `node`.
    pub fn execute(node: impl Into<String>, form: Option<Form>) -> Self {
        Self { node: node.into(), action: Some(Action::Execute), form, ..Self::default() }
    }

    /// An answer in a session.
    pub fn answer(node: impl Into<String>, session: impl Into<String>, status: Status) -> Self {
        Self { node: node.into(), session: Some(session.into()), status: Some(status), ..Self::default() }
    }

    /// The text of the first error note: by XEP-0050 a completed command that has one has failed.
    pub fn error_note(&self) -> Option<&str> {
        self.notes.iter().find(|note| note.kind == NoteType::Error).map(|note| &*note.text)
    }

    /// Reads a `command` element; `None` where it is not one, or names no node.
    pub fn from_element(mut element: Element) -> Option<Self> {
        if !element.is("command", NS_COMMANDS) {
            return None;
        }
        let mut command = Self {
            node: element.attr("node")?.to_owned(),
            session: element.attr("sessionid").filter(|id| !id.is_empty()).map(str::to_owned),
            action: element.attr("action").and_then(|name| by_name(&ACTIONS, name)),
            status: element.attr("status").and_then(|name| by_name(&STATUSES, name)),
            ..Self::default()
        };
        // Payloads are moved, not copied: one may hold a year of readings.
        for child in element.take_contents_as_children() {
            if child.is("actions", NS_COMMANDS) {
                let named = child.attr("execute").and_then(|name| by_name(&ACTIONS, name));
                command.default_action = named.or(Some(Action::Next));
                command
                    .actions
                    .extend(child.children().filter_map(|action| by_name(&ACTIONS, action.name())));
            } else if child.is("note", NS_COMMANDS) {
                let kind =
                    child.attr("type").and_then(|name| by_name(&NOTE_TYPES, name)).unwrap_or(NoteType::Info);
                command.notes.push(Note { kind, text: child.text() });
            } else if let Some(form) = Form::from_element(&child).filter(|_| command.form.is_none()) {
                command.form = Some(form);
            } else {
                command.payloads.push(child);
            }
        }
        Some(command)
    }

    /// The `command` element.
    pub fn to_element(&self) -> Element {
        let mut element = with_attribute(Element::bare("command", NS_COMMANDS), "node", &*self.node);
        if let Some(session) = &self.session {
            element = with_attribute(element, "sessionid", &**session);
        }
        if let Some(action) = &self.action {
            element = with_attribute(element, "action", name_of(&ACTIONS, action));
        }
        if let Some(status) = &self.status {
            element = with_attribute(element, "status", name_of(&STATUSES, status));
        }
        if let Some(first) = self.actions.first() {
            let default = name_of(&ACTIONS, self.default_action.as_ref().unwrap_or(first));
            let mut actions = with_attribute(Element::bare("actions", NS_COMMANDS), "execute", default);
            for action in &self.actions {
                actions.append_child(Element::bare(name_of(&ACTIONS, action), NS_COMMANDS));
            }
            element.append_child(actions);
        }
        for note in &self.notes {
            let mut child =
                with_attribute(Element::bare("note", NS_COMMANDS), "type", name_of(&NOTE_TYPES, &note.kind));
            child.append_text(&*note.text);
            element.append_child(child);
        }
        if let Some(form) = &self.form {
            element.append_child(form.to_element());
        }
        for payload in &self.payloads {
            element.append_child(payload.clone());
        }
        element
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inner: &str) -> Command {
        let xml = format!("<command xmlns='{NS_COMMANDS}' node='a'>{inner}</command>");
        Command::from_element(xml.parse().unwrap()).unwrap()
    }

    #[test]
    fn debug_tells_nothing_of_what_a_note_says() {
        let note = read("<note type='warn'>987 W at 00000000000001</note>").notes.remove(0);
        assert_eq!(note.text, "987 W at 00000000000001");
        assert_eq!(format!("{note:?}"), "Note { kind: Warn, .. }");
    }

    #[test]
    fn execute_means_what_the_responder_says() {
        for (actions, default) in [
            ("", None),
            ("<actions/>", Some(Action::Next)),
            ("<actions><complete/></actions>", Some(Action::Next)),
            ("<actions execute='complete'><prev/><complete/></actions>", Some(Action::Complete)),
            ("<actions execute='nonsense'><next/></actions>", Some(Action::Next)),
        ] {
            assert_eq!(read(actions).default_action, default, "{actions}");
        }
        let mut command = read("<actions execute='complete'><prev/><next/><complete/></actions>");
        assert_eq!(Command::from_element(command.to_element()), Some(command.clone()));
        command.default_action = None;
        let again = Command::from_element(command.to_element()).unwrap();
        assert_eq!(again.default_action, Some(Action::Prev), "the first");
    }
}
