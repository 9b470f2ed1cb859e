//! From XML to [`Data`]. The structure is known here once; bytes and trees both drive it.

use jiff::Timestamp;

use super::element::{Attribute, Element};
use super::meta::Metadata;
use super::{Data, NS, Part};
use crate::senml::xml::{Event, Reader, Start, read_records, syntax};
use crate::senml::{self, Error, ErrorKind, ReadOptions, Resolver};

/// Collects the `<data>` elements of one payload.
pub(crate) struct Builder<'o> {
    pub resolver: Resolver<'o>,
    parts: Vec<Part>,
    attributes: Vec<Attribute>,
    other: Vec<Element>,
}

/// Collects one `<data>`.
pub(crate) struct PartBuilder {
    first_row: usize,
    meta: Option<Metadata>,
    version: Option<u32>,
    attributes: Vec<Attribute>,
    other: Vec<Element>,
}

impl<'o> Builder<'o> {
    pub fn new(options: &'o ReadOptions) -> Self {
        Self {
            resolver: Resolver::new(options),
            parts: Vec::new(),
            attributes: Vec::new(),
            other: Vec::new(),
        }
    }

    /// Of a `quoalise` element. There may be several; what one has said stands.
    pub fn attributes(&mut self, attributes: Vec<Attribute>) {
        for attribute in attributes {
            let same = |known: &Attribute| {
                (&known.namespace, &known.name) == (&attribute.namespace, &attribute.name)
            };
            if !self.attributes.iter().any(same) {
                self.attributes.push(attribute);
            }
        }
        Attribute::sort(&mut self.attributes);
    }

    /// An element beside the `data` elements.
    pub fn beside(&mut self, element: Element) {
        self.other.push(element);
    }

    pub fn begin(&self, mut attributes: Vec<Attribute>) -> PartBuilder {
        Attribute::sort(&mut attributes);
        let first_row = self.resolver.len();
        PartBuilder { first_row, meta: None, version: None, attributes, other: Vec::new() }
    }

    pub fn meta(&self, part: &mut PartBuilder, meta: Element) -> Result<(), Error> {
        self.only_once(part.meta.is_some(), "meta")?;
        match part.meta {
            None => part.meta = Some(Metadata::from_element(meta)),
            Some(_) => part.other.push(meta),
        }
        Ok(())
    }

    /// To be called before the records of a `sensml` element are read.
    pub fn begin_pack(&mut self, part: &PartBuilder) -> Result<(), Error> {
        self.only_once(part.version.is_some(), "sensml")?;
        self.resolver.begin_pack();
        Ok(())
    }

    /// To be called after them.
    pub fn end_pack(&mut self, part: &mut PartBuilder) -> Result<(), Error> {
        let version = self.resolver.end_pack()?;
        if part.version.is_some_and(|before| before != version) {
            return Err(Error::new(ErrorKind::MixedVersions, "packs of one `data` have different `bver`"));
        }
        part.version = Some(version);
        Ok(())
    }

    pub fn other(&self, part: &mut PartBuilder, element: Element) {
        part.other.push(element);
    }

    pub fn end(&mut self, part: PartBuilder) {
        self.parts.push(Part {
            meta: part.meta.unwrap_or_default(),
            version: part.version.unwrap_or(senml::DEFAULT_VERSION),
            rows: part.first_row..self.resolver.len(),
            attributes: part.attributes,
            other: part.other,
        });
    }

    pub fn finish(self) -> Result<Data, Error> {
        if self.parts.is_empty() {
            return Err(Error::new(ErrorKind::NotSenml, "a `quoalise` element without any `data`"));
        }
        let Self { resolver, parts, attributes, other } = self;
        Ok(Data { parts, records: resolver.into_records(), attributes, other })
    }

    fn only_once(&self, again: bool, name: &str) -> Result<(), Error> {
        if again && self.resolver.options.strict {
            return Err(Error::new(ErrorKind::UnexpectedContent, format!("a second `{name}` in one `data`")));
        }
        Ok(())
    }
}

