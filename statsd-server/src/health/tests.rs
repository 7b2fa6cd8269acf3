use super::*;

#[test]
fn it_is_ready_while_it_receives_and_is_up() {
    let health = Health::new(true);
    assert_eq!(health.not_ready(), ["it does not receive yet"]);
    health.receives();
    assert_eq!(health.not_ready(), [""; 0]);
    health.set(false);
    health.stops();
    assert_eq!(health.not_ready(), ["it is about to end", "its health is down: somebody said so"]);
}

#[test]
fn it_is_healthy_while_threads_run_and_flushes_come() {
    let (health, start) = (Health::default(), Instant::now());
    assert_eq!(health.unhealthy(start), [""; 0], "it has not begun");
    health.flushed(start, Duration::from_millis(10));
    assert_eq!(health.unhealthy(start + SILENT_FLUSHES_MIN), [""; 0], "a machine may be busy");
    let late = start + SILENT_FLUSHES_MIN + Duration::from_secs(1);
    assert_eq!(health.unhealthy(late).len(), 1);
    health.flushed(late, Duration::from_secs(3_600));
    assert_eq!(health.unhealthy(late + Duration::from_secs(3 * 3_600)), [""; 0]);
    health.ended(vec!["the flush thread"]);
    assert_eq!(health.unhealthy(late), ["the flush thread has ended"]);
}
