//! From an account to a protected stream: DNS, TCP, TLS. Every failure is told at once, with its kind.

use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::RData;
use sasl::common::ChannelBinding;
use tokio::io::{AsyncRead, AsyncWrite, BufStream, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use tokio_xmpp::connect::AsyncReadAndWrite;
use tokio_xmpp::xmlstream::{
    PendingFeaturesRecv, ReadError, StreamHeader, Timeouts, XmppStream, XmppStreamElement, initiate_stream,
};
use xmpp_parsers::ns::JABBER_CLIENT;
use xmpp_parsers::starttls;

use super::config::{Address, Authority, Config, Security};
use super::guard::Guard;
use super::tap::Tapped;
use crate::error::{Error, ErrorKind, Result};

pub(super) type Io = Guard<Box<dyn AsyncReadAndWrite + Send + 'static>>;

/// A stream whose header was answered, ready to tell its features.
pub(super) struct Connected {
    pub stream: PendingFeaturesRecv<Io>,
    /// What a login over this connection can be bound to; `None` below TLS 1.3.
    pub exporter: ChannelBinding,
    /// To be set when the login is through: then records come in runs (see [`tap`](super::tap)).
    pub tap: Arc<AtomicBool>,
    /// How many bytes have come in over the network, and gone out.
    pub counts: [Arc<AtomicU64>; 2],
}

/// For ever: connecting has a deadline of its own, and then the [`link`](super::link) looks for life.
const TIMEOUTS: Timeouts =
    Timeouts { read_timeout: Duration::from_secs(1 << 30), response_timeout: Duration::from_secs(1 << 30) };

/// A transport that counts what comes in and goes out.
struct Metered {
    tcp: TcpStream,
    counts: [Arc<AtomicU64>; 2],
}

impl Metered {
    fn wrote(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(count)) = &written {
            self.counts[1].fetch_add(*count as u64, Ordering::Relaxed);
        }
        written
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.tcp).poll_read(cx, buffer);
        self.counts[0].fetch_add((buffer.filled().len() - before) as u64, Ordering::Relaxed);
        read
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.tcp).poll_write(cx, bytes);
        self.wrote(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.tcp).poll_write_vectored(cx, slices);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }
}

struct Target {
    address: Address,
    security: Security,
}

/// Connects to the first of the server's addresses that answers.
pub(super) async fn connect(config: &Config) -> Result<Connected> {
    let domain = config.jid.domain().as_str();
    let targets = targets(config, domain).await?;
    let tls = match config.security {
        Security::NoneOnLoopback => None,
        _ => Some(tls_config(&config.authority)?),
    };
    let mut failure = None;
    for target in &targets {
        match tcp(&target.address, config.security).await {
            Ok(tcp) => return protect(tcp, target, domain, tls).await,
            Err(error) => {
                log::debug!("{} does not accept connections: {}", target.address, error.message());
                failure = Some(error);
            }
        }
    }
    Err(failure.unwrap_or_else(|| unknown_host(domain)))
}

/// Where it is for the server to change.
pub(super) const ASK_OPERATOR: &str =
    "Ask the server's operator, or check the address: it may be another server";

fn unknown_host(domain: &str) -> Error {
    Error::new(ErrorKind::UnknownHost, format!("no XMPP server is known for `{domain}`"))
        .remedy("Check the part of the account after the @, or give the server's address")
}

/// The domain as DNS and certificates write it (IDNA): `xn--…` where it has letters beyond ASCII.
fn dns_name(domain: &str) -> Result<String> {
    let domain = domain.trim_start_matches('[').trim_end_matches(']'); // an IPv6 address
    idna::domain_to_ascii(domain).map_err(|_| {
        Error::new(ErrorKind::InvalidArgument, format!("`{domain}` cannot be the name of a server"))
            .remedy("Check the part of the account after the @")
    })
}

