//! The commands for a Data Connect proxy, as a person types them. The proxy is another session of the sandbox's account,
//! whose stanzas are written out here.

#![allow(clippy::unwrap_used)]

mod command;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use command::{Ended, PASSWORD, quoalise};
use minidom::Element;
use quoalise::sandbox::{Options, Sandbox};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

const USAGE_POINT: &str = "00000000000001";

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../tests/vectors/xmpp/", $name, ".xml"))
    };
}

struct Bench {
    runtime: Runtime,
    sandbox: Sandbox,
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let mut options = Options::default();
        options.password = Some(PASSWORD.to_owned());
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("dataconnect-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("ca.pem"), sandbox.ca_pem()).unwrap();
        Self { runtime, sandbox, folder }
    }

    fn proxy(&self) -> String {
        format!("{}/proxy", self.sandbox.jid())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = quoalise(arguments);
        command
            .env("QUOALISE_USER", self.sandbox.jid())
            .env("QUOALISE_PASSWORD", PASSWORD)
            .env("QUOALISE_ADDRESS", self.sandbox.address().to_string())
            .env("QUOALISE_CA_FILE", self.folder.join("ca.pem"))
            .env("XDG_STATE_HOME", &self.folder);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(&self.command(arguments).output().unwrap())
    }

    /// A session at `…/RESOURCE` of bytes.
    async fn online(&self, resource: &str) -> TlsStream<TcpStream> {
        let host = "localhost";
        let mut tcp = TcpStream::connect(self.sandbox.address()).await.unwrap();
        open(&mut tcp, host).await;
        tcp.write_all(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await.unwrap();
        read_until(&mut tcp, "proceed").await;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.sandbox.ca_pem().as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(host).unwrap();
        let mut tls = TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap();
        open(&mut tls, host).await;
        let jid = self.sandbox.jid();
        let user = jid.split('@').next().unwrap();
        let secret = base64::prelude::BASE64_STANDARD.encode(format!("\0{user}\0{PASSWORD}"));
        let say = format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>");
        tls.write_all(say.as_bytes()).await.unwrap();
        read_until(&mut tls, "<success").await;
        open(&mut tls, host).await;
        let bind = format!(
            "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}\
             </resource></bind></iq>"
        );
        tls.write_all(bind.as_bytes()).await.unwrap();
        read_until(&mut tls, "</iq>").await;
        tls
    }

    /// Runs a command whose request is answered by this stanza; also what was asked.
    fn asking(&self, answer: &'static str, arguments: &[&str]) -> (Ended, Element) {
        let mut proxy = self.runtime.block_on(self.online("proxy"));
        let answering = self.runtime.spawn(async move {
            let request = read_until(&mut proxy, "</iq>").await;
            let request = parse(&request[request.find("<iq").unwrap()..]);
            let (id, to) = (request.attr("id").unwrap(), request.attr("from").unwrap());
            let answer = answer.replacen("id=\"h1\"", &format!("id=\"{id}\" to=\"{to}\""), 1);
            let from = answer.split(" from=\"").nth(1).unwrap().split('"').next().unwrap();
            let answer = answer.replacen(&format!(" from=\"{from}\""), "", 1);
            proxy.write_all(answer.as_bytes()).await.unwrap();
            (request, proxy) // online until the answer has been taken
        });
        let ended = self.run(arguments);
        let (request, _) = self.runtime.block_on(answering).unwrap();
        (ended, request)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn read_until(stream: &mut (impl AsyncRead + Unpin), end: &str) -> String {
    let mut seen = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&seen).contains(end) {
            assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0, "the stream ended");
        }
    };
    timeout(Duration::from_secs(30), reading).await.unwrap();
    String::from_utf8(seen).unwrap()
}

async fn open(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), host: &str) {
    let header = format!(
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' \
         to='{host}'>"
    );
    stream.write_all(header.as_bytes()).await.unwrap();
    read_until(stream, "</stream:features>").await;
}

fn parse(stanza: &str) -> Element {
    Element::from_reader_with_prefixes(stanza.as_bytes(), "jabber:client".to_owned()).unwrap()
}

