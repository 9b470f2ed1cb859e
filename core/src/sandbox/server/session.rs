//! One connection: from the first byte to a bound resource, and from there to its end.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use futures::{FutureExt, Sink, SinkExt, Stream, StreamExt, future::BoxFuture};
use jid::{DomainPart, NodePart, ResourcePart};
use minidom::{Element, rxml};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::watch,
    time::{Instant, Sleep, sleep, timeout, timeout_at},
};
use tokio_rustls::{TlsAcceptor, rustls::crypto::SecureRandom, server::TlsStream};
use tokio_xmpp::xmlstream::{ReadError, StreamHeader, Timeouts, XmlStream, accept_stream};
use xmpp_parsers::{
    bind::{BindFeature, BindResponse},
    ns,
    sasl::{Challenge, DefinedCondition as Refusal, Failure, Success},
    starttls::{Proceed, StartTls},
    stream_error::{DefinedCondition as Condition, StreamError},
    stream_features::StreamFeatures,
};

use super::{
    Limits,
    auth::{Directory, Exchange, MECHANISMS, Step, random},
    element::{self, Received},
    fault::{Ending, Fault},
    queue::{Inbox, Outgoing},
    router::{Bound, Router},
    transport::{FAREWELL, Transport, ending_of},
};

/// How many bytes an element may have before its sender has logged in, as with stock servers.
const UNAUTHENTICATED_ELEMENT: usize = 10_000;

/// Silence is no fault between elements, only within one: then the first of these ends the stream.
const TIMEOUTS: Timeouts =
    Timeouts { read_timeout: Duration::from_secs(60), response_timeout: Duration::from_secs(86_400 * 365) };

/// What all connections of a server share.
pub(super) struct Shared {
    pub(super) domain: DomainPart,
    pub(super) directory: Arc<Directory>,
    pub(super) router: Arc<Router>,
    pub(super) tls: TlsAcceptor,
    pub(super) random: &'static dyn SecureRandom,
    pub(super) limits: Limits,
}

impl Shared {
    /// A name nobody has and nobody can guess.
    fn unique(&self) -> Result<String, Ending> {
        match random::<12>(self.random) {
            Ok(bytes) => Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
            Err(_) => Err(Fault::new(Condition::InternalServerError, "no random numbers to be had").into()),
        }
    }

    /// The header of a stream, for where there is no `XmlStream` to write it.
    pub(super) fn header(&self) -> String {
        // The domain is one that `Config` lets through: without anything XML would want escaped.
        format!(
            "<?xml version='1.0'?><stream:stream xmlns='{}' xmlns:stream='{}' from='{}' id='{}' version='1.0'>",
            ns::JABBER_CLIENT,
            ns::STREAM,
            self.domain,
            self.unique().unwrap_or_default(),
        )
    }
}

type Tls = TlsStream<TcpStream>;

/// A stream over a transport that outlives it.
type ServerStream<'a, S> = XmlStream<&'a mut Transport<S>, Received>;

