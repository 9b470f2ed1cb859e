//! A week of a meter to CSV, over a provider in this very process: `cargo run --features sandbox --example week`.
//! With an account of your own, only the `Config` is another.

use std::error::Error;

use quoalise::sandbox::{Options, Sandbox};
use quoalise::senml::Value;
use quoalise::{Client, Period};

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start(Options::default()).await?;
    let client = Client::connect(&sandbox.config()?).await?;
    let week = Period::parse("2025-01-06T00:00:00+01:00", "2025-01-13T00:00:00+01:00")?;
    let data = client.get_history(sandbox.provider(), &sandbox.identifiers()[0], &week).await?;
    println!("time,W");
    for record in data.records().iter() {
        match record.value {
            Some(Value::Number(watts)) => println!("{},{watts}", record.timestamp()),
            _ => println!("{},", record.timestamp()), // a gap
        }
    }
    client.close().await;
    sandbox.stop().await;
    Ok(())
}
