use super::*;

fn members(range: std::ops::Range<u32>, exact_max: usize) -> Members {
    let mut members = Members::default();
    for n in range {
        let member = format!("user-{n}");
        if !members.holds(member.as_bytes()) {
            members.insert(member.as_bytes(), exact_max);
        }
    }
    members
}

#[test]
fn an_estimate_is_right_to_a_few_standard_errors_at_any_size() {
    for size in [1, 10, 1_000, 16_384, 50_000, 200_000] {
        let found = members(0..size, 0).len() as f64;
        let error = (found / f64::from(size) - 1.0).abs();
        assert!(error <= 3.0 * 0.0081, "{found} for {size}");
    }
}

#[test]
fn members_that_come_again_change_nothing() {
    let mut all = members(0..5_000, 100);
    let before = all.len();
    all.append(&mut members(0..5_000, 10_000), 100);
    assert!(all.is_estimated());
    assert_eq!(all.len(), before);
}

#[test]
fn sets_of_both_kinds_merge() {
    for (own, other) in [(0, 1_000), (1_000, 0), (0, 0)] {
        let mut all = members(0..100, own);
        all.append(&mut members(50..150, other), 1_000);
        assert!(all.is_estimated());
        let found = all.len();
        assert!((147..=153).contains(&found), "{found} for 150");
    }
    let mut exact = members(0..100, 1_000);
    exact.append(&mut members(50..150, 1_000), 1_000);
    assert_eq!((exact.len(), exact.is_estimated()), (150, false));
    exact.append(&mut members(150..2_000, 10_000), 1_000);
    assert!(exact.is_estimated());
}

#[test]
fn an_emptied_set_counts_exactly_again() {
    let mut set = members(0..10, 5);
    set.reset();
    assert!(set.is_empty() && !set.is_estimated());
    assert_eq!(set.would_save(), None);
    let large = members(0..2_000, 10_000);
    let held: usize = large.exact().map(|member| held_bytes(member)).sum();
    assert_eq!(large.would_save(), Some(held - REGISTERS));
}
