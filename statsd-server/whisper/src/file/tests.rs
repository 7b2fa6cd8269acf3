use std::fs::{self, OpenOptions};
use std::path::PathBuf;

use tempfile::TempDir;

use crate::{AggregationMethod, ErrorKind, Outcome, Whisper, parse_retentions};

const NOW: i64 = 1_772_599_800;

fn new_file() -> (TempDir, PathBuf, Whisper) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    let archives = parse_retentions("10:30,60:20").unwrap();
    let file = Whisper::create(&path, &archives, AggregationMethod::Average, 0.5).unwrap();
    (folder, path, file)
}

#[test]
fn a_truncated_file_is_refused_at_open_whatever_is_left_of_it() {
    let (_folder, path, file) = new_file();
    let whole = fs::metadata(&path).unwrap().len();
    drop(file);
    for length in (0..whole).rev() {
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
        let error = Whisper::open(&path).unwrap_err();
        let kind = if length == 0 { ErrorKind::Empty } else { ErrorKind::Truncated };
        assert_eq!(error.kind(), kind, "{length}");
        assert!(error.to_string().starts_with(path.to_str().unwrap()), "{error}");
    }
}

#[test]
fn a_file_cut_while_it_is_open_is_an_error_and_not_a_short_answer() {
    let (_folder, path, mut file) = new_file();
    let _ = file.update(NOW, 1.0, NOW).unwrap();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(100).unwrap();
    let error = file.fetch(NOW - 200, NOW, NOW).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert!(error.to_string().contains("cannot read archive 10:30 at byte"), "{error}");
}

#[test]
fn a_missing_file_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    assert_eq!(Whisper::open(path).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_folder_is_not_a_file() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Whisper::open(folder.path()).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(Whisper::open_read_only(folder.path()).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn a_file_opened_to_read_can_be_read_and_not_written() {
    let (_folder, path, mut file) = new_file();
    assert_eq!(file.update(NOW, 1.5, NOW).unwrap(), Outcome::Written);
    let mut reader = Whisper::open_read_only(path).unwrap();
    assert_eq!(reader.value_at(NOW).unwrap(), Some(1.5));
    assert_eq!(reader.update(NOW, 2.5, NOW).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(reader.value_at(NOW).unwrap(), Some(1.5));
}

#[test]
fn method_and_factor_can_be_changed_and_stay_changed() {
    let (_folder, path, mut file) = new_file();
    file.set_aggregation_method(AggregationMethod::AbsMin).unwrap();
    file.set_x_files_factor(0.0).unwrap();
    let again = Whisper::open(path).unwrap();
    assert_eq!(again.header(), file.header());
    assert_eq!(again.header().method(), AggregationMethod::AbsMin);
    assert_eq!(again.header().x_files_factor().to_bits(), 0);
}

#[test]
fn a_factor_outside_of_its_range_changes_nothing() {
    let (_folder, path, mut file) = new_file();
    let before = fs::read(&path).unwrap();
    for factor in [-0.5, 1.1, f32::NAN, f32::INFINITY] {
        let error = file.set_x_files_factor(factor).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidXFilesFactor);
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_was_renamed_away_knows_that_it_is_replaced() {
    let (folder, path, file) = new_file();
    file.sync().unwrap();
    assert!(!file.is_replaced().unwrap());
    fs::rename(&path, folder.path().join("a.bak")).unwrap();
    assert!(file.is_replaced().unwrap());
    fs::copy(folder.path().join("a.bak"), &path).unwrap();
    assert!(file.is_replaced().unwrap());
}

#[test]
fn a_file_that_was_cut_off_knows_that_it_is_another_one() {
    let (_folder, path, file) = new_file();
    let whole = fs::metadata(&path).unwrap().len();
    let other = OpenOptions::new().write(true).open(&path).unwrap();
    for length in [whole - 1, 100, 0] {
        other.set_len(length).unwrap();
        assert!(file.is_replaced().unwrap(), "{length}");
    }
    other.set_len(whole + 1).unwrap();
    assert!(!file.is_replaced().unwrap());
}

#[test]
fn a_reader_and_its_file_cross_threads() {
    fn crosses_threads<T: Send + Sync>() {}
    crosses_threads::<Whisper>();
}
