use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::Finder;
use proptest::prelude::*;

use super::*;

fn index_of(names: &[&str]) -> Index {
    let mut index = Index::new(usize::MAX);
    for name in names {
        index.insert(&SeriesName::parse(name).unwrap());
    }
    index
}

fn find(index: &Index, pattern: &str, limit: usize) -> Vec<Node> {
    index.find(&Glob::new(pattern).unwrap(), limit).unwrap()
}

fn paths(index: &Index, pattern: &str) -> Vec<String> {
    find(index, pattern, usize::MAX).into_iter().map(|node| node.path).collect()
}

#[test]
fn a_name_can_be_a_series_and_a_branch_at_once() {
    let index = index_of(&["a.b", "a.b.c", "a.d", "a.e.f"]);
    let node = |path: &str, leaf, branch| Node { path: path.into(), leaf, branch };
    assert_eq!(
        find(&index, "a.*", 10),
        [node("a.b", true, true), node("a.d", true, false), node("a.e", false, true)]
    );
}

#[test]
fn plain_names_and_wildcards_find_only_what_they_name() {
    let index = index_of(&["stats.users", "stats.timers.web.upper", "stats.timers.api.upper"]);
    assert_eq!(paths(&index, "stats.users"), ["stats.users"]);
    assert_eq!(
        paths(&index, "stats.timers.*.upper"),
        ["stats.timers.api.upper", "stats.timers.web.upper"]
    );
    assert_eq!(paths(&index, "stats.timers.{web,none}.upper"), ["stats.timers.web.upper"]);
    assert!(paths(&index, "stats.nothing").is_empty());
    assert!(paths(&index, "stats.users.below").is_empty());
}

#[test]
fn two_stars_find_each_node_once() {
    let index = index_of(&["a.b.c", "a.b.b.c", "c"]);
    assert_eq!(paths(&index, "**.c"), ["a.b.b.c", "a.b.c", "c"]);
    assert_eq!(paths(&index, "a.**"), ["a.b", "a.b.b", "a.b.b.c", "a.b.c"]);
    assert_eq!(paths(&index, "**.b.**.c"), ["a.b.b.c", "a.b.c"]);
}

#[test]
fn answers_are_sorted_by_path_even_where_a_node_holds_what_sorts_before_a_dot() {
    let index = index_of(&["web.cpu", "web-1.cpu"]);
    assert_eq!(paths(&index, "*.cpu"), ["web-1.cpu", "web.cpu"]);
}

#[test]
fn no_more_than_the_limit_is_found() {
    let index = index_of(&["a.a", "a.b", "a.c", "b.a"]);
    for pattern in ["*.*", "*.?", "**.[ab]*"] {
        for tries_max in [0, usize::MAX] {
            let glob = Glob::new(pattern).unwrap();
            let find = |limit| walk::find_within(&index.tree, &glob, limit, u64::MAX, tries_max);
            let all = find(usize::MAX).unwrap().len();
            for limit in 0..6 {
                assert_eq!(find(limit).unwrap().len(), limit.min(all), "{pattern} {tries_max}");
            }
        }
    }
    assert_eq!(find(&index, "a.a", 0), []);
}

#[test]
fn a_full_index_takes_no_further_name_and_keeps_those_it_knows() {
    let mut index = Index::new(2);
    let mut insert = |name| index.insert(&SeriesName::parse(name).unwrap());
    assert_eq!(insert("a.b"), Inserted::New(SeriesId(0)));
    assert_eq!(insert("a"), Inserted::New(SeriesId(1)));
    assert_eq!(insert("a.b"), Inserted::Known(SeriesId(0)));
    assert_eq!(insert("a.c"), Inserted::Full);
    assert_eq!(index.len(), 2);
    assert_eq!(paths(&index, "**"), ["a", "a.b"]);
}

#[test]
fn a_pattern_that_would_hold_the_index_too_long_is_refused() {
    let index = index_of(&["a.aaaaaaaa", "a.aaaaaaab", "a.aaaaaaac"]);
    let costly = Glob::new(&format!("a.{{{}x}}", "*a,".repeat(100))).unwrap();
    let error = walk::find(&index.tree, &costly, usize::MAX, 1_000).unwrap_err().to_string();
    assert!(error.contains("takes too long"), "{error}");
    assert_eq!(index.find(&costly, usize::MAX).unwrap().len(), 1);
}

