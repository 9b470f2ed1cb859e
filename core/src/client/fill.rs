//! Forms filled in, with checks before anything is sent (XEP-0004, XEP-0122).

use std::mem::discriminant;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, Zoned};

use crate::error::{Error, ErrorKind, Result};
use crate::jid::{BareJid, FullJid, Jid};
use crate::senml::xml::is_xml;
use crate::stanza::time::iso_time;
use crate::stanza::{Field, FieldType, Form, FormType, Validation};

/// Bytes of all values of a form together: servers end a stream at 256 KiB a stanza, some sooner.
const MOST_BYTES: usize = 200_000;

/// Values for the fields of forms, by the fields' names.
///
/// ```
/// use quoalise::Values;
///
/// let values = Values::new()
///     .with("name", "My application")
///     .with("description", ["First line", "second line"])
///     .with("urgent", true);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(Vec<(String, Vec<String>)>);

/// What a field gets: a text, a number, a boolean, a JID, a time; or several texts.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldValue(Vec<String>);

impl Values {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value for a field. A field that has one already gets both.
    pub fn with(mut self, field: impl Into<String>, value: impl Into<FieldValue>) -> Self {
        self.add(field, value);
        self
    }

    /// As [`with`](Self::with).
    pub fn add(&mut self, field: impl Into<String>, value: impl Into<FieldValue>) {
        let (field, FieldValue(values)) = (field.into(), value.into());
        match self.0.iter_mut().find(|(name, _)| *name == field) {
            Some((_, known)) => known.extend(values),
            None => self.0.push((field, values)),
        }
    }

    /// Gives a field this value, and no other.
    pub fn set(&mut self, field: impl Into<String>, value: impl Into<FieldValue>) {
        let field = field.into();
        self.0.retain(|(name, _)| *name != field);
        self.add(field, value);
    }

    /// What a field gets; none where it is not named here, and keeps its default.
    pub fn get(&self, field: &str) -> Option<&[String]> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, values)| &**values)
    }

    /// The names of the fields, in the order they were first added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those for the fields of this form.
    pub(crate) fn within(&self, form: &Form) -> Self {
        let has = |name: &str| form.fields.iter().any(|field| field.var == name && is_field(field));
        Self(self.0.iter().filter(|(name, _)| has(name)).cloned().collect())
    }
}

impl std::fmt::Debug for Values {
    /// Values may be a meter's number, or a secret: only their fields are shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl std::fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FieldValue({})", self.0.len())
    }
}

impl<K: Into<String>, V: Into<FieldValue>> FromIterator<(K, V)> for Values {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(values: I) -> Self {
        let mut all = Self::new();
        for (field, value) in values {
            all.add(field, value);
        }
        all
    }
}

impl<K: Into<String>, V: Into<FieldValue>> From<Vec<(K, V)>> for Values {
    fn from(values: Vec<(K, V)>) -> Self {
        values.into_iter().collect()
    }
}

impl<K: Into<String>, V: Into<FieldValue>, const N: usize> From<[(K, V); N]> for Values {
    fn from(values: [(K, V); N]) -> Self {
        values.into_iter().collect()
    }
}

macro_rules! one_value {
    ($($kind:ty),+) => {$(
        impl From<$kind> for FieldValue {
            fn from(value: $kind) -> Self {
                Self(vec![value.to_string()])
            }
        }
    )+};
}

one_value!(&str, &String, bool, i32, i64, u32, u64, f64, Jid, BareJid, FullJid, &Jid, &BareJid, &FullJid);

impl From<String> for FieldValue {
    fn from(value: String) -> Self {
        Self(vec![value])
    }
}

impl From<&Zoned> for FieldValue {
    /// With its offset.
    fn from(time: &Zoned) -> Self {
        Self(vec![iso_time(time)])
    }
}

