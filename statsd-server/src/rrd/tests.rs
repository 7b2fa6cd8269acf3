use std::fs;
use std::path::Path;

use super::*;

/// A file beside RRDtool's own answers (`tests/golden/rrd/make.sh`).
pub(super) fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/rrd");
    fs::read(folder.join(name)).unwrap()
}

const GOLDEN: [&str; 6] = ["munin", "cacti", "collectd", "predicted", "predicted-4", "empty"];

/// One archive as `rrdtool fetch` prints it: function, step, and rows with the end of what they cover.
struct Printed {
    function: String,
    step: u32,
    rows: Vec<(i64, Vec<f64>)>,
}

fn printed(name: &str) -> Vec<Printed> {
    let text = String::from_utf8(golden(&format!("{name}.fetch"))).unwrap();
    let mut archives: Vec<Printed> = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# ") {
            let [function, step, _] = head.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let step = step.parse().unwrap();
            archives.push(Printed { function: function.to_owned(), step, rows: Vec::new() });
        } else {
            let (end, values) = line.split_once(':').unwrap();
            let values = values.split_whitespace().map(|value| value.parse().unwrap()).collect();
            archives.last_mut().unwrap().rows.push((end.parse().unwrap(), values));
        }
    }
    archives
}

/// As many digits as RRDtool prints.
fn digits(value: f64) -> String {
    format!("{value:.10e}")
}

fn check_against_fetch(name: &str, database: &Database) {
    let printed = printed(name);
    assert_eq!(printed.len(), database.round_robins.len(), "{name}");
    for (printed, found) in printed.iter().zip(&database.round_robins) {
        assert_eq!((printed.function.as_str(), printed.step), (found.function.name(), found.step));
        for source in 0..database.sources.len() {
            let known = found.known(source, database.sources.len(), database.updated);
            let ours: Vec<_> = known.map(|(start, value)| (start, digits(value))).collect();
            let step = i64::from(printed.step);
            let theirs: Vec<_> = printed
                .rows
                .iter()
                .filter(|(_, values)| values[source].is_finite())
                .map(|(end, values)| (end - step, digits(values[source])))
                .collect();
            assert_eq!(ours, theirs, "{name}: source {source} of {} {step}", printed.function);
        }
    }
}

#[test]
fn native_files_hold_what_rrdtool_fetches_a_step_earlier() {
    for name in GOLDEN {
        let database = read(&golden(&format!("{name}.rrd"))).unwrap();
        check_against_fetch(name, &database);
    }
    let munin = read(&golden("munin.rrd")).unwrap();
    let known = munin.round_robins[3].known(0, 1, munin.updated);
    assert!(known.count() > 4, "the golden files hold values");
}

#[test]
fn dumps_hold_what_rrdtool_fetches_a_step_earlier() {
    for name in GOLDEN {
        let database = read(&golden(&format!("{name}.xml"))).unwrap();
        check_against_fetch(name, &database);
    }
}

#[test]
fn both_forms_say_the_same() {
    for name in GOLDEN {
        let native = read(&golden(&format!("{name}.rrd"))).unwrap();
        let mut dump = read(&golden(&format!("{name}.xml"))).unwrap();
        assert_eq!(native.round_robins.len(), dump.round_robins.len(), "{name}");
        for (native, dump) in native.round_robins.iter().zip(&mut dump.round_robins) {
            let printed = |values: &[f64]| values.iter().copied().map(digits).collect::<Vec<_>>();
            assert_eq!(printed(&native.values), printed(&dump.values), "{name}");
            dump.values.clone_from(&native.values);
            assert_eq!(native.may_be_unknown, dump.may_be_unknown, "{name}");
        }
        let without_values = |mut database: Database| {
            database.round_robins.iter_mut().for_each(|found| found.values.clear());
            database
        };
        assert_eq!(without_values(native), without_values(dump), "{name}");
    }
}

#[test]
fn archives_of_predictions_are_named_and_skipped() {
    for (name, method) in [("predicted", "HWPREDICT"), ("predicted-4", "MHWPREDICT")] {
        let database = read(&golden(&format!("{name}.rrd"))).unwrap();
        assert_eq!(database.round_robins.len(), 1);
        assert_eq!(
            database.skipped,
            [method, "SEASONAL", "DEVSEASONAL", "DEVPREDICT", "FAILURES"],
            "{name}"
        );
    }
}

#[test]
fn what_is_neither_form_is_refused() {
    for (bytes, error) in [
        (&b""[..], "byte 0: neither a file of RRDtool nor the XML of `rrdtool dump`"),
        (
            b"\x00\x00\x00\x01whisper",
            "byte 0: neither a file of RRDtool nor the XML of `rrdtool dump`",
        ),
        (b"<rrd>\xff</rrd>", "byte 5: not UTF-8"),
        (b"RRD\x00", "byte 4: the file ends within the version"),
    ] {
        assert_eq!(read(bytes).unwrap_err().to_string(), error);
    }
}
