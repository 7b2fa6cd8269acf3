//! One node's pattern as a small automaton. All its states are walked at once, character by
//! character, so that no pattern makes a name cost more than (states × characters).

use std::mem;

use memchr::memmem::Finder;

use super::pieces::Pieces;

/// The compiled pattern of one node.
#[derive(Debug, Clone)]
pub(super) struct Program {
    /// As many instructions as the pattern has characters, and one.
    ops: Vec<Op>,
    /// What a node starts with if it matches.
    prefix: Box<str>,
    /// The longest text that stands behind that in every node that matches, wherever.
    needle: Option<Finder<'static>>,
    /// The same, where the pattern is made of texts and `*`, which is tried faster.
    pieces: Option<Pieces>,
}

#[derive(Debug, Clone)]
enum Op {
    Char(char),
    AnyChar,
    /// Ranges in order, none overlapping another: found by halving, as there may be thousands.
    Class {
        negated: bool,
        ranges: Box<[(char, char)]>,
    },
    /// Any characters, then the next instruction.
    Star,
    /// Goes on at each of these at once.
    Fork(Vec<usize>),
    Jump(usize),
    Accept,
}

/// Why a node is no pattern, and at which of its characters.
#[derive(Debug)]
pub(super) struct BadNode {
    pub(super) reason: &'static str,
    pub(super) at: usize,
}

/// An open brace while its alternatives are read.
struct Brace {
    at: usize,
    fork: usize,
    alternatives: Vec<usize>,
    /// The jumps behind all alternatives but the last, to be pointed behind the brace.
    jumps: Vec<usize>,
}

/// Memory that one match leaves to the next, and what they have cost together.
#[derive(Debug, Default)]
pub(in crate::store) struct Scratch {
    /// Instructions visited since the scratch was made.
    pub(in crate::store) steps: u64,
    current: Vec<usize>,
    next: Vec<usize>,
    pending: Vec<usize>,
    /// The turn in which each instruction was last visited.
    visited: Vec<u64>,
    turn: u64,
}

impl Program {
    /// Compiles in one pass. No recursion, so that braces nest as deep as a pattern is long.
    pub(super) fn compile(text: &str) -> Result<Self, BadNode> {
        let chars: Vec<char> = text.chars().collect();
        let mut ops = Vec::with_capacity(chars.len() + 1);
        let mut open: Vec<Brace> = Vec::new();
        // What stands between the wildcards and braces.
        let mut literals = vec![String::new()];
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            match literals.last_mut() {
                Some(last) if open.is_empty() && !is_special(c) => last.push(c),
                _ => literals.push(String::new()),
            }
            match (c, open.last_mut()) {
                ('*', _) => ops.push(Op::Star),
                ('?', _) => ops.push(Op::AnyChar),
                ('[', _) => {
                    let (class, end) = compile_class(&chars, at)?;
                    ops.push(class);
                    at = end;
                }
                ('{', _) => {
                    let fork = ops.len();
                    ops.push(Op::Fork(Vec::new()));
                    open.push(Brace { at, fork, alternatives: vec![fork + 1], jumps: Vec::new() });
                }
                (',', Some(brace)) => {
                    brace.jumps.push(ops.len());
                    ops.push(Op::Jump(0));
                    brace.alternatives.push(ops.len());
                }
                ('}', None) => return Err(BadNode { reason: "the brace was never opened", at }),
                ('}', Some(_)) => {
                    if let Some(brace) = open.pop() {
                        close(brace, &mut ops);
                    }
                }
                (c, _) => ops.push(Op::Char(c)),
            }
            at += 1;
        }
        if let Some(brace) = open.last() {
            let reason = "the brace is not closed within its node";
            return Err(BadNode { reason, at: brace.at });
        }
        ops.push(Op::Accept);
        let prefix = mem::take(&mut literals[0]);
        let needle = literals.iter().max_by_key(|literal| literal.len());
        let needle = needle.filter(|needle| !needle.is_empty());
        let needle = needle.map(|needle| Finder::new(needle).into_owned());
        let is_simple = ops.iter().all(|op| matches!(op, Op::Char(_) | Op::Star | Op::Accept));
        let pieces = is_simple.then(|| Pieces::new(text));
        Ok(Self { ops, prefix: prefix.into(), needle, pieces })
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(super) fn needle(&self) -> Option<&Finder<'static>> {
        self.needle.as_ref()
    }

    pub(super) fn matches(&self, text: &str, scratch: &mut Scratch) -> bool {
        if let Some(pieces) = &self.pieces {
            scratch.steps += pieces.steps(text);
            return pieces.matches(text);
        }
        if !text.starts_with(&*self.prefix) {
            return false;
        }
        scratch.current.clear();
        self.begin_turn(scratch);
        self.enter(0, scratch);
        for c in text.chars() {
            mem::swap(&mut scratch.current, &mut scratch.next);
            if scratch.current.is_empty() {
                return false;
            }
            self.begin_turn(scratch);
            for i in 0..scratch.current.len() {
                let state = scratch.current[i];
                match &self.ops[state] {
                    Op::Star => self.enter(state, scratch),
                    op if op.takes(c) => self.enter(state + 1, scratch),
                    _ => {}
                }
            }
        }
        scratch.next.iter().any(|&state| matches!(self.ops[state], Op::Accept))
    }

    fn begin_turn(&self, scratch: &mut Scratch) {
        scratch.next.clear();
        scratch.turn += 1;
        if scratch.visited.len() < self.ops.len() {
            scratch.visited.resize(self.ops.len(), 0);
        }
    }

    /// Adds a state to the next ones, with all that can be reached from it without a character.
    fn enter(&self, state: usize, scratch: &mut Scratch) {
        scratch.pending.push(state);
        while let Some(state) = scratch.pending.pop() {
            scratch.steps += 1;
            if mem::replace(&mut scratch.visited[state], scratch.turn) == scratch.turn {
                continue;
            }
            match &self.ops[state] {
                Op::Fork(alternatives) => scratch.pending.extend(alternatives),
                Op::Jump(to) => scratch.pending.push(*to),
                Op::Star => {
                    scratch.next.push(state);
                    scratch.pending.push(state + 1);
                }
                _ => scratch.next.push(state),
            }
        }
    }
}

