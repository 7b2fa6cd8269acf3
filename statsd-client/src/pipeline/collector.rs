//! The client's thread's side: takes what all threads recorded and turns it into packets.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use crate::protocol::Number;

use super::account::{self, Account};
use super::block::Block;
use super::bulk::Bulk;
use super::generation::Generation;
use super::levels::Levels;
use super::lines::Lines;
use super::packer::{Calls, Outlet, Packer};
use super::reader::Reader;
use super::registry::Registry;
use super::run::Run;
use super::shared::Shared;
use super::taker::Taker;
use super::{pool, sampler};

/// Everything that is remembered from flush to flush. The client's thread owns it.
#[derive(Debug)]
pub(crate) struct Collector {
    shared: Arc<Shared>,
    /// In the order in which their blocks were opened, so that what a thread set last is written last, also
    /// where it has opened another one meanwhile.
    threads: Vec<Reader>,
    /// In the order of their beginning; the last is the present one.
    generations: Vec<Generation>,
    packer: Packer,
    levels: Levels,
    /// Values of one context that are kept until a flush.
    reservoir: usize,
    draws: AtomicU64,
    /// A set's member that is being read.
    text: Vec<u8>,
    /// Bytes that the present collection is done with.
    freed: usize,
}

impl Collector {
    pub(crate) fn new(shared: Arc<Shared>, reservoir: usize, seed: Option<u64>) -> Self {
        let packer = Packer::new(shared.packet_size);
        Self {
            shared,
            threads: Vec::new(),
            generations: Vec::new(),
            packer,
            levels: Levels::default(),
            reservoir,
            draws: AtomicU64::new(seed.unwrap_or_else(sampler::random_seed) | 1),
            text: Vec::new(),
            freed: 0,
        }
    }

    /// Takes everything recorded so far; packets leave through `outlet` as they fill, so that one is
    /// held at a time. Answers how many bytes of the budget it gave back.
    pub(crate) fn collect(
        &mut self,
        shared: &Shared,
        account: &Account,
        now: Instant,
        outlet: &mut dyn Outlet,
    ) -> usize {
        // Of a generation that was present until now, a thread may have opened a block a moment ago.
        let present = self.generations.last().map_or(0, |generation| generation.stamp);
        self.accept_blocks(shared, account, now);
        for at in 0..self.threads.len() {
            // Asked first, so that what is read next is final.
            self.threads[at].is_final = self.threads[at].block.is_retired();
            self.take_counters(at, &shared.registry, now);
            self.take_runs(at, shared, now, outlet);
        }
        self.retire_final(shared, account);
        // Of a gauge the last line holds. What travels by itself was said after the generations before had
        // ended, and before its gauge had a number in the present one, so that is where it is written.
        self.generations.iter_mut().for_each(|generation| generation.read_gauges(now));
        let last = self.generations.len().saturating_sub(1);
        (0..last).for_each(|at| self.write(at, shared, outlet));
        self.take_bulk(shared, outlet);
        (last..self.generations.len()).for_each(|at| self.write(at, shared, outlet));
        self.packer.finish(outlet);
        self.drop_ended(present);
        // Not earlier: what writers add meanwhile must end somewhere.
        let freed = std::mem::take(&mut self.freed);
        shared.budget.give(freed);
        freed
    }

    /// Takes what ended threads have counted while nothing can be sent, so that there is room for others.
    /// Those that left records must wait.
    pub(crate) fn take_ended(&mut self, shared: &Shared, account: &Account, now: Instant) {
        self.accept_blocks(shared, account, now);
        for at in 0..self.threads.len() {
            let block = self.threads[at].block;
            if block.is_retired() && block.first_run() == 0 {
                self.threads[at].is_final = true;
                self.take_counters(at, &shared.registry, now);
            }
        }
        self.retire_final(shared, account);
    }

    /// Gives up the oldest records until no more than half of the budget is used: a run of every thread
    /// in turn, so that each is left its newest, then what travels by itself.
    pub(crate) fn give_up_oldest(&mut self, shared: &Shared, account: &Account) {
        let Self { threads, text, .. } = self;
        let budget = &shared.budget;
        let mut calls = 0;
        let is_short = || budget.used() > budget.limit() / 2;
        let mut given = true;
        while std::mem::take(&mut given) {
            for thread in threads.iter_mut().take_while(|_| is_short()) {
                let Some(run) = thread.run() else { continue };
                let Some(next) = run.next() else { continue };
                run.read(thread.at, text, |_, _, _| {
                    calls += 1;
                    true
                });
                budget.give(thread.go_on(next));
                given = true;
            }
        }
        account.given_up(calls + shared.give_up_bulk(is_short));
    }

