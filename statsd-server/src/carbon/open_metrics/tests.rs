use crate::carbon::line::take;
use crate::carbon::{Bad, Points};
use crate::store::SeriesName;

/// The series that a name is, and nothing where it is refused, by a door or by the store.
fn series(name: &str) -> Option<String> {
    let (mut points, mut bad) = (Points::default(), Bad::default());
    take(name, 17, 1.5, &mut points, &mut bad).ok()?;
    let (name, _) = points.iter().next().unwrap();
    Some(SeriesName::parse(name).ok()?.as_str().to_owned())
}

/// `tests/golden/tags/make.py` says what carbon was asked.
#[test]
fn names_are_read_as_carbon_reads_them() {
    let recorded = include_str!("../../../tests/golden/tags/carbon.json");
    let recorded: Vec<serde_json::Value> = serde_json::from_str(recorded).unwrap();
    let (mut taken, mut refused) = (0, 0);
    for one in &recorded {
        let given = one["given"].as_str().unwrap();
        // What it cannot read, carbon stores under the name that it was given.
        let is_carbons_form = given.split('{').next().is_some_and(|name| name.contains(';'));
        let expected = match one["path"].as_str() {
            None if is_carbons_form => SeriesName::parse(given).ok(),
            None => None,
            // It leaves tags in front of a `{` in their place.
            Some(path) => SeriesName::parse(path).ok(),
        };
        assert_eq!(series(given).as_deref(), expected.as_ref().map(SeriesName::as_str), "{given}");
        *if expected.is_some() { &mut taken } else { &mut refused } += 1;
    }
    assert!(taken > 200 && refused > 50, "{taken} taken, {refused} refused");
}

#[test]
fn what_only_looks_like_it_stays_as_it_is() {
    for name in
        ["cpu{a}", "cpu{}", r#"cpu{a="1",}"#, r#"cpu"}"#, r#"cpu;k={"a":"b"}"#, r#"cpu;k="}"#]
    {
        assert_eq!(series(name).as_deref(), Some(name));
    }
}

proptest::proptest! {
    #[test]
    fn both_forms_of_a_name_are_one_series(
        metric in "[a-c.~]{1,4}",
        tags in proptest::collection::vec(("[a-c.!:,\"]{1,3}", "[a-c.=/:,~}\"\\\\]{1,4}"), 1..4),
    ) {
        let quoted = |(key, value): &(String, String)| {
            format!("{key}=\"{}\"", value.replace('\\', r"\\").replace('"', "\\\""))
        };
        let quoted: Vec<String> = tags.iter().map(quoted).collect();
        let carbons: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let open_metrics = format!("{metric}{{{}}}", quoted.join(","));
        proptest::prop_assert_eq!(series(&open_metrics), series(&format!("{metric};{}", carbons.join(";"))));
    }

    #[test]
    fn nothing_makes_it_panic_or_one_more_tag(name in "[a{}\"=,:;\\\\ü]{0,20}") {
        if let Some(found) = series(&name) {
            let tags = found.split(';').count() - 1;
            proptest::prop_assert!(tags <= name.matches(['=', ';']).count(), "{}", found);
        }
    }
}
