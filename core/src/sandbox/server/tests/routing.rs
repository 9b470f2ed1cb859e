use minidom::Element;
use xmpp_parsers::ns;

use super::{
    super::{Config, Server},
    ANNAS, BENS,
    client::Client,
    condition, config, server,
};

fn body(stanza: &Element) -> String {
    stanza.get_child("body", ns::JABBER_CLIENT).unwrap().text()
}

#[tokio::test]
async fn messages_for_a_bare_jid_go_to_the_highest_priority() {
    let server = server().await;
    let mut sender = Client::connect(&server, "ben@localhost/s", BENS).await;
    let mut low = Client::available(&server, "anna@localhost/low", ANNAS, 1).await;
    let mut high = Client::available(&server, "anna@localhost/high", ANNAS, 5).await;
    let mut negative = Client::available(&server, "anna@localhost/negative", ANNAS, -1).await;
    let mut silent = Client::connect(&server, "anna@localhost/silent", ANNAS).await;

    sender.send("<message to='anna@localhost'><body>one</body></message>").await;
    sender.send("<message to='Anna@LOCALHOST' type='chat'><body>two</body></message>").await;
    sender.send("<message to='anna@localhost' type='strange'><body>three</body></message>").await;
    assert!(sender.received().await.is_empty());
    assert_eq!(high.bodies().await, ["one", "two", "three"]);
    for other in [&mut low, &mut negative, &mut silent] {
        assert!(other.bodies().await.is_empty());
    }

    // Equals share.
    low.announce(5).await;
    sender.send("<message to='anna@localhost'><body>four</body></message>").await;
    sender.received().await;
    assert_eq!(high.bodies().await, ["four"]);
    assert_eq!(low.bodies().await, ["four"]);

    // Headlines go to all that listen.
    low.announce(0).await;
    sender.send("<message to='anna@localhost' type='headline'><body>five</body></message>").await;
    sender.received().await;
    assert_eq!(high.bodies().await, ["five"]);
    assert_eq!(low.bodies().await, ["five"]);
    assert!(negative.bodies().await.is_empty());

    // A group chat is not for one person, and an error is for nobody else.
    let refused =
        sender.ask("<message to='anna@localhost' type='groupchat'><body>six</body></message>").await;
    assert_eq!(condition(&refused), "service-unavailable");
    sender.send("<message to='anna@localhost' type='error'><body>seven</body></message>").await;
    assert!(sender.received().await.is_empty());
    for client in [&mut low, &mut high, &mut negative] {
        assert!(client.bodies().await.is_empty());
    }

    // Who goes, by whatever way, leaves it to the next.
    drop(high);
    while low.receive().await.attr("type") != Some("unavailable") {}
    sender.send("<message to='anna@localhost'><body>eight</body></message>").await;
    sender.received().await;
    assert_eq!(low.bodies().await, ["eight"]);
    // Messages to oneself are messages too.
    low.send("<message><body>nine</body></message>").await;
    low.send("<message to='anna@localhost'><body>ten</body></message>").await;
    assert_eq!(low.bodies().await, ["nine", "ten"]);
}

