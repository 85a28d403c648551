//! The application of the guide `first_alert`, from nothing to an alert: `cargo run --example first_alert --features axum`.

use axum::http::StatusCode;
use axum::response::Html;
use axum::{Router, routing::get};

const PAGE: &str = r#"<!doctype html><title>Shop</title>
<script src="/rum.js" async></script>
<h1>Shop</h1>"#;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let monitor = tower_rum::Monitor::new();
    let app = Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/checkout", get(async || StatusCode::INTERNAL_SERVER_ERROR)) // broken, so that there is something to tell
        .merge(monitor.routes()) // the script, what pages send, and /metrics
        .layer(monitor.layer()); // last: it also sees what no route matched

    let address = std::env::var("LISTEN").unwrap_or("127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}
