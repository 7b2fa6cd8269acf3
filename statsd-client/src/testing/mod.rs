//! What a test sees of the calls that code makes: captures, and assertions about what they have seen.
//! May not know backends or what becomes of a call. `pipeline/witness.rs` tells a capture of
//! calls; what goes out of here is a panic's message.
//!
//! ```
//! use statsd_client::testing::capture;
//! use statsd_client::{assert_no_statsd_calls, assert_statsd_increment, count};
//!
//! fn subscribe(plan: &str) {
//!     count!("subscriptions", 1, tags(plan = plan));
//! }
//!
//! let seen = capture(|| subscribe("pro"));
//! assert_statsd_increment!(seen, "subscriptions", tags(plan = "pro"));
//! assert_no_statsd_calls!(seen, "orders.*");
//! ```
//!
//! # Captures
//!
//! A capture sees every call that its thread ([`capture()`]) or task ([`capture_future`]) makes meanwhile, and
//! nobody else's, unless told to [`follow()`]: tests run in parallel. It needs no client; where there is one, it is
//! told nothing of what is captured. Calls are seen as they were made: each by itself, with its rate and never left
//! out for it, names and tags not rewritten, values that are not finite, a gauge's changes as changes. A call's
//! name has the prefix of the client that it was for, and its tags are among that client's.
//!
//! A clock is seen where it is read. One that was started in a capture and is read behind it goes to its client, if
//! there is one; one that was started before it, where nobody was installed, has not been started.
//!
//! # Assertions
//!
//! [`assert_statsd_increment!`](crate::assert_statsd_increment), `_measure`, `_gauge`, `_histogram`, `_distribution`,
//! `_set`, [`assert_statsd_calls!`](crate::assert_statsd_calls) for several at once,
//! [`assert_no_statsd_calls!`](crate::assert_no_statsd_calls). Each is written in two ways:
//!
//! ```
//! # use statsd_client::{assert_statsd_increment, increment, testing::capture};
//! # fn work() { increment("jobs") }
//! let seen = capture(|| work());
//! assert_statsd_increment!(seen, "jobs"); // of a capture
//!
//! assert_statsd_increment!("jobs", || work()); // of what is called meanwhile: a closure or
//! assert_statsd_increment!("jobs", { work() }); // a block at the end, whose value the macro has
//! ```
//!
//! A name is that of the call, with the prefix of its client or without; `*` in it stands for any text. One call is
//! expected unless said otherwise; others do not matter. Behind the name:
//!
//! | | |
//! |---|---|
//! | `17`, `value = 17` | the value of each call: a number, a text, a [`Duration`](std::time::Duration), a range |
//! | `value = approx(12.5, 0.1)` | a number that is so far away at the most |
//! | `value = delta(-3)` | a change of a gauge |
//! | `times = 2`, `at_least = 1`, `at_most = 3` | how many calls; 0 for never |
//! | `sample_rate = 0.1` | the rate, exactly |
//! | `tags(plan = "pro", beta)` | these tags among others; `beta` is a bare one |
//! | `with_tags(plan)`, `without_tags("error")` | tags with whatever value; no such tags |
//! | `no_prefix` | the name is the whole one |
//! | `client = client` | the client that was called, or a child of it |
//! | `matching = \|call\| call.rate() < 1.0` | whatever else can be asked of a [`SeenCall`] |
//!
//! What is none of these does not compile:
//!
//! ```compile_fail
//! # let seen = statsd_client::testing::capture(|| ());
//! statsd_client::assert_statsd_increment!(seen, "jobs", tims = 2); // `tims` is none of the options
//! ```
//!
//! The same by hand, as a value: [`expect()`], [`Seen::assert`], [`Seen::verify`].
//!
//! What fails prints what was expected and what was seen, the nearest first:
//!
//! ```
//! # use statsd_client::{count, timing, testing::{capture, expect, SeenKind}};
//! # use std::time::Duration;
//! let seen = capture(|| {
//!     count!("orders", 1, tags(plan = "free"));
//!     timing("orders", Duration::from_millis(12));
//!     count!("order", 1, tags(plan = "pro"));
//! });
//! let orders = expect(SeenKind::Counter, "orders").tag("plan", "pro");
//! assert_eq!(seen.verify(&[orders]).unwrap_err().to_string(), "\
//! expected once, seen never: orders:*|c|#plan:pro
//!
//! seen, the nearest first, of 3 calls:
//!     orders:1|c|#plan:free    tag plan is free, not pro
//!     orders:12|ms             is a timer
//!     order:1|c|#plan:pro      has another name");
//! ```

mod assign;
mod call;
mod capture;
mod expect;
mod expected;
mod follow;
mod grammar;
mod log;
mod macros;
mod mismatch;
mod names;
mod nearest;
mod seen;
mod task;
mod times;
mod verify;

pub use call::{SeenCall, SeenKind, SeenValue};
pub use capture::{Capture, capture, capture_value};
pub use expect::{Expectation, expect, expect_none};
pub use expected::{ExpectedValue, approx, delta};
pub use follow::{Following, follow};
pub use log::SEEN_MAX;
pub use mismatch::Mismatch;
pub use seen::Seen;
pub use task::{capture_future, capture_future_value, follow_future};
