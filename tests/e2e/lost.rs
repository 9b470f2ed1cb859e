//! A session that loses nothing: the client's side, through a network that fails on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::FutureExt;
use quoalise::data::Data;
use quoalise::jiff::Timestamp;
use quoalise::provider::{
    HistoryRequest, Limits, OwnCommand, OwnRequest, OwnResult, Provider, Service, SubscriptionRequest,
};
use quoalise::senml::{Record, Records};
use quoalise::stanza::{Field, Form, FormType};
use quoalise::{
    Client, Config, ConnectionState, Error, ErrorKind, Event, Hole, Listener, Listening, Period, Result,
    States, Values, WhenFull,
};
use quoalise_tests::{Account, Proxy, Server, Software};
use tokio::time::{sleep, timeout};

use crate::commands::Wizard;
use crate::pushes::{bare, message, numbers, reading};
use crate::raw::{Bytes, child};
use crate::session::{CLOSED_WITHIN, Frozen};
use crate::support::{AT_ONCE, PATIENCE, SERIES, Serve, config, event, metadata, serve};

/// The silence after which a link is dead.
const DEAD_AFTER: Duration = Duration::from_secs(2);

/// Longer than any test.
const FOR_EVER: Duration = Duration::from_secs(3600);

const OTHER: &str = "urn:dev:prm:00000000000002_consumption/power/active/raw";

/// A provider that has the first so many readings of [`SERIES`], and waters plants.
#[derive(Clone, Default)]
struct Meter {
    count: Arc<AtomicU32>,
    asked: Arc<AtomicUsize>,
    watered: Arc<AtomicUsize>,
    refuses: Arc<AtomicBool>,
    /// How long it takes to answer.
    work: Duration,
}

impl Service for Meter {
    async fn get_history(&self, request: HistoryRequest) -> Result<Data> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        sleep(self.work).await;
        let micros = |time: Option<Timestamp>, or| time.map_or(or, |time| time.as_microsecond());
        let period = micros(request.start, i64::MIN)..micros(request.end, i64::MAX);
        let mut records = Records::new();
        for number in 0..self.count.load(Ordering::Relaxed) {
            let one = reading(SERIES, number);
            if period.contains(&one.times()[0]) {
                records.extend(&one);
            }
        }
        Ok(Data::new(metadata(), records))
    }

    async fn subscribe(&self, request: SubscriptionRequest) -> Result<()> {
        if self.refuses.load(Ordering::Relaxed) && request.identifier.as_str() == OTHER {
            return Err(Error::answer(ErrorKind::NotAuthorized, "the consent has ended"));
        }
        Ok(())
    }

    fn own_commands(&self) -> Vec<OwnCommand> {
        let form = Form::new(FormType::Form).field(Field::text("litres"));
        vec![OwnCommand::new("water", "Water the plants", form)]
    }

    async fn run(&self, _request: OwnRequest) -> Result<OwnResult> {
        self.watered.fetch_add(1, Ordering::Relaxed);
        sleep(self.work).await;
        Ok(OwnResult::default())
    }
}

impl Meter {
    fn slow(work: Duration) -> Self {
        Self { work, ..Self::default() }
    }

    /// A provider of it, which pushes as fast as it can.
    async fn start(&self, server: &Server) -> Provider {
        let mut limits = Limits::default();
        limits.push_interval = Duration::ZERO;
        serve(server, self.clone(), limits).await
    }

    /// The next reading, pushed to all who have subscribed.
    async fn push(&self, provider: &Provider) {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        provider.publish(&metadata(), &reading(SERIES, number)).await.unwrap();
    }

    /// So many of them, which the server has then.
    async fn push_all(&self, provider: &Provider, count: usize) {
        for _ in 0..count {
            self.push(provider).await;
        }
        provider.confirm().await.unwrap();
    }
}

fn proxy(server: &Server) -> Proxy {
    Proxy::start(([127, 0, 0, 1], server.c2s_port()))
}

/// The account, reached through the proxy.
fn through(proxy: &Proxy, server: &Server, account: &Account) -> Config {
    config(server, account).address(&proxy.address().to_string()).unwrap().dead_after(DEAD_AFTER)
}

/// With the resource `ear`.
fn ear(account: &Account) -> Account {
    Account { jid: format!("{}/ear", account.jid), password: account.password.clone() }
}

async fn subscribed(config: &Config, provider: &Provider) -> (Client, Listener) {
    let client = Client::connect(config).await.unwrap();
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let listener = client.listen().await.unwrap();
    (client, listener)
}

/// The next event, but for the provider's coming and going.
async fn next(listener: &mut Listener) -> Event {
    loop {
        match event(listener).await {
            Event::Availability { .. } => {}
            other => return other,
        }
    }
}

