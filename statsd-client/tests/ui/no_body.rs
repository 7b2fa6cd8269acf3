use statsd_macros::statsd_measure;

trait Job {
    #[statsd_measure("run")]
    fn run(&self);
}

fn main() {}
