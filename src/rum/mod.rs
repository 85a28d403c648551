//! The ingest: a beacon passes the gate, becomes an event, and moves metrics. Synchronous, and without I/O.
//!
//! | route | takes | moves |
//! |---|---|---|
//! | `POST /log-page-load` | `load_time` in milliseconds; optional `endpoint`, `lcp`, `inp`, `fcp`, `ttfb`, `cls`, `trace_id` (32 lowercase hexadecimal digits), and in JSON `phases` | `page_load_time_seconds`, `page_load_phase_seconds`, `web_vitals_*` |
//! | `POST /log-interaction` | `type`, a DOM event type; optional `name`, declared by the host, and `count` | `user_interactions_total` |
//! | `POST /log-user-error` | nothing, or `kind`, `endpoint` and `count` | `user_errors_total` |
//! | `POST /log-beacon` | the script's batch, JSON | all of these, and what the page measures besides |
//!
//! The first three each take a form (`application/x-www-form-urlencoded`) or JSON (`application/json`, or `text/plain` as `sendBeacon` sends it) and answer
//! 204. What is refused moves `rum_rejected_total{reason}` and nothing else, a batch also `rum_batches_total{result}`. See [`Builder`](crate::Builder) for what a host can set.
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
//!
//! ## Pages of another origin
//!
//! Where an application's pages are served from elsewhere, its [`origins`](crate::Builder::origins) are listed, and the tag names the server. The script
//! sends to the server that it is from:
//!
//! ```
//! let monitor = tower_rum::Monitor::builder().origins(["https://www.example.com"]).endpoints(["/cart"]).build()?;
//! let script = monitor.script();
//! let tag = format!(
//!     r#"<script src="https://api.example.com{}" integrity="{}" crossorigin data-endpoint="/cart" async></script>"#,
//!     script.hashed_path(),
//!     script.integrity(),
//! );
//! # assert!(tag.contains("sha384-"));
//! # Ok::<(), tower_rum::Error>(())
//! ```
//!
//! Such a page's policy needs that server in `script-src` and `connect-src`, and the page says its own template, declared by
//! [`endpoints`](crate::Builder::endpoints): its document has no `Server-Timing` of ours. To its requests to the server, the browser shows that field
//! only with a `Timing-Allow-Origin` beside it, which is the host's to send.
//!
//! Answers of the ingest and the script carry `Access-Control-Allow-Origin` for a listed origin and no other, on refusals too, and `Vary: Origin`; a preflight of a
//! listed origin may post a `Content-Type`, for two hours; no credentials. A preflight of any other is 403 and counts under `origin`, as the beacon that the
//! browser then keeps to itself. The script's own beacons are simple requests and need none. [`same_site`](crate::Builder::same_site) takes those of a whole site and
//! lets nobody read.
//!
//! A CORS layer of the host's own may go around the routes if it sets these fields instead of adding to them, as tower-http's does: it then also
//! answers the preflights. It lets nobody send: the gate still decides.
//!
//! For pages of applications in other languages, the example `collector` is such a server and nothing else: `examples/collector/`, with a config file and a
//! Kubernetes manifest.
//!
//! ## Rates
//!
//! Beacons are taken at two rates, and answered with 429 and `Retry-After` past either:
//! [`client_beacons_per_second`](crate::Builder::client_beacons_per_second) of one client, then
//! [`beacons_per_second`](crate::Builder::beacons_per_second) of all. One client's flood takes no more of what all have than its own rate.
//!
//! A client is an IPv4 address or an IPv6 /64. The address is that of the connection, from axum's `ConnectInfo<SocketAddr>`
//! (`into_make_service_with_connect_info`), actix's `peer_addr`, or a [`ClientAddress`](crate::ClientAddress) that the host puts into the request's extensions. Without
//! one only the rate of all applies.
//!
//! Behind proxies the connection is theirs. Those named by [`trusted_proxies`](crate::Builder::trusted_proxies) are believed: the client is the
//! right-most hop of their `Forwarded` (RFC 7239) or `X-Forwarded-For` that is none of them, and the left-most if all are. Where both fields are there and
//! name two clients, one is forged, and the beacon counts as the proxy's own. What cannot be read is nobody's word. Until
//! the host says which proxies there are (`[]`: none), a connection from an internal address (loopback, private, link-local, shared) is taken for that of a
//! proxy that nobody has named, and only the rate of all applies: its clients must not share one client's. Behind a proxy with a public address, a CDN
//! say, name it.
//!
//! The clients' limiters stand in a table of fixed size, 4 096 of 8 bytes, where a hash of the address under a random key of this process falls; no address
//! is stored. Two clients may share one, and nobody outside can choose with whom: beside a flood from one address, one in 4 096 other clients is refused
//! with it, beside one from a hundred addresses one in 41.
//!
//! ```
//! let monitor = tower_rum::Monitor::builder()
//!     .beacons_per_second(2_000)
//!     .client_beacons_per_second(20)
//!     .trusted_proxies(["10.0.0.0/8", "2001:db8::/32"])
//!     .build()?;
//! # Ok::<(), tower_rum::Error>(())
//! ```

mod cors;
mod event;
mod gate;
mod rate;
mod reading;
mod script;
mod seen;
mod sender;
mod service;
mod sessions;
mod waiting;

use std::sync::Arc;

use http::request::Parts;

use crate::beacon::{Batch, BatchResult, EVENT_KINDS, Event, Form, Format, Reason, Rejection};
use crate::config::{Config, MAX_BODY_BYTES, Vocabulary};
use crate::record::{Counted, Counter, Recorder, Room};
use crate::replay::{Queue, Replay};

