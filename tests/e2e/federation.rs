//! Provider and client on servers of their own, as they are in the field: two that find each other on loopback
//! and speak over TLS with certificates.

use std::time::{Duration, Instant};

use quoalise::data::Data;
use quoalise::provider::{Everybody, HistoryRequest, Limits, MemorySubscriptions, Provider};
use quoalise::senml::{Record, Records};
use quoalise::{Availability, Client, ErrorKind, Event, Period};
use quoalise_tests::{Account, Certificate, Server};

use crate::between::known_to_be_gone;
use crate::provider::{presence, proxy};
use crate::pushes::{bare, message, nothing_but, numbers, push, reading};
use crate::raw::{Peer, submit};
use crate::session::Frozen;
use crate::support::{
    AT_ONCE, HALF_HOUR, PATIENCE, SERIES, START, Serve, TestService, back, client, config, event, january,
    metadata, provider, serve,
};

/// The server of the provider, and the client's.
fn two() -> [Server; 2] {
    Server::federation(["provider.test", "consumer.test"].map(Server::at))
}

/// A test provider with this account, which remembers who has subscribed.
async fn online(server: &Server, account: &Account, kept: &MemorySubscriptions) -> Provider {
    let builder = Provider::builder(TestService::default(), Everybody).subscriptions(kept.clone());
    builder.start(&proxy(server, account)).await.unwrap()
}

/// That the provider is there for this client, to the last record.
async fn served(client: &Client, provider: &Provider) {
    let data = client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap();
    assert!(data.records().iter().eq(january().iter().filter(|record| !record.is_gap())));
}

/// The kind of the failure to get a history, and how long that took.
async fn refused(client: &Client, provider: &str) -> (ErrorKind, Duration) {
    let begin = Instant::now();
    let error = client.get_history(provider, SERIES, &Period::all()).await.unwrap_err();
    assert!(error.kind().is_temporary() && error.to_string().contains(provider), "{error}");
    (error.kind(), begin.elapsed())
}

#[tokio::test]
async fn a_history_comes_as_the_provider_has_it() {
    let [home, away] = two();
    let (provider, service) = provider(&home).await;
    let account = away.new_account();
    let client = Client::connect(&config(&away, &account)).await.unwrap();
    assert_eq!(client.availability(&provider.jid()).await.unwrap(), Availability::Online);
    served(&client, &provider).await;
    // Rights belong to this JID: the servers vouch for it.
    assert_eq!(service.asked.lock().unwrap()[0].requester.to_string(), account.jid);

    let day = Period::parse("2022-01-10T00:00:00+01:00", "2022-01-11T00:00:00+01:00").unwrap();
    let data = client.get_history(&provider.jid(), SERIES, &day).await.unwrap();
    let times = data.records().times();
    assert_eq!((data.meta(), times.len()), (&metadata(), 47));
    assert_eq!(times[0], (9 * 24 - 1) * 2 * HALF_HOUR + START);

    // What a provider refuses says as much from afar.
    for (series, kind, issuer) in [
        ("unauthorized", ErrorKind::NotAuthorized, None),
        ("colour", ErrorKind::BadRequest, None),
        ("upstream", ErrorKind::UpstreamError, Some("enedis-data-connect")),
    ] {
        let series = format!("urn:dev:prm:00000000000001_test/{series}");
        let error = client.get_history(&provider.jid(), &series, &Period::all()).await.unwrap_err();
        assert_eq!((error.kind(), error.issuer()), (kind, issuer), "{error}");
    }
}

#[tokio::test]
async fn what_is_pushed_is_heard_from_afar() {
    let [home, away] = two();
    let (provider, _) = provider(&home).await;
    let client = client(&away).await;
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    for number in 0..10 {
        nothing_but(number, &provider, &mut listener).await;
    }
    // Large ones too, and in order.
    let records = january();
    assert_eq!(provider.publish(&metadata(), &records).await.unwrap(), 1);
    let mut heard = Records::new();
    while heard.len() < 31 * 47 {
        let push = push(&mut listener).await;
        assert_eq!((push.from.to_string(), push.delayed), (provider.jid(), false));
        heard.extend(push.data.records());
    }
    assert!(heard.iter().eq(records.iter().filter(|record| !record.is_gap())));

    client.unsubscribe(&provider.jid(), SERIES).await.unwrap();
    assert_eq!(provider.publish(&metadata(), &records).await.unwrap(), 0);
}

