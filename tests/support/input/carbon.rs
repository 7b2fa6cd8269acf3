//! Any bytes at carbon's doors: as lines, as a pickle, as a protobuf frame.

use statsd_server::carbon::{Bad, Point, Points, read_lines, read_pickle, read_protobuf};

/// The time of arrival, which no text of a test is.
const NOW: i64 = 5_000_000_001;

type Read = (Vec<(String, i64, u64)>, Bad);

/// Checks what must hold of every text that is read as lines.
///
/// # Panics
/// It does not hold.
pub fn carbon_line(data: &[u8]) {
    let whole = lines(data);
    let mut alone: Read = Default::default();
    let mut not_empty = 0;
    for line in data.split(|&byte| byte == b'\n') {
        let (points, bad) = lines(line);
        let taken = points.len() as u64 + bad.total() + bad.not_a_number;
        let is_empty = line.trim_ascii().is_empty();
        assert_eq!(taken, u64::from(!is_empty), "{}", line.escape_ascii());
        if let [(name, timestamp, value)] = &points[..] {
            as_the_standard_library_reads_it(line, name, *timestamp, f64::from_bits(*value));
        }
        not_empty += u64::from(!is_empty);
        alone.0.extend(points);
        alone.1.not_a_number += bad.not_a_number;
    }
    assert_eq!(whole.0, alone.0, "a line depends on its neighbours");
    assert_eq!(whole.0.len() as u64 + whole.1.total() + whole.1.not_a_number, not_empty);
}

fn lines(text: &[u8]) -> Read {
    let (mut points, mut bad) = (Points::default(), Bad::default());
    read_lines(text, NOW, &mut points, &mut bad);
    (usable(&points), bad)
}

/// What the store may rely on.
fn usable(points: &Points) -> Vec<(String, i64, u64)> {
    let point = |(name, Point { timestamp, value }): (&str, Point)| {
        assert!(value.is_finite(), "{name} {value}");
        assert!((0..=i64::from(u32::MAX)).contains(&timestamp) || timestamp == NOW, "{timestamp}");
        (name.to_owned(), timestamp, value.to_bits())
    };
    points.iter().map(point).collect()
}

fn as_the_standard_library_reads_it(line: &[u8], name: &str, timestamp: i64, value: f64) {
    let text = std::str::from_utf8(line).expect("it became a point").trim_ascii();
    let (first, rest) = text.split_once([' ', '\t']).expect("three fields");
    assert_eq!(first, name);
    let mut fields = rest.split_ascii_whitespace();
    let mut number = || fields.next().and_then(|field| field.parse::<f64>().ok());
    assert_eq!(number().map(f64::to_bits), Some(value.to_bits()));
    let time = number().expect("it was read");
    assert!(
        timestamp == NOW && time == -1.0 || timestamp as f64 == time.trunc(),
        "{timestamp} of {time}"
    );
    assert_eq!(fields.next(), None);
}

/// Checks what must hold of every frame that is read as a pickle: it ends, with no more points than it has bytes.
///
/// # Panics
/// It does not hold.
pub fn pickle(data: &[u8]) {
    let Ok(mut read) = read_pickle(data) else { return };
    all_of_it(data, |points, bad| read.next_batch(NOW, points, bad));
}

/// The same for a protobuf frame, of which the beginning is refused or is one, too.
///
/// # Panics
/// It does not hold.
pub fn protobuf(data: &[u8]) {
    let Ok(mut read) = read_protobuf(data) else { return };
    all_of_it(data, |points, bad| read.next_batch(NOW, points, bad));
}

fn all_of_it(data: &[u8], mut next: impl FnMut(&mut Points, &mut Bad) -> bool) {
    let mut bad = Bad::default();
    let mut taken = 0;
    loop {
        let mut points = Points::default();
        let is_last = next(&mut points, &mut bad);
        taken += usable(&points).len();
        assert!(taken <= data.len(), "{taken} points of {} bytes", data.len());
        if is_last {
            return;
        }
        assert!(!points.is_empty(), "a batch of nothing, and more is said to come");
    }
}
