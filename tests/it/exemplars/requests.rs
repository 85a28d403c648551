//! Requests of a trace, however they end.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::exemplars::{Exemplars, TraceContext};
use tower_rum::{Buckets, Builder, Monitor};

use crate::support::layered::{self, raw_paths, respond};
use crate::support::metrics::Metrics;

use super::{Exemplar, REQUESTS, exemplars, request, trace, traceparent, traces};

#[tokio::test]
async fn a_bucket_names_the_first_request_that_fell_into_it() {
    let monitor = traced().build().unwrap();
    layered::request(&monitor, "GET", "/a", "of no trace");
    assert_eq!(exemplars(&monitor).await, []);
    request(&monitor, "/a", 1);
    request(&monitor, "/b", 2);
    let exemplars = exemplars(&monitor).await;
    let named: Vec<_> = exemplars.iter().map(|Exemplar { labels, trace, .. }| (labels.as_str(), trace.clone())).collect();
    let labels = [r#"method="GET",endpoint="/a",status="200""#, r#"method="GET",endpoint="/b",status="200""#];
    assert_eq!(named, [(labels[0], trace(1)), (labels[1], trace(2))]);
    assert!(exemplars.iter().all(|exemplar| exemplar.family == REQUESTS && exemplar.value > 0.0));
}

#[tokio::test]
async fn slow_requests_are_named_by_the_buckets_of_their_own() {
    let monitor = traced().build().unwrap();
    let start = Instant::now();
    request(&monitor, "/", 1);
    // In a bucket of its own, however long a busy machine took over the first one.
    let longer = Duration::from_millis(30).max(10 * start.elapsed());
    let slow = service_fn(async |_: Request<()>| {
        std::thread::sleep(longer);
        Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
    });
    let slow_request = Request::get("/").header("traceparent", traceparent(2)).body(()).unwrap();
    monitor.layer().layer(slow).oneshot(slow_request).await.unwrap();
    let exemplars = exemplars(&monitor).await;
    assert_eq!(exemplars.iter().map(|exemplar| &exemplar.trace).collect::<Vec<_>>(), [&trace(1), &trace(2)]);
    assert!(exemplars[1].value >= longer.as_secs_f64());
}

#[tokio::test]
async fn an_exemplar_is_good_for_a_second_and_then_gives_way_to_the_next() {
    let (monitor, first) = loop {
        // One bucket for all of them, however long a busy machine takes.
        let monitor = traced().duration_buckets(Buckets::new([600.0]).unwrap()).build().unwrap();
        let start = Instant::now();
        request(&monitor, "/", 1);
        let first = exemplars(&monitor).await;
        request(&monitor, "/", 2);
        if start.elapsed() < Duration::from_secs(1) {
            assert_eq!(exemplars(&monitor).await, first);
            break (monitor, first);
        }
    };
    std::thread::sleep(Duration::from_millis(1_010));
    layered::request(&monitor, "GET", "/", "of no trace");
    assert_eq!(exemplars(&monitor).await, first);
    request(&monitor, "/", 3);
    let second = exemplars(&monitor).await;
    assert_eq!(second.iter().map(|exemplar| &exemplar.trace).collect::<Vec<_>>(), [&trace(3)]);
    assert!(second[0].timestamp >= first[0].timestamp + 1.0);
}

#[tokio::test]
async fn a_request_of_no_trace_does_not_pass_for_one_of_the_trace_before_it() {
    let monitor = traced().build().unwrap();
    request(&monitor, "/traced", 1);
    for _ in 0..10 {
        layered::request(&monitor, "GET", "/untraced", "");
    }
    assert_eq!(traces(&monitor, REQUESTS).await, [trace(1)]);
}

#[tokio::test]
async fn requests_without_an_answer_are_named_as_well() {
    let monitor = traced().build().unwrap();
    let failing = service_fn(async |_: Request<()>| Err::<Response<Empty<Bytes>>, _>("no"));
    let _ = monitor.layer().layer(failing).oneshot(get("/fails", 1)).await;
    let pending = service_fn(async |_: Request<()>| std::future::pending::<Result<Response<Empty<Bytes>>, Infallible>>().await);
    drop(monitor.layer().layer(pending).oneshot(get("/hangs", 2)).now_or_never());
    let exemplars = exemplars(&monitor).await;
    let named: Vec<_> = exemplars.iter().map(|exemplar| (exemplar.labels.as_str(), &exemplar.trace)).collect();
    let of = |endpoint, status| format!(r#"method="GET",endpoint="{endpoint}",status="{status}""#);
    assert_eq!(named, [(&*of("/fails", 500), &trace(1)), (&*of("/hangs", 499), &trace(2))]);
}

#[tokio::test]
async fn the_end_of_a_body_has_exemplars_where_its_duration_is_observed() {
    let monitor = traced().response_duration(true).build().unwrap();
    request(&monitor, "/page", 1);
    let stream =
        Response::builder().header("content-type", "text/event-stream").body(Full::<Bytes>::from("data: x\n\n")).unwrap();
    respond(&monitor, get("/stream", 2), stream);
    assert_eq!(traces(&monitor, REQUESTS).await, [trace(1), trace(2)]);
    assert_eq!(traces(&monitor, "http_response_duration_seconds").await, [trace(1)]);
    assert_eq!(traces(&monitor, "http_event_stream_duration_seconds").await, [trace(2)]);
}

#[tokio::test]
async fn what_no_longer_fits_is_named_by_the_overflow() {
    const CAP: usize = 16;
    let monitor = traced().http_series(CAP).build().unwrap();
    for number in 1..=100 {
        request(&monitor, &format!("/{number}"), number);
    }
    let exemplars = exemplars(&monitor).await;
    assert!(exemplars.len() <= CAP + 1);
    let overflow = exemplars.iter().find(|exemplar| exemplar.labels.contains(r#"endpoint="overflow""#)).unwrap();
    assert_eq!(overflow.labels, r#"method="_OTHER",endpoint="overflow",status="2xx""#);
}

#[tokio::test]
async fn a_request_that_is_left_out_names_nothing() {
    let monitor = traced().ignore(["/health"]).ignore_if(|head| head.uri().path() == "/probe").build().unwrap();
    request(&monitor, "/health", 1);
    request(&monitor, "/probe", 2);
    request(&monitor, "/", 3);
    assert_eq!(traces(&monitor, REQUESTS).await, [trace(3)]);
}

#[tokio::test]
async fn a_trace_goes_with_its_request_to_the_template_that_is_told() {
    let monitor = traced().build().unwrap();
    let outer = Monitor::builder()
        .registry(prometheus::Registry::new())
        .endpoint(|head| head.extensions().get::<&str>().map(|&template| template.into()))
        .exemplars(Exemplars::traceparent())
        .build()
        .unwrap();
    let app = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())));
    let told = outer.template_layer().layer(app);
    let routed = service_fn(move |mut request: Request<()>| {
        request.extensions_mut().insert("/users/{id}");
        told.clone().oneshot(request)
    });
    let response = outer.outer_layer().layer(routed).oneshot(get("/users/7", 1)).await.unwrap();
    drop(response.into_body().collect().await);
    let exemplars = exemplars(&outer).await;
    assert_eq!(exemplars[0].labels, r#"method="GET",endpoint="/users/{id}",status="200""#);
    assert_eq!(exemplars[0].trace, trace(1));
    assert_eq!(super::exemplars(&monitor).await, [], "two monitors share nothing");
}

#[tokio::test]
async fn a_closure_finds_the_trace_where_it_likes_and_need_not_ask_for_sampled_ones() {
    let monitor = raw_paths()
        .exemplars(Exemplars::from_fn(|head| {
            let field = head.headers().get("x-trace").or_else(|| head.headers().get("traceparent"))?;
            TraceContext::from_traceparent(field.as_bytes())
        }))
        .build()
        .unwrap();
    layered::request(&monitor, "GET", "/none", "");
    for (path, name, flags, number) in [("/a", "x-trace", "01", 1), ("/b", "traceparent", "00", 2)] {
        let field = traceparent(number).replace("-01", &format!("-{flags}"));
        let request = Request::get(path).header(name, field).body(()).unwrap();
        respond(&monitor, request, Response::new(Full::default()));
    }
    assert_eq!(traces(&monitor, REQUESTS).await, [trace(1), trace(2)]);
}

#[tokio::test]
async fn they_are_off_unless_asked_for_and_never_in_the_text_format() {
    let off = raw_paths().build().unwrap();
    request(&off, "/", 1);
    assert_eq!(exemplars(&off).await, []);
    let on = traced().build().unwrap();
    request(&on, "/", 1);
    assert_eq!(exemplars(&on).await.len(), 1);
    let text = Metrics::of(&on).await.text;
    assert!(!text.contains(" # ") && !text.contains("trace_id"), "{text}");
}

fn traced() -> Builder {
    raw_paths().exemplars(Exemplars::traceparent())
}

fn get(path: &str, number: u128) -> Request<()> {
    Request::get(path).header("traceparent", traceparent(number)).body(()).unwrap()
}
