//! Every way in which connecting fails, each told at once as what it is; and the unusual ones that work.

use std::error::Error as _;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use quoalise::{Availability, Client, Config, Error, ErrorKind, Security};
use quoalise_tests::{Account, Certificate, Conflict, Sasl, ScramHash, Server, Software, Tls, free_port};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::{AT_ONCE, PATIENCE, config, config_with, read_until};

const PASSWORD: &str = "hunter2 and nothing else";

/// The error of an attempt that has to fail at once: of this kind, with all of these words, and never the password.
async fn refused(config: &Config, kind: ErrorKind, words: &[&str]) -> Error {
    let begin = Instant::now();
    let error = Client::connect(config).await.expect_err("a connection that fails");
    assert!(begin.elapsed() < AT_ONCE, "{error} took {:?}", begin.elapsed());
    assert_eq!(error.kind(), kind, "{error}");

    let mut told = format!("{error}\n{error:?}");
    assert!(told.contains(&format!("connecting as {}: ", config.jid())), "{told}");
    for word in words {
        assert!(told.contains(word), "`{word}` is not in: {told}");
    }
    let problem = format!("{}: {}", error.operation().unwrap(), error.message());
    let remedy = told.lines().next().unwrap().strip_prefix(&problem).unwrap();
    assert!(remedy.len() > 10, "nothing is said about what to do: {told}");
    let mut source = error.source();
    while let Some(inner) = source {
        told += &format!("\n{inner}\n{inner:?}");
        source = inner.source();
    }
    let name = config.jid().node().unwrap();
    for secret in [PASSWORD.to_owned(), BASE64_STANDARD.encode(format!("\0{name}\0{PASSWORD}"))] {
        assert!(!told.contains(&secret), "the password is in: {told}");
    }
    error
}

/// An account of its own with [`PASSWORD`].
fn account(server: &Server) -> Account {
    let name = server.new_account().jid;
    server.add_user(name.split('@').next().unwrap(), PASSWORD)
}

/// By STARTTLS and by direct TLS.
fn both(server: &Server, account: &Account) -> [Config; 2] {
    let starttls = config(server, account);
    let address = format!("127.0.0.1:{}", server.direct_tls_port());
    [starttls.clone(), starttls.address(&address).unwrap().security(Security::DirectTls)]
}

/// Asks itself, by way of the server.
async fn works(server: &Server, config: &Config) -> Client {
    let client = Client::connect(config).await.unwrap_or_else(|error| panic!("{error}\n{}", server.log()));
    assert_eq!(client.availability(&client.jid()).await.unwrap(), Availability::Online);
    client
}

#[tokio::test]
async fn a_stock_server_both_ways() {
    let server = Server::shared();
    let account = account(&server);
    for config in both(&server, &account) {
        let client = works(&server, &config).await;
        assert!(client.jid().starts_with(&format!("{}/", account.jid)), "{}", client.jid());
        client.close().await;
    }
    let named = config_with(&server, &format!("{}/meters", account.jid), PASSWORD);
    assert_eq!(works(&server, &named).await.jid(), format!("{}/meters", account.jid));
    // A name with an address of each family, one of which nobody listens at.
    let address = format!("localhost:{}", server.c2s_port());
    works(&server, &config(&server, &account).address(&address).unwrap()).await;
    let pem = std::fs::read(server.ca_file()).unwrap();
    works(&server, &config(&server, &account).ca_pem(pem)).await;
}

#[tokio::test]
async fn wrong_passwords_and_unknown_users_are_told_alike() {
    let server = Server::shared();
    let known = server.new_account();
    let nobody = Account { jid: server.jid("nobody"), password: PASSWORD.to_owned() };
    for account in [Account { password: PASSWORD.to_owned(), ..known }, nobody] {
        for config in both(&server, &account) {
            let error =
                refused(&config, ErrorKind::LoginRefused, &["account", "password", &account.jid]).await;
            assert_eq!(error.condition(), Some("not-authorized"));
            assert!(!error.kind().is_temporary());
        }
    }
}

#[tokio::test]
async fn a_host_that_the_server_does_not_serve() {
    let server = Server::shared();
    let config = config_with(&server, "me@elsewhere.test", PASSWORD);
    let error = refused(&config, ErrorKind::UnknownHost, &["elsewhere.test", "after the @"]).await;
    assert_eq!(error.condition(), Some("host-unknown"));
}

