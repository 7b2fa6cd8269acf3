use expect_test::expect;

use crate::attribute::Attribute;
use crate::tests::{expanded, messages};

#[track_caller]
fn is_timed_inside_its_future(item: &str) {
    let output = expanded(Attribute::Measure, r#""a""#, item);
    let (guard, future) = (output.find("_guard").unwrap(), output.find("async").unwrap());
    assert!(future < guard, "{output}");
}

#[track_caller]
fn is_timed_as_a_call(item: &str) {
    let output = expanded(Attribute::Measure, r#""a""#, item);
    let (guard, body) = (output.find("_guard").unwrap(), output.find("'_body").unwrap());
    assert!(guard < body && !output[..guard].contains("async {"), "{output}");
}

#[test]
fn a_tail_that_is_a_future_is_instrumented_inside() {
    is_timed_inside_its_future("fn f() -> F { Box::pin(async move { 1 }) }");
    is_timed_inside_its_future("fn f() -> F { ::std::boxed::Box::pin(async { 1 }) }");
    is_timed_inside_its_future("fn f() -> F { Box::pin((async { 1 })) }");
    is_timed_inside_its_future("fn f() -> F { async move { 1 }.boxed() }");
    is_timed_inside_its_future("fn f() -> F { let a = 1; async { a } }");
    is_timed_inside_its_future("fn f() -> F { let a = 1; return Box::pin(async { a }); }");
}

#[test]
fn an_async_block_elsewhere_is_the_bodys_own_affair() {
    is_timed_as_a_call("fn f() { block_on(async { 1 }) }");
    is_timed_as_a_call("fn f() { let a = async { 1 }; block_on(a); }");
    is_timed_as_a_call("fn f() -> F { Rc::pin(async { 1 }) }");
    is_timed_as_a_call("async fn f() -> F { Box::pin(async { 1 }) }");
}

#[test]
fn what_carries_no_body_of_its_own_is_refused_with_a_better_place() {
    let items = [
        "impl A { fn f() {} }",
        "pub(crate) trait A {}",
        "mod a {}",
        "#[derive(Debug)] pub struct A;",
        "const A: u8 = 1;",
        "unsafe impl A for B {}",
        "|x| x + 1",
        "move || 1",
        "fn f(&self) -> u8;",
        "const fn f() {}",
        "",
    ];
    let told: Vec<String> = items
        .into_iter()
        .map(|item| format!("{item:<32} {}\n", messages(r#""a""#, item).join(" / ")))
        .collect();
    expect![[r#"
        impl A { fn f() {} }             put `#[statsd_count]` on the methods inside the `impl`, or `#[statsd_instrument]` on it
        pub(crate) trait A {}            put `#[statsd_count]` on the methods inside the `trait` that have a body, not on it
        mod a {}                         put `#[statsd_count]` on the functions inside the `mod`, not on it
        #[derive(Debug)] pub struct A;   put `#[statsd_count]` on a function with a body; there is none here
        const A: u8 = 1;                 put `#[statsd_count]` on a function with a body; there is none here
        unsafe impl A for B {}           put `#[statsd_count]` on the methods inside the `impl`, or `#[statsd_instrument]` on it
        |x| x + 1                        put `#[statsd_count]` on a named function; a closure is measured by passing it to `statsd_client::measure`
        move || 1                        put `#[statsd_count]` on a named function; a closure is measured by passing it to `statsd_client::measure`
        fn f(&self) -> u8;               this function has no body; put `#[statsd_count]` on the functions that implement it
        const fn f() {}                  a `const fn` may run while compiling, where there is nothing to send to; remove `const` or put `#[statsd_count]` on its caller
                                         put `#[statsd_count]` on a function with a body; there is none here
    "#]].assert_eq(&told.concat());
}

#[test]
fn syntax_that_is_newer_than_this_crate_passes_through() {
    for item in [
        "default async unsafe extern \"C\" fn f(a: u8, ...) {}",
        "final fn f() {}",
        "gen fn f() -> u8 { yield 1; }",
        "fn f(x: impl ~const A) -> u8 contract { nothing we know }",
    ] {
        assert!(messages(r#""a""#, item).is_empty(), "{item}");
    }
}