#[tokio::test]
async fn who_pushes_uninvited_is_not_heard() {
    let [home, away, elsewhere] =
        Server::federation(["provider.test", "consumer.test", "stranger.test"].map(Server::at));
    let account = home.new_account();
    let provider = online(&home, &account, &MemorySubscriptions::new()).await;
    let client = client(&away).await;
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut listener = client.listen().await.unwrap();

    // The name of the provider does not help, at another server.
    let name = account.jid.split('@').next().unwrap();
    let mut stranger = Peer::login(&elsewhere, &elsewhere.add_user(name, "invented"), "proxy").await;
    stranger.send(&message(bare(&client.jid()), 1)).await;
    // An answer comes behind it on the same way.
    let ping = stranger.ask("get", &client.jid(), "<ping xmlns='urn:xmpp:ping'/>").await;
    assert_eq!(ping.attr("type"), Some("result"));
    // Nor to claim it: its own server sees to that, by writing its name over it, or by ending its stream.
    let claims = format!("<message from='{}' ", provider.jid());
    stranger.send(&message(bare(&client.jid()), 2).replace("<message ", &claims)).await;
    let mut other = Peer::login(&elsewhere, &elsewhere.new_account(), "other").await;
    let ping = other.ask("get", &client.jid(), "<ping xmlns='urn:xmpp:ping'/>").await;
    assert_eq!(ping.attr("type"), Some("result"));
    nothing_but(3, &provider, &mut listener).await;
    assert!((1..=2).contains(&listener.distrusted()), "{}", listener.distrusted());
}

#[tokio::test]
async fn a_provider_that_goes_and_comes_back() {
    let [home, away] = two();
    let (account, kept) = (home.new_account(), MemorySubscriptions::new());
    let client = client(&away).await;
    let mut listener = client.listen().await.unwrap();
    let jid = format!("{}/proxy", account.jid);
    for round in 0..2 {
        assert_eq!(client.availability(&jid).await.unwrap(), Availability::Offline);
        let (kind, took) = refused(&client, &jid).await;
        assert!(kind == ErrorKind::ProviderOffline && took < AT_ONCE, "{kind} after {took:?}");

        let provider = online(&home, &account, &kept).await;
        assert_eq!(client.availability(&jid).await.unwrap(), Availability::Online);
        served(&client, &provider).await;
        // Subscribed once, for good.
        if round == 0 {
            client.subscribe(&jid, SERIES).await.unwrap();
        }
        nothing_but(round, &provider, &mut listener).await;
        provider.close().await;
    }
}

#[tokio::test]
async fn a_providers_server_that_goes_and_comes_back() {
    for stop in [Server::stop as fn(&mut Server), Server::kill] {
        let [mut home, away] = two();
        let (account, kept) = (home.new_account(), MemorySubscriptions::new());
        let provider = online(&home, &account, &kept).await;
        let client = client(&away).await;
        client.subscribe(&provider.jid(), SERIES).await.unwrap();
        let mut listener = client.listen().await.unwrap();
        nothing_but(1, &provider, &mut listener).await;

        stop(&mut home);
        for attempt in 0..3 {
            let (kind, took) = refused(&client, &provider.jid()).await;
            // A server that learns of the end by what it has just sent there only knows that it did not arrive
            // (`recipient-unavailable`).
            let just_learnt = attempt == 0 && kind == ErrorKind::ProviderOffline;
            assert!(kind == ErrorKind::ServerUnreachable || just_learnt, "{kind}");
            assert!(took < AT_ONCE, "{kind} after {took:?}");
        }
        assert_eq!(client.availability(&provider.jid()).await.unwrap(), Availability::Unreachable);

        home.start();
        back(&provider).await;
        // The client went through all of it without connecting anew, and so did what it listens with.
        served(&client, &provider).await;
        nothing_but(2, &provider, &mut listener).await;
    }
}