/// Serves one connection to its end.
pub(super) async fn serve(
    shared: Arc<Shared>,
    tcp: TcpStream,
    direct_tls: bool,
    mut stop: watch::Receiver<bool>,
) {
    // An answer must not wait for the acknowledgement of what went before it.
    if let Err(error) = tcp.set_nodelay(true) {
        log::debug!("a connection without TCP_NODELAY: {error}");
    }
    let deadline = Instant::now() + shared.limits.login;
    let stopped = async {
        // An error means that the server was dropped, which is a stop too.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    tokio::pin!(stopped);

    let tcp = if direct_tls {
        tcp
    } else {
        let mut transport = Transport::new(tcp, UNAUTHENTICATED_ELEMENT);
        let outcome = tokio::select! {
            outcome = timeout_at(deadline, ask_for_tls(&mut transport, &shared)) => outcome.unwrap_or_else(|_| Err(late())),
            () = &mut stopped => Err(shutdown()),
        };
        if let Err(ending) = outcome {
            return transport.end(ending, &shared).await;
        }
        match transport.into_inner() {
            Some(tcp) => tcp,
            None => return log::debug!("a connection that spoke ahead of its TLS handshake was closed"),
        }
    };

    let handshake = tokio::select! {
        outcome = timeout_at(deadline, shared.tls.accept(tcp)) => outcome,
        () = &mut stopped => return,
    };
    let tls = match handshake {
        Ok(Ok(tls)) => tls,
        Ok(Err(error)) => return log::debug!("a TLS handshake failed: {error}"),
        Err(_) => return log::debug!("a TLS handshake took too long"),
    };

    let mut transport = Transport::new(tls, UNAUTHENTICATED_ELEMENT);
    let outcome = tokio::select! {
        outcome = timeout_at(deadline, log_in(&mut transport, &shared)) => outcome.unwrap_or_else(|_| Err(late())),
        () = &mut stopped => Err(shutdown()),
    };
    let ending = match outcome {
        Ok((stream, bound, inbox)) => {
            let session = Session { stream, inbox, bound, shared: &shared, relief: None, stall: None };
            session.run(stopped).await;
            // It has said what there was to say.
            Ending::Gone
        }
        Err(ending) => ending,
    };
    transport.end(ending, &shared).await;
}

fn late() -> Ending {
    Fault::new(Condition::ConnectionTimeout, "not logged in in time").into()
}

fn shutdown() -> Ending {
    Fault::new(Condition::SystemShutdown, "the server is shutting down").into()
}

/// Receives the header of a stream, and answers with ours and `features`.
async fn open<'a, S: AsyncRead + AsyncWrite + Unpin>(
    transport: &'a mut Transport<S>,
    shared: &Shared,
    features: &StreamFeatures,
) -> Result<ServerStream<'a, S>, Ending> {
    let accepted = accept_stream(transport, ns::JABBER_CLIENT, TIMEOUTS).await;
    greet(accepted.map_err(no_header)?, shared, features).await
}

/// Why there is no header to answer.
fn no_header(error: io::Error) -> Ending {
    let other =
        error.kind() == io::ErrorKind::InvalidData && error.get_ref().is_some_and(|e| !e.is::<rxml::Error>());
    match other {
        true => Fault::new(Condition::InvalidNamespace, "this is no header of a stream of XMPP 1.0").into(),
        false => ending_of(&error, false),
    }
}

/// The second half of [`open`], for a stream that was reset.
async fn greet<'a, S: AsyncRead + AsyncWrite + Unpin>(
    accepted: tokio_xmpp::xmlstream::AcceptedStream<&'a mut Transport<S>>,
    shared: &Shared,
    features: &StreamFeatures,
) -> Result<ServerStream<'a, S>, Ending> {
    let to = accepted.header().to.map(|to| DomainPart::new(&to).map(|to| to.into_owned()));
    let header = StreamHeader {
        from: Some(shared.domain.as_str().into()),
        to: None,
        id: Some(shared.unique()?.into()),
    };
    match to {
        Some(Ok(to)) if to == shared.domain => {}
        Some(Ok(_)) => {
            return Err(Fault::new(Condition::HostUnknown, "this server does not serve that domain").into());
        }
        _ => return Err(Fault::new(Condition::ImproperAddressing, "a stream needs a domain in 'to'").into()),
    }
    let pending = accepted.send_header(header).await.map_err(|_| Ending::Gone)?;
    let stream = pending.send_features(features).await.map_err(|_| Ending::Gone)?;
    stream.get_stream().set_opened(true);
    stream.get_stream().next_element();
    Ok(stream)
}

/// The next element of a stream, and its size.
fn received<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &ServerStream<'_, S>,
    next: Option<Result<Received, ReadError>>,
) -> Result<Option<(Element, usize)>, Ending> {
    let transport = stream.get_stream();
    match next {
        Some(Ok(Received(element))) => Ok(Some((element, transport.next_element()))),
        Some(Err(ReadError::SoftTimeout)) => Ok(None),
        Some(Err(ReadError::StreamFooterReceived)) => Err(Ending::Closed),
        Some(Err(ReadError::HardError(error))) => Err(ending_of(&error, transport.finished())),
        // There is one element that can't be received: see `Received`.
        Some(Err(ReadError::ParseError(_))) => {
            Err(Fault::new(Condition::PolicyViolation, "elements are nested too deeply").into())
        }
        None => Err(Ending::Gone),
    }
}