/// The number of a push of one reading.
fn number(event: &Event) -> Option<u32> {
    let Event::Push(push) = event else { return None };
    Some(numbers(push)[0] as u32)
}

/// The next so many pushes, which come next.
async fn hear(listener: &mut Listener, count: usize) -> Vec<u32> {
    let mut heard = Vec::new();
    while heard.len() < count {
        let event = next(listener).await;
        heard.push(number(&event).unwrap_or_else(|| panic!("after {heard:?}: {event:?}")));
    }
    heard
}

async fn interrupted(listener: &mut Listener) {
    let event = next(listener).await;
    assert!(matches!(event, Event::Interrupted { .. }), "{event:?}");
}

async fn resumed(listener: &mut Listener) {
    let event = next(listener).await;
    assert!(matches!(event, Event::Resumed), "{event:?}");
}

/// The hole told after an interruption; what is pushed before that goes to `heard`.
async fn hole(listener: &mut Listener, heard: &mut Vec<u32>) -> Hole {
    loop {
        match next(listener).await {
            Event::Interrupted { .. } => {}
            Event::Hole(hole) => return hole,
            other => heard.push(number(&other).unwrap_or_else(|| panic!("{other:?}"))),
        }
    }
}

/// The next state that is one of these.
async fn until(states: &mut States, wanted: impl Fn(&ConnectionState) -> bool) -> ConnectionState {
    let found = async {
        loop {
            let state = states.next().await.expect("a state");
            if wanted(&state) {
                return state;
            }
        }
    };
    timeout(PATIENCE, found).await.expect("that state in time")
}

fn is_interrupted(state: &ConnectionState) -> bool {
    matches!(state, ConnectionState::Interrupted { .. })
}

fn is_back(state: &ConnectionState) -> bool {
    matches!(state, ConnectionState::Resumed | ConnectionState::Reset { .. })
}

