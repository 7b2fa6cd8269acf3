use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

/// Fails a test that would wait for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// Says which flush it has begun with, and ends it when it is told to: at once, where nobody holds
/// the other end.
#[derive(Debug)]
struct Waiting {
    name: &'static str,
    begun: Sender<(&'static str, i64)>,
    go: Receiver<()>,
    deadline: Duration,
}

impl Backend for Waiting {
    fn name(&self) -> &'static str {
        self.name
    }

    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        self.begun.send((self.name, snapshot.timestamp)).unwrap();
        let _told = self.go.recv();
        match snapshot.timestamp {
            13 => panic!("thirteen"),
            14 => Err(BackendError { message: "fourteen".to_owned() }),
            _ => Ok(()),
        }
    }

    fn deadline(&self) -> Duration {
        self.deadline
    }

    fn close(&mut self, _: Instant) {
        self.begun.send((self.name, -1)).unwrap();
    }
}

type Begun = Receiver<(&'static str, i64)>;

fn waiting(name: &'static str, begun: &Sender<(&'static str, i64)>) -> (Sender<()>, Waiting) {
    let (go, told) = channel();
    (go, Waiting { name, begun: begun.clone(), go: told, deadline: PATIENCE })
}

fn lane(backends: Vec<Waiting>, telemetry: &Arc<Telemetry>) -> Lane {
    let backends =
        backends.into_iter().map(|backend| Box::new(backend) as Box<dyn Backend>).collect();
    Lane::start(backends, Arc::clone(telemetry)).unwrap()
}

fn at(timestamp: i64) -> Arc<Snapshot> {
    Arc::new(Snapshot { timestamp, ..Snapshot::default() })
}

fn next(begun: &Begun) -> (&'static str, i64) {
    begun.recv_timeout(PATIENCE).unwrap()
}

#[test]
fn a_slow_backend_holds_up_no_other_lane() {
    let telemetry = Arc::default();
    let (sender, begun) = channel();
    let (slow_go, slow) = waiting("slow", &sender);
    let (_, fast) = waiting("fast", &sender);
    let (slow, fast) = (lane(vec![slow], &telemetry), lane(vec![fast], &telemetry));
    slow.offer(&at(1));
    assert_eq!(next(&begun), ("slow", 1));
    for timestamp in 1..50 {
        slow.offer(&at(timestamp));
        fast.offer(&at(timestamp));
        assert_eq!(next(&begun), ("fast", timestamp));
    }
    let status = |name| telemetry.backends.named(name);
    assert_eq!(status("slow").skipped.get(), 49 - LANE_FLUSHES_MAX as u64);
    assert_eq!(telemetry.flushes_skipped.get(), 49 - LANE_FLUSHES_MAX as u64);
    assert_eq!(status("fast").skipped.get(), 0);
    // What had room comes in its order once the backend goes on.
    drop(slow_go);
    assert!(slow.join());
    let rest: Vec<_> = begun.try_iter().map(|(_, timestamp)| timestamp).collect();
    assert_eq!(rest, [1, 2, 3, 4, 5, 6, 7, 8, -1]);
    assert!(fast.join());
}

#[test]
fn backends_of_one_lane_see_a_flush_one_after_another() {
    let (sender, begun) = channel();
    let (first_go, first) = waiting("first", &sender);
    let (_, second) = waiting("second", &sender);
    let lane = lane(vec![first, second], &Arc::default());
    lane.offer(&at(1));
    lane.offer(&at(2));
    assert_eq!(next(&begun), ("first", 1));
    assert!(begun.try_recv().is_err(), "the second one waits for the first");
    first_go.send(()).unwrap();
    assert_eq!(next(&begun), ("second", 1));
    assert_eq!(next(&begun), ("first", 2));
    first_go.send(()).unwrap();
    assert_eq!(next(&begun), ("second", 2));
    drop(first_go);
    assert!(lane.join());
    assert_eq!((next(&begun), next(&begun)), (("first", -1), ("second", -1)));
}

#[test]
fn errors_and_panics_are_counted_and_leave_the_rest() {
    let telemetry = Arc::default();
    let (sender, begun) = channel();
    let backends = ["first", "second"].map(|name| waiting(name, &sender).1);
    let lane = lane(backends.into(), &telemetry);
    for timestamp in [13, 14, 15] {
        lane.offer(&at(timestamp));
    }
    assert!(lane.join());
    let flushes: Vec<_> = begun.try_iter().map(|(_, timestamp)| timestamp).collect();
    assert_eq!(flushes, [13, 13, 14, 14, 15, 15, -1, -1]);
    let status = telemetry.backends.named("second");
    assert_eq!((status.flushes.get(), status.errors.get()), (3, 2));
    assert_eq!((status.last_exception.get(), status.last_flush.get()), (14, 15));
    assert_eq!(telemetry.backend_errors.get(), 4);
}

