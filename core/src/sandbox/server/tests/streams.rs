use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use xmpp_parsers::ns;

use super::{
    super::{Config, Server},
    ANNAS, BENS,
    client::{Client, hear, say, soon, tcp, tls, unauthenticated},
    config, encoded, server, stanza, stream_condition,
};

fn header(to: &str) -> String {
    format!(
        "<?xml version='1.0'?><stream:stream xmlns='{}' xmlns:stream='{}' version='1.0' to='{to}'>",
        ns::JABBER_CLIENT,
        ns::STREAM
    )
}

/// What is heard must be one stream with this error in it, closed.
#[track_caller]
fn assert_error(heard: &str, condition: &str) {
    assert_eq!(heard.matches("<stream:stream").count(), 1, "{heard}");
    assert!(heard.contains(&format!("<stream:error><{condition} ")), "{condition} in {heard}");
    assert!(heard.ends_with("</stream:error></stream:stream>"), "{heard}");
    assert!(heard.parse::<minidom::Element>().is_ok(), "{heard}");
}

#[tokio::test]
async fn a_stream_must_be_for_its_domain() {
    let server = server().await;
    for direct in [false, true] {
        for (to, condition) in [("elsewhere.test", "host-unknown"), ("a b", "improper-addressing")] {
            let heard = match direct {
                false => say(tcp(&server).await, header(to).as_bytes()).await,
                true => say(tls(&server, false).await, header(to).as_bytes()).await,
            };
            assert_error(&heard, condition);
        }
    }
    let nowhere = header("").replace(" to=''", "");
    assert_error(&say(tcp(&server).await, nowhere.as_bytes()).await, "improper-addressing");
    // Case does not matter in a domain.
    let mut io = tcp(&server).await;
    io.write_all(header("LocalHost").as_bytes()).await.unwrap();
    let mut heard = [0; 1024];
    let length = soon(io.read(&mut heard)).await.unwrap();
    assert!(!String::from_utf8_lossy(&heard[..length]).contains("error"));
}

#[tokio::test]
async fn what_is_not_a_stream_is_told_so() {
    let server = server().await;
    for (said, condition) in [
        ("hello <b>server</b>", "not-well-formed"),
        ("<stream:stream>", "not-well-formed"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]>", "not-well-formed"),
        ("<message xmlns='jabber:client'/>", "invalid-namespace"),
        ("<s:stream xmlns:s='http://etherx.jabber.org/streams' version='2.0'>", "invalid-namespace"),
    ] {
        assert_error(&say(tcp(&server).await, said.as_bytes()).await, condition);
        assert_error(&say(tls(&server, false).await, said.as_bytes()).await, condition);
    }
    // Too long even for a header.
    let long = format!("{}<x>{}", header("localhost"), "y".repeat(20_000));
    let heard = say(tcp(&server).await, long.as_bytes()).await;
    assert!(heard.contains("policy-violation") && heard.contains("stanza-too-big"), "{heard}");
}

#[tokio::test]
async fn nothing_is_done_before_tls_and_login() {
    let server = server().await;
    let auth = format!("<auth xmlns='{}' mechanism='PLAIN'>{}</auth>", ns::SASL, encoded("\0anna\0annaanna"));
    let message = "<message to='ben@localhost'><body>hi</body></message>";
    let heard = say(tcp(&server).await, format!("{}{auth}{message}", header("localhost")).as_bytes()).await;
    assert!(heard.contains("<encryption-required"), "{heard}");
    assert!(heard.contains("<not-authorized"), "{heard}");
    let heard = say(tls(&server, false).await, format!("{}{message}", header("localhost")).as_bytes()).await;
    assert!(heard.contains("<not-authorized"), "{heard}");
    let heard =
        say(tls(&server, false).await, format!("{}<x xmlns='urn:x'/>", header("localhost")).as_bytes()).await;
    assert!(heard.contains("<unsupported-stanza-type"), "{heard}");

    // Between login and a resource.
    let (_, mut stream) = unauthenticated(&server, false).await;
    stream.send(&stanza(&auth)).await.unwrap();
    assert!(soon(stream.next()).await.unwrap().unwrap().is("success", ns::SASL));
    let heard = say(stream.into_inner(), format!("{}{message}", header("localhost")).as_bytes()).await;
    assert!(heard.contains("<bind") && heard.contains("<not-authorized"), "{heard}");

    let mut ben = Client::available(&server, "ben@localhost/b", BENS, 0).await;
    assert!(ben.received().await.is_empty());
}

