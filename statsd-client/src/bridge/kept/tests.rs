use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{CHAIN_MAX, Kept};

#[test]
fn a_value_is_made_once_and_found_again() {
    let kept = Kept::new();
    assert_eq!(kept.get_or_make(7, &"a", || 1), Some(&1));
    assert_eq!(kept.get_or_make(7, &"a", || 2), Some(&1));
}

#[test]
fn keys_of_one_hash_are_kept_apart() {
    let kept = Kept::new();
    assert_eq!(kept.get_or_make(7, &"a", || 1), Some(&1));
    assert_eq!(kept.get_or_make(7, &"b", || 2), Some(&2));
    assert_eq!(kept.get_or_make(7, &"a", || 3), Some(&1));
}

#[test]
fn what_finds_no_room_is_refused_and_counted_and_the_rest_stays() {
    let kept = Kept::with_buckets(1);
    for key in 0..CHAIN_MAX {
        assert_eq!(kept.get_or_make(key as u64, &key, || key), Some(&key));
    }
    assert_eq!(kept.refused(), 0);
    assert_eq!(kept.get_or_make(99, &99, || 99), None);
    assert_eq!(kept.get_or_make(99, &99, || 99), None);
    assert_eq!(kept.refused(), 2);
    assert_eq!(kept.get_or_make(3, &3, || 99), Some(&3));
}

#[test]
fn threads_that_ask_at_once_get_the_same_value() {
    let kept = Kept::with_buckets(1);
    let (made, start) = (AtomicUsize::new(0), Barrier::new(4));
    let ask = || {
        start.wait();
        let make = || made.fetch_add(1, Ordering::Relaxed);
        (0..CHAIN_MAX).map(|key| kept.get_or_make(0, &key, make).copied()).collect::<Vec<_>>()
    };
    let answers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    assert!(answers[0].iter().all(Option::is_some));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}
