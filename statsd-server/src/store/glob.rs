//! Graphite's globs over dotted names, compiled once and matched without backtracking.
//!
//! Within a node: `*`, `?`, `[abc]`, `[a-c]`, `[!abc]` and `{a,b}`, which nests and may have empty
//! parts. The node `**` stands for any number of nodes, at the end of a pattern for at least one.

mod memo;
mod node;
mod pieces;

use std::fmt;
use std::ops::Range;

use memchr::memmem::Finder;

use super::StoreError;
use crate::limits::{SERIES_NODES_MAX, TARGET_MAX_BYTES};

pub(super) use memo::Memo;
pub(super) use node::Scratch;
use node::{BadNode, Program, is_special};

/// A compiled pattern.
///
/// Matching takes time proportional to the pattern times the name, whatever either holds.
///
/// ```
/// use statsd_server::store::Glob;
///
/// let glob = Glob::new("stats.timers.{web,api}[0-9].**.upper*")?;
/// assert!(glob.matches("stats.timers.web1.render.upper_90"));
/// assert!(glob.matches("stats.timers.api7.upper"));
/// assert!(!glob.matches("stats.timers.web12.upper"));
///
/// let refused = Glob::new("stats.{web,api").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     r#"bad pattern "stats.{web,api": the brace is not closed within its node at character 6"#
/// );
/// # Ok::<(), statsd_server::store::StoreError>(())
/// ```
#[derive(Clone)]
pub struct Glob {
    pattern: Box<str>,
    nodes: Vec<NodePattern>,
}

#[derive(Debug, Clone)]
enum NodePattern {
    /// A node without any of the glob's characters.
    Literal(Box<str>),
    /// `*`: every node.
    Any,
    /// `**`: every number of nodes.
    AnyDepth,
    Program(Box<Program>),
}

/// How far into a pattern a name has come, in every way at once: bit `i` is set where the pattern's
/// nodes from `i` on may match what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress(u128);

/// The nodes that may follow where a name has come to.
#[derive(Debug)]
pub(super) enum Next<'a> {
    Nothing,
    /// One alone, to be found by its name.
    Only(&'a str),
    /// None but those that start with the one and have the other behind that.
    Like {
        prefix: &'a str,
        needle: Option<&'a Finder<'static>>,
    },
    Several,
}

impl Glob {
    /// Compiles a pattern; its empty nodes are dropped, as a name's are.
    ///
    /// Fails with [`StoreError::Pattern`] where a brace or bracket is not closed within its node, a
    /// range runs backwards, or the pattern has no node, too many, or is longer than
    /// [`TARGET_MAX_BYTES`].
    pub fn new(pattern: &str) -> Result<Self, StoreError> {
        if pattern.len() > TARGET_MAX_BYTES {
            let start: String = pattern.chars().take(64).collect();
            return Err(refused(&format!("{start}…"), "the pattern is too long", 64));
        }
        let (mut nodes, mut named, mut at) = (Vec::new(), 0, 0);
        for text in pattern.split('.') {
            match compile(text).map_err(|bad| refused(pattern, bad.reason, at + bad.at))? {
                None => {}
                // Twice any depth is any depth.
                Some(NodePattern::AnyDepth)
                    if matches!(nodes.last(), Some(NodePattern::AnyDepth)) => {}
                Some(NodePattern::AnyDepth) => nodes.push(NodePattern::AnyDepth),
                Some(_) if named == SERIES_NODES_MAX => {
                    return Err(refused(pattern, "no series has this many nodes", at));
                }
                Some(node) => {
                    named += 1;
                    nodes.push(node);
                }
            }
            at += text.chars().count() + 1;
        }
        match nodes.last() {
            None => return Err(refused(pattern, "there is no node", 0)),
            // "Everything below" is not the thing itself.
            Some(NodePattern::AnyDepth) => nodes.push(NodePattern::Any),
            Some(_) => {}
        }
        Ok(Self { pattern: pattern.into(), nodes })
    }

    /// Whether a dotted name matches from its first node to its last. Allocates a little.
    pub fn matches(&self, name: &str) -> bool {
        let mut scratch = Scratch::default();
        let mut progress = self.start();
        for node in name.split('.').filter(|node| !node.is_empty()) {
            progress = self.advance(progress, node, &mut scratch, None);
            if progress.is_dead() {
                return false;
            }
        }
        self.is_complete(progress)
    }

    /// The pattern as it was given.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// The one name that matches, where the pattern is a plain name.
    pub(super) fn literal(&self) -> Option<String> {
        let nodes: Option<Vec<&str>> = self.nodes.iter().map(NodePattern::literal).collect();
        nodes.map(|nodes| nodes.join("."))
    }