#[tokio::test]
async fn messages_for_a_full_jid() {
    let server = server().await;
    let mut sender = Client::connect(&server, "ben@localhost/s", BENS).await;
    let mut negative = Client::available(&server, "anna@localhost/negative", ANNAS, -1).await;
    let mut silent = Client::connect(&server, "anna@localhost/silent", ANNAS).await;

    // To whom it is addressed, whatever its priority, of whatever type.
    for type_ in ["normal", "chat", "headline", "groupchat", "error"] {
        for to in ["negative", "silent"] {
            sender
                .send(&format!(
                    "<message to='anna@localhost/{to}' type='{type_}'><body>{type_}</body></message>"
                ))
                .await;
        }
    }
    assert!(sender.received().await.is_empty());
    for client in [&mut negative, &mut silent] {
        assert_eq!(client.bodies().await, ["normal", "chat", "headline", "groupchat", "error"]);
    }

    // To one that is not there: as if to the bare JID, for those types where that makes sense.
    let mut other = Client::available(&server, "anna@localhost/other", ANNAS, 0).await;
    negative.received().await;
    for type_ in ["normal", "chat", "headline", "error"] {
        sender
            .send(&format!("<message to='anna@localhost/gone' type='{type_}'><body>{type_}</body></message>"))
            .await;
    }
    assert!(sender.received().await.is_empty());
    let got = other.received().await;
    let got: Vec<_> =
        got.iter().filter(|e| e.name() == "message").map(|e| (body(e), e.attr("to").unwrap())).collect();
    assert_eq!(
        got,
        [("normal".to_owned(), "anna@localhost/gone"), ("chat".to_owned(), "anna@localhost/gone")]
    );
    let refused = sender.ask("<message to='anna@localhost/gone' type='groupchat'/>").await;
    assert_eq!(condition(&refused), "service-unavailable");
}

#[tokio::test]
async fn messages_for_nobody_come_back() {
    let server = server().await;
    let mut sender = Client::connect(&server, "ben@localhost/s", BENS).await;
    for (to, expected) in [
        ("nobody@localhost", "service-unavailable"),
        ("nobody@localhost/x", "service-unavailable"),
        ("localhost", "service-unavailable"),
        ("anna@elsewhere.test", "remote-server-not-found"),
        ("elsewhere.test", "remote-server-not-found"),
        ("@localhost", "jid-malformed"),
        ("a@b@c", "jid-malformed"),
    ] {
        let refused = sender.ask(&format!("<message to='{to}' id='m1'><body>hello</body></message>")).await;
        assert_eq!(condition(&refused), expected, "{to}");
        assert_eq!((refused.name(), refused.attr("id")), ("message", Some("m1")));
        assert_eq!((refused.attr("from"), refused.attr("to")), (Some(to), Some("ben@localhost/s")));
        sender.send(&format!("<message to='{to}' type='error'><body>hello</body></message>")).await;
    }
    assert!(sender.received().await.is_empty());
}

#[tokio::test]
async fn stanzas_are_carried_as_they_are_but_for_the_sender() {
    let server = server().await;
    let mut sender = Client::connect(&server, "ben@localhost/s", BENS).await;
    let mut receiver = Client::connect(&server, "anna@localhost/r", ANNAS).await;
    let stanza = "<message to='anna@localhost/r' from='anna@localhost/liar' id='x' extra='kept' xml:lang='fr' type='weird'>\
        <body>salut &lt;toi&gt;</body>between<x xmlns='urn:x' a='1' b='é'>text<y xmlns='urn:y'/>tail</x><body xml:lang='en'>hi</body>\
        <thing xmlns='jabber:client' unknown='yes'/></message>";
    sender.send(stanza).await;
    let mut expected: Element = super::stanza(stanza);
    super::super::element::set(&mut expected, super::super::element::FROM, "ben@localhost/s");
    // Through text, which may have come in pieces.
    let carried: Element = String::from(&receiver.receive().await).parse().unwrap();
    assert_eq!(carried, expected);
}

