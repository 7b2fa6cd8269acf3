use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::thread;

use crate::{
    Accepted, AggregationMethod, Allocation, CreateOptions, Error, ErrorKind, Header, Retention,
    Rollups, Whisper, parse_retentions,
};

fn create(path: &Path, retentions: &str) -> Result<Whisper, Error> {
    Whisper::create(path, &parse_retentions(retentions)?, AggregationMethod::Sum, 0.5)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_file_has_its_full_size_and_takes_no_room_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    let file = create(&path, "1:1000000,60:100000").unwrap();
    let found = fs::metadata(&path).unwrap();
    assert_eq!(found.len(), 40 + 12 * 1_100_000);
    assert_eq!(found.len(), file.header().file_bytes());
    assert!(found.blocks() * 512 < 100_000, "{} blocks", found.blocks());
    assert_eq!(names(folder.path()), ["a.wsp"]);
}

#[test]
fn the_returned_file_is_the_one_that_open_finds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    let file = create(&path, "10:30,60:20").unwrap();
    assert_eq!(Whisper::open(&path).unwrap().header(), file.header());
    assert!(!file.is_replaced().unwrap());
}

#[test]
fn an_existing_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    fs::write(&path, "precious").unwrap();
    let error = create(&path, "10:30").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert_eq!(error.to_string(), format!("{}: exists already", path.display()));
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(names(folder.path()), ["a.wsp"]);
}

#[test]
fn a_folder_of_that_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(create(folder.path(), "10:30").unwrap_err().kind(), ErrorKind::AlreadyExists);
}

#[test]
fn an_empty_file_counts_as_absent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    fs::write(&path, "").unwrap();
    create(&path, "10:30").unwrap();
    assert!(Whisper::open(&path).is_ok());
}

#[test]
fn a_missing_folder_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let error = create(&folder.path().join("no/a.wsp"), "10:30").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_create_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let name = "n".repeat(300);
    assert_eq!(create(&folder.path().join(name), "10:30").unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn the_longest_file_name_there_is_can_be_created() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{}.wsp", "n".repeat(251));
    create(&folder.path().join(&name), "10:30").unwrap();
    assert_eq!(names(folder.path()), [name]);
}

#[test]
fn arguments_are_checked_before_the_disk_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    let retention = Retention { seconds_per_point: 0, points: 5 };
    for (archives, x_files_factor, kind, problem) in [
        (&[][..], 0.5, ErrorKind::InvalidArchives, "there must be at least one archive"),
        (&[retention][..], 0.5, ErrorKind::InvalidArchives, "0:5 has a step of 0 seconds"),
        (&[][..], -0.1, ErrorKind::InvalidXFilesFactor, "the xFilesFactor -0.1 is not in 0..=1"),
    ] {
        let error =
            Whisper::create(&path, archives, AggregationMethod::Last, x_files_factor).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.to_string(), format!("{}: {problem}", path.display()));
    }
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn files_created_at_once_do_not_meet() {
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for i in 0..8 {
            let path = folder.path().join(format!("{i}.wsp"));
            scope.spawn(move || create(&path, "10:30").unwrap());
        }
    });
    assert_eq!(names(folder.path()).len(), 8);
    for name in names(folder.path()) {
        Whisper::open(folder.path().join(name)).unwrap();
    }
}

#[test]
fn space_that_is_asked_for_is_taken_and_reads_as_nothing_written() {
    let folder = tempfile::tempdir().unwrap();
    let archives = parse_retentions("1:100000,60:10000").unwrap();
    let header = Header::new(&archives, AggregationMethod::Sum, 0.5).unwrap();
    let files =
        [Allocation::Sparse, Allocation::Preallocated, Allocation::Zeroed].map(|allocation| {
            let path = folder.path().join(format!("{allocation:?}.wsp"));
            Whisper::create_with(
                &path,
                &header,
                CreateOptions { allocation, sync: true, replace: false },
            )
            .unwrap();
            let blocks = fs::metadata(&path).unwrap().blocks() * 512;
            assert_eq!(blocks >= header.file_bytes(), allocation != Allocation::Sparse, "{blocks}");
            fs::read(path).unwrap()
        });
    assert!(files[0] == files[1] && files[0] == files[2]);
    assert_eq!(names(folder.path()).len(), 3);
}

#[test]
fn a_file_made_with_points_is_one_that_they_were_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let archives = parse_retentions("10:2160,60:10080,600:2000").unwrap();
    let header = Header::new(&archives, AggregationMethod::Sum, 0.0).unwrap();
    let at = 1_772_599_850;
    let gaps = [0, 10, 20, 50, 700, 30_000];
    let points: Vec<_> =
        gaps.map(|age| Accepted { timestamp: at - age, at, value: f64::from(age) }).into();
    let bytes = |file: &Whisper| fs::read(file.path()).unwrap();
    for (count, rollups) in
        (0..=6).flat_map(|count| [Rollups::AtOnce, Rollups::Deferred].map(|how| (count, how)))
    {
        let of_allocation = |allocation: Allocation| {
            let options = CreateOptions { allocation, ..CreateOptions::default() };
            let path =
                |how: &str| folder.path().join(format!("{count}{rollups:?}{options:?}{how}"));
            let (file, counts, deferred) = Whisper::create_with_points(
                path("at once"),
                &header,
                options,
                &points[..count],
                rollups,
            )
            .unwrap();
            let mut later = Whisper::create_with(path("later"), &header, options).unwrap();
            let mut left = None;
            let written = later.update_with(&points[..count], rollups, &mut left).unwrap();
            assert_eq!((counts, deferred), (written, left));
            assert!(bytes(&file) == bytes(&later), "{count} {rollups:?} {allocation:?}");
        };
        [Allocation::Sparse, Allocation::Preallocated, Allocation::Zeroed]
            .into_iter()
            .for_each(of_allocation);
    }
}