#[test]
fn searching_all_texts_and_passing_by_all_nodes_cost_steps_as_well() {
    let mut index = Index::new(usize::MAX);
    for i in 0..5_000 {
        index
            .insert(&SeriesName::parse(&format!("folder.a-text-of-26-characters-{i:04}")).unwrap());
    }
    for (pattern, tries_max) in [("folder.*zz", usize::MAX), ("folder.*zz", 0), ("**.nothing", 0)] {
        let glob = Glob::new(pattern).unwrap();
        let find = |steps| walk::find_within(&index.tree, &glob, usize::MAX, steps, tries_max);
        let error = find(1_000).unwrap_err().to_string();
        assert!(error.contains("takes too long"), "{pattern} {tries_max}: {error}");
        assert_eq!(find(10_000).unwrap(), [], "{pattern} {tries_max}");
    }
}

#[test]
fn a_branch_alone_is_no_series() {
    let index = index_of(&["a.b"]);
    assert!(index.get(&SeriesName::parse("a.b").unwrap()).is_some());
    assert!(index.get(&SeriesName::parse("a").unwrap()).is_none());
    assert_eq!(index.len(), 1);
}

#[test]
fn a_number_is_given_again_only_when_it_is_released() {
    let mut index = index_of(&["a.b", "a.c"]);
    let name = |name| SeriesName::parse(name).unwrap();
    assert_eq!(index.name(SeriesId(1)), Some("a.c"));
    assert_eq!(index.remove(&name("a.c")), Some(SeriesId(1)));
    assert_eq!((index.remove(&name("a.c")), index.name(SeriesId(1))), (None, None));
    assert_eq!(index.insert(&name("a.d")), Inserted::New(SeriesId(2)));
    index.release(SeriesId(1));
    index.release(SeriesId(1));
    index.release(SeriesId(0));
    assert_eq!(index.insert(&name("a.e")), Inserted::New(SeriesId(1)));
    assert_eq!(index.insert(&name("a.f")), Inserted::New(SeriesId(3)));
    assert_eq!(index.name(SeriesId(7)), None);
}

#[test]
fn what_is_removed_leaves_no_branch_and_what_is_below_it_stays() {
    let mut index = index_of(&["a.b.c", "a.b", "x.y.z"]);
    for name in ["a.b", "x.y.z"] {
        index.remove(&SeriesName::parse(name).unwrap());
    }
    let node = |path: &str, leaf, branch| Node { path: path.into(), leaf, branch };
    assert_eq!(
        find(&index, "**", 10),
        [node("a", false, true), node("a.b", false, true), node("a.b.c", true, false)]
    );
    index.remove(&SeriesName::parse("a.b.c").unwrap());
    assert_eq!(find(&index, "**", 10), []);
}

#[test]
fn names_with_tags_stand_in_no_tree() {
    let mut index = index_of(&["cpu;host=a", "cpu.user"]);
    let tagged = SeriesName::parse("cpu;host=a").unwrap();
    assert_eq!(paths(&index, "**"), ["cpu", "cpu.user"]);
    assert_eq!(index.get(&tagged).and_then(|id| index.name(id)), Some("cpu;host=a"));
    assert!(index.remove(&tagged).is_some());
    assert_eq!(index.len(), 1);
}

