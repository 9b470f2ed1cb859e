//! The payload as it stands in a stanza: a tree that the XMPP library has read, to and from [`Data`].

use minidom::{Element, Node};

use super::{NS_LEFT_OUT, run};
use crate::data::{self, Builder, Data};
use crate::error::{Error, ErrorKind, Result};
use crate::senml::xml::{Event, Reader, read_run, set_attribute};
use crate::senml::{self, Raw, ReadOptions, WriteOptions};

/// Whether this is a `quoalise` element.
pub(crate) fn is_payload(element: &Element) -> bool {
    element.is("quoalise", data::NS)
}

/// Whether this stands for an element that did not come through, and may have been a payload.
pub(crate) fn is_left_out(element: &Element) -> bool {
    element.is("left-out", NS_LEFT_OUT)
}

/// Whether something of this did not come through, at any depth.
pub(crate) fn is_cut(element: &Element) -> bool {
    is_left_out(element) || element.children().any(is_cut)
}

/// Reads the `quoalise` element among those that came together, or the several: then the series of all. Records go
/// straight into the columns, from runs of bytes or from the tree's attributes.
///
/// # Errors
/// `NotSenml` where there is none.
pub(crate) fn read(elements: &[Element], options: &ReadOptions) -> Result<Data, senml::Error> {
    let mut builder = Builder::new(options);
    let mut by_run = 0;
    for element in elements {
        nothing_left_out(element)?;
        if is_payload(element) {
            by_run += read_one(element, &mut builder)?;
        }
    }
    let data = builder.finish()?;
    log::debug!("read {} records, {by_run} of them from runs", data.records().len());
    Ok(data)
}

fn read_one(quoalise: &Element, builder: &mut Builder<'_>) -> Result<usize, senml::Error> {
    let options = builder.resolver.options;
    let mut by_run = 0;
    builder.attributes(attributes(quoalise, options)?);
    for child in quoalise.children() {
        if !child.is("data", data::NS) {
            builder.beside(to_own(child, options, 1)?);
            continue;
        }
        let mut part = builder.begin(attributes(child, options)?);
        for child in child.children() {
            if child.is("meta", data::NS) {
                builder.meta(&mut part, to_own(child, options, 1)?)?;
            } else if child.is("sensml", senml::NS) {
                builder.begin_pack(&part)?;
                by_run += read_records(child, builder)?;
                builder.end_pack(&mut part)?;
            } else {
                let other = to_own(child, options, 1)?;
                builder.other(&mut part, other);
            }
        }
        builder.end(part);
    }
    Ok(by_run)
}

/// Gives how many records came in runs.
fn read_records(sensml: &Element, builder: &mut Builder<'_>) -> Result<usize, senml::Error> {
    let resolver = &mut builder.resolver;
    let mut by_run = 0;
    resolver.expect(sensml.nodes().len());
    for record in sensml.children() {
        if let Some(records) = run::text(record) {
            by_run += read_run(&records, resolver)?;
            continue;
        }
        if !record.is("senml", senml::NS) {
            nothing_left_out(record)?;
            continue;
        }
        let mut raw = Raw::default();
        for (count, ((namespace, label), value)) in record.attrs().iter().enumerate() {
            if count >= resolver.options.limits.attributes {
                return Err(senml::limit("attributes of an element", resolver.options.limits.attributes));
            }
            if namespace.is_none() {
                set_attribute(&mut raw, label, value, resolver.options.strict)
                    .map_err(|error| error.at_record(resolver.position()))?;
            }
        }
        resolver.push(raw)?;
    }
    Ok(by_run)
}

/// An element that did not come through to here may have been a reading: then nothing of the payload counts.
fn nothing_left_out(element: &Element) -> Result<(), senml::Error> {
    if is_left_out(element) {
        let detail = "an element too deep, or with too long a text, to be received";
        return Err(senml::Error::new(senml::ErrorKind::Limit, detail));
    }
    Ok(())
}

