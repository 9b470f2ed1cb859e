//! SenML in XML (RFC 8428 section 7): `sensml` elements full of `senml` elements that only have attributes.

mod reader;
mod scan;

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine;
use serde_json::Value as Json;

pub(crate) use reader::{Event, Reader, Start, syntax};

use super::json::URL_SAFE_LENIENT;
use super::number::{Number, parse, parse_micros, write as write_number, write_seconds};
use super::resolve::{Raw, Resolver, limit};
use super::{Error, ErrorKind, NS, Records, WriteOptions, write};

pub(super) fn read(xml: &[u8], resolver: &mut Resolver<'_>) -> Result<(), Error> {
    let mut reader = Reader::new(xml, resolver.options.limits)?;
    loop {
        match reader.next()? {
            Event::Start(root) if !root.is(NS, "sensml") => {
                return Err(Error::new(
                    ErrorKind::NotSenml,
                    "the root element is not `sensml` in the namespace of SenML",
                ));
            }
            Event::Start(root) => {
                read_records(&mut reader, &root, resolver)?;
            }
            Event::Text(_) | Event::End => {}
            Event::Eof => return Ok(()),
        }
    }
}

/// Reads the content of a `sensml` element whose start tag was read.
pub(crate) fn read_records(
    reader: &mut Reader<'_>,
    sensml: &Start<'_>,
    resolver: &mut Resolver<'_>,
) -> Result<(), Error> {
    if sensml.empty {
        return Ok(());
    }
    // A prefix that means SenML here means it in every child that does not declare it again, and the scanner stops
    // at a declaration.
    let prefix = sensml.written_name().strip_suffix("sensml").unwrap_or_default();
    let tag = [prefix, "senml"].concat();
    let mut behind_tag = true;
    loop {
        // Behind a text the reader has already seen that a tag is next, and must be given it.
        if behind_tag && resolver.options.scan {
            let plain = scan::records(reader.rest(), tag.as_bytes(), resolver);
            reader.skip(plain);
        }
        let event = reader.next()?;
        behind_tag = !matches!(event, Event::Text(_));
        match event {
            Event::Start(element) if element.is(NS, "senml") => {
                let raw = read_record(reader, &element, resolver)?;
                resolver.push(raw)?;
                read_nothing(reader, &element, resolver)?;
            }
            Event::Start(other) => {
                unexpected(resolver, "an element that is not `senml`")?;
                reader.skip_element(&other)?;
            }
            Event::Text(text) if is_space(&text) => {}
            Event::Text(_) => unexpected(resolver, "text between records")?,
            Event::End => return Ok(()),
            Event::Eof => return Err(syntax("the text ends inside a pack".into())),
        }
    }
}

/// Reads a run of plain records: a `sensml` element of its own, in the middle of a pack. Gives how many there were.
#[cfg(feature = "xmpp")]
pub(crate) fn read_run(xml: &str, resolver: &mut Resolver<'_>) -> Result<usize, Error> {
    let first = resolver.position();
    read(xml.as_bytes(), resolver)?;
    Ok(resolver.position() - first)
}

fn read_record(
    reader: &Reader<'_>,
    element: &Start<'_>,
    resolver: &Resolver<'_>,
) -> Result<Raw<'static>, Error> {
    let position = resolver.position();
    let mut raw = Raw::default();
    let read = reader.attributes(element, |namespace, label, value| {
        if !namespace.is_empty() {
            return Ok(()); // not SenML's
        }
        set_attribute(&mut raw, label, &value, resolver.options.strict)
    });
    read.map_err(|error| error.at_record(position))?;
    // Attributes have no order in XML, and in a stanza they come by name.
    raw.other.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(raw)
}

/// `senml` elements are empty; whatever stands in one is passed over, or refused.
fn read_nothing(reader: &mut Reader<'_>, element: &Start<'_>, resolver: &Resolver<'_>) -> Result<(), Error> {
    if element.empty {
        return Ok(());
    }
    loop {
        match reader.next()? {
            Event::End => return Ok(()),
            Event::Start(child) => {
                unexpected(resolver, "an element inside a record")?;
                reader.skip_element(&child)?;
            }
            Event::Text(text) if !is_space(&text) => unexpected(resolver, "text inside a record")?,
            Event::Text(_) => {}
            Event::Eof => return Err(syntax("the text ends inside a record".into())),
        }
    }
}

fn unexpected(resolver: &Resolver<'_>, what: &str) -> Result<(), Error> {
    if !resolver.options.strict {
        return Ok(());
    }
    Err(Error::new(ErrorKind::UnexpectedContent, what).at_record(resolver.position()))
}

