//! The operator's routes behind what the example `operator` asks for: over real connections, on a port of their own and on the public one.

use std::net::SocketAddr;

use axum::Router;
use prometheus::Registry;
use tower_http::validate_request::ValidateRequestHeaderLayer;
use tower_rum::Monitor;

use crate::support::client::http1;
use crate::support::server::Server;

use credentials::Credentials;

#[path = "../../examples/operator/credentials.rs"]
mod credentials;

const BEARER: &str = r#"Bearer realm="metrics""#;
const BASIC: &str = r#"Basic realm="metrics", charset="UTF-8""#;

#[tokio::test]
async fn metrics_are_for_who_brings_the_token() {
    let server = operators(Credentials::bearer("5ecret").unwrap()).await;
    for right in ["authorization: Bearer 5ecret", "authorization: bearer 5ecret"] {
        assert_eq!(get(server.address, "/metrics", right).await, (200, None), "{right}");
    }
    let wrong = [
        "x-none: at all",
        "authorization: Bearer",
        "authorization: Bearer ",
        "authorization: Bearer wrong!",
        "authorization: Bearer 5ecre",
        "authorization: Bearer 5ecrets",
        "authorization: Bearer 5ecreT",
        "authorization: Basic 5ecret",
        "authorization: 5ecret",
        "authorization: Bearer 5ecret\r\nauthorization: Bearer wrong!",
        "authorization: Bearer wrong!\r\nauthorization: Bearer 5ecret",
        "authorization: Bearer \u{f6}",
    ];
    for wrong in wrong {
        assert_eq!(get(server.address, "/metrics", wrong).await, (401, Some(BEARER.to_owned())), "{wrong}");
        assert_eq!(get(server.address, "/nope", wrong).await.0, 401, "{wrong}");
    }
    assert_eq!(get(server.address, "/nope", "authorization: Bearer 5ecret").await, (404, None));
}

#[tokio::test]
async fn metrics_are_for_who_brings_user_and_password() {
    // RFC 7617's own example.
    let server = operators(Credentials::basic("Aladdin", "open sesame").unwrap()).await;
    let right = "authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
    assert_eq!(get(server.address, "/metrics", right).await, (200, None));
    for wrong in ["x-none: at all", "authorization: Basic QWxhZGRpbjpvcGVu", "authorization: Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]
    {
        assert_eq!(get(server.address, "/metrics", wrong).await, (401, Some(BASIC.to_owned())), "{wrong}");
    }
}

#[tokio::test]
async fn on_the_public_port_only_the_operators_routes_ask() {
    let monitor = monitor();
    let auth = ValidateRequestHeaderLayer::custom(Credentials::bearer("5ecret").unwrap());
    let app: Router =
        Router::new().merge(monitor.public_routes()).merge(monitor.operator_routes().route_layer(auth)).layer(monitor.layer());
    let server = Server::start(app).await;
    for (path, status) in [("/metrics", 401), ("/rum.js", 200), ("/log-page-load", 405), ("/nope", 404)] {
        assert_eq!(get(server.address, path, "x-none: at all").await.0, status, "{path}");
    }
    assert_eq!(get(server.address, "/metrics", "authorization: Bearer 5ecret").await, (200, None));
}

#[test]
fn an_empty_secret_is_none() {
    assert!(Credentials::bearer("").is_err());
    for (user, password) in [("", "password"), ("user", ""), ("us:er", "password")] {
        assert!(Credentials::basic(user, password).is_err(), "{user:?} {password:?}");
    }
}

/// Status and challenge.
async fn get(address: SocketAddr, path: &str, header: &str) -> (u16, Option<String>) {
    let answer = http1(address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\n\r\n")).await;
    let answer = String::from_utf8(answer).unwrap();
    let challenge = answer.lines().find_map(|line| line.strip_prefix("www-authenticate: "));
    (answer["HTTP/1.1 ".len()..][..3].parse().unwrap(), challenge.map(str::to_owned))
}

async fn operators(credentials: Credentials) -> Server {
    Server::start(monitor().operator_routes().layer(ValidateRequestHeaderLayer::custom(credentials))).await
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).build().unwrap()
}
