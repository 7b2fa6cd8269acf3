use super::*;

const INTERVAL: Duration = Duration::from_secs(10);

fn snapshot(timestamp: i64, value: f64) -> Snapshot {
    let silence = crate::aggregate::Silence { gauges: vec![2], ..Default::default() };
    let gauges = crate::aggregate::Named::from([("depth", value)]);
    Snapshot { timestamp, interval: 10.0, gauges, silence, ..Snapshot::default() }
}

fn run(found: Found) -> Run {
    match found {
        Found::Kept(run) => run,
        other => panic!("{other:?}"),
    }
}

fn open(path: &Path) -> (CheckpointFile, Found) {
    CheckpointFile::open(path).unwrap()
}

#[test]
fn the_next_run_finds_the_last_flush_and_how_the_run_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/state");
    let (mut file, found) = open(&path);
    assert_eq!(found, Found::Nothing);
    file.begin(1_000, "own", INTERVAL).unwrap();
    drop(file);

    let (mut file, found) = open(&path);
    let first = run(found);
    assert_eq!((first.ended, first.since, first.interval), (false, 1_000, INTERVAL));
    assert_eq!((first.kept.len(), &*first.kept.prefix_stats), (0, "own"));
    file.save(&snapshot(1_010, 1.0)).unwrap();
    file.save(&snapshot(1_020, 2.0)).unwrap();
    file.end().unwrap();
    drop(file);

    let (mut file, found) = open(&path);
    let ended = run(found);
    assert_eq!((ended.ended, ended.since, ended.kept.timestamp), (true, 1_020, 1_020));
    assert_eq!(ended.kept.gauges, [("depth".to_owned(), 2.0, 2)]);
    file.begin(5_000, "own", INTERVAL).unwrap();
    drop(file);

    let killed = run(open(&path).1);
    assert_eq!((killed.ended, killed.since), (false, 5_000), "it began, and never flushed");
    assert_eq!(killed.kept, ended.kept);
    let mut names: Vec<_> = fs_err::read_dir(path.parent().unwrap()).unwrap().collect();
    names.sort_by_key(|entry| entry.as_ref().unwrap().file_name());
    let names: Vec<_> = names.into_iter().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["state", "state.lock"], "nothing else is left");
}

#[test]
fn a_second_server_does_not_get_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let (first, _) = open(&path);
    let refused = CheckpointFile::open(&path).unwrap_err().to_string();
    assert_eq!(refused, format!("state file {} is in use by another server", path.display()));
    drop(first);
    open(&path);
}

#[test]
fn a_file_that_is_not_understood_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let (mut file, _) = open(&path);
    file.save(&snapshot(1_000, 1.0)).unwrap();
    drop(file);
    let good = fs_err::read(&path).unwrap();
    let mut newer = good.clone();
    newer[8] += 1;
    for (bytes, words) in [
        (&good[..good.len() - 1], "damaged"),
        (b"" as &[u8], "empty"),
        (b"root:x:0:0", "not a state file"),
        (&newer, "newer version"),
    ] {
        fs_err::write(&path, bytes).unwrap();
        let (mut file, found) = open(&path);
        let Found::Aside { why, moved } = found else { panic!("{found:?}") };
        assert!(why.contains(words), "{why}");
        assert_eq!(moved.as_deref(), Ok(&*folder.path().join("state.unreadable")));
        assert_eq!(fs_err::read(moved.unwrap()).unwrap(), bytes, "not a byte of it is lost");
        file.begin(2_000, "statsd", INTERVAL).unwrap();
        drop(file);
        assert_eq!(run(open(&path).1).kept.len(), 0);
    }
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_and_the_old_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let (mut file, _) = open(&path);
    file.save(&snapshot(1_000, 1.0)).unwrap();
    // Nobody can write to it, not even root.
    fs_err::create_dir(folder.path().join("state.new")).unwrap();
    let error = file.save(&snapshot(1_010, 2.0)).unwrap_err().to_string();
    assert!(error.contains("state.new"), "{error}");
    drop(file);
    let (mut file, found) = open(&path);
    assert_eq!(run(found).kept.gauges, [("depth".to_owned(), 1.0, 2)]);
    fs_err::remove_dir(folder.path().join("state.new")).unwrap();
    file.save(&snapshot(1_020, 3.0)).unwrap();
    drop(file);
    assert_eq!(run(open(&path).1).kept.gauges, [("depth".to_owned(), 3.0, 2)]);
}

#[test]
fn a_folder_in_place_of_the_file_is_moved_aside_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    fs_err::create_dir(&path).unwrap();
    let (_, found) = open(&path);
    assert!(matches!(found, Found::Aside { moved: Ok(_), .. }), "{found:?}");
}
