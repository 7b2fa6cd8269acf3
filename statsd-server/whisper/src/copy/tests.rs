use crate::{AggregationMethod, Header, Outcome, Point, Whisper, parse_retentions};

use proptest::prelude::*;

const NOW: i64 = 1_772_599_850;

fn file(folder: &tempfile::TempDir, retentions: &str, method: AggregationMethod) -> Whisper {
    let archives = parse_retentions(retentions).unwrap();
    Whisper::create(folder.path().join("a.wsp"), &archives, method, 0.0).unwrap()
}

fn copy(file: &Whisper, retentions: &str, method: AggregationMethod, factor: f32) -> Whisper {
    let header = Header::new(&parse_retentions(retentions).unwrap(), method, factor).unwrap();
    let path = file.path().with_file_name("copy.wsp");
    file.copy_to(&path, &header, NOW).unwrap();
    let copy = Whisper::open(path).unwrap();
    assert_eq!(*copy.header(), header);
    copy
}

/// A value every ten seconds, one more each time, back to `seconds` ago.
fn fill(file: &mut Whisper, seconds: i64) {
    for age in (0..seconds).step_by(10).collect::<Vec<_>>().into_iter().rev() {
        let outcome = file.update(NOW - age, (seconds - age) as f64 / 10.0, NOW - age).unwrap();
        assert_eq!(outcome, Outcome::Written);
    }
}

fn values(file: &Whisper, step: u32) -> Vec<(i64, f64)> {
    file.points(step).unwrap().iter().map(|point| (point.timestamp, point.value)).collect()
}

#[test]
fn archives_that_stay_keep_every_value() {
    for method in AggregationMethod::ALL {
        let folder = tempfile::tempdir().unwrap();
        let mut old = file(&folder, "10:60,60:1440", method);
        fill(&mut old, 3_600);
        let kept: Vec<_> = values(&old, 10).into_iter().filter(|(at, _)| *at > NOW - 600).collect();
        let new = copy(&old, "10:360,60:2880,600:1000", method, 0.0);
        assert_eq!(values(&new, 10).split_off(values(&new, 10).len() - kept.len()), kept);
        assert_eq!(values(&new, 60), values(&old, 60), "{method}");
        // An hour of minutes becomes six or seven slots.
        assert!([6, 7].contains(&values(&new, 600).len()));
    }
}

#[test]
fn sums_stay_the_same_whatever_the_archives() {
    let folder = tempfile::tempdir().unwrap();
    let mut old = file(&folder, "10:60,60:1440", AggregationMethod::Sum);
    fill(&mut old, 3_600);
    let total =
        |file: &Whisper, step| values(file, step).iter().map(|(_, value)| value).sum::<f64>();
    let all = total(&old, 60);
    assert_eq!(all, (1..=360).sum::<i32>().into());
    for retentions in
        ["300:1000", "10:360,60:1440", "20:6000,1200:1000", "60:2880", "1:7200,7200:100"]
    {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(old.path(), folder.path().join("a.wsp")).unwrap();
        let old = Whisper::open(folder.path().join("a.wsp")).unwrap();
        let new = copy(&old, retentions, AggregationMethod::Sum, 0.0);
        let coarsest = new.header().archives().last().unwrap().retention().seconds_per_point;
        assert_eq!(total(&new, coarsest), all, "{retentions}");
    }
}

#[test]
fn what_only_coarse_points_tell_stands_in_the_slots_of_their_times() {
    let folder = tempfile::tempdir().unwrap();
    let mut old = file(&folder, "60:1440", AggregationMethod::Average);
    let minute = NOW - NOW % 60;
    let points = [0, 1, 2].map(|age| Point { timestamp: minute - age * 60, value: 3.0 });
    assert_eq!(old.update_many(&points, NOW).unwrap().written, 3);
    let new = copy(&old, "10:360,60:1440", AggregationMethod::Average, 0.0);
    assert_eq!(values(&new, 10), values(&old, 60));
    assert_eq!(values(&new, 60), values(&old, 60));
}

