use expect_test::{Expect, expect};

use crate::attribute::Attribute;
use crate::tests::{expanded, tokens};

fn count(args: &str, item: &str, expected: &Expect) {
    expected_of(Attribute::Count, args, item, expected);
}

fn measure(args: &str, item: &str, expected: &Expect) {
    expected_of(Attribute::Measure, args, item, expected);
}

fn expected_of(attribute: Attribute, args: &str, item: &str, expected: &Expect) {
    expected.assert_eq(&expanded(attribute, args, item));
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
                let _statsd_guard = {
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
                let _statsd_guard = {
                    const _: () = ::re::statsd::__private::check_name("cron.kind.task");
                    const _: () = ::re::statsd::__private::check_tag_key("plan");
                    const _: () = ::re::statsd::__private::check_tag_value("pro");
                    const _: () = ::re::statsd::__private::check_tag_key("sum");
                    match (
                        ::re::statsd::__private::shown(&self.kind),
                        ::re::statsd::__private::shown(&task),
                        ::re::statsd::__private::shown(&(a + b)),
                    ) {
                        (statsd_value_0, statsd_value_1, statsd_value_2) => {
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
                                ::re::statsd::__private::TaggedSite::with(
                                    &SITE,
                                    [
                                        ::re::statsd::__private::bytes_of(
                                            &(&&&&::re::statsd::__private::Probe(statsd_value_0))
                                                .statsd_tag_text(),
                                        ),
                                        ::re::statsd::__private::bytes_of(
                                            &(&&&&::re::statsd::__private::Probe(statsd_value_1))
                                                .statsd_tag_text(),
                                        ),
                                        ::re::statsd::__private::bytes_of(
                                            &(&&&&::re::statsd::__private::Probe(statsd_value_2))
                                                .statsd_tag_text(),
                                        ),
                                    ],
                                ),
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
                        (statsd_value_0,) => {
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
                                ::statsd_client::__private::TaggedSite::with(
                                    &SITE,
                                    [
                                        ::statsd_client::__private::bytes_of(
                                            &(&&&&::statsd_client::__private::Probe(statsd_value_0))
                                                .statsd_tag_text(),
                                        ),
                                    ],
                                ),
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
                    let _statsd_guard = {
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

#[test]
fn a_condition_is_told_the_functions_value() {
    expected_of(
        Attribute::CountIf,
        r#""cache.hit", |page| page.is_some()"#,
        "fn look_up(&self, url: &str) -> Option<&Page> { self.pages.get(url) }",
        &expect![[r#"
            fn look_up(&self, url: &str) -> Option<&Page> {
                const _: () = ::statsd_client::__private::check_name("cache.hit");
                let statsd_spot = {
                    static SITE: ::statsd_client::__private::Fixed = ::statsd_client::__private::Fixed::new(
                        ::statsd_client::__private::MetricType::Counter,
                        "cache.hit",
                        &[],
                        ::statsd_client::__private::core::option::Option::None,
                        true,
                    );
                    ::statsd_client::__private::keep(&SITE)
                };
                let statsd_value = ::statsd_client::__private::run(move || -> Option<&Page> {
                    self.pages.get(url)
                });
                ::statsd_client::__private::count_if(
                    statsd_spot,
                    ::statsd_client::__private::holds(&statsd_value, |page| page.is_some()),
                );
                statsd_value
            }
        "#]],
    );
    expected_of(
        Attribute::CountIf,
        r#""saved""#,
        "async fn save(self) -> Result<impl Sized, Error> { self.0.save().await }",
        &expect![[r#"
            async fn save(self) -> Result<impl Sized, Error> {
                const _: () = ::statsd_client::__private::check_name("saved");
                let statsd_spot = {
                    static SITE: ::statsd_client::__private::Fixed = ::statsd_client::__private::Fixed::new(
                        ::statsd_client::__private::MetricType::Counter,
                        "saved",
                        &[],
                        ::statsd_client::__private::core::option::Option::None,
                        true,
                    );
                    ::statsd_client::__private::keep(&SITE)
                };
                let statsd_value = async move {
                    #[allow(
                        unreachable_code,
                        clippy::diverging_sub_expression,
                        clippy::empty_loop,
                        reason = "it is here for its type"
                    )]
                    if false {
                        let statsd_never: Result<_, Error> = loop {};
                        return statsd_never;
                    }
                    '_body: { self.0.save().await }
                }
                    .await;
                ::statsd_client::__private::count_if(
                    statsd_spot,
                    ::statsd_client::__private::succeeded(&statsd_value),
                );
                statsd_value
            }
        "#]],
    );
}

#[test]
fn how_a_call_ends_is_told_to_a_guard() {
    expected_of(
        Attribute::CountSuccess,
        r#""orders.place", tags(plan = "pro"), tag_error_class, client = self.statsd, no_prefix"#,
        "fn place(&self, cart: Cart) -> Result<Order, Refused> { self.till.take(cart)? }",
        &expect![[r#"
            fn place(&self, cart: Cart) -> Result<Order, Refused> {
                const _: () = ::statsd_client::__private::check_name("orders.place");
                const _: () = ::statsd_client::__private::check_tag_key("plan");
                const _: () = ::statsd_client::__private::check_tag_value("pro");
                let statsd_ending = match (::statsd_client::__private::the_client(&self.statsd),) {
                    (statsd_client,) => {
                        static SITE: ::statsd_client::__private::Endings = ::statsd_client::__private::Endings::new(
                            [
                                "orders.place.success",
                                "orders.place.failure",
                                "orders.place.panic",
                                "orders.place.cancelled",
                            ],
                            &[("plan", "pro")],
                            ::statsd_client::__private::core::option::Option::None,
                            false,
                            ::statsd_client::__private::core::option::Option::Some(
                                ::statsd_client::__private::TaggedSite::worded(
                                    ::statsd_client::__private::Words {
                                        name: &[
                                            ::statsd_client::__private::Piece::Text("orders.place"),
                                            ::statsd_client::__private::Piece::Text(".failure"),
                                        ],
                                        tags: &[
                                            ::statsd_client::__private::TagWords::Tag(
                                                "plan",
                                                &[::statsd_client::__private::Piece::Text("pro")],
                                            ),
                                            ::statsd_client::__private::TagWords::Optional(
                                                "error_class",
                                            ),
                                        ],
                                        has_prefix: false,
                                    },
                                    ::statsd_client::__private::core::option::Option::None,
                                ),
                            ),
                        );
                        ::statsd_client::__private::begin(
                            ::statsd_client::__private::Endings::on(&SITE, statsd_client),
                        )
                    }
                };
                let statsd_value = ::statsd_client::__private::run(move || -> Result<Order, Refused> {
                    self.till.take(cart)?
                });
                ::statsd_client::__private::EndGuard::end(
                    statsd_ending,
                    ::statsd_client::__private::outcome_of(&statsd_value),
                    {
                        #[allow(
                            unused_imports,
                            reason = "which is used depends on the value's type"
                        )]
                        use ::statsd_client::__private::{ByAny as _, ByError as _, ByOutcome as _};
                        (&&&::statsd_client::__private::ClassOf(&statsd_value)).statsd_error_class()
                    },
                );
                statsd_value
            }
        "#]],
    );
    expected_of(
        Attribute::CountSuccess,
        r#""jobs.{kind}", |code| *code == 0, tags(queue = "q-{queue}", || more(kind))"#,
        "fn run(kind: &str, queue: u8) -> i32 { 0 }",
        &expect![[r#"
            fn run(kind: &str, queue: u8) -> i32 {
                const _: () = ::statsd_client::__private::check_name("jobs.kind");
                const _: () = ::statsd_client::__private::check_tag_key("queue");
                const _: () = ::statsd_client::__private::check_tag_value("q-queue");
                let statsd_ending = match (
                    ::statsd_client::__private::shown(&kind),
                    ::statsd_client::__private::shown(&queue),
                    ::statsd_client::__private::PackedTags::of(
                        ::statsd_client::__private::made(|| more(kind)),
                    ),
                ) {
                    (statsd_value_0, statsd_value_1, statsd_value_2) => {
                        #[allow(
                            unused_imports,
                            reason = "which is used depends on the values' types"
                        )]
                        use ::statsd_client::__private::{
                            ByAnything as _, ByDisplay as _, ByNumber as _, ByText as _,
                        };
                        static SITE: ::statsd_client::__private::TaggedSite<
                            ::statsd_client::__private::Counter,
                            4,
                        > = ::statsd_client::__private::TaggedSite::worded(
                            ::statsd_client::__private::Words {
                                name: &[
                                    ::statsd_client::__private::Piece::Text("jobs."),
                                    ::statsd_client::__private::Piece::Value,
                                    ::statsd_client::__private::Piece::Text("."),
                                    ::statsd_client::__private::Piece::Value,
                                ],
                                tags: &[
                                    ::statsd_client::__private::TagWords::Tag(
                                        "queue",
                                        &[
                                            ::statsd_client::__private::Piece::Text("q-"),
                                            ::statsd_client::__private::Piece::Value,
                                        ],
                                    ),
                                    ::statsd_client::__private::TagWords::Packed,
                                ],
                                has_prefix: true,
                            },
                            ::statsd_client::__private::core::option::Option::None,
                        );
                        ::statsd_client::__private::begin_tagged(
                            &SITE,
                            1,
                            [
                                ::statsd_client::__private::bytes_of(
                                    &(&&&&::statsd_client::__private::Probe(statsd_value_0))
                                        .statsd_tag_text(),
                                ),
                                ::statsd_client::__private::bytes_of(
                                    &(&&&&::statsd_client::__private::Probe(statsd_value_1))
                                        .statsd_tag_text(),
                                ),
                                ::statsd_client::__private::PackedTags::bytes(&statsd_value_2),
                            ],
                        )
                    }
                };
                let statsd_value = ::statsd_client::__private::run(move || -> i32 { 0 });
                ::statsd_client::__private::EndGuard::end(
                    statsd_ending,
                    ::statsd_client::__private::judged(&statsd_value, |code| *code == 0),
                    ::statsd_client::__private::core::option::Option::None,
                );
                statsd_value
            }
        "#]],
    );
    expected_of(
        Attribute::CountSuccess,
        r#""serve""#,
        "fn serve() -> ! { loop {} }",
        &expect![[r#"
            fn serve() -> ! {
                const _: () = ::statsd_client::__private::check_name("serve");
                let statsd_ending = {
                    static SITE: ::statsd_client::__private::Endings = ::statsd_client::__private::Endings::new(
                        ["serve.success", "serve.failure", "serve.panic", "serve.cancelled"],
                        &[],
                        ::statsd_client::__private::core::option::Option::None,
                        true,
                        ::statsd_client::__private::core::option::Option::None,
                    );
                    ::statsd_client::__private::begin(&SITE)
                };
                '_body: { loop {} }
            }
        "#]],
    );
}

#[test]
fn a_name_can_be_made_by_a_closure_and_double_colons_are_dots() {
    expected_of(
        Attribute::GaugeInflight,
        r#"|| self.name()"#,
        "fn run(&self) {}",
        &expect![[r#"
            fn run(&self) {
                let _statsd_guard = {
                    const _: () = ::statsd_client::__private::check_name("made");
                    match (
                        ::statsd_client::__private::shown(
                            &::statsd_client::__private::made(|| self.name()),
                        ),
                    ) {
                        (statsd_value_0,) => {
                            #[allow(
                                unused_imports,
                                reason = "which is used depends on the values' types"
                            )]
                            use ::statsd_client::__private::{
                                ByAnything as _, ByDisplay as _, ByNumber as _, ByText as _,
                            };
                            static SITE: ::statsd_client::__private::TaggedSite<
                                ::statsd_client::__private::Gauge,
                                1,
                            > = ::statsd_client::__private::TaggedSite::worded(
                                ::statsd_client::__private::Words {
                                    name: &[::statsd_client::__private::Piece::Value],
                                    tags: &[],
                                    has_prefix: true,
                                },
                                ::statsd_client::__private::core::option::Option::None,
                            );
                            {
                                static LEVELS: ::statsd_client::__private::Levels = ::statsd_client::__private::Levels::new();
                                ::statsd_client::__private::enter(
                                    ::statsd_client::__private::TaggedSite::with(
                                        &SITE,
                                        [
                                            ::statsd_client::__private::bytes_of(
                                                &(&&&&::statsd_client::__private::Probe(statsd_value_0))
                                                    .statsd_tag_text(),
                                            ),
                                        ],
                                    ),
                                    &LEVELS,
                                )
                            }
                        }
                    }
                };
                '_body: {}
            }
        "#]],
    );
    expected_of(
        Attribute::Distribution,
        r#""Shop::Cart.items""#,
        "fn run() {}",
        &expect![[r#"
            fn run() {
                let _statsd_guard = {
                    const _: () = ::statsd_client::__private::check_name("Shop.Cart.items");
                    {
                        static SITE: ::statsd_client::__private::Fixed = ::statsd_client::__private::Fixed::new(
                            ::statsd_client::__private::MetricType::Distribution,
                            "Shop.Cart.items",
                            &[],
                            ::statsd_client::__private::core::option::Option::None,
                            true,
                        );
                        ::statsd_client::__private::distribution(&SITE)
                    }
                };
                '_body: {}
            }
        "#]],
    );
}

#[test]
fn compiled_out_the_function_stays_and_the_literals_are_checked() {
    let apply = |args: &str, item: &str| {
        let tokens = crate::apply(Attribute::CountSuccess, tokens(args), tokens(item), false);
        prettyplease::unparse(&syn::parse2(tokens).unwrap())
    };
    expect![[r#"
        fn run() -> bool {
            const _: () = ::statsd_client::__private::check_name("a.b");
            if false {
                ::statsd_client::__private::compiled_out();
            }
            '_body: { true }
        }
    "#]]
    .assert_eq(&apply(r#""a.b""#, "fn run() -> bool { true }"));
    expect![[r#"
        fn run(&self, task: &str, c: u8, d: &Client) -> bool {
            const _: () = ::statsd_client::__private::check_name("a.task");
            const _: () = ::statsd_client::__private::check_tag_key("b");
            if false {
                ::statsd_client::__private::compiled_out();
                ::statsd_client::__private::mention(|statsd_value: &bool| ::statsd_client::__private::holds(
                    statsd_value,
                    |ok| *ok,
                ));
                match (
                    ::statsd_client::__private::the_client(&d),
                    ::statsd_client::__private::shown(&task),
                    ::statsd_client::__private::shown(&self.b),
                    ::statsd_client::__private::PackedTags::of(
                        ::statsd_client::__private::made(|| more(c)),
                    ),
                ) {
                    (statsd_client, statsd_value_0, statsd_value_1, statsd_value_2) => {
                        #[allow(
                            unused_imports,
                            reason = "which is used depends on the values' types"
                        )]
                        use ::statsd_client::__private::{
                            ByAnything as _, ByDisplay as _, ByNumber as _, ByText as _,
                        };
                    }
                }
            }
            '_body: { true }
        }
    "#]]
    .assert_eq(&apply(
        r#""a.{task}", |ok| *ok, tags(b = self.b, || more(c)), client = d"#,
        "fn run(&self, task: &str, c: u8, d: &Client) -> bool { true }",
    ));
}
