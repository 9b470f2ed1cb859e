//! The stanzas of `vectors/xmpp`, each said by a peer of raw stanzas, and what must come of it.

use quoalise::data::{Aggregation, Data, Gap, SamplingInterval};
use quoalise::{Client, Error, ErrorKind, Event, Period};
use quoalise_tests::Server;
use tokio::time::timeout;

use crate::raw::{self, Peer, provider_saying};
use crate::support::{HALF_HOUR, PATIENCE, client};

/// What the vectors are about.
const SERIES: &str = "urn:dev:prm:00000000000001_consumption/power/active/raw";

/// 2022-01-10T00:00:00+01:00
const MIDNIGHT: i64 = 1_641_769_200_000_000;

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../vectors/xmpp/", $name, ".xml"))
    };
}

/// What a client makes of this answer.
async fn asked(server: &Server, client: &Client, answer: &'static str) -> Result<Data, Error> {
    let provider = provider_saying(server, move |request| raw::replay(answer, request)).await;
    client.get_history(&provider.jid, SERIES, &Period::all()).await
}

#[tokio::test]
async fn histories() {
    let server = Server::shared();
    let client = client(&server).await;

    let flat = asked(&server, &client, vector!("get-history.completed")).await.unwrap();
    let nested = asked(&server, &client, vector!("get-history.nested-metadata")).await.unwrap();
    for data in [&flat, &nested] {
        assert_eq!(data.records().times(), [MIDNIGHT, MIDNIGHT + HALF_HOUR]);
        assert_eq!(data.records().values(), [412.0, 398.0]);
        assert_eq!(data.records().unit(1), Some("W"));
        assert_eq!(data.energy_wh(), Some(405.0));
        let meta = data.meta();
        assert_eq!(meta.device_type.as_deref(), Some("electricity-meter"));
        let device = meta.device.as_ref().unwrap();
        assert_eq!(device.authority.as_deref(), Some("enedis"));
        assert_eq!((device.kind.as_deref(), device.value.as_deref()), (Some("prm"), Some("00000000000001")));
        let measurement = &meta.measurement;
        assert_eq!(measurement.direction.as_deref(), Some("consumption"));
        assert_eq!(measurement.quantity.as_deref(), Some("power"));
        assert_eq!(measurement.kind.as_deref(), Some("electrical"));
        assert_eq!(measurement.unit.as_deref(), Some("W"));
        assert_eq!(measurement.aggregation, Some(Aggregation::Mean));
        assert_eq!(measurement.sampling_interval, SamplingInterval::from_seconds(1800));
    }
    assert_eq!(flat.records().name(1), SERIES);
    assert_eq!(nested.records().name(1), "urn:dev:prm:00000000000001_consumption_load");
    assert_eq!(flat.meta().measurement.name.as_deref(), Some("active-power"));
    assert_eq!(nested.meta().measurement.name.as_deref(), Some("load-profile"));

    let reference = asked(&server, &client, vector!("get-history.reference-encoder")).await.unwrap();
    assert_eq!(reference.records().times(), flat.records().times());
    assert_eq!(reference.records().values(), [412.0, 398.5]);

    let empty = asked(&server, &client, vector!("get-history.empty")).await.unwrap();
    assert!(empty.records().is_empty() && empty.gaps().is_empty());

    let gaps = asked(&server, &client, vector!("get-history.gaps")).await.unwrap();
    let values: Vec<_> = gaps.records().iter().map(|record| record.value).collect();
    assert_eq!(
        values.iter().map(Option::is_some).collect::<Vec<_>>(),
        [true, false, false, false, false, true]
    );
    assert_eq!(gaps.records().get(5).unwrap().value, Some(quoalise::senml::Value::Number(0.0)));
    let (start, end) = (MIDNIGHT + HALF_HOUR, MIDNIGHT + 5 * HALF_HOUR);
    assert_eq!(gaps.gaps(), [Gap { name: SERIES.to_owned(), start, end }]);
}

