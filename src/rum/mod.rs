//! The ingest: a beacon passes the gate, becomes an event, and moves metrics. Synchronous, and without I/O.
//!
//! | route | takes | moves |
//! |---|---|---|
//! | `POST /log-page-load` | `load_time` in milliseconds; optional `endpoint`, `phases`, `lcp`, `inp`, `fcp`, `ttfb`, `cls` | `page_load_time_seconds`, `page_load_phase_seconds`, `web_vitals_*` |
//! | `POST /log-interaction` | `type`, a DOM event type; optional `name`, declared by the host | `user_interactions_total` |
//! | `POST /log-user-error` | nothing, or `kind` and `endpoint` | `user_errors_total` |
//! | `POST /log-beacon` | the script's batch, JSON | all of these, and what the page measures besides |
//!
//! The first three each take a form (`application/x-www-form-urlencoded`) or JSON (`application/json`, or `text/plain` as `sendBeacon` sends it) and answer
//! 204. What it refuses moves `rum_rejected_total{reason}` and nothing else. See [`Builder`](crate::Builder) for what a host can set.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use http_body_util::{Empty, Full};
//! use tower::{Layer, Service, service_fn};
//!
//! let monitor = tower_rum::Monitor::new();
//! let not_ours = service_fn(async |_| Ok::<_, std::convert::Infallible>(http::Response::new(Empty::<bytes::Bytes>::new())));
//! let mut app = monitor.routes_layer().layer(not_ours);
//!
//! let beacon = http::Request::post("/log-page-load")
//!     .header("content-type", "application/json")
//!     .body(Full::<bytes::Bytes>::from(r#"{"load_time":1234.5}"#))
//!     .unwrap();
//! assert_eq!(app.call(beacon).await.unwrap().status(), 204);
//! # });
//! ```

mod event;
mod gate;
mod script;
mod seen;
mod service;

use std::sync::Arc;

use http::request::Parts;

use crate::beacon::{Batch, BatchResult, Form, Format, Reason, Rejection};
use crate::config::{Config, Vocabulary};
use crate::record::{Counter, Recorder, Room};

use gate::Gate;
use seen::Seen;

pub use script::Script;

/// Everything the ingest needs; shared by all its routes.
#[derive(Debug)]
pub(crate) struct Ingest {
    recorder: Arc<Recorder>,
    gate: Gate,
    vocabulary: Vocabulary,
    seen: Seen,
}

/// What a beacon's body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Single(Form),
    Batch,
}

impl Ingest {
    pub(crate) fn new(recorder: Arc<Recorder>, config: &Config) -> Self {
        Self { recorder, gate: Gate::new(config.gate.clone()), vocabulary: config.vocabulary.clone(), seen: Seen::default() }
    }

    /// Whether a beacon may come in, by its head alone, and how its body is written.
    pub(crate) fn admit(&self, head: &Parts) -> Result<Format, Rejection> {
        self.gate.admit(head)?;
        Format::of(&head.headers)
    }

    /// Records what an admitted body holds.
    pub(crate) fn ingest(&self, kind: Kind, format: Format, body: &[u8]) -> Result<(), Rejection> {
        match kind {
            Kind::Single(form) => {
                self.record(&form.decode(format, body, &self.vocabulary)?);
                Ok(())
            }
            Kind::Batch => self.batch(format, body),
        }
    }

    /// Counts a rejection under its reason.
    pub(crate) fn reject(&self, reason: Reason) {
        // The reasons are all there from the start: there is always room.
        let _ = self.recorder.increment(Counter::Rejected, &[reason.label()], 1);
    }

    /// A bad event loses itself alone: the batch fails only if none is good.
    fn batch(&self, format: Format, body: &[u8]) -> Result<(), Rejection> {
        let outcome = self.events(format, body);
        let result = match &outcome {
            Ok(None) => BatchResult::Accepted,
            Ok(Some(_)) => BatchResult::Partial,
            Err(_) => BatchResult::Rejected,
        };
        let _ = self.recorder.increment(Counter::Batches, &[result.label()], 1);
        outcome.map(|_| ())
    }

    /// The last event's rejection where another one was good; the whole batch's where none was.
    fn events(&self, format: Format, body: &[u8]) -> Result<Option<Rejection>, Rejection> {
        let batch = Batch::decode(format, body)?;
        if batch.webdriver && !self.gate.takes_robots() {
            return Err(Reason::Bot.because("not recorded: a program drives the browser"));
        }
        if !self.seen.is_first(batch.id.clone()) {
            return Err(Reason::Duplicate.because("not recorded: the batch was there before"));
        }
        let (mut good, mut refused) = (false, None);
        for event in batch.events(&self.vocabulary) {
            // Whatever was refused before this one is counted here; the last one of a batch without a good event is counted with it.
            match event {
                Ok(event) => {
                    good = true;
                    self.record(&event);
                }
                Err(rejection) => {
                    if let Some(Rejection { reason, .. }) = refused.replace(rejection) {
                        self.reject(reason);
                    }
                }
            }
        }
        match refused {
            Some(rejection) if !good => Err(rejection),
            Some(rejection) => {
                self.reject(rejection.reason);
                Ok(Some(rejection))
            }
            None => Ok(None),
        }
    }

    fn record(&self, event: &crate::beacon::Event<'_>) {
        if event::record(&self.recorder, self.vocabulary.counters.len(), event) == Room::Overflow {
            self.reject(Reason::Series);
        }
    }
}
