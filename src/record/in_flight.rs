//! One request from arrival to the end of its response, counted once however it ends.

use std::sync::Arc;

use http::HeaderValue;

use crate::exemplars::TraceContext;
use crate::label::MethodLabel;
#[cfg(feature = "actix")]
use crate::label::Template;

use super::local;
use super::progress::{End, Lifetime, Progress};
use super::tables::{RESPONSES, STREAMS};
use super::upgrade::{Connection, UpgradeOffer};

/// A request in flight. Dropping it is the client going away: 499 before the head, an incomplete response after it.
///
/// It is one pointer, because futures and bodies are moved often.
#[derive(Default)]
pub(crate) struct InFlight(Option<Box<Progress>>);

impl InFlight {
    /// A request that is not counted, or no longer.
    pub(crate) const NONE: Self = Self(None);

    pub(super) fn new(progress: Box<Progress>) -> Self {
        Self(Some(progress))
    }

    /// Itself, leaving [`NONE`](Self::NONE) behind.
    #[inline]
    pub(crate) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    #[inline]
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The same request, which belongs to this trace, or to none.
    #[must_use]
    pub(crate) fn of_trace(mut self, trace: Option<TraceContext>) -> Self {
        if let Some(progress) = &mut self.0 {
            progress.set_trace(trace);
        }
        self
    }

    /// The client wants the connection for another protocol: its handler may take a guard from the offer.
    #[cold]
    pub(crate) fn offer(&mut self, offer: &mut UpgradeOffer) {
        let Some(progress) = &mut self.0 else { return };
        let connection = Arc::new(Connection::new(&progress.recorder));
        progress.connection = Some(Arc::clone(&connection));
        offer.add(connection);
    }

    /// The response head hands the connection over, to a request that was [offered](Self::offer) one: no other may be told so.
    #[cold]
    pub(crate) fn hand_over(&mut self) {
        if let Some(progress) = &mut self.0
            && let Some(connection) = progress.connection.take()
        {
            connection.hand_over(progress.route.row);
        }
    }

    /// The response head is there. The body's end may go unseen once it has got to its `length`.
    pub(crate) fn respond(&mut self, status: u16, lifetime: Lifetime, length: Option<u64>) {
        let Some(progress) = &mut self.0 else { return };
        progress.head = Some((status, lifetime));
        progress.length = length.unwrap_or(u64::MAX);
        let progress = &**progress;
        let nanoseconds = progress.nanoseconds();
        local::with(&progress.recorder, |local| {
            local.request(&progress.route, status, nanoseconds)?;
            if progress.trace.is_some() {
                local.exemplar(progress, status, nanoseconds)?;
            }
            Some(())
        });
    }

    /// The response head is there: what route has been found by now is the request's. [`NONE`](Self::NONE) if that is not counted.
    #[inline]
    pub(crate) fn settle_route(&mut self) {
        if let Some(progress) = &mut self.0
            && progress.slot.is_some()
            && !progress.settle_route()
        {
            self.0 = None;
        }
    }

    /// The header field that tells the browser this request's endpoint; none for an unmatched one.
    pub(crate) fn server_timing(&self) -> Option<HeaderValue> {
        let progress = self.0.as_ref()?;
        let recorder = progress.recorder.upgrade()?;
        recorder.endpoints.name(recorder.rows.endpoint(progress.route.row)).server_timing.clone()
    }

    /// The header field that tells a page this request's trace, if it belongs to one.
    pub(crate) fn traceparent(&self) -> Option<HeaderValue> {
        self.0.as_ref()?.trace()?.server_timing()
    }

    #[inline]
    pub(crate) fn method(&self) -> Option<MethodLabel> {
        self.0.as_ref().map(|progress| progress.route.method)
    }

    /// Body bytes were handed over; whether they are all that were announced.
    #[inline]
    pub(crate) fn sent(&mut self, amount: usize) -> bool {
        self.0.as_mut().is_some_and(|progress| {
            progress.bytes = progress.bytes.saturating_add(amount as u64);
            progress.bytes >= progress.length
        })
    }

    /// The route that answers is another than the one that the request seemed to be for. Where it goes by uncounted, so does the request.
    #[cfg(feature = "actix")]
    #[cold]
    pub(crate) fn reroute(&mut self, template: &Template<'_>) {
        let Some(progress) = &mut self.0 else { return };
        let Some(recorder) = progress.recorder.upgrade() else { return };
        let (from, choice) = (progress.route, recorder.rows.choice(progress.route.row));
        let to = local::with(&progress.recorder, |local| {
            let to = local.row(template).map(|first| first.chosen(choice));
            if let Some(to) = to {
                local.arrived(to, from.method)?;
            }
            local.left(from.row, from.method)?;
            to
        });
        match to {
            Some(to) => progress.move_to(to),
            None => self.0 = None,
        }
    }

    /// The service failed, and the server answers with this status in its place.
    #[cfg(feature = "actix")]
    #[cold]
    pub(crate) fn fail(mut self, status: u16) {
        if let Some(progress) = self.0.take() {
            progress.unanswered(status);
        }
    }

    #[inline]
    pub(crate) fn end(mut self, end: End) {
        self.exit(end);
    }

    /// The one way out.
    #[inline]
    fn exit(&mut self, end: End) {
        if let Some(progress) = self.0.take() {
            progress.exit(end);
        }
    }
}

impl Drop for InFlight {
    #[inline]
    fn drop(&mut self) {
        self.exit(End::Dropped);
    }
}

impl Progress {
    fn exit(self: Box<Self>, end: End) {
        let Some((status, lifetime)) = self.head else {
            return self.unanswered(if end == End::Dropped { CLIENT_CLOSED_REQUEST } else { INTERNAL_SERVER_ERROR });
        };
        if lifetime != Lifetime::Unrecorded {
            self.live(status, lifetime);
        }
        local::with_last(self, |local, progress| local.responded(&progress.route, end, progress.bytes));
    }

    #[cold]
    fn unanswered(mut self: Box<Self>, status: u16) {
        if !self.settle_route() {
            return;
        }
        let nanoseconds = self.nanoseconds();
        local::with_last(self, |local, progress| {
            local.request(&progress.route, status, nanoseconds)?;
            local.exemplar(progress, status, nanoseconds);
            local.unanswered(&progress.route)
        });
    }

    #[inline(never)]
    fn live(&self, status: u16, lifetime: Lifetime) {
        let table = if lifetime == Lifetime::EventStream { STREAMS } else { RESPONSES };
        let Some(recorder) = self.recorder.upgrade() else { return };
        let Some(series) = recorder.status_series(table, self.route.row, self.route.method, status) else { return };
        let (observed, nanoseconds) = (recorder.observed(table, series), self.nanoseconds());
        local::with(&self.recorder, |local| local.observe(observed, nanoseconds));
        if let Some(candidate) = self.candidate(nanoseconds)
            && let Some(exemplars) = recorder.exemplars_of(table, series)
            && let Some(bounds) = &recorder.bounds[observed.bounds.index()]
        {
            exemplars.offer(bounds.bucket(nanoseconds), candidate);
        }
    }
}

/// nginx's number for a client that went away before it was answered.
const CLIENT_CLOSED_REQUEST: u16 = 499;
const INTERNAL_SERVER_ERROR: u16 = 500;
