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
    let found = |limit| find(&index, "*.*", limit).len();
    assert_eq!((found(0), found(1), found(3), found(4), found(5)), (0, 1, 3, 4, 4));
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
    let error = index.find_within(&costly, usize::MAX, 1_000).unwrap_err().to_string();
    assert!(error.contains("takes too long"), "{error}");
    assert_eq!(index.find(&costly, usize::MAX).unwrap().len(), 1);
}

#[test]
fn a_branch_alone_is_no_series() {
    let index = index_of(&["a.b"]);
    assert!(index.contains(&SeriesName::parse("a.b").unwrap()));
    assert!(!index.contains(&SeriesName::parse("a").unwrap()));
    assert_eq!(index.len(), 1);
}

#[test]
fn a_name_that_is_forgotten_leaves_no_branch_and_keeps_its_number_from_others() {
    let mut index = Index::new(2);
    let name = |text| SeriesName::parse(text).unwrap();
    let Inserted::New(first) = index.insert(&name("a.b.c")) else { panic!("it is new") };
    index.insert(&name("a.b"));
    assert_eq!(index.insert(&name("d")), Inserted::Full);
    assert_eq!(index.remove(&name("a.b.c")), Some(first));
    assert_eq!(index.remove(&name("a.b.c")), None);
    assert_eq!(index.remove(&name("a")), None, "a branch is no series");
    assert_eq!((index.len(), index.name(first)), (1, None));
    let found = index.find(&Glob::new("a.**").unwrap(), 10).unwrap();
    assert_eq!(
        found.iter().map(|node| (&*node.path, node.branch)).collect::<Vec<_>>(),
        [("a.b", false)]
    );
    let Inserted::New(next) = index.insert(&name("d")) else { panic!("there is room again") };
    assert_ne!(next, first);
    assert_eq!((index.name(next), index.ids_end()), (Some("d"), 3));
}
