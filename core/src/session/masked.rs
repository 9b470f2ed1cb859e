//! Stanzas as a log may show them: what they are and between whom, and nothing they say. Readings, names of series and
//! what is filled into forms are personal.

use std::fmt;

use minidom::{Element, Node};
use tokio_xmpp::Stanza;

/// How many characters are shown, about.
const LONGEST: usize = 1000;

/// Attributes that XMPP itself gives their values; of all others only the names are shown.
const SHOWN: [&str; 11] =
    ["action", "by", "from", "h", "id", "node", "stamp", "status", "to", "type", "version"];

pub(super) struct Masked<'s>(pub &'s Stanza);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let element = match self.0 {
            Stanza::Iq(iq) => Element::from(iq),
            Stanza::Message(message) => Element::from(message),
            Stanza::Presence(presence) => Element::from(presence),
        };
        let mut shown = String::new();
        show(&element, "", &mut shown);
        f.write_str(&shown)
    }
}

fn show(element: &Element, parent_namespace: &str, to: &mut String) {
    to.push('<');
    to.push_str(element.name());
    let namespace = element.ns();
    if namespace != parent_namespace {
        to.push_str(&format!(" xmlns='{namespace}'"));
    }
    for ((_, name), value) in element.attrs() {
        let value = if SHOWN.contains(&name.as_str()) { value } else { "…" };
        to.push_str(&format!(" {name}='{value}'"));
    }
    if element.nodes().next().is_none() {
        return to.push_str("/>");
    }
    to.push('>');
    let mut was_text = false;
    for node in element.nodes() {
        if to.len() > LONGEST {
            to.push_str("(and more)");
            break;
        }
        match node {
            Node::Element(child) => show(child, &namespace, to),
            // However many pieces it comes in.
            Node::Text(_) if was_text => {}
            Node::Text(_) => to.push('…'),
        }
        was_text = matches!(node, Node::Text(_));
    }
    to.push_str(&format!("</{}>", element.name()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(xml: &str) -> String {
        let element: Element = xml.parse().unwrap();
        let stanza = match element.name() {
            "iq" => Stanza::Iq(element.try_into().unwrap()),
            _ => Stanza::Message(element.try_into().unwrap()),
        };
        Masked(&stanza).to_string()
    }

    #[test]
    fn what_a_stanza_says_is_not_shown() {
        let push = masked(
            "<message xmlns='jabber:client' from='p@a.test/proxy' to='app@b.test' id='m1'><body>412 W</body>\
             <quoalise xmlns='urn:quoalise:0'><data><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
             <senml bn='urn:dev:prm:00000000000001' bt='1641769200' v='412'/></sensml></data></quoalise></message>",
        );
        assert!(push.contains("from='p@a.test/proxy'") && push.contains("<senml bn='…'"), "{push}");
        let asked = masked(
            "<iq xmlns='jabber:client' type='set' to='p@a.test/proxy' id='1'>\
             <command xmlns='http://jabber.org/protocol/commands' node='get_history' sessionid='s'>\
             <x xmlns='jabber:x:data' type='submit'><field var='identifier'>\
             <value>urn:dev:prm:00000000000001</value></field></x></command></iq>",
        );
        assert!(asked.contains("node='get_history'") && asked.contains("<value>…</value>"), "{asked}");
        for shown in [push, asked] {
            for secret in ["412", "1641769200", "00000000000001", "identifier"] {
                assert!(!shown.contains(secret), "{secret} in {shown}");
            }
        }
    }

    #[test]
    fn a_large_one_is_shown_in_part() {
        let records = "<senml v='1'/>".repeat(10_000);
        let shown = masked(&format!("<message xmlns='jabber:client'><a xmlns='b'>{records}</a></message>"));
        assert!(shown.len() < 2 * LONGEST && shown.contains("(and more)"), "{}", shown.len());
    }
}
