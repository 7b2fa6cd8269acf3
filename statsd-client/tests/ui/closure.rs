use statsd_macros::statsd_count;

fn main() {
    let _closure = #[statsd_count("a")] || 1;
}