#[tokio::test]
async fn nothing_slips_in_before_the_handshake() {
    let server = server().await;
    let early = format!("{}<starttls xmlns='{}'/><message/>", header("localhost"), ns::TLS);
    let heard = say(tcp(&server).await, early.as_bytes()).await;
    assert!(
        heard.ends_with("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>") || heard.contains("<proceed"),
        "{heard}"
    );
    // The connection is closed, not handed to TLS: `say` would not have returned otherwise.
}

#[tokio::test]
async fn what_breaks_a_stream() {
    let server = server().await;
    let deep = format!("<message>{}", "<a>".repeat(50_000));
    let deep_and_closed = format!("<message>{}{}</message>", "<a>".repeat(200), "</a>".repeat(200));
    for (said, condition) in [
        ("<message", None),
        ("<message></iq>", Some("not-well-formed")),
        ("<message>&nbsp;</message>", Some("not-well-formed")),
        ("<message><x:y/></message>", Some("not-well-formed")),
        ("<!-- hello -->", Some("not-well-formed")),
        ("<?php echo 1 ?>", Some("not-well-formed")),
        ("hello", Some("bad-format")),
        ("<enable xmlns='urn:xmpp:sm:3'/>", Some("unsupported-stanza-type")),
        ("<message xmlns='jabber:server'/>", Some("unsupported-stanza-type")),
        ("<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", None),
        (deep.as_str(), None),
        (deep_and_closed.as_str(), Some("policy-violation")),
    ] {
        let mut raw = Client::connect(&server, "anna@localhost/a", ANNAS).await.into_raw();
        raw.write_all(said.as_bytes()).await.unwrap();
        raw.flush().await.unwrap();
        if condition.is_none() {
            // Half an element is no fault until it is the last thing said.
            raw.shutdown().await.unwrap();
        }
        let heard = hear(&mut raw).await;
        let shown = &said[..said.len().min(40)];
        match condition {
            Some(condition) => {
                assert!(heard.contains(&format!("<stream:error><{condition} ")), "{shown}: {heard}");
                assert!(heard.ends_with("</stream:stream>"), "{shown}: {heard}");
            }
            None => assert!(!heard.contains("error"), "{shown}: {heard}"),
        }
        // Whatever it was, the next one finds a server that works.
        let mut again = Client::connect(&server, "anna@localhost/a", ANNAS).await;
        assert!(again.received().await.is_empty());
    }
}

#[tokio::test]
async fn white_space_keeps_a_connection_and_costs_nothing() {
    let mut config = config();
    config.limits.stanza_bytes = 2_000;
    let server = Server::start(config).await.unwrap();
    let mut raw = Client::connect(&server, "anna@localhost/a", ANNAS).await.into_raw();
    raw.write_all(&b" \n".repeat(10_000)).await.unwrap();
    raw.write_all(b"<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq></stream:stream>").await.unwrap();
    raw.flush().await.unwrap();
    let heard = hear(&mut raw).await;
    assert!(
        heard.contains("result") && heard.ends_with("</stream:stream>") && !heard.contains("error"),
        "{heard}"
    );
}