#[tokio::test]
async fn messages_wait_for_who_is_offline() {
    let server = server().await;
    let mut sender = Client::connect(&server, "ben@localhost/s", BENS).await;
    let before = jiff::Timestamp::now().as_second();
    for i in 0..50 {
        let type_ = ["", "type='chat'", "type='normal'"][i % 3];
        let to = ["anna@localhost", "anna@localhost/gone"][i % 2];
        sender.send(&format!("<message to='{to}' {type_} id='{i}'><data xmlns='urn:x'/></message>")).await;
    }
    // These don't wait.
    sender.send("<message to='anna@localhost' type='headline'/>").await;
    assert!(sender.received().await.is_empty());

    // Neither being connected nor a negative priority is for hearing.
    let mut negative = Client::available(&server, "anna@localhost/negative", ANNAS, -1).await;
    assert!(negative.received().await.is_empty());
    let mut listener = Client::available(&server, "anna@localhost/listener", ANNAS, 0).await;
    sender.send("<message to='anna@localhost' id='live'/>").await;
    sender.received().await;
    let mut got = listener.received().await;
    // The other resource's presence comes first.
    assert_eq!(got.remove(0).attr("from"), Some("anna@localhost/negative"));
    let ids: Vec<_> = got.iter().map(|m| m.attr("id").unwrap().to_owned()).collect();
    let expected: Vec<_> = (0..50).map(|i| i.to_string()).chain(["live".to_owned()]).collect();
    assert_eq!(ids, expected);
    let live = got.pop().unwrap();
    assert!(live.get_child("delay", ns::DELAY).is_none());
    for message in got {
        assert_eq!(message.attr("from"), Some("ben@localhost/s"));
        let delay = message.get_child("delay", ns::DELAY).unwrap();
        assert_eq!(delay.attr("from"), Some("localhost"));
        let stamp: jiff::Timestamp = delay.attr("stamp").unwrap().parse().unwrap();
        assert!((before..=jiff::Timestamp::now().as_second()).contains(&stamp.as_second()));
    }

    // They come once; and to one that changes its mind about hearing, too.
    assert!(negative.bodies().await.is_empty());
    listener.close().await;
    sender.send("<message to='anna@localhost'><body>again</body></message>").await;
    sender.received().await;
    assert!(negative.bodies().await.is_empty());
    negative.announce(0).await;
    assert_eq!(negative.bodies().await, ["again"]);
    negative.announce(0).await;
    assert!(negative.received().await.is_empty());
}

#[tokio::test]
async fn storage_has_an_end() {
    let mut config = config();
    config.limits.offline_messages = 3;
    let server = Server::start(config).await.unwrap();
    let mut sender = Client::connect(&server, "ben@localhost/s", BENS).await;
    for i in 0..3 {
        sender.send(&format!("<message to='anna@localhost'><body>{i}</body></message>")).await;
    }
    let refused = sender.ask("<message to='anna@localhost' id='3'><body>3</body></message>").await;
    assert_eq!((condition(&refused), refused.attr("id")), ("service-unavailable", Some("3")));
    let mut listener = Client::available(&server, "anna@localhost/l", ANNAS, 0).await;
    assert_eq!(listener.bodies().await, ["0", "1", "2"]);
}

#[tokio::test]
async fn presence_reaches_an_accounts_own_resources() {
    let server = server().await;
    let mut first = Client::available(&server, "anna@localhost/first", ANNAS, 3).await;
    let mut other = Client::available(&server, "ben@localhost/other", BENS, 0).await;
    let mut second = Client::connect(&server, "anna@localhost/second", ANNAS).await;
    assert!(second.received().await.is_empty(), "nothing before it is available itself");
    second.announce(300_i32.clamp(-128, 127) as i8).await;

    let seen = second.receive().await;
    assert_eq!(
        (seen.attr("from"), seen.attr("to")),
        (Some("anna@localhost/first"), Some("anna@localhost/second"))
    );
    assert_eq!(seen.get_child("priority", ns::JABBER_CLIENT).unwrap().text(), "3");
    assert!(seen.get_child("delay", ns::DELAY).is_some());
    let seen = first.receive().await;
    assert_eq!(
        (seen.attr("from"), seen.attr("to")),
        (Some("anna@localhost/second"), Some("anna@localhost/first"))
    );

    second.send("<presence><show>away</show></presence>").await;
    assert!(second.receive().await.get_child("show", ns::JABBER_CLIENT).is_some());
    assert!(first.receive().await.get_child("show", ns::JABBER_CLIENT).is_some());
    second.send("<presence type='unavailable'><status>bye</status></presence>").await;
    assert_eq!(second.receive().await.attr("type"), Some("unavailable"));
    let seen = first.receive().await;
    assert_eq!(seen.attr("type"), Some("unavailable"));
    assert!(seen.get_child("status", ns::JABBER_CLIENT).is_some());
    // It said so itself: its end is no news.
    second.close().await;
    assert!(first.received().await.is_empty());
    assert!(other.received().await.is_empty());
}

