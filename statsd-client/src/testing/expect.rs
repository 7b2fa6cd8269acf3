//! What a test expects of the calls: a name and a kind, and what is said about them.

use std::borrow::Cow;
use std::fmt;

use super::names::matches_pattern;
use super::times::Times;
use super::{ExpectedValue, SeenCall, SeenKind};
use crate::client::Client;

/// Calls that are expected: of one name and kind, and as many as is said. The assertion macros write one; by
/// hand it is made by [`expect()`], and checked by [`Seen::assert`](super::Seen::assert).
///
/// It displays as a line does that it matches, with `*` for what may be anything.
///
/// ```
/// use statsd_client::testing::{capture, expect, SeenKind};
/// use statsd_client::count;
///
/// let seen = capture(|| count!("orders", 2, tags(plan = "pro", region = "eu")));
/// let orders = expect(SeenKind::Counter, "orders").tag("plan", "pro").without_tag("error");
/// assert_eq!(orders.to_string(), "orders:*|c|#plan:pro,!error");
/// assert!(orders.matches(&seen[0]));
/// seen.assert(&[orders]);
/// ```
#[must_use = "an expectation is checked by `Seen::assert`"]
pub struct Expectation<'a> {
    /// `None`: of any kind.
    kind: Option<SeenKind>,
    /// Any of them; empty for any name.
    names: Vec<Cow<'a, str>>,
    no_prefix: bool,
    /// The client's number.
    client: Option<u32>,
    value: Option<ExpectedValue>,
    rate: Option<f64>,
    tags: Vec<(String, Tag)>,
    /// Each with what it is called.
    predicates: Vec<(String, Predicate<'a>)>,
    pub(super) times: Times,
}

type Predicate<'a> = Box<dyn Fn(&SeenCall) -> bool + 'a>;

/// What is expected of a tag.
#[derive(Debug)]
enum Tag {
    Is(String),
    IsThere,
    IsNot,
}

/// Expects one call of a kind and a name. `kind` is a [`SeenKind`], or `None` for any. The name may be given with
/// the prefix of the client that was called, or without; a `*` in it stands for any text, dots included.
///
/// ```
/// use statsd_client::testing::{capture, expect, SeenKind};
///
/// let seen = capture(|| statsd_client::increment("orders.new"));
/// seen.assert(&[expect(SeenKind::Counter, "orders.new")]);
/// seen.assert(&[expect(None, "orders.*")]);
/// ```
pub fn expect<'a>(
    kind: impl Into<Option<SeenKind>>,
    name: impl Into<Cow<'a, str>>,
) -> Expectation<'a> {
    Expectation::of(kind.into(), Times { least: 1, most: 1 }).or_named(name)
}

/// Expects no call, of any kind and name; [`Expectation::or_named`] says which names are meant.
///
/// ```
/// use statsd_client::testing::{capture, expect_none};
///
/// let seen = capture(|| statsd_client::increment("users.new"));
/// seen.assert(&[expect_none().or_named("orders.*").or_named("cart.*")]);
/// assert!(seen.verify(&[expect_none()]).is_err());
/// ```
pub fn expect_none<'a>() -> Expectation<'a> {
    Expectation::of(None, Times { least: 0, most: 0 })
}

impl<'a> Expectation<'a> {
    fn of(kind: Option<SeenKind>, times: Times) -> Self {
        Self {
            kind,
            names: Vec::new(),
            no_prefix: false,
            client: None,
            value: None,
            rate: None,
            tags: Vec::new(),
            predicates: Vec::new(),
            times,
        }
    }

    /// Another name that it may be.
    ///
    /// ```
    /// # use statsd_client::testing::{capture, expect, SeenKind};
    /// let seen = capture(|| statsd_client::increment("orders.paid"));
    /// seen.assert(&[expect(SeenKind::Counter, "orders.new").or_named("orders.paid")]);
    /// ```
    pub fn or_named(mut self, name: impl Into<Cow<'a, str>>) -> Self {
        self.names.push(name.into());
        self
    }

    /// The name is the whole one: with the prefixes of the client and its children, if they have any.
    ///
    /// ```
    /// # use statsd_client::testing::{capture, expect, SeenKind};
    /// # use statsd_client::{Client, NullBackend};
    /// let client = Client::builder().prefix("shop").backend(NullBackend).build()?;
    /// let seen = capture(|| client.increment("orders"));
    /// seen.assert(&[expect(SeenKind::Counter, "orders")]);
    /// seen.assert(&[expect(SeenKind::Counter, "shop.orders").no_prefix()]);
    /// assert!(seen.verify(&[expect(SeenKind::Counter, "orders").no_prefix()]).is_err());
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn no_prefix(mut self) -> Self {
        self.no_prefix = true;
        self
    }

