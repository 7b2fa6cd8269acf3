//! A day of a journal's life, with the first operation failing, then the second, and so on until none is
//! left to fail: what was committed is never lost, and everything else is told.

use std::path::Path;
use std::sync::Arc;

use super::super::{Journal, JournalOptions, ReplayReport};
use super::simulated::{Crash, Faults, SimulatedDisk};
use super::{FOLDER, Point, options};

/// Small segments, so that a day sees several.
fn small() -> JournalOptions {
    JournalOptions { segment_bytes: 200, ..options() }
}

fn start(disk: &SimulatedDisk) -> std::io::Result<(Journal, ReplayReport, Vec<Point>)> {
    let mut replayed = Vec::new();
    let (journal, report) =
        Journal::open(Arc::new(disk.clone()), Path::new(FOLDER), small(), |point| {
            replayed.push(Point::of(&point));
        })?;
    Ok((journal, report, replayed))
}

/// Starts, appends and commits points, trims what is old. Answers what must be there after it, and
/// whether everything was as it should be.
fn day(disk: &SimulatedDisk, earlier: &[Point]) -> (Vec<Point>, bool) {
    let Ok((journal, report, replayed)) = start(disk) else { return (earlier.to_vec(), false) };
    // Whoever was told of a loss looks at what was put aside; what stays there comes back tomorrow.
    assert!(replayed == earlier || report.damaged > 0, "a silent loss: {report:?}");
    let mut must = earlier.to_vec();
    let mut is_good = report.damaged == 0;
    let mut waiting = Vec::new();
    for round in 0..12 {
        let batch: Vec<Point> = (0..3)
            .map(|number| Point::new(&format!("series.{number}"), 100 + round, f64::from(round)))
            .collect();
        let entries: Vec<_> = batch.iter().map(Point::entry).collect();
        match journal.append(&entries, 50) {
            Ok(_) => waiting.extend(batch),
            Err(_) => is_good = false,
        }
        if round % 2 == 1 {
            if journal.commit().is_ok() {
                must.append(&mut waiting);
            } else {
                is_good = false;
            }
        }
        if round == 5 {
            journal.trim(journal.current());
            if report.damaged == 0 && is_good {
                must.clear();
            } else {
                return (Vec::new(), false);
            }
        }
    }
    let status = journal.status();
    is_good &= status.trouble.is_none() && status.untrimmed == 0;
    (must, is_good)
}

#[test]
fn each_operation_fails_in_turn() {
    for crash in [Crash::Kill, Crash::Power] {
        let mut turn = 0;
        loop {
            let disk = SimulatedDisk::new(turn);
            let (must, is_good) = day(&disk, &[]);
            assert!(is_good);
            disk.crash(crash);
            let (_, _, first) = start(&disk).expect("a start");
            let first_day = contains(&first, &must);
            disk.set_faults(Faults::Nth(turn));
            let (must, is_good) = day(&disk, &first);
            let was_hit = disk.faults_hit() > 0;
            disk.set_faults(Faults::Never);
            disk.crash(crash);
            let (journal, report, replayed) = start(&disk).expect("a start");
            assert!(first_day && contains(&replayed, &must), "operation {turn}: {report:?}");
            // The day after is an ordinary one.
            journal.append(&[Point::new("next", 1, 1.0).entry()], 60).expect("an append");
            journal.commit().expect("a commit");
            if !was_hit {
                assert!(is_good, "nothing failed");
                assert!(turn > 40, "{turn} operations make no day");
                break;
            }
            turn += 1;
        }
    }
}

/// Whether all of these are there, in their order.
fn contains(replayed: &[Point], must: &[Point]) -> bool {
    let mut replayed = replayed.iter();
    must.iter().all(|point| replayed.any(|there| there == point))
}

#[test]
fn a_full_disk_that_is_freed_leaves_no_trace() {
    let disk = SimulatedDisk::new(3);
    let (journal, _, _) = start(&disk).expect("a start");
    let point = |number: u32| Point::new("series", number, f64::from(number));
    let mut there = Vec::new();
    for number in 0..200 {
        let is_full = (50..150).contains(&number);
        disk.set_faults(if is_full { Faults::Full } else { Faults::Never });
        let appended = journal.append(&[point(number).entry()], 50);
        assert_eq!(appended.is_err(), is_full, "{number}");
        if let Err(error) = &appended {
            assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
        } else {
            there.push(point(number));
        }
        assert_eq!(journal.commit().is_err(), is_full, "{number}");
    }
    let status = journal.status();
    assert_eq!((status.appended, status.unappended, status.trouble), (100, 100, None));
    let (_, report, replayed) = start(&disk).expect("a start");
    assert_eq!((replayed, report.torn, report.damaged), (there, 0, 0));
}

