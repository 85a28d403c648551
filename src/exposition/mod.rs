//! `GET /metrics`: everything recorded, and the host's registry, in the format that `Accept` asks for.
//!
//! | format | `Content-Type` |
//! |---|---|
//! | text, unless something else is asked for | `text/plain; version=0.0.4; charset=utf-8` (or `1.0.0`) |
//! | `OpenMetrics` | `application/openmetrics-text; version=1.0.0; charset=utf-8` (or `0.0.1`) |
//! | protobuf, with the feature and [`Builder::protobuf`](crate::Builder) | `application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited` |
//!
//! All have the same series. `OpenMetrics` calls a counter without the `_total` of its samples and adds the unit, seconds or bytes. A counter
//! of the host's that is none by its rules (no `_total`, a NaN, a name that clashes) has no type there, and keeps its name; so have the samples of a
//! histogram or summary with a negative bound or quantile, or whose sum is negative or NaN. Protobuf says of our
//! counters and histograms when the monitor was made, which Prometheus can take for their start (`created-timestamp-zero-ingestion`).
//! The answer is compressed for those who take gzip, and not offered in another coding: Prometheus asks for none.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use http_body_util::{BodyExt, Empty};
//! use tower::{Layer, Service, service_fn};
//!
//! let monitor = tower_rum::Monitor::new();
//! let not_ours = service_fn(async |_| Ok::<_, std::convert::Infallible>(http::Response::new(Empty::<bytes::Bytes>::new())));
//! let mut app = monitor.routes_layer().layer(not_ours);
//!
//! let request = http::Request::get("/metrics").body(Empty::<bytes::Bytes>::new()).unwrap();
//! let text = app.call(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
//! assert!(text.starts_with(b"# HELP "));
//! # });
//! ```
//!
//! # Guards
//!
//! **The host's registry** is asked by a thread of its own, in the context of the scrape's tokio runtime, once at a time: scrapes that come meanwhile share
//! what it finds. A collector that
//! panics costs the host's families of the scrapes that wait for it. One that blocks is left behind at each scrape's deadline, and no second one
//! is asked beside it; our own families are served in time. The deadline is `X-Prometheus-Scrape-Timeout-Seconds` (10 s where that is missing or no
//! positive number, 120 s at most) less half a second, or half of it where it is under a second. When a gather ends after the deadline
//! of the scrape that began it, what it found goes to the scrapes that came before that deadline; for those that came later it is too old, and the registry
//! is asked anew. The threads, two for each monitor, start with the first scrape and end with the monitor.
//!
//! Without a tokio runtime (an executor of another kind) the registry is asked where the scrape is polled, for as long as that takes; a scrape that finds it
//! being asked already waits as above.
//!
//! **In flight** are at most [`scrapes_in_flight`](crate::Builder::scrapes_in_flight); one past that is answered with 503 and `Retry-After: 1`.
//!
//! **`?name[]=a&name[]=b`** asks for these families alone, ours and the host's, by their own names (a counter's with or without `_total`) or by those of their samples
//! (`a_bucket`, `a_sum`, `a_count`). A name that nobody has finds nothing; what else a query says is passed over. Collectors are asked all the
//! same.
//!
//! | metric | moves |
//! |---|---|
//! | `rum_exposition_requests_total{status}` | a scrape is answered: 200, 500 or 503; it shows from the next one on |
//! | `rum_exposition_requests_in_flight` | the scrapes being answered, the one that tells it included |
//! | `rum_exposition_failures_total{reason}` | a scrape lacks families of the host's: `panic` and `timeout` all of them, `encoding` one that the format cannot say |
//! | `rum_exposition_conflicts_total` | a family of the host's is left out because we have one of that name |

mod compressor;
mod deadline;
mod gathering;
mod negotiation;
mod room;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use prometheus::Registry;
use tokio::runtime::Handle;

use crate::encode::{Format, Formats, HostFamilies, Names};
use crate::record::{Recorder, Scraping};
use crate::serve::{self, Body, Encoding};

use compressor::Compressor;
use gathering::{Gathered, Gathering};
use negotiation::{ContentType, Offer};
use room::Room;

/// Answers scrapes.
#[derive(Debug, Clone)]
pub(crate) struct Exposition {
    recorder: Arc<Recorder>,
    /// Of collectors that wait for nothing.
    collected: Registry,
    gathering: Arc<Gathering>,
    /// In flight at one time.
    most: usize,
    formats: Arc<Formats>,
    offers: &'static [Offer],
    /// The length of the last text: the next one is written into as much room, without growing on the way.
    length: Arc<AtomicUsize>,
    room: Room,
    compressor: Compressor,
}

impl Exposition {
    pub(crate) fn new(recorder: Arc<Recorder>, collected: Registry, registry: Registry, most: usize) -> Self {
        let formats = Arc::new(Formats::new(&recorder));
        Self {
            recorder,
            collected,
            gathering: Arc::new(Gathering::new(registry)),
            most,
            formats,
            offers: Offer::TEXTS,
            length: Arc::default(),
            room: Room::default(),
            compressor: Compressor::default(),
        }
    }

