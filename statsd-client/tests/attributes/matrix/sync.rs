//! Functions that run to their end in one go, or unwind.

use super::row;
use crate::wire::{mark, panic_of};

#[derive(Debug)]
struct Refused;

type Answer = Result<u8, Refused>;

const fn refuse() -> Answer {
    Err(Refused)
}

macro_rules! plain {
    ($attribute:ident) => {{
        #[$attribute("m")]
        fn plain() {
            mark("body");
        }
        plain();
    }};
}

macro_rules! value {
    ($attribute:ident) => {{
        #[$attribute("m")]
        fn value(answer: Answer) -> Answer {
            mark("body");
            answer
        }
        assert_eq!(value(Ok(3)).unwrap(), 3);
    }};
}

macro_rules! question_mark {
    ($attribute:ident) => {{
        #[$attribute("m")]
        fn question_mark() -> Answer {
            mark("body");
            let answer = refuse()?;
            mark("never");
            Ok(answer)
        }
        assert!(question_mark().is_err());
    }};
}

macro_rules! early {
    ($attribute:ident) => {{
        #[$attribute("m")]
        fn early(numbers: &[u8]) -> Option<&u8> {
            mark("body");
            for number in numbers {
                if *number > 1 {
                    return Some(number);
                }
            }
            mark("never");
            None
        }
        assert_eq!(early(&[1, 2]), Some(&2));
    }};
}

macro_rules! panics {
    ($attribute:ident) => {{
        #[$attribute("m")]
        fn panics(answer: u8) -> Answer {
            mark("body");
            assert!(answer > 0, "bang");
            Ok(answer)
        }
        assert_eq!(panic_of(|| panics(0)), "bang");
    }};
}

macro_rules! never {
    ($attribute:ident) => {{
        #[$attribute("m")]
        fn never() -> ! {
            mark("body");
            panic!("away")
        }
        assert_eq!(panic_of(|| never()), "away");
    }};
}

macro_rules! generic {
    ($attribute:ident) => {{
        #[$attribute("m")]
        fn generic<T, F, const N: usize>(items: &[T; N], wanted: F) -> Option<&T>
        where
            F: Fn(&T) -> bool,
        {
            mark("body");
            items.iter().find(|item| wanted(item))
        }
        assert_eq!(generic(&[1, 2], |number| *number == 2), Some(&2));
    }};
}

macro_rules! of_a_trait {
    ($attribute:ident) => {{
        trait Shown: std::fmt::Debug {
            #[$attribute("m")]
            fn shown(&self) -> Option<String> {
                mark("body");
                Some(format!("{self:?}"))
            }
        }
        impl Shown for u8 {}
        assert_eq!(3_u8.shown().as_deref(), Some("3"));
    }};
}

macro_rules! by_value {
    ($attribute:ident) => {{
        struct Stack(Vec<u8>);
        impl Stack {
            #[$attribute("m")]
            fn into_last(self, (skip, _): (usize, u8)) -> Option<u8> {
                mark("body");
                self.0.into_iter().rev().nth(skip)
            }
        }
        assert_eq!(Stack(vec![1, 2]).into_last((1, 0)), Some(1));
    }};
}

macro_rules! opaque {
    ($attribute:ident) => {{
        #[$attribute("m")]
        fn opaque(text: &str) -> Option<impl Iterator<Item = &str>> {
            mark("body");
            Some(text.split(' '))
        }
        assert!(opaque("a b").unwrap().eq(["a", "b"]));
    }};
}

macro_rules! extern_c {
    ($attribute:ident) => {{
        #[$attribute("m")]
        extern "C" fn extern_c(code: i32) -> bool {
            mark("body");
            code > 0
        }
        let pointer: extern "C" fn(i32) -> bool = extern_c;
        assert!(pointer(1));
    }};
}

macro_rules! extern_c_unwinds {
    ($attribute:ident) => {{
        #[$attribute("m")]
        extern "C-unwind" fn extern_c(code: i32) -> bool {
            mark("body");
            assert!(code > 0, "bang");
            true
        }
        assert_eq!(panic_of(|| extern_c(0)), "bang");
    }};
}

row!(a_function_without_a_value, plain, Success, ["body:1|c"]);
row!(a_function_with_a_value, value, Success, ["body:1|c"]);
row!(a_function_that_a_question_mark_leaves, question_mark, Failure, ["body:1|c"]);
row!(a_function_that_returns_early, early, Success, ["body:1|c"]);
row!(a_function_that_panics, panics, Panic, ["body:1|c"]);
row!(a_function_that_never_returns, never, Panic, ["body:1|c"]);
row!(a_method_that_takes_itself_and_a_pattern, by_value, Success, ["body:1|c"]);
row!(an_opaque_value, opaque, Success, ["body:1|c"]);
row!(an_extern_c_function, extern_c, Success, ["body:1|c"]);
row!(an_extern_c_function_that_unwinds, extern_c_unwinds, Panic, ["body:1|c"]);
row!(a_generic_function, generic, Success, ["body:1|c"]);
row!(a_trait_method_with_a_body, of_a_trait, Success, ["body:1|c"]);