#[tokio::test]
async fn subscribers_afar_see_the_provider_come_and_go() {
    let [mut home, away] = two();
    let (account, kept) = (home.new_account(), MemorySubscriptions::new());
    let provider = online(&home, &account, &kept).await;
    let jid = provider.jid();
    let client = client(&away).await;
    client.subscribe(&jid, SERIES).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    let mut subscriber = Peer::online(&away, "app").await;
    subscriber.command(&jid, "node='subscribe'", &submit(&[("identifier", SERIES)])).await;

    nothing_but(1, &provider, &mut listener).await;
    let mut told = async || match event(&mut listener).await {
        Event::Availability { from, available } => (from.to_string(), available),
        other => panic!("{other:?}"),
    };
    provider.close().await;
    assert_eq!(presence(&mut subscriber, &jid).await.as_deref(), Some("unavailable"));
    assert_eq!(told().await, (jid.clone(), false));
    let provider = online(&home, &account, &kept).await;
    assert_eq!(presence(&mut subscriber, &jid).await, None);
    assert_eq!(told().await, (jid.clone(), true));
    // A server that stops may close its streams before it has told: then presence is not to be relied on.
    home.stop();
    home.start();
    back(&provider).await;
    let mut told = presence(&mut subscriber, &jid).await;
    if told.as_deref() == Some("unavailable") {
        told = presence(&mut subscriber, &jid).await;
    }
    assert_eq!(told, None);
}

#[tokio::test]
async fn a_providers_server_that_says_nothing() {
    let [home, away] = two();
    let (provider, _) = provider(&home).await;
    let limit = Duration::from_millis(600);
    let impatient = config(&away, &away.new_account()).request_timeout(limit);
    let impatient = Client::connect(&impatient).await.unwrap();
    let client = client(&away).await;
    served(&client, &provider).await;

    let frozen = Frozen::new(&home);
    let (kind, took) = refused(&impatient, &provider.jid()).await;
    assert!(kind == ErrorKind::NoAnswer && (limit..limit + AT_ONCE).contains(&took), "{kind} after {took:?}");
    assert_eq!(impatient.availability(&provider.jid()).await.unwrap(), Availability::NoAnswer);
    drop(frozen);
    served(&client, &provider).await;
}

#[tokio::test]
async fn a_domain_nobody_serves() {
    let [_home, away] = two();
    let client = client(&away).await;
    let jid = "proxy@nowhere.test/proxy";
    assert_eq!(client.availability(jid).await.unwrap(), Availability::Unreachable);
    let (kind, took) = refused(&client, jid).await;
    assert!(kind == ErrorKind::ServerUnreachable && took < AT_ONCE, "{kind} after {took:?}");
    assert_eq!(client.subscribe(jid, SERIES).await.unwrap_err().kind(), ErrorKind::ServerUnreachable);
}

#[tokio::test]
async fn a_server_whose_certificate_is_no_good_is_not_asked() {
    let expired = Server::at("provider.test").certificate(Certificate::Expired);
    let [_home, away] = Server::federation([expired, Server::at("consumer.test")]);
    let client = client(&away).await;
    let (kind, took) = refused(&client, "proxy@provider.test/proxy").await;
    assert!(kind == ErrorKind::ServerUnreachable && took < AT_ONCE, "{kind} after {took:?}");
}

#[tokio::test]
async fn what_is_pushed_while_the_consumer_is_away_is_kept_by_its_server() {
    let [home, mut away] = two();
    let (provider, _) = provider(&home).await;
    let account = away.new_account();
    let client = Client::connect(&config(&away, &account)).await.unwrap();
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    client.close().await;

    for number in 0..15 {
        provider.publish(&metadata(), &reading(SERIES, number)).await.unwrap();
    }
    // What the provider answers comes behind all it has pushed.
    self::client(&away).await.availability(&provider.jid()).await.unwrap();
    // And is on disk by then.
    away.restart();

    let client = Client::connect(&config(&away, &account)).await.unwrap();
    client.trust(&provider.jid()).unwrap();
    let mut listener = client.listen().await.unwrap();
    for number in 0..15 {
        let push = push(&mut listener).await;
        assert_eq!((numbers(&push), push.delayed), (vec![f64::from(number)], true));
        assert_eq!(push.from.to_string(), provider.jid());
    }
    nothing_but(15, &provider, &mut listener).await;
}

