//! How a page learns the trace of its document.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::exemplars::{Exemplars, TraceContext};
use tower_rum::{Builder, Monitor};

use crate::support::beacon::send;
use crate::support::layered::raw_paths;

const FIELD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const TOLD: &str = r#"traceparent;desc="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01""#;
const ROUTE: &str = r#"route;desc="/""#;

#[tokio::test]
async fn a_document_tells_its_trace_and_nothing_else_does() {
    let monitor = traced().build().unwrap();
    assert_eq!(timings(&monitor, "text/html; charset=utf-8", &[("traceparent", FIELD)]).await, [ROUTE, TOLD]);
    assert_eq!(timings(&monitor, "text/html", &[]).await, [ROUTE]);
    assert_eq!(timings(&monitor, "text/html", &[("traceparent", "garbage")]).await, [ROUTE]);
    let of_a_script = [("traceparent", FIELD), ("sec-fetch-dest", "empty")];
    assert_eq!(timings(&monitor, "application/json", &of_a_script).await, [ROUTE]);
    assert_eq!(timings(&monitor, "text/html", &of_a_script).await, [ROUTE, TOLD]);
    assert_eq!(timings(&monitor, "image/png", &[("traceparent", FIELD)]).await, [""; 0]);
}

#[tokio::test]
async fn it_is_told_of_what_no_route_matched_too() {
    let monitor = Monitor::builder().endpoint(|_| None).exemplars(Exemplars::traceparent()).build().unwrap();
    assert_eq!(timings(&monitor, "text/html", &[("traceparent", FIELD)]).await, [TOLD]);
}

#[tokio::test]
async fn no_trace_is_told_unless_exemplars_and_server_timing_are_on() {
    for monitor in [raw_paths().build().unwrap(), traced().server_timing(false).build().unwrap()] {
        let timings = timings(&monitor, "text/html", &[("traceparent", FIELD)]).await;
        assert!(!timings.iter().any(|timing| timing.contains("traceparent")), "{timings:?}");
    }
}

#[tokio::test]
async fn an_unsampled_trace_that_a_closure_gives_is_told_as_unsampled() {
    let any = Exemplars::from_fn(|head| TraceContext::from_traceparent(head.headers().get("traceparent")?.as_bytes()));
    let monitor = raw_paths().exemplars(any).build().unwrap();
    let field = FIELD.replace("-01", "-00");
    assert_eq!(timings(&monitor, "text/html", &[("traceparent", &field)]).await, [ROUTE, &TOLD.replace("-01", "-00")]);
}

#[tokio::test]
async fn a_field_of_the_application_stays() {
    let monitor = traced().build().unwrap();
    let app = service_fn(async |_: Request<Full<Bytes>>| {
        let response = Response::builder().header("content-type", "text/html").header("server-timing", "db;dur=53");
        Ok::<_, Infallible>(response.body(Full::<Bytes>::default()).unwrap())
    });
    let request = Request::get("/").header("traceparent", FIELD).body(Full::default()).unwrap();
    let response = monitor.layer().layer(app).oneshot(request).await.unwrap();
    let timings: Vec<_> = response.headers().get_all("server-timing").iter().collect();
    assert_eq!(timings, ["db;dur=53", ROUTE, TOLD]);
}

/// Whoever else tells pages of traces: the script looks only where the host wants exemplars.
#[tokio::test]
async fn the_script_looks_for_a_trace_only_where_exemplars_are_on() {
    for (builder, argument) in [(traced(), r#","traceparent");"#), (raw_paths(), r#","");"#)] {
        let response = send(&builder.build().unwrap(), Request::get("/rum.js").body(Full::default()).unwrap()).await;
        let script = String::from_utf8(response.body().to_vec()).unwrap();
        assert!(script.trim_end().ends_with(argument), "{}", &script[script.len() - 200..]);
    }
}

fn traced() -> Builder {
    raw_paths().exemplars(Exemplars::traceparent())
}

async fn timings(monitor: &Monitor, content_type: &'static str, fields: &[(&str, &str)]) -> Vec<String> {
    let app = service_fn(async move |_: Request<Full<Bytes>>| {
        let mut response = Response::new(Full::<Bytes>::from("x"));
        response.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
        Ok::<_, Infallible>(response)
    });
    let request = fields.iter().fold(Request::get("/"), |request, &(name, value)| request.header(name, value));
    let response = monitor.layer().layer(app).oneshot(request.body(Full::default()).unwrap()).await.unwrap();
    response.headers().get_all("server-timing").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}
