use std::collections::BTreeSet;

use super::super::testing::MemoryFiles;
use super::*;

type Set = BTreeSet<String>;

fn set(names: &[&str]) -> Set {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn names(index: &Index) -> Set {
    (0..index.ids_end()).filter_map(|id| index.name_at(id)).map(str::to_owned).collect()
}

fn change(index: &RwLock<Index>, add: &[&str], remove: &[&str]) {
    let mut index = index.write().unwrap();
    for name in add {
        index.insert(&SeriesName::parse(name).unwrap());
    }
    for name in remove {
        index.remove(&SeriesName::parse(name).unwrap());
    }
}

fn append(log: &mut NamesLog, index: &RwLock<Index>) -> io::Result<()> {
    let changes = index.write().unwrap().take_changes();
    log.append(&changes)
}

/// A log that knows `a.b`, `a.c` and `cpu;host=a` from its snapshot, and its index.
fn log_of(files: &MemoryFiles) -> (NamesLog, RwLock<Index>) {
    let mut index = Index::new(1_000_000);
    let (mut log, loaded) = NamesLog::open(Box::new(files.clone()), &mut index);
    assert_eq!(loaded, Loaded::default());
    index.record_changes();
    let index = RwLock::new(index);
    change(&index, &["a.b", "a.c", "cpu;host=a"], &[]);
    assert!(append(&mut log, &index).is_err() && log.is_snapshot_due(), "there is no file yet");
    log.write_snapshot(&index).unwrap();
    assert!(!log.is_snapshot_due());
    (log, index)
}

fn reopen(files: &MemoryFiles) -> (Set, Loaded) {
    let mut index = Index::new(1_000_000);
    let (_, loaded) = NamesLog::open(Box::new(files.copy()), &mut index);
    (names(&index), loaded)
}

const COMPLETE: Loaded = Loaded { is_complete: true, torn_bytes: 0, damaged: 0, refused: 0 };

#[test]
fn names_come_back_from_the_snapshot_and_from_what_happened_since() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    assert_eq!(reopen(&files), (set(&["a.b", "a.c", "cpu;host=a"]), COMPLETE));
    change(&index, &["x.y"], &["a.c"]);
    append(&mut log, &index).unwrap();
    change(&index, &["a.c", "z;k=v"], &["x.y"]);
    append(&mut log, &index).unwrap();
    assert_eq!(reopen(&files), (set(&["a.b", "a.c", "cpu;host=a", "z;k=v"]), COMPLETE));
    assert_eq!(reopen(&files).0, names(&index.read().unwrap()));
}

#[test]
fn a_sync_that_has_nothing_to_do_asks_nothing_of_the_disk() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    for _ in 0..3 {
        append(&mut log, &index).unwrap();
        log.sync().unwrap();
    }
    assert_eq!(files.with(|memory| memory.syncs), 0);
    change(&index, &["x"], &[]);
    append(&mut log, &index).unwrap();
    log.sync().unwrap();
    log.sync().unwrap();
    assert_eq!(files.with(|memory| memory.syncs), 1);
}

#[test]
fn a_tail_that_ends_at_any_byte_holds_all_whole_blocks_and_is_cut() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    // The tail's length and the names, after each block.
    let mut states = vec![(0, names(&index.read().unwrap()))];
    for (add, remove) in [(&["x.y", "é;k=v"][..], &[][..]), (&[], &["a.b"]), (&["a.b.c"], &["x.y"])]
    {
        change(&index, add, remove);
        append(&mut log, &index).unwrap();
        states.push((files.file("tail-1").len(), names(&index.read().unwrap())));
    }
    for length in 0..=files.file("tail-1").len() {
        let torn = files.copy();
        torn.with(|memory| memory.files.get_mut("tail-1").unwrap().truncate(length));
        let (whole, expected) = states.iter().rev().find(|(end, _)| *end <= length).unwrap();
        let torn_bytes = (length - whole) as u64;
        let mut index = Index::new(1_000);
        let (mut log, loaded) = NamesLog::open(Box::new(torn.clone()), &mut index);
        assert_eq!((names(&index), loaded), (expected.clone(), Loaded { torn_bytes, ..COMPLETE }));

        // What is appended behind the cut is read again.
        assert_eq!(torn.file("tail-1").len(), *whole);
        index.record_changes();
        let index = RwLock::new(index);
        change(&index, &["late"], &[]);
        append(&mut log, &index).unwrap();
        assert_eq!(reopen(&torn), (&set(&["late"]) | expected, COMPLETE));
    }
}

#[test]
fn a_damaged_byte_of_the_tail_hides_no_earlier_block_and_tells_no_wrong_name() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    let before = names(&index.read().unwrap());
    change(&index, &["x.y"], &[]);
    append(&mut log, &index).unwrap();
    let first = files.file("tail-1").len();
    let between = names(&index.read().unwrap());
    change(&index, &["z.z"], &[]);
    append(&mut log, &index).unwrap();
    for at in 0..files.file("tail-1").len() {
        let damaged = files.copy();
        damaged.with(|memory| memory.files.get_mut("tail-1").unwrap()[at] ^= 0x10);
        let (found, loaded) = reopen(&damaged);
        assert_eq!(&found, if at < first { &before } else { &between }, "byte {at}");
        assert!(loaded.torn_bytes > 0);
    }
}

