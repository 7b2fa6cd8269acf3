//! What `StatsD::Instrument`'s own suite shows of its macros, shown of ours. Where Rust differs, the test shows
//! what ours does, and says why.
//!
//! | it shows that | here |
//! |---|---|
//! | 1 what does not raise is counted, what raises is not | same |
//! | 2, 5 a block given to the macro judges what the method's own block returned | same |
//! | 3, 6 the block looks into the value | same |
//! | 4 successes and failures have names of their own, and the rate | same |
//! | 7 a failure is tagged with its error's class | same |
//! | 8 but only where that is asked for | same |
//! | 9 a call is counted | same |
//! | 10 a lambda makes the name | same |
//! | 11 and so does a proc | differs: there is one kind of closure, and a text with parameters |
//! | 12 a lambda makes the tags | same |
//! | 13 and so does a proc | differs: as 11; a tag's value may be a text with parameters |
//! | 14, 18, 23 a method's own block still reaches it | same |
//! | 15, 20 time is measured; as a distribution | same |
//! | 16, 21 two colons in a name are a dot | same |
//! | 17, 22 an assertion without a block raises | differs: it does not compile, a closure is in the type |
//! | 19, 25 with a rate | same |
//! | 24 with a bare tag | same, written as a tag without a value |
//! | 26 a class method is a method | same, an associated function |
//! | 27 with tags as a hash | same |
//! | 28 another singleton client holds for methods that have it already | differs: also for those that were called |
//! | 29 a client of the macro's own | same |
//! | 30 without the client's prefix | same |
//! | 31, 32, 33 public, protected and private methods stay what they are | same |
//! | 34, 35, 36 and are what they were when a macro is removed | differs: its metric is muted, and can be heard again |
//! | 37 with modules that are prepended | differs: there are none; a trait's method calls the type's |

mod classes;
mod counted;
mod timed;

/// What Ruby raises.
#[derive(Debug)]
struct RuntimeError;

type Reply = Result<&'static str, RuntimeError>;

const fn ssl_post(accepted: bool) -> Reply {
    if accepted { Ok("OK") } else { Err(RuntimeError) }
}

struct Receipt {
    success: bool,
}
