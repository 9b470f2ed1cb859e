use std::{net::SocketAddr, time::Instant};

use futures::{SinkExt, StreamExt};
use sasl::common::ChannelBinding;
use xmpp_parsers::{ns, sasl::DefinedCondition};

use super::{
    super::{Account, Config, Server, StartError},
    ANNAS, BENS,
    client::{Client, Login, soon, unauthenticated},
    config, decoded, encoded, server, stanza, stream_condition,
};

#[tokio::test]
async fn is_up_at_once() {
    let begun = Instant::now();
    let server = server().await;
    println!("sandbox.start_ms {:.1}", begun.elapsed().as_secs_f64() * 1e3);
    let begun = Instant::now();
    let client = Client::connect(&server, "anna@localhost", ANNAS).await;
    println!("sandbox.login_ms {:.1}", begun.elapsed().as_secs_f64() * 1e3);
    client.close().await;
    let begun = Instant::now();
    server.stop().await;
    println!("sandbox.stop_ms {:.1}", begun.elapsed().as_secs_f64() * 1e3);
}

#[tokio::test]
async fn listens_on_loopback_only() {
    for open in ["0.0.0.0:0", "[::]:0", "192.0.2.1:5222"] {
        let open: SocketAddr = open.parse().unwrap();
        for config in [config().listen(open), config().direct_tls(open)] {
            let error = Server::start(config).await.unwrap_err();
            assert!(matches!(error, StartError::NotLoopback(address) if address == open), "{error}");
            assert!(error.to_string().contains("loopback"));
        }
    }
    let server = Server::start(config().listen("127.3.2.1:0".parse().unwrap())).await.unwrap();
    assert_eq!(server.address().ip().to_string(), "127.3.2.1");
}

#[tokio::test]
async fn refuses_what_it_cannot_serve() {
    for domain in ["", "a b", "a@b", "a/b", "<", "é.test"] {
        let error = Server::start(Config::new(domain)).await.unwrap_err();
        assert!(matches!(error, StartError::Domain(_)), "{error}");
    }
    for account in ["", "a@b", "a b"] {
        let error = Server::start(Config::new("localhost").account(account, "x")).await.unwrap_err();
        assert!(matches!(error, StartError::Account(_)), "{error}");
    }
    let taken = server().await;
    let error = Server::start(config().listen(taken.address())).await.unwrap_err();
    assert!(matches!(error, StartError::Listen { address, .. } if address == taken.address()), "{error}");
}

#[tokio::test]
async fn passwords_stay_out_of_debug() {
    let config = config();
    assert!(!format!("{config:?}{:?}", Account::new("anna", ANNAS)).contains(ANNAS));
    let server = Server::start(config).await.unwrap();
    assert!(!format!("{server:?}").contains(ANNAS));
}

#[tokio::test]
async fn logs_in_by_every_mechanism() {
    let server = Server::start(config().direct_tls("127.0.0.1:0".parse().unwrap())).await.unwrap();
    for direct_tls in [false, true] {
        for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"] {
            // "I don't do channel binding", and "I would, but you don't".
            for binding in [ChannelBinding::None, ChannelBinding::Unsupported] {
                let login = Login { mechanism, binding, direct_tls };
                let mut client = Client::log_in(&server, "anna@localhost/x", ANNAS, &login).await.unwrap();
                assert_eq!(client.jid.as_str(), "anna@localhost/x");
                assert!(client.received().await.is_empty());
                client.close().await;
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let server = server().await;
    for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"] {
        let login = Login { mechanism, ..Login::default() };
        for (jid, password) in [("anna@localhost", BENS), ("nobody@localhost", ANNAS), ("anna@localhost", "")]
        {
            let refused = Client::log_in(&server, jid, password, &login).await.err();
            assert_eq!(refused, Some(DefinedCondition::NotAuthorized), "{mechanism} {jid}");
        }
    }
    // Nor do the challenges tell: each has a salt that stays the same, and as many iterations.
    for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-1"] {
        let mut seen = Vec::new();
        for name in ["anna", "ANNA", "nobody", "NOBODY"] {
            let (_, mut stream) = unauthenticated(&server, false).await;
            let auth = format!(
                "<auth xmlns='{}' mechanism='{mechanism}'>{}</auth>",
                ns::SASL,
                encoded(format!("n,,n={name},r=abc"))
            );
            stream.send(&stanza(&auth)).await.unwrap();
            let challenge = soon(stream.next()).await.unwrap().unwrap();
            let challenge = String::from_utf8(decoded(&challenge.text())).unwrap();
            let parts: Vec<_> = challenge.split(',').map(str::to_owned).collect();
            assert!(parts[0].starts_with("r=abc") && parts[0].len() > 20, "{challenge}");
            assert_eq!(parts[2], "i=4096");
            seen.push(parts[1].clone());
        }
        assert_eq!((&seen[0], &seen[2]), (&seen[1], &seen[3]));
        assert_ne!(seen[0], seen[2]);
        assert_eq!(seen[0].len(), seen[2].len());
    }
}

