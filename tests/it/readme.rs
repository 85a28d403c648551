//! README's three lines, run as they stand there.

use axum::{Router, routing::get};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn the_snippet_counts_routes_and_what_no_route_matched() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async { axum::serve(listener, app()).await });

    let get = async |path: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    };
    assert!(get("/users/7").await.ends_with("a user"));
    assert!(get("/nope").await.starts_with("HTTP/1.1 404"));
    let metrics = get("/metrics").await;
    for series in [
        r#"http_requests_total{method="GET",endpoint="/users/{id}",status="200"} 1"#,
        r#"http_requests_total{method="GET",endpoint="unmatched",status="404"} 1"#,
    ] {
        assert!(metrics.lines().any(|line| line == series), "{metrics}");
    }
    assert!(!metrics.contains("/nope"));
    server.abort();
}

#[test]
fn the_snippet_is_readmes() {
    let source = include_str!("readme.rs");
    let (_, rest) = source.split_once("// README begins\n").unwrap();
    let (snippet, _) = rest.split_once("    // README ends\n").unwrap();
    let lines: Vec<&str> = snippet.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    let snippet = lines.join("\n");
    assert!(include_str!("../../README.md").contains(&snippet), "README does not hold\n{snippet}");
}

#[rustfmt::skip]
fn app() -> Router {
    // README begins
    let monitor = tower_rum::Monitor::new();
    let app: Router = Router::new()
        .route("/users/{id}", get(async || "a user"))
        .merge(monitor.routes())     // /metrics, /rum.js, /log-beacon, /log-page-load, /log-interaction, /log-user-error
        .layer(monitor.layer());     // last: it also sees what no route matched
    // README ends
    app
}
