use minidom::Element;

use super::{NS_FORMS, NS_VALIDATE, with_attribute};

/// A data form (XEP-0004): what is asked, what is answered, what came out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Form {
    /// Whether it asks, submits, cancels or gives a result.
    pub kind: FormType,
    /// A title for humans.
    pub title: Option<String>,
    /// Instructions for humans.
    pub instructions: Option<String>,
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// The columns of a result that is a table; they have names, types and labels, and no values.
    pub reported: Vec<Field>,
    /// The rows of the table, each with its fields in the order they came.
    pub items: Vec<Vec<Field>>,
}

/// What a [`Form`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormType {
    /// It asks.
    Form,
    /// It answers.
    Submit,
    /// It gives up.
    Cancel,
    /// It reports.
    Result,
}

/// A field of a [`Form`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name; empty for some fixed texts.
    pub var: String,
    /// The type; text-single where none is given.
    pub kind: FieldType,
    /// The label for humans.
    pub label: Option<String>,
    /// A longer explanation for humans.
    pub description: Option<String>,
    /// Whether it must be filled in.
    pub required: bool,
    /// The value or values, or the default.
    pub values: Vec<String>,
    /// What may be chosen from: label and value.
    pub options: Vec<(Option<String>, String)>,
    /// What a value must look like, beyond the type (XEP-0122).
    pub validation: Option<Validation>,
}

/// What the values of a [`Field`] must look like (XEP-0122).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
#[non_exhaustive]
pub struct Validation {
    /// The type of each value, such as `xs:integer` or `xs:dateTime`; `xs:string` where none is given.
    pub datatype: Option<String>,
    /// Whether values beside the options of a list may be given.
    pub open: bool,
    /// The least value.
    pub min: Option<String>,
    /// The greatest value.
    pub max: Option<String>,
    /// How many values of a list there must be at least.
    pub least: Option<u32>,
    /// How many values of a list there may be.
    pub most: Option<u32>,
}

impl std::fmt::Debug for Field {
    /// Values may be a meter's number: only how many there are is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Field").field("var", &self.var).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The type of a [`Field`] (XEP-0004 section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Enum))]
#[allow(missing_docs)] // the XEP's own names
pub enum FieldType {
    Boolean,
    Fixed,
    Hidden,
    JidMulti,
    JidSingle,
    ListMulti,
    ListSingle,
    TextMulti,
    TextPrivate,
    TextSingle,
}

const FIELD_TYPES: [(FieldType, &str); 10] = [
    (FieldType::Boolean, "boolean"),
    (FieldType::Fixed, "fixed"),
    (FieldType::Hidden, "hidden"),
    (FieldType::JidMulti, "jid-multi"),
    (FieldType::JidSingle, "jid-single"),
    (FieldType::ListMulti, "list-multi"),
    (FieldType::ListSingle, "list-single"),
    (FieldType::TextMulti, "text-multi"),
    (FieldType::TextPrivate, "text-private"),
    (FieldType::TextSingle, "text-single"),
];

const FORM_TYPES: [(FormType, &str); 4] = [
    (FormType::Form, "form"),
    (FormType::Submit, "submit"),
    (FormType::Cancel, "cancel"),
    (FormType::Result, "result"),
];

impl FieldType {
    /// The XEP's name.
    pub fn as_str(self) -> &'static str {
        FIELD_TYPES.iter().find(|(kind, _)| *kind == self).map_or("text-single", |(_, name)| name)
    }
}

impl Form {
    /// An empty form.
    pub fn new(kind: FormType) -> Self {
        Self {
            kind,
            title: None,
            instructions: None,
            fields: Vec::new(),
            reported: Vec::new(),
            items: Vec::new(),
        }
    }

