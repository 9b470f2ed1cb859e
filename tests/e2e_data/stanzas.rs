//! Each stanza of `../shared/vectors/xmpp`: answers and pushes said by a peer of raw stanzas, requests sent to a provider
//! of ours.

use std::path::Path;

use libtest_mimic::Trial;
use quoalise::data::Data;
use quoalise::{ErrorKind, Event, Period, Push, Result};
use quoalise_tests::Server;
use tokio::time::timeout;
use tokio_xmpp::minidom::Element;

use crate::raw::{self, Peer, child, field};
use crate::support::{PATIENCE, client, provider};
use crate::{block_on, ignored};

pub fn trials(shared: Option<&Path>) -> Vec<Trial> {
    let folder = shared.map(|shared| shared.join("vectors/xmpp"));
    let Some(files) = folder.and_then(|folder| std::fs::read_dir(folder).ok()) else {
        return vec![ignored("stanzas", "there is no ../shared/vectors/xmpp")];
    };
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "xml"));
    files.sort();
    files.iter().map(|file| trial(file.file_stem().unwrap().to_str().unwrap(), file)).collect()
}

fn trial(name: &str, file: &Path) -> Trial {
    let stanza = std::fs::read_to_string(file).unwrap();
    let full_name = format!("stanzas::{name}");
    let (name, folder) = (name.to_owned(), file.parent().unwrap().to_owned());
    if !KNOWN.contains(&&*name) {
        return ignored(full_name, "nobody has said yet what must come of it");
    }
    Trial::test(full_name, move || {
        block_on(async {
            match name.split_once('-').unwrap().1.rsplit('.').next().unwrap() {
                "request" => request(&name, &stanza).await,
                "result" => {
                    // What a form ends in, once it is filled in.
                    let completed = folder.join("02-get-history.completed.result.xml");
                    let completed = std::fs::read_to_string(completed).unwrap();
                    answer(&name, asked(stanza, completed).await);
                }
                _ => push(&name, &stanza).await,
            }
        })
    })
}

const KNOWN: &[&str] = &[
    "01-disco-items-commands.request",
    "01-disco-items-commands.result",
    "02-get-history.completed.result",
    "02-get-history.single-step.request",
    "03-get-history.form.result",
    "04-error.bad-request-bad-payload.result",
    "04-error.not-authorized.result",
    "04-error.session-expired.result",
    "04-error.upstream-without-code.result",
    "04-error.upstream.result",
    "05-completed-with-error-note.result",
    "06-push.message",
    "06-push.message-delayed",
    "07-subscribe.request",
];

/// What a client makes of this answer to `get_history`.
async fn asked(answer: String, completed: String) -> Result<Data> {
    let server = Server::shared();
    let provider = raw::provider_saying(&server, move |request| {
        let filled_in = child(request, "command").attr("sessionid").is_some();
        raw::replay(if filled_in { &completed } else { &answer }, request)
    })
    .await;
    let client = client(&server).await;
    let series = "urn:dev:prm:00000000000000_consumption/power/active/raw";
    client.get_history(&provider.jid, series, &Period::all()).await
}

fn answer(name: &str, answer: Result<Data>) {
    let kind = match name {
        "02-get-history.completed.result" | "03-get-history.form.result" => {
            let data = answer.unwrap();
            assert_eq!(data.records().values(), [430.0, 384.0, 466.0]);
            assert_eq!(data.records().times(), [0, 1800, 3600].map(|t| (1_641_337_200 + t) * 1_000_000));
            assert_eq!(data.energy_wh(), Some(640.0));
            return;
        }
        "01-disco-items-commands.result" => ErrorKind::MalformedAnswer,
        "04-error.not-authorized.result" => ErrorKind::NotAuthorized,
        "04-error.bad-request-bad-payload.result" => ErrorKind::BadRequest,
        "04-error.session-expired.result" => ErrorKind::SessionExpired,
        "04-error.upstream.result" | "04-error.upstream-without-code.result" => ErrorKind::UpstreamError,
        "05-completed-with-error-note.result" => ErrorKind::CommandFailed,
        other => panic!("{other}"),
    };
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    let (text, issuer, code) = match name {
        "04-error.not-authorized.result" => ("Unknown user you@example.net", None, None),
        "04-error.upstream-without-code.result" => ("Service Unavailable", Some("enedis-sge-tiers"), None),
        "04-error.upstream.result" => (
            "The requested period cannot be anterior to the meter's last activation date",
            Some("enedis-data-connect"),
            Some("ADAM-ERR0123"),
        ),
        "05-completed-with-error-note.result" => ("no measure found for this usage point", None, None),
        _ => ("", None, None),
    };
    assert_eq!(error.text().unwrap_or_default(), text);
    assert_eq!((error.issuer(), error.code()), (issuer, code));
}

async fn request(name: &str, stanza: &str) {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let mut peer = Peer::login(&server, &server.new_account(), "peer").await;
    peer.send(&raw::addressed(&raw::parse(stanza), &provider.jid())).await;
    let answer = peer.next().await;
    assert_eq!(answer.attr("type"), Some("result"), "{}", raw::text(&answer));
    let command = || child(&answer, "command");
    match name {
        "01-disco-items-commands.request" => {
            let nodes: Vec<_> =
                child(&answer, "query").children().filter_map(|item| item.attr("node")).collect();
            // And one more, of our own proposal.
            assert_eq!(nodes, ["get_history", "subscribe", "unsubscribe", "list_series"]);
        }
        "02-get-history.single-step.request" => {
            assert_eq!(command().attr("status"), Some("completed"));
            let data = child(child(command(), "quoalise"), "data");
            // A day of half hours, without the one at midnight UTC.
            assert_eq!(child(data, "sensml").children().count(), 47);
            assert_eq!(
                service.asked.lock().unwrap()[0].requester.to_string(),
                peer.jid.split('/').next().unwrap()
            );
        }
        "07-subscribe.request" => {
            assert_eq!(command().attr("status"), Some("completed"));
            assert_eq!(field(command(), "result").as_deref(), Some("Success"));
            let mut records = quoalise::senml::Records::new();
            let series = "urn:dev:prm:09111642617347_consumption/power/active/raw";
            records
                .push(&quoalise::senml::Record::number(series, crate::support::START, None, Some(1.0)))
                .unwrap();
            assert_eq!(provider.publish(&crate::support::metadata(), &records).await.unwrap(), 1);
        }
        other => panic!("{other}"),
    }
}

async fn push(name: &str, stanza: &str) {
    let server = Server::shared();
    let client = client(&server).await;
    let mut publisher = Peer::login(&server, &server.new_account(), "proxy-publisher").await;
    client.trust(&publisher.jid).unwrap();
    let mut listener = client.listen().await.unwrap();
    let message: Element = raw::parse(stanza);
    publisher.send(&raw::addressed(&message, &client.jid())).await;
    let event = timeout(PATIENCE, listener.next()).await.unwrap().unwrap();
    let Some(Event::Push(Push { data, sent, delayed, .. })) = event else { panic!("{event:?}") };
    match name {
        "06-push.message" => {
            assert!(!delayed);
            assert_eq!(data.records().values(), [476.0, 476.0]);
            assert_eq!(data.records().times(), [1_643_756_400_000_000, 1_643_758_200_000_000]);
        }
        "06-push.message-delayed" => {
            assert!(delayed);
            assert_eq!(sent.to_string(), "2022-02-03T04:00:00Z");
            assert_eq!(data.records().times(), [sent.as_microsecond() - 60_000_000]);
        }
        other => panic!("{other}"),
    }
}
