use statsd_client::Outcome;

#[derive(Outcome)]
enum Reply {
    #[outcome(fail)]
    NotFound,
    #[outcome(Failure)]
    Busy,
    #[outcome(failure = true)]
    Down,
    #[outcome(failure, success)]
    Both,
    #[outcome(failure, class = Late)]
    Late,
    #[outcome]
    Bare,
    #[outcome = "failure"]
    Assigned,
    #[outcome(failure, class = "")]
    Empty,
    #[outcome("failure")]
    Quoted,
}

fn main() {}
