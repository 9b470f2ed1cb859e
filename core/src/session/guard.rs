//! Keeps from the XMPP library what it cannot bear, and what anybody in a federation could send anybody: deeply nested
//! elements overflow the stack, which ends the whole process, and long names or attribute values end the stream.
//!
//! It also sees at once what the library only finds out in the end: that this is no XML, or over in the middle.
//!
//! It reads tags only as far as it must: the bytes come from a server, which has parsed and written them anew, so what
//! is passed on is well-formed if what came was.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use memchr::{memchr, memchr3};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use xmpp_parsers::ns::JABBER_CLIENT as NS_CLIENT;

use crate::stanza::NS_LEFT_OUT;

/// Elements within elements, the stream's own included. Ours are twelve deep at most.
const DEEPEST: usize = 64;

/// Bytes of an element's name, or of one attribute: the XMPP library takes 8,192.
const LONGEST: usize = 8000;

/// Bytes of one tag with all its attributes.
const LONGEST_TAG: usize = 1 << 20;

const CDATA: &[u8] = b"<![CDATA[";

/// A transport from which such elements are left out: a `left-out` element stands in their place, and for a stanza a
/// message from nobody with one in it, so that both ends count the same stanzas (XEP-0198 section 4).
pub(super) struct Guard<S> {
    inner: S,
    filter: Filter,
    /// What may be read, from `read` on.
    passed: Vec<u8>,
    read: usize,
}

impl<S> Guard<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, filter: Filter::default(), passed: Vec::new(), read: 0 }
    }

    /// The transport, for TLS to begin on; what was read ahead goes.
    pub(super) fn into_inner(self) -> S {
        self.inner
    }

    /// A new stream begins on the transport, within the old one that never ends (RFC 6120 section 6.3.2).
    pub(super) fn restart(&mut self) {
        self.filter = Filter::default();
    }
}

impl<S: AsyncBufRead + Unpin> AsyncBufRead for Guard<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let Self { inner, filter, passed, read } = self.get_mut();
        while *read == passed.len() {
            passed.clear();
            *read = 0;
            let bytes = ready!(Pin::new(&mut *inner).poll_fill_buf(cx))?;
            if bytes.is_empty() {
                return match filter.ended {
                    true => Poll::Ready(Ok(&[])),
                    false => Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                };
            }
            filter.pass(bytes, passed)?;
            let count = bytes.len();
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

#[derive(Default)]
struct Filter {
    /// How many elements are open.
    depth: usize,
    /// The stream was closed.
    ended: bool,
    /// The depth of the element that is being left out, with all in it.
    leaving_out: Option<usize>,
    /// The tag being read, from its `<` on; empty between tags.
    tag: Vec<u8>,
    /// The quote that ends the attribute value being read.
    quote: Option<u8>,
}

impl Filter {
    fn pass(&mut self, mut bytes: &[u8], to: &mut Vec<u8>) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.tag.is_empty() {
                let text = memchr(b'<', bytes).unwrap_or(bytes.len());
                if self.depth == 0 && !bytes[..text].iter().all(u8::is_ascii_whitespace) {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "no XML"));
                }
                if self.leaving_out.is_none() {
                    to.extend_from_slice(&bytes[..text]);
                }
                bytes = &bytes[text..];
                let opened = bytes.len().min(1);
                self.tag.extend_from_slice(&bytes[..opened]);
                bytes = &bytes[opened..];
                continue;
            }
            let (taken, ended) = self.take(bytes);
            bytes = &bytes[taken..];
            if ended {
                self.end_tag(to)?;
                self.tag.clear();
            } else if self.tag.len() > LONGEST_TAG {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a tag of more than a megabyte"));
            }
        }
        Ok(())
    }

    /// Takes some more bytes into the tag: how many, and whether it ends with them.
    fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        let is_data = self.tag.starts_with(CDATA);
        let stop = match self.quote {
            // Until it is known whether this is a CDATA section.
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
            None if matches!(last, b'"' | b'\'') => self.quote = Some(last),
            None => return (taken, last == b'>'),
        }
        (taken, false)
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
            }
            b'?' | b'!' if self.leaving_out.is_some() => return Ok(()),
            b'?' | b'!' => {}
            _ => {
                let depth = self.depth + 1;
                let empty = self.tag.ends_with(b"/>");
                self.depth += usize::from(!empty);
                if self.leaving_out.is_some() {
                    return Ok(());
                }
                if depth > DEEPEST || has_too_long_a_part(&self.tag) {
                    log::warn!("left out an element that is too deep, or has too long a name or attribute");
                    match depth {
                        1 => {
                            return Err(io::Error::new(
                                io::ErrorKind::InvalidData,
                                "a stream header too long",
                            ));
                        }
                        2 if is_stanza(&self.tag) => to.extend_from_slice(
                            format!(
                                "<message xmlns='{NS_CLIENT}'><left-out xmlns='{NS_LEFT_OUT}'/></message>"
                            )
                            .as_bytes(),
                        ),
                        2 => {} // nobody counts it
                        _ => to.extend_from_slice(format!("<left-out xmlns='{NS_LEFT_OUT}'/>").as_bytes()),
                    }
                    self.leaving_out = (!empty).then_some(depth);
                    return Ok(());
                }
            }
        }
        to.extend_from_slice(&self.tag);
        Ok(())
    }
}

/// By the local name, as the prefix may be declared in a tag too long to read.
fn is_stanza(tag: &[u8]) -> bool {
    let name = tag[1..].split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')).next();
    let local = name.unwrap_or_default().rsplit(|byte| *byte == b':').next();
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
        let (mut filter, mut to) = (Filter::default(), Vec::new());
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

    #[test]
    fn what_is_no_stream_is_refused() {
        let pass = |xml: &str| Filter::default().pass(xml.as_bytes(), &mut Vec::new());
        assert!(pass(" \n<?xml version='1.0'?>\n<stream></stream>\n").is_ok());
        assert!(pass("HTTP/1.1 400 Bad Request").is_err());
        assert!(pass("<stream></stream>more").is_err());
        assert!(pass(&format!("<stream to='{}'>", "x".repeat(LONGEST))).is_err());
        assert!(pass(&format!("<stream><a {}", "b='c' ".repeat(LONGEST_TAG / 6 + 1))).is_err());
    }
}
