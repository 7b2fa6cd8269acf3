//! Whenever points are written to their files, the answers are those of a store that writes each point to
//! its file at once.
//!
//! One thing is left out: points too late for the finest archive, which replace a coarse value, where they
//! were written and the process ended before the journal was trimmed. They are written again then, and the
//! fine values of their coarse slot, if newer ones have taken their places, do not win it back.

use proptest::prelude::*;
use statsd_whisper::{AggregationMethod, Retention};

use super::*;
use crate::store::Schemas;

/// The archives of the files that are there before: short ones, so that slots are used anew, and others
/// that are long enough for coarse values to be put off.
const ARCHIVES: [[Retention; 3]; 2] = [archives(20, 16, 12), archives(100, 60, 20)];

const fn archives(seconds: u32, fives: u32, twenties: u32) -> [Retention; 3] {
    [
        Retention { seconds_per_point: 1, points: seconds },
        Retention { seconds_per_point: 5, points: fives },
        Retention { seconds_per_point: 20, points: twenties },
    ]
}

const METHODS: [AggregationMethod; 8] = [
    AggregationMethod::Average,
    AggregationMethod::Sum,
    AggregationMethod::Last,
    AggregationMethod::Max,
    AggregationMethod::Min,
    AggregationMethod::AvgZero,
    AggregationMethod::AbsMax,
    AggregationMethod::AbsMin,
];

/// Series without a file, behind those with one for each method.
const NEW: [&str; 2] = ["stats_counts.new", "stats.new"];

fn name(series: usize) -> String {
    match METHODS.get(series) {
        Some(method) => format!("old.{method:?}"),
        None => NEW[series - METHODS.len()].to_owned(),
    }
}

fn make_files(folder: &Path) {
    fs_err::create_dir(folder.join("old")).unwrap();
    for (at, method) in METHODS.into_iter().enumerate() {
        let path = folder.join(format!("old/{method:?}.wsp"));
        let x_files_factor = [0.0, 0.5][at % 2];
        Whisper::create(path, &ARCHIVES[at / 2 % 2], method, x_files_factor).unwrap();
    }
}

/// Writes every point at once.
struct Reference {
    folder: tempfile::TempDir,
}

impl Reference {
    fn open(&self, name: &str, create: bool) -> Option<Whisper> {
        let path = self.folder.path().join(format!("{}.wsp", name.replace('.', "/")));
        if !path.exists() {
            if !create {
                return None;
            }
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            let new = Schemas::default().of(name, INTERVAL);
            Whisper::create(&path, &new.archives, new.method, new.x_files_factor).unwrap();
        }
        Some(Whisper::open(path).unwrap())
    }

    fn write(&self, write: &Write<'_>, now: i64) {
        let mut file = self.open(write.series, true).unwrap();
        let standing = file.value_at(write.timestamp).unwrap().filter(|value| value.is_finite());
        let step = file.header().archives()[0].step() as f64;
        let value = match (standing, write.merge) {
            (None, Merge::AddRate) => write.value * (10.0 / step).min(1.0),
            (None, _) | (_, Merge::Replace) => write.value,
            (Some(standing), Merge::Add) => standing + write.value,
            (Some(standing), Merge::AddRate) => standing + write.value * (10.0 / step).min(1.0),
            (Some(standing), Merge::Min) => standing.min(write.value),
            (Some(standing), Merge::Max) => standing.max(write.value),
        };
        let _ = file.update(write.timestamp, value, now.max(write.timestamp)).unwrap();
    }

    fn fetch(&self, name: &str, from: i64, until: i64, now: i64) -> Option<Fetched> {
        self.open(name, false)?.fetch(from, until, now).unwrap().map(Fetched::from)
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// Series, how long before now, value, merge.
    Write(Vec<(usize, i64, i32, Merge)>),
    Later(i64),
    Persist,
    PersistSome(usize),
    PersistPoints,
    /// What was put off, as so many seconds later.
    RollUp(i64),
    Reopen,
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let merge = prop_oneof![
        3 => Just(Merge::Replace),
        2 => Just(Merge::Add),
        1 => Just(Merge::AddRate),
        1 => Just(Merge::Min),
        1 => Just(Merge::Max),
    ];
    let age = prop_oneof![5 => 0_i64..3, 3 => 0_i64..30, 2 => -60_i64..260, 1 => 0_i64..4_000];
    let series = 0..METHODS.len() + NEW.len();
    let write = prop::collection::vec((series, age, -9..10, merge), 1..8);
    let step = prop_oneof![
        8 => write.prop_map(Step::Write),
        4 => prop_oneof![0_i64..3, 0_i64..40].prop_map(Step::Later),
        1 => Just(Step::Persist),
        3 => (0_usize..4).prop_map(Step::PersistSome),
        1 => Just(Step::PersistPoints),
        1 => (0_i64..2_000).prop_map(Step::RollUp),
        1 => Just(Step::Reopen),
        2 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..30)
}

fn persist_some(store: &LocalStore, now: i64, series: usize) {
    for _ in 0..series {
        let next = lock(&store.inner.intake).next();
        if let Some(id) = next {
            assert!(store.inner.persist(id, now));
        }
    }
}

fn compare(store: &LocalStore, reference: &Reference, now: i64) -> Result<(), TestCaseError> {
    for series in 0..METHODS.len() + NEW.len() {
        let name = name(series);
        // Each archive is the finest that reaches back as far as one of these.
        for back in [7, 19, 33, 79, 150, 239, 3_000, 100_000, 800_000] {
            let (from, until) = (now - back, now);
            let answer = store.fetch(&name, from, until, now).unwrap();
            let expected = reference.fetch(&name, from, until, now);
            let (answer, expected) = (&answer, &expected);
            prop_assert_eq!(answer, expected, "{} {} s back from {}", name, back, now);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn when_points_are_written_to_files_changes_no_answer(steps in steps()) {
        let reference = Reference { folder: tempfile::tempdir().unwrap() };
        let folder = tempfile::tempdir().unwrap();
        make_files(reference.folder.path());
        make_files(folder.path());
        let mut store = open(folder.path());
        let mut now = NOW;
        let (mut is_late, mut is_written) = (false, false);
        for step in steps {
            match step {
                Step::Write(points) => {
                    let names: Vec<_> = points.iter().map(|(series, ..)| name(*series)).collect();
                    let batch: Vec<_> = points
                        .into_iter()
                        .zip(&names)
                        .map(|((_, age, value, merge), series)| {
                            Write { series, timestamp: now - age, value: value.into(), merge }
                        })
                        .collect();
                    store.write(&batch, now);
                    is_late |= batch.iter().any(|write| now - write.timestamp >= 19);
                    for write in &batch {
                        reference.write(write, now);
                    }
                }
                Step::Later(seconds) => now += seconds,
                Step::Persist => {
                    is_written = true;
                    prop_assert_eq!(store.persist_all(now), 0);
                }
                Step::PersistSome(series) => {
                    is_written = true;
                    persist_some(&store, now, series);
                }
                Step::PersistPoints => {
                    is_written = true;
                    prop_assert_eq!(store.persist_points(now), 0);
                }
                Step::RollUp(later) => store.inner.roll_up_due(now + later, || true),
                Step::Crash if is_late && is_written => {}
                Step::Reopen => {
                    (is_late, is_written) = (false, false);
                    drop(store);
                    store = open(folder.path());
                }
                Step::Crash => {
                    // Nothing is written that was not.
                    store.crash();
                    store = open(folder.path());
                }
            }
            compare(&store, &reference, now)?;
        }
        store.persist_all(now);
        compare(&store, &reference, now)?;
    }
}
