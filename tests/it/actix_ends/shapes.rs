//! Bodies of every shape end complete.

use std::future::ready;

use actix_web::body::{MessageBody, SizedStream};
use actix_web::dev::Service;
use actix_web::http::header;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{Bytes, ServiceConfig, resource};
use actix_web::{App, HttpResponse};
use futures_util::stream;

use crate::support::actix::ActixServer;
use crate::support::client::{http1, http2};
use crate::support::metrics::Metrics;
use crate::support::watch::settled;

use super::{monitor, request, serve};

#[tokio::test]
async fn http1_responses_end_complete_and_bodies_change_by_no_byte() {
    let (monitor, server) = serve(|builder| builder, shapes);
    let bare = ActixServer::bare(shapes);
    for (method, path) in SHAPES.iter().flat_map(|(path, _)| [("GET", path), ("HEAD", path)]) {
        let ours = undated(&http1(server.address, &request(method, path)).await);
        assert_eq!(ours, undated(&http1(bare.address, &request(method, path)).await), "{method} {path}");
    }
    let metrics = settled(&monitor, 2.0 * SHAPES.len() as f64).await;
    assert_whole(&metrics);
    for (path, _) in SHAPES {
        let head = format!(r#"http_response_size_bytes_sum{{method="HEAD",endpoint="{path}"}}"#);
        assert_eq!(metrics.value(&head), 0.0);
    }
}

#[tokio::test]
async fn http2_responses_end_complete() {
    let (monitor, server) = serve(|builder| builder, shapes);
    for &(path, bytes) in SHAPES {
        let response = http2(server.address, http::Method::GET, path).await;
        assert_eq!((response.data.len(), response.reset), (bytes, None), "{path}");
    }
    let metrics = settled(&monitor, SHAPES.len() as f64).await;
    assert_whole(&metrics);
}

/// As compression does with small bodies.
#[tokio::test]
async fn a_middleware_outside_that_takes_bodies_whole_gets_them_whole() {
    let monitor = monitor(|builder| builder);
    let app = init_service(App::new().configure(shapes).wrap(monitor.actix())).await;
    for (path, whole) in [("/full", Some("hello")), ("/empty", Some("")), ("/streamed", None)] {
        let response = app.call(TestRequest::with_uri(path).to_request()).await.unwrap();
        let body = response.into_body().try_into_bytes().ok();
        assert_eq!(body.as_deref(), whole.map(str::as_bytes), "{path}");
    }
    let metrics = settled(&monitor, 3.0).await;
    assert_eq!(metrics.value(r#"http_response_size_bytes_sum{method="GET",endpoint="/full"}"#), 5.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 1.0, "the stream, of which nobody took anything");
}

/// A path, and the body bytes of its answer to a GET.
const SHAPES: &[(&str, usize)] = &[
    ("/full", 5),
    ("/large", LARGE),
    ("/empty", 0),
    ("/finished", 0),
    ("/no-content", 0),
    ("/not-modified", 0),
    ("/streamed", 30),
    ("/known-length", 30),
    ("/declared-length", 30),
    ("/empty-stream", 0),
    ("/error", 6),
];

/// More than a socket and a buffer of the server's take at once.
const LARGE: usize = 1_000_000;

fn shapes(app: &mut ServiceConfig) {
    fn thirty() -> impl futures_util::Stream<Item = Result<Bytes, actix_web::Error>> {
        stream::iter(["0123456789"; 3].map(|piece| Ok::<_, actix_web::Error>(Bytes::from(piece))))
    }
    let shape = |path, answer: fn() -> HttpResponse| resource(path).to(move || ready(answer()));
    app.service(shape("/full", || HttpResponse::Ok().content_type("text/html").body("hello")));
    app.service(shape("/large", || HttpResponse::Ok().body(vec![b'x'; LARGE])));
    app.service(shape("/empty", || HttpResponse::Ok().body("")));
    app.service(shape("/finished", || HttpResponse::Ok().finish()));
    app.service(shape("/no-content", || HttpResponse::NoContent().finish()));
    app.service(shape("/not-modified", || HttpResponse::NotModified().insert_header((header::ETAG, "\"1\"")).finish()));
    app.service(shape("/streamed", || HttpResponse::Ok().streaming(thirty())));
    app.service(shape("/known-length", || HttpResponse::Ok().body(SizedStream::new(30, thirty()))));
    app.service(shape("/declared-length", || HttpResponse::Ok().no_chunking(30).streaming(thirty())));
    app.service(shape("/empty-stream", || HttpResponse::Ok().streaming(stream::empty::<Result<Bytes, actix_web::Error>>())));
    app.service(shape("/error", || HttpResponse::InternalServerError().body("sorry\n")));
}

#[track_caller]
fn assert_whole(metrics: &Metrics) {
    assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0);
    for (path, bytes) in SHAPES {
        let of = |part| metrics.value(&format!(r#"http_response_size_bytes_{part}{{method="GET",endpoint="{path}"}}"#));
        assert_eq!((of("count"), of("sum")), (1.0, *bytes as f64), "{path}");
    }
}

/// A response without what differs from one second or one monitor to the next.
fn undated(response: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(response);
    let line = |line: &str| !line.starts_with("date: ") && !line.starts_with("server-timing: ");
    let mut lines: Vec<String> = text.split("\r\n").filter(|text| line(text)).map(str::to_owned).collect();
    // actix writes fields in the order of a map's hashes.
    if let Some(end) = lines.iter().position(String::is_empty) {
        lines[..end].sort();
    }
    lines
}
