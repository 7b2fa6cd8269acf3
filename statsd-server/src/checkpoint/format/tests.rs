use super::*;
use crate::aggregate::{Silence, TimerStats};

fn snapshot(names: usize) -> Snapshot {
    let list = |kind: &str| (0..names).map(|at| format!("{kind}.{at:0>at$}")).collect::<Vec<_>>();
    let silent = |from: usize| (0..names).map(|at| u32::try_from(from + at).unwrap()).collect();
    Snapshot {
        timestamp: -1_700_000_000,
        prefix_stats: "own".to_owned(),
        counters: list("c").into_iter().map(|name| (name, 1.0)).collect(),
        timers: list("t").into_iter().map(|name| (name, TimerStats::default())).collect(),
        gauges: list("g").into_iter().enumerate().map(|(at, n)| (n, at as f64 / -3.0)).collect(),
        sets: list("é").into_iter().map(|name| (name, 1)).collect(),
        silence: Silence {
            counters: silent(0),
            timers: silent(7),
            gauges: silent(1 << 20),
            sets: silent(usize::try_from(u32::MAX).unwrap() - names),
        },
        ..Snapshot::default()
    }
}

fn file(snapshot: &Snapshot) -> Vec<u8> {
    let mut body = Vec::new();
    let (body_bytes, body_sum) = write_body(snapshot, &mut body).unwrap();
    let header = Header {
        ended: true,
        timestamp: snapshot.timestamp,
        since: 3,
        interval_millis: 10_000,
        body_bytes,
        body_sum,
    };
    [&header.encode()[..], &body].concat()
}

#[test]
fn what_is_written_is_read() {
    // The longest of these take several chunks, whose lengths are no whole words.
    for names in [0, 1, 3, 500] {
        let snapshot = snapshot(names);
        let (header, kept) = decode(&file(&snapshot)).unwrap();
        assert_eq!(kept, Kept::from(&snapshot));
        assert_eq!((header.ended, header.since, header.interval_millis), (true, 3, 10_000));
    }
}

#[test]
fn a_changed_byte_and_a_cut_file_are_noticed() {
    let good = file(&snapshot(3));
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        assert!(decode(&bad).is_err(), "byte {at}");
        assert!(decode(&good[..at]).is_err(), "{at} bytes");
    }
    assert!(decode(&[&good[..], &[0]].concat()).is_err(), "a byte more");
}

#[test]
fn what_is_wrong_is_said() {
    let good = file(&snapshot(1));
    let why = |bytes: &[u8]| decode(bytes).unwrap_err();
    assert_eq!(why(b""), Unreadable::Damaged("it is empty"));
    assert_eq!(why(b"{}"), Unreadable::Foreign);
    assert_eq!(why(&good[..9]), Unreadable::Damaged("it is cut off"));
    assert_eq!(why(&good[..good.len() - 1]), Unreadable::Damaged("its length is wrong"));
    let mut newer = good.clone();
    newer[8] = 2;
    assert_eq!(why(&newer), Unreadable::Newer(2));
    let mut turned = good;
    *turned.last_mut().unwrap() ^= 1;
    assert_eq!(why(&turned), Unreadable::Damaged("its checksum is wrong"));
}

/// A body that somebody made up, with the right sums.
fn made_up(body: &[u8]) -> Result<(Header, Kept), Unreadable> {
    let mut sum = Checksum::default();
    sum.add(body);
    let header = Header {
        ended: false,
        timestamp: 0,
        since: 0,
        interval_millis: 0,
        body_bytes: body.len() as u64,
        body_sum: sum.0,
    };
    decode(&[&header.encode()[..], body].concat())
}

#[test]
fn lengths_that_a_file_only_claims_take_no_memory() {
    let nothing = [0; 4 + 4 * 8];
    assert_eq!(made_up(&nothing).unwrap().1, Kept::default());
    for at in (0..nothing.len()).step_by(4) {
        let mut huge = nothing;
        huge[at..at + 4].fill(0xff);
        assert!(made_up(&huge).is_err(), "{at}");
    }
    let gauge = [&[0; 4 + 16][..], &[1], &[0; 7 + 8 + 4 + 4], &f64::NAN.to_le_bytes()].concat();
    assert_eq!(made_up(&gauge).unwrap_err(), BAD_BODY);
}