#[test]
fn children_that_came_out_of_order_are_found_in_order() {
    let mut index = Index::new(usize::MAX);
    // By a step that has no divisor in common with their number, so each comes once, and far from the last.
    let mut expected: Vec<String> =
        (0..5_000).map(|i| format!("web.{:04}", i * 1_237 % 5_000)).collect();
    for name in &expected {
        index.insert(&SeriesName::parse(name).unwrap());
    }
    expected.sort();
    assert_eq!(paths(&index, "web.*"), expected);
    assert_eq!(paths(&index, "web.12*"), expected[1_200..1_300]);
    assert_eq!(
        paths(&index, "web.?9[1-3]0"),
        ["web.0910", "web.0920", "web.0930"]
            .map(|first| {
                (0..5)
                    .map(|thousand| first.replacen('0', &thousand.to_string(), 1))
                    .collect::<Vec<_>>()
            })
            .concat()
            .into_iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
}

#[test]
fn memory_of_removed_names_is_taken_back() {
    let mut index = Index::new(usize::MAX);
    let long = "x".repeat(200);
    index.insert(&SeriesName::parse("kept.for.ever").unwrap());
    for i in 0..20_000 {
        let name = format!("n{i}.{long}");
        let name = SeriesName::parse(&name).unwrap();
        index.insert(&name);
        let id = index.remove(&name).unwrap();
        index.release(id);
    }
    assert!(index.names.text_bytes() < 3 * crate::limits::NAMES_DEAD_BYTES);
    assert_eq!(paths(&index, "**"), ["kept", "kept.for", "kept.for.ever"]);
    assert_eq!((index.ids_end(), index.name(SeriesId(0))), (2, Some("kept.for.ever")));
}

#[test]
fn changes_are_written_down_from_when_it_is_asked_for() {
    let mut index = index_of(&["before"]);
    index.record_changes();
    index.insert(&SeriesName::parse("a..b").unwrap());
    index.insert(&SeriesName::parse("a.b").unwrap());
    index.remove(&SeriesName::parse("before").unwrap());
    let taken = index.take_changes();
    let changes: Vec<_> = read_changes(&taken.bytes).collect();
    assert_eq!(changes, [Ok(Change::Inserted("a.b")), Ok(Change::Removed("before"))]);
    assert_eq!(index.take_changes(), TakenChanges::default());

    let long = "y".repeat(250);
    for i in 0..80_000 {
        index.insert(&SeriesName::parse(&format!("{i}.{long}")).unwrap());
    }
    assert_eq!(index.take_changes(), TakenChanges { bytes: Vec::new(), is_incomplete: true });
}

/// One step of a test's life of an index.
#[derive(Debug, Clone)]
struct Step {
    add: bool,
    name: String,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let deep =
        prop::collection::vec("[ab]{1,2}|web[0-9]|é", 1..5).prop_map(|nodes| nodes.join("."));
    // Folders that grow beyond what is looked through, and shrink again.
    let wide = "a\\.(web|b)[0-9][0-3]|[0-9][0-4]";
    prop_oneof![3 => life(deep, 120), 1 => life(wide, 400)]
}

fn life(name: impl Strategy<Value = String>, steps: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = (prop::bool::weighted(0.6), name).prop_map(|(add, name)| Step { add, name });
    prop::collection::vec(step, 1..steps)
}

fn pattern() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ab]", 2 => Just("*".to_owned()), 1 => Just("?".to_owned()), 1 => Just("[!a]".to_owned()),
        1 => Just("web*".to_owned()), 1 => Just("{a,b*,}".to_owned()), 1 => Just("*eb[0-5]".to_owned()),
    ];
    let node = prop::collection::vec(piece, 1..3).prop_map(|pieces| pieces.concat());
    let node = prop_oneof![6 => node, 1 => Just("**".to_owned())];
    prop::collection::vec(node, 1..5).prop_map(|nodes| nodes.join("."))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn texts_are_searched_as_if_one_by_one(
        texts in prop::collection::btree_set("[ab]{1,6}|é", 1..20),
        needle in "[ab]{1,3}|é",
    ) {
        let mut table = texts::Texts::default();
        for text in &texts {
            table.intern(text);
        }
        let held: Vec<&str> =
            table.holding(&Finder::new(&needle)).map(|number| table.get(number)).collect();
        let expected: Vec<&String> = texts.iter().filter(|text| text.contains(&needle)).collect();
        prop_assert_eq!(held, expected);
    }

    #[test]
    fn the_tree_finds_what_trying_every_name_finds(
        steps in steps(),
        patterns in prop::collection::vec(pattern(), 1..6),
        compact in any::<bool>(),
    ) {
        let mut index = Index::new(usize::MAX);
        let mut names = BTreeMap::new();
        for Step { add, name } in steps {
            let series = SeriesName::parse(&name).unwrap();
            if !add {
                prop_assert_eq!(index.remove(&series), names.remove(&name));
                continue;
            }
            match index.insert(&series) {
                Inserted::New(id) => prop_assert_eq!(names.insert(name, id), None),
                Inserted::Known(id) => prop_assert_eq!(names.get(&name), Some(&id)),
                Inserted::Full => prop_assert!(false, "there is room"),
            }
        }
        if compact {
            index.compact();
        }
        prop_assert_eq!(index.len(), names.len());
        for (name, id) in &names {
            prop_assert_eq!(index.name(*id), Some(&**name));
            prop_assert_eq!(index.get(&SeriesName::parse(name).unwrap()), Some(*id));
        }
        // All paths there are: every name, and every branch above one.
        let mut nodes: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
        for name in names.keys() {
            nodes.entry(name).or_default().0 = true;
            for (dot, _) in name.match_indices('.') {
                nodes.entry(&name[..dot]).or_default().1 = true;
            }
        }
        for pattern in patterns {
            let Ok(glob) = Glob::new(&pattern) else { continue };
            let expected: Vec<Node> = nodes
                .iter()
                .filter(|(path, _)| glob.matches(path))
                .map(|(path, (leaf, branch))| Node { path: (*path).into(), leaf: *leaf, branch: *branch })
                .collect();
            prop_assert_eq!(&index.find(&glob, usize::MAX).unwrap(), &expected, "{}", pattern);
            for tries_max in [0, 100, usize::MAX] {
                let found = walk::find_within(&index.tree, &glob, usize::MAX, u64::MAX, tries_max);
                prop_assert_eq!(&found.unwrap(), &expected, "{}, {} tries", pattern, tries_max);
            }
        }
    }
}
