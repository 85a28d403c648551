//! A round trip when somebody asks, `network_latency_ms`, and a probe that asks `/healthz` by itself, `synthetic_latency_seconds`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Router, routing::get};
use prometheus::{GaugeVec, Registry, register_gauge_vec_with_registry};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_rum::Error;
use tower_rum::synthetic::{Probe, Probes, Step};

/// One that listens on all addresses is reached at this machine's own.
pub(crate) fn reached_at(mut listening: SocketAddr) -> SocketAddr {
    match listening.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => listening.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => listening.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    listening
}

/// The monitor's own routes are not counted: the probe is no visitor.
pub(crate) fn probes(address: SocketAddr) -> Result<Probes, Error> {
    let ready = Step::get(format!("http://{address}/healthz")).expect_body_contains("uptime_ready 1");
    Probes::new([Probe::http("tour", [ready]).interval(Duration::from_secs(5)).jitter(Duration::ZERO)])
}

/// `synthetic::Probe::tcp` measures the same under this name, on a schedule; here a click does.
pub(crate) fn routes(registry: &Registry, address: SocketAddr) -> Result<Router, prometheus::Error> {
    let help = "How many milliseconds the last TCP connection to a destination took to set up.";
    let latency = register_gauge_vec_with_registry!("network_latency_ms", help, &["destination"], registry)?;
    Ok(Router::new().route("/network-check", get(check)).with_state((latency, address)))
}

async fn check(State((latency, address)): State<(GaugeVec, SocketAddr)>) -> (StatusCode, String) {
    let destination = address.to_string();
    let started = Instant::now();
    let connected = timeout(PATIENCE, TcpStream::connect(address)).await;
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    if let Ok(Ok(_)) = connected {
        latency.with_label_values(&[&destination]).set(milliseconds);
        (StatusCode::OK, format!("{milliseconds} ms to {destination}\n"))
    } else {
        let _ = latency.remove_label_values(&[&destination]); // no number is better than an old one
        (StatusCode::BAD_GATEWAY, format!("{destination} cannot be reached\n"))
    }
}

const PATIENCE: Duration = Duration::from_secs(2);
