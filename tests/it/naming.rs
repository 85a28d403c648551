//! Families and labels of HTTP requests under both namings: the guide's tables, and what a scrape and a collector show.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use prometheus::{IntGauge, Registry, TextEncoder};
use tower_rum::{Builder, Monitor, Naming};

use crate::support::handler::{ask, websocket};
use crate::support::layered::{raw_paths, request, respond};
use crate::support::metrics::Metrics;
use crate::support::text_format;

const GUIDE: &str = include_str!("../../src/guide/naming.md");

#[tokio::test]
async fn the_guides_tables_are_what_is_exposed() {
    for (column, naming) in [Naming::Default, Naming::OpenTelemetry].into_iter().enumerate() {
        let monitor = raw_paths().naming(naming).response_duration(true).build().unwrap();
        busy(&monitor).await;
        let (mut families, mut labels) = (BTreeSet::new(), BTreeSet::new());
        for (name, family) in text_format::parse(&Metrics::of(&monitor).await.text) {
            if name.starts_with("http_") {
                let of_requests = family.samples.iter().flat_map(|sample| sample.labels.keys());
                labels.extend(of_requests.filter(|label| !["le", "reason"].contains(&label.as_str())).cloned());
                families.insert(name);
            }
        }
        assert_eq!(families, column_of("# Families", column), "{naming:?}");
        assert_eq!(labels, column_of("# Labels", column), "{naming:?}");
    }
}

