//! A server that means harm, or is broken, at each stage of connecting: every attempt ends in a typed error, in time, and
//! takes no more memory than a session ever does. `docs/reliability.md` lists what is in here.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures::future::join_all;
use futures::{StreamExt as _, stream};
use quoalise::{Client, Error, ErrorKind};
use tokio::net::TcpListener;

use crate::scripted::{BOUND, HEADER, Scripted, Stage, Turn};
use crate::support::{AT_ONCE, PATIENCE, SERIES};

/// Floods keep a machine busy: more of them at a time would only take longer.
const AT_A_TIME: usize = 3;

/// How an attempt ends that has to fail, and after how long.
async fn fails(stage: Stage, turn: Turn, limit: Duration) -> (Error, Duration, Scripted) {
    let server = Scripted::start(stage, turn).await;
    let begin = Instant::now();
    let error = Client::connect(&server.config().connect_timeout(limit)).await.unwrap_err();
    (error, begin.elapsed(), server)
}

#[tokio::test]
async fn silence_and_a_few_bytes_at_a_time_are_given_up_at_any_stage() {
    let limit = Duration::from_secs(1);
    let turns = [
        Turn::Silent,
        Turn::Drip(String::new(), b' '),
        Turn::Drip("<stream:features a='".to_owned(), b'x'),
        Turn::Drip("<".to_owned(), b'x'),
    ];
    let attempts = Stage::CONNECTING.into_iter().flat_map(|stage| turns.clone().map(|turn| (stage, turn)));
    join_all(attempts.map(|(stage, turn)| async move {
        let (error, took, _) = fails(stage, turn.clone(), limit).await;
        assert_eq!(error.kind(), ErrorKind::ConnectTimeout, "{stage:?} {turn:?}: {error}");
        assert!(took >= limit && took < limit + AT_ONCE, "{stage:?} {turn:?}: {took:?}");
        assert!(error.to_string().contains("allow more time"), "{error}");
    }))
    .await;
}

#[tokio::test]
async fn who_hangs_up_at_any_stage() {
    let footer = Turn::say("</stream:stream>");
    let attempts = Stage::CONNECTING
        .into_iter()
        .flat_map(|stage| [Turn::Close, footer.clone()].map(|turn| (stage, turn)))
        .filter(|(stage, turn)| *stage != Stage::Connected || matches!(turn, Turn::Close))
        .filter(|(stage, turn)| *stage != Stage::LoggedIn || matches!(turn, Turn::Close));
    join_all(attempts.map(|(stage, turn)| async move {
        let (error, took, _) = fails(stage, turn.clone(), Duration::from_secs(20)).await;
        assert_eq!(error.kind(), ErrorKind::Unreachable, "{stage:?} {turn:?}: {error}");
        assert!(took < AT_ONCE, "{stage:?} {turn:?}: {took:?}");
    }))
    .await;
}

