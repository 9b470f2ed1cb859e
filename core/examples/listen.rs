//! Three pushes as they come: `cargo run --features sandbox --example listen`.

use std::error::Error;
use std::time::Duration;

use quoalise::sandbox::{Options, Sandbox};
use quoalise::{Client, Event};

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options::default();
    options.push_every = Some(Duration::from_millis(200));
    let sandbox = Sandbox::start(options).await?;
    let client = Client::connect(&sandbox.config()?).await?;

    // A subscription outlives this session: the server keeps what is pushed while nobody listens.
    client.subscribe(sandbox.provider(), &sandbox.identifiers()[0]).await?;
    let mut listener = client.listen().await?;
    let mut heard = 0;
    while heard < 3 {
        match listener.next().await? {
            Some(Event::Push(push)) => {
                heard += 1;
                for record in push.data.records().iter() {
                    println!("{} {}: {} readings", push.from, record.timestamp(), push.data.records().len());
                }
            }
            Some(Event::Malformed { from, error }) => println!("{from} sent something unreadable: {error}"),
            Some(other) => println!("{other:?}"),
            None => break, // the client was closed
        }
    }
    client.close().await;
    sandbox.stop().await;
    Ok(())
}
