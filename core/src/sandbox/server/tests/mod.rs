#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod client;
mod login;
mod routing;
mod streams;

use base64::{Engine, prelude::BASE64_STANDARD};
use minidom::Element;
use xmpp_parsers::ns;

use super::{Config, Server};

/// A server of `localhost` with the accounts `anna` and `ben`, their passwords their names twice.
async fn server() -> Server {
    Server::start(config()).await.unwrap()
}

fn config() -> Config {
    Config::new("localhost").account("anna", ANNAS).account("ben", BENS)
}

const ANNAS: &str = "annaanna";
const BENS: &str = "benben";

/// An element of `jabber:client` unless it says otherwise.
fn stanza(xml: &str) -> Element {
    let name_end = xml.find([' ', '>', '/']).unwrap();
    let (start, rest) = xml.split_at(name_end);
    let declared = rest.split('>').next().unwrap().contains("xmlns=");
    let ns = if declared { String::new() } else { format!(" xmlns='{}'", ns::JABBER_CLIENT) };
    format!("{start}{ns}{rest}").parse().unwrap()
}

fn decoded(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap()
}

fn encoded(data: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(data)
}

/// The condition of a stanza error.
fn condition(stanza: &Element) -> &str {
    assert_eq!(stanza.attr("type"), Some("error"), "{stanza:?}");
    let error = stanza.get_child("error", ns::JABBER_CLIENT).unwrap();
    error.children().find(|child| child.has_ns(ns::XMPP_STANZAS)).unwrap().name()
}

/// The condition of a stream error.
fn stream_condition(error: &Element) -> &str {
    error.children().find(|child| child.has_ns(ns::XMPP_STREAMS)).unwrap().name()
}
