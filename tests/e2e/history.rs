//! Histories, over a real server.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::join_all;
use quoalise::data::{Aggregation, Data, Gap, Metadata, Pricing};
use quoalise::provider::{HistoryRequest, Limits};
use quoalise::senml::{Record, Records, Value};
use quoalise::{Client, Error, ErrorKind, Period};
use quoalise_tests::Server;
use tokio::sync::Notify;

use crate::raw::{self, child, children, field};
use crate::support::{
    AT_ONCE, HALF_HOUR, PATIENCE, SERIES, START, Serve, TestService, client, config, january, metadata,
    provider, serve,
};

fn day() -> Period {
    Period::parse("2022-01-02T00:00:00+00:00", "2022-01-03T00:00:00+00:00").unwrap()
}

/// A payload of this many records; each weighs as much as any other of its text.
fn texts(count: usize, text: &str) -> Data {
    let mut records = Records::new();
    for row in 0..count as i64 {
        let mut record = Record::number(SERIES, START + row * HALF_HOUR, Some("W"), None);
        record.value = Some(Value::Text(text));
        records.push(&record).unwrap();
    }
    Data::new(metadata(), records)
}

#[tokio::test]
async fn a_day_comes_back_reading_by_reading() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let client = client(&server).await;

    let data = client.get_history(&provider.jid(), SERIES, &day()).await.unwrap();
    // A gap at the edge of the answer is found from the sampling interval, not carried: writing is strict.
    assert!(data.records().iter().eq(january().rows(49..96)));
    assert_eq!(data.meta(), &metadata());
    assert_eq!(service.asked.lock().unwrap().len(), 1, "one call, no form");
    client.close().await;
    assert_eq!(
        client.get_history(&provider.jid(), SERIES, &day()).await.unwrap_err().kind(),
        ErrorKind::Closed
    );
    provider.close().await;
}

#[tokio::test]
async fn the_request_is_one_call_as_old_providers_take_it() {
    let server = Server::shared();
    let answer = include_str!("../vectors/xmpp/get-history.completed.xml");
    let provider = raw::provider_saying(&server, move |request| raw::replay(answer, request)).await;
    let client = client(&server).await;

    let period = Period::parse("2022-01-10T00:00:00+01:00", "2022-01-11T00:00:00Z").unwrap();
    client.get_history(&provider.jid, SERIES, &period).await.unwrap();
    let heard = provider.heard();
    let [request] = &heard[..] else { panic!("{} requests", heard.len()) };
    let command = child(request, "command");
    assert_eq!((request.attr("type"), request.attr("from")), (Some("set"), Some(&*client.jid())));
    assert_eq!((command.attr("node"), command.attr("action")), (Some("get_history"), Some("execute")));
    assert_eq!(command.attr("sessionid"), None);
    assert_eq!(child(command, "x").attr("type"), Some("submit"));
    assert_eq!(children(child(command, "x")), ["field", "field", "field"]);
    assert_eq!(field(command, "identifier").as_deref(), Some(SERIES));
    // With their offsets, as some providers go by local days; and never `Z`, which older Python refuses.
    assert_eq!(field(command, "start_time").as_deref(), Some("2022-01-10T00:00:00+01:00"));
    assert_eq!(field(command, "end_time").as_deref(), Some("2022-01-11T00:00:00+00:00"));
}

