//! Panics outside the handler's future, and a real router that goes on after them.

use std::borrow::Cow;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use tower::{Layer, Service, service_fn};
use tower_rum::Monitor;

use crate::faults::server::Faulty;
use crate::support::client::http1;
use crate::support::metrics::Metrics;
use crate::support::server::Server;
use crate::support::watch::{monitor, settled};

#[tokio::test]
async fn a_panic_while_the_body_is_asked_for_its_length_or_its_end_counts_as_500() {
    for asked in [Asked::Length, Asked::End] {
        let monitor = monitor();
        let service = service_fn(move |_: Request<()>| async move { Ok::<_, Infallible>(Response::new(Panics(asked))) });
        let mut future = Box::pin(monitor.layer().layer(service).call(Request::get("/").body(()).unwrap()));
        let poll = || future.as_mut().poll(&mut Context::from_waker(Waker::noop())).map(drop);
        assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
        assert_one_500(&Metrics::of(&monitor).await, "/");
    }
}

#[tokio::test]
async fn a_panic_while_the_body_is_asked_on_a_real_server_counts_as_500() {
    for asked in [Asked::Length, Asked::End] {
        let monitor = monitor();
        let service = service_fn(move |_: Request<_>| async move { Ok::<_, Infallible>(Response::new(Panics(asked))) });
        let server = Server::start(monitor.layer().layer(service)).await;
        assert!(http1(server.address, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.is_empty());
        assert_one_500(&settled(&monitor, 1.0).await, "/");
    }
}

#[tokio::test]
async fn a_panic_of_the_hosts_own_closure_costs_its_request_alone() {
    let monitor = Monitor::builder().registry(prometheus::Registry::new()).endpoint(|head| {
        let path = head.uri().path();
        assert!(path != "/unlabelled", "the host's closure panicked");
        Some(Cow::Borrowed(path))
    });
    let faulty = Faulty::hyper(monitor.build().unwrap()).await;
    for _ in 0..5 {
        assert!(http1(faulty.server.address, "GET /unlabelled HTTP/1.1\r\nhost: a\r\n\r\n").await.is_empty());
    }
    assert_eq!(faulty.begun(), 0, "the application was not asked");
    faulty.assert_alive().await;
    let metrics = settled(&faulty.monitor, 1.0).await;
    assert_eq!(metrics.total("http_requests_total"), 1.0);
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn a_router_on_axum_goes_on_after_panics_inside_and_outside_a_layer_that_catches_them() {
    use axum::Router;
    use axum::routing::get;
    use tower_http::catch_panic::CatchPanicLayer;

    const PANICS: usize = 20;
    let panics = async || -> &'static str { panic!("the handler panicked") };
    let app = || Router::new().route("/", get(async || "hello")).route("/panics/{id}", get(panics));
    let [caught_outside, caught_inside, uncaught] = [(); 3].map(|()| {
        let builder = Monitor::builder().registry(prometheus::Registry::new());
        builder.build().unwrap()
    });
    let catching = app().layer(caught_outside.layer()).layer(CatchPanicLayer::new()).layer(caught_inside.layer());
    for (app, caught, monitors) in
        [(catching, true, vec![caught_outside, caught_inside]), (app().layer(uncaught.layer()), false, vec![uncaught])]
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async { axum::serve(listener, app).await });
        for number in 0..PANICS {
            let request = format!("GET /panics/{number} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            assert_eq!(http1(address, &request).await.starts_with(b"HTTP/1.1 500 "), caught);
            let answer = http1(address, "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
            assert!(answer.ends_with(b"hello"));
        }
        for monitor in &monitors {
            let metrics = settled(monitor, 2.0 * PANICS as f64).await;
            let count = |path: &str, status: &str| {
                metrics.value(&format!(r#"http_requests_total{{method="GET",endpoint="{path}",status="{status}"}}"#))
            };
            assert_eq!((count("/panics/{id}", "500"), count("/", "200")), (PANICS as f64, PANICS as f64));
            assert_eq!(metrics.total("http_requests_total"), 2.0 * PANICS as f64);
            assert_eq!(metrics.total("http_errors_total"), PANICS as f64);
            assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
        }
        serving.abort();
    }
}

#[track_caller]
fn assert_one_500(metrics: &Metrics, path: &str) {
    let counted = format!(r#"http_requests_total{{method="GET",endpoint="{path}",status="500"}}"#);
    assert_eq!(metrics.value(&counted), 1.0);
    assert_eq!(metrics.total("http_requests_total"), 1.0);
    assert_eq!(metrics.total("http_errors_total"), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Length,
    End,
}

/// A body that panics as soon as it is asked.
struct Panics(Asked);

impl Body for Panics {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        assert!(self.0 != Asked::End, "asked for the end");
        false
    }

    fn size_hint(&self) -> SizeHint {
        assert!(self.0 != Asked::Length, "asked for the length");
        SizeHint::default()
    }
}
