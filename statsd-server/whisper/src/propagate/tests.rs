use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::{AggregationMethod, Point, Whisper, parse_retentions};

/// A boundary of every step used here.
const NOW: i64 = 1_772_599_800;

fn new_file(retentions: &str, method: AggregationMethod, factor: f32) -> (TempDir, Whisper) {
    let folder = tempfile::tempdir().unwrap();
    let archives = parse_retentions(retentions).unwrap();
    let file = Whisper::create(folder.path().join("a.wsp"), &archives, method, factor).unwrap();
    (folder, file)
}

fn write(file: &mut Whisper, points: &[(i64, f64)], now: i64) {
    let points: Vec<_> =
        points.iter().map(|(time, value)| Point { timestamp: *time, value: *value }).collect();
    assert_eq!(file.update_many(&points, now).unwrap().written, points.len());
}

fn held(file: &Whisper, step: u32) -> Vec<(i64, f64)> {
    file.points(step).unwrap().iter().map(|point| (point.timestamp - NOW, point.value)).collect()
}

#[test]
fn each_write_brings_every_coarser_archive_up_to_date() {
    let (_folder, mut file) = new_file("10:60,60:20,300:20", AggregationMethod::Sum, 0.0);
    write(&mut file, &[(NOW, 1.0), (NOW + 10, 2.0), (NOW + 60, 4.0)], NOW + 60);
    assert_eq!(held(&file, 60), [(0, 3.0), (60, 4.0)]);
    assert_eq!(held(&file, 300), [(0, 7.0)]);
    let _ = file.update(NOW + 20, 8.0, NOW + 60).unwrap();
    assert_eq!(held(&file, 60), [(0, 11.0), (60, 4.0)]);
    assert_eq!(held(&file, 300), [(0, 15.0)]);
}

#[test]
fn too_few_known_values_make_none_and_erase_none() {
    let (_folder, mut file) = new_file("10:12,60:20", AggregationMethod::Average, 0.5);
    write(&mut file, &[(NOW, 1.0), (NOW + 10, 1.0)], NOW + 50);
    assert_eq!(held(&file, 60), []);
    write(&mut file, &[(NOW + 20, 4.0)], NOW + 50);
    assert_eq!(held(&file, 60), [(0, 2.0)]);

    write(&mut file, &[(NOW + 120, 9.0)], NOW + 120);
    assert_eq!(held(&file, 60), [(0, 2.0)]);
}

#[test]
fn a_factor_that_32_bits_round_down_is_met_by_its_own_share() {
    let (_folder, mut file) = new_file("10:30,100:20", AggregationMethod::Sum, 0.7);
    let start = NOW - NOW % 100;
    for i in 0..7 {
        assert_eq!(held(&file, 100).len(), 0);
        let _ = file.update(start + i * 10, 1.0, start + 90).unwrap();
    }
    assert_eq!(held(&file, 100).len(), 1);
}

#[test]
fn slots_of_an_earlier_round_are_not_known() {
    let (_folder, mut file) = new_file("10:6,60:20", AggregationMethod::Sum, 0.0);
    let round: Vec<_> = (0..6).map(|i| (NOW + i * 10, 1.0)).collect();
    write(&mut file, &round, NOW + 50);
    write(&mut file, &[(NOW + 70, 8.0)], NOW + 70);
    assert_eq!(held(&file, 60), [(0, 6.0), (60, 8.0)]);
}

#[test]
fn a_late_point_never_replaces_a_coarse_value_by_one_made_of_less() {
    let (_folder, mut file) = new_file("10:12,60:20", AggregationMethod::Sum, 0.0);
    let full: Vec<_> = (0..12).map(|i| (NOW + i * 10, 1.0)).collect();
    write(&mut file, &full, NOW + 110);
    // Two of the first minute's slots are used anew.
    write(&mut file, &[(NOW + 120, 1.0), (NOW + 130, 1.0)], NOW + 130);
    let _ = file.update(NOW + 50, 100.0, NOW + 130).unwrap();
    assert_eq!(held(&file, 10).iter().filter(|(time, _)| *time == 50).count(), 1);
    assert_eq!(held(&file, 60), [(0, 6.0), (60, 6.0), (120, 2.0)]);
}

