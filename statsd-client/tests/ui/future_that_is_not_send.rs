use std::rc::Rc;

use statsd_client::{statsd_count_success, statsd_measure};

fn spawn(_: impl Future + Send) {}

async fn step() {}

#[statsd_measure("a")]
async fn measured() {
    let shared = Rc::new(1);
    step().await;
    drop(shared);
}

#[statsd_count_success("a")]
async fn judged() -> bool {
    let shared = Rc::new(1);
    step().await;
    *shared > 0
}

fn main() {
    spawn(measured());
    spawn(judged());
}
