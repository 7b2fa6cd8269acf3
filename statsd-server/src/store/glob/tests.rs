use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn matches(pattern: &str, name: &str) -> bool {
    Glob::new(pattern).unwrap().matches(name)
}

fn refusal(pattern: &str) -> (&'static str, usize) {
    match Glob::new(pattern) {
        Err(StoreError::Pattern { reason, at, .. }) => (reason, at),
        other => panic!("{pattern:?} gave {other:?}"),
    }
}

#[test]
fn a_name_without_wildcards_matches_itself_alone() {
    assert!(matches("stats.users", "stats.users"));
    for other in ["stats.Users", "stats.user", "stats.users.new", "stats", "users", ""] {
        assert!(!matches("stats.users", other), "{other}");
    }
}

#[test]
fn a_wildcard_stays_within_its_node() {
    assert!(matches("stats.*.count", "stats.users.count"));
    assert!(!matches("stats.*.count", "stats.users.new.count"));
    assert!(!matches("stats.*", "stats"));
    assert!(matches("*", "a"));
    assert!(matches("w*b?.c*", "web1.cpu"));
    assert!(!matches("w*b?.c*", "web.cpu"));
    assert!(matches("?", "é"));
}

#[test]
fn classes_hold_characters_ranges_and_their_opposites() {
    assert!(matches("web[0-35].x", "web2.x"));
    assert!(matches("web[0-35].x", "web5.x"));
    assert!(!matches("web[0-35].x", "web4.x"));
    assert!(matches("web[!0-3]", "web4"));
    assert!(!matches("web[!0-3]", "web3"));
    assert!(!matches("web[!0-3]", "web"));
    assert!(matches("[a-mc-d]", "k"), "a range within another hides nothing of it");
}

#[test]
fn brackets_and_hyphens_at_the_edge_of_a_class_stand_for_themselves() {
    assert!(matches("a[]]", "a]"));
    assert!(matches("a[[]", "a["));
    assert!(matches("a[!]]", "ab"));
    assert!(!matches("a[!]]", "a]"));
    assert!(matches("[a-]", "-"));
    assert!(matches("[-a]", "-"));
    assert!(matches("[{,}*]", "{"));
    assert!(matches("a]b", "a]b"));
}

#[test]
fn braces_hold_alternatives_that_nest_and_may_be_empty() {
    for name in ["a", "ab", "axyd", "axzd"] {
        assert!(matches("a{,b,x{y,z}d}", name), "{name}");
    }
    assert!(!matches("a{,b,x{y,z}d}", "axd"));
    assert!(matches("{web,api}*.{cpu,mem[0-9]}", "api7.mem3"));
    assert!(!matches("{}", "x"), "an empty part is no node");
    assert!(matches("a,b", "a,b"), "a comma outside of braces is a comma");
}

#[test]
fn two_stars_stand_for_any_number_of_nodes() {
    for name in ["a.z", "a.b.z", "a.b.c.d.z", "a.z.z"] {
        assert!(matches("a.**.z", name), "{name}");
    }
    assert!(!matches("a.**.z", "a.z.y"));
    assert!(matches("**.z", "z"));
    assert!(matches("**.**.z", "z"));
}

#[test]
fn two_stars_at_the_end_match_everything_below_but_not_the_branch_itself() {
    assert!(matches("a.**", "a.b"));
    assert!(matches("a.**", "a.b.c.d"));
    assert!(!matches("a.**", "a"));
    assert!(matches("**", "a"));
    assert!(matches("**", "a.b.c"));
}

#[test]
fn empty_nodes_are_dropped_from_patterns_and_names_alike() {
    assert!(matches("a..*", "a.b"));
    assert!(matches(".a.b.", "a..b"));
}

#[test]
fn bad_patterns_are_refused_with_the_reason_and_the_character() {
    assert_eq!(refusal("é.a{b"), ("the brace is not closed within its node", 3));
    assert_eq!(refusal("{a.b}"), ("the brace is not closed within its node", 0));
    assert_eq!(refusal("a.{x{y}"), ("the brace is not closed within its node", 2));
    assert_eq!(refusal("a}"), ("the brace was never opened", 1));
    assert_eq!(refusal("ab.c[de"), ("the bracket is not closed within its node", 4));
    assert_eq!(refusal("ab[]"), ("the bracket is not closed within its node", 2));
    assert_eq!(refusal("[!]"), ("the bracket is not closed within its node", 0));
    assert_eq!(refusal("x[az-c]"), ("the range runs backwards", 3));
    assert_eq!(refusal(""), ("there is no node", 0));
    assert_eq!(refusal("..."), ("there is no node", 0));
}

