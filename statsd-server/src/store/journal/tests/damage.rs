//! Segments that are not what was written: cut anywhere, with any byte another one, foreign.

use std::path::Path;
use std::sync::Arc;

use super::super::{Journal, ReplayReport, Segment};
use super::simulated::SimulatedDisk;
use super::{FOLDER, Point, open, options, points};
use crate::limits::{JOURNAL_DAMAGED_KEPT_MAX, JOURNAL_DAMAGES_TOLD_MAX};

/// A segment of three blocks, its bytes, and where each of the blocks ends.
fn segment() -> (Vec<u8>, [usize; 3]) {
    let disk = SimulatedDisk::new(1);
    let (journal, _, _) = open(&disk);
    let mut ends = [0; 3];
    for (end, batch) in ends.iter_mut().zip(points().chunks(2)) {
        let entries: Vec<_> = batch.iter().map(Point::entry).collect();
        journal.append(&entries, 50).expect("an append");
        *end = disk.bytes(&Path::new(FOLDER).join("00000001")).len();
    }
    (disk.bytes(&Path::new(FOLDER).join("00000001")), ends)
}

/// Opens a journal that has these bytes as its first segment. What is replayed once is replayed at the
/// next start, too.
fn opened(bytes: &[u8]) -> (SimulatedDisk, Vec<Point>, ReplayReport) {
    let disk = SimulatedDisk::new(1);
    disk.put(&Path::new(FOLDER).join("00000001"), bytes);
    let (journal, report, replayed) = open(&disk);
    journal.commit().expect("a commit");
    let (_, again, replayed_again) = open(&disk);
    assert_eq!(replayed_again, replayed);
    assert_eq!((again.damaged, again.torn), (0, 0), "it was put right");
    (disk, replayed, report)
}

#[test]
fn a_segment_that_is_cut_anywhere_gives_its_whole_blocks() {
    let (bytes, ends) = segment();
    for length in 0..=bytes.len() {
        let (disk, replayed, report) = opened(&bytes[..length]);
        let is_kept = disk.names().iter().any(|name| name.ends_with(".damaged"));
        let whole = ends.iter().filter(|&&end| end <= length).count();
        assert_eq!(replayed, points()[..whole * 2], "cut at {length}");
        let is_torn = length != 24 && !ends.contains(&length);
        assert_eq!((report.torn, report.damaged), (u64::from(is_torn), 0), "cut at {length}");
        assert!(!is_kept, "cut at {length}");
    }
}

#[test]
fn a_byte_that_is_another_one_ends_the_segment_there_and_is_kept() {
    let (bytes, ends) = segment();
    for at in 0..bytes.len() {
        for mask in [1, 0x80] {
            let mut bytes = bytes.clone();
            bytes[at] ^= mask;
            let (disk, replayed, report) = opened(&bytes);
            let whole = if at < 24 { 0 } else { ends.iter().filter(|&&end| end <= at).count() };
            assert_eq!(replayed, points()[..whole * 2], "byte {at}");
            assert_eq!(report.torn + report.damaged, 1, "byte {at}: {report:?}");
            // A damaged last block may be one that was never complete.
            if at < ends[1] {
                let [damage] = &report.damages[..] else { panic!("byte {at}: {report:?}") };
                let intact = if whole == 0 && at < 24 { 0 } else { damage.offset };
                let length = bytes.len() as u64;
                assert_eq!((damage.file.as_str(), damage.bytes), ("00000001", length - intact));
                assert_eq!(damage.kept_as.as_deref(), Some("00000001.damaged"));
                let kept = disk.bytes(&Path::new(FOLDER).join("00000001.damaged"));
                let from = usize::try_from(intact).expect("an offset");
                assert_eq!(kept, bytes[from..], "byte {at}");
            }
        }
    }
}

#[test]
fn zeros_at_the_end_are_what_a_crash_leaves() {
    let (bytes, ends) = segment();
    let mut torn = bytes[..ends[1]].to_vec();
    torn.resize(ends[1] + 5_000_000, 0);
    let (_, replayed, report) = opened(&torn);
    assert_eq!(replayed, points()[..4]);
    assert_eq!((report.torn, report.torn_bytes, report.damaged), (1, 5_000_000, 0));
    let (_, replayed, report) = opened(&[0; 100]);
    assert_eq!((replayed.len(), report.torn, report.damaged), (0, 1, 0));
}

