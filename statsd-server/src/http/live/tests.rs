use tokio::runtime::Builder;

use super::*;
use crate::http::testing::serve;
use crate::limits::LIVE_BACKLOG_FLUSHES;
use crate::live::{Kind, LivePoint};

fn frame(timestamp: i64) -> Frame {
    let point = LivePoint {
        series: "stats_counts.users.new".into(),
        metric: "users.new".into(),
        kind: Kind::Counter,
        value: 3.0,
    };
    Frame { timestamp, interval: 10.0, points: vec![point], left_out: 0 }
}

#[test]
fn a_stream_begins_with_hello_and_is_never_cached_or_held_back() {
    let served = serve();
    let mut answer = served.get("/live", &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));

    let hello = format!(
        r#"data:{{"version":"{}","build":"{}","time":1340000000,"interval":null,"statsd":"127.0.0.1:8125"}}"#,
        env!("CARGO_PKG_VERSION"),
        page::build()
    );
    assert_eq!(answer.event(), ["event:hello", hello.as_str(), "retry:1000"]);
}

#[test]
fn a_flush_reaches_the_page_with_its_time_as_id() {
    let served = serve();
    let mut answer = served.get("/live", &[]);
    assert_eq!(answer.event()[0], "event:hello");

    served.hub.publish(frame(1_340_000_010));
    assert_eq!(
        answer.event_named("flush"),
        [
            "event:flush",
            concat!(
                r#"data:{"timestamp":1340000010,"interval":10.0,"points":[{"series":"stats_counts.users.new","#,
                r#""metric":"users.new","kind":"counter","value":3.0}],"left_out":0}"#
            ),
            "id:1340000010",
        ]
    );
}

#[test]
fn a_page_that_comes_late_gets_the_newest_flush_and_its_interval_at_once() {
    let served = serve();
    served.hub.publish(frame(10));
    served.hub.publish(frame(20));
    let mut answer = served.get("/live", &[]);
    assert!(answer.event()[1].contains(r#""interval":10.0,"#));
    assert_eq!(answer.event()[2], "id:20");
}

#[test]
fn one_page_more_than_the_limit_hears_why() {
    let served = serve();
    let others: Vec<_> = (0..LIVE_CLIENTS_MAX).map(|_| served.hub.follow().1).collect();
    let answer = served.get("/live", &[]);
    assert_eq!(answer.status, 503);
    let sentence = String::from_utf8(answer.body()).unwrap();
    assert_eq!(sentence, "256 live pages are open, which is the limit; close one.\n");
    assert_eq!(served.telemetry.live_refused.get(), 1);

    drop(others);
    assert_eq!(served.get("/live", &[]).status, 200);
}

#[test]
fn a_hub_that_closes_ends_the_answer() {
    let served = serve();
    let mut answer = served.get("/live", &[]);
    assert_eq!(answer.event()[0], "event:hello");
    served.hub.close();
    let rest = String::from_utf8(answer.body()).unwrap();
    assert!(rest.ends_with("0\r\n\r\n"), "the chunk that says it was all: {rest:?}");
}

/// Runs a feed whose page takes an event whenever the test does.
fn with_feed<T>(
    heartbeat: Duration,
    test: impl AsyncFnOnce(Hub, Arc<Telemetry>, mpsc::Receiver<Event>) -> T,
) -> T {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let (hub, telemetry) = (Hub::new(), Arc::new(Telemetry::default()));
        let hello = Hello { version: "0", build: "0", time: 0, interval: None, statsd: None };
        let (events, outgoing) = mpsc::channel(LIVE_CONNECTION_EVENTS);
        tokio::spawn(Feed::open(&hub, Arc::clone(&telemetry)).run(hello, heartbeat, events));
        test(hub, telemetry, outgoing).await
    })
}

fn flush_text(frame: &Frame) -> String {
    format!("{:?}", named("flush", frame).id(frame.timestamp.to_string()))
}

async fn next_flush(events: &mut mpsc::Receiver<Event>) -> String {
    loop {
        let event = format!("{:?}", events.recv().await.unwrap());
        if event.contains("event: flush") {
            return event;
        }
    }
}

#[test]
fn a_page_that_falls_behind_skips_to_the_newest() {
    with_feed(HEARTBEAT, async |hub, telemetry, mut events| {
        let behind = i64::try_from(LIVE_BACKLOG_FLUSHES).unwrap() + 3;
        for timestamp in 1..=behind {
            hub.publish(frame(timestamp));
        }
        assert_eq!(next_flush(&mut events).await, flush_text(&frame(behind)));
        assert_eq!(telemetry.live_lagged.get(), 1);

        hub.publish(frame(behind + 1));
        assert_eq!(next_flush(&mut events).await, flush_text(&frame(behind + 1)));
    });
}

#[test]
fn a_quiet_server_beats_again_and_again() {
    with_feed(Duration::from_millis(1), async |_hub, _, mut events| {
        let _hello = events.recv().await.unwrap();
        for _ in 0..3 {
            let beat = format!("{:?}", events.recv().await.unwrap());
            assert!(beat.contains("event: beat") && beat.contains("data: alive"), "{beat}");
        }
    });
}

#[test]
fn a_page_that_leaves_gives_its_place_back() {
    with_feed(HEARTBEAT, async |hub, _, mut events| {
        let _hello = events.recv().await.unwrap();
        assert_eq!(hub.listeners(), 1);
        drop(events);
        while hub.listeners() > 0 {
            tokio::task::yield_now().await;
        }
    });
}