    /// The client that was called, or one of its children. Otherwise it does not matter whose call it was.
    ///
    /// ```
    /// # use statsd_client::testing::{capture, expect, SeenKind};
    /// # use statsd_client::{Client, NullBackend};
    /// let client = Client::builder().backend(NullBackend).build()?;
    /// let seen = capture(|| {
    ///     client.increment("orders");
    ///     statsd_client::increment("orders");
    /// });
    /// seen.assert(&[expect(SeenKind::Counter, "orders").client(&client)]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn client(mut self, client: &Client) -> Self {
        self.client = Some(client.number());
        self
    }

    /// The value, of every call by itself. Told twice, the last holds.
    ///
    /// ```
    /// # use statsd_client::testing::{capture, expect, SeenKind};
    /// let seen = capture(|| statsd_client::count("bytes.sent", 512));
    /// seen.assert(&[expect(SeenKind::Counter, "bytes.sent").value(512)]);
    /// seen.assert(&[expect(SeenKind::Counter, "bytes.sent").value(500..)]);
    /// ```
    pub fn value(mut self, value: impl Into<ExpectedValue>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// How many calls there are, exactly; otherwise one.
    ///
    /// ```
    /// # use statsd_client::testing::{capture, expect, SeenKind};
    /// let seen = capture(|| (0..3).for_each(|_| statsd_client::increment("jobs")));
    /// seen.assert(&[expect(SeenKind::Counter, "jobs").times(3)]);
    /// ```
    pub fn times(mut self, times: usize) -> Self {
        self.times = Times { least: times, most: times };
        self
    }

    /// There are so many calls or more; with [`at_most`](Self::at_most), up to that.
    ///
    /// ```
    /// # use statsd_client::testing::{capture, expect, SeenKind};
    /// let seen = capture(|| (0..3).for_each(|_| statsd_client::increment("jobs")));
    /// seen.assert(&[expect(SeenKind::Counter, "jobs").at_least(1)]);
    /// seen.assert(&[expect(SeenKind::Counter, "jobs").at_least(1).at_most(3)]);
    /// ```
    pub fn at_least(mut self, times: usize) -> Self {
        let most = if self.times.is_exact() { usize::MAX } else { self.times.most };
        self.times = Times { least: times, most };
        self
    }

    /// There are so many calls or fewer, or none; with [`at_least`](Self::at_least), down to that.
    ///
    /// ```
    /// # use statsd_client::testing::{capture, expect, SeenKind};
    /// let seen = capture(|| statsd_client::increment("jobs"));
    /// seen.assert(&[expect(SeenKind::Counter, "jobs").at_most(2)]);
    /// seen.assert(&[expect(SeenKind::Counter, "retries").at_most(2)]);
    /// ```
    pub fn at_most(mut self, times: usize) -> Self {
        let least = if self.times.is_exact() { 0 } else { self.times.least };
        self.times = Times { least, most: times };
        self
    }

    /// The rate, exactly: [`SeenCall::rate`].
    ///
    /// ```
    /// # use statsd_client::{count, testing::{capture, expect, SeenKind}};
    /// let seen = capture(|| count!("orders", 1, sample_rate = 0.1));
    /// seen.assert(&[expect(SeenKind::Counter, "orders").sample_rate(0.1)]);
    /// ```
    pub fn sample_rate(mut self, rate: impl Into<f64>) -> Self {
        self.rate = Some(rate.into());
        self
    }

    /// A tag with its value; there may be others. An empty value is that of a bare tag.
    ///
    /// ```
    /// # use statsd_client::{count, testing::{capture, expect, SeenKind}};
    /// let seen = capture(|| count!("orders", 1, tags(plan = "pro", items = 3)));
    /// seen.assert(&[expect(SeenKind::Counter, "orders").tag("items", 3)]);
    /// ```
    pub fn tag(self, key: impl Into<String>, value: impl ToString) -> Self {
        self.tags(key, Tag::Is(value.to_string()))
    }

    /// A tag with whatever value.
    ///
    /// ```
    /// # use statsd_client::{count, testing::{capture, expect, SeenKind}};
    /// let seen = capture(|| count!("orders", 1, tags(plan = "pro")));
    /// seen.assert(&[expect(SeenKind::Counter, "orders").with_tag("plan")]);
    /// ```
    pub fn with_tag(self, key: impl Into<String>) -> Self {
        self.tags(key, Tag::IsThere)
    }

    /// No tag of this key, whatever its value.
    ///
    /// ```
    /// # use statsd_client::{count, testing::{capture, expect, SeenKind}};
    /// let seen = capture(|| count!("orders", 1, tags(plan = "pro")));
    /// seen.assert(&[expect(SeenKind::Counter, "orders").without_tag("error")]);
    /// ```
    pub fn without_tag(self, key: impl Into<String>) -> Self {
        self.tags(key, Tag::IsNot)
    }

    fn tags(mut self, key: impl Into<String>, tag: Tag) -> Self {
        self.tags.push((key.into(), tag));
        self
    }

    /// A question of one's own; `asked` is what a failing assertion calls it.
    ///
    /// ```
    /// # use statsd_client::testing::{capture, expect, SeenKind};
    /// let seen = capture(|| statsd_client::increment("orders.new"));
    /// let short = |call: &statsd_client::testing::SeenCall| call.name().len() < 20;
    /// seen.assert(&[expect(SeenKind::Counter, "orders.*").matching("a short name", short)]);
    /// ```
    pub fn matching(
        mut self,
        asked: impl AsRef<str>,
        predicate: impl Fn(&SeenCall) -> bool + 'a,
    ) -> Self {
        // On one line, wherever it was written.
        let asked = asked.as_ref().split_whitespace().collect::<Vec<_>>().join(" ");
        self.predicates.push((asked, Box::new(predicate)));
        self
    }

    /// Whether a call is one of those that are meant, however many there are.
    pub fn matches(&self, call: &SeenCall) -> bool {
        self.is_named(call) && self.is_kind(call) && self.differences(call).is_empty()
    }

    pub(super) fn is_kind(&self, call: &SeenCall) -> bool {
        self.kind.is_none_or(|kind| kind == call.kind())
    }

    /// Whether the name fits.
    pub(super) fn is_named(&self, call: &SeenCall) -> bool {
        let names = call.names();
        let names = if self.no_prefix { &names[..1] } else { &names[..] };
        self.is_any_of(names)
    }

    /// Whether the name would fit if a prefix were allowed to it.
    pub(super) fn is_named_below_a_prefix(&self, call: &SeenCall) -> bool {
        self.is_any_of(&call.names())
    }

    fn is_any_of(&self, names: &[&str]) -> bool {
        let is = |pattern: &str| names.iter().any(|name| matches_pattern(pattern, name));
        self.names.is_empty() || self.names.iter().any(|pattern| is(pattern))
    }

    pub(super) fn names(&self) -> &[Cow<'a, str>] {
        &self.names
    }

    /// What of a call is otherwise, but for its name and kind.
    pub(super) fn differences(&self, call: &SeenCall) -> Vec<String> {
        let mut found = Vec::new();
        if self.client.is_some_and(|client| client != call.client()) {
            found.push("is for another client".to_owned());
        }
        if let Some(value) = &self.value
            && !value.matches(call.value())
        {
            let seen = call.value();
            found.push(format!("value is {seen}, not {value}"));
        }
        if let Some(rate) = self.rate
            && rate != call.rate()
        {
            found.push(format!("rate is {}, not {rate}", call.rate()));
        }
        for (key, tag) in &self.tags {
            let seen: Vec<_> = call.tags().iter().filter(|(own, _)| own == key).collect();
            let seen: Vec<_> = seen.iter().map(|(_, value)| value.as_str()).collect();
            match tag {
                Tag::Is(value) if seen.is_empty() => {
                    found.push(format!("no tag {}", pair(key, value)));
                }
                Tag::Is(value) if !seen.contains(&value.as_str()) => {
                    let is = |value: &str| {
                        if value.is_empty() { "bare".into() } else { value.to_owned() }
                    };
                    let seen: Vec<_> = seen.into_iter().map(is).collect();
                    found.push(format!("tag {key} is {}, not {}", seen.join(" and "), is(value)));
                }
                Tag::IsThere if seen.is_empty() => found.push(format!("no tag {key}")),
                Tag::IsNot if !seen.is_empty() => found.push(format!("has a tag {key}")),
                _ => {}
            }
        }
        let refused = self.predicates.iter().filter(|(_, predicate)| !predicate(call));
        found.extend(refused.map(|(asked, _)| format!("not: {asked}")));
        found
    }
}

