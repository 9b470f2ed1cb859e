//! The servers themselves: that what a test asks of them is really served. Plain bytes on purpose: our own client
//! has no say here.

use std::io::{self, BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use quoalise_tests::{Account, Certificate, Pki, Sasl, ScramHash, Server, Software, Tls, free_port};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::{self, CertificateError, ProtocolVersion};

use crate::raw::{Peer, text};
use crate::support::{PATIENCE, direct_tls, features, handshake, login, read_until, tcp};

async fn starttls(server: &Server) -> io::Result<TlsStream<TcpStream>> {
    let mut tcp = tcp(server.c2s_port()).await?;
    let offered = features(&mut tcp, server.host()).await;
    assert!(offered.contains("<required/>"), "STARTTLS isn't required: {offered}");
    tcp.write_all(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await?;
    read_until(&mut tcp, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await;
    handshake(server, tcp).await
}

#[tokio::test]
async fn starttls_and_login() {
    let server = Server::shared();
    let account = server.new_account();
    let mut stream = starttls(&server).await.unwrap();
    assert_eq!(stream.get_ref().1.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    let offered = features(&mut stream, server.host()).await;
    for mechanism in ["SCRAM-SHA-256", "PLAIN"] {
        assert!(offered.contains(&format!("<mechanism>{mechanism}</mechanism>")), "{offered}");
    }
    let answer = login(&mut stream, &account).await;
    assert!(answer.starts_with("<success"), "{answer}\n{}", server.log());

    // The same account again, which the server has meanwhile hashed.
    let mut stream = direct_tls(&server).await.unwrap();
    features(&mut stream, server.host()).await;
    let answer = login(&mut stream, &account).await;
    assert!(answer.starts_with("<success"), "{answer}\n{}", server.log());
}

#[tokio::test]
async fn wrong_passwords_and_unknown_accounts_are_refused() {
    let server = Server::shared();
    let known = server.new_account();
    for account in [
        Account { password: "another".to_owned(), ..known.clone() },
        Account { jid: server.jid("nobody"), ..known },
    ] {
        let mut stream = direct_tls(&server).await.unwrap();
        features(&mut stream, server.host()).await;
        let answer = login(&mut stream, &account).await;
        assert!(answer.starts_with("<failure"), "{account:?}: {answer}");
    }
}

#[tokio::test]
async fn a_password_can_be_changed_and_may_be_anything() {
    let server = Server::shared();
    let name = server.new_account().jid.split('@').next().unwrap().to_owned();
    for password in ["été \"quoted\" \\ <&>'", "]] }; os.exit(1) --"] {
        let account = server.add_user(&name, password);
        let mut stream = direct_tls(&server).await.unwrap();
        features(&mut stream, server.host()).await;
        let answer = login(&mut stream, &account).await;
        assert!(answer.starts_with("<success"), "{answer}\n{}", server.log());
    }
}

#[tokio::test]
async fn bad_certificates_are_really_bad() {
    for certificate in [Certificate::Expired, Certificate::WrongName, Certificate::OtherCa] {
        let server = Server::builder().certificate(certificate).start();
        for stream in [starttls(&server).await, direct_tls(&server).await] {
            let error = stream.expect_err("a certificate that is refused");
            let error =
                error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>()).expect("an error of TLS");
            let rustls::Error::InvalidCertificate(reason) = error else { panic!("{error:?}") };
            let expected = match certificate {
                Certificate::Expired => {
                    matches!(reason, CertificateError::Expired | CertificateError::ExpiredContext { .. })
                }
                Certificate::WrongName => matches!(
                    reason,
                    CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
                ),
                _ => matches!(reason, CertificateError::UnknownIssuer),
            };
            assert!(expected, "{certificate:?} was refused for {reason:?}");
        }
    }
}

#[tokio::test]
async fn tls_1_2_only_offers_channel_binding() {
    let server = Server::builder().tls(Tls::V12Only).scram_hash(ScramHash::Sha1).start();
    for stream in [starttls(&server).await, direct_tls(&server).await] {
        let mut stream = stream.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(ProtocolVersion::TLSv1_2));
        let offered = features(&mut stream, server.host()).await;
        for mechanism in ["SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"] {
            assert!(offered.contains(&format!("<mechanism>{mechanism}</mechanism>")), "{offered}");
        }
        assert!(!offered.contains("SHA-256"), "{offered}");
    }
}

#[tokio::test]
async fn what_is_offered_for_login_can_be_chosen() {
    let scram_only = Server::builder().sasl(Sasl::ScramOnly).start();
    let offered = features(&mut direct_tls(&scram_only).await.unwrap(), scram_only.host()).await;
    assert!(offered.contains("SCRAM") && !offered.contains("PLAIN"), "{offered}");

    let plain_only = Server::builder().sasl(Sasl::PlainOnly).start();
    let offered = features(&mut direct_tls(&plain_only).await.unwrap(), plain_only.host()).await;
    assert!(offered.contains("PLAIN") && !offered.contains("SCRAM"), "{offered}");
}

#[tokio::test]
async fn without_tls_the_stream_stays_plain() {
    let server = Server::builder().tls(Tls::Off).sasl(Sasl::PlainOnly).start();
    let account = server.new_account();
    let mut stream = tcp(server.c2s_port()).await.unwrap();
    let offered = features(&mut stream, server.host()).await;
    assert!(!offered.contains("starttls") && offered.contains("PLAIN"), "{offered}");
    let answer = login(&mut stream, &account).await;
    assert!(answer.starts_with("<success"), "{answer}\n{}", server.log());
}

#[tokio::test]
async fn a_stanza_over_the_limit_ends_the_stream() {
    let server = Server::builder().stanza_size_limit(20_000).start();
    let account = server.new_account();
    let mut stream = direct_tls(&server).await.unwrap();
    features(&mut stream, server.host()).await;
    login(&mut stream, &account).await;
    features(&mut stream, server.host()).await;
    let big = format!("<message><body>{}</body></message>", "x".repeat(40_000));
    stream.write_all(big.as_bytes()).await.unwrap();
    read_until(&mut stream, "policy-violation").await;
}

#[tokio::test]
async fn lines_of_configuration_win_over_ours() {
    let server = Server::builder()
        .host("another.test")
        .sasl(Sasl::PlainOnly)
        .config_of(Software::Prosody, "disable_sasl_mechanisms = { 'PLAIN' }")
        .config_of(Software::Ejabberd, "disable_sasl_mechanisms: [PLAIN]")
        .start();
    let offered = features(&mut direct_tls(&server).await.unwrap(), "another.test").await;
    assert!(offered.contains("SCRAM") && !offered.contains("PLAIN"), "{offered}");
}

#[tokio::test]
async fn servers_can_share_an_authority() {
    let pki = Arc::new(Pki::new());
    let [a, b] = ["a.test", "b.test"].map(|host| Server::builder().host(host).pki(Arc::clone(&pki)).start());
    assert_eq!(a.ca_file(), b.ca_file());
    for server in [a, b] {
        direct_tls(&server).await.unwrap();
    }
}

/// Whether this server has let another in for its certificate, over TLS; in the words of its log.
fn has_believed(server: &Server, other: &str) -> bool {
    let log = server.log();
    let words = match server.software() {
        Software::Prosody => format!("Accepting SASL EXTERNAL identity from {other}"),
        Software::Ejabberd => format!("Accepted inbound s2s EXTERNAL authentication {other} -> "),
    };
    log.lines().any(|line| {
        // Which ejabberd tells beside each.
        line.contains(&words) && (server.software() == Software::Prosody || line.contains("(tls|"))
    })
}

/// Whether the server of `peer` reaches the host `other` over federation.
async fn reaches(peer: &mut Peer, other: &str) -> bool {
    let answer = peer.ask("get", other, "<ping xmlns='urn:xmpp:ping'/>").await;
    assert_eq!(answer.attr("from"), Some(other), "{}", text(&answer));
    answer.attr("type") == Some("result")
}

#[tokio::test]
async fn servers_of_a_federation_find_each_other_and_speak_tls() {
    let hosts = ["a.test", "b.test", "c.test"];
    let mut servers = Server::federation(hosts.map(Server::at));
    // Another at the same time, of the same names: they know nothing of each other.
    let others = Server::federation(["a.test", "b.test"].map(Server::at));
    for (server, host) in servers.iter().zip(hosts) {
        assert_eq!(server.host(), host);
        let mut peer = Peer::login(server, &server.new_account(), "peer").await;
        for other in hosts {
            assert!(reaches(&mut peer, other).await, "{host} to {other}: {}", server.log());
        }
        assert!(!reaches(&mut peer, "d.test").await);
    }
    let mut peer = Peer::login(&others[0], &others[0].new_account(), "peer").await;
    assert!(reaches(&mut peer, "b.test").await && !reaches(&mut peer, "c.test").await);
    for server in &servers {
        for host in hosts.iter().filter(|host| **host != server.host()) {
            assert!(has_believed(server, host), "{host}: {}", server.log());
        }
        if server.software() == Software::Prosody {
            let log = server.log();
            let mut of_servers = log.lines().filter(|line| line.contains("s2s"));
            assert!(of_servers.any(|line| line.contains("Stream encrypted")), "{log}");
        }
    }

    let address = servers[1].s2s_address();
    servers[1].stop();
    let mut peer = Peer::login(&servers[0], &servers[0].new_account(), "peer").await;
    assert!(!reaches(&mut peer, "b.test").await);
    servers[1].start();
    assert!(reaches(&mut peer, "b.test").await);
    assert_eq!(servers[1].s2s_address(), address);
    assert_eq!(Server::shared().s2s_address(), None);
}

#[tokio::test]
async fn servers_of_different_software_find_each_other() {
    let servers = Server::federation([
        Server::of(Software::Prosody).host("prosody.test"),
        Server::of(Software::Ejabberd).host("ejabberd.test"),
    ]);
    for server in &servers {
        let mut peer = Peer::login(server, &server.new_account(), "peer").await;
        for other in &servers {
            assert!(reaches(&mut peer, other.host()).await, "{}", server.log());
            assert!(server.host() == other.host() || has_believed(other, server.host()), "{}", other.log());
        }
    }
}

#[tokio::test]
async fn nobody_is_believed_in_a_federation_without_a_good_certificate() {
    let bad = |host: &str| {
        // One that can do no TLS waits for an offer that it could take: by itself for a minute and a half.
        Server::at(host)
            .tls(Tls::Optional)
            .sasl(Sasl::PlainOnly)
            .config_of(Software::Prosody, "s2s_timeout = 1")
    };
    let [good, expired, wrong_name, other_ca, plain] = Server::federation([
        Server::at("good.test"),
        bad("expired.test").certificate(Certificate::Expired),
        bad("wrong-name.test").certificate(Certificate::WrongName),
        bad("other-ca.test").certificate(Certificate::OtherCa),
        bad("plain.test").tls(Tls::Off),
    ]);
    let mut peer = Peer::login(&good, &good.new_account(), "peer").await;
    for server in [expired, wrong_name, other_ca, plain] {
        assert!(!reaches(&mut peer, server.host()).await, "{}", good.log());

        // Nor does it come in from there. A client that looks at certificates would not speak to these.
        let mut stream = tcp(server.c2s_port()).await.unwrap();
        features(&mut stream, server.host()).await;
        login(&mut stream, &server.new_account()).await;
        features(&mut stream, server.host()).await;
        stream
            .write_all(
                b"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>\
                  <iq type='get' id='p' to='good.test'><ping xmlns='urn:xmpp:ping'/></iq>",
            )
            .await
            .unwrap();
        let answer = read_until(&mut stream, "</error>").await;
        assert!(answer.contains("<remote-server-"), "{answer}");
    }
    let words = match good.software() {
        Software::Prosody => ["Incoming s2s connection", "Outgoing s2s connection"],
        Software::Ejabberd => ["Accepted inbound s2s", "Accepted outbound s2s"],
    };
    assert!(!words.iter().any(|words| good.log().contains(words)), "{}", good.log());
}

#[tokio::test]
async fn a_restart_keeps_ports_and_accounts() {
    let mut server = Server::builder().start();
    let account = server.new_account();
    let before = (server.c2s_port(), server.direct_tls_port(), server.pid().unwrap());

    server.stop();
    assert_eq!(server.pid(), None);
    assert_eq!(tcp(before.0).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    server.start();
    server.restart();
    server.kill();
    assert_eq!(tcp(before.1).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    server.start();

    assert_eq!((server.c2s_port(), server.direct_tls_port()), (before.0, before.1));
    assert_ne!(server.pid(), Some(before.2));
    for stream in [starttls(&server).await, direct_tls(&server).await] {
        let mut stream = stream.unwrap();
        features(&mut stream, server.host()).await;
        let answer = login(&mut stream, &account).await;
        assert!(answer.starts_with("<success"), "{answer}\n{}", server.log());
    }
}

#[tokio::test]
async fn a_panicking_test_leaves_nothing() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let test = std::thread::spawn(move || {
        let server = Server::builder().start();
        sender.send((server.pid().unwrap(), server.c2s_port(), server.ca_file())).unwrap();
        panic!("on purpose");
    });
    assert!(test.join().is_err());
    let (pid, port, ca_file) = receiver.recv().unwrap();
    assert!(!Path::new("/proc").join(pid.to_string()).exists(), "a zombie, or worse");
    assert_eq!(tcp(port).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    assert!(!ca_file.exists());
}

#[test]
fn a_server_survives_the_thread_that_started_it() {
    let mut server = std::thread::spawn(|| Server::builder().start()).join().unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, server.c2s_port()));
    // The kernel's signal would come at the end of the thread: a moment for it to arrive.
    std::thread::sleep(Duration::from_millis(50));
    std::net::TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    server.stop();
}

#[tokio::test]
async fn nobody_listens_on_a_free_port() {
    assert_eq!(tcp(free_port()).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
}

/// The program for tests in other languages. Killed when dropped.
struct TestServer {
    child: Child,
    /// Where it makes its temporary folders.
    temporary: TempDir,
    input: Option<ChildStdin>,
    said: serde_json::Value,
}

impl TestServer {
    fn start(arguments: &[&str]) -> Self {
        let temporary = TempDir::new().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_quoalise-test-server"))
            .args(["--server", Software::of_this_run().name()])
            .args(arguments)
            .env("TMPDIR", temporary.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, temporary, input, said: serde_json::from_str(&line).unwrap() }
    }

    fn number(&self, key: &str) -> u16 {
        self.said[key].as_u64().unwrap().try_into().unwrap()
    }

    /// Its exit status; the server and its folders are gone by then.
    fn ended(mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(Instant::now() < deadline, "it goes on running"),
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let left: Vec<_> = std::fs::read_dir(self.temporary.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        assert!(refused(self.number("c2s_port")));
        status.code()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn refused(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    std::net::TcpStream::connect_timeout(&address, PATIENCE)
        .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

#[test]
fn the_program_tells_what_it_started_and_ends_with_its_input() {
    let mut program =
        TestServer::start(&["alice", "bob:secret", "--host", "home.test", "--certificate", "expired"]);
    let said = &program.said;
    assert_eq!(
        (said["server"].as_str(), said["host"].as_str()),
        (Some(Software::of_this_run().name()), Some("home.test"))
    );
    assert_eq!(said["accounts"][0]["jid"], "alice@home.test");
    assert_eq!(said["accounts"][0]["password"].as_str().unwrap().len(), 24);
    assert_eq!(said["accounts"][1], serde_json::json!({ "jid": "bob@home.test", "password": "secret" }));
    assert!(!refused(program.number("c2s_port")) && !refused(program.number("direct_tls_port")));
    program.input = None;
    assert_eq!(program.ended(), Some(0));
}

#[test]
fn the_program_ends_with_a_signal() {
    let program = TestServer::start(&[]);
    let pid = rustix::process::Pid::from_child(&program.child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(program.ended(), Some(0));
}

#[test]
fn a_killed_program_takes_its_server_along() {
    let mut program = TestServer::start(&[]);
    let port = program.number("c2s_port");
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while !refused(port) {
        assert!(Instant::now() < deadline, "the server goes on running");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quoalise-test-server"))
        .args(["--server", Software::of_this_run().name(), "--config", "this is neither Lua nor YAML"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The message comes before the end.
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert!(!child.wait().unwrap().success());
    let (software, file) = match Software::of_this_run() {
        Software::Prosody => ("Prosody", "prosody.cfg.lua"),
        Software::Ejabberd => ("ejabberd", "ejabberd.yml"),
    };
    assert!(errors.contains(&format!("{software} did not start")) && errors.contains(file), "{errors}");
}
