//! A small site to click around in while `/metrics` moves: `cargo run --example demo --features full` (`PORT` changes the port).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::Html;
use axum::{Router, routing::get};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let monitor = tower_rum::Monitor::new();
    let app = Router::new()
        .route("/", get(async || page("/", "Home")))
        .route("/page2", get(async || page("/page2", "Second page")))
        .route(
            "/users/{id}",
            get(async |Path(id): Path<u64>| page("/users/{id}", &format!("User {id}"))),
        )
        .route("/simulate-load", get(simulate_load))
        .route("/simulate-error", get(simulate_error))
        .route(
            "/demo.js",
            get((
                [(header::CONTENT_TYPE, "text/javascript")],
                include_str!("demo/demo.js"),
            )),
        )
        .route(
            "/demo.css",
            get((
                [(header::CONTENT_TYPE, "text/css")],
                include_str!("demo/demo.css"),
            )),
        )
        .merge(monitor.routes())
        .layer(monitor.layer());

    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse::<u16>())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?;
    println!("the site      http://{address}/");
    println!("its metrics   http://{address}/metrics");
    axum::serve(listener, app)
        .with_graceful_shutdown(interrupted())
        .await?;
    Ok(())
}

fn page(endpoint: &str, title: &str) -> Html<String> {
    Html(
        include_str!("demo/page.html")
            .replace("{{endpoint}}", endpoint)
            .replace("{{title}}", title),
    )
}

/// Takes as long as a page that asks a database.
async fn simulate_load() -> &'static str {
    tokio::time::sleep(Duration::from_millis(50)).await;
    "loaded\n"
}

/// Fails every second time.
async fn simulate_error() -> (StatusCode, &'static str) {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    match CALLS.fetch_add(1, Ordering::Relaxed) % 2 {
        0 => (StatusCode::OK, "it worked this time\n"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "it failed this time\n"),
    }
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a signal to wait for, the demo runs until it is killed.
        std::future::pending::<()>().await;
    }
}
