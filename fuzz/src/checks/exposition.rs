use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Request;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};
use tower_rum::Monitor;

use crate::support::{openmetrics, protobuf, text_format};

use super::scrapes::{of_protobuf, samples, text};
use super::{ask, serve};

/// Texts that become labels and help, parted by the byte 30: a route template, two labels of the host's, and their help. What is read back
/// from each format is what went in.
pub fn exposition(input: &[u8]) {
    let input = String::from_utf8_lossy(input);
    let mut parts = input.splitn(4, '\u{1e}').map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    let [template, one, other, help] = [part(), part(), part(), part()];
    let help = if help.is_empty() { "Of the host.".to_owned() } else { help };
    let (monitor, registry) = host();
    // A registry remembers the help of a family that is gone, so each input has families of its own.
    let number = FAMILIES.fetch_add(1, Ordering::Relaxed);
    let (of_host, host_seconds) = (format!("of_host_{number}"), format!("host_{number}_seconds"));
    let (of_host_total, host_seconds_count) = (format!("{of_host}_total"), format!("{host_seconds}_count"));
    let counters = IntCounterVec::new(Opts::new(&of_host_total, &help), &["one", "other"]).unwrap();
    let histograms = HistogramVec::new(HistogramOpts::new(&host_seconds, &help).buckets(vec![0.5]), &["one"]).unwrap();
    registry.register(Box::new(counters.clone())).unwrap();
    registry.register(Box::new(histograms.clone())).unwrap();
    counters.with_label_values(&[&one, &other]).inc();
    histograms.with_label_values(&[&one]).observe(0.25);
    let mut request = Request::new(());
    request.extensions_mut().insert(Brought(template.clone()));
    serve(&monitor, request);

    let endpoint = if is_endpoint(&template) { template } else { "unmatched".to_owned() };
    // A template of that name is counted with what has no room.
    let (method, status) = if endpoint == "overflow" { ("_OTHER", "2xx") } else { ("GET", "200") };
    let series = |name: &str, labels: &[(&str, &str)]| {
        protobuf::key(name, &labels.iter().map(|&(label, value)| (label.to_owned(), value.to_owned())).collect())
    };
    let there = [
        series("http_requests_total", &[("method", method), ("endpoint", &endpoint), ("status", status)]),
        series("http_response_size_bytes_count", &[("method", method), ("endpoint", &endpoint)]),
        series(&of_host_total, &[("one", &one), ("other", &other)]),
        series(&host_seconds_count, &[("one", &one)]),
    ];

    let families = text_format::parse(&text(&monitor));
    assert_eq!(
        families[&of_host_total].help.replace(r"\\", "\u{0}").replace(r"\n", "\n").replace('\u{0}', r"\"),
        help.replace('\u{0}', r"\")
    );
    let of_text = samples(families.into_values().flat_map(|family| family.samples));
    for series in there {
        assert!(of_text.contains_key(&series), "no {series}");
    }
    let body = scraped(&monitor, "application/openmetrics-text;version=1.0.0");
    let families = openmetrics::parse(str::from_utf8(&body).unwrap()).families;
    assert_eq!(families[&of_host].help, help);
    assert_eq!(samples(families.into_values().flat_map(|family| family.samples)), of_text);
    let body = scraped(&monitor, "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited");
    assert_eq!(protobuf::parse(&body)[&of_host_total].help.as_deref(), Some(help.as_str()));
    assert_eq!(of_protobuf(&body), of_text);
    registry.unregister(Box::new(counters)).unwrap();
    registry.unregister(Box::new(histograms)).unwrap();
}

/// A monitor and its host's registry. They are used for a few inputs: building them takes long, and their room for templates is limited.
fn host() -> (Monitor, Registry) {
    thread_local! {
        static HOST: RefCell<Option<(Monitor, Registry, u32)>> = const { RefCell::new(None) };
    }
    let fresh = || {
        let registry = Registry::new();
        let builder = Monitor::builder()
            .registry(registry.clone())
            .protobuf(true)
            .endpoint(|request| request.extensions().get::<Brought>().map(|Brought(template)| Cow::Owned(template.clone())));
        (builder.build().unwrap(), registry, 0)
    };
    HOST.with_borrow_mut(|host| {
        let (monitor, registry, used) = host.take().filter(|&(_, _, used)| used < INPUTS).unwrap_or_else(fresh);
        *host = Some((monitor.clone(), registry.clone(), used + 1));
        (monitor, registry)
    })
}

#[derive(Clone)]
struct Brought(String);

const INPUTS: u32 = 32;

static FAMILIES: AtomicU64 = AtomicU64::new(0);

fn is_endpoint(template: &str) -> bool {
    (1..=256).contains(&template.len()) && !template.contains(|c: char| c.is_ascii_control())
}

fn scraped(monitor: &Monitor, accept: &str) -> bytes::Bytes {
    ask(monitor, Request::get("/metrics").header("accept", accept).body(<_>::default()).unwrap()).body
}
