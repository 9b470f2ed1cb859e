//! The dialect of the Data Connect proxy: its commands, stanza by stanza, and the notice of consent.

use quoalise::data::{Aggregation, Metadata, SamplingInterval};
use quoalise::{
    AuthorizeRequest, AuthorizeUri, Client, Consent, DatePeriod, Direction, Error, ErrorKind, Event, Listener,
};
use quoalise_tests::{Account, Server};
use tokio_xmpp::minidom::Element;

use crate::raw::{self, Peer, Script, child, children};
use crate::support::{HALF_HOUR, client, config, event};

const USAGE_POINT: &str = "00000000000001";

/// 2022-01-10T00:00:00+01:00
const MIDNIGHT: i64 = 1_641_769_200_000_000;

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../vectors/xmpp/", $name, ".xml"))
    };
}

fn bare(jid: &str) -> &str {
    jid.split('/').next().unwrap()
}

/// A proxy that answers everything by this stanza; and its other session, which sends notices.
async fn proxy(server: &Server, answer: &'static str) -> (Script, Peer) {
    let account = server.new_account();
    let publisher = Peer::login(server, &account, "publisher").await;
    (proxy_of(server, &account, answer).await, publisher)
}

async fn proxy_of(server: &Server, account: &Account, answer: &'static str) -> Script {
    let peer = Peer::login(server, account, "proxy").await;
    peer.answering(move |request| vec![raw::replay(answer, request)])
}

fn days() -> DatePeriod {
    DatePeriod::parse("2022-01-10", "2022-01-12").unwrap()
}

/// The fields of the form of the only request so far: var, type and values.
fn fields(proxy: &Script, client: &Client, node: &str) -> Vec<(String, String, Vec<String>)> {
    let heard = proxy.heard();
    let [request] = &heard[..] else { panic!("{} requests", heard.len()) };
    assert_eq!((request.attr("type"), request.attr("from")), (Some("set"), Some(&*client.jid())));
    assert_eq!(request.attr("to"), Some(&*proxy.jid));
    let command = child(request, "command");
    assert!(command.is("command", raw::COMMANDS));
    assert_eq!((command.attr("node"), command.attr("action")), (Some(node), Some("execute")));
    assert_eq!(command.attr("sessionid"), None);
    assert_eq!(children(command), ["x"]);
    let form = child(command, "x");
    assert!(form.is("x", raw::FORMS));
    assert_eq!(form.attr("type"), Some("submit"));
    let field = |field: &Element| {
        assert!(field.is("field", raw::FORMS));
        assert!(children(field).iter().all(|name| name == "value"));
        let attribute = |name| field.attr(name).unwrap().to_owned();
        (attribute("var"), attribute("type"), field.children().map(Element::text).collect())
    };
    form.children().map(field).collect()
}

fn one(var: &str, kind: &str, value: &str) -> (String, String, Vec<String>) {
    (var.to_owned(), kind.to_owned(), vec![value.to_owned()])
}

fn check_meter(meta: &Metadata) {
    assert_eq!(meta.device_type.as_deref(), Some("electricity-meter"));
    let device = meta.device.as_ref().unwrap();
    assert_eq!((device.kind.as_deref(), device.value.as_deref()), (Some("prm"), Some(USAGE_POINT)));
    assert_eq!(meta.measurement.kind.as_deref(), Some("electrical"));
}

#[tokio::test]
async fn a_load_curve() {
    let server = Server::shared();
    let client = client(&server).await;
    let (proxy, _) = proxy(&server, vector!("get-load-curve.completed")).await;
    let data = client.load_curve(&proxy.jid, USAGE_POINT, Direction::Consumption, &days()).await.unwrap();
    assert_eq!(
        fields(&proxy, &client, "get_load_curve"),
        [
            one("usage_point_id", "text-single", USAGE_POINT),
            one("direction", "list-single", "consumption"),
            one("start_date", "text-single", "2022-01-10"),
            one("end_date", "text-single", "2022-01-12"),
        ]
    );

    assert_eq!(data.records().times(), [MIDNIGHT, MIDNIGHT + HALF_HOUR]);
    assert_eq!(data.records().values(), [412.0, 398.0]);
    assert_eq!(data.records().name(1), "urn:dev:prm:00000000000001_consumption_load");
    assert_eq!(data.records().unit(1), Some("W"));
    check_meter(data.meta());
    let measurement = &data.meta().measurement;
    assert_eq!(measurement.name.as_deref(), Some("load-profile"));
    assert_eq!(measurement.direction.as_deref(), Some("consumption"));
    assert_eq!((measurement.quantity.as_deref(), measurement.unit.as_deref()), (Some("power"), Some("W")));
    assert_eq!(measurement.aggregation, Some(Aggregation::Mean));
    assert_eq!(measurement.sampling_interval.unwrap().to_string(), "PT30M");
    assert_eq!(data.energy_wh(), Some(405.0));
}

