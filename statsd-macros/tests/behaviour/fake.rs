//! Stands in for `statsd_client`: the same `__private`, which writes down what reaches it.

use std::cell::RefCell;

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What was recorded on this thread since the last call.
pub(crate) fn seen() -> Vec<String> {
    LOG.take()
}

/// A mark in the log, to see what comes before and after it.
pub(crate) fn mark(text: &str) {
    LOG.with_borrow_mut(|log| log.push(text.to_owned()));
}

pub(crate) mod __private {
    use std::fmt::{Arguments, Display};

    pub(crate) use ::core;

    use super::mark;

    type FixedTags = &'static [(&'static str, &'static str)];

    pub(crate) struct CountSite(&'static str, FixedTags, Option<f64>);

    impl CountSite {
        pub(crate) const fn new(
            name: &'static str,
            tags: FixedTags,
            sample_rate: Option<f64>,
        ) -> Self {
            Self(name, tags, sample_rate)
        }

        pub(crate) fn hit(&self) {
            mark(&format!("count {}", context(self.0, self.1, self.2)));
        }
    }

    pub(crate) struct TimeSite(&'static str, FixedTags, Option<f64>);

    impl TimeSite {
        pub(crate) const fn new(
            name: &'static str,
            tags: FixedTags,
            sample_rate: Option<f64>,
        ) -> Self {
            Self(name, tags, sample_rate)
        }

        pub(crate) fn start(&'static self) -> TimeGuard {
            TimeGuard::start(context(self.0, self.1, self.2))
        }
    }

    #[must_use]
    pub(crate) struct TimeGuard(String);

    impl TimeGuard {
        fn start(context: String) -> Self {
            mark(&format!("start {context}"));
            Self(context)
        }
    }

    impl Drop for TimeGuard {
        fn drop(&mut self) {
            mark(&format!("stop {}", self.0));
        }
    }

    pub(crate) fn count(
        name: Arguments<'_>,
        tags: &[(&'static str, &dyn Display)],
        sample_rate: Option<f64>,
    ) {
        mark(&format!("count {}", context(name, tags, sample_rate)));
    }

    pub(crate) fn start(
        name: Arguments<'_>,
        tags: &[(&'static str, &dyn Display)],
        sample_rate: Option<f64>,
    ) -> TimeGuard {
        TimeGuard::start(context(name, tags, sample_rate))
    }

    pub(crate) const fn check_name(name: &str) {
        assert!(!name.is_empty(), "a name has at least one character");
    }

    pub(crate) const fn check_tag_key(key: &str) {
        assert!(!key.is_empty(), "a tag key has at least one character");
    }

    pub(crate) const fn check_tag_value(value: &str) {
        assert!(!value.is_empty(), "a tag value has at least one character");
    }

    fn context<V: Display>(
        name: impl Display,
        tags: &[(&str, V)],
        sample_rate: Option<f64>,
    ) -> String {
        let mut context = name.to_string();
        for (key, value) in tags {
            context.extend([" ", key, ":", &value.to_string()]);
        }
        if let Some(rate) = sample_rate {
            context.extend([" @", &rate.to_string()]);
        }
        context
    }
}