#[test]
fn patterns_with_more_nodes_than_a_name_has_are_refused() {
    let deepest = ["*"; SERIES_NODES_MAX].join(".");
    assert!(matches(&deepest, &["n"; SERIES_NODES_MAX].join(".")));
    let at = deepest.len() + 1;
    assert_eq!(refusal(&format!("{deepest}.*")), ("no series has this many nodes", at));

    let widest = format!("**.{}", ["*"; SERIES_NODES_MAX].join(".**."));
    assert!(matches(&widest, &["n"; SERIES_NODES_MAX].join(".")));
}

#[test]
fn patterns_over_the_limit_are_refused_without_being_repeated_whole() {
    assert!(Glob::new(&"a".repeat(TARGET_MAX_BYTES)).is_ok());
    let error = Glob::new(&"a".repeat(TARGET_MAX_BYTES + 1)).unwrap_err().to_string();
    assert!(error.contains("too long") && error.len() < 200, "{error}");
}

#[test]
fn what_every_match_holds_is_the_longest_text_outside_of_braces_and_behind_the_start() {
    let wanted = |pattern: &str| match Glob::new(pattern).unwrap().wanted(0) {
        Next::Like { prefix, needle } => {
            let needle = needle.map(|needle| str::from_utf8(needle.needle()).unwrap().to_owned());
            (prefix.to_owned(), needle)
        }
        other => panic!("{pattern:?} gave {other:?}"),
    };
    let expected = |prefix: &str, needle: &str| {
        (prefix.to_owned(), (!needle.is_empty()).then(|| needle.to_owned()))
    };
    assert_eq!(wanted("web*"), expected("web", ""));
    assert_eq!(wanted("webserver*cpu?x"), expected("webserver", "cpu"));
    assert_eq!(wanted("{abcd,efgh}*[xyz]é"), expected("", "é"));
    assert_eq!(wanted("{a,b{c,d}e}f"), expected("", "f"));
    assert_eq!(wanted("[!]a]b,c"), expected("", "b,c"));
}

/// What a match costs, in steps of the automaton.
fn steps(pattern: &str, node: &str) -> u64 {
    let glob = Glob::new(pattern).unwrap();
    let mut scratch = Scratch::default();
    let progress = glob.advance(glob.start(), node, &mut scratch, None);
    assert!(!glob.is_complete(progress), "{pattern} must fail late, or it shows nothing");
    scratch.steps
}

#[test]
fn patterns_made_to_explode_cost_no_more_than_states_times_characters() {
    let node = "a".repeat(200);
    for pattern in
        ["*a".repeat(64) + "b", "{a,a}".repeat(64) + "b", "{*,*a,{a,*}}".repeat(64) + "b"]
    {
        let bound = 2 * pattern.len() * (node.len() + 1);
        assert!(steps(&pattern, &node) <= bound as u64, "{pattern}");
    }
}

#[test]
fn braces_nested_as_deep_as_a_pattern_is_long_are_fine() {
    let depth = TARGET_MAX_BYTES / 2 - 1;
    let pattern = format!("{}a{}", "{".repeat(depth), "}".repeat(depth));
    assert!(matches(&pattern, "a"));
    assert!(!matches(&pattern, "b"));
}

/// A pattern's parts, for a reference that backtracks over them and never reads a pattern's text.
#[derive(Debug, Clone)]
enum Part {
    Char(char),
    Any,
    Star,
    Class(bool, Vec<char>),
    Either(Vec<Vec<Self>>),
}