fn is_space(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

/// Sets one attribute of a `senml` element; every way XML comes in ends here.
pub(crate) fn set_attribute(raw: &mut Raw<'_>, label: &str, value: &str, strict: bool) -> Result<(), Error> {
    let doubled = match label {
        "bver" => set(&mut raw.bver, number(label, value)?),
        "bn" => set(&mut raw.bn, Cow::Owned(value.to_owned())),
        "bt" => set(&mut raw.bt, time(label, value)?),
        "bu" => set(&mut raw.bu, Cow::Owned(value.to_owned())),
        "bv" if !strict && is_gap(value) => std::mem::replace(&mut raw.gap, true) || raw.bv.is_some(),
        "bv" => set(&mut raw.bv, number(label, value)?),
        "bs" => set(&mut raw.bs, number(label, value)?.value),
        "n" => set(&mut raw.n, Cow::Owned(value.to_owned())),
        "u" => set(&mut raw.u, Cow::Owned(value.to_owned())),
        "v" if !strict && is_gap(value) => std::mem::replace(&mut raw.gap, true) || raw.v.is_some(),
        "v" => set(&mut raw.v, number(label, value)?) || raw.gap,
        "vs" => set(&mut raw.vs, Cow::Owned(value.to_owned())),
        "vb" => set(&mut raw.vb, boolean(value)?),
        "vd" => set(&mut raw.vd, data(value, strict)?),
        "s" => set(&mut raw.s, number(label, value)?.value),
        "t" => set(&mut raw.t, time(label, value)?),
        "ut" => set(&mut raw.ut, number(label, value)?.value),
        other => {
            let doubled = raw.other.iter().any(|(known, _)| known == other);
            raw.other.push((other.to_owned(), Json::String(value.to_owned())));
            doubled
        }
    };
    if doubled {
        return Err(syntax(format!("the attribute `{label}` is there twice")));
    }
    Ok(())
}

/// What Quoalise peers write for "no value": Python's and JSON's nothing, and not-a-number.
pub(crate) fn is_gap(value: &str) -> bool {
    matches!(value.trim_ascii(), "" | "null" | "None" | "NaN" | "nan")
}

fn set<T>(slot: &mut Option<T>, value: T) -> bool {
    slot.replace(value).is_some()
}

fn number(label: &str, value: &str) -> Result<Number, Error> {
    parse(value).ok_or_else(|| Error::new(ErrorKind::BadNumber, format!("`{label}` is not a finite number")))
}

fn time(label: &str, value: &str) -> Result<i64, Error> {
    number(label, value)?;
    parse_micros(value).ok_or_else(|| Error::new(ErrorKind::BadTime, format!("`{label}` is out of range")))
}

pub(crate) fn boolean(value: &str) -> Result<bool, Error> {
    match value.trim_ascii() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Error::new(ErrorKind::BadType, "`vb` is none of true, false, 1, 0")),
    }
}

pub(crate) fn data(value: &str, strict: bool) -> Result<Vec<u8>, Error> {
    let decoded = if strict {
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(value)
    } else {
        URL_SAFE_LENIENT.decode(value.trim_ascii())
    };
    decoded.map_err(|_| Error::new(ErrorKind::BadType, "`vd` is not base64url without padding"))
}

/// Writes rows as a `sensml` element that declares its own namespace.
pub(crate) fn write(
    out: &mut String,
    version: u32,
    records: &Records,
    rows: Range<usize>,
    options: &WriteOptions,
) -> Result<(), Error> {
    out.push_str("<sensml xmlns=\"");
    out.push_str(NS);
    let empty = out.len();
    out.push_str("\">");
    let begun = out.len();
    write::pack(&mut Attributes(out), version, records, rows, options)?;
    if out.len() == begun {
        out.truncate(empty);
        out.push_str("\"/>");
    } else {
        out.push_str("</sensml>");
    }
    Ok(())
}

/// Records as `senml` elements.
struct Attributes<'s>(&'s mut String);

impl Attributes<'_> {
    fn open(&mut self, label: &str) -> &mut String {
        self.0.push(' ');
        self.0.push_str(label);
        self.0.push_str("=\"");
        self.0
    }
}

impl write::Fields for Attributes<'_> {
    fn begin(&mut self) {
        self.0.push_str("<senml");
    }

    fn text(&mut self, label: &str, text: &str) -> Result<(), Error> {
        attribute(self.0, label, text)
    }

    fn number(&mut self, label: &str, number: f64) {
        let out = self.open(label);
        write_number(out, number);
        out.push('"');
    }

    fn integer(&mut self, label: &str, integer: i128) {
        let out = self.open(label);
        out.push_str(itoa::Buffer::new().format(integer));
        out.push('"');
    }

    fn seconds(&mut self, label: &str, micros: i64) {
        let out = self.open(label);
        write_seconds(out, micros);
        out.push('"');
    }

    fn boolean(&mut self, label: &str, boolean: bool) {
        let out = self.open(label);
        out.push_str(if boolean { "true\"" } else { "false\"" });
    }

    fn other(&mut self, label: &str, value: &Json) -> Result<(), Error> {
        if !is_attribute_name(label) {
            return Err(Error::new(ErrorKind::NotWritable, "a label that cannot be an XML attribute"));
        }
        match value {
            Json::String(text) => self.text(label, text),
            other => self.text(label, &other.to_string()),
        }
    }

    fn end(&mut self) {
        self.0.push_str("/>");
    }
}

/// Writes ` name="value"`.
pub(crate) fn attribute(out: &mut String, name: &str, value: &str) -> Result<(), Error> {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value)?;
    out.push('"');
    Ok(())
}

/// Escapes for attributes and text alike. Line ends and tabs are written as references, or attribute normalisation
/// would turn them into spaces.
pub(crate) fn escape(out: &mut String, text: &str) -> Result<(), Error> {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            c if !is_xml(c) => {
                return Err(Error::new(ErrorKind::NotWritable, "text with a character XML cannot carry"));
            }
            c => out.push(c),
        }
    }
    Ok(())
}

/// Whether XML 1.0 has the character at all, be it as a reference.
pub(crate) fn is_xml(c: char) -> bool {
    !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// A cautious subset of XML's names: what SenML labels are made of.
fn is_attribute_name(label: &str) -> bool {
    let mut chars = label.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !label.starts_with("xml")
}

pub(crate) fn check_text(text: &str, most: usize) -> Result<(), Error> {
    if text.len() > most { Err(limit("bytes in a text", most)) } else { Ok(()) }
}
