use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{Finding, check};
use crate::{AggregationMethod, ErrorKind, Retention, Whisper, parse_retentions};

/// A boundary of every step used here.
const NOW: i64 = 1_772_599_800;

const FINE: Retention = Retention { seconds_per_point: 10, points: 6 };

/// A file with three points, after something was done to its bytes.
fn damaged(damage: impl FnOnce(&mut Vec<u8>)) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    let archives = parse_retentions("10:6,60:5").unwrap();
    let mut file = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.0).unwrap();
    for age in [20, 10, 0] {
        let _ = file.update(NOW - age, 1.0, NOW).unwrap();
    }
    let mut bytes = fs::read(&path).unwrap();
    damage(&mut bytes);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn findings(damage: impl FnOnce(&mut Vec<u8>)) -> Vec<Finding> {
    let (_folder, path) = damaged(damage);
    check(path).unwrap()
}

#[test]
fn a_sound_file_has_no_findings() {
    assert_eq!(findings(|_| {}), []);
}

#[test]
fn each_damage_is_told() {
    for (damaged, expected) in [
        (findings(Vec::clear), Finding::Empty),
        (findings(|b| b.truncate(100)), Finding::Truncated { bytes: 100, promised: 172 }),
        (
            findings(|b| b.truncate(15)),
            Finding::Unreadable("15 bytes end within the header".into()),
        ),
        (
            findings(|b| b[3] = 9),
            Finding::Unreadable("no aggregation method has the code 9".into()),
        ),
        (findings(|b| b[40 + 12 + 3] ^= 1), Finding::Misaligned { archive: FINE, slots: 1 }),
        (findings(|b| b[40..64].rotate_left(12)), Finding::Misplaced { archive: FINE, slots: 2 }),
        (findings(|b| b[40..44].fill(0)), Finding::WithoutBase { archive: FINE, slots: 2 }),
    ] {
        assert_eq!(damaged, std::slice::from_ref(&expected), "{expected}");
        assert!(expected.is_damage(), "{expected}");
    }
}

#[test]
fn what_is_odd_is_no_damage() {
    for (odd, expected) in [
        (findings(|b| b.push(7)), Finding::TrailingBytes(1)),
        (findings(|b| b[7] ^= 1), Finding::WrongMaxRetention { said: 301, is: 300 }),
        (findings(|b| b[3] = 6), Finding::AmbiguousMethod(AggregationMethod::AvgZero)),
    ] {
        assert_eq!(odd, std::slice::from_ref(&expected), "{expected}");
        assert!(!expected.is_damage(), "{expected}");
    }
    let unfit = findings(|b| b[35] = 25);
    assert!(matches!(&unfit[..], [_, Finding::UnfitArchives(_), ..]), "{unfit:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(check(folder.path().join("a")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(check(folder.path()).unwrap_err().kind(), ErrorKind::Io);
}
