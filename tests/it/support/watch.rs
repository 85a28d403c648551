use std::borrow::Cow;
use std::time::{Duration, Instant};

use tower_rum::{Builder, Monitor};

use super::metrics::Metrics;

/// A builder of a monitor that takes each path for its own template: the tests' paths are few.
pub fn by_path() -> Builder {
    Monitor::builder().endpoint(|head| Some(Cow::Borrowed(head.uri().path()))).registry(prometheus::Registry::new())
}

/// What [`by_path`] builds by default.
pub fn monitor() -> Monitor {
    by_path().build().unwrap()
}

/// Scrapes until `there` holds. What never comes fails the test and shows the last scrape.
#[track_caller]
pub fn until(monitor: &Monitor, what: &str, there: impl Fn(&Metrics) -> bool) -> impl Future<Output = Metrics> {
    let caller = std::panic::Location::caller();
    async move {
        let start = Instant::now();
        loop {
            let metrics = Metrics::of(monitor).await;
            if there(&metrics) {
                return metrics;
            }
            assert!(start.elapsed() < PATIENCE, "{caller}: never came to {what}:\n{}", metrics.text);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Scrapes until nothing is in flight and `requests` have been counted.
#[track_caller]
pub fn settled(monitor: &Monitor, requests: f64) -> impl Future<Output = Metrics> {
    until(monitor, "rest", move |metrics| {
        metrics.total("http_requests_total") >= requests && metrics.total("http_requests_in_flight") == 0.0
    })
}

/// The longest that anything here takes on a machine that is busy with something else.
pub const PATIENCE: Duration = Duration::from_secs(60);
