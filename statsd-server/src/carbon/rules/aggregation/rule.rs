//! `aggregation-rules.conf`: `output (seconds) = method input`.

use regex::{Regex, RegexSet};

use super::super::error::{Mistakes, RuleError};
use super::super::lists::lines;
use super::super::template::Template;
use super::method::Method;
use crate::limits::{AGGREGATION_SECONDS_MAX, RULES_MAX};
use crate::python_regex::{compile, set, translated};

/// The rules of one file, in its order.
#[derive(Debug, Clone)]
pub struct AggregationRules {
    rules: Vec<Rule>,
    inputs: RegexSet,
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) seconds: u32,
    pub(super) method: Method,
    input: Regex,
    output: Template,
}

impl AggregationRules {
    /// Reads a file's text, a rule a line: `output (seconds) = method input`. In the input `*` is what a node
    /// holds, `<name>` a part of a node and `<<name>>` a part that may have dots; the rest is one of
    /// Python's regular expressions, and a dot a dot. The output has the parts as `<name>`. Methods are `sum`,
    /// `avg`, `min`, `max`, `last`, `count`, `p50`, `p75`, `p80`, `p90`, `p95`, `p99` and `p999`.
    ///
    /// ```
    /// use statsd_server::carbon::rules::AggregationRules;
    ///
    /// let rules = AggregationRules::parse("<env>.all.<app> (60) = sum <env>.*.<app>").unwrap();
    /// assert_eq!(rules.outputs("prod.web1.shop"), ["prod.all.shop"]);
    ///
    /// let error = AggregationRules::parse("all (60) = median *.load").unwrap_err();
    /// assert!(error.to_string().starts_with("line 1: `median` is no method; there are sum, avg,"));
    /// ```
    ///
    /// # Errors
    /// Every line that is none of this.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let mut found = Mistakes::default();
        let mut rules = Vec::new();
        for (line, text) in lines(text) {
            if rules.len() == RULES_MAX {
                found.add(line, format!("there are more than {RULES_MAX} rules"));
                break;
            }
            match Rule::parse(text) {
                Ok(rule) => rules.push(rule),
                Err(why) => found.add(line, why),
            }
        }
        found.or(|| {
            let inputs = set(rules.iter().map(|rule| &rule.input)).map_err(RuleError::whole)?;
            Ok(Self { rules, inputs })
        })
    }

    /// The names of the aggregates that a name is part of, rule by rule.
    pub fn outputs(&self, name: &str) -> Vec<String> {
        self.matching(name).into_iter().map(|(_, output)| output).collect()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(super) fn matching(&self, name: &str) -> Vec<(usize, String)> {
        let matching = self.inputs.matches(name);
        let output = |at: usize| {
            let rule = &self.rules[at];
            let mut output = String::new();
            rule.output.write(&rule.input.captures(name)?, &mut output);
            Some((at, output))
        };
        matching.iter().filter_map(output).collect()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Rule> {
        self.rules.get(at)
    }
}

impl Rule {
    fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "`output (seconds) = method input`";
        let wrong = || format!("`{text}` is not {FORM}");
        let (left, right) = text.split_once('=').ok_or_else(wrong)?;
        let mut left = left.split_whitespace();
        let mut right = right.split_whitespace();
        let (Some(output), Some(seconds), None) = (left.next(), left.next(), left.next()) else {
            return Err(wrong());
        };
        let (Some(method), Some(input), None) = (right.next(), right.next(), right.next()) else {
            return Err(wrong());
        };
        let seconds = seconds.trim_start_matches('(').trim_end_matches(')');
        let Ok(seconds @ 1..=AGGREGATION_SECONDS_MAX) = seconds.parse() else {
            return Err(format!("`{seconds}` is not within 1 and {AGGREGATION_SECONDS_MAX} s"));
        };
        let method = Method::named(method).ok_or_else(|| {
            format!("`{method}` is no method; there are {}", Method::NAMES.join(", "))
        })?;
        let input = self::input(input).map_err(|why| format!("`{input}`: {why}"))?;
        let output =
            Template::fields(output, &input).map_err(|why| format!("`{output}`: {why}"))?;
        Ok(Self { seconds, method, input, output })
    }
}

/// The pattern that the whole of a name is to be. carbon puts it together node by node.
fn input(text: &str) -> Result<Regex, String> {
    let nodes: Vec<String> = text.split('.').map(node).collect();
    // Python looks for it at the name's beginning, whichever branch it takes.
    compile(&format!("^(?:{}$)", translated(&nodes.join(r"\."))?))
}

fn node(text: &str) -> String {
    let part = |open: &str, close: &str, any: &str| {
        let (start, end) = (text.find(open)?, text.find(close)?);
        let name = text.get(start + open.len()..end)?;
        Some(format!("{}(?P<{name}>{any}){}", &text[..start], &text[end + close.len()..]))
    };
    part("<<", ">>", ".+?").or_else(|| part("<", ">", "[^.]+?")).unwrap_or_else(|| match text {
        "*" => "[^.]+".to_owned(),
        text => text.replace('*', "[^.]*"),
    })
}