#[tokio::test]
async fn a_stanza_over_the_limit_ends_its_senders_stream() {
    let server = server().await;
    let mut ben = Client::connect(&server, "ben@localhost/b", BENS).await;
    const LIMIT: usize = 256 * 1024;
    let sized = |size: usize| {
        let (start, end) = ("<message to='ben@localhost/b'><body>", "</body></message>");
        format!("{start}{}{end}", "x".repeat(size - start.len() - end.len()))
    };
    // Exactly the limit, twice, is no fault.
    let mut raw = Client::connect(&server, "anna@localhost/a", ANNAS).await.into_raw();
    for _ in 0..2 {
        raw.write_all(sized(LIMIT).as_bytes()).await.unwrap();
        raw.flush().await.unwrap();
        assert!(ben.receive().await.text().is_empty());
    }
    // One more is, and the sender hears it even if it goes on writing.
    raw.write_all(sized(LIMIT + 1).as_bytes()).await.unwrap();
    raw.write_all(sized(LIMIT).as_bytes()).await.unwrap();
    raw.flush().await.unwrap();
    let heard = hear(&mut raw).await;
    assert!(heard.starts_with("<stream:error><policy-violation "), "{heard}");
    assert!(
        heard.contains("<stanza-too-big xmlns='urn:xmpp:errors'")
            || heard.contains("<stanza-too-big xmlns=\"urn:xmpp:errors\""),
        "{heard}"
    );
    assert!(heard.ends_with("</stream:stream>"));
    assert!(ben.received().await.is_empty());
}

#[tokio::test]
async fn closing_is_answered_after_what_was_asked() {
    let server = server().await;
    let mut raw = Client::connect(&server, "anna@localhost/a", ANNAS).await.into_raw();
    let mut said = String::new();
    for i in 0..100 {
        said.push_str(&format!("<iq type='get' id='q{i}'><ping xmlns='urn:xmpp:ping'/></iq>"));
    }
    said.push_str("</stream:stream>");
    raw.write_all(said.as_bytes()).await.unwrap();
    raw.flush().await.unwrap();
    let heard = hear(&mut raw).await;
    assert_eq!(heard.matches("<iq ").count(), 100, "{heard}");
    assert!(heard.ends_with("</stream:stream>"), "{heard}");
}

#[tokio::test]
async fn whoever_does_not_log_in_is_sent_away() {
    let mut config = config();
    config.limits.login = Duration::from_millis(200);
    let server = Server::start(config).await.unwrap();
    let begun = Instant::now();
    assert_error(&hear(&mut tcp(&server).await).await, "connection-timeout");
    let heard = say(tcp(&server).await, header("localhost").as_bytes()).await;
    assert!(heard.contains("<connection-timeout"), "{heard}");
    let asking = format!("{}<starttls xmlns='{}'/>", header("localhost"), ns::TLS);
    assert!(say(tcp(&server).await, asking.as_bytes()).await.contains("<proceed"));
    let heard = say(tls(&server, false).await, header("localhost").as_bytes()).await;
    assert!(heard.contains("<mechanisms") && heard.contains("<connection-timeout"), "{heard}");
    assert!(begun.elapsed() < Duration::from_secs(5));

    // Whoever did may stay.
    let mut anna = Client::connect(&server, "anna@localhost/a", ANNAS).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(anna.received().await.is_empty());
}

#[tokio::test]
async fn connections_are_counted() {
    let mut config = config().direct_tls("127.0.0.1:0".parse().unwrap());
    config.limits.connections = 2;
    let server = Server::start(config).await.unwrap();
    let mut anna = Client::connect(&server, "anna@localhost/a", ANNAS).await;
    let ben = Client::connect(&server, "ben@localhost/b", BENS).await;
    assert_error(&hear(&mut tcp(&server).await).await, "resource-constraint");
    assert!(anna.received().await.is_empty());
    ben.close().await;
    // The place is free as soon as the connection is gone.
    let begun = Instant::now();
    loop {
        let mut probe = tcp(&server).await;
        probe.write_all(header("localhost").as_bytes()).await.unwrap();
        let mut heard = [0; 1024];
        let length = soon(probe.read(&mut heard)).await.unwrap();
        if String::from_utf8_lossy(&heard[..length]).contains("starttls") {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(5), "no place got free");
    }
}