#[tokio::test]
async fn errors() {
    use ErrorKind as K;
    let server = Server::shared();
    let client = client(&server).await;
    for (answer, kind, condition, text) in [
        (
            vector!("error.not-authorized"),
            K::NotAuthorized,
            "not-authorized",
            "Unknown user app@consumer.example",
        ),
        (vector!("error.forbidden"), K::NotAuthorized, "forbidden", "00000000000001"),
        (
            vector!("error.bad-request"),
            K::BadRequest,
            "bad-request",
            "Unexpected record identifer urn:dev:prm:00000000000001_nothing",
        ),
        (vector!("error.bad-payload"), K::BadRequest, "bad-request", ""),
        (
            vector!("error.too-big"),
            K::TooLarge,
            "bad-request",
            "Response would be too big (max 5000 records).",
        ),
        (vector!("error.item-not-found"), K::NoSuchCommand, "item-not-found", ""),
        (vector!("error.session-expired"), K::SessionExpired, "not-allowed", ""),
        (vector!("error.service-unavailable"), K::ProviderOffline, "service-unavailable", ""),
        (vector!("error.recipient-unavailable"), K::ProviderOffline, "recipient-unavailable", ""),
        (
            vector!("error.remote-server-not-found"),
            K::ServerUnreachable,
            "remote-server-not-found",
            "Server-to-server connection failed: DNS resolution failed",
        ),
        (vector!("error.remote-server-timeout"), K::ServerUnreachable, "remote-server-timeout", ""),
        (
            vector!("error.resource-constraint"),
            K::LimitReached,
            "resource-constraint",
            "one request a second",
        ),
        (vector!("error.policy-violation"), K::TooLarge, "policy-violation", "stanza too big"),
        (vector!("error.not-acceptable"), K::TooLarge, "not-acceptable", ""),
        (vector!("error.internal-server-error"), K::CommandFailed, "internal-server-error", ""),
        (
            vector!("error.upstream-without-code"),
            K::UpstreamError,
            "undefined-condition",
            "Service Unavailable",
        ),
        (
            vector!("error.upstream"),
            K::UpstreamError,
            "undefined-condition",
            "The requested period cannot be anterior to the meter's last activation date",
        ),
    ] {
        let error = asked(&server, &client, answer).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.condition(), Some(condition), "{error}");
        assert_eq!(error.text().unwrap_or_default(), text);
        assert!(error.to_string().contains(text), "{error}");
    }

    let error = asked(&server, &client, vector!("error.upstream")).await.unwrap_err();
    assert_eq!((error.issuer(), error.code()), (Some("enedis-data-connect"), Some("ADAM-ERR0123")));
    assert!(error.to_string().contains("enedis-data-connect, refused (ADAM-ERR0123)"), "{error}");
    let error = asked(&server, &client, vector!("error.upstream-without-code")).await.unwrap_err();
    assert_eq!((error.issuer(), error.code()), (Some("enedis-sge-tiers"), None));
    let error = asked(&server, &client, vector!("get-history.error-note")).await.unwrap_err();
    assert_eq!(error.kind(), K::CommandFailed);
    assert_eq!(error.text(), Some("no measure found for this usage point"));
}

#[tokio::test]
async fn subscriptions() {
    let server = Server::shared();
    let client = client(&server).await;
    let provider =
        provider_saying(&server, |request| raw::replay(vector!("subscribe.completed"), request)).await;
    client.subscribe(&provider.jid, SERIES).await.unwrap();
    // And the answer to something else is none to this.
    let error = client.unsubscribe(&provider.jid, SERIES).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MalformedAnswer);
}

#[tokio::test]
async fn pushes() {
    let server = Server::shared();
    let client = client(&server).await;
    let mut publisher = Peer::login(&server, &server.new_account(), "proxy-publisher").await;
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    // What comes behind an answer comes behind the presence too.
    client.availability(&client.jid()).await.unwrap();
    let mut pushed = async |message: &str| {
        let to = client.jid();
        let message = raw::parse(message);
        publisher.send(&raw::addressed(&message, to.split('/').next().unwrap())).await;
        match timeout(PATIENCE, listener.next()).await.unwrap().unwrap() {
            Some(Event::Push(push)) => push,
            other => panic!("{other:?}"),
        }
    };
    let push = pushed(vector!("push")).await;
    assert_eq!(push.data.records().times(), [MIDNIGHT, MIDNIGHT + HALF_HOUR]);
    assert_eq!(push.data.records().values(), [476.0, 412.0]);
    assert_eq!((push.id, push.delayed), (None, false));

    let push = pushed(vector!("push.relative")).await;
    assert_eq!(push.data.records().times(), [push.sent.as_microsecond() - 60_000_000]);

    let push = pushed(vector!("push.tariff-classes")).await;
    let class = |part: usize| push.data.parts()[part].meta().pricing.as_ref().unwrap().range_code.as_deref();
    assert_eq!((class(0), class(1)), (Some("hph"), Some("hch")));
    assert_eq!(push.data.parts()[1].rows(), 1..2);
    assert_eq!(push.data.records().values(), [9_723_814.0, 5_310_248.0]);
    assert_eq!(push.data.records().unit(0), Some("Wh"));
    let pricing = push.data.parts()[0].meta().pricing.clone().unwrap();
    assert_eq!(pricing.range_description.as_deref(), Some("heures pleines, hiver"));
    assert_eq!(pricing.kind.as_deref(), Some("distributor"));
    assert_eq!(push.data.energy_wh(), None, "an index is no consumption");
}
