//! Where a request in flight stands, and how it may end. Knows nothing of recording.

use std::sync::{Arc, Weak};

use crate::clock::Moment;
use crate::exemplars::TraceContext;
use crate::label::MethodLabel;

use super::Recorder;
use super::exemplars::Candidate;
use super::route_slot::{Found, RouteSlot};
use super::rows::Row;
use super::upgrade::Connection;

/// Where a request in flight stands. Threads keep these from one request to the next.
pub(super) struct Progress {
    pub(super) recorder: Weak<Recorder>,
    arrived: Moment,
    pub(super) bytes: u64,
    pub(super) length: u64,
    pub(super) route: Route,
    pub(super) head: Option<(u16, Lifetime)>,
    /// Where the route may be found that was not known on arrival.
    pub(super) slot: Option<RouteSlot>,
    /// What it becomes if its head hands it over. Left from an earlier request where this one has been offered nothing: clearing it
    /// would be paid for by all.
    pub(super) connection: Option<Arc<Connection>>,
    /// The trace that it belongs to, in a box that is kept as well: where there are no exemplars it is a word that nobody writes.
    pub(super) trace: Option<Box<Option<TraceContext>>>,
}

/// What a request counts as, and where the thread that began it counts that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    pub(super) row: Row,
    pub(super) method: MethodLabel,
    /// The number of the claim under which `place` holds.
    pub(super) owner: u64,
    pub(super) place: usize,
}

/// Where the time from arrival to the end of the body goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// Nowhere: the host did not ask, or the connection was handed over.
    Unrecorded,
    Response,
    EventStream,
}

/// How a request or its response came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The body was handed over to its last byte.
    Complete,
    /// The service or the body failed or panicked.
    Failed,
    /// Nobody was left to take it.
    Dropped,
}

impl Route {
    /// Of which no thread has noted the place yet.
    pub(super) fn of(row: Row, method: MethodLabel) -> Self {
        Self { row, method, owner: NOBODY, place: 0 }
    }
}

impl Progress {
    /// Of no request yet.
    pub(super) fn idle(recorder: &Weak<Recorder>, route: Route) -> Self {
        Self {
            recorder: Weak::clone(recorder),
            arrived: Moment::now(),
            bytes: 0,
            length: 0,
            route,
            head: None,
            slot: None,
            connection: None,
            trace: None,
        }
    }

    /// A request has arrived.
    #[inline]
    pub(super) fn arrive(&mut self, arrived: Moment, route: Route) {
        self.arrived = arrived;
        self.bytes = 0;
        self.route = route;
        self.head = None;
    }

    /// Takes over what is in the slot; whether the request is still to be counted.
    #[cold]
    pub(super) fn settle_route(&mut self) -> bool {
        match self.slot.take().map_or(Found::Nothing, |slot| slot.close()) {
            Found::Nothing => true,
            Found::Uncounted => false,
            Found::Row(row) => {
                self.move_to(row);
                true
            }
        }
    }

    /// It is in flight there now.
    pub(super) fn move_to(&mut self, row: Row) {
        self.route = Route::of(row, self.route.method);
    }

    /// The request belongs to this trace, or to none.
    pub(super) fn set_trace(&mut self, trace: Option<TraceContext>) {
        match (&mut self.trace, trace) {
            (Some(kept), trace) => **kept = trace,
            (None, Some(_)) => self.trace = Some(Box::new(trace)),
            (None, None) => {}
        }
    }

    pub(super) fn trace(&self) -> Option<TraceContext> {
        *self.trace.as_deref()?
    }

    /// What the buckets that it falls into may name; `nanoseconds` since its arrival.
    pub(super) fn candidate(&self, nanoseconds: u64) -> Option<Candidate> {
        let trace = self.trace()?.trace_id();
        Some(Candidate { trace, value: nanoseconds as f64 / 1e9, at: self.arrived.after(nanoseconds) })
    }

    #[inline]
    pub(super) fn nanoseconds(&self) -> u64 {
        self.arrived.nanoseconds()
    }
}

/// No claim's number: the place has to be looked up.
const NOBODY: u64 = u64::MAX;
