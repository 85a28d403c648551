//! A list that only grows, up to a fixed length, and is read without a lock: a scrape never waits for a new series, nor it for a scrape.

use super::sync::{self, OnceBox, OnceLock};

/// Indices `0..len`; each page of [`PAGE`] entries is allocated when its first entry is set.
pub(super) struct Pages<T> {
    pages: Box<[OnceBox<Page<T>>]>,
}

impl<T> Pages<T> {
    pub(super) fn with_len(len: usize) -> Self {
        Self { pages: (0..len.div_ceil(PAGE)).map(|_| OnceBox::new()).collect() }
    }

    pub(super) fn get(&self, index: usize) -> Option<&T> {
        self.pages.get(index / PAGE)?.get()?.0[index % PAGE].get()
    }

    /// The entry at `index`, made by `make` if there was none. Of two threads one makes it, and the other waits for it.
    ///
    /// # Panics
    ///
    /// Past the length given at the start.
    pub(super) fn get_or_init(&self, index: usize, make: impl FnOnce() -> T) -> &T {
        let page = self.pages[index / PAGE].get_or_init(|| Box::new(Page::default()));
        page.0[index % PAGE].get_or_init(make)
    }
}

/// Entries side by side: a scrape reads one after the other.
struct Page<T>([OnceLock<T>; PAGE]);

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| OnceLock::new()))
    }
}

const PAGE: usize = sync::scaled(32, 2);
