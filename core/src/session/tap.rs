//! The short way of records into the tree: a tap on the incoming bytes, below the XML parser.
//!
//! Nearly all of what a session receives is `<senml t="1800" v="398"/>`, thousands of times over, and the XML library
//! makes an element of each, with a map of attributes: fifty times the work of reading them from bytes. So the tap
//! looks for packs, and puts each run of plain records into one CDATA section of one stand-in element, which the
//! library then carries as a text:
//!
//! ```text
//! <sensml xmlns='urn:ietf:params:xml:ns:senml'><senml bn='…' v='1'/><senml t='1800' v='2'/>…</sensml>
//! <sensml xmlns='urn:ietf:params:xml:ns:senml'><run xmlns='…'><![CDATA[<sensml xmlns='…'><senml …/>…</sensml>]]></run></sensml>
//! ```
//!
//! [`stanza::payload`](crate::stanza::payload) reads such a run as what it stands for. Nothing else is ever changed,
//! so the tap needs no store, no limits of its own and no way back: a run travels inside its stanza and goes with it,
//! each is as long as what was read from the network at once, and what is held back is at most one unfinished record,
//! of which the parser could not have told anything yet either.
//!
//! A run only ever holds records that are well-formed in themselves and mean the same wherever they are read (the
//! grammar is at [`record`]); characters are checked by the parser as before. Anything else in a pack ends the short
//! way until the next pack, and goes to the parser as it came. The stand-in's namespace cannot be guessed, so nobody
//! can send one: see [`run`].

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use memchr::{memchr, memchr3};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};

use crate::senml;
use crate::stanza::run;

/// Records of more bytes than this go the long way. More than the XML library takes in one attribute.
const LONGEST_RECORD: usize = 8 << 10;

/// Runs below this many bytes are not worth a stand-in.
const SHORTEST_RUN: usize = 256;

/// More than a start tag of a plain pack can have, with a few spaces.
const LONGEST_PACK_TAG: usize = 80;

const CDATA: &[u8] = b"[CDATA[";

/// Where in the XML the incoming bytes are. As far as a well-formed stream goes this is exact; the parser ends any
/// other at the first wrong byte, and it gets everything up to that byte.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Text,
    /// Behind `<`.
    Open,
    StartTag,
    /// In an attribute's value, with this quote.
    Value(u8),
    EndTag,
    /// Behind `<!` and so many bytes of [`CDATA`].
    Bang(usize),
    /// In a CDATA section, behind so many `]` (two stand for more, too).
    CData(usize),
    /// In the XML declaration; true behind a `?`.
    Declaration(bool),
    /// Between the children of a plain pack, behind plain records only.
    Pack,
    /// Behind what XMPP forbids (comments, document types: RFC 6120 section 11.1). Not worth understanding: the tap
    /// stays shut from here on.
    Shut,
}

/// The tap itself: bytes in, bytes out.
struct Tap {
    state: State,
    armed: Arc<AtomicBool>,
    /// What a run begins and ends with.
    stand_in: Option<&'static run::StandIn>,
    /// The start tag being read, as far as it may still be a pack's.
    tag: Vec<u8>,
    /// The beginning of a record whose end has not come yet, and the space before it.
    held: Vec<u8>,
}

