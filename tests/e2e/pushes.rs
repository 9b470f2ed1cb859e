//! Subscriptions and pushes, over a real server.

use std::time::{Duration, Instant};

use quoalise::jid::BareJid;
use quoalise::jiff::{SignedDuration, Timestamp};
use quoalise::provider::{Limits, Provider};
use quoalise::senml::{Record, Records, Value};
use quoalise::{Client, ErrorKind, Event, Listener, Listening, Period, Push, WhenFull};
use quoalise_tests::{Account, Server};
use tokio::time::timeout;

use crate::lost::waiting;
use crate::raw::{Bytes, Peer};
use crate::support::{
    AT_ONCE, HALF_HOUR, PATIENCE, SERIES, START, TestService, client, config, event, metadata, provider,
    serve,
};

/// The next push, which has to come next, but for the provider's coming and going.
pub async fn push(listener: &mut Listener) -> Push {
    loop {
        match event(listener).await {
            Event::Push(push) => return push,
            Event::Availability { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

/// One reading, known again by its number.
pub fn reading(series: &str, number: u32) -> Records {
    let mut records = Records::new();
    let time = START + i64::from(number) * HALF_HOUR;
    records.push(&Record::number(series, time, Some("W"), Some(number.into()))).unwrap();
    records
}

pub fn numbers(push: &Push) -> Vec<f64> {
    push.data.records().values().to_vec()
}

/// The message a provider pushes, as text.
pub fn message(to: &str, number: u32) -> String {
    payload(to, &format!("<senml n='{SERIES}' t='{}' u='W' v='{number}'/>", START / 1_000_000))
}

fn payload(to: &str, records: &str) -> String {
    format!(
        "<message to='{to}'><quoalise xmlns='urn:quoalise:0'><data><meta/>\
         <sensml xmlns='urn:ietf:params:xml:ns:senml'>{records}</sensml></data></quoalise></message>"
    )
}

pub fn bare(jid: &str) -> &str {
    jid.split('/').next().unwrap()
}

/// Publishes what this subscriber hears behind everything that was sent to it before.
pub async fn nothing_but(number: u32, provider: &Provider, listener: &mut Listener) {
    provider.publish(&metadata(), &reading(SERIES, number)).await.unwrap();
    assert_eq!(numbers(&push(listener).await), [f64::from(number)]);
}

#[tokio::test]
async fn what_is_pushed_is_heard() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut listener = client.listen().await.unwrap();

    let records = crate::support::january();
    let before = Timestamp::now();
    assert_eq!(provider.publish(&metadata(), &records).await.unwrap(), 1);
    // A thousand records a message at the most, as known publishers do.
    let (first, second) = (push(&mut listener).await, push(&mut listener).await);
    let filled = |rows: std::ops::Range<usize>| records.rows(rows).filter(|record| !record.is_gap());
    assert!(first.data.records().iter().eq(filled(0..1000)));
    assert!(second.data.records().iter().eq(filled(1000..records.len())));
    assert_eq!(first.data.meta(), &metadata());
    assert_eq!(first.from.to_string(), provider.jid());
    assert!(first.id.is_some() && first.id != second.id);
    assert!(!first.delayed && (before..=Timestamp::now()).contains(&first.sent), "{first:?}");
    assert_eq!(listener.distrusted(), 0);
}

#[tokio::test]
async fn what_is_pushed_meanwhile_is_kept_and_comes_in_order() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let account = server.new_account();
    let client = Client::connect(&config(&server, &account)).await.unwrap();
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    client.close().await;

    for number in 0..40 {
        provider.publish(&metadata(), &reading(SERIES, number)).await.unwrap();
    }
    // What the provider answers comes behind all it has pushed.
    self::client(&server).await.availability(&provider.jid()).await.unwrap();

    // The subscription outlives the connection; whom to trust is for each to say.
    let client = Client::connect(&config(&server, &account)).await.unwrap();
    client.trust(&provider.jid()).unwrap();
    let mut listener = client.listen().await.unwrap();
    // What comes behind an answer comes behind the presence too.
    client.availability(&provider.jid()).await.unwrap();
    for number in 40..80 {
        provider.publish(&metadata(), &reading(SERIES, number)).await.unwrap();
    }
    for number in 0..80 {
        let push = push(&mut listener).await;
        assert_eq!(numbers(&push), [f64::from(number)]);
        assert_eq!(push.delayed, number < 40, "{number}");
    }
}

#[tokio::test]
async fn relative_times_count_from_when_a_push_was_sent() {
    let server = Server::shared();
    let account = server.new_account();
    let mut publisher = Peer::login(&server, &server.new_account(), "proxy-publisher").await;
    let before = Timestamp::now();
    publisher.send(&payload(&account.jid, &format!("<senml n='{SERIES}' t='-60' u='W' v='1'/>"))).await;
    // So that the stamp, of whole seconds, cannot be mistaken for the time it is heard.
    tokio::time::sleep(Duration::from_millis(2100)).await;

    let client = Client::connect(&config(&server, &account)).await.unwrap();
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    let push = push(&mut listener).await;
    let second = SignedDuration::from_secs(1);
    assert!(push.delayed && (before - second..before + second).contains(&push.sent), "{push:?}");
    assert_eq!(push.data.records().times(), [push.sent.as_microsecond() - 60_000_000]);

    publisher.send(&payload(&account.jid, &format!("<senml n='{SERIES}' t='-60' u='W' v='1'/>"))).await;
    let Event::Push(push) = event(&mut listener).await else { panic!("no push") };
    assert!(!push.delayed && push.sent > before + second + second, "{push:?}");
    assert_eq!(push.data.records().times(), [push.sent.as_microsecond() - 60_000_000]);
}

#[tokio::test]
async fn who_only_asks_takes_nothing_from_who_listens() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let account = server.new_account();
    let online = async || Client::connect(&config(&server, &account)).await.unwrap();
    let asks_before = online().await;
    let listens = online().await;
    listens.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut listener = listens.listen().await.unwrap();
    let asks_after = online().await;
    for asks in [&asks_before, &asks_after] {
        asks.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap();
        asks.trust(&provider.jid()).unwrap();
    }
    for number in 0..20 {
        nothing_but(number, &provider, &mut listener).await;
    }
    // And nothing was doubled: with the listener gone, nothing is left for the next.
    listener.finish().await.unwrap();
    listens.close().await;
    let mut listener = asks_before.listen().await.unwrap();
    nothing_but(20, &provider, &mut listener).await;
}

#[tokio::test]
async fn a_dropped_listener_leaves_what_follows_to_the_next() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let account = server.new_account();
    let client = Client::connect(&config(&server, &account)).await.unwrap();
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    nothing_but(0, &provider, &mut listener).await;
    // Who asks for the next is done with that one.
    assert!(timeout(Duration::from_millis(10), listener.next()).await.is_err());
    drop(listener);
    // An answer of its own server comes behind the presence.
    client.availability(&provider.jid()).await.unwrap();
    for number in 1..4 {
        provider.publish(&metadata(), &reading(SERIES, number)).await.unwrap();
    }
    // An ejabberd takes what it is sent in its own time.
    provider.confirm().await.unwrap();
    // Still connected, and yet kept by the server: lost to nobody when this client ends.
    client.close().await;

    let client = Client::connect(&config(&server, &account)).await.unwrap();
    client.trust(&provider.jid()).unwrap();
    let mut listener = client.listen().await.unwrap();
    for number in 1..4 {
        let push = push(&mut listener).await;
        assert!(push.delayed);
        assert_eq!(numbers(&push), [f64::from(number)]);
    }
    drop(listener);
    // And listened for anew on the same connection: nobody has said that the last one was dealt with.
    provider.publish(&metadata(), &reading(SERIES, 4)).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    let last = push(&mut listener).await;
    assert_eq!((numbers(&last), last.repeated), (vec![3.0], true));
    assert_eq!(numbers(&push(&mut listener).await), [4.0]);
    nothing_but(5, &provider, &mut listener).await;
}

