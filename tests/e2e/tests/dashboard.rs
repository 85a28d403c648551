//! The dashboard's numbers beside Prometheus's, of the same samples: those that `/dashboard/data` tells of a running application under traffic, and made-up ones
//! with gaps and resets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Path as Segment;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::{Value, json};
use tower_rum::Monitor;

use crate::support::http::Client;
use crate::support::process;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::samples::{Labels, Samples, labels};

/// Cumulative values by milliseconds since 1970.
type Points = BTreeMap<i64, f64>;

/// Points by name and labels.
type Told = BTreeMap<String, BTreeMap<Labels, Points>>;

const QUANTILES: [f64; 3] = [0.5, 0.95, 0.99];
/// Odd in tenths: no sample lies just where a window begins, which is in it up to Prometheus 2 and not in it since 3.
const WINDOW: i64 = 4_100;
/// The traffic's least: a busy machine takes longer over its samples.
const TRAFFIC: Duration = Duration::from_secs(12);
const SAMPLES: usize = 40;

#[test]
fn rates_increases_and_quantiles_are_those_of_prometheus() {
    let mut told = told(&data_of_a_busy_application());
    let requests = &told["http_requests_total"];
    let samples = requests.values().next().unwrap().clone();
    assert!(requests.len() >= 4 && samples.len() > SAMPLES, "{} series of {} samples", requests.len(), samples.len());
    let times: Vec<i64> = samples.keys().copied().collect();
    told.insert(MADE_UP.to_owned(), made_up(*times.first().unwrap(), *times.last().unwrap()));
    let page = computed_by_the_page(&told, &times);
    let text = openmetrics(&told);
    for version in [Some(Version::two()), Version::three()].into_iter().flatten() {
        let prometheus = Prometheus::knowing(&version, &text);
        let mut compared = 0;
        for (index, &time) in times.iter().enumerate() {
            for family in COUNTERS {
                for function in ["rate", "increase"] {
                    let query = format!("{function}({family}[{WINDOW}ms])");
                    let answered = prometheus.query_at(&query, seconds(time));
                    let points = &told[family];
                    let alike = |labels: &Labels| is_alike(&points[labels], time, &version);
                    compared += compare(&answered, &page[function][family], index, alike, &format!("{query} at {time}"));
                }
            }
            for quantile in QUANTILES {
                let sum = format!("sum by (le, endpoint) (rate(http_request_duration_seconds_bucket[{WINDOW}ms]))");
                let query = format!("histogram_quantile({quantile}, {sum})");
                let answered = prometheus.query_at(&query, seconds(time));
                let alike = |_: &Labels| is_alike(&samples, time, &version);
                let computed = &page["quantiles"][quantile.to_string()];
                compared += compare(&answered, computed, index, alike, &format!("{query} at {time}"));
            }
        }
        assert!(compared > 1_000, "{compared} values were compared");
    }
}

/// How many values are the same within 1e-9 of themselves; one that differs by more fails.
fn compare(answered: &Samples, computed: &Value, index: usize, alike: impl Fn(&Labels) -> bool, what: &str) -> usize {
    let mut compared = 0;
    for (key, values) in computed.as_object().unwrap() {
        let labels: Labels = serde_json::from_str(key).unwrap();
        if !alike(&labels) || values[index] == "edge" {
            continue;
        }
        // Neither has an answer where there is too little, and NaN is none either.
        let theirs = answered.get(&labels).copied().filter(|value| !value.is_nan());
        let ours = values[index].as_f64();
        let is_same = match (ours, theirs) {
            (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * theirs.abs(),
            (ours, theirs) => ours == theirs,
        };
        assert!(is_same, "{what}: {labels:?}: the page has {ours:?}, Prometheus {theirs:?}");
        compared += usize::from(ours.is_some());
    }
    compared
}

/// Whether all versions of Prometheus agree on the window that ends here. Up to 2 a point just at its beginning was in it, and before a first point that is
/// late a counter could reach back further than half an interval.
fn is_alike(points: &Points, end: i64, version: &Version) -> bool {
    let start = end - WINDOW;
    let times: Vec<i64> = points.range(start..=end).map(|(&time, _)| time).collect();
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return true };
    let (sampled, intervals) = (last - first, i64::try_from(times.len()).unwrap() - 1);
    // Where the gap is just 1.1 intervals, the last bit decides.
    let gaps = [first - start, end - last].map(|gap| (gap * intervals * 10).cmp(&(sampled * 11)));
    let is_late = version.is_two() && gaps[0].is_gt();
    *first != start && !is_late && gaps.iter().all(|gap| gap.is_ne())
}