async fn read<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut ServerStream<'_, S>,
) -> Result<Element, Ending> {
    loop {
        let next = stream.next().await;
        if let Some((element, _)) = received(stream, next)? {
            return Ok(element);
        }
    }
}

async fn write<S, E>(stream: &mut ServerStream<'_, S>, element: &E) -> Result<(), Ending>
where
    S: AsyncRead + AsyncWrite + Unpin,
    E: xso::AsXml,
{
    stream.send(element).await.map_err(|_| Ending::Gone)
}

/// Goes as far as TLS can begin, over a connection that has none.
async fn ask_for_tls<S: AsyncRead + AsyncWrite + Unpin>(
    transport: &mut Transport<S>,
    shared: &Shared,
) -> Result<(), Ending> {
    let features = StreamFeatures { starttls: Some(StartTls { required: true }), ..Default::default() };
    let mut stream = open(transport, shared, &features).await?;
    for _ in 0..shared.limits.login_attempts {
        let element = read(&mut stream).await?;
        if element.is("starttls", ns::TLS) {
            return write(&mut stream, &Proceed).await;
        }
        if !element.is("auth", ns::SASL) {
            return Err(uncalled_for(&element));
        }
        write(&mut stream, &failure(Refusal::EncryptionRequired)).await?;
    }
    Err(too_many_tries())
}

/// What to say to an element that has no business there.
fn uncalled_for(element: &Element) -> Ending {
    match element.name() {
        "iq" | "message" | "presence" => Fault::new(Condition::NotAuthorized, "log in first").into(),
        "error" if element.has_ns(ns::STREAM) => Ending::Closed,
        _ => Fault::new(Condition::UnsupportedStanzaType, "nothing of the kind was offered").into(),
    }
}

fn too_many_tries() -> Ending {
    Fault::new(Condition::PolicyViolation, "too many tries to log in").into()
}

fn failure(condition: Refusal) -> Failure {
    Failure { defined_condition: condition, texts: Default::default() }
}

/// Logs a client in and gives it a resource.
async fn log_in<'a>(
    transport: &'a mut Transport<Tls>,
    shared: &Shared,
) -> Result<(ServerStream<'a, Tls>, Bound, Inbox), Ending> {
    let features = StreamFeatures {
        sasl_mechanisms: MECHANISMS.into_iter().map(str::to_owned).collect(),
        ..Default::default()
    };
    let mut stream = open(transport, shared, &features).await?;
    let (account, success) = authenticate(&mut stream, shared).await?;

    stream.get_stream().set_opened(false);
    stream.get_stream().set_limit(shared.limits.stanza_bytes);
    let accepted = stream.accept_reset(&success).await;
    let features = StreamFeatures {
        bind: Some(BindFeature { required: true }),
        // Before RFC 6121 a client had to ask for a session, and some still do unless told.
        others: vec![Element::builder("session", SESSION).append(Element::bare("optional", SESSION)).build()],
        ..Default::default()
    };
    let mut stream = greet(accepted.map_err(no_header)?, shared, &features).await?;
    let (bound, inbox) = bind(&mut stream, shared, &account).await?;
    Ok((stream, bound, inbox))
}

const SESSION: &str = "urn:ietf:params:xml:ns:xmpp-session";

