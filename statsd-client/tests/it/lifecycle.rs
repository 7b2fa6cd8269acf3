//! Installing, replacing and ending a client. One test, because there is one installed client.

use std::io;
use std::sync::{Barrier, mpsc};

use statsd_client::{Aggregation, Backend, Counter, Gauge, Timer, install};

use super::*;

static HITS: Counter = Counter::new("hits");
static DEPTH: Gauge = Gauge::new("depth");
static RENDER: Timer = Timer::new("render");

/// Says when its client has let it go.
struct LetGo(mpsc::Sender<()>);

impl Backend for LetGo {
    fn send(&mut self, _packet: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn max_packet_size(&self) -> usize {
        512
    }
}

impl Drop for LetGo {
    fn drop(&mut self) {
        self.0.send(()).unwrap();
    }
}

/// The last clone of a client waits for its backend when it is dropped; that must not be the end of
/// a function that is being measured.
fn what_is_measured_does_not_keep_the_client() {
    let (gone, let_go) = mpsc::channel();
    let guard = install(Client::builder().backend(LetGo(gone)).build().unwrap());
    let (begun, end) = (Barrier::new(3), Barrier::new(3));
    let job = || {
        begun.wait();
        end.wait();
    };
    std::thread::scope(|scope| {
        scope.spawn(|| statsd_client::measure("job", job));
        scope.spawn(|| {
            let _guard = statsd_client::__private::start("job");
            job();
        });
        begun.wait();
        drop(guard);
        let let_go = let_go.recv_timeout(PATIENCE);
        end.wait();
        assert_eq!(let_go, Ok(()), "both jobs were still running");
    });
}

/// The level of calls in flight is kept while nobody hears of it, and right for whoever comes.
fn a_level_is_right_for_a_client_that_comes_later() {
    #[statsd_client::statsd_gauge_inflight("level")]
    fn hold(inner: &mut dyn FnMut()) {
        inner();
    }

    hold(&mut || {
        let (client, captured) = capture(|builder| builder.aggregation(Aggregation::Off));
        let guard = install(client);
        hold(&mut || ());
        drop(guard);
        assert_eq!(captured.lines(), ["level:2|g", "level:1|g"]);
    });
}

#[test]
fn statics_and_free_functions_follow_the_installed_client() {
    what_is_measured_does_not_keep_the_client();
    a_level_is_right_for_a_client_that_comes_later();

    HITS.increment();
    statsd_client::increment("nobody");
    assert_eq!(statsd_client::measure("nobody", || 7), 7);

    let (first, first_seen) = capture(|builder| builder);
    let first_guard = install(first.clone());
    HITS.increment();
    DEPTH.set(4);
    RENDER.measure(|| ());
    statsd_client::count("free", 2);

    let (second, second_seen) = capture(|builder| builder.prefix("second"));
    let mut second_guard = install(second.clone());
    HITS.add(5);
    statsd_client::decrement("free");
    statsd_client::gauge("depth", 1);
    statsd_client::gauge_delta("depth", 1);
    statsd_client::timing("render", Duration::from_millis(3));

    assert!(first.flush(PATIENCE));
    let mut lines = first_seen.lines();
    assert!(
        lines
            .remove(lines.iter().position(|line| line.starts_with("render:")).unwrap())
            .ends_with("|ms")
    );
    lines.sort();
    assert_eq!(lines, ["depth:4|g", "free:2|c", "hits:1|c"]);

    // An earlier guard ends nothing of a later installation, even of the same client.
    drop(first_guard);
    let same_again = install(second.clone());
    drop(std::mem::replace(&mut second_guard, same_again));
    HITS.increment();
    drop(second_guard);
    let mut lines = second_seen.lines();
    lines.sort();
    assert_eq!(
        lines,
        [
            "second.depth:2|g",
            "second.free:-1|c",
            "second.hits:1|c",
            "second.hits:5|c",
            "second.render:3|ms"
        ]
    );

    HITS.increment();
    assert!(second.flush(PATIENCE));
    assert_eq!(second.stats().calls, 6, "after the guard there is no installed client");
    assert_adds_up(&second.stats());
}

/// A function's own handle, made at each call, may stand where the last one stood.
#[test]
fn a_scope_does_not_take_one_handle_for_another_at_its_place() {
    let (client, seen) = capture(|builder| builder.dialect(Dialect::DogStatsd));
    let count = |value: &str| Counter::new("a").tag("x", value).increment();
    client.scope(|| ["1", "2", "1"].map(count));
    assert!(client.flush(PATIENCE));
    let mut lines = seen.lines();
    lines.sort();
    assert_eq!(lines, ["a:1|c|#x:2", "a:2|c|#x:1"]);
}