#[test]
fn a_batch_counts_the_values_whose_slots_it_takes() {
    let (_folder, mut file) = new_file("10:12,60:20", AggregationMethod::Sum, 0.0);
    write(&mut file, &[(NOW, 1.0), (NOW + 10, 1.0)], NOW + 10);
    let run: Vec<_> = (2..14).map(|i| (NOW + i * 10, 1.0)).collect();
    write(&mut file, &run, NOW + 130);
    assert_eq!(held(&file, 10).len(), 12);
    assert_eq!(held(&file, 60), [(0, 6.0), (60, 6.0), (120, 2.0)]);
}

#[test]
fn a_coarse_value_is_made_of_what_is_left_where_there_is_none_yet() {
    let (_folder, mut file) = new_file("10:12,60:20", AggregationMethod::Sum, 0.0);
    let all: Vec<_> = (2..14).map(|i| (NOW + i * 10, 1.0)).collect();
    write(&mut file, &all, NOW + 130);
    assert_eq!(held(&file, 60), [(0, 4.0), (60, 6.0), (120, 2.0)]);
}

#[test]
fn a_coarse_interval_older_than_its_archive_never_takes_the_newest_slot() {
    // The fine archive reaches back to -100; the coarse one has two slots, of 0 and -60.
    let (_folder, mut file) = new_file("10:11,60:2", AggregationMethod::Sum, 0.0);
    write(&mut file, &[(NOW, 1.0), (NOW - 60, 2.0)], NOW);
    write(&mut file, &[(NOW - 100, 8.0)], NOW);
    assert_eq!(held(&file, 10), [(-100, 8.0), (-60, 2.0), (0, 1.0)]);
    assert_eq!(held(&file, 60), [(-60, 2.0), (0, 1.0)]);
}

#[test]
fn an_archive_gets_its_first_slot_from_the_oldest_interval() {
    let (_folder, mut file) = new_file("10:30,60:20", AggregationMethod::Sum, 0.0);
    write(&mut file, &[(NOW, 1.0), (NOW - 120, 3.0), (NOW - 60, 2.0)], NOW);
    let bytes = fs::read(file.path()).unwrap();
    let coarse = &bytes[40 + 30 * 12..][..36];
    let intervals: Vec<_> = coarse
        .as_chunks::<12>()
        .0
        .iter()
        .map(|slot| i64::from(u32::from_be_bytes(slot[..4].try_into().unwrap())) - NOW)
        .collect();
    assert_eq!(intervals, [-120, -60, 0]);
}

#[test]
fn archives_that_do_not_fit_together_are_written_and_not_propagated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    // A step of 15 s is no multiple of 10 s: no writer of today makes such a file.
    write_header(&path, &[(40, 10, 6), (112, 15, 6)]);
    let mut file = Whisper::open(&path).unwrap();
    write(&mut file, &[(NOW, 1.0), (NOW - 10, 2.0), (NOW - 70, 3.0)], NOW);
    assert_eq!(held(&file, 10), [(-10, 2.0), (0, 1.0)]);
    assert_eq!(held(&file, 15), [(-75, 3.0)]);
    assert_eq!(fs::metadata(&path).unwrap().len(), 184);
}

fn write_header(path: &Path, archives: &[(u32, u32, u32)]) {
    let count = u32::try_from(archives.len()).unwrap();
    let mut words = vec![2, 90, 0.0_f32.to_bits(), count];
    words.extend(archives.iter().flat_map(|(offset, step, points)| [*offset, *step, *points]));
    let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_be_bytes).collect();
    bytes.resize(184, 0);
    fs::write(path, bytes).unwrap();
}
