use proptest::prelude::*;

use super::*;

/// What `*` means, said the slow way.
fn is_match_slowly(pattern: &[char], name: &[char]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some(('*', rest)) => {
            (0..=name.len()).any(|skipped| is_match_slowly(rest, &name[skipped..]))
        }
        Some((own, rest)) => name.first() == Some(own) && is_match_slowly(rest, &name[1..]),
    }
}

#[test]
fn a_star_stands_for_any_run_of_characters() {
    for (pattern, names, others) in [
        ("cron", &["cron"][..], &["cron.", "cro", "a.cron", "Cron", ""][..]),
        ("cron.*", &["cron.", "cron.a", "cron.a.b"], &["cron", "xcron.a"]),
        ("*.time", &[".time", "a.b.time"], &["time", "a.time.b"]),
        ("a*b*c", &["abc", "axbxc", "abbcc", "a.b.c"], &["ab", "acb", "abcd"]),
        ("ab*ba", &["abba", "abxba"], &["aba", "ab"]),
        ("*", &["", "anything", "größe"], &[]),
        ("**", &["", "anything"], &[]),
        ("gr*e", &["größe"], &["größ"]),
    ] {
        for name in names {
            assert!(is_match(pattern, name), "{pattern} {name}");
        }
        for name in others {
            assert!(!is_match(pattern, name), "{pattern} {name}");
        }
    }
}

proptest! {
    #[test]
    fn a_pattern_means_what_it_says(pattern in "[ab*ö]{0,7}", name in "[abö*]{0,10}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let expected = is_match_slowly(&chars(&pattern), &chars(&name));
        prop_assert_eq!(is_match(&pattern, &name), expected);
    }
}

#[test]
fn a_name_is_found_with_and_without_the_clients_prefix() {
    let mutes = Mutes::new(&["cron.*".into(), "shop.orders".into()]);
    assert!(mutes.has("", "cron.a") && mutes.has("shop", "cron.a"));
    assert!(mutes.has("shop", "orders") && mutes.has("", "shop.orders"));
    assert!(!mutes.has("", "orders") && !mutes.has("eu.shop", "orders"));
    assert!(!Mutes::new(&["*".into()]).has("shop", ""), "it is no name");
    assert!(Mutes::new(&["shop.*".into()]).has("shop", "orders"));
}

#[test]
fn patterns_have_a_bound_and_stand_once() {
    let mutes = Mutes::new(&[]);
    assert!(mutes.is_empty());
    for n in 0..PATTERNS_MAX {
        assert_eq!(mutes.add(&n.to_string()), Added::New);
        assert_eq!(mutes.add(&n.to_string()), Added::Known);
    }
    assert_eq!(mutes.add("one more"), Added::Refused);
    assert_eq!(mutes.add("7"), Added::Known, "what is there need not be added");
    assert!(mutes.remove("7") && !mutes.remove("7"));
    let longest = "x".repeat(PATTERN_MAX_BYTES);
    for refused in ["", &format!("{longest}x")] {
        assert_eq!(mutes.add(refused), Added::Refused);
    }
    assert_eq!(mutes.add(&longest), Added::New);
    assert_eq!(mutes.read().len(), PATTERNS_MAX);
}
