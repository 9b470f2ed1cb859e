//! The provider: who may read what, what is kept, how much at once, and what there is to be found.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use quoalise::data::{Data, Identifier, Series};
use quoalise::provider::{
    Access, AccessList, Authorization, Everybody, HistoryRequest, Limits, MemorySubscriptions, Operation,
    OwnCommand, OwnRequest, OwnResult, Provider, Service, SqliteSubscriptions,
};
use quoalise::senml::{Record, Records};
use quoalise::stanza::{Field, FieldType, Form, FormType};
use quoalise::{Client, Config, ErrorKind, Event, Period, Result};
use quoalise_tests::{Account, Server};
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_xmpp::minidom::Element;

use crate::raw::{Peer, child, children, field, submit, text};
use crate::support::{
    PATIENCE, SERIES, START, Serve, TestService, client, config, config_with, january, metadata,
};

const ITEMS: &str = "http://jabber.org/protocol/disco#items";
const INFO: &str = "http://jabber.org/protocol/disco#info";
const RSM: &str = "http://jabber.org/protocol/rsm";

pub fn proxy(server: &Server, account: &Account) -> Config {
    config_with(server, &format!("{}/proxy", account.jid), &account.password)
}

async fn start(server: &Server, service: impl Service, authorization: impl Authorization) -> Provider {
    let builder = Provider::builder(service, authorization).subscriptions(MemorySubscriptions::new());
    builder.start(&proxy(server, &server.new_account())).await.unwrap()
}

fn one(value: f64) -> Records {
    let mut records = Records::new();
    records.push(&Record::number(SERIES, START, Some("W"), Some(value))).unwrap();
    records
}

/// Lets in whom a switch says, and remembers what it was asked.
#[derive(Clone, Default)]
struct Switch {
    open: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<Access>>>,
}

impl Authorization for Switch {
    async fn authorize(&self, access: &Access) -> Result<()> {
        self.asked.lock().unwrap().push(access.clone());
        if self.open.load(Ordering::Relaxed) { Ok(()) } else { Err(access.refuse()) }
    }
}

