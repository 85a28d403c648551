//! How many scrapes there may be, which families one asks for, and what is counted of them.

use std::collections::BTreeMap;
use std::convert::Infallible;

use futures_util::future::join_all;
use futures_util::poll;
use http::Request;
use prometheus::{HistogramOpts, IntCounter, IntGauge, Registry};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::support::acting::Gate;
use crate::support::layered;
use crate::support::metrics::Metrics;
use crate::support::mount::{Answer, Mount, whole};
use crate::support::text_format;

#[tokio::test]
async fn a_scrape_past_the_limit_is_503_and_counted() {
    let gate = Gate::default();
    let monitor = Monitor::builder().registry(gate.registry()).scrapes_in_flight(2).build().unwrap();
    let mount = Mount::tower(&monitor);
    let mut within = [Box::pin(ask(&mount, "")), Box::pin(ask(&mount, ""))];
    for scrape in &mut within {
        assert!(poll!(scrape).is_pending());
    }
    for mount in Mount::all(&monitor) {
        let refused = ask(&mount, "").await;
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")), "{}", mount.name);
        assert_eq!(refused.text.lines().count(), 1);
    }
    gate.open();
    assert!(join_all(within).await.iter().all(|answer| answer.status == 200));
    let text = ask(&mount, "").await.text;
    let refused = Mount::all(&monitor).len();
    for line in [
        "rum_exposition_requests_total{status=\"200\"} 2".to_owned(),
        format!("rum_exposition_requests_total{{status=\"503\"}} {refused}"),
        "rum_exposition_requests_total{status=\"500\"} 0".to_owned(),
        "rum_exposition_requests_in_flight 1".to_owned(),
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "no {line}");
    }
}

#[tokio::test]
async fn a_scrape_whose_client_has_gone_leaves_its_place() {
    let gate = Gate::default();
    let monitor = Monitor::builder().registry(gate.registry()).scrapes_in_flight(1).build().unwrap();
    let mount = Mount::tower(&monitor);
    for _ in 0..3 {
        let mut gone = Box::pin(ask(&mount, ""));
        assert!(poll!(&mut gone).is_pending());
    }
    gate.open();
    assert_eq!(ask(&mount, "").await.status, 200);
}

#[tokio::test]
async fn an_answer_that_is_still_being_sent_takes_no_place() {
    let monitor = Monitor::builder().registry(Registry::new()).scrapes_in_flight(1).build().unwrap();
    let nothing = service_fn(async |_: Request<String>| Ok::<_, Infallible>(http::Response::new(String::new())));
    let service = monitor.routes_layer().layer(nothing);
    let scrape = || service.clone().oneshot(Request::get("/metrics").body(String::new()).unwrap());
    let unread = scrape().await.unwrap();
    assert_eq!((unread.status(), scrape().await.unwrap().status()), (http::StatusCode::OK, http::StatusCode::OK));
}

#[test]
fn no_scrape_at_all_is_no_limit_to_set() {
    assert!(Monitor::builder().scrapes_in_flight(0).build().unwrap_err().to_string().contains("scrapes in flight"));
}

#[tokio::test]
async fn only_the_families_that_are_named_are_written() {
    let registry = Registry::new();
    registry.register(Box::new(IntCounter::new("purchases_total", "Purchases.").unwrap())).unwrap();
    registry.register(Box::new(IntGauge::new("carts", "Carts.").unwrap())).unwrap();
    registry.register(Box::new(IntGauge::new("carts_count", "Another one.").unwrap())).unwrap();
    let jobs = prometheus::Histogram::with_opts(HistogramOpts::new("job_seconds", "Jobs.")).unwrap();
    registry.register(Box::new(jobs)).unwrap();
    let monitor = layered::raw_paths().registry(registry).build().unwrap();
    layered::request(&monitor, "GET", "/", "");
    let all = text_format::parse(&Metrics::of(&monitor).await.text).len();
    assert!(all > 20);

    let cases: [(&str, &[&str]); 14] = [
        ("?name[]=carts", &["carts"]),
        ("?name[]=carts&name[]=purchases_total", &["carts", "purchases_total"]),
        ("?name%5B%5D=c%61rts", &["carts"]),
        ("?name[]=carts&name[]=carts&other=1", &["carts"]),
        ("?name[]=purchases", &["purchases_total"]),
        ("?name[]=job_seconds_bucket", &["job_seconds"]),
        ("?name[]=http_requests_total", &["http_requests_total"]),
        ("?name[]=http_requests", &["http_requests_total"]),
        ("?name[]=http_request_duration_seconds_sum", &["http_request_duration_seconds"]),
        ("?name[]=carts_count", &["carts_count"]),
        ("?name[]=http_requests_in_flight_count", &[]),
        ("?name[]=nobody_has_this", &[]),
        ("?name[]=", &[]),
        ("?%zz&=&name[]=%ff%&name[]=carts", &["carts"]),
    ];
    for mount in Mount::all(&monitor) {
        for (query, families) in cases {
            let answer = ask(&mount, query).await;
            assert_eq!(answer.status, 200);
            let found = if answer.text.is_empty() { BTreeMap::new() } else { text_format::parse(&answer.text) };
            assert_eq!(found.keys().map(String::as_str).collect::<Vec<_>>(), families, "{query}, {}", mount.name);
        }
        for query in ["", "?", "?name=carts", "?NAME[]=carts", "?%", "?&&"] {
            assert_eq!(text_format::parse(&ask(&mount, query).await.text).len(), all, "{query}, {}", mount.name);
        }
    }
}

#[tokio::test]
async fn a_family_that_is_not_asked_for_is_in_no_conflict() {
    let registry = Registry::new();
    registry.register(Box::new(IntCounter::new("http_requests_total", "Theirs.").unwrap())).unwrap();
    let monitor = Monitor::builder().registry(registry).build().unwrap();
    ask(&Mount::tower(&monitor), "?name[]=rum_events_total").await;
    let first = Metrics::of(&monitor).await;
    assert_eq!(first.value("rum_exposition_conflicts_total"), 0.0);
    assert_eq!(Metrics::of(&monitor).await.value("rum_exposition_conflicts_total"), 1.0);
}

async fn ask(mount: &Mount, query: &str) -> Answer {
    mount.ask(Request::get(format!("/metrics{query}")).body(whole("")).unwrap()).await
}
