//! `statsd-server demo`: the server and an application that talks to it, in one process but over
//! real UDP.

use std::time::Duration;

use clap::Args;
use statsd_client::Client;

use super::run::{ListenFlags, bind, block_on, stop_signal};
use super::shop::Shop;
use super::{Failure, say, start_log};
use crate::app::Inherited;
use crate::config::{Config, Listen};

/// What the shop's names begin with.
const PREFIX: &str = "shop";

/// A line a second shows more in the first minute than one every ten.
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);

/// How long the shop's last metrics may take to leave.
const LAST_FLUSH: Duration = Duration::from_secs(1);

/// The flags of `demo`.
#[derive(Debug, Args)]
pub(super) struct Demo {
    #[command(flatten)]
    listen: ListenFlags,
}

impl Demo {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let folder = tempfile::Builder::new()
            .prefix("statsd-demo-")
            .tempdir()
            .map_err(|error| Failure::outside("cannot make a temporary folder", error))?;
        let _level = start_log(false);
        let data = Some(folder.path().to_owned());
        // Nobody needs the demo's console where etsy's is, or its carbon where that is: there may be another server on this machine.
        let admin = Listen::On("127.0.0.1:0".to_owned());
        let pickle = admin.clone();
        let mut config =
            Config { data, admin, pickle, flush_interval: FLUSH_INTERVAL, ..Config::default() };
        config.carbon.address = config.pickle.clone();
        self.listen.apply(&mut config)?;
        if config.statsd.is_empty() {
            return Err(Failure::Input(
                "the demo's shop needs --statsd: it sends over UDP".to_owned(),
            ));
        }
        block_on(demo(&config))?;
        folder
            .close()
            .map_err(|error| Failure::outside("cannot remove the temporary folder", error))
    }
}

async fn demo(config: &Config) -> Result<(), Failure> {
    let stopped = stop_signal()?;
    let app = bind(config, Inherited::default())?;
    let Some(statsd) = app.addresses().statsd else { return Ok(()) };
    let client = Client::builder()
        .address(statsd.to_string())
        .prefix(PREFIX)
        .build()
        .map_err(|error| Failure::outside("the shop's client", error))?;
    let flush_on_exit = statsd_client::install(client.clone());

    let shop = tokio::spawn(Shop::new(u64::from(std::process::id())).open());
    let last_orders = async {
        stopped.await;
        // What the shop has counted must be on its way before the server stops receiving.
        shop.abort();
        tokio::task::spawn_blocking(move || drop(flush_on_exit)).await.unwrap_or_default();
    };
    app.run(last_orders).await?;

    client.flush(LAST_FLUSH);
    let stats = client.stats();
    say(format_args!(
        "server is down; the shop made {} calls: {} added up, {} sent one by one, {} dropped",
        stats.calls,
        stats.aggregated,
        stats.sent,
        stats.dropped.total()
    ));
    Ok(())
}
