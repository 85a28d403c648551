//! Who may write where: each thread takes a slot of cells for itself; past [`MAX_SLOTS`] threads share one.

use std::sync::{Arc, PoisonError};

use super::cell::{self, CHUNK, Cell, Chunk, Words};
use super::fine::Fine;
use super::pages::Pages;
use super::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use super::sync::{self, Mutex};

/// Threads that can own a slot at one time. A thread that ends hands its slot on, counts and all.
pub(super) const MAX_SLOTS: usize = sync::scaled(64, 2);

const SHARED: usize = 0;

pub(super) struct Slots {
    all: Pages<Arc<Slot>>,
    /// Slots ever handed out, the shared one included: a scrape reads these.
    used: AtomicUsize,
    free: Mutex<Vec<usize>>,
    /// Claims ever made.
    claims: AtomicU64,
    shapes: Box<[Shape]>,
}

/// A table's room and the words of one of its cells.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) series: usize,
    pub(super) words: usize,
    /// Cells of a grid beside them; 0 if there is none.
    pub(super) fine: usize,
}

impl Slots {
    pub(super) fn new(shapes: Box<[Shape]>) -> Self {
        let (all, used) = (Pages::with_len(MAX_SLOTS + 1), AtomicUsize::new(1));
        let slots = Self { all, used, free: Mutex::default(), claims: AtomicU64::new(0), shapes };
        slots.at(SHARED);
        slots
    }

    /// A slot of the calling thread's own, or the shared one when all are taken.
    pub(super) fn claim(self: &Arc<Self>) -> Claim {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let index = free.pop().unwrap_or_else(|| {
            let next = self.used.load(Ordering::Relaxed);
            if next > MAX_SLOTS {
                return SHARED;
            }
            self.at(next);
            self.used.store(next + 1, Ordering::Release);
            next
        });
        self.claim_of(index)
    }

    /// The slot that anyone may write, for threads that are being torn down.
    pub(super) fn shared(self: &Arc<Self>) -> Claim {
        self.claim_of(SHARED)
    }

    fn claim_of(self: &Arc<Self>, index: usize) -> Claim {
        let number = self.claims.fetch_add(1, Ordering::Relaxed);
        Claim { number, slot: Arc::clone(self.at(index)), index, slots: Arc::clone(self) }
    }

    /// Adds the given words of a series over all slots to `sums`, a row of all its words.
    pub(super) fn sum(&self, table: usize, series: usize, words: std::ops::Range<usize>, sums: &mut [u64]) {
        for slot in self.used() {
            if let Some(chunk) = slot.tables[table].get(series / CHUNK) {
                cell::read(chunk, series, words.clone(), sums);
            }
        }
    }

    /// Adds the cells of a series' grid over all slots to `sums`, of as many cells.
    pub(super) fn sum_fine(&self, table: usize, series: usize, sums: &mut [u64]) {
        self.used().filter_map(|slot| slot.fine[table].get(series)).for_each(|fine| fine.add_up(sums));
    }

    /// Adds all words of a table's first series over all slots to `sums`, a row for each series: in the order in which they lie in memory.
    pub(super) fn sum_all(&self, table: usize, sums: &mut [u64]) {
        let words = self.shapes[table].words;
        for slot in self.used() {
            for (number, rows) in sums.chunks_mut(CHUNK * words).enumerate() {
                if let Some(chunk) = slot.tables[table].get(number) {
                    cell::read_all(chunk, words, rows);
                }
            }
        }
    }

    fn used(&self) -> impl Iterator<Item = &Arc<Slot>> {
        (0..self.used.load(Ordering::Acquire)).filter_map(|index| self.all.get(index))
    }

    fn at(&self, index: usize) -> &Arc<Slot> {
        self.all.get_or_init(index, || Arc::new(Slot::new(&self.shapes)))
    }
}

pub(super) struct Slot {
    tables: Box<[Pages<Chunk>]>,
    fine: Box<[Pages<Arc<Fine>>]>,
}

impl Slot {
    fn new(shapes: &[Shape]) -> Self {
        let table = |shape: &Shape| Pages::with_len(shape.series.div_ceil(CHUNK));
        let fine = |shape: &Shape| Pages::with_len(if shape.fine > 0 { shape.series } else { 0 });
        Self { tables: shapes.iter().map(table).collect(), fine: shapes.iter().map(fine).collect() }
    }
}

/// The right to write one slot; given back when dropped.
pub(super) struct Claim {
    number: u64,
    slot: Arc<Slot>,
    index: usize,
    slots: Arc<Slots>,
}

impl Claim {
    /// Its own, and no other claim's.
    #[inline]
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The number of its slot, which threads that have one of their own share with nobody.
    #[inline]
    pub(super) fn slot(&self) -> usize {
        self.index
    }

    /// A cell to keep.
    pub(super) fn cell(&self, table: usize, series: usize) -> Cell {
        let (chunk, words) = self.chunk(table, series);
        Cell::new(Arc::clone(chunk), series, words, self.index != SHARED)
    }

    /// A cell outside the slot, which no scrape finds.
    pub(super) fn unread(&self, table: usize) -> Cell {
        Cell::unread(self.slots.shapes[table].words)
    }

    /// The words of a cell, for once.
    #[inline]
    pub(super) fn words(&self, table: usize, series: usize) -> Words<'_> {
        let (chunk, words) = self.chunk(table, series);
        Words::of(chunk, series, words, self.index != SHARED)
    }

    /// Counts one in a cell of a series' grid.
    #[inline]
    pub(super) fn count_fine(&self, table: usize, series: usize, cell: usize) {
        let fine = self.slot.fine[table].get_or_init(series, || Arc::new(Fine::new(self.slots.shapes[table].fine)));
        fine.count(cell, self.index != SHARED);
    }

    #[inline]
    fn chunk(&self, table: usize, series: usize) -> (&Chunk, usize) {
        let words = self.slots.shapes[table].words;
        (self.slot.tables[table].get_or_init(series / CHUNK, || cell::chunk(words)), words)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.index != SHARED {
            // The lock orders this thread's stores before the next owner's.
            let mut free = self.slots.free.lock().unwrap_or_else(PoisonError::into_inner);
            free.push(self.index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_ends_hands_its_slot_on_with_its_counts() {
        let slots = slots();
        for _ in 0..1_000 {
            slots.claim().cell(0, 0).add(0, 1);
        }
        assert_eq!(slots.used.load(Ordering::Relaxed), 2, "the shared slot and one more");
        assert_eq!(sum(&slots), 1_000);
    }

    #[test]
    fn past_the_most_slots_claims_share_one() {
        let slots = slots();
        let claims: Vec<Claim> = (0..1_000).map(|_| slots.claim()).collect();
        for claim in &claims {
            claim.cell(0, 0).add(0, 1);
        }
        assert_eq!(slots.used.load(Ordering::Relaxed), MAX_SLOTS + 1);
        assert_eq!(claims.iter().filter(|claim| claim.index == SHARED).count(), 1_000 - MAX_SLOTS);
        assert_eq!(sum(&slots), 1_000);
    }

    fn slots() -> Arc<Slots> {
        Arc::new(Slots::new(Box::new([Shape { series: 1, words: 1, fine: 0 }])))
    }

    fn sum(slots: &Slots) -> u64 {
        let mut sums = [0];
        slots.sum(0, 0, 0..1, &mut sums);
        sums[0]
    }
}