#[tokio::test]
async fn a_provider_that_asks_back_gets_the_same_values_in_its_form() {
    let server = Server::shared();
    let provider = raw::provider_saying(&server, |request| {
        raw::replay(
            match child(request, "command").attr("sessionid") {
                None => include_str!("../vectors/xmpp/get-history.form.xml"),
                Some(_) => include_str!("../vectors/xmpp/get-history.completed.xml"),
            },
            request,
        )
    })
    .await;
    let client = client(&server).await;

    let since = Period::since("2022-01-10T00:00+01:00[+01:00]".parse().unwrap());
    let data = client.get_history(&provider.jid, SERIES, &since).await.unwrap();
    assert_eq!(data.records().values(), [412.0, 398.0]);

    let heard = provider.heard();
    let [first, second] = &heard[..] else { panic!("{} requests", heard.len()) };
    assert_eq!(child(first, "command").attr("sessionid"), None);
    let command = child(second, "command");
    // What the provider allows by name, rather than `execute`, which may mean either.
    assert_eq!((command.attr("sessionid"), command.attr("action")), (Some("1641769200.25-f"), Some("next")));
    assert_eq!(child(command, "x").attr("type"), Some("submit"));
    assert_eq!(field(command, "identifier").as_deref(), Some(SERIES), "not the form's own default");
    assert_eq!(field(command, "start_time").as_deref(), Some("2022-01-10T00:00:00+01:00"));
    // A period left open stays open; what we know nothing of keeps the provider's default.
    assert_eq!(field(command, "end_time"), None);
    assert_eq!(field(command, "FORM_TYPE").as_deref(), Some("urn:example:history"));
    assert_eq!(field(command, "resolution").as_deref(), Some("raw"));
}

#[tokio::test]
async fn forms_without_end_are_left() {
    let server = Server::shared();
    let form = include_str!("../vectors/xmpp/get-history.form.xml");
    let provider = raw::provider_saying(&server, move |request| raw::replay(form, request)).await;
    let client = client(&server).await;

    let error = client.get_history(&provider.jid, SERIES, &day()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CommandFailed);
    // It tidies up, without waiting for it.
    let begin = Instant::now();
    loop {
        let heard = provider.heard();
        assert!(heard.len() < 20 && begin.elapsed() < PATIENCE, "{} requests", heard.len());
        if child(heard.last().unwrap(), "command").attr("action") == Some("cancel") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_period_may_be_open() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let client = client(&server).await;
    let all = client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap();
    assert!(all.records().iter().eq(january().iter().filter(|record| !record.is_gap())));

    let since = Period::parse("2022-01-31T12:00:00+01:00", "").unwrap();
    let data = client.get_history(&provider.jid(), SERIES, &since).await.unwrap();
    assert_eq!(data.records().times()[0], START + (30 * 48 + 22) * HALF_HOUR);
    assert_eq!(data.records().len(), 26);
    let until = Period::parse("", "2022-01-01T01:00:00+00:00").unwrap();
    let data = client.get_history(&provider.jid(), SERIES, &until).await.unwrap();
    assert_eq!(data.records().times(), [START + HALF_HOUR], "the end is not included");

    let asked: Vec<_> = service
        .asked
        .lock()
        .unwrap()
        .iter()
        .map(|asked| (asked.start.is_some(), asked.end.is_some()))
        .collect();
    assert_eq!(asked, [(false, false), (true, false), (false, true)]);
}

#[tokio::test]
async fn an_empty_series_is_no_error() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let before = Period::parse("2020-10-01T00:00:00+02:00", "2020-10-08T00:00:00+02:00").unwrap();
    let data = client.get_history(&provider.jid(), SERIES, &before).await.unwrap();
    assert!(data.records().is_empty() && data.gaps().is_empty());
    assert_eq!(data.meta(), &metadata());
}

#[tokio::test]
async fn gaps_in_the_middle_are_found_again() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let period = Period::parse("2022-01-02T00:00:00Z", "2022-01-05T00:00:00Z").unwrap();
    let data = client.get_history(&provider.jid(), SERIES, &period).await.unwrap();
    assert_eq!(data.records().len(), 3 * 47, "left out on the wire");
    let midnight = |day: i64| START + (day - 1) * 48 * HALF_HOUR;
    let gap = |day| Gap { name: SERIES.to_owned(), start: midnight(day), end: midnight(day) + HALF_HOUR };
    assert_eq!(data.gaps(), [gap(3), gap(4)]);
}

