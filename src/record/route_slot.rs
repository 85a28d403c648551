//! A request whose route is found further inside: it moves there from where it began.

use std::iter;
use std::sync::{Arc, Weak};

use crate::config::Choice;
use crate::label::{MethodLabel, Template};

use super::Recorder;
use super::local;
use super::rows::Row;
use super::sync::atomic::{AtomicU64, Ordering};

/// Lies in a request's extensions until an inner layer fills it.
#[derive(Clone)]
pub(crate) struct RouteSlot(Arc<Pending>);

struct Pending {
    recorder: Weak<Recorder>,
    method: MethodLabel,
    choice: Choice,
    /// Where the request is in flight meanwhile.
    from: Row,
    state: AtomicU64,
    /// The slot of a layer further outside: a request's extensions hold one of a kind.
    outer: Option<RouteSlot>,
}

/// What a slot held when it was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Uncounted,
    Row(Row),
}

impl RouteSlot {
    pub(super) fn new(recorder: Weak<Recorder>, method: MethodLabel, choice: Choice, from: Row, outer: Option<Self>) -> Self {
        Self(Arc::new(Pending { recorder, method, choice, from, state: AtomicU64::new(EMPTY), outer }))
    }

    /// The template is found; without one, the request is not to be counted. Fills the slots of this recorder's layers, and no other's.
    pub(crate) fn fill(&self, recorder: &Recorder, template: Option<&Template<'_>>) {
        let slots = iter::successors(Some(self), |slot| slot.0.outer.as_ref());
        slots.filter(|slot| Weak::ptr_eq(&slot.0.recorder, &recorder.weak)).for_each(|slot| slot.0.fill(template));
    }

    /// The request is counted now: whoever comes to fill the slot later is too late.
    pub(super) fn close(&self) -> Found {
        match self.0.state.swap(CLOSED, Ordering::AcqRel) {
            EMPTY | CLOSED => Found::Nothing,
            UNCOUNTED => Found::Uncounted,
            row => Found::Row(Row::at((row - FIRST_ROW) as u32)),
        }
    }
}

impl Pending {
    fn fill(&self, template: Option<&Template<'_>>) {
        if self.state.load(Ordering::Acquire) != EMPTY {
            return;
        }
        local::with(&self.recorder, |local| {
            match template.and_then(|template| local.row(template)) {
                None if self.becomes(UNCOUNTED) => local.left(self.from, self.method),
                None => Some(()),
                Some(first) => {
                    let row = first.chosen(self.choice);
                    // Before the row is known to whoever ends the request there: no end is seen without its start.
                    local.arrived(row, self.method)?;
                    let left = if self.becomes(FIRST_ROW + row.index() as u64) { self.from } else { row };
                    local.left(left, self.method)
                }
            }
        });
    }

    fn becomes(&self, state: u64) -> bool {
        self.state.compare_exchange(EMPTY, state, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

const EMPTY: u64 = 0;
const CLOSED: u64 = 1;
const UNCOUNTED: u64 = 2;
const FIRST_ROW: u64 = 3;
