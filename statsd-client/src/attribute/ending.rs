//! How calls ended: a count each of successes, failures, panics, and futures that were dropped half-way.

use std::borrow::Cow;
use std::thread;

use super::fixed::{Fixed, FixedTags};
use super::kept::Texts;
use super::spot::Spot;
use super::whom::Whom;
use crate::client::Client;
use crate::global;
use crate::handle::{Counter, TaggedSite};
use crate::pipeline::Recorded;
use crate::protocol::MetricType;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With a value that says success.
    Success,
    /// With a value that says failure.
    Failure,
    /// It unwound.
    Panic,
    /// Its future was dropped before it was done.
    Cancelled,
}

impl Ending {
    /// All of them, each in its place.
    pub const ALL: [Self; 4] = [Self::Success, Self::Failure, Self::Panic, Self::Cancelled];

    /// What is put behind the metric's name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Panic => "panic",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Where endings are counted.
pub trait Ends {
    /// Counts one, with the class of its error where it has one.
    fn end(&self, ending: Ending, class: Option<&str>);
}

/// Counts how a call ended: as it is told, or where it is dropped untold, as a panic or cancelled.
#[derive(Debug)]
#[must_use = "it counts a panic where it is dropped untold: bind it to a name"]
pub struct EndGuard<E: Ends> {
    /// `None`: it has been told, or nobody was there to hear it.
    ends: Option<E>,
}

impl<E: Ends> EndGuard<E> {
    /// Counts how the call ended.
    #[inline]
    pub fn end(mut self, ending: Ending, class: Option<Cow<'_, str>>) {
        if let Some(ends) = self.ends.take() {
            // A closure may have called a success what the value calls an error.
            let class = class.as_deref().filter(|_| ending == Ending::Failure);
            ends.end(ending, class);
        }
    }
}

impl<E: Ends> Drop for EndGuard<E> {
    #[inline]
    fn drop(&mut self) {
        if let Some(ends) = &self.ends {
            // Nothing but a panic leaves a function without a value; a future may also be let go.
            let ending = if thread::panicking() { Ending::Panic } else { Ending::Cancelled };
            ends.end(ending, None);
        }
    }
}

/// The four counters of a call site with a literal name and literal tags, for a `static`.
#[derive(Debug)]
pub struct Endings {
    counters: [Fixed; 4],
    /// Failures by the class of their error, where it is asked for.
    classes: Option<TaggedSite<Counter, 1>>,
}

impl Endings {
    /// The site, with a name an ending in the order of [`Ending::ALL`].
    pub const fn new(
        names: [&'static str; 4],
        tags: FixedTags,
        rate: Option<f64>,
        has_prefix: bool,
        classes: Option<TaggedSite<Counter, 1>>,
    ) -> Self {
        const KIND: MetricType = MetricType::Counter;
        let [success, failure, panic, cancelled] = names;
        let counters = [
            Fixed::new(KIND, success, tags, rate, has_prefix),
            Fixed::new(KIND, failure, tags, rate, has_prefix),
            Fixed::new(KIND, panic, tags, rate, has_prefix),
            Fixed::new(KIND, cancelled, tags, rate, has_prefix),
        ];
        Self { counters, classes }
    }

    /// The site's calls for one client.
    pub fn on(&'static self, client: &Client) -> EndingsOn {
        EndingsOn { site: self, whom: Whom::of(client) }
    }

    fn counter(&self, ending: Ending) -> &Fixed {
        &self.counters[ending as usize]
    }
}

impl Ends for &'static Endings {
    #[inline]
    fn end(&self, ending: Ending, class: Option<&str>) {
        let site: &'static Endings = self;
        match (class, &site.classes) {
            (Some(class), Some(classes)) => {
                classes.with([class.as_bytes()]).record(Recorded::Count(1));
            }
            _ => site.counter(ending).record(Recorded::Count(1)),
        }
    }
}

/// A call site's endings for one client.
#[derive(Debug)]
pub struct EndingsOn {
    site: &'static Endings,
    whom: Whom,
}

impl Ends for EndingsOn {
    fn end(&self, ending: Ending, class: Option<&str>) {
        let Self { site, whom } = self;
        let (child, recorded) = (whom.child.as_deref(), Recorded::Count(1));
        match (class, &site.classes) {
            (Some(class), Some(classes)) => {
                let _known = classes.record_for(whom, child, &[class.as_bytes()], recorded);
            }
            _ => site.counter(ending).record_on(whom.number, whom, child, recorded),
        }
    }
}

/// The endings of a call site whose name or tags change, with the values of one call. To them come
/// the ending's word, behind those of the name, and where there is one more place the error's class.
#[derive(Debug)]
pub struct EndingsOf<const N: usize, const M: usize> {
    site: &'static TaggedSite<Counter, M>,
    texts: Texts<N>,
    /// How many of the values are the name's.
    name_values: usize,
    whom: Option<Whom>,
}

impl<const N: usize, const M: usize> Ends for EndingsOf<N, M> {
    fn end(&self, ending: Ending, class: Option<&str>) {
        let class = class.unwrap_or_default().as_bytes();
        let values: [&[u8]; M] = std::array::from_fn(|at| match at {
            at if at < self.name_values => self.texts.get(at),
            at if at == self.name_values => ending.word().as_bytes(),
            at if at <= N => self.texts.get(at - 1),
            _ => class,
        });
        let recorded = Recorded::Count(1);
        match &self.whom {
            Some(whom) => {
                let child = whom.child.as_deref();
                let _known = self.site.record_for(whom, child, &values, recorded);
            }
            None => self.site.with(values).record(recorded),
        }
    }
}

/// Begins a call of the installed client's.
#[inline]
pub fn begin<E: Ends>(ends: E) -> EndGuard<E> {
    EndGuard { ends: Some(ends) }
}

/// Begins a call of a site whose name or tags change. Keeps their values, which allocates.
pub fn begin_tagged<const N: usize, const M: usize>(
    site: &'static TaggedSite<Counter, M>,
    name_values: usize,
    values: [&[u8]; N],
) -> EndGuard<EndingsOf<N, M>> {
    let of = || EndingsOf { site, texts: Texts::of(&values), name_values, whom: None };
    EndGuard { ends: global::is_anybody_there().then(of) }
}

/// As [`begin_tagged`], for one client.
pub fn begin_tagged_on<const N: usize, const M: usize>(
    client: &Client,
    site: &'static TaggedSite<Counter, M>,
    name_values: usize,
    values: [&[u8]; N],
) -> EndGuard<EndingsOf<N, M>> {
    let whom = Some(Whom::of(client));
    EndGuard { ends: Some(EndingsOf { site, texts: Texts::of(&values), name_values, whom }) }
}
