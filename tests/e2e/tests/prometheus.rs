//! A real Prometheus scrapes the demo once a second: its answers against the tally of the traffic.

use std::time::{Duration, Instant};

use crate::support::demo::Demo;
use crate::support::prometheus::Prometheus;
use crate::support::samples::{Exposition, Samples, growth, labels, moved};
use crate::support::traffic::{Tally, visit};
use crate::support::wait;

/// Scrapes before the traffic: `rate` and `increase` see no growth before a series' first sample.
const SCRAPES_BEFORE: f64 = 2.0;
/// Scrapes that the traffic lasts, where the machine is not too busy for one a second.
const SCRAPES_DURING: f64 = 18.0;
/// Well within a minute's window.
const LONGEST_TRAFFIC: Duration = Duration::from_secs(35);

/// `rate` and `increase` extrapolate: with n samples they stretch the growth by at most half an interval before the first sample and 1.1
/// intervals behind the last, which is 1.6/(n-1) of it, and never a loss. With 20 samples that is less than a tenth.
fn stretch(samples: f64) -> f64 {
    1.0 + 1.6 / (samples - 1.0)
}

#[test]
fn the_six_queries_answer_what_the_traffic_implies() {
    let demo = Demo::start();
    let client = demo.client();
    let mut warm_up = Tally::default();
    wait::until("both outcomes of /simulate-error", || {
        visit(&client, &mut warm_up);
        warm_up.has_seen_both_outcomes().then_some(())
    });
    let before = demo.exposition_at_rest();

    let prometheus = Prometheus::scraping(demo.address());
    prometheus.wait_for_scrapes(SCRAPES_BEFORE);
    let (started, mut traffic) = (Instant::now(), Tally::default());
    while prometheus.scrapes() < SCRAPES_BEFORE + SCRAPES_DURING && started.elapsed() < LONGEST_TRAFFIC {
        visit(&client, &mut traffic);
    }
    let after = demo.exposition_at_rest();
    // One scrape may have read the demo before the last request; the next one has seen all.
    prometheus.wait_for_scrapes(prometheus.scrapes() + 2.0);
    let most = stretch(prometheus.scrapes());

    let all: Tally = [warm_up, traffic.clone()].into_iter().sum();
    assert_eq!(prometheus.query("http_requests_total"), all.requests());
    assert_eq!(prometheus.query("http_request_duration_seconds_count"), all.requests());
    assert_eq!(
        prometheus.query("sum by (method, endpoint, status) (http_request_duration_seconds_bucket{le='+Inf'})"),
        all.requests()
    );
    assert_eq!(prometheus.query("page_load_time_seconds_count"), all.page_loads());
    assert_eq!(moved(prometheus.query("user_errors_total")), all.user_errors());

    assert_stretched(
        most,
        &prometheus.query("sum(rate(http_requests_total[1m])) by (endpoint)"),
        &per_second(&traffic.requests_by_endpoint(), 60.0),
    );
    let recorded = |exposition: &Exposition| exposition.samples("http_request_duration_seconds_sum");
    assert_near(
        most,
        &prometheus.query("rate(http_request_duration_seconds_sum[5m]) / rate(http_request_duration_seconds_count[5m])"),
        &ratio(&growth(&recorded(&before), &recorded(&after)), &traffic.requests()),
    );
    assert_near(
        most,
        &prometheus.query("rate(page_load_time_seconds_sum[5m]) / rate(page_load_time_seconds_count[5m])"),
        &ratio(&traffic.page_load_seconds(), &traffic.page_loads()),
    );
    assert_stretched(most, &moved(prometheus.query("rate(user_errors_total[5m])")), &per_second(&traffic.user_errors(), 300.0));
    assert_stretched(
        most,
        &prometheus.query("sum(increase(http_requests_total[1h]))"),
        &Samples::from([(labels([]), traffic.requests().values().sum())]),
    );
    assert_eq!(prometheus.query("up"), Samples::from([(labels([]), 1.0)]));
}

#[test]
fn up_falls_to_0_when_the_application_is_gone() {
    let demo = Demo::start();
    let prometheus = Prometheus::scraping(demo.address());
    prometheus.wait_for_scrapes(1.0);
    drop(demo);
    wait::until("up to be 0", || (prometheus.query("up") == Samples::from([(labels([]), 0.0)])).then_some(()));
}

/// Growth as `rate` and `increase` tell it: all of it, and stretched by so much at most.
#[track_caller]
fn assert_stretched(most: f64, answered: &Samples, implied: &Samples) {
    assert_between(answered, implied, 1.0 - ROUNDING, most);
}

/// A ratio of two rates, each stretched by a factor of its own.
#[track_caller]
fn assert_near(most: f64, answered: &Samples, implied: &Samples) {
    assert_between(answered, implied, 1.0 / most, most);
}

const ROUNDING: f64 = 1e-9;

#[track_caller]
fn assert_between(answered: &Samples, implied: &Samples, least: f64, most: f64) {
    assert!(answered.keys().eq(implied.keys()), "answered {answered:#?}\nimplied {implied:#?}");
    for (labels, value) in answered {
        let implied = implied[labels];
        assert!(
            (implied * least..=implied * most).contains(value),
            "{labels:?}: answered {value}, the traffic implies {implied}, times {least} to {most}"
        );
    }
}

/// A growth over a window of so many seconds, as a rate: what lies outside the window did not grow.
fn per_second(growth: &Samples, window: f64) -> Samples {
    growth.iter().map(|(labels, growth)| (labels.clone(), growth / window)).collect()
}

fn ratio(above: &Samples, below: &Samples) -> Samples {
    below.iter().map(|(labels, below)| (labels.clone(), above[labels] / below)).collect()
}
