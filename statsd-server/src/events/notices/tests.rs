use statsd_client::protocol::{Notice, notices};

use super::*;

fn event(line: &str) -> Event {
    match notices(line.as_bytes()).next() {
        Some(Ok(Notice::Event(event))) => Event::from(&event),
        other => panic!("{other:?}"),
    }
}

fn check(line: &str) -> ServiceCheck {
    match notices(line.as_bytes()).next() {
        Some(Ok(Notice::ServiceCheck(check))) => ServiceCheck::from(&check),
        other => panic!("{other:?}"),
    }
}

fn whats(notices: &Notices) -> Vec<&str> {
    notices.events().map(|event| &*event.what).collect()
}

#[test]
fn an_event_has_its_fields_as_tags_and_its_lines_back() {
    let event = event("_e{6,4}:it\\nis|a\\nb|d:17|h:web 1|k:x|p:low|s:git|t:error|#env:prod,,a b");
    assert_eq!((&*event.what, &*event.data, event.when), ("it\nis", "a\nb", Some(17)));
    let own = ["env:prod", "a_b", "host:web_1", "aggregation_key:x", "priority:low"];
    assert_eq!(event.tags[..5], own);
    assert_eq!(event.tags[5..], ["source_type:git", "alert_type:error"]);
}

#[test]
fn a_service_check_has_its_message_back_and_it_is_cut() {
    let read = check("_sc|db.up|2|h:a|#env:prod|m:m\\: one\\ntwo");
    assert_eq!((&*read.message, &*read.host, read.when), ("m: one\ntwo", "a", None));
    let long = "\u{e9}".repeat(SERVICE_CHECK_MESSAGE_MAX_BYTES);
    let message = check(&format!("_sc|db|0|m:x{long}")).message;
    assert_eq!(message.len(), SERVICE_CHECK_MESSAGE_MAX_BYTES - 1, "never inside of a character");
}

#[test]
fn the_oldest_events_leave_for_new_ones() {
    let mut kept = Notices::default();
    for n in 0..EVENTS_MAX + 3 {
        kept.add_event(event(&format!("_e{{5,0}}:{n:05}|")));
    }
    assert_eq!((kept.events().count(), kept.events_forgotten), (EVENTS_MAX, 3));
    assert_eq!(whats(&kept)[0], "00003");
    let large = Event { data: "x".repeat(EVENTS_HELD_MAX_BYTES / 2), ..Event::default() };
    kept.add_event(large.clone());
    kept.add_event(large);
    assert_eq!(kept.events().count(), 1, "so do those of too many bytes");
    assert!(kept.events_bytes <= EVENTS_HELD_MAX_BYTES);
}

#[test]
fn of_a_service_check_the_newest_result_is_kept() {
    let mut kept = Notices::default();
    for line in ["_sc|db|0", "_sc|db|2|#r:1", "_sc|db|1|h:a", "_sc|db|3|m:why"] {
        kept.add_check(check(line));
    }
    let states: Vec<_> = kept.checks().map(|check| check.status).collect();
    assert_eq!(states, [3, 2, 1], "tags and host tell them apart");
    for n in 0..SERVICE_CHECKS_MAX {
        kept.add_check(check(&format!("_sc|n{n}|0")));
    }
    assert_eq!((kept.checks().count(), kept.checks_forgotten), (SERVICE_CHECKS_MAX, 3));
    assert!(kept.checks().all(|check| check.name != "db"));
    kept.add_check(check(&format!("_sc|{}|0", "n".repeat(SERVICE_CHECK_KEY_MAX_BYTES))));
    assert_eq!(kept.checks_forgotten, 4);
}

#[test]
fn what_is_newer_comes_after_what_there_is() {
    let (mut old, mut new) = (Notices::default(), Notices::default());
    old.add_event(event("_e{1,0}:a|"));
    old.add_check(check("_sc|z|0"));
    for n in 0..=EVENTS_MAX {
        new.add_event(event(&format!("_e{{5,0}}:{n:05}|")));
    }
    new.add_check(check("_sc|z|1"));
    old.append(new);
    assert_eq!((whats(&old)[0], old.events_forgotten), ("00001", 2));
    assert_eq!(old.checks().map(|check| check.status).collect::<Vec<_>>(), [1]);
}
