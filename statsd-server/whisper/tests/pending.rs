//! Points that wait are read as if they were written: flushing now or later never changes an answer.
#![expect(
    clippy::unwrap_used,
    reason = "the lint does not see that functions outside of #[test] are tests here"
)]

use std::fs;

use proptest::prelude::*;
use statsd_whisper::{
    Accepted, AggregationMethod, Deferred, Fetched, Header, Pending, Retention, Rollups, Whisper,
};

const START: i64 = 1_772_600_123;

type Values = Vec<Option<u64>>;

/// Everything that can be asked of a file, NaN by its bits.
type Answers = (Vec<Option<(i64, i64, Values)>>, Values);

fn bits(values: &[Option<f64>]) -> Values {
    values.iter().map(|value| value.map(f64::to_bits)).collect()
}

fn plain(fetched: Option<Fetched>) -> Option<(i64, i64, Values)> {
    fetched.map(|fetched| (fetched.start, fetched.step, bits(&fetched.values)))
}

fn ranges(now: i64) -> impl Iterator<Item = (i64, i64)> {
    [0, 1, 3, 9, 12, 20, 50, 90, 200].into_iter().flat_map(move |from| {
        [0, 2, 11, 40].map(|until| (now - from, (now - until).max(now - from)))
    })
}

fn answers<'p>(file: &Whisper, pending: impl Into<Pending<'p>>, now: i64) -> Answers {
    let pending = pending.into();
    let mut fetched = Vec::new();
    for (from, until) in ranges(now) {
        fetched.push(plain(file.fetch_with(pending, from, until, now).unwrap()));
        for archive in file.header().archives() {
            let step = archive.retention().seconds_per_point;
            let answer = file.fetch_archive_with(pending, step, from, until, now).unwrap();
            fetched.push(plain(answer));
        }
    }
    let values: Vec<_> =
        (now - 30..now + 5).map(|time| file.value_at_with(pending, time).unwrap()).collect();
    (fetched, bits(&values))
}

fn archives() -> impl Strategy<Value = Vec<Retention>> {
    let list = |list: &[(u32, u32)]| {
        let list = list.iter();
        list.map(|&(seconds_per_point, points)| Retention { seconds_per_point, points }).collect()
    };
    proptest::sample::select(vec![
        list(&[(1, 12), (4, 9), (12, 7)]),
        list(&[(1, 6), (6, 3)]),
        list(&[(2, 20), (10, 12)]),
        list(&[(3, 17)]),
        list(&[(1, 60), (10, 20), (60, 30)]),
        list(&[(1, 200), (5, 60), (20, 40), (40, 30)]),
        list(&[(1, 80), (2, 50), (10, 30), (100, 20)]),
    ])
}

/// Passed since the one before, age when accepted (late, and a little into the future), value.
fn points() -> impl Strategy<Value = Vec<(i64, i64, f64)>> {
    // Now and then the clock is set back.
    let passed = prop_oneof![24 => 0_i64..3, 8 => 3_i64..20, 4 => 20_i64..200, 1 => -300_i64..0];
    let age = prop_oneof![6 => 0_i64..4, 2 => -1_i64..30, 1 => 30_i64..120];
    let value = prop_oneof![12 => (-40_i32..40).prop_map(f64::from), 1 => Just(f64::NAN)];
    let mixed = proptest::collection::vec((passed, age, value.clone()), 1..60);
    // As they come from one sender: in order, with gaps, long runs of them together.
    let passed = prop_oneof![8 => 1_i64..3, 2 => 0_i64..12, 1 => 12_i64..70];
    let steady = (0_i64..8).prop_flat_map(move |age| {
        proptest::collection::vec((passed.clone(), Just(age), value.clone()), 1..60)
    });
    prop_oneof![mixed, steady]
}

fn accepted(points: &[(i64, i64, f64)]) -> Vec<Accepted> {
    let mut at = START;
    let word = |time: i64| u32::try_from(time).unwrap();
    let accept = |&(passed, age, value): &(i64, i64, f64)| {
        at += passed;
        Accepted { timestamp: word(at - age), at: word(at), value }
    };
    points.iter().map(accept).collect()
}