#[tokio::test]
async fn a_subscription_covers_the_series_below_it() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let index = "urn:dev:prm:00000000000001_consumption/energy/active/index";
    client.subscribe(&provider.jid(), index).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    let publish = async |series: &str| provider.publish(&metadata(), &reading(series, 1)).await.unwrap();

    assert_eq!(publish(index).await, 1);
    assert_eq!(publish(&format!("{index}/distributor/hph")).await, 1);
    assert_eq!(publish(&format!("{index}es")).await, 0);
    assert_eq!(publish(SERIES).await, 0);
    assert_eq!(publish("urn:dev:prm:00000000000002_consumption/energy/active/index").await, 0);
    for name in [index.to_owned(), format!("{index}/distributor/hph")] {
        assert_eq!(push(&mut listener).await.data.records().name(0), name);
    }
    // Subscribed twice, told once.
    client.subscribe(&provider.jid(), index).await.unwrap();
    client.subscribe(&provider.jid(), &format!("{index}/distributor")).await.unwrap();
    assert_eq!(publish(&format!("{index}/distributor/hph")).await, 1);
}

#[tokio::test]
async fn who_has_unsubscribed_hears_no_more() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let (client, other) = (client(&server).await, client(&server).await);
    for subscriber in [&client, &other] {
        subscriber.subscribe(&provider.jid(), SERIES).await.unwrap();
    }
    let mut listener = client.listen().await.unwrap();
    nothing_but(0, &provider, &mut listener).await;
    client.unsubscribe(&provider.jid(), SERIES).await.unwrap();
    assert_eq!(provider.publish(&metadata(), &reading(SERIES, 1)).await.unwrap(), 1, "the other still");
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    nothing_but(2, &provider, &mut listener).await;
    // What there is none of can be ended too.
    client.unsubscribe(&provider.jid(), SERIES).await.unwrap();
    client.unsubscribe(&provider.jid(), SERIES).await.unwrap();
}

