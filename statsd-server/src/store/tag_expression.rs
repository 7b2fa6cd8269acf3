//! What a tag must be: `host=web1`, `host!=web1`, `host=~web[0-9]`, `host!=~web`.

use std::fmt;

use regex::{Regex, RegexBuilder};

use super::StoreError;
use crate::limits::{TAG_EXPRESSION_MAX_BYTES, TAG_REGEX_MAX_BYTES};

/// A condition on one tag of a series. A series without the tag is taken as one with an empty value.
///
/// Regular expressions are anchored at the start of the value and not at its end, as Graphite's are. They
/// are matched in time linear in the value; what needs more (look-around, references back) is refused.
///
/// ```
/// use statsd_server::store::TagExpression;
///
/// let web = TagExpression::parse("host=~web[0-9]+")?;
/// assert_eq!(web.tag(), "host");
/// assert!(web.matches("web12.example"));
/// assert!(!web.matches("db1") && !web.matches(""));
///
/// let refused = TagExpression::parse("host").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     r#"bad tag expression "host": it is not TAG=VALUE, TAG!=VALUE, TAG=~REGEX or TAG!=~REGEX"#
/// );
/// # Ok::<(), statsd_server::store::StoreError>(())
/// ```
#[derive(Clone)]
pub struct TagExpression {
    text: Box<str>,
    /// Bytes of `text`.
    tag_length: usize,
    negated: bool,
    wanted: Wanted,
}

#[derive(Clone)]
enum Wanted {
    Text(Box<str>),
    Regex(Regex),
}

impl TagExpression {
    /// Reads an expression.
    ///
    /// # Errors
    /// [`StoreError::Tags`] where it has none of the four forms, is longer than
    /// [`TAG_EXPRESSION_MAX_BYTES`], or its regular expression is none, or takes too much memory.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if text.len() > TAG_EXPRESSION_MAX_BYTES {
            let start: String = text.chars().take(64).collect();
            return Err(refused(
                &format!("{start}…"),
                &format!("it is longer than {TAG_EXPRESSION_MAX_BYTES} bytes"),
            ));
        }
        let form = "it is not TAG=VALUE, TAG!=VALUE, TAG=~REGEX or TAG!=~REGEX";
        let no_form = || refused(text, form);
        let tag_length = text.find(['=', '!', ';']).filter(|&at| at > 0).ok_or_else(no_form)?;
        let rest = &text[tag_length..];
        let (negated, rest) = match rest.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let value = rest.strip_prefix('=').ok_or_else(no_form)?;
        if value.contains(';') {
            return Err(refused(text, "no value holds \";\""));
        }
        let wanted = match value.strip_prefix('~') {
            Some(pattern) => Wanted::Regex(regex(text, pattern)?),
            None => Wanted::Text(value.into()),
        };
        Ok(Self { text: text.into(), tag_length, negated, wanted })
    }

    /// The tag that it is about.
    pub fn tag(&self) -> &str {
        &self.text[..self.tag_length]
    }

    /// The expression as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a value fits; an empty one stands for a series without the tag.
    pub fn matches(&self, value: &str) -> bool {
        let fits = match &self.wanted {
            Wanted::Text(text) => **text == *value,
            Wanted::Regex(regex) => regex.is_match(value),
        };
        fits != self.negated
    }

    /// The text that a value must be, or must not be.
    pub(super) fn literal(&self) -> Option<&str> {
        if let Wanted::Text(text) = &self.wanted { Some(text) } else { None }
    }
}

impl fmt::Debug for TagExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TagExpression").field(&self.text).finish()
    }
}

/// Compiles a pattern that is a part of `expression`, or all of it.
pub(super) fn regex(expression: &str, pattern: &str) -> Result<Regex, StoreError> {
    if pattern.len() > TAG_EXPRESSION_MAX_BYTES {
        return Err(refused("…", &format!("it is longer than {TAG_EXPRESSION_MAX_BYTES} bytes")));
    }
    let pattern = format!("^(?:{pattern})");
    RegexBuilder::new(&pattern)
        .size_limit(TAG_REGEX_MAX_BYTES)
        .dfa_size_limit(TAG_REGEX_MAX_BYTES)
        .build()
        .map_err(|error| {
            // The last line says what is wrong; those above it draw where.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            refused(expression, reason.trim_start_matches("error: "))
        })
}

pub(super) fn refused(expression: &str, reason: &str) -> StoreError {
    StoreError::Tags { expression: expression.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests;