#[tokio::test]
async fn a_consumers_server_that_is_away_does_not_hold_up_the_provider() {
    let [home, mut away] = two();
    let mut limits = Limits::default();
    limits.push_again = (Duration::from_millis(200), Duration::from_millis(600));
    let provider = serve(&home, TestService::default(), limits).await;
    let neighbour = client(&home).await;
    neighbour.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut at_home = neighbour.listen().await.unwrap();
    let account = away.new_account();
    let client = Client::connect(&config(&away, &account)).await.unwrap();
    client.subscribe(&provider.jid(), SERIES).await.unwrap();

    away.stop();
    known_to_be_gone(&home, &away).await;
    for number in 0..10 {
        assert_eq!(provider.publish(&metadata(), &reading(SERIES, number)).await.unwrap(), 2);
        assert_eq!(numbers(&push(&mut at_home).await), [f64::from(number)]);
    }
    served(&neighbour, &provider).await;
    away.start();
    let client = Client::connect(&config(&away, &account)).await.unwrap();
    client.trust(&provider.jid()).unwrap();
    served(&client, &provider).await;
    // What was sent meanwhile no server had: the provider sends it again. An ejabberd may turn round what comes just when
    // somebody begins to listen.
    let again = async {
        while provider.waiting() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, again).await.expect("it is sent again");
    let mut listener = client.listen().await.unwrap();
    for number in 0..10 {
        assert_eq!(numbers(&push(&mut listener).await), [f64::from(number)]);
    }
    nothing_but(10, &provider, &mut listener).await;
}

/// A service whose series are named for how many records they have.
fn counted() -> Serve<impl Fn(HistoryRequest) -> std::future::Ready<quoalise::Result<Data>>> {
    Serve(|request: HistoryRequest| {
        let count = request.identifier.series().unwrap().parse().unwrap();
        let mut records = Records::new();
        for row in 0..count {
            let value = Some(f64::from(row % 1000));
            let record = Record::number(SERIES, START + i64::from(row) * HALF_HOUR, Some("W"), value);
            records.push(&record).unwrap();
        }
        std::future::ready(Ok(Data::new(metadata(), records)))
    })
}

fn of(count: usize) -> String {
    format!("urn:dev:prm:00000000000001_{count}")
}

#[tokio::test]
async fn the_largest_answer_passes_between_stock_servers() {
    let [home, away] = two();
    let provider = serve(&home, counted(), Limits::default()).await;
    let client = client(&away).await;
    let mut count = 9000;
    let came = loop {
        match client.get_history(&provider.jid(), &of(count), &Period::all()).await {
            Ok(data) => break data.records().len(),
            Err(error) => assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}"),
        }
        count -= 100;
    };
    assert!(came == count && came > 5000, "{came}");
}

/// Below what servers take from their own clients: an answer that only another's server refuses.
const SMALL: u32 = 30_000;

/// What its log says of one.
const TOO_BIG: &str = "stanza is too big";

#[tokio::test]
async fn an_answer_over_the_limit_between_servers_is_not_sent() {
    let [home, away] = Server::federation([
        Server::at("provider.test"),
        Server::at("consumer.test").s2s_stanza_size_limit(SMALL),
    ]);
    let mut limits = Limits::default();
    limits.answer = 30_000;
    let provider = serve(&home, counted(), limits).await;
    let client = client(&away).await;
    let begin = Instant::now();
    let error = client.get_history(&provider.jid(), &of(2000), &Period::all()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    assert!(error.to_string().contains("shorter period"), "{error}");
    assert!(begin.elapsed() < AT_ONCE, "{:?}", begin.elapsed());
    // As near to it as the provider goes.
    let mut count = 1000;
    while client.get_history(&provider.jid(), &of(count), &Period::all()).await.is_err() {
        count -= 10;
    }
    assert!(count > 500, "{count}");
    assert!(!away.log().contains(TOO_BIG), "{}", away.log());
}

#[tokio::test]
async fn a_limit_between_servers_that_the_provider_does_not_know() {
    let [home, away] = Server::federation([
        Server::at("provider.test"),
        Server::at("consumer.test").s2s_stanza_size_limit(SMALL),
    ]);
    let provider = serve(&home, counted(), Limits::default()).await;
    let impatient = config(&away, &away.new_account()).request_timeout(Duration::from_secs(2));
    let impatient = Client::connect(&impatient).await.unwrap();
    let client = client(&away).await;
    for _ in 0..2 {
        // Nobody tells the client: the servers end the stream between them, and open another.
        let error = impatient.get_history(&provider.jid(), &of(2000), &Period::all()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoAnswer, "{error}");
        let data = client.get_history(&provider.jid(), &of(500), &Period::all()).await.unwrap();
        assert_eq!(data.records().len(), 500);
    }
    assert!(away.log().contains(TOO_BIG), "{}", away.log());
}