#[test]
fn behind_a_damaged_snapshot_stands_the_one_before_it_with_its_tail() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    change(&index, &["x.y", "m;k=v"], &["a.b"]);
    append(&mut log, &index).unwrap();
    log.write_snapshot(&index).unwrap();
    change(&index, &["late"], &["x.y"]);
    append(&mut log, &index).unwrap();
    let expected = set(&["a.c", "cpu;host=a", "m;k=v", "late"]);
    assert_eq!(reopen(&files), (expected.clone(), COMPLETE));
    for at in 0..files.file("snapshot-2").len() {
        let damaged = files.copy();
        damaged.with(|memory| memory.files.get_mut("snapshot-2").unwrap()[at] ^= 0x01);
        let loaded = Loaded { damaged: 1, ..COMPLETE };
        assert_eq!(reopen(&damaged), (expected.clone(), loaded), "byte {at}");
        damaged.with(|memory| memory.files.get_mut("snapshot-2").unwrap().truncate(at));
        assert_eq!(reopen(&damaged), (expected.clone(), loaded), "cut at {at}");
    }
}

#[test]
fn without_a_snapshot_that_is_whole_the_folder_must_be_read() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    change(&index, &["x.y"], &[]);
    append(&mut log, &index).unwrap();
    let last = files.file("snapshot-1").len() - 1;
    files.with(|memory| memory.files.get_mut("snapshot-1").unwrap().truncate(last));
    let (found, loaded) = reopen(&files);
    assert!(found.contains("cpu;host=a") && found.contains("x.y"), "what can be read is kept");
    assert_eq!(loaded, Loaded { damaged: 1, is_complete: false, ..COMPLETE });

    let mut index = Index::new(100);
    let (mut log, _) = NamesLog::open(Box::new(files.copy()), &mut index);
    assert!(log.is_snapshot_due());
    assert!(log.write_snapshot(&RwLock::new(index)).is_ok());
}

#[test]
fn only_the_newest_two_generations_stay() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    for _ in 0..3 {
        log.write_snapshot(&index).unwrap();
    }
    let left: Vec<String> = files.with(|memory| memory.files.keys().cloned().collect());
    assert_eq!(left, ["snapshot-3", "snapshot-4", "tail-3", "tail-4"]);
    assert_eq!(reopen(&files).1, COMPLETE);
}

#[test]
fn a_full_disk_tears_nothing_and_gets_what_it_did_not_take_when_it_has_room() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    for room in 0..12 {
        files.with(|memory| memory.room = Some(room));
        let name = format!("full.{room}");
        change(&index, &[&name], &[]);
        assert!(append(&mut log, &index).is_err());
        assert!(!reopen(&files).0.contains(&name));
        assert_eq!(reopen(&files).1, COMPLETE, "what was written in part is cut off");
    }
    files.with(|memory| memory.room = None);
    append(&mut log, &index).unwrap();
    assert_eq!(reopen(&files), (names(&index.read().unwrap()), COMPLETE));
}

#[test]
fn a_tail_that_is_not_to_be_trusted_is_followed_by_a_snapshot() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    files.with(|memory| memory.fail_sync = true);
    change(&index, &["x.y"], &[]);
    append(&mut log, &index).unwrap();
    assert!(log.sync().is_err());
    assert!(log.is_snapshot_due() && log.sync().is_err());
    log.write_snapshot(&index).unwrap();
    assert!(!log.is_snapshot_due());
    assert_eq!(reopen(&files), (names(&index.read().unwrap()), COMPLETE));

    // A part of a block that cannot be cut off again.
    files.with(|memory| (memory.room, memory.fail_cut) = (Some(3), true));
    change(&index, &["z.z"], &[]);
    assert!(append(&mut log, &index).is_err() && log.is_snapshot_due());
    assert!(log.write_snapshot(&index).is_err() && log.is_snapshot_due());
    files.with(|memory| (memory.room, memory.fail_cut) = (None, false));
    assert!(log.write_snapshot(&index).is_err(), "it is not tried again at once");
    log.forget_failure();
    log.write_snapshot(&index).unwrap();
    assert_eq!(reopen(&files), (names(&index.read().unwrap()), COMPLETE));
}

#[test]
fn a_snapshot_of_many_names_has_many_blocks_and_all_of_them() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    let many: Vec<String> =
        (0..30_000).map(|i| format!("web{}.cpu{}.{i}", i % 7, i % 300)).collect();
    change(&index, &many.iter().map(String::as_str).collect::<Vec<_>>(), &["a.b"]);
    append(&mut log, &index).unwrap();
    assert_eq!(reopen(&files), (names(&index.read().unwrap()), COMPLETE));
    log.write_snapshot(&index).unwrap();
    assert!(files.file("snapshot-2").len() > 2 * (64 << 10));
    assert_eq!(reopen(&files), (names(&index.read().unwrap()), COMPLETE));
}

#[test]
fn a_tail_that_has_become_long_makes_a_snapshot_due() {
    let files = MemoryFiles::default();
    let (mut log, index) = log_of(&files);
    let long = "x".repeat(250);
    let names = NAMES_TAIL_BYTES / 250 + 1;
    for i in 0..names {
        index.write().unwrap().insert(&SeriesName::parse(&format!("{i}.{long}")).unwrap());
    }
    append(&mut log, &index).unwrap();
    assert!(log.is_snapshot_due());
    log.write_snapshot(&index).unwrap();
    assert!(!log.is_snapshot_due());
    assert_eq!(reopen(&files).1, COMPLETE);
}
