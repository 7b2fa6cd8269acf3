//! The known defects of the Python library (W) and of go-whisper (G), each led to and not met.
#![expect(
    clippy::unwrap_used,
    reason = "the lint does not see that functions outside of #[test] are tests here"
)]

use std::fs::{self, File};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use statsd_whisper::{
    Accepted, AggregationMethod, Counts, ErrorKind, Finding, Outcome, Point, Refill, ResizeOptions,
    Whisper, check, parse_retentions, repair,
};
use tempfile::TempDir;

/// A boundary of every step used here.
const NOW: i64 = 1_772_599_800;

fn new_file(retentions: &str) -> (TempDir, Whisper) {
    let folder = tempfile::tempdir().unwrap();
    let archives = parse_retentions(retentions).unwrap();
    let path = folder.path().join("a.wsp");
    let file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0).unwrap();
    (folder, file)
}

fn points(ages: impl Iterator<Item = i64>, value: f64) -> Vec<Point> {
    ages.map(|age| Point { timestamp: NOW - age, value }).collect()
}

/// What an archive holds, as ages.
fn held(file: &Whisper, step: u32) -> Vec<(i64, f64)> {
    file.points(step).unwrap().iter().map(|point| (NOW - point.timestamp, point.value)).collect()
}

#[test]
fn w1_a_run_longer_than_its_archive_stays_in_it() {
    let (_folder, mut file) = new_file("10:6,60:5");
    let _ = file.update_many(&points((0..5).map(|i| i * 60), 3.0), NOW).unwrap();
    let coarse = held(&file, 60);
    assert_eq!(coarse.len(), 5);
    let run = points((0..16).map(|i| -10 * i), 9.0);
    let counts = file.update_many(&run, NOW).unwrap();
    assert_eq!(counts, Counts { written: 1, future: 15, ..Counts::default() });
    assert_eq!(held(&file, 60)[..4], coarse[..4]);
    // The same from those that wait, of which some were accepted later than others.
    let later = u32::try_from(NOW).unwrap();
    let run: Vec<_> = (0..16)
        .map(|i| Accepted { timestamp: later + i * 10, at: later + i * 10, value: 1.0 })
        .collect();
    assert_eq!(file.update_accepted(&run).unwrap().written, 16);
    assert_eq!(held(&file, 10).len(), 6);
    assert_eq!(held(&file, 60).len(), 5);
    assert_eq!(check(file.path()).unwrap(), []);
}

#[test]
fn w2_a_point_as_old_as_its_archive_does_not_take_the_newest_slot() {
    let (_folder, mut file) = new_file("10:6");
    let _ = file.update(NOW, 1.0, NOW).unwrap();
    for age in 60..=69 {
        assert_eq!(file.update(NOW - age, 9.0, NOW + 9).unwrap(), Outcome::TooOld);
        assert_eq!(file.update(NOW - 60, 9.0, NOW).unwrap(), Outcome::TooOld);
    }
    assert_eq!(held(&file, 10), [(0, 1.0)]);
}

#[test]
fn w3_a_future_point_takes_no_valid_slot() {
    let (_folder, mut file) = new_file("10:6");
    let _ = file.update_many(&points((0..6).map(|i| i * 10), 1.0), NOW).unwrap();
    let counts = file.update_many(&points((1..7).map(|i| i * -10), 9.0), NOW).unwrap();
    assert_eq!(counts, Counts { future: 6, ..Counts::default() });
    assert_eq!(held(&file, 10).len(), 6);
    assert!(held(&file, 10).iter().all(|(_, value)| *value == 1.0));
}

#[test]
fn w4_a_late_point_replaces_the_coarse_value_as_is_documented() {
    let (_folder, mut file) = new_file("10:6,60:5");
    let _ = file.update_many(&points((0..6).map(|i| 110 - i * 10), 1.0), NOW - 60).unwrap();
    let minute = || NOW - 120;
    assert_eq!(
        file.fetch_archive(60, minute() - 60, minute(), NOW).unwrap().unwrap().values,
        [Some(5.0)]
    );
    assert_eq!(file.update(NOW - 100, 8.0, NOW).unwrap(), Outcome::Written);
    assert_eq!(
        file.fetch_archive(60, minute() - 60, minute(), NOW).unwrap().unwrap().values,
        [Some(8.0)]
    );
}

#[test]
fn w5_a_coarse_value_is_not_replaced_by_one_made_of_the_rest() {
    let (_folder, mut file) = new_file("10:12,60:10");
    for age in (0..12).rev() {
        let _ = file.update(NOW - age * 10, 1.0, NOW - age * 10).unwrap();
    }
    let _ = file.update(NOW + 20, 1.0, NOW + 20).unwrap();
    let before = held(&file, 60);
    assert_eq!(before[1], (60, 6.0));
    // Of the minute at -120 two slots are taken already.
    assert_eq!(file.update(NOW - 90, 100.0, NOW + 20).unwrap(), Outcome::Written);
    assert_eq!(held(&file, 60), before);
}

#[test]
fn w6_a_short_file_is_an_error_and_can_be_repaired() {
    let (_folder, mut file) = new_file("10:6,60:5");
    let _ = file.update(NOW, 1.0, NOW).unwrap();
    let path = file.path().to_owned();
    File::options().write(true).open(&path).unwrap().set_len(100).unwrap();
    assert_eq!(
        file.fetch_archive(60, NOW - 300, NOW, NOW).unwrap_err().kind(),
        ErrorKind::Truncated
    );
    assert_eq!(Whisper::open(&path).unwrap_err().kind(), ErrorKind::Truncated);
    assert!(repair(&path).unwrap());
    let fetched = Whisper::open(&path).unwrap().fetch_archive(60, NOW - 300, NOW, NOW).unwrap();
    assert_eq!(fetched.unwrap().values, [None; 5]);
}

