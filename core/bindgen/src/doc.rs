//! The text of doc comments, taken apart for languages to put together.

use crate::model::Model;

/// What a doc comment says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Doc {
    /// Paragraphs.
    pub body: Vec<String>,
    /// What it says of arguments, by their names.
    pub arguments: Vec<(String, String)>,
    /// What comes back: no sentence, but what follows "gives".
    pub returns: Option<String>,
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
    /// What stands for nothing.
    fn nothing(&self) -> String;
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
        let mut doc = Self::default();
        for (title, text) in sections(text) {
            let paragraphs = text.trim().split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
            let mut paragraphs = paragraphs.map(|paragraph| spoken(&joined(paragraph), model, manners));
            match title {
                "Arguments" => doc.arguments = arguments(&text, model, manners),
                "Returns" => doc.returns = paragraphs.next().map(|text| phrase(&text)),
                "Errors" => {
                    let errors = paragraphs.collect::<Vec<_>>().join(" ");
                    doc.errors = Some(errors).filter(|errors| !errors.is_empty());
                }
                _ => doc.body = paragraphs.collect(),
            }
        }
        doc
    }

    /// The first sentence as a phrase: of something that only gives what it describes. When there is any ("For an upstream
    /// error: its code") stands behind.
    pub fn gist(&self) -> Option<String> {
        let first = self.body.first()?;
        let sentence = first.split_once(". ").map_or(&**first, |(sentence, _)| sentence);
        Some(match sentence.strip_prefix("For ").and_then(|case| case.split_once(": ")) {
            Some((case, what)) => format!("{} (for {case})", phrase(what)),
            None => phrase(sentence),
        })
    }
}

/// The text before the first heading, which has none, and what stands under each.
fn sections(text: &str) -> Vec<(&str, String)> {
    let mut sections = vec![("", String::new())];
    for line in text.lines() {
        match line.trim_start().strip_prefix("# ") {
            Some(title) => sections.push((title.trim_end(), String::new())),
            None => {
                if let Some((_, text)) = sections.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    sections
}

/// The items of a list, each with a name in front: "- `name`: what it is".
fn arguments(text: &str, model: &Model, manners: &dyn Manners) -> Vec<(String, String)> {
    let items = text.split("- `").filter_map(|item| item.split_once("`: "));
    items.map(|(name, said)| (name.to_owned(), spoken(&joined(said.trim()), model, manners))).collect()
}

/// A sentence without what makes it one.
fn phrase(sentence: &str) -> String {
    let sentence = sentence.trim().trim_end_matches('.');
    let mut letters = sentence.chars();
    let first = letters.next();
    // What begins with capitals is a name, and stays one.
    let is_name = letters.clone().next().is_some_and(char::is_uppercase);
    let first = first.map(|first| if is_name { first } else { first.to_ascii_lowercase() });
    first.into_iter().chain(letters).collect()
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
    if code == "None" {
        return manners.nothing();
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
        fn nothing(&self) -> String {
            "nil".to_owned()
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
        let text = "As [`run`](Self::run),\nbut `Next` of `a b`.\n\nMore: `Client::run`.\n\n\
                    # Arguments\n- `start`: where it\nbegins; `None` for no end\n- `more`: the rest\n\n\
                    # Returns\nThe `Data`.\n\n# Errors\nOn `NoAnswer`.";
        let doc = Doc::of(text, &model, &Plain);
        assert_eq!(doc.body, ["As (run), but Action.Next of <a b>.", "More: (Client#run)."]);
        let argument = |name: &str, said: &str| (name.to_owned(), said.to_owned());
        assert_eq!(
            doc.arguments,
            [argument("start", "where it begins; nil for no end"), argument("more", "the rest")]
        );
        assert_eq!(doc.returns.as_deref(), Some("the (Data)"));
        assert_eq!(doc.errors.as_deref(), Some("On !NoAnswer."));
        assert_eq!(doc.gist().as_deref(), Some("as (run), but Action.Next of <a b>"));
        let doc = Doc::of("For an error: Its `a b`, or none. Mostly none.", &model, &Plain);
        assert_eq!(doc.gist().as_deref(), Some("its <a b>, or none (for an error)"));
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
    }
}