/// What no server may say at any time.
fn poisons(spy: u16) -> Vec<Vec<u8>> {
    let laughs: String =
        (1..9).map(|n| format!("<!ENTITY lol{n} '{}'>", format!("&lol{};", n - 1).repeat(10))).collect();
    let text: Vec<String> = vec![
        format!("<!DOCTYPE lolz [<!ENTITY lol0 'lol'>{laughs}]><a>&lol8;</a>"),
        format!("<!DOCTYPE a SYSTEM 'http://127.0.0.1:{spy}/a.dtd'><a/>"),
        format!("<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1:{spy}/b'> %b;]><a/>"),
        format!("<!DOCTYPE a [<!ENTITY b SYSTEM 'http://127.0.0.1:{spy}/b'>]><a>&b;</a>"),
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>".to_owned(),
        "<!-- a comment -->".to_owned(),
        "<?xml-stylesheet href='a.xsl'?>".to_owned(),
        "<message><body>&undeclared;</body></message>".to_owned(),
        "<message id='&undeclared;'/>".to_owned(),
        "<message><body>&#0;</body></message>".to_owned(),
        "<message><body>&#xD800;</body></message>".to_owned(),
        "<message><body>]]></body></message>".to_owned(),
        "<a></b>".to_owned(),
        "<a b='1' b='2'/>".to_owned(),
        "<a b=1/>".to_owned(),
        "<a b='<'/>".to_owned(),
        "<n:a/>".to_owned(),
        "<a n:b='c'/>".to_owned(),
        "<a xmlns:n=''/>".to_owned(),
        "< a/>".to_owned(),
        "<>".to_owned(),
        "<1/>".to_owned(),
        "HTTP/1.1 200 OK\r\n\r\n".to_owned(),
    ];
    let mut all: Vec<Vec<u8>> = text.into_iter().map(String::into_bytes).collect();
    // No UTF-8: a lone byte, too long a form, half of a pair, what ends too soon, another encoding.
    for bytes in
        [&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x82", b"\xf8\x88\x80\x80\x80", b"\xe9t\xe9"]
    {
        all.push([b"<message><body>", bytes, b"</body></message>"].concat());
        all.push([b"<message id='", bytes, b"'/>"].concat());
        all.push([b"<message", bytes, b"/>"].concat());
    }
    all
}

#[tokio::test]
async fn what_no_server_may_say_is_refused_at_any_stage() {
    let spy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = spy.local_addr().unwrap().port();
    for stage in Stage::CONNECTING {
        let header = matches!(stage, Stage::Connected | Stage::LoggedIn);
        join_all(poisons(port).into_iter().map(|poison| async move {
            let shown = String::from_utf8_lossy(&poison[..poison.len().min(60)]).into_owned();
            let (error, took, _) = fails(stage, Turn::Say(poison.clone()), Duration::from_secs(20)).await;
            assert_eq!(error.kind(), ErrorKind::UnsuitableServer, "{stage:?} {shown}: {error}");
            assert!(took < AT_ONCE, "{stage:?} {shown}: {took:?}");
            if header {
                // With a header of its own before it.
                let whole = [HEADER.as_bytes(), &poison].concat();
                let (error, ..) = fails(stage, Turn::Say(whole), Duration::from_secs(20)).await;
                assert_eq!(error.kind(), ErrorKind::UnsuitableServer, "{stage:?} header {shown}: {error}");
            }
        }))
        .await;
    }
    let asked = tokio::time::timeout(Duration::from_millis(100), spy.accept()).await;
    assert!(asked.is_err(), "something outside was fetched");
}

/// What never ends and does not have to be kept.
fn endless() -> Vec<(String, String)> {
    let plain = |begin: &str, piece: &str| (begin.to_owned(), piece.to_owned());
    vec![
        plain("<", "name"),
        plain("<a ", "b='c' "),
        plain("<a b='", "text"),
        plain("<a ", "name"),
        plain("<a>", "<a>"),
        plain("<!--", "text"),
        plain("<?a ", "text"),
        plain("<!DOCTYPE a [", "<!ENTITY a 'b'>"),
        plain("<a><![CDATA[", "text"),
        plain("</", "name"),
        plain("", "text"),
        plain("<message><body>&", "amp"),
        plain("", "<message/>"),
        plain("", "<a xmlns='b'/>"),
    ]
}

#[tokio::test]
async fn what_never_ends_is_given_up_at_any_stage() {
    let limit = Duration::from_secs(1);
    let attempts = Stage::CONNECTING
        .into_iter()
        .flat_map(|stage| endless().into_iter().map(move |(begin, piece)| (stage, begin, piece)));
    let attempts = attempts.map(|(stage, begin, piece)| async move {
        let (error, took, server) = fails(stage, Turn::Endless(begin.clone(), piece.clone()), limit).await;
        let shown = format!("{stage:?} {begin}{piece}…: {error}, {took:?}, {} bytes", server.sent());
        assert!(matches!(error.kind(), ErrorKind::UnsuitableServer | ErrorKind::ConnectTimeout), "{shown}");
        assert!(took < limit + AT_ONCE, "{shown}");
    });
    stream::iter(attempts).for_each_concurrent(AT_A_TIME, |attempt| attempt).await;
}

/// Greetings that are none of ours. Some are merely odd, and what is odd is not refused.
#[tokio::test]
async fn who_greets_as_something_else() {
    const STREAM: &str = "http://etherx.jabber.org/streams";
    let features = "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\
        <mechanism>PLAIN</mechanism></mechanisms></stream:features>";
    for greeting in [
        HEADER.replace("jabber:client", "jabber:server") + features,
        HEADER.replace("jabber:client", "urn:x") + features,
        HEADER.replace(STREAM, "urn:x") + features,
        HEADER.replace(&format!(" xmlns:stream='{STREAM}'"), "") + features,
        HEADER.replace("version='1.0'>", "version='0.9'>") + features,
        HEADER.replace(" version='1.0'>", ">") + features,
        HEADER.replace("<stream:stream", "<stream:features"),
        HEADER.replace(
            &format!("stream xmlns='jabber:client' xmlns:stream='{STREAM}'"),
            "other xmlns:stream='a'",
        ),
        HEADER.replace("'1.0'?>", "'1.1'?>"),
        HEADER.replace("'1.0'?>", "'1.0' encoding='ISO-8859-1'?>"),
        HEADER.repeat(2),
        format!("{HEADER}<stream:features/>"),
        format!("{HEADER}<features/>"),
        format!("{HEADER}<features xmlns='urn:x'/>"),
        format!("{HEADER}<message/>"),
        format!("{HEADER}<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"),
        format!("{HEADER}{}", features.replace("urn:ietf:params:xml:ns:xmpp-sasl", "urn:x")),
        format!("{HEADER}{}", features.replace("PLAIN", "SCRAM-SHA-9000")),
        format!("{HEADER}{}", features.replace("PLAIN", "")),
    ] {
        let turn = Turn::say(greeting.clone());
        let (error, took, _) = fails(Stage::Connected, turn, Duration::from_secs(2)).await;
        // Where all looks well but for a name, it is the login that is not answered.
        let kinds = [ErrorKind::UnsuitableServer, ErrorKind::ConnectTimeout];
        assert!(kinds.contains(&error.kind()) && took < AT_ONCE, "{greeting}: {error}, {took:?}");
    }
}

/// What a server may not do while it binds.
#[tokio::test]
async fn who_binds_something_else() {
    let bind = "urn:ietf:params:xml:ns:xmpp-bind";
    for answer in [
        format!(
            "<iq type='result' id='other'><bind xmlns='{bind}'><jid>me@quoalise.test/a</jid></bind></iq>"
        ),
        "<iq type='result' id='ID'/>".to_owned(),
        format!("<iq type='result' id='ID'><bind xmlns='{bind}'/></iq>"),
        format!("<iq type='result' id='ID'><bind xmlns='{bind}'><jid>@</jid></bind></iq>"),
        "<iq type='result' id='ID'><bind xmlns='urn:x'><jid>me@quoalise.test/a</jid></bind></iq>".to_owned(),
        "<iq type='error' id='ID'><error type='cancel'>\
         <not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
            .to_owned(),
        "<iq type='error' id='ID'/>".to_owned(),
        "<r xmlns='urn:xmpp:sm:3'/>".to_owned(),
        "<presence/>".to_owned(),
    ] {
        let server = Scripted::binding({
            let answer = answer.clone();
            move |id| Turn::say(answer.replace("ID", id))
        })
        .await;
        let begin = Instant::now();
        let error =
            Client::connect(&server.config().connect_timeout(Duration::from_secs(2))).await.unwrap_err();
        let kinds = [ErrorKind::UnsuitableServer, ErrorKind::ConnectTimeout];
        assert!(kinds.contains(&error.kind()) && begin.elapsed() < AT_ONCE, "{answer}: {error}");
    }
}

/// What came of `quoalise get-history` as a process of its own.
struct Ended {
    status: Option<i32>,
    took: Duration,
    /// The most memory it had, in MiB.
    peak: u64,
    said: String,
}

async fn child(server: &Scripted, limit: Duration, format: &str) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quoalise-under-test"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("QUOALISE_")) {
        command.env_remove(name);
    }
    command
        .args(["get-history", "provider@quoalise.test/proxy", SERIES])
        .args(["--no-tls-on-loopback", "--allow-plain", "--format", format, "--timeout"])
        .arg(limit.as_secs().to_string())
        .env("QUOALISE_USER", "me@quoalise.test")
        .env("QUOALISE_PASSWORD", "an invented password")
        .env("QUOALISE_ADDRESS", format!("127.0.0.1:{}", server.port))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let running = tokio::task::spawn_blocking(move || {
        let begin = Instant::now();
        let mut child = command.spawn().unwrap();
        let file = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            let memory = std::fs::read_to_string(&file).unwrap_or_default();
            let line = memory.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
            peak = peak.max(kilobytes.unwrap_or(0) / 1024);
            if begin.elapsed() > 3 * PATIENCE {
                child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let took = begin.elapsed();
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        Ended { status: status.code(), took, peak, said }
    });
    running.await.unwrap()
}