fn computed_by_the_page(told: &Told, times: &[i64]) -> Value {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/dashboard/page");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dashboard.mjs");
    let series = |points: &Points| json!(points.iter().map(|(&time, value)| json!([seconds(time), value])).collect::<Vec<_>>());
    let key = |labels: &Labels| serde_json::to_string(labels).unwrap();
    let mut counters = serde_json::Map::new();
    // The script computes each series by itself, whatever family it is of.
    for (family, (labels, points)) in COUNTERS.iter().flat_map(|family| told[*family].iter().map(move |series| (family, series)))
    {
        counters.insert(format!("{family} {}", key(labels)), series(points));
    }
    let mut histograms: BTreeMap<String, BTreeMap<String, Vec<Value>>> = BTreeMap::new();
    for (labels, points) in &told["http_request_duration_seconds_bucket"] {
        let endpoint = key(&crate::support::samples::labels([("endpoint", &labels["endpoint"])]));
        histograms.entry(endpoint).or_default().entry(labels["le"].clone()).or_default().push(series(points));
    }
    let histograms: BTreeMap<String, Vec<Value>> = histograms
        .into_iter()
        .map(|(endpoint, bounds)| {
            let mut buckets: Vec<(f64, Vec<Value>)> = bounds.into_iter().map(|(le, series)| (bound(&le), series)).collect();
            buckets.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            (endpoint, buckets.into_iter().map(|(bound, series)| json!({ "bound": bound, "series": series })).collect())
        })
        .collect();
    let input = json!({
        "times": times.iter().map(|&time| seconds(time)).collect::<Vec<_>>(),
        "window": seconds(WINDOW),
        "counters": counters,
        "histograms": histograms,
        "quantiles": QUANTILES,
    });
    let mut node = process::installed("node", "nodejs");
    let (succeeded, said) = process::run(node.arg(script).arg(page), &input.to_string());
    assert!(succeeded, "{said}");
    let mut output: Value = serde_json::from_str(&said).unwrap();
    for function in ["rate", "increase"] {
        let mut by_family = serde_json::Map::new();
        for (key, values) in output[function].take().as_object().unwrap() {
            let (family, labels) = key.split_once(' ').unwrap();
            by_family.entry(family).or_insert_with(|| json!({}))[labels] = values.clone();
        }
        output[function] = by_family.into();
    }
    output
}

fn bound(le: &str) -> f64 {
    le.replace("+Inf", "inf").parse().unwrap()
}

fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1e3
}

/// The families of which each series is compared.
const COUNTERS: [&str; 4] = ["http_requests_total", "http_request_duration_seconds_sum", "http_response_size_bytes_sum", MADE_UP];
const MADE_UP: &str = "made_up_total";

/// Counters that begin at 0 or above, come at odd times, pause and begin anew.
fn made_up(start: i64, end: i64) -> BTreeMap<Labels, Points> {
    let mut random = 9_u64;
    let mut below = move |most: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 33) % most
    };
    (0..12)
        .map(|case: u64| {
            let (mut points, mut time, mut value) = (Points::new(), start, if case.is_multiple_of(3) { 0 } else { below(50) });
            while time <= end {
                points.insert(time, value as f64 / 8.0);
                time += i64::try_from(if below(15) == 0 { 900 } else { 30 + case * 20 + below(100) }).unwrap();
                value = if below(10) == 0 { below(3) } else { value + below(40) };
            }
            (labels([("case", &case.to_string())]), points)
        })
        .collect()
}