/// A message of about `size` bytes.
fn message(to: &str, id: usize, size: usize) -> minidom::Element {
    stanza(&format!("<message to='{to}' id='{id}'><body>{}</body></message>", "x".repeat(size)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_slows_its_senders_and_loses_nothing() {
    let server = server().await;
    let mut slow = Client::connect(&server, "ben@localhost/slow", BENS).await;
    let mut quick = Client::connect(&server, "ben@localhost/quick", BENS).await;
    let mut sender = Client::connect(&server, "anna@localhost/s", ANNAS).await;
    let mut other = Client::connect(&server, "anna@localhost/o", ANNAS).await;
    const MESSAGES: usize = 300;
    let send = async {
        for i in 0..MESSAGES {
            sender.send_element(&message("ben@localhost/slow", i, 100_000)).await;
        }
    };
    let read = async {
        // Meanwhile those who have nothing to do with it go on.
        for i in 0..20 {
            other.send(&format!("<message to='ben@localhost/quick' id='{i}'/>")).await;
            assert_eq!(quick.receive().await.attr("id"), Some(i.to_string().as_str()));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for i in 0..MESSAGES {
            assert_eq!(slow.receive().await.attr("id"), Some(i.to_string().as_str()));
        }
    };
    tokio::join!(send, read);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reads_nothing_is_ended() {
    let mut config = Config::new("localhost").account("anna", ANNAS).account("ben", BENS);
    config.limits.stalled = Duration::from_millis(500);
    let server = Server::start(config).await.unwrap();
    let mut witness = Client::available(&server, "ben@localhost/witness", BENS, -1).await;
    let deaf = Client::available(&server, "ben@localhost/deaf", BENS, -1).await;
    assert_eq!(witness.receive().await.attr("from"), Some("ben@localhost/deaf"));
    let mut sender = Client::connect(&server, "anna@localhost/s", ANNAS).await;
    let begun = Instant::now();
    let send = async {
        // More than sockets hold.
        for i in 0..200 {
            sender.send_element(&message("ben@localhost/deaf", i, 100_000)).await;
        }
    };
    let see = async {
        let gone = witness.receive().await;
        assert_eq!((gone.attr("from"), gone.attr("type")), (Some("ben@localhost/deaf"), Some("unavailable")));
        begun.elapsed()
    };
    let ((), after) = tokio::join!(send, see);
    assert!(after < Duration::from_secs(5), "{after:?}");
    // What came after is stored, as for anybody who is offline; the sender goes on.
    assert!(sender.received().await.is_empty());
    drop(deaf);
}

#[tokio::test]
async fn a_client_that_only_writes_is_no_trouble_to_others() {
    let mut config = config();
    config.limits.stalled = Duration::from_millis(500);
    let server = Server::start(config).await.unwrap();
    let mut raw = Client::connect(&server, "anna@localhost/a", ANNAS).await.into_raw();
    // Answers that it never reads pile up until it isn't read from, and then is ended.
    let ping =
        "<iq type='get' id='a-rather-long-identifier-that-comes-back'><ping xmlns='urn:xmpp:ping'/></iq>"
            .repeat(1_000);
    let written = soon(async { while raw.write_all(ping.as_bytes()).await.is_ok() {} });
    written.await;
    let mut ben = Client::connect(&server, "ben@localhost/b", BENS).await;
    assert!(ben.received().await.is_empty());
}

#[tokio::test]
async fn stopping_tells_everybody() {
    let server = server().await;
    let address = server.address();
    let mut anna = Client::connect(&server, "anna@localhost/a", ANNAS).await;
    let mut ben = Client::connect(&server, "ben@localhost/b", BENS).await;
    let mut fresh = tcp(&server).await;
    fresh.write_all(header("localhost").as_bytes()).await.unwrap();
    let mut started = unauthenticated(&server, false).await.1.into_inner();
    let begun = Instant::now();
    let told = async {
        for client in [&mut anna, &mut ben] {
            assert_eq!(stream_condition(&client.ending().await.unwrap()), "system-shutdown");
        }
        let heard = hear(&mut fresh).await;
        assert!(heard.contains("<starttls") && heard.contains("<system-shutdown"), "{heard}");
        assert!(hear(&mut started).await.contains("<system-shutdown"));
        // They hang on, and the server doesn't wait for them for ever.
    };
    tokio::join!(server.stop(), told);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn dropping_stops_too() {
    let server = server().await;
    let mut anna = Client::connect(&server, "anna@localhost/a", ANNAS).await;
    drop(server);
    assert_eq!(stream_condition(&anna.ending().await.unwrap()), "system-shutdown");
}
