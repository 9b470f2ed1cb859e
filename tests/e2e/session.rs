//! What every session answers, and how sessions end.

use std::process::Command;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use quoalise::provider::Limits;
use quoalise::{Availability, Client, ConnectionState, Error, ErrorKind, Event, Listener, Period};
use quoalise_tests::Server;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::timeout;

use crate::raw::{Peer, child, text};
use crate::support::{
    AT_ONCE, PATIENCE, SERIES, TestService, back, client, config, config_with, january, metadata, provider,
    serve,
};

#[tokio::test]
async fn every_session_tells_what_it_is() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let mut peer = Peer::login(&server, &server.new_account(), "peer").await;
    for jid in [client.jid(), provider.jid()] {
        let pong = peer.ask("get", &jid, "<ping xmlns='urn:xmpp:ping'/>").await;
        assert_eq!((pong.attr("type"), pong.attr("from")), (Some("result"), Some(&*jid)));
        assert_eq!(pong.children().count(), 0);

        let version = peer.ask("get", &jid, "<query xmlns='jabber:iq:version'/>").await;
        let query = child(&version, "query");
        assert_eq!(child(query, "name").text(), "Quoalise");
        assert!(child(query, "version").text().starts_with(|c: char| c.is_ascii_digit()));
        // The system it runs on is nobody's business.
        assert!(query.children().all(|told| told.name() != "os"));

        let info = peer.ask("get", &jid, "<query xmlns='http://jabber.org/protocol/disco#info'/>").await;
        let query = child(&info, "query");
        assert_eq!(child(query, "identity").attr("category"), Some("automation"));
        let features: Vec<_> = query.children().filter_map(|feature| feature.attr("var")).collect();
        for feature in ["http://jabber.org/protocol/disco#info", "urn:xmpp:ping", "jabber:iq:version"] {
            assert!(features.contains(&feature), "{features:?}");
        }
        let mut once = features.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), features.len());

        for (kind, payload) in [
            ("get", "<query xmlns='jabber:iq:roster'/>"),
            ("get", "<time xmlns='urn:xmpp:time'/>"),
            ("set", "<ping xmlns='urn:xmpp:ping'/>"),
            ("set", "<query xmlns='http://jabber.org/protocol/disco#info'/>"),
            ("set", "<quoalise xmlns='urn:quoalise:0'/>"),
        ] {
            let answer = peer.ask(kind, &jid, payload).await;
            let error = child(&answer, "error");
            assert_eq!(error.attr("type"), Some("cancel"), "{}", text(&answer));
            assert!(error.has_child("service-unavailable", "urn:ietf:params:xml:ns:xmpp-stanzas"));
        }
    }
}

