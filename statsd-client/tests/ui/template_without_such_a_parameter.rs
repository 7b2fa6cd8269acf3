use statsd_client::{statsd_count, statsd_measure};

struct Job {
    name: String,
}

impl Job {
    #[statsd_measure("cron.{self.kind}")]
    fn run(&self) {}
}

#[statsd_measure("cron.{task}")]
fn run() {}

#[statsd_count("cron", tags(task = task))]
fn in_a_tag() {}

#[statsd_count("cron.{self.name}")]
fn without_self() {}

fn main() {
    Job { name: String::new() }.run();
}
