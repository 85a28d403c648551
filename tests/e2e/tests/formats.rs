//! Every format of `/metrics`, read by a strict parser and by real Prometheus servers: all of them see the same series.

use std::collections::BTreeMap;

use crate::support::openmetrics;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::samples::Labels;
use crate::support::target::Target;

#[test]
fn a_strict_parser_takes_openmetrics_and_finds_types_units_and_help() {
    let target = Target::start();
    let families = openmetrics::read(&openmetrics_of(&target)).unwrap();
    for (name, kind, unit) in FAMILIES {
        let family = families.iter().find(|family| family.name == *name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!((family.kind.as_str(), family.unit.as_str()), (*kind, *unit), "{name}");
        assert!(!family.help.is_empty(), "{name}");
    }
    let jobs = families.iter().find(|family| family.name == "jobs").unwrap();
    assert_eq!(jobs.help, "Jobs, \"quoted\" and \\ escaped\nin two lines.");
}

#[test]
fn the_strict_reader_finds_what_its_parser_lets_by() {
    let histogram =
        |buckets: &str| format!("# TYPE a histogram\n{buckets}a_bucket{{le=\"+Inf\"}} 1\na_sum 1\na_count 1\n# EOF\n");
    for (good, bad, said) in [
        ("# TYPE a gauge\na 1\n# EOF\n".to_owned(), "# TYPE a gauge\na 1\na 1\n# EOF\n".to_owned(), "stands twice"),
        (histogram("a_bucket{le=\"1.0\"} 1\n"), histogram("a_bucket{le=\"1\"} 1\n"), "has the le '1'"),
        (
            histogram("a_bucket{le=\"1.0\"} 1 # {} 0.5\n"),
            histogram("a_bucket{le=\"1.0\"} 1 # {} 1.5\n"),
            "exemplar of 1.5 is outside",
        ),
        (
            histogram("a_bucket{le=\"1.0\"} 0\na_bucket{le=\"2.0\"} 1 # {} 1.5\n"),
            histogram("a_bucket{le=\"1.0\"} 0\na_bucket{le=\"2.0\"} 1 # {} 1.0\n"),
            "exemplar of 1.0 is outside",
        ),
        ("# TYPE a gauge\na 1\n# EOF\n".to_owned(), "# TYPE a gauge\na 1\n".to_owned(), "Missing # EOF"),
    ] {
        openmetrics::read(&good).unwrap();
        let refused = openmetrics::read(&bad).unwrap_err();
        assert!(refused.contains(said), "{refused}");
    }
}

#[test]
fn prometheus_2_reads_openmetrics() {
    scraped(&Version::two(), &[], "", OPENMETRICS, Names::OpenMetrics);
}

#[test]
fn prometheus_2_reads_text() {
    scraped(&Version::two(), &[], "params: {text: ['1']}", TEXT, Names::OfSamples);
}

#[test]
fn prometheus_2_reads_protobuf() {
    scraped(&Version::two(), &["native-histograms"], "", PROTOBUF, Names::OfSamples);
}

#[test]
fn prometheus_3_reads_openmetrics() {
    let Some(version) = Version::three() else { return };
    let openmetrics = "application/openmetrics-text; version=1.0.0; escaping=allow-utf-8; charset=utf-8";
    scraped(&version, &[], "", openmetrics, Names::OpenMetrics);
}

#[test]
fn prometheus_3_reads_text() {
    let Some(version) = Version::three() else { return };
    scraped(&version, &[], "scrape_protocols: [PrometheusText0.0.4]", TEXT, Names::OfSamples);
}

#[test]
fn prometheus_3_reads_text_1_0_0() {
    let Some(version) = Version::three() else { return };
    let text = "text/plain; version=1.0.0; escaping=allow-utf-8; charset=utf-8";
    scraped(&version, &[], "scrape_protocols: [PrometheusText1.0.0]", text, Names::OfSamples);
}

#[test]
fn prometheus_3_reads_protobuf() {
    let Some(version) = Version::three() else { return };
    scraped(&version, &["native-histograms"], "", PROTOBUF, Names::OfSamples);
}

#[test]
fn prometheus_3_takes_the_start_of_counters_from_protobuf() {
    let Some(version) = Version::three() else { return };
    let (_target, prometheus) = scraped(&version, &["created-timestamp-zero-ingestion"], "", PROTOBUF, Names::OfSamples);
    for (series, values) in [
        ("http_requests_total{endpoint='/users/{id}'}", [0.0, 2.0]),
        ("http_request_duration_seconds_count{endpoint='/users/{id}'}", [0.0, 2.0]),
        // When a counter of the host's began is not known.
        ("jobs_total{queue=' '}", [1.0, 1.0]),
    ] {
        let read =
            |function: &str| prometheus.query(&format!("{function}_over_time({series}[10m])")).into_values().next().unwrap();
        assert_eq!([read("min"), read("max")], values, "{series}");
    }
}

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const PROTOBUF: &str = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

/// Name, type and unit of some families in `OpenMetrics`.
const FAMILIES: &[(&str, &str, &str)] = &[
    ("http_requests", "counter", ""),
    ("http_request_duration_seconds", "histogram", "seconds"),
    ("http_response_size_bytes", "histogram", "bytes"),
    ("http_requests_in_flight", "gauge", ""),
    ("user_engaged_seconds", "counter", "seconds"),
    ("jobs", "counter", ""),
    ("job_seconds", "histogram", "seconds"),
    ("job_bytes", "summary", "bytes"),
    ("temperature", "gauge", ""),
    ("logins", "unknown", ""),
    ("orders", "gauge", ""),
    ("orders_total", "unknown", ""),
];

/// What a format calls a counter, and whether it knows units.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    OpenMetrics,
    OfSamples,
}

