//! What storing takes: µs of this process's CPU a point, taken by `write` and written to files, for 10,000
//! series. `cargo bench -p statsd-server --bench store`.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]

#[path = "harness/scratch.rs"]
mod scratch;

use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::TimeValLike;
use scratch::Scratch;
use statsd_server::store::{LocalStore, Merge, Store, StoreOptions, Write};

const SERIES: usize = 10_000;
const NOW: i64 = 1_700_000_000;
const INTERVAL: i64 = 10;

fn main() {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("Linux has it");
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).expect("up to the hard limit");
    let names: Vec<String> = (0..SERIES)
        .map(|i| format!("stats.timers.service{}.endpoint{i:05}_upper_90", i % 50))
        .collect();
    let scratch = Scratch::open().expect("a place for files");
    if let Some(note) = scratch.note() {
        println!("{note}");
    }
    for journal in [true, false] {
        println!("journal: {journal}");
        let folder = scratch.folder("store").expect("a folder for files");
        let mut options = StoreOptions::new(Duration::from_secs(10));
        options.open_files_max = SERIES + 100;
        if !journal {
            options.journal = None;
        }
        let store = LocalStore::open(&folder, options).expect("the folder is ours");
        let mut now = NOW;
        let mut write = |rounds: usize| {
            let cpu = cpu();
            for _ in 0..rounds {
                let batch: Vec<_> = names
                    .iter()
                    .map(|series| Write {
                        series,
                        timestamp: now,
                        value: 1.0,
                        merge: Merge::Replace,
                    })
                    .collect();
                assert_eq!(store.write(&batch, now).points, SERIES);
                now += INTERVAL;
            }
            micros(cpu) / (rounds * SERIES) as f64
        };
        let persist = || {
            let cpu = cpu();
            assert_eq!(store.persist_points(NOW), 0);
            micros(cpu) / SERIES as f64
        };
        println!("  new names: {:.3} µs a point", write(1));
        println!("  new files: {:.1} µs a series", persist());
        for points in [1, 6, 12, 1, 6, 12] {
            let written = write(points);
            let persisted = persist();
            let a_point = persisted / points as f64;
            println!(
                "  {points:2} points: write {written:.3} µs a point; \
                 files {persisted:.2} µs a series, {a_point:.2} a point"
            );
        }
        let cpu = cpu();
        store.persist_all(NOW);
        println!("  what was put off: {:.2} µs a series", micros(cpu) / SERIES as f64);
        let (begin, committed) = (Instant::now(), store.commit());
        println!("  commit: {:?} ({committed:?})", begin.elapsed());
        let begin = Instant::now();
        write(1);
        store.commit().expect("there is room");
        println!("  a batch and its commit: {:?}", begin.elapsed());
    }
}

/// User's and system's time of this process.
fn cpu() -> i64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("Linux has it");
    usage.user_time().num_microseconds() + usage.system_time().num_microseconds()
}

fn micros(since: i64) -> f64 {
    (cpu() - since) as f64
}