async fn targets(config: &Config, domain: &str) -> Result<Vec<Target>> {
    let domain = &*dns_name(domain)?;
    let security = config.security;
    if let Some(address) = &config.address {
        return Ok(vec![Target { address: address.clone(), security }]);
    }
    if security == Security::NoneOnLoopback {
        let address = Address { host: domain.to_owned(), port: 5222 };
        return Ok(vec![Target { address, security }]);
    }
    if domain.parse::<std::net::IpAddr>().is_err() && domain != "localhost" {
        // A resolver that does not answer must not use up the whole deadline.
        match timeout(Duration::from_secs(8), srv_targets(domain, security)).await {
            Ok(found) => {
                if let Some(targets) = found? {
                    return Ok(targets);
                }
            }
            Err(_) => log::debug!("the DNS did not answer for the SRV records of {domain}"),
        }
    }
    let port = if security == Security::DirectTls { 5223 } else { 5222 };
    Ok(vec![Target { address: Address { host: domain.to_owned(), port }, security }])
}

/// The addresses the SRV records name, in the order to be tried; `None` where there are no such records.
async fn srv_targets(domain: &str, wanted: Security) -> Result<Option<Vec<Target>>> {
    let Ok(resolver) = TokioResolver::builder_tokio().and_then(|builder| builder.build()) else {
        return Ok(None); // no usable resolver configuration: the system's own look-up may still know the domain
    };
    let mut records = Vec::new();
    let mut refused = false;
    let starttls = (wanted != Security::DirectTls).then_some(("_xmpp-client._tcp", Security::StartTls));
    for (service, security) in
        [Some(("_xmpps-client._tcp", Security::DirectTls)), starttls].into_iter().flatten()
    {
        let Ok(lookup) = resolver.srv_lookup(format!("{service}.{domain}.")).await else { continue };
        for answer in lookup.answers() {
            let RData::SRV(srv) = &answer.data else { continue };
            let host = srv.target.to_ascii();
            let host = host.trim_end_matches('.').to_owned();
            if host.is_empty() {
                refused = true; // a target of "." says that the service is not offered (RFC 2782)
                continue;
            }
            let address = Address { host, port: srv.port };
            records.push((srv.priority, srv.weight, Target { address, security }));
        }
    }
    if records.is_empty() {
        return if refused { Err(unknown_host(domain)) } else { Ok(None) };
    }
    Ok(Some(in_order(records, random_below)))
}

/// Lowest priority first; among equals drawn by weight (RFC 2782).
fn in_order<T>(mut records: Vec<(u16, u16, T)>, mut below: impl FnMut(u32) -> u32) -> Vec<T> {
    let mut ordered = Vec::with_capacity(records.len());
    while let Some(lowest) = records.iter().map(|(priority, _, _)| *priority).min() {
        let total: u32 = records.iter().filter(|r| r.0 == lowest).map(|r| u32::from(r.1)).sum();
        let mut draw = below(total.saturating_add(1));
        let chosen = records.iter().position(|(priority, weight, _)| {
            if *priority != lowest {
                return false;
            }
            let found = draw <= u32::from(*weight);
            draw = draw.saturating_sub(u32::from(*weight));
            found
        });
        let chosen = chosen.or_else(|| records.iter().position(|record| record.0 == lowest)).unwrap_or(0);
        ordered.push(records.remove(chosen).2);
    }
    ordered
}

fn random_below(end: u32) -> u32 {
    let mut bytes = [0; 4];
    // Without randomness the first of equals is taken, which is no harm.
    let _ = getrandom::fill(&mut bytes);
    u32::from_ne_bytes(bytes) % end.max(1)
}

