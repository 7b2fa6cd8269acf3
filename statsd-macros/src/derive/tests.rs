use expect_test::{Expect, expect};

use super::expand;
use crate::fallback::Mistakes;
use crate::tests::tokens;

fn check(item: &str, expected: &Expect) {
    let mut mistakes = Mistakes::default();
    let expanded = expand(tokens(item), &mut mistakes);
    let text = match mistakes.or(expanded) {
        Ok(tokens) => prettyplease::unparse(&syn::parse2(tokens).unwrap()),
        Err(mistakes) => {
            let told: Vec<String> = mistakes.into_iter().map(|it| it.to_string()).collect();
            told.join("\n")
        }
    };
    expected.assert_eq(&text);
}

#[test]
fn variants_are_told_apart() {
    check(
        r#"
        enum Reply<'a, T: Clone> where T: 'a {
            Page(&'a T),
            #[outcome(failure)]
            NotFound,
            #[outcome(failure, class = "busy")]
            TooMany { of: u8 },
        }"#,
        &expect![[r#"
            const _: () = ::statsd_client::__private::check_tag_value("NotFound");
            const _: () = ::statsd_client::__private::check_tag_value("busy");
            #[automatically_derived]
            impl<'a, T: Clone> ::statsd_client::Outcome for Reply<'a, T>
            where
                T: 'a,
            {
                fn is_success(&self) -> ::statsd_client::__private::core::primitive::bool {
                    match *self {
                        Self::Page { .. } => true,
                        Self::NotFound => false,
                        Self::TooMany { .. } => false,
                    }
                }
                fn error_class(
                    &self,
                ) -> ::statsd_client::__private::core::option::Option<
                    ::statsd_client::__private::Cow<
                        '_,
                        ::statsd_client::__private::core::primitive::str,
                    >,
                > {
                    match *self {
                        Self::Page { .. } => ::statsd_client::__private::core::option::Option::None,
                        Self::NotFound => {
                            ::statsd_client::__private::core::option::Option::Some(
                                ::statsd_client::__private::Cow::Borrowed("NotFound"),
                            )
                        }
                        Self::TooMany { .. } => {
                            ::statsd_client::__private::core::option::Option::Some(
                                ::statsd_client::__private::Cow::Borrowed("busy"),
                            )
                        }
                    }
                }
            }
        "#]],
    );
}

#[test]
fn a_type_may_mean_failure_but_for_some_variants() {
    check(
        r#"#[outcome(failure, crate = ::re::statsd)] enum Refused { r#Type, #[outcome(success)] Late }"#,
        &expect![[r#"
            const _: () = ::re::statsd::__private::check_tag_value("Type");
            #[automatically_derived]
            impl ::re::statsd::Outcome for Refused {
                fn is_success(&self) -> ::re::statsd::__private::core::primitive::bool {
                    match *self {
                        Self::r#Type => false,
                        Self::Late => true,
                    }
                }
                fn error_class(
                    &self,
                ) -> ::re::statsd::__private::core::option::Option<
                    ::re::statsd::__private::Cow<'_, ::re::statsd::__private::core::primitive::str>,
                > {
                    match *self {
                        Self::r#Type => {
                            ::re::statsd::__private::core::option::Option::Some(
                                ::re::statsd::__private::Cow::Borrowed("Type"),
                            )
                        }
                        Self::Late => ::re::statsd::__private::core::option::Option::None,
                    }
                }
            }
        "#]],
    );
    check(
        r#"#[outcome(failure)] struct Refused(u8);"#,
        &expect![[r#"
            const _: () = ::statsd_client::__private::check_tag_value("Refused");
            #[automatically_derived]
            impl ::statsd_client::Outcome for Refused {
                fn is_success(&self) -> ::statsd_client::__private::core::primitive::bool {
                    match *self {
                        Self { .. } => false,
                    }
                }
                fn error_class(
                    &self,
                ) -> ::statsd_client::__private::core::option::Option<
                    ::statsd_client::__private::Cow<
                        '_,
                        ::statsd_client::__private::core::primitive::str,
                    >,
                > {
                    match *self {
                        Self { .. } => {
                            ::statsd_client::__private::core::option::Option::Some(
                                ::statsd_client::__private::Cow::Borrowed("Refused"),
                            )
                        }
                    }
                }
            }
        "#]],
    );
    check(
        "enum Never {}",
        &expect![[r#"
            #[automatically_derived]
            impl ::statsd_client::Outcome for Never {
                fn is_success(&self) -> ::statsd_client::__private::core::primitive::bool {
                    match *self {}
                }
                fn error_class(
                    &self,
                ) -> ::statsd_client::__private::core::option::Option<
                    ::statsd_client::__private::Cow<
                        '_,
                        ::statsd_client::__private::core::primitive::str,
                    >,
                > {
                    match *self {}
                }
            }
        "#]],
    );
}

#[test]
fn mistakes_are_told_together() {
    check(
        r#"enum A {
            #[outcome(fail)] B,
            #[outcome(class = "x")] C,
            #[outcome(failure, failure)] D,
            #[outcome(crate = x)] E,
        }"#,
        &expect![[r#"
            unknown argument `fail`; did you mean `failure`?
            only a failure has a class; write `#[outcome(failure, class = …)]`
            whether it is a success or a failure is said once
            unknown argument `crate`; there are `success`, `failure` and `class`"#]],
    );
    check(
        "struct A;",
        &expect![
            "say `#[outcome(failure)]` of a struct that always means failure; else implement `Outcome` by hand"
        ],
    );
    check(
        "union A { a: u8 }",
        &expect![
            "`Outcome` is derived for an `enum`, whose variants are told apart, or for a `struct` that always means failure; else it is implemented by hand"
        ],
    );
}
