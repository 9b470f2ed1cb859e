use std::fmt;

use serde_json::{Map, Value as Json};

use crate::senml::resolve::limit;
use crate::senml::xml::{Event, Reader, Start, attribute, check_text, escape, syntax};
use crate::senml::{Error, Limits};

pub(crate) const XML_NS: &str = "http://www.w3.org/XML/1998/namespace";

/// An XML element as it came: names, attributes in order, children.
///
/// This is where metadata keep what the typed model has no field for. `Debug` shows no content.
#[derive(Clone, Default, Eq)]
pub struct Element {
    /// The local name.
    pub name: String,
    /// The namespace; empty for none.
    pub namespace: String,
    /// The attributes, in the order they were written.
    pub attributes: Vec<Attribute>,
    /// Elements and texts inside, in order.
    pub children: Vec<Node>,
}

/// One attribute of an [`Element`].
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The namespace; empty for none, as it mostly is.
    pub namespace: String,
    /// The local name.
    pub name: String,
    /// The value, unescaped.
    pub value: String,
}

/// What stands inside an [`Element`].
#[derive(Clone, PartialEq, Eq)]
pub enum Node {
    /// A child element.
    Element(Element),
    /// Character data, unescaped.
    Text(String),
}

impl PartialEq for Element {
    /// Attributes have no order in XML: on their way, a server or a library may give them another.
    fn eq(&self, other: &Self) -> bool {
        let has = |attribute| other.attributes.contains(attribute);
        self.name == other.name
            && self.namespace == other.namespace
            && self.attributes.len() == other.attributes.len()
            && self.attributes.iter().all(has)
            && self.children == other.children
    }
}

impl Element {
    /// An empty element.
    pub fn new(name: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self { name: name.into(), namespace: namespace.into(), ..Self::default() }
    }

    /// The value of an attribute without namespace.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found =
            self.attributes.iter().find(|attribute| attribute.namespace.is_empty() && attribute.name == name);
        found.map(|attribute| &*attribute.value)
    }

    /// Appends an attribute, where there is a value for it.
    pub(crate) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.attributes.push(Attribute {
                namespace: String::new(),
                name: name.to_owned(),
                value: value.to_owned(),
            });
        }
        self
    }

    /// Appends a child element, unless it is empty.
    pub(crate) fn with_child(mut self, child: Element) -> Self {
        if !child.attributes.is_empty() || !child.children.is_empty() {
            self.children.push(Node::Element(child));
        }
        self
    }

    /// What is said under a name, wherever a publisher puts it: in an attribute, or in a child element of that name, as its
    /// `value` or its text.
    pub(crate) fn said(&self, name: &str) -> Option<String> {
        if let Some(value) = self.attribute(name) {
            return Some(value.to_owned());
        }
        let own = self.child(name)?;
        let value = own.attribute("value").map_or_else(|| own.text().trim().to_owned(), str::to_owned);
        (!value.is_empty()).then_some(value)
    }

    /// The child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child element of that local name, whatever its namespace.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    /// The character data directly inside.
    pub fn text(&self) -> String {
        let texts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(&**text),
            Node::Element(_) => None,
        });
        texts.collect()
    }

    /// Reads what [`to_json`](Self::to_json) gives: objects and lists become child elements, `text` of an object its text,
    /// and all else attributes. `null` is passed over.
    ///
    /// An element of text only comes out as an attribute, which means the same in metadata.
    ///
    /// # Errors
    /// `Syntax` for a name that XML does not allow, `Limit` for what is too deep.
    pub fn from_json(name: &str, namespace: &str, json: &Json) -> Result<Self, Error> {
        Self::from_json_within(name, namespace, json, Limits::default().depth)
    }

    fn from_json_within(name: &str, namespace: &str, json: &Json, depth: usize) -> Result<Self, Error> {
        check_name(name)?;
        let depth =
            depth.checked_sub(1).ok_or_else(|| limit("elements in each other", Limits::default().depth))?;
        let mut element = Self::new(name, namespace);
        let plain = |json: &Json| match json {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let Json::Object(object) = json else {
            element.children.extend((!json.is_null()).then(|| Node::Text(plain(json))));
            return Ok(element);
        };
        for (name, value) in object {
            let child = |json| Self::from_json_within(name, namespace, json, depth).map(Node::Element);
            match value {
                Json::Null => {}
                Json::Object(_) => element.children.push(child(value)?),
                Json::Array(list) => {
                    for one in list {
                        element.children.push(child(one)?);
                    }
                }
                value if name == "text" => element.children.push(Node::Text(plain(value))),
                value => {
                    check_name(name)?;
                    element = element.with(name, Some(&plain(value)));
                }
            }
        }
        Ok(element)
    }

    /// As JSON: an object of the attributes, and of the children by their names (a list where a name recurs). Text
    /// beside them is under `text`; an element of text only is that text.
    pub fn to_json(&self) -> Json {
        let text = self.text();
        let text = text.trim();
        if !text.is_empty() && self.attributes.is_empty() && self.elements().next().is_none() {
            return Json::from(text);
        }
        let mut object = Map::new();
        for attribute in &self.attributes {
            object.insert(attribute.name.clone(), Json::from(&*attribute.value));
        }
        for child in self.elements() {
            match object.get_mut(&child.name) {
                None => {
                    object.insert(child.name.clone(), child.to_json());
                }
                Some(Json::Array(list)) => list.push(child.to_json()),
                Some(one) => *one = Json::Array(vec![one.take(), child.to_json()]),
            }
        }
        if !text.is_empty() {
            object.insert("text".to_owned(), Json::from(text));
        }
        Json::Object(object)
    }

    pub(crate) fn read(reader: &mut Reader<'_>, start: &Start<'_>) -> Result<Self, Error> {
        reader.keep_one()?;
        let mut element = Self::new(start.local_name(), &*start.namespace);
        check_name(&element.name)?;
        element.attributes = Attribute::read_all(reader, start)?;
        if start.empty {
            return Ok(element);
        }
        loop {
            match reader.next()? {
                Event::Start(child) => element.children.push(Node::Element(Self::read(reader, &child)?)),
                Event::Text(text) => match element.children.last_mut() {
                    Some(Node::Text(before)) => {
                        before.push_str(&text);
                        check_text(before, reader.limits().text)?;
                    }
                    _ => {
                        check_text(&text, reader.limits().text)?;
                        element.children.push(Node::Text(text.into_owned()));
                    }
                },
                Event::End => return Ok(element),
                Event::Eof => return Err(syntax("the text ends inside an element".to_owned())),
            }
        }
    }

    /// Writes the element where `around` is the default namespace.
    pub(crate) fn write(&self, out: &mut String, around: &str) -> Result<(), Error> {
        // XML's own namespace has its prefix for ever, and cannot be declared.
        let (prefix, inside) =
            if self.namespace == XML_NS { ("xml:", around) } else { ("", &*self.namespace) };
        out.push('<');
        out.push_str(prefix);
        out.push_str(&self.name);
        if inside != around {
            attribute(out, "xmlns", inside)?;
        }
        Attribute::write_all(&self.attributes, out)?;
        if self.children.is_empty() {
            out.push_str("/>");
            return Ok(());
        }
        out.push('>');
        for node in &self.children {
            match node {
                Node::Element(child) => child.write(out, inside)?,
                Node::Text(text) => escape(out, text)?,
            }
        }
        out.push_str("</");
        out.push_str(prefix);
        out.push_str(&self.name);
        out.push('>');
        Ok(())
    }
}

