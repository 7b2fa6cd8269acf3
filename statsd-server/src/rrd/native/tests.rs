use super::*;
use crate::rrd::tests::golden;

fn patched(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = golden("cacti.rrd");
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

fn refused(file: &[u8]) -> String {
    read(file).unwrap_err().to_string()
}

#[test]
fn version_1_has_no_microseconds() {
    // 128 bytes of head, 2 sources, 4 archives, 8 bytes of seconds.
    let microseconds_at = 128 + 2 * 120 + 4 * 120 + 8;
    let mut old = patched(4, b"0001");
    old.drain(microseconds_at..microseconds_at + 8);
    let database = read(&old).unwrap();
    let new = read(&golden("cacti.rrd")).unwrap();
    assert_eq!(database.updated, new.updated);
    assert_eq!(format!("{database:?}"), format!("{new:?}"));
}

#[test]
fn a_newer_version_is_refused() {
    let error = "byte 4: not a version that is known (0001 to 0005)";
    for version in [b"0006", b"0000", b"late"] {
        assert_eq!(refused(&patched(4, version)), error);
    }
}

#[test]
fn files_of_other_machines_are_told() {
    let cookie = FLOAT_COOKIE;
    let dump = "import there, or what `rrdtool dump` writes there";
    let big_endian = patched(16, &cookie.to_be_bytes());
    assert_eq!(refused(&big_endian), format!("byte 0: the file of a big-endian machine: {dump}"));
    let mut packed = patched(12, &cookie.to_le_bytes());
    assert_eq!(refused(&packed), format!("byte 0: the file of a 32-bit machine: {dump}"));
    packed = patched(12, &cookie.to_be_bytes());
    assert_eq!(refused(&packed), format!("byte 0: the file of a big-endian machine: {dump}"));
    // 32-bit ARM: the gap is there, counts have four bytes each.
    let arm = patched(24, &[2, 0, 0, 0, 4, 0, 0, 0, 60, 0, 0, 0]);
    assert_eq!(refused(&arm), format!("byte 0: the file of a 32-bit machine: {dump}"));
    let other = patched(16, &1.0_f64.to_le_bytes());
    assert_eq!(refused(&other), "byte 16: not the number that files of RRDtool have here");
}

#[test]
fn counts_are_held_against_the_length_of_the_file() {
    let count = |count: u64| count.to_le_bytes();
    let too_many = "byte 24: 18446744073709551615 sources, where 1 to 4096 can be";
    assert_eq!(refused(&patched(24, &count(u64::MAX))), too_many);
    assert_eq!(refused(&patched(24, &count(0))), "byte 24: 0 sources, where 1 to 4096 can be");
    assert_eq!(
        refused(&patched(32, &count(1_024))),
        "byte 24: 2 sources and 1024 archives take more than the 2400 bytes of the file"
    );
    // The rows of the first archive.
    let rows_at = 128 + 2 * 120 + 24;
    assert_eq!(
        refused(&patched(rows_at, &count(u64::MAX))),
        "byte 2400: the file ends within 18446744073709551615 rows of AVERAGE at 60 s"
    );
    assert_eq!(refused(&patched(rows_at, &count(0))), "byte 368: an archive of no rows");
    let per_row_at = rows_at + 8;
    let endless =
        "byte 368: rows of 18446744073709551615 steps of 60 s, where 1 to 4294967295 s can be";
    assert_eq!(refused(&patched(per_row_at, &count(u64::MAX))), endless);
    assert!(refused(&patched(per_row_at, &count(0))).starts_with("byte 368: rows of 0 steps"));
    assert!(refused(&patched(40, &count(0))).starts_with("byte 368: rows of 1 steps of 0 s"));
}

#[test]
fn the_newest_row_is_one_of_them() {
    let pointer_at = 128 + 2 * 120 + 4 * 120 + 16 + 2 * 112 + 2 * 4 * 80;
    let error = refused(&patched(pointer_at, &10_u64.to_le_bytes()));
    assert_eq!(error, format!("byte {pointer_at}: row 10 is the newest of 10"));
}

#[test]
fn the_last_update_is_a_time() {
    let at = 128 + 2 * 120 + 4 * 120;
    let error = refused(&patched(at, &u64::MAX.to_le_bytes()));
    assert!(error.starts_with(&format!("byte {at}: the last update, 184467")), "{error}");
}

#[test]
fn names_are_texts() {
    assert_eq!(refused(&patched(128, b"\x00")), "byte 128: a source's name is \"\"");
    assert_eq!(refused(&patched(128, b"a\n")), "byte 128: a source's name is \"a\\naffic_in\"");
    assert_eq!(refused(&patched(128, b"\xff")), "byte 128: a source's name is not UTF-8");
}

#[test]
fn every_cut_is_an_error() {
    let file = golden("cacti.rrd");
    for end in 4..file.len() {
        let error = refused(&file[..end]);
        assert!(error.starts_with("byte "), "{end}: {error}");
    }
}

#[test]
fn no_byte_panics() {
    let file = golden("empty.rrd");
    for at in 0..file.len() {
        for byte in [0, 1, 0x7f, 0xff] {
            let mut changed = file.clone();
            changed[at] = byte;
            let _read_or_refused = read(&changed);
        }
    }
}