/// Polls until this is so.
async fn so(is_so: impl Fn() -> bool) {
    let so = async {
        while !is_so() {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, so).await.expect("it is never so");
}

fn sorted(mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    numbers
}

fn range(numbers: std::ops::Range<u32>) -> Vec<u32> {
    numbers.collect()
}

// Cuts that the server bridges.

#[tokio::test]
async fn cuts_while_pushes_come_lose_and_double_nothing() {
    const PUSHES: usize = 300;
    let server = Server::shared();
    let (meter, proxy) = (Meter::default(), proxy(&server));
    let provider = meter.start(&server).await;
    let (client, mut listener) =
        subscribed(&through(&proxy, &server, &server.new_account()), &provider).await;
    let mut states = client.states();
    let pushing = async {
        for _ in 0..PUSHES {
            meter.push(&provider).await;
            sleep(Duration::from_millis(5)).await;
        }
    };
    let cutting = async {
        for cut in 0..5 {
            sleep(Duration::from_millis(250)).await;
            let cut = if cut % 2 == 0 { Proxy::cut } else { Proxy::hang_up };
            assert_eq!(cut(&proxy), 1);
            until(&mut states, is_interrupted).await;
            let state = until(&mut states, is_back).await;
            assert!(matches!(state, ConnectionState::Resumed), "{state:?}");
        }
    };
    let hearing = async {
        let (mut heard, mut interruptions) = (Vec::new(), 0);
        while heard.len() < PUSHES {
            match next(&mut listener).await {
                Event::Interrupted { .. } => interruptions += 1,
                Event::Resumed => interruptions -= 1,
                other => heard.push(number(&other).unwrap_or_else(|| panic!("{other:?}"))),
            }
        }
        // The last may have come before its resumption was told.
        assert!((0..=1).contains(&interruptions), "{interruptions}");
        heard
    };
    let ((), (), heard) = tokio::join!(pushing, cutting, hearing);
    assert_eq!(heard, range(0..PUSHES as u32), "each once, and in order");
    meter.push(&provider).await;
    let last = loop {
        if let Some(last) = number(&next(&mut listener).await) {
            break last;
        }
    };
    assert_eq!(last, PUSHES as u32, "nothing came twice");
}

#[tokio::test]
async fn what_is_pushed_while_the_client_cannot_connect_comes_when_it_can() {
    let server = Server::shared();
    let (meter, proxy) = (Meter::default(), proxy(&server));
    let provider = meter.start(&server).await;
    let (client, mut listener) =
        subscribed(&through(&proxy, &server, &server.new_account()), &provider).await;
    let mut states = client.states();
    meter.push_all(&provider, 3).await;
    assert_eq!(hear(&mut listener, 3).await, range(0..3));

    let begin = Instant::now();
    proxy.refuse(FOR_EVER);
    proxy.cut();
    // Told though nobody is reached again.
    interrupted(&mut listener).await;
    meter.push_all(&provider, 50).await;
    sleep(Duration::from_secs(3)).await;
    proxy.heal();
    resumed(&mut listener).await;
    let away = begin.elapsed();
    assert_eq!(hear(&mut listener, 50).await, range(3..53));

    // Told in order: lost, tried as often as it takes, there again.
    assert!(is_interrupted(&states.next().await.unwrap()));
    let mut tries = 0;
    loop {
        match states.next().await.unwrap() {
            ConnectionState::Connecting => tries += 1,
            ConnectionState::Resumed => break,
            other => panic!("{other:?}"),
        }
    }
    // The longest pause is half a second, of which at least half is waited.
    let most = 10 + away.as_millis() / 250;
    assert!(tries >= 2 && tries <= most, "{tries} attempts in {away:?}");
    client.close().await;
    assert!(matches!(states.next().await, Some(ConnectionState::Closed { error: None })));
    assert!(states.next().await.is_none());
}

#[tokio::test]
async fn a_half_open_connection_is_found_and_resumed() {
    let server = Server::shared();
    let (meter, proxy) = (Meter::default(), proxy(&server));
    let provider = meter.start(&server).await;
    let (client, mut listener) =
        subscribed(&through(&proxy, &server, &server.new_account()), &provider).await;
    let begin = Instant::now();
    // The way back is shut, or it might be over before anybody looks.
    proxy.refuse(FOR_EVER);
    proxy.swallow();
    meter.push_all(&provider, 20).await;
    interrupted(&mut listener).await;
    assert!(begin.elapsed() < DEAD_AFTER + AT_ONCE, "{:?}", begin.elapsed());
    proxy.heal();
    resumed(&mut listener).await;
    assert_eq!(hear(&mut listener, 20).await, range(0..20));
    client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap();
}

// A server that forgets.

const MINUTE: i64 = 60_000_000;

async fn minutes(request: HistoryRequest) -> quoalise::Result<Data> {
    let [start, end] = [request.start, request.end].map(|time| time.unwrap().as_microsecond());
    let mut records = Records::new();
    for minute in -(-start).div_euclid(MINUTE)..=(end - 1).div_euclid(MINUTE) {
        records.push(&Record::number(SERIES, minute * MINUTE, Some("W"), Some(1.0))).unwrap();
    }
    Ok(Data::new(metadata(), records))
}

#[tokio::test]
async fn a_server_that_is_started_again_leaves_a_hole_to_be_filled() {
    for stop in [Server::stop as fn(&mut Server), Server::kill] {
        let mut server = Server::builder().start();
        let (meter, proxy) = (Meter::default(), proxy(&server));
        let provider = meter.start(&server).await;
        let (client, mut listener) =
            subscribed(&through(&proxy, &server, &server.new_account()), &provider).await;
        meter.push_all(&provider, 5).await;
        assert_eq!(hear(&mut listener, 5).await, range(0..5));
        // The fifth is dealt with when the sixth is asked for.
        assert!(timeout(Duration::from_millis(50), next(&mut listener)).await.is_err());

        let mut states = client.states();
        let before = Timestamp::now();
        proxy.swallow();
        meter.push_all(&provider, 4).await;
        stop(&mut server);
        server.start();
        crate::support::back(&provider).await;
        assert!(is_interrupted(&until(&mut states, |_| true).await));
        let ConnectionState::Reset { since } = until(&mut states, is_back).await else { panic!("resumed?") };

        let mut heard = Vec::new();
        let hole = hole(&mut listener, &mut heard).await;
        assert!(hole.since == since && since <= before && before < hole.until, "{hole:?}");
        let filled = client.fill(&hole, &provider.jid(), SERIES).await.unwrap();
        let filled: Vec<_> = filled.records().values().iter().map(|value| *value as u32).collect();
        assert_eq!(filled, range(4..9), "from the last that was dealt with");
        // A day of minutes, of which a fifth fits into an answer.
        let mut limits = Limits::default();
        limits.answer = 10_000;
        let minutely = serve(&server, Serve(minutes), limits).await;
        let filled = client.fill(&hole, &minutely.jid(), SERIES).await.unwrap();
        let times = filled.records().times();
        assert!(
            times.len() >= 24 * 60 && times.windows(2).all(|two| two[1] - two[0] == MINUTE),
            "{}",
            times.len()
        );

        // What the server has kept nevertheless comes too, and what is pushed from now on.
        meter.push_all(&provider, 1).await;
        while heard.last() != Some(&9) {
            heard.extend(hear(&mut listener, 1).await);
        }
        let mut once = sorted(heard.clone());
        once.dedup();
        assert_eq!(once.len(), heard.len(), "{heard:?}");
        assert!(once.iter().all(|number| (5..10).contains(number)), "{heard:?}");
    }
}

#[tokio::test]
async fn subscriptions_are_looked_after_when_the_server_forgot() {
    let mut server = Server::builder().start();
    let (meter, proxy) = (Meter::default(), proxy(&server));
    let account = server.new_account();
    let own = Account { jid: format!("{}/proxy", account.jid), password: account.password };
    let provider = Provider::builder(meter.clone(), quoalise::provider::Everybody)
        .subscriptions(quoalise::provider::MemorySubscriptions::new())
        .start(&through(&proxy, &server, &own))
        .await
        .unwrap();
    let (client, mut listener) = subscribed(&config(&server, &server.new_account()), &provider).await;
    client.subscribe(&provider.jid(), OTHER).await.unwrap();
    meter.refuses.store(true, Ordering::Relaxed);
    server.kill();
    // The provider comes back later than the client, who must not leave it at that.
    proxy.refuse(Duration::from_secs(2));
    server.start();
    loop {
        match next(&mut listener).await {
            Event::Interrupted { .. } | Event::Hole(_) => {}
            Event::NotSubscribed { provider: jid, identifier, error } => {
                assert_eq!((jid.to_string(), identifier.as_str()), (provider.jid(), OTHER));
                assert_eq!(error.kind(), ErrorKind::NotAuthorized);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    // The other one is still there, and nothing else is told.
    meter.push_all(&provider, 1).await;
    assert_eq!(hear(&mut listener, 1).await, [0]);
}

// Only what is taken is acknowledged.

/// Takes three pushes and has a fourth in hand when the network goes for good.
async fn dies_with_one_in_hand(
    server: &Server,
    account: &Account,
    meter: &Meter,
    provider: &Provider,
    listening: Listening,
) -> (Client, Listener) {
    let proxy = proxy(server);
    let client = Client::connect(&through(&proxy, server, account)).await.unwrap();
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut listener = client.listen_with(listening).await.unwrap();
    meter.push_all(provider, 10).await;
    assert_eq!(hear(&mut listener, 4).await, range(0..4));
    // All has come in, and the server knows what of it is dealt with.
    client.availability(&provider.jid()).await.unwrap();
    sleep(Duration::from_millis(200)).await;
    client.availability(&provider.jid()).await.unwrap();
    drop(proxy);
    (client, listener)
}

#[tokio::test]
async fn the_next_process_gets_what_the_one_before_did_not_take() {
    let server = Server::shared();
    for keeps_journal in [false, true] {
        let meter = Meter::default();
        let provider = meter.start(&server).await;
        let account = ear(&server.new_account());
        let folder = tempfile::tempdir().unwrap();
        let listening = || match keeps_journal {
            true => Listening::default().journal(folder.path().join("journal")),
            false => Listening::default(),
        };
        // Kept: a process that is gone does not tidy up.
        let dead = dies_with_one_in_hand(&server, &account, &meter, &provider, listening()).await;

        let client = Client::connect(&config(&server, &account)).await.unwrap();
        client.trust(&provider.jid()).unwrap();
        let mut listener = client.listen_with(listening()).await.unwrap();
        let mut heard = Vec::new();
        if keeps_journal {
            // What else may have got lost with the process, nobody knows.
            let hole = hole(&mut listener, &mut heard).await;
            let filled = client.fill(&hole, &provider.jid(), SERIES).await.unwrap();
            let filled: Vec<_> = filled.records().values().iter().map(|value| *value as u32).collect();
            assert_eq!(filled, range(2..10), "from the last that was taken");
        }
        while heard.len() < 7 {
            let event = next(&mut listener).await;
            let number = number(&event).unwrap_or_else(|| panic!("{event:?}"));
            let Event::Push(push) = event else { continue };
            assert_eq!(push.repeated, keeps_journal && number == 3, "{number}");
            heard.push(number);
        }
        assert_eq!(sorted(heard), range(3..10), "the one in hand, and what it never looked at");
        meter.push_all(&provider, 1).await;
        assert_eq!(hear(&mut listener, 1).await, [10], "and none of them twice");
        client.close().await;
        drop(dead);
    }
}

#[tokio::test]
async fn a_listener_that_is_dropped_leaves_the_one_in_hand_to_the_next() {
    let server = Server::shared();
    for panics in [false, true] {
        let meter = Meter::default();
        let provider = meter.start(&server).await;
        let account = server.new_account();
        let (client, mut listener) = subscribed(&config(&server, &account), &provider).await;
        meter.push_all(&provider, 3).await;
        assert_eq!(hear(&mut listener, 2).await, range(0..2));
        client.availability(&provider.jid()).await.unwrap();
        let worker = tokio::spawn(async move {
            let _in_hand = listener;
            assert!(!panics, "on purpose, in the middle of its work");
        });
        assert_eq!(worker.await.is_err(), panics);
        // To the next of this process,
        let mut listener = client.listen().await.unwrap();
        let Event::Push(push) = next(&mut listener).await else { panic!("no push") };
        assert!(push.repeated && numbers(&push) == [1.0], "{push:?}");
        drop(listener);
        client.close().await;
        // ejabberd does not give back at once, and keeps for yet another session what it gives back beside a presence.
        sleep(Duration::from_millis(500)).await;

        // and of another one.
        let client = Client::connect(&config(&server, &account)).await.unwrap();
        client.trust(&provider.jid()).unwrap();
        let mut listener = client.listen().await.unwrap();
        assert_eq!(sorted(hear(&mut listener, 2).await), range(1..3));
        let rest = listener.finish().await.unwrap();
        assert!(rest.iter().all(|event| number(event).is_none()), "{rest:?}");
        client.close().await;
        sleep(Duration::from_millis(500)).await;

        // Whoever finishes has dealt with it.
        let client = Client::connect(&config(&server, &account)).await.unwrap();
        client.trust(&provider.jid()).unwrap();
        let mut listener = client.listen().await.unwrap();
        meter.push_all(&provider, 1).await;
        assert_eq!(hear(&mut listener, 1).await, [3]);
    }
}

#[tokio::test]
async fn a_listener_that_cannot_be_finished_leaves_all_to_the_next() {
    let server = Server::shared();
    let (meter, proxy) = (Meter::default(), proxy(&server));
    let provider = meter.start(&server).await;
    let (client, mut listener) =
        subscribed(&through(&proxy, &server, &server.new_account()), &provider).await;
    meter.push_all(&provider, 5).await;
    assert_eq!(hear(&mut listener, 2).await, range(0..2));
    client.availability(&provider.jid()).await.unwrap();
    proxy.swallow();
    let error = listener.finish().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoAnswer | ErrorKind::ConnectionLost), "{error}");
    proxy.cut();
    let again = async {
        loop {
            if let Ok(listener) = client.listen().await {
                return listener;
            }
        }
    };
    let mut listener = timeout(PATIENCE, again).await.unwrap();
    // The one in hand first.
    let mut heard = Vec::new();
    while heard.len() < 4 {
        heard.extend(number(&next(&mut listener).await));
    }
    assert_eq!(heard, range(1..5));
}

// Requests.

#[tokio::test]
async fn a_request_in_flight_is_answered_after_the_resumption() {
    let server = Server::shared();
    let (meter, proxy) = (Meter::slow(Duration::from_millis(500)), proxy(&server));
    meter.count.store(7, Ordering::Relaxed);
    let provider = meter.start(&server).await;
    let client = Client::connect(&through(&proxy, &server, &server.new_account())).await.unwrap();
    let (jid, all) = (provider.jid(), Period::all());
    let faults: [fn(&Proxy); 2] = [
        |proxy| {
            // The answer comes while nobody is there.
            proxy.refuse(Duration::from_secs(1));
            proxy.cut();
        },
        |proxy| {
            proxy.swallow();
        },
    ];
    for (asked, fault) in (1..).zip(faults) {
        let fail = async {
            so(|| meter.asked.load(Ordering::Relaxed) == asked).await;
            fault(&proxy);
        };
        let (history, ()) = tokio::join!(client.get_history(&jid, SERIES, &all), fail);
        assert_eq!(history.unwrap().records().len(), 7);
        assert_eq!(meter.asked.load(Ordering::Relaxed), asked, "it was not asked twice");
        assert!(matches!(client.state(), ConnectionState::Resumed), "{:?}", client.state());
    }
    // What is asked while a dead link is not found out yet is asked of the next one.
    proxy.swallow();
    assert_eq!(client.get_history(&jid, SERIES, &all).await.unwrap().records().len(), 7);
    assert_eq!(meter.asked.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn when_the_server_forgot_only_what_does_no_harm_is_asked_again() {
    let mut server = Server::builder().start();
    let (meter, proxy) = (Meter::slow(Duration::from_secs(1)), proxy(&server));
    meter.count.store(7, Ordering::Relaxed);
    let provider = meter.start(&server).await;
    let client = Client::connect(&through(&proxy, &server, &server.new_account())).await.unwrap();
    let (jid, all) = (provider.jid(), Period::all());
    let litres = Values::new().with("litres", "3");
    let fail = async {
        so(|| meter.asked.load(Ordering::Relaxed) + meter.watered.load(Ordering::Relaxed) == 2).await;
        // Until the provider is back: nobody would be there to be asked.
        proxy.refuse(FOR_EVER);
        proxy.cut();
        server.kill();
        server.start();
        crate::support::back(&provider).await;
        proxy.heal();
    };
    let history = client.get_history(&jid, SERIES, &all);
    let (history, watered, ()) = tokio::join!(history, client.run(&jid, "water", &litres), fail);
    assert_eq!(history.unwrap().records().len(), 7);
    assert_eq!(meter.asked.load(Ordering::Relaxed), 2, "asked again");
    let error = watered.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
    assert!(error.to_string().contains("is not known"), "{error}");
    assert_eq!(meter.watered.load(Ordering::Relaxed), 1, "once is enough");
}

#[tokio::test]
async fn every_request_ends_at_its_deadline_whatever_the_network_does() {
    let server = Server::shared();
    let (meter, proxy) = (Meter::slow(FOR_EVER), proxy(&server));
    let provider = meter.start(&server).await;
    let (jid, all) = (provider.jid(), Period::all());
    let limit = Duration::from_secs(1);
    let client = through(&proxy, &server, &server.new_account()).request_timeout(limit);
    let client = Client::connect(&client).await.unwrap();
    let timed = async |fault: fn(&Proxy)| {
        let asked = meter.asked.load(Ordering::Relaxed);
        let begin = Instant::now();
        let fail = async {
            so(|| meter.asked.load(Ordering::Relaxed) > asked).await;
            fault(&proxy);
        };
        let (history, ()) = tokio::join!(client.get_history(&jid, SERIES, &all), fail);
        assert!((limit..limit + AT_ONCE).contains(&begin.elapsed()), "{:?}", begin.elapsed());
        history.unwrap_err()
    };
    let error = timed(|_| {}).await;
    assert_eq!(error.kind(), ErrorKind::NoAnswer, "{error}");
    let error = timed(|proxy| proxy.stall(Duration::from_secs(2))).await;
    assert_eq!(error.kind(), ErrorKind::NoAnswer, "{error}");
    proxy.heal();
    let error = timed(|proxy| {
        proxy.refuse(FOR_EVER);
        proxy.cut();
    })
    .await;
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
    assert!(error.to_string().contains("is not known"), "{error}");

    // There is no connection now.
    let begin = Instant::now();
    let (history, listened) = tokio::join!(client.get_history(&jid, SERIES, &all), client.listen());
    for error in [history.unwrap_err(), listened.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
        assert!(error.to_string().contains("nothing was sent"), "{error}");
    }
    assert!((limit..limit + AT_ONCE).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    let asked = meter.asked.load(Ordering::Relaxed);
    let mut states = client.states();
    proxy.heal();
    until(&mut states, is_back).await;
    client.availability(&jid).await.unwrap();
    assert_eq!(meter.asked.load(Ordering::Relaxed), asked, "nothing was sent, and nothing is later");
}

#[tokio::test]
async fn a_request_given_up_before_it_is_written_is_never_sent() {
    let server = Server::shared();
    let (meter, proxy) = (Meter::default(), proxy(&server));
    let provider = meter.start(&server).await;
    let client = Client::connect(&through(&proxy, &server, &server.new_account())).await.unwrap();
    let mut states = client.states();
    proxy.refuse(FOR_EVER);
    proxy.cut();
    until(&mut states, is_interrupted).await;
    let (jid, all) = (provider.jid(), Period::all());
    for _ in 0..3 {
        let history = client.get_history(&jid, SERIES, &all);
        assert!(timeout(Duration::from_millis(50), history).await.is_err());
        let watering = client.begin(&jid, "water");
        assert!(timeout(Duration::from_millis(50), watering).await.is_err());
    }
    proxy.heal();
    until(&mut states, is_back).await;
    // In order: what was to be sent would be there before this one.
    client.get_history(&jid, SERIES, &all).await.unwrap();
    assert_eq!(meter.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_command_given_up_at_its_first_call_is_canceled_at_the_provider() {
    let server = Server::shared();
    let proxy = proxy(&server);
    let wizard = Wizard::start(&server).await;
    let client = Client::connect(&through(&proxy, &server, &server.new_account())).await.unwrap();
    let actions = || {
        let heard = wizard.heard();
        let action = |asked: &_| child(asked, "command").attr("action").unwrap_or("execute").to_owned();
        heard.iter().map(action).collect::<Vec<_>>()
    };
    // Its answer is on its way when nobody wants it any more.
    proxy.stall(FOR_EVER);
    let begun = client.begin(&wizard.jid, "wizard");
    assert!(timeout(Duration::from_secs(1), begun).await.is_err());
    proxy.heal();
    so(|| actions().len() >= 2).await;
    assert_eq!(actions(), ["execute", "cancel"]);
    let mut execution = client.begin(&wizard.jid, "wizard").await.unwrap();
    execution.next(&Values::new().with("name", "a")).await.unwrap();
    drop(execution);
    so(|| actions().len() >= 5).await;
    assert_eq!(actions()[2..], ["execute", "next", "cancel"]);
}

// What no patience helps against.

#[tokio::test]
async fn a_password_that_is_no_longer_right_ends_the_session_at_once() {
    let server = Server::shared();
    let (meter, proxy) = (Meter::default(), proxy(&server));
    let provider = meter.start(&server).await;
    let account = server.new_account();
    let (client, mut listener) = subscribed(&through(&proxy, &server, &account), &provider).await;
    let mut states = client.states();
    proxy.refuse(FOR_EVER);
    proxy.cut();
    interrupted(&mut listener).await;
    let waiting = client.clone();
    let jid = provider.jid();
    let waiting = tokio::spawn(async move { waiting.get_history(&jid, SERIES, &Period::all()).await });
    server.add_user(account.jid.split('@').next().unwrap(), "another password");
    proxy.heal();
    let begin = Instant::now();
    let error = listener.next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoginRefused, "{error}");
    assert!(begin.elapsed() < AT_ONCE, "{:?}", begin.elapsed());
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::LoginRefused);
    let later = client.get_history(&provider.jid(), SERIES, &Period::all()).await;
    assert_eq!(later.unwrap_err().kind(), ErrorKind::LoginRefused);
    let state = until(&mut states, |state| !matches!(state, ConnectionState::Connecting)).await;
    assert!(is_interrupted(&state), "{state:?}");
    let state = until(&mut states, |state| !matches!(state, ConnectionState::Connecting)).await;
    let ConnectionState::Closed { error: Some(error) } = state else { panic!("{state:?}") };
    assert_eq!(error.kind(), ErrorKind::LoginRefused);
    assert!(states.next().await.is_none());
    assert!(matches!(client.state(), ConnectionState::Closed { error: Some(_) }));
    let attempts = proxy.accepted();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(proxy.accepted(), attempts, "it is not tried again");
}

#[tokio::test]
async fn whoever_takes_the_address_replaces_the_session() {
    let server = Server::shared();
    let meter = Meter::default();
    let provider = meter.start(&server).await;
    let account = ear(&server.new_account());
    let (client, mut listener) = subscribed(&config(&server, &account), &provider).await;
    let (newer, mut hears) = subscribed(&config(&server, &account), &provider).await;
    assert_eq!(client.jid(), newer.jid());
    let error = timeout(PATIENCE, listener.next()).await.unwrap();
    let error = match error {
        // It may be told that the provider is there before it is over.
        Ok(Some(Event::Availability { .. })) => listener.next().await.unwrap_err(),
        other => other.unwrap_err(),
    };
    assert_eq!(error.kind(), ErrorKind::Replaced, "{error}");
    let ConnectionState::Closed { error: Some(error) } = client.state() else {
        panic!("{:?}", client.state())
    };
    assert_eq!(error.kind(), ErrorKind::Replaced);
    let error = client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Replaced, "{error}");
    // They do not throw each other out for ever.
    sleep(Duration::from_secs(1)).await;
    meter.push_all(&provider, 1).await;
    assert_eq!(hear(&mut hears, 1).await, [0]);
    assert!(matches!(newer.state(), ConnectionState::Online));
}

/// With a request under way, which ends too.
async fn closes_in_time(client: Client, provider: &str, situation: &str) {
    let all = Period::all();
    let mut states = client.states();
    let mut waiting = Box::pin(client.get_history(provider, SERIES, &all));
    assert!(timeout(Duration::from_millis(50), &mut waiting).await.is_err());
    let begin = Instant::now();
    let (answer, ()) = tokio::join!(waiting, client.close());
    assert!(begin.elapsed() < CLOSED_WITHIN, "{situation}: {:?}", begin.elapsed());
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Closed, "{situation}");
    let state = until(&mut states, |state| matches!(state, ConnectionState::Closed { .. })).await;
    assert!(matches!(state, ConnectionState::Closed { error: None }), "{situation}: {state:?}");
    assert_eq!(client.listen().await.unwrap_err().kind(), ErrorKind::Closed, "{situation}");
}

#[tokio::test]
async fn close_keeps_its_time_in_every_situation() {
    let server = Server::builder().start();
    let meter = Meter::slow(FOR_EVER);
    let provider = meter.start(&server).await;
    let jid = &provider.jid();
    let online =
        async |proxy: &Proxy| Client::connect(&through(proxy, &server, &server.new_account())).await.unwrap();
    let situation = async |name: &str, fault: fn(&Proxy), wanted: fn(&ConnectionState) -> bool| {
        let proxy = proxy(&server);
        let client = online(&proxy).await;
        let mut states = client.states();
        fault(&proxy);
        if !wanted(&client.state()) {
            until(&mut states, wanted).await;
        }
        closes_in_time(client, jid, name).await;
    };
    let is_online = |state: &ConnectionState| matches!(state, ConnectionState::Online);
    situation("online", |_| {}, is_online).await;
    situation("stalled", |proxy| proxy.stall(FOR_EVER), is_online).await;
    let swallowed = |proxy: &Proxy| {
        proxy.swallow();
    };
    situation("swallowed", swallowed, is_online).await;
    situation("a byte a second", |proxy| proxy.throttle(1), is_online).await;
    let refused = |proxy: &Proxy| {
        proxy.refuse(FOR_EVER);
        proxy.cut();
    };
    situation("interrupted", refused, is_interrupted).await;
    let connecting = |proxy: &Proxy| {
        proxy.stall(FOR_EVER);
        proxy.cut();
    };
    situation("connecting", connecting, |state| matches!(state, ConnectionState::Connecting)).await;
    // Last, as nobody gets through to it after that.
    let proxy = proxy(&server);
    let client = online(&proxy).await;
    let frozen = Frozen::new(&server);
    closes_in_time(client, jid, "frozen").await;
    drop(frozen);
}

// More than is taken.

/// As its `Debug` tells.
pub fn waiting(listener: &Listener) -> usize {
    let shown = format!("{listener:?}");
    let count = shown.split("queued: ").nth(1).and_then(|rest| rest.split([' ', ',', '}']).next());
    count.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("no count in {shown}"))
}

fn messages(to: &str, numbers: std::ops::Range<u32>) -> String {
    let one = |number| message(to, number).replace("<message ", &format!("<message id='{number}' "));
    numbers.map(one).collect()
}

#[tokio::test]
async fn what_nobody_takes_the_server_keeps_and_answers_come_on() {
    const PUSHES: u32 = 5000;
    const BATCH: u32 = 250;
    let server = Server::shared();
    let (meter, mut publisher) = (Meter::default(), Bytes::online(&server).await);
    let provider = meter.start(&server).await;
    let client = Client::connect(&config(&server, &server.new_account())).await.unwrap();
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    let (jid, all) = (client.jid(), Period::all());
    let (mut most, mut slowest) = (0, Duration::ZERO);
    for batch in 0..PUSHES / BATCH {
        publisher.send_through(&messages(bare(&jid), batch * BATCH..(batch + 1) * BATCH)).await;
        let begin = Instant::now();
        client.get_history(&provider.jid(), SERIES, &all).await.unwrap();
        slowest = slowest.max(begin.elapsed());
        most = most.max(waiting(&listener));
    }
    assert!(slowest < AT_ONCE, "{slowest:?}");
    assert!((100..=2 * BATCH as usize).contains(&most), "{most} wait here");
    let heard = hear(&mut listener, PUSHES as usize).await;
    match server.software() {
        Software::Prosody => assert!(heard == range(0..PUSHES), "{heard:?}"),
        // It hands over what it kept beside what comes in.
        Software::Ejabberd => assert!(sorted(heard.clone()) == range(0..PUSHES), "{heard:?}"),
    }
    publisher.send(&messages(bare(&jid), PUSHES..PUSHES + 1)).await;
    assert_eq!(hear(&mut listener, 1).await, [PUSHES], "none came twice");
}

#[tokio::test]
async fn the_oldest_are_dropped_where_that_is_wanted_and_counted() {
    let server = Server::shared();
    let mut publisher = Bytes::online(&server).await;
    let client = Client::connect(&config(&server, &server.new_account())).await.unwrap();
    client.trust(&publisher.jid).unwrap();
    let latest = Listening::default().capacity(10).when_full(WhenFull::DropOldest);
    let mut listener = client.listen_with(latest).await.unwrap();
    let jid = client.jid();
    for (from, dropped) in [(0, 990), (1000, 490)] {
        let to = from + dropped + 10;
        publisher.send_through(&messages(bare(&jid), from..to)).await;
        client.availability(&jid).await.unwrap();
        assert!(waiting(&listener) <= 10);
        let Event::Overflow { dropped: told } = next(&mut listener).await else { panic!("all is there?") };
        assert_eq!(told, u64::from(dropped));
        assert_eq!(hear(&mut listener, 10).await, range(to - 10..to));
    }
    // What was dropped is dealt with, too: nobody gets it later.
    assert!(next(&mut listener).now_or_never().is_none());
    client.close().await;
}
