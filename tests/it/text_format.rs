//! `/metrics` read by parsers that are not ours to write: what goes in as a label comes out of it, and nothing stands twice.

use std::borrow::Cow;

use prometheus::{IntCounterVec, Opts, Registry};
use prometheus_parse::{Scrape, Value};
use tower_rum::Monitor;

use crate::support::layered::{raw_paths, request, respond};
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, Mount};
use crate::support::random::Random;
use crate::support::text_format;

#[tokio::test]
async fn an_independent_parser_reads_every_sample_with_its_type_help_and_labels() {
    let monitor = raw_paths().build().unwrap();
    request(&monitor, "GET", "/a", "hello");
    request(&monitor, "POST", "/b", "");
    Mount::tower(&monitor).post("/log-page-load", FORM, "load_time=700").await;
    let metrics = Metrics::of(&monitor).await;
    let scrape = Scrape::parse(metrics.text.lines().map(|line| Ok(line.to_owned()))).unwrap();

    let find = |name: &str, label: (&str, &str)| {
        let mut of = scrape.samples.iter().filter(|sample| sample.metric == name && sample.labels.get(label.0) == Some(label.1));
        of.next().unwrap_or_else(|| panic!("no {name} with {label:?}"))
    };
    let requests = find("http_requests_total", ("endpoint", "/a"));
    assert_eq!(requests.value, Value::Counter(1.0));
    assert_eq!((requests.labels.get("method"), requests.labels.get("status")), (Some("GET"), Some("200")));
    assert_eq!(find("http_requests_in_flight", ("endpoint", "/b")).value, Value::Gauge(0.0));
    let Value::Histogram(buckets) = &find("page_load_time_seconds", ("endpoint", "unmatched")).value else { panic!() };
    assert_eq!(buckets.len(), 17);
    assert!(buckets.iter().all(|bucket| bucket.count == f64::from(u8::from(bucket.less_than >= 0.75))));
    assert_eq!(scrape.docs["http_errors_total"], "Requests answered with a status of 500 or above.");
    let buckets = scrape.samples.iter().map(|sample| match &sample.value {
        Value::Histogram(buckets) => buckets.len(),
        _ => 1,
    });
    assert_eq!(buckets.sum::<usize>(), metrics.samples().count(), "no line was skipped");
}

#[tokio::test]
async fn hostile_endpoints_come_out_as_they_went_in() {
    let monitor = templates();
    for template in HOSTILE {
        serve(&monitor, template);
    }
    let families = text_format::parse(&Metrics::of(&monitor).await.text);
    for name in ["http_requests_total", "http_request_duration_seconds", "http_requests_in_flight"] {
        for template in HOSTILE {
            assert!(families[name].samples.iter().any(|sample| sample.labels["endpoint"] == template), "{template} in {name}");
        }
    }
    assert_eq!(families["http_requests_total"].samples.len(), HOSTILE.len());
}

#[tokio::test]
async fn random_endpoints_come_out_as_they_went_in() {
    let monitor = templates();
    let mut random = Random::seeded(5);
    let letters = ['"', '\\', '{', '}', ',', '=', ' ', '#', 'n', 'a', '\u{e9}', '\u{2028}', '\u{1F600}', '\n'];
    let mut sent = std::collections::BTreeSet::new();
    for _ in 0..500 {
        let template: String = (0..=random.below(9)).map(|_| *random.pick(&letters)).collect();
        serve(&monitor, &template);
        sent.insert(if template.contains('\n') { "unmatched".to_owned() } else { template });
    }
    let families = text_format::parse(&Metrics::of(&monitor).await.text);
    let shown = families["http_requests_total"].samples.iter().map(|sample| sample.labels["endpoint"].clone()).collect();
    assert_eq!(sent, shown);
}

#[tokio::test]
async fn hostile_names_of_elements_come_out_as_they_went_in() {
    let names = [r#"a"b"#, r"a\", r"a\n", "{}", ",le=\"1\"", "a=b"];
    let monitor = Monitor::builder().registry(Registry::new()).interaction_names(names).build().unwrap();
    for name in names {
        let body = format!("type=click&name={}", percent(name));
        assert_eq!(Mount::tower(&monitor).post("/log-interaction", FORM, body).await.status, 204, "{name}");
    }
    let families = text_format::parse(&Metrics::of(&monitor).await.text);
    for name in names {
        let of = families["user_interactions_total"]
            .samples
            .iter()
            .find(|sample| sample.labels["name"] == name && sample.labels["type"] == "click");
        assert_eq!(of.unwrap().value, 1.0, "{name}");
    }
}

#[tokio::test]
async fn hostile_labels_of_the_host_come_out_as_they_went_in() {
    let registry = Registry::new();
    let counters = IntCounterVec::new(Opts::new("of_host_total", "With \\ and \"quotes\"."), &["label"]).unwrap();
    registry.register(Box::new(counters.clone())).unwrap();
    let hostile = [HOSTILE.as_slice(), &["line\nbreak", "\r", "\0"]].concat();
    for value in &hostile {
        counters.with_label_values(&[value]).inc();
    }
    let monitor = Monitor::builder().registry(registry).build().unwrap();
    let families = text_format::parse(&Metrics::of(&monitor).await.text);
    let values: Vec<&str> = families["of_host_total"].samples.iter().map(|sample| sample.labels["label"].as_str()).collect();
    assert!(hostile.iter().all(|value| values.contains(value)), "{values:?}");
}

#[tokio::test]
async fn every_family_has_help_and_a_type_and_every_histogram_its_count_at_infinity() {
    let monitor = raw_paths().response_duration(true).build().unwrap();
    request(&monitor, "GET", "/a", "hello");
    let families = text_format::parse(&Metrics::of(&monitor).await.text);
    for (name, family) in &families {
        assert!(!family.help.is_empty() && !family.samples.is_empty(), "{name}");
        assert_eq!(family.kind == "counter", name.ends_with("_total"), "{name}");
        let of = |suffix: &'static str| family.samples.iter().filter(move |sample| sample.name.ends_with(suffix));
        for count in of("_count") {
            let labels = |sample: &&text_format::Sample| {
                let mut labels = sample.labels.clone();
                labels.remove("le").as_deref() == Some("+Inf") && labels == count.labels
            };
            assert_eq!(of("_bucket").find(labels).unwrap().value, count.value, "{name}");
        }
    }
}

const HOSTILE: [&str; 12] = [
    "/users/{id}",
    r#"quote"quote"#,
    r"back\slash",
    r"ends in \",
    r"\n is no line break",
    r#"",endpoint="b"#,
    r#"a"} 1 "#,
    "comma,equals=",
    "# HELP x y",
    "\u{e9}\u{4f60}\u{1F600}",
    "\u{2028}\u{85}",
    " ",
];

/// A monitor whose endpoint is whatever text a request brings along.
fn templates() -> Monitor {
    Monitor::builder()
        .registry(Registry::new())
        .endpoint(|request| request.extensions().get::<Brought>().map(|template| Cow::Borrowed(template.0.as_str())))
        .build()
        .unwrap()
}

#[derive(Clone)]
struct Brought(String);

fn serve(monitor: &Monitor, template: &str) {
    let mut request = http::Request::new(());
    request.extensions_mut().insert(Brought(template.to_owned()));
    respond(monitor, request, http::Response::default());
}

fn percent(text: &str) -> String {
    let hex = |byte| format!("%{byte:02x}");
    text.bytes().map(hex).collect::<Vec<_>>().concat()
}
