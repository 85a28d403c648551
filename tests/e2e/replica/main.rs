//! One replica of a shop. It says in each answer which one it is, and when it is told to end, what it has counted.
//!
//! Settings come as JSON in `REPLICA`; the first line on standard output is the origin.

use std::future::ready;
use std::net::SocketAddr;

use axum::Router;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use prometheus::{Registry, TextEncoder};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use tower_rum::{ClientCounter, Monitor};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    name: String,
    port: u16,
    /// Not said at all, where there are none.
    trusted_proxies: Option<Vec<String>>,
    client_beacons_per_second: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings: Settings = serde_json::from_str(&std::env::var("REPLICA")?)?;
    let monitor = monitor(&settings)?;
    let listener = TcpListener::bind(("127.0.0.1", settings.port)).await?;
    let mut asked_to_end = signal(SignalKind::terminate())?;
    println!("http://{}/", listener.local_addr()?);
    let app = shop(&monitor, settings.name.parse()?).into_make_service_with_connect_info::<SocketAddr>();
    let end = async move { asked_to_end.recv().await.unwrap_or_default() };
    axum::serve(listener, app).with_graceful_shutdown(end).await?;
    let counted = Registry::new();
    counted.register(Box::new(monitor.collector()))?;
    println!("{}", TextEncoder::new().encode_to_string(&counted.gather())?);
    Ok(())
}

fn monitor(settings: &Settings) -> Result<Monitor, tower_rum::Error> {
    let builder = Monitor::builder()
        .registry(Registry::new())
        .endpoints(["/", "/products/{id}", "/cart"])
        .journeys(["checkout"])
        .goals(["purchase"])
        .client_counter(ClientCounter::new("added_total", "Put into the cart.").label("plan", ["free", "pro"]))
        .beacons_per_second(100_000)
        .client_beacons_per_second(settings.client_beacons_per_second);
    match &settings.trusted_proxies {
        Some(proxies) => builder.trusted_proxies(proxies),
        None => builder,
    }
    .build()
}

fn shop(monitor: &Monitor, name: HeaderValue) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/products/{id}", get(page))
        .route("/cart", get(page))
        .route("/about", get(page)) // which is not declared
        .route("/checkout", post(async || "thanks"))
        .route("/fails", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .merge(monitor.routes())
        .layer(monitor.layer())
        .layer(map_response(move |mut response: Response| {
            response.headers_mut().insert("x-replica", name.clone());
            ready(response)
        }))
}

async fn page() -> Html<&'static str> {
    Html(
        r#"<!doctype html><meta charset="utf-8"><title>shop</title><link rel="icon" href="data:,">
<script src="/rum.js" data-interval="0" async></script><h1>A shop</h1>"#,
    )
}