#[tokio::test]
async fn pushes_of_strangers_are_dropped_and_counted() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut listener = client.listen().await.unwrap();

    let mut stranger = Peer::login(&server, &server.new_account(), "proxy").await;
    let jid = client.jid();
    for number in 0..3 {
        stranger.send(&message(bare(&jid), number)).await;
        stranger.send(&message(&jid, number)).await;
    }
    // Messages without a payload are none of ours, whoever sends them.
    stranger.send(&format!("<message to='{jid}'><body>hello</body></message>")).await;
    assert!(stranger.hears_nothing().await);
    nothing_but(7, &provider, &mut listener).await;
    assert_eq!(listener.distrusted(), 6);

    // Once trusted it is heard, whatever its resource.
    client.trust(bare(&stranger.jid)).unwrap();
    stranger.send(&message(bare(&jid), 8)).await;
    let push = push(&mut listener).await;
    assert_eq!((numbers(&push), push.from.to_string()), (vec![8.0], stranger.jid.clone()));
    assert_eq!(listener.distrusted(), 6);
}

#[tokio::test]
async fn a_push_that_cannot_be_read_is_told_and_the_next_is_heard() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut publisher = Peer::login(&server, &server.new_account(), "proxy").await;
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    let jid = client.jid();
    let broken = [
        "<quoalise xmlns='urn:quoalise:0'/>".to_owned(),
        "<quoalise xmlns='urn:quoalise:0'><data><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
         <senml n='a' v='four hundred and twelve'/></sensml></data></quoalise>"
            .to_owned(),
        "<quoalise xmlns='urn:quoalise:0'><data><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
         <senml v='987.25'/></sensml></data></quoalise>"
            .to_owned(),
        format!(
            "<quoalise xmlns='urn:quoalise:0'><data>{}{}</data></quoalise>",
            "<a xmlns='b'>".repeat(100),
            "</a>".repeat(100)
        ),
        "<quoalise xmlns='urn:quoalise:0'><data/></quoalise><delay xmlns='urn:xmpp:delay' stamp='yesterday'/>"
            .to_owned(),
    ];
    for (number, broken) in (0..).zip(&broken) {
        publisher.send(&format!("<message to='{jid}' id='{number}'>{broken}</message>")).await;
        let Event::Malformed { from, error } = event(&mut listener).await else { panic!("{broken}") };
        assert_eq!(from.to_string(), publisher.jid);
        assert_eq!(error.kind(), ErrorKind::MalformedAnswer);
        assert!(error.to_string().contains(&publisher.jid), "{error}");
        assert!(!error.to_string().contains("987"), "no reading in {error}");
        publisher.send(&message(&jid, number)).await;
        assert_eq!(numbers(&push(&mut listener).await), [f64::from(number)]);
    }
    // A bounced message is no push, and neither is one whose stanza is nonsense.
    publisher.send(&message(&jid, 98).replace("<message ", "<message type='error' ")).await;
    publisher.send(&format!("<message to='{jid}' type='nonsense'><body/><body/></message>")).await;
    publisher.send(&message(&jid, 99)).await;
    assert_eq!(numbers(&push(&mut listener).await), [99.0]);
}

