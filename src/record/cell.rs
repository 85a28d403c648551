//! Counters in memory: cache-line aligned words, written by one thread or by all, added up by a scrape.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One cache line of words. Two threads' words never share one, so recording does not bounce lines between cores.
#[derive(Default)]
#[repr(align(64))]
pub(super) struct Line([AtomicU64; LINE]);

/// Neighbouring cells in one allocation, which spreads the line that an `Arc`'s own counts take.
pub(super) type Chunk = Arc<[Line]>;

/// Cells per chunk.
pub(super) const CHUNK: usize = 4;

/// How many lines hold `words`.
pub(super) fn lines(words: usize) -> usize {
    words.div_ceil(LINE)
}

pub(super) fn chunk(words: usize) -> Chunk {
    (0..CHUNK * lines(words)).map(|_| Line::default()).collect()
}

/// The words of one series on one slot.
#[derive(Clone)]
pub(super) struct Cell {
    chunk: Chunk,
    first: usize,
    exclusive: bool,
}

impl Cell {
    pub(super) fn new(chunk: Chunk, index: usize, words: usize, exclusive: bool) -> Self {
        Self { chunk, first: index % CHUNK * lines(words), exclusive }
    }

    /// Adds to a word. A thread that owns its slot needs no read-modify-write: a load and a store are a fifth of its cost.
    ///
    /// The store releases, so that whoever reads this word has also seen what the thread had counted before
    /// (a request's end is never seen without its start).
    #[inline]
    pub(super) fn add(&self, word: usize, amount: u64) {
        let word = &self.chunk[self.first + word / LINE].0[word % LINE];
        if self.exclusive {
            let sum = word.load(Ordering::Relaxed).wrapping_add(amount);
            word.store(sum, Ordering::Release);
        } else {
            word.fetch_add(amount, Ordering::Release);
        }
    }
}

/// Adds the words of the cell at `index` of its chunk to `sums`, from word `from` on.
pub(super) fn read(chunk: &Chunk, index: usize, words: std::ops::Range<usize>, total_words: usize, sums: &mut [u64]) {
    let first = index % CHUNK * lines(total_words);
    for word in words {
        let value = chunk[first + word / LINE].0[word % LINE].load(Ordering::Acquire);
        sums[word] = sums[word].wrapping_add(value);
    }
}

const LINE: usize = 8;
