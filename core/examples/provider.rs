//! A provider of one series, on the sandbox's server as on any other: `cargo run --features sandbox --example provider`.

use std::error::Error as StdError;

use quoalise::data::{Data, Metadata};
use quoalise::provider::{AccessList, HistoryRequest, MemorySubscriptions, Provider, Service};
use quoalise::sandbox::server::{Config as ServerConfig, Server};
use quoalise::senml::{Record, Records};
use quoalise::{Client, Config, Error, ErrorKind, Period, Result};

const THERMOMETER: &str = "urn:dev:ow:10e2073a01080063_temperature";

struct Thermometer;

impl Service for Thermometer {
    async fn get_history(&self, request: HistoryRequest) -> Result<Data> {
        if request.identifier.as_str() != THERMOMETER {
            let text = format!("Unexpected record identifier {}", request.identifier);
            return Err(Error::answer(ErrorKind::BadRequest, text));
        }
        let mut records = Records::new();
        records.push(&Record::number(THERMOMETER, 1_641_769_200_000_000, Some("Cel"), Some(19.5)))?;
        Ok(Data::new(Metadata::default(), records))
    }
}

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() -> std::result::Result<(), Box<dyn StdError>> {
    let config = ServerConfig::new("localhost").account("house", "one").account("app", "two");
    let server = Server::start(config).await?;
    let account = |jid: &str, password: &str| -> Result<Config> {
        Ok(Config::new(jid, password)?.address(&server.address().to_string())?.ca_pem(server.ca_pem()))
    };
    // Who may read what: this account the thermometer, and nobody anything else.
    let access = AccessList::new().allow("app@localhost".parse()?, THERMOMETER.parse()?);
    let provider = Provider::builder(Thermometer, access)
        .subscriptions(MemorySubscriptions::new())
        .start(&account("house@localhost/proxy", "one")?)
        .await?;

    let client = Client::connect(&account("app@localhost", "two")?).await?;
    let data = client.get_history(&provider.jid(), THERMOMETER, &Period::all()).await?;
    println!("{} reading", data.records().len());
    if let Err(refused) = client.subscribe(&provider.jid(), "urn:dev:ow:10e2073a01080063_humidity").await {
        println!("{refused}");
    }
    client.close().await;
    provider.close().await;
    server.stop().await;
    Ok(())
}
