//! What fails between the provider's server and the consumer's: pushes that come back are sent again, nothing is lost, and
//! what came twice is recognised.

use std::time::{Duration, Instant};

use quoalise::provider::{AccessList, Everybody, Limits, MemorySubscriptions, Provider};
use quoalise::{Client, ErrorKind, Event, Listener, Period};
use quoalise_tests::{Proxy, Server, ServerBuilder, Software};
use tokio::time::{sleep, timeout};

use crate::provider::proxy;
use crate::pushes::{bare, nothing_but, numbers, push, reading};
use crate::raw::{Peer, child, submit};
use crate::support::{AT_ONCE, PATIENCE, SERIES, TestService, client, config, metadata, serve};

/// The provider's server and the consumer's, each behind a proxy.
fn two(software: [Software; 2]) -> ([Server; 2], [Proxy; 2]) {
    let [home, away] = software.map(Server::of);
    Server::federation_by_proxies([home.host("provider.test"), away.host("consumer.test")])
}

/// Sends again soon, and at no pace.
fn soon() -> Limits {
    let mut limits = Limits::default();
    limits.push_again = (Duration::from_millis(200), Duration::from_millis(600));
    limits.push_interval = Duration::ZERO;
    limits
}

/// A subscriber that comes back fast, and listens.
async fn subscriber(server: &Server, provider: &Provider) -> (Client, Listener) {
    let client = client(server).await;
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let listener = client.listen().await.unwrap();
    (client, listener)
}

async fn publish(provider: &Provider, number: u32) {
    assert_eq!(provider.publish(&metadata(), &reading(SERIES, number)).await.unwrap(), 1);
}

