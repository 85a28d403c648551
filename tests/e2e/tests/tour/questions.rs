//! What operators ask, in one table: each question with what the tally implies, and how near the answer must be.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use crate::support::demo::{Demo, SIMULATED_LOAD};
use crate::support::prometheus::{Prometheus, Version};
use crate::support::samples::{Labels, Samples, labels, moved};
use crate::support::visits::Visits;
use crate::support::wait;

use super::computed::{Look, Window};

use Nearness::{Counted, Current, Sketched};
use Window::{FiveMinutes, Hour, Minute};

/// Enough that all they do has been done once, so that each series is there before the first scrape, but some of errors'.
const BEFORE: &[&str] = &["--traffic=24", "--pace=40"];
const VISITORS: u32 = 48;
const A_SECOND: u32 = 12;

#[test]
fn prometheus_answers_what_the_visitors_did() {
    let demo = Demo::with(BEFORE);
    let before = demo.visited();
    demo.exposition_at_rest();
    let versions: Vec<Version> = [Some(Version::two()), Version::three()].into_iter().flatten().collect();
    let watching: Vec<(&Version, Prometheus)> = versions
        .iter()
        .map(|version| (version, Prometheus::configured(version, &JOBS.replace("TOUR", demo.address()), &[])))
        .collect();
    for (_, prometheus) in &watching {
        wait_for_scrapes(prometheus, 2.0);
    }
    let mut known =
        Known { demo: &demo, all: before.clone().and(demo.visited_by(VISITORS, A_SECOND)), before, latency: f64::NAN };
    known.check_the_network();
    demo.exposition_at_rest();
    for (version, prometheus) in &watching {
        // One scrape may have begun before the last request; the one after it has seen all.
        wait_for_scrapes(prometheus, scrapes(prometheus) + 2.0);
        let at = prometheus.query("timestamp(up{job='app'})")[&labels([])];
        known.assert_answered(&Look { prometheus, version, at });
    }
}

/// The metrics, and apart from them whether the tour is ready.
const JOBS: &str = "\
scrape_configs:
  - job_name: app
    static_configs:
      - targets: [TOUR]
  - job_name: app-uptime
    metrics_path: /healthz
    static_configs:
      - targets: [TOUR]
";

struct Known<'a> {
    demo: &'a Demo,
    before: Visits,
    /// Since the tour's start.
    all: Visits,
    /// Of the last round trip, in milliseconds.
    latency: f64,
}

