//! A pull reader over quick-xml that knows namespaces, refuses DTDs and keeps within [`Limits`].

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event as Xml};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::super::resolve::limit;
use super::super::{Error, ErrorKind, Limits, NS};
use super::{is_space, is_xml};

pub(crate) struct Reader<'a> {
    inner: NsReader<&'a [u8]>,
    limits: Limits,
    depth: usize,
    /// The root element has begun.
    rooted: bool,
}

pub(crate) enum Event<'a> {
    Start(Start<'a>),
    End,
    /// Character data, never empty; long texts may come in pieces.
    Text(Cow<'a, str>),
    Eof,
}

/// A start tag. An empty element has no `End` of its own.
pub(crate) struct Start<'a> {
    pub namespace: Cow<'static, str>,
    pub empty: bool,
    tag: BytesStart<'a>,
}

impl<'a> Reader<'a> {
    pub fn new(xml: &'a [u8], limits: Limits) -> Result<Self, Error> {
        if xml.len() > limits.bytes {
            return Err(limit("bytes", limits.bytes));
        }
        let text = std::str::from_utf8(xml)
            .map_err(|error| syntax(format!("not UTF-8 after byte {}", error.valid_up_to())))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if has_control(text.as_bytes()) {
            return Err(not_a_character());
        }
        let mut inner = NsReader::from_str(text);
        inner.resolver_mut().set_max_namespace_bindings(limits.attributes);
        Ok(Self { inner, limits, depth: 0, rooted: false })
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What has not been read yet, for a scanner that takes over for a while: see [`skip`](Self::skip).
    pub fn rest(&mut self) -> &'a [u8] {
        self.inner.get_mut()
    }

    /// Passes over `bytes` that hold whole elements only.
    pub fn skip(&mut self, bytes: usize) {
        let rest = self.inner.get_mut();
        *rest = &rest[bytes..];
    }

    pub fn next(&mut self) -> Result<Event<'a>, Error> {
        loop {
            match self.inner.read_event().map_err(|error| ill_formed(&error))? {
                Xml::Start(tag) => {
                    self.check_root()?;
                    self.depth += 1;
                    return self.start(tag, false);
                }
                Xml::Empty(tag) => {
                    self.check_root()?;
                    return self.start(tag, true);
                }
                Xml::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Event::End);
                }
                Xml::Text(text) => return self.text(text.xml10_content()),
                Xml::CData(text) => return self.text(text.xml10_content()),
                Xml::GeneralRef(reference) => {
                    let whole = format!("&{};", &*reference);
                    let text = quick_xml::escape::unescape(&whole)
                        .map_err(|_| syntax("an entity that XML does not define by itself".into()))?;
                    return self.text(Cow::Owned(text.into_owned()));
                }
                Xml::DocType(_) => {
                    return Err(syntax("a document type declaration, which is refused".into()));
                }
                Xml::Comment(_) | Xml::PI(_) => {}
                Xml::Decl(decl) => check_encoding(&decl)?,
                Xml::Eof if self.depth > 0 => return Err(syntax("the text ends inside an element".into())),
                Xml::Eof if !self.rooted => return Err(syntax("no XML element at all".into())),
                Xml::Eof => return Ok(Event::Eof),
            }
        }
    }

    /// Passes over the rest of an element whose start tag was read.
    pub fn skip_element(&mut self, start: &Start<'_>) -> Result<(), Error> {
        if start.empty {
            return Ok(());
        }
        let depth = self.depth;
        while self.depth >= depth {
            self.next()?;
        }
        Ok(())
    }

    /// Calls `each` with every attribute of the element just begun: namespace (mostly none), local name, value.
    /// Namespace declarations are left out.
    pub fn attributes(
        &self,
        start: &Start<'_>,
        mut each: impl FnMut(&str, &str, Cow<'_, str>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut attributes = start.tag.attributes();
        // Its own check for doubles is quadratic; callers find them by the field that is already set.
        attributes.with_checks(false);
        let mut count = 0;
        for attribute in attributes {
            let attribute = attribute.map_err(|error| syntax(error.to_string()))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue; // their number has its own bound
            }
            count += 1;
            if count > self.limits.attributes {
                return Err(limit("attributes of an element", self.limits.attributes));
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| {
                syntax("an attribute with an entity that XML does not define by itself".into())
            })?;
            if value.len() > self.limits.text {
                return Err(limit("bytes in an attribute", self.limits.text));
            }
            // A raw control character was refused at the start, but a reference may stand for one.
            let plain = matches!(value, Cow::Borrowed(_)) && value.is_ascii();
            if !plain && !value.chars().all(is_xml) {
                return Err(not_a_character());
            }
            let (namespace, local) = self.inner.resolver().resolve_attribute(attribute.key);
            each(&namespace_of(&namespace)?, local.into_inner(), value)?;
        }
        Ok(())
    }

    fn check_root(&mut self) -> Result<(), Error> {
        if self.depth == 0 && std::mem::replace(&mut self.rooted, true) {
            return Err(syntax("a second root element".into()));
        }
        Ok(())
    }

    fn text(&self, text: Cow<'a, str>) -> Result<Event<'a>, Error> {
        if self.depth == 0 && !is_space(&text) {
            return Err(syntax("text outside of the root element".into()));
        }
        let plain = matches!(text, Cow::Borrowed(_)) && text.is_ascii();
        if !plain && !text.chars().all(is_xml) {
            return Err(not_a_character());
        }
        Ok(Event::Text(text))
    }

    fn start(&self, tag: BytesStart<'a>, empty: bool) -> Result<Event<'a>, Error> {
        if self.depth + usize::from(empty) > self.limits.depth {
            return Err(limit("nested elements", self.limits.depth));
        }
        let namespace = match namespace_of(&self.inner.resolver().resolve_element(tag.name()).0)? {
            namespace if namespace == NS => Cow::Borrowed(NS),
            namespace => Cow::Owned(namespace.into_owned()),
        };
        Ok(Event::Start(Start { namespace, empty, tag }))
    }
}

impl<'a> Start<'a> {
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.local_name() == name && self.namespace == namespace
    }

    pub fn local_name(&self) -> &str {
        self.tag.local_name().into_inner()
    }

    /// The name as written, prefix included.
    pub fn written_name(&self) -> &str {
        self.tag.name().0
    }
}

