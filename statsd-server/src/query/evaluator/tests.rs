use super::*;
use crate::store::{Fetched, Write, Written};

/// Answers any `find` with what it was given, and counts what is fetched.
#[derive(Debug)]
struct Canned {
    nodes: Vec<Node>,
    values: usize,
}

impl Canned {
    fn leaves(names: &[&str], values: usize) -> Self {
        let leaf = |name: &&str| Node { path: (*name).to_owned(), leaf: true, branch: false };
        Self { nodes: names.iter().map(leaf).collect(), values }
    }
}

impl Store for Canned {
    fn write(&self, _batch: &[Write<'_>], _now: i64) -> Written {
        Written::default()
    }

    fn find(&self, _pattern: &str, limit: usize) -> Result<Vec<Node>, StoreError> {
        Ok(self.nodes.iter().take(limit).cloned().collect())
    }

    fn fetch(
        &self,
        series: &str,
        from: i64,
        _until: i64,
        _now: i64,
    ) -> Result<Option<Fetched>, StoreError> {
        match series {
            "broken" => Err(StoreError::Pattern { pattern: series.into(), reason: "torn", at: 0 }),
            "gone" => Ok(None),
            _ => Ok(Some(Fetched { start: from, step: 60, values: vec![Some(1.0); self.values] })),
        }
    }
}

const RANGE: Range = Range { from: 60, until: 120, now: 120 };

fn targets(paths: &[&str]) -> Vec<Expr> {
    paths.iter().map(|path| Expr::Path((*path).to_owned())).collect()
}

fn names(done: &Evaluation) -> Vec<&str> {
    done.series.iter().map(|series| series.name.as_str()).collect()
}

#[test]
fn targets_keep_their_order_and_may_repeat() {
    let store = Canned::leaves(&["a", "b"], 1);
    let done = evaluate(&store, &targets(&["*", "*"]), RANGE).unwrap();
    assert_eq!(names(&done), ["a", "b", "a", "b"]);
}

#[test]
fn branches_and_series_outside_of_the_range_are_left_out() {
    let mut store = Canned::leaves(&["a", "gone"], 1);
    store.nodes.push(Node { path: "branch".into(), leaf: false, branch: true });
    let done = evaluate(&store, &targets(&["*"]), RANGE).unwrap();
    assert_eq!(names(&done), ["a"]);
}

#[test]
fn a_broken_file_does_not_hide_the_others() {
    let store = Canned::leaves(&["a", "broken", "c"], 1);
    let done = evaluate(&store, &targets(&["*"]), RANGE).unwrap();
    assert_eq!(names(&done), ["a", "c"]);
    assert_eq!(done.unreadable.len(), 1);
}

#[test]
fn too_many_series_are_refused_by_the_pattern_that_went_over() {
    let many: Vec<_> = (0..RENDER_SERIES_MAX).map(|i| format!("s{i}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let store = Canned::leaves(&many, 1);
    assert_eq!(evaluate(&store, &targets(&["*"]), RANGE).unwrap().series.len(), many.len());
    let error = evaluate(&store, &targets(&["*", "s*"]), RANGE).unwrap_err();
    assert_eq!(error.to_string(), "\"s*\" brings the request above 2000 series; narrow it");
}

#[test]
fn too_many_points_are_refused_by_the_series_that_went_over() {
    let store = Canned::leaves(&["a", "b"], RENDER_POINTS_MAX / 2 + 1);
    let error = evaluate(&store, &targets(&["*"]), RANGE).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"b\" brings the request above 1000000 points; ask for less time"
    );
}
