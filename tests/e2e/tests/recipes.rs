//! Each query of the guides answers on a real Prometheus, over a week of what an application under traffic has exposed, and with the values that the
//! traffic makes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tower_rum::Monitor;

use crate::support::http::Client;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::samples::{Samples, labels};
use crate::support::wait;

const MINUTE: i64 = 60;
const WEEK: i64 = 7 * 24 * 60 * MINUTE;
/// Midnight of some day: blocks of two hours begin on even hours.
const NOW: i64 = 1_780_000_000 / (24 * 60 * MINUTE) * (24 * 60 * MINUTE) + 150 * MINUTE;

#[test]
fn each_query_of_the_guides_answers_with_what_the_traffic_makes() {
    let queries = queries();
    let expected = expected();
    for query in expected.keys() {
        assert!(queries.iter().any(|there| there == query), "no guide has {query}");
    }
    let history = history();
    for version in [Some(Version::two()), Version::three()].into_iter().flatten() {
        let prometheus = Prometheus::knowing(&version, &history);
        for query in &queries {
            let answer = prometheus.query_at(query, NOW as f64);
            assert!(!answer.is_empty(), "no answer to\n{query}");
            assert!(answer.values().all(|value| value.is_finite()), "{answer:?} to\n{query}");
            if let Some(samples) = expected.get(query.as_str()) {
                assert_alike(&answer, samples, query);
            }
        }
    }
}

fn assert_alike(answer: &Samples, expected: &Samples, query: &str) {
    assert_eq!(answer.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "the labels of\n{query}");
    for (labels, value) in expected {
        let is_alike = (answer[labels] - value).abs() <= 1e-9 * value.abs().max(1.0);
        assert!(is_alike, "{labels:?}: {} for {value} of\n{query}", answer[labels]);
    }
}

/// What stands in the guides between the fences of a query.
fn queries() -> Vec<String> {
    let guides = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/guide")).unwrap();
    let texts = guides.map(|guide| fs::read_to_string(guide.unwrap().path()).unwrap());
    let queries: Vec<String> = texts
        .flat_map(|text| {
            let behind = text.split("```promql\n").skip(1).map(|rest| rest.split("\n```").next().unwrap().to_owned());
            behind.collect::<Vec<_>>()
        })
        .collect();
    assert!(queries.len() > 20, "{} queries were found", queries.len());
    queries
}

