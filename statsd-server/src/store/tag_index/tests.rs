use proptest::prelude::*;

use super::*;
use crate::store::index::{Index, Inserted};
use crate::store::name::SeriesName;

const NAMES: [&str; 5] = [
    "cpu;host=web1;rack=a",
    "cpu;host=web2;rack=b",
    "cpu;host=db1",
    "disk.used;host=db1;mount=/var;rack=a",
    "plain.name",
];

fn index_of(names: &[&str]) -> Index {
    let mut index = Index::new(usize::MAX);
    for name in names {
        index.insert(&SeriesName::parse(name).unwrap());
    }
    index
}

fn series(index: &Index, expressions: &[&str]) -> Vec<String> {
    let expressions: Vec<_> =
        expressions.iter().map(|text| TagExpression::parse(text).unwrap()).collect();
    let ids = index.tags().series(&expressions).unwrap();
    ids.into_iter().map(|id| index.name(id).unwrap().to_owned()).collect()
}

fn counts(counts: Result<Vec<TagCount>, StoreError>) -> Vec<(String, usize)> {
    counts.unwrap().into_iter().map(|count| (count.text, count.series)).collect()
}

#[test]
fn series_are_found_by_what_their_tags_are_and_are_not() {
    let index = index_of(&NAMES);
    assert_eq!(series(&index, &["name=cpu"]), NAMES[..3]);
    assert_eq!(series(&index, &["name=cpu", "host=~web"]), NAMES[..2]);
    assert_eq!(series(&index, &["name=cpu", "rack!=a"]), NAMES[1..3]);
    assert_eq!(series(&index, &["rack=a", "host!=~web"]), NAMES[3..4]);
    assert_eq!(series(&index, &["host=~.+", "rack="]), NAMES[2..3]);
    assert_eq!(series(&index, &["rack!="]), [NAMES[0], NAMES[1], NAMES[3]]);
    assert_eq!(series(&index, &["rack!=~c?$"]), [NAMES[0], NAMES[1], NAMES[3]]);
    assert_eq!(series(&index, &["host=web1", "host=web2"]), [""; 0]);
    assert_eq!(series(&index, &["nothing=x"]), [""; 0]);
}

#[test]
fn expressions_that_every_series_fits_are_refused() {
    let index = index_of(&NAMES);
    for text in [&["rack="][..], &["rack!=a"], &["rack=~.*", "host!=~a"], &[]] {
        let expressions: Vec<_> =
            text.iter().map(|text| TagExpression::parse(text).unwrap()).collect();
        let error = index.tags().series(&expressions).unwrap_err().to_string();
        assert!(error.contains("must not match an absent tag"), "{error}");
    }
    let one = TagExpression::parse("a=b").unwrap();
    let many = vec![one; TAG_EXPRESSIONS_MAX + 1];
    assert!(index.tags().series(&many).is_err());
}

#[test]
fn tags_and_values_are_counted_in_order() {
    let index = index_of(&NAMES);
    let pair = |text: &str, series| (text.to_owned(), series);
    assert_eq!(
        counts(index.tags().tags(None, 10)),
        [pair("host", 4), pair("mount", 1), pair("name", 4), pair("rack", 3)]
    );
    assert_eq!(counts(index.tags().tags(Some("m|r"), 1)), [pair("mount", 1)]);
    assert_eq!(
        counts(index.tags().values("host", None, 10)),
        [pair("db1", 2), pair("web1", 1), pair("web2", 1)]
    );
    assert_eq!(counts(index.tags().values("host", Some("web"), 1)), [pair("web1", 1)]);
    assert_eq!(counts(index.tags().values("none", None, 10)), []);
    assert!(index.tags().values("host", Some("("), 10).is_err());
}

#[test]
fn what_is_removed_leaves_nothing_behind() {
    let mut index = index_of(&NAMES);
    for name in NAMES {
        assert!(index.remove(&SeriesName::parse(name).unwrap()).is_some());
    }
    assert_eq!(counts(index.tags().tags(None, 10)), []);
    assert_eq!(index.len(), 0);
}

#[derive(Debug, Clone)]
struct Step {
    add: bool,
    name: String,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let tags = prop::collection::btree_map("[abc]", "[xyz]{1,2}", 1..4);
    let name = ("[mn]", tags).prop_map(|(metric, tags)| {
        tags.iter().fold(metric, |name, (key, value)| format!("{name};{key}={value}"))
    });
    let step = (prop::bool::weighted(0.7), name).prop_map(|(add, name)| Step { add, name });
    prop::collection::vec(step, 1..40)
}

proptest! {
    #[test]
    fn what_is_found_is_what_trying_every_name_finds(
        steps in steps(),
        expressions in prop::collection::vec(
            ("[abcd]|name", prop_oneof!["=", "!=", "=~", "!=~"], "[mnxyz]{0,2}")
                .prop_map(|(tag, operator, value)| format!("{tag}{operator}{value}")),
            1..4,
        ),
    ) {
        let mut index = Index::new(usize::MAX);
        let mut names = std::collections::BTreeSet::new();
        for Step { add, name } in steps {
            let series = SeriesName::parse(&name).unwrap();
            if add {
                let is_new = matches!(index.insert(&series), Inserted::New(_));
                prop_assert_eq!(is_new, names.insert(name.clone()));
            } else {
                let removed = index.remove(&series);
                prop_assert_eq!(removed.is_some(), names.remove(&name));
                removed.into_iter().for_each(|id| index.release(id));
            }
        }
        let expressions: Vec<_> =
            expressions.iter().map(|text| TagExpression::parse(text).unwrap()).collect();
        let fits = |name: &&String| {
            let series = SeriesName::parse(name).unwrap();
            let tags: BTreeMap<_, _> = series.tags().unwrap().collect();
            expressions.iter().all(|e| e.matches(tags.get(e.tag()).copied().unwrap_or("")))
        };
        let expected: Vec<&String> = names.iter().filter(fits).collect();
        match index.tags().series(&expressions) {
            Ok(ids) => {
                let mut found: Vec<&str> = ids.iter().map(|id| index.name(*id).unwrap()).collect();
                found.sort_unstable();
                prop_assert_eq!(found, expected);
            }
            Err(_) => prop_assert!(expressions.iter().all(|e| e.matches(""))),
        }
    }
}