#[test]
fn the_end_does_not_wait_for_one_that_hangs() {
    let (sender, begun) = channel();
    let (go, mut hangs) = waiting("hangs", &sender);
    hangs.deadline = Duration::from_millis(20);
    let lane = lane(vec![hangs], &Arc::default());
    lane.offer(&at(1));
    assert_eq!(next(&begun), ("hangs", 1));
    assert!(!lane.join());
    drop(go);
}

#[test]
fn one_that_is_late_is_counted() {
    let telemetry = Arc::default();
    let (sender, begun) = channel();
    let (_, mut late) = waiting("late", &sender);
    late.deadline = Duration::ZERO;
    let lane = lane(vec![late], &telemetry);
    lane.offer(&at(1));
    // Dropped, not joined: its deadline is over before it begins.
    drop(lane);
    assert_eq!((next(&begun), next(&begun)), (("late", 1), ("late", -1)));
    assert_eq!(telemetry.backends.named("late").late.get(), 1);
}

#[test]
fn many_metrics_fill_the_queue_before_many_flushes_do() {
    let telemetry = Arc::default();
    let (sender, begun) = channel();
    let (go, slow) = waiting("slow", &sender);
    let lane = lane(vec![slow], &telemetry);
    lane.offer(&at(1));
    assert_eq!(next(&begun), ("slow", 1));
    let sets = (0..=LANE_METRICS_MAX / 2).map(|_| ("", 0)).collect();
    let large = Arc::new(Snapshot { sets, timestamp: 2, ..Snapshot::default() });
    lane.offer(&large);
    lane.offer(&large);
    lane.offer(&at(3));
    assert_eq!(telemetry.backends.named("slow").skipped.get(), 1);
    drop(go);
    assert!(lane.join());
    let rest: Vec<_> = begun.try_iter().map(|(_, timestamp)| timestamp).collect();
    assert_eq!(rest, [2, 3, -1]);
}

/// A lane whose backend is made by and by, and says when it was.
fn later(
    name: &'static str,
    begun: &Sender<(&'static str, i64)>,
    telemetry: &Arc<Telemetry>,
) -> Lane {
    let begun = begun.clone();
    let make: MakeBackends = Box::new(move || {
        begun.send((name, 0)).unwrap();
        let backend = waiting(name, &begun).1;
        Ok(vec![Box::new(backend)])
    });
    Lane::start_later(&[name], make, Arc::clone(telemetry)).unwrap()
}

#[test]
fn a_lane_takes_anothers_place_once_that_has_ended_and_loses_no_flush() {
    let telemetry = Arc::default();
    let (sender, begun) = channel();
    let (go, old) = waiting("old", &sender);
    let old = lane(vec![old], &telemetry);
    let new = later("new", &sender, &telemetry);
    old.offer(&at(1));
    assert_eq!(next(&begun), ("old", 1));
    new.follow(Some(old));
    new.offer(&at(2));
    new.offer(&at(3));
    assert!(begun.try_recv().is_err(), "the old one is still at work");
    drop(go);
    let told: Vec<_> = (0..4).map(|_| next(&begun)).collect();
    assert_eq!(told, [("old", -1), ("new", 0), ("new", 2), ("new", 3)]);
    assert!(new.join());
    assert_eq!(next(&begun), ("new", -1));
}

#[test]
fn the_end_waits_for_both_and_a_lane_that_nobody_uses_ends() {
    let telemetry = Arc::default();
    let (sender, begun) = channel();
    let (go, old) = waiting("old", &sender);
    let old = lane(vec![old], &telemetry);
    let new = later("new", &sender, &telemetry);
    old.offer(&at(1));
    new.follow(Some(old));
    new.offer(&at(2));
    assert_eq!(next(&begun), ("old", 1));
    new.close();
    drop(go);
    assert!(new.join());
    assert_eq!(begun.try_iter().last(), Some(("new", -1)));
    assert!(later("unused", &sender, &telemetry).join());
}

#[test]
fn a_lane_that_cannot_begin_fails_every_flush() {
    let telemetry = Arc::<Telemetry>::default();
    let make: MakeBackends = Box::new(|| Err(io::Error::other("no room")));
    let lane = Lane::start_later(&["broken"], make, Arc::clone(&telemetry)).unwrap();
    lane.follow(None);
    lane.offer(&at(1));
    lane.offer(&at(2));
    assert!(lane.join());
    assert_eq!(telemetry.backends.named("broken").errors.get(), 2);
}
