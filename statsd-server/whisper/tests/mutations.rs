//! Ten thousand files that are not quite Whisper files: none makes anything panic, and none makes it take
//! memory that the file does not have. Alone in its process, whose memory is measured.
#![expect(
    clippy::unwrap_used,
    reason = "the lint does not see that functions outside of #[test] are tests here"
)]

use std::fs;
use std::path::Path;

use statsd_whisper::{
    Accepted, AggregationMethod, Finding, Header, Point, Refill, ResizeOptions, Whisper, check,
    parse_retentions, repair,
};

/// A boundary of every step used here.
const NOW: i64 = 1_772_599_800;
const MUTATIONS: usize = 10_000;

/// What all of it may take at most, beside what the process had before: far below what any header
/// could ask for, and above what an allocator does for itself.
const MEMORY_MAX_KIB: u64 = 32 * 1_024;

/// A resize makes a file, so most do without one.
const REFILLS: [Option<Refill>; 6] =
    [None, None, None, Some(Refill::Python), Some(Refill::Exact), Some(Refill::Aggregate)];

/// Numbers that look random and are the same each time (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    /// A word that is often at an edge.
    fn word(&mut self) -> u32 {
        match self.below(6) {
            0 => 0,
            1 => u32::MAX,
            2 => 1 << self.below(32),
            3 => u32::try_from(self.below(100)).unwrap(),
            4 => u32::try_from(self.below(1 << 20)).unwrap(),
            _ => u32::try_from(self.0 & 0xffff_ffff).unwrap(),
        }
    }
}

fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    match numbers.below(8) {
        0 => bytes.truncate(numbers.below(bytes.len() + 1)),
        1 => bytes.resize(bytes.len() + numbers.below(100), 0xff),
        // As a machine of the other byte order would write it.
        2 => bytes[..52].as_chunks_mut::<4>().0.iter_mut().for_each(|word| word.reverse()),
        3 => bytes[..52].rotate_left(numbers.below(52)),
        4 => {
            let at = numbers.below(bytes.len());
            bytes[at] ^= 1 << numbers.below(8);
        }
        _ => {
            let at = numbers.below(13) * 4;
            bytes[at..at + 4].copy_from_slice(&numbers.word().to_be_bytes());
        }
    }
}

/// Everything that can be done to a file, whatever it answers.
fn use_all(path: &Path, refill: Option<Refill>) {
    let findings = check(path).unwrap();
    assert!(findings.iter().all(|finding| !finding.to_string().is_empty()));
    let Ok(mut file) = Whisper::open(path) else {
        // A file that is only short is the one thing that can be repaired.
        assert!(findings.iter().any(Finding::is_damage), "{}", path.display());
        return;
    };
    let size = fs::metadata(path).unwrap().len();
    let slots = usize::try_from(size / 12).unwrap();
    assert!(file.header().file_bytes() <= size);
    for now in [NOW, 0, u32::MAX.into()] {
        let word = u32::try_from(now).unwrap();
        let waiting = [0, 7, 60, 400].map(|age| Accepted {
            timestamp: word.saturating_sub(age),
            at: word,
            value: 2.0,
        });
        let points = waiting.map(|p| Point { timestamp: p.timestamp.into(), value: p.value });
        file.fetch_with(&waiting, now - 300, now, now).unwrap();
        file.value_at_with(&waiting, now).unwrap();
        for archive in file.header().archives() {
            let step = archive.retention().seconds_per_point;
            let all = file.fetch_archive_with(&waiting, step, 0, now, now).unwrap();
            assert!(all.is_none_or(|all| all.values.len() <= slots));
            assert!(file.points(step).unwrap().len() <= slots);
        }
        let _ = file.update(now, 1.0, now).unwrap();
        let _ = file.update_many(&points, now).unwrap();
        let _ = file.update_accepted(&waiting).unwrap();
        let same = Whisper::open_read_only(path).unwrap();
        for diff in file.diff(&same, false, now, now).unwrap() {
            assert_eq!(diff.differences, []);
        }
        file.merge(&same, 0, now, now).unwrap();
        file.fill(&same, now).unwrap();
    }
    assert_eq!(fs::metadata(path).unwrap().len(), size);
    let archives = parse_retentions("10:30,60:20").unwrap();
    let header = Header::new(&archives, AggregationMethod::Max, 0.5).unwrap();
    if let Some(refill) = refill {
        file.resize(&header, ResizeOptions::new(refill), NOW, |_| {}).unwrap();
        assert_eq!(Whisper::open(path).unwrap().header(), &header);
    }
}

/// The most address space that the process has had, in KiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmPeak:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn no_mutation_of_a_file_panics_or_takes_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    let archives = parse_retentions("10:30,60:20,300:20").unwrap();
    let mut file = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.0).unwrap();
    let points: Vec<_> =
        (0..40).map(|i| Point { timestamp: NOW - i * 10, value: i as f64 }).collect();
    let _ = file.update_many(&points, NOW).unwrap();
    let whole = fs::read(&path).unwrap();
    for refill in REFILLS {
        use_all(&path, refill);
        fs::write(&path, &whole).unwrap();
    }

    let before = memory();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (mut opened, mut repaired) = (0, 0);
    for _ in 0..MUTATIONS {
        let mut bytes = whole.clone();
        for _ in 0..=numbers.below(2) {
            mutate(&mut bytes, &mut numbers);
            bytes.resize(bytes.len().max(60), 0);
        }
        if numbers.below(10) == 0 {
            bytes.truncate(numbers.below(60));
        }
        fs::write(&path, &bytes).unwrap();
        opened += usize::from(Whisper::open(&path).is_ok());
        // It waits for the disk, so not each time.
        if numbers.below(8) == 0 {
            repaired += usize::from(repair(&path).is_ok_and(|done| done));
        }
        let size = fs::metadata(&path).unwrap().len();
        // No other length than the real one has all archives in their places.
        assert!(size <= bytes.len().max(whole.len()) as u64, "{size}");
        use_all(&path, REFILLS[numbers.below(REFILLS.len())]);
    }
    assert!(opened > MUTATIONS / 10 && repaired > MUTATIONS / 1_000, "{opened} {repaired}");
    let taken = memory() - before;
    assert!(taken < MEMORY_MAX_KIB, "{taken} KiB");
}
