//! Whose pages may send: those of the origin that the beacon goes to, and those that the host lists.

use bytes::Bytes;
use http::{HeaderName, Request};
use http_body_util::{BodyExt, Empty, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prometheus::Registry;
use tower::{Layer, service_fn};
use tower_rum::{Builder, Monitor};

use crate::support::change::{moved, only};
use crate::support::metrics::Metrics;
use crate::support::mount::{JSON, Mount, post};
use crate::support::server::Server;

const PATHS: [(&str, &str); 3] =
    [("/log-page-load", r#"{"load_time":1}"#), ("/log-interaction", r#"{"type":"click"}"#), ("/log-user-error", "{}")];

#[tokio::test]
async fn pages_of_this_origin_and_programs_may_send() {
    let accepted: [&[(&str, &str)]; 18] = [
        &[],
        &[("host", "example.com")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
        &[("host", "example.com"), ("origin", "https://example.com")],
        &[("host", "example.com"), ("origin", "http://example.com")],
        &[("host", "example.com"), ("origin", "https://example.com"), ("sec-fetch-site", "same-origin")],
        &[("host", "EXAMPLE.com"), ("origin", "https://example.com")],
        &[("host", "example.com"), ("origin", "https://Example.COM")],
        &[("host", "example.com:443"), ("origin", "https://example.com")],
        &[("host", "example.com"), ("origin", "https://example.com:443")],
        &[("host", "example.com:80"), ("origin", "http://example.com")],
        &[("host", "example.com"), ("origin", "http://example.com:80")],
        &[("host", "example.com:8443"), ("origin", "https://example.com:8443")],
        &[("host", "[::1]:3000"), ("origin", "http://[::1]:3000")],
        &[("host", "[::1]"), ("origin", "http://[::1]")],
        &[("host", "127.0.0.1:3000"), ("origin", "http://127.0.0.1:3000")],
        &[("host", "xn--bcher-kva.example"), ("origin", "https://xn--bcher-kva.example"), ("sec-fetch-site", "same-origin")],
    ];
    for headers in accepted {
        judged(|builder| builder, headers, true).await;
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_not() {
    let refused: [&[(&str, &str)]; 20] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "Same-Origin")],
        &[("sec-fetch-site", "")],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")],
        &[("host", "example.com"), ("origin", "https://evil.example")],
        &[("host", "example.com"), ("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        &[("host", "example.com"), ("origin", "https://example.com"), ("sec-fetch-site", "cross-site")],
        &[("host", "example.com"), ("origin", "null")],
        &[("host", "example.com"), ("origin", "")],
        &[("host", "example.com"), ("origin", "example.com")],
        &[("host", "example.com"), ("origin", "ftp://example.com")],
        &[("host", "example.com"), ("origin", "https://example.com.evil.example")],
        &[("host", "example.com"), ("origin", "https://sub.example.com")],
        &[("host", "example.com"), ("origin", "https://example.com:8443")],
        &[("host", "example.com:443"), ("origin", "http://example.com")],
        &[("host", "example.com:80"), ("origin", "https://example.com")],
        &[("host", "example.com"), ("origin", "https://example.com/")],
        &[("host", "example.com"), ("origin", "https://example.com"), ("origin", "https://evil.example")],
        &[("origin", "https://example.com")],
    ];
    for headers in refused {
        judged(|builder| builder, headers, false).await;
    }
}

#[tokio::test]
async fn the_authority_of_the_request_target_is_the_host_before_any_header() {
    let monitor = monitor(|builder| builder);
    for mount in Mount::all(&monitor) {
        for (origin, status) in [("https://example.com", 204), ("https://other.example", 403)] {
            let mut request = post("http://example.com/log-interaction", JSON, r#"{"type":"click"}"#);
            request.headers_mut().insert("host", "other.example".parse().unwrap());
            request.headers_mut().insert("origin", origin.parse().unwrap());
            assert_eq!(mount.ask(request).await.status, status, "{origin}, {}", mount.name);
        }
    }
}

#[tokio::test]
async fn over_http2_the_authority_is_the_host() {
    let monitor = monitor(|builder| builder);
    let nothing = service_fn(async |_| Ok::<_, std::convert::Infallible>(http::Response::new(Empty::<Bytes>::new())));
    let server = Server::start(monitor.routes_layer().layer(nothing)).await;
    let stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    for (origin, status) in [("https://shop.example", 204), ("https://SHOP.example:443", 204), ("https://evil.example", 403)] {
        let request = Request::post("https://shop.example/log-interaction")
            .header("origin", origin)
            .header("content-type", JSON)
            .body(Full::<Bytes>::from(r#"{"type":"click"}"#))
            .unwrap();
        let response = client.send_request(request).await.unwrap();
        assert_eq!(response.status(), status, "{origin}");
        response.into_body().collect().await.unwrap();
    }
}

#[tokio::test]
async fn a_host_can_require_that_senders_say_where_they_are_from() {
    let required = |builder: Builder| builder.require_origin(true);
    judged(required, &[("host", "example.com")], false).await;
    judged(required, &[("sec-fetch-site", "same-origin")], true).await;
    judged(required, &[("host", "example.com"), ("origin", "https://example.com")], true).await;
    judged(required, &[("host", "example.com"), ("origin", "https://evil.example")], false).await;
}

#[tokio::test]
async fn origins_that_the_host_lists_may_send_across_sites() {
    let listed = |builder: Builder| builder.origins(["https://WWW.example.com"]);
    let api = ("host", "api.example.com");
    judged(listed, &[api, ("origin", "https://www.example.com"), ("sec-fetch-site", "same-site")], true).await;
    judged(listed, &[api, ("origin", "https://www.example.com"), ("sec-fetch-site", "cross-site")], true).await;
    judged(listed, &[api, ("origin", "https://api.example.com"), ("sec-fetch-site", "same-origin")], true).await;
    judged(listed, &[api, ("origin", "http://www.example.com"), ("sec-fetch-site", "cross-site")], false).await;
    judged(listed, &[api, ("sec-fetch-site", "cross-site")], false).await;
}

#[tokio::test]
async fn a_listed_origin_is_known_in_whatever_case_it_is_sent() {
    let listed = |builder: Builder| builder.origins(["https://www.example.com"]);
    judged(listed, &[("host", "api.example.com"), ("origin", "https://WWW.Example.com")], true).await;
}

#[tokio::test]
async fn a_host_can_take_beacons_of_its_whole_site() {
    let site = |builder: Builder| builder.same_site(true);
    let api = ("host", "api.example.com");
    judged(site, &[api, ("origin", "https://www.example.com"), ("sec-fetch-site", "same-site")], true).await;
    judged(site, &[api, ("origin", "https://www.example.com")], false).await;
    judged(site, &[api, ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")], false).await;
}

/// Sends each kind of beacon by every mount: taken, or 403 with one count under `origin` and nothing else moved.
async fn judged(configure: impl Fn(Builder) -> Builder, headers: &[(&str, &str)], accepted: bool) {
    let monitor = monitor(configure);
    for mount in Mount::all(&monitor) {
        for (path, body) in PATHS {
            let mut request = post(path, JSON, body);
            for (name, value) in headers {
                request.headers_mut().append(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
            }
            let before = Metrics::of(&monitor).await;
            let answer = mount.ask(request).await;
            let moved = moved(&before, &Metrics::of(&monitor).await);
            if accepted {
                assert_eq!(answer.status, 204, "{headers:?}");
                assert!(!moved.keys().any(|series| series.starts_with("rum_rejected_total")), "{headers:?}");
            } else {
                assert_eq!((answer.status, answer.text.lines().count()), (403, 1), "{headers:?}");
                assert!(!answer.text.contains("example"), "echoes input: {}", answer.text);
                assert_eq!(moved, only([(r#"rum_rejected_total{reason="origin"}"#, 1.0)]), "{headers:?}");
            }
        }
    }
}

fn monitor(configure: impl Fn(Builder) -> Builder) -> Monitor {
    configure(Monitor::builder().registry(Registry::new())).build().unwrap()
}
