//! What the index of names takes: bytes a name, nanoseconds a look-up, milliseconds a find and a start.
//!
//! ```text
//! cargo bench -p statsd-server --bench index                  a million names in each shape
//! cargo bench -p statsd-server --bench index -- hosts 100000  one shape, and how many
//! ```
//!
//! Each shape has a process of its own, so that memory is that shape's: what the process holds after its
//! names are in, less what it held before, log included. A find is the best of ten; a start reads the log
//! that the same names have left, with the file in the system's cache. Other times are those of one thread on its core.

use std::hint::black_box;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use std::{env, fs};

use statsd_server::store::{BenchName, BenchNames, TagExpression};

const SHAPES: [(&str, Make, &[&str]); 5] = [
    (
        "hosts",
        |i| format!("servers.web{:04}.group{}.metric{:02}", i / 1_000, i / 100 % 10, i % 100),
        &[
            "servers.*",
            "servers.*.group3.metric07",
            "servers.web0[0-4]*.group3.metric07",
            "servers.web0123.*.metric07",
            "servers.web0123.*.*",
            "servers.*7.group[0-3].metric07",
            "servers.*.*.*ric07",
            "**.metric07",
        ],
    ),
    (
        "wide",
        |i| format!("servers.web{:05}.group{}.metric{}", i / 100, i / 10 % 10, i % 10),
        &[
            "servers.*.group3.metric7",
            "servers.web012*.group3.metric7",
            "servers.*12*.group3.metric7",
        ],
    ),
    (
        "timers",
        |i| {
            const KINDS: [&str; 10] = [
                "count", "count_ps", "lower", "mean", "mean_90", "median", "std", "sum", "upper",
                "upper_90",
            ];
            format!("stats.timers.api.endpoint{:06}.{}", i / 10, KINDS[i % 10])
        },
        &["stats.timers.api.endpoint01234*.upper_90", "stats.timers.api.*999.mean"],
    ),
    (
        "flat",
        |i| format!("stats.gauges.session{:07}", i * 7_919 % 1_000_003),
        &[
            "stats.gauges.session00123*",
            "stats.gauges.*77777",
            "stats.gauges.*0777*",
            "stats.gauges.*[0-9]7{77,88}77",
            "**.*77777",
        ],
    ),
    (
        "tagged",
        |i| {
            format!(
                "metric{:02};dc=dc{};host=web{:04};rack=r{}",
                i % 100,
                i / 100 % 10,
                i / 1_000,
                i % 7
            )
        },
        &["name=metric07 dc=dc3", "host=web0123", "host=~web01.. name=metric07 rack!=r1"],
    ),
];

type Make = fn(usize) -> String;

type Failed = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_may_look = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failed> {
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    match &words[..] {
        [] => {
            for (shape, ..) in SHAPES {
                let status = Command::new(env::current_exe()?).arg(shape).status()?;
                if !status.success() {
                    return Err(format!("{shape} failed").into());
                }
            }
            Ok(())
        }
        [shape] => measure(shape, 1_000_000),
        [shape, count, ..] => measure(shape, count.parse()?),
    }
}

fn measure(shape: &str, count: usize) -> Result<(), Failed> {
    let (name, make, finds) =
        *SHAPES.iter().find(|(name, ..)| *name == shape).ok_or("there is no such shape")?;
    let mut out = io::stdout();
    let folder = tempfile::tempdir()?;
    let names = BenchNames::open(folder.path())?;

    let before = resident()?;
    let mut bytes = 0;
    let mut inserting = Duration::ZERO;
    for first in (0..count).step_by(10_000) {
        let texts: Vec<String> = (first..count.min(first + 10_000)).map(make).collect();
        let parsed: Vec<_> = texts.iter().filter_map(|text| BenchName::parse(text)).collect();
        let start = cpu()?;
        for name in &parsed {
            black_box(names.insert(name));
        }
        inserting += cpu_since(start)?;
        bytes += texts.iter().map(String::len).sum::<usize>();
    }
    names.sync()?;
    let held = resident()?.saturating_sub(before);
    let per_name = |total: usize| total as f64 / count as f64;
    writeln!(
        out,
        "{name}: {} names of {:.0} bytes: {:.0} bytes a name, {:.0} ns an insertion",
        names.series(),
        per_name(bytes),
        per_name(held),
        inserting.as_nanos() as f64 / count as f64,
    )?;

    look_up(&names, make, count, &mut out)?;
    for pattern in finds {
        let (found, took) = if name == "tagged" {
            let expressions: Result<Vec<_>, _> =
                pattern.split(' ').map(TagExpression::parse).collect();
            let expressions = expressions?;
            best(|| names.find_tagged(&expressions).map_err(Failed::from))?
        } else {
            best(|| names.find(pattern).map_err(Failed::from))?
        };
        writeln!(out, "  {:8.3} ms  {found:7} of {pattern}", took.as_secs_f64() * 1e3)?;
    }

    drop(names);
    start_again(folder.path(), make, count, &mut out)
}