#[tokio::test]
async fn a_server_that_stops_and_comes_back() {
    for stop in [Server::stop as fn(&mut Server), Server::kill] {
        let mut server = Server::builder().start();
        let (provider, service) = provider(&server).await;
        let client = client(&server).await;
        // The server is gone before it is over, also on a slow machine.
        let limit = Duration::from_secs(2);
        let impatient = config(&server, &server.new_account()).request_timeout(limit);
        let impatient = Client::connect(&impatient).await.unwrap();
        client.subscribe(&provider.jid(), SERIES).await.unwrap();
        let mut listener = client.listen().await.unwrap();
        // Came before the end, and is not taken before it.
        provider.publish(&metadata(), &january()).await.unwrap();
        provider.confirm().await.unwrap();
        client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap();

        let (waits, jid) = (impatient.clone(), provider.jid());
        let waiting = tokio::spawn(async move {
            waits.get_history(&jid, "urn:dev:prm:00000000000001_test/slow", &Period::all()).await
        });
        while service.asked.lock().unwrap().len() < 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let mut states = client.states();
        stop(&mut server);
        let gone = async {
            while matches!(impatient.state(), ConnectionState::Online) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(PATIENCE, gone).await.expect("it is seen that the server is gone");
        let jid = provider.jid();
        let begin = Instant::now();
        let error = impatient.get_history(&jid, SERIES, &Period::all()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
        assert!(error.to_string().contains("nothing was sent"), "{error}");
        let error = waiting.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
        assert!(error.to_string().contains("test/slow"), "{error}");
        assert!((limit..limit + AT_ONCE).contains(&begin.elapsed()), "{:?}", begin.elapsed());
        assert!(matches!(states.next().await, Some(ConnectionState::Interrupted { .. })));
        assert!(matches!(states.next().await, Some(ConnectionState::Connecting)));
        assert!(matches!(client.state(), ConnectionState::Interrupted { .. } | ConnectionState::Connecting));

        // Everybody comes back by themselves, and what is asked meanwhile is asked then.
        server.start();
        back(&provider).await;
        let data = client.get_history(&jid, SERIES, &Period::all()).await.unwrap();
        assert!(data.records().iter().eq(january().iter().filter(|record| !record.is_gap())));
        assert!(matches!(client.state(), ConnectionState::Reset { .. }));

        for _ in 0..2 {
            assert!(matches!(next(&mut listener).await, Ok(Some(Event::Push(_)))), "what came is not lost");
        }
        let hole = loop {
            match next(&mut listener).await.unwrap().unwrap() {
                Event::Interrupted { .. } | Event::Availability { .. } => {}
                Event::Hole(hole) => break hole,
                other => panic!("{other:?}"),
            }
        };
        assert!(hole.since < hole.until);
        let filled = client.fill(&hole, &jid, SERIES).await.unwrap();
        let last = january().times().iter().max().copied();
        assert_eq!(filled.records().times(), last.as_slice(), "from the last that was pushed");

        provider.publish(&metadata(), &january()).await.unwrap();
        for _ in 0..2 {
            loop {
                match next(&mut listener).await.unwrap().unwrap() {
                    Event::Push(push) => break assert!(!push.repeated),
                    Event::Availability { .. } => {}
                    other => panic!("{other:?}"),
                }
            }
        }
        client.close().await;
        assert!(matches!(client.state(), ConnectionState::Closed { error: None }));
        provider.close().await;
    }
}

/// A server that neither answers nor hangs up, until this is dropped.
pub struct Frozen(Pid);

impl Frozen {
    pub fn new(server: &Server) -> Self {
        let pid = Pid::from_raw(server.pid().unwrap().cast_signed()).unwrap();
        kill_process(pid, Signal::STOP).unwrap();
        Self(pid)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        let _ = kill_process(self.0, Signal::CONT);
    }
}

/// How long a close waits for the server.
const CLOSE: Duration = Duration::from_secs(2);

/// What a close may take, on a machine that does other things.
pub const CLOSED_WITHIN: Duration = CLOSE.saturating_add(AT_ONCE);

#[tokio::test]
async fn a_frozen_server_holds_up_neither_deadlines_nor_close() {
    let server = Server::builder().start();
    let (provider, _) = provider(&server).await;
    let limit = Duration::from_millis(300);
    let client = config(&server, &server.new_account()).request_timeout(limit);
    let client = Client::connect(&client).await.unwrap();
    let other = config_with(&server, &server.new_account().jid, "never looked at");
    let jid = provider.jid();
    let frozen = Frozen::new(&server);

    // More than all buffers on the way hold.
    let large = january();
    let to = jid.split('/').next().unwrap().parse().unwrap();
    let meta = metadata();
    let pushes = (0..150).map(|_| provider.push(&to, &meta, &large));
    let mut pushes = Box::pin(futures::future::join_all(pushes));
    assert!(timeout(Duration::from_millis(100), &mut pushes).await.is_err(), "it all went somewhere");

    let begin = Instant::now();
    let requests = (0..1000).map(|_| client.availability(&jid));
    for availability in futures::future::join_all(requests).await {
        assert_eq!(availability.unwrap(), Availability::NoAnswer);
    }
    assert!((limit..limit + AT_ONCE).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    let error = Client::connect(&other.connect_timeout(limit)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectTimeout);

    let begin = Instant::now();
    let all = Period::all();
    let waiting = client.get_history(&jid, SERIES, &all);
    let (waiting, (), (), pushed) = tokio::join!(waiting, client.close(), provider.close(), pushes);
    assert!(begin.elapsed() < CLOSED_WITHIN, "{:?}", begin.elapsed());
    assert_eq!(waiting.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(pushed.last().unwrap().as_ref().unwrap_err().kind(), ErrorKind::Closed);
    assert!(provider.wait().await.is_ok(), "closed is no failure");
    for _ in 0..2 {
        let begin = Instant::now();
        client.close().await;
        assert!(begin.elapsed() < CLOSE, "closed twice: {:?}", begin.elapsed());
    }
    drop(frozen);
}

#[tokio::test]
async fn close_is_at_once_where_the_server_answers() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let (jid, all) = (provider.jid(), Period::all());
    let slow = client.get_history(&jid, "urn:dev:prm:00000000000001_test/slow", &all);
    let begin = Instant::now();
    let (slow, ()) = tokio::join!(slow, client.close());
    assert_eq!(slow.unwrap_err().kind(), ErrorKind::Closed);
    provider.close().await;
    assert!(begin.elapsed() < CLOSE, "{:?}", begin.elapsed());
    // The server knows, and did not have to find out.
    let other = self::client(&server).await;
    assert_eq!(other.availability(&client.jid()).await.unwrap(), Availability::Offline);
    assert_eq!(other.availability(&jid).await.unwrap(), Availability::Offline);
}

#[tokio::test]
async fn a_session_ends_with_the_last_that_holds_it() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let (client, other) = (client(&server).await, client(&server).await);
    let (jid, clone) = (client.jid(), client.clone());
    let listener = client.listen().await.unwrap();
    drop(client);
    assert_eq!(other.availability(&jid).await.unwrap(), Availability::Online);
    drop(clone);
    assert_eq!(other.availability(&jid).await.unwrap(), Availability::Online);
    drop(listener);
    // Asked in the very moment of its end, it gives no answer.
    let looks = config(&server, &server.new_account()).request_timeout(Duration::from_millis(300));
    let looks = Client::connect(&looks).await.unwrap();
    let gone = async |jid: &str| {
        while looks.availability(jid).await.unwrap() != Availability::Offline {}
    };
    timeout(PATIENCE, gone(&jid)).await.unwrap();

    // A request that takes its time keeps no provider alive that was dropped.
    let jid = provider.jid();
    let waiting = other.clone();
    let slow = tokio::spawn({
        let jid = jid.clone();
        async move { waiting.get_history(&jid, "urn:dev:prm:00000000000001_test/slow", &Period::all()).await }
    });
    other.get_history(&jid, SERIES, &Period::all()).await.unwrap();
    drop(provider);
    timeout(PATIENCE, gone(&jid)).await.unwrap();
    slow.abort();
}

/// The next event, but for that the provider comes and goes.
async fn next(listener: &mut Listener) -> Result<Option<Event>, Error> {
    loop {
        match listener.next().await {
            Ok(Some(Event::Availability { .. })) => {}
            other => return other,
        }
    }
}

/// All a client and a provider do, on whatever drives futures here.
async fn all_of_it(server: &Server) {
    let provider = serve(server, TestService::default(), Limits::default()).await;
    let client = client(server).await;
    assert_eq!(
        client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap().records().len(),
        31 * 47
    );
    client.subscribe(&provider.jid(), SERIES).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    provider.publish(&metadata(), &january()).await.unwrap();
    assert!(matches!(next(&mut listener).await, Ok(Some(Event::Push(_)))));
    assert_eq!(client.availability(&provider.jid()).await.unwrap(), Availability::Online);
    client.unsubscribe(&provider.jid(), SERIES).await.unwrap();
    client.close().await;
    provider.close().await;
}

#[test]
fn no_runtime_is_needed() {
    block_on(all_of_it(&Server::shared()));
}

#[test]
fn any_runtime_will_do() {
    let server = Server::shared();
    let current = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    current().block_on(all_of_it(&server)); // without timers and network of its own
    tokio::runtime::Runtime::new().unwrap().block_on(all_of_it(&server));

    // A client lives longer than the runtime it was made on, and is dropped on another.
    let client = current().block_on(client(&server));
    current().block_on(async {
        assert_eq!(client.availability(&client.jid()).await.unwrap(), Availability::Online);
        drop(client);
    });
}

/// In a process of its own, as threads of other tests cannot be told from these.
#[test]
fn nothing_is_left_behind() {
    const ALONE: &str = "QUOALISE_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let mut alone = Command::new(std::env::current_exe().unwrap());
        let alone =
            alone.args(["--exact", "session::nothing_is_left_behind"]).env(ALONE, "1").output().unwrap();
        let told = String::from_utf8_lossy(&alone.stdout);
        assert!(alone.status.success() && told.contains("1 passed"), "{told}");
        return;
    }
    let server = Server::builder().start();
    let account = server.new_account();
    let wrong = config_with(&server, &account.jid, "wrong");
    block_on(async {
        assert!(Client::connect(&wrong).await.is_err());
        none_left("after a login that was refused");
        let first = client(&server).await;
        assert!(threads() > 0, "they are counted by the right name");
        drop(first);
        none_left("after a client was dropped");
        let first = client(&server).await;
        first.close().await;
        drop((first.listen().await, first));
        none_left("after a client was closed and dropped");
        all_of_it(&server).await;
        none_left("after a client and a provider");
        let (client, listener) = {
            let client = client(&server).await;
            (client.clone(), client.listen().await.unwrap())
        };
        drop(client);
        assert!(threads() > 0);
        drop(listener);
        none_left("after a listener, the last that held the session");
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // Given up in the middle, at each of its stages.
        for millis in [0, 1, 3, 6, 10, 15, 20, 30, 50] {
            let config = config(&server, &account);
            let _ = timeout(Duration::from_millis(millis), Client::connect(&config)).await;
            none_left("after connecting was given up");
        }
        let (provider, service) = provider(&server).await;
        let client = client(&server).await;
        let (jid, all) = (provider.jid(), Period::all());
        let slow = client.get_history(&jid, "urn:dev:prm:00000000000001_test/slow", &all);
        let asked = async {
            while service.asked.lock().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::select! {
            _ = slow => panic!("it is slow"),
            () = asked => {}
        }
        drop((client, provider));
        none_left("after both were dropped with a request under way");
        let frozen = {
            let client = self::client(&server).await;
            let frozen = Frozen::new(&server);
            client.close().await;
            frozen
        };
        none_left("after a client was closed towards a frozen server");
        drop(frozen);
    });
    drop(runtime);
}

/// How many threads there are of sessions.
fn threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.trim() == "quoalise").count()
}

#[track_caller]
fn none_left(when: &str) {
    let deadline = Instant::now() + AT_ONCE;
    while threads() > 0 {
        assert!(Instant::now() < deadline, "{} threads {when}", threads());
        std::thread::sleep(Duration::from_millis(1));
    }
}