#[tokio::test]
async fn odd_priorities_are_taken_for_what_they_can_be() {
    let server = server().await;
    let mut sender = Client::connect(&server, "ben@localhost/s", BENS).await;
    let mut usual = Client::available(&server, "anna@localhost/usual", ANNAS, 1).await;
    let mut odd = Client::connect(&server, "anna@localhost/odd", ANNAS).await;
    for (priority, heard) in [("1000", true), ("+7", true), ("x", false), ("", false), ("-1000", false)] {
        odd.send(&format!("<presence><priority>{priority}</priority></presence>")).await;
        odd.received().await;
        sender.send("<message to='anna@localhost'><body>to whom</body></message>").await;
        sender.received().await;
        assert_eq!(!odd.bodies().await.is_empty(), heard, "{priority}");
        assert_eq!(usual.bodies().await.is_empty(), heard, "{priority}");
    }
}

#[tokio::test]
async fn directed_presence_is_followed_by_its_end() {
    let server = server().await;
    let mut ben = Client::available(&server, "ben@localhost/b", BENS, 0).await;
    let mut quiet = Client::connect(&server, "ben@localhost/quiet", BENS).await;

    for way in ["unavailable", "close", "loss"] {
        let mut anna = Client::connect(&server, "anna@localhost/a", ANNAS).await;
        anna.send("<presence to='ben@localhost'><status>here</status></presence>").await;
        anna.send("<presence to='ben@localhost/quiet'/>").await;
        anna.send("<presence to='nobody@localhost'/>").await;
        anna.send("<presence to='ben@localhost/gone'/>").await;
        anna.send("<presence to='localhost'/>").await;
        assert!(anna.received().await.is_empty());
        for (client, to) in [(&mut ben, "ben@localhost"), (&mut quiet, "ben@localhost/quiet")] {
            let seen = client.receive().await;
            assert_eq!((seen.attr("from"), seen.attr("to")), (Some("anna@localhost/a"), Some(to)));
            assert_eq!(seen.attr("type"), None);
        }
        let end = async {
            match way {
                "unavailable" => {
                    anna.send("<presence type='unavailable'/>").await;
                    assert_eq!(anna.receive().await.attr("type"), Some("unavailable"));
                    anna.close().await;
                }
                "close" => anna.close().await,
                _ => drop(anna),
            }
        };
        end.await;
        for client in [&mut ben, &mut quiet] {
            let seen = client.receive().await;
            assert_eq!(
                (seen.attr("from"), seen.attr("type")),
                (Some("anna@localhost/a"), Some("unavailable"))
            );
            assert!(client.received().await.is_empty(), "{way}: told once");
        }
    }

    // Whoever was told already isn't told again.
    let mut anna = Client::connect(&server, "anna@localhost/a", ANNAS).await;
    anna.send("<presence to='ben@localhost/quiet'/>").await;
    anna.send("<presence to='ben@localhost/quiet' type='unavailable'/>").await;
    anna.close().await;
    assert_eq!(quiet.received().await.len(), 2);
}

