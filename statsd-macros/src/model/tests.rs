use expect_test::expect;

use crate::attribute::Attribute;
use crate::tests::{messages, told, told_by};

#[test]
fn a_sample_rate_is_a_literal_above_0_and_at_most_1() {
    for rate in ["0.1", "1", "1.0", "1e-3", "0.5f64", "0.000001"] {
        let args = format!(r#""a", sample_rate = {rate}"#);
        assert_eq!(messages(&args, "fn run() {}"), Vec::<String>::new(), "{rate}");
    }
    for rate in ["0", "0.0", "-0.5", "1.1", "2", "RATE", "\"0.1\"", "1e999", "0.5 + 0.1"] {
        let args = format!(r#""a", sample_rate = {rate}"#);
        let told = messages(&args, "fn run() {}");
        assert!(told.len() == 1 && told[0].starts_with("a sample rate is a literal"), "{told:?}");
    }
}

#[test]
fn an_empty_name_is_refused() {
    expect![[r#"
        ""
            the name is empty; name what happens here
    "#]]
    .assert_eq(&told(&[r#""""#]));
}

#[test]
fn a_tag_is_given_once_however_its_key_is_written() {
    expect![[r#"
        "a", tags(plan = 1, b = 2, "plan" = 3, r#plan = 4)
            the tag `plan` is given twice; keep one of them
            the tag `plan` is given twice; keep one of them
    "#]]
    .assert_eq(&told(&[r#""a", tags(plan = 1, b = 2, "plan" = 3, r#plan = 4)"#]));
}

#[test]
fn mistakes_of_the_item_and_of_the_arguments_are_told_together() {
    let told = messages(r#""a", sample_rate = 7"#, "const fn f() {}");
    expect![[r#"
        a `const fn` may run while compiling, where there is nothing to send to; remove `const` or put `#[statsd_count]` on its caller
        a sample rate is a literal above 0 and at most 1, such as `0.1` for one call in ten"#]].assert_eq(&told.join("\n"));
}

#[test]
fn the_error_class_is_one_tag() {
    expect![[r#"
        "a", tag_error_class, tags(error_class = "b")
            `tag_error_class` makes this tag; keep one of them
        "a", tags(error_class = "b")
    "#]]
    .assert_eq(&told_by(
        Attribute::CountSuccess,
        &[r#""a", tag_error_class, tags(error_class = "b")"#, r#""a", tags(error_class = "b")"#],
    ));
}
