//! What is said of a function's value changes nothing about it: types are inferred, borrows last and
//! values are moved as they are without the attribute. Every function here has an attribute that looks.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::pin::Pin;

use statsd_client::{statsd_count_if, statsd_count_success};

use crate::steps::{BoxFuture, finish, let_go, step};
use crate::wire::{assert_lines, mark};

const SUCCESS: [&str; 1] = ["v.success:1|c"];
const FAILURE: [&str; 1] = ["v.failure:1|c"];

#[test]
fn a_value_passes_untouched() {
    #[derive(Debug, PartialEq)]
    struct Unique(Box<u8>);

    #[statsd_count_success("v")]
    #[statsd_count_if("v", Option::is_none)]
    fn pass(value: Option<Unique>) -> Option<Unique> {
        value
    }

    let work = || {
        let unique = Unique(Box::new(3));
        let place = &raw const *unique.0;
        let passed = pass(Some(unique)).unwrap();
        assert!(std::ptr::eq(place, &raw const *passed.0));
    };
    assert_lines(work, &SUCCESS);
}

#[test]
fn what_is_lent_goes_on_being_lent() {
    struct Shelf {
        books: Vec<String>,
    }

    impl Shelf {
        #[statsd_count_success("v")]
        fn first(&mut self) -> Option<&mut String> {
            self.books.first_mut()
        }

        #[statsd_count_success("v", |book| book.is_empty())]
        fn last(&mut self) -> &mut String {
            let at = self.books.len() - 1;
            &mut self.books[at]
        }

        #[statsd_count_success("v")]
        async fn found(&mut self, wanted: &str) -> Option<&mut String> {
            step().await;
            self.books.iter_mut().find(|book| *book == wanted)
        }

        #[statsd_count_success("v", |(left, _)| left.is_empty())]
        fn split<'a>(&mut self, text: &'a str) -> (&'a str, Cow<'a, str>) {
            self.books.push(text.to_owned());
            let Some((first, rest)) = text.split_at_checked(1) else { return (text, "".into()) };
            (first, rest.into())
        }
    }

    #[statsd_count_success("v", |number| **number > 1)]
    fn larger<'a>(a: &'a mut u8, b: &'a mut u8) -> &'a mut u8 {
        if *a > *b { a } else { b }
    }

    let work = || {
        let mut shelf = Shelf { books: vec![String::new(), "b".to_owned()] };
        shelf.first().unwrap().push('a');
        shelf.last().push('c');
        finish(shelf.found("a")).unwrap().push('d');
        assert_eq!(shelf.split("xyz"), ("x", "yz".into()));
        assert_eq!(shelf.books, ["ad", "bc", "xyz"]);
        let (mut a, mut b) = (1, 2);
        *larger(&mut a, &mut b) += 1;
        assert_eq!((a, b), (1, 3));
    };
    let [good, bad] = [SUCCESS[0], FAILURE[0]];
    assert_lines(work, &[good, bad, good, bad, good]);
}

#[test]
fn parameters_are_patterns_and_self_is_moved() {
    struct Pair {
        left: String,
        right: String,
    }

    impl Pair {
        #[statsd_count_success("v", |text| text.len() > 1)]
        fn joined(mut self, [first, .., last]: [char; 3], mut times: u8) -> String {
            while times > 0 {
                self.left.push(first);
                times -= 1;
            }
            self.left + &self.right + &last.to_string()
        }

        #[statsd_count_success("v", |text| text.len() > 1)]
        async fn joined_later(self: Box<Self>, Self { left, .. }: &Self) -> String {
            step().await;
            self.left + &self.right + left
        }
    }

    let pair = |left: &str, right: &str| Pair { left: left.to_owned(), right: right.to_owned() };
    let work = || {
        assert_eq!(pair("a", "b").joined(['x', 'y', 'z'], 2), "axxbz");
        assert_eq!(finish(Box::new(pair("a", "b")).joined_later(&pair("c", ""))), "abc");
    };
    assert_lines(work, &[SUCCESS[0], SUCCESS[0]]);
}