#[test]
fn w7_a_file_that_a_full_disk_left_empty_is_absent() {
    let (folder, file) = new_file("10:6");
    let path = folder.path().join("b.wsp");
    fs::write(&path, "").unwrap();
    assert_eq!(Whisper::open(&path).unwrap_err().kind(), ErrorKind::Empty);
    assert_eq!(check(&path).unwrap(), [Finding::Empty]);
    let archives = parse_retentions("10:6").unwrap();
    let made = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.0).unwrap();
    assert_eq!(made.header(), file.header());
    // Written under another name first: no third one is left.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn w8_a_range_longer_than_the_archive_has_a_value_or_a_gap_for_each_step() {
    let (_folder, mut file) = new_file("10:6,60:5");
    let _ = file.update_many(&points((0..6).map(|i| i * 10), 1.0), NOW).unwrap();
    let fetched = file.fetch_archive(10, NOW - 290, NOW, NOW).unwrap().unwrap();
    assert_eq!((fetched.start, fetched.end()), (NOW - 50, NOW + 10));
    assert_eq!(fetched.values, [Some(1.0); 6]);
}

#[test]
fn w9_no_point_goes_to_the_copy_that_a_resize_puts_aside() {
    let (_folder, mut file) = new_file("10:6");
    let path = file.path().to_owned();
    let stale = Whisper::open(&path).unwrap();
    // Whoever waits for the lock gets the file that stands there after it.
    let locked = Whisper::open_locked(&path).unwrap();
    let waiting = thread::spawn(move || {
        let mut file = Whisper::open_locked(path).unwrap();
        let _ = file.update(NOW, 1.0, NOW).unwrap();
        file.header().file_bytes()
    });
    let longer = parse_retentions("10:60").unwrap();
    let header = statsd_whisper::Header::new(&longer, AggregationMethod::Sum, 0.0).unwrap();
    let options = ResizeOptions { keep_backup: true, ..ResizeOptions::new(Refill::Exact) };
    file.resize(&header, options, NOW, |_| {}).unwrap();
    drop(locked);
    assert_eq!(waiting.join().unwrap(), header.file_bytes());
    assert_eq!(held(&file, 10), [(0, 1.0)]);
    assert!(stale.is_replaced().unwrap());
    assert!(!file.is_replaced().unwrap());
}

#[test]
fn w10_zero_is_no_gap_and_a_new_file_need_not_be_sparse() {
    let (folder, mut file) = new_file("10:6");
    let archives = parse_retentions("10:6").unwrap();
    let path = folder.path().join("b.wsp");
    let mut other = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0).unwrap();
    let ages = || (0..6).map(|i| i * 10);
    let _ = file.update_many(&points(ages(), 0.0), NOW).unwrap();
    let _ = other.update_many(&points(ages(), 7.0), NOW).unwrap();
    assert_eq!(file.fill(&other, NOW).unwrap(), 0);
    assert!(held(&file, 10).iter().all(|(_, value)| *value == 0.0));
    // A dump hands over slot by slot.
    let mut slots = 0;
    file.dump(10, |_| slots += 1).unwrap();
    assert_eq!(slots, 6);
}

#[test]
fn w11_a_reader_beside_the_writer_misses_no_point() {
    let (_folder, mut file) = new_file("1:600");
    let path = file.path().to_owned();
    let run = |value: f64| points((0..300).rev(), value);
    let _ = file.update_many(&run(0.0), NOW).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for value in 1..200 {
                let _ = file.update_many(&run(f64::from(value)), NOW).unwrap();
            }
            done.store(true, Ordering::Release);
        });
        let reader = Whisper::open_read_only(path).unwrap();
        while !done.load(Ordering::Acquire) {
            let values = reader.fetch(NOW - 20, NOW, NOW).unwrap().unwrap().values;
            assert_eq!(values.len(), 20);
            assert!(values.iter().all(Option::is_some), "{values:?}");
        }
    });
}

#[test]
fn g1_the_newest_point_before_the_cut_of_a_batch_stays_fine() {
    let (_folder, mut file) = new_file("10:6,60:5");
    let batch = points([0, 10, 20, 40, 200].into_iter(), 1.0);
    assert_eq!(file.update_many(&batch, NOW).unwrap().written, 5);
    assert_eq!(held(&file, 10), [(40, 1.0), (20, 1.0), (10, 1.0), (0, 1.0)]);
    assert_eq!(held(&file, 60), [(240, 1.0), (60, 3.0), (0, 1.0)]);
}

#[test]
fn g2_a_code_that_means_something_else_to_go_whisper_is_told() {
    for method in AggregationMethod::ALL {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wsp");
        let archives = parse_retentions("10:6").unwrap();
        Whisper::create(&path, &archives, method, 0.0).unwrap();
        let told = check(&path).unwrap();
        if method.go_whisper_name() == method.name() {
            assert_eq!(told, []);
        } else {
            assert_eq!(told, [Finding::AmbiguousMethod(method)]);
            assert!(told[0].to_string().contains(method.go_whisper_name()), "{}", told[0]);
        }
    }
    let names = AggregationMethod::ALL.map(AggregationMethod::go_whisper_name);
    assert_eq!(names[5..], ["first", "mix", "percentile"]);
}
