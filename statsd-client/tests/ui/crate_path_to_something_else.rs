mod metrics {
    pub use statsd_client::statsd_measure;
}

#[metrics::statsd_measure("a", crate = crate::metrics)]
fn run() {}

fn main() {
    run();
}