#[tokio::test]
async fn domains_and_addresses_that_do_not_exist() {
    let server = Server::shared();
    let unknown = Config::new("me@nowhere.invalid", PASSWORD).unwrap();
    let by_address = config(&server, &account(&server)).address("nowhere.invalid").unwrap();
    for config in [unknown.clone(), unknown.security(Security::DirectTls), by_address] {
        refused(&config, ErrorKind::UnknownHost, &["nowhere.invalid", "address"]).await;
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let port = free_port();
    for config in on_port("me@quoalise.test", port) {
        let error =
            refused(&config, ErrorKind::Unreachable, &[&format!("127.0.0.1:{port}"), "try later"]).await;
        assert!(error.kind().is_temporary());
    }
}

/// By STARTTLS, by direct TLS, and without any.
fn on_port(jid: &str, port: u16) -> [Config; 3] {
    let config = Config::new(jid, PASSWORD).unwrap().address(&format!("127.0.0.1:{port}")).unwrap();
    [Security::StartTls, Security::DirectTls, Security::NoneOnLoopback]
        .map(|security| config.clone().security(security))
}

/// Something that takes connections and does with each what it is told; its port.
async fn listener<F: Future<Output = ()> + Send + 'static>(
    mut with_each: impl FnMut(TcpStream) -> F + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(with_each(stream));
        }
    });
    port
}

const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' from='quoalise.test' id='1' version='1.0'>";

/// As far as any server gets without secrets: what it was sent, and the answer given to it.
async fn answered(stream: &mut TcpStream, end: &str, answer: &str) -> String {
    let heard = read_until(stream, end).await;
    stream.write_all(answer.as_bytes()).await.unwrap();
    heard
}

