//! Files that the Python library wrote, and what it answered from them: `golden/*.wsp`.

use std::fs;

use statsd_whisper::Whisper;

use crate::case::{check_fetches, create, golden_folder, list, name, read_cases, write};

#[test]
fn files_of_python_are_read_as_python_reads_them() {
    for case in read_cases("golden.json") {
        let path = golden_folder().join(format!("{}.wsp", name(&case)));
        let file = Whisper::open_read_only(path).unwrap();
        assert_eq!(file.header().method().name(), case["agg"], "{}", name(&case));
        assert_eq!(file.header().archives().len(), list(&case["archives"]).len());
        check_fetches(&case, &file);
    }
}

#[test]
fn the_same_points_make_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for case in read_cases("golden.json") {
        let file_name = format!("{}.wsp", name(&case));
        let path = folder.path().join(&file_name);
        let mut file = create(&case, &path).unwrap();
        write(&case, &mut file);
        let same = fs::read(path).unwrap() == fs::read(golden_folder().join(file_name)).unwrap();
        // The cases that differ on purpose say so: they are defects, and ours must not have them.
        assert_eq!(same, case["differs"].is_null(), "{}: {}", name(&case), case["differs"]);
    }
}
