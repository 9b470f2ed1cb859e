//! A form filled in field by field, by somebody at a terminal.

use std::io::{self, Write};

use super::format::clean;
use crate::Values;
use crate::client::is_field;
use crate::stanza::{Action, Field, FieldType, Form};

/// What is typed to go back a field.
const BACK: &str = "<";

/// What is typed to leave a field empty that has a default.
const NOTHING: &str = "-";

/// Whoever is asked: somebody at a terminal, or a test.
pub(super) trait Person {
    /// Shows a line.
    fn tell(&mut self, line: &str) -> io::Result<()>;
    /// Asks for a line; none when there are no more.
    fn line(&mut self, prompt: &str) -> io::Result<Option<String>>;
    /// As [`line`](Self::line), and shows nothing of what is typed.
    fn secret(&mut self, prompt: &str) -> io::Result<Option<String>>;
}

/// The terminal of this process: prompts on stderr, answers from stdin.
pub(super) struct Terminal;

impl Person for Terminal {
    fn tell(&mut self, line: &str) -> io::Result<()> {
        writeln!(io::stderr(), "{line}")
    }

    fn line(&mut self, prompt: &str) -> io::Result<Option<String>> {
        write!(io::stderr(), "{prompt}")?;
        io::stderr().flush()?;
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line)?;
        Ok((read > 0).then(|| line.trim_end_matches(['\n', '\r']).to_owned()))
    }

    fn secret(&mut self, prompt: &str) -> io::Result<Option<String>> {
        match rpassword::prompt_password(prompt) {
            Ok(secret) => Ok(Some(secret)),
            Err(error)
                if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// A stage of a command, to be filled in.
#[derive(Clone)]
pub(super) struct Stage {
    pub(super) form: Option<Form>,
    /// What may be done.
    pub(super) actions: Vec<Action>,
    /// What is done where nothing else is said.
    pub(super) default_action: Option<Action>,
    /// Values that are settled: these fields are not asked for.
    pub(super) given: Values,
    /// What was answered before: defaults that go before the form's.
    pub(super) earlier: Values,
}

/// How somebody wants to go on.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// To the next stage, or the result, with these values.
    Forward(Action, Values),
    /// To the stage before.
    Back,
    /// There are no more answers.
    GaveUp,
}

/// What somebody typed for a field.
enum Typed {
    Values(Vec<String>),
    Default,
    Back,
    GaveUp,
}

impl Stage {
    /// Asks for each field that is not settled, again where an answer does not fit.
    pub(super) fn ask(&self, person: &mut dyn Person) -> io::Result<Answer> {
        let none = Vec::new();
        let fields = self.form.as_ref().map_or(&none, |form| &form.fields);
        for text in self.form.iter().flat_map(|form| [&form.title, &form.instructions]).flatten() {
            tell_text(person, "", text)?;
        }
        let asked: Vec<usize> =
            fields.iter().enumerate().filter(|(_, f)| self.is_asked(f)).map(|(i, _)| i).collect();
        let mut answers = Values::new();
        let mut at = 0; // among the fields
        let mut told = 0; // fixed texts before here are told
        loop {
            let Some(field) = fields.get(at) else {
                match self.ask_action(asked.is_empty(), person)? {
                    Typed::Back => match asked.last() {
                        Some(last) => at = *last,
                        None if self.actions.contains(&Action::Prev) => return Ok(Answer::Back),
                        None => person.tell("  there is no way back from here")?,
                    },
                    Typed::GaveUp => return Ok(Answer::GaveUp),
                    Typed::Default => return Ok(self.forward(self.default_action, answers)),
                    Typed::Values(action) => {
                        let next = action.first().is_some_and(|action| action == Action::Next.as_str());
                        let action = if next { Action::Next } else { Action::Complete };
                        return Ok(self.forward(Some(action), answers));
                    }
                }
                continue;
            };
            if !asked.contains(&at) {
                if field.kind == FieldType::Fixed && at >= told {
                    told = at + 1;
                    for text in &field.values {
                        tell_text(person, "", text)?;
                    }
                }
                at += 1;
                continue;
            }
            match self.ask_field(field, person)? {
                Typed::Values(values) => {
                    answers.set(&*field.var, values);
                    at += 1;
                }
                Typed::Default => {
                    // The form's own default stays the provider's affair; what was answered before is ours.
                    if let Some(earlier) = self.earlier.get(&field.var) {
                        answers.set(&*field.var, earlier.to_vec());
                    }
                    at += 1;
                }
                Typed::Back => match asked.iter().rev().find(|before| **before < at) {
                    Some(before) => at = *before,
                    None if self.actions.contains(&Action::Prev) => return Ok(Answer::Back),
                    None => person.tell("  this is the first field, and there is no way back from here")?,
                },
                Typed::GaveUp => return Ok(Answer::GaveUp),
            }
        }
    }

    fn forward(&self, action: Option<Action>, answers: Values) -> Answer {
        let mut values = self.form.as_ref().map(|form| self.given.within(form)).unwrap_or_default();
        for name in answers.names() {
            values.set(name, answers.get(name).unwrap_or_default().to_vec());
        }
        Answer::Forward(action.unwrap_or(Action::Complete), values)
    }

    fn is_asked(&self, field: &Field) -> bool {
        is_field(field) && field.kind != FieldType::Hidden && self.given.get(&field.var).is_none()
    }

    /// Where there is a choice; and where there was nothing to fill in, so that what there is can be read.
    fn ask_action(&self, nothing_asked: bool, person: &mut dyn Person) -> io::Result<Typed> {
        let ahead: Vec<&str> = self
            .actions
            .iter()
            .filter(|action| **action != Action::Prev)
            .map(|action| action.as_str())
            .collect();
        if ahead.len() < 2 && !nothing_asked {
            return Ok(Typed::Default);
        }
        let default = self.default_action.unwrap_or(Action::Complete).as_str();
        let prompt = format!("{} [{default}]: ", ahead.join(" or "));
        loop {
            let Some(line) = person.line(&prompt)? else { return Ok(Typed::GaveUp) };
            match line.trim() {
                "" => return Ok(Typed::Default),
                BACK => return Ok(Typed::Back),
                typed => match ahead.iter().find(|action| action.starts_with(&typed.to_lowercase())) {
                    Some(action) => return Ok(Typed::Values(vec![(*action).to_owned()])),
                    None => person.tell(&format!("  type {}", ahead.join(" or ")))?,
                },
            }
        }
    }

    fn ask_field(&self, field: &Field, person: &mut dyn Person) -> io::Result<Typed> {
        let default = self.earlier.get(&field.var).unwrap_or(&field.values);
        let has_default = default.iter().any(|value| !value.is_empty());
        tell_field(field, person)?;
        let shown = match field.kind {
            _ if !has_default => String::new(),
            FieldType::TextPrivate => " [unchanged]".to_owned(),
            _ => format!(" [{}]", clean(&default.join(", "))),
        };
        let prompt = format!("  {}{shown}: ", clean(&field.var));
        loop {
            let line = match field.kind {
                FieldType::TextPrivate => person.secret(&prompt)?,
                _ => person.line(&prompt)?,
            };
            let Some(line) = line else { return Ok(Typed::GaveUp) };
            let values = match line.trim() {
                BACK => return Ok(Typed::Back),
                "" if has_default || !field.required => return Ok(Typed::Default),
                "" => {
                    person.tell("  there must be a value")?;
                    continue;
                }
                NOTHING if has_default && !field.required => return Ok(Typed::Values(vec![String::new()])),
                _ => match self.read(field, line, person)? {
                    Some(values) => values,
                    None => return Ok(Typed::GaveUp),
                },
            };
            match field.check(&values) {
                Ok(()) => return Ok(Typed::Values(values)),
                Err(error) => person.tell(&format!("  {}", clean(error.message())))?,
            }
        }
    }

    /// The values of what was typed first; of a text of several lines, the others too.
    fn read(&self, field: &Field, line: String, person: &mut dyn Person) -> io::Result<Option<Vec<String>>> {
        let option = |typed: &str| option(field, typed);
        Ok(Some(match field.kind {
            FieldType::Boolean => vec![match line.trim().to_lowercase().as_str() {
                "y" | "yes" => "true".to_owned(),
                "n" | "no" => "false".to_owned(),
                other => other.to_owned(),
            }],
            FieldType::ListSingle => vec![option(line.trim())],
            FieldType::ListMulti => {
                line.split(',').map(str::trim).filter(|typed| !typed.is_empty()).map(option).collect()
            }
            FieldType::JidMulti => {
                line.split([',', ' ']).filter(|typed| !typed.is_empty()).map(str::to_owned).collect()
            }
            FieldType::JidSingle => vec![line.trim().to_owned()],
            FieldType::TextMulti => {
                let mut lines = vec![line];
                loop {
                    match person.line("  … ")? {
                        Some(line) if line.is_empty() => break lines,
                        Some(line) => lines.push(line),
                        None => return Ok(None),
                    }
                }
            }
            _ => vec![line],
        }))
    }
}

/// An option by its number, its value or its label; otherwise what was typed.
fn option(field: &Field, typed: &str) -> String {
    let options = &field.options;
    let number = typed.parse::<usize>().ok().and_then(|number| options.get(number.checked_sub(1)?));
    let by_value = || options.iter().find(|(_, value)| value == typed);
    let by_label = || {
        options
            .iter()
            .find(|(label, _)| label.as_ref().is_some_and(|l| l.to_lowercase() == typed.to_lowercase()))
    };
    number.or_else(by_value).or_else(by_label).map_or_else(|| typed.to_owned(), |(_, value)| value.clone())
}

fn tell_text(person: &mut dyn Person, indent: &str, text: &str) -> io::Result<()> {
    for line in text.lines() {
        person.tell(&format!("{indent}{}", clean(line)))?;
    }
    Ok(())
}

fn tell_field(field: &Field, person: &mut dyn Person) -> io::Result<()> {
    let label = field.label.as_deref().filter(|label| !label.is_empty()).unwrap_or(&field.var);
    let how = match field.kind {
        FieldType::Boolean => "yes or no",
        FieldType::ListMulti => "several, with commas",
        FieldType::JidSingle => "an address",
        FieldType::JidMulti => "addresses",
        FieldType::TextMulti => "several lines, then an empty one",
        _ => "",
    };
    let hints: Vec<&str> = [if field.required { "required" } else { "" }, how]
        .into_iter()
        .filter(|hint| !hint.is_empty())
        .collect();
    let hints = if hints.is_empty() { String::new() } else { format!(" ({})", hints.join("; ")) };
    person.tell(&format!("{}{hints}", clean(label)))?;
    if let Some(description) = &field.description {
        tell_text(person, "  ", description)?;
    }
    for (number, (label, value)) in field.options.iter().enumerate() {
        person.tell(&format!("  {}) {}", number + 1, show_option(label.as_deref(), value)))?;
    }
    Ok(())
}

/// `What you use (consumption)`.
pub(super) fn show_option(label: Option<&str>, value: &str) -> String {
    match label.filter(|label| !label.is_empty() && *label != value) {
        Some(label) => format!("{} ({})", clean(label), clean(value)),
        None => clean(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stanza::FormType;

    /// Somebody whose answers are known beforehand.
    #[derive(Default)]
    struct Scripted {
        answers: Vec<String>,
        seen: Vec<String>,
        secrets: usize,
    }

    impl Scripted {
        fn new(answers: &[&str]) -> Self {
            Self { answers: answers.iter().rev().map(|line| (*line).to_owned()).collect(), ..Self::default() }
        }
    }

    impl Person for Scripted {
        fn tell(&mut self, line: &str) -> io::Result<()> {
            self.seen.push(line.to_owned());
            Ok(())
        }

        fn line(&mut self, prompt: &str) -> io::Result<Option<String>> {
            self.seen.push(prompt.to_owned());
            Ok(self.answers.pop())
        }

        fn secret(&mut self, prompt: &str) -> io::Result<Option<String>> {
            self.secrets += 1;
            self.line(prompt)
        }
    }

    fn list(kind: FieldType) -> Field {
        let mut field = Field::new("direction", kind).label("Direction").value("consumption");
        field.options = vec![
            (Some("What you use".to_owned()), "consumption".to_owned()),
            (None, "production".to_owned()),
        ];
        field
    }

    fn stage(form: Form) -> Stage {
        Stage {
            form: Some(form),
            actions: vec![Action::Complete],
            default_action: Some(Action::Complete),
            given: Values::new(),
            earlier: Values::new(),
        }
    }

    fn form() -> Form {
        Form::new(FormType::Form)
            .title("A form")
            .instructions("Fill\nit in")
            .field(Field::new("kept", FieldType::Hidden).value("h"))
            .field(Field::text("name").label("Your name").description("As on the bill").required())
            .field(Field::new("", FieldType::Fixed).value("Now for \u{1b}[1mmore"))
            .field(list(FieldType::ListSingle))
            .field(Field::text("days").value("7"))
    }

    fn answered(stage: &Stage, answers: &[&str]) -> (Answer, Scripted) {
        let mut person = Scripted::new(answers);
        let answer = stage.ask(&mut person).unwrap();
        assert!(person.answers.is_empty(), "{:?} left after {:?}", person.answers, person.seen);
        (answer, person)
    }

    #[test]
    fn each_field_is_asked_for_and_nothing_keeps_the_default() {
        let (answer, person) = answered(&stage(form()), &["Ada", "2", ""]);
        let values = Values::from([("name", "Ada"), ("direction", "production")]);
        assert_eq!(answer, Answer::Forward(Action::Complete, values));
        assert_eq!(
            person.seen,
            [
                "A form",
                "Fill",
                "it in",
                "Your name (required)",
                "  As on the bill",
                "  name: ",
                "Now for \u{fffd}[1mmore",
                "Direction",
                "  1) What you use (consumption)",
                "  2) production",
                "  direction [consumption]: ",
                "days",
                "  days [7]: ",
            ]
        );
    }

    #[test]
    fn what_does_not_fit_is_asked_again() {
        let (answer, person) = answered(&stage(form()), &["", "  ", "Ada", "3", "up", "what YOU use", "-"]);
        let values = Values::from([("name", "Ada"), ("direction", "consumption"), ("days", "")]);
        assert_eq!(answer, Answer::Forward(Action::Complete, values));
        assert_eq!(person.seen.iter().filter(|line| line.contains("must be a value")).count(), 2);
        assert_eq!(person.seen.iter().filter(|line| line.contains("takes one of consumption")).count(), 2);
    }

    #[test]
    fn one_can_go_back_field_by_field_and_stage_by_stage() {
        let mut stage = stage(form());
        let (answer, person) = answered(&stage, &["<", "Ada", "production", "<", "<", "Eve", "1", "9"]);
        let values = Values::from([("name", "Eve"), ("direction", "consumption"), ("days", "9")]);
        assert_eq!(answer, Answer::Forward(Action::Complete, values));
        assert!(person.seen.iter().any(|line| line.contains("no way back")));
        assert_eq!(person.seen.iter().filter(|line| line.starts_with("Now for")).count(), 1, "read once");
        stage.actions = vec![Action::Prev, Action::Complete];
        assert_eq!(answered(&stage, &["Ada", "<", "<"]).0, Answer::Back);
        for answers in [&[][..], &["Ada"]] {
            assert_eq!(answered(&stage, answers).0, Answer::GaveUp);
        }
    }

    #[test]
    fn given_values_are_not_asked_for_and_earlier_ones_are_defaults() {
        let mut stage = stage(form());
        stage.given = Values::from([("name", "Ada"), ("elsewhere", "x")]);
        stage.earlier = Values::from([("days", "30")]);
        let (answer, person) = answered(&stage, &["", ""]);
        assert_eq!(
            answer,
            Answer::Forward(Action::Complete, Values::from([("name", "Ada"), ("days", "30")]))
        );
        assert!(person.seen.contains(&"  days [30]: ".to_owned()), "{:?}", person.seen);
    }

    #[test]
    fn where_there_is_a_choice_it_is_asked_for() {
        let mut stage = stage(Form::new(FormType::Form).field(Field::text("a")));
        stage.actions = vec![Action::Prev, Action::Next, Action::Complete];
        let a = |action, value: &str| Answer::Forward(action, Values::from([("a", value)]));
        assert_eq!(answered(&stage, &["1", ""]).0, a(Action::Complete, "1"));
        assert_eq!(answered(&stage, &["1", "what", "N"]).0, a(Action::Next, "1"));
        assert_eq!(answered(&stage, &["1", "<", "2", "comp"]).0, a(Action::Complete, "2"));
        assert_eq!(answered(&stage, &["1"]).0, Answer::GaveUp);
        // Nothing to fill in is something to read.
        stage.form = Some(Form::new(FormType::Form).title("Sure?"));
        stage.actions = vec![Action::Next];
        stage.default_action = Some(Action::Next);
        let (answer, person) = answered(&stage, &["<", ""]);
        assert_eq!(answer, Answer::Forward(Action::Next, Values::new()));
        assert_eq!(
            person.seen,
            ["Sure?", "next [next]: ", "  there is no way back from here", "next [next]: "]
        );
        stage.form = None;
        stage.actions = vec![Action::Prev, Action::Next];
        assert_eq!(answered(&stage, &["<"]).0, Answer::Back);
    }

    #[test]
    fn each_type_has_its_way_of_being_typed() {
        let asked = |field: Field, answers: &[&str]| {
            let var = field.var.clone();
            let (answer, person) = answered(&stage(Form::new(FormType::Form).field(field)), answers);
            let Answer::Forward(_, values) = answer else { panic!("{answer:?}") };
            (values.get(&var).unwrap_or_default().to_vec(), person)
        };
        let new = |kind| Field::new("x", kind);
        for (typed, value) in [("y", "true"), ("No", "false"), ("1", "1"), ("true", "true")] {
            assert_eq!(asked(new(FieldType::Boolean), &[typed]).0, [value]);
        }
        assert_eq!(asked(list(FieldType::ListMulti), &["1, production,"]).0, ["consumption", "production"]);
        let jids = asked(new(FieldType::JidMulti), &["a@b, c@", "a@b, c@d e.f"]).0;
        assert_eq!(jids, ["a@b", "c@d", "e.f"]);
        assert_eq!(asked(new(FieldType::JidSingle), &[" a@b "]).0, ["a@b"]);
        assert_eq!(asked(new(FieldType::TextMulti), &["one", " two", ""]).0, ["one", " two"]);
        assert_eq!(asked(new(FieldType::TextMulti), &[""]).0, [""; 0]);
        let (value, person) = asked(new(FieldType::TextPrivate).value("old"), &["new"]);
        assert_eq!((&*value[0], person.secrets), ("new", 1));
        assert!(
            person.seen.contains(&"  x [unchanged]: ".to_owned()) && !person.seen.concat().contains("old")
        );
        // A dash is a value where there is nothing to leave out.
        assert_eq!(asked(new(FieldType::TextSingle), &["-"]).0, ["-"]);
        assert_eq!(asked(new(FieldType::TextSingle).value("d").required(), &["-"]).0, ["-"]);
    }
}
