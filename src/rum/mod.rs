//! The ingest: a beacon passes the gate, becomes an event, and moves metrics. Synchronous, and without I/O.
//!
//! | route | takes | moves |
//! |---|---|---|
//! | `POST /log-page-load` | `load_time` in milliseconds; optional `endpoint`, `phases`, `lcp`, `inp`, `fcp`, `ttfb`, `cls` | `page_load_time_seconds`, `page_load_phase_seconds`, `web_vitals_*` |
//! | `POST /log-interaction` | `type`, a DOM event type; optional `name`, declared by the host | `user_interactions_total` |
//! | `POST /log-user-error` | nothing, or `kind` and `endpoint` | `user_errors_total` |
//!
//! Each takes a form (`application/x-www-form-urlencoded`) or JSON (`application/json`, or `text/plain` as `sendBeacon` sends it) and answers
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

mod gate;
mod service;

use std::sync::Arc;

use http::request::Parts;

use crate::beacon::{Event, Form, Format, Reason, Rejection, Vital};
use crate::config::{Config, Vocabulary};
use crate::record::{Counter, Histogram, Recorder, Room};

use gate::Gate;

/// Everything the ingest needs; shared by all its routes.
#[derive(Debug)]
pub(crate) struct Ingest {
    recorder: Arc<Recorder>,
    gate: Gate,
    vocabulary: Vocabulary,
}

impl Ingest {
    pub(crate) fn new(recorder: Arc<Recorder>, config: &Config) -> Self {
        Self { recorder, gate: Gate::new(config.gate.clone()), vocabulary: config.vocabulary.clone() }
    }

    /// Whether a beacon may come in, by its head alone, and how its body is written.
    pub(crate) fn admit(&self, head: &Parts) -> Result<Format, Rejection> {
        self.gate.admit(head)?;
        Format::of(&head.headers)
    }

    /// Records the event that an admitted body holds.
    pub(crate) fn ingest(&self, form: Form, format: Format, body: &[u8]) -> Result<(), Rejection> {
        let event = form.decode(format, body, &self.vocabulary)?;
        self.record(&event);
        Ok(())
    }

    /// Counts a rejection under its reason.
    pub(crate) fn reject(&self, reason: Reason) {
        // The reasons are all there from the start: there is always room.
        let _ = self.recorder.increment(Counter::Rejected, &[reason.label()], 1);
    }

    fn record(&self, event: &Event<'_>) {
        let endpoint = |claimed| self.recorder.endpoint_label(claimed);
        match event {
            Event::PageLoad(load) => {
                let endpoint = endpoint(load.endpoint.as_deref());
                self.observe(Histogram::PageLoadTime, endpoint, load.seconds);
                for &(phase, seconds) in &load.phases {
                    self.observe(Histogram::PageLoadPhase, phase, seconds);
                }
                for &(vital, value) in &load.vitals {
                    self.observe(histogram(vital), endpoint, value);
                }
            }
            Event::Interaction(interaction) => {
                let labels = [interaction.kind, interaction.name];
                self.note(self.recorder.increment(Counter::UserInteractions, &labels, 1));
            }
            Event::Error(error) => {
                let labels = [endpoint(error.endpoint.as_deref()), error.kind.label()];
                self.note(self.recorder.increment(Counter::UserErrors, &labels, 1));
            }
        }
        let _ = self.recorder.increment(Counter::Events, &[event.kind()], 1);
    }

    fn observe(&self, histogram: Histogram, label: &str, value: f64) {
        self.note(self.recorder.observe(histogram, &[label], value));
    }

    fn note(&self, room: Room) {
        if room == Room::Overflow {
            self.reject(Reason::Series);
        }
    }
}

fn histogram(vital: Vital) -> Histogram {
    match vital {
        Vital::LargestContentfulPaint => Histogram::LargestContentfulPaint,
        Vital::InteractionToNextPaint => Histogram::InteractionToNextPaint,
        Vital::FirstContentfulPaint => Histogram::FirstContentfulPaint,
        Vital::TimeToFirstByte => Histogram::TimeToFirstByte,
        Vital::CumulativeLayoutShift => Histogram::CumulativeLayoutShift,
    }
}
