use statsd_client::statsd_count;

fn main() {
    let _closure = #[statsd_count("a")] || 1;
}
