//! The bytes on the wire are those without the layer, `Date` aside.

use http::Method;
use tower::{ServiceBuilder, service_fn};

use crate::support::client::{http1, http2};
use crate::support::server::Server;
use crate::support::site::{PAGES, site};
use crate::support::watch::monitor;

#[tokio::test]
async fn http1_responses_are_the_same_bytes_with_and_without_the_layer() {
    let (plain, measured) = servers().await;
    for path in paths() {
        for method in ["GET", "HEAD", "POST"] {
            for version in ["1.1", "1.0"] {
                let request = format!("{method} {path} HTTP/{version}\r\nhost: a\r\nte: trailers\r\nconnection: close\r\n\r\n");
                let expected = undated(&http1(plain.address, &request).await);
                let seen = undated(&http1(measured.address, &request).await);
                assert!(expected.starts_with("HTTP/1."), "{request}{expected}");
                assert!(expected == seen, "{request}{expected}\nbut measured\n{seen}");
            }
        }
    }
}

#[tokio::test]
async fn http1_responses_on_one_connection_are_the_same_bytes_with_and_without_the_layer() {
    let (plain, measured) = servers().await;
    let mut requests = String::new();
    for page in PAGES {
        for method in ["GET", "HEAD"] {
            let request = [method, " ", page.path, " HTTP/1.1\r\nhost: a\r\nte: trailers\r\n\r\n"];
            requests.push_str(&request.concat());
        }
    }
    requests.push_str("GET /full HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    let expected = undated(&http1(plain.address, &requests).await);
    let seen = undated(&http1(measured.address, &requests).await);
    assert_eq!(expected.matches("HTTP/1.1 ").count(), PAGES.len() * 2 + 1);
    assert!(expected == seen, "{expected}\nbut measured\n{seen}");
}

#[tokio::test]
async fn http2_responses_are_the_same_frames_with_and_without_the_layer() {
    let (plain, measured) = servers().await;
    for path in paths() {
        for method in [Method::GET, Method::HEAD, Method::POST] {
            let mut expected = http2(plain.address, method.clone(), path).await;
            let mut seen = http2(measured.address, method.clone(), path).await;
            if path == "/large" {
                // Where flow control cuts it depends on when the client gives room.
                expected.frames.clear();
                seen.frames.clear();
            }
            assert!(expected == seen, "{method} {path}\n{expected:?}\nbut measured\n{seen:?}");
        }
    }
}

#[tokio::test]
async fn grpc_trailers_reach_an_http2_client() {
    let (_, measured) = servers().await;
    let response = http2(measured.address, Method::POST, "/grpc-error-in-trailers").await;
    assert_eq!(response.trailers.unwrap()["grpc-status"], "13");
    let response = http2(measured.address, Method::POST, "/grpc-error-in-header").await;
    assert_eq!(response.headers["grpc-status"], "13");
    assert_eq!(response.frames.len(), 1, "one HEADERS frame that ends the stream");
}

async fn servers() -> (Server, Server) {
    let measured = ServiceBuilder::new().layer(monitor().layer()).service(service_fn(site));
    (Server::start(service_fn(site)).await, Server::start(measured).await)
}

fn paths() -> impl Iterator<Item = &'static str> {
    let pages = PAGES.iter().map(|page| page.path);
    pages.chain(["/broken", "/not-found"])
}

fn undated(response: &[u8]) -> String {
    let response = String::from_utf8(response.to_vec()).unwrap();
    let lines = response.split_inclusive("\r\n");
    lines.filter(|line| !line.starts_with("date: ")).collect()
}
