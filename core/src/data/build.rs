//! From XML to [`Data`]. The structure is known here once; bytes and trees both drive it.

use jiff::Timestamp;

use super::element::Element;
use super::meta::Metadata;
use super::{Data, NS, Part};
use crate::senml::xml::{Event, Reader, Start, read_records, syntax};
use crate::senml::{self, Error, ErrorKind, ReadOptions, Resolver};

/// Collects the `<data>` elements of one payload.
pub(crate) struct Builder<'o> {
    pub resolver: Resolver<'o>,
    parts: Vec<Part>,
}

/// Collects one `<data>`.
pub(crate) struct PartBuilder {
    first_row: usize,
    meta: Option<Metadata>,
    version: Option<u32>,
    other: Vec<Element>,
}

impl<'o> Builder<'o> {
    pub fn new(options: &'o ReadOptions) -> Self {
        Self { resolver: Resolver::new(options), parts: Vec::new() }
    }

    pub fn begin(&self) -> PartBuilder {
        PartBuilder { first_row: self.resolver.len(), meta: None, version: None, other: Vec::new() }
    }

    pub fn meta(&self, part: &mut PartBuilder, meta: Element) -> Result<(), Error> {
        self.only_once(part.meta.is_some(), "meta")?;
        part.meta.get_or_insert(Metadata::from_element(meta));
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
            other: part.other,
        });
    }

    pub fn finish(self) -> Result<Data, Error> {
        if self.parts.is_empty() {
            return Err(Error::new(ErrorKind::NotSenml, "a `quoalise` element without any `data`"));
        }
        Ok(Data { parts: self.parts, records: self.resolver.into_records() })
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
    let mut found = false;
    loop {
        match reader.next()? {
            Event::Start(element) if element.is(NS, "quoalise") && !found => {
                found = true;
                read_quoalise(&mut reader, &element, &mut builder)?;
            }
            Event::Start(element) if element.is(NS, "data") && !found => {
                found = true;
                read_data(&mut reader, &element, &mut builder)?;
            }
            Event::Start(element) if found => reader.skip_element(&element)?,
            Event::Eof if found => return builder.finish(),
            Event::Eof => {
                return Err(Error::new(
                    ErrorKind::NotSenml,
                    "no `quoalise` element in the namespace urn:quoalise:0",
                ));
            }
            _ => {}
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
    children(reader, quoalise, |reader, child| {
        if child.is(NS, "data") { read_data(reader, child, builder) } else { reader.skip_element(child) }
    })
}

fn read_data(reader: &mut Reader<'_>, data: &Start<'_>, builder: &mut Builder<'_>) -> Result<(), Error> {
    let mut part = builder.begin();
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
