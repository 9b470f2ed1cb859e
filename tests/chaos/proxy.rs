//! A TCP proxy that fails on purpose.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::ports::free_port;

/// How long reaching the server may take. On loopback it is there or it is not.
const REACHED_WITHIN: Duration = Duration::from_secs(5);

/// After the FIN of a hang-up: how long the proxy still reads, because a socket closed with bytes unread sends a RST.
const FIN_GRACE: Duration = Duration::from_secs(1);

/// How long a connection whose end was swallowed is held open, if nobody gives it up before.
const HELD_OPEN: Duration = Duration::from_secs(60);

/// What is on its way in one direction of a connection at the most, in pieces and in bytes a piece.
const PIECES: usize = 64;
const PIECE: usize = 4096;

/// How often a throttled connection may write, unless it writes single bytes.
const WRITES_A_SECOND: u32 = 10;

/// A direction through the proxy, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
    /// Either.
    Both,
}

impl Way {
    fn covers(self, other: Self) -> bool {
        self == Self::Both || self == other
    }
}

/// What a [`Proxy`] can do to those who talk through it.
///
/// Cutting, hanging up and swallowing are done to the connections there are; the rest are the network's properties, for
/// those that come too.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Every connection ends with a RST, and what was on its way is gone.
    Cut,
    /// One connection, whichever this number falls on, ends so.
    CutOne(usize),
    /// Every connection ends with a FIN at a place of no meaning, and what was on its way is gone.
    HangUp,
    /// Bytes are held back for some time; none is lost.
    Stall(Way, Duration),
    /// Every byte takes so much longer, for some time.
    Delay {
        /// How much longer.
        by: Duration,
        /// For how long this goes on.
        time: Duration,
    },
    /// Each direction of each connection carries only so many bytes a second (one at the least), for some time.
    Throttle {
        /// How many.
        bytes_per_second: u32,
        /// For how long this goes on.
        time: Duration,
    },
    /// The connections there are live on, and their bytes vanish: the way of a NAT that has forgotten them.
    Swallow(Way),
    /// Nobody is let in for some time (`ECONNREFUSED`); who is in stays.
    Refuse(Duration),
}

/// A proxy on loopback in front of one server, with a thread of its own; all of it ends when this is dropped.
///
/// ```no_run
/// use std::time::Duration;
///
/// use quoalise_tests::{Proxy, Server};
///
/// let server = Server::shared();
/// let proxy = Proxy::start(([127, 0, 0, 1], server.c2s_port()));
/// println!("connect to {}", proxy.address());
/// proxy.stall(Duration::from_secs(2));
/// proxy.cut();
/// ```
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
    thread: Option<thread::JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    to: SocketAddr,
    weather: watch::Sender<Weather>,
    /// Set once: all is to end.
    over: watch::Sender<bool>,
    links: Mutex<Vec<Link>>,
    cuts: AtomicUsize,
    accepted: AtomicUsize,
}

/// The network's properties. Times are when each ends.
#[derive(Clone, Debug, Default)]
struct Weather {
    stalled: [Option<Instant>; 2],
    delay: Option<(Duration, Option<Instant>)>,
    throttle: Option<(u32, Option<Instant>)>,
    refused: Option<Instant>,
}

impl Weather {
    fn stalled(&self, way: Way) -> Option<Instant> {
        self.stalled[usize::from(way == Way::Down)].filter(|until| *until > Instant::now())
    }

    fn delay(&self) -> Duration {
        self.delay.and_then(current).unwrap_or_default()
    }

    fn throttle(&self) -> Option<u32> {
        self.throttle.and_then(current)
    }
}

fn current<T>((value, until): (T, Option<Instant>)) -> Option<T> {
    until.is_none_or(|until| until > Instant::now()).then_some(value)
}

/// The proxy's handle on a connection.
#[derive(Debug)]
struct Link {
    fate: watch::Sender<Fate>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    #[default]
    Lives,
    Swallowed(Way),
    Reset,
    HungUp,
}

impl Fate {
    fn swallows(self, way: Way) -> bool {
        matches!(self, Self::Swallowed(swallowed) if swallowed.covers(way))
    }

    fn is_end(self) -> bool {
        matches!(self, Self::Reset | Self::HungUp)
    }
}

