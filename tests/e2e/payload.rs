//! That nothing is lost on the way to the caller: of answers and of pushes.

use quoalise::data::{Data, Element};
use quoalise::provider::Limits;
use quoalise::senml::{ReadOptions, Value};
use quoalise::{Event, Listener, Period, Push};
use quoalise_tests::Server;

use crate::raw::{self, Bytes, Peer};
use crate::support::{SERIES, Serve, client, event, serve};

/// Several series; values of all types, a sum by itself, update times, labels and elements nobody knows.
const EVERYTHING: &str = "<quoalise xmlns='urn:quoalise:0' version='2' xml:lang='fr'>\
    <before xmlns='urn:x' a='1'>text<b/></before>\
    <data kind='first'><meta><measurement name='x' strange='s'><odd/></measurement></meta>\
    <sensml xmlns='urn:ietf:params:xml:ns:senml'>\
    <senml bn='urn:dev:os:a_' n='door' bt='1641769200' vb='true'/>\
    <senml n='state' t='1' vs='&quot;à&quot; &lt;demi&gt; &amp; plus'/>\
    <senml n='raw' t='2' vd='AP9_Cg'/>\
    <senml n='heat' t='3' u='Cel' s='1000000000'/>\
    <senml n='heat' t='4' u='Cel' v='19.5' s='4.5' ut='600'/>\
    <senml n='heat' t='5' u='Wr' v='9007199254740993' colour='red'/></sensml>\
    <behind xmlns='urn:x'/></data>\
    <data><meta/><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
    <senml bn='urn:dev:os:b' bt='1641769200' bu='Wh' v='1'/></sensml></data><x/></quoalise>";

fn everything() -> Data {
    Data::from_xml(EVERYTHING.as_bytes(), &ReadOptions::default()).unwrap()
}

/// A payload of one series and one value.
fn payload(name: &str, value: u32) -> String {
    format!(
        "<quoalise xmlns='urn:quoalise:0'><data><meta><measurement name='{name}'/></meta>\
         <sensml xmlns='urn:ietf:params:xml:ns:senml'><senml n='{SERIES}' t='1641769200' v='{value}'/></sensml>\
         </data></quoalise>"
    )
}

async fn push(listener: &mut Listener) -> Push {
    match event(listener).await {
        Event::Push(push) => push,
        other => panic!("{other:?}"),
    }
}

fn check(data: &Data) {
    let rows: Vec<_> = data.records().iter().collect();
    assert_eq!(rows[0].value, Some(Value::Boolean(true)));
    assert_eq!(rows[1].value, Some(Value::Text("\"à\" <demi> & plus")));
    assert_eq!(rows[2].value, Some(Value::Data(&[0, 255, 127, 10])));
    assert_eq!((rows[3].value, rows[3].sum), (None, Some(1e9)));
    assert_eq!((rows[4].sum, rows[4].update_time), (Some(4.5), Some(600.0)));
    assert_eq!((rows[5].integer, rows[5].unit), (Some(9_007_199_254_740_993), Some("var")));
    assert_eq!(rows[5].other[0].0, "colour");
    assert_eq!(data.parts().len(), 2);
    assert_eq!(*data, everything());
}

#[tokio::test]
async fn of_an_answer() {
    let server = Server::shared();
    let client = client(&server).await;
    let raw = raw::provider_saying(&server, |request| {
        raw::command(request, "get_history", "completed", EVERYTHING)
    })
    .await;
    check(&client.get_history(&raw.jid, SERIES, &Period::all()).await.unwrap());
    // And through a provider of ours, which writes it itself.
    let ours = serve(&server, Serve(|_| async { Ok(everything()) }), Limits::default()).await;
    check(&client.get_history(&ours.jid(), SERIES, &Period::all()).await.unwrap());
}

#[tokio::test]
async fn of_a_push() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut publisher = Peer::login(&server, &server.new_account(), "proxy").await;
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    publisher.send(&format!("<message to='{}'>{EVERYTHING}</message>", client.jid())).await;
    let push = push(&mut listener).await;
    check(&push.data);
    assert!(push.body.is_none() && push.other.is_empty());
}

