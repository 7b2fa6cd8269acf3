//! What annotated functions send.
mod wire;

use statsd_client::*;
use wire::lines;

#[statsd_count("a")]
#[statsd_measure("b", tags(x = "1"))]
#[statsd_distribution("c.{n}", tags(y = n, z = "q-{n}", || [("k", n)]), sample_rate = 1)]
#[statsd_gauge_inflight("g")]
#[statsd_count_if("i", |n| *n > 1)]
#[statsd_count_success("s", |n: &u8| *n > 1, tags(n = n))]
fn f(n: u8) -> u8 {
    n
}

#[statsd_count_success("r", tag_error_class)]
fn r(t: &str) -> Result<u8, std::num::ParseIntError> {
    let n = t.parse::<u8>()?;
    Ok(n)
}

#[statsd_count_success("ar", tag_error_class)]
#[statsd_count_if("ai")]
async fn ar(t: &str) -> Result<u8, std::num::ParseIntError> {
    let n = t.parse::<u8>()?;
    Ok(n)
}

struct S {
    c: Client,
}
#[statsd_instrument(prefix = "sv", client = self.c, no_prefix)]
impl S {
    #[statsd_skip]
    fn new(c: Client) -> Self {
        Self { c }
    }
    fn run(&self) {}
    fn stop(self) -> u8 {
        1
    }
}
#[derive(Outcome)]
#[outcome(failure)]
enum E {
    A,
    #[outcome(class = "b_b")]
    B(u8),
}
#[statsd_count_success("e", tag_error_class)]
fn e(x: E) -> Result<(), E> {
    Err(x)
}

#[test]
fn smoke() {
    let l = lines(|| {
        f(1);
        f(2);
        r("x").ok();
        r("1").ok();
        let mut fut = std::pin::pin!(ar("x"));
        let _ = fut.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        e(E::A).ok();
        e(E::B(1)).ok();
    });
    println!("{l:#?}");
    let l = wire::lines_of(
        |b| b.prefix("pre"),
        |c| {
            let s = S::new(c.clone());
            s.run();
            s.stop();
        },
    );
    println!("{l:#?}");
}
