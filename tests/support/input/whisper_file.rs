//! Any bytes as a Whisper file.

use std::fs;
use std::path::Path;

use statsd_whisper::{Accepted, Error, Finding, Point, Whisper, check, repair};

/// Files are not made larger than this, whatever a short one promises: a fuzzer has little disk.
const REPAIRED_MAX_BYTES: u64 = 1 << 20;

thread_local! {
    static FOLDER: tempfile::TempDir = tempfile::tempdir().expect("a folder");
}

/// Checks what must hold of every file.
///
/// # Panics
/// It does not hold.
pub fn whisper_file(data: &[u8]) {
    FOLDER.with(|folder| {
        let path = folder.path().join("a.wsp");
        fs::write(&path, data).expect("a file");
        let findings = check(&path).expect("a file that can be read");
        if let Ok(file) = Whisper::open(&path) {
            used(file, data).expect("no call of the system fails");
        } else {
            assert!(findings.iter().any(Finding::is_damage), "refused without a reason");
            repaired(&path, &findings);
        }
    });
}

fn used(mut file: Whisper, data: &[u8]) -> Result<(), Error> {
    let header = file.header().clone();
    for now in [1_772_599_800_u32, 100, u32::MAX] {
        let waiting: Vec<_> = [7, 0, 60, 400]
            .iter()
            .map(|age| Accepted { timestamp: now.saturating_sub(*age), at: now, value: 2.5 })
            .collect();
        let points =
            waiting.iter().map(|p| Point { timestamp: p.timestamp.into(), value: p.value });
        let points: Vec<_> = points.collect();
        let time = i64::from(now);
        let before = answers(&file, &waiting, time)?;
        let _ = file.update_accepted(&waiting)?;
        assert_eq!(answers(&file, &[], time)?, before, "written points are answered otherwise");
        let _ = file.update_many(&points, time)?;
        file.fetch(0, time, time)?;
    }
    let after = fs::read(file.path()).expect("a file");
    assert_eq!(after.len(), data.len(), "another size");
    let table = 16 + 12 * header.archives().len();
    assert_eq!(after[..table], data[..table], "another header");
    Ok(())
}

/// What each archive answers, NaN by its bits.
fn answers(file: &Whisper, waiting: &[Accepted], now: i64) -> Result<Vec<Option<u64>>, Error> {
    let mut all = Vec::new();
    for archive in file.header().archives() {
        let step = archive.retention().seconds_per_point;
        let fetched = file.fetch_archive_with(waiting, step, now - archive.seconds(), now, now)?;
        if let Some(fetched) = fetched {
            assert!(fetched.values.len() <= archive.retention().points as usize, "a long answer");
            all.extend(fetched.values.into_iter().map(|value| value.map(f64::to_bits)));
        }
    }
    Ok(all)
}

fn repaired(path: &Path, findings: &[Finding]) {
    let promised = findings.iter().find_map(|finding| match finding {
        Finding::Truncated { promised, .. } => Some(*promised),
        _ => None,
    });
    if promised.is_some_and(|promised| promised <= REPAIRED_MAX_BYTES) && repair(path).is_ok() {
        Whisper::open(path).expect("what is repaired can be used");
    }
}
