//! A store for tests: archives in memory that answer as Whisper files do.

use std::collections::BTreeMap;
use std::sync::Mutex;

use statsd_server::store::{Fetched, Merge, Node, Store, StoreError, Write, Written};

/// One archive: points at multiples of its step, reaching back `step * slots` seconds.
#[derive(Debug, Clone)]
pub(crate) struct Archive {
    pub(crate) step: i64,
    pub(crate) slots: i64,
    pub(crate) points: BTreeMap<i64, f64>,
}

/// Series by name, each with its archives from fine to coarse.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    series: Mutex<BTreeMap<String, Vec<Archive>>>,
}

impl MemoryStore {
    pub(crate) fn insert(&self, name: &str, archives: Vec<Archive>) {
        self.series.lock().unwrap().insert(name.to_owned(), archives);
    }
}

impl Store for MemoryStore {
    /// New series keep a point a minute for a year.
    fn write(&self, batch: &[Write<'_>], _now: i64) -> Written {
        let mut series = self.series.lock().unwrap();
        let mut written = Written::default();
        for write in batch {
            let archives = series.entry(write.series.to_owned()).or_insert_with(|| {
                written.created += 1;
                vec![Archive { step: 60, slots: 365 * 1_440, points: BTreeMap::new() }]
            });
            let finest = &mut archives[0];
            let slot = write.timestamp - write.timestamp.rem_euclid(finest.step);
            let point = finest.points.entry(slot);
            let merge = |old: &mut f64| match write.merge {
                Merge::Replace => *old = write.value,
                Merge::Add | Merge::AddRate => *old += write.value,
                Merge::Min => *old = old.min(write.value),
                Merge::Max => *old = old.max(write.value),
            };
            point.and_modify(merge).or_insert(write.value);
            written.points += 1;
        }
        written
    }

    fn find(&self, pattern: &str, limit: usize) -> Result<Vec<Node>, StoreError> {
        if let Some(at) = pattern.find('{').filter(|_| !pattern.contains('}')) {
            return Err(StoreError::Pattern { pattern: pattern.into(), reason: "open brace", at });
        }
        let globs: Vec<Vec<String>> = expand(pattern)
            .iter()
            .map(|glob| glob.split('.').map(str::to_owned).collect())
            .collect();
        let mut found: BTreeMap<String, Node> = BTreeMap::new();
        for name in self.series.lock().unwrap().keys() {
            let nodes: Vec<&str> = name.split('.').collect();
            for depth in 1..=nodes.len() {
                if globs.iter().any(|glob| matches(glob, &nodes[..depth])) {
                    let path = nodes[..depth].join(".");
                    let new = Node { path: path.clone(), leaf: false, branch: false };
                    let node = found.entry(path).or_insert(new);
                    node.leaf |= depth == nodes.len();
                    node.branch |= depth < nodes.len();
                }
            }
        }
        Ok(found.into_values().take(limit).collect())
    }

    fn fetch(
        &self,
        series: &str,
        from: i64,
        until: i64,
        now: i64,
    ) -> Result<Option<Fetched>, StoreError> {
        let all = self.series.lock().unwrap();
        let Some(archives) = all.get(series) else { return Ok(None) };
        let oldest = now - archives.iter().map(|one| one.step * one.slots).max().unwrap();
        if from > now || until < oldest {
            return Ok(None);
        }
        let (from, until) = (from.max(oldest), until.min(now));
        let archive = archives.iter().find(|one| one.step * one.slots >= now - from).unwrap();
        let step = archive.step;
        let start = from - from.rem_euclid(step) + step;
        let end = (until - until.rem_euclid(step) + step).max(start + step);
        let stamps = (0..(end - start) / step).map(|i| start + i * step);
        let values = stamps.map(|at| archive.points.get(&at).copied()).collect();
        Ok(Some(Fetched { start, step, values }))
    }
}

/// The pattern once for each choice that its braces leave.
fn expand(pattern: &str) -> Vec<String> {
    let Some(close) = pattern.find('}') else { return vec![pattern.to_owned()] };
    let open = pattern[..close].rfind('{').unwrap();
    let (before, after) = (&pattern[..open], &pattern[close + 1..]);
    let choices = pattern[open + 1..close].split(',');
    choices.flat_map(|choice| expand(&format!("{before}{choice}{after}"))).collect()
}

fn matches(glob: &[String], nodes: &[&str]) -> bool {
    match (glob, nodes) {
        ([], []) => true,
        ([first, rest @ ..], _) if first == "**" => {
            (usize::from(rest.is_empty())..=nodes.len()).any(|skip| matches(rest, &nodes[skip..]))
        }
        ([first, rest @ ..], [node, others @ ..]) => {
            let (first, node): (Vec<char>, Vec<char>) =
                (first.chars().collect(), node.chars().collect());
            node_matches(&first, &node) && matches(rest, others)
        }
        _ => false,
    }
}

fn node_matches(glob: &[char], node: &[char]) -> bool {
    match (glob, node) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=node.len()).any(|skip| node_matches(rest, &node[skip..])),
        (['?', rest @ ..], [_, others @ ..]) => node_matches(rest, others),
        (['[', rest @ ..], [c, others @ ..]) => {
            let close = rest.iter().position(|c| *c == ']').unwrap();
            rest[..close].contains(c) && node_matches(&rest[close + 1..], others)
        }
        ([g, rest @ ..], [c, others @ ..]) => g == c && node_matches(rest, others),
        _ => false,
    }
}