/// Values of each type, sums, names and units that change, several series.
fn everything() -> Data {
    let mut records = Records::new();
    let mut push = |name: &str, step: i64, unit, value, sum| {
        let mut record = Record::number(name, START + step * HALF_HOUR, unit, None);
        (record.value, record.sum) = (value, sum);
        records.push(&record).unwrap();
    };
    push("urn:dev:mac:0123456789abcdef_door", 0, None, Some(Value::Boolean(true)), None);
    push("urn:dev:mac:0123456789abcdef_door", 1, None, Some(Value::Boolean(false)), None);
    push(
        "urn:dev:mac:0123456789abcdef_state",
        1,
        None,
        Some(Value::Text("l'état: \"à\" <demi> & plus")),
        None,
    );
    push("urn:dev:mac:0123456789abcdef_state", 2, None, Some(Value::Text("")), None);
    push("urn:dev:mac:0123456789abcdef_raw", 2, None, Some(Value::Data(&[0, 255, 127, 10])), None);
    push("urn:dev:mac:0123456789abcdef_heat", 3, Some("Cel"), Some(Value::Number(-12.25)), Some(1e9));
    push("urn:dev:mac:0123456789abcdef_heat", 4, Some("K"), Some(Value::Number(1e-300)), None);
    push("urn:dev:mac:0123456789abcdef_heat", 5, Some("K"), None, Some(4.5));
    let mut other = Metadata::default();
    other.measurement.aggregation = Some(Aggregation::Other("median".to_owned()));
    let mut data = Data::new(other, records);

    for class in ["hph", "hch"] {
        let mut meta = metadata();
        meta.pricing = Some(Pricing {
            range_code: Some(class.to_owned()),
            range_description: Some("heures d'hiver & d'été".to_owned()),
            ..Pricing::default()
        });
        let name = format!("urn:dev:prm:00000000000001_consumption/energy/active/index/distributor/{class}");
        let mut records = Records::new();
        records.push(&Record::number(&name, START, Some("Wh"), Some(9_723_814.0))).unwrap();
        data.push(meta, &records);
    }
    data
}

#[tokio::test]
async fn values_of_all_types_and_several_series_come_back_equal() {
    let server = Server::shared();
    let provider = serve(&server, Serve(|_| async { Ok(everything()) }), Limits::default()).await;
    let client = client(&server).await;
    let data =
        client.get_history(&provider.jid(), "urn:dev:mac:0123456789abcdef", &Period::all()).await.unwrap();
    assert_eq!(data.parts().len(), 3);
    assert!(data.records().iter().eq(everything().records().iter()));
    assert_eq!(data, everything());
}

