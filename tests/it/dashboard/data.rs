//! What the data says is what is counted: exactly, at each sample, whole or piece by piece.

use std::time::Duration;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, IntCounterVec, Opts, Registry, TextEncoder};
use tokio::time::sleep;
use tower_rum::{Builder, Monitor, Sizes};

use crate::support::beacon::batch;
use crate::support::host::HOSTILE;
use crate::support::layered::{raw_paths, request};
use crate::support::mount::Mount;
use crate::support::random::Random;

use super::data;
use super::seen::{Seen, State, scraped};

const INTERVAL: Duration = Duration::from_secs(10);
const ROUNDS: usize = 16;

fn monitor(more: fn(Builder) -> Builder) -> Monitor {
    let builder = raw_paths().endpoints(["/", "/users/{id}"]).interaction_names(["buy"]).goals(["signup"]);
    more(builder.http_series(100)).build().unwrap()
}

/// Requests and beacons, of ever more label sets.
async fn traffic(monitor: &Monitor, random: &mut Random, round: usize) {
    for _ in 0..random.below(20) {
        let method = *random.pick(&["GET", "POST", "PURGE"]);
        request(monitor, method, &format!("/page{}", random.below(1 + round * 4)), random.bytes(3_000));
    }
    let (load, dns) = (random.below(9_000), random.below(900));
    let events = format!(
        r#"[{{"event":"page_load","endpoint":"/","load_time":{load}.125,"phases":{{"dns":{dns}}}}},
        {{"event":"web_vitals","endpoint":"/","lcp":{load},"inp":{dns},"cls":0.125}},
        {{"event":"page_view","endpoint":"/users/{{id}}","from":"/"}},
        {{"event":"engaged_time","value":{load}.5}},
        {{"event":"interaction","type":"click","name":"buy"}},
        {{"event":"conversion","goal":"{}"}}]"#,
        random.pick(&["signup", "undeclared"])
    );
    batch(monitor, &events).await;
}