    /// Before the first node of a name.
    pub(super) fn start(&self) -> Progress {
        self.skip_any_depth(Progress(1))
    }

    /// One node further into a name. What it costs is added to `scratch`'s steps. Where the node's text has
    /// a number, each pattern is tried on it once.
    pub(super) fn advance(
        &self,
        from: Progress,
        node: &str,
        scratch: &mut Scratch,
        mut memo: Option<(&mut Memo, u32)>,
    ) -> Progress {
        let mut to = 0;
        for (i, pattern) in self.waiting(from) {
            scratch.steps += 1;
            let matched = match pattern {
                NodePattern::AnyDepth => {
                    to |= 1 << i;
                    continue;
                }
                NodePattern::Any => true,
                NodePattern::Literal(text) => **text == *node,
                NodePattern::Program(program) => match &mut memo {
                    Some((memo, text)) => memo.get(i, *text, || program.matches(node, scratch)),
                    None => program.matches(node, scratch),
                },
            };
            to |= u128::from(matched) << (i + 1);
        }
        self.skip_any_depth(Progress(to))
    }

    /// What may follow, so that a tree is searched no further than needed.
    pub(super) fn next(&self, from: Progress) -> Next<'_> {
        let mut waiting = self.waiting(from);
        match (waiting.next(), waiting.next()) {
            (None, _) => Next::Nothing,
            (Some((i, _)), None) => self.wanted(i),
            _ => Next::Several,
        }
    }

    /// Whether whatever comes next is the last node of a name that matches.
    pub(super) fn is_last(&self, progress: Progress) -> bool {
        progress == Progress(1 << (self.nodes.len() - 1))
    }

    /// What may stand for one of the pattern's nodes.
    pub(super) fn wanted(&self, i: usize) -> Next<'_> {
        match &self.nodes[i] {
            NodePattern::Literal(node) => Next::Only(node),
            NodePattern::Program(program) => {
                Next::Like { prefix: program.prefix(), needle: program.needle() }
            }
            NodePattern::Any | NodePattern::AnyDepth => Next::Several,
        }
    }

    /// Whether a text may stand for one of the pattern's nodes; costs as above.
    pub(super) fn fits(&self, i: usize, text: &str, scratch: &mut Scratch) -> bool {
        scratch.steps += 1;
        match &self.nodes[i] {
            NodePattern::Literal(node) => **node == *text,
            NodePattern::Program(program) => program.matches(text, scratch),
            NodePattern::Any | NodePattern::AnyDepth => true,
        }
    }

    /// The pattern's nodes that stand for a name's last ones, one for one: those behind the last `**`, or all.
    pub(super) fn tail(&self) -> Range<usize> {
        let depth = self.nodes.iter().rposition(|node| matches!(node, NodePattern::AnyDepth));
        depth.map_or(0, |at| at + 1)..self.nodes.len()
    }

    /// Whether a name that ends here matches.
    pub(super) fn is_complete(&self, progress: Progress) -> bool {
        progress.has(self.nodes.len())
    }

    /// `**` may also stand for no node at all.
    fn skip_any_depth(&self, mut progress: Progress) -> Progress {
        for (i, node) in self.nodes.iter().enumerate() {
            if matches!(node, NodePattern::AnyDepth) && progress.has(i) {
                progress.0 |= 1 << (i + 1);
            }
        }
        progress
    }

    fn waiting(&self, at: Progress) -> impl Iterator<Item = (usize, &NodePattern)> {
        self.nodes.iter().enumerate().filter(move |(i, _)| at.has(*i))
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Glob").field(&self.pattern).finish()
    }
}

impl Progress {
    /// Whether nothing can match any more.
    pub(super) fn is_dead(self) -> bool {
        self.0 == 0
    }

    fn has(self, i: usize) -> bool {
        self.0 & (1 << i) != 0
    }
}

// `**` never stands beside `**`, so there is one more of them than of other nodes at most, then the
// `*` behind the last, and the place behind that.
const _: () = assert!(2 * SERIES_NODES_MAX + 3 <= u128::BITS as usize);

impl NodePattern {
    fn literal(&self) -> Option<&str> {
        if let Self::Literal(text) = self { Some(text) } else { None }
    }
}

fn compile(text: &str) -> Result<Option<NodePattern>, BadNode> {
    Ok(match text {
        "" => None,
        "*" => Some(NodePattern::Any),
        "**" => Some(NodePattern::AnyDepth),
        _ if text.contains(is_special) => {
            Some(NodePattern::Program(Box::new(Program::compile(text)?)))
        }
        _ => Some(NodePattern::Literal(text.into())),
    })
}

fn refused(pattern: &str, reason: &'static str, at: usize) -> StoreError {
    StoreError::Pattern { pattern: pattern.to_owned(), reason, at }
}

#[cfg(test)]
mod tests;
