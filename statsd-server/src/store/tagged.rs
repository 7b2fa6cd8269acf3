//! Names with tags, as carbon writes them: `disk.used;host=web1;mount=/var`.
//!
//! The rules are those of Graphite's `TaggedSeries`: the canonical name has its tags in the order of
//! `key=value`, of a key that comes twice the last value holds, and `name` is the name's own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::limits::{SERIES_TAGS_MAX, SPELT_DOTS_MAX};

/// The tag that is a series' name.
pub(super) const NAME_TAG: &str = "name";

/// What carbon writes for a dot in the file name of a series with tags.
const DOT: &str = "_DOT_";

/// Why tags cannot be stored. Tags are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadTags {
    #[error("there is no name in front of the tags")]
    NoName,
    #[error("tag {tag} has no \"=\"")]
    NoEquals { tag: usize },
    #[error("tag {tag} has no key")]
    NoKey { tag: usize },
    #[error("tag {tag} has no value")]
    NoValue { tag: usize },
    #[error("the key of tag {tag} holds {found:?}")]
    KeyCharacter { tag: usize, found: char },
    #[error("the value of tag {tag} starts with \"~\"")]
    Tilde { tag: usize },
    #[error("it has more than {SERIES_TAGS_MAX} tags")]
    TooMany,
}

/// Puts a name with a `;` in order. Allocates only where it is not.
pub(super) fn canonical(name: &str) -> Result<Cow<'_, str>, BadTags> {
    let (given, rest) = name.split_once(';').ok_or(BadTags::NoEquals { tag: 1 })?;
    // As a tag's value, the name may not start with `~`.
    let metric = given.trim_start_matches('~');
    if metric.is_empty() {
        return Err(BadTags::NoName);
    }
    let mut in_order = metric.len() == given.len();
    let (mut part_before, mut key_before) = ("", "");
    for (at, part) in rest.split(';').enumerate() {
        if at == SERIES_TAGS_MAX {
            return Err(BadTags::TooMany);
        }
        let (key, _) = tag(part, at + 1)?;
        in_order &= part > part_before && key != key_before && key != NAME_TAG;
        (part_before, key_before) = (part, key);
    }
    if in_order {
        return Ok(Cow::Borrowed(name));
    }
    let tags: BTreeMap<&str, &str> =
        rest.split(';').filter_map(|tag| tag.split_once('=')).collect();
    let tags = tags.iter().filter(|(key, _)| **key != NAME_TAG);
    let mut tags: Vec<String> = tags.map(|(key, value)| format!(";{key}={value}")).collect();
    // Not by key: `a-b=1` comes before `a=1`.
    tags.sort_unstable();
    Ok(Cow::Owned(format!("{metric}{}", tags.concat())))
}

/// The tags of a canonical name, `name` first.
pub(super) fn tags(canonical: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut parts = canonical.split(';');
    let name = parts.next().unwrap_or_default();
    std::iter::once((NAME_TAG, name)).chain(parts.filter_map(|tag| tag.split_once('=')))
}

/// What carbon calls the file of a canonical name where it is to tell the name.
pub(super) fn stem(canonical: &str) -> String {
    canonical.replace('.', DOT)
}

/// The name whose file is called so. What stands for a dot may be the name's own text, and of two slashes that
/// follow each other, as in a URL, or of one in front, a file system keeps none or one. So it is asked which
/// reading it is, those first that nearly all are.
pub(super) fn of_stem(stem: &str, is_it: impl Fn(&str) -> bool) -> Option<String> {
    let with_slash = |at: usize| [&stem[..at], "/", &stem[at..]].concat().replace(DOT, ".");
    let slashes = std::iter::once(0).chain(stem.match_indices('/').map(|(at, _)| at));
    dot_readings(stem).chain(slashes.map(with_slash)).find(|name| is_it(name))
}

/// All texts that become this stem, as far as dots go; that with nothing but dots first.
fn dot_readings(stem: &str) -> impl Iterator<Item = String> {
    let dots = stem.matches(DOT).count();
    let readings = if dots <= SPELT_DOTS_MAX { 1_u32 << dots } else { 1 };
    let reading = move |own: u32| {
        let (mut name, mut own) = (String::with_capacity(stem.len()), own);
        for (at, part) in stem.split(DOT).enumerate() {
            if at > 0 {
                name.push_str(if own & 1 == 1 { DOT } else { "." });
                own >>= 1;
            }
            name.push_str(part);
        }
        name
    };
    (0..readings).map(reading)
}

fn tag(part: &str, tag: usize) -> Result<(&str, &str), BadTags> {
    let (key, value) = part.split_once('=').ok_or(BadTags::NoEquals { tag })?;
    if key.is_empty() {
        return Err(BadTags::NoKey { tag });
    }
    if let Some(found) = key.chars().find(|c| matches!(c, '!' | '^')) {
        return Err(BadTags::KeyCharacter { tag, found });
    }
    match value.chars().next() {
        None => Err(BadTags::NoValue { tag }),
        Some('~') => Err(BadTags::Tilde { tag }),
        Some(_) => Ok((key, value)),
    }
}

#[cfg(test)]
mod tests;