#[tokio::test]
async fn who_never_answers_is_given_up_in_time() {
    let silent = listener(|stream| async move {
        tokio::time::sleep(PATIENCE).await;
        drop(stream);
    })
    .await;
    // A byte a second keeps every single read short.
    let dripping = listener(|mut stream| async move {
        for byte in HEADER.bytes() {
            if stream.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    // Fallen silent in the middle of the login.
    let halfway = listener(|mut stream| async move {
        let features =
            "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>";
        answered(&mut stream, ">", &format!("{HEADER}{features}")).await;
        tokio::time::sleep(PATIENCE).await;
    })
    .await;
    let limit = Duration::from_millis(400);
    let [all, dripped, [starttls, ..]] =
        [silent, dripping, halfway].map(|port| on_port("me@quoalise.test", port));
    let [dripped, _, plain] = dripped;
    let begin = Instant::now();
    let attempts = all.into_iter().chain([dripped, plain, starttls]).map(|config| async move {
        let words = ["within 0.4 s", "quoalise.test", "allow more time"];
        refused(&config.connect_timeout(limit), ErrorKind::ConnectTimeout, &words).await
    });
    futures::future::join_all(attempts).await;
    assert!(begin.elapsed() >= limit);
}

#[tokio::test]
async fn who_does_not_speak_xmpp() {
    for nonsense in [
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "220 mail.example.org ESMTP\r\n",
        "\0\u{1}\u{2}\u{3}",
        "<?xml version='1.0'?><html><body/></html>",
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><stream:stream>",
        "<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams'>&#xfffe;",
    ] {
        let port = listener(move |mut stream| async move {
            // It waits for more, as a program does that was meant for something else.
            let _ = stream.write_all(nonsense.as_bytes()).await;
            tokio::time::sleep(PATIENCE).await;
        })
        .await;
        for config in on_port("me@quoalise.test", port) {
            refused(&config, ErrorKind::UnsuitableServer, &["port"]).await;
        }
    }
}

#[tokio::test]
async fn who_hangs_up() {
    let at_once = listener(|stream| async move { drop(stream) }).await;
    let after_the_header = listener(|mut stream| async move {
        answered(&mut stream, ">", HEADER).await;
    })
    .await;
    let [starttls, _, plain] = on_port("me@quoalise.test", after_the_header);
    for config in on_port("me@quoalise.test", at_once).into_iter().chain([starttls, plain]) {
        let error = refused(&config, ErrorKind::Unreachable, &["closed the connection", "try later"]).await;
        assert!(error.kind().is_temporary());
    }
}

#[tokio::test]
async fn who_ends_the_stream_says_why() {
    for (condition, kind) in [
        ("system-shutdown", ErrorKind::Unreachable),
        ("host-gone", ErrorKind::UnknownHost),
        ("policy-violation", ErrorKind::UnsuitableServer),
    ] {
        let port = listener(move |mut stream| async move {
            let error = format!(
                "{HEADER}<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>\
                 <text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>its own words</text></stream:error></stream:stream>"
            );
            answered(&mut stream, ">", &error).await;
        })
        .await;
        let [starttls, _, plain] = on_port("me@quoalise.test", port);
        for config in [starttls, plain] {
            let error = refused(&config, kind, &["its own words"]).await;
            assert_eq!(error.condition(), Some(condition));
            assert_eq!(error.text(), Some("its own words"));
        }
    }
}

#[tokio::test]
async fn certificates_that_prove_nothing() {
    for (certificate, words) in [
        (Certificate::OtherCa, ["not trusted", "CA file"]),
        (Certificate::Expired, ["expired", "renew"]),
        (Certificate::WrongName, ["is not quoalise.test's", "not the account's"]),
    ] {
        let server = Server::builder().certificate(certificate).start();
        for config in both(&server, &account(&server)) {
            refused(&config, ErrorKind::CertificateRefused, &words).await;
        }
    }
    // A private authority is none of the system's.
    let server = Server::shared();
    let untold = Config::new(&account(&server).jid, PASSWORD).unwrap();
    let untold = untold.address(&format!("127.0.0.1:{}", server.c2s_port())).unwrap();
    refused(&untold, ErrorKind::CertificateRefused, &["authorit", "CA file"]).await;
}

#[tokio::test]
async fn ca_files_that_hold_nothing() {
    let server = Server::shared();
    let folder = tempfile::TempDir::new().unwrap();
    let (missing, empty, text) =
        (folder.path().join("missing.pem"), folder.path().join("empty.pem"), folder.path().join("text.pem"));
    std::fs::write(&empty, "").unwrap();
    std::fs::write(&text, "-----BEGIN CERTIFICATE-----\nnot really\n-----END CERTIFICATE-----\n").unwrap();
    for file in [&missing, &empty, &text] {
        let config = config(&server, &account(&server)).ca_file(file);
        refused(&config, ErrorKind::InvalidArgument, &[&file.display().to_string()]).await;
    }
    let config = config(&server, &account(&server)).ca_pem("no certificate");
    refused(&config, ErrorKind::InvalidArgument, &["PEM"]).await;
}

#[tokio::test]
async fn the_wrong_port_for_the_way() {
    let server = Server::shared();
    let [starttls, direct] = both(&server, &account(&server));
    // XML where a handshake is due.
    let swapped = starttls.security(Security::DirectTls);
    refused(&swapped, ErrorKind::UnsuitableServer, &["5222", "5223"]).await;
    // A handshake where XML is due: the server may say so, or hang up on us.
    let swapped = direct.security(Security::StartTls);
    let error = Client::connect(&swapped).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnsuitableServer | ErrorKind::Unreachable), "{error}");
    assert!(error.to_string().contains("port"), "{error}");
}

#[tokio::test]
async fn without_tls_nothing_is_sent_but_a_greeting() {
    let server = Server::builder().tls(Tls::Off).start();
    let account = account(&server);
    let [config, _] = both(&server, &account);
    for config in [config.clone(), config.allow_plain()] {
        refused(&config, ErrorKind::UnsuitableServer, &["offers no TLS", "direct TLS"]).await;
    }

    // And this is all that anybody between here and there can make us say: who strips the offer of TLS, or refuses it.
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let port = listener(move |mut stream| {
        let tell = tell.clone();
        async move {
            let sasl = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>\
                <mechanism>SCRAM-SHA-256</mechanism></mechanisms>";
            let mut heard = read_until(&mut stream, ">").await;
            stream
                .write_all(format!("{HEADER}<stream:features>{sasl}</stream:features>").as_bytes())
                .await
                .unwrap();
            let _ = stream.read_to_string(&mut heard).await;
            let _ = tell.send(heard);
        }
    })
    .await;
    let [config, ..] = on_port("me@quoalise.test", port);
    for config in [config.clone(), config.allow_plain()] {
        refused(&config, ErrorKind::UnsuitableServer, &["offers no TLS"]).await;
        let heard = timeout(PATIENCE, told.recv()).await.unwrap().unwrap();
        assert!(
            heard.contains("<stream:stream") && !heard.contains("auth") && !heard.contains("me"),
            "{heard}"
        );
    }
    let port = listener(|mut stream| async move {
        let starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
        answered(&mut stream, ">", &format!("{HEADER}<stream:features>{starttls}</stream:features>")).await;
        answered(&mut stream, ">", "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>")
            .await;
    })
    .await;
    let [config, ..] = on_port("me@quoalise.test", port);
    refused(&config, ErrorKind::UnsuitableServer, &["then refuses it"]).await;
}

#[tokio::test]
async fn no_tls_only_on_loopback_and_only_by_name() {
    let server = Server::builder().tls(Tls::Off).sasl(Sasl::ScramOnly).start();
    let account = account(&server);
    let config = config(&server, &account);
    let asked_for = config.clone().security(Security::NoneOnLoopback);
    works(&server, &asked_for).await;
    refused(&config, ErrorKind::UnsuitableServer, &["TLS"]).await;
    // Nothing goes out to another machine: this address would take its time to fail.
    let elsewhere = asked_for.address("192.0.2.1").unwrap();
    refused(&elsewhere, ErrorKind::InvalidArgument, &["not this machine", "TLS"]).await;

    // The password is proved, not sent, and a server that wants it sent does not get it.
    let plain = Server::builder().tls(Tls::Off).sasl(Sasl::PlainOnly).start();
    let config = self::config(&plain, &self::account(&plain)).security(Security::NoneOnLoopback);
    refused(&config, ErrorKind::UnsuitableServer, &["PLAIN"]).await;
    // One that wants TLS offers no login without it.
    let stock = Server::shared();
    let config = self::config(&stock, &self::account(&stock)).security(Security::NoneOnLoopback);
    refused(&config, ErrorKind::UnsuitableServer, &["TLS"]).await;
}

#[tokio::test]
async fn older_servers_work() {
    for hash in [ScramHash::Sha1, ScramHash::Sha256] {
        for tls in [Tls::Stock, Tls::V12Only] {
            // Below TLS 1.3 servers offer a channel binding that is not safe there: it is not taken.
            let server = Server::builder().tls(tls).scram_hash(hash).start();
            let account = account(&server);
            for config in both(&server, &account) {
                works(&server, &config).await;
            }
            let wrong = Account { password: "another".to_owned(), ..account };
            for config in both(&server, &wrong) {
                refused(&config, ErrorKind::LoginRefused, &["password"]).await;
            }
        }
    }
}

#[tokio::test]
async fn plain_only_by_name() {
    let server = Server::builder().sasl(Sasl::PlainOnly).start();
    for config in both(&server, &account(&server)) {
        refused(&config, ErrorKind::UnsuitableServer, &["PLAIN", "allow it by name"]).await;
        works(&server, &config.allow_plain()).await;
    }
    let wrong = Account { password: PASSWORD.to_owned(), ..server.new_account() };
    refused(&config(&server, &wrong).allow_plain(), ErrorKind::LoginRefused, &["password"]).await;
    // Where SCRAM is offered it is taken, whatever else is allowed.
    let stock = Server::shared();
    works(&stock, &config(&stock, &account(&stock)).allow_plain()).await;
}

/// A server of ours on loopback that plays SCRAM by its own rules.
async fn scram(challenge: &'static str, end: &'static str) -> u16 {
    listener(move |mut stream| async move {
        const SASL: &str = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
        let features = format!(
            "{HEADER}<stream:features><mechanisms {SASL}><mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>"
        );
        answered(&mut stream, ">", &features).await;
        let auth = read_until(&mut stream, "</auth>").await;
        let first = auth.split("</auth>").next().unwrap().rsplit('>').next().unwrap();
        let first = String::from_utf8(BASE64_STANDARD.decode(first).unwrap()).unwrap();
        let nonce = first.split("r=").nth(1).unwrap();
        let challenge = BASE64_STANDARD.encode(challenge.replace("NONCE", nonce));
        let challenge = format!("<challenge {SASL}>{challenge}</challenge>");
        stream.write_all(challenge.as_bytes()).await.unwrap();
        let mut heard = String::new();
        let mut buffer = [0; 1000];
        while !heard.contains("</response>") {
            match stream.read(&mut buffer).await {
                Ok(count) if count > 0 => heard += &String::from_utf8_lossy(&buffer[..count]),
                _ => return,
            }
        }
        let _ = stream.write_all(end.replace("SASL", SASL).as_bytes()).await;
        let _ = stream.read(&mut buffer).await;
    })
    .await
}

#[tokio::test]
async fn servers_that_cannot_prove_themselves() {
    let honest = "r=NONCEx,s=QSXCR+Q6sek8bf92,i=4096";
    for (challenge, end, kind, word) in [
        // Without having checked the password anybody could say yes.
        (honest, "<success SASL/>", ErrorKind::UnsuitableServer, "could not prove"),
        (honest, "<success SASL>dj1BQUFB</success>", ErrorKind::UnsuitableServer, "could not prove"),
        ("r=NONCEx,s=QSXCR+Q6sek8bf92,i=4000000000", "", ErrorKind::UnsuitableServer, "rounds"),
        ("r=NONCEx,s=QSXCR+Q6sek8bf92,i=0", "<success SASL/>", ErrorKind::UnsuitableServer, "login"),
        ("r=NONCEx,i=4096", "", ErrorKind::UnsuitableServer, "challenge"),
        ("", "", ErrorKind::UnsuitableServer, "challenge"),
        (honest, "<failure SASL><account-disabled/></failure>", ErrorKind::LoginRefused, "disabled"),
        (honest, "<failure SASL><temporary-auth-failure/></failure>", ErrorKind::Unreachable, "later"),
        (
            honest,
            "<failure SASL><not-authorized/><text>its own words</text></failure>",
            ErrorKind::LoginRefused,
            "its own words",
        ),
        (honest, "<message><body>hello</body></message>", ErrorKind::UnsuitableServer, "something else"),
        (honest, "</stream:stream>", ErrorKind::Unreachable, "closed"),
    ] {
        let [.., config] = on_port("me@quoalise.test", scram(challenge, end).await);
        refused(&config, kind, &[word]).await;
    }
}

/// SCRAM's nonce must begin with ours (RFC 5802 section 5.1), or the answer to an old challenge could be asked for.
#[tokio::test]
async fn a_nonce_that_is_not_ours_is_refused() {
    let port = scram("r=somethingelse,s=QSXCR+Q6sek8bf92,i=4096", "<success SASL>dj1BQUFB</success>").await;
    let [.., config] = on_port("me@quoalise.test", port);
    refused(&config, ErrorKind::UnsuitableServer, &["challenge"]).await;
}

#[tokio::test]
async fn passwords_and_names_of_all_sorts() {
    let server = Server::shared();
    let accents = match server.software() {
        Software::Prosody => "été à Šiauliai, 漢字, 😀",
        // It keeps to the letter of SASLprep, which takes no character that Unicode 3.2 does not have (RFC 4013
        // section 2.5).
        Software::Ejabberd => "été à Šiauliai, 漢字",
    };
    for (name, password) in [
        ("first.last.2", "comma, equals= and =2C"),
        ("x_-y", "  spaces around  "),
        ("accents", accents),
        ("markup", "\"quotes\" <&> ' \\ ]]>"),
        ("a=b,c", "n,,n=user,r=nonce"),
        ("long", &"0123456789".repeat(40)),
    ] {
        let account = server.add_user(name, password);
        for config in both(&server, &account) {
            works(&server, &config).await;
        }
        // The first login has hashed it.
        works(&server, &config(&server, &account)).await;
        let near = Account { password: format!("{password}."), ..account };
        let error = Client::connect(&config(&server, &near)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LoginRefused);
    }
}

#[tokio::test]
async fn a_resource_that_is_taken() {
    // Stock servers let the newcomer in.
    let server = Server::shared();
    let account = account(&server);
    let named = config_with(&server, &format!("{}/proxy", account.jid), PASSWORD);
    let first = works(&server, &named).await;
    let second = works(&server, &named).await;
    assert_eq!(second.jid(), first.jid());
    let kicked = async {
        loop {
            if let Err(error) = first.availability(&second.jid()).await {
                return error;
            }
        }
    };
    assert_eq!(timeout(PATIENCE, kicked).await.unwrap().kind(), ErrorKind::ConnectionLost);
    assert_eq!(second.availability(&second.jid()).await.unwrap(), Availability::Online);

    let server = Server::builder().conflict(Conflict::OldStays).start();
    let named = config_with(&server, &format!("{}/proxy", self::account(&server).jid), PASSWORD);
    let first = works(&server, &named).await;
    refused(&named, ErrorKind::UnsuitableServer, &["resource"]).await;
    assert_eq!(first.availability(&first.jid()).await.unwrap(), Availability::Online);
}
