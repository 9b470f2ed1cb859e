//! Keeps from the XMPP library what it cannot bear, and what anybody in a federation could send anybody: deeply nested
//! elements overflow the stack, which ends the whole process, long names or attribute values end the stream, and a
//! stanza that is large enough takes all memory there is.
//!
//! It also sees at once what the library only finds out in the end: that this is no XML, or over in the middle.
//! What XMPP forbids (comments, document types, processing instructions: RFC 6120 section 11.1) ends the stream before
//! any of it is kept.
//!
//! It reads tags only as far as it must: the bytes come from a server, which has parsed and written them anew, so what
//! is passed on is well-formed if what came was.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use memchr::{memchr, memchr3, memrchr2};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::coop::poll_proceed;
use xmpp_parsers::ns::JABBER_CLIENT as NS_CLIENT;

use crate::stanza::NS_LEFT_OUT;

/// Elements within elements, the stream's own included. Ours are twelve deep at most.
const DEEPEST: usize = 64;

/// Bytes of an element's name, or of one attribute: the XMPP library takes 8,192.
const LONGEST: usize = 8000;

/// Bytes of one tag with all its attributes, and of one CDATA section.
const LONGEST_TAG: usize = 1 << 20;

/// Bytes of memory that one stanza may take, estimated: its own bytes and what elements and attributes take besides. A
/// million plain records are half of it, and servers let a hundredth through if nobody told them otherwise.
const LARGEST: usize = 64 << 20;

/// What an element takes in the XMPP library's tree; and besides, if it has any, the table of its attributes and that of
/// its content.
const ELEMENT: usize = 300;
const ATTRIBUTES: usize = 800;
const ATTRIBUTE: usize = 100;
const CONTENT: usize = 800;

/// What a text may have beyond the bound, to end with a whole character or reference.
const LONGEST_REFERENCE: usize = 16;

/// Bytes that are passed on at once. They may be a thousand stanzas.
const PIECE: usize = 8 << 10;

/// What a piece takes of the 128 units that tokio gives a task for its turn: what comes without end must not keep a
/// deadline from being kept. Being pending once would not do, as the parser may have a last event to give, and asks again
/// in the same turn.
const COST: usize = 50;

const CDATA: &[u8] = b"<![CDATA[";

/// A transport from which such elements are left out: a `left-out` element stands in their place, and for a stanza a
/// message from nobody with one in it, so that both ends count the same stanzas (XEP-0198 section 4).
pub(super) struct Guard<S> {
    inner: S,
    filter: Filter,
    /// What may be read, from `read` on.
    passed: Vec<u8>,
    read: usize,
    /// What the next piece still takes.
    cost: usize,
}

impl<S> Guard<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, filter: Filter::new(LARGEST), passed: Vec::new(), read: 0, cost: 0 }
    }

    /// The transport, for TLS to begin on; what was read ahead goes.
    pub(super) fn into_inner(self) -> S {
        self.inner
    }

    /// A new stream begins on the transport, within the old one that never ends (RFC 6120 section 6.3.2).
    pub(super) fn restart(&mut self) {
        self.filter = Filter::new(LARGEST);
    }
}

impl<S: AsyncBufRead + Unpin> AsyncBufRead for Guard<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let Self { inner, filter, passed, read, cost } = self.get_mut();
        while *read == passed.len() {
            passed.clear();
            *read = 0;
            while *cost > 0 {
                ready!(poll_proceed(cx)).made_progress();
                *cost -= 1;
            }
            let bytes = ready!(Pin::new(&mut *inner).poll_fill_buf(cx))?;
            *cost = COST;
            if bytes.is_empty() {
                return match filter.ended {
                    true => Poll::Ready(Ok(&[])),
                    false => Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                };
            }
            let count = bytes.len().min(PIECE);
            filter.pass(&bytes[..count], passed)?;
            Pin::new(&mut *inner).consume(count);
        }
        Poll::Ready(Ok(&passed[*read..]))
    }

    fn consume(self: Pin<&mut Self>, count: usize) {
        self.get_mut().read += count;
    }
}