/// Finds out who the client is.
async fn authenticate(
    stream: &mut ServerStream<'_, Tls>,
    shared: &Shared,
) -> Result<(NodePart, Success), Ending> {
    let mut exchange = None;
    let mut attempts = 0;
    loop {
        let element = read(stream).await?;
        if !element.has_ns(ns::SASL) {
            return Err(uncalled_for(&element));
        }
        let step = match (element.name(), exchange.take()) {
            ("auth", _) => {
                let mechanism = element.attr("mechanism").unwrap_or_default();
                match message(&element) {
                    // The client waits for a challenge to say who it is.
                    Ok(None) if MECHANISMS.contains(&mechanism) => {
                        exchange = Some(Pending::Initial(mechanism.to_owned()));
                        write(stream, &Challenge { data: Vec::new() }).await?;
                        continue;
                    }
                    Ok(data) => {
                        Exchange::begin(shared.directory.clone(), mechanism, data.unwrap_or_default()).await
                    }
                    Err(condition) => Err(condition),
                }
            }
            ("response", Some(pending)) => match (message(&element), pending) {
                (Err(condition), _) => Err(condition),
                (Ok(data), Pending::Initial(mechanism)) => {
                    Exchange::begin(shared.directory.clone(), &mechanism, data.unwrap_or_default()).await
                }
                (Ok(data), Pending::Exchange(exchange)) => exchange.go_on(data.unwrap_or_default()).await,
            },
            ("abort", _) => Err(Refusal::Aborted),
            ("response", None) => Err(Refusal::NotAuthorized),
            _ => return Err(uncalled_for(&element)),
        };
        match step {
            Ok(Step::Success(account, data)) => return Ok((account, Success { data })),
            Ok(Step::Challenge(next, data)) => {
                exchange = Some(Pending::Exchange(next));
                write(stream, &Challenge { data }).await?;
            }
            Err(condition) => {
                write(stream, &failure(condition)).await?;
                attempts += 1;
                if attempts >= shared.limits.login_attempts {
                    return Err(too_many_tries());
                }
            }
        }
    }
}

/// An exchange that waits for the client.
enum Pending {
    /// This mechanism was chosen, nothing more said.
    Initial(String),
    Exchange(Exchange),
}

/// The data of a SASL element: nothing at all is not the same as empty data (`=`).
fn message(element: &Element) -> Result<Option<Vec<u8>>, Refusal> {
    match element.text().trim() {
        "" => Ok(None),
        "=" => Ok(Some(Vec::new())),
        text => BASE64_STANDARD.decode(text).map(Some).map_err(|_| Refusal::IncorrectEncoding),
    }
}

/// Gives the client its resource: the one it asks for, or one made up.
async fn bind(
    stream: &mut ServerStream<'_, Tls>,
    shared: &Shared,
    account: &NodePart,
) -> Result<(Bound, Inbox), Ending> {
    let iq = read(stream).await?;
    let query = element::only_child(&iq).filter(|query| {
        query.is("bind", ns::BIND) && iq.is("iq", ns::JABBER_CLIENT) && iq.attr("type") == Some("set")
    });
    let Some(query) = query else { return Err(uncalled_for(&iq)) };
    let asked = query.get_child("resource", ns::BIND).map(Element::text);
    let resource = match asked.as_deref().map(ResourcePart::new) {
        Some(Ok(resource)) => resource.into_owned(),
        // Stock servers make one up for a resource that can't be, too.
        _ => match ResourcePart::new(&shared.unique()?) {
            Ok(resource) => resource.into_owned(),
            Err(_) => return Err(Fault::new(Condition::InternalServerError, "no resource to be had").into()),
        },
    };
    let Some((bound, inbox)) = shared.router.bind(account, resource) else {
        return Err(Fault::new(Condition::NotAuthorized, "there is no such account any more").into());
    };
    let answer = element::result(&iq, Some(BindResponse { jid: bound.jid.clone() }.into()));
    write(stream, &answer).await?;
    Ok((bound, inbox))
}

/// A client that is logged in.
struct Session<'a> {
    stream: ServerStream<'a, Tls>,
    inbox: Inbox,
    bound: Bound,
    shared: &'a Shared,
    /// What to wait for before the client is read from again: see [`queue`](super::queue).
    relief: Option<BoxFuture<'static, ()>>,
    /// Runs while the client takes nothing of what is written to it.
    stall: Option<Stall>,
}

struct Stall {
    until: Pin<Box<Sleep>>,
    written: u64,
}