/// Lets a Prometheus scrape, and asks that it was served this content type and has taken over all that was there: series, values,
/// and what the families are.
fn scraped(version: &Version, features: &[&str], job: &str, content_type: &str, names: Names) -> (Target, Prometheus) {
    let target = Target::start();
    let expected = series(&openmetrics_of(&target));
    let before = target.served();
    let prometheus = Prometheus::with(version, &target.address(), features, job);
    prometheus.wait_for_scrapes(2.0);
    let served = target.served();
    let new: Vec<&String> = served.iter().filter(|served| content_type == OPENMETRICS || !before.contains(served)).collect();
    assert_eq!(new, [content_type]);

    let read = prometheus.everything();
    let read: BTreeMap<_, _> =
        read.into_iter().filter(|((name, _), _)| stands(name)).map(|(series, value)| (series, bits(value))).collect();
    assert_eq!(read, expected);
    let metadata = prometheus.metadata();
    for &(name, kind, unit) in FAMILIES {
        let (name, kind, unit) = match (names, kind) {
            (Names::OpenMetrics, kind) => (name.to_owned(), kind, unit),
            (Names::OfSamples, "counter") => (format!("{name}_total"), kind, ""),
            (Names::OfSamples, "unknown") => (name.to_owned(), "counter", ""),
            (Names::OfSamples, kind) => (name.to_owned(), kind, ""),
        };
        let about = &metadata[&name][0];
        assert_eq!(about["type"], kind, "{name}");
        // Protobuf has a unit that older servers do not read.
        assert!(about["unit"] == unit || content_type == PROTOBUF, "{name}: {about}");
        assert_ne!(about["help"], "", "{name}");
    }
    let jobs = if names == Names::OpenMetrics { "jobs" } else { "jobs_total" };
    assert_eq!(metadata[jobs][0]["help"], "Jobs, \"quoted\" and \\ escaped\nin two lines.");
    (target, prometheus)
}

fn openmetrics_of(target: &Target) -> String {
    let reply = target.client().get_as("/metrics", "application/openmetrics-text;version=1.0.0");
    assert_eq!(reply.status, 200);
    reply.body
}

/// What a strict parser reads, as a Prometheus keeps it: there an empty label is none.
fn series(text: &str) -> BTreeMap<(String, Labels), u64> {
    let families = openmetrics::read(text).unwrap();
    let samples = families.iter().flat_map(openmetrics::Family::samples).map(|(name, labels, value)| {
        let labels = labels.iter().filter(|(_, value)| !value.is_empty());
        ((name.to_owned(), labels.map(|(name, value)| (name.clone(), value.clone())).collect()), bits(value))
    });
    samples.filter(|((name, _), _)| stands(name)).collect()
}

/// Whether scrapes leave it as it is.
fn stands(name: &str) -> bool {
    !name.starts_with("rum_exposition_requests_")
}

/// Equal also where it is not a number, of which there are many.
fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}