impl Known<'_> {
    /// The tour measures a round trip, and tells what it was.
    fn check_the_network(&mut self) {
        let client = self.demo.client();
        let asked = Instant::now();
        let reply = client.get("/network-check");
        let waited = asked.elapsed().as_secs_f64();
        let (latency, _) = reply.body.split_once(" ms").unwrap();
        self.latency = latency.parse().unwrap();
        assert!(self.latency > 0.0 && self.latency < 2_000.0, "{}", reply.body);
        let [get, here] = [("method", "GET"), ("endpoint", "/network-check")];
        let bytes = reply.body.len().to_string();
        self.all.add("http_requests_total", labels([get, here, ("status", "200")]), 1.0);
        self.all.add("seconds_waited", labels([get, here, ("status", "200")]), waited);
        self.all.add("responses_by_bytes", labels([get, here, ("bytes", &bytes)]), 1.0);
    }

    fn assert_answered(&self, look: &Look<'_>) {
        self.assert_stored(look);
        for (question, implied, nearness) in QUESTIONS {
            let implied = || implied(self, look);
            match nearness {
                Counted => assert_near(question, &look.prometheus.query_at(question, look.at), &implied(), ROUNDING),
                Sketched => assert_near(question, &look.prometheus.query_at(question, look.at), &implied(), SKETCH),
                Current(nearness) => wait::until(question, || {
                    let is_near = |answered: f64, is: f64| (answered - is).abs() <= nearness;
                    are_all(&look.prometheus.query(question), &implied(), is_near).then_some(())
                }),
            }
        }
    }

    /// What the rates are computed of: at the end of the window all that was done, and at its beginning what was done before.
    fn assert_stored(&self, look: &Look<'_>) {
        for (metric, tally) in self.all.0.iter().filter(|(metric, _)| !NOT_METRICS.contains(&metric.as_str())) {
            assert_near(metric, &moved(look.prometheus.query_at(metric, look.at)), tally, ROUNDING);
            let points = look.points(metric, FiveMinutes);
            for (labels, before) in self.before.of(metric) {
                let (_, first) = points[&labels][0];
                assert!((first - before).abs() <= ROUNDING * before, "{metric} {labels:?}: {first} at first, {before} were done");
            }
        }
        let stored = |metric| moved(look.prometheus.query_at(metric, look.at));
        assert_eq!(stored("http_request_duration_seconds_count"), self.all.of("http_requests_total"));
        let handled = stored("http_request_duration_seconds_sum");
        for (labels, waited) in self.all.of("seconds_waited") {
            // The server's clock runs inside the client's.
            assert!(handled[&labels] <= waited, "{labels:?}: {} s of {waited} s that were waited", handled[&labels]);
        }
        let queried: f64 = stored("db_query_duration_seconds_sum").values().sum();
        let answers = |endpoint| labels([("method", "GET"), ("endpoint", endpoint), ("status", "200")]);
        let buying = labels([("method", "POST"), ("endpoint", "/purchase"), ("status", "200")]);
        assert!(queried <= handled[&answers("/db-query")] + handled[&buying], "{queried} s of queries");
        let slow = answers("/simulate-load");
        let slept = self.all.of("http_requests_total")[&slow] * SIMULATED_LOAD.as_secs_f64();
        assert!(handled[&slow] >= slept, "{} s of {slept} s that were slept", handled[&slow]);
    }

    /// At rank ⌊0.9 (n − 1)⌋ of the bodies of each route.
    fn large_bodies(&self) -> Samples {
        let mut bodies: BTreeMap<Labels, BTreeMap<u64, f64>> = BTreeMap::new();
        for (mut labels, count) in self.all.of("responses_by_bytes") {
            let bytes = labels.remove("bytes").unwrap().parse().unwrap();
            labels.insert("quantile".to_owned(), "0.9".to_owned());
            bodies.entry(labels).or_default().insert(bytes, count);
        }
        let ranked = |by_bytes: &BTreeMap<u64, f64>| {
            let rank = (0.9 * (by_bytes.values().sum::<f64>() - 1.0)).floor();
            let mut passed = 0.0;
            let is_there = |&(_, count): &(&u64, &f64)| {
                passed += count;
                passed > rank
            };
            *by_bytes.iter().find(is_there).unwrap().0 as f64
        };
        bodies.iter().map(|(labels, by_bytes)| (labels.clone(), ranked(by_bytes))).collect()
    }
}

/// How near an answer comes to what is implied.
#[derive(Clone, Copy)]
enum Nearness {
    /// But for the rounding of floats: whole counts, exact sums, and the same arithmetic over them.
    Counted,
    /// As near as the summary promises.
    Sketched,
    /// By so much, at some moment: it changes between the scrape and the look.
    Current(f64),
}

