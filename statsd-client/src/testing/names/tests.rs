use super::*;

#[test]
fn a_star_stands_for_any_text() {
    let fits = [
        ("orders", "orders"),
        ("orders.*", "orders.new"),
        ("orders.*", "orders.new.eu"),
        ("orders.*", "orders."),
        ("*", ""),
        ("*", "orders"),
        ("*.time", "a.time.b.time"),
        ("a*b*c", "a..b.b.c"),
        ("**", "x"),
        ("a*", "a*"),
        ("ö*ß", "öäß"),
    ];
    for (pattern, name) in fits {
        assert!(matches_pattern(pattern, name), "{pattern} {name}");
    }
    let others = [
        ("orders", "orders.new"),
        ("orders.*", "orders"),
        ("", "x"),
        ("x", ""),
        ("*.time", "a.timer"),
        ("a*b*c", "a.c.b"),
        ("Orders", "orders"),
    ];
    for (pattern, name) in others {
        assert!(!matches_pattern(pattern, name), "{pattern} {name}");
    }
}

#[test]
fn names_are_as_far_apart_as_they_have_to_be_changed() {
    assert_eq!(distance("", ""), 0);
    assert_eq!(distance("orders", "orders"), 0);
    assert_eq!(distance("orders", "order"), 1);
    assert_eq!(distance("", "abc"), 3);
    assert_eq!(distance("kitten", "sitting"), 3);
    assert_eq!(distance("größe", "grösse"), 2);
    assert!(distance(&"a".repeat(9_999), &"b".repeat(9_999)) == COMPARED_MAX);
    assert!(is_alike(distance("subscriptions", "subscription"), "subscriptions"));
    assert!(!is_alike(distance("orders", "render"), "orders"));
}