fn pair(key: &str, value: &str) -> String {
    if value.is_empty() { key.to_owned() } else { format!("{key}:{value}") }
}

impl fmt::Debug for Expectation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expectation({:?}, {})", self.to_string(), self.times)
    }
}

impl fmt::Display for Expectation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&if self.names.is_empty() { "*".into() } else { self.names.join(" or ") })?;
        f.write_str(":")?;
        match &self.value {
            Some(value) => write!(f, "{value}")?,
            None => f.write_str("*")?,
        }
        write!(f, "|{}", self.kind.map_or("*", SeenKind::code))?;
        if let Some(rate) = self.rate {
            write!(f, "|@{rate}")?;
        }
        for (at, (key, tag)) in self.tags.iter().enumerate() {
            f.write_str(if at == 0 { "|#" } else { "," })?;
            match tag {
                Tag::Is(value) => f.write_str(&pair(key, value))?,
                Tag::IsThere => write!(f, "{key}:*")?,
                Tag::IsNot => write!(f, "!{key}")?,
            }
        }
        if self.no_prefix {
            f.write_str(", no_prefix")?;
        }
        if self.client.is_some() {
            f.write_str(", for the client")?;
        }
        self.predicates.iter().try_for_each(|(asked, _)| write!(f, ", where {asked}"))
    }
}
