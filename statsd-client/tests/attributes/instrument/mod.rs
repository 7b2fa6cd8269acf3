//! `#[statsd_instrument]`: what the methods of an `impl` block get, and what it leaves alone.

mod types;

use std::fmt;

use async_trait::async_trait;
use statsd_client::{statsd_count_if, statsd_instrument, statsd_measure};

use crate::steps::{finish, let_go, step};
use crate::wire::{assert_lines, mark};

#[test]
fn by_default_calls_are_timed_under_the_types_name() {
    struct Cart(Vec<u8>);

    #[statsd_instrument]
    impl Cart {
        fn new() -> Self {
            Self(Vec::new())
        }

        fn add(&mut self, item: u8) -> &mut Self {
            self.0.push(item);
            self
        }

        fn into_items(self) -> Vec<u8> {
            self.0
        }
    }

    let work = || {
        let mut cart = Cart::new();
        let _ = cart.add(3);
        assert_eq!(cart.into_items(), [3]);
    };
    assert_lines(work, &["new", "add", "into_items"].map(|method| format!("Cart.{method}:T|ms")));
}

#[test]
fn what_is_listed_is_what_every_method_gets() {
    struct Cart;

    #[statsd_instrument(
        prefix = "cart",
        gauge_inflight,
        distribution,
        measure,
        count_success,
        count,
        tags(plan = "pro"),
        tag_error_class
    )]
    impl Cart {
        fn add(&self, item: u8) -> Result<&Self, fmt::Error> {
            if item > 0 { Ok(self) } else { Err(fmt::Error) }
        }
    }

    // Whatever order they are listed in, this is the one that they stand in.
    let lines = [
        "cart.add.inflight:1|g|#plan:pro",
        "cart.add:1|c|#plan:pro",
        "cart.add.failure:1|c|#plan:pro,error_class:Error",
        "cart.add:T|ms|#plan:pro",
        "cart.add:T|d|#plan:pro",
        "cart.add.inflight:0|g|#plan:pro",
    ];
    assert_lines(|| assert!(Cart.add(0).is_err()), &lines);
}

#[test]
fn options_are_handed_on_to_those_that_take_them() {
    struct Cart(u8);

    #[statsd_instrument(
        prefix = "cart", count, count_success, gauge_inflight, sample_rate = 1, tags(n = self.0)
    )]
    impl Cart {
        fn is_full(&self) -> bool {
            self.0 > 2
        }
    }

    let lines = [
        "cart.is_full.inflight:1|g|#n:3",
        "cart.is_full:1|c|#n:3",
        "cart.is_full.success:1|c|#n:3",
        "cart.is_full.inflight:0|g|#n:3",
    ];
    assert_lines(|| assert!(Cart(3).is_full()), &lines);
}

#[test]
fn a_method_that_is_skipped_is_as_it_was() {
    struct Cart;

    #[statsd_instrument(count)]
    impl Cart {
        #[statsd_skip]
        const fn new() -> Self {
            Self
        }

        #[statsd_client::statsd_skip]
        #[must_use]
        fn is_empty(&self) -> bool {
            self.len() == 0
        }

        #[must_use]
        #[statsd_skip]
        fn len(&self) -> usize {
            size_of_val(self)
        }

        fn clear(&mut self) {
            *self = Self::new();
        }
    }

    let work = || {
        let mut cart = Cart::new();
        assert!(cart.is_empty());
        cart.clear();
    };
    assert_lines(work, &["Cart.clear:1|c"]);
}

#[test]
fn what_is_no_method_is_left_alone() {
    trait Numbered {
        type Number;
        const FIRST: Self::Number;
        const ALL: [Self::Number; 2];
        fn next(number: Self::Number) -> Self::Number;
    }

    macro_rules! twice {
        ($name:ident) => {
            fn $name(number: u8) -> u8 {
                number * 2
            }
        };
    }

    struct Page;

    #[statsd_instrument(prefix = "page", count)]
    impl Numbered for Page {
        type Number = u8;
        const FIRST: u8 = {
            const fn first() -> u8 {
                1
            }
            first()
        };
        const ALL: [u8; 2] = [1, 2];

        fn next(number: u8) -> u8 {
            number + Self::FIRST
        }
    }

    #[statsd_instrument(prefix = "page", count)]
    impl Page {
        const NEXT: fn(u8) -> u8 =
            if Self::ALL[0] == 1 { <Self as Numbered>::next } else { Self::twice };

        twice!(twice);

        fn both(number: u8) -> u8 {
            fn inner(number: u8) -> u8 {
                Page::twice(number)
            }
            inner(number) + (Self::NEXT)(number)
        }
    }

    assert_lines(|| assert_eq!(Page::both(3), 10), &["page.both:1|c", "page.next:1|c"]);
}