/// What the server says to each of a series of SASL elements on one connection.
async fn sasl(server: &Server, elements: &[String]) -> Vec<String> {
    let (_, mut stream) = unauthenticated(server, false).await;
    let mut answers = Vec::new();
    for element in elements {
        stream.send(&stanza(element)).await.unwrap();
        let answer = soon(stream.next()).await.unwrap().unwrap();
        answers.push(match answer.name() {
            "failure" => answer.children().next().unwrap().name().to_owned(),
            "error" => stream_condition(&answer).to_owned(),
            name => name.to_owned(),
        });
    }
    answers
}

fn auth(mechanism: &str, data: &str) -> String {
    format!("<auth xmlns='{}' mechanism='{mechanism}'>{data}</auth>", ns::SASL)
}

#[tokio::test]
async fn says_what_is_wrong_with_a_login() {
    let mut config = config();
    config.limits.login_attempts = 100;
    let server = Server::start(config).await.unwrap();
    let plain = |text: &str| auth("PLAIN", &encoded(text));
    let response = |data: &str| format!("<response xmlns='{}'>{data}</response>", ns::SASL);
    let abort = format!("<abort xmlns='{}'/>", ns::SASL);
    let cases = [
        (auth("X-NEW", ""), "invalid-mechanism"),
        (auth("SCRAM-SHA-256-PLUS", &encoded("n,,n=anna,r=a")), "invalid-mechanism"),
        (format!("<auth xmlns='{}'/>", ns::SASL), "invalid-mechanism"),
        (auth("PLAIN", "not base 64"), "incorrect-encoding"),
        (plain("anna"), "malformed-request"),
        (auth("PLAIN", "="), "malformed-request"),
        (auth("SCRAM-SHA-256", &encoded("hello")), "malformed-request"),
        (auth("SCRAM-SHA-256", &encoded("n,,r=a")), "malformed-request"),
        (auth("SCRAM-SHA-256", &encoded("p=tls-exporter,,n=anna,r=a")), "malformed-request"),
        (response(""), "not-authorized"),
        (abort.clone(), "aborted"),
        // In the middle of an exchange.
        (auth("SCRAM-SHA-256", &encoded("n,,n=anna,r=a")), "challenge"),
        (abort, "aborted"),
        (auth("SCRAM-SHA-256", &encoded("n,,n=anna,r=a")), "challenge"),
        (response(&encoded("c=biws,r=a,p=AAAA")), "not-authorized"),
        (auth("SCRAM-SHA-256", &encoded("n,,n=anna,r=a")), "challenge"),
        (response("?"), "incorrect-encoding"),
        // A new one may begin before the old one is over.
        (auth("SCRAM-SHA-256", &encoded("n,,n=anna,r=a")), "challenge"),
        (plain("ben@localhost\0anna\0annaanna"), "invalid-authzid"),
        (plain("anna@localhost\0anna\0annaanna"), "success"),
    ];
    let (said, expected): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    assert_eq!(sasl(&server, &said).await, expected);

    // The client may wait to be asked.
    let waits = [auth("PLAIN", ""), response(&encoded("\0anna\0annaanna"))];
    assert_eq!(sasl(&server, &waits).await, ["challenge", "success"]);
    // Names are compared as JIDs are.
    assert_eq!(sasl(&server, &[plain("\0ANNA\0annaanna")]).await, ["success"]);
}

