//! Servers that fail, or mean harm, while a session is online: whoever waits is told in time.

use std::time::{Duration, Instant};

use quoalise::{Client, Config, ErrorKind, Period};
use tokio::time::timeout;

use crate::scripted::{Scripted, Stage, Turn};
use crate::support::{AT_ONCE, PATIENCE, SERIES};

const PROVIDER: &str = "provider@quoalise.test/proxy";

/// What no server may say ends the session: requests end, and with them whoever listens.
#[tokio::test]
async fn what_no_server_may_say_ends_a_session() {
    for poison in [
        &b"<!DOCTYPE a [<!ENTITY b 'c'>]><message><body>&b;</body></message>"[..],
        b"<!-- a comment -->",
        b"<?xml-stylesheet href='a'?>",
        b"<message><body>\xff</body></message>",
        b"<message><body>\xed\xa0\x80</body></message>",
        b"<message><body>&undeclared;</body></message>",
        b"<message><body></message>",
        b"<message a='1' a='2'/>",
        b"<n:message/>",
        b"text between stanzas",
        b"<stream:features/>",
        b"<message xmlns='jabber:server'/>",
        b"<unknown xmlns='urn:x'/>",
        b"</stream:stream>",
        b"<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
    ] {
        let shown = String::from_utf8_lossy(poison).into_owned();
        let server = Scripted::asked(move |_| Turn::say(poison)).await;
        let client = Client::connect(&server.config().request_timeout(PATIENCE)).await.unwrap();
        let begin = Instant::now();
        let error = client.get_history(PROVIDER, SERIES, &Period::all()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{shown}: {error}");
        assert!(begin.elapsed() < AT_ONCE, "{shown}: {:?}", begin.elapsed());
        timeout(AT_ONCE, client.close()).await.unwrap_or_else(|_| panic!("closing hangs after {shown}"));
    }
}

/// Stanzas that cannot be read are nobody's: those behind them are.
#[tokio::test]
async fn stanzas_that_are_none_are_passed_over() {
    let server = Scripted::asked(|id| {
        let answer = format!(
            "<iq type='error' id='{id}' from='{PROVIDER}'><error type='auth'>\
             <not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        );
        Turn::say(
            [
                "<message from='a@@b'><body/></message>",
                "<message type='nonsense'/>",
                "<presence type='nonsense'/>",
                "<presence><priority>999</priority></presence>",
                "<iq type='nonsense' id='a'/>",
                "<iq type='get' id='a'/>",
                "<iq type='result'/>",
                "<iq/>",
                "<message><thread/><thread/></message>",
                "<iq type='result' id='a' from='urn:x'><a xmlns='b'/><c xmlns='d'/></iq>",
                &answer.replace(PROVIDER, "somebody@quoalise.test/proxy"),
                &answer.replace(&format!("from='{PROVIDER}'"), ""),
                &answer.replace(id, "other"),
                &answer,
            ]
            .concat(),
        )
    })
    .await;
    let client = Client::connect(&server.config().request_timeout(PATIENCE)).await.unwrap();
    let error = client.get_history(PROVIDER, SERIES, &Period::all()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAuthorized, "{error}");
}

/// Whatever the network does, a request ends at its own deadline, and closing within its bound.
#[tokio::test]
async fn requests_end_in_time_on_a_silent_link() {
    let limit = Duration::from_secs(1);
    for turn in [Turn::Silent, Turn::Drip(String::new(), b' '), Turn::Drip("<message a='".to_owned(), b'x')] {
        let server = Scripted::start(Stage::Online, turn.clone()).await;
        let client = Client::connect(&server.config().request_timeout(limit)).await.unwrap();
        let begin = Instant::now();
        let error = client.get_history(PROVIDER, SERIES, &Period::all()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoAnswer, "{turn:?}: {error}");
        assert!(begin.elapsed() < limit + AT_ONCE, "{turn:?}");
        timeout(AT_ONCE, client.close()).await.expect("an end");
    }
}

#[tokio::test]
async fn who_hangs_up_while_online_is_told_at_once() {
    let server = Scripted::start(Stage::Online, Turn::Close).await;
    let begin = Instant::now();
    // Perhaps before the presence was written, or the address taken note of.
    let error = match Client::connect(&server.config()).await {
        Ok(client) => client.get_history(PROVIDER, SERIES, &Period::all()).await.unwrap_err(),
        Err(error) => error,
    };
    let kinds = [ErrorKind::ConnectionLost, ErrorKind::Unreachable, ErrorKind::UnsuitableServer];
    assert!(kinds.contains(&error.kind()), "{error}");
    assert!(begin.elapsed() < AT_ONCE);
}

/// How long a link may be silent before it counts as dead: the default's 30 s, and some for a slow machine.
const DEAD: Duration = Duration::from_secs(45);

/// A listener learns that nobody is there any more. On a link where something comes all the time, too: what comes is
/// no stanza, and the sign of life that was asked for does not come.
async fn a_dead_link_is_found(turn: Turn) {
    let server = Scripted::start(Stage::Online, turn.clone()).await;
    let config: Config = server.config().request_timeout(2 * DEAD);
    let client = Client::connect(&config).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    let waiting = timeout(DEAD, listener.next()).await;
    assert!(waiting.is_ok(), "{turn:?}: still nothing after {DEAD:?}");
}

#[tokio::test]
#[ignore = "needs a session that finds dead links (Config::dead_after)"]
async fn a_silent_link_is_found_dead() {
    a_dead_link_is_found(Turn::Silent).await;
}

#[tokio::test]
#[ignore = "needs a session that finds dead links (Config::dead_after)"]
async fn a_link_that_drips_is_found_dead() {
    let drips = [
        Turn::Drip(String::new(), b' '),
        Turn::Drip("<message a='".to_owned(), b'x'),
        Turn::Drip("<message><body>".to_owned(), b'x'),
    ];
    futures::future::join_all(drips.map(a_dead_link_is_found)).await;
}

/// In the middle of a stanza, which a peer cannot do and a broken network can.
#[tokio::test]
#[ignore = "needs a session that finds dead links (Config::dead_after)"]
async fn a_link_that_stops_within_a_stanza_is_found_dead() {
    for half in ["<", "<message", "<message><body>text", "<message><body>text</bo"] {
        a_dead_link_is_found(Turn::say(half)).await;
    }
}

/// Much comes, and none of it what was asked for.
#[tokio::test]
#[ignore = "needs a session that finds dead links (Config::dead_after)"]
async fn a_stanza_that_never_ends_is_a_dead_link() {
    let endless = [("<message><body>", "text "), ("<message a='", "text"), ("<message>", "<a>")];
    for (begin, piece) in endless {
        a_dead_link_is_found(Turn::Endless(begin.to_owned(), piece.to_owned())).await;
    }
}
