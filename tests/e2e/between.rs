//! What fails between the provider's server and the consumer's: pushes that come back are sent again, nothing is lost, and
//! what came twice is recognised.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use quoalise::provider::{Access, Authorization, Limits, MemorySubscriptions, Provider};
use quoalise::{Client, Event, Listener, Period};
use quoalise_tests::{Proxy, Server, ServerBuilder, Software};
use tokio::time::{sleep, timeout};

use crate::provider::proxy;
use crate::pushes::{bare, nothing_but, numbers, push, reading};
use crate::raw::{Peer, child, submit};
use crate::support::{AT_ONCE, PATIENCE, SERIES, TestService, client, config, metadata, serve};

/// Who count what they send to each other (XEP-0198). Between others, what is on its way when the link is lost is lost without
/// a word to anybody, and found only in the history.
const COUNTING: [Software; 2] = [Software::Prosody; 2];

/// After which time a question that may be lost is asked again.
const ASKED_AGAIN: Duration = Duration::from_secs(3);

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
async fn heard(listener: &mut Listener, expected: Range<u32>) -> Vec<f64> {
    let mut heard = Vec::new();
    let all = async {
        while heard.len() < expected.len() {
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
    assert!(sorted.into_iter().eq(expected.map(f64::from)), "{heard:?}");
    heard
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
    async fn begin(server: &Server, provider: &Provider) -> Self {
        let limit = Duration::from_secs(1);
        let (config, jid) = (config(server, &server.new_account()).request_timeout(limit), provider.jid());
        let client = Client::connect(&config).await.unwrap();
        Self(tokio::spawn(async move {
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
    let ([home, away], [_back, link]) = two(software);
    let provider = serve(&home, TestService::default(), soon()).await;
    let (_client, mut listener) = subscriber(&away, &provider).await;
    let asking = Asking::begin(&away, &provider).await;
    let mut number = 0;
    for _ in 0..3 {
        for _ in 0..10 {
            publish(&provider, number).await;
            number += 1;
        }
        if software != COUNTING {
            heard_so_far(&provider, &home, &away).await;
        }
        // Until it is healed: on a slow machine, too, its end is noticed meanwhile.
        link.refuse(2 * PATIENCE);
        link.cut();
        if software != COUNTING {
            known_to_be_gone(&home, &away).await;
        }
        for _ in 0..10 {
            publish(&provider, number).await;
            number += 1;
            sleep(Duration::from_millis(30)).await;
        }
        link.heal();
    }
    heard(&mut listener, 0..number).await;
    nothing_waits(&provider).await;
    asking.end();
    nothing_but(number, &provider, &mut listener).await;
}

/// Returns behind all that was pushed there.
async fn heard_so_far(provider: &Provider, home: &Server, away: &Server) {
    provider.confirm().await.unwrap();
    nothing_waits(provider).await;
    answers(home, away, "result").await;
}

/// Returns when the provider's server knows that it has lost the other.
pub async fn known_to_be_gone(home: &Server, away: &Server) {
    answers(home, away, "error").await;
}

/// Returns when a question to the other server ends so.
async fn answers(home: &Server, away: &Server, kind: &str) {
    let mut peer = Peer::online(home, "peer").await;
    let mut last = None;
    let known = async {
        while last.as_deref() != Some(kind) {
            // What is sent just when the link is lost may get no answer at all: it is asked again.
            let ask = peer.ask("get", away.host(), "<ping xmlns='urn:xmpp:ping'/>");
            last = timeout(ASKED_AGAIN, ask)
                .await
                .ok()
                .and_then(|answer| answer.attr("type").map(str::to_owned));
            sleep(Duration::from_millis(50)).await;
        }
    };
    let done = timeout(PATIENCE, known).await.is_ok();
    assert!(done, "no {kind} of a ping to {}, the last one ended in {last:?}", away.host());
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
    let account = away.new_account();
    let client = Client::connect(&config(&away, &account)).await.unwrap();
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    let asking = Asking::begin(&away, &provider).await;
    for number in 0..10 {
        nothing_but(number, &provider, &mut listener).await;
    }
    // What comes just when an account comes online, an ejabberd may keep until it does so again.
    let comes_later = software[1] == Software::Ejabberd;
    if comes_later {
        client.close().await;
    }
    stop(&mut away);
    if software != COUNTING {
        known_to_be_gone(&home, &away).await;
    }
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
    let again;
    if comes_later {
        nothing_waits(&provider).await;
        again = Client::connect(&config(&away, &account)).await.unwrap();
        again.trust(&provider.jid()).unwrap();
        listener = again.listen().await.unwrap();
    }
    heard(&mut listener, 10..50).await;
    nothing_waits(&provider).await;
    asking.end();
    nothing_but(50, &provider, &mut listener).await;
}

// On several threads: a server that starts holds one up.
#[tokio::test(flavor = "multi_thread")]
async fn a_consumers_server_that_stops_and_starts() {
    a_server_that_goes([Software::Prosody; 2], Server::stop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumers_server_that_is_killed_and_starts() {
    a_server_that_goes([Software::Prosody; 2], Server::kill).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumers_ejabberd_that_is_killed_and_starts() {
    a_server_that_goes([Software::Prosody, Software::Ejabberd], Server::kill).await;
}

#[tokio::test(flavor = "multi_thread")]
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
    assert!(heard(&mut listener, 0..11).await.is_sorted());
    nothing_waits(&provider).await;
}

/// Everybody may read, or nobody.
#[derive(Clone)]
struct Open(Arc<AtomicBool>);

impl Authorization for Open {
    async fn authorize(&self, access: &Access) -> quoalise::Result<()> {
        if self.0.load(Ordering::Relaxed) { Ok(()) } else { Err(access.refuse()) }
    }
}

/// Until something that was pushed has come back.
async fn waits(provider: &Provider) {
    let waits = async {
        while provider.waiting() == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(AT_ONCE, waits).await.expect("it comes back");
}

async fn hears_nothing_online(app: &mut Peer) {
    app.send("<presence/>").await;
    loop {
        let stanza = app.next().await;
        assert_ne!(stanza.name(), "message");
        if stanza.name() == "presence" && stanza.attr("type").is_none() {
            break;
        }
    }
    assert!(app.hears_nothing().await);
}

#[tokio::test]
async fn rights_and_subscriptions_are_looked_at_again() {
    let server = forgetful().start();
    let open = Open(Arc::new(AtomicBool::new(true)));
    let provider = Provider::builder(TestService::default(), open.clone())
        .subscriptions(MemorySubscriptions::new())
        .limits(soon())
        .start(&proxy(&server, &server.new_account()))
        .await
        .unwrap();
    let mut app = Peer::login(&server, &server.new_account(), "app").await;
    app.command(&provider.jid(), "node='subscribe'", &submit(&[("identifier", SERIES)])).await;
    publish(&provider, 1).await;
    waits(&provider).await;
    app.command(&provider.jid(), "node='unsubscribe'", &submit(&[("identifier", SERIES)])).await;
    nothing_waits(&provider).await;
    hears_nothing_online(&mut app).await;

    // A right that has ended, the same.
    app.send("<presence type='unavailable'/>").await;
    app.ask("get", "", "<ping xmlns='urn:xmpp:ping'/>").await;
    let to = bare(&app.jid).parse().unwrap();
    provider.push(&to, &metadata(), &reading(SERIES, 2)).await.unwrap();
    waits(&provider).await;
    open.0.store(false, Ordering::Relaxed);
    nothing_waits(&provider).await;
    hears_nothing_online(&mut app).await;
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