impl Tap {
    fn new(armed: Arc<AtomicBool>) -> Self {
        let (stand_in, tag, held) = (run::stand_in(), Vec::new(), Vec::new());
        Self { state: State::Text, armed, stand_in, tag, held }
    }

    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.held.is_empty() {
            return self.pass(bytes, out);
        }
        let mut joined = std::mem::take(&mut self.held);
        joined.extend_from_slice(bytes);
        self.pass(&joined, out);
    }

    /// The stream is over, perhaps within a record.
    fn end(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.held);
        self.state = State::Shut;
    }

    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut passed = 0; // up to here it is out
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            match self.state {
                State::Text => match memchr(b'<', rest) {
                    Some(found) => (at, self.state) = (at + found + 1, State::Open),
                    None => break,
                },
                State::Open => {
                    self.state = match byte {
                        b'/' => State::EndTag,
                        b'!' => State::Bang(0),
                        b'?' => State::Declaration(false),
                        _ => {
                            self.tag.clear();
                            State::StartTag
                        }
                    };
                    at += usize::from(self.state != State::StartTag);
                }
                State::StartTag => {
                    let found = memchr3(b'>', b'"', b'\'', rest);
                    let taken = found.map_or(rest.len(), |found| found + 1);
                    self.remember(&rest[..taken]);
                    at += taken;
                    self.state = match found.map(|found| rest[found]) {
                        None => break,
                        Some(b'>') if self.begins_pack() => State::Pack,
                        Some(b'>') => State::Text,
                        Some(quote) => State::Value(quote),
                    };
                }
                State::Value(quote) => {
                    let found = memchr(quote, rest);
                    let taken = found.map_or(rest.len(), |found| found + 1);
                    self.remember(&rest[..taken]);
                    at += taken;
                    if found.is_none() {
                        break;
                    }
                    self.state = State::StartTag;
                }
                State::EndTag => match memchr(b'>', rest) {
                    Some(found) => (at, self.state) = (at + found + 1, State::Text),
                    None => break,
                },
                State::Bang(done) => {
                    at += 1;
                    self.state = match byte == CDATA[done] {
                        true if done + 1 == CDATA.len() => State::CData(0),
                        true => State::Bang(done + 1),
                        false => State::Shut,
                    };
                }
                State::CData(brackets) => {
                    at += 1;
                    self.state = match byte {
                        b']' => State::CData((brackets + 1).min(2)),
                        b'>' if brackets == 2 => State::Text,
                        _ => State::CData(0),
                    };
                }
                State::Declaration(question) => {
                    at += 1;
                    self.state = match byte {
                        b'>' if question => State::Text,
                        _ => State::Declaration(byte == b'?'),
                    };
                }
                State::Pack => {
                    let (length, ending) = records(rest);
                    if let Some(stand_in) = self.stand_in.filter(|_| length >= SHORTEST_RUN) {
                        out.extend_from_slice(&bytes[passed..at]);
                        out.extend_from_slice(stand_in.open.as_bytes());
                        out.extend_from_slice(&rest[..length]);
                        out.extend_from_slice(stand_in.close.as_bytes());
                        passed = at + length;
                    }
                    at += length;
                    if ending == Ending::Unfinished && bytes.len() - at <= LONGEST_RECORD {
                        out.extend_from_slice(&bytes[passed..at]);
                        self.held.extend_from_slice(&bytes[at..]);
                        return;
                    }
                    self.state = State::Text;
                }
                State::Shut => break,
            }
        }
        out.extend_from_slice(&bytes[passed..]);
    }

    fn remember(&mut self, bytes: &[u8]) {
        // One byte more than fits tells that it is too long.
        let room = (LONGEST_PACK_TAG + 1).saturating_sub(self.tag.len());
        self.tag.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Whether the tag just read is `<sensml xmlns='urn:ietf:params:xml:ns:senml'>` and nothing more. Other ways to
    /// write a pack are rare enough.
    fn begins_pack(&self) -> bool {
        let plain = || {
            let rest = self.tag.strip_prefix(b"sensml")?;
            let rest = Some(rest.trim_ascii_start()).filter(|trimmed| trimmed.len() < rest.len())?;
            let rest = rest.strip_prefix(b"xmlns")?.trim_ascii_start().strip_prefix(b"=")?;
            let (quote, rest) = rest.trim_ascii_start().split_first()?;
            let rest = rest.strip_prefix(senml::NS.as_bytes())?.strip_prefix(&[*quote])?;
            Some(rest.trim_ascii_start() == b">")
        };
        self.tag.starts_with(b"sensml")
            && self.tag.len() <= LONGEST_PACK_TAG
            && self.armed.load(Ordering::Relaxed)
            && plain().unwrap_or(false)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    /// More bytes may make another record of what comes.
    Unfinished,
    /// Something else comes.
    Other,
}

/// How many bytes of plain records there are, each with the space before it, and what comes then.
fn records(bytes: &[u8]) -> (usize, Ending) {
    let mut done = 0;
    loop {
        match record(&bytes[done..]) {
            Ok(length) => done += length,
            Err(ending) => return (done, ending),
        }
    }
}

/// The length of the plain record at the start, space before it included.
///
/// ```text
/// record = S* '<senml' (S+ name '=' ('"' value '"' | "'" value "'"))* S* ('/>' | '></senml>')
/// S      = space | tab | line feed
/// name   = (letter | '_') (letter | digit | '_' | '-' | '.')*, but not xmlns
/// value  = bytes of 0x20 and more but the quote, '<', '&', ']'
/// ```
///
/// No prefixes, declarations, references, and no `]`, which could end the CDATA section; no control characters, as a
/// value's tabs and line ends are not what they seem, and a text's carriage returns neither.
fn record(bytes: &[u8]) -> Result<usize, Ending> {
    const TAG: &[u8] = b"<senml";
    const END_TAG: &[u8] = b"</senml>";
    let mut at = skip_space(bytes, 0);
    at += expect(&bytes[at..], TAG)?;
    loop {
        let before = at;
        at = skip_space(bytes, at);
        match *bytes.get(at).ok_or(Ending::Unfinished)? {
            b'/' => return Ok(at + expect(&bytes[at..], b"/>")?),
            b'>' => return Ok(at + 1 + expect(&bytes[at + 1..], END_TAG)?),
            first if at > before && (first.is_ascii_alphabetic() || first == b'_') => {}
            _ => return Err(Ending::Other),
        }
        let name = at;
        while is_name(*bytes.get(at).ok_or(Ending::Unfinished)?) {
            at += 1;
        }
        if bytes[at] != b'=' || &bytes[name..at] == b"xmlns" {
            return Err(Ending::Other);
        }
        let quote = *bytes.get(at + 1).ok_or(Ending::Unfinished)?;
        if !matches!(quote, b'"' | b'\'') {
            return Err(Ending::Other);
        }
        at += 2;
        while let byte = *bytes.get(at).ok_or(Ending::Unfinished)?
            && byte != quote
        {
            if byte < b' ' || matches!(byte, b'<' | b'&' | b']') {
                return Err(Ending::Other);
            }
            at += 1;
        }
        at += 1;
    }
}

fn expect(bytes: &[u8], what: &[u8]) -> Result<usize, Ending> {
    if bytes.starts_with(what) {
        return Ok(what.len());
    }
    Err(if what.starts_with(bytes) { Ending::Unfinished } else { Ending::Other })
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\t')) {
        at += 1;
    }
    at
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// A transport whose incoming bytes go through the tap.
pub(super) struct Tapped<S> {
    io: S,
    tap: Tap,
    out: Vec<u8>,
    read: usize,
}

impl<S> Tapped<S> {
    /// The tap is shut until `armed`: the login is none of its business. It watches from the first byte, though, so
    /// that it knows where it is.
    pub(super) fn new(io: S, armed: Arc<AtomicBool>) -> Self {
        Self { io, tap: Tap::new(armed), out: Vec::new(), read: 0 }
    }
}

impl<S: AsyncBufRead + Unpin> AsyncBufRead for Tapped<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        while this.read == this.out.len() {
            this.out.clear();
            this.read = 0;
            let bytes = ready!(Pin::new(&mut this.io).poll_fill_buf(cx))?;
            let length = bytes.len();
            if length == 0 {
                this.tap.end(&mut this.out);
                break;
            }
            this.tap.feed(bytes, &mut this.out);
            Pin::new(&mut this.io).consume(length);
        }
        Poll::Ready(Ok(&this.out[this.read..]))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.read += amount;
    }
}

impl<S: AsyncBufRead + Unpin> AsyncRead for Tapped<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let bytes = ready!(self.as_mut().poll_fill_buf(cx))?;
        let length = bytes.len().min(buffer.remaining());
        buffer.put_slice(&bytes[..length]);
        self.consume(length);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tapped<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
