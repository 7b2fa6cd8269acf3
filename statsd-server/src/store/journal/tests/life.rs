//! What a journal does on a disk where nothing fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::super::{Entry, Journal, JournalOptions, RealDisk, Segment, Syncer};
use super::simulated::SimulatedDisk;
use super::{Point, open, open_with, options, points};
use crate::limits::JOURNAL_BLOCK_RECORDS_MAX;
use crate::store::index::SeriesId;

#[test]
fn what_was_appended_comes_back_with_the_time_it_was_accepted_at() {
    let disk = SimulatedDisk::new(1);
    let (journal, report, replayed) = open(&disk);
    assert_eq!((report.points, replayed.len(), journal.high_water_at_start()), (0, 0, 0));
    for (number, point) in points().iter().enumerate() {
        let at = u32::try_from(number).expect("small");
        assert_eq!(journal.append(&[point.entry()], at).expect("an append"), Segment(1));
    }
    assert_eq!(journal.append(&[], 9).expect("nothing"), Segment(1));
    let mut at = Vec::new();
    let (journal, report) = open_with(&disk, options(), |point| {
        assert_eq!(point.segment, Segment(1));
        at.push((Point::of(&point), point.at));
    });
    assert_eq!(at, points().into_iter().zip(0..).collect::<Vec<_>>());
    assert_eq!((report.segments, report.blocks, report.points), (1, 6, 6));
    assert_eq!((report.torn, report.damaged), (0, 0));
    assert_eq!((journal.current(), journal.high_water_at_start()), (Segment(2), 105));
}

#[test]
fn values_are_kept_bit_by_bit() {
    let disk = SimulatedDisk::new(1);
    let (journal, ..) = open(&disk);
    let values = [-0.0, f64::MIN_POSITIVE / 2.0, f64::MAX, f64::NEG_INFINITY, f64::NAN, 0.1];
    let entry = |value| Entry { series: SeriesId(0), name: "ü.☃", timestamp: u32::MAX, value };
    journal.append(&values.map(entry), u32::MAX).expect("an append");
    let mut bits = Vec::new();
    open_with(&disk, options(), |point| bits.push((point.name.to_owned(), point.value.to_bits())));
    assert_eq!(bits, values.map(|value| ("ü.☃".to_owned(), value.to_bits())));
}

#[test]
fn segments_are_begun_by_size_and_each_knows_its_names() {
    let disk = SimulatedDisk::new(1);
    let small = JournalOptions { segment_bytes: 150, ..options() };
    let (journal, _) = open_with(&disk, small.clone(), |_| ());
    let mut segments = Vec::new();
    for round in 0..9 {
        let point = Point::new("a.name.of.a.series", round, 1.0);
        segments.push(journal.append(&[point.entry()], 50).expect("an append").0);
    }
    // 24 of the segment, 24 + 16 + 20 of the first block, 24 + 16 of another: the fourth is over 150.
    assert_eq!(segments, [1, 1, 1, 2, 2, 2, 3, 3, 3]);
    assert_eq!(journal.bytes(), 3 * (24 + 3 * 40 + 20));
    // Without the first ones.
    journal.commit().expect("a commit");
    journal.trim(Segment(3));
    assert_eq!((journal.bytes(), journal.status().segments), (24 + 3 * 40 + 20, 1));
    let mut names = Vec::new();
    open_with(&disk, small, |point| names.push((point.name.to_owned(), point.timestamp)));
    assert_eq!(names, [6, 7, 8].map(|timestamp| ("a.name.of.a.series".to_owned(), timestamp)));
}

#[test]
fn a_large_batch_is_several_blocks() {
    let disk = SimulatedDisk::new(1);
    let large = JournalOptions { segment_bytes: 1 << 26, ..options() };
    let (journal, _) = open_with(&disk, large.clone(), |_| ());
    let count = JOURNAL_BLOCK_RECORDS_MAX * 2 + 1;
    let names: Vec<String> = (0..count).map(|number| format!("{number:0>100}")).collect();
    let entries: Vec<Entry<'_>> = names
        .iter()
        .zip(0..)
        .map(|(name, number)| Entry { series: SeriesId(number), name, timestamp: 1, value: 1.0 })
        .collect();
    journal.append(&entries, 50).expect("an append");
    let mut replayed = Vec::new();
    let (_, report) = open_with(&disk, options(), |point| replayed.push(point.name.to_owned()));
    assert_eq!(replayed, names);
    // 512 KiB of names are 5,140 of 102 bytes.
    assert_eq!(report.blocks, 7);
    // Now they are known to nobody any more but in numbers.
    let (journal, _) = open_with(&disk, large, |_| ());
    journal.append(&entries, 50).expect("an append");
    let before = journal.bytes();
    journal.append(&entries, 50).expect("an append");
    assert_eq!(journal.bytes() - before, 16 * count as u64 + 3 * 24);
}

#[test]
fn a_name_that_cannot_be_written_is_said_and_harms_nobody() {
    let disk = SimulatedDisk::new(1);
    let (journal, ..) = open(&disk);
    let long = "n".repeat(65_536);
    for name in ["", &long] {
        let good = points();
        let mut bad = good.iter().map(Point::entry).collect::<Vec<_>>();
        // Series are known by number, so that this one is to be a new one.
        bad[3] = Entry { series: SeriesId(77), name, ..bad[3] };
        let error = journal.append(&bad, 50).expect_err("a bad name");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        let text = format!("a name of {} bytes cannot be journaled", name.len());
        assert_eq!(error.to_string(), text);
    }
    let good: Vec<_> = points();
    let entries: Vec<_> = good.iter().map(Point::entry).collect();
    journal.append(&entries, 50).expect("an append");
    assert_eq!(open(&disk).2, good);
}

