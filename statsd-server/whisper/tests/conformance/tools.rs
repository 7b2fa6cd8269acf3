//! Python's tools on our files and ours on theirs: the same content afterwards, for every method and
//! in both ways to create a file.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use statsd_whisper::{
    AggregationMethod, Allocation, ArchiveDiff, CreateOptions, Header, Point, Refill,
    ResizeOptions, Whisper, parse_retentions,
};

use crate::case::list;
use crate::python::{PYTHON, run};

/// A boundary of every step used here: where the library is off by one slot, it is led past it.
const NOW: i64 = 1_772_599_800;
const RETENTIONS: &str = "10:30,60:20,300:20";
const FACTOR: f32 = 0.0;
/// Ages of which something is always known. Where a gap ends where a finer archive does, a tool puts
/// the value there into the newest slot of that.
const KNOWN: [i64; 4] = [280, 360, 1_080, 1_500];
const ROUNDS: usize = 4;

/// Numbers that look random and are the same each time (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Points of every archive, with gaps, none of which takes another one's slot, and none of the slot of
/// `NOW`, which some tools leave out. The value is that of the time, so that two files which know a
/// time say the same of it.
fn points(seed: u64) -> Vec<Point> {
    let mut numbers = Numbers(seed * 7_919 + 1);
    let mut points = Vec::new();
    for (step, from, to) in [(10, 10, 290), (60, 360, 1_140), (300, 1_500, 5_700)] {
        for age in (from..to).step_by(step) {
            if numbers.below(10) < 5 || KNOWN.contains(&age) {
                let timestamp = NOW - age;
                // Eighths, so that no order of adding them up makes another sum; never 0.
                let value = (timestamp / 10 % 97) as f64 / 8.0 + 0.125;
                points.push(Point { timestamp, value });
            }
        }
    }
    points
}

/// Files of ours and of Python's with the same points.
struct Pair {
    ours: PathBuf,
    theirs: PathBuf,
    method: AggregationMethod,
    allocation: Allocation,
}

/// Pairs for each method and each way to create a file, other points each time, and a second pair of
/// each, with others again.
fn pairs(folder: &Path) -> Vec<[Pair; 2]> {
    let mut jobs = Vec::new();
    let mut seed = 0;
    let mut pair = |method, allocation| {
        seed += 1;
        let pair = Pair {
            ours: folder.join(format!("{seed}.wsp")),
            theirs: folder.join(format!("{seed}.python")),
            method,
            allocation,
        };
        let points = points(seed);
        let header = Header::new(&parse_retentions(RETENTIONS).unwrap(), method, FACTOR).unwrap();
        let options = CreateOptions { allocation, ..CreateOptions::default() };
        let mut file = Whisper::create_with(&pair.ours, &header, options).unwrap();
        assert_eq!(file.update_many(&points, NOW).unwrap().written, points.len());

        let mode = if allocation == Allocation::Sparse { "sparse" } else { "preallocated" };
        let points: Vec<_> = points.iter().map(|point| (point.timestamp, point.value)).collect();
        let archives = [(10, 30), (60, 20), (300, 20)];
        let args = json!([pair.theirs, archives, FACTOR, method.name(), mode, points]);
        jobs.push(json!({"tool": "create", "now": NOW, "args": args}));
        pair
    };
    let allocations = [Allocation::Sparse, Allocation::Preallocated].repeat(ROUNDS);
    let pairs: Vec<_> = AggregationMethod::ALL
        .into_iter()
        .flat_map(|method| allocations.iter().map(move |allocation| (method, *allocation)))
        .map(|(method, allocation)| [pair(method, allocation), pair(method, allocation)])
        .collect();
    run_tools(&jobs);
    for Pair { ours, theirs, .. } in pairs.iter().flatten() {
        assert_eq!(content(theirs), content(ours));
        let [ours, theirs] = [ours, theirs].map(|path| Whisper::open(path).unwrap());
        assert_eq!(ours.header(), theirs.header());
    }
    pairs
}

fn run_tools(jobs: &[Value]) -> Value {
    let script = crate::case::golden_folder().join("tools.py");
    run(PYTHON.as_deref().unwrap(), &[script.to_str().unwrap()], &json!(jobs))
}

