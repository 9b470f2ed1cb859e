//! Providers that are not there, that answer wrongly, and answers that are somebody else's.

use std::time::{Duration, Instant};

use quoalise::{Availability, Client, ErrorKind, Period};
use quoalise_tests::Server;
use tokio_xmpp::minidom::Element;

use crate::raw::{self, Peer, child, condition, provider_saying, result};
use crate::support::{AT_ONCE, SERIES, client, config, provider};

/// A time limit for what never comes.
const SHORT: Duration = Duration::from_millis(600);

async fn impatient(server: &Server) -> Client {
    Client::connect(&config(server, &server.new_account()).request_timeout(SHORT)).await.unwrap()
}

fn bare(jid: &str) -> &str {
    jid.split('/').next().unwrap()
}

#[tokio::test]
async fn who_is_not_there_is_told_at_once() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let elsewhere = format!("{}/elsewhere", bare(&provider.jid()));
    let away = format!("{}/proxy", server.new_account().jid);
    let unknown = format!("{}/proxy", server.jid("nobody"));
    let own = format!("{}/elsewhere", bare(&client.jid()));
    for (jid, availability, kind) in [
        (&provider.jid(), Availability::Online, None),
        (&elsewhere, Availability::Offline, Some(ErrorKind::ProviderOffline)),
        (&away, Availability::Offline, Some(ErrorKind::ProviderOffline)),
        (&unknown, Availability::Offline, Some(ErrorKind::ProviderOffline)),
        (&own, Availability::Offline, Some(ErrorKind::ProviderOffline)),
    ] {
        let begin = Instant::now();
        assert_eq!(client.availability(jid).await.unwrap(), availability, "{jid}");
        let answer = client.get_history(jid, SERIES, &Period::all()).await;
        assert_eq!(answer.as_ref().err().map(quoalise::Error::kind), kind, "{jid}");
        assert!(begin.elapsed() < AT_ONCE, "{jid}: {:?}", begin.elapsed());
        if let Err(error) = answer {
            assert_eq!(error.condition(), Some("service-unavailable"));
            assert!(error.kind().is_temporary());
            let told = error.to_string();
            assert!(told.contains(jid) && told.contains("resource") && told.contains("try later"), "{told}");
            assert_eq!(client.subscribe(jid, SERIES).await.unwrap_err().kind(), ErrorKind::ProviderOffline);
        }
    }
    for jid in [bare(&provider.jid()), server.host(), "a b@c/d", ""] {
        assert_eq!(client.availability(jid).await.unwrap_err().kind(), ErrorKind::InvalidArgument, "{jid}");
    }
}

#[tokio::test]
async fn who_has_gone_is_told_at_once() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let jid = provider.jid();
    client.subscribe(&jid, SERIES).await.unwrap();
    provider.close().await;
    assert_eq!(client.availability(&jid).await.unwrap(), Availability::Offline);
    let error = client.unsubscribe(&jid, SERIES).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProviderOffline);
}

#[tokio::test]
async fn a_domain_that_the_server_cannot_reach() {
    let server = Server::shared();
    let client = client(&server).await;
    let jid = "proxy@nowhere.invalid/proxy";
    assert_eq!(client.availability(jid).await.unwrap(), Availability::Unreachable);
    let error = client.get_history(jid, SERIES, &Period::all()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServerUnreachable, "{error}");
    assert_eq!(error.condition(), Some("remote-server-not-found"));
    assert!(error.to_string().contains("Check the domain"), "{error}");
}