use cors::{Cors, Listed};
use gate::Gate;
use seen::Seen;
use sender::Sender;
use sessions::Sessions;
use waiting::Waiting;

pub(crate) use reading::Reading;
pub use script::Script;

/// Everything the ingest needs; shared by all its routes.
#[derive(Debug)]
pub(crate) struct Ingest {
    recorder: Arc<Recorder>,
    gate: Gate,
    cors: Cors,
    vocabulary: Vocabulary,
    seen: Seen,
    /// Page views are counted by a cookie already.
    cookie_journeys: bool,
    /// `rum_events_total` by kind.
    events: [Counted; EVENT_KINDS.len()],
    /// Off, there is no route that leads here.
    sessions: Option<Sessions>,
}

/// What a beacon's body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Single(Form),
    Batch,
    /// Events of a session that is recorded.
    Session,
}

impl Ingest {
    pub(crate) fn new(recorder: Arc<Recorder>, config: &Config) -> Self {
        Self {
            gate: Gate::new(config.gate.clone()),
            cors: Cors::new(&config.gate.origins),
            vocabulary: config.vocabulary.clone(),
            seen: Seen::default(),
            cookie_journeys: config.cookie_journeys,
            events: EVENT_KINDS.map(|kind| recorder.counted(Counter::Events, &[kind])),
            sessions: None,
            recorder,
        }
    }

    /// Takes events of sessions as well, into this queue.
    pub(crate) fn with_sessions(mut self, replay: &Replay, queue: Arc<Queue>) -> Self {
        self.sessions = Some(Sessions::new(replay, queue, &self.recorder));
        self
    }

    /// The most that a body may hold, counted on the bytes read.
    fn most_bytes(&self, kind: Kind) -> usize {
        self.sessions_of(kind).map_or(MAX_BODY_BYTES, Sessions::body_bytes)
    }

    /// A place to wait for a body that is not there yet.
    fn wait(&self, kind: Kind) -> Result<Waiting, Rejection> {
        self.sessions_of(kind).map_or_else(|| self.gate.wait(), Sessions::wait)
    }

    fn sessions_of(&self, kind: Kind) -> Option<&Sessions> {
        self.sessions.as_ref().filter(|_| kind == Kind::Session)
    }

    /// Whether a beacon may come in, by its head alone, and how its body is written.
    fn admit(&self, head: &Parts, sender: &Sender<'_>, listed: Option<Listed>) -> Result<Format, Rejection> {
        self.gate.admit(head, sender, listed.is_some())?;
        Format::of(sender.content_type)
    }

    /// Records what an admitted body holds, and counts what it refuses.
    pub(crate) fn ingest(&self, kind: Kind, format: Format, body: &[u8]) -> Result<(), Rejection> {
        match kind {
            Kind::Single(form) => {
                let event = form.decode(format, body, &self.vocabulary);
                self.record(&event.map_err(|rejection| self.refuse(kind, rejection))?);
                Ok(())
            }
            Kind::Batch => {
                let batch = self.batch(format, body).map_err(|rejection| self.refuse(kind, rejection))?;
                self.events(&batch)
            }
            Kind::Session => self.sessions.as_ref().map_or(Ok(()), |sessions| self.take_session(sessions, format, body)),
        }
    }

    /// Counts a beacon that is refused whole.
    pub(crate) fn refuse(&self, kind: Kind, rejection: Rejection) -> Rejection {
        self.reject(rejection.reason);
        if kind == Kind::Batch {
            self.conclude(BatchResult::Rejected);
        }
        rejection
    }

    /// A batch that is to be recorded: well framed, not a program's, and there for the first time.
    fn batch<'a>(&self, format: Format, body: &'a [u8]) -> Result<Batch<'a>, Rejection> {
        let batch = Batch::decode(format, body)?;
        if batch.webdriver && !self.gate.takes_robots() {
            return Err(Reason::Bot.because("not recorded: a program drives the browser"));
        }
        if !self.seen.is_first(batch.id.clone()) {
            return Err(Reason::Duplicate.because("not recorded: the batch was there before"));
        }
        Ok(batch)
    }

    /// A bad event loses itself alone: the batch is refused only if none is good, and then by what is wrong with its first.
    fn events(&self, batch: &Batch<'_>) -> Result<(), Rejection> {
        let (mut recorded, mut refused) = (0, None);
        for event in batch.events(&self.vocabulary) {
            match event {
                Ok(event) => {
                    recorded += 1;
                    self.record(&event);
                }
                Err(rejection) => {
                    self.reject(rejection.reason);
                    refused.get_or_insert(rejection);
                }
            }
        }
        let (result, answer) = match refused {
            None => (BatchResult::Accepted, Ok(())),
            Some(_) if recorded > 0 => (BatchResult::Partial, Ok(())),
            Some(rejection) => (BatchResult::Rejected, Err(rejection.of_the_whole_batch())),
        };
        self.conclude(result);
        answer
    }

    fn conclude(&self, result: BatchResult) {
        // The results are all there from the start, as the reasons below: there is always room.
        let _ = self.recorder.increment(Counter::Batches, &[result.label()], 1);
    }

    fn reject(&self, reason: Reason) {
        let _ = self.recorder.increment(Counter::Rejected, &[reason.label()], 1);
    }

    fn record(&self, event: &Event<'_>) {
        self.recorder.add(self.events[event.kind()], 1);
        if self.cookie_journeys && matches!(event, Event::PageView { .. }) {
            return;
        }
        if event::record(&self.recorder, self.vocabulary.counters.len(), event) == Room::Overflow {
            self.reject(Reason::Series);
        }
    }
}
