use statsd_client::{statsd_count, statsd_count_if, statsd_count_success, statsd_measure};

#[statsd_count("a")]
fn semicolon(a: u32) -> u32 {
    a + 1;
}

#[statsd_count_success("a")]
fn wrong_ok(a: u32) -> Result<u32, String> {
    if a > 1 {
        return a;
    }
    let half: u32 = "one";
    a + half
}

#[statsd_count_if("a")]
fn wrong_question_mark(text: &str) -> Result<u32, std::fmt::Error> {
    Ok(text.parse::<u32>()?)
}

#[statsd_count_success("a")]
fn no_value(a: u32) -> Option<u32> {
    drop(a);
}

#[statsd_measure("a")]
fn guard_is_out_of_reach() {
    drop(_statsd_guard);
}

fn main() {}
