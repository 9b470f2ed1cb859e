//! The bytes under a stream: what is read is counted, so that an element too large ends the stream
//! before it fills the memory, and an ending can be told at any point of a negotiation.

use std::{
    cell::Cell,
    error::Error as StdError,
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use minidom::rxml;
use tokio::{
    io::{AsyncBufRead, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, ReadBuf},
    time::timeout,
};
use xmpp_parsers::stream_error::DefinedCondition as Condition;

use super::{
    fault::{Ending, Fault},
    session::Shared,
};

/// How long an ending stream may take to be told so, and its client to close in its turn.
pub(super) const FAREWELL: Duration = Duration::from_secs(1);

/// The error of reading when an element grew over the limit.
#[derive(Debug)]
pub(super) struct TooBig;

impl fmt::Display for TooBig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the element is larger than this server allows")
    }
}

impl StdError for TooBig {}

/// A connection, buffered and counted.
///
/// The cells are because an `XmlStream` gives out a shared reference only.
pub(super) struct Transport<S> {
    io: BufReader<S>,
    /// How many bytes an element may have.
    limit: Cell<usize>,
    /// How many bytes the element being read has so far.
    element: Cell<usize>,
    written: Cell<u64>,
    /// Whether our header of the present stream is out.
    opened: Cell<bool>,
    /// Whether the client has stopped sending.
    finished: Cell<bool>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Transport<S> {
    pub(super) fn new(io: S, limit: usize) -> Self {
        Self {
            io: BufReader::new(io),
            limit: Cell::new(limit),
            element: Cell::new(0),
            written: Cell::new(0),
            opened: Cell::new(false),
            finished: Cell::new(false),
        }
    }

    /// The connection itself, unless something was read ahead: in front of TLS that is an
    /// injection (whoever wrote it wants it taken for something said inside).
    pub(super) fn into_inner(self) -> Option<S> {
        self.io.buffer().is_empty().then(|| self.io.into_inner())
    }

    /// The present element is complete: returns its size, and counts from nought again.
    pub(super) fn next_element(&self) -> usize {
        self.element.replace(0)
    }

    pub(super) fn set_limit(&self, limit: usize) {
        self.limit.set(limit);
    }

    pub(super) fn set_opened(&self, opened: bool) {
        self.opened.set(opened);
    }

    /// How many bytes the client was given so far, to see whether it takes any.
    pub(super) fn written(&self) -> u64 {
        self.written.get()
    }

    /// Whether the client has stopped sending.
    pub(super) fn finished(&self) -> bool {
        self.finished.get()
    }

    /// Ends a stream that has no `XmlStream` (any more): says why, with a header before it if there
    /// was none yet, and waits a little for the client to close.
    pub(super) async fn end(&mut self, ending: Ending, shared: &Shared) {
        let mut words = String::new();
        match ending {
            // Whoever stops sending in the middle of a stream doesn't wait for an answer.
            _ if self.finished.get() => return self.linger().await,
            Ending::Gone => return self.linger().await,
            Ending::Closed => {}
            Ending::Fault(fault) => {
                if !self.opened.get() {
                    words = shared.header();
                }
                words.push_str(&fault.xml());
            }
        }
        words.push_str("</stream:stream>");
        if matches!(timeout(FAREWELL, self.io.write_all(words.as_bytes())).await, Ok(Ok(()))) {
            self.linger().await;
        }
    }

    /// Closes our side and reads on to the client's own end, for a moment. A connection closed over
    /// unread data is reset, and a reset takes the words on their way to the client with it.
    pub(super) async fn linger(&mut self) {
        let mut ignored = [0; 4096];
        let rest = async {
            if self.io.shutdown().await.is_ok() {
                while matches!(self.io.read(&mut ignored).await, Ok(1..)) {}
            }
        };
        // Whoever does not close within the moment is closed on.
        let _ = timeout(FAREWELL, rest).await;
    }
}

/// Why reading failed, as an ending of the stream.
pub(super) fn ending_of(error: &io::Error, finished: bool) -> Ending {
    if let Some(inner) = error.get_ref() {
        if inner.is::<TooBig>() {
            return Fault::too_big().into();
        }
        if let Some(error) = inner.downcast_ref::<rxml::Error>() {
            return match error {
                rxml::Error::InvalidEof(_) => Ending::Gone,
                _ => Fault::new(Condition::NotWellFormed, "this is not XML as XMPP has it").into(),
            };
        }
    }
    match error.kind() {
        io::ErrorKind::TimedOut => {
            Fault::new(Condition::ConnectionTimeout, "an element was left unfinished").into()
        }
        io::ErrorKind::InvalidData if !finished => {
            Fault::new(Condition::BadFormat, "this is not a stream of XMPP").into()
        }
        _ => Ending::Gone,
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Transport<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let available = ready!(Pin::new(&mut *this).poll_fill_buf(cx))?;
        let taken = available.len().min(buf.remaining());
        buf.put_slice(&available[..taken]);
        Pin::new(this).consume(taken);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncBufRead for Transport<S> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let allowed = this.limit.get().saturating_sub(this.element.get());
        if allowed == 0 {
            return Poll::Ready(Err(io::Error::other(TooBig)));
        }
        let available = ready!(Pin::new(&mut this.io).poll_fill_buf(cx))?;
        this.finished.set(available.is_empty());
        Poll::Ready(Ok(&available[..available.len().min(allowed)]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        let mut counted = amount;
        if this.element.get() == 0 {
            // White space between elements keeps a connection alive and belongs to none.
            let taken = this.io.buffer().iter().take(amount);
            counted -= taken.take_while(|byte| byte.is_ascii_whitespace()).count();
        }
        this.element.set(this.element.get() + counted);
        Pin::new(&mut this.io).consume(amount);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Transport<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.io).poll_write(cx, buf))?;
        this.written.set(this.written.get() + written as u64);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}
