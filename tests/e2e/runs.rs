//! The short way of records through a session: taken where it can be, and without any difference.

use std::fmt::Write;

use quoalise::Period;
use quoalise::senml::NS;
use quoalise_tests::Server;

use crate::logs::{READ, keep_log};
use crate::raw;
use crate::support::{HALF_HOUR, SERIES, START, client, january, provider};

/// How many records the last payload had, and how many of them came in runs.
fn last_read() -> (usize, usize) {
    let line = READ.with_borrow_mut(|read| read.pop()).expect("a payload was read");
    let mut numbers = line.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[tokio::test]
async fn records_come_in_runs() {
    keep_log();
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let client = client(&server).await;
    let data = client.get_history(&provider.jid(), SERIES, &Period::all()).await.unwrap();
    assert!(data.records().iter().eq(january().iter().filter(|record| record.value.is_some())));
    let (all, by_run) = last_read();
    assert_eq!(all, data.records().len());
    // Where the network cuts, a few records by themselves are not worth a run.
    assert!(by_run > all * 9 / 10, "{by_run} of {all}");
    provider.close().await;
}

#[tokio::test]
async fn records_written_another_way_come_as_well() {
    keep_log();
    let server = Server::shared();
    let mut records = String::new();
    for row in 0..500 {
        let time = START / 1_000_000 + row * HALF_HOUR / 1_000_000;
        write!(records, "<senml n='{SERIES}' u='W' t='{time}' v='{row}.5'/>").unwrap();
    }
    for (before, inside, some_by_run) in [
        ("<sensml", "", true),
        ("<sensml unknown='1'", "", false),
        ("<sensml", "<unknown/>", false),
        ("<sensml", "<senml bn='' bu='&amp;'/>", false),
    ] {
        let answer = format!(
            "<quoalise xmlns='urn:quoalise:0'><data>{before} xmlns='{NS}'>{inside}{records}</sensml></data></quoalise>"
        );
        let provider = raw::provider_saying(&server, move |request| {
            raw::command(request, "get_history", "completed", &answer)
        })
        .await;
        let client = client(&server).await;
        let data = client.get_history(&provider.jid, SERIES, &Period::all()).await.unwrap();
        let values: Vec<f64> = (0..500).map(|row| f64::from(row) + 0.5).collect();
        let read = data.records().values();
        assert_eq!(&read[read.len() - 500..], values, "{before} {inside}");
        assert_eq!(last_read().1 > 450, some_by_run, "{before} {inside}");
    }
}
