use statsd_client::Outcome;

#[derive(Outcome)]
enum Reply {
    #[outcome(class = "page")]
    Page,
    #[outcome(success, class = "moved")]
    Moved,
}

fn main() {}