#[tokio::test]
async fn an_answer_too_large_is_refused_and_the_next_one_is_served() {
    let server = Server::shared();
    let service = Serve(|request: HistoryRequest| async move {
        let count = request.identifier.series().unwrap().parse().unwrap();
        Ok(texts(count, "0123456789"))
    });
    let provider = serve(&server, service, Limits::default()).await;
    let client = client(&server).await;
    let count = |count: usize| format!("urn:dev:prm:00000000000001_{count}");

    let error = client.get_history(&provider.jid(), &count(20_000), &Period::all()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    assert!(error.to_string().contains("shorter period"), "{error}");
    // It names a period that fits: its records come through, and one more does not.
    let fits = fits(&error);
    assert!(fits > 4_000, "{fits}");
    let data = client.get_history(&provider.jid(), &count(fits), &Period::all()).await.unwrap();
    assert_eq!(data.records().len(), fits);
    let error = client.get_history(&provider.jid(), &count(fits + 1), &Period::all()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

/// What is counted must be what is written, whatever has to be escaped: a stanza over the server's limit would end the
/// provider's stream.
#[tokio::test]
async fn texts_that_grow_when_written_do_not_end_the_providers_stream() {
    let server = Server::shared();
    let service = Serve(|request: HistoryRequest| async move {
        let (count, text) = request.identifier.series().unwrap().split_once('-').unwrap();
        let text =
            ["\"", "'", "<", ">", "&", "\n", "\t", "é", "😀"][text.parse::<usize>().unwrap()].repeat(100);
        Ok(texts(count.parse().unwrap(), &text))
    });
    let provider = serve(&server, service, Limits::default()).await;
    let client = client(&server).await;
    for text in 0..9 {
        let ask = async |count: usize| {
            let name = format!("urn:dev:prm:00000000000001_{count}-{text}");
            client.get_history(&provider.jid(), &name, &Period::all()).await
        };
        // As near to the limit as it lets us.
        let count = fits(&ask(2_000).await.unwrap_err());
        let came = ask(count).await.unwrap().records().len();
        assert!(came == count && came > 200, "text {text}: {came}");
        assert_eq!(ask(count + 1).await.unwrap_err().kind(), ErrorKind::TooLarge);
    }
}

/// How many records fit, by the period a refusal tells.
fn fits(error: &Error) -> usize {
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    let (start, end) = error.fitting_period().unwrap();
    assert_eq!(start.as_microsecond(), START);
    usize::try_from((end.as_microsecond() - START) / HALF_HOUR).unwrap()
}

#[tokio::test]
async fn two_hundred_at_once_each_get_their_own() {
    let server = Server::shared();
    let service = Serve(|request: HistoryRequest| async move {
        let mut records = Records::new();
        records.push(&Record::number(request.identifier.as_str(), START, Some("W"), Some(1.0)))?;
        // Answers come in another order than requests.
        let number: u64 = request.identifier.series().unwrap().parse().unwrap();
        tokio::time::sleep(Duration::from_millis((number * 37) % 50)).await;
        Ok(Data::new(metadata(), records))
    });
    // More than are worked on at once: some wait their turn.
    let provider = serve(&server, service, Limits::default()).await;
    let (client, jid) = (client(&server).await, provider.jid());
    let requests = (0..200).map(|number| {
        let (client, jid) = (client.clone(), &jid);
        async move {
            let name = format!("urn:dev:prm:00000000000001_{number}");
            let data = client.get_history(jid, &name, &Period::all()).await.unwrap();
            assert_eq!(data.records().name(0), name);
        }
    });
    join_all(requests).await;
}

#[tokio::test]
async fn a_slow_provider_is_no_answer_and_holds_nobody_up() {
    let server = Server::shared();
    let (slow, _) = provider(&server).await;
    let limit = Duration::from_secs(3);
    let impatient = config(&server, &server.new_account()).request_timeout(limit);
    let impatient = Client::connect(&impatient).await.unwrap();

    let (jid, all, begin) = (slow.jid(), Period::all(), Instant::now());
    let never = impatient.get_history(&jid, "urn:dev:prm:00000000000001_test/slow", &all);
    let other = async {
        impatient.get_history(&jid, SERIES, &day()).await.unwrap();
        begin.elapsed()
    };
    let (never, other) = tokio::join!(never, other);
    let error = never.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoAnswer);
    assert!(error.to_string().contains("within 3 s") && error.to_string().contains(&jid), "{error}");
    assert!((limit..limit + AT_ONCE).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    assert!(other < limit, "{other:?}");
    // The late answer of a request given up is nobody's.
    impatient.get_history(&jid, SERIES, &day()).await.unwrap();
}

#[tokio::test]
async fn the_provider_has_a_deadline_of_its_own() {
    let server = Server::shared();
    let mut limits = Limits::default();
    limits.request_timeout = Duration::from_millis(100);
    let provider = serve(&server, TestService::default(), limits).await;
    let client = client(&server).await;
    let error = client
        .get_history(&provider.jid(), "urn:dev:prm:00000000000001_test/slow", &Period::all())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CommandFailed);
    assert!(error.to_string().contains("took too long"), "{error}");
}

#[tokio::test]
async fn more_than_the_provider_takes_are_told_to_come_later() {
    let server = Server::shared();
    let mut limits = Limits::default();
    limits.waiting = 1;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (begun, end) = (Mutex::new(Some(begun)), Arc::new(Notify::new()));
    let service = Serve({
        let end = end.clone();
        move |_| {
            // The first is held until the second has its answer.
            let wait = begun.lock().unwrap().take().map(|begun| {
                begun.send(()).unwrap();
                end.clone()
            });
            async move {
                if let Some(end) = wait {
                    end.notified().await;
                }
                Ok(Data::new(metadata(), Records::new()))
            }
        }
    });
    let provider = serve(&server, service, limits).await;
    let (client, jid) = (client(&server).await, provider.jid());
    let (all, then) = (Period::all(), async {
        has_begun.await.unwrap();
        let error = client.get_history(&jid, SERIES, &Period::all()).await.unwrap_err();
        end.notify_one();
        error
    });
    let (held, error) = tokio::join!(client.get_history(&jid, SERIES, &all), then);
    held.unwrap();
    assert_eq!((error.kind(), error.condition()), (ErrorKind::LimitReached, Some("resource-constraint")));
    assert!(error.kind().is_temporary());
    client.get_history(&jid, SERIES, &all).await.unwrap();
}

#[tokio::test]
async fn what_the_provider_refuses_comes_as_what_it_is() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let ask = async |series: &str| {
        let name = format!("urn:dev:prm:00000000000001_test/{series}");
        client.get_history(&provider.jid(), &name, &Period::all()).await.unwrap_err()
    };
    let error = ask("unauthorized").await;
    assert_eq!((error.kind(), error.text()), (ErrorKind::NotAuthorized, Some("Unknown user")));
    assert!(error.operation().unwrap().contains("test/unauthorized"), "{error}");
    let error = ask("nothing").await;
    assert_eq!((error.kind(), error.condition()), (ErrorKind::BadRequest, Some("bad-request")));
    let error = ask("upstream").await;
    assert_eq!(error.kind(), ErrorKind::UpstreamError);
    assert_eq!((error.issuer(), error.code()), (Some("enedis-data-connect"), Some("ADAM-ERR0123")));
    assert_eq!(error.text(), Some("too old"));
    let error = ask("upstream-without-code").await;
    assert_eq!((error.issuer(), error.code()), (Some("enedis-sge-tiers"), None));
    assert_eq!(error.kind(), ErrorKind::UpstreamError);
    let error =
        client.subscribe(&provider.jid(), "urn:dev:prm:00000000000001_test/unauthorized").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAuthorized);
}

#[tokio::test]
async fn what_went_wrong_inside_the_provider_stays_there() {
    let server = Server::shared();
    let inside = |_| async {
        let wrong = Record::number("a name that is none", 0, None, None);
        let error: Error = Records::new().push(&wrong).unwrap_err().into();
        Err(error)
    };
    let provider = serve(&server, Serve(inside), Limits::default()).await;
    let client = client(&server).await;
    let error = client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CommandFailed);
    assert_eq!(error.text(), Some("the provider could not answer"));
}

#[tokio::test]
async fn what_cannot_be_right_is_not_sent() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let client = client(&server).await;
    let bare = provider.jid().split('/').next().unwrap().to_owned();
    for (to, identifier) in [
        (&*bare, SERIES),
        ("", SERIES),
        ("a b@c/d", SERIES),
        (&*provider.jid(), ""),
        (&provider.jid(), "élan"),
    ] {
        let error = client.get_history(to, identifier, &Period::all()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{to} {identifier}: {error}");
    }
    let error = client.get_history(&bare, SERIES, &Period::all()).await.unwrap_err();
    assert!(error.to_string().contains("/proxy"), "{error}");
    assert!(service.asked.lock().unwrap().is_empty());
}
