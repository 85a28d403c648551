//! The cells of one series on one slot under a [grid](super::grid), of which most are never counted in.

use super::cell::{LINE, Line};
use super::pages::Pages;

/// Lines of eight cells, about a power of two each; one is allocated when the first of its cells is counted in.
pub(super) struct Fine {
    lines: Pages<Box<Line>>,
}

impl Fine {
    pub(super) fn new(cells: usize) -> Self {
        Self { lines: Pages::with_len(cells.div_ceil(LINE)) }
    }

    /// Counts one in a cell; `exclusive` as for all words of the slot.
    #[inline]
    pub(super) fn count(&self, cell: usize, exclusive: bool) {
        self.lines.get_or_init(cell / LINE, Box::default).add(cell % LINE, 1, exclusive);
    }

    /// Adds its counts to `sums`, of as many cells.
    pub(super) fn add_up(&self, sums: &mut [u64]) {
        for (number, sums) in sums.chunks_mut(LINE).enumerate() {
            if let Some(line) = self.lines.get(number) {
                line.add_up(sums);
            }
        }
    }
}
