//! Which call is which expectation's: each call counts for one at the most, and the order says nothing.

use std::collections::BTreeMap;

use super::times::Times;

/// What each expectation was given.
#[derive(Debug)]
pub(super) struct Assignment {
    times: Vec<Times>,
    classes: Vec<Class>,
}

/// Calls that the same expectations match.
#[derive(Debug)]
struct Class {
    /// Expectation → how many of these calls it has.
    given: BTreeMap<usize, usize>,
    /// Calls that nobody has.
    left: usize,
}

/// An expectation hands one call of a class to another.
#[derive(Debug, Clone, Copy)]
struct Hop {
    class: usize,
    from: usize,
    to: usize,
}

impl Assignment {
    /// Gives each call to an expectation that matches it, as far as they have room for it; then those that have
    /// too few are handed some. `matched_by`: a call's expectations.
    pub(super) fn of(times: Vec<Times>, matched_by: impl Iterator<Item = Vec<usize>>) -> Self {
        let mut sizes = BTreeMap::<Vec<usize>, usize>::new();
        for expectations in matched_by.filter(|expectations| !expectations.is_empty()) {
            *sizes.entry(expectations).or_default() += 1;
        }
        let classes = sizes.into_iter().map(|(matched_by, left)| Class {
            given: matched_by.into_iter().map(|expectation| (expectation, 0)).collect(),
            left,
        });
        let mut assignment = Self { classes: classes.collect(), times };
        for class in 0..assignment.classes.len() {
            assignment.give(class);
        }
        for expectation in 0..assignment.times.len() {
            while assignment.count(expectation) < assignment.times[expectation].least
                && assignment.take(expectation)
            {}
        }
        assignment
    }

    /// How many calls an expectation has. Those that found no room count for the first one that matches them.
    pub(super) fn seen(&self, expectation: usize) -> usize {
        let is_first = |class: &&Class| class.given.keys().next() == Some(&expectation);
        let left: usize = self.classes.iter().filter(is_first).map(|class| class.left).sum();
        self.count(expectation) + left
    }

    fn count(&self, expectation: usize) -> usize {
        self.classes.iter().filter_map(|class| class.given.get(&expectation)).sum()
    }

    fn room(&self, expectation: usize) -> usize {
        self.times[expectation].most.saturating_sub(self.count(expectation))
    }

    /// Gives the calls of a class away: first to those that have room, then to those that can make some.
    fn give(&mut self, class: usize) {
        let matched_by: Vec<usize> = self.classes[class].given.keys().copied().collect();
        for &expectation in &matched_by {
            let room = self.room(expectation);
            self.classes[class].give(expectation, room);
        }
        while self.classes[class].left > 0 {
            let has_room = |expectation| self.room(expectation) > 0;
            let Some((first, hops)) = self.way(&matched_by, has_room) else { return };
            self.classes[class].give(first, 1);
            self.hand_on(&hops);
        }
    }

    /// Lets somebody who has more calls than it needs hand one over. `false`: nobody can.
    fn take(&mut self, expectation: usize) -> bool {
        let is_rich = |&rich: &usize| self.count(rich) > self.times[rich].least;
        let rich: Vec<usize> = (0..self.times.len()).filter(is_rich).collect();
        let Some((_rich, hops)) = self.way(&rich, |reached| reached == expectation) else {
            return false;
        };
        self.hand_on(&hops);
        true
    }

    /// The shortest way on which calls can be handed on from one of `starts` to a goal.
    fn way(&self, starts: &[usize], is_goal: impl Fn(usize) -> bool) -> Option<(usize, Vec<Hop>)> {
        let mut reached: Vec<(usize, Option<Hop>)> =
            starts.iter().map(|&start| (start, None)).collect();
        let mut at = 0;
        while let Some(&(from, _)) = reached.get(at) {
            if is_goal(from) {
                return Some(walk_back(&reached, from));
            }
            at += 1;
            for (class, known) in self.classes.iter().enumerate() {
                if known.given.get(&from).is_none_or(|&calls| calls == 0) {
                    continue;
                }
                for &to in known.given.keys() {
                    if reached.iter().all(|(known, _)| *known != to) {
                        reached.push((to, Some(Hop { class, from, to })));
                    }
                }
            }
        }
        None
    }

    fn hand_on(&mut self, hops: &[Hop]) {
        for &Hop { class, from, to } in hops {
            let given = &mut self.classes[class].given;
            *given.entry(from).or_default() -= 1;
            *given.entry(to).or_default() += 1;
        }
    }
}

impl Class {
    fn give(&mut self, expectation: usize, room: usize) {
        let calls = self.left.min(room);
        *self.given.entry(expectation).or_default() += calls;
        self.left -= calls;
    }
}

fn walk_back(reached: &[(usize, Option<Hop>)], goal: usize) -> (usize, Vec<Hop>) {
    let (mut here, mut hops) = (goal, Vec::new());
    while let Some((_, Some(hop))) = reached.iter().find(|(known, _)| *known == here) {
        hops.push(*hop);
        here = hop.from;
    }
    (here, hops)
}

#[cfg(test)]
mod tests;