impl Proxy {
    /// Takes connections on a port of its own, and passes them on to `to`, which need not be there yet.
    ///
    /// # Panics
    /// Where there is no port, or no thread, for it.
    pub fn start(to: impl Into<SocketAddr>) -> Self {
        Self::listening(any_port, to.into()).expect("a port for the proxy")
    }

    /// As [`start`](Self::start), at an address that is given.
    ///
    /// # Errors
    /// Where somebody has it.
    pub fn at(address: impl Into<SocketAddr>, to: impl Into<SocketAddr>) -> io::Result<Self> {
        let address = address.into();
        Self::listening(
            move || bound(address).and_then(|socket| Ok((socket.listen(1024)?, address))),
            to.into(),
        )
    }

    fn listening(
        listen: impl FnOnce() -> io::Result<(TcpListener, SocketAddr)> + Send + 'static,
        to: SocketAddr,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            to,
            weather: watch::Sender::default(),
            over: watch::Sender::new(false),
            links: Mutex::default(),
            cuts: AtomicUsize::new(0),
            accepted: AtomicUsize::new(0),
        });
        let (tell, address) = std::sync::mpsc::channel();
        let here = shared.clone();
        // Not in the caller's runtime: that may be blocked for as long as a server takes to start.
        let thread = thread::Builder::new().name("proxy".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime for the proxy");
            runtime.block_on(async move {
                let (listener, address) = match listen() {
                    Ok(listening) => listening,
                    Err(error) => return drop(tell.send(Err(error))),
                };
                let _ = tell.send(Ok(address));
                let mut over = here.over.subscribe();
                tokio::select! {
                    () = accept(listener, address, here) => {}
                    _ = over.wait_for(|over| *over) => {}
                }
            });
            // With the runtime go its tasks, and with them their sockets.
        });
        let thread = thread.expect("a thread for the proxy");
        let address = address.recv().expect("a proxy that starts")?;
        Ok(Self { shared, address, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts all connections with a RST; how many that were.
    pub fn cut(&self) -> usize {
        self.end_all(Fate::Reset)
    }

    /// Cuts all connections with a FIN that no end tag and no TLS alert came before; how many that were.
    pub fn hang_up(&self) -> usize {
        self.end_all(Fate::HungUp)
    }

    /// Holds all bytes back for this long.
    pub fn stall(&self, time: Duration) {
        self.apply(&Fault::Stall(Way::Both, time));
    }

    /// Lets every byte take so much longer, until it [heals](Self::heal).
    pub fn delay(&self, by: Duration) {
        self.shared.weather.send_modify(|weather| weather.delay = Some((by, None)));
    }

    /// Lets each direction of each connection carry only so many bytes a second, until it [heals](Self::heal).
    pub fn throttle(&self, bytes_per_second: u32) {
        let rate = bytes_per_second.max(1);
        self.shared.weather.send_modify(|weather| weather.throttle = Some((rate, None)));
    }

    /// Lets all bytes of the connections there are vanish, for as long as these live; how many connections that were.
    pub fn swallow(&self) -> usize {
        self.swallow_way(Way::Both)
    }

    /// Lets nobody in for this long. Who is in stays.
    pub fn refuse(&self, time: Duration) {
        self.apply(&Fault::Refuse(time));
    }

    /// Ends stalls, delays, throttles and refusals. What is cut or swallowed is gone for good.
    pub fn heal(&self) {
        self.shared.weather.send_replace(Weather::default());
    }

    /// Does this to those who talk through it; how many connections were cut or swallowed.
    pub fn apply(&self, fault: &Fault) -> usize {
        let now = Instant::now();
        let weather = &self.shared.weather;
        match *fault {
            Fault::Cut => return self.cut(),
            Fault::HangUp => return self.hang_up(),
            Fault::CutOne(number) => {
                let links = self.links();
                let living: Vec<_> = links.iter().filter(|link| link.lives()).collect();
                let chosen = number.checked_rem(living.len()).map(|index| living[index]);
                return self.counted(usize::from(chosen.is_some_and(|link| link.end(Fate::Reset))));
            }
            Fault::Swallow(way) => return self.swallow_way(way),
            Fault::Stall(way, time) => weather.send_modify(|weather| {
                for (held, one) in weather.stalled.iter_mut().zip([Way::Up, Way::Down]) {
                    if way.covers(one) {
                        *held = Some(now + time);
                    }
                }
            }),
            Fault::Delay { by, time } => {
                weather.send_modify(|weather| weather.delay = Some((by, Some(now + time))));
            }
            Fault::Throttle { bytes_per_second, time } => {
                let rate = bytes_per_second.max(1);
                weather.send_modify(|weather| weather.throttle = Some((rate, Some(now + time))));
            }
            Fault::Refuse(time) => weather.send_modify(|weather| weather.refused = Some(now + time)),
        }
        0
    }

    /// How often connections were cut so far; several that were cut at once count once, and a cut without any not at
    /// all.
    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::Relaxed)
    }

    /// How many connections were let in so far.
    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// How many connections there are now whose bytes get through.
    pub fn connections(&self) -> usize {
        self.links().iter().filter(|link| link.lives()).count()
    }

    fn links(&self) -> MutexGuard<'_, Vec<Link>> {
        self.shared.links()
    }

    fn end_all(&self, end: Fate) -> usize {
        let ended = self.links().iter().filter(|link| link.end(end)).count();
        self.counted(ended)
    }

    fn counted(&self, ended: usize) -> usize {
        if ended > 0 {
            self.shared.cuts.fetch_add(1, Ordering::Relaxed);
        }
        ended
    }

    fn swallow_way(&self, way: Way) -> usize {
        self.links().iter().filter(|link| link.end(Fate::Swallowed(way))).count()
    }
}

