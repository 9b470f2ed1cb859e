//! What tests of client and provider share.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use quoalise::data::{Aggregation, Data, Metadata, SamplingInterval};
use quoalise::provider::{
    Everybody, HistoryRequest, Limits, MemorySubscriptions, Provider, Service, SubscriptionRequest,
};
use quoalise::senml::{Record, Records};
use quoalise::{Client, Config, ConnectionState, Error, ErrorKind, Event, Listener, Result};
use quoalise_tests::{Account, Server};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// For what happens at once, on a machine that does other things.
pub const AT_ONCE: Duration = Duration::from_secs(10);

/// For any one thing that works; only what is broken takes so long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The series the test provider has: a value every half hour of January 2022, gaps at midnight UTC.
pub const SERIES: &str = "urn:dev:prm:00000000000001_consumption/power/active/raw";

pub const HALF_HOUR: i64 = 1_800_000_000;

/// 2022-01-01T00:00:00Z in microseconds.
pub const START: i64 = 1_640_995_200_000_000;

/// A provider of [`SERIES`], which refuses in as many ways as there are series to ask for.
#[derive(Clone, Default)]
pub struct TestService {
    pub asked: Arc<Mutex<Vec<HistoryRequest>>>,
}

pub fn metadata() -> Metadata {
    let mut meta = Metadata::default();
    meta.device_type = Some("electricity-meter".to_owned());
    meta.measurement.name = Some("active-power".to_owned());
    meta.measurement.unit = Some("W".to_owned());
    meta.measurement.aggregation = Some(Aggregation::Mean);
    meta.measurement.sampling_interval = SamplingInterval::parse("PT30M");
    meta
}

pub fn january() -> Records {
    let mut records = Records::new();
    for step in 0..31 * 48 {
        let value = (step % 48 != 0).then_some(400.0 + (step % 7) as f64 / 2.0);
        records.push(&Record::number(SERIES, START + step * HALF_HOUR, Some("W"), value)).unwrap();
    }
    records
}

impl Service for TestService {
    async fn get_history(&self, request: HistoryRequest) -> Result<Data> {
        self.asked.lock().unwrap().push(request.clone());
        let name = request.identifier.as_str();
        match name.rsplit('/').next().unwrap() {
            "raw" => {
                let micros = |time: Option<quoalise::jiff::Timestamp>, or| {
                    time.map_or(or, |time| time.as_microsecond())
                };
                let period = micros(request.start, i64::MIN)..micros(request.end, i64::MAX);
                let mut records = Records::new();
                for record in january().iter().filter(|record| period.contains(&record.time)) {
                    records.push(&record)?;
                }
                Ok(Data::new(metadata(), records))
            }
            "unauthorized" => Err(Error::answer(ErrorKind::NotAuthorized, "Unknown user")),
            "upstream" => {
                Err(Error::upstream("enedis-data-connect", Some("ADAM-ERR0123".to_owned()), "too old"))
            }
            "upstream-without-code" => Err(Error::upstream("enedis-sge-tiers", None, "Service Unavailable")),
            "slow" => {
                tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
                Ok(Data::new(metadata(), Records::new()))
            }
            _ => Err(Error::answer(ErrorKind::BadRequest, format!("Unexpected record identifier {name}"))),
        }
    }

    async fn subscribe(&self, request: SubscriptionRequest) -> Result<()> {
        if request.identifier.as_str().ends_with("unauthorized") {
            return Err(Error::answer(ErrorKind::NotAuthorized, "Unknown user"));
        }
        Ok(())
    }
}

/// A service whose histories are what a function gives; anybody may subscribe.
pub struct Serve<F>(pub F);

impl<F, R> Service for Serve<F>
where
    F: Fn(HistoryRequest) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Data>> + Send,
{
    fn get_history(&self, request: HistoryRequest) -> impl Future<Output = Result<Data>> + Send {
        (self.0)(request)
    }
}

/// The account on this server, reached at its port with its CA.
pub fn config(server: &Server, account: &Account) -> Config {
    config_with(server, &account.jid, &account.password)
}

pub fn config_with(server: &Server, jid: &str, password: &str) -> Config {
    Config::new(jid, password)
        .unwrap()
        .address(&format!("127.0.0.1:{}", server.c2s_port()))
        .unwrap()
        .ca_file(server.ca_file())
        .request_timeout(PATIENCE)
        .reconnect(Duration::from_millis(50), Duration::from_millis(500))
}

/// Waits until a provider that was cut off is there again.
pub async fn back(provider: &Provider) {
    let is_back = async {
        while !matches!(provider.state(), ConnectionState::Reset { .. } | ConnectionState::Resumed) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        provider.confirm().await.unwrap();
    };
    tokio::time::timeout(PATIENCE, is_back).await.expect("the provider does not come back");
}

/// A test provider with an account of its own, at `…/proxy`.
pub async fn provider(server: &Server) -> (Provider, TestService) {
    let service = TestService::default();
    (serve(server, service.clone(), Limits::default()).await, service)
}

/// A provider of this service with an account of its own, at `…/proxy`.
pub async fn serve<S: Service>(server: &Server, service: S, limits: Limits) -> Provider {
    let account = server.new_account();
    let config = config_with(server, &format!("{}/proxy", account.jid), &account.password);
    Provider::builder(service, Everybody)
        .subscriptions(MemorySubscriptions::new())
        .limits(limits)
        .start(&config)
        .await
        .unwrap()
}

pub async fn client(server: &Server) -> Client {
    Client::connect(&config(server, &server.new_account())).await.unwrap()
}

/// The next event, which has to come.
pub async fn event(listener: &mut Listener) -> Event {
    let event = timeout(PATIENCE, listener.next()).await.expect("an event in time");
    event.expect("a session").expect("a client that was not closed")
}

pub async fn tcp(port: u16) -> io::Result<TcpStream> {
    let tcp = timeout(PATIENCE, TcpStream::connect((Ipv4Addr::LOCALHOST, port))).await??;
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

/// TLS with the server's own authority trusted.
pub async fn handshake(server: &Server, tcp: TcpStream) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(server.ca_file()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(server.host().to_owned()).unwrap();
    timeout(PATIENCE, TlsConnector::from(Arc::new(config)).connect(name, tcp)).await?
}

pub async fn direct_tls(server: &Server) -> io::Result<TlsStream<TcpStream>> {
    handshake(server, tcp(server.direct_tls_port()).await?).await
}

/// Everything up to and including `end`.
pub async fn read_until(stream: &mut (impl AsyncRead + Unpin), end: &str) -> String {
    let mut seen = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&seen).contains(end) {
            let count = stream.read_buf(&mut seen).await.expect("a stream to read");
            assert_ne!(count, 0, "the stream ended before {end}: {}", String::from_utf8_lossy(&seen));
        }
    };
    let done = timeout(PATIENCE, reading).await.is_ok();
    let seen = String::from_utf8_lossy(&seen).into_owned();
    assert!(done, "no {end} in {seen}");
    seen
}

/// Opens a stream; what the server offers.
pub async fn features(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), host: &str) -> String {
    let header = format!(
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='{host}'>"
    );
    stream.write_all(header.as_bytes()).await.unwrap();
    read_until(stream, "</stream:features>").await
}

/// Logs in by PLAIN on a stream whose features have been read; what the server says to it.
pub async fn login(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), account: &Account) -> String {
    let name = account.jid.split('@').next().unwrap();
    let secret = base64::prelude::BASE64_STANDARD.encode(format!("\0{name}\0{}", account.password));
    let auth = format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>");
    stream.write_all(auth.as_bytes()).await.unwrap();
    read_until(stream, ">").await
}
