//! `rewrite-rules.conf`: names, searched and replaced.

use regex::{Regex, RegexSet};

use super::error::{Mistakes, RuleError};
use super::lists::lines;
use super::template::Template;
use crate::limits::{RULE_NAME_MAX_BYTES, RULES_MAX};
use crate::python_regex::{self, set};

/// The two sections of a file.
#[derive(Debug, Clone)]
pub struct RewriteRules {
    /// `[pre]`: for names as they arrive.
    pub pre: Rewriting,
    /// `[post]`: for names behind the aggregation, those that it made included.
    pub post: Rewriting,
}

impl RewriteRules {
    /// Reads a file's text: sections `[pre]` and `[post]` with lines `pattern = replacement`, both as in
    /// Python.
    ///
    /// ```
    /// use statsd_server::carbon::rules::RewriteRules;
    ///
    /// let rules = RewriteRules::parse("[pre]\n^collectd\\.([^.]+) = servers.\\1\n[post]\n_sum$ =").unwrap();
    /// let mut new = String::new();
    /// assert!(rules.pre.rewrite("collectd.web1.load", &mut new));
    /// assert_eq!(new, "servers.web1.load");
    /// assert!(!rules.pre.rewrite("web1.load", &mut new));
    ///
    /// let error = RewriteRules::parse("[pre]\na = \\1").unwrap_err();
    /// assert_eq!(error.to_string(), "line 2: `\\1`: the pattern has no group `1`");
    /// ```
    ///
    /// # Errors
    /// Every line that is none of this.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let mut found = Mistakes::default();
        // [pre], [post], and whatever else there is, which is a mistake already.
        let mut sections = [Vec::new(), Vec::new(), Vec::new()];
        let mut section = None;
        for (line, text) in lines(text) {
            if let Some(name) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
                section = Some(match name.to_ascii_lowercase().as_str() {
                    "pre" => 0,
                    "post" => 1,
                    _ => {
                        found.add(line, format!("`[{name}]` is neither [pre] nor [post]"));
                        2
                    }
                });
                continue;
            }
            let Some(section) = section else {
                found.add(line, "a rule stands below [pre] or [post]");
                continue;
            };
            if sections.iter().map(Vec::len).sum::<usize>() == RULES_MAX {
                found.add(line, format!("there are more than {RULES_MAX} rules"));
                break;
            }
            match Rule::parse(text) {
                Ok(rule) => sections[section].push(rule),
                Err(why) => found.add(line, why),
            }
        }
        let [pre, post, _] = sections;
        found.or(|| Ok(Self { pre: Rewriting::new(pre)?, post: Rewriting::new(post)? }))
    }
}

/// Rules, each of which gets what the one before it has made.
#[derive(Debug, Clone)]
pub struct Rewriting {
    rules: Vec<Rule>,
    /// All their patterns: most names have none of them in.
    patterns: RegexSet,
}

#[derive(Debug, Clone)]
struct Rule {
    pattern: Regex,
    replacement: Template,
}

impl Rewriting {
    fn new(rules: Vec<Rule>) -> Result<Self, RuleError> {
        let patterns = set(rules.iter().map(|rule| &rule.pattern)).map_err(RuleError::whole)?;
        Ok(Self { rules, patterns })
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Writes to `new`, which is emptied, what becomes of a name, and says whether a pattern was found. Of
    /// a name that grows beyond `RULE_NAME_MAX_BYTES` the rest is not rewritten; it is too long to be
    /// stored.
    pub fn rewrite(&self, name: &str, new: &mut String) -> bool {
        new.clear();
        let Some(first) = self.patterns.matches(name).iter().next() else { return false };
        new.push_str(name);
        let mut next = String::new();
        for rule in &self.rules[first..] {
            next.clear();
            if rule.apply(new, &mut next) {
                std::mem::swap(new, &mut next);
            }
            if new.len() > RULE_NAME_MAX_BYTES {
                break;
            }
        }
        true
    }
}

impl Rule {
    fn parse(text: &str) -> Result<Self, String> {
        let (pattern, replacement) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` is not `pattern = replacement`"))?;
        let (text, replacement) = (pattern.trim(), replacement.trim());
        let pattern = python_regex::pattern(text).map_err(|why| format!("`{text}`: {why}"))?;
        let replacement = Template::python(replacement, &pattern)
            .map_err(|why| format!("`{replacement}`: {why}"))?;
        Ok(Self { pattern, replacement })
    }

    /// Replaces every find. As in Python, an empty find counts right behind another one, too.
    fn apply(&self, name: &str, new: &mut String) -> bool {
        let mut copied = 0;
        let mut from = 0;
        let mut is_found = false;
        while let Some(found) = self.pattern.captures_at(name, from) {
            is_found = true;
            let whole = found.get_match();
            new.push_str(&name[copied..whole.start()]);
            self.replacement.write(&found, new);
            copied = whole.end();
            from = copied;
            if whole.is_empty() {
                // Past one character, which is copied with what follows.
                match name[copied..].chars().next() {
                    Some(c) => from += c.len_utf8(),
                    None => break,
                }
            }
            if new.len() > RULE_NAME_MAX_BYTES {
                break;
            }
        }
        new.push_str(&name[copied..]);
        is_found
    }
}
