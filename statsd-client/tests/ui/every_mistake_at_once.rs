use statsd_client::statsd_count;

#[statsd_count("", tag(a = 1), tags(b, c = 1, c = 2), sample_rate = 7)]
const fn run() -> u8 {
    1
}

const HERE_ALL_THE_SAME: u8 = run();

fn main() {}
