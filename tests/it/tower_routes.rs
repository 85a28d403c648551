//! Our routes as tower layers: all in front of one service, or split between the public and whoever operates the service.

use http::Request;
use prometheus::Registry;
use tower_rum::Monitor;
use tower_rum::routes::WithRoutesLayer;

use crate::support::mount::{Mount, whole};

#[tokio::test]
async fn public_routes_are_the_ingest_and_the_script_and_operator_routes_the_metrics() {
    let monitor = Monitor::builder().registry(Registry::new()).build().unwrap();
    let all = statuses(&monitor, &monitor.routes_layer()).await;
    assert_eq!(all, [405, 405, 405, 405, 200, 200, 200, 200]);
    let public = statuses(&monitor, &monitor.public_routes_layer()).await;
    assert_eq!(public, [405, 405, 405, 405, 200, 200, 200, 404]);
    let operator = statuses(&monitor, &monitor.operator_routes_layer()).await;
    assert_eq!(operator, [404, 404, 404, 404, 404, 404, 404, 200]);
}

/// What GET is answered, path by path, with `/metrics` last; 404 is the answer of the service inside.
async fn statuses(monitor: &Monitor, routes: &WithRoutesLayer) -> Vec<u16> {
    let mount = Mount::layered("tower", routes);
    let script = monitor.script().hashed_path();
    let mut statuses = Vec::new();
    for path in
        ["/log-page-load", "/log-interaction", "/log-user-error", "/log-beacon", "/rum.js", script, "/healthz", "/metrics"]
    {
        statuses.push(mount.ask(Request::get(path).body(whole("")).unwrap()).await.status);
    }
    statuses
}
