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
    let (long, deep) = ("x".repeat(5_000), "x.".repeat(400));
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
        &"n.".repeat(3_000),
        &"n".repeat(300),
        &format!("a.{}.b", "ü".repeat(126)),
        "_tagged.eff.aae.x",
        ";",
        ";=",
        "a;=",
        "a;=;=",
        ";a=b",
        "a;b",
        "a;b=",
        "a;../../b=c\0",
        "a;b=~c",
        &format!("a;b={}", "c".repeat(5_000)),
        &format!("a{}", ";k=v".repeat(200)),
    ];
    let batch = hostile.map(|name| point(name, 1.0));
    assert_eq!(store.write(&batch, NOW), written(0, 0, hostile.len(), 0));
    for name in hostile {
        assert_eq!(store.fetch(name, NOW - 10, NOW, NOW).unwrap(), None);
    }
    assert_eq!(tree(outer.path()), BTreeSet::from([folder.clone()]));

    let odd = [
        "..a..",
        "~",
        "-rf",
        "a b",
        "日本.ü",
        "CON",
        "$(id)",
        "*",
        "{",
        "[a-",
        "**",
        "a;b=c",
        "../../etc/passwd;a=b",
        "/;a=/etc",
        "a;..=..",
        "a;/../x=\\..\\y",
        "*;a=*",
        "日本;ü=é",
    ];
    let batch = odd.map(|name| point(name, 1.0));
    assert_eq!(store.write(&batch, NOW), written(odd.len(), odd.len(), 0, 0));
    assert_eq!(store.persist_all(NOW), 0);
    assert_eq!(tree(outer.path()).iter().filter(|path| path.is_file()).count(), odd.len());
    assert!(tree(outer.path()).iter().all(|path| path.starts_with(&folder)));
    assert_eq!(value(&store, "日本.ü"), Some(1.0));
}

#[test]
fn a_name_that_is_a_glob_is_found_as_one_and_fetched_as_itself() {
    let (_dir, store) = store();
    store.write(&[point("a.*", 1.0), point("a.b", 2.0)], NOW);
    assert_eq!(paths(&store, "a.*"), ["a.*", "a.b"]);
    assert_eq!(value(&store, "a.*"), Some(1.0));
}

#[test]
fn series_with_tags_are_found_by_their_tags_and_fetched_in_any_order_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let find = |store: &LocalStore, expressions: &[&str], limit| {
        let parse = |text: &&str| TagExpression::parse(text).unwrap();
        let expressions: Vec<_> = expressions.iter().map(parse).collect();
        store.find_tagged(&expressions, limit).unwrap()
    };
    let names = ["cpu;host=a;rack=1", "cpu;host=b;rack=1", "cpu;host=c;rack=2"];
    {
        let store = open(dir.path());
        let batch = ["cpu;rack=1;host=b", "cpu;rack=1;host=a", "cpu;rack=2;host=c", "cpu"];
        assert_eq!(store.write(&batch.map(|name| point(name, 1.0)), NOW), written(4, 4, 0, 0));
        store.write(&[point("cpu;host=a;rack=1", 2.0)], NOW);
    }
    // Their files do not tell their names, so the log of names has them.
    let store = open(dir.path());
    assert_eq!(find(&store, &["name=cpu"], 10), names);
    assert_eq!(find(&store, &["name=cpu"], 2), names[..2]);
    assert_eq!(find(&store, &["rack=1", "host!=a"], 10), names[1..2]);
    assert_eq!(value(&store, "cpu;rack=1;host=a"), Some(2.0));
    assert_eq!(paths(&store, "**"), ["cpu"], "a find by dots does not show them");
    let count = |text: &str, series| TagCount { text: text.to_owned(), series };
    assert_eq!(
        store.tags(None, 10).unwrap(),
        [count("host", 3), count("name", 3), count("rack", 3)]
    );
    assert_eq!(store.tag_values("rack", None, 10).unwrap(), [count("1", 2), count("2", 1)]);
    assert_eq!(store.series(), 4);
}

#[test]
fn the_file_of_a_series_with_tags_is_made_only_when_its_name_is_safe() {
    let dir = tempfile::tempdir().unwrap();
    fs_err::write(dir.path().join(".names"), "not a folder").unwrap();
    let store = open(dir.path());
    let batch = [point("cpu;host=a", 1.0), point("cpu", 1.0)];
    assert_eq!(store.write(&batch, NOW), written(2, 2, 0, 0));
    assert_eq!(store.persist_all(NOW), 1, "it waits, and is in the journal");
    assert!(!dir.path().join("_tagged").exists());
}

#[test]
fn names_are_there_at_once_after_a_restart_and_what_is_gone_goes_later() {
    let dir = tempfile::tempdir().unwrap();
    {
        let store = open(dir.path());
        store.write(&[point("a.stays", 1.0), point("a.goes", 1.0)], NOW);
    }
    fs_err::remove_file(dir.path().join("a/goes.wsp")).unwrap();
    fs_err::copy(dir.path().join("a/stays.wsp"), dir.path().join("a/appeared.wsp")).unwrap();
    let store = open(dir.path());
    assert!(paths(&store, "a.*").contains(&"a.stays".to_owned()));
    store.inner.names.wait_until_reconciled();
    assert_eq!(paths(&store, "a.*"), ["a.appeared", "a.stays"]);
    let stats = store.names_stats();
    assert_eq!((stats.found, stats.forgotten, stats.failures), (1, 1, 0));
}

proptest! {
    #[test]
    fn no_name_creates_anything_outside_of_the_folder(
        names in prop::collection::vec("(\\PC|[./;=\\\\]|\\.\\./){0,12}", 1..4),
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
