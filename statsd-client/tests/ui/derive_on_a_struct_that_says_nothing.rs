use statsd_client::Outcome;

#[derive(Outcome)]
struct Refused {
    reason: String,
}

#[derive(Outcome)]
#[outcome(success)]
struct Accepted;

fn main() {}
