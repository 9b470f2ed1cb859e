//! A client that says exactly what a test wants said.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt};
use jid::FullJid;
use minidom::Element;
use sasl::{
    client::{
        Mechanism,
        mechanisms::{Plain, Scram},
    },
    common::{
        ChannelBinding, Credentials,
        scram::{Sha1, Sha256},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use tokio_xmpp::xmlstream::{ReadError, StreamHeader, Timeouts, XmlStream, initiate_stream};
use xmpp_parsers::{
    ns,
    sasl::{Auth, DefinedCondition, Failure},
    starttls::Request,
    stream_features::StreamFeatures,
};

use super::super::Server;

const SOON: Duration = Duration::from_secs(10);

type Tls = TlsStream<TcpStream>;
type Stream = XmlStream<BufReader<Tls>, Element>;

/// How to log in.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) mechanism: &'static str,
    pub(super) binding: ChannelBinding,
    pub(super) direct_tls: bool,
}

impl Default for Login {
    fn default() -> Self {
        Self { mechanism: "SCRAM-SHA-256", binding: ChannelBinding::None, direct_tls: false }
    }
}

pub(super) struct Client {
    stream: Stream,
    pub(super) jid: FullJid,
    pings: u32,
}

pub(super) async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(SOON, what).await.expect("it should not take that long")
}

/// A connection before anything is said on it.
pub(super) async fn tcp(server: &Server) -> TcpStream {
    connected(server.address()).await
}

async fn connected(address: SocketAddr) -> TcpStream {
    let tcp = TcpStream::connect(address).await.unwrap();
    tcp.set_nodelay(true).unwrap();
    tcp
}

