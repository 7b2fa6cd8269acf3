use statsd_client::{Client, statsd_count, statsd_measure};

struct Shop {
    statsd: Client,
}

impl Shop {
    #[statsd_measure("orders", client = self.statsd)]
    fn without_self() {}

    #[statsd_count("orders", client = shop)]
    fn without_such_a_parameter(&self) {}
}

fn main() {}