/// As Prometheus reads a history. A counter that was not there before stood at 0.
fn openmetrics(told: &Told) -> String {
    let mut text = String::new();
    for (name, series) in told {
        for (labels, points) in series {
            let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
            for (&time, value) in points {
                let _ = writeln!(text, "{name}{{{}}} {value:?} {}.{:03}", labels.join(","), time / 1_000, time % 1_000);
            }
        }
    }
    text + "# EOF\n"
}

/// Every series at every sample.
fn told(answer: &Value) -> Told {
    let samples = answer["samples"].as_array().unwrap();
    let mut told = Told::new();
    for (number, series) in answer["series"].as_array().unwrap().iter().enumerate() {
        let mut stands = Value::Null;
        for sample in samples {
            let time = format!("{:.0}", sample["time"].as_f64().unwrap() * 1e3).parse().unwrap();
            stands = sample["values"].get(number.to_string()).cloned().unwrap_or(stands);
            put(&mut told, series, &stands, time);
        }
    }
    told
}

fn put(told: &mut Told, series: &Value, value: &Value, time: i64) {
    let family = series["family"].as_str().unwrap();
    let labels: Labels = serde_json::from_value(series["labels"].clone()).unwrap();
    let mut put = |suffix: &str, labels: Labels, value: f64| {
        told.entry(format!("{family}{suffix}")).or_default().entry(labels).or_default().insert(time, value);
    };
    let Some(bounds) = series["bounds"].as_array() else {
        if series["type"] == "counter" {
            put("", labels, value.as_f64().unwrap_or(0.0));
        }
        return;
    };
    let cells: Vec<f64> =
        value.as_array().map_or(vec![0.0; bounds.len() + 2], |cells| cells.iter().map(|cell| cell.as_f64().unwrap()).collect());
    let (sum, counts) = cells.split_last().unwrap();
    let mut total = 0.0;
    for (place, count) in counts.iter().enumerate() {
        total += count;
        let le = bounds.get(place).map_or_else(|| "+Inf".to_owned(), ToString::to_string);
        let mut labels = labels.clone();
        labels.insert("le".to_owned(), le);
        put("_bucket", labels, total);
    }
    put("_sum", labels, *sum);
}

/// What an application tells that was asked for many things, at a pace of its own, while its history was filled.
fn data_of_a_busy_application() -> Value {
    let address = start();
    let client = Client::of(&address);
    let start = Instant::now();
    for visit in 0_u64.. {
        match start.elapsed() {
            elapsed if elapsed > TRAFFIC && data(&client)["samples"].as_array().unwrap().len() > SAMPLES => break,
            // Nobody comes for a while.
            elapsed if (4..6).contains(&elapsed.as_secs()) => thread::sleep(Duration::from_millis(20)),
            _ => {
                let path =
                    ["/", "/slow/3", "/fails", "/slow/30", "/slow/9", "/nope"][usize::try_from((visit + visit / 6) % 6).unwrap()];
                client.get(path);
            }
        }
    }
    data(&client)
}

fn data(client: &Client) -> Value {
    let reply = client.get("/dashboard/data");
    assert_eq!(reply.status, 200);
    serde_json::from_str(&reply.body).unwrap()
}

/// An application on a port of its own, for as long as the test runs.
fn start() -> String {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let monitor = Monitor::builder().history_interval(Duration::from_millis(200)).build().unwrap();
            let slow = async |Segment(milliseconds): Segment<u64>| {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                "x".repeat(usize::try_from(milliseconds * 100).unwrap())
            };
            let app = Router::new()
                .route("/", get(async || "hello"))
                .route("/slow/{milliseconds}", get(slow))
                .route("/fails", get(async || StatusCode::INTERNAL_SERVER_ERROR))
                .merge(monitor.operator_routes())
                .layer(monitor.layer());
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            tell.send(listener.local_addr().unwrap().to_string()).unwrap();
            tokio::spawn(monitor.history());
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap();
        });
    });
    told.recv().unwrap()
}
