//! One request from arrival to the end of its response, counted once however it ends.

use std::sync::Weak;
use std::time::Instant;

use http::HeaderValue;

use crate::label::MethodLabel;

use super::Recorder;
use super::endpoints::Endpoint;
use super::local;
use super::tables::{RESPONSES, STREAMS};

/// A request in flight. Dropping it is the client going away: 499 before the head, an incomplete response after it.
pub(crate) struct InFlight {
    /// Given back to a thread at the end.
    handle: Weak<Recorder>,
    arrived: Instant,
    bytes: u64,
    endpoint: Endpoint,
    method: MethodLabel,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    Waiting,
    Responding { status: u16, lifetime: Lifetime },
    Ended,
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

impl InFlight {
    /// Arrived now, and counted as started.
    #[inline]
    pub(super) fn new(handle: Weak<Recorder>, endpoint: Endpoint, method: MethodLabel) -> Self {
        Self { handle, arrived: Instant::now(), bytes: 0, endpoint, method, stage: Stage::Waiting }
    }

    /// The response head is there.
    pub(crate) fn respond(&mut self, status: u16, lifetime: Lifetime) {
        let nanoseconds = self.nanoseconds();
        local::with(&self.handle, |local| local.request(self.endpoint, self.method, status, nanoseconds));
        self.stage = Stage::Responding { status, lifetime };
    }

    /// The header field that tells the browser this request's endpoint; none for an unmatched one.
    pub(crate) fn server_timing(&self) -> Option<HeaderValue> {
        self.handle.upgrade()?.endpoints.name(self.endpoint).server_timing.clone()
    }

    #[inline]
    pub(crate) fn method(&self) -> MethodLabel {
        self.method
    }

    /// Body bytes were handed over.
    #[inline]
    pub(crate) fn sent(&mut self, amount: usize) {
        self.bytes = self.bytes.saturating_add(amount as u64);
    }

    /// The body bytes handed over so far.
    #[inline]
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    #[inline]
    pub(crate) fn end(mut self, end: End) {
        self.exit(end);
    }

    /// The one way out.
    fn exit(&mut self, end: End) {
        match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Ended => {}
            Stage::Waiting => self.unanswered(end),
            Stage::Responding { status, lifetime } => {
                if lifetime != Lifetime::Unrecorded {
                    self.live(status, lifetime);
                }
                let (endpoint, method, bytes) = (self.endpoint, self.method, self.bytes);
                local::with_last(std::mem::take(&mut self.handle), |local| local.responded(endpoint, method, end, bytes));
            }
        }
    }

    #[cold]
    fn unanswered(&mut self, end: End) {
        let status = if end == End::Dropped { CLIENT_CLOSED_REQUEST } else { INTERNAL_SERVER_ERROR };
        let (endpoint, method, nanoseconds) = (self.endpoint, self.method, self.nanoseconds());
        local::with_last(std::mem::take(&mut self.handle), |local| {
            local.request(endpoint, method, status, nanoseconds)?;
            local.unanswered(endpoint, method)
        });
    }

    #[inline(never)]
    fn live(&self, status: u16, lifetime: Lifetime) {
        let table = match lifetime {
            Lifetime::Unrecorded => return,
            Lifetime::Response => RESPONSES,
            Lifetime::EventStream => STREAMS,
        };
        let Some(recorder) = self.handle.upgrade() else { return };
        let series = recorder.status_series(table, self.endpoint, self.method, status);
        let nanoseconds = self.nanoseconds();
        local::with(&self.handle, |local| local.observe(table, series, nanoseconds));
    }

    #[inline]
    fn nanoseconds(&self) -> u64 {
        let elapsed = self.arrived.elapsed();
        elapsed.as_secs().saturating_mul(1_000_000_000).saturating_add(elapsed.subsec_nanos().into())
    }
}

impl Drop for InFlight {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self.stage, Stage::Ended) {
            self.exit(End::Dropped);
        }
    }
}

/// nginx's number for a client that went away before it was answered.
const CLIENT_CLOSED_REQUEST: u16 = 499;
const INTERNAL_SERVER_ERROR: u16 = 500;
