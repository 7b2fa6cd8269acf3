//! A set's distinct members: all of them, or an estimate of how many once there are too many.

use std::hash::{BuildHasher as _, Hasher as _};
use std::mem;

use foldhash::fast::RandomState;
use foldhash::quality::FixedState;
use hashbrown::HashSet;

/// The logarithm of how many registers there are: 16,384, a byte each.
const PRECISION: u32 = 14;
const REGISTERS: usize = 1 << PRECISION;

/// Of which bits of a hash the first one that is set is looked for.
const REST_BITS: u32 = u64::BITS - PRECISION;

/// Estimates are merged, in a process and over restarts, so all of them hash alike.
const SEED: u64 = 0x5e75;

/// How many distinct members came, from 16 KB, in the manner of `HyperLogLog` (Flajolet and others, 2007). The
/// standard error is 0.81 %.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Estimate {
    registers: Box<[u8]>,
}

impl Estimate {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate is above 0, and far below what a `usize` holds"
    )]
    fn rounded(&self) -> usize {
        self.len().round() as usize
    }

    fn new() -> Self {
        Self { registers: vec![0; REGISTERS].into_boxed_slice() }
    }

    fn add(&mut self, member: &[u8]) {
        let mut hasher = FixedState::with_seed(SEED).build_hasher();
        hasher.write(member);
        let hash = hasher.finish();
        let register = (hash >> REST_BITS) as usize;
        let rest = hash << PRECISION;
        // Where no bit is set, the place behind the last one.
        let place = rest.leading_zeros().min(REST_BITS) + 1;
        let place = u8::try_from(place).unwrap_or(u8::MAX);
        self.registers[register] = self.registers[register].max(place);
    }

    fn merge(&mut self, other: &Self) {
        for (own, other) in self.registers.iter_mut().zip(&other.registers) {
            *own = (*own).max(*other);
        }
    }

    /// Ertl's estimator ("New cardinality estimation algorithms for `HyperLogLog` sketches", 2017), which
    /// needs no correction for few or for many.
    fn len(&self) -> f64 {
        let mut histogram = [0_u32; REST_BITS as usize + 2];
        for register in &self.registers {
            histogram[usize::from(*register)] += 1;
        }
        let m = REGISTERS as f64;
        let last = histogram.len() - 1;
        let mut z = m * tau(1.0 - f64::from(histogram[last]) / m);
        for n in histogram[1..last].iter().rev() {
            z = 0.5 * (z + f64::from(*n));
        }
        z += m * sigma(f64::from(histogram[0]) / m);
        m * m / (2.0 * std::f64::consts::LN_2 * z)
    }
}

/// The part of the registers that nothing touched: Σ 2^(k-1) x^(2^k), with x itself before it.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

/// The part of the registers that are full: (1 - x - Σ (1 - x^(2^-k))² 2^-k) / 3.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

/// A set's members.
#[derive(Debug, Clone)]
pub(super) enum Members {
    Exact(HashSet<Vec<u8>, RandomState>),
    Estimated(Estimate),
}

impl Default for Members {
    fn default() -> Self {
        Self::Exact(HashSet::default())
    }
}

impl Members {
    /// Whether adding the member changes nothing.
    pub(super) fn holds(&self, member: &[u8]) -> bool {
        match self {
            Self::Exact(members) => members.contains(member),
            Self::Estimated(_) => false,
        }
    }

    /// Adds a member; from `exact_max` on they are only estimated.
    pub(super) fn insert(&mut self, member: &[u8], exact_max: usize) {
        match self {
            Self::Exact(members) if members.len() < exact_max => {
                members.insert(member.to_owned());
            }
            _ => self.estimate_from_now_on().add(member),
        }
    }

    pub(super) fn is_estimated(&self) -> bool {
        matches!(self, Self::Estimated(_))
    }

    /// Bytes that an estimate in place of the members would save, if it would.
    pub(super) fn would_save(&self) -> Option<usize> {
        let Self::Exact(members) = self else { return None };
        let held: usize = members.iter().map(|member| held_bytes(member)).sum();
        held.checked_sub(REGISTERS).filter(|saved| *saved > 0)
    }

    /// Estimates from now on.
    pub(super) fn estimate_from_now_on(&mut self) -> &mut Estimate {
        if let Self::Exact(members) = self {
            let mut estimate = Estimate::new();
            members.iter().for_each(|member| estimate.add(member));
            *self = Self::Estimated(estimate);
        }
        let Self::Estimated(estimate) = self else { unreachable!("it is an estimate by now") };
        estimate
    }

    /// How many there are: about, where they are estimated.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Exact(members) => members.len(),
            Self::Estimated(estimate) => estimate.rounded(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Exact(members) if members.is_empty())
    }

    /// The members, where they are kept.
    pub(super) fn exact(&self) -> impl Iterator<Item = &Vec<u8>> {
        match self {
            Self::Exact(members) => Some(members.iter()),
            Self::Estimated(_) => None,
        }
        .into_iter()
        .flatten()
    }

    /// Moves all members of another one into this.
    pub(super) fn append(&mut self, other: &mut Self, exact_max: usize) {
        if self.is_empty() {
            return mem::swap(self, other);
        }
        match mem::take(other) {
            Self::Estimated(other) => self.estimate_from_now_on().merge(&other),
            Self::Exact(members) => {
                for member in members {
                    if !self.holds(&member) {
                        self.insert(&member, exact_max);
                    }
                }
            }
        }
    }

    /// Empties it for the next interval, which is expected to need about the room of this one.
    pub(super) fn reset(&mut self) {
        match self {
            Self::Exact(members) => {
                let used = members.len();
                members.clear();
                members.shrink_to(used);
            }
            Self::Estimated(_) => *self = Self::default(),
        }
    }
}

/// What a member takes.
pub(super) fn held_bytes(member: &[u8]) -> usize {
    size_of::<Vec<u8>>() + member.len()
}

#[cfg(test)]
mod tests;
