use statsd_client::Outcome;

#[derive(Outcome)]
enum Reply {
    #[outcome(failure, class = "not|found")]
    NotFound,
}

fn main() {}