/// A namespace as it is meant: the resolver has it as it was written.
fn namespace_of<'n>(resolved: &ResolveResult<'n>) -> Result<Cow<'n, str>, Error> {
    let written = match resolved {
        ResolveResult::Bound(namespace) => namespace.0,
        ResolveResult::Unbound => return Ok(Cow::Borrowed("")),
        ResolveResult::Unknown(_) => return Err(syntax("a namespace prefix that is not declared".into())),
    };
    if !written.contains(['&', '<', '\t', '\n', '\r']) {
        return Ok(Cow::Borrowed(written));
    }
    let spaced = written.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
    let meant = quick_xml::escape::unescape(&spaced).ok().filter(|text| text.chars().all(is_xml));
    match meant {
        Some(meant) if !spaced.contains('<') => Ok(Cow::Owned(meant.into_owned())),
        _ => Err(syntax("a namespace that cannot be declared so".into())),
    }
}

/// Whether there is a byte that no XML document has; U+FFFE and U+FFFF are looked for in what is read as text only.
fn has_control(xml: &[u8]) -> bool {
    // Whole chunks without an early end inside, so that the compiler makes vectors of it.
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    xml.chunks(4096).any(|chunk| chunk.iter().fold(false, |found, byte| found | is_control(byte)))
}

fn not_a_character() -> Error {
    syntax("a character that XML does not have".into())
}

/// The library's own words may quote the text, which may hold readings.
fn ill_formed(error: &quick_xml::Error) -> Error {
    use quick_xml::Error as Xml;
    use quick_xml::errors::IllFormedError as Form;
    use quick_xml::name::NamespaceError;
    match error {
        Xml::Syntax(error) => syntax(error.to_string()),
        Xml::IllFormed(Form::UnmatchedEndTag(_) | Form::MismatchedEndTag { .. } | Form::MissingEndTag(_)) => {
            syntax("an end tag that does not match its start tag".into())
        }
        Xml::IllFormed(Form::UnclosedReference) => syntax("a `&` that begins no entity".into()),
        Xml::Namespace(NamespaceError::TooManyBindings(most)) => limit("namespaces at once", *most),
        Xml::Namespace(NamespaceError::TooDeeplyNested(most)) => limit("nested elements", *most),
        Xml::Namespace(_) => syntax("a namespace that cannot be declared so".into()),
        _ => syntax("not well-formed XML".into()),
    }
}

fn check_encoding(decl: &quick_xml::events::BytesDecl<'_>) -> Result<(), Error> {
    match decl.encoding() {
        Some(Ok(encoding))
            if !encoding.eq_ignore_ascii_case("utf-8") && !encoding.eq_ignore_ascii_case("us-ascii") =>
        {
            Err(syntax("an encoding that is not UTF-8".into()))
        }
        Some(Err(_)) => Err(syntax("an XML declaration that cannot be read".into())),
        _ => Ok(()),
    }
}

pub(crate) fn syntax(detail: String) -> Error {
    Error::new(ErrorKind::Syntax, detail)
}
