//! Whose messages are taken: those of trusted bare JIDs, and of them only those that are meant.

use std::time::Duration;

use quoalise::{Client, ErrorKind, Event, Listener};
use quoalise_tests::Server;
use tokio_xmpp::minidom::Element;

use crate::logs::{WARNED, keep_log};
use crate::raw::{self, Bytes, Peer};
use crate::support::{SERIES, client, config, event};

const SECRET: &str = "987.25";

fn push(value: &str) -> String {
    format!(
        "<quoalise xmlns='urn:quoalise:0'><data><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
         <senml n='{SERIES}' t='1641769200' v='{value}'/></sensml></data></quoalise>"
    )
}

fn notice(usage_point: &str) -> String {
    format!(
        "<x xmlns='https://consometers.org/dataconnect#authorize'><usage-point>{usage_point}</usage-point>\
         <state>{SECRET}</state></x>"
    )
}

fn bare(jid: &str) -> &str {
    jid.split('/').next().unwrap()
}

async fn value(listener: &mut Listener) -> f64 {
    match event(listener).await {
        Event::Push(push) => push.data.records().values()[0],
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn strangers_are_counted_and_named_once_without_what_they_say() {
    keep_log();
    let server = Server::shared();
    let client = client(&server).await;
    let mut listener = client.listen().await.unwrap();
    let account = server.new_account();
    let mut stranger = Peer::login(&server, &account, "proxy").await;
    let mut same_stranger = Peer::login(&server, &account, "another").await;
    let mut trusted = Peer::login(&server, &server.new_account(), "proxy").await;
    client.trust(bare(&trusted.jid)).unwrap();
    let jid = client.jid();

    for (number, peer) in [&mut stranger, &mut same_stranger].into_iter().enumerate() {
        for to in [&*jid, bare(&jid)] {
            for inside in [
                push(SECRET),
                notice("00000000009872"),
                format!("{}{}", push(SECRET), notice("00000000009872")),
                format!("<body>{SECRET}</body>{}", push("broken")),
            ] {
                peer.send(&format!("<message type='chat' to='{to}' id='{SECRET}'>{inside}</message>")).await;
            }
        }
        assert!(peer.hears_nothing().await);
        trusted.send(&format!("<message to='{jid}'>{}</message>", push("1"))).await;
        assert_eq!(value(&mut listener).await, 1.0);
        let count = 8 * (number as u64 + 1);
        assert_eq!((client.distrusted(), listener.distrusted()), (count, count));
    }
    let warned = WARNED.lock().unwrap();
    let about: Vec<_> = warned.iter().filter(|line| line.contains(bare(&stranger.jid))).collect();
    assert_eq!(about.len(), 1, "{about:?}");
    assert!(!warned.iter().any(|line| line.contains("987")), "{about:?}");
    assert!(!warned.iter().any(|line| line.contains(bare(&trusted.jid))));
}

#[tokio::test]
async fn nobody_speaks_for_another() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut listener = client.listen().await.unwrap();
    let mut trusted = Peer::login(&server, &server.new_account(), "proxy").await;
    // JIDs are compared as the standard has it: upper case is the same.
    client.trust(&bare(&trusted.jid).to_uppercase()).unwrap();
    let jid = client.jid();
    // A server puts the true sender there, or ends the stream.
    let mut forger = Bytes::online(&server).await;
    for from in [&trusted.jid, bare(&trusted.jid), server.host(), ""] {
        forger.send(&format!("<message from='{from}' to='{jid}'>{}</message>", push(SECRET))).await;
        forger
            .send(&format!("<message from='{from}' to='{jid}'>{}</message>", notice("00000000009872")))
            .await;
        forger.send(&format!("<presence from='{from}' to='{jid}'/>")).await;
    }
    // A name that looks alike is another name, and so is one that begins alike.
    let (name, host) = bare(&trusted.jid).split_once('@').unwrap();
    let mut near = Vec::new();
    for like in [format!("{name}x"), name[..name.len() - 1].to_owned(), format!("x{name}")] {
        near.push(Peer::login(&server, &server.add_user(&like, "secret"), "proxy").await);
    }
    for peer in &mut near {
        assert_eq!(peer.jid.split('@').nth(1), Some(&*format!("{host}/proxy")));
        peer.send(&format!("<message to='{jid}'>{}</message>", push(SECRET))).await;
        assert!(peer.hears_nothing().await);
    }
    client.availability(&client.jid()).await.unwrap();
    // What is trusted is the account: `forwarded` within a message of somebody else's is not from it.
    let mut carrier = Peer::login(&server, &server.new_account(), "proxy").await;
    carrier
        .send(&format!(
            "<message to='{jid}'><forwarded xmlns='urn:xmpp:forward:0'>\
             <message xmlns='jabber:client' from='{}' to='{jid}'>{}</message></forwarded></message>",
            trusted.jid,
            push(SECRET)
        ))
        .await;
    assert!(carrier.hears_nothing().await);
    trusted.send(&format!("<message to='{jid}'>{}</message>", push("2"))).await;
    assert_eq!(value(&mut listener).await, 2.0, "and nothing before it");
    assert!(client.distrusted() >= 3);
}

#[tokio::test]
async fn messages_that_are_not_meant_as_pushes_are_passed_over() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut listener = client.listen().await.unwrap();
    let mut trusted = Peer::login(&server, &server.new_account(), "proxy").await;
    client.trust(&trusted.jid).unwrap();
    let jid = client.jid();
    for (kind, number) in [("chat", 1), ("normal", 2), ("headline", 3)] {
        for kind in ["error", "groupchat", kind] {
            for inside in [push(&number.to_string()), notice("00000000000001")] {
                let error = match kind {
                    "error" => format!("<error type='cancel'>{}</error>", raw::condition("bad-request")),
                    _ => String::new(),
                };
                trusted.send(&format!("<message type='{kind}' to='{jid}'>{inside}{error}</message>")).await;
            }
        }
        assert_eq!(value(&mut listener).await, f64::from(number));
        assert!(matches!(event(&mut listener).await, Event::Consent(_)));
    }
    assert_eq!(client.distrusted(), 0, "neither told nor counted");
}

