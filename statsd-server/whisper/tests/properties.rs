//! A file answers what a map in memory would, and no bytes make it panic or reach outside.
#![expect(
    clippy::unwrap_used,
    reason = "the lint does not see that functions outside of #[test] are tests here"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use statsd_whisper::{AggregationMethod, Outcome, Point, Retention, Whisper};

const START: i64 = 1_772_600_123;
const RETENTIONS: [Retention; 3] = [
    Retention { seconds_per_point: 1, points: 12 },
    Retention { seconds_per_point: 4, points: 9 },
    Retention { seconds_per_point: 12, points: 7 },
];

/// An archive without a file: what was written last into the slot of each residue.
struct Model {
    step: i64,
    points: i64,
    slots: BTreeMap<i64, (i64, f64)>,
}

impl Model {
    fn oldest(&self, now: i64) -> i64 {
        now - now % self.step - (self.points - 1) * self.step
    }

    fn put(&mut self, interval: i64, value: f64) {
        self.slots.insert(interval / self.step % self.points, (interval, value));
    }

    /// The interval and the value that stand where this one would.
    fn at(&self, interval: i64) -> Option<(i64, f64)> {
        self.slots.get(&(interval / self.step % self.points)).copied()
    }

    fn value(&self, interval: i64) -> Option<f64> {
        self.at(interval).filter(|(stored, _)| *stored == interval).map(|(_, value)| value)
    }
}

fn new_model() -> Vec<Model> {
    RETENTIONS
        .map(|retention| Model {
            step: retention.seconds_per_point.into(),
            points: retention.points.into(),
            slots: BTreeMap::new(),
        })
        .into()
}

/// One point by the rules as the documentation tells them (sum, at least half of it known).
fn put(model: &mut [Model], point: Point, now: i64) -> Outcome {
    if point.timestamp > now {
        return Outcome::Future;
    }
    let Some(first) = model.iter().position(|archive| point.timestamp >= archive.oldest(now))
    else {
        return Outcome::TooOld;
    };
    let mut interval = point.timestamp - point.timestamp % model[first].step;
    model[first].put(interval, point.value);
    for coarser in first + 1..model.len() {
        let (fine, coarse) = (&model[coarser - 1], &model[coarser]);
        interval -= interval % coarse.step;
        let window: Vec<i64> =
            (0..coarse.step / fine.step).map(|i| interval + i * fine.step).collect();
        let known: Vec<f64> = window.iter().filter_map(|i| fine.value(*i)).collect();
        let lapped = window.iter().any(|i| fine.at(*i).is_some_and(|(stored, _)| stored > *i));
        let kept = lapped && coarse.value(interval).is_some();
        if known.len() * 2 < window.len() || kept || interval < coarse.oldest(now) {
            break;
        }
        model[coarser].put(interval, known.iter().sum());
    }
    Outcome::Written
}

fn create(folder: &Path) -> Whisper {
    Whisper::create(folder.join("a.wsp"), &RETENTIONS, AggregationMethod::Sum, 0.5).unwrap()
}

fn check_same(file: &Whisper, model: &[Model], now: i64) -> Result<(), TestCaseError> {
    for archive in model {
        let step = u32::try_from(archive.step).unwrap();
        let from = archive.oldest(now) - archive.step;
        let fetched = file.fetch_archive(step, from, now, now).unwrap().unwrap();
        let expected: Vec<_> = (0..archive.points)
            .map(|i| archive.value(archive.oldest(now) + i * archive.step))
            .collect();
        prop_assert_eq!(fetched.start, archive.oldest(now));
        prop_assert_eq!(fetched.values, expected, "step {}", step);
    }
    Ok(())
}

fn value() -> impl Strategy<Value = f64> {
    (-100_i32..100).prop_map(f64::from)
}

