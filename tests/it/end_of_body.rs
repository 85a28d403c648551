//! Every end of a body that was sent in full is seen as complete, though servers often stop polling before it.

use http::{Method, Request};
use http_body::Body;
use http_body_util::{BodyExt, Empty, Full};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::support::body::Scripted;
use crate::support::client::{http1, http2};
use crate::support::metrics::Metrics;
use crate::support::server::Server;
use crate::support::site::{PAGES, any, site};
use crate::support::watch::{monitor, settled};

#[tokio::test]
async fn http1_responses_of_every_shape_are_complete() {
    let (monitor, server) = serve().await;
    for page in PAGES {
        for method in ["GET", "HEAD"] {
            let request = format!("{method} {} HTTP/1.1\r\nhost: a\r\nte: trailers\r\nconnection: close\r\n\r\n", page.path);
            http1(server.address, &request).await;
        }
    }
    assert_all_complete(&monitor).await;
}

#[tokio::test]
async fn http2_responses_of_every_shape_are_complete() {
    let (monitor, server) = serve().await;
    for page in PAGES {
        for method in [Method::GET, Method::HEAD] {
            http2(server.address, method, page.path).await;
        }
    }
    assert_all_complete(&monitor).await;
}

#[tokio::test]
async fn polling_past_the_end_and_dropping_observes_once() {
    let bodies = [
        any(Scripted::new().data("hello").trailer("x-checksum", "1")),
        any(Scripted::new().data("hello")),
        any(Scripted::new().data("hello").length(5)),
        any(Full::from("hello")),
    ];
    for body in bodies {
        let monitor = monitor();
        let mut body = std::pin::pin!(response_body(&monitor, body).await);
        while body.as_mut().frame().await.is_some() {}
        assert!(body.as_mut().frame().await.is_none());
        body.set(response_body(&monitor, any(Empty::new())).await);

        let metrics = Metrics::of(&monitor).await;
        assert_eq!(metrics.total("http_response_size_bytes_count"), 2.0);
        assert_eq!(metrics.total("http_response_size_bytes_sum"), 5.0);
        assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
        assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
    }
}

#[tokio::test]
async fn a_failure_after_the_declared_length_leaves_the_response_complete() {
    let monitor = monitor();
    let body = response_body(&monitor, Scripted::new().data("hello").length(5).fail()).await;
    assert!(body.collect().await.is_err(), "passed on all the same");
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("http_response_size_bytes_count"), 1.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
}

async fn serve() -> (Monitor, Server) {
    let monitor = monitor();
    let service = ServiceBuilder::new().layer(monitor.layer()).service(service_fn(site));
    (monitor, Server::start(service).await)
}

async fn assert_all_complete(monitor: &Monitor) {
    let metrics = settled(monitor, PAGES.len() as f64 * 2.0).await;
    for page in PAGES {
        for (method, bytes) in [("GET", page.bytes), ("HEAD", 0)] {
            let labels = format!("method=\"{method}\",endpoint=\"{}\"", page.path);
            let value = |name: &str| metrics.value(&format!("{name}{{{labels}}}"));
            assert_eq!(value("http_response_size_bytes_count"), 1.0, "{labels}");
            assert_eq!(value("http_response_size_bytes_sum"), bytes as f64, "{labels}");
        }
    }
    let incomplete: Vec<_> = metrics.series("http_responses_incomplete_total").filter(|&(_, count)| count > 0.0).collect();
    assert!(incomplete.is_empty(), "{incomplete:?}");
    assert_eq!(metrics.total("http_requests_total"), PAGES.len() as f64 * 2.0);
}

/// The measured body of a response.
async fn response_body<B>(monitor: &Monitor, body: B) -> impl Body<Error: std::fmt::Debug>
where
    B: Body<Error: std::fmt::Debug>,
{
    let mut body = Some(body);
    let service = service_fn(move |_: Request<()>| {
        let response = http::Response::new(body.take().unwrap());
        async { Ok::<_, std::convert::Infallible>(response) }
    });
    let mut service = monitor.layer().layer(service);
    let request = Request::get("/").body(()).unwrap();
    let response = service.ready().await.unwrap().call(request).await.unwrap();
    response.into_body()
}
