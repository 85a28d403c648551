//! Errors and panics.

use std::fmt;
use std::future::ready;

use actix_web::dev::ServiceResponse;
use actix_web::error::{ErrorTooManyRequests, InternalError};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, ServiceConfig, resource};
use actix_web::{HttpResponse, ResponseError};
use futures_util::{StreamExt, stream};

use crate::support::client::http1;
use crate::support::watch::settled;

use super::{request, serve};

#[tokio::test]
async fn an_error_of_a_middleware_counts_with_the_status_that_it_turns_into() {
    let fail = |app: &mut ServiceConfig| {
        let failing = |path: &str, fail: fn() -> actix_web::Error| {
            resource(path).to(async || "never").wrap_fn(move |_, _| ready(Err::<ServiceResponse, _>(fail())))
        };
        app.service(failing("/429", || ErrorTooManyRequests("slow down")));
        app.service(failing("/451", || Own.into()));
        // Holds its response ready, and gives it away once: whoever looks must not take it from the client.
        app.service(failing("/402", || InternalError::from_response("pay", HttpResponse::PaymentRequired().body("pay")).into()));
    };
    let (monitor, server) = serve(|builder| builder, fail);
    for (path, status, body) in [("/429", 429, "slow down"), ("/451", 451, "own"), ("/402", 402, "pay")] {
        let response = String::from_utf8(http1(server.address, &request("GET", path)).await).unwrap();
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")) && response.ends_with(body), "{response}");
    }
    let metrics = settled(&monitor, 3.0).await;
    for status in [429, 451, 402] {
        let series = format!(r#"http_requests_total{{method="GET",endpoint="/{status}",status="{status}"}}"#);
        assert_eq!(metrics.value(&series), 1.0);
    }
    assert_eq!(metrics.total("http_errors_total"), 0.0);
    assert_eq!(metrics.total("http_requests_total"), 3.0);
}

#[tokio::test]
async fn a_panic_counts_as_500_and_the_worker_serves_on() {
    let (monitor, server) = serve(
        |builder| builder,
        |app| {
            app.service(resource("/panic").to(async || -> &'static str { panic!("as asked") }));
            let body = async || {
                let pieces = stream::iter([Ok::<_, actix_web::Error>(Bytes::from("0123456789"))])
                    .chain(stream::once(async { panic!("as asked") }));
                HttpResponse::Ok().streaming(pieces)
            };
            app.service(resource("/panic-in-body").to(body));
        },
    );
    assert!(http1(server.address, &request("GET", "/panic")).await.is_empty());
    http1(server.address, &request("GET", "/panic-in-body")).await;
    let metrics = settled(&monitor, 2.0).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/panic",status="500"}"#), 1.0);
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/panic-in-body",status="200"}"#), 1.0);
    let reason = r#"http_responses_incomplete_total{method="GET",endpoint="/panic-in-body",reason="body_error"}"#;
    assert_eq!(metrics.value(reason), 1.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 1.0);
}

#[derive(Debug)]
struct Own;

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("own")
    }
}

impl ResponseError for Own {
    fn status_code(&self) -> StatusCode {
        StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS
    }
}
