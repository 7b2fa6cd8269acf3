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
                    static SITE: ::statsd_client::__private::CountSite = ::statsd_client::__private::CountSite::new(
                        "users.new",
                        &[],
                        ::statsd_client::__private::core::option::Option::None,
                    );
                    SITE.hit();
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
                    static SITE: ::statsd_client::__private::TimeSite = ::statsd_client::__private::TimeSite::new(
                        "render",
                        &[("plan", "pro")],
                        ::statsd_client::__private::core::option::Option::Some(0.1),
                    );
                    SITE.start()
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
                    ::re::statsd::__private::start(
                        ::re::statsd::__private::core::format_args!("cron.{}.{}", self.kind, task),
                        &[("plan", &"pro"), ("sum", &(a + b))],
                        ::re::statsd::__private::core::option::Option::None,
                    )
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
                    ::statsd_client::__private::count(
                        ::statsd_client::__private::core::format_args!("a"),
                        &[("region", &region)],
                        ::statsd_client::__private::core::option::Option::None,
                    );
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
                        static SITE: ::statsd_client::__private::TimeSite = ::statsd_client::__private::TimeSite::new(
                            "run",
                            &[],
                            ::statsd_client::__private::core::option::Option::None,
                        );
                        SITE.start()
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
                    static SITE: ::statsd_client::__private::CountSite = ::statsd_client::__private::CountSite::new(
                        "a",
                        &[],
                        ::statsd_client::__private::core::option::Option::None,
                    );
                    SITE.hit();
                }
                '_body: { 1 }
            }
        "#]],
    );
}
