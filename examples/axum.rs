//! The shortest honest axum application: `cargo run --example axum --features axum`, then open <http://127.0.0.1:3000/metrics>.

use axum::extract::Path;
use axum::{Router, routing::get};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let monitor = tower_rum::Monitor::new();
    let app = Router::new()
        .route("/", get(async || "hello\n"))
        .route("/users/{id}", get(async |Path(id): Path<u64>| format!("user {id}\n")))
        .merge(monitor.routes())
        .layer(monitor.layer());

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    axum::serve(listener, app).await
}