proptest! {
    #[test]
    fn single_updates_read_back_as_a_map_would_have_them(
        points in proptest::collection::vec((0_i64..9, -3_i64..100, value()), 1..80),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, mut model) = (create(folder.path()), new_model());
        let mut now = START;
        for (passed, age, value) in points {
            now += passed;
            let point = Point { timestamp: now - age, value };
            let outcome = file.update(point.timestamp, value, now).unwrap();
            prop_assert_eq!(outcome, put(&mut model, point, now));
            prop_assert_eq!(file.value_at(point.timestamp).unwrap(), model[0].value(point.timestamp));
            check_same(&file, &model, now)?;
        }
    }

    #[test]
    fn a_batch_in_order_of_time_is_its_points_one_by_one(
        batches in proptest::collection::vec((0_i64..30, 1_i64..=12), 1..20),
    ) {
        // Up to as long as the finest archive: the last points take the slots of earlier ones.
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let (mut batched, mut single) = (create(folder.path()), create(other.path()));
        let mut now = START;
        for (silence, count) in batches {
            let points: Vec<_> = (1..=count)
                .map(|i| Point { timestamp: now + silence + i, value: i as f64 })
                .collect();
            now += silence + count;
            for point in &points {
                let _ = single.update(point.timestamp, point.value, point.timestamp).unwrap();
            }
            let counts = batched.update_many(&points, now).unwrap();
            prop_assert_eq!(counts.written, points.len());
            for step in [1, 4, 12] {
                prop_assert_eq!(batched.points(step).unwrap(), single.points(step).unwrap());
            }
        }
    }

    #[test]
    fn no_damage_makes_a_file_panic_or_grow_or_be_read_past_its_end(
        damage in proptest::collection::vec((0_usize..80, any::<u8>()), 0..8),
        length in prop_oneof![3 => Just(388_usize), 1 => 0_usize..388],
        points in proptest::collection::vec((-50_i64..200, value()), 1..20),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wsp");
        let mut file = create(folder.path());
        let _ = file.update(START, 1.0, START).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        prop_assert_eq!(bytes.len(), 388);
        for (at, byte) in damage {
            bytes[at] = byte;
        }
        bytes.truncate(length);
        check_hostile(&path, &bytes, &points)?;
    }

    #[test]
    fn no_random_bytes_make_a_file_panic_or_grow(
        header in proptest::collection::vec(prop_oneof![0_u32..40, any::<u32>()], 0..20),
        data in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wsp");
        let mut bytes: Vec<u8> = header.into_iter().flat_map(u32::to_be_bytes).collect();
        bytes.extend(data);
        check_hostile(&path, &bytes, &[(0, 1.0), (7, 2.0)])?;
    }
}

/// Whatever the bytes: opened or refused, but if opened then whole, and never changed in size.
fn check_hostile(path: &Path, bytes: &[u8], points: &[(i64, f64)]) -> Result<(), TestCaseError> {
    fs::write(path, bytes).unwrap();
    let Ok(mut file) = Whisper::open(path) else { return Ok(()) };
    for now in [START, 0, 100, u32::MAX.into()] {
        let batch: Vec<_> = points
            .iter()
            .map(|(age, value)| Point { timestamp: now - age, value: *value })
            .collect();
        for point in &batch {
            let _ = file.update(point.timestamp, point.value, now).unwrap();
            file.value_at(point.timestamp).unwrap();
        }
        let counts = file.update_many(&batch, now).unwrap();
        let sum = counts.written + counts.superseded + counts.too_old + counts.future;
        prop_assert_eq!(sum, batch.len());
        file.fetch(0, now, now).unwrap();
        for archive in file.header().archives() {
            let points = archive.retention().points;
            let step = archive.retention().seconds_per_point;
            prop_assert!(file.points(step).unwrap().len() <= points as usize);
            let fetched = file.fetch_archive(step, i64::MIN, i64::MAX, now).unwrap().unwrap();
            prop_assert!(fetched.values.len() <= points as usize);
        }
    }
    let after = fs::read(path).unwrap();
    prop_assert_eq!(after.len(), bytes.len());
    let archives = file.header().archives();
    let table = 16 + 12 * archives.len();
    prop_assert_eq!(&after[..table], &bytes[..table]);
    Ok(())
}