/// The most memory that anything takes here, in MiB: the program's own, what a stanza may take, and what is made of it.
const MOST_MEMORY: u64 = 200;

/// The limit of connecting, and of an answer, for whom nothing but floods comes.
const LIMIT: Duration = Duration::from_secs(3);

/// Two seconds of it are what closing may take.
const IN_TIME: Duration = LIMIT.saturating_add(Duration::from_secs(2)).saturating_add(FLOODED);

/// What a flood may take on top: the tests are not optimised, and others run beside.
const FLOODED: Duration = Duration::from_secs(5);

#[tokio::test]
async fn memory_is_bounded_while_connecting() {
    let plain = |begin: &str, piece: &str| Turn::Endless(begin.to_owned(), piece.to_owned());
    let floods = [
        (Stage::Connected, plain("", " ")),
        (Stage::Greeted, plain("<stream:features><a xmlns='b'>", "text ")),
        (Stage::Greeted, plain("<stream:features>", "<a xmlns='b'/>")),
        (Stage::Greeted, plain("<stream:features><a xmlns='b'>", "<a c='d' e='f'>g</a>")),
        (Stage::LoggingIn, plain("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>", "QUJD")),
        (
            Stage::Binding,
            plain("<iq type='result' id='a'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>", "<jid/>"),
        ),
        (Stage::Binding, plain("<message><body>", "text ")),
        (Stage::Binding, plain("", "<message><body>text</body></message>")),
        (Stage::Binding, plain("", "<iq type='get' id='a'><ping xmlns='urn:xmpp:ping'/></iq>")),
    ];
    let attempts = floods.map(|(stage, turn)| async move {
        let server = Scripted::start(stage, turn.clone()).await;
        let Ended { status, took, peak, said } = child(&server, LIMIT, "csv").await;
        println!("{stage:?} {turn:?}: {took:?}, {peak} MiB");
        assert_eq!(status, Some(3), "{stage:?} {turn:?}: {said}");
        assert!(took < IN_TIME, "{stage:?} {turn:?}: {took:?}");
        assert!(peak > 0 && peak < MOST_MEMORY, "{stage:?} {turn:?}: {peak} MiB");
    });
    stream::iter(attempts).for_each_concurrent(AT_A_TIME, |attempt| attempt).await;
}

