//! In a federation anybody can send anybody a stanza. Servers pass on what is well-formed, and some of that is more than
//! an XMPP library bears, or writes: so they are sent as bytes.

use quoalise::{ErrorKind, Event, Period};
use quoalise_tests::{Server, Software};
use tokio::time::timeout;

use crate::raw::Bytes;
use crate::support::{PATIENCE, SERIES, START, client, provider, read_until};

/// The deepest that a server bears: an ejabberd of ten thousand elements in each other ends, for everybody
/// (23.01, by a segmentation fault).
fn deepest(server: &Server) -> usize {
    match server.software() {
        Software::Prosody => 10_000,
        Software::Ejabberd => 1_000,
    }
}

/// Elements that servers pass on.
fn poisons(server: &Server) -> Vec<String> {
    let deep = |count: usize| format!("<x xmlns='urn:x'>{}{}</x>", "<a>".repeat(count), "</a>".repeat(count));
    let long = "x".repeat(20_000);
    vec![
        deep(100),
        deep(1_000),
        deep(deepest(server)),
        format!("<x xmlns='urn:x' a='{long}'/>"),
        format!("<x xmlns='urn:x' a='{}'><y/>text</x>", "x".repeat(60_000)),
        format!("<{long} xmlns='urn:x'><a/></{long}>"),
        format!("<x xmlns='urn:x' {long}='a'/>"),
        format!("<x xmlns='{long}'><y b='c'/></x>"),
        format!("<x xmlns='urn:x' xmlns:n='{long}' n:a='b'><n:y/></x>"),
        format!("<x xmlns='urn:x' {}/>", (0..5_000).map(|n| format!("a{n}='b' ")).collect::<String>()),
        format!("<body>{}</body>", "x".repeat(60_000)),
    ]
}

#[tokio::test]
async fn no_stanza_of_a_stranger_ends_a_session() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let mut listener = client.listen().await.unwrap();
    let mut stranger = Bytes::online(&server).await;
    let all = Period::all();
    for poison in poisons(&server) {
        let shown = &poison[..poison.len().min(40)];
        for to in [client.jid(), provider.jid()] {
            // The server takes its time over the largest: once each.
            let kinds = [("message", "normal"), ("presence", "unavailable"), ("iq", "set")];
            for (stanza, kind) in &kinds[..if poison.len() > 50_000 { 1 } else { 3 }] {
                let whole = format!("<{stanza} to='{to}' id='p' type='{kind}'>{poison}</{stanza}>");
                stranger.send_through(&whole).await;
            }
            let command = "<command xmlns='http://jabber.org/protocol/commands' node='get_history'>";
            stranger
                .send_through(&format!("<iq to='{to}' id='p' type='set'>{command}{poison}</command></iq>"))
                .await;
        }
        let data = client.get_history(&provider.jid(), SERIES, &all).await;
        assert_eq!(
            data.map_err(|error| error.kind()).map(|data| data.records().len()),
            Ok(31 * 47),
            "{shown}"
        );
    }
    // Stanzas that are so themselves.
    let long = "x".repeat(20_000);
    for to in [client.jid(), provider.jid()] {
        stranger.send_through(&format!("<message to='{to}' a='{long}'><body/></message>")).await;
        stranger.send_through(&format!("<iq to='{to}' type='get' id='{long}'><a xmlns='b'/></iq>")).await;
    }
    client.get_history(&provider.jid(), SERIES, &all).await.unwrap();
    assert!(timeout(std::time::Duration::ZERO, listener.next()).await.is_err(), "nothing was heard of it");
}

fn payload(records: &str, other: &str) -> String {
    format!(
        "<quoalise xmlns='urn:quoalise:0'><data><meta/><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
         <senml n='{SERIES}' t='{}' v='1'/>{records}</sensml>{other}</data></quoalise>",
        START / 1_000_000
    )
}

/// Readings that cannot be received: the others of their payload must not pass for all there are.
fn incomplete(server: &Server) -> Vec<String> {
    let long = "x".repeat(9_000);
    let deep = |count: usize| format!("{}{}", "<a>".repeat(count), "</a>".repeat(count));
    vec![
        payload(&format!("<senml n='{SERIES}' t='1' vs='{long}'/>"), ""),
        payload(&format!("<senml n='{SERIES}' t='1' v='1' {long}='1'/>"), ""),
        payload("", &format!("<meta><device a='{long}'/></meta>")),
        payload("", &deep(40)),
        payload("", &deep(deepest(server))),
        payload("", "").replace("<data>", &format!("<data a='{long}'/><data>")),
    ]
}

#[tokio::test]
async fn a_push_that_cannot_be_received_whole_is_told() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut publisher = Bytes::online(&server).await;
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    for payload in incomplete(&server) {
        publisher.send(&format!("<message to='{}'>{payload}</message>", client.jid())).await;
        match timeout(PATIENCE, listener.next()).await.unwrap().unwrap() {
            Some(Event::Malformed { error, .. }) => assert_eq!(error.kind(), ErrorKind::MalformedAnswer),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_received_whole_is_told() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut provider = Bytes::online(&server).await;
    let (jid, all) = (provider.jid.clone(), Period::all());
    for payload in incomplete(&server) {
        let answering = async {
            let request = read_until(&mut provider.stream, "</iq>").await;
            let id = request.split(" id='").nth(1).unwrap().split('\'').next().unwrap();
            let command =
                "<command xmlns='http://jabber.org/protocol/commands' node='get_history' status='completed'>";
            let answer = format!(
                "<iq type='result' to='{}' id='{id}'>{command}{payload}</command></iq>",
                client.jid()
            );
            provider.send(&answer).await;
        };
        let (data, ()) = tokio::join!(client.get_history(&jid, SERIES, &all), answering);
        assert_eq!(data.unwrap_err().kind(), ErrorKind::MalformedAnswer);
    }
}
