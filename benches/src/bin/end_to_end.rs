//! Requests per second over loopback, as a ratio to a bare server: hyper on the first core, wrk on the second, 64 connections.
//!
//! Once a server at a time, and once beside the bare one on the same core, by the time that each had there: what else runs on the machine then slows both.

use std::fs::read_to_string;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use axum::Router;
use rustix::thread::{Pid, gettid};
use tower_rum::Monitor;
use tower_rum_benches::beds::{router, router_of_layered};
use tower_rum_benches::measure::{median, pin};
use tower_rum_benches::peers::{self, GuardedLayer, NoOpLayer, OURS, OURS_BY_COUNTER, PrometheusVec};
use tower_rum_benches::report::{figure, rounds};

fn main() {
    if Command::new("wrk").arg("--version").output().is_err() {
        return eprintln!("End to end was left out: wrk is missing (Debian's package wrk).");
    }
    let servers = [
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
    .map(|(name, router)| Server::new(name, router));
    let mut alone = vec![Vec::new(); servers.len()];
    let mut beside_bare = alone.clone();
    for round in 0..rounds(31) {
        let mut speeds = vec![0.0; servers.len()];
        for place in 0..servers.len() {
            // Another one first in each round.
            let server = (place * 5 + round) % servers.len();
            speeds[server] = servers[server].requests_per_second();
            peers::upkeep();
        }
        let bare = f64::midpoint(speeds[0], speeds[1]);
        speeds.iter().enumerate().for_each(|(server, speed)| alone[server].push(speed / bare));
        for (server, ratios) in servers.iter().zip(&mut beside_bare).skip(1) {
            ratios.push(server.beside(&servers[0]));
            peers::upkeep();
        }
    }
    for ((server, alone), beside_bare) in servers.iter().zip(alone).zip(beside_bare) {
        figure("end to end, requests/s, times bare", server.name, median(alone));
        if !beside_bare.is_empty() {
            figure("end to end, requests by time on the core, times bare beside it", server.name, median(beside_bare));
        }
    }
}

struct Server {
    name: &'static str,
    port: u16,
    thread: Pid,
}

impl Server {
    fn new(name: &'static str, router: Router) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket of ours");
        let port = listener.local_addr().expect("a bound socket").port();
        let (sender, started) = mpsc::channel();
        std::thread::spawn(move || {
            pin(0);
            sender.send(gettid()).expect("who waits for it");
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a socket of ours");
                axum::serve(listener, router).await.expect("a server");
            });
        });
        Self { name, port, thread: started.recv().expect("a thread that runs") }
    }

    fn requests_per_second(&self) -> f64 {
        let summary = summary(self.wrk());
        let line = summary.lines().find_map(|line| line.strip_prefix("Requests/sec:")).expect("wrk's summary");
        line.trim().parse().expect("a number")
    }

    /// How many requests it answered in a second on the core, by how many the other did at the same time.
    fn beside(&self, other: &Self) -> f64 {
        let both = [self, other];
        let before = both.map(Self::nanoseconds);
        let [ours, theirs] = both.map(Self::wrk).map(requests);
        let [on_core, others_on_core] = [0, 1].map(|place| both[place].nanoseconds() - before[place]);
        (ours / on_core) / (theirs / others_on_core)
    }

    /// What its thread has spent on the core.
    fn nanoseconds(&self) -> f64 {
        let path = format!("/proc/self/task/{}/schedstat", self.thread.as_raw_nonzero());
        let times = read_to_string(path).expect("Linux, which keeps it");
        times.split(' ').next().and_then(|first| first.parse().ok()).expect("a number")
    }

    fn wrk(&self) -> Child {
        // The shortest that wrk knows: what else runs on the machine comes and goes within seconds, and a round is to be over by then.
        const DURATION: &str = "1s";
        let url = format!("http://127.0.0.1:{}/users/42/orders", self.port);
        let mut command = Command::new("taskset");
        command.args(["-c", "1", "wrk", "-t1", "-c64", "-d", DURATION, &url]).stdout(Stdio::piped());
        command.spawn().expect("taskset")
    }
}

fn requests(wrk: Child) -> f64 {
    let summary = summary(wrk);
    let line = summary.lines().find_map(|line| line.split_once(" requests in ")).expect("wrk's summary");
    line.0.trim().parse().expect("a number")
}

fn summary(wrk: Child) -> String {
    String::from_utf8_lossy(&wrk.wait_with_output().expect("wrk").stdout).into_owned()
}
