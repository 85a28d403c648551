//! Counters in memory: cache-line aligned words, written by one thread or by all, added up by a scrape.

use std::sync::Arc;

use super::sync::atomic::{AtomicU64, Ordering};

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
    // Threads keep many cells, and are to keep them small: a table has a million series at most, and a chunk few lines.
    series: u32,
    first: u16,
    exclusive: bool,
}

impl Cell {
    pub(super) fn new(chunk: Chunk, series: usize, words: usize, exclusive: bool) -> Self {
        Self { chunk, series: series as u32, first: (series % CHUNK * lines(words)) as u16, exclusive }
    }

    /// A cell of no series.
    pub(super) fn unread(words: usize) -> Self {
        Self { chunk: chunk(words), series: NO_SERIES, first: 0, exclusive: true }
    }

    /// The number of its series, if it has one.
    pub(super) fn series(&self) -> Option<usize> {
        (self.series != NO_SERIES).then_some(self.series as usize)
    }

    #[inline]
    pub(super) fn words(&self) -> Words<'_> {
        Words { chunk: &self.chunk, first: usize::from(self.first), exclusive: self.exclusive }
    }

    #[inline]
    pub(super) fn add(&self, word: usize, amount: u64) {
        self.words().add(word, amount);
    }
}

/// The words of a cell that somebody else keeps: a count of its keepers would cost more than adding.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    chunk: &'a [Line],
    first: usize,
    exclusive: bool,
}

impl<'a> Words<'a> {
    #[inline]
    pub(super) fn of(chunk: &'a [Line], index: usize, words: usize, exclusive: bool) -> Self {
        Self { chunk, first: index % CHUNK * lines(words), exclusive }
    }

    /// Adds to a word. A thread that owns its slot needs no read-modify-write: a load and a store are a fifth of its cost.
    ///
    /// A word that is full stays full: no sender of large values makes a counter fall.
    ///
    /// The store releases, so that whoever reads this word has also seen what the thread had counted before
    /// (a request's end is never seen without its start).
    #[inline]
    pub(super) fn add(self, word: usize, amount: u64) {
        self.chunk[self.first + word / LINE].add(word % LINE, amount, self.exclusive);
    }
}

impl Line {
    /// As [`Words::add`], to one of this line.
    #[inline]
    pub(super) fn add(&self, word: usize, amount: u64, exclusive: bool) {
        let word = &self.0[word];
        if exclusive {
            let sum = word.load(Ordering::Relaxed).saturating_add(amount);
            word.store(sum, Ordering::Release);
        } else {
            let add = |sum: u64| Some(sum.saturating_add(amount));
            let _ = word.fetch_update(Ordering::Release, Ordering::Relaxed, add);
        }
    }

    /// Adds its words to as many sums.
    pub(super) fn add_up(&self, sums: &mut [u64]) {
        self.0.iter().zip(sums).for_each(|(word, sum)| add_up(sum, word));
    }
}

/// Adds the given words of the cell at `index` of its chunk to `sums`, a row of all its words.
pub(super) fn read(chunk: &Chunk, index: usize, words: std::ops::Range<usize>, sums: &mut [u64]) {
    let lines = lines(sums.len());
    let cell = &chunk[index % CHUNK * lines..][..lines];
    for word in words {
        add_up(&mut sums[word], &cell[word / LINE].0[word % LINE]);
    }
}

/// Adds the cells of a chunk, from its first one on, to their rows of `words` sums.
pub(super) fn read_all(chunk: &Chunk, words: usize, rows: &mut [u64]) {
    for (cell, row) in chunk.chunks_exact(lines(words)).zip(rows.chunks_exact_mut(words)) {
        for (line, sums) in cell.iter().zip(row.chunks_mut(LINE)) {
            line.add_up(sums);
        }
    }
}

#[inline]
fn add_up(sum: &mut u64, word: &AtomicU64) {
    *sum = sum.saturating_add(word.load(Ordering::Acquire));
}

pub(super) const LINE: usize = 8;
const NO_SERIES: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_word_stays_full_whoever_writes_it() {
        const WORDS: usize = 3;
        let chunk = chunk(WORDS);
        for (index, exclusive) in [(0, true), (1, false)] {
            let cell = Cell::new(Arc::clone(&chunk), index, WORDS, exclusive);
            for amount in [1, u64::MAX - 1, 7] {
                cell.add(2, amount);
            }
            let mut sums = [0, 0, 5];
            read(&chunk, index, 0..WORDS, &mut sums);
            assert_eq!(sums, [0, 0, u64::MAX]);
        }
    }

    #[test]
    fn cells_are_read_together_as_they_are_one_by_one() {
        for words in [1, 7, 8, 9, 17] {
            let chunk = chunk(words);
            for series in 0..CHUNK {
                let cell = Cell::new(Arc::clone(&chunk), series, words, true);
                (0..words).for_each(|word| cell.add(word, (100 * series + word) as u64));
            }
            for cells in 1..=CHUNK {
                let mut together = vec![1; cells * words];
                let mut single = together.clone();
                read_all(&chunk, words, &mut together);
                single.chunks_exact_mut(words).enumerate().for_each(|(series, row)| read(&chunk, series, 0..words, row));
                assert_eq!(together, single);
                assert_eq!(together.last(), Some(&((100 * (cells - 1) + words) as u64)));
            }
        }
    }
}
