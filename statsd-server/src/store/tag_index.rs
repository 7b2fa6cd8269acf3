//! Series by their tags: of every value of a tag, which series have it.

use std::collections::BTreeMap;

use super::index::SeriesId;
use super::tag_expression::{TagExpression, refused, regex};
use super::{StoreError, TagCount};
use crate::limits::TAG_EXPRESSIONS_MAX;

/// Tags, their values, and the series of each. Takes some 4 bytes a tag of a series, and 100 for each
/// value that no other series has.
#[derive(Debug, Default)]
pub(crate) struct TagIndex {
    tags: BTreeMap<Box<str>, Tag>,
}

#[derive(Debug, Default)]
struct Tag {
    series: usize,
    values: BTreeMap<Box<str>, Members>,
}

/// Series in order of their numbers. A value that one series alone has is common, and asks for no memory.
#[derive(Debug)]
enum Members {
    One(u32),
    Many(Vec<u32>),
}

impl TagIndex {
    pub(super) fn insert<'t>(
        &mut self,
        tags: impl Iterator<Item = (&'t str, &'t str)>,
        id: SeriesId,
    ) {
        for (key, value) in tags {
            if !self.tags.contains_key(key) {
                self.tags.insert(key.into(), Tag::default());
            }
            let Some(tag) = self.tags.get_mut(key) else { continue };
            tag.series += 1;
            match tag.values.get_mut(value) {
                Some(members) => members.insert(id.0),
                None => drop(tag.values.insert(value.into(), Members::One(id.0))),
            }
        }
    }

    pub(super) fn remove<'t>(
        &mut self,
        tags: impl Iterator<Item = (&'t str, &'t str)>,
        id: SeriesId,
    ) {
        for (key, value) in tags {
            let Some(tag) = self.tags.get_mut(key) else { continue };
            let Some(members) = tag.values.get_mut(value) else { continue };
            tag.series -= 1;
            if members.remove(id.0) {
                tag.values.remove(value);
            }
            if tag.values.is_empty() {
                self.tags.remove(key);
            }
        }
    }

    /// The series that fit all expressions, in order of their numbers.
    ///
    /// Each regular expression is tried once on each value of its tag, whatever number of series has it.
    pub(crate) fn series(
        &self,
        expressions: &[TagExpression],
    ) -> Result<Vec<SeriesId>, StoreError> {
        let all = || expressions.iter().map(TagExpression::as_str).collect::<Vec<_>>().join(", ");
        if expressions.len() > TAG_EXPRESSIONS_MAX {
            return Err(refused(
                "…",
                &format!("there are more than {TAG_EXPRESSIONS_MAX} of them"),
            ));
        }
        // An expression that an absent tag fits takes series away; the others say which there are.
        let (without, with): (Vec<_>, Vec<_>) =
            expressions.iter().partition(|expression| expression.matches(""));
        let mut sets: Vec<Vec<u32>> =
            with.iter().map(|expression| self.members(expression, true)).collect();
        sets.sort_by_key(Vec::len);
        let mut sets = sets.into_iter();
        let Some(mut found) = sets.next() else {
            return Err(refused(&all(), "one of them must not match an absent tag"));
        };
        for set in sets {
            found.retain(|id| set.binary_search(id).is_ok());
        }
        for expression in without {
            if found.is_empty() {
                break;
            }
            let set = self.members(expression, false);
            found.retain(|id| set.binary_search(id).is_err());
        }
        Ok(found.into_iter().map(SeriesId).collect())
    }

    /// The tags there are, in order; see [`super::Store::tags`].
    pub(crate) fn tags(
        &self,
        filter: Option<&str>,
        limit: usize,
    ) -> Result<Vec<TagCount>, StoreError> {
        counts(self.tags.iter().map(|(text, tag)| (&**text, tag.series)), filter, limit)
    }

    /// The values of a tag, in order; see [`super::Store::tag_values`].
    pub(crate) fn values(
        &self,
        tag: &str,
        filter: Option<&str>,
        limit: usize,
    ) -> Result<Vec<TagCount>, StoreError> {
        let values = self.tags.get(tag).into_iter().flat_map(|tag| &tag.values);
        counts(values.map(|(text, members)| (&**text, members.len())), filter, limit)
    }

    /// Series of the values that do, or do not, match, in order of their numbers.
    fn members(&self, expression: &TagExpression, matching: bool) -> Vec<u32> {
        let Some(tag) = self.tags.get(expression.tag()) else { return Vec::new() };
        let mut found = Vec::new();
        // Either the one that matches, or the one that does not.
        if let Some(value) = expression.literal().filter(|value| !value.is_empty()) {
            tag.values.get(value).into_iter().for_each(|members| members.add_to(&mut found));
            return found;
        }
        for (value, members) in &tag.values {
            if expression.matches(value) == matching {
                members.add_to(&mut found);
            }
        }
        found.sort_unstable();
        found
    }
}

fn counts<'t>(
    all: impl Iterator<Item = (&'t str, usize)>,
    filter: Option<&str>,
    limit: usize,
) -> Result<Vec<TagCount>, StoreError> {
    let filter = filter.map(|pattern| regex(pattern, pattern)).transpose()?;
    let wanted = all.filter(|(text, _)| filter.as_ref().is_none_or(|filter| filter.is_match(text)));
    let counts = wanted.map(|(text, series)| TagCount { text: text.to_owned(), series });
    Ok(counts.take(limit).collect())
}

impl Members {
    fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(ids) => ids.len(),
        }
    }

    fn add_to(&self, all: &mut Vec<u32>) {
        match self {
            Self::One(id) => all.push(*id),
            Self::Many(ids) => all.extend_from_slice(ids),
        }
    }

    fn insert(&mut self, id: u32) {
        match self {
            Self::One(one) => *self = Self::Many(vec![id.min(*one), id.max(*one)]),
            // Numbers mostly grow, so this is nearly always a push.
            Self::Many(ids) => {
                let at = ids.partition_point(|&other| other < id);
                ids.insert(at, id);
            }
        }
    }

    /// Whether nobody is left.
    fn remove(&mut self, id: u32) -> bool {
        match self {
            Self::One(_) => true,
            Self::Many(ids) => {
                if let Ok(at) = ids.binary_search(&id) {
                    ids.remove(at);
                }
                if let [one] = ids[..] {
                    *self = Self::One(one);
                }
                false
            }
        }
    }
}

#[cfg(test)]
mod tests;
