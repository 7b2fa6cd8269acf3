use std::fs;
use std::time::Instant;

use super::*;
use crate::carbon::Points;
use crate::store::{LocalStore, Merge, NoStore, StoreOptions, Write};

fn config(text: &str) -> Config {
    Config::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn no_store() -> Arc<dyn Store> {
    Arc::new(NoStore)
}

fn told(stages: &mut [Box<dyn Stage>], seconds: i64) -> Vec<(String, f64)> {
    let mut points = Points::default();
    for now in [1000, 1000 + seconds] {
        for stage in &mut *stages {
            stage.due(&mut points, now);
        }
    }
    points.iter().map(|(name, point)| (name.to_owned(), point.value)).collect()
}

#[test]
fn nothing_stands_in_the_way_where_nothing_is_configured() {
    let none = config("carbon_metrics.interval = '0s'");
    assert!(stages(&none, &Arc::default(), &no_store()).unwrap().is_empty());
    assert_eq!(stages(&Config::default(), &Arc::default(), &no_store()).unwrap().len(), 1);
}

#[test]
fn rules_come_in_carbons_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        format!("{:?}", path.display().to_string())
    };
    let black = file("black", "^secret");
    let rewrite = file("rewrite", "[pre]\n^in = out\n[post]\n_sum$ =");
    let rules = file("rules", "total_sum (1) = sum out.*");
    let text = format!(
        "[carbon_rules]\nblacklist = {black}\nrewrite = {rewrite}\naggregation = {rules}\n\
         [carbon_metrics]\ninterval = '0s'"
    );
    let telemetry = Arc::new(Telemetry::default());
    let mut stages = stages(&config(&text), &telemetry, &no_store()).unwrap();
    let mut points = Points::default();
    for name in ["in.a", "in.b", "secret.in"] {
        points.push(name, 1000, 1.0);
    }
    for stage in &mut stages {
        stage.take(&mut points, 1000);
    }
    let names: Vec<_> = points.iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["out.a", "out.b"]);
    assert_eq!(telemetry.blacklist_matches.get(), 1);

    let mut due = Points::default();
    let (aggregation, behind) = stages.split_at_mut(3);
    aggregation[2].due(&mut due, 1001);
    for stage in behind {
        stage.take(&mut due, 1001);
    }
    let told: Vec<_> = due.iter().map(|(name, point)| (name, point.value)).collect();
    assert_eq!(told, [("total", 2.0)]);
}

#[test]
fn a_file_with_a_mistake_is_named_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("black.conf");
    fs::write(&path, "(?=x)").unwrap();
    let text = format!("[carbon_rules]\nblacklist = {:?}", path.display().to_string());
    let error = stages(&config(&text), &Arc::default(), &no_store()).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("{}:1: `(?=x)`: look-ahead, `(?=`, is not supported", path.display())
    );
}

#[test]
fn the_servers_own_numbers_are_told_by_carbons_names() {
    let telemetry = Arc::new(Telemetry::default());
    let config = config("[carbon_metrics]\ninterval = '30s'\nprefix = 'own'\ninstance = 'b'");
    let mut stages = stages(&config, &telemetry, &no_store()).unwrap();
    telemetry.carbon_line_points.add(5);
    assert_eq!(told(&mut stages, 0), []);
    telemetry.carbon_line_points.add(7);
    telemetry.carbon_pickle_points.add(3);
    telemetry.blacklist_matches.add(2);
    telemetry.carbon_open.set(4);
    let told = told(&mut stages[..], 31);
    let value = |metric: &str| {
        let end = format!("-b.{metric}");
        let found =
            told.iter().find(|(name, _)| name.starts_with("own.agents.") && name.ends_with(&end));
        found.unwrap_or_else(|| panic!("{metric} in {told:?}")).1
    };
    assert_eq!(value("metricsReceived"), 8.0);
    assert_eq!(value("blacklistMatches"), 2.0);
    assert_eq!(value("activeConnections"), 4.0);
    assert!(value("memUsage") > 1e6, "a process takes a megabyte");
    assert!(value("cpuUsage") >= 0.0);
}

#[test]
fn what_the_store_did_is_told_by_carbons_names() {
    const NOW: i64 = 1_700_000_000;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("blocked.wsp")).unwrap();
    let mut options = StoreOptions::new(Duration::from_secs(10));
    options.series_max = 3;
    let begun = Instant::now();
    let local = Arc::new(LocalStore::open(folder.path(), options).unwrap());
    let store: Arc<dyn Store> = local.clone();
    let mut stages = stages(&Config::default(), &Arc::default(), &store).unwrap();
    let mut told = |now| {
        let mut points = Points::default();
        stages[0].due(&mut points, now);
        let told = points.iter().map(|(name, point)| (name.to_owned(), point.value));
        told.collect::<Vec<_>>()
    };
    assert_eq!(told(NOW), []);
    let point = |series, timestamp| Write { series, timestamp, value: 1.0, merge: Merge::Replace };
    local.write(&[point("a", NOW - 10), point("a", NOW), point("blocked", NOW)], NOW);
    assert_eq!(local.persist_all(NOW), 1);
    local.write(&[point("b", NOW - 10), point("b", NOW)], NOW);
    let one_more = local.write(&[point("c", NOW), point("c", NOW + 10)], NOW);
    assert_eq!(one_more.refused, 2);
    let passed = begun.elapsed().as_secs_f64();

    let told = told(NOW + 60);
    let value = |metric: &str| {
        let end = format!("-a.{metric}");
        told.iter().find(|(name, _)| name.ends_with(&end)).map(|(_, value)| *value)
    };
    let expected = [
        ("updateOperations", 1.0),
        ("creates", 1.0),
        ("committedPoints", 2.0),
        ("pointsPerUpdate", 2.0),
        ("errors", 1.0),
        ("droppedCreates", 2.0),
        ("cache.size", 3.0),
        ("cache.queues", 2.0),
        ("cache.overflow", 0.0),
    ];
    for (metric, expected) in expected {
        assert_eq!(value(metric), Some(expected), "{metric} in {told:?}");
    }
    let update = value("avgUpdateTime").unwrap();
    assert!(update > 0.0 && update < passed, "{update} of {passed} s");
}