/// The node of a command, and the values of its form.
fn asked(request: &Element) -> (String, Vec<(String, Vec<String>)>) {
    let command = request.children().next().unwrap();
    let form = command.children().find(|child| child.is("x", "jabber:x:data")).unwrap();
    let values = |field: &Element| field.children().map(Element::text).collect();
    let fields = form.children().map(|field| (field.attr("var").unwrap().to_owned(), values(field)));
    (command.attr("node").unwrap().to_owned(), fields.collect())
}

fn one(var: &str, value: &str) -> (String, Vec<String>) {
    (var.to_owned(), vec![value.to_owned()])
}

const DAYS: [&str; 4] = ["--start-date", "2022-01-10", "--end-date", "2022-01-12"];

#[test]
fn load_curves_and_daily_energy_are_printed() {
    let bench = Bench::new("data");
    let proxy = bench.proxy();
    let (ended, request) = bench.asking(
        vector!("get-load-curve.completed"),
        &[&["load-curve", &proxy, USAGE_POINT, "--format", "csv"], &DAYS[..]].concat(),
    );
    assert_eq!(
        (ended.status, &*ended.err, ended.out.lines().nth(1).unwrap()),
        (Some(0), "", "2022-01-10T00:00:00+01:00,412,W,urn:dev:prm:00000000000001_consumption_load")
    );
    let (node, fields) = asked(&request);
    assert_eq!(node, "get_load_curve");
    let expected = [
        one("usage_point_id", USAGE_POINT),
        one("direction", "consumption"),
        one("start_date", "2022-01-10"),
        one("end_date", "2022-01-12"),
    ];
    assert_eq!(fields, expected);

    let (ended, request) = bench.asking(
        vector!("get-daily.completed"),
        &[&["daily", &proxy, USAGE_POINT, "--direction", "production"], &DAYS[..]].concat(),
    );
    assert!(ended.out.contains("10250") && ended.err.contains("2 readings, 19.973 kWh"), "{ended:?}");
    assert_eq!(asked(&request).1[1], one("direction", "production"));

    let (ended, _) =
        bench.asking(vector!("error.upstream"), &[&["load-curve", &proxy, USAGE_POINT], &DAYS[..]].concat());
    ended.failed(8, "ADAM-ERR0123");
}

