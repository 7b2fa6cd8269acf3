use super::read_pickle;
use crate::carbon::{Bad, PickleError, Point, Points, Reason};

const NOW: i64 = 1_700_000_000;

type Read = (Vec<(String, i64, f64)>, Bad);

/// All batches of a frame, and how many they were.
fn batches(frame: &[u8]) -> Result<(Read, usize), PickleError> {
    let (mut all, mut bad, mut batches) = (Vec::new(), Bad::default(), 0);
    let mut reader = read_pickle(frame)?;
    loop {
        let mut points = Points::default();
        let is_last = reader.next_batch(NOW, &mut points, &mut bad);
        let point =
            |(name, Point { timestamp, value }): (&str, Point)| (name.to_owned(), timestamp, value);
        all.extend(points.iter().map(point));
        batches += 1;
        if is_last {
            return Ok(((all, bad), batches));
        }
    }
}

fn read(frame: &[u8]) -> Read {
    batches(frame).unwrap().0
}

/// What Python's `pickle` wrote; `tests/golden/pickle/make.py` says of what.
#[test]
fn pythons_pickles_are_read_whatever_their_protocol() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/pickle");
    let expected = fs_err::read_to_string(format!("{folder}/expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
    let mut files = 0;
    for (file, points) in expected.as_object().unwrap() {
        let frame = fs_err::read(format!("{folder}/{file}")).unwrap();
        let (read, bad) = read(&frame);
        assert_eq!(bad.total(), 0, "{file}");
        let expected = points.as_array().unwrap().iter().map(|point| {
            let (name, value) = (point[0].as_str().unwrap(), point[2].as_str().unwrap());
            (name.to_owned(), point[1].as_i64().unwrap(), value.parse().unwrap())
        });
        assert_eq!(read, expected.collect::<Vec<_>>(), "{file}");
        files += 1;
    }
    assert!(files >= 20, "only {files} pickles");
}

/// What Python writes of objects that do something when they are loaded, or that are more than data.
#[test]
fn hostile_pickles_are_refused() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/pickle/hostile");
    let mut files = 0;
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let error = read_pickle(&fs_err::read(&path).unwrap()).unwrap_err();
        assert!(matches!(error, PickleError::NotData(_)), "{}: {error}", path.display());
        files += 1;
    }
    assert!(files >= 10, "only {files} pickles");
}

#[test]
fn an_entry_may_have_several_points() {
    let (points, bad) = read(b"]((U\x01aK\x01K\x02\x86K\x03K\x04\x86te.");
    assert_eq!(points, [("a".to_owned(), 1, 2.0), ("a".to_owned(), 3, 4.0)]);
    assert_eq!(bad.total(), 0);
}

#[test]
fn what_is_no_point_takes_no_other_with_it() {
    let entries: [(&[u8], Option<Reason>); 10] = [
        (b"U\x01aK\x01K\x02\x86\x86", None),
        (b"K\x05", Some(Reason::Shape)),
        (b"N", Some(Reason::Shape)),
        (b"U\x01a\x85", Some(Reason::Shape)),
        (b"U\x01aK\x01\x85\x86", Some(Reason::Shape)),
        (b"U\x01\xffK\x01K\x02\x86\x86", Some(Reason::NotUtf8)),
        (b"U\x01aNK\x02\x86\x86", Some(Reason::Time)),
        (b"U\x01aK\x01U\x01x\x86\x86", Some(Reason::Value)),
        (b"U\x01aJ\xf0\xff\xff\xffK\x02\x86\x86", Some(Reason::TimeRange)),
        (b"U\x01aJ\xff\xff\xff\xffK\x02\x86\x86", None),
    ];
    let all: Vec<u8> = entries.iter().flat_map(|(entry, _)| entry.iter().copied()).collect();
    let (points, bad) = read(&[b"](".as_slice(), &all, b"e."].concat());
    assert_eq!(points, [("a".to_owned(), 1, 2.0), ("a".to_owned(), NOW, 2.0)]);
    for reason in Reason::ALL {
        let expected = entries.iter().filter(|(_, of)| *of == Some(reason)).count();
        assert_eq!(bad.count(reason), expected as u64, "{reason:?}");
    }
    assert_eq!(read_pickle(b"K\x01.").unwrap_err(), PickleError::Broken("it is no list"));
}

#[test]
fn a_large_frame_becomes_several_batches() {
    let name = "n".repeat(200);
    let point = |at: u32| {
        let mut point = vec![b'U', 200];
        point.extend(name.as_bytes());
        point.push(b'J');
        point.extend(at.to_le_bytes());
        point.extend(b"K\x01\x86\x86");
        point
    };
    let points: Vec<u8> = (0..4_000).flat_map(point).collect();
    let ((read, bad), batches) = batches(&[b"](".as_slice(), &points, b"e."].concat()).unwrap();
    assert_eq!((read.len(), bad.total(), batches), (4_000, 0, 4));
    assert!(read.iter().enumerate().all(|(at, (_, time, _))| usize::try_from(*time) == Ok(at)));
}

/// An entry of many points that is named many times would be billions of them.
#[test]
fn an_entry_that_is_named_again_and_again_ends_the_frame() {
    let mut frame = b"](K\x01K\x02\x86q\x000(U\x01a".to_vec();
    frame.extend(b"h\0".repeat(50_000));
    frame.extend(b"tq\x01");
    frame.extend(b"h\x01".repeat(50_000));
    frame.extend(b"e.");
    let ((read, bad), _) = batches(&frame).unwrap();
    assert!(read.len() <= 200_000, "{} points", read.len());
    assert_eq!(bad.count(Reason::Shape), 1);
}
