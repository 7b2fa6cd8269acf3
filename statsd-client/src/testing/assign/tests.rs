use super::*;

const fn exactly(times: usize) -> Times {
    Times { least: times, most: times }
}

/// What each expectation has of calls, each of which is given as the expectations that match it.
fn seen<const N: usize>(times: [Times; N], calls: &[&[usize]]) -> [usize; N] {
    let calls = calls.iter().map(|expectations| expectations.to_vec());
    let assignment = Assignment::of(times.to_vec(), calls);
    std::array::from_fn(|expectation| assignment.seen(expectation))
}

#[test]
fn a_call_that_two_expect_goes_to_the_one_that_needs_it() {
    let once = [exactly(1), exactly(1)];
    assert_eq!(seen(once, &[&[0, 1], &[0]]), [1, 1]);
    assert_eq!(seen(once, &[&[0, 1], &[1]]), [1, 1]);
    assert_eq!(seen(once, &[&[0, 1]]), [1, 0]);
    let thrice = [exactly(1), exactly(1), exactly(1)];
    assert_eq!(seen(thrice, &[&[0, 1], &[0, 2], &[0]]), [1, 1, 1]);
    assert_eq!(seen(thrice, &[&[0, 1], &[1, 2], &[0, 1]]), [1, 1, 1]);
}

#[test]
fn what_has_more_than_it_needs_hands_some_on() {
    let at_least_one = Times { least: 1, most: usize::MAX };
    assert_eq!(seen([at_least_one, exactly(2)], &[&[0, 1], &[0, 1], &[0, 1]]), [1, 2]);
    // Over one in between.
    let chain: [&[usize]; 4] = [&[0, 1], &[0, 1], &[1, 2], &[0]];
    assert_eq!(seen([at_least_one, exactly(1), exactly(1)], &chain), [2, 1, 1]);
    assert_eq!(seen([at_least_one, exactly(2)], &[&[0, 1], &[0, 1]]), [1, 1]);
}

#[test]
fn calls_without_a_place_count_for_the_first_that_matches_them() {
    assert_eq!(seen([exactly(1), exactly(1)], &[&[0, 1], &[0, 1], &[0, 1], &[]]), [2, 1]);
    assert_eq!(seen([exactly(1)], &[&[0], &[0]]), [2]);
    let at_most_two = Times { least: 0, most: 2 };
    assert_eq!(seen([at_most_two], &[&[0], &[0], &[0]]), [3]);
    assert_eq!(seen([], &[&[]]), [0; 0]);
}

#[test]
fn it_finds_what_trying_everything_finds() {
    // A fixed row of draws: a linear congruence.
    let mut state = 7_u32;
    let mut draw = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % below as usize
    };
    for _ in 0..3_000 {
        let times: [Times; 3] = std::array::from_fn(|_| {
            let least = draw(3);
            Times { least, most: least + draw(2) }
        });
        let calls: Vec<Vec<usize>> =
            (0..draw(6)).map(|_| (0..3).filter(|_| draw(2) == 1).collect()).collect();
        let found = seen(times, &calls.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let is_met = |counts: [usize; 3]| {
            times.iter().zip(counts).all(|(t, count)| (t.least..=t.most).contains(&count))
        };
        assert_eq!(is_met(found), can_be_met(&calls, [0; 3], &is_met), "{times:?} {calls:?}");
    }
}

fn can_be_met(
    calls: &[Vec<usize>],
    counts: [usize; 3],
    is_met: &dyn Fn([usize; 3]) -> bool,
) -> bool {
    let Some((call, rest)) = calls.split_first() else { return is_met(counts) };
    if call.is_empty() {
        return can_be_met(rest, counts, is_met);
    }
    call.iter().any(|&expectation| {
        let mut counts = counts;
        counts[expectation] += 1;
        can_be_met(rest, counts, is_met)
    })
}