#[test]
fn opaque_types_may_stand_anywhere_in_the_value() {
    #[statsd_count_success("v")]
    fn in_option(text: &str) -> Option<impl Iterator<Item = char> + Debug + use<'_>> {
        Some(text.chars())
    }

    #[statsd_count_success("v")]
    fn in_result(text: &str) -> Result<impl Display, impl Error> {
        text.parse::<u8>()
    }

    #[statsd_count_success("v", |(a, _)| a.to_string() == "1")]
    fn in_tuple() -> (impl Display, Box<dyn Iterator<Item = impl Display>>) {
        (1, Box::new([2, 3].into_iter()))
    }

    #[statsd_count_success("v")]
    async fn in_future(text: &str) -> Result<impl Iterator<Item = impl Display>, impl Error> {
        step().await;
        text.parse::<u8>().map(std::iter::once)
    }

    #[statsd_count_success("v", |adder| adder(1) == 2)]
    fn a_closure(by: u8) -> impl Fn(u8) -> u8 {
        move |number| number + by
    }

    let work = || {
        assert_eq!(in_option("ab").unwrap().count(), 2);
        assert_eq!(in_result("7").ok().unwrap().to_string(), "7");
        let (one, rest) = in_tuple();
        assert_eq!((one.to_string(), rest.count()), ("1".to_owned(), 2));
        assert!(finish(in_future("x")).is_err());
        assert_eq!(a_closure(1)(2), 3);
    };
    let [good, bad] = [SUCCESS[0], FAILURE[0]];
    assert_lines(work, &[good, good, good, bad, good]);
}

#[test]
fn types_are_inferred_from_the_signature() {
    #[statsd_count_success("v")]
    fn parsed(text: &str) -> Result<u8, Box<dyn Error>> {
        Ok(text.parse()?)
    }

    #[statsd_count_success("v")]
    fn collected(text: &str) -> Option<BTreeMap<char, usize>> {
        Some(text.chars().zip(0..).collect())
    }

    #[statsd_count_success("v", |shown| shown.to_string().len() > 1)]
    fn unsized_(number: u8) -> Box<dyn Display> {
        if number > 9 {
            return Box::new(number);
        }
        Box::new("few")
    }

    #[statsd_count_success("v", Vec::is_empty)]
    fn empty() -> Vec<u8> {
        std::iter::empty().collect()
    }

    #[statsd_count_success("v")]
    fn default() -> Option<fn(u8) -> u8> {
        Some(|number| number + 1)
    }

    let work = || {
        assert_eq!(parsed("7").unwrap(), 7);
        assert!(parsed("x").is_err());
        assert_eq!(collected("ab").unwrap()[&'b'], 1);
        assert_eq!(unsized_(3).to_string() + &unsized_(10).to_string(), "few10");
        assert!(empty().is_empty());
        assert_eq!(default().unwrap()(1), 2);
    };
    let [good, bad] = [SUCCESS[0], FAILURE[0]];
    assert_lines(work, &[good, bad, good, good, good, good, good]);
}

#[test]
fn types_of_an_async_fn_are_inferred_from_the_signature() {
    #[statsd_count_success("v")]
    #[statsd_count_if("v", |parsed| parsed.as_ref().is_ok_and(|number| *number > 9))]
    async fn parsed(text: &str) -> Result<u8, Box<dyn Error + Send + Sync>> {
        step().await;
        Ok(text.parse()?)
    }

    #[statsd_count_success("v", |shown| shown.to_string().len() > 1)]
    async fn unsized_(number: u8) -> Box<dyn Display> {
        if number > 9 {
            return Box::new(number);
        }
        Box::new("few")
    }

    let work = || {
        assert_eq!(finish(parsed("7")).unwrap(), 7);
        assert_eq!(finish(unsized_(3)).to_string() + &finish(unsized_(10)).to_string(), "few10");
    };
    assert_lines(work, &[SUCCESS[0]; 3]);
}

type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

#[test]
fn types_of_a_boxed_future_are_inferred_from_the_signature() {
    #[statsd_count_success("v")]
    #[statsd_count_if("v", |parsed| parsed.as_ref().is_ok_and(|number| *number > 9))]
    #[expect(clippy::type_complexity, reason = "this is the shape under test")]
    fn parsed(text: &str) -> Pin<Box<dyn Future<Output = Result<u8, Box<dyn Error>>> + '_>> {
        Box::pin(async move {
            step().await;
            Ok(text.parse()?)
        })
    }

    #[expect(clippy::manual_async_fn, reason = "this is the shape under test")]
    #[statsd_count_success("v", |number| number.is_power_of_two())]
    fn number(text: &str) -> impl Future<Output = u8> + Send {
        async move {
            if text.is_empty() {
                return 0;
            }
            text.parse().unwrap()
        }
    }

    #[statsd_count_success("v")]
    fn aliased(number: &u8) -> BoxFuture<'_, Option<u64>> {
        Box::pin(async move { Some((*number).into()) })
    }

    #[statsd_count_success("v")]
    fn local(text: &str) -> LocalFuture<'_, Result<u8, Box<dyn Error>>> {
        Box::pin(async move { Ok(text.parse()?) })
    }

    let work = || {
        assert_eq!(finish(parsed("7")).unwrap(), 7);
        assert_eq!(finish(number("4")) + finish(number("")), 4);
        assert_eq!(finish(aliased(&3)), Some(3));
        assert_eq!(finish(local("1")).unwrap(), 1);
    };
    let [good, bad] = [SUCCESS[0], FAILURE[0]];
    assert_lines(work, &[good, good, bad, good, good]);
}