/// Every name once, in random order.
fn look_up(
    names: &BenchNames,
    make: Make,
    count: usize,
    out: &mut impl io::Write,
) -> Result<(), Failed> {
    let order = shuffled(count);
    let texts: Vec<String> = order.iter().map(|&i| make(i)).collect();
    let parsed: Vec<_> = texts.iter().filter_map(|text| BenchName::parse(text)).collect();
    let start = cpu()?;
    let found = parsed.iter().filter(|name| black_box(names.get(name)).is_some()).count();
    let getting = cpu_since(start)?;
    let start = cpu()?;
    let read = texts.iter().filter(|text| BenchName::parse(text).is_some()).count();
    let parsing = cpu_since(start)?;
    assert_eq!((found, read), (count, count), "every name is known");
    let nanos = |time: Duration| time.as_nanos() as f64 / count as f64;
    writeln!(
        out,
        "  look-up in random order {:.0} ns, reading the name before it {:.0} ns",
        nanos(getting),
        nanos(parsing)
    )?;
    Ok(())
}

/// A start from the log, and what taking a tenth of the names out costs then.
fn start_again(
    folder: &Path,
    make: Make,
    count: usize,
    out: &mut impl io::Write,
) -> Result<(), Failed> {
    let size = fs::read_dir(folder.join(".names"))?
        .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()))
        .sum::<u64>();
    let start = cpu()?;
    let names = BenchNames::open(folder)?;
    let opening = cpu_since(start)?;
    assert_eq!(names.series(), count, "all names come back");
    writeln!(out, "  start {:.2} s, from {} MB", opening.as_secs_f64(), size >> 20)?;

    let texts: Vec<String> = shuffled(count).into_iter().take(count / 10).map(make).collect();
    let parsed: Vec<_> = texts.iter().filter_map(|text| BenchName::parse(text)).collect();
    let start = cpu()?;
    for name in &parsed {
        black_box(names.remove(name));
    }
    let removing = cpu_since(start)?;
    writeln!(out, "  removal {:.0} ns", removing.as_nanos() as f64 / (count / 10).max(1) as f64)?;
    Ok(())
}

fn best(mut find: impl FnMut() -> Result<usize, Failed>) -> Result<(usize, Duration), Failed> {
    let mut best = (0, Duration::MAX);
    for _ in 0..10 {
        // Too short for the other clock.
        let start = Instant::now();
        let found = black_box(find()?);
        best = (found, best.1.min(start.elapsed()));
    }
    Ok(best)
}

/// Time of a core that this thread has used, so that a busy machine shows in caches alone.
fn cpu() -> io::Result<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    nanos.map(Duration::from_nanos).ok_or_else(|| io::Error::other("no figure in schedstat"))
}

fn cpu_since(start: Duration) -> io::Result<Duration> {
    cpu().map(|now| now.saturating_sub(start))
}

/// Bytes of memory that the process holds.
fn resident() -> Result<usize, Failed> {
    let pages = fs::read_to_string("/proc/self/statm")?;
    let pages: usize = pages.split(' ').nth(1).ok_or("no second figure in statm")?.parse()?;
    Ok(pages * 4_096)
}

/// All numbers below `count`, in an order that no cache guesses.
fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for at in (1..count).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = usize::try_from(state >> 33).unwrap_or(0);
        order.swap(at, random % (at + 1));
    }
    order
}
