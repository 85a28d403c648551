use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc::Receiver;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::application::Source;
use super::{actix, axum};

/// A library in front of the application, and what it calls things.
pub struct Subject {
    pub name: &'static str,
    pub address: SocketAddr,
    pub names: Names,
    /// Whether its framework has trailers.
    pub has_trailers: bool,
    /// What would be exposed now.
    pub read: Box<dyn Fn() -> String>,
    pub sources: Receiver<Source>,
    /// Makes another one of its kind beside it.
    pub second: fn() -> bool,
}

/// How its families begin, and what its labels are called.
pub struct Names {
    pub requests: &'static str,
    pub latency: &'static str,
    pub in_flight: Option<&'static str>,
    pub response_size: Option<&'static str>,
    pub route: &'static str,
    pub status: &'static str,
}

impl Names {
    pub const OURS: Self = Self {
        requests: "http_requests_total",
        latency: "http_request_duration_seconds_count",
        in_flight: Some("http_requests_in_flight"),
        response_size: Some("http_response_size_bytes"),
        route: "endpoint",
        status: "status",
    };
}

pub type Series = BTreeMap<String, f64>;

impl Subject {
    pub fn series(&self) -> Series {
        let text = (self.read)();
        let samples = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
        samples.filter_map(|(series, value)| Some((series.to_owned(), value.parse().ok()?))).collect()
    }

    /// By how much each series grew while this was done, once requests have been counted or were given the time to be.
    pub fn growth<T>(&self, act: impl FnOnce() -> T) -> (Series, T) {
        let before = self.series();
        let done = act();
        self.eventually(|| !of(&grown(&before, &self.series()), self.names.requests).is_empty());
        let mut last = self.series();
        // What moves besides may come a moment later.
        loop {
            sleep(PAUSE * 5);
            let now = self.series();
            if of(&now, self.names.requests) == of(&last, self.names.requests) {
                return (grown(&before, &now), done);
            }
            last = now;
        }
    }

    /// How many more are in flight than before, when they have had the time to come to this.
    pub fn in_flight_since(&self, before: &Series, expected: f64) -> String {
        let Some(family) = self.names.in_flight else {
            return "no such gauge".to_owned();
        };
        let of = |series: &Series| of(series, family).values().sum::<f64>();
        let more = || of(&self.series()) - of(before);
        self.eventually(|| more() == expected);
        more().to_string()
    }

    pub fn eventually(&self, holds: impl Fn() -> bool) -> bool {
        let deadline = Instant::now() + LONG_ENOUGH;
        while Instant::now() < deadline {
            if holds() {
                return true;
            }
            sleep(PAUSE);
        }
        holds()
    }
}

fn grown(before: &Series, after: &Series) -> Series {
    let grown = after.iter().map(|(series, value)| (series.clone(), value - before.get(series).unwrap_or(&0.0)));
    grown.filter(|&(_, by)| by != 0.0).collect()
}

/// The series of one family.
pub fn of(series: &Series, family: &str) -> Series {
    let is_of = |name: &str| name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('{'));
    series.iter().filter(|(name, _)| is_of(name)).map(|(name, value)| (name.clone(), *value)).collect()
}

/// The value of a label.
pub fn label(series: &str, name: &str) -> Option<String> {
    let start = [format!("{{{name}=\""), format!(",{name}=\"")].iter().find_map(|mark| Some(series.find(mark)? + mark.len()))?;
    Some(series[start..].split('"').next()?.to_owned())
}

/// Ours first in each framework.
pub fn subjects() -> Vec<Subject> {
    vec![axum::ours(), axum::axum_prometheus(), axum::otel(), actix::ours(), actix::actix_web_prom()]
}

const PAUSE: Duration = Duration::from_millis(20);
/// For something to be counted that ever will be.
const LONG_ENOUGH: Duration = Duration::from_secs(3);