#[tokio::test]
async fn thousands_unread_hold_up_no_answer_and_what_overflows_is_told() {
    // An ejabberd ends a session that is 5,000 behind with its acknowledgements.
    const KEPT: u32 = 3_000;
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let mut publisher = Bytes::online(&server).await;
    client.trust(&publisher.jid).unwrap();
    let latest = Listening::default().capacity(KEPT as usize).when_full(WhenFull::DropOldest);
    let mut listener = client.listen_with(latest).await.unwrap();
    let to = client.jid();
    let messages: String = (0..KEPT + 10).map(|number| message(&to, number)).collect();
    publisher.send_through(&messages).await;

    let begin = Instant::now();
    client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap();
    assert!(begin.elapsed() < AT_ONCE, "{:?}", begin.elapsed());
    // An ejabberd hands things on when it likes.
    while waiting(&listener) < KEPT as usize {
        assert!(begin.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let Event::Overflow { dropped } = event(&mut listener).await else { panic!("nothing was lost?") };
    assert_eq!(dropped, 10);
    for number in 10..KEPT + 10 {
        assert_eq!(numbers(&push(&mut listener).await), [f64::from(number)], "the oldest are given up");
    }
}

#[tokio::test]
async fn pushes_too_large_for_one_message_go_in_several() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    let text = "l'".repeat(1000);
    let mut records = Records::new();
    for row in 0..300 {
        let mut record = Record::number(SERIES, START + row * HALF_HOUR, None, None);
        record.value = Some(Value::Text(&text));
        records.push(&record).unwrap();
    }
    provider.publish(&metadata(), &records).await.unwrap();
    let mut heard = Records::new();
    while heard.len() < records.len() {
        heard.extend(push(&mut listener).await.data.records());
    }
    assert!(heard == records);

    // What no message can hold is refused, and the provider goes on.
    let mut limits = Limits::default();
    limits.answer = 3000;
    let small = serve(&server, TestService::default(), limits).await;
    let to: BareJid = bare(&client.jid()).parse().unwrap();
    let error = small.push(&to, &metadata(), &records).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    nothing_but(1, &provider, &mut listener).await;
}

#[tokio::test]
async fn records_of_several_series_are_not_published_as_one() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let mut records = reading(SERIES, 1);
    records.extend(&reading("urn:dev:prm:00000000000002_a", 2));
    let error = provider.publish(&metadata(), &records).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(provider.publish(&metadata(), &Records::new()).await.unwrap(), 0);
}

#[tokio::test]
async fn one_listener_at_a_time() {
    let server = Server::shared();
    let client = client(&server).await;
    let listener = client.listen().await.unwrap();
    let error = client.clone().listen().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("drop it first"), "{error}");
    drop(listener);
    let mut listener = client.listen().await.unwrap();

    // Cancelling a wait loses nothing; closing ends it.
    assert!(timeout(Duration::from_millis(10), listener.next()).await.is_err());
    let (end, ()) = tokio::join!(timeout(PATIENCE, listener.next()), client.close());
    assert!(end.unwrap().unwrap().is_none());
    assert!(listener.next().await.unwrap().is_none());
    assert_eq!(client.listen().await.unwrap_err().kind(), ErrorKind::InvalidArgument);
    drop(listener);
    assert_eq!(client.listen().await.unwrap_err().kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn whom_to_trust_must_be_somebody() {
    let server = Server::shared();
    let client = client(&server).await;
    let error = client.trust("a b@c").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let Account { jid, .. } = server.new_account();
    client.trust(&jid).unwrap();
    client.trust(&format!("{jid}/any")).unwrap();
}
