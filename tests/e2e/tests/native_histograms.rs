//! A real Prometheus that ingests native histograms: the quantiles that it answers are those of what was sent.

use std::f64::consts::TAU;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_rum::Monitor;

use crate::support::http::Client;
use crate::support::prometheus::{Prometheus, Version};

#[test]
fn quantiles_are_within_five_percent_of_the_true_ones_on_prometheus_2() {
    assert_quantiles(&Version::two());
}

#[test]
fn quantiles_are_within_five_percent_of_the_true_ones_on_prometheus_3() {
    if let Some(version) = Version::three() {
        assert_quantiles(&version);
    }
}

fn assert_quantiles(version: &Version) {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let monitor = Monitor::builder().native_histograms(true).beacons_per_second(1_000_000).build().unwrap();
    runtime.spawn(async move { axum::serve(listener, monitor.routes()).await });

    let mut latencies = latencies();
    let client = Client::of(&address);
    for milliseconds in &latencies {
        let body = format!("load_time={milliseconds}");
        assert_eq!(client.post("/log-page-load", "application/x-www-form-urlencoded", &body).status, 204);
    }
    latencies.sort_unstable_by(f64::total_cmp);

    let prometheus = Prometheus::with(version, &address, &["native-histograms"], "");
    prometheus.wait_for_scrapes(2.0);
    let one = |promql: &str| {
        let answer: Vec<f64> = prometheus.query(promql).into_values().collect();
        assert_eq!(answer.len(), 1, "{promql}: {answer:?}");
        answer[0]
    };
    assert_eq!(one("histogram_count(page_load_time_seconds)"), COUNT as f64);
    let sum: f64 = latencies.iter().sum::<f64>() / 1_000.0;
    assert!((one("histogram_sum(page_load_time_seconds)") - sum).abs() < 1e-6 * sum);
    for percent in [50, 90, 99] {
        let quantile = percent as f64 / 100.0;
        let answered = one(&format!("histogram_quantile({quantile}, page_load_time_seconds)"));
        let exact = latencies[percent * (COUNT - 1) / 100] / 1_000.0;
        println!("{quantile}: {answered} for {exact}");
        assert!((answered / exact - 1.0).abs() < 0.05, "{answered} for {exact} at {quantile}");
    }
    // What the documentation warns of.
    assert!(prometheus.query("page_load_time_seconds_bucket").is_empty());
}

/// In milliseconds: a lognormal bulk around 180 ms, and one request in fifty that takes ten to forty times as long.
fn latencies() -> Vec<f64> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut unit = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut latency = move || {
        let normal = (-2.0 * unit().max(f64::MIN_POSITIVE).ln()).sqrt() * (TAU * unit()).cos();
        let slower = if unit() < 0.02 { 10.0 + 30.0 * unit() } else { 1.0 };
        180.0 * (0.6 * normal).exp() * slower
    };
    (0..COUNT).map(|_| latency()).collect()
}

const COUNT: usize = 5_000;
