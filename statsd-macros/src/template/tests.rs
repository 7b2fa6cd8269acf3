use expect_test::{Expect, expect};
use proc_macro2::Span;
use quote::ToTokens;
use syn::LitStr;

use super::{Piece, Template, Value};

fn check(name: &str, expected: &Expect) {
    let parsed = match Template::parse(&LitStr::new(name, Span::call_site())) {
        Ok(template) => {
            let pieces = template.0.iter().map(|piece| match piece {
                Piece::Text(text) => format!("{text:?}"),
                Piece::Value(Value::Expr(place)) => place.to_token_stream().to_string(),
                Piece::Value(Value::Closure(closure)) => closure.to_token_stream().to_string(),
            });
            let pieces: Vec<String> = pieces.collect();
            let (fixed, specimen) = (template.fixed(), template.specimen());
            format!("fixed {fixed:?}, pieces [{}], specimen {specimen:?}", pieces.join(", "))
        }
        Err(mistake) => mistake.to_string(),
    };
    expected.assert_eq(&parsed);
}

#[test]
fn a_name_without_braces_is_fixed() {
    check(
        "users.new",
        &expect![[r#"fixed Some("users.new"), pieces ["users.new"], specimen "users.new""#]],
    );
}

#[test]
fn doubled_braces_are_text() {
    check("a.{{b}}", &expect![[r#"fixed Some("a.{b}"), pieces ["a.{b}"], specimen "a.{b}""#]]);
}

#[test]
fn placeholders_are_parameters_fields_and_constants() {
    check("cron.{task}", &expect![[r#"fixed None, pieces ["cron.", task], specimen "cron.task""#]]);
    check(
        "{self.kind}.{pair.0.1}{Self::NAME}",
        &expect![[
            r#"fixed None, pieces [self . kind, ".", pair . 0 . 1, Self :: NAME], specimen "kind.1NAME""#
        ]],
    );
    check("{ task }", &expect![[r#"fixed None, pieces [task], specimen "task""#]]);
    check("{r#type}", &expect![[r#"fixed None, pieces [r#type], specimen "type""#]]);
}

#[test]
fn anything_else_in_braces_is_refused() {
    let refused = ["", "task:?", "0", "name()", "Vec::<u8>::X", "{{x y"];
    for inside in refused {
        let name = LitStr::new(&format!("a.{{{inside}}}"), Span::call_site());
        let told = Template::parse(&name).err().map(|mistake| mistake.to_string());
        let inside = inside.trim_start_matches('{');
        let expected = format!(
            "`{{{inside}}}` cannot stand in a text; write a parameter or a field of one, such as \
             `{{task}}` or `{{self.kind}}`, or let a closure make the whole: `|| self.name()`"
        );
        assert_eq!(told, Some(expected));
    }
}

#[test]
fn a_lone_brace_is_refused() {
    check("a.{task", &expect!["there is a lone `{` here; a brace is written twice"]);
    check("a.task}", &expect!["there is a lone `}` here; a brace is written twice"]);
    check("é{", &expect!["there is a lone `{` here; a brace is written twice"]);
}