    /// A form filled in with text values.
    pub fn submit<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let mut form = Self::new(FormType::Submit);
        form.fields.extend(values.into_iter().map(|(var, value)| Field::text(var).value(value)));
        form
    }

    /// Sets the title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets the instructions.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// Appends a field.
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// The first value of a field, unless it is empty.
    pub fn get(&self, var: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.var == var)?.first()
    }

    /// Reads an `x` element; `None` where it is no data form.
    pub fn from_element(x: &Element) -> Option<Self> {
        if !x.is("x", NS_FORMS) {
            return None;
        }
        let kind = x.attr("type").unwrap_or("form");
        let mut form = Self::new(FORM_TYPES.iter().find(|(_, name)| *name == kind)?.0);
        for child in x.children().filter(|child| child.has_ns(NS_FORMS)) {
            match child.name() {
                "title" => form.title = Some(child.text()),
                // Several are the paragraphs of one.
                "instructions" => match &mut form.instructions {
                    Some(before) => *before += &format!("\n{}", child.text()),
                    none => *none = Some(child.text()),
                },
                "field" => form.fields.push(Field::from_element(child)),
                "reported" => form.reported.extend(fields(child)),
                "item" => form.items.push(fields(child).collect()),
                _ => {}
            }
        }
        Some(form)
    }

    /// The `x` element.
    pub fn to_element(&self) -> Element {
        let kind = FORM_TYPES.iter().find(|(kind, _)| *kind == self.kind).map_or("form", |(_, name)| name);
        let mut x = with_attribute(Element::bare("x", NS_FORMS), "type", kind);
        for (name, text) in [("title", &self.title), ("instructions", &self.instructions)] {
            if let Some(text) = text {
                x.append_child(text_element(name, text));
            }
        }
        for field in &self.fields {
            x.append_child(field.to_element());
        }
        if !self.reported.is_empty() {
            x.append_child(parent_of("reported", &self.reported));
        }
        for item in &self.items {
            x.append_child(parent_of("item", item));
        }
        x
    }
}

fn fields(parent: &Element) -> impl Iterator<Item = Field> {
    parent.children().filter(|child| child.is("field", NS_FORMS)).map(Field::from_element)
}

fn parent_of(name: &str, fields: &[Field]) -> Element {
    let mut parent = Element::bare(name, NS_FORMS);
    for field in fields {
        parent.append_child(field.to_element());
    }
    parent
}

impl Field {
    /// An empty field.
    pub fn new(var: impl Into<String>, kind: FieldType) -> Self {
        Self {
            var: var.into(),
            kind,
            label: None,
            description: None,
            required: false,
            values: Vec::new(),
            options: Vec::new(),
            validation: None,
        }
    }

    /// An empty text-single field.
    pub fn text(var: impl Into<String>) -> Self {
        Self::new(var, FieldType::TextSingle)
    }

