//! Names as they come from outside, down to what they leave in the folder.

use proptest::prelude::*;

use super::*;

#[test]
fn a_name_is_the_same_series_however_many_empty_nodes_it_is_written_with() {
    let (_dir, store) = store();
    let batch = [point("a..b", 1.0), point(".a.b.", 2.0)];
    assert_eq!(store.write(&batch, NOW), written(2, 1, 0, 0));
    assert_eq!(paths(&store, "a..b"), ["a.b"]);
    assert_eq!(value(&store, "a...b"), Some(2.0));
}

#[test]
fn names_are_case_sensitive() {
    let (_dir, store) = store();
    store.write(&[point("a.b", 1.0), point("a.B", 2.0)], NOW);
    assert_eq!(paths(&store, "a.*"), ["a.B", "a.b"]);
    assert_eq!(value(&store, "a.b"), Some(1.0));
}

#[test]
fn hostile_names_create_nothing_outside_of_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("data");
    let store = open(&folder);
    let long = "x".repeat(5_000);
    let deep = "x.".repeat(400);
    let hostile = [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        ".",
        "...",
        "a/../../b",
        "..\\b",
        "a\0b",
        "\0",
        "a\nb",
        "a\u{1b}[2J",
        "~/x/",
        "C:\\x",
        &long,
        &deep,
        "",
        "\u{85}",
    ];
    let batch = hostile.map(|name| point(name, 1.0));
    assert_eq!(store.write(&batch, NOW), written(0, 0, hostile.len(), 0));
    for name in hostile {
        assert_eq!(store.fetch(name, NOW - 10, NOW, NOW).unwrap(), None);
    }
    assert_eq!(tree(outer.path()), BTreeSet::from([folder.clone()]));

    let odd = ["..a..", "~", "-rf", "a b", "日本.ü", "CON", "$(id)", "*", "{", "a;b=c"];
    let batch = odd.map(|name| point(name, 1.0));
    assert_eq!(store.write(&batch, NOW), written(odd.len(), odd.len(), 0, 0));
    assert_eq!(store.persist_all(NOW), 0);
    assert_eq!(tree(outer.path()).iter().filter(|path| path.is_file()).count(), odd.len());
    assert!(tree(outer.path()).iter().all(|path| path.starts_with(&folder)));
    assert_eq!(value(&store, "日本.ü"), Some(1.0));
}

proptest! {
    #[test]
    fn no_name_creates_anything_outside_of_the_folder(
        names in prop::collection::vec("(\\PC|[./\\\\]|\\.\\./){0,12}", 1..4),
    ) {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("data");
        let store = open(&folder);
        let batch: Vec<_> = names.iter().map(|name| point(name, 1.0)).collect();
        let written = store.write(&batch, NOW);
        prop_assert_eq!(written.points + written.refused, names.len());
        prop_assert_eq!(store.persist_all(NOW), 0);
        prop_assert!(tree(outer.path()).iter().all(|path| path.starts_with(&folder)));
    }
}
