//! The text of doc comments, taken apart for languages to put together.

use crate::model::Model;

/// What a doc comment says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Doc {
    /// Paragraphs.
    pub body: Vec<String>,
    /// What it fails with.
    pub errors: Option<String>,
}

/// How a language writes of code and of things.
pub trait Manners {
    /// Some words.
    fn text(&self, text: &str) -> String {
        text.to_owned()
    }
    /// Some code.
    fn code(&self, text: &str) -> String;
    /// A kind of error.
    fn error(&self, kind: &str) -> String;
    /// A name of an enum.
    fn variant(&self, of: &str, variant: &str) -> String;
    /// A name of the interface: of a method, an argument, a type.
    fn name(&self, name: &str) -> String;
    /// A method of an object.
    fn method(&self, of: &str, name: &str) -> String;
}

impl Doc {
    /// Takes a doc comment apart, in a language's manners.
    pub fn of(text: &str, model: &Model, manners: &dyn Manners) -> Self {
        let (body, errors) = match text.split_once("# Errors") {
            Some((body, errors)) => (body, Some(errors)),
            None => (text, None),
        };
        let paragraphs = |text: &str| -> Vec<String> {
            let paragraphs = text.trim().split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
            paragraphs.map(|paragraph| spoken(&joined(paragraph), model, manners)).collect()
        };
        Self {
            body: paragraphs(body),
            errors: errors.map(|errors| paragraphs(errors).join(" ")).filter(|errors| !errors.is_empty()),
        }
    }
}

/// A paragraph on one line.
fn joined(paragraph: &str) -> String {
    paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Links and code of Markdown, as the language has them.
fn spoken(text: &str, model: &Model, manners: &dyn Manners) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let (before, behind) = rest.split_at(at);
        let Some((code, after)) = behind[1..].split_once('`') else { break };
        // [`name`](path::of::it) is that name.
        let (before, after) = match (before.strip_suffix('['), after.strip_prefix("](")) {
            (Some(before), Some(link)) => (before, link.split_once(')').map_or(link, |(_, after)| after)),
            (Some(before), None) => match after.strip_prefix(']') {
                Some(after) => (before, after),
                None => (&rest[..at], after),
            },
            _ => (before, after),
        };
        out.push_str(&manners.text(before));
        out.push_str(&code_of(code, model, manners));
        rest = after;
    }
    out.push_str(&manners.text(rest));
    out
}

fn code_of(code: &str, model: &Model, manners: &dyn Manners) -> String {
    let is =
        |name: &str| model.enums.get(name).is_some_and(|of| of.variants.iter().any(|one| one.name == code));
    if is("ErrorKind") {
        return manners.error(code);
    }
    let mut of = model.enums.keys().filter(|name| is(name));
    if let (Some(of), None) = (of.next(), of.next()) {
        return manners.variant(of, code);
    }
    let is_name = |code: &str| code.chars().all(|c| c.is_alphanumeric() || c == '_');
    match code.split_once("::") {
        _ if is_name(code) => manners.name(code),
        Some((of, name)) if is_name(of) && is_name(name) => manners.method(of, name),
        _ => manners.code(code),
    }
}

/// Breaks a text into lines of so many columns at the most.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Enum, Variant};

    struct Plain;

    impl Manners for Plain {
        fn code(&self, text: &str) -> String {
            format!("<{text}>")
        }
        fn error(&self, kind: &str) -> String {
            format!("!{kind}")
        }
        fn variant(&self, of: &str, variant: &str) -> String {
            format!("{of}.{variant}")
        }
        fn name(&self, name: &str) -> String {
            format!("({name})")
        }
        fn method(&self, of: &str, name: &str) -> String {
            format!("({of}#{name})")
        }
    }

    #[test]
    fn links_code_and_errors_are_told_apart() {
        let variant = |name: &str| Variant { name: name.to_owned(), doc: String::new() };
        let mut model = Model::default();
        for (name, variants) in [("ErrorKind", ["NoAnswer", "Closed"]), ("Action", ["Next", "Prev"])] {
            let variants = variants.map(variant).to_vec();
            model.enums.insert(name.to_owned(), Enum { doc: String::new(), grows: false, variants });
        }
        let text = "As [`run`](Self::run),\nbut `Next` of `a b`.\n\nMore: `Client::run`.\n\n# Errors\nOn `NoAnswer`.";
        let doc = Doc::of(text, &model, &Plain);
        assert_eq!(doc.body, ["As (run), but Action.Next of <a b>.", "More: (Client#run)."]);
        assert_eq!(doc.errors.as_deref(), Some("On !NoAnswer."));
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
    }
}