async fn handshake(server: &Server, tcp: TcpStream) -> Tls {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(server.ca_pem().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(server.domain().to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap()
}

fn header(to: &str) -> StreamHeader<'_> {
    StreamHeader { to: Some(to.into()), from: None, id: None }
}

/// A connection with TLS on it, and no stream in it yet.
pub(super) async fn tls(server: &Server, direct: bool) -> Tls {
    if direct {
        return handshake(server, connected(server.direct_tls_address().unwrap()).await).await;
    }
    let pending = initiate_stream(
        BufReader::new(tcp(server).await),
        ns::JABBER_CLIENT,
        header(server.domain()),
        Timeouts::default(),
    );
    let (features, mut stream): (_, XmlStream<_, Element>) =
        pending.await.unwrap().recv_features().await.unwrap();
    assert!(features.starttls.is_some_and(|starttls| starttls.required), "TLS is not optional");
    assert!(features.sasl_mechanisms.is_empty(), "nobody logs in without TLS");
    stream.send(&Request).await.unwrap();
    let answer = stream.next().await.unwrap().unwrap();
    assert!(answer.is("proceed", ns::TLS));
    handshake(server, stream.into_inner().into_inner()).await
}

/// A stream that may log in.
pub(super) async fn unauthenticated(server: &Server, direct: bool) -> (StreamFeatures, Stream) {
    let tls = BufReader::new(tls(server, direct).await);
    let pending = initiate_stream(tls, ns::JABBER_CLIENT, header(server.domain()), Timeouts::default());
    pending.await.unwrap().recv_features().await.unwrap()
}

/// Logs in, and holds the server to proving that it knows the password too.
async fn authenticate(
    stream: &mut Stream,
    name: &str,
    password: &str,
    login: &Login,
) -> Result<(), DefinedCondition> {
    let credentials = Credentials::default()
        .with_username(name)
        .with_password(password)
        .with_channel_binding(login.binding.clone());
    let mut mechanism: Box<dyn Mechanism + Send> = match login.mechanism {
        "PLAIN" => Box::new(Plain::from_credentials(credentials).unwrap()),
        "SCRAM-SHA-1" => Box::new(Scram::<Sha1>::from_credentials(credentials).unwrap()),
        _ => Box::new(Scram::<Sha256>::from_credentials(credentials).unwrap()),
    };
    let auth = Auth { mechanism: login.mechanism.parse().unwrap(), data: mechanism.initial() };
    stream.send(&auth).await.unwrap();
    loop {
        let answer = stream.next().await.unwrap().unwrap();
        let data = super::decoded(&answer.text());
        match answer.name() {
            "challenge" => {
                let data = mechanism.response(&data).unwrap();
                stream.send(&xmpp_parsers::sasl::Response { data }).await.unwrap();
            }
            "success" => {
                mechanism.success(&data).expect("the server's signature");
                return Ok(());
            }
            _ => return Err(Failure::try_from(answer).unwrap().defined_condition),
        }
    }
}

impl Client {
    /// Logs in as `jid`, which may be without a resource.
    pub(super) async fn connect(server: &Server, jid: &str, password: &str) -> Self {
        Self::log_in(server, jid, password, &Login::default()).await.unwrap()
    }

    pub(super) async fn log_in(
        server: &Server,
        jid: &str,
        password: &str,
        login: &Login,
    ) -> Result<Self, DefinedCondition> {
        soon(async {
            let (name, rest) = jid.split_once('@').unwrap();
            let resource = rest.split_once('/').map(|(_, resource)| resource);
            let (features, mut stream) = unauthenticated(server, login.direct_tls).await;
            assert!(features.sasl_mechanisms.contains(login.mechanism));
            authenticate(&mut stream, name, password, login).await?;
            let pending = stream.initiate_reset().send_header(header(server.domain())).await.unwrap();
            let (features, stream) = pending.recv_features().await.unwrap();
            assert!(features.can_bind());

            let mut client = Self { stream, jid: FullJid::new("nobody@nowhere/yet").unwrap(), pings: 0 };
            let resource = resource.map(|r| format!("<resource>{r}</resource>")).unwrap_or_default();
            client
                .send(&format!("<iq type='set' id='bind'><bind xmlns='{}'>{resource}</bind></iq>", ns::BIND))
                .await;
            let answer = client.receive().await;
            let bind = answer.get_child("bind", ns::BIND).unwrap();
            client.jid = bind.get_child("jid", ns::BIND).unwrap().text().parse().unwrap();
            Ok(client)
        })
        .await
    }

    /// The same, and available with `priority`; takes in its own presence.
    pub(super) async fn available(server: &Server, jid: &str, password: &str, priority: i8) -> Self {
        let mut client = Self::connect(server, jid, password).await;
        client.announce(priority).await;
        client
    }

    pub(super) async fn announce(&mut self, priority: i8) {
        self.send(&format!("<presence><priority>{priority}</priority></presence>")).await;
        let own = self.receive().await;
        assert_eq!((own.name(), own.attr("from")), ("presence", Some(self.jid.as_str())));
    }

    /// Sends a stanza, of `jabber:client` unless it says otherwise.
    pub(super) async fn send(&mut self, xml: &str) {
        let element: Element = super::stanza(xml);
        soon(self.stream.send(&element)).await.unwrap();
    }

    pub(super) async fn send_element(&mut self, element: &Element) {
        soon(self.stream.send(element)).await.unwrap();
    }

    /// The next element, whatever it is.
    pub(super) async fn receive(&mut self) -> Element {
        soon(self.stream.next()).await.expect("an element").expect("an element")
    }

    /// Everything that was sent here before, as far as it is known to the server by now.
    pub(super) async fn received(&mut self) -> Vec<Element> {
        self.pings += 1;
        let id = format!("flush-{}", self.pings);
        self.send(&format!(
            "<iq type='get' id='{id}' to='{}'><ping xmlns='{}'/></iq>",
            self.jid.domain(),
            ns::PING
        ))
        .await;
        let mut received = Vec::new();
        loop {
            let element = self.receive().await;
            if element.attr("id") == Some(&id) {
                return received;
            }
            received.push(element);
        }
    }

    /// The bodies of the messages that were sent here.
    pub(super) async fn bodies(&mut self) -> Vec<String> {
        let bodies = self
            .received()
            .await
            .into_iter()
            .filter_map(|element| element.get_child("body", ns::JABBER_CLIENT).map(Element::text));
        bodies.collect()
    }

    /// Asks, and returns what comes back.
    pub(super) async fn ask(&mut self, xml: &str) -> Element {
        self.send(xml).await;
        self.receive().await
    }

    /// How the server ended the stream: its error, if it said one before it closed.
    pub(super) async fn ending(&mut self) -> Option<Element> {
        soon(async {
            let mut error = None;
            loop {
                match self.stream.next().await {
                    Some(Ok(element)) if element.is("error", ns::STREAM) => error = Some(element),
                    Some(Ok(_) | Err(ReadError::SoftTimeout)) => {}
                    Some(Err(ReadError::StreamFooterReceived)) => return error,
                    other => panic!("the stream broke off: {other:?}"),
                }
            }
        })
        .await
    }

    /// Closes the stream, and waits for the server to close its own.
    pub(super) async fn close(mut self) {
        soon(self.stream.shutdown()).await.unwrap();
        assert!(self.ending().await.is_none(), "no reason to complain");
    }

    /// Bytes instead of elements, from here on.
    pub(super) fn into_raw(self) -> BufReader<Tls> {
        self.stream.into_inner()
    }
}

/// Sends `bytes` and returns all that comes back until the server closes.
pub(super) async fn say<S>(mut io: S, bytes: &[u8]) -> String
where
    S: AsyncReadExt + AsyncWriteExt + Unpin,
{
    soon(async {
        io.write_all(bytes).await.unwrap();
        io.flush().await.unwrap();
        hear(&mut io).await
    })
    .await
}

/// All that comes until the server closes.
pub(super) async fn hear<S: AsyncReadExt + Unpin>(io: &mut S) -> String {
    let mut heard = Vec::new();
    soon(io.read_to_end(&mut heard)).await.unwrap();
    String::from_utf8(heard).unwrap()
}