#[test]
fn a_full_disk_at_the_start_is_no_reason_not_to_start() {
    let disk = SimulatedDisk::new(3);
    let (journal, _, _) = start(&disk).expect("a start");
    let point = Point::new("series", 1, 1.0);
    journal.append(&[point.entry()], 50).expect("an append");
    journal.commit().expect("a commit");
    disk.set_faults(Faults::Full);
    let (journal, _, replayed) = start(&disk).expect("a start");
    assert_eq!(replayed, std::slice::from_ref(&point));
    let told = journal.commit().expect_err("there is no segment").to_string();
    assert_eq!(told, "no segment of the journal could be begun");
    assert!(journal.append(&[point.entry()], 50).is_err());
    disk.set_faults(Faults::Never);
    journal.append(&[point.entry()], 50).expect("an append");
    journal.commit().expect("a commit");
    let (_, _, replayed) = start(&disk).expect("a start");
    assert_eq!(replayed, [point.clone(), point]);
}

/// What the system believes to have written is written again by the next run.
#[test]
fn a_refused_confirmation_is_not_believed_later() {
    let disk = SimulatedDisk::new(7);
    let (journal, _, _) = start(&disk).expect("a start");
    let points: Vec<Point> = (0..5).map(|at| Point::new("series", at, f64::from(at))).collect();
    journal.append(&[points[0].entry()], 50).expect("an append");
    let doubtful = journal.current();
    disk.set_faults(Faults::Nth(1));
    journal.append(&[points[1].entry()], 50).expect("an append");
    let told = journal.commit().expect_err("the disk refuses").to_string();
    assert_eq!(told, "the disk did not confirm the journal: a fault");
    assert_eq!(journal.doubtful(), [doubtful]);
    // Nothing is appended behind it, and nothing is safe until somebody has seen to it.
    assert!(journal.append(&[points[2].entry()], 50).expect("an append") > doubtful);
    let told = journal.commit().expect_err("there is doubt").to_string();
    assert_eq!(told, format!("the disk did not confirm segment {doubtful} of the journal"));
    // Killed and started again, it is seen to.
    let (journal, _, replayed) = start(&disk).expect("a start");
    assert_eq!(replayed, points[..3]);
    assert_eq!(journal.doubtful(), []);
    journal.commit().expect("a commit");
    disk.crash(Crash::Power);
    let (_, _, replayed) = start(&disk).expect("a start");
    assert_eq!(replayed, points[..3]);
}

#[test]
fn doubt_ends_when_the_points_were_appended_again_or_are_needed_no_more() {
    let disk = SimulatedDisk::new(7);
    let (journal, _, _) = start(&disk).expect("a start");
    let point = Point::new("series", 1, 1.0);
    for is_settled in [true, false] {
        journal.append(&[point.entry()], 50).expect("an append");
        disk.set_faults(Faults::Nth(0));
        journal.commit().expect_err("the disk refuses");
        let doubtful = journal.doubtful();
        journal.append(&[point.entry()], 50).expect("an append");
        journal.commit().expect_err("there is doubt");
        if is_settled {
            journal.settle(doubtful[0]);
        } else {
            journal.trim(journal.current());
        }
        journal.commit().expect("a commit");
        assert_eq!(journal.doubtful(), []);
    }
}

/// Points of an older segment would overwrite those of a newer one that is gone.
#[test]
fn what_a_crash_leaves_of_a_trim_has_no_gap() {
    for seed in 0..50 {
        let disk = SimulatedDisk::new(seed);
        let (journal, _, _) = start(&disk).expect("a start");
        for number in 0..6 {
            journal.append(&[Point::new("series", number, 1.0).entry()], 50).expect("an append");
            journal.roll().expect("another segment");
        }
        journal.commit().expect("a commit");
        journal.trim(journal.current());
        disk.crash(Crash::Power);
        let names = disk.names();
        let first: u32 = names[0].parse().expect("a segment");
        let all: Vec<String> = (first..=7).map(|number| format!("{number:08}")).collect();
        assert_eq!(names, all, "seed {seed}");
    }
}
