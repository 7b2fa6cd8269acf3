//! Tokens in, tokens out: the attributes that count and time a function by annotating it.
//! May not know `statsd-client` except as a path in the tokens it writes.
//!
//! Use them through `statsd-client`, which re-exports them and holds what they expand to:
//!
//! ```text
//! use statsd_client::{statsd_count, statsd_count_success, statsd_measure};
//!
//! #[statsd_count("users.new")]
//! #[statsd_count_success("orders.place", tag_error_class)]
//! #[statsd_measure("checkout", tags(plan = "pro", region = self.region), sample_rate = 0.1)]
//! async fn checkout(&self, cart: Cart) -> Result<Order, Error> { … }
//! ```
//!
//! # Where they go
//!
//! On a `fn`, an `async fn`, a method, or a trait method with a body; `unsafe`, `extern`, generic
//! and made by `macro_rules!` alike, several on one function, in any order. They do not go on a
//! `const fn`, on a method without a body, on a closure, or on a whole `trait` or `mod`; on an `impl`
//! block goes [`macro@statsd_instrument`], which puts them on its methods.
//!
//! # What they do to a function
//!
//! [`macro@statsd_count`], [`macro@statsd_measure`], [`macro@statsd_distribution`] and
//! [`macro@statsd_gauge_inflight`] put one statement before its body, which is neither moved nor called
//! through anything. What the body does, `?`, `return`, a panic or a future dropped half-way, ends the
//! measurement as leaving any scope would.
//!
//! [`macro@statsd_count_if`] and [`macro@statsd_count_success`] look at the function's value. The body is then
//! called as a closure, or awaited as an `async` block, so that `?` and `return` in it end there.
//! (`std::panic::Location::caller()` in such a body is the body's own place.)
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
//! | `"users.new"` | the name, always first; `::` in it becomes a dot | an error |
//! | `"cron.{task}"` | a name with parameters in it: paths and fields, such as `{self.queue.name}`; `{{` is a brace | |
//! | `\|\| self.name()` | a name made by a closure; it sees the function's parameters, and its value displays itself | |
//! | `tags(plan = "pro", region = self.region)` | a literal is resolved once, or is a text with parameters in it, as the name; any other expression through `Display`, at every call; a closure `\|\| …` among them makes any number of pairs | no tags |
//! | `sample_rate = 0.1` | a literal above 0 and at most 1: the share of the calls that is sent | the client's own |
//! | `no_prefix` | the client's prefix is left out | it is put before the name |
//! | `client = self.statsd` | the client that is called: an expression that is one, or dereferences to one; read at every call | whichever is installed |
//! | `crate = ::path` | where `statsd-client` is, if not at `::statsd_client` | `::statsd_client` |
//! | `\|value\| value.is_some()` | of `statsd_count_if` and `statsd_count_success`, behind the name: judges the function's value; a path such as `Option::is_some` will do | the value's own `Outcome` |
//! | `tag_error_class` | of `statsd_count_success`: tags failures with `error_class`: of an `Err` the error's variant or type, of another value what it says of itself; a `None` or `false` has no class | failures are not told apart |
//!
//! Parameters are read before the body runs, so the body may move them; in a future that is when
//! it is first polled. A name and tags that are all literals cost nothing at a call but the count
//! itself: the call site is resolved once. Others are looked up by their values. A name or tag that no
//! StatsD server would read stops the build.
//!
//! # Compiled out
//!
//! Without this crate's feature `instrument` (a default one of `statsd-client`, too) the functions are what
//! they were without the attributes, and only the literals are checked.

#![cfg_attr(
    test,
    allow(
        clippy::needless_raw_string_hashes,
        clippy::too_many_lines,
        reason = "an expectation is as long as the expansion, and blessing it writes the hashes"
    )
)]

mod args;
mod attribute;
mod derive;
mod expand;
mod fallback;
mod instrument;
mod item;
mod model;
mod output;
mod site;
mod template;
mod unknown;

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
    apply(Attribute::Count, args.into(), item.into(), RECORDS).into()
}

/// Counts the calls of a function whose value passes a test, when they have ended.
///
/// Without a closure it is those that succeeded: `Ok`, `Some`, `true` … (`statsd_client::Outcome`). A call that
/// panics, or whose future is dropped half-way, has no value and is not counted. A closure that panics is the
/// function's own panic. See the [crate's page](crate) for the arguments.
///
/// ```text
/// #[statsd_count_if("cache.hit", |page: &Option<Page>| page.is_some())]
/// fn look_up(&self, url: &str) -> Option<Page> { … }    // cache.hit:1|c, or nothing
/// ```
#[proc_macro_attribute]
pub fn statsd_count_if(args: TokenStream, item: TokenStream) -> TokenStream {
    apply(Attribute::CountIf, args.into(), item.into(), RECORDS).into()
}