fn tool(name: &str, args: &[&str], paths: &[&Path]) -> Value {
    let paths = paths.iter().map(|path| path.to_str().unwrap());
    let args: Vec<_> = args.iter().copied().chain(paths).collect();
    json!({"tool": name, "now": NOW, "args": args})
}

/// Of each archive the step and its points, NaN by its bits.
type Content = Vec<(u32, Vec<(i64, u64)>)>;

/// All that stands in a file.
fn content(path: &Path) -> Content {
    let file = Whisper::open(path).unwrap();
    let archives = file.header().archives().iter();
    archives
        .map(|archive| {
            let step = archive.retention().seconds_per_point;
            let points = file.points(step).unwrap().into_iter();
            (step, points.map(|point| (point.timestamp, point.value.to_bits())).collect())
        })
        .collect()
}

fn copy(path: &Path, label: &str) -> PathBuf {
    let copy = PathBuf::from(format!("{}-{label}", path.display()));
    fs::copy(path, &copy).unwrap();
    copy
}

/// What stands in a file that was resized by Python's tool, and in one of the same points by ours.
struct Resized {
    by_python: Content,
    by_us: Content,
    retentions: &'static str,
    method: AggregationMethod,
}

/// Python's tool on ours and our function on theirs.
fn resized(lists: &[&'static str], refill: Refill, flag: &[&str]) -> Vec<Resized> {
    let folder = tempfile::tempdir().unwrap();
    let pairs = pairs(folder.path());
    let (mut jobs, mut done) = (Vec::new(), Vec::new());
    for (at, Pair { ours, theirs, method, allocation }) in pairs.iter().flatten().enumerate() {
        let retentions = lists[at % lists.len()];
        let [ours, theirs] = [ours, theirs].map(|path| copy(path, "resized"));
        let args = [&["--nobackup", ours.to_str().unwrap()], flag].concat();
        let list: Vec<_> = retentions.split(',').map(Path::new).collect();
        jobs.push(tool("whisper-resize", &args, &list));

        let mut file = Whisper::open(&theirs).unwrap();
        let header = Header::new(&parse_retentions(retentions).unwrap(), *method, FACTOR).unwrap();
        let options = ResizeOptions { allocation: *allocation, ..ResizeOptions::new(refill) };
        file.resize(&header, options, NOW, |_| {}).unwrap();
        done.push((ours, theirs, retentions, *method));
    }
    run_tools(&jobs);
    let read = |(ours, theirs, retentions, method): (PathBuf, PathBuf, _, _)| Resized {
        by_python: content(&ours),
        by_us: content(&theirs),
        retentions,
        method,
    };
    done.into_iter().map(read).collect()
}

fn is_the_same(lists: &[&'static str], refill: Refill, flag: &[&str]) {
    for Resized { by_python, by_us, retentions, method } in resized(lists, refill, flag) {
        let [theirs, ours] = [by_python, by_us].map(|content| match refill {
            Refill::Aggregate => comparable(content, retentions, method),
            _ => content,
        });
        assert_eq!(ours, theirs, "{method} {retentions}");
    }
}

/// The ages of the oldest slots of the old archives. The tool leaves them out; in the tests' files nothing is
/// known of them, so that only a method notices that counts the unknown.
const OLDEST: [i64; 3] = [290, 1_140, 5_700];

/// What stands in the slots that an archive has, but for those of `avg_zero` that [`OLDEST`] is part of.
fn comparable(content: Content, retentions: &str, method: AggregationMethod) -> Content {
    let archives = parse_retentions(retentions).unwrap();
    let steps = || archives.iter().map(|archive| i64::from(archive.seconds_per_point));
    let lacks_one = |timestamp: i64| {
        let lacks = |age: i64| steps().any(|step| (NOW - age) / step * step == timestamp);
        method == AggregationMethod::AvgZero && OLDEST.into_iter().any(lacks)
    };
    let archives = content.into_iter().zip(&archives).map(|((step, mut points), archive)| {
        let seconds = i64::from(step) * i64::from(archive.points);
        points.retain(|(timestamp, _)| NOW - timestamp < seconds && !lacks_one(*timestamp));
        (step, points)
    });
    archives.collect()
}

#[test]
fn a_resize_leaves_what_pythons_leaves() {
    let lists = ["10:31,60:21,300:30", "20:34,60:26,600:20", "60:21,300:30", "10:61"];
    if PYTHON.is_some() {
        is_the_same(&lists, Refill::Python, &[]);
    }
}

#[test]
fn an_aggregating_resize_to_one_archive_leaves_what_pythons_leaves() {
    if PYTHON.is_some() {
        let lists = ["60:21", "30:200", "300:20", "10:700"];
        is_the_same(&lists, Refill::Aggregate, &["--aggregate"]);
    }
}

/// What Python's tool makes of the right values of each archive: it writes them by updates, the finest archive's
/// first, and an update goes to the finest archive that reaches back to it. So coarse values come to stand in
/// fine slots, and what is made of those counts them again.
fn as_the_tool_writes(right: &Content, retentions: &str, method: AggregationMethod) -> Content {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    let archives = parse_retentions(retentions).unwrap();
    let mut file = Whisper::create(&path, &archives, method, FACTOR).unwrap();
    for (_, points) in right {
        let point = |&(timestamp, bits)| Point { timestamp, value: f64::from_bits(bits) };
        let points: Vec<_> = points.iter().map(point).collect();
        assert_eq!(file.update_many(&points, NOW).unwrap().written, points.len());
    }
    content(&path)
}

#[test]
fn an_aggregating_resize_to_several_archives_leaves_what_pythons_makes_of_the_same_values() {
    if PYTHON.is_none() {
        return;
    }
    // More points, other steps, fewer archives, fewer points. The fine ones end where nothing is known: the
    // tool fills a slot more than an archive has, and that is one of the newest in the place of an old one.
    let lists = [
        "10:35,60:22,300:25",
        "20:17,60:22,300:25",
        "10:33,60:24,600:8",
        "60:22,300:12",
        "10:31,60:22",
    ];
    let mut counted_again = 0;
    let all = resized(&lists, Refill::Aggregate, &["--aggregate"]);
    for Resized { by_python, by_us, retentions, method } in all {
        let expected = as_the_tool_writes(&by_us, retentions, method);
        let [theirs, expected, right] =
            [by_python, expected, by_us].map(|content| comparable(content, retentions, method));
        assert_eq!(expected, theirs, "{method} {retentions}");
        counted_again += usize::from(right != theirs);
    }
    assert!(counted_again > 100, "{counted_again}");
}

#[test]
fn merge_and_fill_leave_what_pythons_leave() {
    if PYTHON.is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut jobs, mut done) = (Vec::new(), Vec::new());
    let mut all = 0;
    for [one, other] in pairs(folder.path()) {
        for name in ["merge", "fill"] {
            let (ours, theirs) = (copy(&one.ours, name), copy(&one.theirs, name));
            jobs.push(tool(&format!("whisper-{name}"), &[], &[&other.ours, &ours]));
            let mut file = Whisper::open(&theirs).unwrap();
            let from = Whisper::open_read_only(&other.theirs).unwrap();
            let copied = match name {
                "merge" => file.merge(&from, 0, NOW, NOW).unwrap(),
                _ => file.fill(&from, NOW).unwrap(),
            };
            all += copied;
            done.push((ours, theirs, name, one.method));
        }
    }
    run_tools(&jobs);
    assert!(all > 1_000, "{all}");
    for (ours, theirs, name, method) in done {
        assert_eq!(content(&theirs), content(&ours), "{name} {method}");
    }
}

#[test]
fn a_diff_tells_what_pythons_tells() {
    if PYTHON.is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut jobs, mut mine) = (Vec::new(), Vec::new());
    for [one, other] in pairs(folder.path()) {
        for (ignore_empty, until) in [(false, NOW), (true, NOW), (false, NOW - 200)] {
            let args = json!([one.ours, other.theirs, ignore_empty, until]);
            jobs.push(json!({"tool": "diff", "now": NOW, "args": args}));
            let [ours, theirs] =
                [&one.ours, &other.theirs].map(|path| Whisper::open(path).unwrap());
            mine.push(told(&ours.diff(&theirs, ignore_empty, until, NOW).unwrap()));
        }
    }
    assert_eq!(list(&run_tools(&jobs)), mine);
}

/// As Python tells it.
fn told(diffs: &[ArchiveDiff]) -> Value {
    let diffs = diffs.iter().enumerate().map(|(at, diff)| {
        let points = diff.differences.iter();
        let points: Vec<_> =
            points.map(|point| json!([point.timestamp, point.ours, point.theirs])).collect();
        json!([at, points, diff.compared])
    });
    diffs.collect()
}
