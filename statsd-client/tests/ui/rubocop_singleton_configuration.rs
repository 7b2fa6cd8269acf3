// Ruby: `StatsD.prefix = "shop"`, `StatsD.default_tags = ["env:eu"]`, `StatsD.backend = …`.
use statsd_client::Client;

fn main() {
    statsd_client::set_prefix("shop");
    statsd_client::configure(|client| client.prefix("shop"));
    Client::default_tags("env", "eu");
}