#[tokio::test]
async fn there_are_no_subscriptions() {
    let server = server().await;
    let mut anna = Client::available(&server, "anna@localhost/a", ANNAS, 0).await;
    let mut ben = Client::available(&server, "ben@localhost/b", BENS, 0).await;
    let answer = anna.ask("<presence to='ben@localhost' type='subscribe'/>").await;
    assert_eq!((answer.attr("type"), answer.attr("from")), (Some("unsubscribed"), Some("ben@localhost")));
    for type_ in ["subscribed", "unsubscribe", "unsubscribed", "probe"] {
        anna.send(&format!("<presence to='ben@localhost' type='{type_}'/>")).await;
    }
    assert!(anna.received().await.is_empty());
    assert!(ben.received().await.is_empty());
    for stanza in ["<presence type='subscribe'/>", "<presence to='ben@localhost' type='dance'/>"] {
        assert_eq!(condition(&anna.ask(stanza).await), "bad-request");
    }
    for type_ in ["", "type='subscribe'"] {
        let far = anna.ask(&format!("<presence to='ben@elsewhere.test' {type_}/>")).await;
        assert_eq!((far.name(), condition(&far)), ("presence", "remote-server-not-found"));
    }

    let roster = anna.ask("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>").await;
    assert_eq!(roster.attr("type"), Some("result"));
    assert_eq!(roster.get_child("query", ns::ROSTER).unwrap().children().count(), 0);
    let set =
        "<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='ben@localhost'/></query></iq>";
    assert_eq!(condition(&anna.ask(set).await), "not-allowed");
}

#[tokio::test]
async fn requests_go_to_sessions_and_answers_come_back() {
    let server = server().await;
    let mut anna = Client::connect(&server, "anna@localhost/a", ANNAS).await;
    let mut ben = Client::connect(&server, "ben@localhost/b", BENS).await;
    anna.send("<iq type='get' id='1' to='ben@localhost/b'><q xmlns='urn:q'/></iq>").await;
    let asked = ben.receive().await;
    assert_eq!((asked.attr("from"), asked.attr("id")), (Some("anna@localhost/a"), Some("1")));
    ben.send("<iq type='result' id='1' to='anna@localhost/a'><r xmlns='urn:r'/><r xmlns='urn:r'/></iq>")
        .await;
    let answer = anna.receive().await;
    assert_eq!((answer.attr("from"), answer.attr("type")), (Some("ben@localhost/b"), Some("result")));
    assert_eq!(answer.children().count(), 2);

    for (to, expected) in [
        ("ben@localhost/gone", "service-unavailable"),
        ("ben@localhost", "service-unavailable"),
        ("nobody@localhost", "service-unavailable"),
        ("nobody@localhost/x", "service-unavailable"),
        ("localhost", "service-unavailable"),
        ("anna@localhost", "service-unavailable"),
        ("ben@elsewhere.test/x", "remote-server-not-found"),
        ("ben@", "jid-malformed"),
    ] {
        for type_ in ["get", "set"] {
            let refused =
                anna.ask(&format!("<iq type='{type_}' id='2' to='{to}'><q xmlns='urn:q'/></iq>")).await;
            assert_eq!(condition(&refused), expected, "{to}");
            assert_eq!(
                (refused.name(), refused.attr("id"), refused.attr("from")),
                ("iq", Some("2"), Some(to))
            );
        }
        // Answers are not answered.
        anna.send(&format!("<iq type='result' id='3' to='{to}'/>")).await;
        anna.send(&format!("<iq type='error' id='3' to='{to}'><q xmlns='urn:q'/></iq>")).await;
    }
    assert!(anna.received().await.is_empty());

    for wrong in [
        "<iq id='4' to='ben@localhost/b'><q xmlns='urn:q'/></iq>",
        "<iq type='ask' id='4' to='ben@localhost/b'><q xmlns='urn:q'/></iq>",
        "<iq type='get' to='ben@localhost/b'><q xmlns='urn:q'/></iq>",
        "<iq type='get' id='4' to='ben@localhost/b'/>",
        "<iq type='get' id='4' to='ben@localhost/b'><q xmlns='urn:q'/><q xmlns='urn:q'/></iq>",
    ] {
        assert_eq!(condition(&anna.ask(wrong).await), "bad-request", "{wrong}");
    }
    assert!(ben.received().await.is_empty());
}