impl Session<'_> {
    /// Carries stanzas both ways until the stream ends, and ends it.
    async fn run(mut self, stopped: impl Future<Output = ()>) {
        log::debug!("{} is online", self.bound.jid);
        let ending = tokio::select! {
            biased;
            () = stopped => shutdown(),
            ending = poll_fn(|cx| self.poll(cx)) => ending,
        };
        // First of all, so that nobody writes any more to one who is gone.
        self.bound.leave();
        log::debug!("{} is offline", self.bound.jid);
        if timeout(FAREWELL, self.farewell(ending)).await.is_err() {
            log::debug!("{} was not told that its stream ended: it takes nothing", self.bound.jid);
        }
    }

    async fn farewell(&mut self, ending: Ending) -> io::Result<()> {
        match ending {
            Ending::Gone => return Ok(()),
            Ending::Closed => {
                // The answers to what it asked before it closed.
                for outgoing in self.inbox.rest() {
                    if let Outgoing::Stanza(stanza) = outgoing {
                        self.stream.feed(&stanza).await?;
                    }
                }
            }
            Ending::Fault(fault) => {
                log::debug!("the stream of {} is ended: {fault:?}", self.bound.jid);
                self.stream.send(&StreamError::from(fault)).await?;
            }
        }
        self.stream.shutdown().await
    }

    /// Writes what there is to write, and reads what there is to read: neither waits for the other.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        if let Poll::Ready(ending) = self.poll_write(cx) {
            return Poll::Ready(ending);
        }
        self.poll_read(cx)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        type Writer<'a, 'b> = Pin<&'b mut ServerStream<'a, Tls>>;
        loop {
            let stream: Writer<'_, '_> = Pin::new(&mut self.stream);
            match Sink::<&Element>::poll_ready(stream, cx) {
                Poll::Pending => return self.poll_stall(cx),
                Poll::Ready(Err(_)) => return Poll::Ready(Ending::Gone),
                Poll::Ready(Ok(())) => {}
            }
            match self.inbox.poll_next(cx) {
                Poll::Ready(Some(Outgoing::Stanza(stanza))) => {
                    if let Err(error) = Pin::new(&mut self.stream).start_send(&stanza) {
                        log::debug!("a stanza for {} could not be written: {error}", self.bound.jid);
                        return Poll::Ready(Ending::Gone);
                    }
                }
                Poll::Ready(Some(Outgoing::End(fault))) => return Poll::Ready(fault.into()),
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        match Sink::<&Element>::poll_flush(Pin::new(&mut self.stream), cx) {
            Poll::Pending => self.poll_stall(cx),
            Poll::Ready(Err(_)) => Poll::Ready(Ending::Gone),
            Poll::Ready(Ok(())) => {
                self.stall = None;
                Poll::Pending
            }
        }
    }

    /// There is more to write than the client takes: ends the stream of one that takes nothing for
    /// too long.
    fn poll_stall(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        let patience = self.shared.limits.stalled;
        let written = self.stream.get_stream().written();
        let stall = self.stall.get_or_insert_with(|| Stall { until: Box::pin(sleep(patience)), written });
        while stall.until.poll_unpin(cx).is_ready() {
            if stall.written == written {
                return Poll::Ready(Fault::new(Condition::ResourceConstraint, "you do not read").into());
            }
            *stall = Stall { until: Box::pin(sleep(patience)), written };
        }
        Poll::Pending
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        loop {
            if let Some(relief) = &mut self.relief {
                ready!(relief.poll_unpin(cx));
                self.relief = None;
            }
            let next = ready!(Pin::new(&mut self.stream).poll_next(cx));
            match received(&self.stream, next) {
                Ok(Some((element, size))) => {
                    if let Err(ending) = self.handle(element, size) {
                        return Poll::Ready(ending);
                    }
                }
                Ok(None) => {}
                Err(ending) => return Poll::Ready(ending),
            }
        }
    }

    fn handle(&mut self, element: Element, size: usize) -> Result<(), Ending> {
        if !element.has_ns(ns::JABBER_CLIENT) || !matches!(element.name(), "iq" | "message" | "presence") {
            return Err(match element.is("error", ns::STREAM) {
                true => Ending::Closed,
                false => {
                    Fault::new(Condition::UnsupportedStanzaType, "nothing of the kind was offered").into()
                }
            });
        }
        let congested = self.shared.router.route(&self.bound, element, size);
        if !congested.is_empty() {
            self.relief = Some(Box::pin(async move {
                for backlog in congested {
                    backlog.relief().await;
                }
            }));
        }
        Ok(())
    }
}
