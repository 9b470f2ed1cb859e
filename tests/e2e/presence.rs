//! Providers that tell when they come and go, by presence directed to their subscribers.

use quoalise::{Client, Event, Listener};
use quoalise_tests::Server;

use crate::raw::Peer;
use crate::support::{SERIES, client, config, event, provider};

fn bare(jid: &str) -> &str {
    jid.split('/').next().unwrap()
}

async fn told(listener: &mut Listener) -> (String, bool) {
    match event(listener).await {
        Event::Availability { from, available } => (from.to_string(), available),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_provider_that_comes_and_goes_is_told() {
    let server = Server::shared();
    let client = client(&server).await;
    let account = server.new_account();
    client.trust(&account.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    client.availability(&client.jid()).await.unwrap();
    let jid = client.jid();
    let mut proxy = Peer::login(&server, &account, "proxy").await;
    let mut publisher = Peer::login(&server, &account, "publisher").await;

    proxy.send(&format!("<presence to='{}'/>", bare(&jid))).await;
    assert_eq!(told(&mut listener).await, (proxy.jid.clone(), true));
    // Only changes, whatever else a presence says, and each address by itself.
    proxy.send(&format!("<presence to='{jid}'><show>away</show></presence>")).await;
    for kind in ["subscribe", "subscribed", "probe", "error"] {
        proxy.send(&format!("<presence type='{kind}' to='{jid}'/>")).await;
    }
    publisher.send(&format!("<presence to='{jid}'/>")).await;
    assert_eq!(told(&mut listener).await, (publisher.jid.clone(), true));
    proxy.send(&format!("<presence type='unavailable' to='{jid}'/>")).await;
    assert_eq!(told(&mut listener).await, (proxy.jid.clone(), false));
    proxy.send(&format!("<presence type='unavailable' to='{jid}'/>")).await;
    proxy.send(&format!("<presence to='{jid}'/>")).await;
    assert_eq!(told(&mut listener).await, (proxy.jid.clone(), true));
    // The server says so for one whose stream ends.
    let gone = publisher.jid.clone();
    drop(publisher);
    assert_eq!(told(&mut listener).await, (gone, false));
}

#[tokio::test]
async fn strangers_may_come_and_go() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut stranger = Peer::login(&server, &server.new_account(), "proxy").await;
    let mut trusted = Peer::login(&server, &server.new_account(), "proxy").await;
    client.trust(&trusted.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    for to in [&*client.jid(), bare(&client.jid())] {
        stranger.send(&format!("<presence to='{to}'/>")).await;
        stranger.send(&format!("<presence to='{to}' type='unavailable'/>")).await;
    }
    assert!(stranger.hears_nothing().await);
    trusted.send(&format!("<presence to='{}'/>", client.jid())).await;
    assert_eq!(told(&mut listener).await, (trusted.jid.clone(), true));
    assert_eq!(client.distrusted(), 0, "it is messages that are counted");
}

#[tokio::test]
async fn what_came_before_listening_is_told_then() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut proxy = Peer::login(&server, &server.new_account(), "proxy").await;
    client.trust(&proxy.jid).unwrap();
    let jid = client.jid();
    for _ in 0..100 {
        proxy.send(&format!("<presence to='{jid}'/>")).await;
        proxy.send(&format!("<presence to='{jid}' type='unavailable'/>")).await;
    }
    proxy.send(&format!("<presence to='{jid}'/>")).await;
    assert!(proxy.hears_nothing().await);
    client.availability(&jid).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    assert_eq!(told(&mut listener).await, (proxy.jid.clone(), true), "how things stand");
    let rest = listener.finish().await.unwrap();
    assert!(rest.is_empty(), "{rest:?}");
}

#[tokio::test]
async fn ones_own_presence_is_no_news() {
    let server = Server::shared();
    let account = server.new_account();
    let client = Client::connect(&config(&server, &account)).await.unwrap();
    // A publisher may use the same account.
    client.trust(&account.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    let other = Peer::login(&server, &account, "publisher").await;
    let mut other = other;
    other.send("<presence><priority>-1</priority></presence>").await;
    assert_eq!(told(&mut listener).await, (other.jid.clone(), true));
}

#[tokio::test]
async fn a_provider_of_ours_tells_its_subscribers() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let jid = provider.jid();
    client.subscribe(&jid, SERIES).await.unwrap();
    let mut listener = client.listen().await.unwrap();
    // What comes behind an answer comes behind the listener's own presence: before that, nothing is sent to it.
    client.availability(&client.jid()).await.unwrap();
    // That it is there may have been told too, when it was subscribed at.
    provider.close().await;
    let mut last = told(&mut listener).await;
    if last.1 {
        last = told(&mut listener).await;
    }
    assert_eq!(last, (jid, false));
}