/// Each at its time: what all others must equal.
fn one_by_one(mut file: Whisper, points: &[Accepted]) -> Whisper {
    for point in points {
        let _ = file.update(point.timestamp.into(), point.value, point.at.into()).unwrap();
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn whatever_was_flushed_the_answers_are_the_same(
        archives in archives(),
        method in proptest::sample::select(AggregationMethod::ALL.to_vec()),
        x_files_factor in proptest::sample::select(vec![0.0_f32, 0.3, 0.5, 1.0]),
        points in points(),
        cuts in proptest::collection::vec(0_usize..60, 0..6),
        later in 0_i64..40,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let points = accepted(&points);
        let now = i64::from(points.last().unwrap().at) + later;
        let create = |name: &str| {
            Whisper::create(folder.path().join(name), &archives, method, x_files_factor).unwrap()
        };
        let single = one_by_one(create("single"), &points);
        let expected = answers(&single, Pending::default(), now);

        let header = Header::new(&archives, method, x_files_factor).unwrap();
        for (at, (from, until)) in ranges(now).enumerate() {
            let pending = plain(header.fetch_pending(&points, from, until, now).unwrap());
            prop_assert_eq!(&pending, &expected.0[at * (archives.len() + 1)]);
        }

        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(points.len())).collect();
        cuts.extend([0, points.len()]);
        cuts.sort_unstable();
        let mut batched = create("batched");
        prop_assert_eq!(&answers(&batched, &points[..], now), &expected);
        for cut in cuts.windows(2) {
            let counts = batched.update_accepted(&points[cut[0]..cut[1]]).unwrap();
            prop_assert_eq!(counts.written + counts.too_old + counts.future, cut[1] - cut[0]);
            prop_assert_eq!(&answers(&batched, &points[cut[1]..], now), &expected);
        }
        let bytes = |file: &Whisper| fs::read(file.path()).unwrap();
        prop_assert!(bytes(&batched) == bytes(&single), "other bytes");
        // Another reader, who has learnt nothing on the way.
        let again = Whisper::open_read_only(batched.path()).unwrap();
        prop_assert_eq!(&answers(&again, Pending::default(), now), &expected);
    }
    #[test]
    fn whatever_was_put_off_the_answers_are_the_same(
        archives in archives(),
        method in proptest::sample::select(AggregationMethod::ALL.to_vec()),
        x_files_factor in proptest::sample::select(vec![0.0_f32, 0.3, 0.5, 1.0]),
        points in points(),
        calls in proptest::collection::vec((0_usize..60, 0_u8..8), 0..10),
        made_by_us in any::<bool>(),
        later in 0_i64..40,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let points = accepted(&points);
        let now = i64::from(points.last().unwrap().at) + later;
        let create = |name: &str| {
            Whisper::create(folder.path().join(name), &archives, method, x_files_factor).unwrap()
        };
        let single = one_by_one(create("single"), &points);
        let expected = answers(&single, Pending::default(), now);

        let mut file = create("a");
        if !made_by_us {
            // What stands in it is not known then.
            file = Whisper::open(file.path()).unwrap();
        }
        let mut deferred: Option<Deferred> = None;
        let mut written = 0;
        for (cut, how) in calls.into_iter().chain([(60, 0)]) {
            let until = cut.clamp(written, points.len());
            let rollups = if how == 7 { Rollups::AtOnce } else { Rollups::Deferred };
            let _ = file.update_with(&points[written..until], rollups, &mut deferred).unwrap();
            written = until;
            if how == 6 && let Some(made) = deferred.take() {
                file.roll_up(made).unwrap();
            }
            let pending = Pending { points: &points[written..], deferred };
            prop_assert_eq!(&answers(&file, pending, now), &expected);
        }
        if let Some(made) = deferred {
            file.roll_up(made).unwrap();
        }
        let again = Whisper::open_read_only(file.path()).unwrap();
        prop_assert_eq!(&answers(&again, Pending::default(), now), &expected);
    }
}
