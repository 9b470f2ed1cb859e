//! A server of the test's own that plays by the rules up to a stage, and from there by the test's.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use quoalise::{Config, Security};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

pub const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' from='quoalise.test' id='1' version='1.0'>";
const SASL: &str = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";

/// The address it gives to whoever binds.
pub const BOUND: &str = "me@quoalise.test/bound";

/// How far it goes: what comes next from it is the test's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The client has greeted.
    Connected,
    /// It has greeted back: its features are awaited.
    Greeted,
    /// The client has begun to log in.
    LoggingIn,
    /// The client has answered a challenge (SCRAM).
    Challenged,
    /// The client is logged in, and has greeted again.
    LoggedIn,
    /// It has greeted back again.
    GreetedAgain,
    /// The client has asked for its address.
    Binding,
    /// The client is online.
    Online,
}

impl Stage {
    pub const CONNECTING: [Self; 7] = [
        Self::Connected,
        Self::Greeted,
        Self::LoggingIn,
        Self::Challenged,
        Self::LoggedIn,
        Self::GreetedAgain,
        Self::Binding,
    ];
}

/// What it does then.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Nothing, and the connection stays.
    Silent,
    /// Says this, and then this byte over and over, one each tenth of a second.
    Drip(String, u8),
    Close,
    /// Says this, and nothing more.
    Say(Vec<u8>),
    /// Says the first, and then the second until nobody listens any more.
    Endless(String, String),
}

impl Turn {
    pub fn say(what: impl Into<Vec<u8>>) -> Self {
        Self::Say(what.into())
    }

    async fn take(self, mut stream: TcpStream, sent: &AtomicU64) {
        match self {
            Self::Silent => {}
            Self::Close => return,
            Self::Say(what) => drop(stream.write_all(&what).await),
            Self::Drip(begin, byte) => {
                let _ = stream.write_all(begin.as_bytes()).await;
                while stream.write_all(&[byte]).await.is_ok() {
                    sleep(Duration::from_millis(100)).await;
                }
            }
            Self::Endless(begin, piece) => {
                let _ = stream.write_all(begin.as_bytes()).await;
                let pieces = piece.repeat(64_000 / piece.len());
                while stream.write_all(pieces.as_bytes()).await.is_ok() {
                    sent.fetch_add(pieces.len() as u64, Ordering::Relaxed);
                }
            }
        }
        // Until the client has gone.
        let mut rest = [0; 4096];
        while matches!(stream.read(&mut rest).await, Ok(count) if count > 0) {}
    }
}

/// The server; it goes with the runtime of the test.
pub struct Scripted {
    pub port: u16,
    sent: Arc<AtomicU64>,
}

impl Scripted {
    pub async fn start(stage: Stage, turn: Turn) -> Self {
        Self::playing(move |stream, sent| {
            let turn = turn.clone();
            async move {
                if let Some(stream) = play(stream, stage).await {
                    turn.take(stream, &sent).await;
                }
            }
        })
        .await
    }

    /// Once online it waits for the client to ask, and answers by what `turn` makes of the request's id.
    pub async fn asked(turn: impl Fn(&str) -> Turn + Clone + Send + Sync + 'static) -> Self {
        Self::playing(move |stream, sent| {
            let turn = turn.clone();
            async move {
                let Some(mut stream) = play(stream, Stage::Online).await else { return };
                let Some(request) = heard(&mut stream, "</iq>").await else { return };
                turn(id(&request)).take(stream, &sent).await;
            }
        })
        .await
    }

    /// As [`asked`](Self::asked), in the place of the answer to the client's request for an address.
    pub async fn binding(turn: impl Fn(&str) -> Turn + Clone + Send + Sync + 'static) -> Self {
        Self::playing(move |stream, sent| {
            let turn = turn.clone();
            async move {
                let Some((stream, request)) = play_and_hear(stream, Stage::Binding).await else { return };
                turn(id(&request)).take(stream, &sent).await;
            }
        })
        .await
    }