    /// Offers protobuf beside the formats that are text.
    #[cfg(feature = "protobuf")]
    pub(crate) fn with_protobuf(mut self, on: bool) -> Self {
        self.offers = if on { Offer::ALL } else { Offer::TEXTS };
        self
    }

    /// The answer to a request; the server leaves the body out where the method is HEAD.
    pub(crate) async fn respond(&self, request: &Parts) -> Response<Body> {
        let arrived = Instant::now();
        if let Some(response) = serve::method_not_allowed(&request.method, &[Method::GET, Method::HEAD]) {
            return response;
        }
        let response = match self.recorder.scraping(self.most) {
            Some(scraping) => self.scrape(arrived, request, scraping).await,
            None => crowded(),
        };
        self.recorder.scrape_answered(response.status().as_str());
        response
    }

    async fn scrape(&self, arrived: Instant, request: &Parts, scraping: Scraping) -> Response<Body> {
        let content_type = ContentType::accepted(&request.headers, self.offers);
        let asked = Asked {
            format: content_type.format(),
            encoding: Encoding::accepted_fast(&request.headers),
            names: Names::of_query(request.uri.query()),
        };
        let host = self.gathering.gather(deadline::deadline(arrived, &request.headers)).await;
        match self.written_off_the_worker_if_long(asked, host, scraping).await {
            Some((body, encoding)) => serve::exposition(body, content_type.header(), encoding),
            None => serve::line(StatusCode::INTERNAL_SERVER_ERROR, "the scrape failed"),
        }
    }

    /// Writes a short text at once, and a long one on a thread for blocking work where there is a runtime that has some: it must not
    /// keep a worker from its requests.
    async fn written_off_the_worker_if_long(
        &self,
        asked: Asked,
        host: Gathered,
        scraping: Scraping,
    ) -> Option<(Bytes, Encoding)> {
        let fast = asked.encoding == Encoding::Identity && asked.format.is_fast();
        let long = if fast { LONG } else { LONG_AND_SLOW };
        match Handle::try_current() {
            Ok(runtime) if self.length.load(Ordering::Relaxed) >= long => {
                let exposition = self.clone();
                // In flight until it is written, also when nobody waits for it any more.
                let write = move || (exposition.written(&asked, &host), scraping).0;
                runtime.spawn_blocking(write).await.ok()
            }
            _ => Some(self.written(&asked, &host)),
        }
    }

    fn written(&self, asked: &Asked, host: &Gathered) -> (Bytes, Encoding) {
        self.compressor.compress(self.text(asked, host), asked.encoding)
    }

    fn text(&self, asked: &Asked, host: &Gathered) -> Bytes {
        if !asked.names.is_all() {
            // What holds a whole text is left to the next that is one.
            let mut text = Vec::new();
            self.write(&mut text, asked, host);
            return text.into();
        }
        let mut text = self.room.take(self.length.load(Ordering::Relaxed) + ROOM_TO_GROW);
        self.write(&mut text, asked, host);
        self.length.store(text.len(), Ordering::Relaxed);
        self.room.lend(text)
    }

    fn write(&self, text: &mut Vec<u8>, asked: &Asked, host: &Gathered) {
        let collected = HostFamilies::gather(&self.collected);
        let (none, gathered) = (HostFamilies::default(), [collected.as_ref(), host.as_deref()]);
        let families = gathered.map(|gathered| gathered.unwrap_or(&none));
        self.formats.write(asked.format, &asked.names, text, &self.recorder, &families);
        for failure in gathered.into_iter().filter_map(Result::err) {
            self.recorder.scrape_lacked(*failure);
        }
    }
}

/// What a scrape is to be answered with.
#[derive(Debug)]
struct Asked {
    format: Format,
    encoding: Encoding,
    names: Names,
}

fn crowded() -> Response<Body> {
    let mut response = serve::line(StatusCode::SERVICE_UNAVAILABLE, "too many scrapes at once");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

const ROOM_TO_GROW: usize = 4096;

/// In bytes; some 2 000 samples, which take about as long to write as it takes to wake another thread.
const LONG: usize = 256 * 1024;

/// The same where it is compressed or written in protobuf, which takes several times as long.
const LONG_AND_SLOW: usize = 32 * 1024;

#[cfg(all(test, not(loom)))] // on a runtime of tokio
mod tests {
    use http_body::Body;

    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_scrape_writes_into_the_memory_of_the_one_before_it() {
        let recorder = Recorder::new(&Config::default());
        let exposition = Exposition::new(recorder, Registry::new(), Registry::new(), 1);
        let (request, ()) = http::Request::new(()).into_parts();
        let response = exposition.respond(&request).await;
        let length = response.body().size_hint().exact().unwrap();
        assert_eq!(exposition.room.take(0).capacity(), 0, "the response has it");
        drop(response);
        assert!(exposition.room.take(0).capacity() as u64 >= length);
    }
}