    /// Sets the label.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets the description.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Makes the field required.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Appends a value.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The first value, trimmed; none where it is empty.
    pub fn first(&self) -> Option<&str> {
        self.values.first().map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn from_element(element: &Element) -> Self {
        let kind = element.attr("type").unwrap_or_default();
        let kind = FIELD_TYPES
            .iter()
            .find(|(_, name)| *name == kind)
            .map_or(FieldType::TextSingle, |(kind, _)| *kind);
        let mut field = Self::new(element.attr("var").unwrap_or_default(), kind);
        field.label = element.attr("label").map(str::to_owned);
        field.validation = element.get_child("validate", NS_VALIDATE).map(Validation::from_element);
        for child in element.children().filter(|child| child.has_ns(NS_FORMS)) {
            match child.name() {
                "required" => field.required = true,
                "desc" => field.description = Some(child.text()),
                "value" => field.values.push(child.text()),
                "option" => {
                    let value = child.get_child("value", NS_FORMS).map(Element::text).unwrap_or_default();
                    field.options.push((child.attr("label").map(str::to_owned), value));
                }
                _ => {}
            }
        }
        field
    }

    fn to_element(&self) -> Element {
        let mut element = Element::bare("field", NS_FORMS);
        if !self.var.is_empty() {
            element = with_attribute(element, "var", &*self.var);
        }
        element = with_attribute(element, "type", self.kind.as_str());
        if let Some(label) = &self.label {
            element = with_attribute(element, "label", &**label);
        }
        if let Some(description) = &self.description {
            element.append_child(text_element("desc", description));
        }
        if self.required {
            element.append_child(Element::bare("required", NS_FORMS));
        }
        for value in &self.values {
            element.append_child(text_element("value", value));
        }
        for (label, value) in &self.options {
            let mut option = Element::bare("option", NS_FORMS);
            if let Some(label) = label {
                option = with_attribute(option, "label", &**label);
            }
            option.append_child(text_element("value", value));
            element.append_child(option);
        }
        if let Some(validation) = &self.validation {
            element.append_child(validation.to_element());
        }
        element
    }
}

impl Validation {
    // By hand: the XMPP library's reader fails as a whole where it does not know the datatype.
    fn from_element(element: &Element) -> Self {
        let mut validation =
            Self { datatype: element.attr("datatype").map(str::to_owned), ..Self::default() };
        for child in element.children().filter(|child| child.has_ns(NS_VALIDATE)) {
            let attribute = |name: &str| child.attr(name).map(str::to_owned);
            let count = |name: &str| child.attr(name).and_then(|count| count.parse().ok());
            match child.name() {
                "open" => validation.open = true,
                // Any method but `basic` leaves a list open (XEP-0122 section 3.2).
                "range" => {
                    validation.open = true;
                    (validation.min, validation.max) = (attribute("min"), attribute("max"));
                }
                "regex" => validation.open = true,
                "list-range" => (validation.least, validation.most) = (count("min"), count("max")),
                _ => {}
            }
        }
        validation
    }

    fn to_element(&self) -> Element {
        let mut element = Element::bare("validate", NS_VALIDATE);
        if let Some(datatype) = &self.datatype {
            element = with_attribute(element, "datatype", &**datatype);
        }
        let (least, most) = (self.least.map(|n| n.to_string()), self.most.map(|n| n.to_string()));
        for (name, min, max) in [("range", &self.min, &self.max), ("list-range", &least, &most)] {
            if min.is_none() && max.is_none() {
                continue;
            }
            let mut child = Element::bare(name, NS_VALIDATE);
            for (name, value) in [("min", min), ("max", max)] {
                if let Some(value) = value {
                    child = with_attribute(child, name, &**value);
                }
            }
            element.append_child(child);
        }
        if self.open && self.min.is_none() && self.max.is_none() {
            element.append_child(Element::bare("open", NS_VALIDATE));
        }
        element
    }
}

fn text_element(name: &str, text: &str) -> Element {
    let mut element = Element::bare(name, NS_FORMS);
    element.append_text(text);
    element
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_back_as_it_was_written() {
        let xml = "<x xmlns='jabber:x:data' type='form'><title>A</title><instructions>B</instructions>\
            <field var='n' type='text-single' label='N'><desc>D</desc><required/><value>1</value>\
            <validate xmlns='http://jabber.org/protocol/xdata-validate' datatype='xs:integer'>\
            <range min='0' max='9'/></validate></field>\
            <field var='l' type='list-multi'><option label='One'><value>1</value></option>\
            <validate xmlns='http://jabber.org/protocol/xdata-validate'><list-range min='1' max='2'/><open/>\
            </validate></field></x>";
        let form = Form::from_element(&xml.parse().unwrap()).unwrap();
        let [number, list] = &form.fields[..] else { panic!("{form:?}") };
        let range = number.validation.clone().unwrap();
        assert_eq!((range.datatype.as_deref(), range.min.as_deref()), (Some("xs:integer"), Some("0")));
        let open = list.validation.clone().unwrap();
        assert_eq!((open.open, open.least, open.most), (true, Some(1), Some(2)));
        assert_eq!(Form::from_element(&form.to_element()), Some(form));
    }
}
