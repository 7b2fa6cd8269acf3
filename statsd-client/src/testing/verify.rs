//! Whether what was seen is what was expected.

use super::assign::Assignment;
use super::mismatch::{Mismatch, Order};
use super::times::Times;
use super::{Expectation, Seen};

impl Seen {
    /// Whether the calls are as expected: of each expectation as many as it says. The order says nothing, and a
    /// call counts for one expectation at the most, for whichever needs it. Where one is never to come, no call may
    /// match it, also where another expects it. Calls that nobody expects are nobody's.
    ///
    /// ```
    /// use statsd_client::testing::{capture, expect, SeenKind};
    ///
    /// let seen = capture(|| statsd_client::count("orders", 2));
    /// let orders = || expect(SeenKind::Counter, "orders");
    /// assert!(seen.verify(&[orders()]).is_ok());
    /// let error = seen.verify(&[orders().value(3)]).unwrap_err();
    /// assert!(error.to_string().starts_with("expected once, seen never: orders:3|c"));
    /// ```
    ///
    /// # Errors
    /// They are not. The error displays what was expected and what was seen, the nearest first.
    pub fn verify(&self, expectations: &[Expectation<'_>]) -> Result<(), Mismatch> {
        let is_never = |at: &usize| expectations.get(*at).is_some_and(|e| e.times.is_never());
        let (never, at_times): (Vec<usize>, Vec<usize>) =
            (0..expectations.len()).partition(is_never);
        let matched_by = self.iter().map(|call| {
            at_times.iter().copied().filter(|&at| expectations[at].matches(call)).collect()
        });
        let times = expectations.iter().map(|expectation| expectation.times).collect();
        let assignment = Assignment::of(times, matched_by);
        let seen: Vec<usize> = (0..expectations.len())
            .map(|at| {
                if never.contains(&at) {
                    self.iter().filter(|call| expectations[at].matches(call)).count()
                } else {
                    assignment.seen(at)
                }
            })
            .collect();
        let is_met = expectations.iter().zip(&seen).all(|(e, &seen)| e.times.allow(seen));
        if is_met { Ok(()) } else { Err(Mismatch::of_counts(self, expectations, &seen)) }
    }

    /// As [`verify`](Self::verify), and the calls that are expected came in the order of the expectations: all of
    /// the first one's before those of the second. Other calls may come in between.
    ///
    /// ```
    /// use statsd_client::testing::{capture, expect, SeenKind};
    ///
    /// let seen = capture(|| {
    ///     statsd_client::increment("orders.placed");
    ///     statsd_client::increment("orders.paid");
    /// });
    /// let [placed, paid] = ["placed", "paid"].map(|end| expect(SeenKind::Counter, format!("orders.{end}")));
    /// assert!(seen.verify_in_order(&[placed, paid]).is_ok());
    /// ```
    ///
    /// # Errors
    /// They are not, or came in another order.
    pub fn verify_in_order(&self, expectations: &[Expectation<'_>]) -> Result<(), Mismatch> {
        let is_expected = |at: &usize| expectations.iter().any(|e| e.matches(&self[*at]));
        let expected: Vec<usize> = (0..self.len()).filter(is_expected).collect();
        // After how many of the expected calls the expectations so far can be done.
        let mut ends = vec![false; expected.len() + 1];
        ends[0] = true;
        for (at, expectation) in expectations.iter().enumerate() {
            let rows = rows_of(expected.iter().map(|&call| expectation.matches(&self[call])));
            let next = ends_after(&ends, &rows, expectation.times);
            if !next.contains(&true) {
                let in_reach =
                    ends.iter().zip(&rows).enumerate().filter(|(_, (is_end, _))| **is_end);
                let stuck_at = in_reach.map(|(place, (_, row))| place + row).max();
                let stuck_at = stuck_at.unwrap_or_default();
                let order = Order { expected, stuck_at, missing: Some(at) };
                return Err(Mismatch::of_order(self, expectations, &order));
            }
            ends = next;
        }
        match ends.iter().rposition(|is_end| *is_end) {
            Some(stuck_at) if stuck_at < expected.len() => {
                let order = Order { expected, stuck_at, missing: None };
                Err(Mismatch::of_order(self, expectations, &order))
            }
            _ => Ok(()),
        }
    }

    /// Panics where [`verify`](Self::verify) is an error, with its text.
    ///
    /// ```
    /// use statsd_client::testing::{capture, expect, SeenKind};
    ///
    /// let seen = capture(|| statsd_client::gauge("queue.depth", 17));
    /// seen.assert(&[expect(SeenKind::Gauge, "queue.depth").value(17)]);
    /// ```
    ///
    /// # Panics
    /// The calls are not as expected.
    #[track_caller]
    pub fn assert(&self, expectations: &[Expectation<'_>]) {
        if let Err(mismatch) = self.verify(expectations) {
            panic!("{mismatch}");
        }
    }

    /// Panics where [`verify_in_order`](Self::verify_in_order) is an error, with its text.
    ///
    /// ```
    /// use statsd_client::testing::{capture, expect};
    ///
    /// let seen = capture(|| ["a", "b", "c"].map(statsd_client::increment));
    /// seen.assert_in_order(&[expect(None, "a"), expect(None, "c")]);
    /// ```
    ///
    /// # Panics
    /// The calls are not as expected, or came in another order.
    #[track_caller]
    pub fn assert_in_order(&self, expectations: &[Expectation<'_>]) {
        if let Err(mismatch) = self.verify_in_order(expectations) {
            panic!("{mismatch}");
        }
    }
}

/// From each place on: how many calls in a row match. There is one place more than calls.
fn rows_of(matches: impl Iterator<Item = bool>) -> Vec<usize> {
    let mut rows: Vec<usize> = matches.map(usize::from).chain([0]).collect();
    for at in (1..rows.len()).rev() {
        if rows[at - 1] > 0 {
            rows[at - 1] += rows[at];
        }
    }
    rows
}

/// After how many calls an expectation can be done that may begin after any of `ends`.
fn ends_after(ends: &[bool], rows: &[usize], times: Times) -> Vec<bool> {
    // Ranges of places are marked at their edges, and added up after that.
    let mut edges = vec![0_i64; ends.len() + 1];
    for (at, _) in ends.iter().enumerate().filter(|(_, is_end)| **is_end) {
        let most = times.most.min(rows[at]);
        if times.least <= most {
            edges[at + times.least] += 1;
            edges[at + most + 1] -= 1;
        }
    }
    let mut open = 0;
    let is_in_range = |edge: &i64| {
        open += edge;
        open > 0
    };
    edges[..ends.len()].iter().map(is_in_range).collect()
}
