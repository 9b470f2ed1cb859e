//! Servers that fail, or mean harm, while a session is online: whoever waits is told in time.

use std::time::{Duration, Instant};

use quoalise::{Client, Config, ConnectionState, ErrorKind, Period};
use tokio::time::timeout;

use crate::scripted::{Scripted, Stage, Turn};
use crate::support::{AT_ONCE, PATIENCE, SERIES};

const PROVIDER: &str = "provider@quoalise.test/proxy";

/// A server that says what none may is left, and tried anew; one that keeps doing so is given up. Requests end in time in
/// any case.
#[tokio::test]
async fn what_no_server_may_say_ends_requests_in_time() {
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
        let (limit, soon) = (Duration::from_secs(2), Duration::from_millis(20));
        let config = server.config().request_timeout(limit).reconnect(soon, soon);
        let client = Client::connect(&config).await.unwrap();
        let begin = Instant::now();
        let error = client.get_history(PROVIDER, SERIES, &Period::all()).await.unwrap_err();
        let in_kind = matches!(
            error.kind(),
            ErrorKind::ConnectionLost
                | ErrorKind::UnsuitableServer
                | ErrorKind::Unreachable
                | ErrorKind::NoAnswer
        );
        assert!(in_kind, "{shown}: {error}");
        assert!(begin.elapsed() < limit + AT_ONCE, "{shown}: {:?}", begin.elapsed());
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
async fn a_server_that_always_hangs_up_ends_requests_in_time() {
    let server = Scripted::start(Stage::Online, Turn::Close).await;
    let (limit, soon) = (Duration::from_secs(1), Duration::from_millis(20));
    let config = server.config().request_timeout(limit).reconnect(soon, soon);
    let begin = Instant::now();
    // Perhaps before the presence was written.
    let error = match Client::connect(&config).await {
        Ok(client) => client.get_history(PROVIDER, SERIES, &Period::all()).await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(error.kind(), ErrorKind::ConnectionLost | ErrorKind::Unreachable), "{error}");
    assert!(begin.elapsed() < 2 * limit + AT_ONCE, "{:?}", begin.elapsed());
}

/// How long it takes until a link counts as dead: the default's 30 s, and some for a slow machine.
const DEAD: Duration = Duration::from_secs(45);

/// A listener learns that nobody is there any more. On a link where something comes all the time, too: what comes is
/// no stanza, and the sign of life that was asked for does not come.
async fn a_dead_link_is_found(turn: Turn) {
    let dead = Duration::from_secs(2);
    found_dead(turn, |config| config.dead_after(dead), dead + AT_ONCE).await;
}

async fn found_dead(turn: Turn, adapt: impl FnOnce(Config) -> Config, within: Duration) {
    let server = Scripted::start(Stage::Online, turn.clone()).await;
    let client = Client::connect(&adapt(server.config())).await.unwrap();
    let mut states = client.states();
    let begin = Instant::now();
    let state = timeout(within, states.next()).await;
    assert!(matches!(state, Ok(Some(ConnectionState::Interrupted { .. }))), "{turn:?}: {state:?}");
    assert!(begin.elapsed() > Duration::from_secs(1), "{turn:?}: it was given no time");
}

#[tokio::test]
async fn a_silent_link_is_found_dead_in_half_a_minute() {
    found_dead(Turn::Silent, |config| config, DEAD).await;
}

#[tokio::test]
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
async fn a_link_that_stops_within_a_stanza_is_found_dead() {
    for half in ["<", "<message", "<message><body>text", "<message><body>text</bo"] {
        a_dead_link_is_found(Turn::say(half)).await;
    }
}