/// Counts how the calls of a function end, each under one of four names.
///
/// | the call | is counted as |
/// |---|---|
/// | returns `Ok`, `Some`, `true`, `()` … (`statsd_client::Outcome`), or what the closure is true of | `orders.place.success` |
/// | returns anything else | `orders.place.failure` |
/// | panics | `orders.place.panic` |
/// | is a future that is dropped half-way | `orders.place.cancelled` |
///
/// A future that is dropped because its thread panics counts as the panic. With `tag_error_class` a failure is
/// tagged with what its error says of itself (`#[derive(Outcome)]`: the variant; an I/O error: its kind), else
/// with the last word of the error's type. See the [crate's page](crate) for the arguments.
///
/// ```text
/// #[statsd_count_success("orders.place", tag_error_class)]
/// fn place(&self, cart: Cart) -> Result<Order, Refused> { … }
///                                        // orders.place.failure:1|c|#error_class:CardDeclined
/// ```
#[proc_macro_attribute]
pub fn statsd_count_success(args: TokenStream, item: TokenStream) -> TokenStream {
    apply(Attribute::CountSuccess, args.into(), item.into(), RECORDS).into()
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
    apply(Attribute::Measure, args.into(), item.into(), RECORDS).into()
}

/// Times every call of a function, as a distribution: in milliseconds, as `statsd_measure` does, for a server
/// that takes its percentiles over all senders.
///
/// See the [crate's page](crate) for the arguments.
///
/// ```text
/// #[statsd_distribution("checkout.time")]
/// fn checkout(cart: &Cart) { … }                        // checkout.time:12.5|d
/// ```
#[proc_macro_attribute]
pub fn statsd_distribution(args: TokenStream, item: TokenStream) -> TokenStream {
    apply(Attribute::Distribution, args.into(), item.into(), RECORDS).into()
}

/// Says in a gauge how many calls of a function there are at present.
///
/// The gauge is told the level, not the change, whenever it changes: it is right again after a packet that was
/// lost. It is the process's own; where several report under one name, a tag tells them apart. A panic and a
/// future dropped half-way end a call as well. See the [crate's page](crate) for the arguments; a gauge is never
/// sampled.
///
/// ```text
/// #[statsd_gauge_inflight("requests.inflight")]
/// async fn serve(request: Request) -> Response { … }    // requests.inflight:3|g
/// ```
#[proc_macro_attribute]
pub fn statsd_gauge_inflight(args: TokenStream, item: TokenStream) -> TokenStream {
    apply(Attribute::GaugeInflight, args.into(), item.into(), RECORDS).into()
}

/// Puts attributes on every method of an `impl` block.
///
/// Listed are `count`, `count_success`, `measure`, `distribution` and `gauge_inflight`; where none is, `measure`, whose
/// statistics count the calls, too. A method's metric is `prefix`, a dot, and the method's name, behind which the gauge has `.inflight`;
/// without `prefix = "…"` it is the type's name. `tags(…)`, `sample_rate`, `tag_error_class`, `no_prefix`,
/// `client` and `crate` are handed on. `#[statsd_skip]` leaves a method out, as it must a `const fn`.
///
/// ```text
/// #[statsd_instrument(prefix = "cart", measure, count_success)]
/// impl Cart {
///     #[statsd_skip]
///     fn new() -> Self { … }
///     fn add(&mut self, item: Item) -> Result<(), Full> { … }   // cart.add, cart.add.success
/// }
/// ```
#[proc_macro_attribute]
pub fn statsd_instrument(args: TokenStream, item: TokenStream) -> TokenStream {
    instrumented(args.into(), item.into()).into()
}

/// Leaves a method out of the block's [`macro@statsd_instrument`], which reads it before it is looked up: it
/// needs no `use`.
#[proc_macro_attribute]
pub fn statsd_skip(_args: TokenStream, item: TokenStream) -> TokenStream {
    let item = item.into();
    let message = "`#[statsd_skip]` stands on a method inside an `impl` block that has \
                   `#[statsd_instrument]`; elsewhere there is nothing to skip";
    let here = proc_macro2::Span::call_site();
    fallback::guarded(&item, || Err(syn::Error::new(here, message))).into()
}

/// Says which variants of an enum mean failure, for `#[statsd_count_success]`.
///
/// `#[outcome(failure)]` and `#[outcome(success)]` stand on variants, or on the type for all that say nothing;
/// a variant that nobody says anything of is a success. The class of a failure is the variant's name, or what
/// `class = "…"` says. Of a struct it says that it always means failure.
///
/// ```text
/// #[derive(Outcome)]
/// #[outcome(failure)]
/// enum Refused { CardDeclined, #[outcome(class = "sold_out")] SoldOut(Item) }
/// ```
#[proc_macro_derive(Outcome, attributes(outcome))]
pub fn outcome(item: TokenStream) -> TokenStream {
    derived(item.into()).into()
}

/// Whether annotated functions record.
const RECORDS: bool = cfg!(feature = "instrument");

fn apply(
    attribute: Attribute,
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
    records: bool,
) -> proc_macro2::TokenStream {
    fallback::guarded(&item.clone(), || {
        let mut mistakes = Mistakes::default();
        let args = Args::parse(attribute, args, &mut mistakes);
        let item = Item::parse(attribute, item, &mut mistakes);
        let model = Model::new(attribute, args, item, &mut mistakes);
        mistakes.or(model).map(|model| expand::expand(model, records))
    })
}

fn instrumented(
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    fallback::guarded(&instrument::without_skips(&item), || {
        let mut mistakes = Mistakes::default();
        let expanded = instrument::expand(args, item, &mut mistakes);
        mistakes.or(expanded)
    })
}

fn derived(item: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    // The type itself is not the derive's to emit.
    fallback::guarded(&proc_macro2::TokenStream::new(), || {
        let mut mistakes = Mistakes::default();
        let expanded = derive::expand(item, &mut mistakes);
        mistakes.or(expanded)
    })
}

#[cfg(test)]
mod tests;