type Question = (&'static str, fn(&Known<'_>, &Look<'_>) -> Samples, Nearness);

const QUESTIONS: [Question; 15] = [
    (
        "sum(rate(http_requests_total[1m])) by (endpoint)",
        |_, look| by(&["endpoint"], look.rate("http_requests_total", Minute)),
        Counted,
    ),
    (
        "rate(http_request_duration_seconds_sum[5m]) / rate(http_request_duration_seconds_count[5m])",
        |_, look| mean("http_request_duration_seconds", look),
        Counted,
    ),
    (
        "rate(page_load_time_seconds_sum[5m]) / rate(page_load_time_seconds_count[5m])",
        |_, look| mean("page_load_time_seconds", look),
        Counted,
    ),
    ("rate(user_errors_total[5m])", |_, look| look.rate("user_errors_total", FiveMinutes), Counted),
    (
        "sum(rate(user_journeys_total[5m])) by (path)",
        |_, look| by(&["path"], look.rate("user_journeys_total", FiveMinutes)),
        Counted,
    ),
    // The last run's, until the next one.
    ("synthetic_latency_seconds", |known, _| known.demo.exposition().samples("synthetic_latency_seconds"), Current(0.0)),
    ("memory_usage_bytes", |_, _| one(memory_in_use()), Current(128e6)),
    ("system_load", |_, _| one(load_average()), Current(0.0)),
    (r#"http_response_size_bytes{quantile="0.9"}"#, |known, _| known.large_bodies(), Sketched),
    (r#"up{job="app-uptime"}"#, |_, _| one(1.0), Counted),
    (
        r#"rate(login_attempts_total{status="failure"}[5m])"#,
        |_, look| look.rate(r#"login_attempts_total{status="failure"}"#, FiveMinutes),
        Counted,
    ),
    ("increase(purchase_amount_total[1h])", |_, look| look.increase("purchase_amount_total", Hour), Counted),
    (
        "rate(db_query_duration_seconds_sum[5m]) / rate(db_query_duration_seconds_count[5m])",
        |_, look| mean("db_query_duration_seconds", look),
        Counted,
    ),
    ("sum(increase(http_requests_total[1h]))", |_, look| by(&[], look.increase("http_requests_total", Hour)), Counted),
    ("network_latency_ms", |known, _| Samples::from([(labels([("destination", known.demo.address())]), known.latency)]), Counted),
];

fn one(value: f64) -> Samples {
    Samples::from([(labels([]), value)])
}

fn by(kept: &[&str], samples: Samples) -> Samples {
    let mut sums = Samples::new();
    for (mut labels, value) in samples {
        labels.retain(|name, _| kept.contains(&name.as_str()));
        *sums.entry(labels).or_default() += value;
    }
    sums
}

/// Of what was observed in five minutes; of nothing, NaN.
fn mean(histogram: &str, look: &Look<'_>) -> Samples {
    let [sums, counts] = ["sum", "count"].map(|part| look.rate(&format!("{histogram}_{part}"), FiveMinutes));
    counts.into_iter().map(|(labels, count)| (labels.clone(), sums[&labels] / count)).collect()
}

fn memory_in_use() -> f64 {
    let told = fs::read_to_string("/proc/meminfo").unwrap();
    let kibibytes = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_end_matches("kB").trim().parse::<f64>().unwrap()
    };
    (kibibytes("MemTotal:") - kibibytes("MemAvailable:")) * 1024.0
}

fn load_average() -> f64 {
    fs::read_to_string("/proc/loadavg").unwrap().split(' ').next().unwrap().parse().unwrap()
}

#[track_caller]
fn assert_near(what: &str, answered: &Samples, implied: &Samples, share: f64) {
    let is_near = |answered: f64, implied: f64| {
        (answered - implied).abs() <= share * implied.abs() || answered.is_nan() && implied.is_nan()
    };
    assert!(!implied.is_empty() && are_all(answered, implied, is_near), "{what}\nanswered {answered:#?}\nimplied {implied:#?}");
}

fn are_all(answered: &Samples, implied: &Samples, is_near: impl Fn(f64, f64) -> bool) -> bool {
    answered.keys().eq(implied.keys()) && answered.iter().all(|(labels, &answer)| is_near(answer, implied[labels]))
}

fn wait_for_scrapes(prometheus: &Prometheus, count: f64) {
    wait::until("scrapes", || (scrapes(prometheus) >= count).then_some(()));
}

/// Of each job, the fewer.
fn scrapes(prometheus: &Prometheus) -> f64 {
    prometheus.query("min(sum_over_time(up[10m]))").into_values().sum()
}

/// Of the tally: what it says of sizes and times.
const NOT_METRICS: [&str; 2] = ["responses_by_bytes", "seconds_waited"];
const ROUNDING: f64 = 1e-9;
const SKETCH: f64 = 0.01;