#[tokio::test]
async fn several_payloads_are_one_data() {
    let server = Server::shared();
    let client = client(&server).await;
    let names = |data: &Data| -> Vec<_> {
        data.parts().iter().map(|part| part.meta().measurement.name.clone().unwrap()).collect()
    };
    let several = format!("{}<a xmlns='urn:x'/>{}{}", payload("x", 1), payload("y", 2), payload("z", 3));
    let provider = raw::provider_saying(&server, {
        let several = several.clone();
        move |request| raw::command(request, "get_history", "completed", &several)
    })
    .await;
    let data = client.get_history(&provider.jid, SERIES, &Period::all()).await.unwrap();
    assert_eq!(
        (data.records().values(), &*names(&data)),
        (&[1.0, 2.0, 3.0][..], &["x", "y", "z"].map(String::from)[..])
    );

    let mut publisher = Peer::login(&server, &server.new_account(), "proxy").await;
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    publisher.send(&format!("<message to='{}'>{several}</message>", client.jid())).await;
    let push = push(&mut listener).await;
    assert_eq!(push.data, data);
    assert_eq!(push.data.parts()[2].rows(), 2..3);
}

#[tokio::test]
async fn what_stands_beside_a_push() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut publisher = Peer::login(&server, &server.new_account(), "proxy").await;
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    let to = client.jid();
    publisher
        .send(&format!(
            "<message to='{to}'><subject>s</subject><body xml:lang='de'>Deutsch</body><body>as it comes</body>\
             <thread parent='p'>t</thread><priority xmlns='urn:x' level='2'><high/>now</priority>{}\
             <delay xmlns='urn:xmpp:delay' stamp='2022-01-10T00:00:00Z'/><tag xmlns='urn:x'/></message>",
            payload("x", 1)
        ))
        .await;
    let beside = push(&mut listener).await;
    assert_eq!(beside.body.as_deref(), Some("as it comes"));
    assert!(beside.delayed);
    let other: Vec<_> =
        beside.other.iter().map(|element| (&*element.namespace, &*element.name, element.text())).collect();
    let owned = |text: &str| text.to_owned();
    assert_eq!(
        other,
        [
            ("jabber:client", "body", owned("Deutsch")),
            ("jabber:client", "subject", owned("s")),
            ("jabber:client", "thread", owned("t")),
            ("urn:x", "priority", owned("now")),
            ("urn:x", "tag", owned("")),
        ]
    );
    let lang = &beside.other[0].attributes[0];
    assert_eq!((&*lang.name, &*lang.value), ("lang", "de"));
    assert_eq!(beside.other[2].attribute("parent"), Some("p"));
    assert_eq!(beside.other[3].attribute("level"), Some("2"));
    assert_eq!(beside.other[3].elements().map(|x: &Element| &*x.name).collect::<Vec<_>>(), ["high"]);
    let shown = format!("{beside:?}");
    assert!(!shown.contains("as it comes") && !shown.contains("Deutsch"), "{shown}");

    // An extension too deep to be kept does not spoil the data beside it.
    let deep = format!("{}{}", "<a xmlns='urn:x'>".repeat(40), "</a>".repeat(40));
    publisher
        .send(&format!("<message to='{to}'>{deep}{}<tag xmlns='urn:x'/></message>", payload("x", 2)))
        .await;
    let push = push(&mut listener).await;
    assert_eq!((push.data.records().values(), push.other.len()), (&[2.0][..], 1));
}

/// What did not come through may have been a payload too.
#[tokio::test]
async fn what_was_left_out_beside_a_payload_is_told() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut publisher = Bytes::online(&server).await;
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    let long = "x".repeat(9_000);
    let unreadable = payload("x", 1).replace("<quoalise ", &format!("<quoalise a='{long}' "));
    for inside in [unreadable.clone(), format!("{}{unreadable}", payload("y", 2))] {
        publisher.send(&format!("<message to='{}'>{inside}</message>", client.jid())).await;
        assert!(matches!(event(&mut listener).await, Event::Malformed { .. }));
    }
}