#[test]
fn it_holds_no_more_than_it_may() {
    let disk = SimulatedDisk::new(1);
    let bound = JournalOptions { max_bytes: 300, ..options() };
    let (journal, _) = open_with(&disk, bound, |_| ());
    let append = || journal.append(&[Point::new("a.series", 1, 1.0).entry()], 50);
    let full = (0..100).find_map(|_| append().err()).expect("an end");
    assert_eq!(full.kind(), std::io::ErrorKind::QuotaExceeded);
    assert!(journal.bytes() <= 300 && journal.bytes() > 250, "{}", journal.bytes());
    assert!(journal.commit().expect_err("points are not safe").to_string().ends_with("it may"));
    journal.roll().expect("another segment");
    journal.commit().expect_err("they still are not");
    journal.trim(journal.current());
    append().expect("there is room");
    journal.commit().expect("a commit");
}

#[test]
fn the_high_water_mark_outlives_the_points() {
    let disk = SimulatedDisk::new(1);
    let (journal, ..) = open(&disk);
    journal.append(&points().iter().map(Point::entry).collect::<Vec<_>>(), 50).expect("an append");
    assert_eq!(journal.high_water(), 105);
    journal.roll().expect("another segment");
    // Not before the new one would be there after a crash.
    journal.trim(journal.current());
    assert_eq!(journal.status().segments, 2);
    journal.commit().expect("a commit");
    journal.trim(journal.current());
    assert_eq!(disk.names(), ["00000002"]);
    drop(journal);
    for _ in 0..3 {
        let (journal, report, replayed) = open(&disk);
        assert_eq!((replayed.len(), report.points), (0, 0));
        assert_eq!(journal.high_water_at_start(), 105);
        assert_eq!(disk.names().len(), 1, "empty segments go");
    }
    assert_eq!(disk.names(), ["00000005"]);
}

#[test]
fn one_confirmation_is_for_all_who_wait() {
    let disk = SimulatedDisk::new(1);
    let (journal, ..) = open(&disk);
    let before = disk.syncs();
    let (appended, committed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // The first one is held up by the disk until all others have appended.
    disk.hold_syncs();
    thread::scope(|scope| {
        for number in 0..9 {
            if number == 1 {
                disk.wait_for_held_sync();
            }
            scope.spawn(|| {
                journal.append(&[Point::new("a", 1, 1.0).entry()], 50).expect("an append");
                if appended.fetch_add(1, Ordering::SeqCst) == 8 {
                    disk.release_syncs();
                }
                journal.commit().expect("a commit");
                committed.fetch_add(1, Ordering::SeqCst);
            });
        }
    });
    assert_eq!(committed.into_inner(), 9);
    assert_eq!(disk.syncs() - before, 2);
    journal.commit().expect("a commit");
    assert_eq!(disk.syncs() - before, 2, "nothing was to be confirmed");
}

#[test]
fn threads_append_and_commit_on_a_real_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(".journal");
    let small = JournalOptions { segment_bytes: 4_096, ..options() };
    let real = Arc::new(RealDisk);
    let (journal, _) =
        Journal::open(real.clone(), &path, small.clone(), |_| ()).expect("a journal");
    let journal = Arc::new(journal);
    let syncer = Syncer::start(&journal).expect("a thread");
    thread::scope(|scope| {
        for thread in 0..4 {
            let journal = &journal;
            scope.spawn(move || {
                let name = format!("thread.{thread}");
                let series = SeriesId(thread);
                for timestamp in 0..50 {
                    let entry = Entry { series, name: &name, timestamp, value: f64::from(thread) };
                    journal.append(&[entry; 5], 50).expect("an append");
                    journal.commit().expect("a commit");
                }
            });
        }
    });
    drop(syncer);
    let status = journal.status();
    assert!(status.segments > 4 && status.trouble.is_none(), "{status:?}");
    let mut counts = [0; 4];
    let (_, report) = Journal::open(real, &path, small, |point| {
        let thread: usize = point.name.trim_start_matches("thread.").parse().expect("a number");
        assert_eq!(point.timestamp, counts[thread] / 5);
        counts[thread] += 1;
    })
    .expect("a journal");
    assert_eq!((counts, report.torn, report.damaged), ([250; 4], 0, 0));
}

#[test]
fn a_syncer_commits_without_being_asked() {
    let disk = SimulatedDisk::new(1);
    let often = JournalOptions { sync_interval: Duration::from_millis(1), ..options() };
    let (journal, _) = open_with(&disk, often, |_| ());
    let journal = Arc::new(journal);
    let before = disk.syncs();
    disk.hold_syncs();
    let syncer = Syncer::start(&journal).expect("a thread");
    journal.append(&[Point::new("a", 1, 1.0).entry()], 50).expect("an append");
    disk.wait_for_held_sync();
    disk.release_syncs();
    drop(syncer);
    assert_eq!(disk.syncs() - before, 1);
}