#[tokio::test]
async fn the_names_change_and_nothing_else() {
    let mut shown = Vec::new();
    for naming in [Naming::Default, Naming::OpenTelemetry] {
        let monitor = raw_paths().naming(naming).namespace("shop").const_label("url_scheme", "https").build().unwrap();
        for status in [200, 404, 500, 503] {
            let response = Response::builder().status(status).body(Full::from("hello")).unwrap();
            respond(&monitor, Request::get("/a").body(()).unwrap(), response);
        }
        shown.push(Metrics::of(&monitor).await);
    }
    let translated = |line: &str| {
        let names = [
            ("shop_http_request_duration_seconds", "shop_http_server_request_duration_seconds"),
            ("shop_http_requests_in_flight", "shop_http_server_active_requests"),
            ("shop_http_response_size_bytes", "shop_http_server_response_body_size_bytes"),
        ];
        let renamed = names.iter().fold(line.to_owned(), |line, (default, theirs)| line.replace(default, theirs));
        let labels = |line: &str| {
            let line = line.replace("method=", "http_request_method=").replace("endpoint=", "http_route=");
            let (before, rest) = line.split_once("status=\"")?;
            let (status, rest) = rest.split_once('"')?;
            let error = if status.starts_with('5') { status } else { "" };
            Some(format!(r#"{before}http_response_status_code="{status}",error_type="{error}"{rest}"#))
        };
        let without_status = || renamed.replace("method=", "http_request_method=").replace("endpoint=", "http_route=");
        if renamed.starts_with("shop_http_") { labels(&renamed).unwrap_or_else(without_status) } else { renamed }
    };
    let takes_time = |line: &&str| line.contains("duration_seconds_sum") || line.contains("duration_seconds_bucket");
    let lines = |metrics: &Metrics, name: &dyn Fn(&str) -> String| -> Vec<String> {
        metrics.text.lines().filter(|line| !takes_time(line)).map(name).collect()
    };
    assert_eq!(lines(&shown[0], &translated), lines(&shown[1], &str::to_owned));
    let failed =
        r#"url_scheme="https",http_request_method="GET",http_route="/a",http_response_status_code="503",error_type="503""#;
    assert_eq!(shown[1].value(&format!("shop_http_server_request_duration_seconds_count{{{failed}}}")), 1.0);
}

#[tokio::test]
async fn past_the_cap_errors_are_told_apart_too() {
    let otel = raw_paths().naming(Naming::OpenTelemetry).http_series(16);
    for monitor in [otel.clone().build().unwrap(), otel.status_classes(true).build().unwrap()] {
        for number in 0..40 {
            for status in [200, 500] {
                let response = Response::builder().status(status).body(Full::default()).unwrap();
                respond(&monitor, Request::get(format!("/{number}")).body(()).unwrap(), response);
            }
        }
        let metrics = Metrics::of(&monitor).await;
        let overflow = |class: &str, error: &str| {
            let labels = format!(
                r#"http_request_method="_OTHER",http_route="overflow",http_response_status_code="{class}",error_type="{error}""#
            );
            metrics.value(&format!("http_requests_total{{{labels}}}"))
        };
        assert!(overflow("2xx", "") > 0.0 && overflow("5xx", "5xx") > 0.0);
        assert_eq!(metrics.total("http_errors_total"), 40.0);
        let series = metrics.series("http_requests_total");
        let failed = series.filter(|(series, _)| !series.contains(r#"error_type="""#)).map(|(_, count)| count);
        assert_eq!(failed.sum::<f64>(), 40.0);
    }
}

#[tokio::test]
async fn the_collector_has_the_same_names_and_a_hosts_family_of_one_gives_way() {
    let host = Registry::new();
    let gauge = IntGauge::new("http_server_active_requests", "Of another instrumentation.").unwrap();
    host.register(Box::new(gauge)).unwrap();
    let monitor = raw_paths().naming(Naming::OpenTelemetry).registry(host).build().unwrap();
    busy(&monitor).await;
    Metrics::of(&monitor).await;
    let shown = Metrics::of(&monitor).await;
    assert_eq!(shown.value("rum_exposition_conflicts_total"), 1.0);
    let registry = Registry::new();
    registry.register(Box::new(monitor.collector())).unwrap();
    let gathered = text_format::parse(&TextEncoder::new().encode_to_string(&registry.gather()).unwrap());
    let shown = text_format::parse(&shown.text);
    assert!(gathered.keys().eq(shown.keys()));
    for (name, family) in shown.into_iter().filter(|(name, _)| name.starts_with("http_")) {
        let labels = |samples: &[text_format::Sample]| -> BTreeSet<String> {
            samples.iter().flat_map(|sample| sample.labels.keys().cloned()).collect()
        };
        assert_eq!(labels(&family.samples), labels(&gathered[&name].samples), "{name}");
    }
}

#[tokio::test]
async fn labels_of_the_host_and_bounds_of_endpoints_go_with_it() {
    let builder: Builder = raw_paths().naming(Naming::OpenTelemetry);
    let monitor = builder
        .label("plan", ["free"], |_| Some("free"))
        .endpoint_size_buckets("/a", tower_rum::Buckets::new([3.0]).unwrap())
        .build()
        .unwrap();
    request(&monitor, "GET", "/a", "hello");
    let metrics = Metrics::of(&monitor).await;
    let labels = r#"http_request_method="GET",http_route="/a",plan="free""#;
    let bucket = |le: &str| metrics.value(&format!(r#"http_server_response_body_size_bytes_bucket{{{labels},le="{le}"}}"#));
    assert_eq!([bucket("3.0"), bucket("+Inf")], [0.0, 1.0]);
}

/// Moves every family of HTTP requests.
async fn busy(monitor: &Monitor) {
    request(monitor, "GET", "/a", "hello");
    let events = Response::builder().header("content-type", "text/event-stream").body(Full::<Bytes>::from("data: x\n\n"));
    respond(monitor, Request::get("/events").body(()).unwrap(), events.unwrap());
    let handler = ask(monitor, websocket()).await;
    let guard = handler.guard();
    handler.answers(http::StatusCode::SWITCHING_PROTOCOLS).await;
    drop(guard);
    let read = tower::service_fn(async |request: Request<_>| {
        let _ = http_body_util::BodyExt::collect(request.into_body()).await;
        Ok::<_, std::convert::Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let request = Request::post("/a").body(Full::<Bytes>::from("hello")).unwrap();
    tower::ServiceExt::oneshot(tower::Layer::layer(&monitor.request_size_layer(), read), request).await.unwrap();
}

/// The names in a column of the first table under a heading of the guide.
fn column_of(heading: &str, column: usize) -> BTreeSet<String> {
    let table = GUIDE.split_once(heading).unwrap().1.lines().skip_while(|line| !line.starts_with('|')).skip(2);
    let cells = table.take_while(|line| line.starts_with('|')).map(|row| row.split('|').nth(column + 1).unwrap().trim());
    cells.filter(|cell| !cell.is_empty()).map(|cell| cell.trim_matches('`').to_owned()).collect()
}
