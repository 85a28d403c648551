//! Requests per second over loopback, as a ratio to a bare server: hyper on the first core, wrk on the second, 64 connections.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use axum::Router;
use tower_rum::Monitor;
use tower_rum_benches::beds::{router, router_of_layered};
use tower_rum_benches::measure::{median, pin};
use tower_rum_benches::peers::{self, GuardedLayer, NoOpLayer, OURS, OURS_BY_COUNTER, PrometheusVec};
use tower_rum_benches::report::{figure, rounds};

fn main() {
    if Command::new("wrk").arg("--version").output().is_err() {
        return eprintln!("End to end was left out: wrk is missing (Debian's package wrk).");
    }
    let servers: Vec<(&str, u16)> = [
        ("bare", router()),
        ("bare again", router()),
        ("no-op layer", router().layer(NoOpLayer)),
        (OURS, router().layer(Monitor::new().layer())),
        (OURS_BY_COUNTER, router().layer(peers::by_counter().layer())),
        ("tower-rum (B), around each handler", router_of_layered(&Monitor::new().layer())),
        ("axum-prometheus (B)", router().layer(peers::axum_prometheus(true))),
        ("prometheus vec (B)", router().layer(GuardedLayer::new(PrometheusVec::new()))),
        ("otel-instrumentation-tower (A + sizes)", router().layer(peers::otel_instrumentation_tower())),
    ]
    .map(|(name, router)| (name, serve(router)))
    .into();
    let mut ratios = vec![Vec::new(); servers.len()];
    for round in 0..rounds(31) {
        let mut speeds = vec![0.0; servers.len()];
        for place in 0..servers.len() {
            // Another one first in each round.
            let server = (place * 5 + round) % servers.len();
            speeds[server] = requests_per_second(servers[server].1);
            peers::upkeep();
        }
        let bare = f64::midpoint(speeds[0], speeds[1]);
        speeds.iter().enumerate().for_each(|(server, speed)| ratios[server].push(speed / bare));
    }
    for ((name, _), ratios) in servers.iter().zip(ratios) {
        figure("end to end, requests/s, times bare", name, median(ratios));
    }
}

fn serve(router: Router) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.set_nonblocking(true).expect("a socket of ours");
    let port = listener.local_addr().expect("a bound socket").port();
    std::thread::spawn(move || {
        pin(0);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket of ours");
            axum::serve(listener, router).await.expect("a server");
        });
    });
    port
}

fn requests_per_second(port: u16) -> f64 {
    // The shortest that wrk knows: what else runs on the machine comes and goes within seconds, and a round is to be over by then.
    const DURATION: &str = "1s";
    let url = format!("http://127.0.0.1:{port}/users/42/orders");
    let output = Command::new("taskset").args(["-c", "1", "wrk", "-t1", "-c64", "-d", DURATION, &url]).output().expect("wrk");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("Requests/sec:")).expect("wrk's summary");
    line.trim().parse().expect("a number")
}
