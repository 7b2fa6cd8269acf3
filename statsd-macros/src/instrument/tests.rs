use expect_test::{Expect, expect};

use super::expand;
use crate::fallback::Mistakes;
use crate::tests::tokens;

fn check(args: &str, item: &str, expected: &Expect) {
    let mut mistakes = Mistakes::default();
    let expanded = expand(tokens(args), tokens(item), &mut mistakes);
    let text = match mistakes.or(expanded) {
        Ok(tokens) => prettyplease::unparse(&syn::parse2(tokens).unwrap()),
        Err(mistakes) => {
            let told: Vec<String> = mistakes.into_iter().map(|it| it.to_string()).collect();
            told.join("\n")
        }
    };
    expected.assert_eq(&text);
}

const CART: &str = r#"
    impl<'a, T: Into<u8>, const N: usize> Shop<T> for crate::cart::Cart<'a, { N }>
    where
        T: 'a,
    {
        const SIZE: [u8; 2] = { [1, 2] };
        type Item = Box<{ N }>;
        /// Docs.
        #[inline]
        pub(crate) async fn add(&mut self, items: Few<{ N }>) -> Many<{ N }, T> { self.0.add(items) }
        #[statsd_skip]
        const fn new() -> Self { Self }
        #[statsd_client::statsd_skip]
        fn skipped(&self) {}
        unsafe extern "C" fn r#type() {}
        made! { fn by_a_macro() {} }
        made_too!();
    }
"#;

#[test]
fn every_method_gets_what_is_listed() {
    check(
        r#"prefix = "shop", measure, count_success, gauge_inflight, tags(a = 1), sample_rate = 0.5,
           tag_error_class, crate = ::re::statsd"#,
        CART,
        &expect![[r#"
            impl<'a, T: Into<u8>, const N: usize> Shop<T> for crate::cart::Cart<'a, { N }>
            where
                T: 'a,
            {
                const SIZE: [u8; 2] = { [1, 2] };
                type Item = Box<{ N }>;
                /// Docs.
                #[inline]
                #[::re::statsd::statsd_count_success(
                    "shop.add",
                    tags(a = 1),
                    sample_rate = 0.5,
                    tag_error_class,
                    crate = ::re::statsd
                )]
                #[::re::statsd::statsd_measure(
                    "shop.add",
                    tags(a = 1),
                    sample_rate = 0.5,
                    crate = ::re::statsd
                )]
                #[::re::statsd::statsd_gauge_inflight(
                    "shop.add.inflight",
                    tags(a = 1),
                    crate = ::re::statsd
                )]
                pub(crate) async fn add(&mut self, items: Few<{ N }>) -> Many<{ N }, T> {
                    self.0.add(items)
                }
                const fn new() -> Self {
                    Self
                }
                fn skipped(&self) {}
                #[::re::statsd::statsd_count_success(
                    "shop.type",
                    tags(a = 1),
                    sample_rate = 0.5,
                    tag_error_class,
                    crate = ::re::statsd
                )]
                #[::re::statsd::statsd_measure(
                    "shop.type",
                    tags(a = 1),
                    sample_rate = 0.5,
                    crate = ::re::statsd
                )]
                #[::re::statsd::statsd_gauge_inflight(
                    "shop.type.inflight",
                    tags(a = 1),
                    crate = ::re::statsd
                )]
                unsafe extern "C" fn r#type() {}
                made! {
                    fn by_a_macro() {}
                }
                made_too!();
            }
        "#]],
    );
}

#[test]
fn where_nothing_is_listed_calls_are_timed_under_the_types_name() {
    check(
        "",
        CART,
        &expect![[r#"
            impl<'a, T: Into<u8>, const N: usize> Shop<T> for crate::cart::Cart<'a, { N }>
            where
                T: 'a,
            {
                const SIZE: [u8; 2] = { [1, 2] };
                type Item = Box<{ N }>;
                /// Docs.
                #[inline]
                #[::statsd_client::statsd_measure("Cart.add", crate = ::statsd_client)]
                pub(crate) async fn add(&mut self, items: Few<{ N }>) -> Many<{ N }, T> {
                    self.0.add(items)
                }
                const fn new() -> Self {
                    Self
                }
                fn skipped(&self) {}
                #[::statsd_client::statsd_measure("Cart.type", crate = ::statsd_client)]
                unsafe extern "C" fn r#type() {}
                made! {
                    fn by_a_macro() {}
                }
                made_too!();
            }
        "#]],
    );
    check(
        "",
        "impl Cart { fn add() {} }",
        &expect![[r#"
            impl Cart {
                #[::statsd_client::statsd_measure("Cart.add", crate = ::statsd_client)]
                fn add() {}
            }
        "#]],
    );
    check(
        "",
        "impl<T: Fn(u8) -> u8> fmt::Display for &'a mut Cart<T> { fn fmt() {} }",
        &expect![[r#"
            impl<T: Fn(u8) -> u8> fmt::Display for &'a mut Cart<T> {
                #[::statsd_client::statsd_measure("Cart.fmt", crate = ::statsd_client)]
                fn fmt() {}
            }
        "#]],
    );
}

#[test]
fn mistakes_are_told_together() {
    check(
        r#""shop", measures, count, count, prefix = 3, count_if, tag_error_class, tags(), tags(), 7"#,
        "impl Cart { const fn new() {} }",
        &expect![[r#"
            the first part of the names has a key: `prefix = "shop"`
            unknown argument `measures`; did you mean `measure`?
            `count` is listed twice
            a prefix is a string literal: `prefix = "shop"`
            `#[statsd_count_if(…)]` looks at one function's value; put it on that function
            `tags` is given twice; keep one of them
            here stand `count`, `count_success`, `measure`, `distribution` and `gauge_inflight`, `prefix = …` and options
            `tag_error_class` is for `count_success`, which is not listed here
            a `const fn` may run while compiling, where there is nothing to send to; mark it `#[statsd_skip]`"#]],
    );
    check(
        "gauge_inflight, sample_rate = 0.5",
        "impl Cart { fn new() {} }",
        &expect!["a gauge is not sampled; leave `sample_rate` out"],
    );
}

#[test]
fn it_goes_on_an_impl_block_only() {
    for item in
        ["fn f() {}", "trait A { fn f() {} }", "struct A;", "mod a { impl A {} }", "", "impl"]
    {
        let mut mistakes = Mistakes::default();
        let expanded = expand(tokens(""), tokens(item), &mut mistakes);
        let told = mistakes.or(expanded).map(|it| it.to_string()).unwrap_err().to_string();
        assert!(
            told.starts_with("put `#[statsd_instrument]` on an `impl` block"),
            "{item}: {told}"
        );
    }
}