#[tokio::test]
async fn who_refused_is_not_trusted_and_who_was_trusted_before_still_is() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut listener = client.listen().await.unwrap();
    let refuse = |request: &Element| vec![raw::error(request, "auth", &raw::condition("forbidden"))];
    let (first, second) = (server.new_account(), server.new_account());
    let request = quoalise::AuthorizeRequest::new("My energy");
    let jid = client.jid();
    for account in [&first, &second] {
        let proxy = Peer::login(&server, account, "proxy").await.answering(refuse);
        let mut publisher = Peer::login(&server, account, "publisher").await;
        if account.jid == second.jid {
            client.trust(&account.jid).unwrap();
        }
        client.authorize_uri(&proxy.jid, &request).await.unwrap_err();
        client.subscribe(&proxy.jid, SERIES).await.unwrap_err();
        publisher.send(&format!("<message to='{jid}'>{}</message>", push("3"))).await;
        assert!(publisher.hears_nothing().await);
    }
    assert_eq!(value(&mut listener).await, 3.0);
    assert_eq!(client.distrusted(), 1);
}

#[tokio::test]
async fn who_did_not_answer_may_have_subscribed_us_all_the_same() {
    let server = Server::shared();
    let hasty = config(&server, &server.new_account()).request_timeout(Duration::from_secs(2));
    let client = Client::connect(&hasty).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    let (jid, account) = (client.jid(), server.new_account());
    let silent = Peer::login(&server, &account, "proxy").await.answering(|_| vec![]);
    let mut publisher = Peer::login(&server, &account, "publisher").await;
    let error = client.subscribe(&silent.jid, SERIES).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoAnswer);
    publisher.send(&format!("<message to='{jid}'>{}</message>", push("4"))).await;
    assert_eq!(value(&mut listener).await, 4.0);
}