impl<T: Into<String>> From<Vec<T>> for FieldValue {
    fn from(values: Vec<T>) -> Self {
        Self(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<String>, const N: usize> From<[T; N]> for FieldValue {
    fn from(values: [T; N]) -> Self {
        Self(values.into_iter().map(Into::into).collect())
    }
}

/// Whether somebody may fill it in: not a text to read, and it has a name.
pub(crate) fn is_field(field: &Field) -> bool {
    field.kind != FieldType::Fixed && !field.var.is_empty()
}

/// The fields that have no value, neither given nor by default, and must have one.
pub(crate) fn missing<'f>(form: &'f Form, values: &Values) -> Vec<&'f Field> {
    let lacks = |field: &&Field| {
        let value = values.get(&field.var).unwrap_or(&field.values);
        is_field(field)
            && field.kind != FieldType::Hidden
            && field.required
            && value.iter().all(|value| value.is_empty())
    };
    form.fields.iter().filter(lacks).collect()
}

/// The form to send: the values, checked, and the form's own for what there is none for. Hidden fields go back as they
/// came, fixed ones do not.
///
/// # Errors
/// `InvalidArgument`, naming the fields and never the values.
pub(crate) fn fill(form: &Form, values: &Values) -> Result<Form> {
    let known = values.within(form);
    if let Some(unknown) = values.names().find(|name| known.get(name).is_none()) {
        return Err(unknown_field(&[unknown], Some(form)));
    }
    let missing: Vec<String> = missing(form, values).into_iter().map(called).collect();
    if !missing.is_empty() {
        let (them, s) = if missing.len() == 1 { ("it", "") } else { ("each of them", "s") };
        let message = format!("the form requires the field{s} {}", missing.join(", "));
        return Err(
            Error::new(ErrorKind::InvalidArgument, message).remedy(format!("Give a value for {them}"))
        );
    }
    let mut filled = Form::new(FormType::Submit);
    for field in form.fields.iter().filter(|field| is_field(field)) {
        let mut answer = Field::new(&*field.var, field.kind);
        match values.get(&field.var) {
            Some(values) => {
                answer.values = as_sent(field, values);
                field.check(&answer.values)?;
            }
            None if field.values.is_empty() => continue,
            None => answer.values.clone_from(&field.values),
        }
        filled.fields.push(answer);
    }
    sendable(filled)
}

/// A form made of these fields alone, for a provider whose own was not asked for.
pub(super) fn submitted(fields: &[Field]) -> Result<Form> {
    let mut form = Form::new(FormType::Submit);
    form.fields.extend_from_slice(fields);
    sendable(form)
}

/// As [`fill`], for the forms of Quoalise itself, whose meaning is known before they are seen: the fields go as they
/// are, and those of the names `own` that are not among them stay out, whatever the form would have there.
pub(super) fn fill_own(form: &Form, fields: &[Field], own: &[&str]) -> Result<Form> {
    let mut filled = submitted(fields)?;
    for field in form.fields.iter().filter(|field| is_field(field)) {
        if fields.iter().any(|known| known.var == field.var) {
            continue;
        }
        // Even a required one: the provider then gives what it gives to whoever does not say, or refuses; a period
        // nobody asked for would come in silence.
        if !field.values.is_empty() && !own.contains(&&*field.var) {
            let mut default = Field::new(&*field.var, field.kind);
            default.values.clone_from(&field.values);
            filled.fields.push(default);
        }
    }
    sendable(filled)
}

/// Names that no form has, and those that this one has.
pub(crate) fn unknown_field(names: &[&str], form: Option<&Form>) -> Error {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let s = if names.len() == 1 { "" } else { "s" };
    let error = Error::new(
        ErrorKind::InvalidArgument,
        format!("the command asks for no field{s} {}", quoted.join(", ")),
    );
    let visible = |field: &&Field| is_field(field) && field.kind != FieldType::Hidden;
    let there: Vec<&str> =
        form.iter().flat_map(|form| form.fields.iter().filter(visible).map(|field| &*field.var)).collect();
    if there.is_empty() {
        return error.remedy("Its form has no fields to fill in");
    }
    error.remedy(format!("The fields of its form are {}", there.join(", ")))
}

/// For a sentence: the name, and the label where that says more.
fn called(field: &Field) -> String {
    match &field.label {
        Some(label) if !label.is_empty() && *label != field.var => format!("`{}` ({label})", field.var),
        _ => format!("`{}`", field.var),
    }
}

/// Lines apart, where a value is a line; and nothing, where an empty text is no value of that type.
fn as_sent(field: &Field, values: &[String]) -> Vec<String> {
    match field.kind {
        FieldType::TextMulti => values.iter().flat_map(|value| lines(value)).collect(),
        FieldType::TextSingle | FieldType::TextPrivate | FieldType::Hidden => values.to_vec(),
        _ if field.options.iter().any(|(_, option)| option.is_empty()) => values.to_vec(),
        _ => values.iter().filter(|value| !value.is_empty()).cloned().collect(),
    }
}

fn lines(text: &str) -> Vec<String> {
    if text.is_empty() { vec![String::new()] } else { text.lines().map(str::to_owned).collect() }
}

/// What XML cannot carry would end the stream.
fn sendable(form: Form) -> Result<Form> {
    let mut bytes = 0;
    for field in &form.fields {
        let texts = || field.values.iter().chain([&field.var]);
        if !texts().all(|text| text.chars().all(is_xml)) {
            let message = format!("the field {:?} holds control characters, which cannot be sent", field.var);
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        bytes += texts().map(String::len).sum::<usize>();
    }
    if bytes > MOST_BYTES {
        let message = format!("the values are {bytes} bytes, and a form may have {MOST_BYTES}");
        return Err(Error::new(ErrorKind::InvalidArgument, message).remedy("Give shorter values"));
    }
    Ok(form)
}

impl Field {
    /// Whether these may be the values of the field: their number, their type, the options there are, and of XEP-0122
    /// the XML Schema types and ranges. No values are always right here: whether there must be one is
    /// [`required`](Self::required).
    ///
    /// # Errors
    /// `InvalidArgument`, with what the field takes. Never names a value.
    pub fn check<T: AsRef<str>>(&self, values: &[T]) -> Result<()> {
        let wrong = |takes: String| {
            Err(Error::new(ErrorKind::InvalidArgument, format!("the field `{}` takes {takes}", self.var)))
        };
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        let several = matches!(
            self.kind,
            FieldType::JidMulti | FieldType::ListMulti | FieldType::TextMulti | FieldType::Hidden
        );
        if values.len() > 1 && !several {
            return wrong(format!("one value, not {}", values.len()));
        }
        let validation = self.validation.as_ref();
        match self.kind {
            FieldType::Fixed if !values.is_empty() => return wrong("no value: it is a text to read".into()),
            FieldType::Boolean => {
                if !values.iter().all(|value| matches!(*value, "true" | "false" | "1" | "0")) {
                    return wrong("true or false".to_owned());
                }
            }
            FieldType::ListSingle | FieldType::ListMulti => {
                let open = self.options.is_empty() || validation.is_some_and(|validation| validation.open);
                let is_option = |value: &&str| self.options.iter().any(|(_, option)| option == value);
                if !open && !values.iter().all(is_option) {
                    return wrong(format!("one of {}", self.option_names()));
                }
            }
            FieldType::JidSingle | FieldType::JidMulti => {
                if !values.iter().all(|value| value.parse::<Jid>().is_ok()) {
                    return wrong("an address, as name@example.org".to_owned());
                }
            }
            FieldType::TextSingle | FieldType::TextPrivate | FieldType::TextMulti => {
                if values.iter().any(|value| value.contains(['\n', '\r'])) {
                    return wrong("one line".to_owned());
                }
            }
            FieldType::Fixed | FieldType::Hidden => {}
        }
        let Some(validation) = validation.filter(|_| self.kind != FieldType::Hidden) else { return Ok(()) };
        if self.kind == FieldType::ListMulti && !validation.counts(values.len()) {
            return wrong(validation.count_words());
        }
        let is_option = |value: &str| self.options.iter().any(|(_, option)| option == value);
        match values.iter().all(|value| value.is_empty() || is_option(value) || validation.allows(value)) {
            true => Ok(()),
            false => wrong(validation.words()),
        }
    }

    fn option_names(&self) -> String {
        const MOST: usize = 30;
        let mut names: Vec<&str> = self.options.iter().take(MOST).map(|(_, value)| &**value).collect();
        if self.options.len() > MOST {
            names.push("…");
        }
        names.join(", ")
    }
}

/// A value of a type of XML Schema that has an order.
#[derive(PartialEq, PartialOrd)]
enum Ordered {
    Integer(i128),
    Number(f64),
    Date(Date),
    Local(DateTime),
    Instant(Timestamp),
    Time(Time),
}

impl Validation {
    fn counts(&self, count: usize) -> bool {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.least.is_none_or(|least| count >= least) && self.most.is_none_or(|most| count <= most)
    }

    fn count_words(&self) -> String {
        match (self.least, self.most) {
            (Some(least), Some(most)) => format!("{least} to {most} values"),
            (Some(least), None) => format!("at least {least} values"),
            (_, most) => format!("at most {} values", most.unwrap_or(u32::MAX)),
        }
    }

    /// The type by its short name, where it is one of XML Schema's.
    fn schema_type(&self) -> &str {
        self.datatype.as_deref().and_then(|datatype| datatype.strip_prefix("xs:")).unwrap_or_default()
    }

    fn allows(&self, value: &str) -> bool {
        let Some(read) = self.read(value) else { return !self.is_known() };
        // Bounds that cannot be compared (a time without its offset, say) are none: the provider looks for itself.
        let bound = |bound: &Option<String>| {
            let bound = self.read(bound.as_deref()?)?;
            (discriminant(&bound) == discriminant(&read)).then_some(bound)
        };
        bound(&self.min).is_none_or(|min| read >= min) && bound(&self.max).is_none_or(|max| read <= max)
    }

    fn is_known(&self) -> bool {
        self.words_of_type().is_some()
    }

    fn read(&self, value: &str) -> Option<Ordered> {
        let value = value.trim();
        let within = |least: i128, most: i128| {
            let number = value.parse::<i128>().ok().filter(|number| (least..=most).contains(number));
            number.map(Ordered::Integer)
        };
        match self.schema_type() {
            "byte" => within(i8::MIN.into(), i8::MAX.into()),
            "short" => within(i16::MIN.into(), i16::MAX.into()),
            "int" => within(i32::MIN.into(), i32::MAX.into()),
            "long" => within(i64::MIN.into(), i64::MAX.into()),
            "integer" => within(i128::MIN, i128::MAX),
            "decimal" | "double" | "float" => {
                value.parse().ok().filter(|number: &f64| number.is_finite()).map(Ordered::Number)
            }
            "date" => (value.len() == 10).then(|| value.parse().ok()).flatten().map(Ordered::Date),
            "dateTime" if !value.contains(['T', 't']) => None,
            // With its offset or without.
            "dateTime" => match value.parse::<Timestamp>() {
                Ok(time) => Some(Ordered::Instant(time)),
                Err(_) => value.parse().ok().map(Ordered::Local),
            },
            "time" => value.parse().ok().map(Ordered::Time),
            _ => None,
        }
    }

    fn words_of_type(&self) -> Option<&'static str> {
        Some(match self.schema_type() {
            "byte" | "short" | "int" | "long" | "integer" => "a whole number",
            "decimal" | "double" | "float" => "a number",
            "date" => "a date, as 2022-01-10",
            "dateTime" => "a time, as 2022-01-10T00:00:00+01:00",
            "time" => "a time of day, as 14:30:00",
            _ => return None,
        })
    }

    /// What a value must be, for a sentence.
    pub(crate) fn words(&self) -> String {
        let mut words = self.words_of_type().unwrap_or("another value").to_owned();
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => words += &format!(", from {min} to {max}"),
            (Some(min), None) => words += &format!(", from {min} on"),
            (None, Some(max)) => words += &format!(", up to {max}"),
            (None, None) => {}
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(kind: FieldType) -> Field {
        let mut field = Field::new("direction", kind);
        field.options = ["consumption", "production"].map(|value| (None, value.to_owned())).to_vec();
        field
    }

    fn validated(kind: FieldType, datatype: &str, min: Option<&str>, max: Option<&str>) -> Field {
        let mut field = Field::new("x", kind);
        let [min, max] = [min, max].map(|bound| bound.map(str::to_owned));
        let validation =
            Validation { datatype: Some(datatype.to_owned()), min, max, ..Validation::default() };
        field.validation = Some(validation);
        field
    }

    fn values_of(form: &Form, var: &str) -> Option<Vec<String>> {
        form.fields.iter().find(|field| field.var == var).map(|field| field.values.clone())
    }

    #[test]
    fn values_have_types_and_show_none() {
        let jid: Jid = "a@b.test/c".parse().unwrap();
        let values = Values::new()
            .with("text", "one")
            .with("text", "two".to_owned())
            .with("flag", true)
            .with("count", 3)
            .with("jid", &jid)
            .with("list", ["x", "y"])
            .with("time", &"2022-01-10T00:00+01:00[Europe/Paris]".parse::<Zoned>().unwrap());
        assert_eq!(values.get("text").unwrap(), ["one", "two"]);
        assert_eq!(values.get("flag").unwrap(), ["true"]);
        assert_eq!(values.get("count").unwrap(), ["3"]);
        assert_eq!(values.get("jid").unwrap(), ["a@b.test/c"]);
        assert_eq!(values.get("time").unwrap(), ["2022-01-10T00:00:00+01:00"]);
        assert_eq!(values.get("other"), None);
        let shown = format!("{values:?} {:?}", FieldValue::from("secret"));
        assert!(shown.contains("\"list\"") && !shown.contains("two") && !shown.contains("secret"), "{shown}");
        assert_eq!(Values::from([("a", "1"), ("a", "2")]).get("a").unwrap(), ["1", "2"]);
    }

    #[test]
    fn a_form_is_filled_with_values_and_its_own_defaults() {
        let form = Form::new(FormType::Form)
            .title("T")
            .field(Field::new("FORM_TYPE", FieldType::Hidden).value("urn:x"))
            .field(Field::new("", FieldType::Fixed).value("Read this"))
            .field(Field::new("note", FieldType::Fixed).value("And this"))
            .field(Field::text("name").label("Name").required())
            .field(Field::text("kept").label("K").description("D").value("default"))
            .field(Field::text("replaced").value("default"))
            .field(Field::text("cleared").value("default"))
            .field(Field::text("untouched"))
            .field(list(FieldType::ListMulti).value("consumption"))
            .field(Field::new("text", FieldType::TextMulti));
        let values = Values::new()
            .with("name", "n")
            .with("replaced", "r")
            .with("cleared", "")
            .with("direction", "")
            .with("text", "a\nb\r\n\nc");
        let filled = fill(&form, &values).unwrap();
        assert_eq!((filled.kind, &filled.title), (FormType::Submit, &None));
        let names: Vec<&str> = filled.fields.iter().map(|field| &*field.var).collect();
        assert_eq!(names, ["FORM_TYPE", "name", "kept", "replaced", "cleared", "direction", "text"]);
        assert_eq!(values_of(&filled, "FORM_TYPE").unwrap(), ["urn:x"]);
        assert_eq!(values_of(&filled, "kept").unwrap(), ["default"]);
        assert_eq!(values_of(&filled, "replaced").unwrap(), ["r"]);
        assert_eq!(values_of(&filled, "cleared").unwrap(), [""]);
        assert_eq!(values_of(&filled, "direction").unwrap(), [""; 0]);
        assert_eq!(values_of(&filled, "text").unwrap(), ["a", "b", "", "c"]);
        assert!(filled.fields.iter().all(|field| {
            field.label.is_none()
                && field.description.is_none()
                && field.options.is_empty()
                && !field.required
        }));
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name_and_never_by_value() {
        let form = Form::new(FormType::Form)
            .field(Field::new("h", FieldType::Hidden).value("urn:x"))
            .field(Field::text("name").label("Your name").required())
            .field(Field::text("empty").required().value(""))
            .field(Field::new("fixed", FieldType::Fixed).value("f"))
            .field(Field::new("flag", FieldType::Boolean))
            .field(list(FieldType::ListSingle))
            .field(Field::new("to", FieldType::JidMulti));
        let all = || Values::new().with("name", "n").with("empty", "e");
        for (values, words) in [
            (Values::new(), &["`name` (Your name)", "`empty`", "each of them"][..]),
            (Values::new().with("empty", "e").with("name", ""), &["`name`", "Give a value for it"]),
            (all().with("nme", "seven"), &["`nme`", "name, empty, flag, direction, to"]),
            (all().with("fixed", "seven"), &["`fixed`", "are name"]),
            (all().with("flag", "seven"), &["`flag`", "true or false"]),
            (all().with("direction", "seven"), &["`direction`", "consumption, production"]),
            (all().with("direction", ["consumption", "production"]), &["`direction`", "one value, not 2"]),
            (all().with("name", "seven"), &["`name`", "one value, not 2"]),
            (all().with("to", ["a@b", "seven@"]), &["`to`", "name@example.org"]),
            (Values::new().with("empty", "e").with("name", "seven\neleven"), &["`name`", "one line"]),
            (Values::new().with("empty", "e").with("name", "seven\0"), &["\"name\"", "control characters"]),
            (Values::new().with("empty", "e").with("name", "seven".repeat(50_000)), &["200000"]),
        ] {
            let error = fill(&form, &values).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            let told = error.to_string();
            assert!(words.iter().all(|word| told.contains(word)) && !told.contains("seven"), "{told}");
        }
        for flag in ["true", "false", "1", "0"] {
            fill(&form, &all().with("flag", flag).with("to", ["a@b", "c.d/e"])).unwrap();
        }
        let none = fill(&Form::new(FormType::Form), &all()).unwrap_err();
        assert!(none.to_string().contains("no fields to fill in"), "{none}");
    }

    #[test]
    fn lists_may_be_open() {
        let mut field = list(FieldType::ListMulti);
        assert!(field.check(&["other"]).is_err());
        field.validation =
            Some(Validation { open: true, least: Some(1), most: Some(2), ..Default::default() });
        assert!(field.check(&["other"]).is_ok());
        for (count, words) in [(0, "1 to 2 values"), (3, "1 to 2 values")] {
            let error = field.check(&vec!["other"; count]).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
        assert!(Field::new("none", FieldType::ListSingle).check(&["anything"]).is_ok());
        // An option need not be of the type of what may be given beside it.
        let mut field = validated(FieldType::ListSingle, "xs:integer", Some("1"), Some("9"));
        field.options = vec![(None, "never".to_owned())];
        field.validation.as_mut().unwrap().open = true;
        assert!(field.check(&["never"]).is_ok() && field.check(&["5"]).is_ok());
        assert!(field.check(&["10"]).is_err() && field.check(&["often"]).is_err());
    }

    #[test]
    fn types_and_ranges_of_xml_schema() {
        for (datatype, min, max, right, wrong) in [
            ("xs:integer", Some("-5"), Some("10"), &["-5", "0", "10"][..], &["-6", "11", "1.5", "x"][..]),
            ("xs:byte", None, None, &["-128", "127"], &["128"]),
            ("xs:decimal", Some("0.5"), None, &["0.5", "7"], &["0.4", "NaN", "inf", "x"]),
            (
                "xs:date",
                Some("2022-01-10"),
                None,
                &["2022-01-10"],
                &["2022-01-09", "10.1.2022", "2022-02-30"],
            ),
            (
                "xs:dateTime",
                None,
                Some("2022-01-10T00:00:00Z"),
                &["2022-01-10T01:00:00+01:00", "2022-01-10T00:00:00"],
                &["2022-01-10T01:00:00Z", "2022-01-10", "now"],
            ),
            ("xs:time", None, None, &["14:30:00"], &["25:00:00"]),
            ("xs:integer", Some("few"), Some("many"), &["1"], &["x"]),
            ("xs:anyURI", None, None, &["anything"], &[]),
            ("x:colour", Some("a"), Some("b"), &["blue"], &[]),
        ] {
            let field = validated(FieldType::TextSingle, datatype, min, max);
            for value in right {
                assert!(field.check(&[value]).is_ok(), "{datatype} {value}");
            }
            for value in wrong {
                assert!(field.check(&[value]).is_err(), "{datatype} {value}");
            }
        }
        let error =
            validated(FieldType::TextSingle, "xs:int", Some("1"), Some("9")).check(&["0"]).unwrap_err();
        assert!(error.to_string().contains("takes a whole number, from 1 to 9"), "{error}");
    }

    #[test]
    fn the_forms_of_quoalise_keep_to_what_was_asked() {
        let form = Form::new(FormType::Form)
            .field(Field::text("identifier").required().value("default"))
            .field(Field::text("start_time").value("default"))
            .field(Field::text("resolution").label("R").value("raw"))
            .field(Field::new("", FieldType::Fixed).value("Read this"));
        let own = ["identifier", "start_time", "end_time"];
        let fields = [Field::text("identifier").value("i"), Field::text("end_time").value("e")];
        let filled = fill_own(&form, &fields, &own).unwrap();
        let names: Vec<&str> = filled.fields.iter().map(|field| &*field.var).collect();
        assert_eq!(names, ["identifier", "end_time", "resolution"]);
        assert_eq!(filled.get("identifier"), Some("i"));
        let filled = fill_own(&form, &[], &own).unwrap();
        assert_eq!(filled.fields.len(), 1, "a default is not what was asked for, even where it is required");
    }
}