#[tokio::test]
async fn daily_energy() {
    let server = Server::shared();
    let client = client(&server).await;
    let (proxy, _) = proxy(&server, vector!("get-daily.completed")).await;
    let data = client.daily(&proxy.jid, USAGE_POINT, Direction::Production, &days()).await.unwrap();
    assert_eq!(
        fields(&proxy, &client, "get_daily"),
        [
            one("usage_point_id", "text-single", USAGE_POINT),
            one("direction", "list-single", "production"),
            one("start_date", "text-single", "2022-01-10"),
            one("end_date", "text-single", "2022-01-12"),
        ]
    );

    assert_eq!(data.records().times(), [MIDNIGHT, MIDNIGHT + 48 * HALF_HOUR]);
    assert_eq!(data.records().name(0), "urn:dev:prm:00000000000001_daily_production");
    assert_eq!(data.records().unit(0), Some("Wh"));
    check_meter(data.meta());
    let measurement = &data.meta().measurement;
    assert_eq!(measurement.direction.as_deref(), Some("production"));
    assert_eq!(measurement.aggregation, Some(Aggregation::Sum));
    assert_eq!(measurement.sampling_interval, SamplingInterval::parse("P1D"));
    assert_eq!(data.energy_wh(), Some(19_973.0));
}

#[tokio::test]
async fn a_proxy_that_asks_back_gets_the_same_values() {
    let server = Server::shared();
    let client = client(&server).await;
    let proxy = raw::provider_saying(&server, |request| {
        if child(request, "command").attr("sessionid").is_some() {
            return raw::replay(vector!("get-load-curve.completed"), request);
        }
        let options = "<option label='In'><value>production</value></option>\
             <option label='Out'><value>consumption</value></option>";
        let form = format!(
            "<x xmlns='{}' type='form'><field var='usage_point_id' type='text-single'><required/></field>\
             <field var='direction' type='list-single'><value>consumption</value>{options}</field>\
             <field var='start_date' type='text-single'/><field var='end_date' type='text-single'/></x>",
            raw::FORMS
        );
        raw::command(request, "get_load_curve", "executing", &form)
    })
    .await;
    let data = client.load_curve(&proxy.jid, USAGE_POINT, Direction::Production, &days()).await.unwrap();
    assert_eq!(data.records().values(), [412.0, 398.0]);
    let heard = proxy.heard();
    let command = child(heard.last().unwrap(), "command");
    assert_eq!(command.attr("sessionid"), Some("s1"));
    for (var, value) in [
        ("usage_point_id", USAGE_POINT),
        ("direction", "production"),
        ("start_date", "2022-01-10"),
        ("end_date", "2022-01-12"),
    ] {
        assert_eq!(raw::field(command, var).as_deref(), Some(value));
    }
    assert_eq!(child(command, "x").children().count(), 4);
}