#[tokio::test]
async fn tries_are_counted() {
    let server = server().await;
    let (_, mut stream) = unauthenticated(&server, false).await;
    for _ in 0..3 {
        stream.send(&stanza(&auth("PLAIN", &encoded("\0anna\0wrong")))).await.unwrap();
        assert!(soon(stream.next()).await.unwrap().unwrap().is("failure", ns::SASL));
    }
    let error = soon(stream.next()).await.unwrap().unwrap();
    assert_eq!(stream_condition(&error), "policy-violation");
}

#[tokio::test]
async fn passwords_and_names_beyond_ascii() {
    // Composed and decomposed, and a name with what SCRAM escapes.
    let config = Config::new("localhost").account("zoé=1,2", "mot de passé\u{a0}!");
    let server = Server::start(config).await.unwrap();
    let plain = [auth("PLAIN", &encoded("\0zoé=1,2\0mot de passe\u{301} !"))];
    assert_eq!(sasl(&server, &plain).await, ["success"]);
    let mut scram = vec![auth("SCRAM-SHA-256", &encoded("n,,n=zoé=3D1=2C2,r=a"))];
    assert_eq!(sasl(&server, &scram).await, ["challenge"]);
    scram[0] = auth("SCRAM-SHA-256", &encoded("n,a=zoé=3D1=2C2@localhost,n=zoé=3D1=2C2,r=a"));
    assert_eq!(sasl(&server, &scram).await, ["challenge"]);
}

#[tokio::test]
async fn gives_a_resource() {
    let server = server().await;
    let asked = Client::connect(&server, "anna@localhost/meter reader", ANNAS).await;
    assert_eq!(asked.jid.as_str(), "anna@localhost/meter reader");
    let made_up = Client::connect(&server, "anna@localhost", ANNAS).await;
    let another = Client::connect(&server, "anna@localhost", ANNAS).await;
    assert!(made_up.jid.resource().as_str().len() >= 16);
    assert_ne!(made_up.jid, another.jid);
    let impossible = Client::connect(&server, "anna@localhost/\u{fff9}", ANNAS).await;
    assert!(impossible.jid.resource().as_str().len() >= 16);

    let mut asked = asked;
    let twice = asked.ask(&format!("<iq type='set' id='b'><bind xmlns='{}'/></iq>", ns::BIND)).await;
    assert_eq!(super::condition(&twice), "not-allowed");
}

#[tokio::test]
async fn a_new_session_replaces_one_of_the_same_name() {
    let server = server().await;
    let mut witness = Client::available(&server, "anna@localhost/witness", ANNAS, 0).await;
    let mut friend = Client::connect(&server, "ben@localhost/friend", BENS).await;
    let mut old = Client::available(&server, "anna@localhost/a", ANNAS, 0).await;
    old.send("<presence to='ben@localhost/friend'/>").await;
    old.received().await;
    witness.received().await;
    assert_eq!(friend.receive().await.attr("from"), Some("anna@localhost/a"));

    let mut new = Client::connect(&server, "anna@localhost/a", ANNAS).await;
    assert_eq!(stream_condition(&old.ending().await.unwrap()), "conflict");
    for client in [&mut witness, &mut friend] {
        let gone = client.receive().await;
        assert_eq!((gone.attr("type"), gone.attr("from")), (Some("unavailable"), Some("anna@localhost/a")));
    }
    // The end of the old one takes nothing from the new one.
    drop(old);
    assert!(new.received().await.is_empty());
    friend.send("<message to='anna@localhost/a'><body>hi</body></message>").await;
    assert_eq!(new.receive().await.attr("from"), Some("ben@localhost/friend"));
}
