//! A real Prometheus with the documentation's scrape job: `up` is what the readiness checks say.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_rum::Monitor;

use crate::support::http::Client;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::samples::{Samples, labels};
use crate::support::wait;

const DOCUMENTATION: &str = include_str!("../../../src/uptime/mod.rs");

#[test]
fn up_is_1_while_every_check_passes_and_0_while_one_fails_in_prometheus_2() {
    assert_up_follows_the_checks(&Version::two());
}

#[test]
fn up_is_1_while_every_check_passes_and_0_while_one_fails_in_prometheus_3() {
    if let Some(three) = Version::three() {
        assert_up_follows_the_checks(&three);
    }
}

#[track_caller]
fn assert_up_follows_the_checks(version: &Version) {
    let runtime = Runtime::new().unwrap();
    let (works, address) = application(&runtime);
    let prometheus = Prometheus::configured(version, &scrape_configs(&address.to_string()), &[]);
    let up = |expected| {
        let expected = Samples::from([(labels([]), expected)]);
        wait::until("up to follow", || (prometheus.query("up{job='app-uptime'}") == expected).then_some(()));
    };
    up(1.0);
    assert_eq!(prometheus.query("uptime_ready"), Samples::from([(labels([]), 1.0)]));
    assert_eq!(prometheus.query("uptime_check_success"), Samples::from([(labels([("check", "database")]), 1.0)]));

    works.store(false, Ordering::SeqCst);
    up(0.0);
    let reply = Client::of(&address.to_string()).get("/healthz");
    assert_eq!(reply.status, 503);
    assert!(reply.body.contains("uptime_check_success{check=\"database\"} 0\n"), "{}", reply.body);

    works.store(true, Ordering::SeqCst);
    up(1.0);
}

/// One whose only check says what the switch says.
fn application(runtime: &Runtime) -> (Arc<AtomicBool>, SocketAddr) {
    let works = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&works);
    let database = move || std::future::ready(asked.load(Ordering::SeqCst));
    let monitor = Monitor::builder().registry(prometheus::Registry::new()).readiness("database", database).build().unwrap();
    let app: Router = monitor.public_routes().layer(monitor.layer());
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, app).await });
    (works, address)
}

/// The documentation's, for a target of the test's.
fn scrape_configs(target: &str) -> String {
    let (_, rest) = DOCUMENTATION.split_once("//! ```yaml\n").unwrap();
    let block = rest.split_once("//! ```").unwrap().0.replace("//! ", "");
    let configs = block.replace("127.0.0.1:3000", target);
    assert_ne!(configs, block);
    configs
}