/// What is exposed, as far as the page shows it. Without a scrape: while that waits for its thread, a paused clock would go on.
fn counted(monitor: &Monitor) -> State {
    let registry = Registry::new();
    registry.register(Box::new(monitor.collector())).unwrap();
    scraped(&TextEncoder::new().encode_to_string(&registry.gather()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn at_each_sample_it_is_what_was_counted_whole_or_piece_by_piece() {
    let monitor = monitor(|builder| builder);
    let mount = Mount::tower(&monitor);
    let mut random = Random::seeded(9);
    let history = tokio::spawn(monitor.history());
    sleep(INTERVAL / 2).await;
    let (mut piecewise, mut expected) = (Seen::default(), Vec::new());
    for round in 0..ROUNDS {
        traffic(&monitor, &mut random, round).await;
        let counted = counted(&monitor);
        assert!(counted.len() > 150 + round, "{}", counted.len());
        // What is there between two samples is in no sample yet.
        piecewise.take(&data(&mount, &piecewise.query()).await);
        assert_eq!(piecewise.now, counted);
        expected.push(counted);
        sleep(INTERVAL * if round % 7 == 3 { 2 } else { 1 }).await;
    }
    history.abort();
    piecewise.take(&data(&mount, &piecewise.query()).await);
    let mut whole = Seen::default();
    whole.take(&data(&mount, "").await);
    assert!(whole.samples == piecewise.samples);
    assert_eq!(whole.now, *expected.last().unwrap());
    // The first sample is from before the first round, and some rounds were sampled twice.
    let mut samples: Vec<&State> = whole.samples.values().map(|(_, state)| state).skip(1).collect();
    assert_eq!(samples.len(), ROUNDS + 2);
    samples.dedup();
    assert!(samples == expected.iter().collect::<Vec<_>>());
    let times: Vec<f64> = whole.samples.values().map(|(time, _)| *time).collect();
    assert!(times.windows(2).all(|pair| (pair[1] - pair[0] - 10.0).abs() < 0.011), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_a_sample_holds_only_what_changed() {
    let monitor = monitor(|builder| builder);
    let mount = Mount::tower(&monitor);
    request(&monitor, "GET", "/a", "12345");
    tokio::spawn(monitor.history());
    sleep(INTERVAL / 2).await;
    request(&monitor, "GET", "/a", "12345");
    sleep(INTERVAL).await;
    let told = data(&mount, "").await;
    let samples = told["samples"].as_array().unwrap();
    let sizes: Vec<usize> = samples.iter().map(|sample| sample["values"].as_object().unwrap().len()).collect();
    // Requests, durations and sizes of one endpoint.
    assert_eq!(sizes, [told["series"].as_array().unwrap().len(), 3]);
    assert_eq!(told["now"]["values"], serde_json::json!({}));
    assert!(told["now"]["time"].as_f64() >= samples[1]["time"].as_f64());
}

#[tokio::test]
async fn without_a_history_the_sample_of_now_is_whole() {
    let monitor = monitor(|builder| builder);
    request(&monitor, "GET", "/a", "12345");
    for mount in Mount::operators(&monitor) {
        let mut seen = Seen::default();
        for _ in 0..2 {
            let told = data(&mount, &seen.query()).await;
            assert_eq!((told["history"].as_str(), told["samples"].as_array().map(Vec::len)), (Some("absent"), Some(0)));
            seen.take(&told);
            assert_eq!(seen.now, counted(&monitor), "{}", mount.name);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn labels_are_told_as_they_are_whatever_is_in_them() {
    let hostile = ["<script>alert(1)</script>", "\"},{\"", "\u{2028}", "\\u0022", "' onload='x"].into_iter().chain(HOSTILE);
    let gauges = GaugeVec::new(Opts::new("synthetic_success", "Success."), &["probe"]).unwrap();
    let monitor = Monitor::builder().registry(Registry::new()).collector(gauges.clone());
    let monitor = monitor.endpoint(|head| {
        head.headers().get("x-endpoint").map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned().into())
    });
    let monitor = monitor.build().unwrap();
    tokio::spawn(monitor.history());
    for (value, number) in hostile.clone().zip(1_u32..) {
        gauges.with_label_values(&[value]).set(number.into());
    }
    sleep(INTERVAL * 2).await;
    let told = data(&Mount::tower(&monitor), "").await;
    let probes: Vec<&str> =
        told["series"].as_array().unwrap().iter().filter_map(|series| series["labels"]["probe"].as_str()).collect();
    assert_eq!(probes.len(), hostile.clone().count());
    assert!(hostile.into_iter().all(|value| probes.contains(&value)), "{probes:?}");
}

#[tokio::test(start_paused = true)]
async fn hostile_endpoints_are_told_as_they_are() {
    const HOSTILE: &str = "/<script>alert(\"1\")</script>\\&amp;\u{2028}";
    let monitor = Monitor::builder().registry(Registry::new()).endpoint(|_| Some(HOSTILE.into())).build().unwrap();
    request(&monitor, "GET", "/", "");
    for mount in Mount::operators(&monitor) {
        let told = data(&mount, "").await;
        let series = told["series"].as_array().unwrap();
        assert!(series.iter().any(|series| series["labels"]["endpoint"] == HOSTILE), "{}", mount.name);
    }
}

#[tokio::test(start_paused = true)]
async fn probes_of_the_hosts_collectors_come_and_go() {
    let success = GaugeVec::new(Opts::new("synthetic_success", "Success."), &["probe"]).unwrap();
    let latency = GaugeVec::new(Opts::new("network_latency_ms", "Latency."), &["destination"]).unwrap();
    let runs = IntCounterVec::new(Opts::new("synthetic_probes_total", "Runs."), &["probe", "result"]).unwrap();
    let other = GaugeVec::new(Opts::new("something_else", "Else."), &["probe"]).unwrap();
    let monitor = Monitor::builder().namespace("shop").registry(Registry::new());
    let monitor = monitor.collector(success.clone()).collector(latency.clone()).collector(runs.clone()).collector(other.clone());
    let monitor = monitor.build().unwrap();
    let mount = Mount::tower(&monitor);
    success.with_label_values(&["checkout"]).set(1.0);
    latency.with_label_values(&["db:5432"]).set(1.25);
    runs.with_label_values(&["checkout", "success"]).inc_by(3);
    other.with_label_values(&["checkout"]).set(7.0);
    tokio::spawn(monitor.history());
    sleep(INTERVAL / 2).await;
    latency.reset();
    runs.with_label_values(&["checkout", "success"]).inc();
    sleep(INTERVAL).await;
    latency.with_label_values(&["db:5432"]).set(-0.5);
    sleep(INTERVAL).await;
    let told = data(&mount, "").await;
    let of = |family: &str| {
        let series = told["series"].as_array().unwrap();
        let number = series.iter().position(|series| series["family"] == family).map(|number| number.to_string())?;
        let values =
            told["samples"].as_array().unwrap().iter().map(|sample| sample["values"].get(&number).map(ToString::to_string));
        Some((series[number.parse::<usize>().unwrap()]["type"].as_str().unwrap(), values.collect::<Vec<_>>()))
    };
    let texts = |texts: [&str; 3]| texts.map(|text| (!text.is_empty()).then(|| text.to_owned())).to_vec();
    assert_eq!(of("synthetic_success"), Some(("gauge", texts(["1.0", "", ""]))));
    assert_eq!(of("network_latency_ms"), Some(("gauge", texts(["1.25", "null", "-0.5"]))));
    assert_eq!(of("synthetic_probes_total"), Some(("counter", texts(["3.0", "4.0", ""]))));
    assert_eq!(of("something_else"), None);
}

#[tokio::test]
async fn a_collector_that_panics_costs_its_own_families_alone() {
    struct Panics(Desc);
    impl Collector for Panics {
        fn desc(&self) -> Vec<&Desc> {
            vec![&self.0]
        }
        fn collect(&self) -> Vec<MetricFamily> {
            panic!("on purpose")
        }
    }
    let panics = Panics(Desc::new("broken".to_owned(), "Broken.".to_owned(), Vec::new(), [].into()).unwrap());
    let monitor = Monitor::builder().registry(Registry::new()).collector(panics).build().unwrap();
    for _ in 0..2 {
        let told = data(&Mount::tower(&monitor), "").await;
        assert!(told["series"].as_array().unwrap().len() > 20);
    }
}

#[tokio::test]
async fn sizes_that_are_summaries_are_told_by_their_count_and_sum() {
    let monitor = monitor(|builder| builder.sizes(Sizes::Summary));
    request(&monitor, "GET", "/a", "12345");
    let told = data(&Mount::tower(&monitor), "").await;
    let series = told["series"].as_array().unwrap();
    let of_a =
        |series: &serde_json::Value| series["family"] == "http_response_size_bytes" && series["labels"]["endpoint"] == "/a";
    let number = series.iter().position(of_a).unwrap();
    assert_eq!((series[number]["type"].as_str(), &series[number]["bounds"]), (Some("histogram"), &serde_json::json!([])));
    assert_eq!(told["now"]["values"][number.to_string()], serde_json::json!([1, 5]));
}