#[tokio::test]
async fn who_refuses_is_there_and_who_says_nothing_may_be() {
    let server = Server::shared();
    let (refuses, never) = (
        provider_saying(&server, |request| raw::error(request, "auth", &condition("forbidden"))).await,
        Peer::login(&server, &server.new_account(), "proxy").await.answering(|_| Vec::new()),
    );
    let client = impatient(&server).await;
    assert_eq!(client.availability(&refuses.jid).await.unwrap(), Availability::Online);
    let begin = Instant::now();
    assert_eq!(client.availability(&never.jid).await.unwrap(), Availability::NoAnswer);
    assert!((SHORT..SHORT + AT_ONCE).contains(&begin.elapsed()), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_provider_that_vanishes_while_it_is_asked() {
    let server = Server::shared();
    let peer = Peer::login(&server, &server.new_account(), "proxy").await;
    let (asked, was_asked) = tokio::sync::oneshot::channel();
    let mut asked = Some(asked);
    let provider = peer.answering(move |_| {
        asked.take().unwrap().send(()).unwrap();
        Vec::new()
    });
    let (client, jid, all) = (impatient(&server).await, provider.jid.clone(), Period::all());
    let vanishing = async {
        was_asked.await.unwrap();
        drop(provider);
    };
    let (answer, ()) = tokio::join!(client.get_history(&jid, SERIES, &all), vanishing);
    // No server tells: what was asked may have been done, and the answer lost.
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoAnswer, "{error}");
    assert_eq!(client.availability(&jid).await.unwrap(), Availability::Offline);
}

#[tokio::test]
async fn an_account_without_a_provider_serves_nothing() {
    let server = Server::shared();
    let (client, other) = (client(&server).await, client(&server).await);
    let error = client.get_history(&other.jid(), SERIES, &Period::all()).await.unwrap_err();
    assert_eq!((error.kind(), error.condition()), (ErrorKind::ProviderOffline, Some("service-unavailable")));
    assert!(error.to_string().contains("address, resource included"), "{error}");
}

const PAYLOAD: &str = "<quoalise xmlns='urn:quoalise:0'><data><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
    <senml n='urn:dev:a' t='1641769200' v='987.25'/></sensml></data></quoalise>";

#[tokio::test]
async fn answers_that_are_none() {
    let server = Server::shared();
    let client = client(&server).await;
    let command = |attributes: &'static str, inner: String| {
        move |request: &Element| {
            result(request, &format!("<command xmlns='{}' {attributes}>{inner}</command>", raw::COMMANDS))
        }
    };
    type Answer = Box<dyn FnMut(&Element) -> String + Send>;
    let completed = "node='get_history' sessionid='s1' status='completed'";
    let executing = "node='get_history' sessionid='s1' status='executing'";
    let form = format!("<x xmlns='{}' type='form'/>", raw::FORMS);
    let answers: Vec<Answer> = vec![
        Box::new(|request| result(request, "")),
        Box::new(|request| result(request, PAYLOAD)),
        Box::new(|request| result(request, "<a xmlns='urn:x'/><b xmlns='urn:x'/>")),
        Box::new(|request| result(request, "<command xmlns='urn:x' node='get_history' status='completed'/>")),
        Box::new(command("status='completed'", PAYLOAD.to_owned())),
        Box::new(command("node='get_daily' status='completed'", PAYLOAD.to_owned())),
        Box::new(command("node='get_history'", PAYLOAD.to_owned())),
        Box::new(command("node='get_history' status='done'", PAYLOAD.to_owned())),
        // Completed, and yet nothing that could be the answer.
        Box::new(command(completed, String::new())),
        Box::new(command(completed, form.replace("'form'", "'result'"))),
        Box::new(command(completed, PAYLOAD.replace("urn:quoalise:0", "urn:quoalise:1"))),
        Box::new(command(completed, "<quoalise xmlns='urn:quoalise:0'/>".to_owned())),
        Box::new(command(completed, PAYLOAD.replace("987.25", "987,25"))),
        Box::new(command(completed, PAYLOAD.replace("987.25", "inf"))),
        Box::new(command(completed, PAYLOAD.replace("1641769200", "noon"))),
        Box::new(command(completed, PAYLOAD.replace("n='urn:dev:a'", ""))),
        Box::new(command(completed, PAYLOAD.replace("v='987.25'", "v='987.25' vb='true'"))),
        // Not done, and no way to go on.
        Box::new(command(executing, String::new())),
        Box::new(command("node='get_history' status='executing'", form)),
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let provider = provider_saying(&server, answer).await;
        let error = client.get_history(&provider.jid, SERIES, &Period::all()).await;
        let error = error.expect_err(&format!("answer {number}"));
        assert_eq!(error.kind(), ErrorKind::MalformedAnswer, "{number}: {error}");
        let told = error.to_string();
        assert!(told.contains(&provider.jid) && told.contains(SERIES), "{number}: {told}");
        assert!(!told.contains("987"), "no reading in {told}");
    }
}

