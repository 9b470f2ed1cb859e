//! The payload as it stands in a stanza: a tree that the XMPP library has read, to and from [`Data`].

use minidom::{Element, Node};

use super::NS_LEFT_OUT;
use crate::data::{self, Builder, Data};
use crate::error::{Error, ErrorKind, Result};
use crate::senml::xml::set_attribute;
use crate::senml::{self, Raw, ReadOptions, WriteOptions};

/// Whether this is a `quoalise` element.
pub(crate) fn is_payload(element: &Element) -> bool {
    element.is("quoalise", data::NS)
}

/// Reads a `quoalise` element. Records go from the tree's attributes straight into the columns.
pub(crate) fn read(quoalise: &Element, options: &ReadOptions) -> Result<Data, senml::Error> {
    let mut builder = Builder::new(options);
    for child in quoalise.children() {
        nothing_left_out(child)?;
        if !child.is("data", data::NS) {
            continue;
        }
        let mut part = builder.begin();
        for child in child.children() {
            if child.is("meta", data::NS) {
                builder.meta(&mut part, to_own(child, options, 1)?)?;
            } else if child.is("sensml", senml::NS) {
                builder.begin_pack(&part)?;
                read_records(child, &mut builder)?;
                builder.end_pack(&mut part)?;
            } else {
                let other = to_own(child, options, 1)?;
                builder.other(&mut part, other);
            }
        }
        builder.end(part);
    }
    builder.finish()
}

fn read_records(sensml: &Element, builder: &mut Builder<'_>) -> Result<(), senml::Error> {
    let resolver = &mut builder.resolver;
    resolver.expect(sensml.nodes().len());
    for record in sensml.children() {
        if !record.is("senml", senml::NS) {
            nothing_left_out(record)?;
            continue;
        }
        let mut raw = Raw::default();
        for ((namespace, label), value) in record.attrs().iter() {
            if namespace.is_none() {
                set_attribute(&mut raw, label, value, resolver.options.strict)
                    .map_err(|error| error.at_record(resolver.position()))?;
            }
        }
        resolver.push(raw)?;
    }
    Ok(())
}

/// An element that did not come through to here may have been a reading: then nothing of the payload counts.
fn nothing_left_out(element: &Element) -> Result<(), senml::Error> {
    if element.is("left-out", NS_LEFT_OUT) {
        let detail = "an element too deep, or with too long a text, to be received";
        return Err(senml::Error::new(senml::ErrorKind::Limit, detail));
    }
    Ok(())
}

/// Our own kind of element, which keeps the order of attributes and needs no XMPP.
fn to_own(element: &Element, options: &ReadOptions, depth: usize) -> Result<data::Element, senml::Error> {
    if depth > options.limits.depth {
        return Err(senml::limit("nested elements", options.limits.depth));
    }
    nothing_left_out(element)?;
    let mut own = data::Element::new(element.name(), element.ns());
    for ((namespace, name), value) in element.attrs().iter() {
        own.attributes.push(data::Attribute {
            namespace: namespace.to_string(),
            name: name.to_string(),
            value: value.clone(),
        });
    }
    for node in element.nodes() {
        own.children.push(match node {
            Node::Element(child) => data::Node::Element(to_own(child, options, depth + 1)?),
            Node::Text(text) => data::Node::Text(text.clone()),
        });
    }
    Ok(own)
}

/// The `quoalise` element to send, in a stanza of at most `limit` bytes.
///
/// # Errors
/// `TooLarge`, to be told to whoever asked; `MalformedData`.
pub(crate) fn write(data: &Data, limit: usize) -> Result<Element> {
    let xml = data.to_xml(&WriteOptions::default())?;
    let count = data.records().len();
    let size = size(&xml, count);
    if size > limit {
        let fit = count * limit / size;
        return Err(Error::answer(
            ErrorKind::TooLarge,
            format!(
                "Response would be too big: {count} records, and about {fit} fit; ask for a shorter period"
            ),
        ));
    }
    Element::from_reader(xml.as_bytes())
        .map_err(|error| Error::new(ErrorKind::MalformedData, "the payload cannot be sent").caused_by(error))
}

/// How many bytes a stanza takes at the most as the XMPP library writes it: a record has a closing tag, apostrophes
/// are escaped, and tabs one character longer. Two thousand are for what stands around the payload.
fn size(xml: &str, records: usize) -> usize {
    let apostrophes = xml.bytes().filter(|byte| *byte == b'\'').count();
    xml.len() + records * "</senml".len() + apostrophes * "#39;&".len() + xml.matches("&#9;").count() + 2000
}
