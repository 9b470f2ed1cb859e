//! The payload as it stands in a stanza: a tree that the XMPP library has read, to and from [`Data`].

use minidom::{Element, Node};

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
    for child in quoalise.children().filter(|child| child.is("data", data::NS)) {
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
    for record in sensml.children().filter(|child| child.is("senml", senml::NS)) {
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

/// Our own kind of element, which keeps the order of attributes and needs no XMPP.
fn to_own(element: &Element, options: &ReadOptions, depth: usize) -> Result<data::Element, senml::Error> {
    if depth > options.limits.depth {
        return Err(senml::limit("nested elements", options.limits.depth));
    }
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

/// The `quoalise` element to send.
pub(crate) fn write(data: &Data) -> Result<Element> {
    let xml = data.to_xml(&WriteOptions::default())?;
    Element::from_reader(xml.as_bytes())
        .map_err(|error| Error::new(ErrorKind::MalformedData, "the payload cannot be sent").caused_by(error))
}