#[tokio::test]
async fn refusals_come_as_what_they_are_without_the_usage_point() {
    let server = Server::shared();
    let client = client(&server).await;
    let ask = async |answer: &'static str| {
        let (proxy, _) = proxy(&server, answer).await;
        let curve = client.load_curve(&proxy.jid, USAGE_POINT, Direction::Consumption, &days()).await;
        let daily = client.daily(&proxy.jid, USAGE_POINT, Direction::Consumption, &days()).await;
        let uri = client.authorize_uri(&proxy.jid, &AuthorizeRequest::new("My energy")).await;
        for error in [curve.as_ref().unwrap_err(), daily.as_ref().unwrap_err(), uri.as_ref().unwrap_err()] {
            assert!(error.operation().unwrap().contains(&proxy.jid), "{error}");
            assert!(!error.operation().unwrap().contains(USAGE_POINT), "{error}");
        }
        [curve.unwrap_err(), daily.unwrap_err(), uri.unwrap_err()]
    };
    for error in ask(vector!("error.upstream")).await {
        assert_eq!(error.kind(), ErrorKind::UpstreamError, "{error}");
        assert_eq!((error.issuer(), error.code()), (Some("enedis-data-connect"), Some("ADAM-ERR0123")));
        assert!(error.text().unwrap().contains("last activation date"), "{error}");
    }
    for error in ask(vector!("error.not-authorized")).await {
        assert_eq!(error.kind(), ErrorKind::NotAuthorized, "{error}");
    }
    for error in ask(vector!("error.item-not-found")).await {
        assert_eq!(error.kind(), ErrorKind::NoSuchCommand, "{error}");
    }
    // The answer to another command is none.
    for error in ask(vector!("get-history.completed")).await {
        assert_eq!(error.kind(), ErrorKind::MalformedAnswer, "{error}");
    }
}

#[tokio::test]
async fn what_cannot_be_right_is_not_sent() {
    let server = Server::shared();
    let client = client(&server).await;
    let (proxy, mut publisher) = proxy(&server, vector!("get-authorize-uri.completed")).await;
    let refused = |error: Error| {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(!error.to_string().contains("0000000000000"), "{error}");
    };
    for usage_point in ["", "1", "0000000000000a", "000000000000010"] {
        refused(
            client.load_curve(&proxy.jid, usage_point, Direction::Consumption, &days()).await.unwrap_err(),
        );
        refused(client.daily(&proxy.jid, usage_point, Direction::Consumption, &days()).await.unwrap_err());
    }
    refused(
        client.load_curve(bare(&proxy.jid), USAGE_POINT, Direction::Consumption, &days()).await.unwrap_err(),
    );
    let request = || AuthorizeRequest::new("My energy");
    for request in [
        AuthorizeRequest::new(""),
        request().logo_url("http://app.test/logo.png"),
        request().duration("a year"),
        request().test_client(10),
    ] {
        refused(client.authorize_uri(&proxy.jid, &request).await.unwrap_err());
    }
    refused(client.authorize_uri(bare(&proxy.jid), &request()).await.unwrap_err());
    assert!(proxy.heard().is_empty());
    // And whom nothing was asked of is not trusted.
    publisher.send(&notice(&client.jid(), Some("s"))).await;
    assert!(publisher.hears_nothing().await);
    client.availability(&proxy.jid).await.unwrap();
    assert_eq!(client.distrusted(), 1);
}

/// A notice of consent, as text.
fn notice(to: &str, state: Option<&str>) -> String {
    let state = state.map(|state| format!("<state>{state}</state>")).unwrap_or_default();
    format!(
        "<message type='chat' to='{to}'><body>Access granted for usage points {USAGE_POINT}</body>\
         <x xmlns='https://consometers.org/dataconnect#authorize'>\
         <usage-point>{USAGE_POINT}</usage-point>{state}</x></message>"
    )
}