impl Link {
    fn lives(&self) -> bool {
        *self.fate.borrow() == Fate::Lives
    }

    /// Whether it lived until now. What was swallowed is not cut later: nobody sends a RST for what nobody knows.
    fn end(&self, end: Fate) -> bool {
        self.fate.send_if_modified(|fate| {
            let lived = *fate == Fate::Lives;
            if lived {
                *fate = end;
            }
            lived
        })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // It only fails where the proxy has panicked, and has said so.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn links(&self) -> MutexGuard<'_, Vec<Link>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn any_port() -> io::Result<(TcpListener, SocketAddr)> {
    for _ in 0..20 {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        // It was free when we looked; somebody may have been faster.
        if let Ok(listener) = bound(address).and_then(|socket| socket.listen(1024)) {
            return Ok((listener, address));
        }
    }
    Err(io::Error::other("somebody took the port of the proxy each time"))
}

/// A socket that has the port, and does not listen yet: who connects is refused.
fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // The connections that were let in still have the port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn accept(mut listener: TcpListener, address: SocketAddr, shared: Arc<Shared>) {
    let mut weather = shared.weather.subscribe();
    loop {
        tokio::select! {
            // A refusal begins at once, whoever waits to be let in.
            biased;
            () = async { drop(weather.wait_for(|weather| weather.refused.is_some()).await) } => {
                // Not listening is what refuses. The port is kept, as far as that goes.
                drop(listener);
                let kept = bound(address);
                pass(&mut weather, |weather| weather.refused).await;
                shared.weather.send_if_modified(|weather| {
                    weather.refused.take_if(|until| *until <= Instant::now());
                    false
                });
                listener = match kept.and_then(|socket| socket.listen(1024)) {
                    Ok(listener) => listener,
                    Err(_) => again(address).await,
                };
            }
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => {
                    shared.accepted.fetch_add(1, Ordering::Relaxed);
                    let (fate, told) = watch::channel(Fate::Lives);
                    shared.links().push(Link { fate: fate.clone() });
                    let shared = shared.clone();
                    tokio::spawn(async move {
                        serve(client, shared.to, shared.weather.subscribe(), told).await;
                        shared.links().retain(|link| !link.fate.same_channel(&fate));
                    });
                }
                // Out of descriptors, or the like: whoever waits may be luckier in a moment.
                Err(_) => sleep(Duration::from_millis(10)).await,
            },
        }
    }
}