    pub async fn playing<F>(with_each: impl Fn(TcpStream, Arc<AtomicU64>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sent = Arc::new(AtomicU64::new(0));
        let counter = sent.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(with_each(stream, counter.clone()));
            }
        });
        Self { port, sent }
    }

    /// How many bytes of what never ends were taken from it.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub fn config(&self) -> Config {
        Config::new("me@quoalise.test", "an invented password")
            .unwrap()
            .address(&format!("127.0.0.1:{}", self.port))
            .unwrap()
            .security(Security::NoneOnLoopback)
            .allow_plain()
    }
}

/// Plays by the rules; `None` where the client goes first.
async fn play(stream: TcpStream, until: Stage) -> Option<TcpStream> {
    play_and_hear(stream, until).await.map(|(stream, _)| stream)
}

/// Also gives what was heard last.
async fn play_and_hear(mut stream: TcpStream, until: Stage) -> Option<(TcpStream, String)> {
    let last = heard(&mut stream, "<stream:stream").await?;
    if until == Stage::Connected {
        return Some((stream, last));
    }
    say(&mut stream, HEADER).await?;
    if until == Stage::Greeted {
        return Some((stream, last));
    }
    let mechanism = if until == Stage::Challenged { "SCRAM-SHA-256" } else { "PLAIN" };
    let mechanisms = format!("<mechanisms {SASL}><mechanism>{mechanism}</mechanism></mechanisms>");
    say(&mut stream, &format!("<stream:features>{mechanisms}</stream:features>")).await?;
    let auth = heard(&mut stream, "</auth>").await?;
    if until == Stage::LoggingIn {
        return Some((stream, auth));
    }
    if until == Stage::Challenged {
        let first = auth.split("</auth>").next()?.rsplit('>').next()?;
        let first = String::from_utf8(BASE64_STANDARD.decode(first).ok()?).ok()?;
        let challenge = format!("r={}x,s=QSXCR+Q6sek8bf92,i=4096", first.split("r=").nth(1)?);
        let challenge = BASE64_STANDARD.encode(challenge);
        say(&mut stream, &format!("<challenge {SASL}>{challenge}</challenge>")).await?;
        heard(&mut stream, "</response>").await?;
        return Some((stream, last));
    }
    say(&mut stream, &format!("<success {SASL}/>")).await?;
    heard(&mut stream, "<stream:stream").await?;
    if until == Stage::LoggedIn {
        return Some((stream, last));
    }
    say(&mut stream, HEADER).await?;
    if until == Stage::GreetedAgain {
        return Some((stream, last));
    }
    const BIND: &str = "xmlns='urn:ietf:params:xml:ns:xmpp-bind'";
    say(&mut stream, &format!("<stream:features><bind {BIND}/></stream:features>")).await?;
    let request = heard(&mut stream, "</iq>").await?;
    if until == Stage::Binding {
        return Some((stream, request));
    }
    let bound = format!("<bind {BIND}><jid>{BOUND}</jid></bind>");
    say(&mut stream, &format!("<iq type='result' id='{}'>{bound}</iq>", id(&request))).await?;
    Some((stream, request))
}

async fn say(stream: &mut TcpStream, what: &str) -> Option<()> {
    stream.write_all(what.as_bytes()).await.ok()
}

/// Everything up to and including `end`; `None` where that never comes.
pub async fn heard(stream: &mut TcpStream, end: &str) -> Option<String> {
    let mut seen = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&seen);
        if text.contains(end) {
            return Some(text.into_owned());
        }
        if stream.read_buf(&mut seen).await.ok()? == 0 {
            return None;
        }
    }
}

/// The id of the last IQ in there.
fn id(request: &str) -> &str {
    let iq = request.rsplit("<iq").next().unwrap_or_default();
    let value = iq.split(" id=").nth(1).unwrap_or_default();
    value.get(1..).and_then(|rest| rest.split(['\'', '"']).next()).unwrap_or_default()
}
