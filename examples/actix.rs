//! The shortest honest actix application: `cargo run --example actix --features actix`, then open <http://127.0.0.1:3000/metrics>.

use actix_web::web::{Path, get};
use actix_web::{App, HttpServer};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let monitor = tower_rum::Monitor::new();
    let app = move || {
        App::new()
            .route("/", get().to(async || "hello\n"))
            .route("/users/{id}", get().to(async |id: Path<u64>| format!("user {id}\n")))
            .configure(monitor.actix_routes())
            .wrap(monitor.actix())
    };
    HttpServer::new(app).bind(("127.0.0.1", 3000))?.run().await
}
