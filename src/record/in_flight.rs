//! One request from arrival to the end of its response, counted once however it ends.

use std::sync::{Arc, Weak};
use std::time::Instant;

use http::HeaderValue;

use crate::label::MethodLabel;

use super::Recorder;
use super::endpoints::Endpoint;
use super::local::{self, Local};
use super::tables::{RESPONSES, STREAMS};

/// A request in flight. Dropping it is the client going away: 499 before the head, an incomplete response after it.
pub(crate) struct InFlight {
    anchor: Arc<Weak<Recorder>>,
    arrived: Instant,
    endpoint: Endpoint,
    method: MethodLabel,
    stage: Stage,
}

enum Stage {
    Waiting,
    Responding { status: u16, bytes: u64, lifetime: Lifetime },
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
    pub(super) fn begin(local: &mut Local, endpoint: Endpoint, method: MethodLabel) -> Option<Self> {
        local.started(endpoint, method)?;
        Some(Self { anchor: local.anchor(), arrived: Instant::now(), endpoint, method, stage: Stage::Waiting })
    }

    /// The response head is there.
    pub(crate) fn respond(&mut self, status: u16, lifetime: Lifetime) {
        let nanoseconds = self.nanoseconds();
        local::with(&self.anchor, |local| local.request(self.endpoint, self.method, status, nanoseconds));
        self.stage = Stage::Responding { status, bytes: 0, lifetime };
    }

    /// The header field that tells the browser this request's endpoint; none for an unmatched one.
    pub(crate) fn server_timing(&self) -> Option<HeaderValue> {
        self.anchor.upgrade()?.endpoints.name(self.endpoint).server_timing.clone()
    }

    /// Body bytes were handed over.
    pub(crate) fn sent(&mut self, amount: usize) {
        if let Stage::Responding { bytes, .. } = &mut self.stage {
            *bytes = bytes.saturating_add(amount as u64);
        }
    }

    /// The body bytes handed over so far.
    pub(crate) fn bytes(&self) -> u64 {
        match self.stage {
            Stage::Responding { bytes, .. } => bytes,
            Stage::Waiting | Stage::Ended => 0,
        }
    }

    pub(crate) fn end(mut self, end: End) {
        self.exit(end);
    }

    /// The one way out.
    fn exit(&mut self, end: End) {
        let (endpoint, method) = (self.endpoint, self.method);
        match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Waiting => {
                let status = if end == End::Dropped { CLIENT_CLOSED_REQUEST } else { INTERNAL_SERVER_ERROR };
                let nanoseconds = self.nanoseconds();
                local::with(&self.anchor, |local| {
                    local.request(endpoint, method, status, nanoseconds)?;
                    local.unanswered(endpoint, method)
                });
            }
            Stage::Responding { status, bytes, lifetime } => {
                self.live(status, lifetime);
                local::with(&self.anchor, |local| local.responded(endpoint, method, end, bytes));
            }
            Stage::Ended => {}
        }
    }

    fn live(&self, status: u16, lifetime: Lifetime) {
        let table = match lifetime {
            Lifetime::Unrecorded => return,
            Lifetime::Response => RESPONSES,
            Lifetime::EventStream => STREAMS,
        };
        let Some(recorder) = self.anchor.upgrade() else { return };
        let series = recorder.status_series(table, self.endpoint, self.method, status);
        let nanoseconds = self.nanoseconds();
        local::with(&self.anchor, |local| local.observe(table, series, nanoseconds));
    }

    fn nanoseconds(&self) -> u64 {
        u64::try_from(self.arrived.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.exit(End::Dropped);
    }
}

/// nginx's number for a client that went away before it was answered.
const CLIENT_CLOSED_REQUEST: u16 = 499;
const INTERNAL_SERVER_ERROR: u16 = 500;
