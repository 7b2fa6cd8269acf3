use super::*;

fn event(what: &str, when: Option<i64>, tags: &[&str]) -> Event {
    let tags = tags.iter().map(|&tag| tag.to_owned()).collect();
    Event { what: what.to_owned(), when, tags, ..Event::default() }
}

fn log() -> EventLog {
    let log = EventLog::default();
    let mut notices = Notices::default();
    notices.add_event(event("now", None, &["a", "b"]));
    notices.add_event(event("before", Some(50), &["a"]));
    log.add(notices, 100);
    let mut notices = Notices::default();
    notices.add_event(event("later", None, &["c"]));
    log.add(notices, 110);
    log
}

fn found(from: i64, until: i64, tags: &[&str], any: bool) -> Vec<(u64, String)> {
    let wanted = Wanted { from, until, tags: tags.to_vec(), any };
    log().find(&wanted).into_iter().map(|event| (event.id, event.what)).collect()
}

#[test]
fn events_come_by_their_time_with_numbers_of_their_arrival() {
    let all = [(2, "before".to_owned()), (1, "now".to_owned()), (3, "later".to_owned())];
    assert_eq!(found(0, 200, &[], false), all);
    assert_eq!(found(50, 100, &[], false), all[..2], "both ends are in it");
    assert_eq!(found(51, 99, &[], false), []);
}

#[test]
fn all_tags_are_wanted_or_any() {
    let names = |tags: &[&str], any| -> Vec<String> {
        found(0, 200, tags, any).into_iter().map(|(_, what)| what).collect()
    };
    assert_eq!(names(&["a"], false), ["before", "now"]);
    assert_eq!(names(&["a", "b"], false), ["now"]);
    assert_eq!(names(&["b", "c"], true), ["now", "later"]);
    assert_eq!(names(&["b", "c"], false), [""; 0]);
    assert_eq!(names(&[], true), ["before", "now", "later"]);
}

#[test]
fn what_is_no_longer_kept_is_told_once() {
    let log = EventLog::default();
    let mut notices = Notices::default();
    for _ in 0..crate::limits::EVENTS_MAX + 2 {
        notices.add_event(event("x", None, &[]));
    }
    assert_eq!(log.add(notices, 1), (2, 0));
    assert_eq!(log.add(Notices::default(), 2), (0, 0));
}
