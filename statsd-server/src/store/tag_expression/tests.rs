use proptest::prelude::*;

use super::*;

fn matches(expression: &str, value: &str) -> bool {
    TagExpression::parse(expression).unwrap().matches(value)
}

fn refusal(expression: &str) -> String {
    TagExpression::parse(expression).unwrap_err().to_string()
}

#[test]
fn the_four_forms_say_what_a_value_must_be() {
    assert!(matches("a=b", "b") && !matches("a=b", "bc"));
    assert!(matches("a!=b", "c") && !matches("a!=b", "b"));
    assert!(matches("a=~b|c", "c") && !matches("a=~b|c", "a"));
    assert!(matches("a!=~b", "ab") && !matches("a!=~b", "ba"));
}

#[test]
fn a_regular_expression_begins_where_the_value_does() {
    assert!(matches("a=~web", "web12"));
    assert!(!matches("a=~web", "myweb"));
    assert!(!matches("a=~x|web", "myweb"), "both alternatives do");
    assert!(!matches("a=~web$", "web12"));
}

#[test]
fn no_value_is_an_empty_one() {
    assert!(matches("a=", "") && !matches("a=", "x"));
    assert!(matches("a!=x", "") && !matches("a!=", ""));
    assert!(matches("a=~", "") && matches("a=~.*", "") && !matches("a=~.+", ""));
}

#[test]
fn the_value_may_hold_what_stands_in_operators() {
    let expression = TagExpression::parse("a=b=~!c").unwrap();
    assert_eq!((expression.tag(), expression.literal()), ("a", Some("b=~!c")));
    assert_eq!(expression.as_str(), "a=b=~!c");
}

#[test]
fn what_has_no_form_is_refused_with_the_reason() {
    for text in ["", "a", "=b", "!=b", "a!b", "a;b=c"] {
        assert!(refusal(text).contains("it is not TAG=VALUE"), "{text}");
    }
    assert!(refusal("a=b;c=d").contains("no value holds"));
    assert!(refusal("a=~(").contains("unclosed group"), "{}", refusal("a=~("));
    assert!(refusal("a=~(?=x)").contains("look-around"), "{}", refusal("a=~(?=x)"));
    assert!(refusal("a=~(x{1000}){1000}").contains("limit"), "{}", refusal("a=~(x{1000}){1000}"));
    assert!(refusal(&"a".repeat(TAG_EXPRESSION_MAX_BYTES + 1)).len() < 200);
}

proptest! {
    #[test]
    fn no_expression_panics(text in "[ab=!~;(.*)\\[|]{0,10}", value in "[ab]{0,3}") {
        if let Ok(expression) = TagExpression::parse(&text) {
            expression.matches(&value);
            prop_assert!(!expression.tag().is_empty());
        }
    }
}
