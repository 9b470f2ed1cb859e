//! In a federation anybody can send anybody a stanza. Servers pass on what is well-formed, and some of that is more than
//! an XMPP library bears, or writes: so they are sent as bytes.

use quoalise::senml::Value;
use quoalise::{ErrorKind, Event, Period};
use quoalise_tests::{Server, Software};
use tokio::time::timeout;
use tokio_xmpp::minidom::Element;

use crate::raw::{self, Bytes, provider_saying};
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
        // The server takes its time over so much.
        match timeout(4 * PATIENCE, listener.next()).await.unwrap().unwrap() {
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
    // A list is not shown short of something either.
    let answering = async {
        let request = read_until(&mut provider.stream, "</iq>").await;
        let id = request.split(" id='").nth(1).unwrap().split('\'').next().unwrap();
        let items = format!("<item jid='{jid}' node='a'/><item jid='{jid}' node='{}'/>", "x".repeat(9_000));
        let query = format!("<query xmlns='http://jabber.org/protocol/disco#items'>{items}</query>");
        provider.send(&format!("<iq type='result' to='{}' id='{id}'>{query}</iq>", client.jid())).await;
    };
    let (listed, ()) = tokio::join!(client.commands(&jid), answering);
    assert_eq!(listed.unwrap_err().kind(), ErrorKind::MalformedAnswer);
}

#[tokio::test]
async fn a_request_that_cannot_be_received_whole_is_refused() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let mut consumer = Bytes::online(&server).await;
    let field = |name: &str, value: &str| format!("<field var='{name}'><value>{value}</value></field>");
    for (identifier, start, condition) in
        [(SERIES, String::new(), "completed"), (SERIES, "x".repeat(9_000), "bad-request")]
    {
        let command = format!(
            "<command xmlns='http://jabber.org/protocol/commands' node='get_history' action='execute'>\
             <x xmlns='jabber:x:data' type='submit'>{}<field var='more' label='{start}'/></x></command>",
            field("identifier", identifier)
        );
        consumer.send(&format!("<iq type='set' to='{}' id='ask'>{command}</iq>", provider.jid())).await;
        let answer = read_until(&mut consumer.stream, "</iq>").await;
        assert!(answer.contains(condition), "{}", &answer[..answer.len().min(600)]);
    }
}

/// A stanza that no memory would hold, of a peer whose server lets everything through: what is too much of it does not
/// come in, and that is told; the session goes on.
#[tokio::test]
async fn a_stanza_of_any_size_is_borne() {
    // An ejabberd delivers it too, but twice in some thirty runs beside others nothing came within minutes; it is not found why.
    let server = Server::of(Software::Prosody).stanza_size_limit(200_000_000).start();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let mut listener = client.listen().await.unwrap();
    let mut publisher = Bytes::online(&server).await;
    client.trust(&publisher.jid).unwrap();
    let jid = client.jid();
    for (begin, piece, size, end) in
        [("", "x", 70 << 20, ""), ("<a b='", "x", 2 << 20, "'/>"), ("<a>", "<b c='d'>e</b>", 1 << 20, "</a>")]
    {
        let huge = format!("{begin}{}{end}", piece.repeat(size / piece.len()));
        publisher.send(&format!("<message to='{jid}'>{}</message>", payload("", &huge))).await;
        // The server takes its time over so much.
        let next = timeout(4 * PATIENCE, listener.next()).await;
        match next.unwrap_or_else(|_| panic!("nothing of {size} bytes: {:?}", client.state())).unwrap() {
            Some(Event::Malformed { error, .. }) => assert_eq!(error.kind(), ErrorKind::MalformedAnswer),
            other => panic!("{begin}{piece}…: {other:?}"),
        }
        let data = client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap();
        assert_eq!(data.records().len(), 31 * 47);
    }
}

