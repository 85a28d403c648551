//! Where there is no counter to read, or nobody has asked for one.

#[derive(Debug)]
pub(crate) enum Counter {}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Ticks {}

impl Counter {
    pub(super) fn get() -> Option<&'static Self> {
        None
    }

    #[inline]
    pub(super) fn read(&self) -> Option<Ticks> {
        match *self {}
    }

    pub(super) fn check(&self) {
        match *self {}
    }
}

impl Ticks {
    #[inline]
    pub(super) fn nanoseconds(self) -> u64 {
        match self {}
    }
}
