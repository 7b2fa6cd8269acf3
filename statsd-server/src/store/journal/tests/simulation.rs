//! Runs of a journal on a disk that fails and forgets: whatever happens, in whatever order, what was
//! committed comes back, once, and in its order. A seed is a run; a failure says which.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::super::{Entry, Journal, JournalOptions, Segment};
use super::FOLDER;
use super::simulated::{Crash, Faults, Random, SimulatedDisk};
use crate::store::index::SeriesId;

/// Seeds of an ordinary run; `STATSD_SEEDS` asks for more, `STATSD_SEED` for one.
const SEEDS: u64 = 1_000;

/// Things that happen in a run.
const STEPS: usize = 60;

/// Numbers of series at one time.
const SERIES: usize = 6;

/// What was done with a point that was given to the journal. Its value is its number, so that it can be
/// told from all others.
#[derive(Debug, Clone)]
struct Given {
    name: String,
    timestamp: u32,
    at: u32,
    /// Where it was appended; nothing if it could not be.
    segment: Option<Segment>,
    is_committed: bool,
    /// Nobody needs it any more.
    is_done: bool,
}

struct Run {
    seed: u64,
    random: Random,
    disk: SimulatedDisk,
    options: JournalOptions,
    journal: Journal,
    given: Vec<Given>,
    /// By number: which name it stands for.
    names: Vec<String>,
    clock: u32,
    has_faults: bool,
    has_lost_power: bool,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let disk = SimulatedDisk::new(random.next());
        let options = JournalOptions {
            segment_bytes: 64 + random.next() % 2_000,
            max_bytes: if random.one_in(4) { 1_500 } else { 1 << 20 },
            sync_interval: Duration::from_secs(1),
        };
        let journal = open(&disk, &options, &mut |_| panic!("nothing was given")).0;
        let names = (0..SERIES).map(|number| format!("series.{number}")).collect();
        let (given, clock) = (Vec::new(), 1_000);
        let (has_faults, has_lost_power) = (false, false);
        Self {
            seed,
            random,
            disk,
            options,
            journal,
            given,
            names,
            clock,
            has_faults,
            has_lost_power,
        }
    }

    fn step(&mut self) {
        match self.random.below(20) {
            0..=9 => self.append(),
            10..=12 => self.commit(),
            13..=14 => self.trim(),
            15 => {
                let _ = self.journal.roll();
            }
            16 => self.change_faults(),
            17 => self.settle(),
            18 if self.random.one_in(2) => self.restart(Crash::Kill),
            _ if self.random.one_in(2) => self.restart(Crash::Power),
            _ => {}
        }
    }

    fn append(&mut self) {
        self.clock += u32::try_from(self.random.below(3)).expect("small");
        let count = 1 + self.random.below(12);
        let first = self.given.len();
        let mut series = Vec::new();
        for _ in 0..count {
            let number = self.random.below(SERIES);
            series.push(number);
            self.given.push(Given {
                name: self.names[number].clone(),
                timestamp: self.clock - u32::try_from(self.random.below(100)).expect("small"),
                at: self.clock,
                segment: None,
                is_committed: false,
                is_done: false,
            });
        }
        let entries: Vec<Entry<'_>> = series
            .iter()
            .zip(&self.given[first..])
            .enumerate()
            .map(|(offset, (&number, given))| Entry {
                series: SeriesId(u32::try_from(number).expect("small")),
                name: &given.name,
                timestamp: given.timestamp,
                value: (first + offset) as f64,
            })
            .collect();
        if let Ok(segment) = self.journal.append(&entries, self.clock) {
            for given in &mut self.given[first..] {
                given.segment = Some(segment);
            }
        }
    }

    fn commit(&mut self) {
        if self.journal.commit().is_ok() {
            for given in self.given.iter_mut().filter(|given| given.segment.is_some()) {
                given.is_committed = true;
            }
        }
    }

    /// As if all points up to some segment were in their files.
    fn trim(&mut self) {
        let back = u32::try_from(self.random.below(4)).expect("small");
        let needed = Segment(self.journal.current().0.saturating_sub(back));
        for given in &mut self.given {
            given.is_done |= given.segment.is_none_or(|segment| segment < needed);
        }
        self.journal.trim(needed);
    }

    fn change_faults(&mut self) {
        let faults = match self.random.below(3) {
            0 => Faults::OneIn(2 + self.random.below(20)),
            1 => Faults::Full,
            _ => Faults::Never,
        };
        self.has_faults |= faults != Faults::Never;
        self.disk.set_faults(faults);
    }

    /// As if the points of the doubtful segments had been written to their files.
    fn settle(&mut self) {
        for segment in self.journal.doubtful() {
            self.give_up(segment);
            self.journal.settle(segment);
        }
    }

    fn give_up(&mut self, segment: Segment) {
        for given in &mut self.given {
            given.is_done |= given.segment.is_some_and(|first| first <= segment);
        }
    }

    fn restart(&mut self, crash: Crash) {
        let high_water = self.journal.high_water();
        // Four things at once (no confirmation, no other name, the end of the process, then that of the
        // machine) are too many.
        let names = self.disk.names();
        for segment in self.journal.doubtful() {
            if !names.contains(&segment.file_name(true)) {
                self.give_up(segment);
            }
        }
        self.disk.set_faults(Faults::Never);
        self.disk.crash(crash);
        self.has_lost_power |= crash == Crash::Power;
        let mut replayed = Vec::new();
        let (journal, report) = open(&self.disk, &self.options, &mut |point| {
            replayed.push((
                point.name.to_owned(),
                point.timestamp,
                point.at,
                point.value,
                point.segment,
            ));
        });
        assert_eq!(report.points, replayed.len() as u64, "seed {}", self.seed);
        if !self.has_lost_power {
            assert_eq!(report.damaged, 0, "seed {}: {report:?}", self.seed);
        }
        self.compare(&replayed);
        let newest = |is_known: fn(&&Given) -> bool| {
            self.given.iter().filter(is_known).map(|given| given.timestamp).max().unwrap_or(0)
        };
        let (least, most) = (newest(|given| given.is_committed), newest(|_| true));
        let found = journal.high_water_at_start();
        assert!((least..=most).contains(&found), "seed {}: {found}", self.seed);
        if crash == Crash::Kill && !self.has_faults && self.options.max_bytes > 10_000 {
            assert_eq!(found, high_water, "seed {}", self.seed);
        }
        journal.commit().unwrap_or_else(|error| panic!("seed {}: {error}", self.seed));
        // From now on those that came back are what there is.
        let segments: BTreeMap<usize, Segment> =
            replayed.iter().map(|(.., value, segment)| (number_of(*value), *segment)).collect();
        for (number, given) in self.given.iter_mut().enumerate() {
            given.segment = segments.get(&number).copied();
            given.is_committed = given.segment.is_some();
            given.is_done |= given.segment.is_none();
        }
        self.journal = journal;
    }

    fn compare(&self, replayed: &[(String, u32, u32, f64, Segment)]) {
        let seed = self.seed;
        let mut newest: BTreeMap<&str, usize> = BTreeMap::new();
        let mut came_back = vec![false; self.given.len()];
        for (name, timestamp, at, value, segment) in replayed {
            let number = number_of(*value);
            let given = &self.given[number];
            assert_eq!((name, timestamp, at), (&given.name, &given.timestamp, &given.at), "{seed}");
            assert!(!came_back[number], "seed {seed}: point {number} came back twice");
            came_back[number] = true;
            let before = newest.insert(name, number);
            assert!(before < Some(number), "seed {seed}: {name}: {number} after {before:?}");
            // What append said was the oldest segment that holds a point of the batch.
            assert!(given.segment.is_none_or(|first| *segment >= first), "seed {seed}: {number}");
        }
        for (number, given) in self.given.iter().enumerate() {
            let must = given.is_committed && !given.is_done;
            assert!(!must || came_back[number], "seed {seed}: point {number} is lost: {given:?}");
        }
    }
}