#[test]
fn a_block_from_another_place_is_none() {
    let (bytes, ends) = segment();
    // The second one twice.
    let mut twice = bytes[..ends[1]].to_vec();
    twice.extend_from_slice(&bytes[ends[0]..ends[1]]);
    twice.extend_from_slice(&bytes[ends[1]..]);
    let (_, replayed, report) = opened(&twice);
    assert_eq!((replayed, report.damaged), (points()[..4].to_vec(), 1));
    // Under another segment's name.
    let disk = SimulatedDisk::new(1);
    disk.put(&Path::new(FOLDER).join("00000002"), &bytes);
    let (_, report, replayed) = open(&disk);
    assert_eq!(replayed, []);
    assert_eq!(report.damages[0].reason, "it is segment 00000001");
}

#[test]
fn a_newer_version_is_put_aside_and_said() {
    let (mut bytes, _) = segment();
    bytes[8] = 2;
    let sum = crate::store::crc::Crc32c::new().with(&bytes[..20]).sum();
    bytes[20..24].copy_from_slice(&sum.to_le_bytes());
    let (disk, replayed, report) = opened(&bytes);
    assert_eq!(replayed, []);
    assert_eq!(report.damages[0].reason, "it is of version 2, and this server reads 1");
    assert_eq!(disk.bytes(&Path::new(FOLDER).join("00000001.damaged")), bytes);
}

#[test]
fn later_segments_are_read_all_the_same() {
    let disk = SimulatedDisk::new(1);
    let (journal, _, _) = open(&disk);
    for point in points() {
        journal.append(&[point.entry()], 50).expect("an append");
        journal.roll().expect("another segment");
    }
    let path = Path::new(FOLDER).join("00000002");
    let mut bytes = disk.bytes(&path);
    bytes[40] ^= 1;
    bytes.extend_from_slice(&[1; 100]);
    disk.put(&path, &bytes);
    let (_, report, replayed) = open(&disk);
    let others: Vec<Point> = [0, 2, 3, 4, 5].map(|number| points()[number].clone()).to_vec();
    assert_eq!((replayed, report.damaged), (others, 1));
}

#[test]
fn files_of_others_are_left_alone() {
    let disk = SimulatedDisk::new(1);
    let names = ["notes.txt", "7", "00000000", "000000001", "+0000001", "99999999999"];
    for name in names {
        disk.put(&Path::new(FOLDER).join(name), b"mine");
    }
    let (journal, report, _) = open(&disk);
    assert_eq!((journal.current(), report), (Segment(1), ReplayReport::default()));
    assert!(names.iter().all(|name| disk.names().iter().any(|there| there == name)));
}

#[test]
fn what_is_kept_and_told_of_damage_is_bounded() {
    let disk = SimulatedDisk::new(1);
    let many = JOURNAL_DAMAGES_TOLD_MAX + 5;
    for number in 1..=many {
        let name = format!("{number:08}");
        disk.put(&Path::new(FOLDER).join(name), b"this is a file of somebody else");
    }
    let (journal, report, _) = open(&disk);
    assert_eq!(report.damaged, many as u64);
    assert_eq!(report.damages.len(), JOURNAL_DAMAGES_TOLD_MAX);
    let kept: Vec<String> =
        disk.names().into_iter().filter(|name| name.ends_with(".damaged")).collect();
    assert_eq!(kept.len(), JOURNAL_DAMAGED_KEPT_MAX);
    assert_eq!(kept.last(), Some(&format!("{many:08}.damaged")));
    assert_eq!(journal.current().0 as usize, many + 1, "no number is used twice");
}

/// Of two numbers of a file that nobody checked, neither makes memory be asked for.
#[test]
fn a_length_that_lies_costs_nothing() {
    let (bytes, ends) = segment();
    for lie in [u32::MAX, 1 << 30, 1 << 19] {
        for field in [4, 16, 20] {
            let mut bytes = bytes.clone();
            bytes[ends[0] + field..][..4].copy_from_slice(&lie.to_le_bytes());
            let (_, replayed, report) = opened(&bytes);
            assert_eq!(replayed, points()[..2], "{report:?}");
        }
    }
}

#[test]
fn an_empty_folder_is_a_journal_and_a_file_in_its_place_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/.journal");
    let disk = Arc::new(super::super::RealDisk);
    let (journal, report) =
        Journal::open(disk.clone(), &path, options(), |_| panic!("nothing is there")).expect("one");
    assert_eq!((report, journal.high_water()), (ReplayReport::default(), 0));
    drop(journal);
    let path = folder.path().join("file");
    std::fs::write(&path, b"").expect("a file");
    assert!(Journal::open(disk, &path, options(), |_| ()).is_err());
}
