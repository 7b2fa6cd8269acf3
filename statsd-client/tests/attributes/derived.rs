//! `#[derive(Outcome)]`: enums that tell their variants apart, and structs that always mean failure.

use std::fmt::Debug;

use statsd_client::{Outcome, statsd_count_if, statsd_count_success};

use crate::wire::assert_lines;

#[derive(Debug, Outcome)]
enum Reply {
    Page(String),
    Empty,
    #[outcome(failure)]
    NotFound,
    #[outcome(failure)]
    Moved {
        to: String,
    },
    #[outcome(failure, class = "busy")]
    TooMany(u8, u8),
    #[outcome(success)]
    r#Final,
}

#[statsd_count_success("reply", tag_error_class)]
#[statsd_count_if("replied")]
fn reply(reply: Reply) -> Reply {
    reply
}

#[test]
fn an_enum_says_which_of_its_variants_mean_failure() {
    let good = ["reply.success:1|c", "replied:1|c"];
    assert_lines(
        || assert!(matches!(reply(Reply::Page("p".to_owned())), Reply::Page(p) if p == "p")),
        &good,
    );
    assert_lines(|| assert!(reply(Reply::Empty).is_success()), &good);
    assert_lines(|| assert!(reply(Reply::Final).is_success()), &good);
    let missing = ["reply.failure:1|c|#error_class:NotFound"];
    assert_lines(|| assert!(!reply(Reply::NotFound).is_success()), &missing);
    let moved = ["reply.failure:1|c|#error_class:Moved"];
    let to = || Reply::Moved { to: "b".to_owned() };
    assert_lines(|| assert!(matches!(reply(to()), Reply::Moved { to } if to == "b")), &moved);
    let busy = ["reply.failure:1|c|#error_class:busy"];
    assert_lines(|| assert!(matches!(reply(Reply::TooMany(1, 2)), Reply::TooMany(1, 2))), &busy);
}

#[derive(Debug, Outcome)]
#[outcome(failure)]
enum Refused<'a, T, const N: usize = 1>
where
    T: Debug + Copy,
{
    Card(&'a str),
    Stock([T; N]),
    #[outcome(success)]
    Twice,
    #[outcome(class = "else")]
    r#Else,
    r#Self_,
}

#[test]
fn a_type_may_be_generic_and_all_its_variants_failures_but_some() {
    #[statsd_count_success("order", tag_error_class)]
    fn order<'a>(refused: Refused<'a, u8>) -> Result<(), Refused<'a, u8>> {
        Err(refused)
    }

    #[statsd_count_success("bare", tag_error_class)]
    fn bare<T: Debug + Copy>(refused: Refused<'_, T, 2>) -> Refused<'_, T, 2> {
        refused
    }

    let class = |class: &str| [format!("order.failure:1|c|#error_class:{class}")];
    assert_lines(
        || assert!(matches!(order(Refused::Card("x")), Err(Refused::Card("x")))),
        &class("Card"),
    );
    assert_lines(|| assert!(order(Refused::Stock([1])).is_err()), &class("Stock"));
    assert_lines(|| assert!(order(Refused::Else).is_err()), &class("else"));
    assert_lines(|| assert!(order(Refused::Self_).is_err()), &class("Self_"));
    // The call has failed, whatever the error says of itself; and so it goes by the error's type.
    assert_lines(|| assert!(order(Refused::Twice).is_err()), &class("Refused"));
    assert_lines(|| assert!(bare(Refused::<u8, 2>::Twice).is_success()), &["bare.success:1|c"]);
    let stock = ["bare.failure:1|c|#error_class:Stock"];
    assert_lines(
        || assert!(matches!(bare(Refused::Stock([1, 2])), Refused::Stock([1, 2]))),
        &stock,
    );
}

#[derive(Debug, PartialEq, Eq, Outcome)]
#[outcome(failure)]
struct TimedOut {
    after: u8,
}

#[derive(Debug, PartialEq, Eq, Outcome)]
#[outcome(failure, class = "denied")]
struct Denied(u8);

#[derive(Debug, PartialEq, Eq, Outcome)]
#[outcome(failure)]
struct Gone;

#[derive(Debug, PartialEq, Eq, Outcome)]
#[outcome(failure, class = "wrapped")]
struct Wrapped<'a, E: ?Sized + 'a>(&'a E);

#[test]
fn a_struct_always_means_failure() {
    macro_rules! fails {
        ($error:expr, $type:ty, $class:literal) => {{
            #[statsd_count_success("e", tag_error_class)]
            fn fail() -> Result<u8, $type> {
                Err($error)
            }
            let line = concat!("e.failure:1|c|#error_class:", $class);
            assert_lines(|| assert_eq!(fail(), Err($error)), &[line]);
        }};
    }

    fails!(TimedOut { after: 3 }, TimedOut, "TimedOut");
    fails!(Denied(1), Denied, "denied");
    fails!(Gone, Gone, "Gone");
    fails!(Wrapped("x"), Wrapped<'static, str>, "wrapped");
    fails!(Box::new(Gone), Box<Gone>, "Gone");
    fails!(&Denied(3), &'static Denied, "denied");
}

/// As a type's own module would have it.
mod in_the_way {
    #![expect(dead_code, non_camel_case_types, reason = "they are here to be in the way")]

    use ::statsd_client::Outcome as Derived;

    mod core {}
    mod std {}
    mod statsd_client {}
    struct bool;
    struct str;
    struct Option;
    struct Cow;
    trait Outcome {}

    #[derive(Derived)]
    #[outcome(failure)]
    pub(super) enum Choice {
        Some,
        None,
        Ok(u8),
    }
}

#[test]
fn names_beside_the_type_do_not_reach_the_derived_code() {
    use in_the_way::Choice::{None, Ok, Some};

    assert_eq!(Some.error_class().as_deref(), Option::Some("Some"));
    assert_eq!(None.error_class().as_deref(), Option::Some("None"));
    assert_eq!(Ok(1).error_class().as_deref(), Option::Some("Ok"));
}

macro_rules! made {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $class:literal),* }) => {
        #[derive(Outcome)]
        $(#[$meta])*
        enum $name {
            $(
                #[outcome(failure, class = $class)]
                $variant,
            )*
        }
    };
}

made!(
    /// Made by a macro.
    #[derive(Debug, Clone, Copy)]
    Made { A = "a", B = "b" }
);

#[derive(Outcome)]
enum Never {}

#[test]
fn a_macro_makes_a_type_that_derives_it_and_a_type_may_be_empty() {
    assert_eq!([Made::A, Made::B].map(|made| made.error_class().unwrap().into_owned()), ["a", "b"]);
    assert_eq!(None::<Never>.map(|never| never.is_success()), None);
}