fn print(parts: &[Part], out: &mut String) {
    for part in parts {
        match part {
            Part::Char(c) => out.push(*c),
            Part::Any => out.push('?'),
            Part::Star => out.push('*'),
            Part::Class(negated, chars) => {
                let mark = if *negated { "!" } else { "" };
                write!(out, "[{mark}{}]", chars.iter().collect::<String>()).unwrap();
            }
            Part::Either(alternatives) => {
                for (i, alternative) in alternatives.iter().enumerate() {
                    out.push(if i == 0 { '{' } else { ',' });
                    print(alternative, out);
                }
                out.push('}');
            }
        }
    }
}

fn naive(parts: &[Part], text: &[char]) -> bool {
    let Some((part, rest)) = parts.split_first() else { return text.is_empty() };
    let head = |wanted: &dyn Fn(char) -> bool| {
        text.split_first().is_some_and(|(&c, text)| wanted(c) && naive(rest, text))
    };
    match part {
        Part::Char(c) => head(&|found| found == *c),
        Part::Any => head(&|_| true),
        Part::Class(negated, chars) => head(&|found| chars.contains(&found) != *negated),
        Part::Star => (0..=text.len()).any(|skip| naive(rest, &text[skip..])),
        Part::Either(alternatives) => alternatives
            .iter()
            .any(|alternative| naive(&[alternative.as_slice(), rest].concat(), text)),
    }
}

fn naive_nodes(pattern: &[Option<Vec<Part>>], name: &[Vec<char>]) -> bool {
    match pattern {
        [] => name.is_empty(),
        [None] => !name.is_empty(),
        [None, rest @ ..] => (0..=name.len()).any(|skip| naive_nodes(rest, &name[skip..])),
        [Some(parts), rest @ ..] => name
            .split_first()
            .is_some_and(|(node, name)| naive(parts, node) && naive_nodes(rest, name)),
    }
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let letter = prop_oneof![Just('a'), Just('b'), Just('c')];
    let part = prop_oneof![
        4 => letter.clone().prop_map(Part::Char),
        1 => Just(Part::Any),
        2 => Just(Part::Star),
        1 => (any::<bool>(), prop::collection::vec(letter, 1..3))
            .prop_map(|(negated, chars)| Part::Class(negated, chars)),
    ];
    let part = part.prop_recursive(3, 12, 3, |inner| {
        prop::collection::vec(prop::collection::vec(inner, 0..3), 1..4).prop_map(Part::Either)
    });
    prop::collection::vec(part, 1..5)
}

/// Two stars in a row would read as `**`, which is another node altogether.
fn reads_as_itself(parts: &[Part]) -> bool {
    !matches!(parts, [Part::Star, Part::Star])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_node_matches_as_a_backtracking_reference_says(
        parts in parts().prop_filter("is another pattern", |parts| reads_as_itself(parts)),
        text in "[abc]{1,6}",
    ) {
        let mut pattern = String::new();
        print(&parts, &mut pattern);
        let expected = naive(&parts, &text.chars().collect::<Vec<_>>());
        prop_assert_eq!(matches(&pattern, &text), expected, "{} against {}", pattern, text);
    }

    #[test]
    fn a_name_matches_as_a_backtracking_reference_says(
        pattern in prop::collection::vec(
            prop::option::weighted(0.7, parts().prop_filter("", |parts| reads_as_itself(parts))),
            1..5,
        ),
        name in prop::collection::vec("[abc]{1,2}", 1..5),
    ) {
        // A run of `**` at the end asks for one node, not for one each.
        let mut reference = pattern.clone();
        reference.dedup_by(|a, b| a.is_none() && b.is_none());
        let nodes: Vec<Vec<char>> = name.iter().map(|node| node.chars().collect()).collect();
        let texts: Vec<String> = pattern.iter().map(|parts| {
            let mut text = String::new();
            match parts {
                Some(parts) => print(parts, &mut text),
                None => text.push_str("**"),
            }
            text
        }).collect();
        let expected = naive_nodes(&reference, &nodes);
        prop_assert_eq!(matches(&texts.join("."), &name.join(".")), expected, "{:?}", texts);
    }

    #[test]
    fn no_pattern_panics(pattern in "[\\[\\]{}*?!,.a-]{0,16}", name in "[a.{}-]{0,8}") {
        if let Ok(glob) = Glob::new(&pattern) {
            glob.matches(&name);
        }
    }
}
