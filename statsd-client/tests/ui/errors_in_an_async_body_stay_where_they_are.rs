use statsd_client::{statsd_count_if, statsd_count_success, statsd_measure};

#[statsd_measure("a")]
async fn wrong_type(a: u32) -> Result<u32, String> {
    let half: u32 = "one";
    a + half
}

#[statsd_count_success("a")]
async fn wrong_ok(a: u32) -> Result<u32, String> {
    if a > 1 {
        return a;
    }
    a
}

#[statsd_count_if("a")]
async fn wrong_question_mark(text: &str) -> Result<u32, std::fmt::Error> {
    Ok(text.parse::<u32>()?)
}

#[statsd_count_success("a")]
async fn no_value(a: u32) -> Option<u32> {
    drop(a);
}

#[statsd_count_success("a")]
async fn missing_await() -> Result<u32, String> {
    wrong_ok(1)
}

fn main() {}