async fn consent(listener: &mut Listener) -> Consent {
    match event(listener).await {
        Event::Consent(consent) => consent,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn where_to_consent() {
    let server = Server::shared();
    let client = client(&server).await;
    let (proxy, _) = proxy(&server, vector!("get-authorize-uri.completed")).await;
    let request = AuthorizeRequest::new("My energy & more")
        .logo_url("https://app.example.org/logo.png?a=1&b=2")
        .description("<p>Your readings are drawn as a <b>curve</b>.</p>\n\n<p>Nobody else sees l'été.</p>\n")
        .duration("P1Y")
        .redirect_uri("https://app.example.org/granted?user=7&x")
        .state("a state/ü")
        .test_client(3);
    let authorization = client.authorize_uri(&proxy.jid, &request).await.unwrap();
    assert_eq!(
        fields(&proxy, &client, "get_authorize_uri"),
        [
            one("name", "text-single", "My energy & more"),
            one("logo_url", "text-single", "https://app.example.org/logo.png?a=1&b=2"),
            (
                "description".to_owned(),
                "text-multi".to_owned(),
                vec![
                    "<p>Your readings are drawn as a <b>curve</b>.</p>".to_owned(),
                    String::new(),
                    "<p>Nobody else sees l'été.</p>".to_owned(),
                ]
            ),
        ]
    );
    assert_eq!(
        authorization.uri,
        "https://provider.example/authorize?id=7f3a%20b&lang=fr&duration=P1Y\
         &redirect_uri=https%3A%2F%2Fapp.example.org%2Fgranted%3Fuser%3D7%26x&state=a+state%2F%C3%BC&test_client=3"
    );
    assert_eq!(authorization.state, "a state/ü");
    assert_eq!(
        (&*authorization.name, authorization.provider.to_string()),
        ("My energy & more", proxy.jid.clone())
    );
}

#[tokio::test]
async fn a_state_is_drawn_where_none_is_given() {
    let server = Server::shared();
    let client = client(&server).await;
    let (proxy, _) = proxy(&server, vector!("get-authorize-uri.completed")).await;
    let request = AuthorizeRequest::new("My energy");
    let first = client.authorize_uri(&proxy.jid, &request).await.unwrap();
    let sent: Vec<_> =
        fields(&proxy, &client, "get_authorize_uri").into_iter().map(|(var, ..)| var).collect();
    assert_eq!(sent, ["name", "description"], "no logo");
    let second = client.authorize_uri(&proxy.jid, &request).await.unwrap();
    assert!(first.state != second.state && first.state.len() >= 22, "128 bits");
    let uri = |state| format!("https://provider.example/authorize?id=7f3a%20b&lang=fr&state={state}");
    assert_eq!(first.uri, uri(&first.state));
}

#[tokio::test]
async fn addresses_that_are_none() {
    let server = Server::shared();
    let client = client(&server).await;
    for uri in [
        "",
        "<field var='authorize_uri'/>",
        "<field var='authorize_uri'><value> </value></field>",
        "<field var='uri'><value>https://provider.example/</value></field>",
        "<field var='authorize_uri'><value>http://provider.example/</value></field>",
        "<field var='authorize_uri'><value>javascript:alert(1)</value></field>",
        "<field var='authorize_uri'><value>authorize</value></field>",
    ] {
        let proxy = raw::provider_saying(&server, move |request| {
            let form = format!("<x xmlns='{}' type='result'>{uri}</x>", raw::FORMS);
            raw::command(request, "get_authorize_uri", "completed", &form)
        })
        .await;
        let error = client.authorize_uri(&proxy.jid, &AuthorizeRequest::new("x")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MalformedAnswer, "{uri}: {error}");
        assert!(error.to_string().contains(&proxy.jid), "{error}");
    }
}

#[tokio::test]
async fn the_notice_as_it_comes() {
    let server = Server::shared();
    let client = client(&server).await;
    let (proxy, mut publisher) = proxy(&server, vector!("get-authorize-uri.completed")).await;
    let request = AuthorizeRequest::new("My energy").state("what the consumer put into state");
    let authorization = client.authorize_uri(&proxy.jid, &request).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    client.availability(&client.jid()).await.unwrap();

    publisher.send(&raw::addressed(&raw::parse(vector!("consent")), bare(&client.jid()))).await;
    let consent = consent(&mut listener).await;
    assert_eq!(consent.from.to_string(), publisher.jid);
    assert_eq!(consent.usage_points, [USAGE_POINT]);
    assert_eq!(consent.state.as_deref(), Some("what the consumer put into state"));
    assert_eq!(consent.request, Some(authorization));
    assert_eq!(consent.body.as_deref(), Some("Access granted for usage points 00000000000001"));
    assert_eq!((consent.id.clone(), consent.delayed, consent.other.len()), (None, false, 0));
    let shown = format!("{consent:?}");
    assert!(!shown.contains(USAGE_POINT) && !shown.contains("what the consumer"), "{shown}");
}

#[tokio::test]
async fn a_notice_is_matched_to_the_request_it_answers() {
    let server = Server::shared();
    let account = server.new_account();
    let client = Client::connect(&config(&server, &account)).await.unwrap();
    let (proxy, mut publisher) = proxy(&server, vector!("get-authorize-uri.completed")).await;
    let (other_proxy, mut other_publisher) =
        self::proxy(&server, vector!("get-authorize-uri.completed")).await;
    let ask = async |proxy: &Script, name: &str| -> AuthorizeUri {
        client.authorize_uri(&proxy.jid, &AuthorizeRequest::new(name)).await.unwrap()
    };
    let (first, second) = (ask(&proxy, "first").await, ask(&proxy, "second").await);
    let of_other = ask(&other_proxy, "of another").await;
    let mut listener = client.listen().await.unwrap();
    let jid = client.jid();

    for (state, request) in [
        (Some(&*second.state), Some(&second)),
        (Some(&*first.state), Some(&first)),
        // Once more: a person may consent for one usage point after the other.
        (Some(&*first.state), Some(&first)),
        (Some("another"), None),
        (Some(""), None),
        (None, None),
        (Some(&*first.state.to_uppercase()), None),
        // A state that came to another's knowledge.
        (Some(&*of_other.state), None),
    ] {
        publisher.send(&notice(&jid, state)).await;
        let consent = consent(&mut listener).await;
        assert_eq!(consent.state.as_deref(), state.filter(|state| !state.is_empty()));
        assert_eq!(consent.request.as_ref(), request);
        assert_eq!(consent.usage_points, [USAGE_POINT]);
    }
    other_publisher.send(&notice(&jid, Some(&of_other.state))).await;
    assert_eq!(consent(&mut listener).await.request, Some(of_other));

    // All clones remember, but no other process: there the state is the caller's to compare.
    let clone = client.clone();
    listener.finish().await.unwrap();
    let mut listener = clone.listen().await.unwrap();
    publisher.send(&notice(&jid, Some(&first.state))).await;
    assert_eq!(consent(&mut listener).await.request.as_ref(), Some(&first));
    drop(listener);
    client.close().await;
    publisher.send(&notice(bare(&jid), Some(&first.state))).await;
    assert!(publisher.hears_nothing().await);
    let client = Client::connect(&config(&server, &account)).await.unwrap();
    client.trust(&proxy.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    let consent = consent(&mut listener).await;
    assert_eq!((consent.state.as_ref(), &consent.request), (Some(&first.state), &None));
    assert!(consent.delayed, "the server kept it");
}

#[tokio::test]
async fn notices_of_many_kinds() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut publisher = Peer::login(&server, &server.new_account(), "proxy").await;
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    let jid = client.jid();
    let x = |inside: &str| format!("<x xmlns='https://consometers.org/dataconnect#authorize'>{inside}</x>");
    let mut say = async |inside: &str| {
        publisher.send(&format!("<message to='{jid}' id='m1'>{inside}</message>")).await;
    };

    say(&format!(
        "{}<extension xmlns='urn:x' a='1'/>",
        x(" <usage-point> 00000000000001\n</usage-point><usage-point>00000000000002</usage-point>\
           <state>\n s </state><until>2023-01-01</until><state>t</state>")
    ))
    .await;
    let consent = consent(&mut listener).await;
    assert_eq!(consent.usage_points, ["00000000000001", "00000000000002"]);
    assert_eq!((consent.state.as_deref(), consent.body.as_deref()), (Some("s"), None));
    assert_eq!(consent.id.as_deref(), Some("m1"));
    let other: Vec<_> = consent.other.iter().map(|element| (&*element.name, element.text())).collect();
    let owned = |text: &str| text.to_owned();
    assert_eq!(other, [("until", owned("2023-01-01")), ("state", owned("t")), ("extension", owned(""))]);

    for empty in [x(""), x("<state>s</state>"), x("<usage-point> </usage-point>")] {
        say(&empty).await;
        let Event::Malformed { error, .. } = event(&mut listener).await else { panic!("{empty}") };
        assert_eq!(error.kind(), ErrorKind::MalformedAnswer);
        assert!(error.to_string().contains("no usage point"), "{error}");
    }

    // Data and a notice in one message are both told.
    let payload = "<quoalise xmlns='urn:quoalise:0'><data><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
         <senml n='a' t='1641769200' v='7'/></sensml></data></quoalise>";
    say(&format!("<body>b</body>{}{payload}", x("<usage-point>00000000000003</usage-point>"))).await;
    let consent = self::consent(&mut listener).await;
    assert_eq!((&*consent.usage_points, consent.other.len()), (&["00000000000003".to_owned()][..], 0));
    let Event::Push(push) = event(&mut listener).await else { panic!("no push") };
    assert_eq!((push.data.records().values(), push.other.len()), (&[7.0][..], 0));
    assert_eq!((push.body.as_deref(), consent.body.as_deref()), (Some("b"), Some("b")));
}
