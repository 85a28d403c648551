//! The site on one port, `/metrics` and `/dashboard` on another: `cargo run --example operator --features axum`, then open
//! <http://127.0.0.1:9464/dashboard>.
//!
//! `METRICS_TOKEN=…` asks scrapers for that bearer token, `METRICS_USER=…` with `METRICS_PASSWORD=…` for basic auth; with neither, the second port
//! is open to this machine. `PORT` and `OPERATOR_PORT` change the ports, `HOST` the address of both. It ends by Ctrl-C or `SIGTERM`.

mod credentials;
#[path = "../shared/signals.rs"]
mod signals;

use std::env::{self, VarError};
use std::future::IntoFuture;
use std::net::{IpAddr, Ipv4Addr};

use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tower_http::validate_request::ValidateRequestHeaderLayer;

use credentials::Credentials;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let monitor = tower_rum::Monitor::new();
    let site = Router::new()
        .route("/", get(async || "hello\n"))
        .merge(monitor.public_routes()) // the script and the ingest; /metrics and /dashboard are not found here
        .layer(monitor.layer());
    let mut operators = monitor.operator_routes();
    if let Some(credentials) = asked_for()? {
        operators = operators.layer(ValidateRequestHeaderLayer::custom(credentials));
    }

    tokio::spawn(monitor.history()); // what the dashboard remembers

    let asked_to_end = signals::asked_to_end()?;
    // A container listens on all addresses; the operators' routes are for this machine, or for a network of your own.
    let host = env::var("HOST").map_or(Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)), |host| host.parse())?;
    let public = TcpListener::bind((host, port("PORT", 3000)?)).await?;
    let private = TcpListener::bind((host, port("OPERATOR_PORT", 9464)?)).await?;
    println!("the site      http://{}/", public.local_addr()?);
    println!("its metrics   http://{}/metrics", private.local_addr()?);
    println!("its dashboard http://{}/dashboard", private.local_addr()?);
    let site = axum::serve(public, site).with_graceful_shutdown(asked_to_end);
    tokio::select! {
        ended = site.into_future() => Ok(ended?),
        ended = axum::serve(private, operators).into_future() => Ok(ended?),
    }
}

fn asked_for() -> Result<Option<Credentials>, Box<dyn std::error::Error>> {
    // A secret that cannot be read must not open the door.
    let given = |name| match env::var(name) {
        Err(VarError::NotPresent) => Ok(None),
        given => given.map(Some),
    };
    match (given("METRICS_TOKEN")?, given("METRICS_USER")?) {
        (Some(token), None) => Ok(Some(Credentials::bearer(&token)?)),
        (None, Some(user)) => Ok(Some(Credentials::basic(&user, &env::var("METRICS_PASSWORD")?)?)),
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err("METRICS_TOKEN or METRICS_USER, not both".into()),
    }
}

fn port(name: &str, default: u16) -> Result<u16, std::num::ParseIntError> {
    env::var(name).map_or(Ok(default), |port| port.parse())
}