    /// Forgets all that was not taken, and every thread but the one that writes `own`.
    pub(crate) fn begin_in_child(
        &mut self,
        own: Option<&'static Block>,
        shared: &Shared,
        account: &Account,
        now: Instant,
    ) {
        self.accept_blocks(shared, account, now);
        let (mut kept, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut self.threads)
            .into_iter()
            .partition(|thread| own.is_some_and(|own| std::ptr::eq(own, thread.block)));
        for thread in gone {
            account.retire(thread.block);
            // Its thread is in the parent only, and lets go here.
            let _not_the_last = account::let_go(thread.block, shared);
            thread.let_go(shared);
            shared.threads.leave();
        }
        for thread in &mut kept {
            thread.seen.advance(thread.block, |_, _, _| ());
            while let Some(run) = thread.run() {
                thread.at = run.read(thread.at, &mut self.text, |_, _, _| true);
                let Some(next) = run.next() else { break };
                thread.go_on(next);
            }
            thread.holds = 0;
        }
        for generation in &mut self.generations {
            generation.forget(now);
            let stamp = generation.stamp;
            let is_its = |thread: &&Reader| thread.block.generation() == stamp;
            generation.blocks = kept.iter().filter(is_its).count();
        }
        self.threads = kept;
    }

    /// Contexts of the present generation, and how many of them nobody has used since `since`.
    pub(crate) fn idle(&self, since: Instant) -> (usize, usize) {
        let present = self.generations.last();
        present.map_or((0, 0), |present| (present.contexts(), present.idle(since)))
    }

    /// Adds a line about the client itself.
    pub(crate) fn report(&mut self, outlet: &mut dyn Outlet, line: &str) {
        self.packer.push(Calls::NONE, outlet, |out| out.extend_from_slice(line.as_bytes()));
    }

    /// Sends the packet that is not full yet.
    pub(crate) fn finish(&mut self, outlet: &mut dyn Outlet) {
        self.packer.finish(outlet);
    }

    /// Learns of the blocks that threads opened, and what they were opened for.
    fn accept_blocks(&mut self, shared: &Shared, account: &Account, now: Instant) {
        let blocks = account.new_blocks();
        self.meet(&shared.registry, now);
        for block in blocks {
            if let Some(generation) = self.generation(block.generation()) {
                generation.blocks += 1;
            }
            self.threads.push(Reader::new(block));
        }
    }

    /// Learns of generations and contexts that began since the last time.
    fn meet(&mut self, registry: &Registry, now: Instant) {
        let (heads, fresh) = registry.take_fresh();
        let generations = heads.iter().map(|head| Generation::new(head.stamp, head.gauges));
        self.generations.extend(generations);
        for fresh in fresh {
            if let Some(generation) = self.generation(fresh.stamp) {
                generation.add(fresh.list, fresh.context, now);
            }
        }
    }

    fn generation(&mut self, stamp: u32) -> Option<&mut Generation> {
        self.generations.iter_mut().rev().find(|generation| generation.stamp == stamp)
    }

    fn take_counters(&mut self, at: usize, registry: &Registry, now: Instant) {
        let stamp = self.threads[at].block.generation();
        let known = self.generation(stamp).map_or(0, |generation| generation.counters.len());
        let Reader { block, seen, .. } = &mut self.threads[at];
        let mut changes = Vec::new();
        seen.advance(block, |counter, sum, calls| changes.push((counter, sum, calls)));
        if changes.last().is_some_and(|&(counter, ..)| counter >= known) {
            self.meet(registry, now);
        }
        let Some(generation) = self.generation(stamp) else { return };
        for (counter, sum, calls) in changes {
            if let Some(counter) = generation.counters.get_mut(counter) {
                counter.sum = counter.sum.wrapping_add(sum);
                counter.calls = counter.calls.wrapping_add(calls);
                counter.used = now;
            }
        }
    }