#[test]
fn a_return_goes_where_it_goes_without_the_attribute() {
    #[statsd_count_success("v")]
    fn in_a_loop(numbers: &[u8]) -> Option<u8> {
        // A closure's own.
        let half = |number: u8| {
            if number < 100 {
                return number / 2;
            }
            number
        };
        let mut found = None;
        'outer: for number in numbers {
            for divisor in 2..10 {
                match number % divisor {
                    0 if *number == 0 => continue 'outer,
                    0 => break 'outer,
                    1 => found = Some(divisor),
                    _ => return Some(half(*number)),
                }
            }
        }
        found
    }

    #[statsd_count_success("v")]
    #[allow(clippy::needless_return, reason = "the lint does not see it here")]
    fn only(number: u8) -> Result<u8, ()> {
        return if number > 0 { Ok(number) } else { Err(()) };
    }

    #[statsd_count_success("v")]
    fn nothing(number: u8) {
        if number > 0 {
            return;
        }
        mark("zero");
    }

    #[statsd_count_success("v")]
    async fn in_a_future(number: u8) -> Option<u8> {
        let halved = async {
            let Some(number) = number.checked_sub(1) else { return 0 };
            step().await;
            number / 2
        };
        match halved.await {
            0 => return None,
            halved => Some(halved),
        }
    }

    let work = || {
        assert_eq!(in_a_loop(&[0, 5]), Some(2));
        assert_eq!(in_a_loop(&[0, 4, 5]), None);
        assert_eq!(only(1), Ok(1));
        assert_eq!(only(0), Err(()));
        nothing(1);
        nothing(0);
        assert_eq!(finish(in_a_future(5)), Some(2));
        assert_eq!(finish(in_a_future(0)), None);
    };
    let [good, bad] = [SUCCESS[0], FAILURE[0]];
    assert_lines(work, &[good, bad, good, bad, good, "zero:1|c", good, good, bad]);
}

#[test]
fn a_question_mark_on_an_option_is_a_failure() {
    #[statsd_count_success("v")]
    fn second(text: &str) -> Option<char> {
        let (_, rest) = text.split_at_checked(1)?;
        rest.chars().next()
    }

    assert_lines(|| assert_eq!(second("ab"), Some('b')), &SUCCESS);
    assert_lines(|| assert_eq!(second(""), None), &FAILURE);
}

#[test]
fn a_function_may_call_itself() {
    #[statsd_count_success("v")]
    fn countdown(from: u8) -> Option<u8> {
        let next = from.checked_sub(1)?;
        Some(countdown(next).unwrap_or(from))
    }

    #[statsd_count_success("v")]
    fn in_steps(from: u8) -> BoxFuture<'static, bool> {
        Box::pin(async move {
            step().await;
            from == 0 || in_steps(from - 1).await
        })
    }

    let [good, bad] = [SUCCESS[0], FAILURE[0]];
    assert_lines(|| assert_eq!(countdown(2), Some(1)), &[bad, good, good]);
    assert_lines(|| assert!(finish(in_steps(1))), &[good, good]);
    assert_lines(|| let_go(in_steps(1)), &["v.cancelled:1|c"]);
}

#[test]
fn a_value_that_is_let_go_is_dropped_once() {
    struct Noisy;
    impl Drop for Noisy {
        fn drop(&mut self) {
            mark("dropped");
        }
    }

    #[statsd_count_success("v")]
    #[statsd_count_if("v")]
    fn noisy(_given: Noisy) -> Option<Noisy> {
        Some(Noisy)
    }

    let dropped = "dropped:1|c";
    assert_lines(|| drop(noisy(Noisy)), &[SUCCESS[0], "v:1|c", dropped, dropped]);
}
