use super::*;
use crate::rrd::tests::golden;
use crate::rrd::{Source, read};

fn round_robin(function: Function, step: u32, values: Vec<f64>) -> RoundRobin {
    RoundRobin { function, step, may_be_unknown: 0.5, values }
}

fn database(updated: u32, round_robins: Vec<RoundRobin>) -> Database {
    let sources = vec![Source { name: "a".to_owned(), kind: "GAUGE".to_owned() }];
    Database { updated, sources, round_robins, skipped: Vec::new() }
}

fn averages(archives: &[(u32, usize)]) -> Database {
    let found = archives.iter().map(|(step, rows)| {
        let values = (0..*rows).map(|row| row as f64).collect();
        round_robin(Function::Average, *step, values)
    });
    database(1_772_600_000, found.collect())
}

fn archives(series: &Series) -> String {
    let archives = series.archives.iter().map(|archive| archive.retention.to_string());
    archives.collect::<Vec<_>>().join(",")
}

#[test]
fn archives_that_fit_are_taken_as_they_are() {
    let found = series(&averages(&[(7_200, 6), (300, 12), (1_800, 8)]));
    assert_eq!(found.len(), 1);
    assert_eq!(archives(&found[0]), "300:12,1800:8,7200:6");
    assert_eq!(found[0].notes, [""; 0]);
}

#[test]
fn what_does_not_fit_is_resampled_left_out_or_lengthened_and_said() {
    let found = &series(&averages(&[(10, 12), (70, 10), (500, 8)]))[0];
    assert_eq!(archives(found), "10:12,70:10,560:8");
    assert_eq!(found.notes, ["500:8 is resampled to 560:8: 70 does not divide 500"]);

    let found = &series(&averages(&[(10, 12), (10, 6), (20, 6), (60, 3)]))[0];
    assert_eq!(archives(found), "10:12,60:3");
    assert_eq!(
        found.notes,
        [
            "10:6 is left out: 10:12 has the same step and is longer",
            "20:6 is left out: it reaches no farther back than 10:12"
        ]
    );

    let found = &series(&averages(&[(10, 1), (60, 1)]))[0];
    assert_eq!(archives(found), "10:6,60:2");
    assert_eq!(found.notes, ["10:1 is lengthened to 10:6, which make one of the next"]);

    let found = &series(&averages(&[(1, 1), (4_000_000_000, 1)]))[0];
    assert_eq!(archives(found), "1:1");
}

#[test]
fn what_is_known_is_what_may_not_be_unknown() {
    let mut found = averages(&[(60, 10), (300, 10)]);
    found.round_robins[1].may_be_unknown = 0.9;
    assert_eq!(series(&found)[0].x_files_factor, 0.1);
    found.round_robins[1].may_be_unknown = f64::NAN;
    assert_eq!(series(&found)[0].x_files_factor, 0.5);
}

#[test]
fn resampled_values_are_weighed_by_their_time() {
    // Rows of 50 s that end at 150, 200, 250, in intervals of 60 s.
    for (function, values) in [
        // 60..120 knows 20 s of the first row, 120..180 its other 30 s and 30 s of the second.
        (Function::Average, [1.5, (2.0 * 20.0 + 3.0 * 40.0) / 60.0]),
        (Function::Min, [1.0, 2.0]),
        (Function::Max, [2.0, 3.0]),
        (Function::Last, [2.0, 3.0]),
    ] {
        let rows = round_robin(function, 50, vec![1.0, 2.0, 3.0]);
        let points = resampled(rows.known(0, 1, 250), &rows, 60, 0.5);
        let points: Vec<_> = points.iter().map(|point| (point.timestamp, point.value)).collect();
        assert_eq!(points, [(120, values[0]), (180, values[1])], "{function}");
    }
}

#[test]
fn an_interval_of_which_too_little_is_known_stays_empty() {
    let rows = round_robin(Function::Average, 50, vec![1.0, f64::NAN, f64::NAN, 3.0]);
    let known = |x_files_factor| {
        let points = resampled(rows.known(0, 1, 600), &rows, 100, x_files_factor);
        points.iter().map(|point| (point.timestamp, point.value)).collect::<Vec<_>>()
    };
    assert_eq!(known(0.5), [(400, 1.0), (500, 3.0)]);
    assert_eq!(known(0.6), []);
}

#[test]
fn each_source_and_function_is_a_series() {
    let database = read(&golden("cacti.rrd")).unwrap();
    let found = series(&database);
    let names: Vec<_> =
        found.iter().map(|series| (series.source, series.function, archives(series))).collect();
    let of = |source| {
        [
            (source, Function::Average, "60:10,300:10".to_owned()),
            (source, Function::Max, "300:10".to_owned()),
            (source, Function::Last, "60:10".to_owned()),
        ]
    };
    assert_eq!(names, [of(0), of(1)].concat());
    // Of the first: what `rrdtool fetch` shows at 1772602080 and on, a minute earlier.
    let points = found[0].points(&database, &found[0].archives[0]);
    assert_eq!(points.len(), 10);
    assert_eq!((points[0].timestamp, points[9].timestamp), (1_772_602_020, 1_772_602_560));
}

#[test]
fn no_archive_holds_more_points_than_it_has_room_for() {
    let database = read(&golden("collectd.rrd")).unwrap();
    for series in series(&database) {
        for archive in &series.archives {
            let points = series.points(&database, archive);
            assert!(points.len() <= archive.retention.points as usize, "{}", archive.retention);
            let step = i64::from(archive.retention.seconds_per_point);
            let aligned = |point: &Point| point.timestamp % step == 0;
            assert!(!points.is_empty() && points.iter().all(aligned));
            let reach = points.last().unwrap().timestamp - points[0].timestamp;
            assert!(reach < step * i64::from(archive.retention.points));
        }
    }
}
