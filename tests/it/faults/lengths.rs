//! Lengths that are none: out of range, negative, no numbers, two of them.

use std::convert::Infallible;

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Request, Response};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};

use crate::faults::server::Faulty;
use crate::support::body::Scripted;
use crate::support::client::http1;
use crate::support::metrics::Metrics;
use crate::support::watch::{monitor, settled};

const NO_LENGTHS: [&str; 9] =
    ["-1", "+5", "abc", "0x10", "5 5", "5, 6", "1.5", "18446744073709551616", "99999999999999999999999999999999999999"];

#[tokio::test]
async fn a_request_whose_length_is_none_is_refused_by_the_server_and_no_request() {
    for faulty in Faulty::all().await {
        for length in NO_LENGTHS {
            for path in ["/echo", "/log-interaction", "/log-beacon"] {
                let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\n");
                for more in ["", "content-length: 7\r\n"] {
                    let answer = http1(faulty.server.address, &format!("{head}{more}\r\nhello")).await;
                    assert!(answer.starts_with(b"HTTP/1.1 4") || answer.is_empty(), "{} {length}", faulty.name);
                }
            }
        }
        faulty.assert_alive().await;
        let metrics = settled(&faulty.monitor, 1.0).await;
        assert_eq!(metrics.total("http_requests_total"), 1.0, "{}", faulty.name);
        assert_eq!(metrics.total("rum_rejected_total"), 0.0, "{}", faulty.name);
    }
}

#[tokio::test]
async fn a_beacon_of_the_largest_length_there_is_is_413_and_waits_for_none_of_it() {
    for faulty in Faulty::all().await {
        for length in ["9223372036854775807", "18446744073709551613"] {
            let head = "POST /log-interaction HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length:";
            let answer = String::from_utf8(http1(faulty.server.address, &format!("{head} {length}\r\n\r\n{{")).await).unwrap();
            assert!(answer.starts_with("HTTP/1.1 413 "), "{} {length}: {answer}", faulty.name);
        }
        faulty.assert_alive().await;
        let metrics = settled(&faulty.monitor, 3.0).await;
        assert_eq!(metrics.value(r#"rum_rejected_total{reason="too_large"}"#), 2.0, "{}", faulty.name);
        assert_eq!(metrics.total("http_requests_total"), 3.0, "{}", faulty.name);
    }
}

#[tokio::test]
async fn a_response_whose_length_is_none_is_measured_by_its_bytes() {
    for length in NO_LENGTHS.into_iter().chain(["", "18446744073709551615"]) {
        let monitor = monitor();
        let service = service_fn(move |_: Request<()>| {
            let mut response = Response::new(Scripted::new().data("hel").data("lo"));
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static(length));
            async { Ok::<_, Infallible>(response) }
        });
        let request = Request::get("/").body(()).unwrap();
        let response = monitor.layer().layer(service).oneshot(request).await.unwrap();
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
        let metrics = Metrics::of(&monitor).await;
        assert_eq!(metrics.total("http_requests_total"), 1.0, "{length}");
        assert_eq!(metrics.total("http_requests_in_flight"), 0.0, "{length}");
        assert_eq!(metrics.total("http_response_size_bytes_sum"), 5.0, "{length}");
        assert_eq!(metrics.total("http_responses_incomplete_total"), 0.0, "{length}");
    }
}