/// Our own kind of element, which needs no XMPP.
pub(crate) fn to_own(
    element: &Element,
    options: &ReadOptions,
    depth: usize,
) -> Result<data::Element, senml::Error> {
    if depth > options.limits.depth {
        return Err(senml::limit("nested elements", options.limits.depth));
    }
    nothing_left_out(element)?;
    let mut own = data::Element::new(element.name(), element.ns());
    own.attributes = attributes(element, options)?;
    for node in element.nodes() {
        match node {
            Node::Element(child) => match run::text(child) {
                Some(records) => from_run(&mut own, &records, options, depth + 1)?,
                None => own.children.push(data::Node::Element(to_own(child, options, depth + 1)?)),
            },
            Node::Text(text) => push_text(&mut own, text),
        }
    }
    Ok(own)
}

fn attributes(element: &Element, options: &ReadOptions) -> Result<Vec<data::Attribute>, senml::Error> {
    if element.attrs().iter().nth(options.limits.attributes).is_some() {
        return Err(senml::limit("attributes of an element", options.limits.attributes));
    }
    let attributes = element.attrs().iter().map(|((namespace, name), value)| data::Attribute {
        namespace: namespace.to_string(),
        name: name.to_string(),
        value: value.clone(),
    });
    Ok(attributes.collect())
}

/// Texts come in pieces as long as the parser's patience; they are one.
fn push_text(own: &mut data::Element, text: &str) {
    match own.children.last_mut() {
        Some(data::Node::Text(before)) => before.push_str(text),
        _ => own.children.push(data::Node::Text(text.to_owned())),
    }
}

/// Makes elements again of a run that stands where no records are read, in an element that is not Quoalise's.
fn from_run(
    sensml: &mut data::Element,
    records: &str,
    options: &ReadOptions,
    depth: usize,
) -> Result<(), senml::Error> {
    if depth > options.limits.depth {
        return Err(senml::limit("nested elements", options.limits.depth));
    }
    let mut reader = Reader::new(records.as_bytes(), options.limits)?;
    if let Event::Start(start) = reader.next()? {
        for node in data::Element::read(&mut reader, &start)?.children {
            match node {
                data::Node::Text(text) => push_text(sensml, &text),
                element => sensml.children.push(element),
            }
        }
    }
    Ok(())
}

/// The `quoalise` element to send, in a stanza of at most `limit` bytes.
///
/// # Errors
/// `TooLarge`, `MalformedData`.
pub(crate) fn write(data: &Data, limit: usize) -> Result<Element> {
    parse(&text(data, limit)?)
}

/// As [`write`], as text: a twentieth of what the tree takes.
pub(crate) fn text(data: &Data, limit: usize) -> Result<String> {
    let xml = data.to_xml(&WriteOptions::default())?;
    if size(&xml, data.records().len()) > limit {
        let message = format!("{} records are too many for a stanza", data.records().len());
        return Err(Error::new(ErrorKind::TooLarge, message));
    }
    Ok(xml)
}

/// The element of what [`text`] wrote.
pub(crate) fn parse(xml: &str) -> Result<Element> {
    Element::from_reader(xml.as_bytes())
        .map_err(|error| Error::new(ErrorKind::MalformedData, "the payload cannot be sent").caused_by(error))
}

/// How many bytes a stanza with this payload takes at the most.
pub(crate) fn size_of(data: &Data) -> Result<usize, senml::Error> {
    Ok(size(&data.to_xml(&WriteOptions::default())?, data.records().len()))
}

/// How many bytes a stanza takes at the most as the XMPP library writes it: a record has a closing tag, apostrophes
/// are escaped, and tabs one character longer. Two thousand are for what stands around the payload.
fn size(xml: &str, records: usize) -> usize {
    let apostrophes = xml.bytes().filter(|byte| *byte == b'\'').count();
    xml.len() + records * "</senml".len() + apostrophes * "#39;&".len() + xml.matches("&#9;").count() + 2000
}