impl Op {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Char(expected) => *expected == c,
            Self::AnyChar => true,
            Self::Class { negated, ranges } => {
                let candidate = ranges.partition_point(|&(_, high)| high < c);
                ranges.get(candidate).is_some_and(|&(low, _)| low <= c) != *negated
            }
            Self::Star | Self::Fork(_) | Self::Jump(_) | Self::Accept => false,
        }
    }
}

/// Whether a character stands for something else than itself, at least where it opens or closes nothing.
pub(super) fn is_special(c: char) -> bool {
    matches!(c, '*' | '?' | '[' | '{' | '}')
}

fn close(brace: Brace, ops: &mut [Op]) {
    let behind = ops.len();
    for jump in brace.jumps {
        ops[jump] = Op::Jump(behind);
    }
    ops[brace.fork] = Op::Fork(brace.alternatives);
}

/// Reads a class from its bracket on; also returns the place of the closing bracket. A `]` right
/// behind the opening stands for itself, and so does a `-` at either end.
fn compile_class(chars: &[char], start: usize) -> Result<(Op, usize), BadNode> {
    let negated = chars.get(start + 1) == Some(&'!');
    let first = start + 1 + usize::from(negated);
    let mut ranges = Vec::new();
    let mut at = first;
    loop {
        match chars[at.min(chars.len())..] {
            [] => {
                let reason = "the bracket is not closed within its node";
                return Err(BadNode { reason, at: start });
            }
            [']', ..] if at > first => {
                return Ok((Op::Class { negated, ranges: disjoint(ranges) }, at));
            }
            [low, '-', high, ..] if high != ']' => {
                if low > high {
                    return Err(BadNode { reason: "the range runs backwards", at });
                }
                ranges.push((low, high));
                at += 3;
            }
            [c, ..] => {
                ranges.push((c, c));
                at += 1;
            }
        }
    }
}

fn disjoint(mut ranges: Vec<(char, char)>) -> Box<[(char, char)]> {
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let overlaps = next.0 <= kept.1;
        if overlaps {
            kept.1 = kept.1.max(next.1);
        }
        overlaps
    });
    ranges.into()
}
