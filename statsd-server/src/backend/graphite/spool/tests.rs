use fs_err as fs;

use super::*;

fn open(folder: &std::path::Path, max_bytes: u64) -> Spool {
    let options = SpoolOptions { folder: Some(folder.join("a/b")), max_bytes };
    Spool::open(options, Arc::default()).unwrap()
}

fn put(spool: &mut Spool, text: &str) -> io::Result<u64> {
    let number = spool.next_number();
    spool.put(number, text, None).map(|()| number)
}

/// Everything there is, oldest first.
fn drain(spool: &mut Spool) -> Vec<String> {
    let mut all = Vec::new();
    while let Some((number, text)) = spool.oldest() {
        spool.remove(number);
        all.push(text);
    }
    assert!(spool.is_empty());
    all
}

#[test]
fn flushes_come_back_in_their_order_and_in_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(folder.path(), 1 << 20);
    let late = spool.next_number();
    for text in ["b 1 1\n", "c 1 1\n"] {
        put(&mut spool, text).unwrap();
    }
    // One that was in hand while the others came.
    spool.put(late, "a 1 1\n", None).unwrap();
    assert_eq!(spool.status.spooled_flushes.get(), 3);
    drop(spool);
    let mut spool = open(folder.path(), 1 << 20);
    assert_eq!(spool.status.spooled_flushes.get(), 3);
    put(&mut spool, "d 1 1\n").unwrap();
    assert_eq!(drain(&mut spool), ["a 1 1\n", "b 1 1\n", "c 1 1\n", "d 1 1\n"]);
    assert_eq!((spool.status.spooled_flushes.get(), spool.status.spooled_bytes.get()), (0, 0));
    assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 0);
}

#[test]
fn the_oldest_are_dropped_and_counted_where_the_bytes_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    // A flush of these takes 44 bytes with its head.
    let mut spool = open(folder.path(), 100);
    for text in ["stats.a 1 1\n", "stats.b 1 1\n", "stats.c 1 1\n"] {
        put(&mut spool, text).unwrap();
        assert!(spool.status.spooled_bytes.get() <= 100);
    }
    assert_eq!(spool.status.spool_dropped.get(), 1);
    assert_eq!(drain(&mut spool), ["stats.b 1 1\n", "stats.c 1 1\n"]);
    let error = put(&mut spool, &"x".repeat(100)).unwrap_err();
    assert!(error.to_string().contains("are more than the spool"), "{error}");
    assert_eq!(spool.status.spool_dropped.get(), 2);
}

#[test]
fn the_oldest_are_dropped_where_the_flushes_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(folder.path(), 1 << 20);
    spool.flushes_max = 2;
    for text in ["a", "b", "c"] {
        put(&mut spool, text).unwrap();
    }
    assert_eq!(drain(&mut spool), ["b", "c"]);
}

#[test]
fn a_full_spool_drops_neither_what_is_being_delivered_nor_a_younger_flush() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(folder.path(), 1 << 20);
    spool.flushes_max = 2;
    let oldest = spool.next_number();
    let held = put(&mut spool, "b").unwrap();
    put(&mut spool, "c").unwrap();
    let number = spool.next_number();
    spool.put(number, "d", Some(held)).unwrap();
    // Older than all there is: it is the one that goes.
    assert!(spool.put(oldest, "a", None).is_err());
    assert_eq!(spool.status.spool_dropped.get(), 2);
    assert_eq!(drain(&mut spool), ["b", "d"]);
}

#[test]
fn a_smaller_bound_holds_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(folder.path(), 1 << 20);
    for text in ["stats.a 1 1\n", "stats.b 1 1\n"] {
        put(&mut spool, text).unwrap();
    }
    let mut spool = open(folder.path(), 50);
    assert_eq!(drain(&mut spool), ["stats.b 1 1\n"]);
}

#[test]
fn what_a_crash_left_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(folder.path(), 1 << 20);
    for text in ["a 1 1\n", "b 1 1\n", "c 1 1\n"] {
        put(&mut spool, text).unwrap();
    }
    drop(spool);
    let path = |number: u64| folder.path().join(format!("a/b/{number:020}.flush"));
    let whole = fs::read(path(0)).unwrap();
    fs::write(path(0), &whole[..whole.len() - 2]).unwrap();
    fs::write(path(2), vec![0; whole.len()]).unwrap();
    fs::write(path(3).with_extension("unfinished"), "half a fl").unwrap();
    fs::write(folder.path().join("a/b/notes.txt"), "somebody's").unwrap();
    let mut spool = open(folder.path(), 1 << 20);
    assert_eq!(drain(&mut spool), ["b 1 1\n"]);
    assert_eq!(spool.status.spool_dropped.get(), 2);
    let left: Vec<_> =
        fs::read_dir(folder.path().join("a/b")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["notes.txt"]);
}

#[test]
fn a_disk_that_takes_nothing_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(folder.path(), 1 << 20);
    fs::remove_dir(folder.path().join("a/b")).unwrap();
    let error = put(&mut spool, "a").unwrap_err().to_string();
    assert!(error.contains("a/b/00000000000000000000.unfinished"), "{error}");
    assert_eq!(spool.status.spool_dropped.get(), 1);
    assert!(spool.is_empty());
}

#[test]
fn without_a_folder_flushes_wait_in_memory_and_the_end_loses_them() {
    let options = SpoolOptions { folder: None, max_bytes: u64::MAX };
    let mut spool = Spool::open(options, Arc::default()).unwrap();
    for text in ["a 1 1\n", "b 1 1\n", "c 1 1\n"] {
        put(&mut spool, text).unwrap();
    }
    assert_eq!(drain(&mut spool), ["a 1 1\n", "b 1 1\n", "c 1 1\n"]);
    let half = usize::try_from(SPOOL_MEMORY_BYTES / 2).unwrap();
    for letter in ["a", "b"] {
        put(&mut spool, &letter.repeat(half)).unwrap();
    }
    assert_eq!(spool.status.spool_dropped.get(), 1, "memory is bounded, whatever is configured");
    spool.end();
    assert_eq!(spool.status.spool_dropped.get(), 2);
}
