use statsd_client::{statsd_count_success, statsd_measure};

trait Job {
    #[statsd_measure("run")]
    fn run(&self);

    #[statsd_count_success("stop")]
    async fn stop(&self) -> bool;
}

fn main() {}