#[test]
fn where_to_consent_is_printed_and_the_notice_heard() {
    let bench = Bench::new("consent");
    let proxy = bench.proxy();
    let description = bench.folder.join("description.html");
    std::fs::write(&description, "<p>A curve</p>\n<p>for you</p>\n").unwrap();
    let file = description.to_str().unwrap();
    let (ended, request) = bench.asking(
        vector!("get-authorize-uri.completed"),
        &[
            &["authorize", &proxy, "--name", "My energy", "--logo-url", "https://app.test/logo.png"][..],
            &["--description-file", file, "--duration", "P6M", "--redirect-uri", "https://app.test/?a=b"],
            &["--state", "mine", "--test-client", "0"],
        ]
        .concat(),
    );
    assert_eq!(
        (ended.status, &*ended.out, &*ended.err),
        (
            Some(0),
            "https://provider.example/authorize?id=7f3a%20b&lang=fr&duration=P6M\
             &redirect_uri=https%3A%2F%2Fapp.test%2F%3Fa%3Db&state=mine&test_client=0\n",
            ""
        )
    );
    let lines = ["<p>A curve</p>", "<p>for you</p>"].map(str::to_owned).to_vec();
    let (node, fields) = asked(&request);
    assert_eq!(node, "get_authorize_uri");
    assert_eq!(
        fields,
        [
            one("name", "My energy"),
            one("logo_url", "https://app.test/logo.png"),
            ("description".to_owned(), lines)
        ]
    );

    // Without a state one is drawn, and told.
    let (ended, _) =
        bench.asking(vector!("get-authorize-uri.completed"), &["authorize", &proxy, "--name", "My energy"]);
    let state = ended.out.trim_end().split("state=").nth(1).unwrap();
    assert!(state.len() == 22 && ended.err.contains(state), "{ended:?}");

    // Whom consent was asked of is listened to from then on.
    let mut publisher = bench.runtime.block_on(bench.online("publisher"));
    for (format, count) in [("json", &["--count", "1"][..]), ("table", &[])] {
        let mut child = bench
            .command(&[&["listen", "--format", format, "--tz", "Europe/Paris"], count].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        assert!(line.starts_with("listening to"), "{line}");
        let say = |stanza: String, publisher: &mut TlsStream<TcpStream>| {
            bench.runtime.block_on(publisher.write_all(stanza.as_bytes())).unwrap();
        };
        let notice = vector!("consent")
            .replace("to=\"app@consumer.example\"", &format!("to=\"{}\"", bench.sandbox.jid()))
            .replace(" from=\"dataconnect-proxy@provider.example/proxy\"", "");
        // Sessions of one account see each other: so it is known that the listener is announced.
        say("<presence><priority>-1</priority></presence>".to_owned(), &mut publisher);
        bench.runtime.block_on(read_until(&mut publisher, "<priority>1</priority>"));
        say(notice, &mut publisher);
        say("<presence type='unavailable'/>".to_owned(), &mut publisher);
        let publisher = format!("{}/publisher", bench.sandbox.jid());
        if format == "json" {
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0));
            let out: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            let consent = &out["consent"];
            assert_eq!(consent["from"], publisher);
            assert_eq!(consent["usage_points"], serde_json::json!([USAGE_POINT]));
            assert_eq!(consent["state"], "what the consumer put into state");
            assert_eq!(
                (&consent["delayed"], consent["sent"].as_str().unwrap().len() >= 25),
                (&false.into(), true)
            );
            assert_eq!(consent["body"], "Access granted for usage points 00000000000001");
        } else {
            for expected in [
                format!("{publisher} is there\n"),
                format!(
                    "{publisher} says: consent was given for 00000000000001, \
                     state what the consumer put into state\n"
                ),
                format!("{publisher} has gone\n"),
            ] {
                line.clear();
                told.read_line(&mut line).unwrap();
                assert_eq!(line, expected);
            }
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(output.stdout.is_empty(), "data alone stand on stdout");
        }
    }
}

#[test]
fn what_cannot_be_right_is_told_without_any_server() {
    let run = |arguments: &[&str]| {
        let mut command = quoalise(arguments);
        // Nobody is there; a name that leads nowhere would be another failure.
        command.args(["--user", "you@localhost", "--address", "127.0.0.1:1"]).env("QUOALISE_PASSWORD", "x");
        Ended::of(&command.output().unwrap())
    };
    let proxy = "proxy@localhost/proxy";
    for command in ["load-curve", "daily"] {
        let with = |usage_point: &str, more: &[&str]| run(&[&[command, proxy, usage_point], more].concat());
        with("123", &DAYS).failed(2, "14 digits");
        with(USAGE_POINT, &[&DAYS[..2], &["--end-date", "2022-01-10"]].concat()).failed(2, "not included");
        with(USAGE_POINT, &[&DAYS[..2], &["--end-date", "tomorrow"]].concat()).failed(2, "2022-01-10");
        with(USAGE_POINT, &DAYS[..2]).failed(2, "--end-date");
        with(USAGE_POINT, &[&DAYS[..], &["--direction", "up"]].concat()).failed(2, "consumption");
        with(USAGE_POINT, &DAYS).failed(3, "does not accept connections");
    }
    let authorize = |more: &[&str]| run(&[&["authorize", proxy], more].concat());
    authorize(&[]).failed(2, "--name");
    let named = |more: &[&str]| authorize(&[&["--name", "x"], more].concat());
    named(&["--logo-url", "http://app.test/logo.png"]).failed(2, "not https");
    named(&["--duration", "a year"]).failed(2, "P1Y");
    named(&["--redirect-uri", "granted"]).failed(2, "whole");
    named(&["--state", ""]).failed(2, "state is empty");
    named(&["--test-client", "10"]).failed(2, "--test-client");
    named(&["--description", "x", "--description-file", "y"]).failed(2, "--description-file");
    named(&["--description-file", "/nowhere/at all"]).failed(1, "/nowhere/at all");
    named(&[]).failed(3, "does not accept connections");
}