async fn tcp(address: &Address, security: Security) -> Result<TcpStream> {
    let addresses: Vec<SocketAddr> = match tokio::net::lookup_host((&*address.host, address.port)).await {
        Ok(addresses) => addresses.collect(),
        Err(error) => return Err(unknown_host(&address.host).caused_by(error)),
    };
    let mut failure = None;
    for socket in addresses {
        if security == Security::NoneOnLoopback && !socket.ip().is_loopback() {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("{address} is not this machine, and only towards this machine TLS may be left out"),
            )
            .remedy("Connect with TLS"));
        }
        // One dead address of several must not use up the whole deadline.
        let error = match timeout(Duration::from_secs(10), TcpStream::connect(socket)).await {
            Ok(Ok(stream)) => {
                // Nagle's algorithm would hold every request back for the acknowledgement of the one before.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => error,
            Err(_) => io::ErrorKind::TimedOut.into(),
        };
        failure = Some(
            Error::new(ErrorKind::Unreachable, format!("{address} does not accept connections ({error})"))
                .remedy("Check the address and the network, or try later")
                .caused_by(error),
        );
    }
    Err(failure.unwrap_or_else(|| unknown_host(&address.host)))
}

async fn protect(
    tcp: TcpStream,
    target: &Target,
    domain: &str,
    tls: Option<Arc<ClientConfig>>,
) -> Result<Connected> {
    let tap = Arc::new(AtomicBool::new(false));
    let counts: [Arc<AtomicU64>; 2] = Default::default();
    let tcp = Metered { tcp, counts: counts.clone() };
    let Some(tls) = tls else {
        let stream = header(tapped(tcp, &tap), domain).await?;
        return Ok(Connected { stream, exporter: ChannelBinding::None, tap, counts });
    };
    let tcp = match target.security {
        Security::DirectTls => tcp,
        _ => starttls(tcp, domain).await?,
    };
    let name = ServerName::try_from(dns_name(domain)?).map_err(|error| {
        Error::new(ErrorKind::InvalidArgument, format!("`{domain}` cannot be the name of a server"))
            .remedy("Check the part of the account after the @")
            .caused_by(error)
    })?;
    let tls = TlsConnector::from(tls).connect(name, tcp).await.map_err(|error| tls_error(error, domain))?;
    let (_, connection) = tls.get_ref();
    let exporter = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => connection
            .export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", None)
            .map_or(ChannelBinding::None, ChannelBinding::TlsExporter),
        _ => ChannelBinding::None, // not safe to bind to below TLS 1.3 (RFC 9266)
    };
    Ok(Connected { stream: header(tapped(tls, &tap), domain).await?, exporter, tap, counts })
}

fn tapped<S>(io: S, tap: &Arc<AtomicBool>) -> Box<dyn AsyncReadAndWrite + Send + 'static>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // Two TLS records: what is read at once is one run.
    Box::new(Tapped::new(BufStream::with_capacity(32 << 10, 8 << 10, io), tap.clone()))
}

async fn header<S>(io: S, domain: &str) -> Result<PendingFeaturesRecv<Guard<S>>>
where
    S: tokio::io::AsyncBufRead + tokio::io::AsyncWrite + Unpin,
{
    guarded_header(Guard::new(io), domain).await
}

/// Opens a stream.
pub(super) async fn guarded_header<S>(io: Guard<S>, domain: &str) -> Result<PendingFeaturesRecv<Guard<S>>>
where
    S: tokio::io::AsyncBufRead + tokio::io::AsyncWrite + Unpin,
{
    let header = StreamHeader { to: Some(Cow::Borrowed(domain)), from: None, id: None };
    initiate_stream(io, JABBER_CLIENT, header, TIMEOUTS).await.map_err(|error| stream_io_error(error, domain))
}