/// The beginning of an answer with records, to the request of this id.
fn answer(id: &str) -> String {
    format!(
        "<iq type='result' id='{id}' from='provider@quoalise.test/proxy' to='{BOUND}'>\
         <command xmlns='http://jabber.org/protocol/commands' node='get_history' sessionid='s' status='completed'>\
         <quoalise xmlns='urn:quoalise:0'><data><meta/><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
         <senml bn='{SERIES}' bt='1641769200' v='1'/>"
    )
}

const ANSWERED: &str = "</sensml></data></quoalise></command></iq>";

#[tokio::test]
async fn memory_is_bounded_while_an_answer_is_awaited() {
    const NO_ANSWER: i32 = 7;
    const MALFORMED: i32 = 9;
    const UNSUITABLE: i32 = 3;
    let floods = [
        ("<message><body>", "text ", NO_ANSWER),
        ("<message>", "<a xmlns='b'/>", NO_ANSWER),
        ("<message><a b='", "text", NO_ANSWER),
        ("<message ", "a='b' ", NO_ANSWER),
        ("<message>", "<a>", NO_ANSWER),
        ("", "<message from='a@b.test/c'><body>text</body></message>", NO_ANSWER),
        (
            "",
            "<message from='provider@quoalise.test/proxy'><quoalise xmlns='urn:quoalise:0'/></message>",
            NO_ANSWER,
        ),
        ("", "<iq type='get' id='a' from='a@b.test/c'><ping xmlns='urn:xmpp:ping'/></iq>", NO_ANSWER),
        ("", "<iq type='result' id='a' from='a@b.test/c'/>", NO_ANSWER),
        ("", "<presence from='a@b.test/c'/>", NO_ANSWER),
        ("", " ", NO_ANSWER),
        ("", "text", UNSUITABLE),
        ("<a xmlns='b'>", "text", UNSUITABLE),
        ("ANSWER", "<senml t='1' v='1'/>", MALFORMED),
        ("ANSWER", "<senml t='1' v='1'> </senml>", MALFORMED),
    ];
    let attempts = floods.map(|(begin, piece, status)| async move {
        let server =
            Scripted::asked(move |id| Turn::Endless(begin.replace("ANSWER", &answer(id)), piece.to_owned()))
                .await;
        // What ends by itself is not to be ended by the limit. A server that is given up is tried several times before.
        let (limit, in_time) = if status == NO_ANSWER { (LIMIT, IN_TIME) } else { (PATIENCE, PATIENCE) };
        let Ended { status: ended, took, peak, said } = child(&server, limit, "csv").await;
        println!("{begin}{piece}…: {took:?}, {peak} MiB");
        assert_eq!(ended, Some(status), "{begin}{piece}…: {said}");
        assert!(took < in_time, "{begin}{piece}…: {took:?}");
        assert!(peak > 0 && peak < MOST_MEMORY, "{begin}{piece}…: {peak} MiB");
    });
    stream::iter(attempts).for_each_concurrent(AT_A_TIME, |attempt| attempt).await;
}

