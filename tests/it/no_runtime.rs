//! No async runtime is needed to build anything, nor to count.

use std::convert::Infallible;
use std::future::ready;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Empty, Full};
use prometheus::core::Collector;
use tower::{Layer, Service, service_fn};
use tower_rum::Monitor;

#[test]
fn everything_is_built_without_a_runtime() {
    let monitor = Monitor::new();
    let built = Monitor::builder().namespace("shop").build().unwrap();
    for monitor in [&monitor, &built] {
        let _ = (monitor.layer(), monitor.request_size_layer(), monitor.routes_layer());
        assert!(!monitor.collector().collect().is_empty());
    }
    #[cfg(feature = "axum")]
    let _: [axum::Router; 3] = [monitor.routes(), monitor.public_routes(), monitor.operator_routes()];
}

#[test]
fn a_request_is_counted_and_scraped_without_a_runtime() {
    let monitor = Monitor::new();
    let application =
        service_fn(|_: Request<Empty<Bytes>>| ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("hello")))));
    let mut service = monitor.routes_layer().layer(monitor.layer().layer(application));
    assert_eq!(answer(&mut service, "/"), "hello");
    let text = answer(&mut service, "/metrics");
    let counted = r#"http_requests_total{method="GET",endpoint="unmatched",status="200"} 1"#;
    assert!(text.contains(counted), "{text}");
}

fn answer<S, B>(service: &mut S, path: &str) -> String
where
    S: Service<Request<Empty<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: Body<Data = Bytes, Error: std::fmt::Debug>,
{
    let request = Request::get(path).body(Empty::new()).unwrap();
    let Ok(response) = at_once(service.call(request));
    let body = at_once(response.into_body().collect()).unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

fn at_once<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match Box::pin(future).as_mut().poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("waits for something"),
    }
}

#[test]
fn a_beacon_whose_body_is_not_there_yet_waits_without_a_runtime() {
    let monitor = Monitor::new();
    let nothing = service_fn(|_| ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))));
    let mut routes = monitor.routes_layer().layer(nothing);
    let never = http_body_util::StreamBody::new(futures_util::stream::pending::<Result<http_body::Frame<Bytes>, Infallible>>());
    let request = Request::post("/log-interaction").header("content-type", "application/json").body(never).unwrap();
    let mut answer = std::pin::pin!(routes.call(request));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(answer.as_mut().poll(&mut cx).is_pending());
    assert!(answer.as_mut().poll(&mut cx).is_pending());
}
