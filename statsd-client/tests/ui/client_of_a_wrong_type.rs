use statsd_client::{
    Client, statsd_count, statsd_count_success, statsd_gauge_inflight, statsd_measure,
};

struct Shop {
    name: String,
    statsd: Option<Client>,
}

impl Shop {
    #[statsd_count("orders", client = self.name)]
    fn text(&self) {}

    #[statsd_measure("orders", client = self.statsd)]
    fn option(&self) {}

    #[statsd_count_success("orders", client = self.statsd, tags(shop = self.name))]
    fn with_tags(&self) {}

    #[statsd_gauge_inflight("orders", client = "statsd")]
    fn literal(&self) {}
}

fn main() {}
