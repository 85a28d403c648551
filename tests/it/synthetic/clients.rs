//! Any tower client does.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::stream::repeat_with;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{Full, StreamBody};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use prometheus::Registry;
use tower::{ServiceBuilder, service_fn};
use tower_rum::Monitor;
use tower_rum::synthetic::{Phase, Probe, Probes, Step, Trace};

use super::running::{Running, first_run, phase, result};
use super::target::{nobody, says};
use crate::support::metrics::Metrics;
use crate::support::watch::PATIENCE;

#[tokio::test]
async fn hyper_utils_client_shows_the_phases_that_any_client_has() {
    let pooled = || -> Client<HttpConnector, Full<Bytes>> { Client::builder(TokioExecutor::new()).build_http() };
    let target = says("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere").await;
    let step = Step::get(target.uri("/")).expect_body_contains("here");
    let (metrics, _) = first_run(Probe::http("it", [step]), pooled()).await;
    assert_eq!(result(&metrics), "success");
    assert!(phase(&metrics, "processing").unwrap() > 0.0 && phase(&metrics, "transfer").unwrap() > 0.0);
    assert_eq!(metrics.series("synthetic_phase_seconds").count(), 2);

    let probe = Probe::http("it", [Step::get(format!("http://{}/", nobody().await))]);
    let (metrics, failure) = first_run(probe, ServiceBuilder::new().concurrency_limit(1).service(pooled())).await;
    assert_eq!(result(&metrics), "request");
    assert!(failure.contains("refused"), "with all of its causes: {failure}");
}

#[tokio::test]
async fn one_may_tell_its_phases_and_certificates() {
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let telling = |fails: bool| {
        service_fn(move |request: Request<Full<Bytes>>| async move {
            let trace = request.extensions().get::<Trace>().unwrap();
            trace.enter(Phase::Tls);
            trace.certificate_expires(end + Duration::from_secs(60));
            trace.certificate_expires(end);
            tokio::time::sleep(Duration::from_millis(30)).await;
            if fails {
                return Err("no shared cipher");
            }
            trace.enter(Phase::Processing);
            Ok(Response::new(Full::<Bytes>::from("here")))
        })
    };
    let probe = || Probe::http("it", [Step::get("https://unasked.example/"), Step::get("https://unasked.example/")]);
    let (metrics, _) = first_run(probe(), telling(false)).await;
    assert_eq!(result(&metrics), "success");
    assert!(phase(&metrics, "tls").unwrap() >= 0.06, "both steps together");
    assert_eq!(phase(&metrics, "resolve"), Some(0.0));
    assert_eq!(metrics.value(r#"synthetic_ssl_earliest_cert_expiry_timestamp_seconds{probe="it"}"#), 4e9);

    let (metrics, failure) = first_run(probe(), telling(true)).await;
    assert_eq!((result(&metrics).as_str(), failure.as_str()), ("tls", "it tls: no shared cipher"));
    assert_eq!(metrics.value(r#"synthetic_ssl_earliest_cert_expiry_timestamp_seconds{probe="it"}"#), 4e9);
}

#[tokio::test]
async fn an_error_of_many_lines_is_told_in_one() {
    let broken = service_fn(async |_| Err::<Response<Full<Bytes>>, _>("first\nsecond\r\u{1b}[31m"));
    let (_, failure) = first_run(Probe::http("it", [Step::get("http://unasked.example/")]), broken).await;
    assert_eq!(failure, "it request: first second  [31m");
}

#[tokio::test]
async fn one_that_panics_costs_a_run_and_one_that_hangs_no_more_than_the_timeout() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let odd = service_fn(move |_| {
        let call = count.fetch_add(1, Ordering::SeqCst);
        async move {
            match call {
                0 => panic!("the client breaks"),
                1 => std::future::pending().await,
                _ => Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())),
            }
        }
    });
    let probe = Probe::http("it", [Step::get("http://unasked.example/")]);
    let quick = probe.interval(Duration::from_millis(10)).timeout(Duration::from_secs(2));
    let metrics = Running::start([quick], odd).after(4.0).await;
    let counted = |result| metrics.value(&format!(r#"synthetic_probes_total{{probe="it",result="{result}"}}"#));
    assert_eq!((counted("panic"), counted("timeout")), (1.0, 1.0));
    assert!(counted("success") >= 2.0);
}

#[tokio::test]
async fn a_body_or_a_redirect_that_is_always_there_and_never_ends_ends_at_the_timeout() {
    let empty = || StreamBody::new(repeat_with(|| Ok::<_, Infallible>(Frame::data(Bytes::new()))));
    let target = service_fn(move |request: Request<Full<Bytes>>| {
        let response = Response::builder().status(if request.uri().path() == "/loop" { 302 } else { 200 });
        std::future::ready(Ok::<_, Infallible>(response.header("location", "/loop").body(empty()).unwrap()))
    });
    for path in ["/", "/loop"] {
        let step = Step::get(format!("http://unasked.example{path}")).redirects(usize::MAX);
        let probe = Probe::http("it", [step]).timeout(Duration::from_millis(50));
        let (metrics, _) = first_run(probe, target).await;
        assert_eq!(result(&metrics), "timeout", "{path}");
    }
}

#[tokio::test]
async fn a_log_that_panics_costs_no_run() {
    let probe = Probe::tcp("it", nobody().await.to_string()).interval(Duration::from_millis(10)).jitter(Duration::ZERO);
    let probes = Probes::new([probe]).unwrap().on_failure(|_, _| panic!("the log breaks"));
    let monitor = Monitor::builder().registry(Registry::new()).namespace("shop").collector(probes.collector()).build().unwrap();
    let failed = async || Metrics::of(&monitor).await.value(r#"shop_synthetic_probes_total{probe="it",result="connect"}"#);
    assert_eq!(failed().await, 0.0, "there from the start, under the monitor's namespace");
    let running = tokio::spawn(probes.run(super::running::no_client()));
    let twice = async {
        while failed().await < 2.0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, twice).await.expect("it goes on");
    running.abort();
}
