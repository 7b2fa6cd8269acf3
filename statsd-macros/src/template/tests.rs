use expect_test::{Expect, expect};
use proc_macro2::Span;
use quote::ToTokens;
use syn::LitStr;

use super::Template;

fn check(name: &str, expected: &Expect) {
    let parsed = match Template::parse(&LitStr::new(name, Span::call_site())) {
        Ok(template) => {
            let places = template.places().map(|it| it.to_token_stream().to_string());
            let places: Vec<String> = places.collect();
            let (fixed, format) = (template.fixed(), template.format_string());
            let specimen = template.specimen();
            format!("fixed {fixed:?}, format {format:?} {places:?}, specimen {specimen:?}")
        }
        Err(mistake) => mistake.to_string(),
    };
    expected.assert_eq(&parsed);
}

#[test]
fn a_name_without_braces_is_fixed() {
    check(
        "users.new",
        &expect![[r#"fixed Some("users.new"), format "users.new" [], specimen "users.new""#]],
    );
}

#[test]
fn doubled_braces_are_text() {
    check("a.{{b}}", &expect![[r#"fixed Some("a.{b}"), format "a.{{b}}" [], specimen "a.{b}""#]]);
}

#[test]
fn placeholders_are_parameters_fields_and_constants() {
    check(
        "cron.{task}",
        &expect![[r#"fixed None, format "cron.{}" ["task"], specimen "cron.task""#]],
    );
    check(
        "{self.kind}.{pair.0.1}{Self::NAME}",
        &expect![[
            r#"fixed None, format "{}.{}{}" ["self . kind", "pair . 0 . 1", "Self :: NAME"], specimen "kind.1NAME""#
        ]],
    );
    check("{ task }", &expect![[r#"fixed None, format "{}" ["task"], specimen "task""#]]);
    check("{r#type}", &expect![[r#"fixed None, format "{}" ["r#type"], specimen "type""#]]);
}

#[test]
fn anything_else_in_braces_is_refused() {
    check(
        "a.{}",
        &expect![
            "`{}` cannot stand in a name; write a parameter or a field of one, such as `{task}` or `{self.kind}`"
        ],
    );
    check(
        "a.{task:?}",
        &expect![
            "`{task:?}` cannot stand in a name; write a parameter or a field of one, such as `{task}` or `{self.kind}`"
        ],
    );
    check(
        "a.{0}",
        &expect![
            "`{0}` cannot stand in a name; write a parameter or a field of one, such as `{task}` or `{self.kind}`"
        ],
    );
    check(
        "a.{name()}",
        &expect![
            "`{name()}` cannot stand in a name; write a parameter or a field of one, such as `{task}` or `{self.kind}`"
        ],
    );
    check(
        "a.{Vec::<u8>::X}",
        &expect![
            "`{Vec::<u8>::X}` cannot stand in a name; write a parameter or a field of one, such as `{task}` or `{self.kind}`"
        ],
    );
    check(
        "a.{{{x y}",
        &expect![
            "`{x y}` cannot stand in a name; write a parameter or a field of one, such as `{task}` or `{self.kind}`"
        ],
    );
}

#[test]
fn a_lone_brace_is_refused() {
    check("a.{task", &expect!["this name has a lone `{`; a brace is written twice"]);
    check("a.task}", &expect!["this name has a lone `}`; a brace is written twice"]);
    check("é{", &expect!["this name has a lone `{`; a brace is written twice"]);
}
