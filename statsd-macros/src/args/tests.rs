use expect_test::{Expect, expect};

use crate::tests::told;

fn check(args: &[&str], expected: &Expect) {
    expected.assert_eq(&told(args));
}

#[test]
fn every_mistake_is_reported_in_one_build() {
    check(
        &[
            r#"name, tag(a = 1), sample_rate = 2, tags(a = 1, b, a = 2), tags(), rate = 1, crate = 3"#,
        ],
        &expect![[r#"
            name, tag(a = 1), sample_rate = 2, tags(a = 1, b, a = 2), tags(), rate = 1, crate = 3
                the name must be a string literal, as in `#[statsd_count("users.new")]`; a name that varies is written `"users.{kind}"`, or made by a closure, `|| self.name()`
                unknown argument `tag`; did you mean `tags`?
                this tag has no value; write `b = …`
                `tags` is given twice; keep one of them
                unknown argument `rate`; did you mean `sample_rate`?
                this is the path of the crate, without quotes: `crate = ::statsd_client`
                the tag `a` is given twice; keep one of them
                a sample rate is a literal above 0 and at most 1, such as `0.1` for one call in ten
        "#]],
    );
}

#[test]
fn a_missing_name_is_said_whatever_stands_in_its_place() {
    check(
        &["", "tags(a = 1)", "sample_rate = 0.1", "crate = ::x", r#"name = "users""#],
        &expect![[r#"

                the name is missing; it comes first: `#[statsd_count("users.new")]`
            tags(a = 1)
                the name is missing; it comes first: `#[statsd_count("users.new")]`
            sample_rate = 0.1
                the name is missing; it comes first: `#[statsd_count("users.new")]`
            crate = ::x
                the name is missing; it comes first: `#[statsd_count("users.new")]`
            name = "users"
                the name has no key; write `#[statsd_count("users.new")]`
        "#]],
    );
}

#[test]
fn a_name_is_nothing_but_one_literal() {
    check(
        &["NAME", r#"concat!("a", "b")"#, r#"b"users""#, "7", "tag(a, b)", r#""users" + "new""#],
        &expect![[r#"
            NAME
                the name must be a string literal, as in `#[statsd_count("users.new")]`; a name that varies is written `"users.{kind}"`, or made by a closure, `|| self.name()`
            concat!("a", "b")
                the name must be a string literal, as in `#[statsd_count("users.new")]`; a name that varies is written `"users.{kind}"`, or made by a closure, `|| self.name()`
            b"users"
                the name must be a string literal, as in `#[statsd_count("users.new")]`; a name that varies is written `"users.{kind}"`, or made by a closure, `|| self.name()`
            7
                the name must be a string literal, as in `#[statsd_count("users.new")]`; a name that varies is written `"users.{kind}"`, or made by a closure, `|| self.name()`
            tag(a, b)
                the name must be a string literal, as in `#[statsd_count("users.new")]`; a name that varies is written `"users.{kind}"`, or made by a closure, `|| self.name()`
            "users" + "new"
                expected `,` before this
        "#]],
    );
}

#[test]
fn an_unknown_argument_is_met_with_the_one_that_was_meant() {
    check(
        &[
            r#""a", tagz(a = 1)"#,
            r#""a", tag = 1"#,
            r#""a", rate = 0.1"#,
            r#""a", krate = x"#,
            r#""a", colour = 1"#,
            r#""a", "b""#,
        ],
        &expect![[r#"
            "a", tagz(a = 1)
                unknown argument `tagz`; did you mean `tags`?
            "a", tag = 1
                unknown argument `tag`; did you mean `tags`?
            "a", rate = 0.1
                unknown argument `rate`; did you mean `sample_rate`?
            "a", krate = x
                unknown argument `krate`; did you mean `crate`?
            "a", colour = 1
                unknown argument `colour`; there are `tags`, `sample_rate`, `no_prefix`, `client` and `crate`
            "a", "b"
                there is one name, and it comes first
        "#]],
    );
}

#[test]
fn tags_are_key_and_value_in_parentheses() {
    check(
        &[
            r#""a", tags = [1, 2]"#,
            r#""a", tags(1 = 2)"#,
            r#""a", tags(plan, region = )"#,
            r#""a", tags(plan == 1, b = 2; c = 3)"#,
        ],
        &expect![[r#"
            "a", tags = [1, 2]
                tags are written `tags(plan = "pro", region = region)`
            "a", tags(1 = 2)
                a tag is written `key = value`, with a literal key
            "a", tags(plan, region = )
                this tag has no value; write `plan = …`
                this tag has no value; write `region = …`
            "a", tags(plan == 1, b = 2; c = 3)
                expected an expression
                expected `,` before this
        "#]],
    );
}

#[test]
fn trailing_commas_are_welcome_and_lone_ones_are_not() {
    check(
        &[r#""a", tags(a = 1,),"#, r#""a",, tags(a = 1)"#, r#", "a""#, r#""a" tags()"#],
        &expect![[r#"
            "a", tags(a = 1,),
            "a",, tags(a = 1)
                expected an expression
            , "a"
                expected an expression
                there is one name, and it comes first
            "a" tags()
                expected `,` before this
        "#]],
    );
}

#[test]
fn the_path_of_the_crate_is_a_path() {
    check(
        &[
            r#""a", crate = crate::x"#,
            r#""a", crate = 3"#,
            r#""a", crate = "::x""#,
            r#""a", crate"#,
        ],
        &expect![[r#"
            "a", crate = crate::x
            "a", crate = 3
                this is the path of the crate, without quotes: `crate = ::statsd_client`
            "a", crate = "::x"
                this is the path of the crate, without quotes: `crate = ::statsd_client`
            "a", crate
                `crate` needs a value: `crate = ::statsd_client`
        "#]],
    );
}
