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

/// Records of more bytes than this go the long way. Less than the [`guard`](super::guard) takes in one attribute, so
/// that its bounds hold within runs, which it does not look into.
const LONGEST_RECORD: usize = 4 << 10;

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
            Ok(length) if length <= LONGEST_RECORD => done += length,
            Ok(_) => return (done, Ending::Other),
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

/// What comes out of a tap that is open for what is given to it in these pieces.
#[cfg(feature = "fuzzing")]
pub(crate) fn tapped<'b>(pieces: impl IntoIterator<Item = &'b [u8]>) -> Vec<u8> {
    let (mut tap, mut out) = (Tap::new(Arc::new(AtomicBool::new(true))), Vec::new());
    for piece in pieces {
        tap.feed(piece, &mut out);
    }
    tap.end(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use minidom::Element;
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, BufStream};

    use super::*;
    use crate::data::Data;
    use crate::senml::ReadOptions;
    use crate::stanza::payload;

    const PACK: &str = "<sensml xmlns='urn:ietf:params:xml:ns:senml'>";

    fn armed() -> Tap {
        Tap::new(Arc::new(AtomicBool::new(true)))
    }

    /// What comes out of a tap that is given these chunks.
    fn through<'b>(mut tap: Tap, chunks: impl IntoIterator<Item = &'b [u8]>) -> Vec<u8> {
        let mut out = Vec::new();
        for chunk in chunks {
            tap.feed(chunk, &mut out);
        }
        tap.end(&mut out);
        out
    }

    /// As a session reads it: the tap, the parser, and the payload's reader. `Err(None)` where the parser refuses.
    fn read(xml: &[u8]) -> Result<Data, Option<String>> {
        let element: Element = xso::from_bytes(xml).map_err(|_| None)?;
        payload::read(std::slice::from_ref(&element), &ReadOptions::at(Timestamp::UNIX_EPOCH))
            .map_err(|error| Some(error.to_string()))
    }

    /// As many plain records as make a run, and a payload around them.
    fn plain(count: usize) -> String {
        (0..count).map(|row| format!("<senml t='{}' v='{row}.5'/>", row * 1800)).collect()
    }

    fn payload(content: &str) -> String {
        format!("<quoalise xmlns='urn:quoalise:0'><data><meta/>{content}</data></quoalise>")
    }

    fn pack(records: &str) -> String {
        payload(&format!("{PACK}<senml bn='urn:dev:x' bt='1641769200' bu='W' v='1'/>{records}</sensml>"))
    }

    fn runs(bytes: &[u8]) -> usize {
        let text = String::from_utf8_lossy(bytes);
        text.matches(&*run::stand_in().unwrap().open).count()
    }

    #[test]
    fn plain_packs_come_in_one_run() {
        let tags = [
            PACK,
            "<sensml xmlns=\"urn:ietf:params:xml:ns:senml\">",
            "<sensml\n  xmlns = 'urn:ietf:params:xml:ns:senml' >",
        ];
        let records = [
            plain(40),
            plain(40).replace('\'', "\""),
            plain(40).replace("/>", "></senml>"),
            plain(40).replace("/>", " \t/>\n  "),
            plain(40).replace(" v=", "\n v="),
            // Prosody's and tokio-xmpp's order is not ours; units may be anything.
            plain(40)
                .replace("/>", " u='€/kWh' n='a' bver='10' unknown='x > y' also='1'/>")
                .replace(" v=", " ut="),
            (0..40).map(|row| format!("<senml t='{row}' v='{}'/>", ["null", "", "NaN"][row % 3])).collect(),
        ];
        for tag in tags {
            for records in &records {
                let xml = pack(records).replace(PACK, tag);
                let out = through(armed(), [xml.as_bytes()]);
                assert_eq!(runs(&out), 1, "{xml}");
                assert!(out.len() < xml.len() + 200);
                assert_eq!(read(&out), read(xml.as_bytes()), "{xml}");
                assert_eq!(read(&out).unwrap().records().len(), 41);
            }
        }
    }

    #[test]
    fn what_is_not_plain_comes_as_it_was() {
        let many = plain(40);
        let lifted = "<senml t='9' v='9'/>";
        let unusual = [
            payload(&format!(
                "<s:sensml xmlns:s='{}'>{}</s:sensml>",
                senml::NS,
                many.replace("<senml", "<s:senml")
            )),
            payload(&format!("<sensml xmlns='{}' more='1'>{many}</sensml>", senml::NS)),
            payload(&format!("<sensml more='1' xmlns='{}'>{many}</sensml>", senml::NS)),
            payload(&format!("<sensml xmlns='{}x'>{many}</sensml>", senml::NS)),
            payload(&format!("<sensml xmlns='{}'/>{many}", senml::NS)),
            payload(&format!("<sensmlx xmlns='{}'>{many}</sensmlx>", senml::NS)),
            payload(&format!("<other xmlns='{}'>{many}</other>", senml::NS)),
            payload(&many),
            // Not an element at all, where it stands.
            payload(&format!("<![CDATA[{PACK}{many}</sensml>]]>")),
            payload(&format!("<![CDATA[]]]{PACK}{many}</sensml>]]]]>")),
            payload(&format!("<x a='>' b=\"'{PACK}{many}</sensml>\"/>")), // ill-formed, too
            payload(&format!("<!-- {PACK}{many}</sensml> -->")),
            format!("<!DOCTYPE x [ <!ENTITY y '{PACK}{many}'> ]>{}", pack(&many)),
            // Not plain from the beginning.
            payload(&format!("{PACK}<!-- -->{many}</sensml>")),
            payload(&format!("{PACK}<?pi {many}?>{many}</sensml>")),
            payload(&format!("{PACK}<![CDATA[ ]]>{many}</sensml>")),
            payload(&format!("{PACK}text{many}</sensml>")),
            payload(&format!("{PACK}&#32;{many}</sensml>")),
            payload(&format!("{PACK}<senmlx/>{many}</sensml>")),
            payload(&format!("{PACK}<senml>x</senml>{many}</sensml>")),
            payload(&format!("{PACK}<senml><senml v='1'/></senml>{many}</sensml>")),
            payload(&format!("{PACK}<senml xmlns='{}'/>{many}</sensml>", senml::NS)),
            payload(&format!("{PACK}<senml xmlns='urn:x'/>{many}</sensml>")),
            payload(&format!("{PACK}<senml xml:lang='en'/>{many}</sensml>")),
            payload(&format!("{PACK}<senml n='&amp;'/>{many}</sensml>")),
            payload(&format!("{PACK}<senml n='a]]>b'/>{many}</sensml>")),
            payload(&format!("{PACK}<senml n='a\tb'/>{many}</sensml>")),
            payload(&format!("{PACK}\r\n{many}</sensml>")),
            payload(&format!("{PACK}<senml vs='{}'/>{many}</sensml>", "x".repeat(8192))),
            payload(&format!("{PACK}<senml {}/>{many}</sensml>", " ".repeat(9000))),
            payload(&format!("{PACK}{}{many}</sensml>", " ".repeat(9000))),
            payload(&format!("{PACK}{PACK}{many}</sensml></sensml>")).replace(&many, lifted),
            // Ill-formed: that is the parser's to tell.
            payload(&format!("{PACK}<senml v=1/>{many}</sensml>")),
            payload(&format!("{PACK}<senml v='1't='2'/>{many}</sensml>")),
            payload(&format!("{PACK}<senml v/>{many}</sensml>")),
            payload(&format!("{PACK}<senml v='<'/>{many}</sensml>")),
            payload(&format!("{PACK}<senml v='1'></x>{many}</sensml>")),
            payload(&format!("{PACK}<senml v='\0'/>{many}</sensml>")),
            payload(&format!("{PACK}< senml/>{many}</sensml>")),
            // Not worth it.
            pack(&plain(3)),
        ];
        for xml in &unusual {
            assert!(through(armed(), [xml.as_bytes()]) == xml.as_bytes(), "{xml:.200}");
            assert!(through(armed(), xml.as_bytes().chunks(1)) == xml.as_bytes(), "{xml:.200}");
            assert!(through(armed(), xml.as_bytes().chunks(5000)) == xml.as_bytes(), "{xml:.200}");
        }
    }

    #[test]
    fn what_comes_before_and_behind_a_run_stays() {
        let many = plain(40);
        for behind in
            ["<!-- -->", "<senml vs='&lt;'/>", "<x/>", "<senml n='b]'/>", "<![CDATA[ ]]>", "<x>text</x>"]
        {
            let xml = pack(&format!("{many}{behind}{many}<senml n='last' v='7'/>"));
            let out = through(armed(), [xml.as_bytes()]);
            assert_eq!(runs(&out), 1, "{behind}");
            assert!(out.ends_with(&xml.as_bytes()[xml.find(behind).unwrap()..]));
            assert_eq!(read(&out), read(xml.as_bytes()), "{behind}");
        }
        // The next pack has its own chance, whatever was in the one before.
        let xml = payload(&format!("{PACK}<x>{PACK}</sensml></x></sensml>{PACK}{many}</sensml>"));
        assert_eq!(runs(&through(armed(), [xml.as_bytes()])), 1);
        let xml = payload(&format!("<note><![CDATA[]]]]><![CDATA[>{PACK}]]></note>{PACK}{many}</sensml>"));
        let out = through(armed(), [xml.as_bytes()]);
        assert_eq!(runs(&out), 1);
        assert_eq!(read(&out), read(xml.as_bytes()));
    }

    #[test]
    fn wrong_characters_are_the_parsers_to_find_in_a_run_as_well() {
        for wrong in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xef\xbf\xbf", b"\xf8\x88\x80\x80\x80"] {
            let xml = pack(&format!("{}<senml vs='WRONG' t='1'/>", plain(40)));
            let (before, behind) = xml.split_once("WRONG").unwrap();
            let xml = [before.as_bytes(), wrong, behind.as_bytes()].concat();
            let out = through(armed(), [&*xml]);
            assert_eq!(runs(&out), 1);
            assert_eq!((read(&xml), read(&out)), (Err(None), Err(None)), "{wrong:?}");
        }
    }

    #[test]
    fn a_doubled_attribute_is_an_error_of_the_payload() {
        let xml = pack(&format!("{}<senml v='1' v='2'/>", plain(40)));
        assert_eq!(read(xml.as_bytes()), Err(None));
        assert!(read(&through(armed(), [xml.as_bytes()])).unwrap_err().is_some());
    }

    #[test]
    fn elements_that_are_not_quoalises_are_kept_whole() {
        let records = plain(40).replace("/>", "/>\n ");
        let xml = payload(&format!("<x>{PACK}{records}</sensml></x><y/>"));
        for size in [1, 7, 300, 8191, 1 << 20] {
            let out = through(armed(), xml.as_bytes().chunks(size));
            assert_eq!(runs(&out) > 0, size >= 300);
            let (data, expected) = (read(&out).unwrap(), read(xml.as_bytes()).unwrap());
            assert_eq!(data, expected);
            assert_eq!(data.parts()[0].other()[0].children[0], expected.parts()[0].other()[0].children[0]);
        }
    }

    #[test]
    fn a_peer_cannot_send_a_run() {
        let inner = format!("<![CDATA[{PACK}<senml n='b' bt='1641769200' v='2'/></sensml>]]>");
        let namespace = format!("urn:quoalise:run:{:032x}", 7);
        let run = format!("<run xmlns='{namespace}'>{inner}</run>");
        let xml = payload(&format!("{PACK}<senml n='a' bt='1641769200' v='1'/>{run}</sensml>"));
        assert_eq!(read(xml.as_bytes()).unwrap().records().len(), 1);
        assert_eq!(read(&through(armed(), [xml.as_bytes()])), read(xml.as_bytes()));
    }

    #[test]
    fn nothing_is_touched_before_the_login_is_through() {
        let armed = Arc::new(AtomicBool::new(false));
        let mut tap = Tap::new(armed.clone());
        let stanza = pack(&plain(40));
        let mut out = Vec::new();
        tap.feed(b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' to=\"a?>'b\">", &mut out);
        tap.feed(stanza.as_bytes(), &mut out);
        tap.feed(b"<success>", &mut out);
        assert_eq!(runs(&out), 0);
        armed.store(true, Ordering::Relaxed);
        tap.feed(b"</success><?xml version='1.0'?><stream:stream xmlns='jabber:client'>", &mut out);
        tap.feed(stanza.as_bytes(), &mut out);
        assert_eq!(runs(&out), 1);
    }

    #[test]
    fn little_is_ever_held_back() {
        let (mut tap, mut out, mut fed) = (armed(), Vec::new(), 0);
        for chunk in [PACK, "<senml ", &"a='b' ".repeat(2000), &"x".repeat(99), "<senml", "/><se"] {
            tap.feed(chunk.as_bytes(), &mut out);
            fed += chunk.len();
            assert!(tap.held.len() <= LONGEST_RECORD);
        }
        assert_eq!(fed, out.len(), "what is not plain is not held at all");
    }

    #[tokio::test]
    async fn the_transport_passes_both_ways() {
        let (near, mut far) = tokio::io::duplex(100);
        let xml = pack(&plain(500));
        let cut = &xml[..xml.len() - 30]; // within a record
        let whole = cut.to_owned();
        let writing = tokio::spawn(async move {
            far.write_all(whole.as_bytes()).await.unwrap();
            let mut heard = [0; 4];
            far.read_exact(&mut heard).await.unwrap();
            heard
        });
        let mut tapped = Tapped::new(BufStream::new(near), Arc::new(AtomicBool::new(true)));
        tapped.write_all(b"ping").await.unwrap();
        tapped.flush().await.unwrap();
        let mut out = Vec::new();
        tapped.read_to_end(&mut out).await.unwrap();
        assert_eq!(&writing.await.unwrap(), b"ping");
        assert_eq!(out, cut.as_bytes(), "chunks of 100 bytes make no runs");
        assert_eq!(tapped.read(&mut [0; 8]).await.unwrap(), 0, "the end is the end");
    }

    /// Pieces of payloads, usual and not. Runs get long enough by repetition.
    fn piece() -> impl Strategy<Value = String> {
        let fixed = prop::sample::select(vec![
            PACK,
            "</sensml>",
            "<senml/>",
            "<senml v=''/>",
            "<senml v='null' t='3'></senml>",
            "\n ",
            " ",
            "text",
            "<senml n='a' v='1' t=\"-5\" />",
            "<senml bt='1e9' vs='&lt;é'/>",
            "<senml vb='true' ut='5'/>",
            "<senml vd='aGk' n='d'/>",
            "<senml b='1' a='2' v='1'/>",
            "<senml v='1' vs='2'/>",
            "<senml v='x'/>",
            "<senml c_='1'/>",
            "<senml bver='11'/>",
            "<senml bver='10' bs='1'/>",
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "<x>",
            "</x>",
            "<senml>",
            "</senml>",
            "<?p",
            "?>",
            "<sensml xmlns=\"urn:ietf:params:xml:ns:senml\">",
            "<s:sensml xmlns:s='urn:ietf:params:xml:ns:senml'><s:senml v='4'/></s:sensml>",
            "<data>",
            "</data>",
            "<y a='>' b=\"<\"/>",
            "'",
            "\"",
            ">",
            "<",
            "&amp;",
            "<senml n='é€😀' vs='a > b'/>",
            "\r",
            "\u{1}",
        ]);
        prop_oneof![
            6 => (1..60_usize).prop_map(plain),
            4 => (1..60_usize).prop_map(|count| plain(count).replace("/>", "></senml> ")),
            4 => fixed.prop_map(str::to_owned),
        ]
    }

    /// Mostly well-formed payloads of several packs.
    fn document() -> impl Strategy<Value = Vec<u8>> {
        let content = prop::collection::vec(piece(), 0..6).prop_map(|pieces| pieces.concat());
        let packs = prop::collection::vec((content, prop::bool::weighted(0.9)), 1..4);
        let change = (any::<prop::sample::Index>(), 0..3_u8, any::<u8>());
        let changes = prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(change, 1..3)];
        (packs, changes).prop_map(|(packs, changes)| {
            let first = "<senml bn='urn:x' bt='1641769200' bu='W' v='1'/>";
            let whole =
                |(content, whole)| if whole { format!("{PACK}{first}{content}</sensml>") } else { content };
            let mut xml = payload(&packs.into_iter().map(whole).collect::<String>()).into_bytes();
            for (index, what, byte) in changes {
                let at = index.index(xml.len());
                match what {
                    0 => xml[at] = byte,
                    1 => drop(xml.remove(at)),
                    _ => xml.insert(at, byte),
                }
            }
            xml
        })
    }

    fn assert_same(xml: &[u8], out: &[u8]) {
        match (read(xml), read(out)) {
            // What the parser refuses may be the payload's to refuse now, but never passes.
            (Err(None), tapped) => assert!(tapped.is_err(), "{}", String::from_utf8_lossy(xml)),
            (plain, tapped) => assert_eq!(plain, tapped, "{}", String::from_utf8_lossy(xml)),
        }
    }

    proptest! {
        #[test]
        fn the_short_way_gives_what_the_long_way_gives(
            xml in document(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
            size in 1..2000_usize,
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(xml.len())).collect();
            cuts.extend([0, xml.len()]);
            cuts.sort_unstable();
            let chunks = cuts.windows(2).map(|ends| &xml[ends[0]..ends[1]]);
            assert_same(&xml, &through(armed(), chunks));
            assert_same(&xml, &through(armed(), xml.chunks(size)));
            assert_same(&xml, &through(armed(), xml.chunks(1)));
        }
    }

    #[test]
    fn a_chunk_may_end_anywhere() {
        let records = format!("{}<senml n='b' u='é' vs=\"x > y\"></senml>\n{}", plain(30), plain(30));
        let xml = pack(&format!("{records}<![CDATA[]]]>{PACK}")).replace("<meta/>", "<meta a='>\"'/>");
        let expected = read(xml.as_bytes());
        assert_eq!(expected.as_ref().unwrap_err(), &None, "an element is open");
        let xml =
            format!("{}</sensml>", &xml[..xml.len() - "</data></quoalise>".len()]) + "</data></quoalise>";
        let expected = read(xml.as_bytes()).unwrap();
        for cut in 0..=xml.len() {
            let (before, behind) = xml.as_bytes().split_at(cut);
            let out = through(armed(), [before, behind]);
            assert!(runs(&out) > 0);
            assert_eq!(read(&out).as_ref(), Ok(&expected), "cut at {cut}");
        }
    }
}