    fn take_runs(&mut self, at: usize, shared: &Shared, now: Instant, outlet: &mut dyn Outlet) {
        while let Some(run) = self.threads[at].run() {
            // Looked at first: once it is there, what is read next is all.
            let next = run.next();
            if !self.take_run(at, run, shared, now, outlet) {
                // A record's context was registered before the record was written.
                self.meet(&shared.registry, now);
                if !self.take_run(at, run, shared, now, outlet) {
                    break;
                }
            }
            let thread = &mut self.threads[at];
            let Some(next) = next else {
                // A thread need not fill a run to have room for the next.
                self.freed += std::mem::take(&mut thread.holds);
                break;
            };
            self.freed += thread.go_on(next);
        }
    }

    /// Takes what is new in a run; `false`: up to a record whose context is not known yet.
    fn take_run(
        &mut self,
        at: usize,
        run: &Run,
        shared: &Shared,
        now: Instant,
        outlet: &mut dyn Outlet,
    ) -> bool {
        let Self { threads, generations, levels, packer, reservoir, draws, text, .. } = self;
        let thread = &mut threads[at];
        let stamp = thread.block.generation();
        let generation = generations.iter_mut().rev().find(|known| known.stamp == stamp);
        let Some(generation) = generation else { return false };
        let mut taker = Taker {
            lines: Lines { registry: &shared.registry, packer, outlet, levels },
            aggregates: shared.aggregates,
            reservoir: *reservoir,
            draws,
            now,
        };
        let mut all_known = true;
        thread.at = run.read(thread.at, text, |header, value, text| {
            all_known = taker.take(generation, header, value, text).is_some();
            all_known
        });
        all_known
    }

    /// Lets go of the blocks of which all was read that there will be.
    fn retire_final(&mut self, shared: &Shared, account: &Account) {
        for thread in self.threads.extract_if(.., |thread| thread.is_final).collect::<Vec<_>>() {
            self.freed += thread.holds;
            if let Some(generation) = self.generation(thread.block.generation()) {
                generation.blocks = generation.blocks.saturating_sub(1);
            }
            account.retire(thread.block);
            thread.let_go(shared);
            shared.threads.leave();
        }
    }

    fn take_bulk(&mut self, shared: &Shared, outlet: &mut dyn Outlet) {
        let Self { packer, levels, .. } = self;
        let lines = &mut Lines { registry: &shared.registry, packer, outlet, levels };
        for bulk in shared.take_bulk() {
            self.freed += bulk.bytes();
            match bulk {
                Bulk::Line(line) => lines.line(&line),
                Bulk::Call { key, op, value, text } => {
                    // The caller has read the key and found a name in it.
                    if let Some(context) = shared.registry.render(&key, None, false) {
                        lines.single(&context, op, value, &text);
                    }
                }
            }
        }
    }

    fn write(&mut self, at: usize, shared: &Shared, outlet: &mut dyn Outlet) {
        let Self { generations, packer, levels, .. } = self;
        let generation = &mut generations[at];
        let mut lines = Lines { registry: &shared.registry, packer, outlet, levels };
        for counter in &mut generation.counters {
            if counter.calls > 0 || counter.sum != 0 {
                let calls = Calls::aggregated(std::mem::take(&mut counter.calls));
                let sum = Number::Integer(std::mem::take(&mut counter.sum));
                lines.number(&counter.context.frame, sum, calls);
            }
        }
        for gauge in &mut generation.gauges {
            if let Some(reading) = gauge.reading.take() {
                // Earlier values of the interval were superseded; one call's is in the line.
                lines.gauge(&gauge.context, reading, Calls::aggregated(1));
            }
        }
        for samples in &mut generation.samples {
            if samples.calls > 0 {
                lines.samples(samples);
            }
        }
    }

    /// Forgets generations that no thread writes for any more, of those before `present`.
    fn drop_ended(&mut self, present: u32) {
        let mut has_ended = self.generations.iter().any(|generation| generation.stamp == present);
        self.generations.retain(|generation| {
            has_ended &= generation.stamp != present;
            let is_needed = generation.blocks > 0 || !has_ended;
            if !is_needed {
                pool::give_gauges(generation.table);
            }
            is_needed
        });
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let shared = &self.shared;
        self.threads.drain(..).for_each(|thread| thread.let_go(shared));
        for generation in &self.generations {
            // Where a thread may still be writing, its gauges are not lent on.
            if generation.blocks == 0 {
                pool::give_gauges(generation.table);
            }
        }
    }
}
