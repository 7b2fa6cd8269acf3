use super::*;
use crate::checkpoint::Found;

fn ended(path: &std::path::Path) -> (bool, i64) {
    match CheckpointFile::open(path).unwrap().1 {
        Found::Kept(run) => (run.ended, run.since),
        other => panic!("{other:?}"),
    }
}

fn at(timestamp: i64) -> Snapshot {
    Snapshot { timestamp, ..Snapshot::default() }
}

#[test]
fn the_end_is_marked_where_the_last_flush_is_in_the_file_and_only_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let telemetry = Telemetry::default();
    let start = || {
        let (mut file, _) = CheckpointFile::open(&path).unwrap();
        file.begin(7, "statsd", Duration::from_secs(1)).unwrap();
        CheckpointBackend::new(file, &telemetry)
    };
    let close = |mut backend: CheckpointBackend| backend.close(Instant::now());

    close(start());
    assert_eq!(ended(&path), (true, 7), "nothing came");

    let mut backend = start();
    backend.flush(&at(10)).unwrap();
    close(backend);
    assert_eq!(ended(&path), (true, 10));

    let mut backend = start();
    backend.flush(&at(20)).unwrap();
    telemetry.backends.named("state").skipped.add(1);
    close(backend);
    assert_eq!(ended(&path), (false, 20), "the last flush found no room in its lane");

    let mut backend = start();
    backend.flush(&at(30)).unwrap();
    fs_err::create_dir(folder.path().join("state.new")).unwrap();
    let error = backend.flush(&at(40)).unwrap_err().to_string();
    assert!(error.starts_with("the state is not kept for the next run: "), "{error}");
    close(backend);
    assert_eq!(ended(&path), (false, 30));
}
