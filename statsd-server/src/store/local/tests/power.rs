//! The machine loses its power, and of what was written to files since their file system last confirmed it any
//! part is lost, slot by slot: the journal that is left makes good for all of it.
//!
//! What becomes of the journal itself is simulated with it. Here its files are what was committed, and the
//! time between two confirmations is short beside the finest archive, as it is everywhere.

use std::collections::BTreeMap;

use proptest::prelude::*;
use statsd_whisper::{AggregationMethod, Retention};

use super::*;

const ARCHIVES: [Retention; 3] = [
    Retention { seconds_per_point: 1, points: 600 },
    Retention { seconds_per_point: 5, points: 160 },
    Retention { seconds_per_point: 20, points: 60 },
];

/// Series with a file, one for each method, and those without one yet.
const NEW: [&str; 2] = ["stats_counts.new", "stats.new"];

fn name(series: usize) -> String {
    match AggregationMethod::ALL.get(series) {
        Some(method) => format!("old.{}", method.name()),
        None => NEW[series - AggregationMethod::ALL.len()].to_owned(),
    }
}

const SERIES: usize = AggregationMethod::ALL.len() + NEW.len();

/// In memory where that can be, as the test has file systems synced that others write to.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.unwrap();
    fs_err::create_dir(folder.path().join("old")).unwrap();
    for method in AggregationMethod::ALL {
        let path = folder.path().join(format!("old/{}.wsp", method.name()));
        Whisper::create(path, &ARCHIVES, method, 0.5).unwrap();
    }
    folder
}

/// Series' files, and their bytes.
type Files = BTreeMap<PathBuf, Vec<u8>>;

fn files(folder: &Path) -> Files {
    let files = tree(folder).into_iter().filter(|path| path.is_file());
    files.map(|path| (path.clone(), fs_err::read(path).unwrap())).collect()
}

/// Numbers that look random and are the same each time (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// A header takes four bytes more than some slots do.
const BEFORE_SLOTS: usize = 4;
const SLOT: usize = 12;

