use statsd_client::{statsd_count_if, statsd_count_success, statsd_measure};

#[statsd_measure("a")]
fn of_a_local() -> &'static str {
    let text = String::new();
    &text
}

#[statsd_count_success("a")]
fn of_a_parameter(text: String) -> Option<&'static str> {
    Some(text.as_str())
}

#[statsd_count_if("a")]
fn moved_twice(text: String) -> Option<String> {
    drop(text);
    Some(text)
}

#[statsd_count_success("a")]
fn not_mutable(count: u8) -> bool {
    count += 1;
    count > 1
}

#[statsd_count_success("a")]
async fn of_a_local_of_a_future() -> Option<&'static str> {
    let text = String::new();
    Some(&text)
}

fn main() {}