#[tokio::test]
async fn absurd_times_and_values_are_refused_or_kept_as_they_are() {
    let server = Server::shared();
    let client = client(&server).await;
    let get = async |record: &str| {
        let inner = payload(&format!("<senml n='{SERIES}' {record}/>"), "");
        let answer = move |request: &Element| raw::command(request, "get_history", "completed", &inner);
        let provider = provider_saying(&server, answer).await;
        client.get_history(&provider.jid, SERIES, &Period::all()).await
    };
    for time in [
        "NaN",
        "INF",
        "-INF",
        "inf",
        "1e300",
        "-1e300",
        "1e999",
        "253402207201",
        "-400000000000",
        "",
        "noon",
        "--1",
        "0x10",
        "1,5",
        "1 2",
        "\u{661}",
    ] {
        let error = get(&format!("t='{time}' v='1'")).await.expect_err(time);
        assert_eq!(error.kind(), ErrorKind::MalformedAnswer, "{time}");
    }
    for value in ["INF", "-INF", "inf", "Infinity", "1e999", "-1e999", "0x10", "1,5", "--1", "1e", "\u{661}"]
    {
        let error = get(&format!("t='1641769200' v='{value}'")).await.expect_err(value);
        assert_eq!(error.kind(), ErrorKind::MalformedAnswer, "{value}");
    }
    for (record, value) in [
        ("t='1641769200' v='-398.5'", Some(-398.5)),
        ("t='1641769200' v='1.7976931348623157e308'", Some(f64::MAX)),
        ("t='1641769200' v='-1.7976931348623157e308'", Some(f64::MIN)),
        ("t='1641769200' v='5e-324'", Some(5e-324)),
        ("t='1641769200' v='NaN'", None),
        // The last and the first times there are, and a time relative to now.
        ("t='253402207200' v='1'", Some(1.0)),
        ("t='-379000000000' v='1'", Some(1.0)),
        ("t='-1' v='1'", Some(1.0)),
    ] {
        let data = get(record).await.unwrap_or_else(|error| panic!("{record}: {error}"));
        let last = data.records().iter().last().unwrap();
        assert_eq!(last.value, value.map(Value::Number), "{record}");
        // Nothing that is made of it panics, nor takes as many steps as there may be between two times.
        let zone = quoalise::jiff::tz::TimeZone::UTC;
        let made = (data.to_csv(&zone), data.to_json(&zone), data.gaps(), data.energy_wh());
        assert!(made.0.lines().count() == 3 && made.2.len() < 3, "{record}");
    }
}

/// Who means another protocol says nothing in this one.
#[tokio::test]
async fn what_is_in_another_namespace_is_something_else() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut publisher = Bytes::online(&server).await;
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    let mut send = async |payload: &str| {
        publisher.send(&format!("<message to='{}'>{payload}</message>", client.jid())).await;
    };
    let real = payload("", "");
    send(&real.replace("urn:quoalise:0", "urn:quoalise:1")).await;
    send(&real.replace("xmlns='urn:quoalise:0'", "")).await;
    send(
        &real.replace(
            "<quoalise xmlns='urn:quoalise:0'>",
            "<quoalise xmlns='urn:x' xmlns:q='urn:quoalise:0'>",
        ),
    )
    .await;
    send(&format!("<x xmlns='urn:x'>{real}</x>")).await;
    // Our own marks are nobody else's to make; one says at most that something is missing.
    send("<run xmlns='urn:quoalise:run:0'>text</run>").await;
    send("<left-out xmlns='urn:quoalise:left-out'/>").await;
    match timeout(PATIENCE, listener.next()).await.unwrap().unwrap() {
        Some(Event::Malformed { .. }) => {}
        other => panic!("{other:?}"),
    }
    // Within what is ours, others' elements hold no readings.
    for inner in [
        real.replace("urn:ietf:params:xml:ns:senml", "urn:x"),
        real.replace("<data>", "<data xmlns='urn:x'>"),
        real.replace("<senml ", "<senml xmlns='urn:x' "),
    ] {
        send(&inner).await;
        // The server takes its time over so much.
        match timeout(4 * PATIENCE, listener.next()).await.unwrap().unwrap() {
            Some(Event::Malformed { .. }) => {}
            Some(Event::Push(push)) => assert_eq!(push.data.records().len(), 0, "{inner}"),
            other => panic!("{other:?}"),
        }
    }
    // Prefixes are as good as any.
    let prefixed = real
        .replace("<quoalise xmlns='urn:quoalise:0'>", "<q:quoalise xmlns:q='urn:quoalise:0'>")
        .replace("</quoalise>", "</q:quoalise>")
        .replace("<data>", "<q:data>")
        .replace("</data>", "</q:data>")
        .replace("<meta/>", "<q:meta/>");
    send(&prefixed).await;
    match timeout(PATIENCE, listener.next()).await.unwrap().unwrap() {
        Some(Event::Push(push)) => assert_eq!(push.data.records().values(), [1.0]),
        other => panic!("{other:?}"),
    }
}