/// What is no stanza at all the XMPP library drops without a word: then there is no answer, in time.
#[tokio::test]
async fn answers_that_are_no_stanzas() {
    let server = Server::shared();
    let client = impatient(&server).await;
    type Answer = fn(&Element) -> String;
    let answers: [Answer; 3] = [
        |request| raw::error(request, "cancel", ""),
        |request| raw::error(request, "nonsense", &condition("bad-request")),
        |request| result(request, PAYLOAD).replace("'result'", "'nonsense'"),
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let provider = provider_saying(&server, answer).await;
        let error = client.get_history(&provider.jid, SERIES, &Period::all()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoAnswer, "{number}: {error}");
    }
}

#[tokio::test]
async fn a_command_that_was_canceled_or_failed() {
    let server = Server::shared();
    let client = client(&server).await;
    for (status, inner, word) in [
        ("canceled", "", "canceled"),
        ("completed", "<note type='error'>no measure found</note>", "no measure found"),
        // Whatever stands beside it.
        (
            "completed",
            &format!("<note>hello</note>{PAYLOAD}<note type='error'>half of it</note>"),
            "half of it",
        ),
        ("canceled", "<note type='error'>out of order</note>", "out of order"),
    ] {
        let inner = inner.to_owned();
        let status = status.to_owned();
        let provider =
            provider_saying(&server, move |request| raw::command(request, "get_history", &status, &inner))
                .await;
        let error = client.get_history(&provider.jid, SERIES, &Period::all()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CommandFailed);
        assert!(error.to_string().contains(word), "{error}");
    }
    // Notes that are no errors are none.
    let provider = provider_saying(&server, |request| {
        let notes =
            "<note type='warn'>late</note><note type='info'>early</note><note type='odd'>odd</note><note/>";
        raw::command(request, "get_history", "completed", &format!("{notes}{PAYLOAD}"))
    })
    .await;
    let data = client.get_history(&provider.jid, SERIES, &Period::all()).await.unwrap();
    assert_eq!(data.records().values(), [987.25]);
}

#[tokio::test]
async fn an_answer_counts_once_and_from_who_was_asked() {
    let server = Server::shared();
    let client = client(&server).await;
    let payload = |value: &str| PAYLOAD.replace("987.25", value);
    let answer = move |request: &Element, value: &str| {
        raw::command(request, "get_history", "completed", &payload(value))
    };

    // The forger is as near as can be: another session of the provider's own account, told the id.
    let account = server.new_account();
    let provider = Peer::login(&server, &account, "proxy").await;
    let mut forgers = [
        Peer::login(&server, &account, "another").await,
        Peer::login(&server, &server.new_account(), "proxy").await,
    ];
    let (pass_on, mut passed_on) = tokio::sync::mpsc::unbounded_channel();
    let (jid, mut provider) = (provider.jid.clone(), provider);
    let acting = async {
        let request = provider.next().await;
        pass_on.send(request.clone()).unwrap();
        for forger in &mut forgers {
            forger.send(&answer(&request, "1")).await;
            forger.send(&raw::error(&request, "auth", &condition("not-authorized"))).await;
            assert!(forger.hears_nothing().await, "it went through");
        }
        provider.send(&answer(&request, "2")).await;
        provider.send(&answer(&request, "3")).await;
    };
    let all = Period::all();
    let (data, ()) = tokio::join!(client.get_history(&jid, SERIES, &all), acting);
    assert_eq!(data.unwrap().records().values(), [2.0]);

    // Ids cannot be guessed from one to the next.
    let first = passed_on.recv().await.unwrap();
    let other = self::client(&server).await;
    let acting = async {
        let request = provider.next().await;
        provider.send(&answer(&request, "4")).await;
        request
    };
    let (data, second) = tokio::join!(other.get_history(&jid, SERIES, &all), acting);
    data.unwrap();
    let prefix = |request: &Element| request.attr("id").unwrap().split('-').next().unwrap().to_owned();
    assert!(prefix(&first).len() >= 16 && prefix(&first) != prefix(&second));
    assert_eq!(child(&second, "command").attr("node"), Some("get_history"));
}
