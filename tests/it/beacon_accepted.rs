//! What a beacon moves when it is taken: its own series, by the amount it says, and nothing else.

use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::change::{moved, only};
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, JSON, Mount, TEXT};

#[tokio::test]
async fn a_beacon_is_taken_as_form_as_json_and_as_json_in_plain_text() {
    let bodies = [
        ("/log-page-load", "load_time=1234.5", r#"{"load_time":1234.5}"#),
        ("/log-interaction", "type=click", r#"{"type":"click"}"#),
        ("/log-user-error", "kind=exception", r#"{"kind":"exception"}"#),
    ];
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        for (path, form, json) in bodies {
            for (content_type, body) in [(FORM, form), (JSON, json), (TEXT, json), ("APPLICATION/JSON ; charset=utf-8", json)] {
                let before = Metrics::of(&monitor).await;
                let answer = mount.post(path, content_type, body).await;
                assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{path} {content_type}, {}", mount.name);
                let expected = match path {
                    "/log-page-load" => page_load(1.2345, &["1.5", "2.0", "2.5", "3.0", "4.0", "5.0"]),
                    "/log-interaction" => event("interaction", r#"user_interactions_total{type="click",name=""}"#),
                    _ => event("error", r#"user_errors_total{endpoint="unmatched",kind="exception"}"#),
                };
                let changed = moved(&before, &Metrics::of(&monitor).await);
                assert_eq!(rounded(changed), expected, "{path} {content_type}, {}", mount.name);
            }
        }
    }
}

#[tokio::test]
async fn load_time_is_sent_in_milliseconds_and_exposed_in_seconds() {
    let monitor = monitor();
    let mount = Mount::tower(&monitor);
    for milliseconds in ["100", "250.25", "0", "599999.5"] {
        assert_eq!(mount.post("/log-page-load", FORM, format!("load_time={milliseconds}")).await.status, 204);
    }
    let metrics = Metrics::of(&monitor).await;
    let sum = r#"page_load_time_seconds_sum{endpoint="unmatched"}"#;
    assert!(metrics.text.contains(&format!("{sum} 600.34975\n")), "{}", metrics.value(sum));
    // 0 s and exactly 0.1 s: a bound belongs to its bucket.
    assert_eq!(metrics.value(r#"page_load_time_seconds_bucket{endpoint="unmatched",le="0.1"}"#), 2.0);
    assert_eq!(metrics.value(r#"page_load_time_seconds_bucket{endpoint="unmatched",le="60.0"}"#), 3.0);
    assert_eq!(metrics.value(r#"page_load_time_seconds_count{endpoint="unmatched"}"#), 4.0);
}

#[tokio::test]
async fn a_user_error_may_be_empty_and_is_then_reported_by_the_page() {
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        for content_type in ["", FORM, JSON, TEXT] {
            let before = Metrics::of(&monitor).await;
            let answer = mount.post("/log-user-error", content_type, "").await;
            assert_eq!(answer.status, 204, "{content_type:?}, {}", mount.name);
            let expected = event("error", r#"user_errors_total{endpoint="unmatched",kind="reported"}"#);
            assert_eq!(moved(&before, &Metrics::of(&monitor).await), expected);
        }
    }
}

#[tokio::test]
async fn vitals_and_phases_of_a_page_load_land_in_families_of_their_own() {
    let monitor = Monitor::builder().registry(Registry::new()).endpoints(["/cart"]).build().unwrap();
    let body = r#"{"load_time":2000,"endpoint":"/cart","lcp":2500,"inp":200,"fcp":1800,"ttfb":800,"cls":0.1,
        "phases":{"dns":10,"connect":20,"request":300,"response":50,"dom":600,"onload":5,"redirect":0,"other":1015}}"#;
    assert_eq!(Mount::tower(&monitor).post("/log-page-load", JSON, body).await.status, 204);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"page_load_time_seconds_sum{endpoint="/cart"}"#), 2.0);
    // The threshold of "good" is a bound, and belongs to it.
    for (family, le) in [
        ("web_vitals_lcp_seconds", "2.5"),
        ("web_vitals_inp_seconds", "0.2"),
        ("web_vitals_fcp_seconds", "1.8"),
        ("web_vitals_ttfb_seconds", "0.8"),
        ("web_vitals_cls_score", "0.1"),
    ] {
        let at = |le: &str| metrics.value(&format!(r#"{family}_bucket{{endpoint="/cart",le="{le}"}}"#));
        assert_eq!((at(le), at("+Inf")), (1.0, 1.0), "{family}");
    }
    assert_eq!(metrics.value(r#"page_load_phase_seconds_sum{phase="dom"}"#), 0.6);
    assert_eq!(metrics.series("page_load_phase_seconds_count").count(), 8);
    assert_eq!(metrics.total("page_load_phase_seconds_sum"), 2.0, "the phases add up to the load");
}

#[tokio::test]
async fn names_and_types_that_the_host_declares_are_counted_under_them() {
    let monitor =
        Monitor::builder().registry(Registry::new()).interaction_types(["swipe"]).interaction_names(["buy"]).build().unwrap();
    let mount = Mount::tower(&monitor);
    assert_eq!(mount.post("/log-interaction", JSON, r#"{"type":"swipe","name":"buy"}"#).await.status, 204);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_interactions_total{type="swipe",name="buy"}"#), 1.0);
    assert_eq!(metrics.value(r#"user_interactions_total{type="swipe",name=""}"#), 0.0);
}

#[tokio::test]
async fn an_endpoint_that_the_server_does_not_know_counts_as_unmatched() {
    let monitor = monitor();
    let mount = Mount::tower(&monitor);
    let long = "/".repeat(257);
    for endpoint in ["/never-served", "", long.as_str(), "http://elsewhere/", "\u{1F600}"] {
        let body = format!(r#"{{"load_time":1,"endpoint":"{endpoint}"}}"#);
        assert_eq!(mount.post("/log-page-load", JSON, body).await.status, 204, "{endpoint}");
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"page_load_time_seconds_count{endpoint="unmatched"}"#), 5.0);
    assert_eq!(metrics.series("page_load_time_seconds_count").count(), 1);
}

#[tokio::test]
async fn label_sets_that_collide_in_prometheus_vecs_are_two_series_from_the_browser_too() {
    let pairs = [(("checkout", "page"), ("check", "outpage")), (("77kepQFQ8Kl", "x"), ("!0IC=VloaY", "x"))];
    let monitor = Monitor::builder()
        .registry(Registry::new())
        .interaction_types(["checkout", "check", "77kepQFQ8Kl", "!0IC=VloaY"])
        .interaction_names(["page", "outpage", "x"])
        .build()
        .unwrap();
    let mount = Mount::tower(&monitor);
    for (a, b) in pairs {
        for (kind, name) in [a, b] {
            let body = format!(r#"{{"type":"{kind}","name":"{name}"}}"#);
            assert_eq!(mount.post("/log-interaction", JSON, body).await.status, 204);
        }
    }
    let metrics = Metrics::of(&monitor).await;
    for (kind, name) in pairs.into_iter().flat_map(|(a, b)| [a, b]) {
        assert_eq!(metrics.value(&format!(r#"user_interactions_total{{type="{kind}",name="{name}"}}"#)), 1.0);
    }
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).build().unwrap()
}

type Changes = std::collections::BTreeMap<String, f64>;

fn event(kind: &str, series: &str) -> Changes {
    only([(&format!(r#"rum_events_total{{kind="{kind}"}}"#), 1.0), (series, 1.0)])
}

/// A page load under `unmatched` that falls in the bucket that ends at the first of `les`; every bucket from there on is one up.
fn page_load(seconds: f64, les: &[&str]) -> Changes {
    const NEXT: [&str; 5] = ["7.5", "10.0", "15.0", "30.0", "60.0"];
    let mut changes = only([
        (r#"rum_events_total{kind="page_load"}"#, 1.0),
        (r#"page_load_time_seconds_sum{endpoint="unmatched"}"#, seconds),
        (r#"page_load_time_seconds_count{endpoint="unmatched"}"#, 1.0),
    ]);
    for le in les.iter().chain(&NEXT).chain(&["+Inf"]) {
        changes.insert(format!(r#"page_load_time_seconds_bucket{{endpoint="unmatched",le="{le}"}}"#), 1.0);
    }
    changes
}

/// The first load makes the family's series: buckets that stay at 0 are new, and no change. Sums are differences of floats.
fn rounded(changes: Changes) -> Changes {
    let nano = |value: f64| (value * 1e9).round() / 1e9;
    changes.into_iter().map(|(series, by)| (series, nano(by))).filter(|&(_, by)| by != 0.0).collect()
}