/// That nothing but these comes, each once; in which order.
async fn heard(listener: &mut Listener, count: u32) -> Vec<f64> {
    let mut heard = Vec::new();
    let all = async {
        while heard.len() < count as usize {
            match listener.next().await.unwrap().unwrap() {
                Event::Push(push) => heard.extend(numbers(&push)),
                Event::Availability { .. } | Event::Interrupted { .. } | Event::Resumed | Event::Hole(_) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    let done = timeout(PATIENCE, all).await.is_ok();
    assert!(done, "only {heard:?}");
    let mut sorted = heard.clone();
    sorted.sort_by(f64::total_cmp);
    assert!(sorted.into_iter().eq((0..count).map(f64::from)), "{heard:?}");
    heard
}

fn in_order(heard: &[f64]) -> bool {
    heard.is_sorted()
}

/// Until nothing waits to be sent again any more.
async fn nothing_waits(provider: &Provider) {
    let done = async {
        while provider.waiting() > 0 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, done).await.unwrap_or_else(|_| panic!("{} still wait", provider.waiting()));
    assert_eq!(provider.undelivered(), 0);
}

/// Asks all the time, until this is dropped; each request ends in time, with data or an error that is temporary.
struct Asking(tokio::task::JoinHandle<()>);

impl Asking {
    fn begin(server: &Server, provider: &Provider) -> Self {
        let limit = Duration::from_secs(1);
        let (config, jid) = (config(server, &server.new_account()).request_timeout(limit), provider.jid());
        Self(tokio::spawn(async move {
            let client = Client::connect(&config).await.unwrap();
            loop {
                let begin = Instant::now();
                if let Err(error) = client.get_history(&jid, SERIES, &Period::all()).await {
                    assert!(error.kind().is_temporary(), "{error}");
                }
                assert!(begin.elapsed() < limit + AT_ONCE, "{:?}", begin.elapsed());
                sleep(Duration::from_millis(20)).await;
            }
        }))
    }

    fn end(self) {
        assert!(!self.0.is_finished(), "it has failed");
        self.0.abort();
    }
}

async fn a_link_that_is_cut_and_heals(software: [Software; 2]) {
    let ([home, away], [_, link]) = two(software);
    let provider = serve(&home, TestService::default(), soon()).await;
    let (_client, mut listener) = subscriber(&away, &provider).await;
    let asking = Asking::begin(&away, &provider);
    let mut number = 0;
    for _ in 0..3 {
        for _ in 0..10 {
            publish(&provider, number).await;
            number += 1;
        }
        if software[0] == Software::Ejabberd {
            // What is within the cut link is lost without a word to anybody: it does not count between servers.
            heard_so_far(&provider, &home, &away).await;
        }
        link.refuse(Duration::from_millis(700));
        link.cut();
        for _ in 0..10 {
            publish(&provider, number).await;
            number += 1;
            sleep(Duration::from_millis(30)).await;
        }
        link.heal();
    }
    heard(&mut listener, number).await;
    nothing_waits(&provider).await;
    asking.end();
    nothing_but(number, &provider, &mut listener).await;
}

/// Behind all that was pushed there.
async fn heard_so_far(provider: &Provider, home: &Server, away: &Server) {
    provider.confirm().await.unwrap();
    let mut peer = Peer::online(home, "peer").await;
    let answer = peer.ask("get", away.host(), "<ping xmlns='urn:xmpp:ping'/>").await;
    assert_eq!(answer.attr("type"), Some("result"));
}

#[tokio::test]
async fn a_link_between_servers_that_is_cut_and_heals() {
    a_link_that_is_cut_and_heals([Software::Prosody, Software::Prosody]).await;
}

#[tokio::test]
async fn a_link_from_prosody_to_ejabberd_that_is_cut_and_heals() {
    a_link_that_is_cut_and_heals([Software::Prosody, Software::Ejabberd]).await;
}

#[tokio::test]
async fn a_link_from_ejabberd_to_prosody_that_is_cut_and_heals() {
    a_link_that_is_cut_and_heals([Software::Ejabberd, Software::Prosody]).await;
}

async fn a_server_that_goes(software: [Software; 2], stop: fn(&mut Server)) {
    let ([home, mut away], _links) = two(software);
    let provider = serve(&home, TestService::default(), soon()).await;
    let (_client, mut listener) = subscriber(&away, &provider).await;
    let asking = Asking::begin(&away, &provider);
    for number in 0..10 {
        nothing_but(number, &provider, &mut listener).await;
    }
    stop(&mut away);
    for number in 10..40 {
        publish(&provider, number).await;
        sleep(Duration::from_millis(10)).await;
    }
    let comes_back = async {
        while provider.waiting() < 30 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, comes_back).await.unwrap_or_else(|_| panic!("only {} came back", provider.waiting()));
    away.start();
    for number in 40..50 {
        publish(&provider, number).await;
    }
    let mut later = Vec::new();
    while later.len() < 40 {
        match timeout(PATIENCE, listener.next()).await.expect("a push in time").unwrap().unwrap() {
            Event::Push(push) => later.extend(numbers(&push)),
            Event::Availability { .. } | Event::Interrupted { .. } | Event::Resumed | Event::Hole(_) => {}
            other => panic!("{other:?}"),
        }
    }
    later.sort_by(f64::total_cmp);
    assert!(later.into_iter().eq((10..50).map(f64::from)));
    nothing_waits(&provider).await;
    asking.end();
    nothing_but(50, &provider, &mut listener).await;
}

#[tokio::test]
async fn a_consumers_server_that_stops_and_starts() {
    a_server_that_goes([Software::Prosody; 2], Server::stop).await;
}

#[tokio::test]
async fn a_consumers_server_that_is_killed_and_starts() {
    a_server_that_goes([Software::Prosody; 2], Server::kill).await;
}

#[tokio::test]
async fn a_consumers_ejabberd_that_is_killed_and_starts() {
    a_server_that_goes([Software::Prosody, Software::Ejabberd], Server::kill).await;
}

#[tokio::test]
async fn a_consumers_server_that_is_killed_and_starts_beside_an_ejabberd() {
    a_server_that_goes([Software::Ejabberd, Software::Prosody], Server::kill).await;
}

/// One that keeps nothing for who is away: what is pushed then comes back at once.
fn forgetful() -> ServerBuilder {
    Server::of(Software::Prosody).config("modules_disabled = { \"offline\" }")
}

#[tokio::test]
async fn what_an_account_has_no_room_for_comes_later_and_in_order() {
    let server = forgetful().start();
    let provider = serve(&server, TestService::default(), soon()).await;
    let account = server.new_account();
    let client = Client::connect(&config(&server, &account)).await.unwrap();
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    client.close().await;
    for number in 0..10 {
        publish(&provider, number).await;
    }
    let comes_back = async {
        while provider.waiting() < 10 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(AT_ONCE, comes_back).await.expect("all to come back");
    // Others have theirs meanwhile.
    let (_other, mut other) = subscriber(&server, &provider).await;
    assert_eq!(provider.publish(&metadata(), &reading(SERIES, 10)).await.unwrap(), 2);
    assert_eq!(numbers(&push(&mut other).await), [10.0]);

    let client = Client::connect(&config(&server, &account)).await.unwrap();
    client.trust(&provider.jid()).unwrap();
    let mut listener = client.listen().await.unwrap();
    assert!(in_order(&heard(&mut listener, 11).await));
    nothing_waits(&provider).await;
}

#[tokio::test]
async fn rights_and_subscriptions_are_looked_at_again() {
    let server = forgetful().start();
    let kept = MemorySubscriptions::new();
    let provider = Provider::builder(TestService::default(), Everybody)
        .subscriptions(kept.clone())
        .limits(soon())
        .start(&proxy(&server, &server.new_account()))
        .await
        .unwrap();
    let mut app = Peer::login(&server, &server.new_account(), "app").await;
    app.command(&provider.jid(), "node='subscribe'", &submit(&[("identifier", SERIES)])).await;
    publish(&provider, 1).await;
    let waits = async {
        while provider.waiting() == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(AT_ONCE, waits).await.expect("it comes back");
    app.command(&provider.jid(), "node='unsubscribe'", &submit(&[("identifier", SERIES)])).await;
    nothing_waits(&provider).await;
    app.send("<presence/>").await;
    while app.next().await.name() != "presence" {}
    assert!(app.hears_nothing().await);

    // To an account that is told nothing by a list, nothing goes out even as it is.
    let none = AccessList::new();
    let strict = Provider::builder(TestService::default(), none)
        .subscriptions(kept)
        .start(&proxy(&server, &server.new_account()))
        .await
        .unwrap();
    let to = bare(&app.jid).parse().unwrap();
    let refused = strict.push(&to, &metadata(), &reading(SERIES, 2)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotAuthorized);
}

/// The id of the next message, which is a push.
async fn pushed_id(peer: &mut Peer) -> String {
    loop {
        let stanza = peer.next().await;
        if stanza.name() == "message" {
            child(&stanza, "quoalise");
            return stanza.attr("id").unwrap().to_owned();
        }
    }
}

fn returned(id: &str, to: &str, kind: &str, condition: &str) -> String {
    format!(
        "<message type='error' id='{id}' to='{to}'><error type='{kind}'>\
         <{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
    )
}

#[tokio::test]
async fn what_comes_back_is_sent_again_under_its_id_and_to_nobody_else() {
    let server = Server::shared();
    let provider = serve(&server, TestService::default(), soon()).await;
    let (mut app, mut stranger) = (Peer::online(&server, "app").await, Peer::online(&server, "app").await);
    let to = bare(&app.jid).parse().unwrap();
    let jid = provider.jid();
    provider.push(&to, &metadata(), &reading(SERIES, 1)).await.unwrap();
    let id = pushed_id(&mut app).await;

    // Of a stranger, and of another id.
    stranger.send(&returned(&id, &jid, "wait", "resource-constraint")).await;
    stranger.send(&returned(&id, &jid, "auth", "forbidden")).await;
    app.send(&returned("guessed", &jid, "wait", "resource-constraint")).await;
    for peer in [&mut stranger, &mut app] {
        peer.ask("get", &jid, "<ping xmlns='urn:xmpp:ping'/>").await;
    }
    assert_eq!((provider.waiting(), provider.undelivered()), (0, 0));

    // The same again, until it stays; what is pushed later comes behind.
    for _ in 0..3 {
        app.send(&returned(&id, &jid, "wait", "resource-constraint")).await;
        app.ask("get", &jid, "<ping xmlns='urn:xmpp:ping'/>").await;
        assert_eq!(provider.waiting(), 1);
        assert_eq!(pushed_id(&mut app).await, id);
        nothing_waits(&provider).await;
    }
    app.send(&returned(&id, &jid, "wait", "resource-constraint")).await;
    app.ask("get", &jid, "<ping xmlns='urn:xmpp:ping'/>").await;
    provider.push(&to, &metadata(), &reading(SERIES, 2)).await.unwrap();
    assert_eq!(provider.waiting(), 2);
    assert_eq!(pushed_id(&mut app).await, id);
    let later = pushed_id(&mut app).await;
    assert_ne!(later, id);
    nothing_waits(&provider).await;

    // What waiting does not mend.
    app.send(&returned(&later, &jid, "modify", "policy-violation")).await;
    app.ask("get", &jid, "<ping xmlns='urn:xmpp:ping'/>").await;
    assert_eq!((provider.waiting(), provider.undelivered()), (0, 1));
    assert!(app.hears_nothing().await);
}
