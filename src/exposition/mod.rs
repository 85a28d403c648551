//! `GET /metrics`: everything recorded, and the host's registry, in the format that `Accept` asks for.
//!
//! | format | `Content-Type` |
//! |---|---|
//! | text, unless something else is asked for | `text/plain; version=0.0.4; charset=utf-8` (or `1.0.0`) |
//! | `OpenMetrics` | `application/openmetrics-text; version=1.0.0; charset=utf-8` (or `0.0.1`) |
//! | protobuf, with the feature and [`Builder::protobuf`](crate::Builder) | `application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited` |
//!
//! All have the same series. `OpenMetrics` calls a counter without the `_total` of its samples and adds the unit, seconds or bytes. A counter
//! of the host's that is none by its rules (no `_total`, a NaN, a name that clashes) has no type there, and keeps its name. Protobuf says of our
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

mod compressor;
mod negotiation;
mod room;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode};
use prometheus::Registry;
use tokio::runtime::Handle;

use crate::encode::{Format, Formats, HostFamilies};
use crate::record::Recorder;
use crate::serve::{self, Body, Encoding};

use compressor::Compressor;
use negotiation::{ContentType, Offer};
use room::Room;

/// Answers scrapes.
#[derive(Debug, Clone)]
pub(crate) struct Exposition {
    recorder: Arc<Recorder>,
    registry: Registry,
    formats: Arc<Formats>,
    offers: &'static [Offer],
    /// The length of the last text: the next one is written into as much room, without growing on the way.
    length: Arc<AtomicUsize>,
    room: Room,
    compressor: Compressor,
}

impl Exposition {
    pub(crate) fn new(recorder: Arc<Recorder>, registry: Registry) -> Self {
        let formats = Arc::new(Formats::new(&recorder));
        Self {
            recorder,
            registry,
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
    pub(crate) async fn respond(&self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        if let Some(response) = serve::method_not_allowed(method, &[Method::GET, Method::HEAD]) {
            return response;
        }
        let (content_type, encoding) = (ContentType::accepted(headers, self.offers), Encoding::accepted_fast(headers));
        match self.written_off_the_worker_if_long(content_type.format(), encoding).await {
            Some((body, encoding)) => serve::exposition(body, content_type.header(), encoding),
            None => serve::line(StatusCode::INTERNAL_SERVER_ERROR, "the scrape failed"),
        }
    }

    /// Writes a short text at once, and a long one on a thread for blocking work where there is a runtime that has some: it must not
    /// keep a worker from its requests.
    async fn written_off_the_worker_if_long(&self, format: Format, encoding: Encoding) -> Option<(Bytes, Encoding)> {
        let long = if encoding == Encoding::Identity { LONG } else { LONG_TO_COMPRESS };
        match Handle::try_current() {
            Ok(runtime) if self.length.load(Ordering::Relaxed) >= long => {
                let exposition = self.clone();
                runtime.spawn_blocking(move || exposition.written(format, encoding)).await.ok()
            }
            _ => Some(self.written(format, encoding)),
        }
    }

    fn written(&self, format: Format, wanted: Encoding) -> (Bytes, Encoding) {
        self.compressor.compress(self.text(format), wanted)
    }

    fn text(&self, format: Format) -> Bytes {
        let mut text = self.room.take(self.length.load(Ordering::Relaxed) + ROOM_TO_GROW);
        let host = HostFamilies::gather(&self.registry);
        self.formats.write(format, &mut text, &self.recorder, &host);
        self.length.store(text.len(), Ordering::Relaxed);
        self.room.lend(text)
    }
}

const ROOM_TO_GROW: usize = 4096;

/// In bytes; some 2 000 samples, which take about as long to write as it takes to wake another thread.
const LONG: usize = 256 * 1024;

/// In bytes of text; compressing takes several times as long as writing.
const LONG_TO_COMPRESS: usize = 32 * 1024;

#[cfg(test)]
mod tests {
    use http_body::Body;

    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_scrape_writes_into_the_memory_of_the_one_before_it() {
        let recorder = Recorder::new(&Config::default());
        let exposition = Exposition::new(recorder, Registry::new());
        let response = exposition.respond(&Method::GET, &HeaderMap::new()).await;
        let length = response.body().size_hint().exact().unwrap();
        assert_eq!(exposition.room.take(0).capacity(), 0, "the response has it");
        drop(response);
        assert!(exposition.room.take(0).capacity() as u64 >= length);
    }
}
