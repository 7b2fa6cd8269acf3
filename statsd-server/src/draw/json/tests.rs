use super::*;

fn number(value: f64) -> String {
    let mut out = String::new();
    push_number(&mut out, Some(value));
    out
}

fn one(values: &[Option<f64>]) -> Series {
    Series { name: "a.b".into(), start: 60, step: 60, values: values.to_vec() }
}

#[test]
fn numbers_are_spelled_as_python_spells_them() {
    for (value, expected) in [
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (0.1, "0.1"),
        (100.0, "100.0"),
        (0.1 + 0.2, "0.30000000000000004"),
        (37.293, "37.293"),
        (123_456_789_012_345.0, "123456789012345.0"),
        (9_999_999_999_999_998.0, "9999999999999998.0"),
        (1e16, "1e+16"),
        (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1.5e-7, "1.5e-07"),
        (1e300, "1e+300"),
        (-1e-300, "-1e-300"),
        (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        (5e-324, "5e-324"),
        (f64::MAX, "1.7976931348623157e+308"),
        (f64::INFINITY, "1e9999"),
        (f64::NEG_INFINITY, "-1e9999"),
        (f64::NAN, "null"),
    ] {
        assert_eq!(number(value), expected);
    }
}

#[test]
fn nothing_is_an_empty_list() {
    assert_eq!(series(&[], false), "[]");
}

#[test]
fn series_follow_each_other() {
    let both = series(&[one(&[Some(1.0)]), one(&[])], false);
    assert_eq!(
        both,
        r#"[{"target": "a.b", "tags": {"name": "a.b"}, "datapoints": [[1.0, 60]]}, "#.to_owned()
            + r#"{"target": "a.b", "tags": {"name": "a.b"}, "datapoints": []}]"#
    );
}

#[test]
fn nulls_and_series_of_nulls_can_be_left_out() {
    let some = [one(&[None]), one(&[None, Some(2.5), Some(f64::NAN)]), one(&[None])];
    assert_eq!(
        series(&some, true),
        r#"[{"target": "a.b", "tags": {"name": "a.b"}, "datapoints": [[2.5, 120]]}]"#
    );
}

#[test]
fn names_are_escaped_and_give_up_their_tags() {
    let mut tagged = one(&[]);
    tagged.name = "a\"b;rack=a1;odd".into();
    assert_eq!(
        series(&[tagged], false),
        r#"[{"target": "a\"b;rack=a1;odd", "tags": {"name": "a\"b", "rack": "a1"}, "datapoints": []}]"#
    );
}

#[test]
fn indented_json_says_the_same() {
    let plain = r#"[{"a, b": "c: \"[d]\\", "e": []}, {"f": [[1.0, null]], "g": {}}]"#;
    let pretty = indent(plain);
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(read(&pretty), read(plain));
    assert_eq!(indent(r#"[{"a": [1]}]"#), "[\n  {\n    \"a\": [\n      1\n    ]\n  }\n]");
}