fn open(
    disk: &SimulatedDisk,
    options: &JournalOptions,
    each: &mut dyn FnMut(super::super::Replayed<'_>),
) -> (Journal, super::super::ReplayReport) {
    Journal::open(Arc::new(disk.clone()), Path::new(FOLDER), options.clone(), each)
        .expect("a journal on a disk without faults")
}

/// Of a point, by its value.
fn number_of(value: f64) -> usize {
    format!("{value}").parse().expect("a whole number")
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn what_was_committed_comes_back_once_and_in_its_order() {
    let seeds = match number("STATSD_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("STATSD_SEEDS").unwrap_or(SEEDS),
    };
    let (mut committed, mut faults, mut restarts, mut runs) = (0, 0, 0, 0);
    for seed in seeds {
        let mut run = Run::new(seed);
        for _ in 0..STEPS {
            run.step();
        }
        committed += run.given.iter().filter(|given| given.is_committed).count() as u64;
        faults += run.disk.faults_hit();
        restarts += u64::from(run.has_lost_power);
        runs += 1;
        run.restart(Crash::Power);
    }
    // The runs are what they are meant to be.
    if runs > 100 {
        assert!(committed > 10 * runs, "{committed} points of {runs} runs were committed");
        assert!(faults > runs && restarts > runs / 4, "{faults} faults, {restarts} restarts");
    }
}
