//! The cells of requests that a thread has counted before.

use crate::record::cell::Cell;
use crate::record::own_bounds::BoundsId;
use crate::record::rows::Row;

/// The cells of one method and row.
pub(super) struct Exchange {
    pub(super) row: Row,
    pub(super) sizes: BoundsId,
    pub(super) cell: Cell,
    /// Most routes have one status, or one that is by far the most common and so likely the first.
    pub(super) first: Option<Answered>,
    pub(super) others: Vec<Answered>,
}

/// The cell of one status.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) durations: BoundsId,
    pub(super) cell: Cell,
}

impl Exchange {
    #[inline]
    pub(super) fn status(&self, status: u16) -> Option<&Answered> {
        match &self.first {
            Some(first) if first.status == status => Some(first),
            _ => self.others.iter().find(|other| other.status == status),
        }
    }

    pub(super) fn insert(&mut self, answered: Answered) {
        if self.first.is_some() {
            // An amortized growth would take twice the room.
            self.others.reserve_exact(1);
            self.others.push(answered);
        } else {
            self.first = Some(answered);
        }
    }
}