async fn again(address: SocketAddr) -> TcpListener {
    loop {
        if let Ok(listener) = bound(address).and_then(|socket| socket.listen(1024)) {
            return listener;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until this time is past, which may be brought forward or put off meanwhile.
async fn pass(weather: &mut watch::Receiver<Weather>, until: impl Fn(&Weather) -> Option<Instant>) {
    loop {
        let until = until(&weather.borrow_and_update()).filter(|until| *until > Instant::now());
        let Some(until) = until else { return };
        tokio::select! {
            () = sleep_until(until) => {}
            changed = weather.changed() => if changed.is_err() { return },
        }
    }
}

/// One connection, from being let in to its end.
async fn serve(
    mut client: TcpStream,
    to: SocketAddr,
    weather: watch::Receiver<Weather>,
    fate: watch::Receiver<Fate>,
) {
    let mut told = fate.clone();
    let reached = tokio::select! {
        reached = timeout(REACHED_WITHIN, TcpStream::connect(to)) => reached,
        _ = told.wait_for(|fate| fate.is_end()) => return reset(client),
    };
    let Ok(Ok(mut server)) = reached else { return reset(client) };
    // What we hold back is held back on purpose.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let end = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let up = carry(from_client, to_server, Way::Up, weather.clone(), fate.clone());
        let down = carry(from_server, to_client, Way::Down, weather, fate);
        tokio::select! {
            end = told.wait_for(|fate| fate.is_end()) => end.map_or(Fate::Reset, |fate| *fate),
            carried = both(up, down) => if carried.is_ok() { Fate::Lives } else { Fate::Reset },
        }
    };
    match end {
        Fate::Lives | Fate::Swallowed(_) => {
            if matches!(*told.borrow(), Fate::Swallowed(_)) {
                // Closing would tell of an end that has vanished.
                sleep(HELD_OPEN).await;
            }
        }
        Fate::HungUp => drop(tokio::join!(hang_up(client), hang_up(server))),
        Fate::Reset => {
            reset(client);
            reset(server);
        }
    }
}

async fn both(
    up: impl Future<Output = io::Result<()>>,
    down: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    tokio::try_join!(up, down).map(drop)
}

fn reset(stream: TcpStream) {
    let _ = stream.set_zero_linger();
}

async fn hang_up(mut stream: TcpStream) {
    let _ = stream.shutdown().await;
    let _ = timeout(FIN_GRACE, tokio::io::copy(&mut stream, &mut tokio::io::sink())).await;
}

/// What is on its way: bytes, and when they came. No bytes are the end.
type Piece = (Instant, Vec<u8>);

/// Carries one direction up to its end.
///
/// # Errors
/// The connection is broken on one side, and is to break on the other.
async fn carry(
    from: ReadHalf<'_>,
    to: WriteHalf<'_>,
    way: Way,
    weather: watch::Receiver<Weather>,
    fate: watch::Receiver<Fate>,
) -> io::Result<()> {
    // Reading goes on while what was read waits: a delay is no throttle.
    let (read, reads) = mpsc::channel(PIECES);
    tokio::try_join!(take(from, read, way, fate.clone()), give(to, reads, way, weather, fate)).map(drop)
}

async fn take(
    mut from: ReadHalf<'_>,
    read: mpsc::Sender<Piece>,
    way: Way,
    fate: watch::Receiver<Fate>,
) -> io::Result<()> {
    loop {
        let mut bytes = Vec::with_capacity(PIECE);
        let count = match from.read_buf(&mut bytes).await {
            Ok(count) => count,
            // The other side never hears of it.
            Err(_) if fate.borrow().swallows(way) => 0,
            Err(error) => return Err(error),
        };
        if read.send((Instant::now(), bytes)).await.is_err() || count == 0 {
            return Ok(());
        }
    }
}

async fn give(
    mut to: WriteHalf<'_>,
    mut reads: mpsc::Receiver<Piece>,
    way: Way,
    mut weather: watch::Receiver<Weather>,
    mut fate: watch::Receiver<Fate>,
) -> io::Result<()> {
    while let Some((came, bytes)) = reads.recv().await {
        let written = tokio::select! {
            // What waits here when a connection is forgotten vanishes with the rest.
            biased;
            _ = fate.wait_for(|fate| fate.swallows(way)) => None,
            written = write(&mut to, came, &bytes, way, &mut weather) => Some(written),
        };
        match written {
            Some(written) => written?,
            None => {
                while reads.recv().await.is_some() {}
                // Not even the end is told, for as long as the other direction lasts.
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Writes this when the weather lets it.
async fn write(
    to: &mut WriteHalf<'_>,
    came: Instant,
    bytes: &[u8],
    way: Way,
    weather: &mut watch::Receiver<Weather>,
) -> io::Result<()> {
    let mut rest = bytes;
    loop {
        pass(weather, |weather| weather.stalled(way).max(Some(came + weather.delay()))).await;
        if rest.is_empty() {
            // Only the end has no bytes.
            return if bytes.is_empty() { to.shutdown().await } else { Ok(()) };
        }
        let rate = weather.borrow().throttle();
        let most = rate.map_or(rest.len(), |rate| (rate / WRITES_A_SECOND).max(1) as usize);
        let (now, later) = rest.split_at(most.min(rest.len()));
        to.write_all(now).await?;
        rest = later;
        if let Some(rate) = rate {
            let free = Instant::now() + Duration::from_secs(now.len() as u64) / rate;
            pass(weather, |weather| weather.throttle().map(|_| free)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(5);
    const PAUSE: Duration = Duration::from_millis(300);

    /// A server that says back what it is told, and says how many went away with an end and how many without.
    struct Echo {
        address: SocketAddr,
        ends: mpsc::UnboundedReceiver<bool>,
    }

    async fn echo() -> Echo {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ends) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let end = end.clone();
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    let _ = end.send(tokio::io::copy(&mut read, &mut write).await.is_ok());
                });
            }
        });
        Echo { address, ends }
    }

    async fn connect(proxy: &Proxy) -> TcpStream {
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        // Through to the server, and not only to the proxy.
        assert_eq!(said(&mut stream, b"hello").await.unwrap(), b"hello");
        stream
    }

    /// What comes back for these bytes; an error is what became of the connection instead.
    async fn said(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<Vec<u8>> {
        stream.write_all(bytes).await?;
        let mut back = vec![0; bytes.len()];
        timeout(SOON, stream.read_exact(&mut back)).await.expect("an answer in time")?;
        Ok(back)
    }

    async fn end_of(stream: &mut TcpStream) -> io::Result<usize> {
        timeout(SOON, stream.read(&mut [0; 64])).await.expect("an end in time")
    }

    async fn nothing_comes(stream: &mut TcpStream) {
        let read = timeout(PAUSE, stream.read(&mut [0; 64])).await;
        assert!(read.is_err(), "{read:?}");
    }

    #[tokio::test]
    async fn bytes_pass_unchanged_and_ends_too() {
        let mut echo = echo().await;
        let proxy = Proxy::start(echo.address);
        let mut stream = connect(&proxy).await;
        let bytes: Vec<u8> = (0..1_000_000_u32).map(|i| (i % 251) as u8).collect();
        let (mut read, mut write) = stream.split();
        let mut back = vec![0; bytes.len()];
        let (written, read) = tokio::join!(write.write_all(&bytes), read.read_exact(&mut back));
        written.unwrap();
        read.unwrap();
        assert!(back == bytes);
        assert_eq!((proxy.connections(), proxy.accepted(), proxy.cuts()), (1, 1, 0));
        stream.shutdown().await.unwrap();
        assert_eq!(end_of(&mut stream).await.unwrap(), 0);
        assert!(echo.ends.recv().await.unwrap());
        while proxy.connections() > 0 {
            sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn a_cut_is_a_reset_and_a_hang_up_an_end_on_both_sides() {
        let mut echo = echo().await;
        let proxy = Proxy::start(echo.address);
        assert_eq!(proxy.cut(), 0);
        let (mut one, mut two) = (connect(&proxy).await, connect(&proxy).await);
        assert_eq!(proxy.cut(), 2);
        for stream in [&mut one, &mut two] {
            assert_eq!(end_of(stream).await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
            assert!(!echo.ends.recv().await.unwrap());
        }
        let mut stream = connect(&proxy).await;
        assert_eq!((proxy.hang_up(), proxy.connections()), (1, 0));
        assert_eq!(end_of(&mut stream).await.unwrap(), 0);
        assert!(echo.ends.recv().await.unwrap());
        // At once, and not one a connection.
        assert_eq!(proxy.cuts(), 2);

        let (mut one, mut two) = (connect(&proxy).await, connect(&proxy).await);
        assert_eq!(proxy.apply(&Fault::CutOne(3)), 1);
        let (one, two) = (said(&mut one, b"x").await, said(&mut two, b"x").await);
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    }

    #[tokio::test]
    async fn a_stall_holds_bytes_and_loses_none() {
        let echo = echo().await;
        let proxy = Proxy::start(echo.address);
        for way in [Way::Up, Way::Down, Way::Both] {
            let mut stream = connect(&proxy).await;
            let begin = Instant::now();
            proxy.apply(&Fault::Stall(way, PAUSE));
            assert_eq!(said(&mut stream, b"later").await.unwrap(), b"later");
            assert!((PAUSE..SOON).contains(&begin.elapsed()), "{way:?} {:?}", begin.elapsed());
        }
        // Whoever comes meanwhile is let in, and hears as little.
        proxy.stall(SOON * 10);
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        stream.write_all(b"x").await.unwrap();
        nothing_comes(&mut stream).await;
        proxy.heal();
        assert_eq!(said(&mut stream, b"y").await.unwrap(), b"x");
    }

    #[tokio::test]
    async fn a_delay_is_no_throttle_and_a_throttle_is_one() {
        let echo = echo().await;
        let proxy = Proxy::start(echo.address);
        let mut stream = connect(&proxy).await;
        proxy.delay(PAUSE / 2);
        let begin = Instant::now();
        for number in 0..20 {
            stream.write_all(&[number]).await.unwrap();
            sleep(PAUSE / 40).await;
        }
        let mut back = [0; 20];
        timeout(SOON, stream.read_exact(&mut back)).await.unwrap().unwrap();
        assert!(back.iter().copied().eq(0..20));
        assert!((PAUSE..PAUSE * 4).contains(&begin.elapsed()), "{:?}", begin.elapsed());

        proxy.heal();
        let begin = Instant::now();
        proxy.throttle(5);
        assert_eq!(said(&mut stream, b"abc").await.unwrap(), b"abc");
        // Two pauses of a fifth of a second between three bytes; the two directions overlap.
        assert!((PAUSE..SOON).contains(&begin.elapsed()), "{:?}", begin.elapsed());

        let begin = Instant::now();
        proxy.apply(&Fault::Throttle { bytes_per_second: 1, time: PAUSE });
        assert_eq!(said(&mut stream, &[7; 1000]).await.unwrap(), [7; 1000]);
        assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    }

    #[tokio::test]
    async fn what_is_swallowed_is_neither_heard_nor_ended() {
        let mut echo = echo().await;
        let proxy = Proxy::start(echo.address);
        for way in [Way::Up, Way::Down, Way::Both] {
            let mut stream = connect(&proxy).await;
            assert_eq!(proxy.apply(&Fault::Swallow(way)), 1, "{way:?}");
            assert_eq!(proxy.connections(), 0);
            stream.write_all(b"x").await.unwrap();
            nothing_comes(&mut stream).await;
            assert_eq!(proxy.cut(), 0);
            stream.shutdown().await.unwrap();
            if way == Way::Down {
                assert!(echo.ends.recv().await.unwrap());
            }
            nothing_comes(&mut stream).await;
            assert!(echo.ends.try_recv().is_err());
            // Others are not touched.
            connect(&proxy).await;
            assert!(echo.ends.recv().await.is_some());
        }
        drop(proxy);
        assert_eq!((echo.ends.recv().await.is_some(), echo.ends.recv().await.is_some()), (true, true));
    }

    #[tokio::test]
    async fn who_is_refused_is_told_and_who_is_in_stays() {
        let echo = echo().await;
        let proxy = Proxy::start(echo.address);
        let mut inside = connect(&proxy).await;
        let begin = Instant::now();
        proxy.refuse(PAUSE);
        let mut refused = 0;
        let mut outside = loop {
            match TcpStream::connect(proxy.address()).await {
                Ok(stream) if refused > 0 => break stream,
                // Faster than the refusal; or just as fast, and reset before it was let in.
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
                    refused += 1;
                }
            }
            assert_eq!(said(&mut inside, b"still").await.unwrap(), b"still");
            sleep(Duration::from_millis(5)).await;
        };
        assert!((PAUSE..SOON).contains(&begin.elapsed()), "{:?}", begin.elapsed());
        assert_eq!(said(&mut outside, b"again").await.unwrap(), b"again");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_resets_and_all_ends_with_the_proxy() {
        let proxy = Proxy::start((Ipv4Addr::LOCALHOST, free_port()));
        // The reset may be faster than the one who connects.
        if let Ok(mut stream) = TcpStream::connect(proxy.address()).await {
            assert!(end_of(&mut stream).await.is_err());
        }

        let echo = echo().await;
        let proxy = Proxy::start(echo.address);
        let mut stream = connect(&proxy).await;
        let address = proxy.address();
        proxy.swallow();
        proxy.stall(SOON * 10);
        drop(proxy);
        assert!(!matches!(end_of(&mut stream).await, Ok(1..)));
        assert!(TcpStream::connect(address).await.is_err());
    }
}
