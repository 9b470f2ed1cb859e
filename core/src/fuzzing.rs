//! Ways in for `core/fuzz` and `tests/readers.rs`, to what takes the bytes of strangers and is private. No part of the
//! interface: it changes at will.
#![allow(missing_docs)]

use minidom::Element;
use xmpp_parsers::iq::Iq;
use xmpp_parsers::message::Message;
use xmpp_parsers::presence::Presence;

use crate::data::Data;
use crate::senml::{self, ReadOptions};
use crate::session;
use crate::stanza::{Command, Form, error, payload, run, series};

/// What the guard passes on of a stream that comes in these pieces, and whether it refused to go on.
pub fn guard<'b>(pieces: impl IntoIterator<Item = &'b [u8]>, largest: usize) -> (Vec<u8>, bool) {
    session::guarded(pieces, largest)
}

/// What the tap makes of a stream that comes in these pieces.
pub fn tap<'b>(pieces: impl IntoIterator<Item = &'b [u8]>) -> Vec<u8> {
    session::tapped(pieces)
}

/// Takes the tap's stand-ins out again, and tells how many there were.
pub fn without_stand_ins(tapped: &[u8]) -> (Vec<u8>, usize) {
    let Some(known) = run::stand_in() else { return (tapped.to_vec(), 0) };
    let find = |bytes: &[u8], what: &str| bytes.windows(what.len()).position(|at| at == what.as_bytes());
    let (mut out, mut rest, mut count) = (Vec::new(), tapped, 0);
    while let Some(at) = find(rest, &known.open) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + known.open.len()..];
        // No record holds what ends a run.
        let Some(end) = find(rest, known.close) else { break };
        out.extend_from_slice(&rest[..end]);
        rest = &rest[end + known.close.len()..];
        count += 1;
    }
    out.extend_from_slice(rest);
    (out, count)
}

/// A document of its own as a session reads it, by the XMPP library's parser; `None` where that refuses it.
pub fn payload(xml: &[u8], options: &ReadOptions) -> Option<Result<Data, senml::ErrorKind>> {
    let element = Element::from_reader(xml).ok()?;
    Some(payload::read(std::slice::from_ref(&element), options).map_err(|error| error.kind()))
}

/// Whether the XMPP library's parser goes through this to the end.
pub fn is_well_formed(xml: &[u8]) -> bool {
    let mut reader = minidom::rxml::Reader::new(xml);
    loop {
        match reader.read() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// Stanzas one behind the other, as they come in a stream: read as all they may be. How many were understood; a panic
/// where something does not hold.
pub fn stanzas(xml: &[u8], options: &ReadOptions) -> usize {
    const OPEN: &[u8] =
        b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
    let (mut stream, refused) = guard([OPEN, xml], 1 << 20);
    stream.extend_from_slice(b"</stream:stream>");
    if refused {
        return 0;
    }
    let Ok(stream) = Element::from_reader(&*stream) else { return 0 };
    stream.children().filter(|stanza| self::stanza(stanza, options)).count()
}

fn stanza(stanza: &Element, options: &ReadOptions) -> bool {
    if let Ok(message) = Message::try_from(stanza.clone()) {
        elements(&message.payloads, options);
        return true;
    }
    if let Ok(iq) = Iq::try_from(stanza.clone()) {
        match iq {
            Iq::Error { error, .. } => {
                let error = error::read(&error, "peer@example.org");
                assert!(!error.to_string().is_empty() && !format!("{error:?}").is_empty());
                drop(error::write(&error));
            }
            Iq::Get { payload, .. } | Iq::Set { payload, .. } => elements(&[payload], options),
            Iq::Result { payload, .. } => elements(payload.as_slice(), options),
        }
        return true;
    }
    Presence::try_from(stanza.clone()).is_ok()
}

fn elements(elements: &[Element], options: &ReadOptions) {
    drop(payload::read(elements, options));
    for element in elements {
        drop(payload::to_own(element, options, 1));
        if let Some(command) = Command::from_element(element.clone()) {
            let written = command.to_element();
            let again = Command::from_element(written.clone());
            assert_eq!(again.map(|again| again.to_element()), Some(written), "a command");
            drop(payload::read(&command.payloads, options));
            drop(format!("{command:?}"));
            command.form.iter().for_each(form);
        }
        // Extensions of service discovery have forms too.
        element.children().chain([element]).filter_map(Form::from_element).for_each(|read| form(&read));
    }
}

fn form(form: &Form) {
    let written = form.to_element();
    let again = Form::from_element(&written);
    assert_eq!(again.map(|again| again.to_element()), Some(written), "a form");
    drop(format!("{form:?}"));
    let rows = form.items.iter().chain([&form.fields]);
    let all: Vec<_> = rows.filter_map(|row| series::read(row)).collect();
    let table = series::table(&all);
    let again: Vec<_> = table.items.iter().filter_map(|row| series::read(row)).collect();
    assert_eq!(series::table(&again), table, "a table of series");
}
