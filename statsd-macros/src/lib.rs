//! Tokens in, tokens out: the attributes that count and time a function by annotating it.
//! May not know `statsd-client` except as a path in the tokens it writes.
//!
//! Use them through `statsd-client`, which re-exports them and holds what they expand to:
//!
//! ```text
//! use statsd_client::{statsd_count, statsd_measure};
//!
//! #[statsd_count("users.new")]
//! #[statsd_measure("checkout", tags(plan = "pro", region = self.region), sample_rate = 0.1)]
//! async fn checkout(&self, cart: Cart) -> Result<Order, Error> { … }
//! ```
//!
//! # Where they go
//!
//! On a `fn`, an `async fn`, a method, or a trait method with a body; `unsafe`, `extern`, generic
//! and made by `macro_rules!` alike, several on one function, in any order. They do not go on a
//! `const fn`, on a method without a body, or on a whole `impl`, `trait` or `mod`.
//!
//! The function is neither moved nor called through anything: one statement is put before its
//! body. What the body does, `?`, `return`, a panic or a future dropped half-way, ends the
//! measurement as leaving any scope would.
//!
//! # Futures
//!
//! An `async fn` is counted and its time begins when it is polled for the first time; a future
//! that nobody polls leaves no trace. The same holds for a `fn` that ends in an `async` block or
//! in `Box::pin(async …)`, which is what `#[async_trait]` makes of a method. A `fn` that makes its
//! future in any other way is measured while it makes it.
//!
//! # Arguments
//!
//! | argument | meaning | when left out |
//! |---|---|---|
//! | `"users.new"` | the name; always first, always a literal | an error |
//! | `"cron.{task}"` | a name with parameters in it: paths and fields, such as `{self.queue.name}`; `{{` is a brace | |
//! | `tags(plan = "pro", region = self.region)` | a literal is resolved once; any other expression through `Display`, at every call | no tags |
//! | `sample_rate = 0.1` | a literal above 0 and at most 1: the share of the calls that is sent | the client's own |
//! | `crate = ::path` | where `statsd-client` is, if not at `::statsd_client` | `::statsd_client` |
//!
//! Parameters are read before the body runs, so the body may move them; in a future that is when
//! it is first polled. A name and tags that are all literals cost nothing at a call but the count
//! itself: the call site is resolved once. A name or tag that no StatsD server would read stops the
//! build.

#![cfg_attr(
    test,
    allow(clippy::needless_raw_string_hashes, reason = "blessing an expectation writes them")
)]

mod args;
mod attribute;
mod expand;
mod fallback;
mod item;
mod model;
mod template;

use proc_macro::TokenStream;

use crate::args::Args;
use crate::attribute::Attribute;
use crate::fallback::Mistakes;
use crate::item::Item;
use crate::model::Model;

/// Counts every call of a function, before its body runs.
///
/// The count does not depend on how the call ends: an error, a panic and a future dropped
/// half-way are counted as well. See the [crate's page](crate) for the arguments.
///
/// ```text
/// #[statsd_count("subscriptions", tags(plan = "pro"))]
/// fn subscribe(user: &User) { … }                       // subscriptions:1|c|#plan:pro
/// ```
#[proc_macro_attribute]
pub fn statsd_count(args: TokenStream, item: TokenStream) -> TokenStream {
    apply(Attribute::Count, args.into(), item.into()).into()
}

/// Times every call of a function and records it when the call ends, however it ends.
///
/// The time is wall time on the monotonic clock, from before the body to after the last of its
/// locals is dropped; an `async fn` is timed from its first poll, waiting included. A function
/// that never returns is never recorded. See the [crate's page](crate) for the arguments.
///
/// ```text
/// #[statsd_measure("cron.{task}")]
/// async fn run(task: &str) -> Result<(), Error> { … }   // cron.cleanup:12.5|ms
/// ```
#[proc_macro_attribute]
pub fn statsd_measure(args: TokenStream, item: TokenStream) -> TokenStream {
    apply(Attribute::Measure, args.into(), item.into()).into()
}

fn apply(
    attribute: Attribute,
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    fallback::guarded(&item.clone(), || {
        let mut mistakes = Mistakes::default();
        let args = Args::parse(attribute, args, &mut mistakes);
        let item = Item::parse(attribute, item, &mut mistakes);
        let model = Model::new(attribute, args, item, &mut mistakes);
        mistakes.or(model).map(expand::expand)
    })
}

#[cfg(test)]
mod tests;