/// The answers that hang on nothing but what happens in [a round](Application::round).
fn expected() -> BTreeMap<&'static str, Samples> {
    let one = |value: f64| Samples::from([(labels([]), value)]);
    let by = |name: &str, values: &[(&str, f64)]| -> Samples {
        values.iter().map(|&(label, value)| (labels([(name, label)]), value)).collect()
    };
    let failed = 1.0 / 7.0;
    BTreeMap::from([
        (
            "sum by (endpoint) (rate(http_requests_total[5m]))",
            by(
                "endpoint",
                &[("/", 2.0 / EVERY), ("/api/items/{id}", 3.0 / EVERY), ("/fails", 1.0 / EVERY), ("/slow", 1.0 / EVERY)],
            ),
        ),
        (
            "sum by (endpoint) (rate(http_errors_total[5m])) / sum by (endpoint) (rate(http_requests_total[5m]))",
            by("endpoint", &[("/", 0.0), ("/api/items/{id}", 0.0), ("/fails", 1.0), ("/slow", 0.0)]),
        ),
        (r#"sum(rate(http_requests_total{status="499"}[5m])) / sum(rate(http_requests_total[5m]))"#, one(1.0 / 7.0)),
        (
            "1 - (sum(increase(http_errors_total[30d])) / sum(increase(http_requests_total[30d]))) / (1 - 0.999)",
            one(1.0 - failed / (1.0 - 0.999)),
        ),
        ("(sum(rate(http_errors_total[1h])) / sum(rate(http_requests_total[1h]))) / (1 - 0.999)", one(failed / (1.0 - 0.999))),
        (
            "sum by (endpoint) (rate(page_load_time_seconds_sum[5m])) / sum by (endpoint) (rate(page_load_time_seconds_count[5m]))",
            by("endpoint", &[("/", 1.0), ("/cart", 2.0)]),
        ),
        (
            "sum by (phase) (rate(page_load_phase_seconds_sum[5m])) / on () group_left () sum(rate(page_load_time_seconds_count[5m]))",
            by("phase", &[("dom", 1.1), ("request", 0.4)]),
        ),
        (
            r#"sum by (endpoint) (rate(web_vitals_lcp_seconds_bucket{le="2.5"}[1h])) / sum by (endpoint) (rate(web_vitals_lcp_seconds_count[1h]))"#,
            by("endpoint", &[("/", 1.0), ("/cart", 0.0)]),
        ),
        ("1 - sum(rate(user_engaged_sessions_total[1h])) / sum(rate(user_sessions_total[1h]))", one(0.5)),
        (
            "sum by (goal) (rate(user_conversions_total[1h])) / on () group_left () sum(rate(user_sessions_total[1h]))",
            by("goal", &[("purchase", 0.5)]),
        ),
        ("sum(rate(user_engaged_seconds_total[1h])) / sum(rate(user_sessions_total[1h]))", one(6.0)),
        (r#"sum(rate(rum_events_total{kind="heartbeat"}[1m])) * 15"#, one(15.0 / EVERY)),
        ("sum(rate(http_requests_total[1h])) / sum(rate(http_requests_total[1h] offset 1w))", one(1.0)),
        ("sum by (reason) (rate(rum_rejected_total[5m])) > 0", by("reason", &[("unknown_name", 1.0 / EVERY)])),
        (
            r#"sum(increase(user_journeys_total{path="paid"}[1d])) / sum(increase(user_journeys_total{path="start"}[1d]))"#,
            one(0.5),
        ),
    ])
}

/// Seconds between the last scrapes.
const EVERY: f64 = 20.0;

/// Scrapes of the same hour in two weeks: each five minutes, and in the last five minutes each twenty seconds.
fn history() -> String {
    let application = Application::start();
    let far = (5..=70).rev().step_by(5).map(|minutes| minutes * MINUTE);
    let near = (0..280).step_by(20).map(|seconds| 280 - 20 - seconds);
    let ages: Vec<i64> = far.chain([280]).chain(near).collect();
    let mut history = String::new();
    let times = [NOW - WEEK, NOW].into_iter().flat_map(|end| ages.iter().map(move |age| end - age));
    for (round, time) in times.enumerate() {
        for line in application.round(round + 1).lines().filter(|line| !line.starts_with('#')) {
            writeln!(history, "{line} {time}").unwrap();
        }
    }
    history + "# EOF\n"
}

/// The same happens in each round, so each counter is its share of the rounds.
struct Application {
    address: String,
    client: Client,
}

impl Application {
    fn start() -> Self {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                sender.send(listener.local_addr().unwrap().to_string()).unwrap();
                axum::serve(listener, application()).await.unwrap();
            });
        });
        let address = receiver.recv().unwrap();
        Self { client: Client::of(&address), address }
    }

    /// What is exposed when everything of this round has been counted.
    fn round(&self, number: usize) -> String {
        for (path, status) in
            [("/", 200), ("/", 200), ("/api/items/1", 200), ("/api/items/2", 200), ("/api/items/3", 200), ("/fails", 500)]
        {
            assert_eq!(self.client.get(path).status, status);
        }
        let mut impatient = TcpStream::connect(&self.address).unwrap();
        impatient.write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
        let arrived = r#"http_requests_in_flight{method="GET",endpoint="/slow"} 1"#;
        wait::until("the slow request to arrive", || self.exposed().contains(arrived).then_some(()));
        drop(impatient);
        let beacon = format!(r#"{{"version":1,"id":"{number:032x}","events":[{EVENTS}]}}"#);
        assert_eq!(self.client.post("/log-beacon", "text/plain", &beacon).status, 204);
        let left = format!(r#"http_requests_total{{method="GET",endpoint="/slow",status="499"}} {number}{}"#, '\n');
        wait::until("the client to have left", || Some(self.exposed()).filter(|text| text.contains(&left)))
    }

    fn exposed(&self) -> String {
        self.client.get_as("/metrics", "text/plain").body
    }
}

fn application() -> Router {
    let monitor = Monitor::builder()
        .registry(prometheus::Registry::new())
        .endpoints(["/cart"])
        .journeys(["start", "paid"])
        .goals(["purchase"])
        .build()
        .unwrap();
    Router::new()
        .route("/", get(async || "home"))
        .route("/api/items/{id}", get(async || "an item"))
        .route("/fails", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/slow", get(std::future::pending::<()>))
        .merge(monitor.routes())
        .layer(monitor.layer())
}

const EVENTS: &str = r#"
    {"event":"page_load","endpoint":"/","load_time":1000,"phases":{"request":400,"dom":600}},
    {"event":"page_load","endpoint":"/cart","load_time":2000,"phases":{"request":400,"dom":1600}},
    {"event":"web_vitals","endpoint":"/","lcp":2000,"ttfb":300},
    {"event":"web_vitals","endpoint":"/cart","lcp":3000},
    {"event":"error","endpoint":"/cart","kind":"exception"},
    {"event":"page_view","endpoint":"/"},
    {"event":"page_view","endpoint":"/cart","from":"/"},
    {"event":"session"}, {"event":"session"}, {"event":"engaged"},
    {"event":"engaged_time","value":12000},
    {"event":"journey","path":"start"}, {"event":"journey","path":"start"}, {"event":"journey","path":"paid"},
    {"event":"conversion","goal":"purchase"},
    {"event":"request","endpoint":"/api/items/{id}","duration":500},
    {"event":"interaction","type":"click","name":"nobody-declared-this"},
    {"event":"heartbeat"}"#;