#[tokio::test]
async fn rights_are_asked_for_each_call_with_who_what_and_when() {
    let server = Server::shared();
    let (service, switch) = (TestService::default(), Switch::default());
    let provider = start(&server, service.clone(), switch.clone()).await;
    let account = server.new_account();
    let client = Client::connect(&config(&server, &account)).await.unwrap();
    let (jid, day) = (provider.jid(), Period::parse("2022-01-02T00:00:00Z", "2022-01-03T00:00:00Z").unwrap());

    for refused in
        [client.get_history(&jid, SERIES, &day).await.map(drop), client.subscribe(&jid, SERIES).await]
    {
        let error = refused.unwrap_err();
        assert_eq!((error.kind(), error.condition()), (ErrorKind::NotAuthorized, Some("not-authorized")));
        assert_eq!(error.text(), Some(&*format!("Unknown user {}", account.jid)));
    }
    assert!(service.asked.lock().unwrap().is_empty(), "the service is not asked what may not be answered");
    // Leaving needs no right.
    client.unsubscribe(&jid, SERIES).await.unwrap();

    switch.open.store(true, Ordering::Relaxed);
    client.get_history(&jid, SERIES, &day).await.unwrap();
    client.subscribe(&jid, SERIES).await.unwrap();
    assert_eq!(provider.publish(&metadata(), &one(1.0)).await.unwrap(), 1);
    {
        let asked = switch.asked.lock().unwrap();
        let operations: Vec<_> = asked.iter().map(|access| access.operation).collect();
        use Operation::{GetHistory, Subscribe};
        assert_eq!(operations, [GetHistory, Subscribe, GetHistory, Subscribe, Subscribe]);
        for access in &*asked {
            assert_eq!(
                (access.requester.to_string(), access.identifier.as_str()),
                (account.jid.clone(), SERIES)
            );
        }
        let times = |access: &Access| {
            (access.start.map(|time| time.to_string()), access.end.map(|time| time.to_string()))
        };
        let (start, end) = times(&asked[0]);
        assert_eq!(
            (start.as_deref(), end.as_deref()),
            (Some("2022-01-02T00:00:00Z"), Some("2022-01-03T00:00:00Z"))
        );
        assert_eq!(times(&asked[1]), (None, None));
        let (start, end) = times(&asked[4]);
        assert_eq!(start.as_deref(), Some("2022-01-01T00:00:00Z"));
        assert_eq!(end.as_deref(), Some("2022-01-01T00:00:00.000001Z"));
    }

    // A right that has ended ends the pushes of a subscription that is still there.
    switch.open.store(false, Ordering::Relaxed);
    // An answer comes behind the push: it is kept by now, where servers do many things at once.
    client.availability(&jid).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    assert_eq!(provider.publish(&metadata(), &one(2.0)).await.unwrap(), 0);
    let to = account.jid.parse().unwrap();
    let error = provider.push(&to, &metadata(), &one(3.0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAuthorized);
    switch.open.store(true, Ordering::Relaxed);
    assert_eq!(provider.publish(&metadata(), &one(4.0)).await.unwrap(), 1);
    let mut heard = Vec::new();
    // What was kept may come behind what is new: ejabberd hands it over beside that.
    while heard.len() < 2 {
        if let Some(Event::Push(push)) = timeout(PATIENCE, listener.next()).await.unwrap().unwrap() {
            heard.extend_from_slice(push.data.records().values());
        }
    }
    heard.sort_by(f64::total_cmp);
    assert_eq!(heard, [1.0, 4.0]);
}

#[tokio::test]
async fn a_list_lets_in_who_stands_on_it() {
    let server = Server::shared();
    let (guest, owner, stranger) = (server.new_account(), server.new_account(), server.new_account());
    let meter: Identifier = "urn:dev:prm:00000000000001".parse().unwrap();
    let list =
        AccessList::new().allow(guest.jid.parse().unwrap(), meter).allow_all(owner.jid.parse().unwrap());
    let provider = start(&server, TestService::default(), list).await;
    let other = "urn:dev:prm:00000000000002_consumption/power/active/raw";
    for (account, first, second) in [(&guest, true, false), (&owner, true, true), (&stranger, false, false)] {
        let client = Client::connect(&config(&server, account)).await.unwrap();
        for (series, allowed) in [(SERIES, first), (other, second)] {
            let asked = client.subscribe(&provider.jid(), series).await;
            assert_eq!(asked.is_ok(), allowed, "{series}");
            assert!(asked.err().is_none_or(|error| error.kind() == ErrorKind::NotAuthorized));
        }
    }
}

#[tokio::test]
async fn subscriptions_outlive_the_provider() {
    let server = Server::shared();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/down/subscriptions.sqlite");
    let account = server.new_account();
    let start = async || {
        let store = SqliteSubscriptions::open(&file).unwrap();
        let provider = Provider::builder(TestService::default(), Everybody).subscriptions(store);
        provider.start(&proxy(&server, &account)).await.unwrap()
    };
    let client = client(&server).await;
    let provider = start().await;
    let jid = provider.jid();
    let prefix = "urn:dev:prm:00000000000001_consumption/power";
    for _ in 0..2 {
        client.subscribe(&jid, prefix).await.unwrap();
        client.subscribe(&jid, SERIES).await.unwrap();
    }
    // Twice subscribed, once pushed.
    assert_eq!(provider.publish(&metadata(), &one(1.0)).await.unwrap(), 1);
    provider.close().await;

    let provider = start().await;
    assert_eq!(provider.publish(&metadata(), &one(2.0)).await.unwrap(), 1);
    client.unsubscribe(&jid, SERIES).await.unwrap();
    client.unsubscribe(&jid, SERIES).await.unwrap();
    assert_eq!(provider.publish(&metadata(), &one(3.0)).await.unwrap(), 1, "by the prefix");
    client.unsubscribe(&jid, prefix).await.unwrap();
    assert_eq!(provider.publish(&metadata(), &one(4.0)).await.unwrap(), 0);
    provider.close().await;
    assert_eq!(start().await.publish(&metadata(), &one(5.0)).await.unwrap(), 0);

    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    std::fs::write(folder.path().join("text"), "this is no database, and long enough to be sure of it")
        .unwrap();
    for wrong in [folder.path().to_owned(), folder.path().join("text")] {
        let error = SqliteSubscriptions::open(&wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(error.to_string().contains(&*wrong.to_string_lossy()), "{error}");
    }
}

/// The type of the next presence from this address.
pub async fn presence(peer: &mut Peer, from: &str) -> Option<String> {
    loop {
        let stanza = peer.next().await;
        if stanza.name() == "presence" && stanza.attr("from") == Some(from) {
            return stanza.attr("type").map(str::to_owned);
        }
    }
}

#[tokio::test]
async fn subscribers_see_the_provider_come_and_go() {
    let server = Server::shared();
    let (account, store) = (server.new_account(), MemorySubscriptions::new());
    let start = async || {
        let provider = Provider::builder(TestService::default(), Everybody).subscriptions(store.clone());
        provider.start(&proxy(&server, &account)).await.unwrap()
    };
    let mut subscriber = Peer::online(&server, "app").await;
    let provider = start().await;
    let jid = provider.jid();
    let run = async |subscriber: &mut Peer, node: &str| {
        let form = submit(&[("identifier", SERIES)]);
        subscriber
            .send(&format!(
                "<iq type='set' id='{node}' to='{jid}'><command xmlns='{}' node='{node}'>{form}</command></iq>",
                crate::raw::COMMANDS
            ))
            .await;
    };
    run(&mut subscriber, "subscribe").await;
    assert_eq!(presence(&mut subscriber, &jid).await, None);
    assert_eq!(subscriber.next().await.name(), "iq");
    provider.close().await;
    assert_eq!(presence(&mut subscriber, &jid).await.as_deref(), Some("unavailable"));
    let provider = start().await;
    assert_eq!(presence(&mut subscriber, &jid).await, None);
    run(&mut subscriber, "unsubscribe").await;
    assert_eq!(presence(&mut subscriber, &jid).await.as_deref(), Some("unavailable"));
    assert_eq!(subscriber.next().await.name(), "iq");
    provider.close().await;
    start().await.close().await;
    assert!(subscriber.hears_nothing().await);
}

#[tokio::test]
async fn pushes_to_one_account_are_paced_and_to_others_not_held_up() {
    let server = Server::shared();
    let mut limits = Limits::default();
    (limits.push_burst, limits.push_interval, limits.push_records) = (2, Duration::from_millis(300), 10);
    let provider = Provider::builder(TestService::default(), Everybody)
        .subscriptions(MemorySubscriptions::new())
        .limits(limits);
    let provider = provider.start(&proxy(&server, &server.new_account())).await.unwrap();
    let (slow, quick) = (Peer::online(&server, "app").await, Peer::online(&server, "app").await);
    let bare = |peer: &Peer| peer.jid.split('/').next().unwrap().parse().unwrap();
    let mut five = Records::new();
    for record in january().rows(1..48) {
        five.push(&record).unwrap();
    }
    let begin = Instant::now();
    let (to, other, meta, single) = (bare(&slow), bare(&quick), metadata(), one(1.0));
    let (all, single) = tokio::join!(
        async {
            provider.push(&to, &meta, &five).await.unwrap();
            begin.elapsed()
        },
        async {
            provider.push(&other, &meta, &single).await.unwrap();
            begin.elapsed()
        }
    );
    // Two at once, then three, each 0.3 s after the one before it.
    assert!(all >= Duration::from_millis(900), "{all:?}");
    assert!(single < all, "{single:?}");
}

#[tokio::test]
async fn a_service_that_panics_fails_one_request_only() {
    let server = Server::shared();
    let service = Serve(|request: HistoryRequest| async move {
        assert!(!request.identifier.as_str().ends_with("panic"), "on purpose");
        Ok(Data::new(metadata(), one(1.0)))
    });
    let provider = start(&server, service, Everybody).await;
    let (client, all) = (client(&server).await, Period::all());
    let panic = client.get_history(&provider.jid(), "urn:dev:ow:1_panic", &all).await.unwrap_err();
    assert_eq!((panic.kind(), panic.text()), (ErrorKind::CommandFailed, Some("the provider failed")));
    assert_eq!(client.get_history(&provider.jid(), SERIES, &all).await.unwrap().records().len(), 1);
}

#[tokio::test]
async fn whoever_asks_much_waits_for_himself() {
    let server = Server::shared();
    let (slow, end) = (Arc::new(AtomicBool::new(true)), Arc::new(Notify::new()));
    let service = Serve({
        let (slow, end) = (slow.clone(), end.clone());
        move |_| {
            let wait = slow.load(Ordering::Relaxed).then(|| end.clone());
            async move {
                if let Some(end) = wait {
                    end.notified().await;
                }
                Ok(Data::new(metadata(), one(1.0)))
            }
        }
    });
    let mut limits = Limits::default();
    (limits.concurrent, limits.per_requester) = (3, 2);
    let provider =
        Provider::builder(service, Everybody).subscriptions(MemorySubscriptions::new()).limits(limits);
    let provider = provider.start(&proxy(&server, &server.new_account())).await.unwrap();
    let (greedy, modest, jid) = (client(&server).await, client(&server).await, provider.jid());
    let all = Period::all();
    let many = (0..10).map(|_| greedy.get_history(&jid, SERIES, &all));
    let mut many = Box::pin(futures::future::join_all(many));
    // Until they have come in: a question behind them has been answered.
    assert!(timeout(Duration::from_millis(300), &mut many).await.is_err());
    greedy.availability(&jid).await.unwrap();
    slow.store(false, Ordering::Relaxed);
    modest.get_history(&jid, SERIES, &all).await.unwrap();
    let release = async {
        loop {
            end.notify_waiters();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        all = many => assert!(all.into_iter().all(|answer| answer.is_ok())),
        () = release => {}
    }
}

/// Series 0 to 2,499, of which everybody may read the even ones, and only the history of those that end in 4.
struct Many;

impl Service for Many {
    async fn get_history(&self, _request: HistoryRequest) -> Result<Data> {
        Ok(Data::new(metadata(), one(1.0)))
    }

    async fn series(&self, _prefix: Option<Identifier>) -> Result<Vec<Series>> {
        let series = |number: u32| {
            let mut series = Series::new(Identifier::new(format!("urn:dev:ow:{number:04}_power")).unwrap());
            series.title = Some(format!("Oven & hob no. {number}"));
            series.measurement = metadata().measurement;
            series.first = Some("2022-01-01T00:00:00Z".parse().unwrap());
            series.last = Some("2022-01-31T23:30:00Z".parse().unwrap());
            series
        };
        // In no order, and one of them twice.
        Ok((0..2500).rev().chain([4]).map(series).collect())
    }
}

struct Even;

impl Authorization for Even {
    async fn authorize(&self, access: &Access) -> Result<()> {
        let number: u32 = access.identifier.device_id().unwrap().parse().unwrap();
        let allowed =
            number.is_multiple_of(2) && (number % 10 != 4 || access.operation == Operation::GetHistory);
        if allowed { Ok(()) } else { Err(access.refuse()) }
    }
}

fn rows(answer: &Element) -> Vec<Vec<(String, Vec<String>)>> {
    let form = child(child(answer, "command"), "x");
    let items = form.children().filter(|item| item.name() == "item");
    let value = |field: &Element| {
        let values = field.children().filter(|child| child.name() == "value").map(Element::text);
        (field.attr("var").unwrap().to_owned(), values.collect())
    };
    items.map(|item| item.children().map(value).collect()).collect()
}

#[tokio::test]
async fn a_requester_is_told_of_the_series_it_may_read() {
    let server = Server::shared();
    let provider = start(&server, Many, Even).await;
    let jid = provider.jid();
    let mut human = Peer::login(&server, &server.new_account(), "gajim").await;

    let prefix = submit(&[("prefix", "urn:dev:ow:0012")]);
    let one = human.command(&jid, "node='list_series'", &prefix).await;
    let row = &rows(&one)[..];
    let [row] = row else { panic!("{}", text(&one)) };
    let row: Vec<(&str, Vec<&str>)> =
        row.iter().map(|(var, values)| (&**var, values.iter().map(|value| &**value).collect())).collect();
    assert_eq!(
        row,
        [
            ("identifier", vec!["urn:dev:ow:0012_power"]),
            ("title", vec!["Oven & hob no. 12"]),
            ("name", vec!["active-power"]),
            ("unit", vec!["W"]),
            ("aggregation", vec!["mean"]),
            ("sampling_interval", vec!["PT30M"]),
            ("first_time", vec!["2022-01-01T00:00:00Z"]),
            ("last_time", vec!["2022-01-31T23:30:00Z"]),
            ("rights", vec!["get_history", "subscribe"]),
        ]
    );
    let command = child(&one, "command");
    assert_eq!(children(child(child(command, "x"), "reported")).len(), 9);
    assert_eq!(child(child(command, "set"), "count").text(), "1");
    for (prefix, count) in [("urn:dev:ow:0013", 0), ("urn:dev:ow:001", 0), ("urn:dev:ow:0014_power", 1)] {
        let found = human.command(&jid, "node='list_series'", &submit(&[("prefix", prefix)])).await;
        assert_eq!(rows(&found).len(), count, "{prefix}");
    }

    // A human's client gets as many as an answer holds, and is told that there are more.
    let all = human.command(&jid, "node='list_series'", &submit(&[])).await;
    let shown = rows(&all).len();
    assert!((100..=1000).contains(&shown), "{shown}");
    let note = child(child(&all, "command"), "note").text();
    assert!(note.contains(&format!("{shown} of 1250")), "{note}");
    assert!(text(&all).len() < 256 * 1024);

    // Page by page (XEP-0059), forwards and back.
    let ask = async |human: &mut Peer, set: &str| {
        let set = format!("<set xmlns='{RSM}'>{set}</set>{}", submit(&[]));
        human.command(&jid, "node='list_series'", &set).await
    };
    let names = |answer: &Element| -> Vec<String> {
        rows(answer).into_iter().map(|row| row[0].1[0].clone()).collect()
    };
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = ask(&mut human, &format!("<max>300</max>{after}")).await;
        let page_names = names(&page);
        if page_names.is_empty() {
            break;
        }
        let set = child(child(&page, "command"), "set");
        assert_eq!(child(set, "first").attr("index"), Some(&*found.len().to_string()));
        assert_eq!(&child(set, "last").text(), page_names.last().unwrap());
        found.extend(page_names);
        after = format!("<after>{}</after>", found.last().unwrap());
    }
    let expected: Vec<String> =
        (0..2500).step_by(2).map(|number| format!("urn:dev:ow:{number:04}_power")).collect();
    assert_eq!(found, expected);
    let last = names(&ask(&mut human, "<max>3</max><before/>").await);
    assert_eq!(last, expected[1247..]);
    let before = names(&ask(&mut human, &format!("<max>2</max><before>{}</before>", last[0])).await);
    assert_eq!(before, expected[1245..1247]);
    let none = ask(&mut human, "<max>0</max>").await;
    assert_eq!(
        (names(&none).len(), child(child(child(&none, "command"), "set"), "count").text()),
        (0, "1250".into())
    );
    let wrong = ask(&mut human, "<max>many</max>").await;
    assert_eq!(wrong.attr("type"), Some("error"));
}

#[tokio::test]
async fn stock_clients_find_series_by_browsing() {
    let server = Server::shared();
    let provider = start(&server, Many, Even).await;
    let jid = provider.jid();
    let mut human = Peer::login(&server, &server.new_account(), "gajim").await;
    let set = format!("<set xmlns='{RSM}'><max>3</max></set>");
    let query = async |human: &mut Peer, ns: &str, attributes: &str, inner: &str| {
        human.ask("get", &jid, &format!("<query xmlns='{ns}' {attributes}>{inner}</query>")).await
    };
    let page = query(&mut human, ITEMS, "", &set).await;
    let items: Vec<&Element> = child(&page, "query").children().collect();
    assert_eq!(children(child(&page, "query")), ["item", "item", "item", "set"]);
    assert_eq!(items[1].attr("jid"), Some(&*jid));
    assert_eq!(items[1].attr("node"), Some("urn:dev:ow:0002_power"));
    assert_eq!(items[1].attr("name"), Some("Oven & hob no. 2"));
    let all = query(&mut human, ITEMS, "", "").await;
    assert!(children(child(&all, "query")).len() > 100);

    let info = query(&mut human, INFO, "node='urn:dev:ow:0004_power'", "").await;
    let identity = child(child(&info, "query"), "identity");
    assert_eq!((identity.attr("category"), identity.attr("type")), (Some("hierarchy"), Some("leaf")));
    let form = child(child(&info, "query"), "x");
    assert_eq!(form.attr("type"), Some("result"));
    let wrapped = Element::builder("command", "").append(form.clone()).build();
    for (var, value) in [
        ("FORM_TYPE", "urn:quoalise:series:0"),
        ("identifier", "urn:dev:ow:0004_power"),
        ("unit", "W"),
        ("rights", "get_history"),
    ] {
        assert_eq!(field(&wrapped, var).as_deref(), Some(value), "{}", text(form));
    }
    // What one may not read cannot be told from what is not there.
    for hidden in ["urn:dev:ow:0003_power", "urn:dev:ow:9999_power", "no name"] {
        let info = query(&mut human, INFO, &format!("node='{hidden}'"), "").await;
        assert_eq!(children(child(&info, "error"))[0], "item-not-found", "{hidden}");
    }
    // The form for a human has a series filled in, and no period: whoever leaves that as it is wants all.
    let form = human.command(&jid, "node='get_history'", "").await;
    assert_eq!(field(child(&form, "command"), "identifier").as_deref(), Some("urn:dev:ow:0000_power"));
    assert_eq!(field(child(&form, "command"), "start_time"), None);
}

/// With a command of its own.
struct Tariff;

impl Service for Tariff {
    async fn get_history(&self, _request: HistoryRequest) -> Result<Data> {
        Ok(Data::new(metadata(), one(1.0)))
    }

    fn own_commands(&self) -> Vec<OwnCommand> {
        let mut class = Field::new("class", FieldType::ListSingle).label("Class").required();
        class.options = vec![(Some("Peak".to_owned()), "hph".to_owned()), (None, "hch".to_owned())];
        vec![OwnCommand::new(
            "get_tariff",
            "Get tariff",
            Form::new(FormType::Form).title("Tariff").field(class),
        )]
    }

    async fn run(&self, request: OwnRequest) -> Result<OwnResult> {
        let class = request.form.get("class").unwrap().to_owned();
        let price = Field::text("price").value(format!("0.27 for {class}, {}", request.requester));
        Ok(OwnResult::default()
            .form(Form::new(FormType::Result).field(price))
            .data(Data::new(metadata(), one(0.27))))
    }
}

#[tokio::test]
async fn a_provider_has_commands_of_its_own() {
    let server = Server::shared();
    let provider = start(&server, Tariff, Everybody).await;
    let jid = provider.jid();
    let account = server.new_account();
    let mut human = Peer::login(&server, &account, "gajim").await;
    let list = format!("<query xmlns='{ITEMS}' node='{}'/>", crate::raw::COMMANDS);
    let list = human.ask("get", &jid, &list).await;
    let last = child(&list, "query").children().last().unwrap().clone();
    assert_eq!((last.attr("node"), last.attr("name")), (Some("get_tariff"), Some("Get tariff")));

    let form = human.command(&jid, "node='get_tariff' action='execute'", "").await;
    let session = child(&form, "command").attr("sessionid").unwrap().to_owned();
    let asked = child(child(child(&form, "command"), "x"), "field");
    assert_eq!(children(asked), ["required", "option", "option"]);
    let attributes = format!("node='get_tariff' sessionid='{session}'");
    let missing = human.command(&jid, &attributes, &submit(&[])).await;
    assert_eq!(children(child(&missing, "error")), ["bad-request", "text", "bad-payload"]);
    let done = human.command(&jid, &attributes, &submit(&[("class", "hph")])).await;
    let command = child(&done, "command");
    assert_eq!(command.attr("status"), Some("completed"));
    assert_eq!(field(command, "price"), Some(format!("0.27 for hph, {}", account.jid)));
    assert_eq!(child(child(command, "quoalise"), "data").name(), "data");
}

#[tokio::test]
async fn nothing_of_the_requesters_makes_an_answer_too_large_for_the_server() {
    let server = Server::builder().stanza_size_limit(65_536).start();
    let service = Serve(|request: HistoryRequest| async move {
        let mut records = Records::new();
        for row in 0..4000 {
            records.push(&Record::number(
                request.identifier.as_str(),
                START + row * 1_000_000,
                Some("W"),
                Some(1.5),
            ))?;
        }
        let micros =
            |time: Option<quoalise::jiff::Timestamp>| time.map_or(i64::MAX, |time| time.as_microsecond());
        let mut some = Records::new();
        for record in records.iter().filter(|record| record.time < micros(request.end)) {
            some.push(&record)?;
        }
        Ok(Data::new(metadata(), some))
    });
    let mut limits = Limits::default();
    limits.answer = 63_000;
    let provider =
        Provider::builder(service, Everybody).subscriptions(MemorySubscriptions::new()).limits(limits);
    let provider = provider.start(&proxy(&server, &server.new_account())).await.unwrap();
    let mut peer = Peer::login(&server, &server.new_account(), &"&amp;".repeat(100)).await;
    let (long, jid) = ("i&amp;".repeat(600), provider.jid());
    let series = format!("urn:dev:ow:{}", "0".repeat(900));
    let ask = async |peer: &mut Peer, end: &str| {
        let form = submit(&[("identifier", &series), ("end_time", end)]);
        let command =
            format!("<command xmlns='{}' node='get_history'>{form}</command>", crate::raw::COMMANDS);
        peer.send(&format!("<iq type='set' id='{long}' to='{jid}'>{command}</iq>")).await;
        peer.next().await
    };
    let refused = ask(&mut peer, "2030-01-01T00:00:00Z").await;
    let error = child(&refused, "error");
    assert_eq!(children(error), ["bad-request", "text", "too-large"], "{}", text(&refused));
    // As much as it says fits does, with the longest id there is.
    let end = child(error, "too-large").attr("end").unwrap().to_owned();
    let answer = ask(&mut peer, &end).await;
    assert_eq!(answer.attr("type"), Some("result"), "{}", text(&answer));
    assert!(text(&answer).len() > 45_000, "{}", text(&answer).len());
    assert!(
        timeout(Duration::from_millis(10), provider.wait()).await.is_err(),
        "the provider is still there"
    );
}

#[tokio::test]
async fn nobody_takes_the_forms_of_others() {
    let server = Server::shared();
    let provider = start(&server, TestService::default(), Everybody).await;
    let jid = provider.jid();
    let mut human = Peer::login(&server, &server.new_account(), "gajim").await;
    let open = async |peer: &mut Peer| {
        let form = peer.command(&jid, "node='get_history' action='execute'", "").await;
        child(&form, "command").attr("sessionid").unwrap().to_owned()
    };
    let session = open(&mut human).await;
    let mut greedy = Peer::login(&server, &server.new_account(), "gajim").await;
    let mut theirs = Vec::new();
    for _ in 0..30 {
        theirs.push(open(&mut greedy).await);
    }
    let submit = submit(&[("identifier", SERIES), ("end_time", "2022-01-02T00:00:00Z")]);
    let attributes = |session: &str| format!("node='get_history' sessionid='{session}'");
    let done = human.command(&jid, &attributes(&session), &submit).await;
    assert_eq!(done.attr("type"), Some("result"), "{}", text(&done));
    // The oldest of their own went.
    let first = greedy.command(&jid, &attributes(&theirs[0]), &submit).await;
    assert_eq!(first.attr("type"), Some("error"));
    let last = greedy.command(&jid, &attributes(&theirs[29]), &submit).await;
    assert_eq!(last.attr("type"), Some("result"));
}
