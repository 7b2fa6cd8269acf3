use statsd_client::statsd_gauge_inflight;

#[statsd_gauge_inflight("requests", sample_rate = 0.1)]
fn serve() {}

fn main() {}
