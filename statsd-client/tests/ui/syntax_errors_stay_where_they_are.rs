use statsd_client::statsd_count_success;

#[statsd_count_success("a")]
fn run(numbers: &[u8]) -> Option<u8> {
    let first = numbers.first()?
    Some(*first)
}

fn main() {
    run(&[1]);
}
