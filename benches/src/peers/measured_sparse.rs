//! The `measured` crate with sparse vectors and an interner for the endpoints.

use std::time::Instant;

use http::Method;
use measured::lasso::ThreadedRodeo;
use measured::metric::histogram::Thresholds;
use measured::{CounterVec, FixedCardinalityLabel, GaugeVec, HistogramVec, LabelGroup};

use super::bounds::{BYTES, SECONDS};
use super::guarded::Record;

#[derive(FixedCardinalityLabel, Clone, Copy)]
enum Verb {
    Get,
    Post,
    Put,
    Other,
}

#[derive(LabelGroup)]
#[label(set = ByEndpointSet)]
struct ByEndpoint<'a> {
    method: Verb,
    #[label(dynamic_with = ThreadedRodeo, default)]
    endpoint: &'a str,
}

#[derive(FixedCardinalityLabel, Clone, Copy)]
enum Status {
    Ok = 200,
    Created = 201,
    NotFound = 404,
    Error = 500,
}

#[derive(LabelGroup)]
#[label(set = ByStatusSet)]
struct ByStatus<'a> {
    method: Verb,
    #[label(dynamic_with = ThreadedRodeo, default)]
    endpoint: &'a str,
    status: Status,
}

pub struct MeasuredSparse {
    requests: CounterVec<ByStatusSet>,
    seconds: HistogramVec<ByStatusSet, { SECONDS.len() }>,
    bytes: HistogramVec<ByEndpointSet, { BYTES.len() }>,
    in_flight: GaugeVec<ByEndpointSet>,
}

impl MeasuredSparse {
    pub fn new() -> Self {
        Self {
            requests: CounterVec::sparse(),
            seconds: HistogramVec::sparse_with_metadata(Thresholds::with_buckets(SECONDS)),
            bytes: HistogramVec::sparse_with_metadata(Thresholds::with_buckets(BYTES)),
            in_flight: GaugeVec::sparse(),
        }
    }
}

impl Default for MeasuredSparse {
    fn default() -> Self {
        Self::new()
    }
}

impl Record for MeasuredSparse {
    type Arrived = Instant;

    fn arrived(&self, endpoint: &str, method: &Method) -> Instant {
        self.in_flight.inc(ByEndpoint { method: verb(method), endpoint });
        Instant::now()
    }

    fn answered(&self, arrived: &Instant, endpoint: &str, method: &Method, status: u16) {
        let labels = || ByStatus { method: verb(method), endpoint, status: class(status) };
        self.requests.inc(labels());
        self.seconds.observe(labels(), arrived.elapsed().as_secs_f64());
    }

    fn ended(&self, _: &Instant, endpoint: &str, method: &Method, bytes: u64) {
        self.bytes.observe(ByEndpoint { method: verb(method), endpoint }, bytes as f64);
        self.in_flight.dec(ByEndpoint { method: verb(method), endpoint });
    }
}

fn verb(method: &Method) -> Verb {
    match *method {
        Method::GET => Verb::Get,
        Method::POST => Verb::Post,
        Method::PUT => Verb::Put,
        _ => Verb::Other,
    }
}

fn class(status: u16) -> Status {
    match status {
        200 => Status::Ok,
        201 => Status::Created,
        404 => Status::NotFound,
        _ => Status::Error,
    }
}
