use std::fs;

use super::*;
use crate::carbon::Points;

fn config(text: &str) -> Config {
    Config::parse(text).unwrap_or_else(|error| panic!("{error}"))
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
    assert!(stages(&none, &Arc::default()).unwrap().is_empty());
    assert_eq!(stages(&Config::default(), &Arc::default()).unwrap().len(), 1);
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
    let mut stages = stages(&config(&text), &telemetry).unwrap();
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
    let error = stages(&config(&text), &Arc::default()).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("{}:1: `(?=x)`: look-ahead, `(?=`, is not supported", path.display())
    );
}

#[test]
fn the_servers_own_numbers_are_told_by_carbons_names() {
    let telemetry = Arc::new(Telemetry::default());
    let config = config("[carbon_metrics]\ninterval = '30s'\nprefix = 'own'\ninstance = 'b'");
    let mut stages = stages(&config, &telemetry).unwrap();
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
