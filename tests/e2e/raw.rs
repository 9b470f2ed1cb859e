//! A peer that says what a test wrote out for it, stanza by stanza. None of our own session is in it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use futures::{SinkExt, StreamExt};
use quoalise_tests::{Account, Server};
use sasl::common::{ChannelBinding, Credentials};
use tokio::io::{AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_xmpp::client_login;
use tokio_xmpp::minidom::Element;
use tokio_xmpp::minidom::rxml::{Namespace, xml_ncname};
use tokio_xmpp::xmlstream::{StreamHeader, Timeouts, XmlStream, XmppStream, initiate_stream};

use crate::support::{PATIENCE, direct_tls, features, login, read_until};

pub const COMMANDS: &str = "http://jabber.org/protocol/commands";
pub const FORMS: &str = "jabber:x:data";

/// A session whose stanzas are the test's.
pub struct Peer {
    /// Its full JID.
    pub jid: String,
    stream: XmlStream<BufStream<TlsStream<TcpStream>>, Element>,
    asked: u32,
}

impl Peer {
    /// Online with an account of its own, and ready for messages.
    pub async fn online(server: &Server, resource: &str) -> Self {
        let mut peer = Self::login(server, &server.new_account(), resource).await;
        peer.send("<presence/>").await;
        // The server's echo: what is sent to the bare JID from here on comes here.
        while peer.next().await.name() != "presence" {}
        peer
    }

    /// Logged in, and not announced: only what is sent to the full JID comes here.
    pub async fn login(server: &Server, account: &Account, resource: &str) -> Self {
        let header = || StreamHeader { to: Some(Cow::Borrowed(server.host())), from: None, id: None };
        let io = BufStream::new(direct_tls(server).await.unwrap());
        let pending = initiate_stream(io, "jabber:client", header(), Timeouts::default()).await.unwrap();
        let (_, stream): (_, XmppStream<_>) = pending.recv_features().await.unwrap();
        let credentials = Credentials::default()
            .with_username(account.jid.split('@').next().unwrap())
            .with_password(&*account.password)
            .with_channel_binding(ChannelBinding::None);
        let mechanisms = BTreeSet::from(["SCRAM-SHA-256".to_owned()]);
        let stream = client_login(stream, mechanisms, credentials).await.unwrap();
        let (_, stream) = stream.send_header(header()).await.unwrap().recv_features().await.unwrap();

        let mut peer = Self { jid: String::new(), stream, asked: 0 };
        let bind =
            format!("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}</resource></bind>");
        let bound = peer.ask("set", "", &bind).await;
        peer.jid = child(child(&bound, "bind"), "jid").text();
        peer
    }

    /// Sends a stanza as it is written.
    pub async fn send(&mut self, stanza: &str) {
        self.stream.send(&parse(stanza)).await.unwrap();
    }

    /// The next stanza.
    pub async fn next(&mut self) -> Element {
        let next = timeout(PATIENCE, self.stream.next()).await.expect("a stanza in time");
        next.expect("a stream that goes on").expect("a stanza")
    }

    /// Whether nothing comes, though something that comes behind it has come.
    pub async fn hears_nothing(&mut self) -> bool {
        self.asked += 1;
        let id = format!("nothing-{}", self.asked);
        let ping = format!("<iq type='get' id='{id}'><ping xmlns='urn:xmpp:ping'/></iq>");
        self.send(&ping).await;
        self.next().await.attr("id") == Some(&*id)
    }

    /// Asks by an IQ of this type (of one's own server, if `to` is empty); the answer, whatever it is. What else
    /// comes meanwhile is passed over.
    pub async fn ask(&mut self, kind: &str, to: &str, payload: &str) -> Element {
        self.asked += 1;
        let id = format!("ask-{}", self.asked);
        let to = if to.is_empty() { String::new() } else { format!("to='{to}'") };
        self.send(&format!("<iq type='{kind}' id='{id}' {to}>{payload}</iq>")).await;
        loop {
            let answer = self.next().await;
            if answer.name() == "iq" && answer.attr("id") == Some(&*id) {
                return answer;
            }
        }
    }

    /// Executes a command; `inner` is what stands in it.
    pub async fn command(&mut self, to: &str, attributes: &str, inner: &str) -> Element {
        self.ask("set", to, &format!("<command xmlns='{COMMANDS}' {attributes}>{inner}</command>")).await
    }

    /// From now on answers each IQ that asks by the stanzas `script` gives for it, in a task of its own.
    pub fn answering(self, mut script: impl FnMut(&Element) -> Vec<String> + Send + 'static) -> Script {
        let Self { jid, mut stream, .. } = self;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn({
            let heard = heard.clone();
            async move {
                while let Some(Ok(stanza)) = stream.next().await {
                    if stanza.name() != "iq" || !matches!(stanza.attr("type"), Some("get" | "set")) {
                        continue;
                    }
                    let answers = script(&stanza);
                    heard.lock().unwrap().push(stanza);
                    for answer in answers {
                        stream.send(&parse(&answer)).await.unwrap();
                    }
                }
            }
        });
        Script { jid, heard, task }
    }
}

/// A peer that follows a script, until it is dropped: then its connection is cut.
pub struct Script {
    /// Its full JID.
    pub jid: String,
    heard: Arc<Mutex<Vec<Element>>>,
    task: JoinHandle<()>,
}

impl Script {
    /// What it was asked so far.
    pub fn heard(&self) -> Vec<Element> {
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A provider with an account of its own that answers everything by what `answer` makes of the request.
pub async fn provider_saying(
    server: &Server,
    mut answer: impl FnMut(&Element) -> String + Send + 'static,
) -> Script {
    let peer = Peer::login(server, &server.new_account(), "proxy").await;
    peer.answering(move |request| vec![answer(request)])
}

/// A session of bytes, for what a library would not write, or for much at once.
pub struct Bytes {
    pub stream: TlsStream<TcpStream>,
    /// Its full JID.
    pub jid: String,
}

impl Bytes {
    /// Online with an account of its own, at `…/proxy`.
    pub async fn online(server: &Server) -> Self {
        let account = server.new_account();
        let mut stream = direct_tls(server).await.unwrap();
        features(&mut stream, server.host()).await;
        login(&mut stream, &account).await;
        features(&mut stream, server.host()).await;
        let mut peer = Self { stream, jid: format!("{}/proxy", account.jid) };
        peer.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>proxy</resource></bind></iq>").await;
        read_until(&mut peer.stream, "</iq>").await;
        peer
    }

    /// Sends this as it is.
    pub async fn send(&mut self, stanza: &str) {
        self.stream.write_all(stanza.as_bytes()).await.unwrap();
    }

    /// Sends, and returns when the server has dealt with it.
    pub async fn send_through(&mut self, stanza: &str) {
        self.send(stanza).await;
        self.send("<iq type='get' id='through'><ping xmlns='urn:xmpp:ping'/></iq>").await;
        read_until(&mut self.stream, "id='through'").await;
    }
}

/// The result of `request`, with this in it.
pub fn result(request: &Element, payload: &str) -> String {
    let (id, to) = (request.attr("id").unwrap(), request.attr("from").unwrap());
    format!("<iq type='result' id='{id}' to='{to}'>{payload}</iq>")
}

/// A stanza from a file, as the answer to `request`.
pub fn replay(stanza: &str, request: &Element) -> String {
    let mut stanza = parse(stanza);
    stanza.set_attr(Namespace::NONE, xml_ncname!("id").into(), request.attr("id"));
    addressed(&stanza, request.attr("from").unwrap())
}

/// A stanza to somebody, from whoever sends it.
pub fn addressed(stanza: &Element, to: &str) -> String {
    let mut stanza = stanza.clone();
    stanza.attrs_mut().remove(&Namespace::NONE, "from");
    stanza.set_attr(Namespace::NONE, xml_ncname!("to").into(), to);
    text(&stanza)
}

/// An error for `request`: `error` is what stands in the `error` element.
pub fn error(request: &Element, kind: &str, error: &str) -> String {
    let (id, to) = (request.attr("id").unwrap(), request.attr("from").unwrap());
    format!("<iq type='error' id='{id}' to='{to}'><error type='{kind}'>{error}</error></iq>")
}

/// A standard condition of an error.
pub fn condition(name: &str) -> String {
    format!("<{name} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>")
}

/// The answer to a command, in a session `s1`.
pub fn command(request: &Element, node: &str, status: &str, inner: &str) -> String {
    let command = format!(
        "<command xmlns='{COMMANDS}' node='{node}' sessionid='s1' status='{status}'>{inner}</command>"
    );
    result(request, &command)
}

/// A stanza written as text.
pub fn parse(stanza: &str) -> Element {
    Element::from_reader_with_prefixes(stanza.as_bytes(), "jabber:client".to_owned())
        .unwrap_or_else(|error| panic!("{error} in {stanza}"))
}

/// The first child of this name, whatever its namespace.
pub fn child<'a>(element: &'a Element, name: &str) -> &'a Element {
    let found = element.children().find(|child| child.name() == name);
    found.unwrap_or_else(|| panic!("no {name} in {}", text(element)))
}

/// The names of the children.
pub fn children(element: &Element) -> Vec<String> {
    element.children().map(|child| child.name().to_owned()).collect()
}

/// As XML.
pub fn text(element: &Element) -> String {
    String::from(element)
}

/// The value of a field of the form in a command.
pub fn field(command: &Element, var: &str) -> Option<String> {
    let form = command.children().find(|child| child.is("x", FORMS))?;
    let field = form.children().find(|field| field.attr("var") == Some(var))?;
    field.children().find(|child| child.name() == "value").map(Element::text)
}

/// A submitted form with these values.
pub fn submit(values: &[(&str, &str)]) -> String {
    let field = |(var, value): &(&str, &str)| format!("<field var='{var}'><value>{value}</value></field>");
    format!("<x xmlns='{FORMS}' type='submit'>{}</x>", values.iter().map(field).collect::<String>())
}
