use crate::{AggregationMethod, ErrorKind, Point, Whisper, parse_retentions};

const NOW: i64 = 1_772_600_400;

fn file(folder: &tempfile::TempDir) -> Whisper {
    let archives = parse_retentions("60:5,300:4").unwrap();
    let path = folder.path().join("a.wsp");
    Whisper::create(path, &archives, AggregationMethod::Average, 0.0).unwrap()
}

fn point(timestamp: i64, value: f64) -> Point {
    Point { timestamp, value }
}

fn stands(file: &Whisper, step: u32) -> Vec<(i64, f64)> {
    let points = file.points(step).unwrap();
    points.iter().map(|point| (point.timestamp - NOW, point.value)).collect()
}

#[test]
fn each_archive_has_what_was_placed_there_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = file(&folder);
    let coarse = [point(NOW, 3.0), point(NOW - 600, 1.0), point(NOW - 299, 2.0)];
    assert_eq!(file.place(300, &coarse).unwrap(), 3);
    assert_eq!(stands(&file, 300), [(-600, 1.0), (-300, 2.0), (0, 3.0)]);
    assert_eq!(stands(&file, 60), []);
    let fine = [point(NOW, 9.0), point(NOW + 59, 8.0), point(NOW - 120, 7.0)];
    assert_eq!(file.place(60, &fine).unwrap(), 2);
    assert_eq!(stands(&file, 60), [(-120, 7.0), (0, 8.0)]);
    assert_eq!(stands(&file, 300), [(-600, 1.0), (-300, 2.0), (0, 3.0)]);
    let again = Whisper::open(file.path()).unwrap();
    let fetched = again.fetch_archive(300, NOW - 900, NOW, NOW).unwrap().unwrap();
    assert_eq!(fetched.values, [Some(1.0), Some(2.0), Some(3.0)]);
}

#[test]
fn the_newest_of_those_that_share_a_slot_holds() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = file(&folder);
    let nine: Vec<_> = (0..9).map(|i| point(NOW + 60 * i, i as f64)).collect();
    assert_eq!(file.place(60, &nine).unwrap(), 5);
    let last_five = [(240, 4.0), (300, 5.0), (360, 6.0), (420, 7.0), (480, 8.0)];
    assert_eq!(stands(&file, 60), last_five);
    // Older than all that stands there.
    assert_eq!(file.place(60, &[point(NOW + 180, 1.0)]).unwrap(), 0);
    assert_eq!(stands(&file, 60), last_five);
    assert_eq!(file.place(60, &[point(NOW + 540, 9.0)]).unwrap(), 1);
    assert_eq!(stands(&file, 60).len(), 5);
}

#[test]
fn what_has_no_slot_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = file(&folder);
    for timestamp in [-1, 0, 59, (1 << 32) + 60, i64::MIN / 2] {
        let error = file.place(60, &[point(NOW, 1.0), point(timestamp, 1.0)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidTime, "{timestamp}");
    }
    assert_eq!(stands(&file, 60), []);
    assert_eq!(file.place(10, &[]).unwrap_err().kind(), ErrorKind::NoSuchArchive);
}
