//! Exemplars: which buckets name a trace, which trace that is, and where it comes from.

#[cfg(feature = "actix")]
mod actix;
mod current_span;
mod pages;
mod requests;
mod threads;
mod told;
mod traceparent;

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower_rum::Monitor;

use crate::support::layered::respond;
use crate::support::scrape::{OPENMETRICS, text};

/// One exemplar, and the bucket that names it.
#[derive(Debug, Clone, PartialEq)]
struct Exemplar {
    /// Of the histogram, without `_bucket`.
    family: String,
    /// The labels of the bucket's series, `le` aside.
    labels: String,
    trace: String,
    value: f64,
    timestamp: f64,
}

/// All exemplars that a scrape in `OpenMetrics` shows, in its order. Each lies in its bucket, was taken in this hour, and is of something counted.
async fn exemplars(monitor: &Monitor) -> Vec<Exemplar> {
    let text = text(monitor, OPENMETRICS).await;
    let (mut exemplars, mut below) = (Vec::new(), (String::new(), f64::NEG_INFINITY, 0.0));
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (sample, exemplar) = line.split_once(" # ").map_or((line, None), |(sample, exemplar)| (sample, Some(exemplar)));
        let (series, count) = sample.rsplit_once(' ').unwrap();
        let Some((family, labels)) = series.split_once("_bucket{") else {
            assert_eq!(exemplar, None, "{line}");
            continue;
        };
        let (labels, bound) = labels.rsplit_once("le=\"").unwrap();
        let (bound, count): (f64, f64) = (bound.trim_end_matches("\"}").parse().unwrap(), count.parse().unwrap());
        let series = format!("{family}{{{labels}");
        let (lower, fewer) = if below.0 == series { (below.1, below.2) } else { (f64::NEG_INFINITY, 0.0) };
        below = (series, bound, count);
        let Some(exemplar) = exemplar else { continue };
        let (trace, numbers) = exemplar.strip_prefix("{trace_id=\"").unwrap().split_once("\"} ").unwrap();
        let (value, timestamp) = numbers.split_once(' ').unwrap();
        let exemplar = Exemplar {
            family: family.to_owned(),
            labels: labels.trim_end_matches(',').to_owned(),
            trace: trace.to_owned(),
            value: value.parse().unwrap(),
            timestamp: timestamp.parse().unwrap(),
        };
        assert!(exemplar.value > lower && exemplar.value <= bound, "{lower} to {bound}: {line}");
        assert!(count > fewer, "an exemplar of an empty bucket: {line}");
        let age = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() - exemplar.timestamp;
        assert!((-1.0..3_600.0).contains(&age), "taken {age} s ago: {line}");
        exemplars.push(exemplar);
    }
    exemplars
}

/// The traces that a family names, in the order of its series and buckets.
async fn traces(monitor: &Monitor, family: &str) -> Vec<String> {
    let exemplars = exemplars(monitor).await.into_iter().filter(|exemplar| exemplar.family == family);
    exemplars.map(|exemplar| exemplar.trace).collect()
}

const REQUESTS: &str = "http_request_duration_seconds";

/// The id of a trace by its number.
fn trace(number: u128) -> String {
    format!("{number:032x}")
}

/// The field of a sampled trace.
fn traceparent(number: u128) -> String {
    format!("00-{number:032x}-00f067aa0ba902b7-01")
}

/// One request of a sampled trace, to a service that answers it at once.
fn request(monitor: &Monitor, path: &str, number: u128) {
    request_with(monitor, path, &[&traceparent(number)]);
}

fn request_with(monitor: &Monitor, path: &str, fields: &[&str]) {
    let request = fields.iter().fold(Request::get(path), |request, &field| request.header("traceparent", field));
    respond(monitor, request.body(()).unwrap(), Response::new(Full::<Bytes>::from("hello")));
}