async fn starttls(tcp: Metered, domain: &str) -> Result<Metered> {
    let stream = header(BufStream::new(tcp), domain).await?;
    let (features, mut stream): (_, XmppStream<_>) =
        stream.recv_features().await.map_err(|error| stream_error(error.into(), domain))?;
    if !features.can_starttls() {
        return Err(Error::new(ErrorKind::UnsuitableServer, format!("the server of {domain} offers no TLS"))
            .remedy("Nothing was sent to it; ask its operator, or try direct TLS"));
    }
    let request = XmppStreamElement::Starttls(starttls::Nonza::Request(starttls::Request));
    stream.send(&request).await.map_err(|error| stream_io_error(error, domain))?;
    loop {
        let element = match stream.next().await {
            Some(element) => element.and_then(|element| element.into_read_error()),
            None => Err(ReadError::StreamFooterReceived),
        };
        match element {
            Ok(XmppStreamElement::Starttls(starttls::Nonza::Proceed(_))) => break,
            Ok(_) => {
                let message = format!("the server of {domain} offers TLS and then refuses it");
                return Err(Error::new(ErrorKind::UnsuitableServer, message).remedy(ASK_OPERATOR));
            }
            Err(ReadError::SoftTimeout) => {}
            Err(error) => return Err(read_error(error, domain)),
        }
    }
    // Whatever was sent behind the server's consent came unprotected, and goes with the buffer.
    Ok(stream.into_inner().into_inner().into_inner())
}

fn tls_config(authority: &Authority) -> Result<Arc<ClientConfig>> {
    static SYSTEM: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let mut roots = RootCertStore::empty();
    match authority {
        Authority::System => {
            if let Some(config) = SYSTEM.get() {
                return Ok(config.clone());
            }
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(Error::new(
                    ErrorKind::CertificateRefused,
                    "this machine has no list of authorities",
                )
                .remedy("Install the package ca-certificates, or name a CA file"));
            }
        }
        Authority::File(file) => {
            let pem = std::fs::read(file).map_err(|error| {
                let message = format!("the CA file {} cannot be read ({error})", file.display());
                Error::new(ErrorKind::InvalidArgument, message)
                    .remedy("Check its path, and that it may be read")
                    .caused_by(error)
            })?;
            add_pem(&mut roots, &pem, &file.display().to_string())?;
        }
        Authority::Pem(pem) => add_pem(&mut roots, pem, "the given text")?,
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::UnsuitableServer, "TLS cannot be set up").caused_by(error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let config = Arc::new(config);
    if let Authority::System = authority {
        return Ok(SYSTEM.get_or_init(|| config).clone());
    }
    Ok(config)
}

fn add_pem(roots: &mut RootCertStore, pem: &[u8], from: &str) -> Result<()> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let (added, _) = roots.add_parsable_certificates(certificates.unwrap_or_default());
    if added == 0 {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("{from} holds no certificate in PEM form"),
        )
        .remedy(
            "PEM begins with `-----BEGIN CERTIFICATE-----`; ask who runs the server for the authority's",
        ));
    }
    Ok(())
}

fn tls_error(error: io::Error, domain: &str) -> Error {
    use rustls::CertificateError as C;
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return stream_io_error(error, domain);
    };
    let (kind, message, remedy) = match tls {
        rustls::Error::InvalidCertificate(C::UnknownIssuer) => (
            ErrorKind::CertificateRefused,
            format!("the certificate of {domain} is signed by an authority that is not trusted here"),
            "If the server has an authority of its own, name its CA file",
        ),
        rustls::Error::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => (
            ErrorKind::CertificateRefused,
            format!("the certificate of {domain} has expired"),
            "Its operator must renew it; check this machine's clock too",
        ),
        rustls::Error::InvalidCertificate(C::NotValidYet | C::NotValidYetContext { .. }) => (
            ErrorKind::CertificateRefused,
            format!("the certificate of {domain} is not valid yet"),
            "Check this machine's clock",
        ),
        rustls::Error::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => (
            ErrorKind::CertificateRefused,
            format!("the certificate is not {domain}'s"),
            "The server reached is not the account's, or is set up wrongly",
        ),
        rustls::Error::InvalidCertificate(_) => (
            ErrorKind::CertificateRefused,
            format!("the certificate of {domain} is not valid ({tls})"),
            ASK_OPERATOR,
        ),
        _ => (
            ErrorKind::UnsuitableServer,
            format!("no TLS connection could be agreed on with {domain} ({tls})"),
            "Check the port: 5222 mostly is STARTTLS, 5223 direct TLS",
        ),
    };
    Error::new(kind, message).remedy(remedy).caused_by(error)
}