impl<S: AsyncBufRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let bytes = ready!(self.as_mut().poll_fill_buf(cx))?;
        let count = bytes.len().min(to.remaining());
        to.put_slice(&bytes[..count]);
        self.consume(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

struct Filter {
    /// How many elements are open.
    depth: usize,
    /// The stream was closed.
    ended: bool,
    /// The depth of the element that is being left out, with all in it.
    leaving_out: Option<usize>,
    /// The tag being read, from its `<` on; empty between tags. Of one that is too long not all.
    tag: Vec<u8>,
    is_too_long: bool,
    /// How many attribute values the tag had so far.
    attributes: usize,
    /// The quote that ends the attribute value being read.
    quote: Option<u8>,
    /// Within a reference such as `&lt;`, in a text.
    in_reference: bool,
    /// The names of the elements that are open below the stream's, one behind the other, and where each begins.
    names: Vec<u8>,
    open: Vec<usize>,
    /// Whether the outermost of them is a stanza, how large it is so far, and how large it may be.
    is_stanza: bool,
    size: usize,
    largest: usize,
    /// Whether it was told that something of it was left out: one line is enough.
    told: bool,
}

impl Filter {
    fn new(largest: usize) -> Self {
        Self {
            depth: 0,
            ended: false,
            leaving_out: None,
            tag: Vec::new(),
            is_too_long: false,
            attributes: 0,
            quote: None,
            in_reference: false,
            names: Vec::new(),
            open: Vec::new(),
            is_stanza: false,
            size: 0,
            largest,
            told: false,
        }
    }

    fn pass(&mut self, mut bytes: &[u8], to: &mut Vec<u8>) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.tag.is_empty() {
                let text = memchr(b'<', bytes).unwrap_or(bytes.len());
                self.text(&bytes[..text], to)?;
                bytes = &bytes[text..];
                let opened = bytes.len().min(1);
                self.tag.extend_from_slice(&bytes[..opened]);
                bytes = &bytes[opened..];
                continue;
            }
            let (taken, ended) = self.take(bytes);
            bytes = &bytes[taken..];
            if self.is_forbidden() {
                return Err(invalid("what XMPP forbids: a comment, a document type or an instruction"));
            }
            if self.tag.len() > LONGEST_TAG {
                if self.depth == 0 || matches!(self.tag[1], b'/' | b'!' | b'?') {
                    return Err(invalid("a tag of more than a megabyte"));
                }
                // Its name is all that is needed of it, and how it ends.
                self.is_too_long = true;
                self.tag.drain(LONGEST..self.tag.len() - 2);
            }
            if ended {
                self.end_tag(to)?;
                self.tag.clear();
                (self.attributes, self.is_too_long, self.in_reference) = (0, false, false);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8], to: &mut Vec<u8>) -> io::Result<()> {
        // White space between stanzas may mean that somebody is there (RFC 6120 section 4.6.1).
        if self.depth < 2 {
            let blank = text.iter().position(|byte| !byte.is_ascii_whitespace());
            to.extend_from_slice(&text[..blank.unwrap_or(text.len())]);
            return match blank {
                None => Ok(()),
                Some(_) if self.depth == 0 => Err(invalid("no XML")),
                Some(_) => Err(invalid("text between stanzas")),
            };
        }
        if self.leaving_out.is_some() {
            return Ok(());
        }
        let (fits, rest) = text.split_at(text.len().min(self.largest.saturating_sub(self.size)));
        if let Some(last) = memrchr2(b'&', b';', fits) {
            self.in_reference = fits[last] == b'&';
        }
        to.extend_from_slice(fits);
        self.size += fits.len();
        for byte in rest {
            // Cut between two characters.
            if !self.in_reference && byte & 0xC0 != 0x80 {
                return self.leave_out_rest(to);
            }
            self.in_reference &= *byte != b';';
            to.push(*byte);
            self.size += 1;
            if self.size > self.largest + LONGEST_REFERENCE {
                return Err(invalid("no XML"));
            }
        }
        Ok(())
    }

    /// Takes some more bytes into the tag: how many, and whether it ends with them.
    fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        let is_data = self.tag.starts_with(CDATA);
        let stop = match self.quote {
            // Until it is known what this is.
            _ if !is_data && CDATA.starts_with(&self.tag) => Some(0),
            _ if is_data => memchr(b'>', bytes),
            Some(quote) => memchr(quote, bytes),
            None => memchr3(b'>', b'"', b'\'', bytes),
        };
        let taken = stop.map_or(bytes.len(), |stop| stop + 1);
        self.tag.extend_from_slice(&bytes[..taken]);
        let Some(last) = stop.map(|stop| bytes[stop]) else { return (taken, false) };
        if is_data {
            return (taken, self.tag.ends_with(b"]]>"));
        }
        match self.quote {
            Some(quote) => self.quote = (last != quote).then_some(quote),
            None if matches!(last, b'"' | b'\'') => {
                self.quote = Some(last);
                self.attributes += 1;
            }
            None => return (taken, last == b'>'),
        }
        (taken, false)
    }

    /// Whether the tag is none, nor a CDATA section or the declaration of XML. What it is shows in its first bytes.
    fn is_forbidden(&self) -> bool {
        match self.tag.get(1) {
            Some(b'!') => {
                let shown = self.tag.len().min(CDATA.len());
                self.depth == 0 || self.tag[..shown] != CDATA[..shown]
            }
            Some(b'?') => self.depth > 0,
            _ => false,
        }
    }

    fn end_tag(&mut self, to: &mut Vec<u8>) -> io::Result<()> {
        match self.tag[1] {
            b'/' => {
                let left_out = self.leaving_out;
                self.leaving_out = left_out.filter(|depth| *depth != self.depth);
                self.depth = self.depth.saturating_sub(1);
                self.ended = self.depth == 0;
                if left_out.is_some() {
                    return Ok(());
                }
                if let Some(name) = self.open.pop() {
                    self.names.truncate(name);
                }
            }
            b'!' | b'?' => {
                if self.leaving_out.is_some() {
                    return Ok(());
                }
                self.size += self.tag.len();
                if self.depth > 1 && self.size > self.largest {
                    return self.leave_out_rest(to);
                }
            }
            _ => {
                let depth = self.depth + 1;
                let empty = self.tag.ends_with(b"/>");
                self.depth += usize::from(!empty);
                if self.leaving_out.is_some() {
                    return Ok(());
                }
                if depth == 2 {
                    (self.is_stanza, self.size, self.told) = (is_stanza(&self.tag), 0, false);
                }
                let unbearable = depth > DEEPEST || self.is_too_long || has_too_long_a_part(&self.tag);
                self.size += ELEMENT
                    + match unbearable {
                        true => left_out().len(),
                        false => self.tag.len() + self.tables(empty),
                    };
                let is_too_large = self.size > self.largest;
                if is_too_large && depth > 2 {
                    return self.leave_out_rest(to);
                }
                if unbearable || (is_too_large && depth == 2) {
                    self.tell("an element that is too deep, or has too long a name or attribute");
                    match depth {
                        1 => return Err(invalid("a stream header too long")),
                        2 if self.is_stanza => to.extend_from_slice(
                            format!("<message xmlns='{NS_CLIENT}'>{}</message>", left_out()).as_bytes(),
                        ),
                        2 => {} // nobody counts it
                        _ => to.extend_from_slice(left_out().as_bytes()),
                    }
                    self.leaving_out = (!empty).then_some(depth);
                    return Ok(());
                }
                if depth > 1 && !empty {
                    self.open.push(self.names.len());
                    self.names.extend_from_slice(name(&self.tag));
                }
            }
        }
        to.extend_from_slice(&self.tag);
        Ok(())
    }

    /// What the tag's element has tables for.
    fn tables(&self, empty: bool) -> usize {
        let attributes = if self.attributes > 0 { ATTRIBUTES + self.attributes * ATTRIBUTE } else { 0 };
        attributes + if empty { 0 } else { CONTENT }
    }

    fn tell(&mut self, what: &str) {
        if !std::mem::replace(&mut self.told, true) {
            log::warn!("left out {what}");
        }
    }

    /// Ends a stanza before it does, with a mark at this place.
    fn leave_out_rest(&mut self, to: &mut Vec<u8>) -> io::Result<()> {
        if !self.is_stanza || self.open.is_empty() {
            return Err(invalid("an element of too many megabytes"));
        }
        self.tell("the rest of a stanza of too many megabytes");
        to.extend_from_slice(left_out().as_bytes());
        while let Some(name) = self.open.pop() {
            to.extend_from_slice(b"</");
            to.extend_from_slice(&self.names[name..]);
            to.extend_from_slice(b">");
            self.names.truncate(name);
        }
        self.leaving_out = Some(2);
        Ok(())
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn left_out() -> String {
    format!("<left-out xmlns='{NS_LEFT_OUT}'/>")
}

/// The name of a tag, with its prefix.
fn name(tag: &[u8]) -> &[u8] {
    let rest = &tag[1..];
    let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
    &rest[..end.unwrap_or(rest.len())]
}

/// By the local name, as the prefix may be declared in a tag too long to read.
fn is_stanza(tag: &[u8]) -> bool {
    let local = name(tag).rsplit(|byte| *byte == b':').next();
    matches!(local, Some(b"message" | b"presence" | b"iq"))
}

/// Parts are the name and the attributes, divided by white space outside of quotes.
fn has_too_long_a_part(tag: &[u8]) -> bool {
    if tag.len() <= LONGEST {
        return false;
    }
    let mut quote = None;
    let mut parts = tag.split(|byte| {
        match quote {
            Some(open) => quote = (*byte != open).then_some(open),
            None if matches!(byte, b'"' | b'\'') => quote = Some(*byte),
            None => return byte.is_ascii_whitespace(),
        }
        false
    });
    parts.any(|part| part.len() > LONGEST)
}

/// What is passed on of these pieces, and whether there was something to refuse.
#[cfg(feature = "fuzzing")]
pub(crate) fn guarded<'b>(pieces: impl IntoIterator<Item = &'b [u8]>, largest: usize) -> (Vec<u8>, bool) {
    let (mut filter, mut to) = (Filter::new(largest), Vec::new());
    let refused = pieces.into_iter().any(|piece| filter.pass(piece, &mut to).is_err());
    (to, refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is passed on of this, whatever pieces it comes in.
    fn passed(xml: &str) -> String {
        let whole = in_pieces(xml, xml.len());
        for size in [1, 2, 3, 7, 100] {
            assert!(in_pieces(xml, size) == whole, "pieces of {size}");
        }
        whole
    }

    fn in_pieces(xml: &str, size: usize) -> String {
        let (mut filter, mut to) = (Filter::new(LARGEST), Vec::new());
        for piece in xml.as_bytes().chunks(size) {
            filter.pass(piece, &mut to).unwrap();
        }
        String::from_utf8(to).unwrap()
    }

    const PLACE: &str = "<left-out xmlns='urn:quoalise:left-out'/>";

    #[test]
    fn what_is_in_order_passes_as_it_is() {
        let stream = "<?xml version='1.0'?><stream:stream to=\"a>b\"><stream:features/>\
            <message a='\"/>' b=\"'\"><body>l'été &lt; 3 > 2</body><a/><![CDATA[<a b='>]] ><x>]]></message>\n \
            <iq></iq><presence/></stream:stream>";
        assert_eq!(passed(stream), stream);
    }

    #[test]
    fn what_is_too_deep_is_left_out() {
        let nested = |deep: usize| format!("{}<b/>text{}", "<a x='>'>".repeat(deep), "</a>".repeat(deep));
        let message = |inside: &str| format!("<stream><message>{inside}</message><iq/>");
        let most = message(&nested(DEEPEST - 3));
        assert_eq!(passed(&most), most);
        let open = "<a x='>'>".repeat(DEEPEST - 2);
        let expected = message(&format!("{open}{PLACE}{PLACE}text{}", "</a>".repeat(DEEPEST - 2)));
        assert_eq!(passed(&message(&nested(100_000))), expected.replacen(&format!("{PLACE}text"), "", 1));
        assert_eq!(passed(&message(&nested(DEEPEST - 2))), expected.replacen(PLACE, "", 1));
    }

    #[test]
    fn what_is_too_long_is_left_out() {
        let long = "x".repeat(LONGEST + 1);
        let message = |inside: &str| format!("<stream><message>{inside}</message><iq/>");
        for element in [
            format!("<a b='{long}'/>"),
            format!("<a b='{long}'><c>text</c></a>"),
            format!("<a b='c' d = \"{long}\" e='>'><a><a/></a>\n<c></c></a>"),
            format!("<{long}/>"),
            format!("<{long}>text</{long}>"),
            format!("<a {long}='b'/>"),
        ] {
            assert_eq!(passed(&message(&element)), message(PLACE));
            assert_eq!(passed(&format!("<stream>{element}<iq/>")), "<stream><iq/>");
        }
        // Many that are long together are in order; texts may be of any length.
        let many = "abcdefg='hijklmnop' ".repeat(LONGEST / 10);
        let fits = message(&format!("<a {many}/><body>{long}</body><a b='{}'/>", &long[..LONGEST - 20]));
        assert_eq!(passed(&fits), fits);
    }

    #[test]
    fn for_a_stanza_left_out_there_is_another_to_count() {
        let long = "x".repeat(LONGEST + 1);
        let stand_in = format!("<message xmlns='jabber:client'>{PLACE}</message>");
        let stream = |inside: &str| format!("<stream>{inside}<iq/>");
        for name in ["message", "presence", "iq", "c:iq", &format!("{}:message", &long[..LONGEST / 2])] {
            for stanza in [
                format!("<{name} a='{long}'/>"),
                format!("<{name}\n{long}='a'><message/></{name}>"),
                format!("<{name} a='b' c='{long}'><a><iq/></a>text</{name}>"),
            ] {
                assert_eq!(passed(&stream(&stanza)), stream(&stand_in));
            }
        }
        let prefix = format!("<{long}:message><iq/></{long}:message>");
        assert_eq!(passed(&stream(&prefix)), stream(&stand_in));
        for other in ["messages", "iq.", "r", "message:r", "stream:features", "Iq"] {
            let element = format!("<{other} a='{long}'><message/></{other}>");
            assert_eq!(passed(&stream(&element)), stream(""));
        }
    }

    #[test]
    fn the_stand_in_is_a_message_from_nobody() {
        let left_out = passed(&format!("<stream><iq a='{}'/>", "x".repeat(LONGEST)));
        let stand_in: minidom::Element = left_out.strip_prefix("<stream>").unwrap().parse().unwrap();
        let message = xmpp_parsers::message::Message::try_from(stand_in).unwrap();
        assert_eq!((message.from, message.to, message.id), (None, None, None));
        assert!(message.bodies.is_empty());
    }

    /// What is passed on with this bound, whatever pieces it comes in.
    fn passed_of(largest: usize, xml: &str) -> Result<String, String> {
        let in_pieces = |size: usize| {
            let (mut filter, mut to) = (Filter::new(largest), Vec::new());
            let mut pieces = xml.as_bytes().chunks(size);
            let passed = pieces.try_for_each(|piece| filter.pass(piece, &mut to));
            passed.map(|()| String::from_utf8(to).unwrap()).map_err(|error| error.to_string())
        };
        let whole = in_pieces(xml.len());
        for size in [1, 2, 3, 7, 100] {
            assert_eq!(in_pieces(size), whole, "pieces of {size}");
        }
        whole
    }

    #[test]
    fn what_is_too_large_ends_before_it_does() {
        let message = |inside: &str| format!("<stream><message><c:a b='d'>{inside}</c:a></message><iq/>");
        let before =
            "<message>".len() + "<c:a b='d'>".len() + 2 * (ELEMENT + CONTENT) + ATTRIBUTES + ATTRIBUTE;
        let passed = |room: usize, inside: &str| passed_of(before + room, &message(inside));
        // Texts, between two characters.
        let cut = |text: &str| Ok(message(&format!("{text}{PLACE}")));
        assert_eq!(passed(5, "hello"), Ok(message("hello")));
        assert_eq!(passed(4, "hello"), cut("hell"));
        assert_eq!(passed(0, "hello"), cut(""));
        for text in ["\u{1F600}", "é", "&#x1F600;", "&lt;"] {
            for room in 1..text.len() {
                assert_eq!(passed(room, &text.repeat(3)), cut(text), "{text} at {room}");
            }
            assert_eq!(passed(text.len(), &text.repeat(3)), cut(text));
        }
        assert_eq!(passed(2, "abc<d/>e<f>g</f>&lt;"), cut("ab"));
        // Elements, and what goes on behind.
        let one = "<d/>";
        assert_eq!(passed(ELEMENT + one.len(), &one.repeat(3)), cut(one));
        assert_eq!(passed(ELEMENT + one.len() - 1, &one.repeat(3)), cut(""));
        assert_eq!(
            passed(ELEMENT + CONTENT + 3 + 2, "<d>ab<d>c</d></d>e<f/>"),
            cut("<d>ab</d>").map(|cut| { cut.replace(&format!("</d>{PLACE}"), &format!("{PLACE}</d>")) })
        );
        assert_eq!(
            passed(2 * (ELEMENT + ATTRIBUTES), "<d e='f' g=\"h\"/>"),
            cut("<d e='f' g=\"h\"/>").map(|cut| cut.replace(PLACE, ""))
        );
        assert_eq!(passed(ELEMENT + ATTRIBUTES + 150, "<d e='f' g=\"h\"/>"), cut(""));
        assert_eq!(passed(20, "<![CDATA[12345678]]>x"), cut("<![CDATA[12345678]]>"));
        assert_eq!(passed(19, "<![CDATA[12345678]]>x"), cut(""));
        // Each stanza has its own bound.
        let many = message(&one.repeat(3)).replacen("<iq/>", "", 1);
        let many = format!("{many}{}", many.strip_prefix("<stream>").unwrap().repeat(9));
        assert_eq!(passed_of(before + 3 * (ELEMENT + 4), &many), Ok(many));
        // What stands for others counts too.
        let deep = format!("{}{}{}", "<a>".repeat(DEEPEST), one.repeat(10_000), "</a>".repeat(DEEPEST));
        let all = passed(DEEPEST * (ELEMENT + CONTENT + 3) + 10 * ELEMENT, &deep).unwrap();
        assert!(all.matches("left-out").count() < 10, "{all}");
        // Nothing else may be so large.
        let features = message(&one.repeat(9)).replace("message", "stream:features");
        assert!(passed_of(before, &features).is_err());
        assert!(passed(2, "a&bbbbbbbbbbbbbbbbbbbbbbbbbb").is_err(), "a reference that never ends");
    }

    #[test]
    fn of_what_never_ends_little_is_kept() {
        const MOST: usize = 2 << 20;
        let endless = |begin: &str, piece: &str| {
            let (mut filter, mut to) = (Filter::new(MOST), Vec::new());
            filter.pass(begin.as_bytes(), &mut to)?;
            let (mut passed, mut kept) = (0, 0);
            let piece = piece.repeat(1000);
            for _ in 0..8_000_000 / piece.len() {
                filter.pass(piece.as_bytes(), &mut to)?;
                passed += to.len();
                to.clear();
                kept = kept.max(filter.tag.capacity() + filter.names.capacity());
            }
            assert!(passed <= MOST + 200 && to.capacity() < 1 << 20, "{begin}: {passed}");
            Ok::<_, io::Error>(kept)
        };
        for (begin, piece) in [
            ("<stream><message><body>", "text "),
            ("<stream><message><body>", "<a/>"),
            ("<stream><message><body>", "<a b='c'>d</a>"),
            ("<stream><message><body>", "<![CDATA[<a/>]]>"),
            ("<stream><message><body ", "a='b' "),
            ("<stream><message><body a='", "text "),
            ("<stream><message ", "a='b' "),
            ("<stream><iq><", "name"),
            ("<stream><message><body>", "<a>"),
        ] {
            let kept = endless(begin, piece).unwrap();
            assert!(kept <= 4 * LONGEST_TAG, "{begin}{piece}…: {kept} bytes kept");
        }
        for (begin, piece) in [
            ("", "text"),
            ("<", "name"),
            ("<stream ", "a='b' "),
            ("<stream to='", "text"),
            ("<stream>", "text"),
            ("<stream><stream:features>", "<a/>"),
            ("<stream><stream:features>", "text "),
            ("<stream><challenge>", "text"),
            ("<stream><message></", "message"),
            ("<stream><message><![CDATA[", "text"),
        ] {
            assert!(endless(begin, piece).is_err(), "{begin}{piece}…");
        }
    }

    #[test]
    fn what_xmpp_forbids_is_refused_before_it_ends() {
        let pass = |xml: &str| {
            let (mut filter, mut to) = (Filter::new(LARGEST), Vec::new());
            (xml.bytes().find(|byte| filter.pass(&[*byte], &mut to).is_err()).is_some(), to)
        };
        for before in ["<stream>", "<stream><message>", "<stream><message><body>text", &"<a>".repeat(100)] {
            for forbidden in
                ["<!-", "<!D", "<!ENTITY a 'b'>", "<?x", "<?xml version='1.0'?>", "<![cdata[", "<![CDATA x"]
            {
                assert!(pass(&format!("{before}{forbidden}")).0, "{before}{forbidden}");
            }
            assert!(!pass(&format!("{before}<![CDATA[<!-- <?x ?>]]>")).0 || before == "<stream>");
        }
        for forbidden in
            ["<!", "<?xml version='1.0'?><!", "<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY b 'c'>]>"]
        {
            let (refused, to) = pass(forbidden);
            assert!(refused && !to.ends_with(b"!"), "{forbidden}");
        }
    }

    #[test]
    fn what_is_no_stream_is_refused() {
        let pass = |xml: &str| Filter::new(LARGEST).pass(xml.as_bytes(), &mut Vec::new());
        assert!(pass(" \n<?xml version='1.0'?>\n<stream></stream>\n").is_ok());
        assert!(pass("HTTP/1.1 400 Bad Request").is_err());
        assert!(pass("<stream></stream>more").is_err());
        assert!(pass(&format!("<stream to='{}'>", "x".repeat(LONGEST))).is_err());
        assert!(pass("<stream> <iq/>\n\t <iq/>text").is_err());
        assert!(pass(&format!("<stream {}", "b='c' ".repeat(LONGEST_TAG / 6 + 1))).is_err());
    }
}
