//! The whole server inside another program: a test's, or an appliance's.
//!
//! `cargo run -p statsd-examples --example embedded_server`

#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use std::error::Error;
use std::time::Duration;

use statsd_client::Client;
use statsd_server::app::App;
use statsd_server::config::Config;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut config = Config::parse(
        "statsd = '127.0.0.1:0'\nhttp = '127.0.0.1:0'\nadmin = 'off'\ncarbon = 'off'\npickle = 'off'\n\
         flush_interval = '1s'",
    )?;
    config.data = Some(folder.path().to_owned());

    // Every socket is bound when this returns, on ports that the system chose.
    let app = App::bind(&config, Some(Box::new(std::io::stdout())))?;
    let addresses = app.addresses();
    let statsd = addresses.statsd.ok_or("the server receives nothing")?;
    println!("metrics to {statsd}, numbers at {:?}", addresses.http);

    let client = Client::builder().address(statsd.to_string()).build()?;
    let work = async {
        for _ in 0..3 {
            client.increment("embedded.rounds");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        tokio::task::block_in_place(|| client.flush(Duration::from_secs(1)));
    };
    // Serves until the work is done, then flushes what it has and ends.
    app.run(work).await?;
    Ok(())
}
