//! Labels whose value each request chooses out of a declared set, and rules that look at a request's head.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::Full;
use prometheus::Registry;
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::label::RequestHead;
use tower_rum::{Builder, Monitor};

use crate::support::layered::{raw_paths, request, respond};
use crate::support::metrics::Metrics;
use crate::support::text_format::parse;
use crate::support::watch::by_path;

#[tokio::test]
async fn a_request_counts_under_the_value_it_chooses_and_else_under_other() {
    let monitor = plans().build().unwrap();
    for (plan, times) in [("free", 1), ("pro", 2), ("gold", 3), ("", 4), ("FREE", 5)] {
        for _ in 0..times {
            ask(&monitor, 200, &[("x-plan", plan)]);
        }
    }
    ask(&monitor, 200, &[]);
    ask(&monitor, 503, &[("x-plan", "pro")]);
    let metrics = Metrics::of(&monitor).await;
    for (plan, requests) in [("free", 1.0), ("pro", 2.0), ("other", 13.0)] {
        let series = format!(r#"http_requests_total{{method="GET",endpoint="/",status="200",plan="{plan}"}}"#);
        assert_eq!(metrics.value(&series), requests);
    }
    let pro = |family: &str, labels: &str| metrics.value(&format!(r#"{family}{{method="GET",endpoint="/"{labels},plan="pro"}}"#));
    assert_eq!(pro("http_requests_total", r#",status="503""#), 1.0);
    assert_eq!(pro("http_errors_total", ""), 1.0);
    assert_eq!(pro("http_requests_in_flight", ""), 0.0);
    assert_eq!(pro("http_response_size_bytes_count", ""), 3.0);
    assert_eq!(pro("http_request_duration_seconds_count", r#",status="200""#), 2.0);
    assert_eq!(pro("http_response_duration_seconds_count", r#",status="200""#), 2.0);
    let incomplete = r#"http_responses_incomplete_total{method="GET",endpoint="/",plan="pro",reason="client_gone"}"#;
    assert_eq!(metrics.value(incomplete), 0.0);
}

#[tokio::test]
async fn labels_combine_and_browsers_families_have_none_of_them() {
    let monitor = plans().label("client", ["app", "web"], |head| header(head, "x-client")).build().unwrap();
    for plan in ["free", "pro", "gold"] {
        for client in ["app", "web", "curl"] {
            ask(&monitor, 200, &[("x-plan", plan), ("x-client", client)]);
        }
    }
    let metrics = Metrics::of(&monitor).await;
    for plan in ["free", "pro", "other"] {
        for client in ["app", "web", "other"] {
            let labels = format!(r#"{{method="GET",endpoint="/",status="200",plan="{plan}",client="{client}"}}"#);
            assert_eq!(metrics.value(&format!("http_requests_total{labels}")), 1.0);
        }
    }
    for (name, family) in parse(&metrics.text) {
        let labelled = family.samples.iter().filter(|sample| sample.labels.contains_key("plan")).count();
        let expected = if name.starts_with("http_") { family.samples.len() } else { 0 };
        assert_eq!(labelled, expected, "{name}");
    }
}

#[test]
fn a_collector_has_each_value_under_its_name() {
    let monitor = plans().build().unwrap();
    ask(&monitor, 200, &[("x-plan", "pro")]);
    let registry = Registry::new();
    registry.register(Box::new(monitor.collector())).unwrap();
    for family in registry.gather().iter().filter(|family| family.name().starts_with("http_")) {
        for metric in family.get_metric() {
            let value = |name: &str| {
                metric.get_label().iter().find(|label| label.name() == name).map(prometheus::proto::LabelPair::value)
            };
            assert_eq!((value("method"), value("plan")), (Some("GET"), Some("pro")), "{}", family.name());
        }
    }
}

#[tokio::test]
async fn request_sizes_have_them_too() {
    let monitor = plans().ignore_if(|head| head.uri().path() == "/ignored").build().unwrap();
    let service = monitor
        .request_size_layer()
        .layer(service_fn(async |_: Request<_>| Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default()))));
    for path in ["/", "/ignored"] {
        let request = Request::post(path).header("x-plan", "free").body(Full::<Bytes>::from("hello")).unwrap();
        service.clone().oneshot(request).await.unwrap();
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_request_size_bytes_count{method="POST",endpoint="/",plan="free"}"#), 1.0);
    assert_eq!(metrics.total("http_request_size_bytes_count"), 1.0);
}

#[tokio::test]
async fn the_cap_holds_with_labels_from_all_threads() {
    const CAP: usize = 40;
    let monitor = raw_paths()
        .http_series(CAP)
        .endpoints(["/known"])
        .label("plan", ["free", "pro"], |head| header(head, "x-plan"))
        .label("client", ["app", "web"], |head| header(head, "x-client"))
        .build()
        .unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let monitor = &monitor;
            scope.spawn(move || {
                for number in 0..900 {
                    let plan = ["free", "pro", "gold"][number % 3];
                    let client = ["app", "web", "curl"][number / 3 % 3];
                    let path = if number < 450 { format!("/junk/{thread}/{number}") } else { "/known".to_owned() };
                    let request = Request::get(path).header("x-plan", plan).header("x-client", client);
                    respond(monitor, request.body(()).unwrap(), Response::new(Full::from("hello")));
                }
            });
        }
    });
    let metrics = Metrics::of(&monitor).await;
    for family in ["http_requests_total", "http_response_size_bytes_count", "http_requests_in_flight"] {
        assert!(metrics.series(family).count() <= CAP + 1, "{family}");
    }
    assert_eq!(metrics.total("http_requests_total"), 7_200.0);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), 36_000.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    let known =
        metrics.series("http_requests_total").filter(|(series, _)| series.contains("/known")).map(|(_, requests)| requests);
    assert_eq!(known.collect::<Vec<_>>(), [400.0; 9]);
    let overflow = r#"{method="_OTHER",endpoint="overflow",status="2xx",plan="overflow",client="overflow"}"#;
    assert!(metrics.value(&format!("http_requests_total{overflow}")) > 3_000.0);
}

#[tokio::test]
async fn a_closure_that_panics_takes_its_request_along_and_no_other() {
    let builder = by_path().label("plan", ["free", "pro"], |head| {
        assert!(!head.headers().contains_key("x-panic"), "the label panicked");
        Some("pro")
    });
    let monitor = builder.build().unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| ask(&monitor, 200, &[("x-panic", "1")])));
    assert!(panicked.is_err());
    ask(&monitor, 200, &[]);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn predicates_leave_requests_out_and_give_them_names() {
    let monitor = by_path()
        .ignore_if(|head| header(head, "user-agent") == Some("kube-probe"))
        .alias_if("mutation", |head| header(head, "x-mutation").is_some())
        .alias_if("never", |head| header(head, "x-mutation").is_some())
        .build()
        .unwrap();
    let before = Metrics::of(&monitor).await;
    ask(&monitor, 200, &[("user-agent", "kube-probe"), ("x-mutation", "1")]);
    assert_eq!(Metrics::of(&monitor).await.text, before.text);
    ask(&monitor, 200, &[("x-mutation", "1")]);
    request(&monitor, "GET", "/", "");
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="mutation",status="200"}"#), 1.0);
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/",status="200"}"#), 1.0);
    assert_eq!(metrics.series("http_requests_total").count(), 2);
}

#[tokio::test]
async fn a_request_that_moves_to_another_thread_ends_where_it_began() {
    let monitor = plans().build().unwrap();
    let service =
        service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::from("hello"))));
    let request = Request::get("/").header("x-plan", "pro").body(()).unwrap();
    let response = monitor.layer().layer(service).oneshot(request).now_or_never().unwrap().unwrap();
    std::thread::spawn(move || http_body_util::BodyExt::collect(response.into_body()).now_or_never()).join().unwrap();
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_response_size_bytes_sum{method="GET",endpoint="/",plan="pro"}"#), 5.0);
    assert_eq!(metrics.value(r#"http_requests_in_flight{method="GET",endpoint="/",plan="pro"}"#), 0.0);
}

#[test]
fn labels_that_cannot_work_are_refused() {
    let one = |name: &str, values: &[&str]| Monitor::builder().label(name, values.iter().copied(), |_| None);
    let many = |labels: usize, values: usize| {
        let values = || (0..values).map(|number| format!("v{number}"));
        (0..labels).fold(Monitor::builder(), |builder, number| builder.label(format!("l{number}"), values(), |_| None))
    };
    let refused = vec![
        one("plan", &[]),
        one("plan", &[""]),
        one("plan", &["a b"]),
        one("plan", &["other"]),
        one("plan", &["overflow"]),
        one("plan", &["a", "a"]),
        one("method", &["a"]),
        one("le", &["a"]),
        one("__plan", &["a"]),
        one("plan", &["a"]).label("plan", ["b"], |_| None),
        one("plan", &["a"]).const_label("plan", "b"),
        many(4, 1),
        many(1, 128),
        many(3, 5),
        many(3, 2_000),
    ];
    for (number, builder) in refused.into_iter().enumerate() {
        assert!(builder.build().is_err(), "{number}");
    }
    assert!(many(1, 127).build().is_ok() && many(3, 4).build().is_ok());
}

fn plans() -> Builder {
    by_path().response_duration(true).label("plan", ["free", "pro"], |head| header(head, "x-plan"))
}

fn header<'a>(head: RequestHead<'a>, name: &str) -> Option<&'a str> {
    head.headers().get(name)?.to_str().ok()
}

fn ask(monitor: &Monitor, status: u16, headers: &[(&str, &str)]) {
    let request = headers.iter().fold(Request::get("/"), |request, (name, value)| request.header(*name, *value));
    let response = Response::builder().status(status).body(Full::from("hello")).unwrap();
    respond(monitor, request.body(()).unwrap(), response);
}
