//! A small site to click around in while `/dashboard` and `/metrics` move: `cargo run --example demo --features full` (`PORT` changes the port).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::Html;
use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tower_rum::{ClientCounter, Monitor};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let monitor = Monitor::builder()
        .interaction_names(["buy"])
        .goals(["signup"])
        .client_counter(ClientCounter::new("votes_total", "Votes cast on a page.").label("choice", ["yes", "no"]))
        .build()?;
    let app = Router::new()
        .route("/", get(async || page("Home")))
        .route("/page2", get(async || page("Second page")))
        .route("/users/{id}", get(async |Path(id): Path<u64>| page(&format!("User {id}"))))
        .route("/simulate-load", get(simulate_load))
        .route("/simulate-error", get(simulate_error))
        .route("/demo.js", get(([(header::CONTENT_TYPE, "text/javascript")], include_str!("demo/demo.js"))))
        .route("/demo.css", get(([(header::CONTENT_TYPE, "text/css")], include_str!("demo/demo.css"))))
        .merge(monitor.public_routes())
        .merge(monitor.operator_routes()) // on a port of its own where strangers come: see the example `operator`
        .layer(monitor.layer());

    tokio::spawn(monitor.history()); // what the dashboard remembers
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse::<u16>())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?;
    println!("the site      http://{address}/");
    println!("its metrics   http://{address}/metrics");
    println!("its dashboard http://{address}/dashboard");
    axum::serve(listener, app).with_graceful_shutdown(interrupted()).await?;
    Ok(())
}

fn page(title: &str) -> ([(HeaderName, &'static str); 1], Html<String>) {
    let document = include_str!("demo/page.html").replace("{{title}}", title);
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(document))
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

/// The script needs `script-src 'self'; connect-src 'self'`; the rest is the page's own.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:";
