use statsd_client::{count, event, gauge, histogram, measure, set, timing};

fn main() {
    count!();
    gauge!(name = "depth", 17);
    measure!({ 1 + 1 });
    timing!("render");
    histogram!("size",);
    set!("visitors");
    event!();
    event!("Deployed");
}