#[tokio::test]
async fn a_million_records() {
    const MALFORMED: i32 = 9;
    let plain = "<senml t='1800' v='398.5'/>";
    for (count, record, status, format) in [
        (1_000_000, plain, 0, "csv"),
        (1_000_000, plain, 0, "table"),
        // More than a stanza may hold, and more than a document may.
        (3_000_000, plain, MALFORMED, "csv"),
        (2_100_000, "<senml t='1' v='1'/>", MALFORMED, "csv"),
        // The long way through the tree.
        (20_000, "<senml t='1800' v='398.5'> </senml>", 0, "csv"),
        (1_000_000, "<senml t='1800' v='398.5'> </senml>", MALFORMED, "csv"),
    ] {
        let server =
            Scripted::asked(move |id| Turn::say(format!("{}{}{ANSWERED}", answer(id), record.repeat(count))))
                .await;
        let Ended { status: ended, took, peak, said } = child(&server, PATIENCE, format).await;
        println!("{count} of {record} as {format}: {took:?}, {peak} MiB");
        assert_eq!(ended, Some(status), "{count} of {record}: {said}");
        assert!(took < PATIENCE, "{count} of {record}: {took:?}");
        assert!(peak > 0 && peak < MOST_MEMORY, "{count} of {record}: {peak} MiB");
    }
}