#[test]
fn a_method_keeps_its_own_attributes() {
    struct Page;

    #[statsd_instrument(prefix = "page", count)]
    impl Page {
        /// Documented.
        #[statsd_count_if("page.own", |number| *number > 1)]
        #[statsd_measure("page.timed")]
        #[inline]
        fn own(number: u8) -> u8 {
            number
        }

        #[cfg(any())]
        fn not_there() -> NoSuchType {}

        #[cfg(not(any()))]
        #[expect(clippy::needless_pass_by_value, reason = "the lint is to reach the method")]
        fn there(text: String) -> usize {
            text.len()
        }

        #[allow(dead_code, reason = "nobody calls it")]
        fn unused() {}
    }

    let lines = ["page.own:1|c", "page.own:1|c", "page.timed:T|ms"];
    assert_lines(|| assert_eq!(Page::own(2), 2), &lines);
    assert_lines(|| assert_eq!(Page::there("x".to_owned()), 1), &["page.there:1|c"]);
}

#[test]
fn async_methods_are_measured_in_their_futures() {
    struct Job(u8);

    #[statsd_instrument(prefix = "job", count_success, measure)]
    impl Job {
        async fn run(&mut self) -> Option<u8> {
            step().await;
            self.0 = self.0.checked_sub(1)?;
            Some(self.0)
        }
    }

    let ended = |ending: &str| [format!("job.run.{ending}:1|c"), "job.run:T|ms".to_owned()];
    assert_lines(|| assert_eq!(finish(Job(1).run()), Some(0)), &ended("success"));
    assert_lines(|| assert_eq!(finish(Job(0).run()), None), &ended("failure"));
    assert_lines(|| let_go(Job(1).run()), &ended("cancelled"));
}

macro_rules! made {
    ($type:ty, $prefix:literal, $vis:vis $method:ident) => {
        #[statsd_instrument(count, prefix = $prefix, tags(by = self.0))]
        impl $type {
            $vis fn $method(&self) -> u8 {
                self.0
            }
        }
    };
}

macro_rules! whole {
    ($block:item) => {
        #[statsd_instrument(count)]
        $block
    };
}

#[test]
fn a_macro_may_make_the_block_or_a_part_of_it() {
    struct Made(u8);

    made!(Made, "made", pub(crate) get);

    whole! {
        impl Made {
            fn thrice(&self) -> u8 {
                self.0 * 3
            }
        }
    }

    let work = || assert_eq!(Made(3).get() + Made(5).thrice(), 18);
    assert_lines(work, &["made.get:1|c|#by:3", "Made.thrice:1|c"]);
}

#[test]
fn a_prefix_may_have_parameters_in_it() {
    struct Queue {
        kind: &'static str,
    }

    #[statsd_instrument(prefix = "queue.{self.kind}", count, gauge_inflight)]
    impl Queue {
        fn push(&self) {
            mark(self.kind);
        }
    }

    #[statsd_instrument(prefix = "", count)]
    impl Queue {
        fn r#move(&self) -> usize {
            self.kind.len()
        }
    }

    let lines = [
        "queue.mail.push.inflight:1|g",
        "queue.mail.push:1|c",
        "mail:1|c",
        "queue.mail.push.inflight:0|g",
    ];
    assert_lines(|| Queue { kind: "mail" }.push(), &lines);
    assert_lines(|| assert_eq!(Queue { kind: "mail" }.r#move(), 4), &["move:1|c"]);
}

#[async_trait]
trait Task {
    async fn run(&self, fuse: u8) -> Option<u8>;
}

#[test]
fn a_block_may_be_of_an_async_trait_on_either_side_of_its_attribute() {
    struct Before(u8);
    struct Behind(u8);

    #[statsd_instrument(prefix = "task.{self.0}", count_success, measure, tags(fuse = fuse))]
    #[async_trait]
    impl Task for Before {
        async fn run(&self, fuse: u8) -> Option<u8> {
            step().await;
            self.0.checked_sub(fuse)
        }
    }

    #[async_trait]
    #[statsd_instrument(prefix = "task.{self.0}", count_success, measure, tags(fuse = fuse))]
    impl Task for Behind {
        async fn run(&self, fuse: u8) -> Option<u8> {
            step().await;
            self.0.checked_sub(fuse)
        }
    }

    fn check(task: &dyn Task) {
        let ended = |ending: &str, fuse: u8| {
            [
                format!("task.3.run.{ending}:1|c|#fuse:{fuse}"),
                format!("task.3.run:T|ms|#fuse:{fuse}"),
            ]
        };
        assert_lines(|| assert_eq!(finish(task.run(1)), Some(2)), &ended("success", 1));
        assert_lines(|| assert_eq!(finish(task.run(4)), None), &ended("failure", 4));
        assert_lines(|| let_go(task.run(1)), &ended("cancelled", 1));
    }

    check(&Before(3));
    check(&Behind(3));
}
