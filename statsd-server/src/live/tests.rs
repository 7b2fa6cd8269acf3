use super::*;

fn frame(timestamp: i64) -> Frame {
    Frame { timestamp, interval: 10.0, points: Vec::new(), left_out: 0 }
}

#[test]
fn a_newcomer_gets_the_newest_flush_and_then_only_later_ones() {
    let hub = Hub::new();
    hub.publish(frame(10));
    hub.publish(frame(20));

    let (newest, mut flushes) = hub.follow();
    hub.publish(frame(30));

    assert_eq!(newest.unwrap().timestamp, 20);
    assert_eq!(flushes.try_recv().unwrap().timestamp, 30);
    assert!(flushes.try_recv().is_err());
}

#[test]
fn a_hub_that_saw_no_flush_has_no_newest() {
    assert_eq!(Hub::new().follow().0, None);
}

#[test]
fn listeners_counts_receivers_that_live() {
    let hub = Hub::new();
    let first = hub.follow().1;
    let same = hub.clone();
    let _second = same.follow().1;
    assert_eq!(hub.listeners(), 2);
    drop(first);
    assert_eq!(hub.listeners(), 1);
}

#[test]
fn close_ends_receivers_of_before_and_after() {
    let hub = Hub::new();
    let mut before = hub.follow().1;
    hub.close();
    hub.publish(frame(10));
    let mut after = hub.follow().1;

    assert_eq!(before.try_recv(), Err(broadcast::error::TryRecvError::Closed));
    assert_eq!(after.try_recv(), Err(broadcast::error::TryRecvError::Closed));
    assert_eq!(hub.listeners(), 0);
}

#[test]
fn a_frame_is_json_with_plain_words() {
    let point = LivePoint {
        series: "stats.timers.render.mean".into(),
        metric: "render".into(),
        kind: Kind::Timer,
        value: 12.5,
    };
    let frame = Frame { points: vec![point], ..frame(10) };
    assert_eq!(
        serde_json::to_string(&frame).unwrap(),
        r#"{"timestamp":10,"interval":10.0,"points":[{"series":"stats.timers.render.mean","metric":"render","kind":"timer","value":12.5}],"left_out":0}"#
    );
}