impl Attribute {
    /// The attributes of an element whose start tag was read.
    pub(crate) fn read_all(reader: &Reader<'_>, start: &Start<'_>) -> Result<Vec<Self>, Error> {
        let mut attributes: Vec<Self> = Vec::new();
        reader.attributes(start, |namespace, name, value| {
            check_name(name)?;
            if attributes.iter().any(|known| known.name == name && known.namespace == namespace) {
                return Err(syntax("an attribute is there twice".to_owned()));
            }
            let (namespace, name) = (namespace.to_owned(), name.to_owned());
            attributes.push(Self { namespace, name, value: value.into_owned() });
            Ok(())
        })?;
        Ok(attributes)
    }

    pub(crate) fn write_all(attributes: &[Self], out: &mut String) -> Result<(), Error> {
        let mut prefixes: Vec<&str> = Vec::new();
        for Self { namespace, name, value } in attributes {
            match &**namespace {
                "" => attribute(out, name, value)?,
                XML_NS => attribute(out, &format!("xml:{name}"), value)?,
                other => {
                    let known = prefixes.iter().position(|known| known == &other);
                    let prefix = known.unwrap_or(prefixes.len());
                    if known.is_none() {
                        attribute(out, &format!("xmlns:a{prefix}"), other)?;
                        prefixes.push(other);
                    }
                    attribute(out, &format!("a{prefix}:{name}"), value)?;
                }
            }
        }
        Ok(())
    }

    /// In an order of their own, as XML has none: a server or a library may give them another.
    pub(crate) fn sort(attributes: &mut [Self]) {
        attributes.sort_by(|one, other| (&one.namespace, &one.name).cmp(&(&other.namespace, &other.name)));
    }
}

/// What is kept is written again one day: it must be a name, which the XML library does not look at.
fn check_name(name: &str) -> Result<(), Error> {
    let begins = |c: char| c.is_alphabetic() || c == '_' || (!c.is_ascii() && !c.is_numeric());
    let goes_on = |c: char| begins(c) || c.is_numeric() || matches!(c, '-' | '.');
    if name.starts_with(begins) && name.chars().all(goes_on) {
        return Ok(());
    }
    Err(syntax("a name that XML does not allow".to_owned()))
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} …>", self.name)
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=…", self.name)
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Element(element) => element.fmt(f),
            Self::Text(_) => f.write_str("text …"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_an_element_makes_it_again() {
        let json = serde_json::json!({
            "measurement": { "name": "active-power", "business": { "graph": "load-profile" } },
            "tag": [{ "x": "1" }, { "x": "2" }, "plain"],
            "device": { "type": "meter", "text": "by the door" },
        });
        let element = Element::from_json("meta", "urn:quoalise:0", &json).unwrap();
        assert_eq!(element.to_json(), json);
        assert_eq!(element.elements().count(), 5);
        assert!(element.elements().all(|child| child.namespace == "urn:quoalise:0"));
        // What is no text becomes one; nothing stays nothing.
        let json = serde_json::json!({ "corrected": true, "interval": 1800, "unit": null });
        let element = Element::from_json("measurement", "", &json).unwrap();
        assert_eq!(element.attribute("corrected"), Some("true"));
        assert_eq!(element.attribute("interval"), Some("1800"));
        assert_eq!(element.attribute("unit"), None);
        // What is written must be XML again.
        for name in ["", "a b", "a><b", "a='", "1a"] {
            assert!(Element::from_json("meta", "", &serde_json::json!({ name: "x" })).is_err(), "{name}");
            assert!(Element::from_json("meta", "", &serde_json::json!({ name: {} })).is_err(), "{name}");
        }
        let deep = (0..100).fold(Json::Null, |json, _| serde_json::json!({ "a": json }));
        assert!(Element::from_json("meta", "", &deep).is_err());
    }
}
