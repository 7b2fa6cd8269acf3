use std::fs;
use std::path::PathBuf;

use super::*;

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

fn points(names: &[&str]) -> Points {
    let mut points = Points::default();
    for name in names {
        points.push(name, 1000, 1.0);
    }
    points
}

fn names(points: &Points) -> Vec<&str> {
    points.iter().map(|(name, _)| name).collect()
}

/// As often as a change takes to be seen.
fn looks(stage: &mut dyn Stage, now: i64) -> Points {
    let mut points = Points::default();
    for look in 0..2 {
        stage.due(&mut points, now + look);
    }
    points
}

#[test]
fn lists_leave_names_out_and_count_them() {
    let files = Files::new();
    let black = files.write("black", r"^secret\.");
    let white = files.write("white", "^a\n^secret");
    let telemetry = Arc::new(Telemetry::default());
    let mut stage = ListStage::open(Some(&black), Some(&white), telemetry.clone()).unwrap();

    let mut batch = points(&["a.x", "b.x", "secret.a", "secretly", "b.a"]);
    stage.take(&mut batch, 0);
    assert_eq!(names(&batch), ["a.x", "secretly"]);
    assert_eq!(telemetry.blacklist_matches.get(), 1);
    assert_eq!(telemetry.whitelist_rejects.get(), 2);

    files.write("white", "# all of them\n");
    looks(&mut stage, 0);
    let mut batch = points(&["b.x"]);
    stage.take(&mut batch, 0);
    assert_eq!(names(&batch), ["b.x"], "a whitelist without patterns lets all pass");
    assert_eq!(telemetry.rules_read.get(), 1);
}

#[test]
fn rules_hold_on_where_the_new_ones_have_a_mistake() {
    let files = Files::new();
    let black = files.write("black", "^x");
    let telemetry = Arc::new(Telemetry::default());
    let mut stage = ListStage::open(Some(&black), None, telemetry.clone()).unwrap();
    files.write("black", "^y\n(");
    looks(&mut stage, 0);
    let mut batch = points(&["x", "y"]);
    stage.take(&mut batch, 0);
    assert_eq!(names(&batch), ["y"]);
    assert_eq!((telemetry.rules_read.get(), telemetry.rules_refused.get()), (0, 1));
}

#[test]
fn a_mistake_at_the_start_names_file_and_line() {
    let files = Files::new();
    let file = files.write("rewrite.conf", "a = b\n[pre]\n(?<!x)y = z\n[other]\nno rule");
    let error = RewriteStage::pre(&file, Arc::default()).unwrap_err().to_string();
    let at = |line| format!("{}:{line}: ", file.display());
    let expected = [
        at(1) + "a rule stands below [pre] or [post]",
        at(3) + "`(?<!x)y`: look-behind, `(?<!`, is not supported",
        at(4) + "`[other]` is neither [pre] nor [post]",
        at(5) + "`no rule` is not `pattern = replacement`",
    ];
    assert_eq!(error, expected.join("\n"));
}

#[test]
fn each_section_rewrites_at_its_place() {
    let files = Files::new();
    let rules = files.write("rules", "[pre]\n^in = out\n[post]\n_sum$ =");
    let mut pre = RewriteStage::pre(&rules, Arc::default()).unwrap();
    let mut post = RewriteStage::post(&rules, Arc::default()).unwrap();
    let mut batch = points(&["in.a_sum", "b"]);
    pre.take(&mut batch, 0);
    assert_eq!(names(&batch), ["out.a_sum", "b"]);
    post.take(&mut batch, 0);
    assert_eq!(names(&batch), ["out.a", "b"]);

    files.write("rules", "[post]\nout = o");
    looks(&mut pre, 0);
    looks(&mut post, 0);
    let mut batch = points(&["in.out"]);
    pre.take(&mut batch, 0);
    post.take(&mut batch, 0);
    assert_eq!(names(&batch), ["in.o"]);
}

#[test]
fn aggregates_go_their_way_and_new_rules_lose_none_of_them() {
    let files = Files::new();
    let rules = files.write("rules", "<a>.all (10) = sum <a>.*");
    let telemetry = Arc::new(Telemetry::default());
    let open = |forward_all| {
        AggregationStage::open(&rules, Buffering::default(), forward_all, telemetry.clone())
            .unwrap()
    };
    let mut stage = open(true);
    let mut batch = points(&["x.1", "x.2", "x.all", "other"]);
    stage.take(&mut batch, 1000);
    assert_eq!(names(&batch), ["x.1", "x.2", "other"], "x.all is what it is part of");

    files.write("rules", "all (60) = max *.*");
    let told = looks(&mut stage, 1001);
    assert_eq!(names(&told), ["x.all"]);
    assert_eq!(told.iter().next().unwrap().1.value, 3.0);
    assert_eq!(telemetry.aggregates_told.get(), 1);

    stage.take(&mut points(&["x.1"]), 1003);
    let mut left = Points::default();
    stage.end(&mut left, 1004);
    assert_eq!(names(&left), ["all"]);

    let mut batch = points(&["other"]);
    open(false).take(&mut batch, 1000);
    assert!(batch.is_empty());
}