/// Leaves of what was written since `synced` any part.
fn lose_power(folder: &Path, synced: &Files, random: &mut Random) {
    for (path, mut bytes) in files(folder) {
        let length = usize::try_from(random.below(5_000)).unwrap();
        let Some(mut old) = synced.get(&path).cloned() else {
            match random.below(4) {
                0 => fs_err::remove_file(path).unwrap(),
                1 => fs_err::write(path, "").unwrap(),
                2 => fs_err::write(path, &bytes[..length]).unwrap(),
                _ => {}
            }
            continue;
        };
        // It may have been cut off, and been made whole since.
        old.resize(bytes.len(), 0);
        // How much of it is lost, of 16 parts.
        let lost = random.below(17);
        let slots = bytes.get_mut(BEFORE_SLOTS..).unwrap_or_default();
        let blocks = slots.chunks_mut(SLOT * 256);
        for (block, old) in
            blocks.zip(old.get(BEFORE_SLOTS..).unwrap_or_default().chunks(SLOT * 256))
        {
            if block == old {
                continue;
            }
            for (slot, old) in block.chunks_mut(SLOT).zip(old.chunks(SLOT)) {
                if random.below(16) < lost {
                    slot.copy_from_slice(old);
                }
            }
        }
        fs_err::write(path, bytes).unwrap();
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// Series, how long before now, value, whether it is added.
    Write(Vec<(usize, i64, i32, bool)>),
    Later(i64),
    Persist,
    PersistSome(usize),
    /// Has the file systems confirm what they have, and removes what of the journal is not needed then.
    Tend,
    Reopen,
    /// By this seed.
    LosePower(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let point = (0..SERIES, prop_oneof![5 => 0_i64..3, 2 => 0_i64..40], -9..10, any::<bool>());
    let step = prop_oneof![
        8 => prop::collection::vec(point, 1..12).prop_map(Step::Write),
        4 => (0_i64..12).prop_map(Step::Later),
        1 => Just(Step::Persist),
        3 => (1_usize..5).prop_map(Step::PersistSome),
        2 => Just(Step::Tend),
        1 => Just(Step::Reopen),
        3 => (1_u64..u64::MAX).prop_map(Step::LosePower),
    ];
    prop::collection::vec(step, 1..40)
}

/// A store, and what of its files is sure to be there after a loss of power.
struct Powered {
    open: Option<LocalStore>,
    synced: Files,
    /// Behind the store, which writes when it ends.
    folder: tempfile::TempDir,
}

impl Powered {
    fn new() -> Self {
        let folder = folder();
        let (open, synced) = (Some(open(folder.path())), files(folder.path()));
        Self { open, synced, folder }
    }

    fn open(&self) -> &LocalStore {
        self.open.as_ref().unwrap()
    }

    fn tend(&mut self) {
        let Inner { trimmed, .. } = &*self.open().inner;
        self.open().inner.journal().unwrap().roll().unwrap();
        let before = trimmed.load(Ordering::Relaxed);
        self.open().inner.tend_journal(Duration::ZERO);
        // It trims after it has synced, and at no other time.
        if trimmed.load(Ordering::Relaxed) > before {
            self.synced = files(self.folder.path());
        }
    }

    fn reopen(&mut self, lose: impl FnOnce(&Path, &Files)) {
        lose(self.folder.path(), &self.synced);
        self.synced = files(self.folder.path());
        self.open = Some(open(self.folder.path()));
    }

    fn take(&mut self, step: &Step, now: i64) {
        match step {
            Step::Write(_) | Step::Later(_) => {}
            Step::Persist => assert_eq!(self.open().persist_all(now), 0),
            Step::PersistSome(series) => {
                for _ in 0..*series {
                    let next = lock(&self.open().inner.intake).next();
                    if let Some(id) = next {
                        assert!(self.open().inner.persist(id, now));
                    }
                }
            }
            Step::Tend => self.tend(),
            Step::Reopen => {
                drop(self.open.take());
                self.reopen(|_, _| {});
            }
            Step::LosePower(seed) => {
                self.open.take().unwrap().crash();
                self.reopen(|folder, synced| lose_power(folder, synced, &mut Random(*seed)));
            }
        }
    }
}

/// At every resolution.
fn compare(store: &LocalStore, other: &LocalStore, now: i64) -> Result<(), TestCaseError> {
    for series in 0..SERIES {
        let name = name(series);
        for back in [7, 300, 590, 790, 1_190, 3_000, 100_000, 800_000] {
            let [mine, others] =
                [store, other].map(|store| store.fetch(&name, now - back, now, now).unwrap());
            prop_assert_eq!(mine, others, "{} {} s back from {}", name, back, now);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_loss_of_power_changes_no_answer_about_what_was_acknowledged(steps in steps()) {
        let mut store = Powered::new();
        // Writes all at once, and never loses anything.
        let (other_folder, mut now) = (folder(), NOW);
        let other = open(other_folder.path());
        for step in steps {
            match &step {
                Step::Write(points) => {
                    let names: Vec<_> = points.iter().map(|(series, ..)| name(*series)).collect();
                    let points = points.iter().zip(&names);
                    let batch: Vec<_> = points
                        .map(|(&(_, age, value, is_added), series)| {
                            let merge = if is_added { Merge::Add } else { Merge::Replace };
                            Write { series, timestamp: now - age, value: value.into(), merge }
                        })
                        .collect();
                    prop_assert_eq!(store.open().write(&batch, now).points, batch.len());
                    store.open().commit().unwrap();
                    other.write(&batch, now);
                    prop_assert_eq!(other.persist_all(now), 0);
                }
                Step::Later(seconds) => now += seconds,
                step => store.take(step, now),
            }
            compare(store.open(), &other, now)?;
        }
        prop_assert_eq!(store.open().persist_all(now), 0);
        compare(store.open(), &other, now)?;
    }
}
