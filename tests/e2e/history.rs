//! Histories, over a real server.

use quoalise::{ErrorKind, Period};
use quoalise_tests::Prosody;

use crate::support::{SERIES, client, january, provider};

#[tokio::test]
async fn a_day_comes_back_reading_by_reading() {
    let server = Prosody::shared();
    let (provider, service) = provider(&server).await;
    let client = client(&server).await;

    let period = Period::parse("2022-01-02T00:00:00+00:00", "2022-01-03T00:00:00+00:00").unwrap();
    let data = client.get_history(&provider.jid(), SERIES, &period).await.unwrap();
    // A gap at the edge of the answer is found from the sampling interval, not carried: writing is strict.
    assert!(data.records().iter().eq(january().rows(49..96)));
    assert_eq!(data.meta().measurement.unit.as_deref(), Some("W"));
    assert_eq!(service.asked.lock().unwrap().len(), 1, "one call, no form");
    client.close().await;
    assert_eq!(
        client.get_history(&provider.jid(), SERIES, &period).await.unwrap_err().kind(),
        ErrorKind::Closed
    );
    provider.close().await;
}