#[tokio::test]
async fn answers_for_itself_and_for_accounts() {
    let server = server().await;
    let mut anna = Client::connect(&server, "anna@localhost/a", ANNAS).await;
    for to in ["", "to='localhost'", "to='anna@localhost'", "to='ben@localhost'"] {
        let pong = anna.ask(&format!("<iq type='get' id='p' {to}><ping xmlns='urn:xmpp:ping'/></iq>")).await;
        assert_eq!((pong.attr("type"), pong.children().count()), (Some("result"), 0));

        let info =
            anna.ask(&format!("<iq type='get' id='i' {to}><query xmlns='{}'/></iq>", ns::DISCO_INFO)).await;
        let info = info.get_child("query", ns::DISCO_INFO).unwrap();
        let identity = info.get_child("identity", ns::DISCO_INFO).unwrap();
        let expected = if to.contains("'localhost'") { ("server", "im") } else { ("account", "registered") };
        assert_eq!((identity.attr("category").unwrap(), identity.attr("type").unwrap()), expected);
        assert!(info.children().any(|child| child.attr("var") == Some(ns::PING)));
        let node = anna
            .ask(&format!("<iq type='get' id='i' {to}><query xmlns='{}' node='x'/></iq>", ns::DISCO_INFO))
            .await;
        assert_eq!(condition(&node), "item-not-found");
    }
    for to in ["", "to='localhost'"] {
        let items =
            anna.ask(&format!("<iq type='get' id='d' {to}><query xmlns='{}'/></iq>", ns::DISCO_ITEMS)).await;
        assert_eq!(items.get_child("query", ns::DISCO_ITEMS).unwrap().children().count(), 0);
        let session = "urn:ietf:params:xml:ns:xmpp-session";
        let session =
            anna.ask(&format!("<iq type='set' id='s' {to}><session xmlns='{session}'/></iq>")).await;
        assert_eq!(session.attr("type"), Some("result"));
    }
    let version =
        anna.ask("<iq type='get' id='v' to='localhost'><query xmlns='jabber:iq:version'/></iq>").await;
    let version = version.get_child("query", ns::VERSION).unwrap();
    assert_eq!(version.get_child("version", ns::VERSION).unwrap().text(), env!("CARGO_PKG_VERSION"));
    for (type_, query) in [("set", "ping xmlns='urn:xmpp:ping'"), ("get", "vCard xmlns='vcard-temp'")] {
        let refused = anna.ask(&format!("<iq type='{type_}' id='u' to='localhost'><{query}/></iq>")).await;
        assert_eq!(condition(&refused), "service-unavailable");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_messages_arrive_in_order() {
    const MESSAGES: usize = 2_000;
    let config = Config::new("localhost").account("anna", ANNAS).account("ben", BENS).account("carl", "c");
    let server = Server::start(config).await.unwrap();
    let mut receiver = Client::available(&server, "anna@localhost/r", ANNAS, 0).await;
    let mut one = Client::connect(&server, "ben@localhost/s", BENS).await;
    let mut two = Client::connect(&server, "carl@localhost/s", "c").await;

    let begun = std::time::Instant::now();
    let send = async |sender: &mut Client| {
        for i in 0..MESSAGES {
            let to = ["anna@localhost", "anna@localhost/r"][i % 2];
            sender.send(&format!("<message to='{to}' id='{i}'><body>{i}</body></message>")).await;
        }
    };
    let receive = async {
        let mut next = std::collections::BTreeMap::new();
        for _ in 0..2 * MESSAGES {
            let message = receiver.receive().await;
            let next = next.entry(message.attr("from").unwrap().to_owned()).or_insert(0);
            assert_eq!(message.attr("id"), Some(next.to_string().as_str()));
            *next += 1;
        }
    };
    tokio::join!(send(&mut one), send(&mut two), receive);
    println!("sandbox.messages_per_s {:.0}", 2.0 * MESSAGES as f64 / begun.elapsed().as_secs_f64());
    assert!(receiver.received().await.is_empty());
}
