//! README's first lines for axum and for actix, run as they stand there.

use tokio::net::TcpListener;

use crate::support::client::http1;

#[tokio::test]
async fn the_axum_snippet_counts_routes_and_what_no_route_matched() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async { axum::serve(listener, axum_app()).await });
    assert_counted(address).await;
    server.abort();
}

#[tokio::test]
async fn the_actix_snippet_counts_routes_and_what_no_route_matched() {
    macro_rules! bound {
        ($server:expr) => {{
            let server = $server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
            (server.addrs()[0], server.run())
        }};
    }
    #[rustfmt::skip]
    let (address, server) = {
        // README begins
        use actix_web::{App, HttpServer, web::get};

        let monitor = tower_rum::Monitor::new();
        let server = HttpServer::new(move || {
            App::new()
                .configure(monitor.actix_routes())   // before what takes every path
                .route("/users/{id}", get().to(async || "a user"))
                .wrap(monitor.actix())   // last, here too
        });
        // README ends
        bound!(server)
    };
    let handle = server.handle();
    tokio::spawn(server);
    assert_counted(address).await;
    handle.stop(false).await;
}

#[test]
fn the_snippets_are_readmes() {
    let source = include_str!("readme.rs");
    let snippets = source.split("    // README begins\n").skip(1).map(|rest| rest.split_once("    // README ends\n").unwrap().0);
    let mut seen = 0;
    for snippet in snippets {
        let margin = snippet.len() - snippet.trim_start_matches(' ').len();
        let lines: Vec<&str> = snippet.trim_end_matches(' ').lines().map(|line| line.get(margin..).unwrap_or(line)).collect();
        let snippet = lines.join("\n");
        assert!(
            snippet.contains("Monitor::new()") && include_str!("../../README.md").contains(&snippet),
            "README does not hold\n{snippet}"
        );
        seen += 1;
    }
    assert_eq!(seen, 2);
}

async fn assert_counted(address: std::net::SocketAddr) {
    let get = async |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        String::from_utf8(http1(address, &request).await).unwrap()
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
}

#[rustfmt::skip]
fn axum_app() -> axum::Router {
    // README begins
    use axum::{Router, routing::get};

    let monitor = tower_rum::Monitor::new();
    let app: Router = Router::new()
        .route("/users/{id}", get(async || "a user"))
        .merge(monitor.routes())     // /metrics, /rum.js, /log-beacon, /log-page-load, …, /healthz
        .layer(monitor.layer());     // last: it also sees what no route matched
    // README ends
    app
}