/// A failure of the XML stream while it is set up.
pub(super) fn stream_error(error: tokio_xmpp::Error, domain: &str) -> Error {
    use xmpp_parsers::stream_error::DefinedCondition as C;
    match error {
        tokio_xmpp::Error::Io(error) => stream_io_error(error, domain),
        tokio_xmpp::Error::StreamError(received) => {
            let condition = received.0.condition.to_string();
            let text = received.0.texts.values().next().cloned();
            let said = text.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
            let error = match received.0.condition {
                C::HostUnknown | C::HostGone => Error::new(
                    ErrorKind::UnknownHost,
                    format!("the server reached does not serve `{domain}`{said}"),
                )
                .remedy("Check the part of the account after the @, and the address"),
                C::Conflict => Error::new(
                    ErrorKind::Replaced,
                    format!("another session took the address of this one at {domain}{said}"),
                )
                .remedy("Two programs must not name the same resource: end one of them, or name another"),
                C::SystemShutdown | C::ResourceConstraint | C::Reset => Error::new(
                    ErrorKind::Unreachable,
                    format!("the server of {domain} takes nobody in now ({condition}){said}"),
                )
                .remedy("Try later"),
                _ => Error::new(
                    ErrorKind::UnsuitableServer,
                    format!("the server of {domain} ended the stream ({condition}){said}"),
                )
                .remedy(ASK_OPERATOR),
            };
            error.condition_of_stanza(condition, text)
        }
        tokio_xmpp::Error::Disconnected => stream_io_error(io::ErrorKind::UnexpectedEof.into(), domain),
        other => Error::new(ErrorKind::UnsuitableServer, format!("the stream to {domain} failed"))
            .remedy(ASK_OPERATOR)
            .caused_by(other),
    }
}

pub(super) fn read_error(error: ReadError, domain: &str) -> Error {
    match error {
        ReadError::HardError(error) => stream_io_error(error, domain),
        ReadError::ParseError(error) => {
            stream_io_error(io::Error::new(io::ErrorKind::InvalidData, error), domain)
        }
        _ => stream_io_error(io::ErrorKind::UnexpectedEof.into(), domain),
    }
}

pub(super) fn stream_io_error(error: io::Error, domain: &str) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidData => {
            Error::new(ErrorKind::UnsuitableServer, format!("what answers for {domain} does not speak XMPP"))
                .remedy("Check the address and the port")
                .caused_by(error)
        }
        io::ErrorKind::TimedOut => {
            Error::new(ErrorKind::ConnectTimeout, format!("the server of {domain} fell silent"))
                .remedy("Try later")
                .caused_by(error)
        }
        kind => {
            let message =
                format!("the server of {domain} closed the connection before the login was through ({kind})");
            Error::new(ErrorKind::Unreachable, message)
                .remedy("Check the address and the port, or try later")
                .caused_by(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_go_to_the_dns_in_ascii() {
        assert_eq!(dns_name("énergie.example").unwrap(), "xn--nergie-9ua.example");
        assert_eq!(dns_name("a.test").unwrap(), "a.test");
        assert_eq!(dns_name("[::1]").ok().as_deref(), Some("::1"));
    }

    #[test]
    fn srv_records_go_by_priority_then_weight() {
        let records = || vec![(20, 0, "backup"), (10, 0, "light"), (10, 90, "heavy"), (10, 10, "middle")];
        assert_eq!(in_order(records(), |_| 0), ["light", "heavy", "middle", "backup"]);
        assert_eq!(in_order(records(), |end| end - 1), ["middle", "heavy", "light", "backup"]);
        assert_eq!(in_order(records(), |_| 50)[0], "heavy");
        let first = |draw| in_order(records(), move |end| draw % end)[0];
        let heavy = (0..=100).filter(|draw| first(*draw) == "heavy").count();
        assert_eq!(heavy, 90);
    }
}