pub(super) fn read(xml: &[u8], options: &ReadOptions) -> Result<Data, Error> {
    let stamped;
    let options = match delay(xml, options)? {
        Some(stamp) => {
            stamped = ReadOptions { now: stamp, ..*options };
            &stamped
        }
        None => options,
    };
    let mut reader = Reader::new(xml, options.limits)?;
    let mut builder = Builder::new(options);
    // How many elements are open, and how many were around the first payload: those beside it count too.
    let (mut depth, mut found) = (0_usize, None);
    loop {
        match reader.next()? {
            Event::Start(element) if found.is_none_or(|around| around == depth) => {
                if element.is(NS, "quoalise") {
                    found = Some(depth);
                    read_quoalise(&mut reader, &element, &mut builder)?;
                } else if element.is(NS, "data") {
                    found = Some(depth);
                    read_data(&mut reader, &element, &mut builder)?;
                } else if found.is_some() {
                    reader.skip_element(&element)?;
                } else {
                    depth += usize::from(!element.empty);
                }
            }
            Event::Start(element) => reader.skip_element(&element)?,
            Event::End => depth = depth.saturating_sub(1),
            Event::Text(_) => {}
            Event::Eof if found.is_some() => return builder.finish(),
            Event::Eof => {
                return Err(Error::new(
                    ErrorKind::NotSenml,
                    "no `quoalise` element in the namespace urn:quoalise:0",
                ));
            }
        }
    }
}

/// The stamp of a delayed message (XEP-0203), looked for only where the root is no payload by itself: it may come
/// after the payload whose times count from it.
fn delay(xml: &[u8], options: &ReadOptions) -> Result<Option<Timestamp>, Error> {
    let mut reader = Reader::new(xml, options.limits)?;
    let mut depth = 0;
    loop {
        match reader.next()? {
            Event::Start(element) if depth == 0 && element.namespace == NS => return Ok(None),
            Event::Start(element) if depth == 1 && element.is("urn:xmpp:delay", "delay") => {
                let delay = Element::read(&mut reader, &element)?;
                let stamp = delay.attribute("stamp").and_then(|stamp| stamp.parse().ok());
                return stamp
                    .map(Some)
                    .ok_or_else(|| syntax("a `delay` without a readable stamp".to_owned()));
            }
            Event::Start(element) if depth == 1 => reader.skip_element(&element)?,
            Event::Start(element) => depth += usize::from(!element.empty),
            Event::End => depth -= 1,
            Event::Eof => return Ok(None),
            Event::Text(_) => {}
        }
    }
}

fn read_quoalise(
    reader: &mut Reader<'_>,
    quoalise: &Start<'_>,
    builder: &mut Builder<'_>,
) -> Result<(), Error> {
    builder.attributes(Attribute::read_all(reader, quoalise)?);
    children(reader, quoalise, |reader, child| {
        if child.is(NS, "data") {
            return read_data(reader, child, builder);
        }
        builder.beside(Element::read(reader, child)?);
        Ok(())
    })
}

fn read_data(reader: &mut Reader<'_>, data: &Start<'_>, builder: &mut Builder<'_>) -> Result<(), Error> {
    reader.keep_one()?;
    let mut part = builder.begin(Attribute::read_all(reader, data)?);
    children(reader, data, |reader, child| {
        if child.is(NS, "meta") {
            return builder.meta(&mut part, Element::read(reader, child)?);
        }
        if child.is(senml::NS, "sensml") {
            builder.begin_pack(&part)?;
            read_records(reader, child, &mut builder.resolver)?;
            return builder.end_pack(&mut part);
        }
        builder.other(&mut part, Element::read(reader, child)?);
        Ok(())
    })?;
    builder.end(part);
    Ok(())
}

fn children<'a>(
    reader: &mut Reader<'a>,
    parent: &Start<'_>,
    mut each: impl FnMut(&mut Reader<'a>, &Start<'a>) -> Result<(), Error>,
) -> Result<(), Error> {
    if parent.empty {
        return Ok(());
    }
    loop {
        match reader.next()? {
            Event::Start(child) => each(reader, &child)?,
            Event::End => return Ok(()),
            Event::Text(_) => {}
            Event::Eof => return Err(syntax("the text ends inside an element".to_owned())),
        }
    }
}
