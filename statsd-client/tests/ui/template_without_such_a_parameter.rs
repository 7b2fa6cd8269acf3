mod fake;

use statsd_macros::statsd_measure;

struct Job {
    name: String,
}

impl Job {
    #[statsd_measure("cron.{self.kind}", crate = crate::fake)]
    fn run(&self) {}
}

#[statsd_measure("cron.{task}", crate = crate::fake)]
fn run() {}

fn main() {
    Job { name: String::new() }.run();
    run();
}