#[test]
fn another_method_is_applied_where_fine_points_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut old = file(&folder, "10:60,60:1440", AggregationMethod::Average);
    fill(&mut old, 300);
    let new = copy(&old, "10:60,60:1440", AggregationMethod::Max, 0.0);
    assert_eq!(values(&new, 10), values(&old, 10));
    let newest = values(&new, 60).pop().unwrap();
    assert_eq!(newest.1, 30.0, "the largest of the last minute, not its mean");
}

#[test]
fn the_factor_says_how_many_fine_points_a_coarse_one_takes() {
    let folder = tempfile::tempdir().unwrap();
    let mut old = file(&folder, "10:60", AggregationMethod::Sum);
    let minute = NOW - NOW % 60 - 60;
    // Two of six in one minute, three in the one before.
    for offset in [0, 10, -10, -20, -30] {
        let outcome = old.update(minute + offset, 1.0, NOW).unwrap();
        assert_eq!(outcome, Outcome::Written);
    }
    let new = copy(&old, "60:1440", AggregationMethod::Sum, 0.5);
    assert_eq!(values(&new, 60), [(minute - 60, 3.0)]);
}

#[test]
fn nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let old = file(&folder, "10:60", AggregationMethod::Sum);
    let error = old.copy_to(old.path(), old.header(), NOW).unwrap_err();
    assert!(error.to_string().contains("cannot write a copy"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_archives_take_any_points(
        ages in proptest::collection::vec(0_i64..6_000, 0..60),
        old in proptest::sample::select(vec!["10:60,60:100", "60:100", "5:100,30:100,90:200", "7:900"]),
        new in proptest::sample::select(vec!["10:60,60:100", "60:100", "1:90,30:20", "3600:10", "7:20,14:900"]),
        method in proptest::sample::select(AggregationMethod::ALL.to_vec()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut file = file(&folder, old, method);
        for age in ages {
            let _outcome = file.update(NOW - age, age as f64, NOW).unwrap();
        }
        let copy = copy(&file, new, method, 0.0);
        for archive in copy.header().archives() {
            let step = archive.retention().seconds_per_point;
            for (at, _) in values(&copy, step) {
                prop_assert!(at % archive.step() == 0 && at > NOW - archive.seconds() && at <= NOW);
                // Where a fetch looks for it.
                let found = copy.fetch_archive(step, at - 1, at, NOW).unwrap().unwrap();
                prop_assert!(found.values.iter().flatten().next().is_some() || at == NOW - archive.seconds());
            }
        }
    }
}

/// The Python library itself, where `WHISPER_PYTHON` names an interpreter that can import it.
#[test]
fn python_reads_a_copy_as_we_do() {
    let Some(python) = std::env::var_os("WHISPER_PYTHON") else { return };
    for method in AggregationMethod::ALL {
        let folder = tempfile::tempdir().unwrap();
        let mut old = file(&folder, "10:60,60:1440", method);
        fill(&mut old, 3_600);
        let new = copy(&old, "10:360,60:2880,600:1000", method, 0.5);
        for (age, step) in [(3_000, 10), (80_000, 60), (500_000, 600)] {
            let script = "import sys, whisper\n\
                path, start, end = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])\n\
                (first, last, step), values = whisper.fetch(path, start, end, now=end)\n\
                print(first, step, *[repr(value) for value in values])";
            let output = std::process::Command::new(&python)
                .args(["-c", script])
                .arg(new.path())
                .args([(NOW - age).to_string(), NOW.to_string()])
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
            let fetched = new.fetch(NOW - age, NOW, NOW).unwrap().unwrap();
            assert_eq!(fetched.step, step);
            assert!(fetched.values.iter().flatten().count() > 1);
            let values = fetched.values.iter().map(|value| match value {
                Some(value) => format!("{value:?}"),
                None => "None".to_owned(),
            });
            let ours =
                [fetched.start.to_string(), fetched.step.to_string()].into_iter().chain(values);
            let text = String::from_utf8(output.stdout).unwrap();
            assert_eq!(
                text.split_whitespace().collect::<Vec<_>>(),
                ours.collect::<Vec<_>>(),
                "{method}"
            );
        }
    }
}
