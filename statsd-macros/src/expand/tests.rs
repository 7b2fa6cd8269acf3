use expect_test::{Expect, expect};

use crate::attribute::Attribute;
use crate::tests::expanded;

fn count(args: &str, item: &str, expected: &Expect) {
    expected.assert_eq(&expanded(Attribute::Count, args, item));
}

fn measure(args: &str, item: &str, expected: &Expect) {
    expected.assert_eq(&expanded(Attribute::Measure, args, item));
}

#[test]
fn a_fixed_name_becomes_a_site_that_is_resolved_once() {
    count(
        r#""users.new""#,
        "pub fn create(name: &str) -> User { User::new(name) }",
        &expect![[r#"
            pub fn create(name: &str) -> User {
                {
                    const _: () = ::statsd_client::__private::check_name("users.new");
                    {
                        static SITE: ::statsd_client::__private::Fixed = ::statsd_client::__private::Fixed::new(
                            ::statsd_client::__private::MetricType::Counter,
                            "users.new",
                            &[],
                            ::statsd_client::__private::core::option::Option::None,
                            true,
                        );
                        ::statsd_client::__private::count(&SITE)
                    };
                }
                '_body: { User::new(name) }
            }
        "#]],
    );
}

#[test]
fn a_measurement_is_a_guard_before_the_body() {
    measure(
        r#""render", tags(plan = "pro"), sample_rate = 0.1"#,
        "async fn render(&self) -> Result<Page, Error> { self.page().await?.html() }",
        &expect![[r#"
            async fn render(&self) -> Result<Page, Error> {
                let _guard = {
                    const _: () = ::statsd_client::__private::check_name("render");
                    const _: () = ::statsd_client::__private::check_tag_key("plan");
                    const _: () = ::statsd_client::__private::check_tag_value("pro");
                    {
                        static SITE: ::statsd_client::__private::Fixed = ::statsd_client::__private::Fixed::new(
                            ::statsd_client::__private::MetricType::Timer,
                            "render",
                            &[("plan", "pro")],
                            ::statsd_client::__private::core::option::Option::Some(0.1),
                            true,
                        );
                        ::statsd_client::__private::measure(&SITE)
                    }
                };
                '_body: { self.page().await?.html() }
            }
        "#]],
    );
}

#[test]
fn what_varies_is_passed_at_every_call() {
    measure(
        r#""cron.{self.kind}.{task}", tags(plan = "pro", sum = a + b), crate = ::re::statsd"#,
        "fn run(self, task: &str) { self.0.run(task); }",
        &expect![[r#"
            fn run(self, task: &str) {
                let _guard = {
                    const _: () = ::re::statsd::__private::check_name("cron.kind.task");
                    const _: () = ::re::statsd::__private::check_tag_key("plan");
                    const _: () = ::re::statsd::__private::check_tag_value("pro");
                    const _: () = ::re::statsd::__private::check_tag_key("sum");
                    match (
                        ::re::statsd::__private::shown(&self.kind),
                        ::re::statsd::__private::shown(&task),
                        ::re::statsd::__private::shown(&(a + b)),
                    ) {
                        (value_0, value_1, value_2) => {
                            #[allow(
                                unused_imports,
                                reason = "which is used depends on the values' types"
                            )]
                            use ::re::statsd::__private::{
                                ByAnything as _, ByDisplay as _, ByNumber as _, ByText as _,
                            };
                            static SITE: ::re::statsd::__private::TaggedSite<
                                ::re::statsd::__private::Timer,
                                3,
                            > = ::re::statsd::__private::TaggedSite::worded(
                                ::re::statsd::__private::Words {
                                    name: &[
                                        ::re::statsd::__private::Piece::Text("cron."),
                                        ::re::statsd::__private::Piece::Value,
                                        ::re::statsd::__private::Piece::Text("."),
                                        ::re::statsd::__private::Piece::Value,
                                    ],
                                    tags: &[
                                        ::re::statsd::__private::TagWords::Tag(
                                            "plan",
                                            &[::re::statsd::__private::Piece::Text("pro")],
                                        ),
                                        ::re::statsd::__private::TagWords::Tag(
                                            "sum",
                                            &[::re::statsd::__private::Piece::Value],
                                        ),
                                    ],
                                    has_prefix: true,
                                },
                                ::re::statsd::__private::core::option::Option::None,
                            );
                            ::re::statsd::__private::measure(
                                SITE
                                    .with([
                                        (&&&&::re::statsd::__private::Probe(value_0))
                                            .tag_text()
                                            .bytes(),
                                        (&&&&::re::statsd::__private::Probe(value_1))
                                            .tag_text()
                                            .bytes(),
                                        (&&&&::re::statsd::__private::Probe(value_2))
                                            .tag_text()
                                            .bytes(),
                                    ]),
                            )
                        }
                    }
                };
                '_body: {
                    self.0.run(task);
                }
            }
        "#]],
    );
    count(
        r#""a", tags(region = region)"#,
        "fn f(region: Region) {}",
        &expect![[r#"
            fn f(region: Region) {
                {
                    const _: () = ::statsd_client::__private::check_name("a");
                    const _: () = ::statsd_client::__private::check_tag_key("region");
                    match (::statsd_client::__private::shown(&region),) {
                        (value_0,) => {
                            #[allow(
                                unused_imports,
                                reason = "which is used depends on the values' types"
                            )]
                            use ::statsd_client::__private::{
                                ByAnything as _, ByDisplay as _, ByNumber as _, ByText as _,
                            };
                            static SITE: ::statsd_client::__private::TaggedSite<
                                ::statsd_client::__private::Counter,
                                1,
                            > = ::statsd_client::__private::TaggedSite::worded(
                                ::statsd_client::__private::Words {
                                    name: &[::statsd_client::__private::Piece::Text("a")],
                                    tags: &[
                                        ::statsd_client::__private::TagWords::Tag(
                                            "region",
                                            &[::statsd_client::__private::Piece::Value],
                                        ),
                                    ],
                                    has_prefix: true,
                                },
                                ::statsd_client::__private::core::option::Option::None,
                            );
                            ::statsd_client::__private::count(
                                SITE
                                    .with([
                                        (&&&&::statsd_client::__private::Probe(value_0))
                                            .tag_text()
                                            .bytes(),
                                    ]),
                            )
                        }
                    };
                }
                '_body: {}
            }
        "#]],
    );
}

#[test]
fn a_boxed_future_is_instrumented_inside() {
    measure(
        r#""run""#,
        "fn run(&self) -> BoxFuture<'_, u8> {
            let name = self.name();
            Box::pin(async move { name.await.len() })
        }",
        &expect![[r#"
            fn run(&self) -> BoxFuture<'_, u8> {
                let name = self.name();
                Box::pin(async move {
                    let _guard = {
                        const _: () = ::statsd_client::__private::check_name("run");
                        {
                            static SITE: ::statsd_client::__private::Fixed = ::statsd_client::__private::Fixed::new(
                                ::statsd_client::__private::MetricType::Timer,
                                "run",
                                &[],
                                ::statsd_client::__private::core::option::Option::None,
                                true,
                            );
                            ::statsd_client::__private::measure(&SITE)
                        }
                    };
                    '_body: { name.await.len() }
                })
            }
        "#]],
    );
}

#[test]
fn attributes_of_the_function_stay_in_their_places() {
    count(
        r#""a""#,
        "/// Docs.
         #[must_use]
         fn f() -> u8 {
            #![allow(dead_code)]
            1
         }",
        &expect![[r#"
            /// Docs.
            #[must_use]
            fn f() -> u8 {
                #![allow(dead_code)]
                {
                    const _: () = ::statsd_client::__private::check_name("a");
                    {
                        static SITE: ::statsd_client::__private::Fixed = ::statsd_client::__private::Fixed::new(
                            ::statsd_client::__private::MetricType::Counter,
                            "a",
                            &[],
                            ::statsd_client::__private::core::option::Option::None,
                            true,
                        );
                        ::statsd_client::__private::count(&SITE)
                    };
                }
                '_body: { 1 }
            }
        "#]],
    );
}
